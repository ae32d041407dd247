//! Which columns of a table play which part, and the order of its rows.

use super::conditions;
use super::labels::{LabelTable, sides};
use super::lists::distinct;
use super::order::{Order, Times};
use super::prepare::Prepared;
use super::roles::{Role, role, unit_of};
use super::times::times;
use super::{Error, RecordingSettings};
use crate::io::error::listed;
use crate::io::table::{
    Chunk, ColumnInfo, Kind, Schema, first_numbers, labels, match_columns, raw_label, schema, stream,
};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Units from which a table of more than twice as many units as rows may lie turned round.
const WIDE: usize = 20;

/// Rows by which a column is judged to be what its name says.
const JUDGED: usize = 2000;
/// Rows read at a time.
pub(super) const CHUNK: usize = 1 << 14;
/// Fewer rows where they have more numbers together.
const VALUES: usize = 1 << 22;
/// Numbers held at most (256 MB) where rows are read in another order than the file's.
pub(super) const HELD: usize = 1 << 25;

/// Whole numbers beyond it are not all floats.
pub(super) const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Which columns play which part.
pub(super) struct Columns {
    pub units: Vec<String>,
    /// Target columns of this table; none where `--targets` names another array.
    pub targets: Vec<String>,
    /// Target columns of the table of labels, which has a row for each trial.
    pub of_labels: Vec<String>,
    /// Columns that tell trials apart together.
    pub trial: Vec<String>,
    pub rows: Option<usize>,
    pub format: &'static str,
    time: Time,
    /// What is to be said of columns, by name.
    said: Vec<(String, String)>,
    order: Order,
    /// What is read in the place of the file's rows.
    prepared: Option<Prepared>,
}

/// Whether tables of a format are arrays, those of three dimensions with a column `trial` by their reader.
pub(super) fn of_arrays(format: &str) -> bool {
    matches!(format, "npy" | "npz" | "matlab" | "hdf5" | "nwb" | "alf")
}

/// The column of time.
enum Time {
    None,
    Named(String),
    /// Found by its name, to be looked at and not to be followed.
    Found(String),
}

impl Columns {
    /// The columns of `file` that `r` chooses.
    pub fn choose(file: &Path, r: &RecordingSettings, array: Option<&str>) -> Result<Self, Error> {
        let columns = Self::of_states(file, r, array)?;
        columns.check(file, &schema(file, array)?)?;
        Ok(columns)
    }

    /// The same where units may hold texts, which are states then.
    pub fn of_states(file: &Path, r: &RecordingSettings, array: Option<&str>) -> Result<Self, Error> {
        let schema = schema(file, array)?;
        let names = schema.names();
        let missing = |option: &str, name: &str| no_column(file, option, name, &names);
        let has = |name: &str| names.iter().any(|n| n == name);
        let time = r.time.as_ref().filter(|t| !has(t));
        if let Some(t) = time {
            return Err(missing("--time", t));
        }
        let mut trial: Vec<String> = match &r.trial {
            Some(one) if has(one) => vec![one.clone()],
            Some(list) => {
                let names = distinct("--trial", list).map_err(Error::Config)?;
                names.into_iter().map(ToOwned::to_owned).collect()
            }
            None => vec![],
        };
        if let Some(t) = trial.iter().find(|t| !has(t)) {
            return Err(missing("--trial", t));
        }
        // A three-dimensional array comes with a column `trial` of the reader's own.
        if trial.is_empty() && schema.columns[0].name == "trial" && of_arrays(schema.format) {
            trial.push("trial".into());
        }
        // In an npz, --targets may name an array of its own, which is no column of this one.
        let other = |t: &&str| array.is_some() && match_columns(&names, t).is_empty();
        let table = r.labels.as_deref().map(LabelTable::open).transpose()?;
        let of_table = table.as_ref().map_or_else(Vec::new, |t| t.labels(&trial));
        let by_order = table.and_then(|t| t.by_order(&trial));
        let (targets, of_labels) = match r.targets.as_deref() {
            Some(t) => {
                let found = sides(file, t, &names, &of_table, other(&t))?;
                if found.0.is_empty() && found.1.is_empty() && self::schema(file, Some(t)).is_err() {
                    return Err(missing("--targets", t));
                }
                found
            }
            None => (vec![], vec![]),
        };
        let conditions = match r.conditions.as_deref() {
            Some(list) if r.labels.is_none() => conditions::own(file, list, &names, array.is_some())?,
            // Under the same name they are conditions here too, and no units.
            Some(list) => match_columns(&names, list),
            None => vec![],
        };
        let places = r.beside.columns(file, &names, array.is_some())?;
        let of_targets: HashSet<&String> =
            targets.iter().chain(&conditions).chain(&of_labels).chain(&places).collect();
        let aside = |n: &String| trial.contains(n) || Some(n) == r.time.as_ref() || of_targets.contains(n);
        let list = r.units.as_deref().filter(|u| Some(*u) != array);
        let units: Vec<String> = match list {
            Some(list) => chosen(file, "--units", list, &names)?.into_iter().filter(|n| !aside(n)).collect(),
            None => names.iter().filter(|n| !aside(n)).cloned().collect(),
        };
        let mut columns = Self {
            units,
            targets,
            of_labels,
            trial,
            rows: schema.rows,
            format: schema.format,
            time: r.time.clone().map_or(Time::None, Time::Named),
            said: schema
                .notes
                .iter()
                .map(|note| format!("{note}."))
                .chain(by_order)
                .map(|note| (String::new(), note))
                .collect(),
            order: Order::default(),
            prepared: None,
        };
        columns.set_aside(file, array, &schema, list, &conditions)?;
        Ok(columns)
    }

    /// Finds trials and time by name and values, and takes from the units what is none; columns that were named
    /// are left alone.
    fn set_aside(
        &mut self,
        file: &Path,
        array: Option<&str>,
        schema: &Schema,
        list: Option<&str>,
        conditions: &[String],
    ) -> Result<(), Error> {
        let parts = list.into_iter().flat_map(|l| l.split(',').map(str::trim).chain([l]));
        let asked: HashSet<&str> =
            parts.chain(self.targets.iter().chain(conditions).map(String::as_str)).collect();
        let (trials_given, mut said) = (!self.trial.is_empty(), vec![]);
        let before = std::mem::take(&mut self.units);
        let units: HashSet<&String> = before.iter().collect();
        for ColumnInfo { name, kind } in &schema.columns {
            let unit = units.contains(name);
            let named = asked.contains(name.as_str()) || self.trial.contains(name);
            if named || matches!(&self.time, Time::Named(time) if time == name) {
                self.units.extend(unit.then(|| name.clone()));
                continue;
            }
            let found = match (role(name), kind) {
                (Some(role), Kind::Number) => {
                    Some((role, role.fits(first_numbers(file, array, name, JUDGED)?.as_deref())))
                }
                (Some(role), Kind::Text) => Some((role, true)),
                _ => None,
            };
            let indexed = schema.index.contains(name);
            let text = match found {
                Some((Role::Trial, fits)) if (fits || indexed) && self.trial.is_empty() => {
                    self.trial.push(name.clone());
                    format!("Column `{name}` is taken to tell trials apart; --trial names another.")
                }
                Some((Role::Time, fits)) if (fits || indexed) && matches!(self.time, Time::None) => {
                    self.time = Time::Found(name.clone());
                    if !unit {
                        continue;
                    }
                    format!(
                        "Column `{name}` is left out of the units, as time or a count of rows; --time {name} puts rows in \
                         its order and parts them at gaps, --units with its name keeps it."
                    )
                }
                _ if !unit => continue,
                Some((_, true)) => {
                    format!(
                        "Column `{name}` is left out of the units by its name; --units with its name keeps it."
                    )
                }
                _ if indexed => {
                    format!(
                        "Column `{name}` tells something of the rows (an index, a time, a label) and is no unit."
                    )
                }
                found => {
                    self.units.push(name.clone());
                    if found.is_none() {
                        continue;
                    }
                    format!("Column `{name}` is taken as a unit, though its name is none of a unit's.")
                }
            };
            said.push((name.clone(), text));
        }
        // Where nothing else is there, they are what was recorded.
        if self.units.is_empty() && !before.is_empty() {
            self.units = before;
            if matches!(self.time, Time::Found(_)) {
                self.time = Time::None;
            }
            if !trials_given {
                self.trial.clear();
            }
        } else {
            self.said.extend(said);
        }
        let units = self.units.len();
        if let Some(rows) = schema.rows.filter(|rows| units >= WIDE && units > 2 * rows) {
            let text = format!(
                "{units} units in {}: a row is taken as a time step. If rows are units, turn the table round and save it again (numpy: x.T).",
                crate::io::shown::count(rows, "row")
            );
            self.said.push((String::new(), text));
        }
        Ok(())
    }

    fn check(&self, file: &Path, schema: &Schema) -> Result<(), Error> {
        let units: HashSet<&String> = self.units.iter().collect();
        for c in schema.columns.iter().filter(|c| units.contains(&c.name)) {
            let found = match &c.kind {
                Kind::Number => continue,
                Kind::Text => "text",
                Kind::Other(kind) => kind,
            };
            let message = format!(
                "column `{}` holds {found}, expected numbers: choose the units with --units 'PATTERN', or name it as \
                 --trial, --time or --targets",
                c.name
            );
            return Err(Error::input(file, message));
        }
        if self.units.is_empty() {
            return Err(Error::input(
                file,
                "no column is left for the units beside --trial, --time and --targets: choose others with --units 'PATTERN'",
            ));
        }
        Ok(())
    }

    /// Puts the rows into the order of trials and times, and returns the trial of each, numbered by appearance in
    /// the file.
    ///
    /// # Errors
    /// A row without a trial or a time: which rows belong together is then not known.
    pub fn arrange(&mut self, file: &Path, array: Option<&str>) -> Result<Option<Vec<usize>>, Error> {
        let trials = self.trials(file, array)?;
        let found = match &self.time {
            Time::None => return Ok(trials),
            Time::Named(name) => {
                let times = times(file, array, name)?;
                Times { file, name, values: &times }.order(trials.as_deref())?
            }
            Time::Found(name) => {
                if let Some(problem) = self.look(file, array, name, trials.as_deref())? {
                    self.said.push((name.clone(), problem));
                }
                return Ok(trials);
            }
        };
        self.order = found;
        Ok(trials.map(|t| self.arranged(t)))
    }

    /// What --time would have to say of a column that was not named.
    fn look(
        &self,
        file: &Path,
        array: Option<&str>,
        name: &str,
        trials: Option<&[usize]>,
    ) -> Result<Option<String>, Error> {
        // Without trials times that start again are no disorder.
        let (true, Ok(times)) = (trials.is_some(), times(file, array, name)) else { return Ok(None) };
        let found = Times { file, name, values: &times }.order(trials);
        Ok(found.ok().and_then(|o| o.notes.into_iter().next()).map(|note| {
            let note =
                note.replace("were put", "have to be put").replace("do not follow", "should not follow");
            format!("{note} Without --time {name} rows are taken as they stand.")
        }))
    }

    /// The trial of each row in the order of the file.
    pub(super) fn trials(&self, file: &Path, array: Option<&str>) -> Result<Option<Vec<usize>>, Error> {
        let mut all: Option<Vec<usize>> = None;
        for column in &self.trial {
            // Of several columns the labels together tell trials apart.
            let mut known: HashMap<(usize, String), usize> = HashMap::new();
            let (mut trials, mut missing) = (vec![], None);
            labels(file, array, column, &mut |label| {
                let row = trials.len();
                if label.is_empty() {
                    missing = missing.or(Some(row));
                }
                let earlier = all.as_ref().map_or(0, |t| t[row]);
                let next = known.len();
                trials.push(*known.entry((earlier, label.to_owned())).or_insert(next));
            })?;
            if let Some(row) = missing {
                let message = format!(
                    "column `{column}`, row {}: a missing value, expected the trial of every row: fill it in or take the \
                     row out",
                    row + 1
                );
                return Err(Error::input(file, message));
            }
            all = Some(trials);
        }
        Ok(all)
    }

    /// What is to be said of columns and rows; of those in `used` elsewhere nothing.
    pub fn notes(&self, used: &[String]) -> Vec<String> {
        let said = self.said.iter().filter(|(name, _)| !used.contains(name)).map(|(_, text)| text);
        said.chain(&self.order.notes).cloned().collect()
    }

    /// Gives these rows from now on.
    pub fn prepare(&mut self, rows: Prepared) {
        self.rows = Some(rows.first.len());
        self.prepared = Some(rows);
    }

    /// Rows that were left out before, for their missing values.
    pub fn dropped(&self) -> usize {
        self.prepared.as_ref().map_or(0, |p| p.dropped)
    }

    /// Trials whose steps are not those of the others: they begin at another time, or lost rows before they were prepared.
    pub fn broken(&self) -> impl Iterator<Item = usize> {
        self.prepared.iter().flat_map(|p| &p.broken).chain(&self.order.late).copied()
    }

    /// What was done to the rows before they were read.
    pub fn preparation(&self) -> Vec<String> {
        self.prepared.as_ref().map_or_else(Vec::new, |p| p.said.clone())
    }

    /// Seconds from most rows to the next, by the column of time that was named.
    pub fn step(&self) -> Option<f64> {
        let Time::Named(name) = &self.time else { return None };
        self.order.step.map(|step| step * unit_of(name))
    }

    /// The row of the file, from 0, at a place in the order of rows.
    pub fn row(&self, place: usize) -> usize {
        let rows = self.prepared.as_ref().map_or(self.order.rows.as_ref(), |p| Some(&p.first));
        rows.and_then(|r| r.get(place).copied()).unwrap_or(place)
    }

    /// What stands in a unit's column at a place where no finite number does, in words.
    fn found(&self, file: &Path, array: Option<&str>, column: &str, place: usize, value: f64) -> String {
        if !value.is_nan() {
            return value.to_string();
        }
        let written = raw_label(file, array, column, self.row(place)).ok().flatten();
        match written.filter(|text| !text.is_empty()) {
            Some(text) => format!("a missing value (`{text}`)"),
            None => "a missing value".into(),
        }
    }

    /// The error at the first value that is missing, of a column at a place in the order of rows: `such` says how many there
    /// are, `and` what leaving them out means.
    pub fn refused(
        &self,
        file: &Path,
        array: Option<&str>,
        (column, place, value): (&str, usize, f64),
        such: &str,
        and: &str,
    ) -> Error {
        let what = self.found(file, array, column, place, value);
        let row = self.row(place) + 1;
        let message = format!(
            "column `{column}`, row {row}: {what} ({such}); --missing drop-rows leaves those rows out{and}"
        );
        Error::input(file, message)
    }

    /// Whether the row at `place` continues the one before it in time.
    pub fn follows(&self, place: usize) -> bool {
        let follows = self.prepared.as_ref().map_or(self.order.follows.as_ref(), |p| Some(&p.follows));
        follows.is_none_or(|f| f.get(place).copied().unwrap_or(false))
    }

    /// Time steps from the row before `place` to it: one where it continues that, more at a gap, none where a sequence begins.
    pub fn steps_to(&self, place: usize) -> Option<usize> {
        if self.follows(place) { Some(1) } else { self.order.gaps.get(&place).copied() }
    }

    /// Values of the file's rows in the order of rows.
    pub fn arranged<T: Copy>(&self, values: Vec<T>) -> Vec<T> {
        match &self.order.rows {
            // Of another length they are refused elsewhere.
            Some(rows) if rows.len() == values.len() => rows.iter().map(|r| values[*r]).collect(),
            _ => values,
        }
    }

    /// Gives the units to `f`, at most [`CHUNK`] rows at a time, in the order of rows.
    ///
    /// In another order than the file's the file is read once for every 2^25 numbers.
    pub fn stream(
        &self,
        file: &Path,
        array: Option<&str>,
        f: &mut dyn FnMut(Chunk) -> Result<(), crate::io::error::Error>,
    ) -> Result<(), Error> {
        let chunk = (VALUES / self.units.len().max(1)).clamp(1, CHUNK);
        if let Some(prepared) = &self.prepared {
            return Ok(prepared.stream(chunk, f)?);
        }
        let Some(rows) = &self.order.rows else { return Ok(stream(file, &self.units, array, chunk, f)?) };
        for held in rows.chunks((HELD / self.units.len().max(1)).max(1)) {
            let mut places: Vec<(usize, usize)> =
                held.iter().enumerate().map(|(place, row)| (*row, place)).collect();
            places.sort_unstable();
            let mut columns = vec![vec![f64::NAN; held.len()]; self.units.len()];
            let (mut next, mut before) = (0, 0);
            stream(file, &self.units, array, chunk, &mut |part| {
                while let Some((row, place)) = places.get(next).filter(|(row, _)| *row < before + part.rows) {
                    for (all, values) in columns.iter_mut().zip(&part.columns) {
                        all[*place] = values[row - before];
                    }
                    next += 1;
                }
                before += part.rows;
                Ok(())
            })?;
            for start in (0..held.len()).step_by(chunk) {
                let end = held.len().min(start + chunk);
                let columns = columns.iter().map(|c| c[start..end].to_vec()).collect();
                f(Chunk { rows: end - start, columns })?;
            }
        }
        Ok(())
    }
}

/// The names that the list of an option chooses, in the order of `names`.
///
/// Each pattern of the list must mean something: a mistyped name is not to be passed over.
pub(super) fn chosen(file: &Path, option: &str, list: &str, names: &[String]) -> Result<Vec<String>, Error> {
    let whole = names.iter().any(|n| n == list);
    let parts = if whole { vec![list] } else { distinct(option, list).map_err(Error::Config)? };
    match parts.into_iter().find(|p| match_columns(names, p).is_empty()) {
        None => Ok(match_columns(names, list)),
        Some(p) => Err(no_column(file, option, p, names)),
    }
}

pub(super) fn no_column(file: &Path, option: &str, name: &str, names: &[String]) -> Error {
    Error::input(file, format!("{option} {name}: no such column; the columns are {}", listed(names)))
}
