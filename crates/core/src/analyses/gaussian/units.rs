//! Between the data's units and those of a covariance of trace n.
//!
//! With C = u C~ couplings are J = J~/u, so that gamma tr J^2 is (gamma/u^2) tr J~^2 and gamma |J| is (gamma/u) |J~|; a density per
//! sample in n dimensions changes by u^(-n/2).

use super::model::GaussianModel;
use super::{GaussianConfig, Penalty};
use crate::inference::gaussian::roots::Roots;
use crate::inference::gaussian::validation::Validation;
use crate::numbers::Estimate;

/// u^2 under L2, u under L1: the unit of gamma.
fn of_gamma(penalty: Penalty, unit: f64) -> f64 {
    match penalty {
        Penalty::L2 => unit * unit,
        Penalty::L1 => unit,
    }
}

/// The strengths asked for, in units of a covariance of trace n.
pub fn scaled(config: &GaussianConfig, unit: f64) -> GaussianConfig {
    let by = of_gamma(config.penalty, unit);
    let mut config = config.clone();
    config.gammas.iter_mut().flatten().for_each(|g| *g /= by);
    config.at = config.at.map(|g| g / by);
    config
}

/// What was found, in the data's units.
pub fn given(mut m: GaussianModel, penalty: Penalty, unit: f64) -> GaussianModel {
    let (gamma, shift) = (of_gamma(penalty, unit), 0.5 * m.names.len() as f64 * unit.ln());
    for l in &mut m.curve {
        l.gamma *= gamma;
        l.mu /= unit;
        l.log_z += shift;
        for likelihood in [&mut l.train, &mut l.test, &mut l.generated] {
            *likelihood -= shift;
        }
        l.sum_j_squared /= unit * unit;
    }
    m.d_test.iter_mut().flatten().for_each(|d| *d /= gamma);
    m.test.iter_mut().for_each(|t| t.value.iter_mut().for_each(|v| *v -= shift));
    m.range = (m.range.0 * gamma, m.range.1 * gamma);
    roots(&mut m.roots, gamma);
    m.validation.iter_mut().for_each(|v| validation(v, gamma, shift));
    if let Some(p) = &mut m.predicted {
        p.gamma = p.gamma.times(gamma);
        p.cross *= gamma;
        p.opt = p.opt.map(|o| o * gamma);
        p.j_squared /= unit * unit;
    }
    m.chosen.gamma *= gamma;
    m.chosen.mu /= unit;
    let by = faer::Scale(unit.recip());
    m.j = by * &m.j;
    m.debiased = m.debiased.over(unit);
    m.true_j = m.true_j.map(|j| by * &j);
    m
}

fn roots(roots: &mut Roots, gamma: f64) {
    let lists = [&mut roots.opt, &mut roots.cross, &mut roots.half];
    lists.into_iter().flatten().for_each(|g| *g *= gamma);
}

fn validation(v: &mut Validation, gamma: f64, shift: f64) {
    let estimate = |e: &mut Estimate| *e = e.times(gamma);
    [&mut v.opt, &mut v.cross, &mut v.half].into_iter().flatten().for_each(estimate);
    let means = [&mut v.test, &mut v.generated, &mut v.train];
    means.into_iter().flatten().for_each(|m: &mut Estimate| *m = m.plus(-shift));
}
