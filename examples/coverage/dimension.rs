//! Errors of dimension.

use crate::Row;
use faer::Mat;
use nullcline::diagnostics::geometry::pca::{participation, pca};
use nullcline::linalg::random::{Use, normal_matrix, stream};
use rayon::prelude::*;

const REPETITIONS: u64 = 400;
/// Rows of each recording.
const ROWS: usize = 4000;
/// Standard deviations of the units, which are the components.
const SIZES: [f64; 6] = [3.0, 2.0, 1.5, 1.0, 1.0, 0.5];

/// Participation ratio and first share of independent autoregressions whose correlation time (1 + a) / (1 - a) runs from 1 row to where
/// five blocks are just made. The truth is that of the variances.
pub fn rows() -> Vec<Row> {
    let variance = SIZES.map(|s| s * s);
    let (truth, share) = (participation(&variance), variance[0] / variance.iter().sum::<f64>());
    [0.0, 0.5, 0.9, 0.95, 0.975]
        .into_iter()
        .enumerate()
        .flat_map(|(k, a)| {
            let found: Vec<_> = (0..REPETITIONS)
                .into_par_iter()
                .filter_map(|run| {
                    let p = pca(recording(a, 1000 * k as u64 + run).as_ref())?;
                    let ratio = p.participation_ratio;
                    // Where the rows are too few for blocks there is no error, and nothing is claimed.
                    (p.blocks > 0).then_some([
                        (ratio.value, ratio.error()),
                        (p.explained_variance_ratio[0], p.std_error[0]),
                    ])
                })
                .collect();
            let of = |i: usize| found.iter().map(|f| f[i]).collect::<Vec<_>>();
            let time = (1.0 + a) / (1.0 - a);
            let where_ = format!("{ROWS} rows, {time:.0} count as one");
            [
                Row::of(format!("participation ratio, {where_}"), truth, &of(0)),
                Row::of(format!("share of the first component, {where_}"), share, &of(1)),
            ]
        })
        .collect()
}

fn recording(a: f64, run: u64) -> Mat<f64> {
    let mut x = normal_matrix(&mut stream(run, Use::Fixture, 40), SIZES.len(), ROWS);
    for i in 0..SIZES.len() {
        let innovation = SIZES[i] * (1.0 - a * a).sqrt();
        x[(i, 0)] *= SIZES[i];
        for t in 1..ROWS {
            x[(i, t)] = a * x[(i, t - 1)] + innovation * x[(i, t)];
        }
    }
    x
}
