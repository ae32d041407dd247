//! What trained integrators do on sequences that they were not trained on (fanthomme2021, 7.4 and 7.5), by the analyses that
//! `analyze` has for everybody's networks.

use super::network::Network;
use crate::Error;
use faer::Mat;
use nullcline_core::diagnostics::geometry::currents::{
    Population, Projection, populations, projections, rectified,
};
use nullcline_core::linalg::col_mut;
use nullcline_core::linalg::steep::Steep;
use nullcline_core::numbers::least_squares::grouped::{Grouped, grouped};
use nullcline_core::tasks::{Integrate, Signal, Sizes, Split, Targets, Task};

/// Currents nu, integrals ybar and outputs y, columns step after step.
pub struct Activity {
    /// nu, n x rows.
    pub currents: Mat<f64>,
    /// f(nu), n x rows.
    pub states: Mat<f64>,
    /// ybar, D x rows.
    pub integrals: Mat<f64>,
    /// y, D x rows.
    pub outputs: Mat<f64>,
    /// The sequence of each column.
    pub groups: Vec<usize>,
}

/// f of each entry.
pub fn activated(f: Steep, a: &Mat<f64>) -> Mat<f64> {
    let mut h = a.clone();
    let mut gain = vec![0.0; a.nrows()];
    (0..a.ncols()).for_each(|k| f.apply(col_mut(h.as_mut(), k), &mut gain));
    h
}

impl Network {
    /// What it does on `sequences` sequences of `steps` steps, inputs multiplied by `gain`.
    pub fn run(&self, signal: Signal, [sequences, steps]: [usize; 2], gain: f64, seed: u64) -> Activity {
        let (n, d) = (self.plan.units, self.plan.channels());
        let (scale, decay) = (self.plan.goal.scale.clone(), self.plan.goal.decay.clone());
        let task = Integrate::new(scale, decay, signal, steps, Sizes::default(), seed);
        let items: Vec<usize> = (0..sequences).collect();
        let batch = task.batch(Split::Test, &items);
        let Targets::Values(mut integrals) = batch.targets else { unreachable!("integrals are values") };
        integrals *= gain;
        let rows = sequences * steps;
        let (mut currents, mut states) = (Mat::zeros(n, rows), Mat::zeros(n, rows));
        let mut h = Mat::<f64>::zeros(n, sequences);
        for t in 0..steps {
            let x = batch.inputs.as_ref().subcols(t * sequences, sequences);
            h += faer::Scale(gain) * (&self.encoder * x);
            let current = &self.recurrent * &h;
            h = activated(self.plan.activation, &current);
            currents.as_mut().subcols_mut(t * sequences, sequences).copy_from(&current);
            states.as_mut().subcols_mut(t * sequences, sequences).copy_from(&h);
        }
        let outputs = &self.decoder * &states;
        debug_assert_eq!(outputs.nrows(), d);
        Activity { currents, states, integrals, outputs, groups: (0..rows).map(|r| r % sequences).collect() }
    }
}

/// L+ and L- of (7.22), and what each unit is by them.
pub struct Populations {
    /// L+.
    pub plus: Vec<f64>,
    /// L-.
    pub minus: Vec<f64>,
    /// What each unit is.
    pub of: Vec<Population>,
}

impl Populations {
    /// Share of the units that are so.
    pub fn share(&self, wanted: Population) -> f64 {
        self.of.iter().filter(|p| **p == wanted).count() as f64 / self.of.len() as f64
    }
}

impl Activity {
    /// Root mean square of the outputs' error over that of the integrals.
    pub fn error(&self) -> f64 {
        ((&self.outputs - &self.integrals).squared_norm_l2() / self.integrals.squared_norm_l2()).sqrt()
    }

    /// The currents outside the span of the network's first `k` left singular vectors (7.40).
    pub fn outside(&self, net: &Network, k: usize) -> Option<Projection> {
        let basis = net.left.as_ref().subcols(0, k);
        projections(basis, self.currents.as_ref(), &self.groups).pop()
    }

    /// The fit of the currents on the integrals (7.23, 7.39), through the origin.
    ///
    /// # Errors
    /// Integrals that are sums of each other.
    pub fn linearity(&self) -> Result<Grouped, Error> {
        let fit = grouped(self.integrals.as_ref(), self.currents.as_ref(), &self.groups, false);
        fit.map_err(|e| Error::Numbers(format!("currents on integrals: {e}")))
    }

    /// s_i (7.42), n x D.
    ///
    /// # Errors
    /// Those of [`Activity::linearity`].
    pub fn selectivity(&self) -> Result<Mat<f64>, Error> {
        let fit = self.linearity()?;
        Ok(Mat::from_fn(fit.slopes.len(), self.integrals.nrows(), |i, c| fit.slopes[i][c].value))
    }

    /// The fits (7.22) of one channel.
    ///
    /// # Errors
    /// An integral of one sign.
    pub fn populations(&self) -> Result<Populations, Error> {
        let (parts, of) = rectified(self.integrals.as_ref());
        let fit = grouped(parts.as_ref(), self.states.as_ref(), &self.groups, false)
            .map_err(|e| Error::Numbers(format!("activity on the integral's parts: {e}")))?;
        if of.len() != 2 {
            return Err(Error::Numbers("an integral that takes one sign only".into()));
        }
        let column = |j: usize| fit.slopes.iter().map(|s| s[j].value).collect();
        let kinds = populations(&fit, &of, 1).pop().unwrap_or_default();
        Ok(Populations { plus: column(0), minus: column(1), of: kinds })
    }
}

/// The median; NaN of nothing.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    nullcline_core::numbers::quantile(values, 0.5).unwrap_or(f64::NAN)
}
