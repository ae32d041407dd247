//! Trials as arrays: an npz, a folder of npy files, or one npy of inputs.

use super::names::{Map, Role, role};
use super::{Trial, Trials, finished};
use crate::analyses::Error;
use crate::analyses::activity::Target;
use crate::io::shown::count;
use crate::io::table::{ReadTable, Values, read as read_table};
use crate::io::tensors::{self, Tensor};
use faer::Mat;
use std::path::{Path, PathBuf};

/// Whether the file holds arrays and no table.
pub(super) fn holds(path: &Path) -> Result<bool, Error> {
    Ok(tensors::outline(path)?.is_some())
}

/// The arrays of a file or folder by name, and texts of one value a trial.
struct Arrays<'a> {
    path: &'a Path,
    all: Vec<Tensor>,
    texts: Vec<(String, Vec<String>)>,
    /// What cannot be used, and why.
    skipped: Vec<(String, String)>,
}

impl<'a> Arrays<'a> {
    fn read(path: &'a Path) -> Result<Self, Error> {
        let mut arrays = Self { path, all: vec![], texts: vec![], skipped: vec![] };
        for (file, name) in files(path)? {
            let found = match (tensors::read(&file), &name) {
                (Ok(found), _) => found,
                // A file of its own may hold texts.
                (Err(e), Some(own)) => match text(&file, None) {
                    Some(values) => {
                        arrays.texts.push((own.clone(), values));
                        continue;
                    }
                    None => return Err(e.into()),
                },
                (Err(e), None) => return Err(e.into()),
            };
            for mut tensor in found.tensors {
                tensor.name = name.clone().unwrap_or(tensor.name);
                arrays.all.push(tensor);
            }
            for (array, why) in found.skipped {
                let own = name.clone().unwrap_or_else(|| array.clone());
                let inside = name.is_none().then_some(array.as_str());
                match text(&file, inside) {
                    Some(values) => arrays.texts.push((own, values)),
                    None => arrays.skipped.push((own, why)),
                }
            }
        }
        Ok(arrays)
    }

    fn find(&self, map: &Map, wanted: Role) -> Result<Option<&Tensor>, Error> {
        let names: Vec<&str> = self.all.iter().map(|t| t.name.as_str()).collect();
        Ok(map.find(wanted, &names, self.path)?.and_then(|name| self.all.iter().find(|t| t.name == name)))
    }

    fn wrong(&self, tensor: &Tensor, expected: &str) -> Error {
        let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
        let message = format!("array `{}`: shape {}, expected {expected}", tensor.name, shape.join(" x "));
        Error::input(self.path, message)
    }

    /// Makes trials x steps of what is steps x trials, as the inputs are.
    fn turn(&mut self, map: &Map, d: usize) -> Result<(), Error> {
        let Some(inputs) = self.find(map, Role::Inputs)? else { return Ok(()) };
        let [steps, trials] = match inputs.shape[..] {
            [s, k, channels] if channels == d => [s, k],
            [s, k] if d == 1 => [s, k],
            _ => {
                return Err(
                    self.wrong(inputs, &format!("steps x trials x {d}, as many as the network has inputs"))
                );
            }
        };
        let kept: Vec<String> = [Role::Initial, Role::Hold]
            .into_iter()
            .filter_map(|r| self.find(map, r).ok().flatten().map(|t| t.name.clone()))
            .collect();
        let turned =
            |t: &&mut Tensor| t.shape.len() > 1 && t.shape[..2] == [steps, trials] && !kept.contains(&t.name);
        for t in self.all.iter_mut().filter(turned) {
            let width: usize = t.shape[2..].iter().product();
            let at = |i: usize| &t.data[i * width..(i + 1) * width];
            t.data =
                (0..trials).flat_map(|k| (0..steps).flat_map(move |s| at(s * trials + k))).copied().collect();
            t.shape.swap(0, 1);
        }
        Ok(())
    }

    /// What to say where arrays of one value a trial have as many as there are steps.
    fn turned_round(&self, trials: usize, steps: usize) -> Option<String> {
        let flat = |n: usize| {
            let of_trials = |t: &&Tensor| t.shape == [n] && role(&t.name) != Some(Role::Time);
            self.all.iter().any(|t| of_trials(&t))
        };
        let odd = trials != steps && flat(steps) && !flat(trials);
        odd.then(|| {
            format!(
                "the inputs were read as {trials} trials of {steps} steps, but other arrays have {steps} values and none has \
                 {trials}: if there are {steps} trials, say --time-major"
            )
        })
    }
}

/// The files to read, and the names that their single arrays get.
fn files(path: &Path) -> Result<Vec<(PathBuf, Option<String>)>, Error> {
    if !path.is_dir() {
        let npy = path.extension().is_some_and(|e| e == "npy");
        return Ok(vec![(path.to_path_buf(), npy.then(|| "inputs".to_owned()))]);
    }
    let failed = |e: std::io::Error| Error::input(path, format!("cannot be read: {e}"));
    let mut all: Vec<(PathBuf, Option<String>)> = vec![];
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|e| e == "npy") {
            all.push((file.clone(), file.file_stem().map(|s| s.to_string_lossy().into_owned())));
        }
    }
    all.sort();
    if all.is_empty() {
        return Err(Error::input(path, "holds no .npy file: expected inputs.npy and others, or give an npz"));
    }
    Ok(all)
}

/// The texts of an array, where it is one of texts.
fn text(file: &Path, array: Option<&str>) -> Option<Vec<String>> {
    let table = read_table(file, &ReadTable { array, columns: None }).ok()?;
    match <[_; 1]>::try_from(table.columns) {
        Ok([column]) => match column.values {
            Values::Text(values) => Some(values),
            Values::Number(_) => None,
        },
        Err(_) => None,
    }
}

pub(super) fn read(path: &Path, map: &Map, [d, n, o]: [usize; 3]) -> Result<Trials, Error> {
    let mut arrays = Arrays::read(path)?;
    if map.time_major {
        arrays.turn(map, d)?;
    }
    let mut notes: Vec<String> =
        arrays.skipped.iter().map(|(name, why)| format!("array `{name}` is not used: {why}")).collect();
    let Some(inputs) = arrays.find(map, Role::Inputs)? else {
        let names: Vec<&str> = arrays.all.iter().map(|t| t.name.as_str()).collect();
        let message = format!(
            "has no array of inputs under a usual name; there are {}: say which it is with --trials-map inputs=NAME",
            names.join(", ")
        );
        return Err(Error::input(path, message));
    };
    let (count_of, steps) = sizes(&arrays, inputs, d)?;
    let hint = arrays.turned_round(count_of, steps);
    let hinted = |e| match (e, &hint) {
        (Error::Input { message, .. }, Some(hint)) => Error::input(path, format!("{message}; {hint}")),
        (e, _) => e,
    };
    notes.extend(hint.clone());
    let targets = Asked::find(&arrays, map, [count_of, steps, o]).map_err(hinted)?;
    let mask = arrays.find(map, Role::Mask)?;
    let mask = mask.map(|t| Weights::new(&arrays, t, [count_of, steps])).transpose().map_err(hinted)?;
    let initial = arrays.find(map, Role::Initial)?;
    if let Some(t) = initial.filter(|t| t.shape != [count_of, n] && t.shape != [n]) {
        return Err(arrays.wrong(t, &format!("{count_of} trials x {n} state variables, or {n}")));
    }
    let lengths = arrays.find(map, Role::Lengths)?;
    let lengths = lengths.map(|t| whole(&arrays, t, count_of, steps)).transpose()?;
    let mut trials = Vec::with_capacity(count_of);
    for k in 0..count_of {
        let at = |t: usize, i: usize| inputs.data[(k * steps + t) * d + i];
        let trial = Trial {
            inputs: Mat::from_fn(d, steps, |i, t| at(t, i)),
            targets: targets.as_ref().and_then(|a| a.values(k, steps, o)),
            classes: targets.as_ref().and_then(|a| a.classes(k, steps)),
            weights: mask.as_ref().map(|m| m.of(k, steps)),
            initial: initial.map(|t| state(t, k, n)),
        };
        trials.push(finished(path, k, trial, lengths.as_ref().map(|l| l[k]), o)?);
    }
    let names = called(&arrays, map, count_of)?;
    let is_name = |name: &str| names.as_ref().is_some_and(|(own, _)| own == name);
    let used = |t: &Tensor| {
        let named = Role::of_arrays()
            .into_iter()
            .any(|r| matches!(arrays.find(map, r), Ok(Some(x)) if x.name == t.name));
        named || is_name(&t.name) || role(&t.name) == Some(Role::Time)
    };
    let (mut labels, mut of_steps) = (vec![], vec![]);
    for t in arrays.all.iter().filter(|t| !used(t)) {
        match t.shape[..] {
            [k] if k == count_of => labels.push(target(&t.name, Values::Number(t.data.clone()))),
            [k, 1] if k == count_of => labels.push(target(&t.name, Values::Number(t.data.clone()))),
            [k, s] if [k, s] == [count_of, steps] => {
                let own = trials
                    .iter()
                    .enumerate()
                    .flat_map(|(k, trial)| t.data[k * steps..k * steps + trial.steps()].iter().copied());
                of_steps.push(target(&t.name, Values::Number(own.collect())));
            }
            _ => notes
                .push(format!("array `{}` is not used: neither a value a trial nor a value a step", t.name)),
        }
    }
    for (name, values) in arrays.texts.iter().filter(|(name, _)| !is_name(name)) {
        match values.len() == count_of {
            true => labels.push(target(name, Values::Text(values.clone()))),
            false => notes.push(format!(
                "array `{name}` is not used: {}, expected one a trial",
                count(values.len(), "text")
            )),
        }
    }
    let hold = arrays.find(map, Role::Hold)?.map(|t| constant(&arrays, t, d)).transpose()?;
    Ok(Trials { trials, labels, steps: of_steps, names, told: None, hold: hold.unwrap_or_default(), notes })
}

/// What an array of one value a trial calls the trials: the one that is said to, or of a usual name.
fn called(arrays: &Arrays, map: &Map, trials: usize) -> Result<Option<(String, Vec<String>)>, Error> {
    let one = |t: &&Tensor| t.data.len() == trials && t.shape.first() == Some(&trials);
    let numbers = arrays.all.iter().filter(one).map(|t| {
        let names: Vec<String> = t.data.iter().map(f64::to_string).collect();
        (t.name.clone(), names)
    });
    let texts = arrays.texts.iter().filter(|(_, values)| values.len() == trials).cloned();
    let all: Vec<(String, Vec<String>)> = numbers.chain(texts).collect();
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let found = map.find(Role::Trial, &names, arrays.path)?;
    Ok(found.and_then(|found| all.iter().find(|(name, _)| name == found).cloned()))
}

impl Role {
    fn of_arrays() -> [Self; 6] {
        [Self::Inputs, Self::Targets, Self::Mask, Self::Initial, Self::Lengths, Self::Hold]
    }
}

fn target(name: &str, values: Values) -> Target {
    let rows: Vec<usize> = (0..match &values {
        Values::Number(v) => v.len(),
        Values::Text(v) => v.len(),
    })
        .collect();
    Target::new(name.to_owned(), &values, &rows)
}

/// Trials and steps of the inputs.
fn sizes(arrays: &Arrays, inputs: &Tensor, d: usize) -> Result<(usize, usize), Error> {
    match inputs.shape[..] {
        [k, steps, channels] if channels == d => Ok((k, steps)),
        [k, steps] if d == 1 => Ok((k, steps)),
        [steps, channels] if channels == d => Ok((1, steps)),
        [k, channels, steps] if channels == d => Err(arrays.wrong(
            inputs,
            &format!(
                "trials x steps x {d} inputs; if it is {k} trials of {steps} steps, swap its last two axes"
            ),
        )),
        _ => Err(arrays.wrong(inputs, &format!("trials x steps x {d}, as many as the network has inputs"))),
    }
}

/// The state before the first step of trial `k`.
fn state(t: &Tensor, k: usize, n: usize) -> Vec<f64> {
    let first = if t.shape.len() == 2 { k * n } else { 0 };
    t.data[first..first + n].to_vec()
}

/// Whole numbers from 1 to `most`, one a trial.
fn whole(arrays: &Arrays, t: &Tensor, trials: usize, most: usize) -> Result<Vec<usize>, Error> {
    if t.shape.iter().product::<usize>() != trials {
        return Err(arrays.wrong(t, &format!("one value for each of {trials} trials")));
    }
    let one = |v: &f64| {
        let fits = v.fract() == 0.0 && (1.0..=most as f64).contains(v);
        fits.then_some(*v as usize).ok_or_else(|| {
            let message =
                format!("array `{}`: {v}, expected whole numbers of steps from 1 to {most}", t.name);
            Error::input(arrays.path, message)
        })
    };
    t.data.iter().map(one).collect()
}

/// Constant inputs, a row each.
fn constant(arrays: &Arrays, t: &Tensor, d: usize) -> Result<Vec<Vec<f64>>, Error> {
    let fits = t.shape.len() == 2 && t.shape[1] == d || t.shape == [d];
    if !fits || !t.data.iter().all(|v| v.is_finite()) {
        return Err(arrays.wrong(t, &format!("any number of constant inputs x {d} finite values")));
    }
    Ok(t.data.chunks(d.max(1)).map(<[f64]>::to_vec).collect())
}

/// What is asked of the outputs.
enum Asked<'a> {
    /// Values, trials x steps x o.
    Values(&'a Tensor),
    /// Classes, trials x steps.
    Classes(&'a Tensor),
    /// One class a trial.
    Class(&'a Tensor),
}

impl<'a> Asked<'a> {
    fn find(arrays: &'a Arrays, map: &Map, [trials, steps, o]: [usize; 3]) -> Result<Option<Self>, Error> {
        let Some(t) = arrays.find(map, Role::Targets)? else { return Ok(None) };
        if o == 0 {
            return Ok(None);
        }
        let classes =
            o > 1 && t.data.iter().all(|v| v.is_nan() || (v.fract() == 0.0 && *v >= 0.0 && *v < o as f64));
        Ok(Some(match t.shape[..] {
            [k, s, values] if [k, s, values] == [trials, steps, o] => Self::Values(t),
            [k, s] if [k, s] == [trials, steps] && o == 1 => Self::Values(t),
            [k, s] if [k, s] == [trials, steps] && classes => Self::Classes(t),
            [k, s, 1] if [k, s] == [trials, steps] && classes => Self::Classes(t),
            [s, values] if [s, values] == [steps, o] && trials == 1 => Self::Values(t),
            [k] if k == trials && classes => Self::Class(t),
            _ => {
                let expected = match o {
                    1 => format!("{trials} trials x {steps} steps (x 1 output)"),
                    _ => format!(
                        "{trials} trials x {steps} steps x {o} outputs, or classes from 0 to {} for {trials} trials (x {steps} \
                         steps)",
                        o - 1
                    ),
                };
                return Err(arrays.wrong(t, &expected));
            }
        }))
    }

    fn values(&self, k: usize, steps: usize, o: usize) -> Option<Mat<f64>> {
        let Self::Values(t) = self else { return None };
        Some(Mat::from_fn(o, steps, |i, s| t.data[(k * steps + s) * o + i]))
    }

    fn classes(&self, k: usize, steps: usize) -> Option<Vec<f64>> {
        match self {
            Self::Values(_) => None,
            Self::Classes(t) => Some(t.data[k * steps..(k + 1) * steps].to_vec()),
            Self::Class(t) => Some(vec![t.data[k]; steps]),
        }
    }
}

/// The mask: a weight a step; of several outputs their mean.
struct Weights<'a> {
    data: &'a [f64],
    outputs: usize,
}

impl<'a> Weights<'a> {
    fn new(arrays: &Arrays, t: &'a Tensor, [trials, steps]: [usize; 2]) -> Result<Self, Error> {
        let outputs = match t.shape[..] {
            [k, s] if [k, s] == [trials, steps] => 1,
            [k, s, o] if [k, s] == [trials, steps] && o > 0 => o,
            [s] if s == steps && trials == 1 => 1,
            _ => return Err(arrays.wrong(t, &format!("{trials} trials x {steps} steps (x outputs)"))),
        };
        Ok(Self { data: &t.data, outputs })
    }

    fn of(&self, k: usize, steps: usize) -> Vec<f64> {
        let one = |s: usize| {
            let first = (k * steps + s) * self.outputs;
            self.data[first..first + self.outputs].iter().sum::<f64>() / self.outputs as f64
        };
        (0..steps).map(one).collect()
    }
}
