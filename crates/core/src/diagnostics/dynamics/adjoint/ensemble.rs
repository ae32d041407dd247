//! The sensitivities of several trajectories together.

use super::{Adjoint, growth_rate};
use crate::numbers::Estimate;

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
    ///
    /// ```
    /// use nullcline_core::diagnostics::dynamics::adjoint::{Drive, Ensemble, Options, adjoint};
    /// use nullcline_core::systems::{reference::Henon, time::Map};
    ///
    /// let henon = Map::new(Henon::default());
    /// let options = Options { horizon: 200.0, ..Options::default() };
    /// let member = |x: f64| adjoint(&henon, &[x, 0.1], &Drive::Constant(&[]), &options).unwrap();
    /// let both = Ensemble::new(vec![member(0.1), member(0.2)]).unwrap();
    /// // Gradients grow backward as tangents grow forward, at the first exponent, 0.419 nats a step.
    /// assert!((both.rate.value - 0.419).abs() < 0.1 && (both.forward_rate.value - 0.419).abs() < 0.1);
    /// assert!(Ensemble::new(vec![]).is_none());
    /// ```
    pub fn new(members: Vec<Adjoint>) -> Option<Self> {
        let first = members.first()?;
        let (rate, forward_rate) = if members.len() == 1 {
            (first.rate, first.forward_rate)
        } else {
            let mean = |of: fn(&Adjoint) -> &[Vec<f64>]| -> Vec<Vec<f64>> {
                members.iter().map(|m| values(&means(of(m)))).collect()
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

    /// Mean of log|psi(t)| over the trajectories and their vectors: the error is from the
    /// spread over trajectories, or over vectors if there is one trajectory; not known if there is one of each.
    pub fn log_norm(&self) -> Vec<Estimate> {
        self.mean(|m| &m.log_norm)
    }
    /// The same of log|Delta(t)|, by time from t0.
    pub fn log_tangent(&self) -> Vec<Estimate> {
        self.mean(|m| &m.log_tangent)
    }
    fn mean(&self, of: fn(&Adjoint) -> &[Vec<f64>]) -> Vec<Estimate> {
        match &self.members[..] {
            [one] => means(of(one)),
            all => means(&all.iter().map(|m| values(&means(of(m)))).collect::<Vec<_>>()),
        }
    }

    /// Means over the trajectories of a list that each of them has.
    pub fn mean_of(&self, of: fn(&Adjoint) -> &[f64]) -> Vec<f64> {
        values(&means(&self.members.iter().map(|m| of(m).to_vec()).collect::<Vec<_>>()))
    }

    /// The largest of a number that each trajectory has.
    pub fn largest(&self, of: fn(&Adjoint) -> f64) -> f64 {
        self.members.iter().map(of).fold(0.0, f64::max)
    }
}

/// Entry by entry, the mean of lists of equal length.
fn means(lists: &[Vec<f64>]) -> Vec<Estimate> {
    let entries = lists.first().map_or(0, Vec::len);
    (0..entries).map(|k| Estimate::mean_of_all(&lists.iter().map(|l| l[k]).collect::<Vec<_>>())).collect()
}

fn values(all: &[Estimate]) -> Vec<f64> {
    all.iter().map(|e| e.value).collect()
}
