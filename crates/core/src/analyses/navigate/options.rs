//! Options of `train navigate`, one by one.

use super::TrainNavigator;
use super::plan::Reading;
use crate::analyses::Error;
use crate::analyses::check::numbers;
use crate::analyses::lists::distinct;
use crate::io::nearest::meant;
use crate::tasks::navigation::{Map, World};
use crate::training::navigation::{Module, Rates, Recurrence, Weights};
use std::path::Path;

pub(super) fn modules(list: &str) -> Result<Vec<Module>, String> {
    let names: Vec<&str> = Module::ALL.iter().map(|m| m.name()).collect();
    let one = |name: &str| {
        let found = Module::ALL.into_iter().find(|m| m.name() == name);
        found.ok_or_else(|| format!("--take {name}: no such module; {}", meant(name, &names)))
    };
    let named = distinct("--take", list)?;
    named.into_iter().map(one).collect()
}

pub(super) fn reading(a: &TrainNavigator) -> Result<Reading, String> {
    match a.reading.as_str() {
        "printed" => Ok(Reading::Printed),
        "coded" => Ok(Reading::Coded),
        other => Err(format!("--reading {other}: expected printed or coded")),
    }
}

/// The file that a map is in, if it is not one of the thesis's.
pub(super) fn map_file(map: &str) -> Option<&Path> {
    let file = Path::new(map);
    file.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")).then_some(file)
}

/// The map, one of the thesis's by name, else a file.
pub(super) fn world(a: &TrainNavigator) -> Result<World, Error> {
    let map = if let Some(file) = map_file(&a.map) {
        if std::fs::metadata(file).is_ok_and(|m| !m.is_file()) {
            return Err(Error::input(file, "found no file, expected a map in TOML; name one"));
        }
        let text = std::fs::read_to_string(file)
            .map_err(|e| Error::input(file, format!("cannot be read: {e}; name a map in TOML")))?;
        Map::parse(&text).map_err(|e| Error::input(file, e.to_string()))?
    } else {
        Map::named(&a.map)
            .map_err(|e| Error::Config(format!("--map {}: {e} (its name ends in .toml)", a.map)))?
    };
    let coded = reading(a).map_err(Error::Config)? == Reading::Coded;
    let usual = (coded && map.goals.contains_key("Default")).then_some("Default");
    let goal = match a.goal.as_deref() {
        Some("none") => None,
        given => given.or(usual),
    };
    let option = a.goal.as_ref().map_or(format!("--map {}", a.map), |g| format!("--goal {g}"));
    World::new(map, goal).map_err(|e| Error::Config(format!("{option}: {e}")))
}

/// The networks, and whether their models have losses unless asked otherwise.
pub(super) fn model(a: &TrainNavigator) -> Result<(Recurrence, bool), String> {
    match a.model.as_str() {
        "rpi" => Ok((Recurrence::Resetting, true)),
        "lstm" => Ok((Recurrence::Memory, false)),
        "start" => Ok((Recurrence::MemoryAndStart, false)),
        "hybrid" => Ok((Recurrence::MemoryAndStart, true)),
        other => Err(format!("--model {other}: expected rpi, lstm, start or hybrid")),
    }
}

/// What is learned after models were, and on which losses (fanthomme2021, B.6).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Curriculum {
    Gate,
    Integration,
    All,
}

fn curriculum(a: &TrainNavigator) -> Result<Option<Curriculum>, String> {
    let Some(name) = &a.curriculum else { return Ok(None) };
    let found = match name.to_ascii_lowercase().as_str() {
        "a" => Curriculum::Gate,
        "b" => Curriculum::Integration,
        "c" => Curriculum::All,
        _ => return Err(format!("--curriculum {name}: expected a, b or c")),
    };
    match (&a.from, a.model.as_str(), &a.weights, &a.rates) {
        (None, ..) => {
            Err(format!("--curriculum {name}: expected --from, a network whose models were trained"))
        }
        (_, "rpi", None, None) => Ok(Some(found)),
        (_, "rpi", ..) => {
            Err(format!("--curriculum {name} sets --weights and --rates; leave these or it out"))
        }
        (_, other, ..) => Err(format!("--curriculum {name}: expected --model rpi, not {other}")),
    }
}

/// Learning rates as they are asked for.
pub(super) fn rates(a: &TrainNavigator, recurrence: Recurrence, coded: bool) -> Result<Rates, String> {
    let usual = if coded { Rates::CODED } else { Rates::PRINTED };
    if curriculum(a)? == Some(Curriculum::Gate) {
        return Ok(usual.alone(Module::Gate));
    }
    match a.rates.as_deref() {
        None if recurrence != Recurrence::Resetting => Ok(Rates::MEMORY),
        None => Ok(usual),
        Some("frozen") => Ok(Rates::FROZEN),
        Some(text) => {
            let all = at_least_zero("--rates", text, 0)?;
            match all.len() {
                // The last is the memory's.
                5 if recurrence == Recurrence::Resetting => Ok(Rates(std::array::from_fn(|k| all[k.min(4)]))),
                6 => Ok(Rates(std::array::from_fn(|k| all[k]))),
                n => {
                    let of = if recurrence == Recurrence::Resetting { "5" } else { "6" };
                    Err(format!("--rates {text}: found {n}, expected {of} numbers"))
                }
            }
        }
    }
}

pub(super) fn weights(a: &TrainNavigator, recurrence: Recurrence, models: bool) -> Result<Weights, String> {
    let alone = curriculum(a)?.is_some_and(|c| c != Curriculum::All);
    let usual = if models && !alone { "1,10,10" } else { "1,0,0" };
    let text = a.weights.as_deref().unwrap_or(usual);
    let w = at_least_zero("--weights", text, 3)?;
    if recurrence == Recurrence::Memory && w[1] + w[2] > 0.0 {
        return Err(format!("--weights {text}: --model lstm has no models; --model hybrid has"));
    }
    Ok(Weights { integration: w[0], direct: w[1], inverse: w[2] })
}

pub(super) fn share(option: &str, p: f64) -> Result<(), String> {
    match (0.0..=1.0).contains(&p) {
        true => Ok(()),
        false => Err(format!("{option} {p}: expected a share from 0 to 1")),
    }
}

pub(super) fn at_least_zero(option: &str, text: &str, expected: usize) -> Result<Vec<f64>, String> {
    let all = numbers(option, text)?;
    if expected > 0 && all.len() != expected {
        return Err(format!("{option} {text}: found {}, expected {expected} numbers", all.len()));
    }
    match all.iter().find(|v| !(v.is_finite() && **v >= 0.0)) {
        Some(v) => Err(format!("{option} {v}: expected numbers that are not below zero")),
        None => Ok(all),
    }
}
