//! Penalised fits: minima of minus a log likelihood and squares of couplings and fields.

use super::coordinates::Coordinates;
use super::minimum::{Convex, Value, minimum};
use super::{Error, Expansion, Graph, Grouping, Learning, Penalty, Potts, Sites, Stage, Threshold};
use crate::inference::chains::Summary;
use crate::numbers::Estimate;
use faer::Mat;

/// Minus the log of a likelihood, convex in fields and couplings.
pub trait Likelihood {
    /// The sites.
    fn sites(&self) -> &Sites;
    /// The share of samples in each state of each site, Q numbers.
    fn frequencies(&self) -> &[f64];
    /// The weight of all samples.
    fn weight(&self) -> f64;
    /// How many times a coupling's variance under independent sites its second derivative is, about.
    fn sharpness(&self) -> f64;
    /// Minus the log likelihood of all samples, and its derivatives: by each coupling of a pair once, Q x Q, symmetric; the blocks
    /// on the diagonal are not read.
    fn evaluate(
        &mut self,
        fields: &[f64],
        couplings: &Mat<f64>,
        of_fields: &mut [f64],
        of_couplings: &mut Mat<f64>,
    ) -> f64;
    /// The covariance of spins that are 1 or -1, where all sites have two states and the likelihood is of each site given the others.
    fn spin_covariance(&self) -> Option<Mat<f64>> {
        None
    }
    /// The change of those derivatives at a place as it moves along another, per length: products with the second derivatives, or with
    /// those of so many of the samples that steps by them go most of the way, scaled to all.
    fn curvature(
        &mut self,
        at: (&[f64], &Mat<f64>),
        along: (&[f64], &Mat<f64>),
        of_fields: &mut [f64],
        of_couplings: &mut Mat<f64>,
    );
}

/// When a fit ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Largest distance of the objective from its minimum, relative to it.
    pub tolerance: f64,
    /// What is aimed at: where rounding ends the descent above it, or some thousand evaluations more than the tolerance took, it is
    /// enough to be within the tolerance.
    pub aim: f64,
    /// Evaluations at most.
    pub evaluations: usize,
    /// Steps that L-BFGS remembers.
    pub history: usize,
    /// Which states are put together before.
    pub grouping: Option<Grouping>,
    /// When learning ends.
    pub learning: Learning,
    /// When an expansion ends.
    pub expansion: Expansion,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tolerance: 1e-9,
            aim: 1e-9,
            evaluations: 5000,
            history: 10,
            grouping: None,
            learning: Learning::default(),
            expansion: Expansion::default(),
        }
    }
}

/// A fitted model.
#[derive(Clone, Debug)]
pub struct Fit {
    /// The model at the minimum, in the gauge that the penalty chooses.
    pub model: Potts,
    /// Minus the log likelihood and the penalty; not a number of learning, which knows no log Z.
    pub objective: f64,
    /// Minus the log likelihood of all samples; not a number of learning.
    pub loss: f64,
    /// Bound on the objective's distance from its minimum: |dF/dx|^2 / (4 lambda) summed over fields and couplings of the zero-sum gauge,
    /// since F is as convex as its penalty at least; not a number where chains or clusters found the model.
    pub gap: f64,
    /// Evaluations; updates of learning, thresholds of an expansion.
    pub evaluations: usize,
    /// How it ended.
    pub ended: Ended,
}

/// How a fit ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// Within the gap of the minimum.
    Descent,
    /// Where chains find the data's moments; numbers as in [`Learned`](super::Learned).
    Learning {
        /// What is left of the slope, in standard errors of the data's moments.
        mismatch: f64,
        /// The chains' own sampling error of it.
        resolution: f64,
        /// Sweeps between updates.
        sweeps: usize,
        /// What chains of the model say of - E.
        chains: Summary,
        /// Root mean square of the error of couplings that the chains leave.
        error: f64,
        /// The stages.
        stages: Vec<Stage>,
    },
    /// Where clusters of sites are below a threshold; numbers as in [`Expanded`](super::Expanded).
    Expansion {
        /// The least of the cross-entropy, a sample's.
        entropy: Estimate,
        /// log Z.
        log_z: Estimate,
        /// All thresholds.
        path: Vec<Threshold>,
    },
}

/// The minimum of a likelihood with a penalty.
///
/// Method: L-BFGS with the line search of More and Thuente, in coordinates that make the problem round: fields are those at the mean
/// of the other sites, h_i + sum_j J_ij f_j, and every number is divided by the root of its second derivative under independent
/// sites. Near the minimum, or from a start that was given, Newton's steps by conjugate gradients follow, with second derivatives of all samples, or of a part where spins have very many.
/// It ends at a bound on what is left, not at small steps.
///
/// # Errors
/// [`Error::NotConverged`] where the evaluations were used up before.
pub fn fit(
    likelihood: &mut dyn Likelihood,
    penalty: Penalty,
    start: Option<&Potts>,
    settings: &Settings,
) -> Result<Fit, Error> {
    fit_on(likelihood, penalty, None, start, settings)
}

/// The same where only the pairs of a graph are coupled.
///
/// # Errors
/// Those of [`fit`].
pub fn fit_on(
    likelihood: &mut dyn Likelihood,
    penalty: Penalty,
    graph: Option<&Graph>,
    start: Option<&Potts>,
    settings: &Settings,
) -> Result<Fit, Error> {
    let coordinates = Coordinates::new(likelihood, penalty, graph);
    let first = start.map_or_else(|| coordinates.of(&independent(likelihood)), |s| coordinates.of(s));
    let total = likelihood.sites().total();
    let mut whole = Whole {
        likelihood,
        coordinates,
        fields: vec![0.0; total],
        couplings: Mat::zeros(total, total),
        of_fields: vec![0.0; total],
        of_couplings: Mat::zeros(total, total),
        along: (vec![], Mat::zeros(0, 0)),
    };
    let found = minimum(&mut whole, &first, start.is_some(), settings)?;
    whole.coordinates.model(&found.place, &mut whole.fields, &mut whole.couplings);
    Ok(Fit {
        model: whole.coordinates.penalised(&whole.fields, &whole.couplings),
        objective: found.value.objective,
        loss: found.value.loss,
        gap: found.value.gap,
        evaluations: found.evaluations,
        ended: Ended::Descent,
    })
}

/// Fields of independent sites, each state seen half a time more.
pub fn independent(likelihood: &dyn Likelihood) -> Potts {
    let mut model = Potts::free(likelihood.sites().clone());
    let (f, weight) = (likelihood.frequencies(), likelihood.weight());
    for range in likelihood.sites().ranges() {
        let logs: Vec<f64> = range.clone().map(|k| (f[k] + 0.5 / weight).ln()).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        range.zip(logs).for_each(|(k, l)| model.fields[k] = l - mean);
    }
    model
}

/// The penalised objective in its coordinates.
struct Whole<'a> {
    likelihood: &'a mut dyn Likelihood,
    coordinates: Coordinates,
    fields: Vec<f64>,
    couplings: Mat<f64>,
    of_fields: Vec<f64>,
    of_couplings: Mat<f64>,
    /// A direction as fields and couplings.
    along: (Vec<f64>, Mat<f64>),
}

impl Convex for Whole<'_> {
    fn evaluate(&mut self, place: &[f64], gradient: &mut [f64]) -> Value {
        self.hold(place);
        let (gf, gj) = (&mut self.of_fields, &mut self.of_couplings);
        let loss = self.likelihood.evaluate(&self.fields, &self.couplings, gf, gj);
        let added = self.coordinates.gradient((&self.fields, &self.couplings), (gf, gj), gradient);
        Value { objective: loss + added.penalty, loss, gap: added.gap }
    }

    fn hold(&mut self, place: &[f64]) {
        self.coordinates.model(place, &mut self.fields, &mut self.couplings);
    }

    fn curvature(&mut self, direction: &[f64], out: &mut [f64]) {
        let total = self.fields.len();
        if self.along.0.len() < total {
            self.along = (vec![0.0; total], Mat::zeros(total, total));
        }
        let along = &mut self.along;
        self.coordinates.model(direction, &mut along.0, &mut along.1);
        let (gf, gj) = (&mut self.of_fields, &mut self.of_couplings);
        self.likelihood.curvature((&self.fields, &self.couplings), (&along.0, &along.1), gf, gj);
        self.coordinates.gradient((&along.0, &along.1), (gf, gj), out);
    }
}
