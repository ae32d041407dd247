//! Where in space the units of a recording are active.

mod entry;

pub use entry::Entry;

use super::{Analyses, Left};
use crate::analyses::modules::{Diagnostic, OfRecording};
use crate::analyses::{Error, Module};
use crate::diagnostics::geometry::spatial::{
    Maps, PLACE, Places, Regressors, Rings, Tuning, autocorrelogram, border_score, fields, grid_score,
    information, mean_vector, rate_maps, tuning,
};
use crate::linalg::col;
use crate::linalg::random::{Use, stream};
use crate::numbers::quantile;
use rand::RngExt;
use rayon::prelude::*;

/// Bins of a map along each coordinate.
const BINS: usize = 20;
/// Standard deviation of the smoothing, bins.
const SMOOTHING: f64 = 1.0;
/// Bins of the heading.
const HEADINGS: usize = 60;
/// How often activity is shifted.
const SHUFFLES: usize = 100;

/// Information, border, grid and heading scores, R^2 by the position and by the displacement from the start of the trial.
pub const SCORES: usize = 6;

/// A score of a unit.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// NaN where the unit has none.
    pub value: f64,
    /// Share of the shifted that have as much, by rank; NaN where nothing was shifted.
    pub p: f64,
}

/// What a unit says of the place.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Information, border score, grid score, length of the mean vector, R^2 by the position and by the displacement.
    pub scores: [Score; SCORES],
    /// Fields.
    pub fields: usize,
    /// Bins of the largest.
    pub largest: usize,
    /// Preferred heading, radians; NaN: none.
    pub direction: f64,
    /// Largest and mean rate of the map.
    pub peak: f64,
    /// Mean rate over the rows in the map.
    pub mean: f64,
}

/// Where units are active.
#[derive(Clone, Debug)]
pub struct Spatial {
    /// Names of the units.
    pub names: Vec<String>,
    /// What is said of each.
    pub units: Vec<Unit>,
    /// Maps over positions; none without positions.
    pub map: Option<Map>,
    /// Tuning to the heading; none without one.
    pub tuning: Option<Tuning>,
    /// How often activity was shifted.
    pub shuffles: usize,
    /// The score that 95 of 100 shifted units stay below.
    pub level: [f64; SCORES],
    /// Whether activity is counts.
    pub counts: bool,
    /// What was left out.
    pub left: Vec<Left>,
    /// Rows without a position, or outside of the box.
    pub outside: usize,
}

/// Maps over positions.
#[derive(Clone, Debug)]
pub struct Map {
    /// Names of the coordinates.
    pub of: Vec<String>,
    /// Ends of each.
    pub range: Vec<[f64; 2]>,
    /// Bins of the rows.
    pub places: Places,
    /// Rates.
    pub maps: Maps,
}

impl Diagnostic for Spatial {
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.spatial()));
    const OF_POSITION: bool = true;
}

/// What scores are found of.
struct Found {
    places: Option<Places>,
    rings: Option<Rings>,
    heading: Option<Vec<f64>>,
    /// The position, and the displacement from the start of the trial.
    linear: [Option<Regressors>; 2],
}

impl Analyses<'_> {
    fn spatial(&self) -> Result<Spatial, Error> {
        let (held, beside) = (self.held, &self.config.recording.beside);
        let position = &held.places.position;
        if position.is_empty() && held.places.heading.is_none() {
            let message = "the module spatial needs --position COLUMNS or --heading COLUMN";
            return Err(Error::Config(message.into()));
        }
        if position.len() > 2 {
            let message = format!("--position: {} columns, expected one coordinate or two", position.len());
            return Err(Error::Config(message));
        }
        let range = self.range()?;
        let columns: Vec<&[f64]> = position.iter().map(|p| &p.1[..]).collect();
        let bins = beside.bins.unwrap_or(BINS);
        let places = (!columns.is_empty()).then(|| Places::of(&columns, &range, bins, SMOOTHING));
        if places.as_ref().is_some_and(|p| p.bin.iter().flatten().count() < 2) {
            return Err(Error::input(
                &self.config.file,
                "--position: no two rows have a position in the box",
            ));
        }
        let rings = places.as_ref().filter(|p| p.bins[1] > 1).map(|p| Rings::of(p.bins));
        let heading = held.places.heading.as_ref().map(|h| h.1.clone());
        let moved = self.displacements();
        let moved: Vec<&[f64]> = moved.iter().map(Vec::as_slice).collect();
        let linear = [&columns, &moved].map(|c| Regressors::of(c));
        let found = Found { places, rings, heading, linear };
        let shuffles = self.config.analyses.shuffles.unwrap_or(SHUFFLES);
        let (own, maps, tuning) = found.scores(self, &|t| t);
        let again = |k: usize| {
            let rows = self.shifted(k);
            found.scores(self, &|t| rows[t]).0
        };
        let shifted: Vec<Vec<[f64; SCORES]>> = (0..shuffles).into_par_iter().map(again).collect();
        let units = (0..self.units.len())
            .map(|i| unit(i, &own, &shifted, found.places.as_ref(), maps.as_ref(), tuning.as_ref()))
            .collect();
        let level = |s: usize| quantile(shifted.iter().flatten().map(|u| u[s]), 0.95).unwrap_or(f64::NAN);
        let thinned =
            (held.every > 1).then_some(Left::Thinned { module: Module::Spatial, every: held.every });
        let outside = found.places.as_ref().map_or(0, |p| p.bin.iter().filter(|b| b.is_none()).count());
        let of = position.iter().map(|p| p.0.clone()).collect();
        Ok(Spatial {
            names: self.units.to_vec(),
            units,
            map: found.places.zip(maps).map(|(places, maps)| Map { of, range, places, maps }),
            tuning,
            shuffles,
            level: std::array::from_fn(level),
            counts: self.counts,
            left: thinned.into_iter().collect(),
            outside,
        })
    }

    /// Ends of each coordinate of the position.
    fn range(&self) -> Result<Vec<[f64; 2]>, Error> {
        let position = &self.held.places.position;
        if let Some(ends) = self.config.recording.beside.ends(position.len())? {
            return Ok(ends);
        }
        let ends = |(name, values): &(String, Vec<f64>)| {
            let known = values.iter().copied().filter(|v| v.is_finite());
            let [lo, hi] = known.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)]);
            match lo < hi {
                true => Ok([lo, hi]),
                false => {
                    let message = format!("--position: `{name}` does not vary, there is no map over it");
                    Err(Error::input(&self.config.file, message))
                }
            }
        };
        position.iter().map(ends).collect()
    }

    /// How far each row is from the first known position of its trial, along each coordinate; nothing without trials.
    fn displacements(&self) -> Vec<Vec<f64>> {
        let Some(trials) = &self.held.trials else { return vec![] };
        let one = |values: &Vec<f64>| {
            let mut start = std::collections::BTreeMap::new();
            let known = trials.iter().zip(values);
            known
                .map(|(k, v)| if v.is_finite() { v - *start.entry(k).or_insert(*v) } else { f64::NAN })
                .collect()
        };
        self.held.places.position.iter().map(|p| one(&p.1)).collect()
    }

    /// The row whose activity each row is given, in a circle within its trial.
    fn shifted(&self, shuffle: usize) -> Vec<usize> {
        let rows = self.held.x.ncols();
        let mut of_trial: Vec<Vec<usize>> = vec![];
        match &self.held.trials {
            Some(trials) => {
                of_trial.resize(trials.iter().max().map_or(0, |m| m + 1), vec![]);
                trials.iter().enumerate().for_each(|(t, k)| of_trial[*k].push(t));
            }
            None => of_trial.push((0..rows).collect()),
        }
        let mut rng = stream(self.config.seed, Use::Surrogate, (4 << 32) + shuffle as u64);
        let mut row = vec![0; rows];
        for trial in of_trial.iter().filter(|t| !t.is_empty()) {
            let by = if trial.len() > 1 { rng.random_range(1..trial.len()) } else { 0 };
            trial.iter().enumerate().for_each(|(k, t)| row[*t] = trial[(k + by) % trial.len()]);
        }
        row
    }
}

impl Found {
    /// Scores of all units, and the maps and tuning that they are of, where row t is given the activity of another.
    fn scores(
        &self,
        analyses: &Analyses<'_>,
        row: &(dyn Fn(usize) -> usize + Sync),
    ) -> (Vec<[f64; SCORES]>, Option<Maps>, Option<Tuning>) {
        let x = analyses.held.x.as_ref();
        let maps = self.places.as_ref().map(|p| rate_maps(x, p, row));
        let curves = self.heading.as_ref().map(|h| tuning(x, h, HEADINGS, row));
        let one = |i: usize| {
            let mut scores = [f64::NAN; SCORES];
            if let (Some(p), Some(m)) = (&self.places, &maps) {
                let map = col(m.rates.as_ref(), i);
                scores[0] = information(map, &m.occupancy).unwrap_or(f64::NAN);
                if let Some(rings) = &self.rings {
                    scores[1] = border_score(map, p.bins, p.width).unwrap_or(f64::NAN);
                    scores[2] = grid_score(&autocorrelogram(map, p.bins), rings).unwrap_or(f64::NAN);
                }
            }
            for (score, by) in scores[4..].iter_mut().zip(&self.linear) {
                *score = by.as_ref().and_then(|r| r.explained(x, i, row)).unwrap_or(f64::NAN);
            }
            if let Some(t) = &curves {
                scores[3] = mean_vector(col(t.rates.as_ref(), i), &t.at).map_or(f64::NAN, |v| v.0);
            }
            scores
        };
        ((0..x.nrows()).into_par_iter().map(one).collect(), maps, curves)
    }
}

fn unit(
    i: usize,
    own: &[[f64; SCORES]],
    shifted: &[Vec<[f64; SCORES]>],
    places: Option<&Places>,
    maps: Option<&Maps>,
    tuning: Option<&Tuning>,
) -> Unit {
    let score = |s: usize| {
        let value = own[i][s];
        let chance: Vec<f64> = shifted.iter().map(|u| u[i][s]).filter(|v| v.is_finite()).collect();
        // Equal but for rounding is as much.
        let as_much = chance.iter().filter(|v| **v >= value - 1e-12 * value.abs()).count();
        let p = (1 + as_much) as f64 / (1 + chance.len()) as f64;
        Score { value, p: if value.is_finite() && !chance.is_empty() { p } else { f64::NAN } }
    };
    let of_map = |f: &dyn Fn(&[f64], &Places, &Maps) -> f64| {
        places.zip(maps).map_or(f64::NAN, |(p, m)| f(col(m.rates.as_ref(), i), p, m))
    };
    let found =
        places.zip(maps).map_or_else(Vec::new, |(p, m)| fields(col(m.rates.as_ref(), i), p.bins, PLACE));
    let vector = tuning.and_then(|t| mean_vector(col(t.rates.as_ref(), i), &t.at));
    Unit {
        scores: std::array::from_fn(score),
        fields: found.len(),
        largest: found.first().map_or(0, |f| f.bins.len()),
        direction: vector.map_or(f64::NAN, |v| v.1),
        peak: of_map(&|map, _, _| map.iter().copied().filter(|v| v.is_finite()).fold(f64::NAN, f64::max)),
        mean: of_map(&|map, _, m| {
            map.iter().zip(&m.occupancy).filter(|(_, p)| **p > 0.0).map(|(r, p)| r * p).sum()
        }),
    }
}
