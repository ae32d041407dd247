//! What a column's name says of it: trials, groups of them, time, or a count of rows.

/// What a column is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Tells trials apart.
    Trial,
    /// Tells sessions, animals or conditions apart.
    Group,
    /// Time, or a count of rows.
    Time,
}

const TRIAL: &[&str] = &[
    "trial",
    "trials",
    "trialid",
    "trialids",
    "trialnumber",
    "trialnum",
    "trialno",
    "trialnr",
    "trialidx",
    "trialindex",
];
const GROUP: &[&str] = &[
    "session",
    "sessions",
    "sessionid",
    "sessionnumber",
    "subject",
    "subjectid",
    "subj",
    "animal",
    "animalid",
    "mouse",
    "mouseid",
    "participant",
    "participantid",
    "patient",
    "patientid",
    "run",
    "runid",
    "block",
    "blockid",
    "epoch",
    "condition",
    "conditionid",
    "cond",
    "stimulusid",
    "stimid",
    "repetition",
    "repeat",
    "rep",
    "fold",
    "experiment",
    "experimentid",
    "eid",
    "dataset",
    "recordingid",
    "id",
    "uuid",
];
const TIME: &[&str] = &[
    "time",
    "times",
    "t",
    "ts",
    "timestamp",
    "timestamps",
    "date",
    "datetime",
    "clock",
    "seconds",
    "second",
    "secs",
    "sec",
    "milliseconds",
    "msec",
    "ms",
    "timestep",
    "timesteps",
    "timeindex",
    "timebin",
    "timebins",
    "timepoint",
    "timepoints",
    "elapsed",
    "elapsedtime",
    "index",
    "idx",
    "level0",
    "row",
    "rowid",
    "rownumber",
    "rownum",
    "rowname",
    "rownames",
    "rowindex",
    "frame",
    "frames",
    "frameid",
    "framenumber",
    "framenum",
    "frameindex",
    "sample",
    "sampleid",
    "samplenumber",
    "sampleindex",
    "obs",
    "observation",
    "step",
    "bin",
];
/// Units of time that stand behind a name.
const UNITS: &[&str] =
    &["_s", "_ms", "_us", "_ns", "_sec", "_secs", "_seconds", "_msec", "_milliseconds", "_min"];

/// What the name of a column says, whatever its case, signs and unit of time.
pub(super) fn role(name: &str) -> Option<Role> {
    let plain = name.split(['(', '[', '/']).next().unwrap_or_default().trim().to_lowercase();
    let plain = plain.replace([' ', '-', '.'], "_");
    let joined = |text: &str| text.replace('_', "");
    let bare = UNITS.iter().find_map(|u| plain.strip_suffix(u)).map(joined);
    let is = |list: &[&str], name: &str| list.contains(&name);
    match joined(&plain).as_str() {
        n if is(TRIAL, n) => Some(Role::Trial),
        n if is(GROUP, n) => Some(Role::Group),
        n if is(TIME, n) || bare.is_some_and(|b| is(TIME, &b)) => Some(Role::Time),
        _ => None,
    }
}

/// Seconds in the unit of time that a column's name ends with, as `t_ms` or `time (ms)`; one where it tells none.
pub(super) fn unit_of(name: &str) -> f64 {
    let plain = name.trim_end_matches([')', ']']).replace([' ', '(', '[', '/'], "_").to_lowercase();
    match plain.rsplit('_').next().unwrap_or_default() {
        "ms" | "msec" | "milliseconds" => 1e-3,
        "us" => 1e-6,
        "ns" => 1e-9,
        "min" => 60.0,
        _ => 1.0,
    }
}

impl Role {
    /// Whether some values of a column, none for text, go with its name.
    pub(super) fn fits(self, values: Option<&[f64]>) -> bool {
        let Some(values) = values else { return true };
        let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        match self {
            Self::Trial | Self::Group => !known.is_empty() && known.iter().all(|v| v.fract() == 0.0),
            Self::Time => advances(&known),
        }
    }
}

/// Whether numbers never fall, or never rise, or mostly go on by one step.
fn advances(values: &[f64]) -> bool {
    let steps: Vec<f64> = values.windows(2).map(|w| w[1] - w[0]).filter(|d| *d != 0.0).collect();
    let rising = steps.iter().filter(|d| **d > 0.0).count();
    if steps.is_empty() {
        return values.len() < 2;
    }
    if rising == 0 || rising == steps.len() || 10 * rising >= 9 * steps.len() {
        return true;
    }
    let mut sorted = steps.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted[sorted.len() / 2];
    let close = steps.iter().filter(|d| (**d - middle).abs() <= 1e-3 * middle.abs()).count();
    2 * close > steps.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns() {
        for (name, expected) in [
            ("trial", Some(Role::Trial)),
            ("Trial_ID", Some(Role::Trial)),
            ("trialNumber", Some(Role::Trial)),
            ("session", Some(Role::Group)),
            ("mouse-id", Some(Role::Group)),
            ("t", Some(Role::Time)),
            ("Time (s)", Some(Role::Time)),
            ("time_ms", Some(Role::Time)),
            ("timestamps", Some(Role::Time)),
            ("index", Some(Role::Time)),
            ("x_s", None),
            ("u0", None),
            ("trial_mean", None),
            ("c0", None),
        ] {
            assert_eq!(role(name), expected, "{name}");
        }
    }

    #[test]
    fn values_that_go_with_a_name() {
        let counts: Vec<f64> = (0..40).map(f64::from).collect();
        let again: Vec<f64> = (0..40).map(|i| f64::from(i % 4) * 0.02).collect();
        let noise: Vec<f64> = (0..40).map(|i| f64::from(i * i % 17) * 0.3).collect();
        let falling: Vec<f64> = counts.iter().rev().copied().collect();
        for values in [&counts, &again, &falling] {
            assert!(Role::Time.fits(Some(values)), "{values:?}");
        }
        assert!(!Role::Time.fits(Some(&noise)) && !Role::Trial.fits(Some(&noise)));
        assert!(Role::Trial.fits(None) && Role::Trial.fits(Some(&counts)));
    }
}
