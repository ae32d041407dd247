//! Couplings of a Gaussian model in the summary.

use super::number::{Number, each, errors, numbers, values};
use crate::analyses::gaussian::{GaussianModel, Penalty, Predicted, Reason, Source};
use crate::inference::gaussian::data::Scale;
use crate::inference::gaussian::validation;
use crate::numbers::Estimate;
use schemars::JsonSchema;
use serde::Serialize;

/// What `infer gaussian` gives.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Model {
    /// The couplings.
    pub gaussian: Gaussian,
}

/// Couplings of a Gaussian model. Lists belong to `gamma`; likelihoods are extensive in the variables, per sample, without
/// (n/2) log 2 pi.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Gaussian {
    /// The penalty on couplings.
    pub penalty: Penalty,
    /// Variables.
    pub n: usize,
    /// Samples over variables.
    pub alpha: f64,
    /// Samples, where known.
    pub samples: Option<usize>,
    /// Independent samples that autocorrelated rows are worth, which errors of couplings count; null where they are not told from
    /// independent ones.
    pub effective_samples: Option<Number>,
    /// Of such rows, mean over variables.
    pub lag_one_autocorrelation: Option<Number>,
    /// How the covariance was scaled.
    pub scale: Scale,
    /// Of the covariance before scaling.
    pub trace: Number,
    /// Regularisation strengths.
    pub gamma: Vec<Number>,
    /// Multiplier of the spherical constraint.
    pub mu: Vec<Number>,
    /// log Z = (n mu - log det(mu - J)) / 2.
    pub log_z: Vec<Number>,
    /// Likelihood of the data.
    pub l_train: Vec<Number>,
    /// Under the true covariance, or of held-out samples.
    pub l_test: Option<Vec<Number>>,
    /// Over folds.
    pub l_test_std_error: Option<Vec<Number>>,
    /// What `l_test` is of.
    pub l_test_from: Option<TestFrom>,
    /// Likelihood of what the model generates.
    pub l_gen: Vec<Number>,
    /// tr J².
    pub sum_j_squared: Vec<Number>,
    /// d l_test / d gamma, with the truth.
    pub d_l_test: Option<Vec<Number>>,
    /// Where l_test is extremal, on root_range.
    pub gamma_opt: Vec<Number>,
    /// Where l_gen = l_test.
    pub gamma_cross: Vec<Number>,
    /// Where l_gen is the mean of l_train and l_test.
    pub gamma_half: Vec<Number>,
    /// Standard error of a cross-validated gamma_opt.
    pub gamma_opt_std_error: Number,
    /// Of gamma_cross.
    pub gamma_cross_std_error: Number,
    /// Of gamma_half.
    pub gamma_half_std_error: Number,
    /// Where these were looked for.
    pub root_range: [f64; 2],
    /// n over the sum of squared couplings.
    pub gamma_predicted: Number,
    /// (n + 1) over it.
    pub gamma_predicted_cross: Number,
    /// gamma_opt of any couplings at many samples; it needs the truth.
    pub gamma_predicted_opt: Number,
    /// Standard error of gamma_predicted.
    pub gamma_predicted_std_error: Number,
    /// Which couplings went in.
    pub gamma_predicted_from: Option<Source>,
    /// Where the couplings are given.
    pub gamma_chosen: Number,
    /// Why there.
    pub gamma_chosen_by: Reason,
    /// The multiplier there.
    pub mu_chosen: Number,
    /// |J - J_true| / |J_true| without the diagonals, with the truth.
    pub relative_error_of_couplings: Option<Number>,
    /// Means over folds; null without cross-validation.
    pub validation: Option<Validation>,
    /// Couplings that are not zero, under L1.
    pub pairs: Option<Vec<Number>>,
    /// Largest violation of L_gen = L_train - gamma tr J^2 / (2 alpha), relative.
    pub identity_2_16: Option<Number>,
    /// Largest under L1, of minus twice the likelihood with its penalty.
    pub duality_gap: Option<Number>,
}

/// Mean likelihoods of a cross-validation.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Validation {
    /// Folds.
    pub folds: usize,
    /// Of training samples.
    pub l_train: Vec<Number>,
    /// Of generated samples.
    pub l_gen: Vec<Number>,
    /// Its standard error.
    pub l_gen_std_error: Vec<Number>,
}

/// What the likelihood of unseen data is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestFrom {
    /// The true covariance.
    Truth,
    /// Held-out samples.
    CrossValidation,
}
named!(TestFrom: Self::Truth => "truth", Self::CrossValidation => "cross-validation");

impl Gaussian {
    /// Of what was inferred.
    pub fn of(m: &GaussianModel) -> Self {
        let error = |f: fn(&validation::Validation) -> Option<Estimate>| {
            Number(m.validation.as_ref().and_then(f).map_or(f64::NAN, |e| e.error()))
        };
        let predicted =
            |f: fn(&Predicted) -> Option<f64>| Number(m.predicted.as_ref().and_then(f).unwrap_or(f64::NAN));
        let test = m.test.as_ref();
        Self {
            penalty: m.penalty,
            n: m.n(),
            alpha: m.alpha,
            samples: m.samples,
            effective_samples: m.alike.map(|a| Number(a.effective)),
            lag_one_autocorrelation: m.alike.map(|a| Number(a.lag_one)),
            scale: m.scale,
            trace: Number(m.trace),
            gamma: each(&m.curve, |l| l.gamma),
            mu: each(&m.curve, |l| l.mu),
            log_z: each(&m.curve, |l| l.log_z),
            l_train: each(&m.curve, |l| l.train),
            l_test: test.map(|t| numbers(&t.value)),
            l_test_std_error: test.filter(|t| !t.std_error.is_empty()).map(|t| numbers(&t.std_error)),
            l_test_from: test.map(|t| match t.folds {
                Some(_) => TestFrom::CrossValidation,
                None => TestFrom::Truth,
            }),
            l_gen: each(&m.curve, |l| l.generated),
            sum_j_squared: each(&m.curve, |l| l.sum_j_squared),
            d_l_test: m.d_test.as_ref().map(|d| numbers(d)),
            gamma_opt: numbers(&m.roots.opt),
            gamma_cross: numbers(&m.roots.cross),
            gamma_half: numbers(&m.roots.half),
            gamma_opt_std_error: error(|v| v.opt),
            gamma_cross_std_error: error(|v| v.cross),
            gamma_half_std_error: error(|v| v.half),
            root_range: [m.range.0, m.range.1],
            gamma_predicted: predicted(|p| Some(p.gamma.value)),
            gamma_predicted_cross: predicted(|p| Some(p.cross)),
            gamma_predicted_opt: predicted(|p| p.opt),
            gamma_predicted_std_error: predicted(|p| Some(p.gamma.error())),
            gamma_predicted_from: m.predicted.map(|p| p.from),
            gamma_chosen: Number(m.chosen.gamma),
            gamma_chosen_by: m.chosen.by,
            mu_chosen: Number(m.chosen.mu),
            relative_error_of_couplings: m.error_of_j().map(Number),
            validation: m.validation.as_ref().map(Validation::of),
            pairs: m.pairs.as_ref().map(|p| numbers(p)),
            identity_2_16: m.identity.map(Number),
            duality_gap: m.gap.map(Number),
        }
    }
}

impl Validation {
    fn of(v: &validation::Validation) -> Self {
        Self {
            folds: v.folds,
            l_train: values(&v.train),
            l_gen: values(&v.generated),
            l_gen_std_error: errors(&v.generated),
        }
    }
}
