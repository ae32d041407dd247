//! Cycles of flows, from the Hopf point where they are born.

mod collocation;
mod condensed;
mod follow;
mod mesh;
mod orbit;

pub use follow::cycles_from;

use faer::c64;

/// Settings of a continuation of cycles, besides those of fixed points.
#[derive(Clone, Debug)]
pub struct CycleOptions {
    /// Mesh intervals, each with four Gauss points.
    pub intervals: usize,
    /// Longest period, in units of that at the Hopf point.
    pub longest: f64,
    /// Steps after which the mesh is laid anew.
    pub remesh: usize,
    /// Multipliers kept at each point.
    pub leading: usize,
    /// A direction in which the cycles' extent is told, n.
    pub axis: Option<Vec<f64>>,
}

impl Default for CycleOptions {
    /// 30 intervals, periods of up to 100 times the first, a new mesh every 3 steps, 6 multipliers.
    fn default() -> Self {
        Self { intervals: 30, longest: 100.0, remesh: 3, leading: 6, axis: None }
    }
}

/// A cycle.
#[derive(Clone, Debug)]
pub struct CyclePoint {
    /// The parameter.
    pub p: f64,
    /// The period.
    pub period: f64,
    /// A state on it, n.
    pub state: Vec<f64>,
    /// Least and largest value of each coordinate over the mesh.
    pub range: Vec<[f64; 2]>,
    /// Least and largest projection onto the axis asked for over the mesh.
    pub along: Option<[f64; 2]>,
    /// Leading Floquet multipliers, largest modulus first, without the one of the motion.
    pub multipliers: Vec<c64>,
    /// |m - 1| of the multiplier m of the motion: what the mesh and rounding make of it.
    pub trivial: f64,
    /// Multipliers outside the unit circle, that of the motion left out.
    pub unstable: usize,
}

/// What happens to a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CycleEvent {
    /// Two cycles meet and vanish.
    Fold,
    /// A multiplier passes -1: a cycle of twice the period is born.
    PeriodDoubling,
    /// A complex pair passes the unit circle: a torus is born.
    Torus,
    /// A multiplier passes 1 without a fold: cycles cross.
    BranchPoint,
    /// More than one of these at once.
    Several,
}

named! {
    CycleEvent:
    Self::Fold => "fold",
    Self::PeriodDoubling => "period_doubling",
    Self::Torus => "torus",
    Self::BranchPoint => "branch_point",
    Self::Several => "several",
}

/// A bifurcation of cycles.
#[derive(Clone, Debug)]
pub struct CycleBifurcation {
    /// What happens.
    pub kind: CycleEvent,
    /// The cycle.
    pub cycle: CyclePoint,
    /// Estimate of the error of p: the width of its bracket, and the change when the mesh is halved.
    pub error: f64,
    /// The place in the list of points after which it lies.
    pub after: usize,
    /// Unstable multipliers before and after.
    pub unstable: [usize; 2],
}

/// How a branch of cycles ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CycleEnd {
    /// At the least parameter.
    Low,
    /// At the largest parameter.
    High,
    /// A state is beyond the bound.
    Diverged,
    /// F or its derivatives are not finite beyond.
    NotFinite,
    /// No step of the least length could be made.
    StepTooSmall,
    /// As many points as are allowed.
    MostPoints,
    /// The period has become too long, or grows while the parameter stands still: a homoclinic orbit is near.
    LongPeriod,
    /// The mesh no longer resolves the cycle: the multiplier of its motion is not 1.
    Unresolved,
    /// The cycle shrinks to a point: another Hopf point.
    Shrunk,
}

named! {
    CycleEnd:
    Self::Low => "low",
    Self::High => "high",
    Self::Diverged => "diverged",
    Self::NotFinite => "not_finite",
    Self::StepTooSmall => "step_too_small",
    Self::MostPoints => "most_points",
    Self::LongPeriod => "long_period",
    Self::Unresolved => "unresolved",
    Self::Shrunk => "shrunk",
}

/// A branch of cycles, from its Hopf point on.
#[derive(Clone, Debug)]
pub struct CycleBranch {
    /// The cycles, along the branch.
    pub points: Vec<CyclePoint>,
    /// Their bifurcations.
    pub bifurcations: Vec<CycleBifurcation>,
    /// How it ends.
    pub end: CycleEnd,
}

impl CycleBranch {
    /// Whether the branch ends in cycles around `x` that shrink to a point: `x` is within twice the last one's extent of its middle.
    pub fn shrinks_to(&self, x: &[f64]) -> bool {
        let Some(last) = self.points.last().filter(|_| self.end == CycleEnd::Shrunk) else { return false };
        let (mut away, mut extent) = (0.0, 0.0);
        for ([low, high], x) in last.range.iter().zip(x) {
            away += (0.5 * (low + high) - x).powi(2);
            extent += (high - low).powi(2);
        }
        last.range.len() == x.len() && away <= 4.0 * extent
    }
}
