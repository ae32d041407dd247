//! What fixed points are continued in, as options have it.

use super::check::positive;
use super::limits::count;
use clap::Args;
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// What fixed points are continued in, and how far.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Continuation of fixed points")]
pub struct ContinuationArguments {
    /// Follow fixed points in a parameter, several with commas between: input=K:LOW:HIGH of input K (from 0, the others as --input
    /// says), input=A.npy..B.npy from one input to another (at 0 and 1, or with :LOW:HIGH behind it), scale=LOW:HIGH of all recurrent
    /// weights, scale:BLOCK=LOW:HIGH of a block, `parameter:BLOCK[I,J]=LOW:HIGH` of one number
    #[arg(id = "continue", long = "continue", value_name = "WHAT=LOW:HIGH,..")]
    #[serde(rename = "continue")]
    pub what: Option<String>,
    /// Most branches [default: 32]
    #[arg(long, value_name = "N", value_parser = count(1, 100_000))]
    pub branches: Option<usize>,
    /// Most points of a branch in each direction [default: 2000]
    #[arg(long, value_name = "N", value_parser = count(1, 10_000_000))]
    pub branch_points: Option<usize>,
    /// Largest step along a branch, as a share of its range [default: 0.03]
    #[arg(long, value_name = "X")]
    pub branch_step: Option<f64>,
    /// How often the period of a map's cycles may double [default: 1]
    #[arg(long, value_name = "N", value_parser = count(0, 16))]
    pub doublings: Option<usize>,
    /// Follow the cycles of a flow that are born at Hopf points
    #[arg(long)]
    pub branch_cycles: bool,
    /// Curves along which states leave saddles, or come to them, of this length on each side, where they are lines
    #[arg(long, value_name = "LENGTH")]
    pub manifolds: Option<f64>,
}

/// What fixed points are continued in.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// An input channel, from 0.
    Channel(usize),
    /// The line between two inputs.
    Path([PathBuf; 2]),
    /// A factor of recurrent weights: of all, or of the block named.
    Scale(Option<String>),
    /// A number of the parameters: its block, row and column, from 0.
    Entry(String, [usize; 2]),
}

/// A parameter and its range.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// As it was written.
    pub text: String,
    /// What it is.
    pub what: What,
    /// Least and largest value.
    pub range: [f64; 2],
}

/// Checked settings of a continuation.
#[derive(Clone, Debug, Default)]
pub struct ContinuationSettings {
    /// The parameters.
    pub asked: Vec<Asked>,
    /// Most branches.
    pub branches: Option<usize>,
    /// Most points in each direction.
    pub points: Option<usize>,
    /// Largest step, as a share of the range.
    pub step: Option<f64>,
    /// How often periods may double.
    pub doublings: Option<usize>,
    /// Whether cycles are followed.
    pub cycles: bool,
    /// Length of the curves of saddles.
    pub manifolds: Option<f64>,
}

impl ContinuationSettings {
    /// The first option that was given, of those that need a parameter.
    fn beside(&self) -> Option<&'static str> {
        let all = [
            ("--branches", self.branches.is_some()),
            ("--branch-points", self.points.is_some()),
            ("--branch-step", self.step.is_some()),
            ("--doublings", self.doublings.is_some()),
            ("--branch-cycles", self.cycles),
        ];
        all.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}

impl ContinuationArguments {
    /// The settings, checked.
    pub(super) fn checked(&self) -> Result<ContinuationSettings, String> {
        positive("--branch-step", self.branch_step)?;
        positive("--manifolds", self.manifolds)?;
        if let Some(v) = self.branch_step.filter(|v| *v > 1.0) {
            return Err(format!("--branch-step {v}: expected a share of the range, up to 1"));
        }
        let mut asked: Vec<Asked> = vec![];
        for text in self.what.as_deref().map_or_else(Vec::new, parts) {
            let one = Asked::parse(text)?;
            if asked.iter().any(|a| (&a.what, a.range) == (&one.what, one.range)) {
                return Err(format!("--continue {text}: {} is asked for twice", one.what));
            }
            asked.push(one);
        }
        let settings = ContinuationSettings {
            asked,
            branches: self.branches,
            points: self.branch_points,
            step: self.branch_step,
            doublings: self.doublings,
            cycles: self.branch_cycles,
            manifolds: self.manifolds,
        };
        match settings.beside().filter(|_| settings.asked.is_empty()) {
            Some(option) => Err(format!("{option} goes with --continue, which says in what")),
            None => Ok(settings),
        }
    }

    /// The files that it names.
    pub(super) fn files(&self) -> Vec<&Path> {
        let all = self.what.as_deref().map_or_else(Vec::new, parts);
        let path = |one| Some(between(value_of(one, "input")?)?.0);
        all.into_iter().filter_map(path).flatten().map(Path::new).collect()
    }
}

/// What stands between commas that are not in brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut all) = (0i32, 0, vec![]);
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            ',' if depth <= 0 => {
                all.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    all.push(text[from..].trim());
    all
}

/// What stands behind `name=`.
fn value_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (of, value) = text.split_once('=')?;
    (of.trim() == name).then(|| value.trim())
}

/// Two files, `A..B`, and the text of the range behind them, which may be empty; none where there are no two dots between names.
fn between(value: &str) -> Option<([&str; 2], &str)> {
    let apart = value.match_indices("..").find(|(at, _)| {
        let (a, b) = (&value[..*at], &value[*at + 2..]);
        let whole = !a.is_empty() && !a.ends_with(['/', '\\', ':', '.']);
        whole && !b.is_empty()
    });
    let at = apart?.0;
    let (a, rest) = (&value[..at], &value[at + 2..]);
    let last = |text: &str| {
        text.rsplit_once(':').filter(|(_, v)| v.trim().parse::<f64>().is_ok()).map(|p| p.0.len())
    };
    let end = last(rest).and_then(|one| last(&rest[..one])).unwrap_or(rest.len());
    Some(([a, &rest[..end]], rest[end..].trim_start_matches(':')))
}

impl Asked {
    fn parse(text: &str) -> Result<Self, String> {
        let forms = "expected input=K:LOW:HIGH, input=A.npy..B.npy, scale=LOW:HIGH, scale:BLOCK=LOW:HIGH or \
                     parameter:BLOCK[I,J]=LOW:HIGH";
        let wrong = |why: &str| format!("--continue {text}: {why}{forms}");
        let (of, value) = text.split_once('=').ok_or_else(|| wrong(""))?;
        let (of, value) = (of.trim(), value.trim());
        let (what, range) = match of.split_once(':').map_or((of, None), |(a, b)| (a, Some(b))) {
            ("input", None) => match between(value) {
                Some((files, rest)) => {
                    (What::Path(files.map(PathBuf::from)), if rest.is_empty() { "0:1" } else { rest })
                }
                None => {
                    let (channel, rest) = value.split_once(':').ok_or_else(|| wrong("no range; "))?;
                    let channel = channel.trim().parse();
                    (What::Channel(channel.map_err(|_| wrong("no number of an input, from 0; "))?), rest)
                }
            },
            ("scale", None) => (What::Scale(None), value),
            ("scale", Some(block)) if !block.is_empty() => (What::Scale(Some(block.into())), value),
            ("parameter", Some(entry)) => {
                let place = |e: &str| {
                    let (block, places) = e.strip_suffix(']')?.split_once('[')?;
                    let (i, j) = places.split_once(',').unwrap_or((places, "0"));
                    Some((block.to_owned(), [i.trim().parse().ok()?, j.trim().parse().ok()?]))
                };
                let (block, at) = place(entry).ok_or_else(|| wrong("no BLOCK[I,J] with places from 0; "))?;
                (What::Entry(block, at), value)
            }
            _ => return Err(wrong("")),
        };
        Ok(Self { text: text.into(), what, range: span(text, range)? })
    }
}

/// The two numbers of LOW:HIGH.
fn span(text: &str, range: &str) -> Result<[f64; 2], String> {
    let number = |v: &str| v.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    let ends = range.split_once(':').and_then(|(low, high)| Some([number(low)?, number(high)?]));
    match ends {
        Some([low, high]) if low < high => Ok([low, high]),
        Some([low, high]) => {
            Err(format!("--continue {text}: the range goes from {low} to {high}, expected LOW < HIGH"))
        }
        None => Err(format!("--continue {text}: `{range}` is no range, expected two numbers LOW:HIGH")),
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let name = |p: &Path| p.file_name().unwrap_or(p.as_os_str()).to_string_lossy().into_owned();
        match self {
            Self::Channel(k) => write!(f, "input {k}"),
            Self::Path([a, b]) => write!(f, "input from {} to {}", name(a), name(b)),
            Self::Scale(None) => write!(f, "scale of the recurrent weights"),
            Self::Scale(Some(block)) => write!(f, "scale of {block}"),
            Self::Entry(block, [i, j]) => write!(f, "{block}[{i},{j}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(what: &str) -> Result<Vec<Asked>, String> {
        ContinuationArguments { what: Some(what.into()), ..ContinuationArguments::default() }
            .checked()
            .map(|s| s.asked)
    }

    #[test]
    fn every_form_is_read() {
        let all = read(
            "input=1:-1:2, scale=0.5:2,scale:weight_hh=0:1e1,parameter:bias[3]=-1:1,parameter:W[1, 2]=0:1",
        )
        .unwrap();
        let what: Vec<&What> = all.iter().map(|a| &a.what).collect();
        assert_eq!(what[0], &What::Channel(1));
        assert_eq!(what[1..3], [&What::Scale(None), &What::Scale(Some("weight_hh".into()))]);
        assert_eq!(what[3..], [&What::Entry("bias".into(), [3, 0]), &What::Entry("W".into(), [1, 2])]);
        assert_eq!((all[0].range, all[2].range), ([-1.0, 2.0], [0.0, 10.0]));
        for (text, a, b, range) in [
            ("input=a.npy..b.npy", "a.npy", "b.npy", [0.0, 1.0]),
            ("input=/x/a.npy../y/b.npy", "/x/a.npy", "/y/b.npy", [0.0, 1.0]),
            ("input=../a.npy..../b.npy:-0.5:1.5", "../a.npy", "../b.npy", [-0.5, 1.5]),
            ("input=x/../a.csv..y.csv:0:2", "x/../a.csv", "y.csv", [0.0, 2.0]),
        ] {
            let one = &read(text).unwrap()[0];
            assert_eq!((&one.what, one.range), (&What::Path([a.into(), b.into()]), range), "{text}");
            let given = ContinuationArguments { what: Some(text.into()), ..ContinuationArguments::default() };
            assert_eq!(given.files(), [Path::new(a), Path::new(b)]);
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        for (text, said) in [
            ("input=0", "no range"),
            ("input=x:0:1", "no number of an input"),
            ("input=0:1:0", "from 1 to 0, expected LOW < HIGH"),
            ("scale=1", "`1` is no range"),
            ("scale=0:inf", "is no range"),
            ("gain=0:1", "expected input=K:LOW:HIGH"),
            ("parameter:W=0:1", "no BLOCK[I,J]"),
            ("parameter:W[-1,0]=0:1", "no BLOCK[I,J]"),
            ("", "expected input=K:LOW:HIGH"),
            ("scale=0:1,input=0:0:1,scale=0:1", "scale of the recurrent weights is asked for twice"),
        ] {
            let found = read(text).unwrap_err();
            assert!(found.starts_with("--continue ") && found.contains(said), "{found}");
        }
        let alone = ContinuationArguments { branches: Some(3), ..ContinuationArguments::default() };
        assert!(alone.checked().unwrap_err().starts_with("--branches goes with --continue"));
    }
}
