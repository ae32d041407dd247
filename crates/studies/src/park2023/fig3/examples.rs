//! The five systems of Fig. 3, A to E.

use super::published::Procedure;
use super::survey;
use crate::common::*;
use crate::park2023::networks::{self, line_attractor, matrix, two_fixed_points};
use faer::Mat;
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::col_mut;
use nullcline_core::linalg::random::{Use, normal, normal_matrix, stream};
use nullcline_core::systems::time::{Flow, System};

/// Mean of the initial states of the line attractor.
pub(super) const ON_LINE: [f64; 6] = [0.5, 0.5, 2.0, 2.0, 3.0, 2.0];
/// Initial states of each system, as in the paper.
pub(super) const TRIALS: usize = 10;

/// The five systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    OneFixedPoint,
    TwoFixedPoints,
    LineAttractor,
    Chaos,
    LimitCycle,
}

impl Which {
    /// Folder of its section, panel of the figure, and in words.
    fn names(self) -> [&'static str; 3] {
        match self {
            Self::OneFixedPoint => ["one_fixed_point", "A", "One fixed point"],
            Self::TwoFixedPoints => ["two_fixed_points", "B", "Two fixed points"],
            Self::LineAttractor => ["line_attractor", "C", "Line attractor"],
            Self::Chaos => ["chaos", "D", "Chaos"],
            Self::LimitCycle => ["limit_cycle", "E", "Limit cycle"],
        }
    }
    /// Folder of its section.
    pub fn id(self) -> &'static str {
        self.names()[0]
    }
    /// Panel of the figure.
    pub fn letter(self) -> &'static str {
        self.names()[1]
    }
    /// In words.
    pub fn title(self) -> &'static str {
        self.names()[2]
    }
}

/// One of the five systems with everything that is done to it.
pub(super) struct Example {
    pub which: Which,
    /// Where its parameters come from.
    pub origin: String,
    pub system: Box<dyn System>,
    /// n x [`TRIALS`].
    pub initial: Mat<f64>,
    pub plan: Plan,
    pub procedure: Procedure,
}

/// How long a system is followed.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// Unit of exponents.
    pub rate: &'static str,
    /// Unit of time.
    pub time: &'static str,
    /// Time shown in the figure.
    pub shown: f64,
    /// Time over which the adjoint is followed.
    pub horizon: f64,
    /// Steps discarded before exponents are recorded.
    pub warmup: usize,
    /// Most steps recorded for each initial state.
    pub steps: usize,
    /// Largest standard error wanted of an exponent.
    pub tol: f64,
    /// Local error of a step of the adjoint.
    pub tolerance: f64,
}

/// The three whose matrices are given, or drawn by one law that always serves.
pub(super) fn given(settings: &Settings) -> Result<Vec<Example>, Error> {
    let seed = settings.seed;
    let plan = Plan {
        rate: "1/unit time",
        time: "units of time",
        shown: 20.0,
        horizon: 20.0,
        warmup: 2000,
        steps: 4000,
        tol: 1e-4,
        tolerance: 1e-10,
    };
    let printed = |which: Which, w: Mat<f64>, mean: &[f64], index: u64| Example {
        which,
        origin: "S1.1, matrix and bias as printed".into(),
        system: Box::new(Flow::new(networks::rate(w.as_ref(), &[1.0; 6], Activation::Relu), 0.05)),
        initial: around(mean, 1.0, seed, index),
        plan,
        procedure: Procedure { span: 20.0, points: 10_000, from: 0 },
    };
    let (linear, origin) = one_fixed_point(settings)?;
    Ok(vec![
        Example {
            which: Which::OneFixedPoint,
            origin,
            system: linear,
            initial: around(&[0.5; 6], 1.0, seed, 0),
            plan,
            procedure: Procedure { span: 20.0, points: 101, from: 0 },
        },
        printed(Which::TwoFixedPoints, two_fixed_points(), &[0.5, 0.5, 2.0, 0.3, 2.0, 0.0], 1),
        printed(Which::LineAttractor, line_attractor(), &ON_LINE, 2),
    ])
}

fn fast(settings: &Settings) -> Plan {
    let steps = if settings.preset == Preset::Paper { 20_000 } else { 5000 };
    Plan { rate: "1/s", time: "s", shown: 3.0, horizon: 2.0, warmup: 2000, steps, tol: 0.05, tolerance: 1e-8 }
}

/// The chaotic network of these weights.
pub(super) fn chaos(settings: &Settings, w: &Mat<f64>, origin: String) -> Example {
    let mut rng = stream(settings.seed, Use::InitialState, 3999);
    let reference: Vec<f64> = (0..w.nrows()).map(|_| 2.0 * normal(&mut rng)).collect();
    Example {
        which: Which::Chaos,
        origin,
        system: Box::new(survey::flow(w)),
        initial: around(&reference, 1e-4, settings.seed, 3),
        plan: fast(settings),
        procedure: Procedure { span: 20.0, points: 5000, from: 1000 },
    }
}

/// The network of these weights that has a limit cycle.
pub(super) fn cycle(settings: &Settings, w: &Mat<f64>, origin: String) -> Example {
    Example {
        which: Which::LimitCycle,
        origin,
        system: Box::new(survey::flow(w)),
        initial: around(&vec![0.0; w.nrows()], 1.0, settings.seed, 4),
        plan: Plan { shown: 1.0, warmup: 5000, ..fast(settings) },
        procedure: Procedure { span: 20.0, points: 10_000, from: 9000 },
    }
}

/// The authors' matrix of the chaotic network or of the limit cycle, where their files are there.
pub(super) fn authors_matrix(settings: &Settings, which: Which) -> Result<Option<(Mat<f64>, String)>, Error> {
    let (file, n) = if which == Which::Chaos { ("W_200_chaos.csv", 100) } else { ("W_20_lim.csv", 20) };
    let of = |data| Ok((matrix(data, file, n, n)?, authors(file)));
    settings.data.as_deref().map(of).transpose()
}

fn authors(file: &str) -> String {
    format!("the authors' file {file}")
}

/// Normal initial states around `mean`, each with a stream of its own.
pub(super) fn around(mean: &[f64], deviation: f64, seed: u64, system: u64) -> Mat<f64> {
    let mut initial = Mat::zeros(mean.len(), TRIALS);
    for k in 0..TRIALS {
        let mut rng = stream(seed, Use::InitialState, 1000 * system + k as u64);
        for (x, m) in col_mut(initial.as_mut(), k).iter_mut().zip(mean) {
            *x = m + deviation * normal(&mut rng);
        }
    }
    initial
}

/// dx/dt = A x + b with A = -0.5 + N(0, 0.1) and b = N(0, 0.5). The text does not define this system;
/// the law is that of the authors' program, whose own draw is in their files.
fn one_fixed_point(settings: &Settings) -> Result<(Box<dyn System>, String), Error> {
    let (mut a, b, origin) = match &settings.data {
        Some(data) => {
            let (a, b) = (matrix(data, "A_1.csv", 6, 6)?, matrix(data, "b_1.csv", 6, 1)?);
            (a, b, authors("A_1.csv and b_1.csv"))
        }
        None => {
            let mut rng = stream(settings.seed, Use::Connectivity, 0);
            let (a, b) = (normal_matrix(&mut rng, 6, 6), normal_matrix(&mut rng, 6, 1));
            let a = Mat::from_fn(6, 6, |i, j| 0.1 * a[(i, j)] - if i == j { 0.5 } else { 0.0 });
            let words = "drawn by the law of the authors' program: S1.1 does not define it";
            (a, Mat::from_fn(6, 1, |i, _| 0.5 * b[(i, 0)]), words.into())
        }
    };
    let bias: Vec<f64> = (0..6).map(|i| b[(i, 0)]).collect();
    // The rate network brings its own leak of -1.
    (0..6).for_each(|i| a[(i, i)] += 1.0);
    let rule = networks::rate(a.as_ref(), &bias, Activation::Identity);
    Ok((Box::new(Flow::new(rule, 0.05)), origin))
}
