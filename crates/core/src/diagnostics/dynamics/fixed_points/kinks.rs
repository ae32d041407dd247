//! Stability of a fixed point at kinks, decided by what the pieces around it do.

use super::contraction::{admissible_words_contract, bounded_by_one_matrix, share_a_norm};
use super::pieces::Pieces;
use super::solver::Zero;
use super::stability::{Growth, Stability};
use crate::linalg::eigen::{Modes, Order, modes, singular_values};
use crate::linalg::random::{Use, normal, stream};
use crate::linalg::solve::Lu;
use crate::linalg::{frobenius, norm};
use crate::systems::time::System;
use faer::Mat;

/// Kinked units up to which all pieces are looked at, and numbers that they may hold together.
const ENUMERATED: usize = 10;
const NUMBERS: usize = 20_000_000;
/// Roundings of a product or an eigenvalue, for each of n terms.
const ROUNDING: f64 = 64.0 * f64::EPSILON;
/// Residual of a direction that counts as returning, relative to its rate; and how far below its critical value a
/// rate is looked at.
const RETURNS: f64 = 1e-8;
/// Condition of an eigenvalue where left eigenvectors are not known.
const DEFECTIVE: f64 = 1e8;
/// Starts and steps of the search for directions that return to themselves, and their longest period.
const RAYS: u64 = 16;
const STEPS: usize = 400;
const PERIOD: usize = 12;

/// A direction that returns to itself: states along it leave the point, or form a continuum with it.
#[derive(Clone, Debug)]
pub struct Ray {
    /// By what a step multiplies the distance (a map; the mean over a period), or its rate (a flow).
    pub rate: f64,
    /// Steps after which the direction returns; 1 for a flow.
    pub period: usize,
    /// The direction, of unit norm.
    pub direction: Vec<f64>,
    /// What rounding may have made of the rate.
    pub error: f64,
}

/// What the pieces around a fixed point at kinks decide.
#[derive(Clone, Debug)]
pub struct Kinks {
    /// Units at their kink.
    pub units: usize,
    /// Least and largest leading modulus (a map) or real part (a flow) over all 2^units combinations of slopes, which
    /// hold the pieces', where all were looked at.
    pub range: Option<[f64; 2]>,
    /// The verdict.
    pub stability: Stability,
    /// The ray that leaves the point, of an unstable one.
    pub ray: Option<Ray>,
    /// False where a ray of fixed points starts here, true where the pieces' determinants have one sign.
    pub isolated: Option<bool>,
    /// Unstable directions of the piece that holds a leaving ray, the most where several do.
    pub unstable: usize,
}

/// Looks at the pieces around the fixed point `x`; none where the system is smooth there. `alone` says that no other
/// fixed point is near, by proof.
///
/// Unstable is exact up to rounding: a direction v with F'(x; v) = mu v (after `period` steps), mu > 1 or a
/// positive rate. So is stable: all pieces contract in one norm (weighted maximum norm or quadratic form),
/// or all words of pieces that an orbit can visit in turn do.
pub fn kinks(system: &dyn System, x: &[f64], input: &[f64], alone: bool) -> Option<Kinks> {
    let mut pieces = Pieces::around(system.field(), x, input)?;
    let (m, n, flow) = (pieces.units(), x.len(), system.is_flow());
    let whole = m <= ENUMERATED && (1usize << m) * n * n <= NUMBERS;
    let side = |s: usize| (0..m).map(|k| s >> k & 1 == 1).collect::<Vec<bool>>();
    let all: Vec<Mat<f64>> =
        if whole { (0..1 << m).map(|s| pieces.jacobian(&side(s))).collect() } else { vec![] };
    let mut found = Kinks {
        units: m,
        range: None,
        stability: Stability::UndecidedAtKink,
        ray: None,
        isolated: (alone || one_sign(&all, flow)).then_some(true),
        unstable: 0,
    };
    let critical = if flow { 0.0 } else { 1.0 };
    let leaves = |r: &Ray| r.rate > critical + r.error;
    let grows = |j: &Mat<f64>, spectrum: &Option<Modes>| {
        let size = frobenius(j.as_ref());
        spectrum.as_ref().map_or(0, |m| Growth::new(system, m, size, Zero::Isolated).unstable())
    };
    let mut rays: Vec<Ray> = vec![];
    let mut range = Some([f64::INFINITY, f64::NEG_INFINITY]);
    for j in &all {
        let spectrum = modes(j.as_ref(), Order::of(flow));
        range = range.and_then(|r| widened(r, spectrum.as_ref(), flow));
        let own = own_rays(&mut pieces, j, spectrum.as_ref(), flow);
        if own.iter().any(leaves) {
            found.unstable = found.unstable.max(grows(j, &spectrum));
        }
        rays.extend(own);
    }
    found.range = range.filter(|_| whole);
    rays.extend(returning(&mut pieces, n, flow));
    let neutral = |r: &Ray| r.period == 1 && (r.rate - critical).abs() <= r.error;
    if found.isolated.is_none() && rays.iter().any(neutral) {
        found.isolated = Some(false);
    }
    rays.sort_by(|a, b| b.rate.total_cmp(&a.rate));
    if let Some(ray) = rays.into_iter().find(leaves) {
        found.stability = Stability::Unstable;
        if found.unstable == 0 {
            let side = pieces.side(&ray.direction);
            let j = pieces.jacobian(&side);
            found.unstable = grows(&j, &modes(j.as_ref(), Order::of(flow))).max(1);
        }
        found.ray = Some(ray);
    } else if found.isolated != Some(false) && contracts(&mut pieces, &all, m, flow) {
        found.stability = Stability::Stable;
    }
    Some(found)
}

/// The range with the leading modulus or real part of one more piece; none where its spectrum is not known.
fn widened(range: [f64; 2], spectrum: Option<&Modes>, flow: bool) -> Option<[f64; 2]> {
    let leading = spectrum?.values.first()?;
    let rate = if flow { leading.re } else { leading.re.hypot(leading.im) };
    Some([range[0].min(rate), range[1].max(rate)])
}

/// Whether det(I - J), det(-J) of a flow, has one sign for all pieces; not where one is singular to rounding.
fn one_sign(all: &[Mat<f64>], flow: bool) -> bool {
    let Some(n) = all.first().map(Mat::nrows) else { return false };
    let mut lu = Lu::new(n);
    let shift = if flow { 0.0 } else { 1.0 };
    let mut sign = |j: &Mat<f64>| {
        let a = Mat::from_fn(n, n, |r, c| if r == c { shift - j[(r, c)] } else { -j[(r, c)] });
        let sizes = singular_values(a.as_ref())?;
        let regular = sizes[n - 1] > ROUNDING * n as f64 * (1.0 + sizes[0]);
        (regular && lu.factor(a.as_ref())).then(|| lu.sign())
    };
    let first = sign(&all[0]);
    first.is_some() && all[1..].iter().all(|j| sign(j) == first)
}

/// Eigenvectors of real eigenvalues of `j` that point into the very piece: F'(x; v) = mu v.
fn own_rays(pieces: &mut Pieces, j: &Mat<f64>, spectrum: Option<&Modes>, flow: bool) -> Vec<Ray> {
    let Some(modes) = spectrum else { return vec![] };
    let (n, size) = (j.nrows(), frobenius(j.as_ref()));
    let least = if flow { -RETURNS } else { 1.0 - RETURNS };
    let mut rays = vec![];
    for (k, value) in modes.values.iter().enumerate().filter(|(_, v)| v.im == 0.0 && v.re >= least) {
        let condition = modes.left.as_ref().map_or(DEFECTIVE, |l| l.col(k).norm_l2());
        for sign in [1.0, -1.0] {
            let v: Vec<f64> = (0..n).map(|i| sign * modes.right[(i, k)].re).collect();
            let rest = error(&pieces.along(&v), value.re, &v);
            if rest <= RETURNS * (1.0 + value.re.abs()) * norm(&v) {
                let error = condition * (ROUNDING * n as f64 * (1.0 + size) + rest);
                rays.push(Ray { rate: value.re, period: 1, direction: v, error });
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
        let moved = error(&before.0, 1.0, v);
        if moved > 1e-9 {
            continue;
        }
        let image = pieces.along(v);
        let rate = if flow {
            image.iter().zip(v).map(|(y, v)| y * v).sum()
        } else {
            (path[last - period..last].iter().map(|p| p.1.ln()).sum::<f64>() / period as f64).exp()
        };
        let rest = if flow {
            error(&image, rate, v)
        } else {
            // How far it will still move, as it has slowed down over the last two periods.
            let earlier = last.checked_sub(2 * period).map_or(0.0, |k| error(&path[k].0, 1.0, &before.0));
            moved / (1.0 - (moved / earlier.max(f64::MIN_POSITIVE)).min(0.99))
        };
        if flow && rest > RETURNS * (1.0 + rate.abs()) {
            return None;
        }
        let size = 1.0 + path[last - period..=last].iter().map(|p| p.1).fold(0.0, f64::max);
        let error = size * (ROUNDING * (v.len() * period) as f64 + 4.0 * rest);
        return Some(Ray { rate, period, direction: v.clone(), error });
    }
    None
}

fn contracts(pieces: &mut Pieces, all: &[Mat<f64>], m: usize, flow: bool) -> bool {
    if all.is_empty() {
        return bounded_by_one_matrix(pieces, m, flow);
    }
    share_a_norm(all, flow) || !flow && admissible_words_contract(pieces, all, m)
}
