//! Densities of two recordings and how far they are apart.

use super::{Of, Space};
use crate::analyses::{Config, Error};
use crate::diagnostics::geometry::comparison::{
    Chance, DRAWS, Divergence, Grid, Groups, Kernel, NEIGHBOURS, Sample, by_chance, cell, clipped, density,
    divergence,
};
use crate::diagnostics::geometry::correlation::correlation;
use crate::linalg::random::{Use, shuffled, stream, uniform};
use faer::Mat;

/// Points of either sample that are compared, at most.
const POINTS: usize = 4000;
/// Rows are taken so many to the range over which they are alike.
const ALIKE: usize = 15;
/// Points that kernels stand on, at most.
const KERNELS: usize = 20_000;
/// Cells along a coordinate, at least and at most; points of the smaller sample in a cell.
const CELLS: [usize; 2] = [8, 40];
const IN_CELL: usize = 8;

/// Divergences between the densities of two recordings, nats.
#[derive(Clone, Debug)]
pub struct Divergences {
    /// KL(active || quiescent), and what the same density would show.
    pub active_quiescent: (Divergence, Chance),
    /// KL(quiescent || active).
    pub quiescent_active: (Divergence, Chance),
    /// KL(uniform || active), of as many points spread evenly over the range as the quiescent recording has.
    pub uniform_active: Divergence,
    /// KL(shuffled || active), of the quiescent rows with each coordinate shuffled by itself; none of one coordinate.
    pub shuffled_active: Option<Divergence>,
    /// One row in so many was taken of either.
    pub every: [usize; 2],
    /// By kernels, where asked for.
    pub kernels: Option<Kernels>,
}

/// Divergences by Gaussian kernels, as published: no errors are.
#[derive(Clone, Copy, Debug)]
pub struct Kernels {
    /// KL(active || quiescent).
    pub active_quiescent: f64,
    /// KL(quiescent || active).
    pub quiescent_active: f64,
    /// KL(uniform || active) over the range.
    pub uniform_active: f64,
    /// The same as it was published, with the density of one coordinate for that of all.
    pub uniform_as_published: f64,
}

impl Divergences {
    pub(super) fn of(config: &Config, space: &Space, paired: Groups) -> Result<Self, Error> {
        let (seed, d) = (config.seed, [space.dimension, NEIGHBOURS]);
        let [(a, every_a), (b, every_b)] = [0, 1].map(|k: usize| apart(&space.samples[k]));
        let few = || {
            let against = config.recording.beside.against.as_ref().unwrap_or(&config.file);
            let message = "comparison: no row has a neighbour in another trial: expected two trials or more in either recording";
            Error::input(against, message)
        };
        let one = |p: &Sample, q: &Sample| divergence(p, q, d, Groups::Apart, seed).ok_or_else(few);
        let both = |p: &Sample, q: &Sample| -> Result<(Divergence, Chance), Error> {
            let found = divergence(p, q, d, paired, seed).ok_or_else(few)?;
            Ok((found, by_chance(p, q, d, paired, found.value.value, seed)))
        };
        let even = evenly(space, b.x.ncols(), seed);
        Ok(Self {
            active_quiescent: both(&a, &b)?,
            quiescent_active: both(&b, &a)?,
            uniform_active: one(&even, &a)?,
            shuffled_active: (space.samples[0].x.nrows() > 1 && space.of != Of::Heading)
                .then(|| one(&mixed(&b, seed), &a))
                .transpose()?,
            every: [every_a, every_b],
            kernels: if config.recording.beside.kernels { Kernels::of(space, seed) } else { None },
        })
    }
}

/// Rows that are not too alike, [`POINTS`] at most: where one of two samples lingers its neighbours would be nearer, whatever the density.
fn apart(s: &Sample) -> (Sample, usize) {
    let range = correlation(s.x.as_ref(), Some(&s.follows)).map_or(1, |c| c.range);
    let rows = s.x.ncols();
    s.thinned(POINTS.min(rows.div_ceil((range / ALIKE).max(1))))
}

/// Points spread evenly over the range, each a group of its own.
fn evenly(space: &Space, count: usize, seed: u64) -> Sample {
    let mut rng = stream(seed, Use::Surrogate, 2 << 32);
    let mut x = Mat::zeros(space.range.len(), count);
    for t in 0..count {
        if space.of == Of::Heading {
            let angle = uniform(&mut rng, -std::f64::consts::PI, std::f64::consts::PI);
            (x[(0, t)], x[(1, t)]) = (angle.cos(), angle.sin());
        } else {
            space.range.iter().enumerate().for_each(|(i, [lo, hi])| x[(i, t)] = uniform(&mut rng, *lo, *hi));
        }
    }
    Sample { x, group: (0..count).collect(), follows: vec![false; count] }
}

/// Rows with each coordinate shuffled by itself, each a group of its own.
fn mixed(s: &Sample, seed: u64) -> Sample {
    let (d, n) = (s.x.nrows(), s.x.ncols());
    let order: Vec<Vec<usize>> =
        (0..d).map(|i| shuffled(n, &mut stream(seed, Use::Surrogate, (3 << 32) + i as u64))).collect();
    let x = Mat::from_fn(d, n, |i, t| s.x[(i, order[i][t])]);
    Sample { x, group: (0..n).collect(), follows: vec![false; n] }
}

impl Kernels {
    /// None where a density lies in a plane, and of headings.
    fn of(space: &Space, seed: u64) -> Option<Self> {
        if space.of == Of::Heading {
            return None;
        }
        let [a, b] = [0, 1].map(|k: usize| space.samples[k].thinned(KERNELS).0);
        let (p, q) = (Kernel::of(a.x.as_ref())?, Kernel::of(b.x.as_ref())?);
        let from = |one: &Kernel, other: &Kernel, place: u64| {
            let at = one.draw(DRAWS, &mut stream(seed, Use::Samples, place));
            clipped(&one.density(at.as_ref()), &other.density(at.as_ref()))
        };
        let even = evenly(space, DRAWS, seed);
        let active = p.density(even.x.as_ref());
        let side = |range: &[[f64; 2]]| range.iter().map(|[lo, hi]| hi - lo).product::<f64>();
        let uniform = |volume: f64| clipped(&vec![1.0 / volume; DRAWS], &active);
        Some(Self {
            active_quiescent: from(&p, &q, 2 << 32),
            quiescent_active: from(&q, &p, 3 << 32),
            uniform_active: uniform(side(&space.range)),
            uniform_as_published: uniform(side(&space.range[..1])),
        })
    }
}

/// Densities of both recordings.
#[derive(Clone, Debug)]
pub enum Densities {
    /// Along one coordinate, or an angle.
    Line([Line; 2]),
    /// Over the first two.
    Plane(Box<[Grid; 2]>),
}

/// A density along a coordinate.
#[derive(Clone, Debug)]
pub struct Line {
    /// Middles of the bins.
    pub at: Vec<f64>,
    /// Share of the points over the width of a bin.
    pub density: Vec<f64>,
}

impl Densities {
    /// None where nothing varies along a coordinate.
    pub(super) fn of(space: &Space) -> Option<Self> {
        let least = space.samples.iter().map(|s| s.x.ncols()).min()?;
        let bins = |d: i32| {
            // Whole by rounding down.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let cells = ((least / IN_CELL) as f64).powf(1.0 / f64::from(d)) as usize;
            cells.clamp(CELLS[0], CELLS[1])
        };
        if space.dimension > 1 {
            let range = [space.range[0], space.range[1]];
            let varies = range.iter().all(|[lo, hi]| lo < hi);
            let grid = |k: usize| density(space.samples[k].x.as_ref(), range, bins(2));
            return varies.then(|| Self::Plane(Box::new([grid(0), grid(1)])));
        }
        let pi = std::f64::consts::PI;
        let [lo, hi] = if space.of == Of::Heading { [-pi, pi] } else { space.range[0] };
        let n = bins(1);
        let width = (hi - lo) / n as f64;
        let line = |k: usize| {
            let x = &space.samples[k].x;
            let value =
                |t: usize| if space.of == Of::Heading { x[(1, t)].atan2(x[(0, t)]) } else { x[(0, t)] };
            let mut density = vec![0.0; n];
            for i in (0..x.ncols()).filter_map(|t| cell(value(t), [lo, hi], n)) {
                density[i] += 1.0 / (x.ncols() as f64 * width);
            }
            Line { at: (0..n).map(|i| lo + (i as f64 + 0.5) * width).collect(), density }
        };
        (lo < hi).then(|| Self::Line([line(0), line(1)]))
    }
}
