//! A recording against a second one of the same units.

mod densities;
mod dynamics;
mod entry;
mod moves;
mod space;

pub use densities::{Densities, Divergences, Kernels, Line};
pub use dynamics::{Apart, Dynamics};
pub use entry::Entry;
pub use moves::{Bins, Moves, Pair};
pub use space::{Of, Space};

use super::{Analyses, By, Held};
use crate::analyses::Error;
use crate::analyses::modules::{Diagnostic, OfNetwork, OfRecording};
use crate::diagnostics::geometry::comparison::{Captured, Diffusion, Groups, Sample, captured, diffusion};
use crate::diagnostics::geometry::correlation::{correlation, successive};
use crate::systems::noise::Amount;
use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

/// Components of the compared subspaces, at most, where nobody says.
const COMPONENTS: usize = 10;
/// Blocks of successive rows that stand for trials where none are told apart, at least.
const BLOCKS: usize = 20;

/// What the quiescent recording is.
#[derive(Clone, Debug, PartialEq)]
pub enum Against {
    /// That of a file.
    File(PathBuf),
    /// The same network left alone after each of its trials.
    Silence {
        /// Noise of both runs.
        noise: Option<Amount>,
        /// The constant input of this one.
        input: Vec<f64>,
    },
}

impl Against {
    /// Trials of silence begin where those with input end.
    fn groups(&self) -> Groups {
        match self {
            Self::File(_) => Groups::Apart,
            Self::Silence { .. } => Groups::Paired,
        }
    }
}

/// What two recordings of the same units have in common; the first is called active, the second quiescent.
pub struct Comparison {
    /// The second recording.
    pub against: Against,
    /// Rows of either.
    pub rows: [usize; 2],
    /// What errors are between, in either.
    pub by: [By; 2],
    /// One row in so many was held of both: a step is so many rows.
    pub every: usize,
    /// Rows of the second that are rows of the first to the last digit; where rows of the first meet one another, as counts do, none
    /// but where all are, in order.
    pub in_common: usize,
    /// Where densities are compared.
    pub space: Space,
    /// Each in the components of the other.
    pub captured: Captured,
    /// Divergences of their densities.
    pub divergences: Divergences,
    /// Their densities; none without a range.
    pub densities: Option<Densities>,
    /// Steps, spread and directions.
    pub moves: Moves,
    /// Displacements within the first components of the active one and off them; none of trials too short.
    pub diffusion: [Option<Diffusion>; 2],
    /// Whether they tell of the same dynamics.
    pub dynamics: Dynamics,
}

impl Diagnostic for Comparison {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.comparison());
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.comparison()));
    const OF_TWO: bool = true;
}

impl Analyses<'_> {
    /// What the rows and those of the second recording have in common.
    pub(in crate::analyses) fn comparison(&self) -> Result<Comparison, Error> {
        let beside = &self.config.recording.beside;
        let Some((second, against)) = &self.against else {
            return Err(Error::Config("the module comparison needs --against FILE".into()));
        };
        let held = [self.held, second];
        let [(by_a, a), (by_b, b)] = held.map(sample);
        let still = |k: usize| {
            let rows = [&a, &b][k].x.ncols();
            let (file, alone) = match against {
                Against::File(other) => ([&self.config.file, other][k], ""),
                Against::Silence { .. } => (&self.config.file, [" of its trials", " left alone"][k]),
            };
            let message = format!(
                "comparison: no unit varies in {rows} rows{alone}, expected two rows or more that differ"
            );
            Error::input(file, message)
        };
        let pca = self.pca.ok_or_else(|| still(0))?;
        let components = beside.dimensions.unwrap_or_else(|| pca.components_for_90.min(COMPONENTS));
        let (groups, seed) = (against.groups(), self.config.seed);
        let captured = captured(&a, &b, components, groups, seed).ok_or_else(|| still(1))?;
        let space = Space::of(self.config, held, [&a, &b], pca)?;
        let basis = pca.components.subcols(0, captured.components);
        Ok(Comparison {
            against: against.clone(),
            rows: [a.x.ncols(), b.x.ncols()],
            by: [by_a, by_b],
            every: self.held.every,
            in_common: in_common(self.held, second),
            divergences: Divergences::of(self.config, &space, groups)?,
            densities: Densities::of(&space),
            moves: Moves::of(&a, &b, &space, groups, seed),
            diffusion: [diffusion(&a, basis), diffusion(&b, basis)],
            dynamics: Dynamics::of(self.config, &a, &b, captured.components, &space),
            space,
            captured,
        })
    }
}

/// Rows of the second that are rows of the first.
fn in_common(first: &Held, second: &Held) -> usize {
    if first.x.ncols() == second.x.ncols() && first.x == second.x {
        return second.x.ncols();
    }
    let row = |held: &Held, t: usize| -> Vec<u64> {
        // -0 is 0.
        held.x.col(t).iter().map(|v| (v + 0.0).to_bits()).collect()
    };
    let rows: HashSet<Vec<u64>> = (0..first.x.ncols()).map(|t| row(first, t)).collect();
    if rows.len() < first.x.ncols() {
        return 0;
    }
    (0..second.x.ncols()).filter(|t| rows.contains(&row(second, *t))).count()
}

/// The rows of a recording in groups: trials, or blocks of successive rows where there are none.
pub(super) fn sample(held: &Held) -> (By, Sample) {
    let rows = held.x.ncols();
    let (by, group) = match &held.trials {
        Some(trials) => {
            let present: Vec<usize> = trials.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
            let number = |t: &usize| present.partition_point(|p| p < t);
            (By::Trials(present.len()), trials.iter().map(number).collect())
        }
        None => {
            let found = correlation(held.x.as_ref(), Some(&held.follows));
            let count = found.map_or(rows, |c| c.blocks(rows, BLOCKS));
            let by = if count == rows { By::Rows } else { By::Blocks(count) };
            (by, successive(rows, count))
        }
    };
    (by, Sample { x: held.x.clone(), group, follows: held.follows.clone() })
}
