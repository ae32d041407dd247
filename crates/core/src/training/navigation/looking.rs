//! What a trained network makes of single images, and of pairs of them.

use super::integrator::Integrator;
use super::modules::{Module, Modules, Recurrence};
use super::sample::Sampler;
use crate::linalg::random::{Rng, Use, shuffled, stream};
use crate::linalg::{Real, col, col_mut};
use crate::numbers::{Estimate, jackknife};
use crate::tasks::navigation::Place;
use faer::{Mat, MatRef};

/// Images that are looked at together.
const TOGETHER: usize = 512;

/// V of the images of places, m x k.
pub fn representations<T: Real>(
    integrator: &Integrator<T>,
    theta: &[T],
    sampler: &Sampler<'_>,
    places: &[Place],
) -> Mat<f32> {
    let mut all = Mat::zeros(integrator.modules().representation(), places.len());
    for (k, some) in places.chunks(TOGETHER).enumerate() {
        let seen = through(integrator.modules(), Module::Visual, theta, sampler.images::<T>(some).as_ref());
        all.as_mut().subcols_mut(k * TOGETHER, some.len()).copy_from(&seen);
    }
    all
}

/// The output of a module's layers.
fn through<T: Real>(modules: &Modules, module: Module, theta: &[T], items: MatRef<T>) -> Mat<f32> {
    let (layers, own) = (modules.layers(module), &theta[modules.range(module)]);
    let mut tape = layers.tape::<T>(items.ncols());
    layers.forward(own, items, &mut tape, 0..items.ncols());
    let out = tape.output();
    Mat::from_fn(out.nrows(), out.ncols(), |i, j| out[(i, j)].to_f64() as f32)
}

/// ln g, the share of the integrated state that is kept where these are seen, of m x k representations.
///
/// # Panics
/// For networks without a gate.
pub fn log_kept<T: Real>(integrator: &mut Integrator<T>, theta: &[T], seen: MatRef<f32>) -> Vec<f64> {
    assert!(integrator.modules().recurrence() == Recurrence::Resetting, "a network with a gate");
    integrator.weighed(theta, seen)
}

/// What I tells of the displacement between two representations, column by column.
///
/// # Panics
/// For networks whose I looks at one state alone.
pub fn told<T: Real>(modules: &Modules, theta: &[T], from: MatRef<f32>, to: MatRef<f32>) -> Vec<[f64; 2]> {
    let (m, k) = (modules.representation(), from.ncols());
    assert!(modules.recurrence() != Recurrence::Memory && to.ncols() == k, "pairs of representations");
    let pairs =
        Mat::from_fn(2 * m, k, |i, j| T::of(f64::from(if i < m { from[(i, j)] } else { to[(i - m, j)] })));
    let said = through(modules, Module::Inverse, theta, pairs.as_ref());
    (0..k).map(|j| [0, 1].map(|i| f64::from(said[(i, j)]))).collect()
}

/// A share of the numbers of each representation, drawn at random, in a random order among themselves.
///
/// Source: fanthomme2021, B.9.
pub fn disordered(seen: &Mat<f32>, share: f64, rng: &mut Rng) -> Mat<f32> {
    let m = seen.nrows();
    let count = (share * m as f64).round() as usize;
    let mut all = seen.clone();
    for j in 0..seen.ncols() {
        let chosen = &shuffled(m, rng)[..count];
        let order = shuffled(count, rng);
        let column = col_mut(all.as_mut(), j);
        chosen.iter().zip(order).for_each(|(to, k)| column[*to] = seen[(chosen[k], j)]);
    }
    all
}

/// How well the models of an environment do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Modelled {
    /// Distance of what I tells from the action between two images, in sides of a room.
    pub inverse: Estimate,
    /// The same between any two images, which no action need connect.
    pub anywhere: Estimate,
    /// Share of the variance of representations after an action that D does not tell.
    pub direct: Estimate,
    /// Standard deviation of representations over places, root mean square over units; of a V that tells nothing, zero.
    pub spread: f64,
}

impl Modelled {
    /// On `count` transitions that no training has; errors are between them.
    ///
    /// Formula: inverse: mean |a - I(V(s), V(s'))|; direct: sum |V(s') - D(V(s), P(a))|^2 / sum |V(s') - mean V(s')|^2.
    ///
    /// # Panics
    /// For networks whose I looks at one state alone.
    ///
    /// Source: fanthomme2021, eqs. 8.2 to 8.5 and Table B.1.
    pub fn of<T: Real>(integrator: &Integrator<T>, theta: &[T], sampler: &Sampler<'_>, count: usize) -> Self {
        let (world, modules) = (sampler.world, integrator.modules());
        let ways = world.wanders(MODELS, super::TESTED, count, 1, sampler.spread);
        let seen = |t: usize| {
            let places: Vec<Place> = ways.iter().map(|w| w.places[t]).collect();
            representations(integrator, theta, sampler, &places)
        };
        let (before, after) = (seen(0), seen(1));
        let off = |told: &[[f64; 2]], truth: &dyn Fn(usize) -> [f64; 2]| {
            let one = |(k, d): (usize, &[f64; 2])| (d[0] - truth(k)[0]).hypot(d[1] - truth(k)[1]);
            Estimate::mean(told.iter().enumerate().map(one))
        };
        let inverse = told(modules, theta, before.as_ref(), after.as_ref());
        let other = shuffled(count, &mut stream(MODELS, Use::Permutation, super::TESTED));
        let elsewhere = Mat::from_fn(after.nrows(), count, |i, k| after[(i, other[k])]);
        let anywhere = told(modules, theta, before.as_ref(), elsewhere.as_ref());
        let plane = |p: Place| world.map().plane(p.room, p.at);
        let apart = |k: usize| {
            let (a, b) = (plane(ways[k].places[0]), plane(ways[other[k]].places[1]));
            [b[0] - a[0], b[1] - a[1]]
        };
        let actions = Mat::from_fn(2, count, |i, k| T::of(ways[k].actions[0][i]));
        let codes = through(modules, Module::Action, theta, actions.as_ref());
        let m = modules.representation();
        let items = Mat::from_fn(2 * m, count, |i, k| {
            T::of(f64::from(if i < m { before[(i, k)] } else { codes[(i - m, k)] }))
        });
        let next = through(modules, Module::Direct, theta, items.as_ref());
        Self {
            inverse: off(&inverse, &|k| ways[k].actions[0]),
            anywhere: off(&anywhere, &apart),
            direct: missed(&next, &after),
            spread: spread(&after),
        }
    }
}

/// Seed of the transitions on which models are measured.
const MODELS: u64 = 97;

/// Means of rows.
fn middle(x: &Mat<f32>) -> Vec<f64> {
    let n = x.ncols() as f64;
    (0..x.nrows()).map(|i| (0..x.ncols()).map(|j| f64::from(x[(i, j)])).sum::<f64>() / n).collect()
}

fn squares<'a>(x: &[f32], y: impl Iterator<Item = &'a f64>) -> f64 {
    x.iter().zip(y).map(|(a, b)| (f64::from(*a) - b).powi(2)).sum()
}

fn spread(x: &Mat<f32>) -> f64 {
    let mean = middle(x);
    let all: f64 = (0..x.ncols()).map(|j| squares(col(x.as_ref(), j), mean.iter())).sum();
    (all / (x.nrows() * x.ncols()) as f64).sqrt()
}

/// Share of the variance of `truth` that `said` misses.
fn missed(said: &Mat<f32>, truth: &Mat<f32>) -> Estimate {
    let mean = middle(truth);
    let one = |j: usize| {
        let told: Vec<f64> = col(said.as_ref(), j).iter().map(|v| f64::from(*v)).collect();
        let own = col(truth.as_ref(), j);
        (vec![squares(own, told.iter()), squares(own, mean.iter())], 1.0)
    };
    let all: Vec<(Vec<f64>, f64)> = (0..truth.ncols()).map(one).collect();
    jackknife::of_means(&all, |m| m[0] / m[1])
}
