//! Many draws of eq. (S3): how often such networks are chaotic, and how often limit cycles.

use crate::common::*;
use crate::park2023::networks::{TAU, current, sparse};
use faer::Mat;
use nullcline_core::diagnostics::dynamics::cycles::{self, Cycle, Motion};
use nullcline_core::diagnostics::dynamics::lyapunov::{Drive, Kind, Options, lyapunov};
use nullcline_core::linalg::random::{Use, normal, stream};
use nullcline_core::systems::cells::Current;
use nullcline_core::systems::rule::column;
use nullcline_core::systems::time::Flow;
use rayon::prelude::*;

const GAIN: f64 = 1.8;
const SHARE: f64 = 0.1;
/// Least exponent of a chaotic network and of a positive exponent, in 1/s: a hundredth of 1/tau. What
/// the finite time step and time leave of a zero exponent is half of that.
pub(super) const POSITIVE: f64 = 0.01 / TAU;

/// What a draw does from one initial state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Rest,
    Cycle,
    Torus,
    Chaos,
    /// None of these for certain, or not looked at.
    Other,
}

impl Fate {
    pub const ALL: [Self; 5] = [Self::Rest, Self::Cycle, Self::Torus, Self::Chaos, Self::Other];

    pub fn name(self) -> &'static str {
        match self {
            Self::Rest => "fixed point",
            Self::Cycle => "limit cycle",
            Self::Torus => "torus",
            Self::Chaos => "chaos",
            Self::Other => "other",
        }
    }
}

/// One draw: its leading exponents (1/s) with errors.
#[derive(Clone, Debug)]
pub(super) struct Draw {
    pub fate: Fate,
    pub exponents: Vec<f64>,
    pub errors: Vec<f64>,
}

impl Draw {
    /// Exponents that are positive for certain.
    pub fn positive(&self) -> usize {
        let pairs = self.exponents.iter().zip(&self.errors);
        pairs.filter(|(l, e)| **l > POSITIVE && **l > 3.0 * **e).count()
    }
}

/// Draws of one size.
pub(super) struct Set {
    pub n: usize,
    pub draws: Vec<Draw>,
    /// What the figure needs of them.
    wanted: Fate,
    /// Most steps over which a draw is measured.
    most: usize,
}

pub(super) struct Survey {
    pub chaotic: Set,
    pub periodic: Set,
}

pub(super) fn survey(settings: &Settings) -> Survey {
    let paper = settings.preset == Preset::Paper;
    let (many, few, most) = if paper { (96, 200, 20_000) } else { (16, 40, 5000) };
    Survey {
        chaotic: Set::of(100, many, Fate::Chaos, most, settings.seed),
        periodic: Set::of(20, few, Fate::Cycle, most, settings.seed),
    }
}

/// The flow of eq. (S2), stepped by a tenth of its time constant.
pub(in crate::park2023) fn flow(w: &Mat<f64>) -> Flow<Current> {
    Flow::new(current(w.as_ref()), 0.1 * TAU)
}

/// Draws of eq. (S3) among which one with a limit cycle is looked for.
pub(in crate::park2023) const DRAWS: usize = 200;

/// The limit cycle that a network of these weights is drawn to from the initial state of draw number `index`.
pub(in crate::park2023) fn cycle_of(w: &Mat<f64>, seed: u64, index: usize) -> Option<Cycle> {
    let options = cycles::Options { warmup: 5000, ..cycles::Options::default() };
    match cycles::find(&flow(w), &initial(w.nrows(), seed, index), &[], &options) {
        Ok(Motion::Cycle(cycle)) => Some(*cycle),
        _ => None,
    }
}

/// The first of the draws with n = 20 that is a limit cycle: its number, its weights and the cycle.
pub(in crate::park2023) fn first_cycle(seed: u64) -> Option<(usize, Mat<f64>, Cycle)> {
    (0..DRAWS).find_map(|k| {
        let w = weights(20, seed, k);
        let cycle = cycle_of(&w, seed, k)?;
        Some((k, w, cycle))
    })
}

fn initial(n: usize, seed: u64, index: usize) -> Vec<f64> {
    let mut rng = stream(seed, Use::InitialState, (1_000_000 + 1000 * n + index) as u64);
    (0..n).map(|_| normal(&mut rng)).collect()
}

fn weights(n: usize, seed: u64, index: usize) -> Mat<f64> {
    let mut rng = stream(seed, Use::Connectivity, (1000 * n + index) as u64);
    sparse(n, GAIN, SHARE, &mut rng)
}

impl Set {
    fn of(n: usize, count: usize, wanted: Fate, most: usize, seed: u64) -> Self {
        let draws: Vec<Draw> = (0..count).into_par_iter().map(|k| draw(n, seed, k, most, wanted)).collect();
        Self { n, draws, wanted, most }
    }

    /// The weights of the draw of number `index`, if it is of the kind that the figure needs; the survey's draws come first,
    /// others are drawn for this.
    pub fn wanted(&self, seed: u64, index: usize) -> Option<Mat<f64>> {
        let fate = match self.draws.get(index) {
            Some(known) => known.fate,
            None => draw(self.n, seed, index, self.most, self.wanted).fate,
        };
        (fate == self.wanted).then(|| weights(self.n, seed, index))
    }

    /// Share of draws with this fate.
    pub fn share(&self, fate: Fate) -> Estimate {
        Estimate::share(self.draws.iter().filter(|d| d.fate == fate).count(), self.draws.len())
    }
}

/// Follows a draw for 500 tau, and tells what it does by its exponents over up to `most` steps more,
/// and, where those are not positive and cycles are wanted, by its returns.
fn draw(n: usize, seed: u64, index: usize, most: usize, wanted: Fate) -> Draw {
    let flow = flow(&weights(n, seed, index));
    let x = initial(n, seed, index);
    let options = Options {
        exponents: Some(4),
        warmup: 5000,
        align: 500,
        max_steps: most,
        tol: 0.3 * POSITIVE,
        seed: seed.wrapping_add(index as u64),
        ..Options::default()
    };
    let Ok(found) = lyapunov(&flow, column(&x), &Drive::Constant(&[]), &options, &|_| {}) else {
        return Draw { fate: Fate::Other, exponents: vec![], errors: vec![] };
    };
    let main = &found.attractors[0];
    let mut draw =
        Draw { fate: Fate::Other, exponents: main.exponents.clone(), errors: main.std_error.clone() };
    if main.kind == Kind::FixedPoint {
        draw.fate = Fate::Rest;
    } else if draw.positive() > 0 {
        draw.fate = Fate::Chaos;
    } else if wanted == Fate::Cycle {
        draw.fate = match cycles::find(&flow, &main.final_state, &[], &cycles::Options::default()) {
            Ok(Motion::Rest(_)) => Fate::Rest,
            Ok(Motion::Cycle(_)) => Fate::Cycle,
            Ok(Motion::Torus(_)) => Fate::Torus,
            _ => Fate::Other,
        };
    }
    draw
}
