//! A piecewise-linear map fitted to recorded activity.

mod hinges;
mod map;

pub use map::{Ends, Hinge, PiecewiseMap, Rest};

use crate::diagnostics::geometry::comparison::Sample;
use crate::diagnostics::geometry::products::means;
use crate::linalg::random::{Rng, Use, shuffled, stream};
use crate::numbers::{Estimate, deviation, jackknife};
use faer::{Mat, c64};
use hinges::{Data, Fitted, Room};
use rand::RngExt;
use rayon::prelude::*;
use std::ops::Range;

/// Hinges tried, at most, and pairs for each number that one adds, at least.
const HINGES: usize = 4;
const PAIRS_EACH: usize = 10;
/// Pairs that are fitted, at most.
const PAIRS: usize = 20_000;
/// Groups are left out in so many parts.
const FOLDS: usize = 5;
/// Standard errors by which more hinges must be better in groups left out, and what they must explain more of the steps' variance.
const SURE: f64 = 2.0;
const LEAST: f64 = 1e-6;
/// Samples drawn anew for the errors, and the share of them in which a fixed point is found again if its error is known.
const DRAWS: usize = 200;
const FOUND: f64 = 0.95;
/// Steps of a search, and of one from hinges that are known.
const STEPS: usize = 60;
const AGAIN: usize = 20;
/// Rows from which the map is run.
const STARTS: usize = 50;

/// x_{t+1} = A x_t + b + sum_k w_k (c_k x_t - h_k)_+.
#[derive(Clone, Debug)]
pub struct PiecewiseFit {
    /// The map; without hinges where a linear one predicts as well.
    pub map: PiecewiseMap,
    /// Share of the variance of x_{t+1} - x_t that maps of 0, 1, ... hinges explain in groups left out.
    pub tried: Vec<Estimate>,
    /// What the chosen map explains more of it than the linear one; none of the linear one.
    pub gain: Option<Estimate>,
    /// Share of the rows on each piece, by the bits of [`PiecewiseMap::piece`].
    pub shares: Vec<f64>,
    /// Along the rows, a step, the largest first.
    pub exponents: Vec<Estimate>,
    /// Fixed points.
    pub points: Vec<Point>,
    /// Where orbits of the map from rows end.
    pub ends: Ends,
    /// The largest exponent of those that keep moving, with its error.
    pub free: Estimate,
    /// Pairs of rows fitted.
    pub pairs: usize,
    /// One pair in so many was.
    pub every: usize,
}

/// A fixed point of a fitted map.
#[derive(Clone, Debug)]
pub struct Point {
    /// Where it is.
    pub state: Vec<Estimate>,
    /// ln of the largest modulus of its eigenvalues.
    pub exponent: Estimate,
    /// Its eigenvalues, the largest modulus first.
    pub eigenvalues: Vec<c64>,
    /// How many of them are larger than one.
    pub unstable: usize,
    /// Share of the samples drawn anew in which there is one like it: as many unstable directions, and nearest to it.
    pub found: f64,
    /// Whether it lies outside of the range of the rows in some coordinate.
    pub outside: bool,
}

/// What is fitted.
struct Task {
    data: Data,
    /// The group of each pair.
    group: Vec<usize>,
    groups: usize,
    /// |x_{t+1} - x_t|^2 of each pair, in the unit of the data.
    stay: Vec<f64>,
    mean: Vec<f64>,
    deviation: Vec<f64>,
    /// Unit of what is predicted.
    unit: f64,
    every: usize,
}

/// Fits a piecewise-linear map to successive rows of `s`, d x T, with errors from groups drawn anew; `None` where a coordinate does not vary, the
/// groups are fewer than five or the pairs fewer than ten for each number of a linear map's row.
///
/// Formula: least squares over A, b, w_k, c_k and h_k for K = 0, 1, ... 4 hinges, each from the fit before it and the best of random hinges
/// beside; of K the first that none exceeds by two standard errors of the difference in groups left out, so that it is linear unless
/// hinges predict better. Exponents are those of the pieces' matrices along the rows; fixed points those of all pieces. Errors are
/// standard deviations over samples of groups drawn with replacement, K held; that of a fixed point is none where fewer than 95 % of
/// the samples have it.
///
/// Remarks: noise of the measurement, as against noise of the state, draws A towards zero and rounds hinges off. Fixed points outside of the
/// rows rest on the pieces' going on there.
///
/// Source: hinging hyperplanes, Breiman, IEEE Trans. Inf. Theory 39, 999 (1993); as a recurrent network (shallow PLRNN), Hess, Monfared,
/// Brenner & Durstewitz, ICML (2023), eq. 3; searched by variable projection, Golub & Pereyra, SIAM J. Numer. Anal. 10, 413 (1973).
///
/// ```
/// use nullcline_core::diagnostics::dynamics::from_data::piecewise_fit;
/// use nullcline_core::diagnostics::geometry::comparison::Sample;
/// use nullcline_core::linalg::random::{Use, normal, stream};
///
/// // x' = 0.9 - 0.9 |x| + noise bends at 0 and rests at 0.9 / 1.9.
/// let mut rng = stream(1, Use::Fixture, 0);
/// let mut x = faer::Mat::zeros(1, 2000);
/// (1..2000).for_each(|t| x[(0, t)] = 0.9 - 0.9 * f64::abs(x[(0, t - 1)]) + 0.2 * normal(&mut rng));
/// let s = Sample { x, group: (0..2000).map(|t| t / 100).collect(), follows: vec![true; 2000] };
/// let fit = piecewise_fit(&s, 1).unwrap();
/// assert_eq!(fit.map.hinges.len(), 1);
/// let rest = fit.points.iter().find(|p| p.state[0].value > 0.0).unwrap().state[0];
/// assert!((rest.value - 0.9 / 1.9).abs() < 3.0 * rest.error());
/// ```
pub fn piecewise_fit(s: &Sample, seed: u64) -> Option<PiecewiseFit> {
    let task = Task::of(s)?;
    let most = (0..=HINGES).rev().find(|k| task.enough(*k))?;
    let all: Vec<usize> = (0..task.group.len()).collect();
    let (path, left) = rayon::join(|| task.path(&all, most, seed, FOLDS), || task.held_out(most, seed));
    let left = left?;
    let most = left.iter().map(Vec::len).min()?.min(path.len()) - 1;
    let explained = |k: usize, from: Option<usize>| {
        let of = |g: &Vec<[f64; 2]>| {
            let before = from.map_or(g[k][1], |f| g[f][0]);
            (vec![before - g[k][0], g[k][1]], 1.0)
        };
        jackknife::of_means(&left.iter().map(of).collect::<Vec<_>>(), |m| m[0] / m[1])
    };
    let mut chosen = 0;
    for k in 1..=most {
        let gain = explained(k, Some(chosen));
        if gain.std_error.is_some_and(|e| gain.value > (SURE * e).max(LEAST)) {
            chosen = k;
        }
    }
    let fitted = &path[chosen];
    let map = task.map(fitted);
    let spread = task.unit;
    let starts = {
        let columns: Vec<usize> = (0..s.x.ncols()).step_by(s.x.ncols().div_ceil(STARTS)).collect();
        Mat::from_fn(s.x.nrows(), columns.len(), |i, k| s.x[(i, columns[k])])
    };
    let windows = windows(s, task.groups, seed);
    let all: Vec<Range<usize>> = windows.iter().flatten().cloned().collect();
    let (exponents, rests) = (map.exponents(s, &all), map.rests());
    let ends = map.ends(&starts, &rests, spread);
    let drawn = |k: usize| -> Option<Drawn> {
        let mut rng = stream(seed, Use::Bootstrap, (2 << 32) + k as u64);
        let map = task.again(fitted, &mut rng)?;
        let own: Vec<Range<usize>> = map.1.iter().flat_map(|g| windows[*g].iter().cloned()).collect();
        let map = map.0;
        let (exponents, rests) = (map.exponents(s, &own), map.rests());
        let free = map.ends(&starts, &rests, spread).exponent;
        Some(Drawn { exponents, rests, free })
    };
    let drawn: Vec<Drawn> = (0..DRAWS).into_par_iter().filter_map(drawn).collect();
    let groups = task.groups;
    let spread_of = |value: f64, of: &dyn Fn(&Drawn) -> f64| {
        let all: Vec<f64> = drawn.iter().map(of).collect();
        Estimate::new(value, if all.len() == DRAWS { deviation(&all) } else { f64::NAN }, groups)
    };
    Some(PiecewiseFit {
        exponents: (0..exponents.len()).map(|j| spread_of(exponents[j], &|d| d.exponents[j])).collect(),
        points: (0..rests.len()).map(|k| point(&rests, k, &drawn, s, groups)).collect(),
        free: spread_of(ends.exponent, &|d| d.free),
        ends,
        tried: (0..=most).map(|k| explained(k, None)).collect(),
        gain: (chosen > 0).then(|| explained(chosen, Some(0))),
        shares: shares(&map, s),
        map,
        pairs: task.group.len(),
        every: task.every,
    })
}

/// What one sample drawn anew gives.
struct Drawn {
    exponents: Vec<f64>,
    rests: Vec<Rest>,
    free: f64,
}

fn growth(r: &Rest) -> f64 {
    r.eigenvalues.first().map_or(f64::NAN, |z| z.re.hypot(z.im).ln())
}

/// A fixed point with its errors, from those of the samples that are like it.
fn point(rests: &[Rest], k: usize, drawn: &[Drawn], s: &Sample, groups: usize) -> Point {
    let apart = |a: &Rest, b: &Rest| a.state.iter().zip(&b.state).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let nearest = |to: &Rest, all: &[Rest]| -> Option<usize> {
        let like = (0..all.len()).filter(|j| all[*j].unstable == to.unstable);
        like.min_by(|a, b| apart(&all[*a], to).total_cmp(&apart(&all[*b], to)))
    };
    let again = |d: &Drawn| -> Option<Rest> {
        let found = &d.rests[nearest(&rests[k], &d.rests)?];
        (nearest(found, rests) == Some(k)).then(|| found.clone())
    };
    let found: Vec<Rest> = drawn.iter().filter_map(again).collect();
    let share = found.len() as f64 / DRAWS as f64;
    let estimate = |value: f64, of: &dyn Fn(&Rest) -> f64| {
        let all: Vec<f64> = found.iter().map(of).collect();
        Estimate::new(value, if share >= FOUND { deviation(&all) } else { f64::NAN }, groups)
    };
    let own = &rests[k];
    let outside = |i: usize| {
        let row = || s.x.row(i).iter().copied();
        let (lo, hi) = (row().fold(f64::INFINITY, f64::min), row().fold(f64::NEG_INFINITY, f64::max));
        !(lo..=hi).contains(&own.state[i])
    };
    Point {
        state: (0..own.state.len()).map(|i| estimate(own.state[i], &|r| r.state[i])).collect(),
        exponent: estimate(growth(own), &growth),
        eigenvalues: own.eigenvalues.clone(),
        unstable: own.unstable,
        found: share,
        outside: (0..own.state.len()).any(outside),
    }
}

fn shares(map: &PiecewiseMap, s: &Sample) -> Vec<f64> {
    let mut shares = vec![0.0; 1 << map.hinges.len()];
    let n = s.x.ncols();
    (0..n).for_each(|t| shares[map.piece(crate::linalg::col(s.x.as_ref(), t))] += 1.0 / n as f64);
    shares
}

/// Rows of each group that follow one another, about [`PAIRS`] of all groups together: of longer groups a stretch somewhere.
fn windows(s: &Sample, groups: usize, seed: u64) -> Vec<Vec<Range<usize>>> {
    let mut of: Vec<Vec<Range<usize>>> = vec![vec![]; s.groups()];
    s.runs().into_iter().for_each(|r| of[s.group[r.start]].push(r));
    let most = PAIRS.div_ceil(groups);
    let mut rng = stream(seed, Use::Samples, 5 << 32);
    for runs in &mut of {
        let mut rows: usize = runs.iter().map(Range::len).sum();
        if rows <= most {
            continue;
        }
        // Rows before the stretch, and those after it, go.
        let mut before = rng.random_range(0..=rows - most);
        rows = most;
        for r in runs.iter_mut() {
            let cut = before.min(r.len());
            r.start += cut;
            before -= cut;
            r.end = r.end.min(r.start + rows);
            rows -= r.len();
        }
        runs.retain(|r| !r.is_empty());
    }
    of
}

impl Task {
    fn of(s: &Sample) -> Option<Self> {
        let d = s.x.nrows();
        let pairs: Vec<usize> = (1..s.x.ncols()).filter(|t| s.joined(*t)).collect();
        let every = pairs.len().div_ceil(PAIRS).max(1);
        let pairs: Vec<usize> = pairs.into_iter().step_by(every).collect();
        let n = pairs.len();
        let raw = Mat::from_fn(d, n, |i, k| s.x[(i, pairs[k] - 1)]);
        let mean = means(raw.as_ref());
        let deviation: Vec<f64> = (0..d)
            .map(|i| (raw.row(i).iter().map(|v| (v - mean[i]).powi(2)).sum::<f64>() / n as f64).sqrt())
            .collect();
        if n == 0 || !deviation.iter().zip(&mean).all(|(s, m)| *s > f64::EPSILON * m.abs()) {
            return None;
        }
        let unit = (deviation.iter().map(|s| s * s).sum::<f64>() / d as f64).sqrt();
        let now = Mat::from_fn(d, n, |i, k| (raw[(i, k)] - mean[i]) / deviation[i]);
        let next = Mat::from_fn(d, n, |i, k| (s.x[(i, pairs[k])] - mean[i]) / unit);
        let step = |k: usize, i: usize| (s.x[(i, pairs[k])] - s.x[(i, pairs[k] - 1)]) / unit;
        let stay = (0..n).map(|k| (0..d).map(|i| step(k, i).powi(2)).sum()).collect();
        let group: Vec<usize> = pairs.iter().map(|t| s.group[*t]).collect();
        let groups = s.groups();
        let task = Self { data: Data { now, next }, group, groups, stay, mean, deviation, unit, every };
        (task.of_groups().iter().filter(|g| !g.is_empty()).count() >= FOLDS).then_some(task)
    }

    /// Whether four fifths of the pairs do for `k` hinges.
    fn enough(&self, k: usize) -> bool {
        let d = self.mean.len();
        4 * self.group.len() / FOLDS >= PAIRS_EACH * (1 + d + k * (d + 2))
    }

    /// Pairs of each group.
    fn of_groups(&self) -> Vec<Vec<usize>> {
        let mut of = vec![vec![]; self.groups];
        self.group.iter().enumerate().for_each(|(k, g)| of[*g].push(k));
        of
    }

    /// Fits of 0, 1, ... hinges to some of the pairs.
    fn path(&self, pairs: &[usize], most: usize, seed: u64, fold: usize) -> Vec<Fitted> {
        let data = self.data.of(pairs);
        let mut rng = stream(seed, Use::Search, (5 << 32) + fold as u64);
        Room::new(&data, most).path(&data, most, STEPS, &mut rng)
    }

    /// What fits of 0, 1, ... hinges leave of each group that they have not seen, and what staying does.
    fn held_out(&self, most: usize, seed: u64) -> Option<Vec<Vec<[f64; 2]>>> {
        let of = self.of_groups();
        let present: Vec<usize> = (0..self.groups).filter(|g| !of[*g].is_empty()).collect();
        let order = shuffled(present.len(), &mut stream(seed, Use::Split, 5 << 32));
        let fold = |f: usize| -> Option<Vec<Vec<[f64; 2]>>> {
            let held: Vec<usize> =
                (0..order.len()).filter(|k| k % FOLDS == f).map(|k| present[order[k]]).collect();
            let rest: Vec<usize> =
                (0..self.group.len()).filter(|k| !held.contains(&self.group[*k])).collect();
            let path = self.path(&rest, most, seed, f);
            let left = |g: &usize| -> Vec<[f64; 2]> {
                let stay: f64 = of[*g].iter().map(|k| self.stay[*k]).sum();
                let fit = |m: &Fitted| of[*g].iter().map(|k| m.left(&self.data, *k)).sum::<f64>();
                path.iter().map(|m| [fit(m), stay]).collect()
            };
            (!path.is_empty()).then(|| held.iter().map(left).collect())
        };
        let all: Option<Vec<_>> = (0..FOLDS).into_par_iter().map(fold).collect();
        Some(all?.concat())
    }

    /// The fit to groups drawn anew, from the hinges of `fitted`, and the groups.
    fn again(&self, fitted: &Fitted, rng: &mut Rng) -> Option<(PiecewiseMap, Vec<usize>)> {
        let of = self.of_groups();
        let groups: Vec<usize> = (0..self.groups).map(|_| rng.random_range(0..self.groups)).collect();
        let pairs: Vec<usize> = groups.iter().flat_map(|g| of[*g].iter().copied()).collect();
        let data = self.data.of(&pairs);
        let found = Room::new(&data, fitted.hinges.len()).descend(&data, &fitted.hinges, AGAIN)?;
        Some((self.map(&found), groups))
    }

    /// In the coordinates of the rows.
    fn map(&self, f: &Fitted) -> PiecewiseMap {
        let d = self.mean.len();
        let a = Mat::from_fn(d, d, |i, j| self.unit * f.theta[(1 + j, i)] / self.deviation[j]);
        let b = (0..d).map(|i| {
            let through: f64 = (0..d).map(|j| a[(i, j)] * self.mean[j]).sum();
            self.mean[i] + self.unit * f.theta[(0, i)] - through
        });
        let b = b.collect();
        let hinge = |(k, u): (usize, &Vec<f64>)| {
            let normal: Vec<f64> = (0..d).map(|j| u[j] / self.deviation[j]).collect();
            let threshold = u[d] + (0..d).map(|j| normal[j] * self.mean[j]).sum::<f64>();
            Hinge { normal, threshold, weight: (0..d).map(|i| self.unit * f.theta[(1 + d + k, i)]).collect() }
        };
        PiecewiseMap::new(a, b, f.hinges.iter().enumerate().map(hinge).collect())
    }
}
