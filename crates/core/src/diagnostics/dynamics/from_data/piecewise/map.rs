//! A piecewise-linear map: its pieces, where it rests, how states spread along rows and along orbits of its own.

use crate::diagnostics::geometry::comparison::Sample;
use crate::linalg::eigen::{Order, eigenvalues};
use crate::linalg::pointwise::dot;
use crate::linalg::qr::Qr;
use crate::linalg::solve::Lu;
use crate::linalg::{col, gemm};
use faer::{Accum, Mat, c64};
use std::ops::Range;

/// Steps of a run of rows, and of an orbit, before its exponents count; steps of an orbit that do.
const ALIGN: usize = 10;
const SETTLE: usize = 1000;
const FOLLOWED: usize = 1000;
/// Distance from a point, of the rows' spread, that is none, and that from all rows that is no bounded orbit.
const AT: f64 = 1e-6;
const AWAY: f64 = 1e4;

/// A hyperplane at which a map bends.
#[derive(Clone, Debug)]
pub struct Hinge {
    /// c, of unit length, its first entry that is not zero positive.
    pub normal: Vec<f64>,
    /// h.
    pub threshold: f64,
    /// w, what a unit of c x - h beyond it adds.
    pub weight: Vec<f64>,
}

/// x' = A x + b + sum_k w_k (c_k x - h_k)_+, where (z)_+ is z above zero and zero below.
#[derive(Clone, Debug)]
pub struct PiecewiseMap {
    /// A, d x d: the piece on no hinge's far side.
    pub a: Mat<f64>,
    /// b, d.
    pub b: Vec<f64>,
    /// Where it bends.
    pub hinges: Vec<Hinge>,
    /// The matrix of each piece; bit k of its place tells the side of hinge k.
    pieces: Vec<Mat<f64>>,
}

/// A fixed point of a piece that holds it.
#[derive(Clone, Debug)]
pub struct Rest {
    /// x = F(x).
    pub state: Vec<f64>,
    /// The piece, a bit a hinge.
    pub piece: usize,
    /// Eigenvalues of the piece's matrix, the largest modulus first.
    pub eigenvalues: Vec<c64>,
    /// How many of them are larger than one.
    pub unstable: usize,
}

/// Where orbits of a map end.
#[derive(Clone, Debug)]
pub struct Ends {
    /// Orbits that end at each fixed point.
    pub at: Vec<usize>,
    /// Orbits that keep moving within bounds.
    pub moving: usize,
    /// Orbits that leave all bounds.
    pub unbounded: usize,
    /// Mean largest exponent of those that keep moving, a step; NaN where none does.
    pub exponent: f64,
}

impl PiecewiseMap {
    /// A map with hinges whose normals are made unit vectors of positive first entries.
    ///
    /// ```
    /// use nullcline_core::diagnostics::dynamics::from_data::{Hinge, PiecewiseMap};
    ///
    /// // |x| = 2 (x)_+ - x, and the same seen from the other side, x + 2 (-x)_+: the absolute value of 1 - |x| / 2 rests at 2/3.
    /// let bent = |a: f64, c: f64| {
    ///     let hinge = Hinge { normal: vec![c], threshold: 0.0, weight: vec![-1.0] };
    ///     PiecewiseMap::new(faer::mat![[a]], vec![1.0], vec![hinge])
    /// };
    /// let (one, other) = (bent(0.5, 1.0), bent(-0.5, -1.0));
    /// assert_eq!((one.a[(0, 0)], other.a[(0, 0)]), (0.5, 0.5));
    /// let rest = one.rests();
    /// assert!(rest.len() == 1 && (rest[0].state[0] - 2.0 / 3.0).abs() < 1e-15 && rest[0].unstable == 0);
    /// ```
    pub fn new(mut a: Mat<f64>, mut b: Vec<f64>, mut hinges: Vec<Hinge>) -> Self {
        let d = b.len();
        for h in &mut hinges {
            let length = dot(&h.normal, &h.normal).sqrt();
            // w (z)_+ = w z + w (-z)_+.
            let turned = h.normal.iter().find(|v| **v != 0.0).is_some_and(|v| *v < 0.0);
            if turned {
                for i in 0..d {
                    (0..d).for_each(|j| a[(i, j)] += h.weight[i] * h.normal[j]);
                    b[i] -= h.weight[i] * h.threshold;
                }
            }
            let sign = if turned { -1.0 } else { 1.0 };
            h.normal.iter_mut().for_each(|v| *v *= sign / length);
            h.threshold *= sign / length;
            h.weight.iter_mut().for_each(|v| *v *= length);
        }
        let pieces = (0..1usize << hinges.len()).map(|piece| {
            let bend = |i: usize, j: usize| {
                let far = hinges.iter().enumerate().filter(|(k, _)| piece >> k & 1 == 1);
                far.map(|(_, h)| h.weight[i] * h.normal[j]).sum::<f64>()
            };
            Mat::from_fn(d, d, |i, j| a[(i, j)] + bend(i, j))
        });
        let pieces = pieces.collect();
        Self { a, b, hinges, pieces }
    }

    /// Coordinates.
    pub fn dim(&self) -> usize {
        self.b.len()
    }

    /// The piece on which a state is, bit k for the far side of hinge k.
    pub fn piece(&self, x: &[f64]) -> usize {
        let far = |h: &Hinge| usize::from(dot(&h.normal, x) > h.threshold);
        self.hinges.iter().enumerate().map(|(k, h)| far(h) << k).sum()
    }

    /// The matrix of a piece.
    pub fn matrix(&self, piece: usize) -> &Mat<f64> {
        &self.pieces[piece]
    }

    /// b of a piece.
    fn shift(&self, piece: usize) -> Vec<f64> {
        let far = |i: usize| {
            let far = self.hinges.iter().enumerate().filter(|(k, _)| piece >> k & 1 == 1);
            far.map(|(_, h)| h.weight[i] * h.threshold).sum::<f64>()
        };
        (0..self.dim()).map(|i| self.b[i] - far(i)).collect()
    }

    /// F(x) into `y`; the piece.
    pub fn step(&self, x: &[f64], y: &mut [f64]) -> usize {
        y.copy_from_slice(&self.b);
        (0..x.len())
            .for_each(|j| y.iter_mut().zip(col(self.a.as_ref(), j)).for_each(|(y, a)| *y += a * x[j]));
        let mut piece = 0;
        for (k, h) in self.hinges.iter().enumerate() {
            let z = dot(&h.normal, x) - h.threshold;
            if z > 0.0 {
                piece |= 1 << k;
                y.iter_mut().zip(&h.weight).for_each(|(y, w)| *y += w * z);
            }
        }
        piece
    }

    /// All fixed points: each piece's, where it lies on the piece. One on a hinge is that of either side, and is told once.
    ///
    /// Source: Durstewitz, PLoS Comput. Biol. 13, e1005542 (2017), eq. 5.
    pub fn rests(&self) -> Vec<Rest> {
        let d = self.dim();
        let mut all: Vec<Rest> = vec![];
        let mut lu = Lu::new(d);
        for (piece, a) in self.pieces.iter().enumerate() {
            if !lu.factor((Mat::<f64>::identity(d, d) - a).as_ref()) {
                continue;
            }
            let shift = self.shift(piece);
            let mut x = Mat::from_fn(d, 1, |i, _| shift[i]);
            lu.solve(x.as_mut());
            let state = col(x.as_ref(), 0).to_vec();
            let size = dot(&state, &state).sqrt();
            let on = self.hinges.iter().enumerate().all(|(k, h)| {
                let z = dot(&h.normal, &state) - h.threshold;
                z.abs() <= 1e-12 * (size + h.threshold.abs()) || (z > 0.0) == (piece >> k & 1 == 1)
            });
            let known = all.iter().any(|r| {
                let apart = r.state.iter().zip(&state).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                apart <= 1e-11 * size
            });
            let Some(eigenvalues) = eigenvalues(a.as_ref(), Order::Modulus).filter(|_| on && !known) else {
                continue;
            };
            let unstable = eigenvalues.iter().filter(|z| z.re.hypot(z.im) > 1.0).count();
            all.push(Rest { state, piece, eigenvalues, unstable });
        }
        all
    }

    /// Exponents of the map's pieces at the rows, the largest first, a step: how states next to the recorded ones spread under the map,
    /// the noise of the recording held. `windows` are rows that follow one another. NaN where they are too few.
    ///
    /// Formula: the mean of ln r_ii of the QR decompositions of J(x_t) Q over the rows, ten at the start of a window left out.
    ///
    /// Source: Benettin, Galgani, Giorgilli & Strelcyn, Meccanica 15, 9 (1980).
    pub fn exponents(&self, s: &Sample, windows: &[Range<usize>]) -> Vec<f64> {
        let d = self.dim();
        let (mut q, mut moved, mut r) = (Mat::<f64>::identity(d, d), Mat::zeros(d, d), Mat::zeros(d, d));
        let mut qr = Qr::new(d, d);
        let (mut sums, mut steps) = (vec![0.0; d], 0usize);
        for window in windows {
            let align = ALIGN.min(window.len() / 2);
            for (k, t) in window.clone().enumerate() {
                let j = &self.pieces[self.piece(col(s.x.as_ref(), t))];
                gemm(moved.as_mut(), Accum::Replace, j.as_ref(), q.as_ref());
                std::mem::swap(&mut q, &mut moved);
                qr.factor(q.as_mut(), r.as_mut());
                if k >= align {
                    sums.iter_mut().enumerate().for_each(|(i, sum)| *sum += r[(i, i)].ln());
                    steps += 1;
                }
            }
        }
        sums.iter_mut().for_each(|sum| *sum /= steps as f64);
        sums
    }

    /// Where orbits from these states, d x n, end; `rests` are the map's fixed points and `spread` the deviation of rows.
    pub fn ends(&self, from: &Mat<f64>, rests: &[Rest], spread: f64) -> Ends {
        let d = self.dim();
        let mut ends = Ends { at: vec![0; rests.len()], moving: 0, unbounded: 0, exponent: f64::NAN };
        let mut growth = vec![];
        let size = (0..from.ncols()).flat_map(|t| col(from.as_ref(), t)).fold(spread, |m, v| m.max(v.abs()));
        let (mut x, mut y) = (vec![0.0; d], vec![0.0; d]);
        for start in 0..from.ncols() {
            x.copy_from_slice(col(from.as_ref(), start));
            let mut v = vec![(d as f64).sqrt().recip(); d];
            let mut sum = 0.0;
            for t in 0..SETTLE + FOLLOWED {
                let piece = self.step(&x, &mut y);
                std::mem::swap(&mut x, &mut y);
                if t + ALIGN >= SETTLE {
                    let mut w = vec![0.0; d];
                    let j = self.pieces[piece].as_ref();
                    (0..d).for_each(|c| w.iter_mut().zip(col(j, c)).for_each(|(w, j)| *w += j * v[c]));
                    let length = dot(&w, &w).sqrt();
                    v.iter_mut().zip(&w).for_each(|(v, w)| *v = w / length);
                    sum += if t >= SETTLE { length.ln() } else { 0.0 };
                }
                if !(x.iter().all(|v| v.abs() < AWAY * size)) {
                    break;
                }
            }
            let near = |r: &Rest| r.state.iter().zip(&x).all(|(a, b)| (a - b).abs() < AT * spread);
            match rests.iter().position(near) {
                _ if !x.iter().all(|v| v.abs() < AWAY * size) => ends.unbounded += 1,
                Some(k) => ends.at[k] += 1,
                None => {
                    ends.moving += 1;
                    growth.push(sum / FOLLOWED as f64);
                }
            }
        }
        ends.exponent = growth.iter().sum::<f64>() / growth.len() as f64;
        ends
    }
}
