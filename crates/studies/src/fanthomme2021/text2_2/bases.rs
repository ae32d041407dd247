//! Eigenbases of the empirical and of the true covariance (footnote 3).

use super::super::models::truth;
use super::fluctuations::covariance;
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::linalg::eigen::symmetric;
use nullcline_core::linalg::random::{Use, stream};
use std::f64::consts::PI;

const VARIABLES: usize = 100;
const ALPHAS: [f64; 7] = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6];
/// Place of the many samples at which bases still differ.
const MANY: usize = 2;
const ENSEMBLES: [(&str, Ensemble); 2] =
    [("orthogonal", Ensemble::Goe { sigma: 0.5 }), ("chain", Ensemble::Chain { sigma: 0.5 })];

/// One data set.
struct Set {
    /// Mean over true eigenvectors of the largest squared overlap with an empirical one.
    overlap: f64,
    /// Share of |C - 1|² that is off the diagonal in the empirical basis.
    off: f64,
}

/// sets\[ensemble\]\[alpha\]
pub(super) struct Bases(Vec<Vec<Vec<Set>>>);

fn set(ensemble: &Ensemble, alpha: f64, seed: u64, index: u64) -> Result<Set, Error> {
    let c = truth(ensemble, VARIABLES, seed, index)?.c;
    let p = (alpha * VARIABLES as f64).round() as usize;
    let empirical = covariance(&c, p, &mut stream(seed, Use::Samples, index));
    let (_, v) = symmetric(empirical.as_ref())
        .ok_or_else(|| Error::Numbers("the covariance's eigendecomposition did not converge".into()))?;
    let n = c.len();
    let best = |k: usize| largest((0..n).map(|l| v[(k, l)] * v[(k, l)]));
    let along = |l: usize| (0..n).map(|k| c[k] * v[(k, l)] * v[(k, l)]).sum::<f64>();
    let sum = |f: &dyn Fn(usize) -> f64| (0..n).map(f).sum::<f64>();
    let off = (sum(&|k| c[k] * c[k]) - sum(&|l| along(l).powi(2))) / sum(&|k| (c[k] - 1.0).powi(2));
    Ok(Set { overlap: sum(&best) / n as f64, off })
}

pub(super) fn measure(sets: usize, seed: u64, observer: &dyn Observer) -> Result<Bases, Error> {
    let count = ENSEMBLES.len() * ALPHAS.len() * sets;
    let all = parallel("bases", count, observer, |i| {
        let (case, alpha) = (i / sets / ALPHAS.len(), ALPHAS[i / sets % ALPHAS.len()]);
        set(&ENSEMBLES[case].1, alpha, seed, 3000 + i as u64)
    })?;
    let mut all = all.into_iter();
    let mut of_alpha = || all.by_ref().take(sets).collect::<Vec<_>>();
    Ok(Bases(ENSEMBLES.iter().map(|_| ALPHAS.iter().map(|_| of_alpha()).collect()).collect()))
}

impl Bases {
    fn overlap(&self, case: usize, alpha: usize) -> Estimate {
        mean(&self.0[case][alpha], |s| s.overlap)
    }
    fn off(&self, case: usize, alpha: usize) -> Estimate {
        mean(&self.0[case][alpha], |s| s.off)
    }
}

pub(super) fn claims(m: &Bases) -> Vec<Claim> {
    let last = ALPHAS.len() - 1;
    let overlap = |alpha: usize| {
        format!(
            "mean over eigenvectors of the largest squared overlap, n = {VARIABLES}, α = {}",
            ALPHAS[alpha]
        )
    };
    // All eigenvalues of the chain but two come in pairs, and (1 + |cos 2x|)/2 is 1/2 + 1/π on average.
    let pairs = (VARIABLES - 2) as f64 / VARIABLES as f64;
    let law = 1.0 - pairs + pairs * (0.5 + 1.0 / PI);
    let last_off: Vec<Estimate> = (0..ENSEMBLES.len()).map(|k| m.off(k, last)).collect();
    at(
        "fanthomme2021 footnote 3",
        [
            claim("The eigenbases of C_emp and C do not coincide at many samples")
                .is(overlap(MANY), m.overlap(0, MANY))
                .below(0.9)
                .headline(),
            claim("They do at infinitely many")
                .is(overlap(last), m.overlap(0, last))
                .predicted(1.0, 0.01),
            claim("and whatever the model: those of a chain")
                .is(overlap(last), m.overlap(1, last))
                .predicted(1.0, 0.01)
                .if_differs("eigenvalues of the chain come in pairs, in whose planes samples choose the basis at random"),
            theory("Of a pair of equal eigenvalues the overlap stays (1 + |cos 2φ|)/2, φ random")
                .is(overlap(last), m.overlap(1, last))
                .predicted(law, 0.02),
            theory("What matters for the test likelihood, that C is diagonal in the empirical basis, comes true for both")
                .decided_by(
                    format!("share of |C - 1|² off the diagonal, α = {}, the larger of two", ALPHAS[last]),
                    &last_off,
                )
                .predicted(0.0, 1e-3),
        ],
    )
}

pub(super) fn figure(m: &Bases) -> Drawn {
    let mut all = vec![];
    for (case, (name, _)) in ENSEMBLES.iter().enumerate() {
        let overlap = (0..ALPHAS.len()).map(|k| m.overlap(case, k));
        all.push(curve(&format!("{name}: overlap"), &ALPHAS, overlap).ink(Ink::Series(case)).joined());
        let off = (0..ALPHAS.len()).map(|k| m.off(case, k));
        all.push(
            curve(&format!("{name}: off diagonal"), &ALPHAS, off).ink(Ink::Series(case)).bare().dashed(),
        );
    }
    let axes = Axes {
        x_log: true,
        y_range: Some([0.0, 1.05]),
        width: 1.45 * THIRD,
        ..Axes::new("sampling ratio α", "overlap; share off diagonal")
    };
    scatter(&all, &axes)?.named("bases", "Eigenbases", "")
}

pub(super) fn table(m: &Bases) -> TableOut {
    let rows: Vec<(usize, usize)> =
        (0..ENSEMBLES.len()).flat_map(|c| (0..ALPHAS.len()).map(move |a| (c, a))).collect();
    Table::of(&rows)
        .column("couplings", "", |r| ENSEMBLES[r.0].0)
        .column("alpha", "", |r| ALPHAS[r.1])
        .columns(["overlap", "overlap_error"], |r| pair(m.overlap(r.0, r.1)))
        .columns(["off_diagonal", "off_diagonal_error"], |r| pair(m.off(r.0, r.1)))
        .named(
            "bases",
            "Mean largest squared overlap of a true eigenvector with an empirical one, and share of |C - 1|² off the diagonal in the \
             empirical basis.",
        )
}
