//! The long short-term memory that integrators are held against.

use crate::linalg::random::{Rng, uniform};
use crate::linalg::wide::product;
use crate::linalg::{Real, col, col_mut, vectorised};
use faer::{Accum, Mat, MatMut, MatRef};

/// An LSTM of m units on 2 m inputs, as `torch.nn.LSTM`: i, f, o logistic and g tanh of W_x x + b_x + W_h h + b_h,
/// c = f c + i g, h = o tanh(c).
///
/// Parameters: W_x (4 m x 2 m, column by column), W_h (4 m x m), b_x, b_h; rows in the order i, f, g, o.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// m.
    pub units: usize,
}

impl Memory {
    /// Parameters, 12 m^2 + 8 m.
    pub fn parameters(self) -> usize {
        let m = self.units;
        12 * m * m + 8 * m
    }

    /// Parameters as PyTorch draws them: uniform within 1 / sqrt(m).
    pub fn draw<T: Real>(self, rng: &mut Rng) -> Vec<T> {
        let bound = (self.units as f64).sqrt().recip();
        (0..self.parameters()).map(|_| T::of(uniform(rng, -bound, bound))).collect()
    }

    fn parts<T: Real>(self, theta: &[T]) -> (MatRef<'_, T>, MatRef<'_, T>, [&[T]; 2]) {
        let m = self.units;
        let (x, rest) = theta.split_at(8 * m * m);
        let (h, biases) = rest.split_at(4 * m * m);
        let (bx, bh) = biases.split_at(4 * m);
        let view = MatRef::from_column_major_slice;
        (view(x, 4 * m, 2 * m), view(h, 4 * m, m), [bx, bh])
    }
}

/// What an LSTM leaves on its way: b sequences of T + 1 steps, the first of which primes it; column t b + j.
#[derive(Clone, Debug)]
pub(super) struct Trace<T> {
    /// Inputs, 2 m x (T + 1) b.
    pub items: Mat<T>,
    /// i, f, g and o, then the slopes by what they were computed from, 4 m x (T + 1) b.
    gates: Mat<T>,
    /// c, tanh c and h, m x (T + 1) b.
    cells: Mat<T>,
    squashed: Mat<T>,
    pub states: Mat<T>,
    /// Cotangents of inputs, of c and of h.
    pub items_g: Mat<T>,
    cells_g: Mat<T>,
    states_g: Mat<T>,
}

impl<T: Real> Trace<T> {
    pub fn new() -> Self {
        let none = Mat::new;
        Self {
            items: none(),
            gates: none(),
            cells: none(),
            squashed: none(),
            states: none(),
            items_g: none(),
            cells_g: none(),
            states_g: none(),
        }
    }

    /// Makes room for so many columns.
    pub fn room(&mut self, of: Memory, columns: usize, b: usize) {
        let m = of.units;
        for (mat, rows, columns) in [
            (&mut self.items, 2 * m, columns),
            (&mut self.gates, 4 * m, columns),
            (&mut self.cells, m, columns),
            (&mut self.squashed, m, columns),
            (&mut self.states, m, columns),
            (&mut self.items_g, 2 * m, columns),
            (&mut self.cells_g, m, b),
            (&mut self.states_g, m, b),
        ] {
            super::integrator::sized(mat, rows, columns);
        }
    }

    /// States of the items, `b` sequences side by side.
    pub fn forward(&mut self, of: Memory, theta: &[T], b: usize) {
        let (m, columns) = (of.units, self.items.ncols());
        let (wx, wh, [bx, bh]) = of.parts(theta);
        product(self.gates.as_mut(), Accum::Replace, wx, self.items.as_ref());
        for first in (0..columns).step_by(b) {
            let mut now = self.gates.as_mut().subcols_mut(first, b);
            if first > 0 {
                product(now.as_mut(), Accum::Add, wh, self.states.as_ref().subcols(first - b, b));
            }
            for j in first..first + b {
                let gates = col_mut(self.gates.as_mut(), j);
                gates.iter_mut().zip(bx.iter().zip(bh)).for_each(|(a, (x, h))| *a += *x + *h);
                let (sigmoids, rest) = gates.split_at_mut(2 * m);
                let (g, o) = rest.split_at_mut(m);
                activate(sigmoids, g, o);
                let before = if first > 0 { Some(j - b) } else { None };
                for k in 0..m {
                    let kept = before.map_or(T::ZERO, |p| sigmoids[m + k] * self.cells[(k, p)]);
                    self.cells[(k, j)] = kept + sigmoids[k] * g[k];
                }
                let squashed = col_mut(self.squashed.as_mut(), j);
                squashed.copy_from_slice(col(self.cells.as_ref(), j));
                squash(squashed);
                let states = col_mut(self.states.as_mut(), j).iter_mut();
                states.zip(squashed.iter().zip(o.iter())).for_each(|(h, (t, o))| *h = *o * *t);
            }
        }
    }

    /// From cotangents of the states after the priming step, m x T b, to those of the items; adds the gradient of the parameters to `grad`.
    pub fn backward(&mut self, of: Memory, theta: &[T], states_g: MatRef<T>, b: usize, grad: &mut [T]) {
        let (m, columns) = (of.units, self.items.ncols());
        let (wx, wh, _) = of.parts(theta);
        self.states_g.fill(T::ZERO);
        self.cells_g.fill(T::ZERO);
        for first in (0..columns).step_by(b).rev() {
            for k in 0..b {
                self.unstep(first + k, k, (first > 0).then(|| (first + k - b, states_g)), m);
            }
            if first > 0 {
                let now = self.gates.as_ref().subcols(first, b);
                product(self.states_g.as_mut(), Accum::Replace, wh.transpose(), now);
            }
        }
        let slopes = self.gates.as_ref();
        product(self.items_g.as_mut(), Accum::Replace, wx.transpose(), slopes);
        let (gx, rest) = grad.split_at_mut(8 * m * m);
        let (gh, biases) = rest.split_at_mut(4 * m * m);
        let view = |v, columns| MatMut::from_column_major_slice_mut(v, 4 * m, columns);
        product(view(gx, 2 * m), Accum::Add, slopes, self.items.transpose());
        let (before, after) = (self.states.as_ref().subcols(0, columns - b), slopes.subcols(b, columns - b));
        product(view(gh, m), Accum::Add, after, before.transpose());
        let (bx, bh) = biases.split_at_mut(4 * m);
        for j in 0..columns {
            let both = bx.iter_mut().zip(bh.iter_mut());
            both.zip(col(slopes, j)).for_each(|((x, h), g)| {
                *x += *g;
                *h += *g;
            });
        }
    }

    /// One column: its gates become their slopes; `before` is the column of the step before and what the state itself is asked.
    fn unstep(&mut self, j: usize, k: usize, before: Option<(usize, MatRef<T>)>, m: usize) {
        let gates = col_mut(self.gates.as_mut(), j);
        let (dh, dc) = (col(self.states_g.as_ref(), k), col_mut(self.cells_g.as_mut(), k));
        let squashed = col(self.squashed.as_ref(), j);
        for u in 0..m {
            let [i, f, g, o] = [gates[u], gates[m + u], gates[2 * m + u], gates[3 * m + u]];
            let (asked, past) = match before {
                Some((p, all)) => (all[(u, p)], self.cells[(u, p)]),
                None => (T::ZERO, T::ZERO),
            };
            let (h, t) = (dh[u] + asked, squashed[u]);
            let c = dc[u] + h * o * (T::ONE - t * t);
            gates[u] = c * g * i * (T::ONE - i);
            gates[m + u] = c * past * f * (T::ONE - f);
            gates[2 * m + u] = c * i * (T::ONE - g * g);
            gates[3 * m + u] = h * t * o * (T::ONE - o);
            dc[u] = c * f;
        }
    }

    /// Gates of all steps.
    pub fn gates(&self) -> MatRef<'_, T> {
        self.gates.as_ref()
    }

    /// Gates after the priming step.
    pub fn gates_after(&self, b: usize) -> MatRef<'_, T> {
        self.gates.as_ref().subcols(b, self.gates.ncols() - b)
    }

    /// States after the priming step.
    pub fn after(&self, b: usize) -> MatRef<'_, T> {
        self.states.as_ref().subcols(b, self.states.ncols() - b)
    }
}

/// Logistic functions of all but g, the hyperbolic tangent of that.
fn activate<T: Real>(sigmoids: &mut [T], g: &mut [T], o: &mut [T]) {
    vectorised(
        #[inline(always)]
        || {
            sigmoids.iter_mut().for_each(|v| *v = v.sigmoid_pair().0);
            o.iter_mut().for_each(|v| *v = v.sigmoid_pair().0);
            g.iter_mut().for_each(|v| *v = v.tanh_with_slope().0);
        },
    );
}

fn squash<T: Real>(values: &mut [T]) {
    vectorised(
        #[inline(always)]
        || values.iter_mut().for_each(|v| *v = v.tanh_with_slope().0),
    );
}
