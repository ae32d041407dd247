//! Trained integrators of several channels, and what they do on white noise (fanthomme2021, 7.5).

use super::currents::plan;
use crate::{Error, Settings};
use faer::{Mat, MatRef};
use nullcline_core::analyses::integrate::{IntegratorPlan, train_plan};
use nullcline_core::job::Silent;
use nullcline_core::linalg::random::{Use, normal, stream};
use nullcline_core::linalg::steep::Steep;

/// A trained network.
pub struct Trained {
    /// How it was trained.
    pub plan: IntegratorPlan,
    /// W.
    pub recurrent: Mat<f64>,
    /// The e_c as columns, n x D.
    pub encoder: Mat<f64>,
    /// The d_c as rows, D x n.
    pub decoder: Mat<f64>,
    /// Validation loss over that before training.
    pub loss: f64,
    /// Singular values of W, decreasing.
    pub singular: Vec<f64>,
    /// Left singular vectors as columns.
    pub left: Mat<f64>,
    /// Right ones.
    pub right: Mat<f64>,
}

impl Trained {
    /// Trains by options of `train integrate`, or reads what the same options gave in the shared folder under `name`.
    ///
    /// # Errors
    /// Options that make no sense, a training that diverges, a folder that cannot be used.
    pub fn of(name: &str, options: serde_json::Value, settings: &Settings) -> Result<Self, Error> {
        let plan = plan(options)?;
        let place = settings.shared.join("fanthomme2021-integrators").join(format!("{name}-{}", plan.seed));
        let state = train_plan(&plan, Some(&place), &Silent)?;
        let (n, d) = (plan.units, plan.channels());
        let best = &state.best;
        let view = |from: usize, rows: usize, columns: usize| {
            MatRef::from_column_major_slice(&best[from..from + rows * columns], rows, columns).to_owned()
        };
        let recurrent = view(0, n, n);
        let svd =
            recurrent.svd().map_err(|_| Error::Numbers("the singular values did not converge".into()))?;
        Ok(Self {
            encoder: view(n * n, n, d),
            decoder: view(n * n + n * d, d, n),
            loss: state.best_row().map_or(f64::NAN, |r| r.validation_loss) / state.curve[0].validation_loss,
            singular: svd.S().column_vector().iter().copied().collect(),
            left: svd.U().to_owned(),
            right: svd.V().to_owned(),
            recurrent,
            plan,
        })
    }

    /// Dominant singular values: those before the largest gap between neighbours.
    pub fn dominant(&self) -> usize {
        let gap = |k: usize| self.singular[k] - self.singular[k + 1];
        (0..self.singular.len() - 1).max_by(|a, b| gap(*a).total_cmp(&gap(*b))).map_or(0, |k| k + 1)
    }

    /// Currents and integrals on `sequences` sequences of `steps` steps of white noise, columns step after step.
    pub fn run(&self, sequences: usize, steps: usize, seed: u64) -> Run {
        let (n, d) = (self.plan.units, self.plan.channels());
        let (goal, f) = (&self.plan.goal, self.plan.activation);
        let mut rng = stream(seed, Use::Task, 78);
        let rows = sequences * steps;
        let mut run = Run {
            currents: Mat::zeros(n, rows),
            integrals: Mat::zeros(d, rows),
            outputs: Mat::zeros(d, rows),
        };
        let (mut h, mut y) = (Mat::<f64>::zeros(n, sequences), Mat::<f64>::zeros(d, sequences));
        for t in 0..steps {
            let x = Mat::from_fn(d, sequences, |_, _| normal(&mut rng));
            for k in 0..sequences {
                for c in 0..d {
                    y[(c, k)] = goal.decay[c] * (y[(c, k)] + goal.scale[c] * x[(c, k)]);
                }
            }
            let current = &self.recurrent * (&h + &self.encoder * &x);
            h = activated(f, &current);
            let place = t * sequences;
            run.currents.as_mut().subcols_mut(place, sequences).copy_from(&current);
            run.integrals.as_mut().subcols_mut(place, sequences).copy_from(&y);
            run.outputs.as_mut().subcols_mut(place, sequences).copy_from(&self.decoder * &h);
        }
        run
    }
}

fn activated(f: Steep, a: &Mat<f64>) -> Mat<f64> {
    let mut h = a.clone();
    let mut gain = vec![0.0; a.nrows()];
    for k in 0..a.ncols() {
        f.apply(nullcline_core::linalg::col_mut(h.as_mut(), k), &mut gain);
    }
    h
}

/// What a network did.
pub struct Run {
    /// nu, n x rows.
    pub currents: Mat<f64>,
    /// ybar, D x rows.
    pub integrals: Mat<f64>,
    /// y, D x rows.
    pub outputs: Mat<f64>,
}

impl Run {
    /// Root mean square error over that of the integrals.
    pub fn error(&self) -> f64 {
        ((&self.outputs - &self.integrals).squared_norm_l2() / self.integrals.squared_norm_l2()).sqrt()
    }

    /// The part of the currents outside the space of the first `k` columns of `left`: mean norm over that of the part inside (7.40); and
    /// root mean square over that of the whole current, as the authors' program has it.
    pub fn outside(&self, left: &Mat<f64>, k: usize) -> [f64; 2] {
        let basis = left.as_ref().subcols(0, k);
        let inside = basis * (basis.transpose() * &self.currents);
        let outside = &self.currents - &inside;
        let norms = |m: &Mat<f64>| (0..m.ncols()).map(|j| m.col(j).norm_l2()).sum::<f64>();
        [norms(&outside) / norms(&inside), outside.norm_l2() / self.currents.norm_l2()]
    }

    /// s_i: least squares of each unit's current on the integrals, n x D.
    pub fn selectivity(&self) -> Mat<f64> {
        use faer::linalg::solvers::DenseSolveCore;
        let gram = &self.integrals * self.integrals.transpose();
        &self.currents * self.integrals.transpose() * gram.partial_piv_lu().inverse()
    }
}
