//! Whether two recordings tell of the same dynamics.

use super::{Of, Space};
use crate::analyses::Config;
use crate::diagnostics::dynamics::from_data::{Embedding, havok, similarity, similarity_from};
use crate::diagnostics::geometry::comparison::{
    Sample, along, binned_divergence, hellinger, mixture_divergence, standardised, window,
};
use crate::diagnostics::geometry::pca::pca;
use crate::diagnostics::geometry::products::means;
use crate::linalg::random::{Use, normal, shuffled, stream};
use crate::numbers::Estimate;
use faer::Mat;
use rand::RngExt;
use rayon::prelude::*;

/// Rows in one, and leading coordinates, where nobody says.
const DELAYS: usize = 10;
const MODES: usize = 10;
/// Ridge of the maps.
const RIDGE: f64 = 1e-6;
/// Halves of the trials drawn.
const HALVES: usize = 20;
/// Bins of state space along a coordinate, and coordinates at most.
const BINS: usize = 30;
const COORDINATES: usize = 3;
/// Points drawn from a mixture, centres of one at most, and the variance around them.
const DRAWN: usize = 1000;
const CENTRES: usize = 4000;
const VARIANCE: f64 = 1.0;
/// Share of the frequencies over which spectra are smoothed.
const SMOOTHING: f64 = 0.01;

/// A distance of two recordings beside that of halves of one.
#[derive(Clone, Copy, Debug)]
pub struct Apart {
    /// Of both, with the error by halves of the trials.
    pub value: Estimate,
    /// Mean between the halves of the active recording, which differ by chance alone.
    pub active: f64,
    /// The same of the quiescent one.
    pub quiescent: f64,
}

/// Dynamics of two recordings.
#[derive(Clone, Debug)]
pub struct Dynamics {
    /// Dynamical similarity (DSA), an angle from 0 to pi; none where trials are too short, or too few.
    pub similarity: Option<Apart>,
    /// How it was embedded.
    pub embedding: Embedding,
    /// Searches that came to the same angle, of all.
    pub agreeing: (usize, usize),
    /// KL(active || quiescent) over bins of the compared space (D_stsp), nats; none of headings, and where nothing lies in the bins.
    pub binned: Option<f64>,
    /// The same of mixtures of Gaussians around the rows.
    pub mixture: Option<f64>,
    /// Hellinger distance of power spectra, mean over the coordinates of the compared space; none of rows that do not follow one another.
    pub spectra: Option<Apart>,
    /// Rows of a window of these.
    pub rows: usize,
}

impl Dynamics {
    pub(super) fn of(config: &Config, a: &Sample, b: &Sample, components: usize, space: &Space) -> Self {
        let (beside, seed) = (&config.recording.beside, config.seed);
        let embedding = Embedding {
            delays: beside.delays.unwrap_or(DELAYS),
            interval: 1,
            rank: beside.modes.unwrap_or(MODES).min(components * beside.delays.unwrap_or(DELAYS)),
            ridge: RIDGE,
        };
        let found = own_components(a, components).zip(own_components(b, components));
        let similar = found.and_then(|(a, b)| similar(&a, &b, &embedding, seed));
        let [x, y] = &space.samples;
        let rows = window(x, y);
        let smoothing = (SMOOTHING * rows as f64).max(1.0);
        let mean = |a: &Sample, b: &Sample| {
            let all = hellinger(a, b, rows, smoothing)?;
            Some(all.iter().sum::<f64>() / all.len() as f64)
        };
        let (binned, mixture) = if space.of == Of::Heading { (None, None) } else { state_space(x, y, seed) };
        Self {
            similarity: similar.map(|s| s.0),
            agreeing: similar.map_or((0, 0), |s| s.1),
            embedding,
            binned,
            mixture,
            spectra: halves(x, y, seed, &mean),
            rows,
        }
    }
}

/// Rows less their mean along the first components of their own.
fn own_components(s: &Sample, k: usize) -> Option<Sample> {
    let found = pca(s.x.as_ref())?;
    let basis = found.components.subcols(0, k.min(found.components.ncols()));
    Some(s.with(along(s.x.as_ref(), &found.mean, basis)))
}

fn similar(a: &Sample, b: &Sample, e: &Embedding, seed: u64) -> Option<(Apart, (usize, usize))> {
    let found = similarity(havok(a, e)?.as_ref(), havok(b, e)?.as_ref(), seed)?;
    let n = found.by.nrows();
    let mut mirrored = Mat::<f64>::identity(n, n);
    mirrored[(0, 0)] = -1.0;
    let starts = vec![found.by.clone(), Mat::identity(n, n), mirrored];
    let again = |a: &Sample, b: &Sample| {
        Some(similarity_from(havok(a, e)?.as_ref(), havok(b, e)?.as_ref(), starts.clone())?.angle)
    };
    let apart = halves(a, b, seed, &again)?;
    Some((Apart { value: Estimate { value: found.angle, ..apart.value }, ..apart }, found.agreeing))
}

/// A distance with its error by halves of the trials, beside that between the halves of each.
fn halves(
    a: &Sample,
    b: &Sample,
    seed: u64,
    distance: &(dyn Fn(&Sample, &Sample) -> Option<f64> + Sync),
) -> Option<Apart> {
    let whole = distance(a, b)?;
    let n = a.groups().min(b.groups());
    let none = Apart { value: Estimate::unknown(whole, n), active: f64::NAN, quiescent: f64::NAN };
    if n < 5 {
        return Some(none);
    }
    let one = |h: usize| -> Option<[f64; 3]> {
        let mut rng = stream(seed, Use::Split, (4 << 32) + h as u64);
        let mut two = |s: &Sample| {
            let order = shuffled(s.groups(), &mut rng);
            let (first, second) = order.split_at(order.len() / 2);
            (s.of_groups(first), s.of_groups(second))
        };
        let ((a, other_a), (b, other_b)) = (two(a), two(b));
        Some([distance(&a, &b)?, distance(&a, &other_a)?, distance(&b, &other_b)?])
    };
    let Some(all) = (0..HALVES).into_par_iter().map(one).collect::<Option<Vec<[f64; 3]>>>() else {
        return Some(none);
    };
    let mean = |k: usize| all.iter().map(|v| v[k]).sum::<f64>() / HALVES as f64;
    let square: f64 = all.iter().map(|v| (v[0] - mean(0)).powi(2)).sum();
    let error = (square / (HALVES - 1) as f64).sqrt();
    Some(Apart { value: Estimate::new(whole, error, n), active: mean(1), quiescent: mean(2) })
}

/// Divergences over bins and of mixtures, of coordinates less the active mean over its deviation.
fn state_space(a: &Sample, b: &Sample, seed: u64) -> (Option<f64>, Option<f64>) {
    let d = a.x.nrows().min(COORDINATES);
    let mean = means(a.x.as_ref());
    let n = a.x.ncols() as f64;
    let deviation: Vec<f64> = (0..d)
        .map(|i| (a.x.row(i).iter().map(|v| (v - mean[i]).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
        .collect();
    if !deviation.iter().all(|s| *s > 0.0) {
        return (None, None);
    }
    let of = |s: &Sample| standardised(s.x.get(..d, ..), &mean, &deviation);
    let binned = binned_divergence(of(a).as_ref(), of(b).as_ref(), BINS);
    let [x, y] = [a, b].map(|s| of(&s.thinned(CENTRES).0));
    let mut rng = stream(seed, Use::Samples, 4 << 32);
    let mut at = Mat::zeros(d, DRAWN);
    for j in 0..DRAWN {
        let centre = rng.random_range(0..x.ncols());
        (0..d).for_each(|i| at[(i, j)] = x[(i, centre)] + VARIANCE.sqrt() * normal(&mut rng));
    }
    (binned, Some(mixture_divergence(x.as_ref(), y.as_ref(), at.as_ref(), VARIANCE)))
}
