//! The divergence of two activities over bins of state space, and of mixtures of Gaussians, as reconstructions are judged.

use crate::diagnostics::geometry::products::means;
use crate::linalg::col;
use faer::{Mat, MatRef};
use rayon::prelude::*;
use std::collections::HashMap;

/// What is added to the count of every bin.
const SMOOTHING: f64 = 1e-5;
/// Ends of the bins, standard deviations of what is true.
const ENDS: f64 = 2.0;

/// KL(true || made), nats, over `bins` bins a coordinate between two standard deviations of what is true, which is taken to be of mean
/// zero there; `None` where neither lies in them.
///
/// Formula: sum_b p_b ln(p_b / q_b), p_b = (N_b + a) / (N + a B^d) with a = 1e-5, q_b likewise; points outside of the bins, and those in the
/// first bin of a coordinate, are left out, as the program leaves them out.
///
/// Source: Koppe, Toutounji, Kirsch, Lis & Durstewitz, PLoS Comput. Biol. 15, e1007263 (2019); Brenner et al., ICML (2022), and their
/// program.
pub fn binned_divergence(truth: MatRef<f64>, made: MatRef<f64>, bins: usize) -> Option<f64> {
    let (d, t) = (truth.nrows(), truth.ncols() as f64);
    let mean = means(truth);
    let deviation: Vec<f64> = (0..d)
        .map(|i| (truth.row(i).iter().map(|v| (v - mean[i]).powi(2)).sum::<f64>() / (t - 1.0)).sqrt())
        .collect();
    let place = |x: &[f64]| -> Option<Vec<usize>> {
        let at = |i: usize| {
            let end = ENDS * deviation[i];
            let at = bins as f64 * (x[i] + end) / (2.0 * end);
            // Between the ends.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            (at >= 1.0 && at < bins as f64).then_some(at as usize)
        };
        (0..d).map(at).collect()
    };
    let mut counts: HashMap<Vec<usize>, [f64; 2]> = HashMap::new();
    for (k, x) in [truth, made].into_iter().enumerate() {
        for j in 0..x.ncols() {
            if let Some(at) = place(col(x, j)) {
                counts.entry(at).or_default()[k] += 1.0;
            }
        }
    }
    let total = [0, 1].map(|k: usize| counts.values().map(|c| c[k]).sum::<f64>());
    if !(total[0] > 0.0 && total[1] > 0.0) {
        return None;
    }
    let all = (bins as f64).powi(i32::try_from(d).ok()?);
    let share = |count: f64, k: usize| (count + SMOOTHING) / (total[k] + SMOOTHING * all);
    let term = |p: f64, q: f64| p * (p / q).ln();
    let mut places: Vec<(&Vec<usize>, &[f64; 2])> = counts.iter().collect();
    places.sort_by_key(|p| p.0);
    let met: f64 = places.iter().map(|(_, c)| term(share(c[0], 0), share(c[1], 1))).sum();
    Some(met + (all - counts.len() as f64) * term(share(0.0, 0), share(0.0, 1)))
}

/// The mean of ln p - ln q over the columns of `at`, where p and q are Gaussians of variance `variance` around the columns of two
/// activities, nats; points where q is zero are left out.
///
/// Source: Koppe et al. 2019, eq. 12, as the program of Brenner et al. (2022) draws it.
pub fn mixture_divergence(p: MatRef<f64>, q: MatRef<f64>, at: MatRef<f64>, variance: f64) -> f64 {
    let density = |x: MatRef<f64>, z: &[f64]| {
        let kernel = |t: usize| {
            let square: f64 = col(x, t).iter().zip(z).map(|(a, b)| (a - b).powi(2)).sum();
            (-0.5 * square / variance).exp()
        };
        (0..x.ncols()).map(kernel).sum::<f64>() / x.ncols() as f64
    };
    let one = |j: usize| {
        let (p, q) = (density(p, col(at, j)), density(q, col(at, j)));
        (q > 0.0).then(|| p.ln() - q.ln())
    };
    let all: Vec<f64> = (0..at.ncols()).into_par_iter().filter_map(one).collect();
    all.iter().sum::<f64>() / all.len() as f64
}

/// Columns less `mean` over `deviation`.
pub fn standardised(x: MatRef<f64>, mean: &[f64], deviation: &[f64]) -> Mat<f64> {
    Mat::from_fn(x.nrows(), x.ncols(), |i, t| (x[(i, t)] - mean[i]) / deviation[i])
}
