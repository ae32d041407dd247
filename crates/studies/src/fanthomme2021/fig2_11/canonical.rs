//! At the canonical temperature beta = n: likelihoods of draws and of the posterior mean, and their best gamma.

use super::super::models::failed;
use super::walk::{Data, hamiltonian};
use super::{GAMMAS, Size};
use crate::common::*;
use nullcline_core::inference::gaussian::posterior::energy::LogZ;
use nullcline_core::inference::gaussian::roots::log_grid;
use nullcline_core::numbers::jackknife;

/// Test likelihoods a variable at one gamma.
#[derive(Clone, Copy, Debug)]
pub(super) struct Likelihoods {
    /// Of J*.
    pub map: f64,
    /// Of the mean couplings.
    pub mean: f64,
    /// Mean over draws.
    pub draws: f64,
}

/// Of every kind of couplings.
pub(super) const KINDS: [fn(&Likelihoods) -> f64; 3] = [|l| l.map, |l| l.mean, |l| l.draws];

/// One data set's, at every gamma.
pub(super) struct Canonical {
    pub at: Vec<Likelihoods>,
    /// Worst R-hat of the energies.
    pub r_hat: f64,
}

/// The gammas looked at.
pub(super) fn gammas() -> Vec<f64> {
    let (low, high, count) = GAMMAS;
    log_grid(low, high, count)
}

/// Samples the data set of number `index` at every gamma.
pub(super) fn canonical(size: &Size, seed: u64, index: u64) -> Result<Canonical, Error> {
    let data = Data::draw(size, seed, index)?;
    let (n, mut at, mut r_hat) = (size.n as f64, vec![], 1.0f64);
    for (g, gamma) in gammas().into_iter().enumerate() {
        let posterior = data.posterior(gamma)?;
        let s = hamiltonian(&posterior, n, size.draws, seed ^ (index << 32) ^ ((g as u64 + 1) << 56))?;
        let log_z = LogZ::new(s.mean.as_ref()).map_err(failed)?.value;
        let of_mean = posterior.point(s.mean.as_ref(), log_z).test;
        r_hat = r_hat.max(s.energy.r_hat);
        at.push(Likelihoods {
            map: posterior.at_map.test / n,
            mean: of_mean / n,
            draws: s.test.mean.value / n,
        });
    }
    Ok(Canonical { at, r_hat })
}

/// Mean curve over data sets.
pub(super) fn curve(sets: &[Canonical], f: impl Fn(&Likelihoods) -> f64) -> Vec<Estimate> {
    (0..gammas().len()).map(|g| mean(sets, |s| f(&s.at[g]))).collect()
}

/// log gamma at the maximum of a curve: of the parabola through its largest value and the neighbours; none at an end.
fn peak(curve: &[f64]) -> Option<f64> {
    let x: Vec<f64> = gammas().iter().map(|g| g.ln()).collect();
    let k = (0..curve.len()).max_by(|a, b| curve[*a].total_cmp(&curve[*b]))?;
    if k == 0 || k + 1 == curve.len() {
        return None;
    }
    let (left, right) = (curve[k - 1] - curve[k], curve[k + 1] - curve[k]);
    Some(x[k] + 0.5 * (x[k + 1] - x[k]) * (left - right) / (left + right))
}

/// The best gamma of two kinds for the mean curves.
pub(super) struct Best {
    pub gamma: [f64; 2],
    /// Logarithm of their ratio, with its jackknife error.
    pub log_ratio: Estimate,
}

/// Compares the peaks of `a` and `b`; none where one lies at an end of the grid, with or without one of the data sets.
pub(super) fn best(
    sets: &[Canonical],
    a: fn(&Likelihoods) -> f64,
    b: fn(&Likelihoods) -> f64,
) -> Option<Best> {
    let peaks = |without: usize| -> Option<[f64; 2]> {
        let of = |f: fn(&Likelihoods) -> f64| {
            let one = |g: usize| {
                let kept = sets.iter().enumerate().filter(|(k, _)| *k != without);
                Estimate::mean(kept.map(|(_, s)| f(&s.at[g]))).value
            };
            peak(&(0..gammas().len()).map(one).collect::<Vec<_>>())
        };
        Some([of(a)?, of(b)?])
    };
    let whole = peaks(usize::MAX)?;
    let all: Vec<f64> = (0..sets.len()).map(|k| peaks(k).map(|p| p[0] - p[1])).collect::<Option<_>>()?;
    let log_ratio = jackknife::delete_one(whole[0] - whole[1], all.into_iter().map(Some));
    Some(Best { gamma: whole.map(f64::exp), log_ratio })
}
