//! How well a path integrator knows where it is, and what its units say of positions.

use super::batch::{Shown, Walks};
use super::integrator::Integrator;
use super::looking::representations;
use super::modules::Recurrence;
use super::sample::{Cues, Glimpses, Sampler};
use crate::linalg::{Real, col};
use crate::numbers::{Estimate, deviation, jackknife};
use crate::tasks::navigation::{Place, Trajectory};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// Trajectories that are looked at together.
const TOGETHER: usize = 16;
/// Blocks of trajectories of which each is left out for errors of R^2.
const BLOCKS: usize = 20;
/// Trajectories from here on are of tests: no training of any seed has them.
pub(super) const TESTED: u64 = 1 << 41;
/// Steps that count as few.
const FEW: usize = 5;

/// Trajectories on which a network is measured, every one shown images as `glimpses` say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// Trajectories.
    pub count: usize,
    /// Actions of each.
    pub steps: usize,
    /// When images are there.
    pub glimpses: Glimpses,
    /// Of the trajectories.
    pub seed: u64,
}

impl Course {
    /// 512 trajectories of 100 actions, an image after the first action and every five from there, as the program has it.
    pub const CODED: Self =
        Self { count: 512, steps: 100, glimpses: Glimpses::Every { first: 1, period: 5 }, seed: 97 };
    /// The same with the first image after the fifth action, as printed.
    pub const PRINTED: Self = Self { glimpses: Glimpses::Every { first: 5, period: 5 }, ..Self::CODED };
    /// The same without images.
    pub const DARK: Self = Self { glimpses: Glimpses::Chance(0.0), ..Self::CODED };
}

/// How much of each unit's variance is linear in a position, R^2 of a regression with a constant; not a number for units that never change.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Of the position in the plane.
    pub absolute: Vec<f64>,
    /// Of the displacement from the start.
    pub relative: Vec<f64>,
    /// Their means over units that change, with errors between trajectories.
    pub means: [Estimate; 2],
}

/// What was found on a course.
#[derive(Clone, Debug, PartialEq)]
pub struct Walked {
    /// Distance of what is told from what is so after each action, means over trajectories.
    pub errors: Vec<Estimate>,
    /// The mean over the first five actions, and over all; errors are between trajectories.
    pub short: Estimate,
    /// As told.
    pub long: Estimate,
    /// Standard deviation over all actions of all trajectories, of both.
    pub spreads: [f64; 2],
    /// The distance of those who never tell a displacement, over few actions and over all, and after each.
    pub still: [Estimate; 2],
    /// As told.
    pub stills: Vec<Estimate>,
    /// Share of what is seen that enters the state (1 - g): of an image, of what stands for one that is not there; none of a memory. Errors are
    /// between trajectories.
    pub resets: [Estimate; 2],
    /// Of the units of states, and of images' representations.
    pub states: Explained,
    /// As told.
    pub images: Explained,
}

/// A trajectory as it went.
#[derive(Clone, Debug)]
pub struct Way {
    /// Where it was.
    pub trajectory: Trajectory,
    /// Displacements that were told, after each action.
    pub told: Vec<[f64; 2]>,
    /// States, m x T.
    pub states: Mat<f32>,
    /// 1 - g after each action, and whether an image was there.
    pub resets: Vec<(f64, bool)>,
    /// ln g, the share of the integrated state that was kept, after each action; not numbers of a memory.
    pub log_kept: Vec<f64>,
    /// Input and forget gates of a memory, 2 m x T; nothing of other networks.
    pub gates: Mat<f32>,
}

impl Course {
    /// The ways of trajectories `first`, ... of the course, `count` of them.
    pub fn ways<T: Real>(
        &self,
        integrator: &mut Integrator<T>,
        theta: &[T],
        sampler: &Sampler<'_>,
        first: usize,
        count: usize,
    ) -> Vec<Way> {
        let numbered = TESTED + first as u64;
        let ways = sampler.world.wanders(self.seed, numbered, count, self.steps, sampler.spread);
        self.along(integrator, theta, sampler, first, ways)
    }

    /// The same of given ways, which stand for trajectories `first`, ... of the course.
    ///
    /// # Panics
    /// For ways of several lengths.
    pub fn along<T: Real>(
        &self,
        integrator: &mut Integrator<T>,
        theta: &[T],
        sampler: &Sampler<'_>,
        first: usize,
        ways: Vec<Trajectory>,
    ) -> Vec<Way> {
        let sampler = Sampler { cues: Cues { glimpses: self.glimpses, ..sampler.cues }, ..*sampler };
        let walks: Walks<T> = sampler.along(&ways, self.seed, TESTED + first as u64);
        let (count, length) = (walks.count, walks.steps);
        integrator.losses(theta, Some(&walks), None, super::Averaging::Coded);
        let (states, said, shares) =
            (integrator.states(), integrator.displacements(), integrator.log_shares());
        let (resets, gates) =
            (integrator.modules().recurrence() == Recurrence::Resetting, integrator.memory_gates());
        let one = |(j, trajectory): (usize, Trajectory)| {
            let at = |t: usize| t * count + j;
            let steps = 0..length;
            Way {
                trajectory,
                told: steps.clone().map(|t| [0, 1].map(|i| said[(i, at(t))].to_f64())).collect(),
                states: Mat::from_fn(states.nrows(), length, |i, t| states[(i, at(t))].to_f64() as f32),
                log_kept: steps
                    .clone()
                    .map(|t| if resets { shares[(0, at(t))].to_f64() } else { f64::NAN })
                    .collect(),
                resets: steps
                    .map(|t| {
                        let there = matches!(walks.shown[at(t)], Shown::Image(c) if walks_image(&walks, c));
                        let share = if resets { shares[(1, at(t))].to_f64().exp() } else { f64::NAN };
                        (share, there)
                    })
                    .collect(),
                gates: gates.map_or_else(Mat::new, |g| {
                    Mat::from_fn(2 * states.nrows(), length, |i, t| g[(i, at(t))].to_f64() as f32)
                }),
            }
        };
        ways.into_iter().enumerate().map(one).collect()
    }

    /// Walks the course.
    pub fn walk<T: Real>(
        &self,
        integrator: &mut Integrator<T>,
        theta: &[T],
        sampler: &Sampler<'_>,
        tell: &dyn Fn(usize),
    ) -> Walked {
        let m = integrator.modules().representation();
        let blocks = || (0..BLOCKS.min(self.count)).map(|_| Moments::new(m)).collect::<Vec<_>>();
        let (mut states, mut images) = (blocks(), blocks());
        let (mut errors, mut stills): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (vec![], vec![]);
        let mut resets = [vec![], vec![]];
        for first in (0..self.count).step_by(TOGETHER) {
            tell(first);
            let count = TOGETHER.min(self.count - first);
            for (k, way) in self.ways(integrator, theta, sampler, first, count).into_iter().enumerate() {
                let block = (first + k) % states.len();
                let truth = way.trajectory.displacements();
                let off = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
                errors.push(way.told.iter().zip(&truth).map(|(a, b)| off(*a, *b)).collect());
                stills.push(truth.iter().map(|b| off([0.0; 2], *b)).collect());
                for (there, shares) in [true, false].into_iter().zip(&mut resets) {
                    let own: Vec<f64> = way.resets.iter().filter(|r| r.1 == there).map(|r| r.0).collect();
                    shares.push(mean(&own));
                }
                let places = positions(sampler, &way.trajectory, &truth);
                states[block].add(way.states.as_ref(), &places);
                let seen = representations(integrator, theta, sampler, &way.trajectory.places[1..]);
                images[block].add(seen.as_ref(), &places);
            }
        }
        let after = |all: &[Vec<f64>], t: usize| Estimate::mean(all.iter().map(|e| e[t]));
        let upto = |all: &[Vec<f64>], t: usize| Estimate::mean(all.iter().map(|e| mean(&e[..t])));
        let few = FEW.min(self.steps);
        Walked {
            errors: (0..self.steps).map(|t| after(&errors, t)).collect(),
            short: upto(&errors, few),
            long: upto(&errors, self.steps),
            spreads: [few, self.steps]
                .map(|t| deviation(&errors.iter().flat_map(|e| e[..t].to_vec()).collect::<Vec<_>>())),
            still: [few, self.steps].map(|t| upto(&stills, t)),
            stills: (0..self.steps).map(|t| after(&stills, t)).collect(),
            resets: resets.map(Estimate::mean_of_found),
            states: Explained::of(&states),
            images: Explained::of(&images),
        }
    }
}

/// Whether an image is one of a place: the black one stands last where there is one.
fn walks_image<T: Real>(walks: &Walks<T>, column: usize) -> bool {
    column + 1 < walks.images.ncols() || col(walks.images.as_ref(), column).iter().any(|v| *v != T::ZERO)
}

/// Position in the plane and displacement after each action.
fn positions(sampler: &Sampler<'_>, way: &Trajectory, truth: &[[f64; 2]]) -> Vec<[f64; 4]> {
    let map = sampler.world.map();
    let one = |(place, d): (&Place, &[f64; 2])| {
        let [x, y] = map.plane(place.room, place.at);
        [x, y, d[0], d[1]]
    };
    way.places[1..].iter().zip(truth).map(one).collect()
}

impl Explained {
    /// Of all blocks of trajectories; errors by leaving each out.
    fn of(blocks: &[Moments]) -> Self {
        let all = Moments::sum(blocks.iter());
        let shares =
            |m: &Moments, first: usize| -> Vec<f64> { m.units.iter().map(|u| m.share(u, first)).collect() };
        let middle = |m: &Moments, first: usize| Estimate::mean_of_found(shares(m, first)).value;
        let without =
            |k: usize| Moments::sum(blocks.iter().enumerate().filter(|(b, _)| *b != k).map(|(_, m)| m));
        let left: Vec<Moments> =
            if blocks.len() < 3 { vec![] } else { (0..blocks.len()).map(without).collect() };
        let mean = |first: usize| {
            jackknife::delete_one(middle(&all, first), left.iter().map(|m| Some(middle(m, first))))
        };
        Self { absolute: shares(&all, 0), relative: shares(&all, 2), means: [mean(0), mean(2)] }
    }
}

/// Sums of products of units and positions, for regressions.
#[derive(Clone)]
struct Moments {
    count: f64,
    /// Of a unit: h, h^2, h times each of the four.
    units: Vec<[f64; 6]>,
    /// Means and products of the four.
    sums: [f64; 4],
    products: [[f64; 4]; 4],
}

impl Moments {
    fn new(units: usize) -> Self {
        Self { count: 0.0, units: vec![[0.0; 6]; units], sums: [0.0; 4], products: [[0.0; 4]; 4] }
    }

    fn add(&mut self, states: MatRef<f32>, places: &[[f64; 4]]) {
        self.count += places.len() as f64;
        for p in places {
            for i in 0..4 {
                self.sums[i] += p[i];
                (0..4).for_each(|j| self.products[i][j] += p[i] * p[j]);
            }
        }
        self.units.par_iter_mut().enumerate().for_each(|(unit, sums)| {
            for (t, p) in places.iter().enumerate() {
                let h = f64::from(states[(unit, t)]);
                sums[0] += h;
                sums[1] += h * h;
                (0..4).for_each(|i| sums[2 + i] += h * p[i]);
            }
        });
    }

    fn sum<'a>(all: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let units = all.clone().next().map_or(0, |m| m.units.len());
        let mut sum = Self::new(units);
        for m in all {
            sum.count += m.count;
            for (to, from) in sum.units.iter_mut().zip(&m.units) {
                to.iter_mut().zip(from).for_each(|(t, f)| *t += f);
            }
            for i in 0..4 {
                sum.sums[i] += m.sums[i];
                (0..4).for_each(|j| sum.products[i][j] += m.products[i][j]);
            }
        }
        sum
    }

    /// R^2 of a unit by coordinates `first` and the next.
    fn share(&self, unit: &[f64; 6], first: usize) -> f64 {
        let n = self.count;
        let at = [first, first + 1];
        let centred = |product: f64, a: f64, b: f64| product / n - (a / n) * (b / n);
        let variance = centred(unit[1], unit[0], unit[0]);
        let with = at.map(|i| centred(unit[2 + i], unit[0], self.sums[i]));
        let c = at.map(|i| at.map(|j| centred(self.products[i][j], self.sums[i], self.sums[j])));
        let determinant = c[0][0] * c[1][1] - c[0][1] * c[1][0];
        if !(variance > 1e-12 * (unit[1] / n)) || !(determinant > 0.0) {
            return f64::NAN;
        }
        let square =
            c[1][1] * with[0].powi(2) - 2.0 * c[0][1] * with[0] * with[1] + c[0][0] * with[1].powi(2);
        square / determinant / variance
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
