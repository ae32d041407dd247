//! Empirical covariances of many samples: how they fluctuate (eqs. 2.44-2.47).

use super::super::models::truth;
use crate::common::*;
use faer::Mat;
use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
use nullcline_core::linalg::random::{Rng, Use, chi_squared, normal, stream};

/// Variables and sampling ratio.
const VARIABLES: usize = 20;
const ALPHA: f64 = 100.0;
/// Variables of the second derivative, and its step.
const FEW: usize = 4;
const STEP: f64 = 1e-4;

/// The covariance of `p` >= n samples of a model whose covariance has the eigenvalues `c`, in its eigenbasis, by Bartlett's decomposition.
pub(super) fn covariance(c: &[f64], p: usize, rng: &mut Rng) -> Mat<f64> {
    let n = c.len();
    let mut x = Mat::<f64>::zeros(n, n);
    for j in 0..n {
        for i in j..n {
            let a = if i == j { chi_squared(rng, (p - j) as f64).sqrt() } else { normal(rng) };
            x[(i, j)] = (c[i] / p as f64).sqrt() * a;
        }
    }
    &x * x.transpose()
}

/// Moments of U = √p C^-1 ΔC over data sets of one model.
pub(super) struct Moments {
    mu: f64,
    /// Mean tr U/n.
    trace: f64,
    /// Mean tr U²/(n² + n).
    square: f64,
    /// Mean U_ij² over all entries.
    entry: f64,
    /// Mean U_ij U_ji over i unlike j.
    mirrored: f64,
    /// Mean excess kurtosis over all entries.
    kurtosis: f64,
}

/// √p C^-1 ΔC of one data set, in the basis of the couplings.
fn scaled(truth: &Truth, p: usize, rng: &mut Rng) -> Mat<f64> {
    let found = covariance(&truth.c, p, rng);
    let root = (p as f64).sqrt();
    let u = Mat::from_fn(found.nrows(), found.ncols(), |i, j| {
        root * (found[(i, j)] / truth.c[i] - if i == j { 1.0 } else { 0.0 })
    });
    &truth.vectors * u * truth.vectors.transpose()
}

fn moments(draws: usize, seed: u64, index: u64) -> Result<Moments, Error> {
    let n = VARIABLES;
    let model = truth(&Ensemble::Goe { sigma: 0.5 }, n, seed, index)?;
    let p = (ALPHA * n as f64).round() as usize;
    let mut rng = stream(seed, Use::Samples, index);
    let (mut trace, mut square, mut mirrored) = (0.0, 0.0, 0.0);
    let mut powers = vec![[0.0f64; 4]; n * n];
    for _ in 0..draws {
        let u = scaled(&model, p, &mut rng);
        for j in 0..n {
            trace += u[(j, j)];
            square += u[(j, j)] * u[(j, j)];
            for i in 0..n {
                let v = u[(i, j)];
                let mut power = 1.0;
                for sum in &mut powers[j * n + i] {
                    power *= v;
                    *sum += power;
                }
                if i != j {
                    mirrored += v * u[(j, i)];
                }
            }
        }
    }
    let (size, count) = (n as f64, draws as f64);
    let (mut entry, mut kurtosis) = (0.0, 0.0);
    for sums in powers {
        let [m, s, t, f] = sums.map(|sum| sum / count);
        let variance = s - m * m;
        entry += s;
        kurtosis += (f - 4.0 * m * t + 6.0 * m * m * s - 3.0 * m.powi(4)) / (variance * variance) - 3.0;
    }
    Ok(Moments {
        mu: model.mu,
        trace: trace / (count * size),
        square: (square + mirrored) / (count * size * (size + 1.0)),
        entry: entry / (size * size),
        mirrored: mirrored / (count * size * (size - 1.0)),
        kurtosis: kurtosis / (size * size),
    })
}

/// Largest distance of the second derivatives of log det C from eq. 2.46 as printed and as it is, over the largest of them.
fn hessian(seed: u64) -> Result<[f64; 2], Error> {
    let model = truth(&Ensemble::Goe { sigma: 0.8 }, FEW, seed, 5000)?;
    let c = model.covariance();
    let inverse = model.basis().matrix(&model.c.iter().map(|c| c.recip()).collect::<Vec<_>>());
    let moved = |(i, j): (usize, usize), (a, b): (usize, usize), s: f64, t: f64| {
        let mut c = c.clone();
        c[(i, j)] += s * STEP;
        c[(a, b)] += t * STEP;
        c.determinant().ln()
    };
    let (mut printed, mut right, mut most) = (0.0f64, 0.0f64, 0.0f64);
    let pairs = || (0..FEW * FEW).map(|k| (k / FEW, k % FEW));
    for ij in pairs() {
        for ab in pairs() {
            let at = |s, t| moved(ij, ab, s, t);
            let second =
                (at(1.0, 1.0) - at(1.0, -1.0) - at(-1.0, 1.0) + at(-1.0, -1.0)) / (4.0 * STEP * STEP);
            let ((i, j), (a, b)) = (ij, ab);
            printed = printed.max((second + inverse[(a, i)] * inverse[(b, j)]).abs());
            right = right.max((second + inverse[(j, a)] * inverse[(b, i)]).abs());
            most = most.max(second.abs());
        }
    }
    Ok([printed / most, right / most])
}

pub(super) struct Fluctuations {
    models: Vec<Moments>,
    hessian: [f64; 2],
}

pub(super) fn measure(
    models: usize,
    draws: usize,
    seed: u64,
    observer: &dyn Observer,
) -> Result<Fluctuations, Error> {
    let models = parallel("fluctuations", models, observer, |k| moments(draws, seed, 4000 + k as u64))?;
    Ok(Fluctuations { models, hessian: hessian(seed)? })
}

pub(super) fn claims(m: &Fluctuations) -> Vec<Claim> {
    let rows = sizes(m).into_iter().chain(entries_of(m)).chain(curvature(m));
    at("fanthomme2021 eq. 2.47", rows)
}

/// How large fluctuations are, which four equations say differently.
fn sizes(m: &Fluctuations) -> Vec<Claim> {
    let n = VARIABLES as f64;
    let found = mean(&m.models, |m| m.square);
    let quantity = format!("p E tr (C⁻¹ΔC)²/(n² + n), n = {VARIABLES}, α = {ALPHA}");
    let says = |c: Claim| c.is(&quantity, found);
    vec![
        says(claim("Covariances fluctuate as their density is printed in eq. 2.44"))
            .published(2.0 / ALPHA, 0.02)
            .if_differs("α/2 stands in the exponent twice: n F with F as printed is Wishart's density at many samples")
            .at("fanthomme2021 eq. 2.44"),
        says(claim("and as eqs. 2.45 and 2.46 expand it"))
            .published(0.5, 0.02)
            .if_differs("the second order of Taylor's series lacks its 1/2")
            .at("fanthomme2021 eqs. 2.45, 2.46"),
        says(claim("Covariances fluctuate by an uncorrelated matrix U (eq. 2.47)"))
            .published(1.0 / (n + 1.0), 0.02)
            .headline()
            .if_differs(
                "ΔC is symmetric, so that U_ij and U_ji are correlated: independent entries would give n, and γ_cross would be \
                 smaller by a factor n",
            ),
        says(theory("E tr U² = n² + n, from which γ_cross = (n + 1)/tr J² follows")).predicted(1.0, 0.02).headline(),
    ]
}

/// What the entries of U are.
fn entries_of(m: &Fluctuations) -> Vec<Claim> {
    let n = VARIABLES as f64;
    let of = |f: fn(&Moments) -> f64| mean(&m.models, f);
    let (entry, mirrored) = ("mean U_ij² over all entries", "mean U_ij U_ji over i ≠ j");
    vec![
        claim("Entries of U have zero means").is("mean tr U/n", of(|m| m.trace)).predicted(0.0, 0.02),
        claim("They have unit standard deviation")
            .is(entry, of(|m| m.entry))
            .published(1.0, 0.05)
            .if_differs("their mean square is μ + 1/n"),
        theory("Their mean square is μ + 1/n")
            .is(format!("{entry}, over it"), of(|m| m.entry / (m.mu + 1.0 / VARIABLES as f64)))
            .predicted(1.0, 0.02),
        claim("They are uncorrelated")
            .is(mirrored, of(|m| m.mirrored))
            .published(0.0, 0.05)
            .if_differs("CU is symmetric: E U_ij U_ji = 1 + (C⁻¹)_ij C_ij"),
        theory("E U_ij U_ji is 1 - (μ - 1)/(n - 1) on average")
            .is(
                format!("{mirrored}, over it"),
                mean(&m.models, |m| m.mirrored / (1.0 - (m.mu - 1.0) / (n - 1.0))),
            )
            .predicted(1.0, 0.02),
        claim("They are Gaussian")
            .is(format!("mean excess kurtosis, α = {ALPHA}"), of(|m| m.kurtosis))
            .predicted(0.0, 0.1),
    ]
}

fn curvature(m: &Fluctuations) -> Vec<Claim> {
    let quantity = "largest difference from central differences, over the largest";
    let [printed, right] = m.hessian.map(|v| Estimate::exact(v, FEW.pow(4)));
    at(
        "fanthomme2021 eq. 2.46",
        [
            claim("∂² log det C/∂C_ij ∂C_ab = -(C⁻¹)_ai (C⁻¹)_bj")
                .is(quantity, printed)
                .predicted(0.0, 1e-4)
                .if_differs("two indices are exchanged"),
            theory("It is -(C⁻¹)_ja (C⁻¹)_bi").is(quantity, right).predicted(0.0, 1e-4),
        ],
    )
}
