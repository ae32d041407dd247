//! The sensitivities of several trajectories together.

use super::{Adjoint, growth_rate};
use crate::diagnostics::Estimate;

/// Sensitivities over one horizon from several initial states, and what they say together.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// One a trajectory; all have the same horizons.
    pub members: Vec<Adjoint>,
    /// Rate at which |psi| grows backward in time, nats per unit time.
    pub rate: Estimate,
    /// Rate at which tangents grow forward in time, nats per unit time.
    pub forward_rate: Estimate,
}

impl Ensemble {
    /// Puts together sensitivities of equal horizons; none of none.
    ///
    /// Rates are those of the mean over each trajectory's vectors; the spread over trajectories takes the
    /// place of that over vectors in the error.
    pub fn new(members: Vec<Adjoint>) -> Option<Self> {
        let first = members.first()?;
        let (rate, forward_rate) = if members.len() == 1 {
            (first.rate, first.forward_rate)
        } else {
            let mean = |of: fn(&Adjoint) -> &[Vec<f64>]| -> Vec<Vec<f64>> {
                members.iter().map(|m| mean_and_error(of(m)).0).collect()
            };
            (
                growth_rate(&first.horizons, &mean(|m| &m.log_norm)),
                growth_rate(&first.horizons, &mean(|m| &m.log_tangent)),
            )
        };
        Some(Self { members, rate, forward_rate })
    }

    /// t1 - t, from 0 to the horizon.
    pub fn horizons(&self) -> &[f64] {
        &self.members[0].horizons
    }

    /// Mean of log|psi(t)| over the trajectories and their vectors, with its standard error: from the
    /// spread over trajectories, or over vectors if there is one trajectory; NaN if there is one of each.
    pub fn log_norm(&self) -> (Vec<f64>, Vec<f64>) {
        self.mean(|m| &m.log_norm)
    }
    /// The same of log|Delta(t)|, by time from t0.
    pub fn log_tangent(&self) -> (Vec<f64>, Vec<f64>) {
        self.mean(|m| &m.log_tangent)
    }
    fn mean(&self, of: fn(&Adjoint) -> &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
        match &self.members[..] {
            [one] => mean_and_error(of(one)),
            all => mean_and_error(&all.iter().map(|m| mean_and_error(of(m)).0).collect::<Vec<_>>()),
        }
    }

    /// Means over the trajectories of a list that each of them has.
    pub fn mean_of(&self, of: fn(&Adjoint) -> &[f64]) -> Vec<f64> {
        mean_and_error(&self.members.iter().map(|m| of(m).to_vec()).collect::<Vec<_>>()).0
    }

    /// The largest of a number that each trajectory has.
    pub fn largest(&self, of: fn(&Adjoint) -> f64) -> f64 {
        self.members.iter().map(of).fold(0.0, f64::max)
    }
}

/// Entry by entry, the mean of lists of equal length and its standard error, NaN of a single list.
fn mean_and_error(lists: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let n = lists.len() as f64;
    let entries = lists.first().map_or(0, Vec::len);
    (0..entries)
        .map(|k| {
            let mean = lists.iter().map(|l| l[k]).sum::<f64>() / n;
            let square = lists.iter().map(|l| (l[k] - mean).powi(2)).sum::<f64>();
            (mean, if n > 1.0 { (square / (n * (n - 1.0))).sqrt() } else { f64::NAN })
        })
        .unzip()
}
