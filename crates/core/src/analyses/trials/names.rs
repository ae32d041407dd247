//! What an array or a column of trials is, by its name.

use crate::analyses::Error;
use crate::io::nearest::meant;

/// What an array or column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What the network is shown.
    Inputs,
    /// What its outputs should be.
    Targets,
    /// Which steps count, and how much.
    Mask,
    /// The state before the first step.
    Initial,
    /// Steps of each trial.
    Lengths,
    /// The label that tells conditions apart.
    Condition,
    /// Which trial a row belongs to.
    Trial,
    /// The time of each step.
    Time,
    /// Constant inputs at which fixed points are sought.
    Hold,
}
named!(Role:
    Self::Inputs => "inputs", Self::Targets => "targets", Self::Mask => "mask", Self::Initial => "initial",
    Self::Lengths => "lengths", Self::Condition => "condition", Self::Trial => "trial", Self::Time => "time",
    Self::Hold => "hold");

/// The usual spellings, lower case, without `_`, `-` and blanks.
const SPELLINGS: [(Role, &[&str]); 9] = [
    (
        Role::Inputs,
        &[
            "inputs",
            "input",
            "inp",
            "x",
            "u",
            "stimulus",
            "stimuli",
            "stim",
            "inputsbxtxd",
            "inputdata",
            "trialinputs",
            "ob",
            "obs",
            "observations",
        ],
    ),
    (
        Role::Targets,
        &[
            "targets",
            "target",
            "y",
            "ytrue",
            "desired",
            "labelsbxtxd",
            "targetdata",
            "outputs",
            "output",
            "gt",
            "groundtruth",
            "targetoutput",
            "targetoutputs",
            "trialtargets",
        ],
    ),
    (
        Role::Mask,
        &[
            "mask",
            "masks",
            "cmask",
            "ymask",
            "lossmask",
            "weights",
            "weight",
            "outputmask",
            "targetmask",
            "maskbxt",
        ],
    ),
    (Role::Initial, &["initial", "initialstate", "initialstates", "h0", "x0", "s0", "ics", "ic", "init"]),
    (Role::Lengths, &["lengths", "length", "seqlen", "seqlens", "nsteps", "triallength", "triallengths"]),
    (
        Role::Condition,
        &[
            "condition",
            "conditions",
            "cond",
            "conds",
            "conditionid",
            "conditionids",
            "trialtype",
            "trialtypes",
        ],
    ),
    (Role::Trial, &["trial", "trials", "trialid", "trialnumber", "trialnum", "trialindex", "trialidx"]),
    (Role::Time, &["time", "times", "t", "ts", "timestamps", "step"]),
    (Role::Hold, &["hold", "held", "heldinputs", "constantinputs"]),
];

/// What the name says; none for a label.
pub(super) fn role(name: &str) -> Option<Role> {
    let plain: String =
        name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect();
    SPELLINGS.into_iter().find(|(_, all)| all.contains(&plain.as_str())).map(|(role, _)| role)
}

/// What the user says that names mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    given: Vec<(Role, String)>,
    /// Whether arrays are steps x trials x values.
    pub time_major: bool,
}

impl Map {
    /// From `ROLE=NAME,ROLE=NAME`; for a table a name may be a pattern.
    ///
    /// # Errors
    /// What is not understood, and the roles that there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut given: Vec<(Role, String)> = vec![];
        for part in text.split(',') {
            let wrong = |why: String| format!("--trials-map {text}: {why}");
            let Some((role, name)) = part.split_once('=') else {
                return Err(wrong(format!("`{part}` has no `=`, expected ROLE=NAME")));
            };
            let (role, name) = (role.trim(), name.trim());
            let known = SPELLINGS.into_iter().map(|(r, _)| r).find(|r| r.name() == role);
            let Some(role) = known else {
                let names: Vec<&str> = SPELLINGS.iter().map(|(r, _)| r.name()).collect();
                return Err(wrong(format!("`{role}` is no role; {}", meant(role, &names))));
            };
            if name.is_empty() || given.iter().any(|(r, _)| *r == role) {
                return Err(wrong(format!("`{}` is to be given one name", role.name())));
            }
            given.push((role, name.to_owned()));
        }
        Ok(Self { given, time_major: false })
    }

    /// The name given for a role.
    pub fn get(&self, role: Role) -> Option<&str> {
        self.given.iter().find(|(r, _)| *r == role).map(|(_, name)| name.as_str())
    }

    /// The one of `names` that has this role: the one given, or the only one of a usual spelling.
    ///
    /// # Errors
    /// A given name that is not there; several of usual spellings.
    pub(super) fn find<'a>(
        &self,
        role_wanted: Role,
        names: &[&'a str],
        path: &std::path::Path,
    ) -> Result<Option<&'a str>, Error> {
        if let Some(given) = self.get(role_wanted) {
            let found = names.iter().find(|n| **n == given).copied();
            return found.map(Some).ok_or_else(|| {
                let message = format!("has nothing called `{given}`; there are {}", names.join(", "));
                Error::input(path, message)
            });
        }
        let taken = |n: &&&str| !self.given.iter().any(|(_, name)| name == **n);
        let all: Vec<&'a str> =
            names.iter().filter(taken).filter(|n| role(n) == Some(role_wanted)).copied().collect();
        match all[..] {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => {
                let message = format!(
                    "several of its names may be the {}: {}; say which with --trials-map {}=NAME",
                    role_wanted.name(),
                    all.join(", "),
                    role_wanted.name()
                );
                Err(Error::input(path, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_are_known_and_others_are_mapped() {
        for (name, wanted) in [
            ("inputs", Role::Inputs),
            ("Input_Data", Role::Inputs),
            ("inputs_bxtxd", Role::Inputs),
            ("y", Role::Targets),
            ("loss_mask", Role::Mask),
            ("h0", Role::Initial),
            ("seq_len", Role::Lengths),
            ("trial_type", Role::Condition),
        ] {
            assert_eq!(role(name), Some(wanted), "{name}");
        }
        assert_eq!(role("coherence"), None);
        let map = Map::parse("inputs=stuff, targets=x").unwrap();
        let (names, path) = (["stuff", "x", "mask"], std::path::Path::new("t.npz"));
        assert_eq!(map.find(Role::Inputs, &names, path).unwrap(), Some("stuff"));
        assert_eq!(map.find(Role::Targets, &names, path).unwrap(), Some("x"));
        assert_eq!(map.find(Role::Mask, &names, path).unwrap(), Some("mask"));
        assert!(
            Map::default().find(Role::Inputs, &["x", "u"], path).unwrap_err().to_string().contains("x, u")
        );
        for wrong in ["inputs", "input=x", "inputs=", "inputs=a,inputs=b"] {
            assert!(Map::parse(wrong).is_err(), "{wrong}");
        }
    }
}
