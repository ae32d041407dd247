//! Stability of a fixed point at kinks, decided by what the pieces around it do.

use super::contraction::{admissible_words_contract, bounded_by_one_matrix, share_a_norm};
use super::pieces::Pieces;
use crate::linalg::eigen::{Order, eigenvalues, modes};
use crate::linalg::norm;
use crate::linalg::random::{Use, normal, stream};
use crate::linalg::solve::Lu;
use crate::systems::time::System;
use faer::Mat;

/// Kinked units up to which all pieces are looked at, and numbers that they may hold together.
const ENUMERATED: usize = 10;
const NUMBERS: usize = 20_000_000;
/// How near an eigenvalue or a ray's rate comes to its critical value before it decides nothing.
const MARGIN: f64 = 1e-9;
/// Starts and steps of the search for directions that return to themselves, and their longest period.
const RAYS: u64 = 16;
const STEPS: usize = 400;
const PERIOD: usize = 12;

/// Whether states near a fixed point return to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// They do.
    Stable,
    /// Some leave.
    Unstable,
    /// They neither return nor leave along a continuum of fixed points, and return otherwise.
    Neutral,
    /// An eigenvalue is critical to rounding: the linearisation does not tell.
    Undecided,
    /// The point is at kinks, and no ray leaves it, nor do its pieces share a contraction that was found.
    UndecidedAtKink,
}

impl Stability {
    /// The words used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Unstable => "unstable",
            Self::Neutral => "neutral",
            Self::Undecided => "undecided",
            Self::UndecidedAtKink => "undecided at a kink",
        }
    }
}

/// A direction that returns to itself: states along it leave the point, or form a continuum with it.
#[derive(Clone, Debug)]
pub struct Ray {
    /// By what a step multiplies the distance (a map; the mean over a period), or its rate (a flow).
    pub rate: f64,
    /// Steps after which the direction returns; 1 for a flow.
    pub period: usize,
    /// The direction, of unit norm.
    pub direction: Vec<f64>,
}

/// What the pieces around a fixed point at kinks decide.
#[derive(Clone, Debug)]
pub struct Kinks {
    /// Units at their kink.
    pub units: usize,
    /// Least and largest leading modulus (a map) or real part (a flow) over the pieces, where all 2^units
    /// were looked at.
    pub range: Option<[f64; 2]>,
    /// The verdict.
    pub stability: Stability,
    /// The ray that leaves the point, of an unstable one.
    pub ray: Option<Ray>,
    /// False where a ray of fixed points starts here, true where the pieces' determinants have one sign.
    pub isolated: Option<bool>,
    /// Sign of det(I - J) (a map) or det(-J) (a flow) where it is that of all pieces.
    pub sign: Option<i32>,
    /// Unstable directions of the piece that holds a leaving ray, the most where several do.
    pub unstable: usize,
}

/// Looks at the pieces around the fixed point `x`; none where the system is smooth there.
///
/// Unstable is exact up to rounding: a direction v with F'(x; v) = mu v (after `period` steps), mu > 1 or a
/// positive rate. So is stable: all pieces contract in one norm (weighted maximum norm or quadratic form),
/// or all words of pieces that an orbit can visit in turn do.
pub fn kinks(system: &dyn System, x: &[f64], input: &[f64]) -> Option<Kinks> {
    let mut pieces = Pieces::around(system.field(), x, input)?;
    let (m, n, flow) = (pieces.units(), x.len(), system.is_flow());
    let whole = m <= ENUMERATED && (1usize << m) * n * n <= NUMBERS;
    let side = |s: usize| (0..m).map(|k| s >> k & 1 == 1).collect::<Vec<bool>>();
    let all: Vec<Mat<f64>> =
        if whole { (0..1 << m).map(|s| pieces.jacobian(&side(s))).collect() } else { vec![] };
    let mut found = Kinks {
        units: m,
        range: range(&all, flow),
        stability: Stability::UndecidedAtKink,
        ray: None,
        isolated: None,
        sign: one_sign(&all, flow),
        unstable: 0,
    };
    found.isolated = found.sign.map(|_| true);
    let critical = if flow { 0.0 } else { 1.0 };
    let grows = |j: &Mat<f64>| -> usize {
        let values = eigenvalues(j.as_ref(), order(flow)).unwrap_or_default();
        values.iter().filter(|v| system.growth(v.re, v.im) > MARGIN).count()
    };
    let mut rays: Vec<Ray> = vec![];
    for j in &all {
        let own = own_rays(&mut pieces, j, flow);
        if own.iter().any(|r| r.rate > critical + MARGIN) {
            found.unstable = found.unstable.max(grows(j));
        }
        rays.extend(own);
    }
    rays.extend(returning(&mut pieces, n, flow));
    if rays.iter().any(|r| (r.rate - critical).abs() <= MARGIN && r.period == 1) {
        found.isolated = Some(false);
    }
    rays.sort_by(|a, b| b.rate.total_cmp(&a.rate));
    if let Some(ray) = rays.into_iter().find(|r| r.rate > critical + MARGIN) {
        found.stability = Stability::Unstable;
        if found.unstable == 0 {
            let side = pieces.side(&ray.direction);
            found.unstable = grows(&pieces.jacobian(&side)).max(1);
        }
        found.ray = Some(ray);
    } else if found.isolated != Some(false) && contracts(&mut pieces, &all, m, flow) {
        found.stability = Stability::Stable;
    }
    Some(found)
}

fn order(flow: bool) -> Order {
    if flow { Order::RealPart } else { Order::Modulus }
}

fn range(all: &[Mat<f64>], flow: bool) -> Option<[f64; 2]> {
    let mut range = [f64::INFINITY, f64::NEG_INFINITY];
    for j in all {
        let leading = *eigenvalues(j.as_ref(), order(flow))?.first()?;
        let rate = if flow { leading.re } else { leading.re.hypot(leading.im) };
        range = [range[0].min(rate), range[1].max(rate)];
    }
    (!all.is_empty()).then_some(range)
}

/// The common sign of det(I - J), det(-J) of a flow; none where pieces differ or one is singular.
fn one_sign(all: &[Mat<f64>], flow: bool) -> Option<i32> {
    let n = all.first()?.nrows();
    let mut lu = Lu::new(n);
    let mut sign = None;
    for j in all {
        let shift = if flow { 0.0 } else { 1.0 };
        let a = Mat::from_fn(n, n, |r, c| if r == c { shift - j[(r, c)] } else { -j[(r, c)] });
        let least = *crate::linalg::eigen::singular_values(a.as_ref())?.last()?;
        if !(least > MARGIN && lu.factor(a.as_ref())) || sign.is_some_and(|s| s != lu.sign()) {
            return None;
        }
        sign = Some(lu.sign());
    }
    sign
}

/// Eigenvectors of real eigenvalues of `j` that point into the very piece: F'(x; v) = mu v.
fn own_rays(pieces: &mut Pieces, j: &Mat<f64>, flow: bool) -> Vec<Ray> {
    let Some(modes) = modes(j.as_ref(), order(flow)) else { return vec![] };
    let mut rays = vec![];
    for (k, value) in modes.values.iter().enumerate().filter(|(_, v)| v.im == 0.0) {
        if !flow && value.re < 1.0 - MARGIN || flow && value.re < -MARGIN {
            continue;
        }
        for sign in [1.0, -1.0] {
            let v: Vec<f64> = (0..j.nrows()).map(|i| sign * modes.right[(i, k)].re).collect();
            if error(&pieces.along(&v), value.re, &v) <= 1e-8 * (1.0 + value.re.abs()) * norm(&v) {
                rays.push(Ray { rate: value.re, period: 1, direction: v });
            }
        }
    }
    rays
}

fn error(image: &[f64], rate: f64, v: &[f64]) -> f64 {
    image.iter().zip(v).map(|(y, v)| (y - rate * v).powi(2)).sum::<f64>().sqrt()
}

/// Directions that return to themselves, found by following random ones under v -> F'(x; v) / |F'(x; v)|
/// (for a flow v + h F'(x; v), whose resting directions are the same).
fn returning(pieces: &mut Pieces, n: usize, flow: bool) -> Vec<Ray> {
    let mut rays: Vec<Ray> = vec![];
    for k in 0..RAYS {
        let mut rng = stream(2, Use::Kink, k);
        let mut v: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
        let mut path: Vec<(Vec<f64>, f64)> = vec![];
        for _ in 0..STEPS {
            let size = norm(&v);
            if !(size > 1e-100 && size.is_finite()) {
                path.clear();
                break;
            }
            v.iter_mut().for_each(|v| *v /= size);
            let image = pieces.along(&v);
            let growth = norm(&image);
            path.push((v.clone(), growth));
            v = if flow {
                let h = 0.2 / growth.max(1e-300);
                v.iter().zip(&image).map(|(v, y)| v + h * y).collect()
            } else {
                image
            };
        }
        rays.extend(closed(&path, pieces, flow));
    }
    rays
}

/// The end of a path of directions that has become periodic.
fn closed(path: &[(Vec<f64>, f64)], pieces: &mut Pieces, flow: bool) -> Option<Ray> {
    let last = path.len().checked_sub(1)?;
    let (v, _) = &path[last];
    for period in 1..=if flow { 1 } else { PERIOD.min(last) } {
        let before = path.get(last.checked_sub(period)?)?;
        if error(&before.0, 1.0, v) > 1e-9 {
            continue;
        }
        let rate = if flow {
            pieces.along(v).iter().zip(v).map(|(y, v)| y * v).sum()
        } else {
            (path[last - period..last].iter().map(|p| p.1.ln()).sum::<f64>() / period as f64).exp()
        };
        if flow && error(&pieces.along(v), rate, v) > 1e-8 * (1.0 + rate.abs()) {
            return None;
        }
        return Some(Ray { rate, period, direction: v.clone() });
    }
    None
}

fn contracts(pieces: &mut Pieces, all: &[Mat<f64>], m: usize, flow: bool) -> bool {
    if all.is_empty() {
        return bounded_by_one_matrix(pieces, m, flow);
    }
    share_a_norm(all, flow) || !flow && admissible_words_contract(pieces, all, m)
}
