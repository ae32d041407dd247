//! The intrinsic dimension of a recording, beside that of Gaussian series of its spectra.

use super::Analyses;
use crate::analyses::modules::{Diagnostic, OfRecording};
use crate::analyses::summary::Number;
use crate::analyses::{Context, Error};
use crate::diagnostics::geometry::correlation::correlation;
use crate::diagnostics::geometry::intrinsic::{
    CorrelationDimension, Distances, Spectrum, TwoNearest, correlation_dimension, two_nearest,
};
use crate::io::shown::count;
use crate::linalg::random::{Use, stream};
use crate::numbers::Estimate;
use faer::Mat;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

/// Points taken at most: distances of all pairs are held.
const POINTS: usize = 2500;
/// Surrogates: one in twenty is the lowest by chance.
const SURROGATES: usize = 19;
/// Share of the largest ratios that are left out, as in the source.
const DISCARD: f64 = 0.1;
/// Points below which no dimension is told.
const LEAST: usize = 50;

/// The intrinsic dimension of a recording.
pub struct IntrinsicDimension {
    /// By two nearest neighbours; none of too few points that are independent in time.
    pub two_nearest: Option<TwoNearest>,
    /// Of surrogates by two nearest neighbours.
    pub two_nearest_null: Null,
    /// By the correlation sum.
    pub correlation: Option<CorrelationDimension>,
    /// Of surrogates by the correlation sum.
    pub correlation_null: Null,
    /// Points of the correlation sum.
    pub points: usize,
    /// One row in so many is a point of it.
    pub every: usize,
    /// One of these points in so many is one of two nearest neighbours: those are independent in time.
    pub thin: usize,
    /// Points so near in time are no neighbours.
    pub window: usize,
    /// Points left out, each equal to another.
    pub equal: usize,
}

/// What surrogates have.
#[derive(Clone, Copy, Debug)]
pub struct Null {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub deviation: f64,
    /// How many surrogates there are.
    pub count: usize,
    /// How many have the recording's dimension or a lower one.
    pub as_low: usize,
}

/// The intrinsic dimension in the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "IntrinsicDimension")]
pub struct Entry {
    /// By two nearest neighbours; null: too few points that are independent in time.
    pub two_nearest: Option<ByNeighbours>,
    /// By the correlation sum; null: too few points.
    pub correlation: Option<BySum>,
    /// Points of the correlation sum.
    pub points: usize,
    /// Points so near in time, in points, are no neighbours.
    pub window: usize,
    /// Points left out, each equal to another.
    pub equal_points: usize,
}

/// By two nearest neighbours.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "TwoNearestNeighbours")]
pub struct ByNeighbours {
    /// The dimension.
    pub dimension: Number,
    /// Its standard error.
    pub std_error: Number,
    /// Points, which are independent in time.
    pub points: usize,
    /// The error that its likelihood gives.
    pub likelihood_error: Number,
    /// By the slope through the origin.
    pub fit: Number,
    /// Share of the largest ratios left out.
    pub discarded: Number,
    /// Points of a subset, its dimension, and the error.
    pub scales: Vec<(usize, Number, Number)>,
    /// Of surrogates.
    pub surrogates: Surrogates,
}

/// By the correlation sum.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "CorrelationSum")]
pub struct BySum {
    /// The dimension.
    pub dimension: Number,
    /// Its standard error.
    pub std_error: Number,
    /// The distances between which it was taken.
    pub range: [Number; 2],
    /// Of surrogates.
    pub surrogates: Surrogates,
}

/// Gaussian series of the recording's spectra.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Surrogates {
    /// How many.
    pub count: usize,
    /// Mean of their dimensions.
    pub mean: Number,
    /// Standard deviation.
    pub standard_deviation: Number,
    /// Chance that a surrogate is as low as the recording, by rank.
    pub p: Number,
}

impl Diagnostic for IntrinsicDimension {
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.intrinsic()));
    const ON_REQUEST: bool = true;
}

impl Analyses<'_> {
    fn intrinsic(&self) -> Result<IntrinsicDimension, Error> {
        let held = self.held;
        let every = held.x.ncols().div_ceil(POINTS).max(1);
        let points: Vec<usize> = (0..held.x.ncols()).step_by(every).collect();
        let x = held.on(&points);
        let range = correlation(held.x.as_ref(), Some(&held.follows)).map_or(0, |c| c.range);
        let window = if range < every { 0 } else { range.div_ceil(every) };
        let thin = window.max(1);
        let distances = Distances::of(x.as_ref(), window);
        let (sum, equal) = (correlation_dimension(&distances), distances.equal);
        let points = distances.points;
        drop(distances);
        let found = by_neighbours(&x, thin);
        if sum.is_none() && found.is_none() {
            let message = format!(
                "intrinsic dimension: {points} different points, expected {LEAST} or more, and pairs of them that are more than {} \
                 apart in time",
                count(range, "row")
            );
            return Err(Error::input(&self.config.file, message));
        }
        let null = self.surrogates(&x, window, thin);
        let of = |k: usize, own: f64| Null::of(null.iter().map(|d| d[k]), own);
        Ok(IntrinsicDimension {
            two_nearest_null: of(0, found.as_ref().map_or(f64::NAN, |f| f.dimension.value)),
            correlation_null: of(1, sum.as_ref().map_or(f64::NAN, |s| s.dimension.value)),
            two_nearest: found,
            correlation: sum,
            points,
            every: every * held.every,
            thin,
            window,
            equal,
        })
    }

    /// Both dimensions of each surrogate.
    fn surrogates(&self, x: &Mat<f64>, window: usize, thin: usize) -> Vec<[f64; 2]> {
        let spectrum = Spectrum::of(x.as_ref());
        let one = |k: usize| {
            let mut rng = stream(self.config.seed, Use::Surrogate, (1 << 32) + k as u64);
            let y = spectrum.surrogate(&mut rng);
            let nearest = by_neighbours(&y, thin).map_or(f64::NAN, |d| d.dimension.value);
            let sum = correlation_dimension(&Distances::of(y.as_ref(), window));
            [nearest, sum.map_or(f64::NAN, |d| d.dimension.value)]
        };
        (0..SURROGATES).into_par_iter().map(one).collect()
    }
}

/// By two nearest neighbours of every `thin`-th point; none of too few.
fn by_neighbours(x: &Mat<f64>, thin: usize) -> Option<TwoNearest> {
    let sparse = Mat::from_fn(x.nrows(), x.ncols().div_ceil(thin), |i, j| x[(i, j * thin)]);
    let distances = Distances::of(sparse.as_ref(), 0);
    (distances.points >= LEAST).then(|| two_nearest(&distances, DISCARD)).flatten()
}

impl Null {
    fn of(all: impl Iterator<Item = f64>, own: f64) -> Self {
        let known: Vec<f64> = all.filter(|v| v.is_finite()).collect();
        let mean = Estimate::mean(known.iter().copied());
        let deviation = mean.error() * (known.len() as f64).sqrt();
        let as_low = known.iter().filter(|v| **v <= own).count();
        Self { mean: mean.value, deviation, count: known.len(), as_low }
    }

    /// (1 + how many are as low) / (1 + all).
    pub fn p(&self) -> f64 {
        (1 + self.as_low) as f64 / (1 + self.count) as f64
    }
}

impl Surrogates {
    fn of(null: &Null) -> Self {
        let Null { mean, deviation, count, .. } = *null;
        Self { count, mean: Number(mean), standard_deviation: Number(deviation), p: Number(null.p()) }
    }
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &IntrinsicDimension, _: &Context) -> Self {
        let scale = |(points, d): &(usize, Estimate)| (*points, Number(d.value), Number(d.error()));
        let two = found.two_nearest.as_ref().map(|two| ByNeighbours {
            dimension: Number(two.dimension.value),
            std_error: Number(two.dimension.error()),
            points: two.log_ratio.len(),
            likelihood_error: Number(two.likelihood_error),
            fit: Number(two.fit),
            discarded: Number(DISCARD),
            scales: two.scales.iter().map(scale).collect(),
            surrogates: Surrogates::of(&found.two_nearest_null),
        });
        let sum = found.correlation.as_ref().map(|s| BySum {
            dimension: Number(s.dimension.value),
            std_error: Number(s.dimension.error()),
            range: s.range.map(Number),
            surrogates: Surrogates::of(&found.correlation_null),
        });
        Self {
            two_nearest: two,
            correlation: sum,
            points: found.points,
            window: found.window,
            equal_points: found.equal,
        }
    }
}
