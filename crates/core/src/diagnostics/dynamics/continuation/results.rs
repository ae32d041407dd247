//! What a continuation gives: branches of points, bifurcations on them, and how they end.

use faer::c64;

/// A point of a branch.
#[derive(Clone, Debug)]
pub struct BranchPoint {
    /// The parameter.
    pub p: f64,
    /// The state, n.
    pub state: Vec<f64>,
    /// The direction of the branch in (x, p), n + 1, of length 1 in the branch's metric.
    pub tangent: Vec<f64>,
    /// Leading eigenvalues of F_x: largest modulus (a map) or real part (a flow) first.
    pub leading: Vec<c64>,
    /// Eigenvalues outside the unit circle (a map) or right of the imaginary axis (a flow), beyond rounding.
    pub unstable: usize,
    /// Whether all eigenvalues are on the other side, beyond rounding.
    pub stable: bool,
}

/// What happens at a bifurcation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BifurcationKind {
    /// Two points meet and vanish: the branch turns in p.
    Fold,
    /// A real eigenvalue of a map passes -1: the period doubles.
    Flip,
    /// A complex pair of a flow passes the imaginary axis: a cycle is born.
    Hopf,
    /// A complex pair of a map passes the unit circle: an invariant circle is born.
    NeimarkSacker,
    /// Two branches cross, both in p.
    Transcritical,
    /// Two branches cross, one of which turns there.
    Pitchfork,
    /// Branches cross, in a way that the second derivatives do not tell, or more than two.
    BranchPoint,
    /// The branch meets the border of a smooth piece of F.
    Corner,
    /// Eigenvalues become critical at once in a way that is none of these.
    Unresolved,
}

named! {
    BifurcationKind:
    Self::Fold => "fold",
    Self::Flip => "flip",
    Self::Hopf => "hopf",
    Self::NeimarkSacker => "neimark_sacker",
    Self::Transcritical => "transcritical",
    Self::Pitchfork => "pitchfork",
    Self::BranchPoint => "branch_point",
    Self::Corner => "corner",
    Self::Unresolved => "unresolved",
}

/// On which side new states are born.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criticality {
    /// They are stable in the critical direction.
    Supercritical,
    /// They are unstable there.
    Subcritical,
}

named! {
    Criticality:
    Self::Supercritical => "supercritical",
    Self::Subcritical => "subcritical",
}

/// A coefficient of a normal form.
#[derive(Clone, Copy, Debug)]
pub struct Coefficient {
    /// Its value, for eigenvectors q of norm 1 and p with <p, q> = 1.
    pub value: f64,
    /// What the differences of derivatives leave open.
    pub error: f64,
}

/// A bifurcation on a branch.
#[derive(Clone, Debug)]
pub struct Bifurcation {
    /// What happens.
    pub kind: BifurcationKind,
    /// The parameter.
    pub p: f64,
    /// Estimate of its error: the last Newton step and what rounding of F's derivatives does.
    pub error: f64,
    /// The state, n.
    pub state: Vec<f64>,
    /// The largest of |G| and |g|, where the latter vanishes at a bifurcation of this kind.
    pub residual: f64,
    /// The place in the list of points after which it lies.
    pub after: usize,
    /// Critical eigenvalues.
    pub eigenvalues: Vec<c64>,
    /// Critical eigenvalues, a pair counted once; more than 1 where several are critical at once.
    pub multiplicity: usize,
    /// Unstable eigenvalues before and after, along the branch.
    pub unstable: [usize; 2],
    /// Imaginary part of the critical pair of a flow (radians per unit time), argument of that of a map.
    pub frequency: Option<f64>,
    /// The coefficient of the normal form, none where it is not determined to its sign.
    pub coefficient: Option<Coefficient>,
    /// On which side new states are born, where that is known.
    pub criticality: Option<Criticality>,
    /// Of a branch point: the directions of all branches through it, n + 1 each. Of a flip: the critical eigenvector, and 0. Of a
    /// corner: the directions before and after.
    pub tangents: Vec<Vec<f64>>,
    /// Of a corner: the switches that change sign there.
    pub switches: Vec<usize>,
}

/// How a branch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At the least parameter.
    Low,
    /// At the largest parameter.
    High,
    /// |x| is beyond its bound.
    Diverged,
    /// F or its derivatives are not finite beyond.
    NotFinite,
    /// No step of the least length could be made.
    StepTooSmall,
    /// The branch has as many points as are allowed.
    MostPoints,
    /// The branch is a loop: it has come back to where it began.
    Closed,
    /// The branch runs into a branch point from which it has been followed already.
    Known,
    /// At a branch point or a flip from which it springs.
    Origin,
}

named! {
    End:
    Self::Low => "low",
    Self::High => "high",
    Self::Diverged => "diverged",
    Self::NotFinite => "not_finite",
    Self::StepTooSmall => "step_too_small",
    Self::MostPoints => "most_points",
    Self::Closed => "closed",
    Self::Known => "known",
    Self::Origin => "origin",
}

/// A curve of fixed points, or of cycles of a map.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Steps of the map that close; 1 for fixed points.
    pub period: usize,
    /// The points, along the branch.
    pub points: Vec<BranchPoint>,
    /// Bifurcations, along the branch.
    pub bifurcations: Vec<Bifurcation>,
    /// How it ends at its first and at its last point.
    pub ends: [End; 2],
    /// The branch and the place in its list of the bifurcation from which it springs.
    pub origin: Option<(usize, usize)>,
}
