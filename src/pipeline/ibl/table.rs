//! Trials in the columns of the public IBL behaviour tables.

use crate::io::table::{ReadTable, Values, read};
use crate::pipeline::Error;
use crate::report::tables::{Cells, TableOut};
use crate::tasks::ibl::Side;
use crate::tasks::ibl::behaviour::Choice;
use std::path::Path;

/// Columns that are read; `trial_num` and `trial_correct` are written beside them.
const COLUMNS: [&str; 6] =
    ["session_num", "stim_probability_left", "contrast", "position", "response_choice", "reaction_time"];
/// Degrees of azimuth of a stimulus.
const POSITION: f64 = 35.0;

/// Trials as a table: `trial_num`, `session_num`, `stim_probability_left`, `contrast`, `position` (+-35 degrees, right
/// positive), `response_choice` (-1 left, 1 right, 0 none), `trial_correct`, `reaction_time` (`time` of the trials).
///
/// `odds` is the probability of the likelier side.
pub fn trials_table(name: &str, session: usize, trials: &[Choice], odds: f64) -> TableOut {
    let float = |f: &dyn Fn(&Choice) -> f64| Cells::Float(trials.iter().map(f).collect());
    let left = |t: &Choice| match t.block_side {
        Some(Side::Left) => odds,
        Some(Side::Right) => 1.0 - odds,
        None => 0.5,
    };
    TableOut {
        name: name.into(),
        caption: "Trials in the columns of the public IBL tables; times count observed steps.".into(),
        columns: vec![
            ("trial_num".into(), Cells::Int((1..=trials.len() as i64).collect())),
            ("session_num".into(), Cells::Int(vec![session as i64; trials.len()])),
            ("stim_probability_left".into(), float(&left)),
            ("contrast".into(), float(&|t| t.contrast)),
            ("position".into(), float(&|t| POSITION * t.side.sign())),
            (
                "response_choice".into(),
                Cells::Int(trials.iter().map(|t| t.choice.map_or(0, |c| c.sign() as i64)).collect()),
            ),
            ("trial_correct".into(), float(&|t| f64::from(t.correct()))),
            ("reaction_time".into(), float(&|t| t.time)),
        ],
    }
}

/// Trials of a table in those columns.
///
/// A block is a run of trials of one session with one probability; it has no side at 0.5. Places count from its
/// first trial. A missing time is NaN; a position of -0 is on the left, as its sign says.
///
/// # Errors
/// A column that is not there or holds text, a probability outside \[0, 1\], a missing position, a choice that is none of
/// -1, 0 and 1, and an empty table.
pub fn read_trials(path: &Path) -> Result<Vec<Choice>, Error> {
    let names = COLUMNS.map(str::to_owned);
    let table = read(path, &ReadTable { columns: Some(&names), ..ReadTable::default() })?;
    let mut columns = vec![];
    for name in COLUMNS {
        // Columns come in the order of the file.
        match table.columns.iter().find(|c| c.name == name).map(|c| &c.values) {
            Some(Values::Number(v)) => columns.push(v),
            _ => return Err(Error::input(path, format!("column `{name}` holds text, expected numbers"))),
        }
    }
    let mut trials: Vec<Choice> = vec![];
    let mut last = None;
    let (mut block, mut place) = (0, 0);
    for row in 0..table.rows {
        let value = |k: usize| columns[k][row];
        let wrong = |k: usize, expected: &str| {
            let message = format!("column `{}`, row {row}: {}, expected {expected}", COLUMNS[k], value(k));
            Error::input(path, message)
        };
        if !(0.0..=1.0).contains(&value(1)) {
            return Err(wrong(1, "a probability"));
        }
        let here = Some((value(0), value(1)));
        if here != last {
            (block, place) = (block + usize::from(last.is_some()), 0);
            last = here;
        }
        if !(value(2) >= 0.0) {
            return Err(wrong(2, "a contrast, 0 or more"));
        }
        if !value(3).is_finite() {
            return Err(wrong(3, "a position, negative on the left, positive on the right"));
        }
        let choice = match value(4) {
            c if (c + 1.0).abs() < 1e-9 => Some(Side::Left),
            c if (c - 1.0).abs() < 1e-9 => Some(Side::Right),
            c if c.abs() < 1e-9 => None,
            _ => return Err(wrong(4, "-1, 0 or 1")),
        };
        trials.push(Choice {
            block,
            place,
            block_side: ((value(1) - 0.5).abs() > 1e-9).then(|| Side::of(value(1) < 0.5)),
            side: Side::of(value(3).is_sign_positive()),
            contrast: value(2),
            choice,
            time: value(5),
        });
        place += 1;
    }
    if trials.is_empty() {
        return Err(Error::input(path, "has no trials"));
    }
    Ok(trials)
}
