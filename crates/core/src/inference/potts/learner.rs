//! Groups of chains that learn beside each other, and what they find together.

use super::coordinates::Coordinates;
use super::group::{Group, Moments};
use super::learning::NOISE;
use super::steep::Steep;
use super::{Error, Learned, Learning, Penalty, Potts, PseudoLikelihood, Samples, Settings, Stage, fit};
use crate::inference::chains::{Summary, summary};
use crate::linalg::random::{Use, normal, stream};
use crate::linalg::{col, col_mut};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Sweeps of chains before they are used.
const BURN: usize = 200;
/// Sweeps between updates at most.
const MOST_SWEEPS: usize = 10;

/// The groups and what they are held against.
pub(super) struct Run {
    groups: Vec<Group>,
    data: Moments,
    coordinates: Coordinates,
    sweeps: usize,
    o: Learning,
    start: Potts,
}

/// What chains of one model find.
pub(super) struct Check {
    /// As in [`Learned`].
    pub mismatch: f64,
    pub resolution: f64,
    pub chains: Summary,
}

impl Run {
    /// Groups at the pseudo-likelihood's maximum, whose chains have settled there.
    pub fn new(samples: &Samples, penalty: Penalty, o: Learning) -> Result<Self, Error> {
        let data = Moments::new(samples);
        let sites = samples.sites.clone();
        let coordinates = Coordinates::of_data(sites, data.single.clone(), data.weight, 1.0, penalty);
        // The pseudo-likelihood's penalty of the same strength is twice that of the likelihood.
        let twice = Penalty::new(2.0 * penalty.couplings, 2.0 * penalty.fields)?;
        let settings = Settings { tolerance: 1e-6, aim: 1e-6, ..Settings::default() };
        let start = fit(&mut PseudoLikelihood::new(samples), twice, None, &settings)?.model;
        let place = coordinates.of(&start);
        let groups: Result<Vec<Group>, Error> =
            (0..o.groups).map(|g| Group::new(&start, &place, o.chains, o.seed, g)).collect();
        let mut run = Self { groups: groups?, data, coordinates, sweeps: 1, o, start };
        run.look(BURN, false)?;
        run.look(BURN, true)?;
        let tau = run.energies().tau.value;
        // Truncation is meant: a number of sweeps.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let sweeps = (2.0 * tau).ceil() as usize;
        run.sweeps = sweeps.clamp(1, MOST_SWEEPS);
        Ok(run)
    }

    /// The weight of all samples.
    pub fn weight(&self) -> f64 {
        self.data.weight
    }

    /// Draws that each update rests on.
    pub fn draws(&self) -> f64 {
        (self.o.chains * self.sweeps) as f64
    }

    /// Sweeps of all groups, and their gradients.
    fn look(&mut self, sweeps: usize, keep: bool) -> Result<(), Error> {
        let (data, coordinates) = (&self.data, &self.coordinates);
        self.groups.par_iter_mut().try_for_each(|g| g.look(coordinates, data, sweeps, keep))
    }

    /// What the chains say of the energies that they kept, which are let go.
    fn energies(&mut self) -> Summary {
        let all: Vec<Vec<f64>> =
            self.groups.iter_mut().flat_map(|g| g.energies.iter_mut().map(std::mem::take)).collect();
        summary(&all.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// The steepest directions, by draws of the chains.
    pub fn steep(&mut self) -> Result<Steep, Error> {
        const DRAWS: usize = 2048;
        let mut halves = [vec![], vec![]];
        while halves[1].len() < DRAWS / 2 {
            self.look(self.sweeps, false)?;
            for (k, group) in self.groups.iter().enumerate() {
                halves[k % 2].extend(group.states()?);
            }
        }
        let [a, b] = halves;
        let sites = &self.start.sites;
        let halves = [Samples::new(sites.clone(), a)?, Samples::new(sites.clone(), b)?];
        let mut rng = stream(self.o.seed, Use::Search, 0);
        Ok(Steep::new(&self.coordinates, self.data.weight, &halves, &mut rng))
    }

    /// Moves groups apart: directions in which they do not come together again show in their spread.
    pub fn part(&mut self) {
        const MOST: f64 = 0.2;
        let scale = self.coordinates.scale();
        for (number, group) in self.groups.iter_mut().enumerate() {
            let mut rng = stream(self.o.seed, Use::Start, number as u64);
            group.place.iter_mut().zip(scale).for_each(|(x, s)| *x += normal(&mut rng) * (MOST / s).min(1.0));
        }
    }

    /// Updates of one size; the mean place of each group over the last three quarters, where it goes on.
    pub fn stage(
        &mut self,
        updates: usize,
        steep: &Steep,
        share: f64,
        tell: &(dyn Fn(usize) + Sync),
    ) -> Result<Vec<Vec<f64>>, Error> {
        let (data, coordinates, sweeps) = (&self.data, &self.coordinates, self.sweeps);
        let counted = updates - updates / 4;
        let done = AtomicUsize::new(0);
        let groups = self.groups.len();
        let learn = |group: &mut Group| {
            let mut sum = vec![0.0; group.place.len()];
            for update in 0..updates {
                tell(done.fetch_add(1, Ordering::Relaxed) / groups);
                group.look(coordinates, data, sweeps, false)?;
                group.step(steep, coordinates.scale(), share);
                if update >= updates - counted {
                    sum.iter_mut().zip(&group.place).for_each(|(s, x)| *s += x / counted as f64);
                }
            }
            group.place.clone_from(&sum);
            Ok(sum)
        };
        self.groups.par_iter_mut().map(learn).collect()
    }

    /// What chains of the groups' mean find.
    pub fn check(&mut self, places: &[Vec<f64>], updates: usize) -> Result<Check, Error> {
        let middle = mean(places);
        self.groups.iter_mut().for_each(|g| g.place.clone_from(&middle));
        self.look(updates / 4, false)?;
        self.energies();
        self.look(updates * self.sweeps, true)?;
        let gradients: Vec<&[f64]> = self.groups.iter().map(|g| &g.gradient[..]).collect();
        // The data's sampling error makes the square of a slope as large as the share that data have of its coordinate.
        let count = self.coordinates.told();
        let squares = mean(&gradients).iter().map(|g| g * g).sum::<f64>() / count;
        let errors = spread(&gradients).iter().map(|e| e * e).sum::<f64>() / count;
        self.groups.iter_mut().zip(places).for_each(|(g, p)| g.place.clone_from(p));
        Ok(Check {
            mismatch: (squares - errors).max(0.0).sqrt(),
            resolution: errors.sqrt(),
            chains: self.energies(),
        })
    }

    /// The result at the groups' places.
    pub fn learned(mut self, places: &[Vec<f64>], check: &Check, stages: Vec<Stage>) -> Learned {
        let models: Vec<Potts> = places.iter().map(|p| self.penalised(p)).collect();
        let middle = self.penalised(&mean(places));
        let mut errors = Potts::free(middle.sites.clone());
        let times = (check.mismatch / (NOISE * check.resolution)).max(1.0);
        let wide = |lists: &[&[f64]]| spread(lists).into_iter().map(|e| times * e).collect::<Vec<f64>>();
        let fields: Vec<&[f64]> = models.iter().map(|m| &m.fields[..]).collect();
        errors.fields = wide(&fields);
        for k in 0..errors.fields.len() {
            let columns: Vec<&[f64]> = models.iter().map(|m| col(m.couplings.as_ref(), k)).collect();
            col_mut(errors.couplings.as_mut(), k).copy_from_slice(&wide(&columns));
        }
        Learned {
            model: middle,
            errors,
            mismatch: check.mismatch,
            resolution: check.resolution,
            updates: stages.last().map_or(0, |s| s.updates),
            sweeps: self.sweeps,
            chains: check.chains,
            stages,
        }
    }

    fn penalised(&mut self, place: &[f64]) -> Potts {
        let model = &mut self.start;
        self.coordinates.model(place, &mut model.fields, &mut model.couplings);
        self.coordinates.penalised(&model.fields, &model.couplings)
    }
}

/// Means over lists, number by number.
fn mean<L: AsRef<[f64]>>(lists: &[L]) -> Vec<f64> {
    let mut out = vec![0.0; lists[0].as_ref().len()];
    for list in lists {
        out.iter_mut().zip(list.as_ref()).for_each(|(o, v)| *o += v / lists.len() as f64);
    }
    out
}

/// Standard errors of those means.
fn spread(lists: &[&[f64]]) -> Vec<f64> {
    let (middle, count) = (mean(lists), lists.len() as f64);
    let of = |k: usize| lists.iter().map(|l| (l[k] - middle[k]).powi(2)).sum::<f64>();
    (0..middle.len()).map(|k| (of(k) / (count * (count - 1.0))).sqrt()).collect()
}
