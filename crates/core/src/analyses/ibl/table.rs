//! Trials in the columns of the public IBL behaviour tables, read.

use crate::analyses::Error;
use crate::io::table::{ReadTable, Values, read, schema};
use crate::tasks::ibl::Side;
use crate::tasks::ibl::behaviour::Choice;
use std::path::Path;

/// Columns of many sessions that are read.
const COLUMNS: [&str; 6] =
    ["session_num", "stim_probability_left", "contrast", "position", "response_choice", "reaction_time"];
/// Columns of one session's trials object.
const SESSION: [&str; 7] = [
    "probabilityLeft",
    "contrastLeft",
    "contrastRight",
    "choice",
    "feedbackType",
    "stimOn_times",
    "response_times",
];
/// Trials of a table in those columns, or in those of one session's trials object: `probabilityLeft`, `contrastLeft`,
/// `contrastRight`, `choice`, `feedbackType`, `stimOn_times` and `response_times`.
///
/// A block is a run of trials of one session with one probability; it has no side at 0.5. Places count from its
/// first trial. A missing time is NaN; a position of -0 is on the left, as its sign says. Of a trials object the choice is
/// the stimulus' side where feedback is positive and the other one where it is negative: signs of `choice` are those of the
/// wheel.
///
/// # Errors
/// A column that is not there or holds text, a probability outside \[0, 1\], a missing position, a choice that is none of
/// -1, 0 and 1, contrasts of no side or of both, feedback that is neither -1 nor 1, and an empty table.
pub fn read_trials(path: &Path) -> Result<Vec<Choice>, Error> {
    let _held = crate::io::steady::hold();
    let one_session = schema(path, None)?.names().iter().any(|n| n == SESSION[0]);
    let rows = if one_session { Rows::new(path, &SESSION)? } else { Rows::new(path, &COLUMNS)? };
    let mut trials: Vec<Choice> = vec![];
    let mut last = None;
    for row in 0..rows.count {
        let (session, odds, mut trial) = if one_session { rows.of_session(row) } else { rows.of_many(row) }?;
        let here = Some((session, odds));
        if let Some(before) = trials.last() {
            let goes_on = here == last;
            trial.block = before.block + usize::from(!goes_on);
            trial.place = if goes_on { before.place + 1 } else { 0 };
        }
        last = here;
        trials.push(trial);
    }
    if trials.is_empty() {
        return Err(Error::input(path, "has no trials"));
    }
    Ok(trials)
}

/// The columns of a table of trials.
struct Rows<'a> {
    path: &'a Path,
    names: &'a [&'a str],
    columns: Vec<Vec<f64>>,
    count: usize,
}

/// Session, probability of the left side, and the trial as the first of a block.
type Row = (f64, f64, Choice);

impl<'a> Rows<'a> {
    fn new(path: &'a Path, names: &'a [&'a str]) -> Result<Self, Error> {
        let wanted: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let mut table = read(path, &ReadTable { columns: Some(&wanted), ..ReadTable::default() })?;
        let mut columns = vec![];
        for name in names {
            // Columns come in the order of the file.
            match table.columns.iter_mut().find(|c| c.name == *name).map(|c| &mut c.values) {
                Some(Values::Number(v)) => columns.push(std::mem::take(v)),
                _ => return Err(Error::input(path, format!("column `{name}` holds text, expected numbers"))),
            }
        }
        Ok(Self { path, names, columns, count: table.rows })
    }

    /// The value of column k if it is so.
    fn value(&self, row: usize, k: usize, right: impl Fn(f64) -> bool, expected: &str) -> Result<f64, Error> {
        let value = self.columns[k][row];
        if right(value) {
            return Ok(value);
        }
        let message = format!("column `{}`, row {row}: {value}, expected {expected}", self.names[k]);
        Err(Error::input(self.path, message))
    }

    fn probability(&self, row: usize, k: usize) -> Result<f64, Error> {
        self.value(row, k, |v| (0.0..=1.0).contains(&v), "a probability")
    }

    fn contrast(&self, row: usize, k: usize) -> Result<f64, Error> {
        self.value(row, k, |v| v >= 0.0, "a contrast, 0 or more")
    }

    /// -1, 0 or 1.
    fn choice(&self, row: usize, k: usize) -> Result<f64, Error> {
        self.value(row, k, |v| [-1.0, 0.0, 1.0].iter().any(|c| (v - c).abs() < 1e-9), "-1, 0 or 1")
    }

    fn of_many(&self, row: usize) -> Result<Row, Error> {
        let odds = self.probability(row, 1)?;
        let contrast = self.contrast(row, 2)?;
        let position = "a position, negative on the left, positive on the right";
        let side = Side::of(self.value(row, 3, f64::is_finite, position)?.is_sign_positive());
        let choice = self.choice(row, 4)?;
        let choice = (choice.abs() > 0.5).then(|| Side::of(choice > 0.0));
        Ok((self.columns[0][row], odds, first(odds, side, contrast, choice, self.columns[5][row])))
    }

    fn of_session(&self, row: usize) -> Result<Row, Error> {
        let odds = self.probability(row, 0)?;
        let side = match [1, 2].map(|k: usize| self.columns[k][row].is_nan()) {
            [false, true] => Side::Left,
            [true, false] => Side::Right,
            _ => {
                let message = format!(
                    "columns `contrastLeft` and `contrastRight`, row {row}: {} and {}, expected a number in one of them alone",
                    self.columns[1][row], self.columns[2][row]
                );
                return Err(Error::input(self.path, message));
            }
        };
        let contrast = self.contrast(row, 1 + side.index())?;
        let choice = self.choice(row, 3)?;
        let feedback = self.value(row, 4, |v| (v.abs() - 1.0).abs() < 1e-9, "-1 or 1")?;
        let chosen = if feedback > 0.0 { side } else { side.other() };
        let choice = (choice.abs() > 0.5).then_some(chosen);
        let time = self.columns[6][row] - self.columns[5][row];
        Ok((0.0, odds, first(odds, side, contrast, choice, time)))
    }
}

/// A trial as the first of all.
fn first(odds: f64, side: Side, contrast: f64, choice: Option<Side>, time: f64) -> Choice {
    let block_side = ((odds - 0.5).abs() > 1e-9).then(|| Side::of(odds < 0.5));
    Choice { block: 0, place: 0, block_side, side, contrast, choice, time }
}
