//! What a network does at its task, in the summary.

use super::number::{Number, numbers};
use crate::analyses::network::{Asked, AtTask, Edge, Ending, Endings, Growth, Phase, Stores, UnderInput};
use crate::analyses::{Context, Rate};
use crate::numbers::Estimate;
use schemars::JsonSchema;
use serde::Serialize;

/// What a network does in its trials.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Task {
    /// Trials.
    pub trials: usize,
    /// Steps of the shortest and the longest.
    pub steps: [usize; 2],
    /// What the outputs are held against: nothing, values or classes.
    pub asked: Asked,
    /// Mean over trials of the loss: the weighted mean of (y - y*)² over the steps that count and outputs, or of -ln softmax(y) of
    /// the right class, in nats.
    pub loss: Estimate,
    /// The same of outputs that never change, the targets' mean over all trials or the classes' shares: what who looks at nothing
    /// loses; null where nothing is asked.
    pub constant_loss: Option<Number>,
    /// Mean over trials of the share of steps that count on which all outputs are right: each nearest to its target of the values
    /// that its targets have, or the largest that of the right class; null where neither is meant.
    pub right: Estimate,
    /// Trials that are right on all steps that count, and trials in which any counts; null where right means nothing.
    pub all_right: Option<[usize; 2]>,
    /// The values that each output's targets have, where they are eight or fewer.
    pub levels: Option<Vec<Vec<Number>>>,
    /// The label that tells conditions apart.
    pub condition: Option<String>,
    /// Condition by condition; of one without a name where there are none.
    pub conditions: Vec<Condition>,
    /// Where trials end that are left alone under the constant input of the fixed points; null where those were not sought.
    pub endings: Option<Vec<TrialsEnd>>,
    /// How perturbations grow along trials, from a tenth of each on.
    pub growth: Vec<Along>,
    /// What was understood of the file of trials.
    pub notes: Vec<String>,
}

/// Finite-time Lyapunov exponents along trials.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Along {
    /// The condition; null: all trials.
    pub condition: Option<String>,
    /// Which steps: whole, held (a constant input) or between.
    pub phase: &'static str,
    /// The constant input, where one is held.
    pub input: Option<Vec<Number>>,
    /// Trials that have five such steps or more.
    pub trials: usize,
    /// Their steps.
    pub steps: usize,
    /// The first exponents, means over trials.
    pub exponents: Vec<Estimate>,
    /// Unit of exponents.
    pub unit: Rate,
}

/// The trials of one condition.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Condition {
    /// Its name.
    pub name: String,
    /// Its trials.
    pub trials: usize,
    /// As for all.
    pub loss: Estimate,
    /// As for all.
    pub right: Estimate,
}

/// Where trials end.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrialsEnd {
    /// point, other rest, moving or diverged.
    pub at: &'static str,
    /// The fixed point, by its place in `fixed_points.points`, from 0.
    pub point: Option<usize>,
    /// Trials of each condition that end there, in the order of `conditions`.
    pub trials: Vec<usize>,
}

/// What the stable points store.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Stored {
    /// The stable points, by their places in `points`, from 0.
    pub stable: Vec<usize>,
    /// Share of 200 random states that end in each.
    pub shares: Vec<Estimate>,
    /// Values of the outputs at each.
    pub outputs: Vec<Vec<Number>>,
    /// Different patterns of the outputs' signs among them; null without a read-out.
    pub sign_patterns: Option<usize>,
    /// Bits: the outputs, where there is exactly one stable point for each pattern of their signs.
    pub bits: Option<usize>,
    /// Where the unstable directions of saddles lead.
    pub edges: Vec<Leads>,
    /// Saddles that were not followed: complex or more than two unstable directions, kinks, or more than two hundred.
    pub not_followed: usize,
}

/// One side of an unstable direction.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Leads {
    /// The saddle, by its place in `points`, from 0.
    pub saddle: usize,
    /// Which of its unstable directions, from 0.
    pub direction: usize,
    /// 1 or -1.
    pub side: i8,
    /// point, other rest, moving or diverged.
    pub to: &'static str,
    /// The fixed point there, from 0.
    pub point: Option<usize>,
}

/// The points under a constant input that trials hold.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Held {
    /// Steps of all trials in which it is held.
    pub steps: usize,
    /// Trials in which it is.
    pub trials: usize,
    /// The points, and how whole their list is.
    pub found: super::FixedPoints,
}

impl Ending {
    /// What it is, and which point.
    fn told(self) -> (&'static str, Option<usize>) {
        match self {
            Self::Point(p) => ("point", Some(p)),
            Self::OtherRest => ("other rest", None),
            Self::Moving => ("moving", None),
            Self::Diverged => ("diverged", None),
        }
    }
}

impl Task {
    /// Of what was found.
    pub fn of(f: &AtTask, context: &Context) -> Self {
        let conditions = f.conditions.iter().map(|c| Condition {
            name: c.name.clone(),
            trials: c.trials,
            loss: c.loss,
            right: c.right,
        });
        let ends = |e: &Endings| {
            let one = |(ending, trials): &(Ending, Vec<usize>)| {
                let (at, point) = ending.told();
                TrialsEnd { at, point, trials: trials.clone() }
            };
            e.counts.iter().map(one).collect()
        };
        Self {
            trials: f.trials,
            steps: f.steps,
            asked: f.asked,
            loss: f.loss,
            constant_loss: f.constant.map(Number),
            right: f.right,
            all_right: f.all_right,
            levels: f.levels.as_ref().map(|all| all.iter().map(|l| numbers(l)).collect()),
            condition: f.condition.clone(),
            conditions: conditions.collect(),
            endings: f.endings.as_ref().map(ends),
            growth: f.growth.iter().map(|g| Along::of(g, context)).collect(),
            notes: f.notes.clone(),
        }
    }
}

impl Along {
    fn of(g: &Growth, context: &Context) -> Self {
        let (phase, input) = match &g.phase {
            Phase::Whole => ("whole", None),
            Phase::Held(u) => ("held", Some(numbers(u))),
            Phase::Between => ("between", None),
        };
        Self {
            condition: g.condition.clone(),
            phase,
            input,
            trials: g.trials,
            steps: g.steps,
            exponents: g.exponents.clone(),
            unit: context.unit(),
        }
    }
}

impl Stored {
    pub(super) fn of(s: &Stores) -> Self {
        let leads = |e: &Edge| {
            let (to, point) = e.to.told();
            Leads { saddle: e.saddle, direction: e.direction, side: e.side, to, point }
        };
        Self {
            stable: s.stable.clone(),
            shares: s.shares.clone(),
            outputs: s.outputs.iter().map(|y| numbers(y)).collect(),
            sign_patterns: s.patterns,
            bits: s.bits(),
            edges: s.edges.iter().map(leads).collect(),
            not_followed: s.not_followed,
        }
    }
}

impl Held {
    pub(super) fn of(u: &UnderInput) -> Self {
        let mut trials: Vec<usize> = u.held.stretches.iter().map(|(k, _)| *k).collect();
        trials.dedup();
        let found = super::FixedPoints::of_search(&u.result);
        Self { steps: u.held.steps, trials: trials.len(), found }
    }
}
