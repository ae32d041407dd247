//! What the units of a ReLU integrator do while it integrates (fanthomme2021, 7.4.1).

use crate::Error;
use faer::Mat;
use nullcline_core::analyses::integrate::{IntegratorPlan, TrainIntegrator, train_plan};
use nullcline_core::job::Observer;
use nullcline_core::linalg::random::{Use, normal, stream};
use nullcline_core::numbers::least_squares::slope;
use std::path::Path;

/// Sequences and steps that activity is looked at on.
const SEQUENCES: usize = 16;
const STEPS: usize = 200;

/// A trained ReLU network of one channel.
pub struct Network {
    /// s.
    pub scale: f64,
    /// gamma.
    pub decay: f64,
    /// W.
    pub recurrent: Mat<f64>,
    /// e, n x 1.
    pub encoder: Mat<f64>,
    /// d, 1 x n.
    pub decoder: Mat<f64>,
    /// Validation loss over that of zero outputs.
    pub loss: f64,
}

/// The plan of `train integrate` with these options, in the names of a pipeline file.
///
/// # Errors
/// Options that make no sense.
pub fn plan(options: serde_json::Value) -> Result<IntegratorPlan, Error> {
    let job: TrainIntegrator =
        serde_json::from_value(options).map_err(|e| Error::Setting(format!("train integrate: {e}")))?;
    Ok(job.plan()?.0)
}

impl Network {
    /// Trains `plan`, of one channel, or reads what it gave in `folder`.
    ///
    /// # Errors
    /// A training that diverges, a folder that cannot be used.
    pub fn trained(plan: &IntegratorPlan, folder: &Path, observer: &dyn Observer) -> Result<Self, Error> {
        let state = train_plan(plan, Some(folder), observer)?;
        let n = plan.units;
        let best = &state.best;
        Ok(Self {
            scale: plan.goal.scale[0],
            decay: plan.goal.decay[0],
            recurrent: Mat::from_fn(n, n, |i, j| best[j * n + i]),
            encoder: Mat::from_fn(n, 1, |i, _| best[n * n + i]),
            decoder: Mat::from_fn(1, n, |_, i| best[n * n + n + i]),
            loss: state.best_row().map_or(f64::NAN, |r| r.validation_loss) / state.curve[0].validation_loss,
        })
    }

    /// Activity on white noise.
    pub fn activity(&self, seed: u64) -> Activity {
        let n = self.recurrent.nrows();
        let mut rng = stream(seed, Use::Task, 77);
        let (mut currents, mut integrals) = (Mat::zeros(n, SEQUENCES * STEPS), vec![0.0; SEQUENCES * STEPS]);
        let (mut h, mut y) = (Mat::<f64>::zeros(n, SEQUENCES), [0.0; SEQUENCES]);
        let mut outputs = vec![0.0; SEQUENCES * STEPS];
        for t in 0..STEPS {
            for (k, y) in y.iter_mut().enumerate() {
                let x = normal(&mut rng);
                *y = self.decay * (*y + self.scale * x);
                integrals[t * SEQUENCES + k] = *y;
                h.col_mut(k).iter_mut().zip(self.encoder.col(0).iter()).for_each(|(h, e)| *h += x * e);
            }
            let current = &self.recurrent * &h;
            h = Mat::from_fn(n, SEQUENCES, |i, k| current[(i, k)].max(0.0));
            let out = &self.decoder * &h;
            (0..SEQUENCES).for_each(|k| outputs[t * SEQUENCES + k] = out[(0, k)]);
            currents.as_mut().subcols_mut(t * SEQUENCES, SEQUENCES).copy_from(&current);
        }
        Activity { currents, integrals, outputs }
    }
}

/// Currents nu, n x rows, target integrals and outputs.
pub struct Activity {
    /// nu.
    pub currents: Mat<f64>,
    /// ybar.
    pub integrals: Vec<f64>,
    /// y.
    pub outputs: Vec<f64>,
}

/// L+ and L- of (7.22): least squares of each activity on max(y, 0) and max(-y, 0), which never overlap.
pub struct Populations {
    /// L+.
    pub plus: Vec<f64>,
    /// L-.
    pub minus: Vec<f64>,
}

/// The four populations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    /// Active at both signs.
    Shared,
    /// Active while the integral is positive.
    Plus,
    /// While it is negative.
    Minus,
    /// Never.
    Null,
}

impl Activity {
    /// Root mean square of the output's error over that of the integral.
    pub fn error(&self) -> f64 {
        let square = |f: &dyn Fn(usize) -> f64| (0..self.integrals.len()).map(|k| f(k).powi(2)).sum::<f64>();
        (square(&|k| self.outputs[k] - self.integrals[k]) / square(&|k| self.integrals[k])).sqrt()
    }

    /// The fits (7.22).
    pub fn populations(&self) -> Populations {
        let n = self.currents.nrows();
        let fit = |sign: f64| -> Vec<f64> {
            let y: Vec<f64> = self.integrals.iter().map(|y| (sign * y).max(0.0)).collect();
            let size: f64 = y.iter().map(|y| y * y).sum();
            let mut l = vec![0.0; n];
            for (k, y) in y.iter().enumerate().filter(|(_, y)| **y > 0.0) {
                l.iter_mut().zip(self.currents.col(k).iter()).for_each(|(l, v)| *l += y * v.max(0.0) / size);
            }
            l
        };
        Populations { plus: fit(1.0), minus: fit(-1.0) }
    }

    /// Median over units of the R^2 of a current against the integral (7.23).
    pub fn linearity(&self) -> f64 {
        let mut all: Vec<f64> = (0..self.currents.nrows())
            .map(|i| {
                let v: Vec<f64> = self.currents.row(i).iter().copied().collect();
                let (b, n) = (slope(&self.integrals, &v).value, v.len() as f64);
                let mean = |v: &[f64]| v.iter().sum::<f64>() / n;
                let (mv, my) = (mean(&v), mean(&self.integrals));
                let total: f64 = v.iter().map(|v| (v - mv).powi(2)).sum();
                let rest: f64 =
                    v.iter().zip(&self.integrals).map(|(v, y)| (v - mv - b * (y - my)).powi(2)).sum();
                1.0 - rest / total
            })
            .collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    }
}

impl Populations {
    /// What a unit is: shared where its weaker fit exceeds a twentieth of the stronger, null where both are below a thousandth of
    /// the root mean square fit of all.
    pub fn of(&self, i: usize) -> Population {
        let squares = self.plus.iter().chain(&self.minus).map(|l| l * l).sum::<f64>();
        let least = 1e-3 * (squares / self.plus.len() as f64).sqrt();
        let (plus, minus) = (self.plus[i], self.minus[i]);
        match () {
            () if plus.max(minus) < least => Population::Null,
            () if plus.min(minus) > 0.05 * plus.max(minus) => Population::Shared,
            () if plus > minus => Population::Plus,
            () => Population::Minus,
        }
    }

    /// Share of the units that are so.
    pub fn share(&self, wanted: Population) -> f64 {
        let n = self.plus.len();
        (0..n).filter(|i| self.of(*i) == wanted).count() as f64 / n as f64
    }
}
