//! What was inferred of the couplings of a Gaussian model.

use super::{AboutData, Penalty};
use crate::inference::gaussian::data::Scale;
use crate::inference::gaussian::debiased::Debiased;
use crate::inference::gaussian::likelihood::Levels;
use crate::inference::gaussian::roots::Roots;
use crate::inference::gaussian::successive::Autocorrelation;
use crate::inference::gaussian::validation::Validation;
use crate::numbers::Estimate;
use faer::Mat;

/// The likelihood of data that the model has not seen, at each gamma.
#[derive(Clone, Debug)]
pub struct Test {
    /// Extensive, per sample.
    pub value: Vec<f64>,
    /// Standard errors over folds; empty where it is exact.
    pub std_error: Vec<f64>,
    /// Folds; none where the true covariance was given.
    pub folds: Option<usize>,
}

impl Test {
    /// The held-out likelihoods of a cross-validation.
    pub fn of(v: &Validation) -> Self {
        Self {
            value: v.test.iter().map(|m| m.value).collect(),
            std_error: v.test.iter().map(Estimate::error).collect(),
            folds: Some(v.folds),
        }
    }
}

/// Strengths by formula.
#[derive(Clone, Copy, Debug)]
pub struct Predicted {
    /// n / sum J^2 (eq. 2.20); exact from the truth, its error by the jackknife over folds from data.
    pub gamma: Estimate,
    /// (n + 1) / sum J^2.
    pub cross: f64,
    /// gamma_opt of any couplings at large alpha; it needs the truth.
    pub opt: Option<f64>,
    /// sum J^2.
    pub j_squared: f64,
    /// Which couplings went in.
    pub from: Source,
}

/// Which couplings go into the formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Those of the true covariance.
    Truth,
    /// None: an estimate of their sum of squares without bias.
    Unbiased,
    /// Those inferred at the chosen gamma.
    Inferred,
}

named! {
    Source:
    Self::Truth => "the true couplings",
    Self::Unbiased => "an estimate of ΣJ² without bias",
    Self::Inferred => "the couplings inferred at the chosen γ",
}

/// The strength at which the couplings are given.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    /// The strength.
    pub gamma: f64,
    /// Its multiplier.
    pub mu: f64,
    /// Why this one.
    pub by: Reason,
}

/// Why couplings are given at one strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was asked for.
    Asked,
    /// Held-out data are predicted best.
    CrossValidated,
    /// The true covariance is predicted best.
    Truth,
    /// No couplings at all predict best: the end of the range.
    NoCouplings,
    /// By the formula n / sum J^2.
    Formula,
    /// Nothing to choose by.
    Nothing,
    /// Nothing to choose by: the middle of the grid.
    Middle,
    /// Unseen data are predicted best at the lower end of the grid.
    LowerEnd,
    /// Unseen data are predicted best at the upper end of the grid.
    UpperEnd,
}

named! {
    Reason:
    Self::Asked => "as asked for (--at)",
    Self::CrossValidated => "the largest cross-validated likelihood",
    Self::Truth => "the largest likelihood under the true covariance",
    Self::NoCouplings => "the end of the range, for no couplings at all predict best",
    Self::Formula => "the formula n / sum J²",
    Self::Nothing => "no data to choose by: neither held-out samples nor enough of them for the formula",
    Self::Middle => "the middle of the grid, without data to choose by",
    Self::LowerEnd => "the lower end of the grid, where unseen data are predicted best; widen --gamma downwards",
    Self::UpperEnd => "the upper end of the grid, where unseen data are predicted best",
}

/// What was inferred from one table or covariance.
pub struct GaussianModel {
    /// What was read.
    pub about: AboutData,
    /// The covariance, scaled, in the data's units.
    pub covariance: Mat<f64>,
    /// The penalty.
    pub penalty: Penalty,
    /// Names of the variables.
    pub names: Vec<String>,
    /// Samples over variables.
    pub alpha: f64,
    /// Samples, where known.
    pub samples: Option<usize>,
    /// Trace of the covariance before scaling.
    pub trace: f64,
    /// How it was scaled.
    pub scale: Scale,
    /// Levels at each gamma; the other lists belong to them.
    pub curve: Vec<Levels>,
    /// d L_test / d gamma, with the truth.
    pub d_test: Option<Vec<f64>>,
    /// Likelihood of unseen data.
    pub test: Option<Test>,
    /// Roots: with the truth all of them, else those of the cross-validation.
    pub roots: Roots,
    /// Where they were looked for.
    pub range: (f64, f64),
    /// The cross-validation.
    pub validation: Option<Validation>,
    /// The formula's strengths.
    pub predicted: Option<Predicted>,
    /// The strength chosen.
    pub chosen: Chosen,
    /// Couplings there, n x n.
    pub j: Mat<f64>,
    /// The couplings without the penalty's bias, with their errors.
    pub debiased: Debiased,
    /// How alike successive samples are, where that is told from chance.
    pub alike: Option<Autocorrelation>,
    /// The true couplings of trace zero.
    pub true_j: Option<Mat<f64>>,
    /// Largest violation of eq. 2.16, under L2.
    pub identity: Option<f64>,
    /// Largest duality gap, under L1.
    pub gap: Option<f64>,
    /// Couplings that are not zero at each gamma, under L1.
    pub pairs: Option<Vec<f64>>,
    /// Strongest couplings shown; none: twice the variables.
    pub edges: Option<usize>,
}

impl GaussianModel {
    /// One number of every gamma.
    pub fn each(&self, f: fn(&Levels) -> f64) -> Vec<f64> {
        self.curve.iter().map(f).collect()
    }

    /// Variables.
    pub fn n(&self) -> usize {
        self.names.len()
    }

    /// |J - J_true| / |J_true| without the diagonals.
    pub fn error_of_j(&self) -> Option<f64> {
        let truth = self.true_j.as_ref()?;
        let (mut off, mut size) = (0.0, 0.0);
        for j in 0..self.n() {
            for i in (0..self.n()).filter(|i| *i != j) {
                off += (self.j[(i, j)] - truth[(i, j)]).powi(2);
                size += truth[(i, j)].powi(2);
            }
        }
        (size > 0.0).then(|| (off / size).sqrt())
    }
}
