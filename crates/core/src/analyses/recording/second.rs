//! A second recording of the same units.

use super::{Columns, Conditions, Counted, Held};
use crate::analyses::source::{maybe_weights, table_array};
use crate::analyses::{Config, Error, RecordingSettings};
use crate::job::Observer;
use faer::Mat;
use std::path::Path;

/// Columns, rows and the trial of each, of a table that is read for its rows alone.
pub(super) fn rows_of(
    config: &Config,
    array: Option<&str>,
    observer: &dyn Observer,
) -> Result<(Columns, Counted, Option<Vec<usize>>), Error> {
    let mut columns = Columns::choose(&config.file, &config.recording, array)?;
    let mut trials = columns.arrange(&config.file, array)?;
    let mut conditions = Conditions::read(config, array, &columns, trials.as_deref())?;
    config.recording.preparation.apply(
        (&config.file, &config.recording),
        array,
        &mut columns,
        &mut trials,
        &mut conditions,
    )?;
    let rows = Counted::read(config, array, &columns, observer, &mut |_, _, _| {})?;
    Ok((columns, rows, trials))
}

/// The recording of --against, looked through and not yet held.
pub(super) struct Second {
    config: Config,
    array: Option<String>,
    columns: Columns,
    trials: Option<Vec<usize>>,
    /// Its rows.
    pub rows: usize,
}

impl Second {
    /// Reads it once.
    pub fn open(config: &Config, observer: &dyn Observer) -> Result<Self, Error> {
        let Some(file) = config.recording.beside.against.clone() else {
            let message = "the module comparison needs --against FILE, a second recording of the same units";
            return Err(Error::Config(message.into()));
        };
        let array = match maybe_weights(&file) {
            true => table_array(&file, config.recording.units.as_deref())?,
            false => None,
        };
        let recording =
            RecordingSettings { targets: None, conditions: None, labels: None, ..config.recording.clone() };
        let config = Config { file, recording, ..config.clone() };
        let (columns, counted, trials) = rows_of(&config, array.as_deref(), observer)?;
        Ok(Self { rows: counted.used + counted.dropped, config, array, columns, trials })
    }

    /// Its rows, one in as many as of a table of `rows` rows, with the units in the order of the first, whose file is `first`.
    pub fn held(
        &self,
        (units, first): (&[String], &Path),
        rows: usize,
        observer: &dyn Observer,
    ) -> Result<Held, Error> {
        let array = self.array.as_deref();
        let held =
            Held::read(&self.config, array, &self.columns, self.trials.as_deref(), None, rows, observer)?;
        let theirs = &self.columns.units;
        let place = |unit: &String| theirs.iter().position(|u| u == unit);
        let places: Option<Vec<usize>> = units.iter().map(place).collect();
        if let Some(places) = places.filter(|p| p.len() == theirs.len()) {
            let x = Mat::from_fn(units.len(), held.x.ncols(), |i, t| held.x[(places[i], t)]);
            return Ok(Held { x, ..held });
        }
        let lacking = units.iter().find(|u| place(u).is_none());
        let rest = theirs.iter().find(|u| !units.contains(u));
        let what = match (lacking, rest) {
            (Some(unit), _) => format!("it has no unit `{unit}`"),
            (_, Some(unit)) => format!("`{unit}` is no unit there"),
            _ => "two of its units have one name".into(),
        };
        let message = format!(
            "--against: {} units, expected the {} units of {}; {what}: choose them with --units",
            theirs.len(),
            units.len(),
            first.display()
        );
        Err(Error::input(&self.config.file, message))
    }
}
