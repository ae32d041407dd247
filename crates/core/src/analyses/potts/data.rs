//! Samples, read and checked.

use super::levels::{Levels, binned, different};
use super::{AboutSamples, Data, Note, PottsConfig, alignment, stored};
use crate::analyses::columns::Columns;
use crate::analyses::source::table_array;
use crate::analyses::{Error, Missing};
use crate::inference::gaussian::successive::{Autocorrelation, autocorrelation};
use crate::inference::potts::{MOST_STATES, Samples, Sites};
use crate::io::error::{self, Problem, listed};
use crate::io::held;
use crate::io::shown::count;
use crate::io::table::{ReadTable, Values, read};
use crate::job::Observer;
use faer::Mat;

pub(super) fn load(config: &PottsConfig, observer: &dyn Observer) -> Result<Data, Error> {
    if config.file.is_file() && crate::io::alignment::holds(&config.file)? {
        // The truth knows its letters.
        let letters = match (&config.truth, &config.alphabet) {
            (Some(truth), super::Alphabet::Found) => stored::open(truth)?.letters,
            _ => None,
        };
        let alphabet = letters.map_or_else(|| config.alphabet.clone(), super::Alphabet::Letters);
        return alignment::load(&PottsConfig { alphabet, ..config.clone() });
    }
    observer.start("reading", 0);
    let found = of_table(config);
    observer.finish();
    found
}

fn of_table(config: &PottsConfig) -> Result<Data, Error> {
    let file = &config.file;
    let given = [
        ("--alphabet", config.alphabet != super::Alphabet::Found),
        ("--reweight", config.reweight.is_some()),
    ];
    crate::analyses::source::refuse(&given, "alignments; this file is a table")?;
    let array = table_array(file, config.recording.units.as_deref())?;
    let mut columns = Columns::of_states(file, &config.recording, array.as_deref())?;
    let trials = columns.arrange(file, array.as_deref())?;
    let mut notes: Vec<Note> = columns.notes(&[]).into_iter().map(Note::Columns).collect();
    let all = 3 * (columns.rows.unwrap_or(0) as u64).saturating_mul(columns.units.len() as u64);
    Problem::afford("all rows together", all, held::allowed(file))
        .map_err(|problem| error::Error::new(file, problem))?;
    let table = read(file, &ReadTable { array: array.as_deref(), columns: Some(&columns.units) })?;
    let rows = table.rows;
    let mut levels = vec![];
    for column in &table.columns {
        levels.push(of_column(config, &column.name, &column.values)?);
    }
    let few = config.bins.map_or(0, |asked| levels.iter().filter(|l| l.names.len() < asked).count());
    if let (true, Some(asked)) = (few > 0, config.bins) {
        notes.push(Note::FewLevels { columns: few, asked });
    }
    let places: Vec<usize> = columns.arranged((0..rows).collect());
    let kept = whole(config, &columns, (&places, &levels), &mut notes)?;
    let (names, levels) = varying(config, (&columns.units, levels), &mut notes)?;
    let wrong = |e: crate::inference::potts::Error| Error::input(file, e.to_string());
    let sites = Sites::new(&levels.iter().map(|l| l.names.len()).collect::<Vec<_>>()).map_err(wrong)?;
    let state = |l: &Levels, row: usize| l.of[row].and_then(|s| u8::try_from(s).ok()).unwrap_or(0);
    let row = |k: &usize| levels.iter().map(|l| state(l, places[*k])).collect::<Vec<u8>>();
    let samples = Samples::new(sites, kept.iter().map(row)).map_err(wrong)?;
    let trials: Option<Vec<usize>> = trials.map(|t| kept.iter().map(|k| t[*k]).collect());
    let one_trial = |k: usize| trials.as_ref().is_none_or(|t| t[k] == t[k - 1]);
    let follows: Vec<bool> = (0..kept.len())
        .map(|k| k > 0 && kept[k] == kept[k - 1] + 1 && columns.follows(kept[k]) && one_trial(k))
        .collect();
    let numbers = Mat::from_fn(names.len(), samples.count(), |i, k| f64::from(samples.row(k)[i]));
    let alike = autocorrelation(numbers.as_ref(), &follows);
    // Where trials say what belongs together, a twentieth of the rows is no matter.
    let matters = |a: &&Autocorrelation| trials.is_none() || a.effective < 0.95 * samples.count() as f64;
    notes.extend(alike.as_ref().filter(matters).map(|a| Note::Alike {
        lag_one: a.lag_one,
        rows: samples.count(),
        effective: a.effective,
        trials: trials.is_some(),
    }));
    Ok(Data {
        about: AboutSamples {
            file: file.display().to_string(),
            kind: "table",
            format: columns.format,
            sites: names.len(),
            states: levels.iter().map(|l| l.names.len()).max().unwrap_or(0),
            samples: samples.count(),
            weight: samples.total(),
            truth: config.truth.as_ref().map(|t| t.display().to_string()),
        },
        names,
        bounds: config.bins.map(|_| levels.iter().map(|l| l.ends.clone()).collect()),
        states: levels.into_iter().map(|l| l.names).collect(),
        alike: alike.is_some(),
        samples,
        trials,
        notes,
    })
}

fn of_column(config: &PottsConfig, name: &str, values: &Values) -> Result<Levels, Error> {
    if let Values::Number(all) = values
        && let Some(row) = all.iter().position(|v| v.is_infinite())
    {
        let message =
            format!("column `{name}`, row {}: {}, expected a finite number or none", row + 1, all[row]);
        return Err(Error::input(&config.file, message));
    }
    let found = match config.bins {
        None => different(values),
        Some(count) => binned(values, count).ok_or_else(|| {
            let message =
                format!("column `{name}` holds text, expected numbers, of which --bins makes levels");
            Error::input(&config.file, message)
        })?,
    };
    if found.names.len() > MOST_STATES {
        let message = format!(
            "column `{name}` has {} different values, expected at most {MOST_STATES} states: make levels with --bins, as \
             --bins 2, choose other columns with --units, or name it as --trial or --time",
            found.names.len()
        );
        return Err(Error::input(&config.file, message));
    }
    Ok(found)
}

/// Places in the order of rows where no value is missing.
fn whole(
    config: &PottsConfig,
    columns: &Columns,
    (places, levels): (&[usize], &[Levels]),
    notes: &mut Vec<Note>,
) -> Result<Vec<usize>, Error> {
    let lacks = |k: &usize| levels.iter().position(|l| l.of[places[*k]].is_none());
    let kept: Vec<usize> = (0..places.len()).filter(|k| lacks(k).is_none()).collect();
    let left = places.len() - kept.len();
    if left > 0 && config.recording.missing != Some(Missing::DropRows) {
        let first = (0..places.len()).find_map(|k| lacks(&k).map(|unit| (unit, k)));
        let message = first.map_or_else(String::new, |(unit, k)| {
            format!(
                "column `{}`, row {}: a missing value (in {}); --missing drop-rows leaves those rows out",
                columns.units[unit],
                places[k] + 1,
                count(left, "row")
            )
        });
        return Err(Error::input(&config.file, message));
    }
    if kept.len() < 2 {
        let message =
            format!("has {} with a value of every column, expected two at least", count(kept.len(), "row"));
        return Err(Error::input(&config.file, message));
    }
    if left > 0 {
        notes.push(Note::LeftOut(left));
    }
    Ok(kept)
}

/// Columns of two values at least: one of one value has no coupling.
fn varying(
    config: &PottsConfig,
    (names, levels): (&[String], Vec<Levels>),
    notes: &mut Vec<Note>,
) -> Result<(Vec<String>, Vec<Levels>), Error> {
    let (mut flat, mut own, mut all) = (vec![], vec![], vec![]);
    for (name, levels) in names.iter().zip(levels) {
        match levels.names.len() {
            0 | 1 => flat.push(name.clone()),
            _ => {
                own.push(name.clone());
                all.push(levels);
            }
        }
    }
    if own.len() < 2 {
        let message = format!(
            "{} of {} never changes or holds one level, which leaves {}, expected two sites at least{}",
            count(flat.len(), "column"),
            names.len(),
            own.len(),
            if flat.is_empty() { String::new() } else { format!(": {}", listed(&flat)) }
        );
        return Err(Error::input(&config.file, message));
    }
    if !flat.is_empty() {
        notes.push(Note::Constant(flat));
    }
    Ok((own, all))
}
