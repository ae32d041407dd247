//! Hinges fitted to pairs: how a map bends, found with what it is beside them.

use crate::linalg::cholesky::Cholesky;
use crate::linalg::pointwise::dot;
use crate::linalg::random::{Rng, normal};
use crate::linalg::solve::Lu;
use crate::linalg::{col, col_mut, gemm};
use faer::{Accum, Mat};
use rand::RngExt;

/// Share of the rows that lie on either side of a hinge, at least.
const SHARE: f64 = 0.02;
/// Random directions in which a further hinge is looked for, and the best of these that are followed.
const DIRECTIONS: usize = 48;
const FOLLOWED: usize = 4;
/// Damping at first and where a search gives up.
const DAMPING: f64 = 1e-3;
const STIFF: f64 = 1e8;
/// Decrease of the loss, of itself and of what there was to explain, that is none.
const NONE: f64 = 1e-9;
const ROUNDING: f64 = 1e-15;

/// Pairs of rows, d x N each, coordinates of about unit size.
pub(super) struct Data {
    pub now: Mat<f64>,
    pub next: Mat<f64>,
}

/// next = theta^T \[1, now, (c_k now - h_k)_+\].
#[derive(Clone)]
pub(super) struct Fitted {
    /// c_k, of unit length, and h_k.
    pub hinges: Vec<Vec<f64>>,
    /// (1 + d + K) x d.
    pub theta: Mat<f64>,
    /// Sum of squares that is left.
    pub loss: f64,
}

/// Memory of a search: features of all pairs and their products.
pub(super) struct Room {
    features: Mat<f64>,
    gram: Mat<f64>,
    cross: Mat<f64>,
    square: f64,
}

/// Slope and curvature of the loss along the hinges.
struct Slopes {
    curvature: Mat<f64>,
    slope: Mat<f64>,
}

impl Data {
    fn size(&self) -> (usize, usize) {
        (self.now.nrows(), self.now.ncols())
    }

    /// Some of the pairs, as often as they are named.
    pub fn of(&self, pairs: &[usize]) -> Self {
        let take = |m: &Mat<f64>| Mat::from_fn(m.nrows(), pairs.len(), |i, k| m[(i, pairs[k])]);
        Self { now: take(&self.now), next: take(&self.next) }
    }
}

impl Fitted {
    /// The square of what is left of one pair.
    pub fn left(&self, data: &Data, pair: usize) -> f64 {
        let (x, d) = (col(data.now.as_ref(), pair), data.now.nrows());
        (0..d)
            .map(|i| {
                let theta = col(self.theta.as_ref(), i);
                let bent = self.hinges.iter().zip(&theta[1 + d..]).map(|(u, w)| w * beyond(u, x).max(0.0));
                let y = theta[0] + dot(&theta[1..=d], x) + bent.sum::<f64>();
                (data.next[(i, pair)] - y).powi(2)
            })
            .sum()
    }
}

/// How far beyond a hinge a state is.
fn beyond(hinge: &[f64], x: &[f64]) -> f64 {
    dot(&hinge[..x.len()], x) - hinge[x.len()]
}

impl Room {
    /// For `data` and up to `most` hinges.
    pub fn new(data: &Data, most: usize) -> Self {
        let (d, n) = data.size();
        let q = 1 + d + most * (d + 2);
        let square = data.next.squared_norm_l2();
        Self { features: Mat::zeros(q, n), gram: Mat::zeros(q, q), cross: Mat::zeros(q, d), square }
    }

    /// The best map beside these hinges, and the slopes of its loss along them; none where a hinge has too few rows on one side.
    fn at(&mut self, data: &Data, hinges: &[Vec<f64>]) -> Option<(Fitted, Slopes)> {
        let ((d, n), k) = (data.size(), hinges.len());
        let (p, q) = (1 + d + k, 1 + d + k * (d + 2));
        let mut active = vec![0usize; k];
        let mut features = self.features.as_mut().subrows_mut(0, q);
        for t in 0..n {
            let x = col(data.now.as_ref(), t);
            let f = &mut col_mut(features.as_mut(), t)[..q];
            f[0] = 1.0;
            f[1..=d].copy_from_slice(x);
            for (j, u) in hinges.iter().enumerate() {
                let z = beyond(u, x);
                f[1 + d + j] = z.max(0.0);
                let slopes = &mut f[p + j * (d + 1)..p + (j + 1) * (d + 1)];
                if z > 0.0 {
                    active[j] += 1;
                    slopes[..d].copy_from_slice(x);
                    slopes[d] = -1.0;
                } else {
                    slopes.fill(0.0);
                }
            }
        }
        let least = (SHARE * n as f64).max(1.0);
        if active.iter().any(|a| (*a as f64) < least || ((n - a) as f64) < least) {
            return None;
        }
        let features = features.as_ref();
        let mut gram = self.gram.as_mut().submatrix_mut(0, 0, q, q);
        gemm(gram.as_mut(), Accum::Replace, features, features.transpose());
        let mut cross = self.cross.as_mut().subrows_mut(0, q);
        gemm(cross.as_mut(), Accum::Replace, features, data.next.transpose());
        let (gram, cross) = (gram.as_ref(), cross.as_ref());
        let mut cholesky = Cholesky::new(p);
        if !cholesky.factor(gram.submatrix(0, 0, p, p)) {
            return None;
        }
        let mut inverse = Mat::zeros(p, p);
        cholesky.inverse(inverse.as_mut());
        let theta = &inverse * cross.subrows(0, p);
        let explained: f64 = (0..d).map(|i| dot(col(theta.as_ref(), i), &col(cross, i)[..p])).sum();
        let loss = (self.square - explained).max(0.0);
        // Along the hinges, what the map itself cannot follow (Golub & Pereyra's projection, less its second part).
        let (s, beside) = (q - p, gram.submatrix(p, 0, q - p, p));
        let left = gram.submatrix(p, p, s, s) - beside * &inverse * beside.transpose();
        let errors = cross.subrows(p, s) - beside * &theta;
        let weight = |j: usize| (0..d).map(move |i| (i, 1 + d + j));
        let together = |a: usize, b: usize| -> f64 {
            weight(a).zip(weight(b)).map(|((i, a), (_, b))| theta[(a, i)] * theta[(b, i)]).sum()
        };
        let curvature = Mat::from_fn(s, s, |a, b| together(a / (d + 1), b / (d + 1)) * left[(a, b)]);
        let slope =
            Mat::from_fn(s, 1, |a, _| weight(a / (d + 1)).map(|(i, w)| theta[(w, i)] * errors[(a, i)]).sum());
        Some((Fitted { hinges: hinges.to_vec(), theta, loss }, Slopes { curvature, slope }))
    }

    /// The least loss downhill of these hinges, by damped steps (Levenberg & Marquardt), `most` at most.
    pub fn descend(&mut self, data: &Data, hinges: &[Vec<f64>], most: usize) -> Option<Fitted> {
        let (mut at, mut slopes) = self.at(data, hinges)?;
        let (d, mut damping) = (data.now.nrows(), DAMPING);
        let mut lu = Lu::new(slopes.slope.nrows());
        for _ in 0..if hinges.is_empty() { 0 } else { most } {
            let mut h = slopes.curvature.clone();
            let largest = (0..h.nrows()).map(|a| h[(a, a)]).fold(0.0, f64::max);
            (0..h.nrows()).for_each(|a| h[(a, a)] += damping * h[(a, a)] + f64::EPSILON * largest);
            let mut step = slopes.slope.clone();
            let moved = if largest > 0.0 && lu.factor(h.as_ref()) {
                lu.solve(step.as_mut());
                let of = |(k, u): (usize, &Vec<f64>)| -> Vec<f64> {
                    let mut u: Vec<f64> = (0..=d).map(|i| u[i] + step[(k * (d + 1) + i, 0)]).collect();
                    unit(&mut u);
                    u
                };
                let moved: Vec<Vec<f64>> = at.hinges.iter().enumerate().map(of).collect();
                if moved.iter().flatten().all(|v| v.is_finite()) { self.at(data, &moved) } else { None }
            } else {
                None
            };
            match moved.filter(|m| m.0.loss < at.loss) {
                Some(next) => {
                    let gain = at.loss - next.0.loss;
                    let small = gain < NONE * at.loss || next.0.loss < ROUNDING * self.square;
                    (at, slopes) = next;
                    damping = (0.2 * damping).max(1e-12);
                    if small {
                        break;
                    }
                }
                None => damping *= 8.0,
            }
            if damping > STIFF {
                break;
            }
        }
        Some(at)
    }

    /// Maps of 0, 1, ... up to `most` hinges, each found from the one before by the hinge that explains most of what it leaves.
    pub fn path(&mut self, data: &Data, most: usize, steps: usize, rng: &mut Rng) -> Vec<Fitted> {
        let mut all: Vec<Fitted> = self.descend(data, &[], 0).into_iter().collect();
        while let Some(last) = all.last().filter(|l| l.hinges.len() < most).cloned() {
            let further = candidates(data, &last, rng);
            let follow = |u: Vec<f64>| {
                let start: Vec<Vec<f64>> = last.hinges.iter().cloned().chain([u]).collect();
                self.descend(data, &start, steps)
            };
            let found = further.into_iter().filter_map(follow);
            let Some(best) = found.min_by(|a, b| a.loss.total_cmp(&b.loss)) else { break };
            if !(best.loss < last.loss) {
                break;
            }
            all.push(best);
        }
        all
    }
}

/// To a normal of unit length.
fn unit(u: &mut [f64]) {
    let d = u.len() - 1;
    let length = dot(&u[..d], &u[..d]).sqrt();
    u.iter_mut().for_each(|v| *v /= length);
}

/// Hinges through rows, along axes and in random directions, whose bend explains most of what a map leaves.
fn candidates(data: &Data, of: &Fitted, rng: &mut Rng) -> Vec<Vec<f64>> {
    let ((d, n), k) = (data.size(), of.hinges.len());
    let p = 1 + d + k;
    let count = d + DIRECTIONS;
    let mut all: Vec<Vec<f64>> = vec![];
    for j in 0..count {
        let mut u: Vec<f64> =
            (0..d).map(|i| if j < d { f64::from(u8::from(i == j)) } else { normal(rng) }).collect();
        u.push(0.0);
        unit(&mut u);
        u[d] = dot(&u[..d], col(data.now.as_ref(), rng.random_range(0..n)));
        all.push(u);
    }
    let known = Mat::from_fn(p, n, |i, t| match i {
        0 => 1.0,
        i if i <= d => data.now[(i - 1, t)],
        i => beyond(&of.hinges[i - 1 - d], col(data.now.as_ref(), t)).max(0.0),
    });
    let left = &data.next - of.theta.transpose() * &known;
    let bent = Mat::from_fn(count, n, |j, t| beyond(&all[j], col(data.now.as_ref(), t)).max(0.0));
    let mut lu = Lu::new(p);
    if !lu.factor((&known * known.transpose()).as_ref()) {
        return vec![];
    }
    let beside = &known * bent.transpose();
    let solved = lu.inverse() * &beside;
    let errors = &bent * left.transpose();
    let gain = |j: usize| {
        let own = (0..n).map(|t| bent[(j, t)] * bent[(j, t)]).sum::<f64>();
        let rest = own - dot(col(beside.as_ref(), j), col(solved.as_ref(), j));
        let gain = (0..d).map(|i| errors[(j, i)] * errors[(j, i)]).sum::<f64>() / rest;
        if rest > 1e-9 * own && gain.is_finite() { gain } else { 0.0 }
    };
    let mut order: Vec<(usize, f64)> = (0..count).map(|j| (j, gain(j))).filter(|g| g.1 > 0.0).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    order.into_iter().take(FOLLOWED).map(|(j, _)| all[j].clone()).collect()
}
