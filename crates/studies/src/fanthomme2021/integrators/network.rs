//! Trained integrators, a seed each (fanthomme2021, 7.4 and 7.5).

use crate::common::*;
use faer::{Mat, MatRef};
use nullcline_core::analyses::integrate::{IntegratorPlan, TrainIntegrator, train_plan};
use nullcline_core::diagnostics::dynamics::integrator::Weights;
use nullcline_core::diagnostics::geometry::currents::dominant;
use nullcline_core::job::Silent;

/// Sizes of a run.
#[derive(Clone, Copy)]
pub struct Size {
    /// Units.
    pub n: usize,
    /// Networks of a kind.
    pub seeds: usize,
    /// Sequences or samples of a step.
    pub batch: usize,
    /// Steps of a training.
    pub steps: u64,
}

/// A trained network.
pub struct Network {
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

/// The plan of `train integrate` with these options, in the names of a pipeline file.
///
/// # Errors
/// Options that make no sense.
pub fn plan(options: Value) -> Result<IntegratorPlan, Error> {
    let job: TrainIntegrator =
        serde_json::from_value(options).map_err(|e| Error::Setting(format!("train integrate: {e}")))?;
    Ok(job.plan()?.0)
}

impl Network {
    /// Trains by options of `train integrate`, or reads what the same options gave in the shared folder under `name`.
    ///
    /// # Errors
    /// Options that make no sense, a training that diverges, a folder that cannot be used.
    pub fn trained(name: &str, options: Value, settings: &Settings) -> Result<Self, Error> {
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

    /// Its three matrices.
    pub fn weights(&self) -> Weights<'_> {
        Weights {
            recurrent: self.recurrent.as_ref(),
            encoder: self.encoder.as_ref(),
            decoder: self.decoder.as_ref(),
        }
    }

    /// Dominant singular values: those before the largest ratio of neighbours, as `analyze` counts them.
    pub fn dominant(&self) -> usize {
        dominant(&self.singular).by_gap
    }
}

/// Networks of the same options, a seed each, under the name `what` in the shared folder.
///
/// # Errors
/// Those of [`Network::trained`].
pub fn networks(
    what: &str,
    size: Size,
    options: &Value,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Vec<Network>, Error> {
    let name = format!("{}-{}", what.replace(", ", "-").replace([' ', ':'], "-").to_lowercase(), size.n);
    parallel(what, size.seeds, observer, |k| {
        Network::trained(&name, sized(options, size, settings.seed + k as u64), settings)
    })
}

/// The options of one of those networks.
fn sized(options: &Value, size: Size, seed: u64) -> Value {
    let mut options = options.clone();
    options["units"] = json!(size.n);
    let usual = [("batch", json!(size.batch)), ("steps", json!(size.steps)), ("seed", json!(seed))];
    for (name, value) in usual {
        if options.get(name).is_none() {
            options[name] = value;
        }
    }
    options
}

/// Whether the networks of a claim had learned the task: at most `least` of the loss before training is left of each.
///
/// # Errors
/// What was left.
pub fn learned(nets: &[Network], least: f64) -> Result<(), String> {
    match largest(list(nets, |n| n.loss)) {
        l if l < least => Ok(()),
        l => Err(format!(
            "a network had {} of the loss before training left",
            nullcline_report::sections::words::number(l)
        )),
    }
}

/// How many networks have another number of dominant singular values.
pub fn exceptions(nets: &[Network], wanted: usize) -> Estimate {
    Estimate::count(count(nets, |t| t.dominant() != wanted), nets.len())
}
