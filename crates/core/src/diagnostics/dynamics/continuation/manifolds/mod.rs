//! Curves along which states leave a saddle, or come to it.

mod flows;
mod local;
mod maps;
mod runge_kutta;

use super::error::Error;
use super::family::{Family, Iterate, Kind};
use local::Local;

/// Which curve is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// States that come from the point.
    Unstable,
    /// States that go to the point.
    Stable,
}

named! {
    Direction:
    Self::Unstable => "unstable",
    Self::Stable => "stable",
}

/// How far a curve is grown, and how fine.
#[derive(Clone, Debug)]
pub struct Extent {
    /// Length of each side.
    pub length: f64,
    /// Largest distance of neighbouring points.
    pub spacing: f64,
    /// Largest angle between successive chords, radians, where they are longer than a hundredth of the spacing.
    pub angle: f64,
    /// Most points of each side.
    pub points: usize,
    /// Largest |x|.
    pub bound: f64,
    /// Error of the first piece, and of a step of an integration.
    pub tolerance: f64,
}

impl Extent {
    /// Sides of the given length in 200 pieces at least: angles of 0.2, 5000 points, |x| up to 1e6, a tolerance of 1e-10.
    pub fn of(length: f64) -> Self {
        Self { length, spacing: length / 200.0, angle: 0.2, points: 5000, bound: 1e6, tolerance: 1e-10 }
    }
}

/// How a side ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideEnd {
    /// At the length asked for.
    Length,
    /// At the most points.
    Points,
    /// At the largest |x|.
    Diverged,
    /// Where F is not finite.
    NotFinite,
    /// Where no preimage is found.
    NoPreimage,
    /// At another fixed point.
    Rest,
}

named! {
    SideEnd:
    Self::Length => "length",
    Self::Points => "points",
    Self::Diverged => "diverged",
    Self::NotFinite => "not_finite",
    Self::NoPreimage => "no_preimage",
    Self::Rest => "rest",
}

/// One half of a curve, from the point outwards.
#[derive(Clone, Debug)]
pub struct Side {
    /// Its points in order, n numbers each; the first is the fixed point.
    pub points: Vec<Vec<f64>>,
    /// Its length.
    pub length: f64,
    /// How it ends.
    pub end: SideEnd,
}

/// The one-dimensional stable or unstable manifold of a point.
#[derive(Clone, Debug)]
pub struct Manifold {
    /// Which.
    pub direction: Direction,
    /// The eigenvalue whose eigenvector it leaves along.
    pub eigenvalue: f64,
    /// Both halves.
    pub sides: [Side; 2],
    /// Estimate of the distance between the curve's first piece and the manifold. An error off the curve shrinks as it is grown, one along
    /// it moves points on it.
    pub error: f64,
}

/// The one-dimensional manifold of the fixed point `x`.
///
/// Formula: near the point x + s v + s^2 a with the eigenvector v and (m - F_x) a = B(v, v) / 2, m the square of a map's eigenvalue and
/// twice that of a flow's. A map's unstable curve is grown by images of the piece from s to its image, its stable one by preimages, by
/// Newton's method from the neighbour's; where neighbours are too far apart or the curve turns too far, a point of the first piece between
/// them is followed up. With a negative eigenvalue the second iterate takes the map's place. A flow's curve is integrated.
///
/// Shapes: `x` has n entries and is refined by no one: give a fixed point to rounding.
///
/// # Errors
/// [`Error::Length`], [`Error::NotFinite`], [`Error::NoCurve`] unless exactly one eigenvalue is of that kind, [`Error::Critical`].
///
/// Source: Krauskopf, Osinga, J. Comput. Phys. 146 (1998) 404 (maps); Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. (2004),
/// section 10.1 (flows).
pub fn manifold(
    family: &dyn Family,
    x: &[f64],
    p: f64,
    direction: Direction,
    extent: &Extent,
) -> Result<Manifold, Error> {
    let local = Local::of(family, x, p, direction, extent.tolerance)?;
    let sides = match family.kind() {
        Kind::Flow => [1.0, -1.0].map(|s| flows::side(family, p, &local, s, direction, extent)),
        Kind::Map => {
            let iterate = Iterate::new(family, if local.eigenvalue < 0.0 { 2 } else { 1 });
            let rate = if local.eigenvalue < 0.0 { local.eigenvalue.powi(2) } else { local.eigenvalue };
            [1.0, -1.0].map(|s| maps::side(&iterate, p, &local, s, rate, extent))
        }
    };
    Ok(Manifold { direction, eigenvalue: local.eigenvalue, sides, error: local.error })
}

/// |a - b|.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// Whether every number is finite.
fn finite(x: &[f64]) -> bool {
    x.iter().all(|v| v.is_finite())
}
