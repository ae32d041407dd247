//! The forward half: orthonormal tangents along the orbit, and their triangular factors.

use crate::linalg::qr::Qr;
use crate::linalg::random::{Rng, normal_matrix};
use crate::linalg::{col, norm};
use crate::systems::rule::Rule;
use crate::systems::time::{Drive, Stepper};
use faer::Mat;

/// Share of a column left beyond the columns before it, below which it is rounding.
const COLLAPSED: f64 = 1e-13;
/// Spread of the growths within an interval, in nats, that the factors are to carry.
const SPREAD: f64 = 1.0;
pub(super) const LONGEST: usize = 16;

/// A state with orthonormal tangents, from which the orbit can go on.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) time: usize,
    pub(super) x: Vec<f64>,
    /// n x k.
    pub(super) q: Mat<f64>,
}

/// The upper triangular factors of some intervals, packed by columns.
pub(super) struct Factors {
    pub(super) first: usize,
    pub(super) packed: Vec<Vec<f64>>,
}

/// Moves a place along the orbit.
pub(super) struct Orbit<'a> {
    state: Stepper<'a>,
    q: Mat<f64>,
    next: Mat<f64>,
    r: Mat<f64>,
    jacobian: Option<Mat<f64>>,
    qr: Qr,
    /// Columns before the first that has collapsed.
    pub(super) active: usize,
    /// Steps an interval.
    pub(super) interval: usize,
}

impl<'a> Orbit<'a> {
    /// Where it is.
    pub(super) fn state(&self) -> &[f64] {
        self.state.x()
    }

    /// From `x` with `k` random tangents.
    pub(super) fn new(rule: &'a dyn Rule, drive: Drive<'a>, x: &[f64], k: usize, rng: &mut Rng) -> Self {
        let n = rule.dim();
        let mut orbit = Self {
            state: Stepper::new(rule, drive, x, n),
            q: normal_matrix(rng, n, k),
            next: Mat::zeros(n, k),
            r: Mat::zeros(k, k),
            jacobian: None,
            qr: Qr::new(n, k),
            active: k,
            interval: 1,
        };
        orbit.qr.factor(orbit.q.as_mut(), orbit.r.as_mut());
        orbit.state.evaluate();
        let mut j = Mat::zeros(n, n);
        orbit.jacobian = orbit.state.fold(j.as_mut()).then_some(j);
        orbit
    }

    pub(super) fn place(&self) -> Place {
        Place { time: self.state.time(), x: self.state.x().to_vec(), q: self.q.clone() }
    }

    /// Goes back, or on, to a place.
    pub(super) fn restore(&mut self, place: &Place) {
        self.state.place(place.time, &place.x);
        self.q.copy_from(&place.q);
    }

    /// Moves the state alone; false when it escapes.
    pub(super) fn warm(&mut self, steps: usize) -> bool {
        self.state.run(steps)
    }

    /// Moves by `steps` and makes the tangents orthonormal again; false when the state has escaped.
    pub(super) fn advance(&mut self, steps: usize) -> bool {
        for _ in 0..steps {
            self.state.evaluate();
            self.state.carry(self.q.as_ref(), self.next.as_mut(), self.jacobian.as_mut());
            std::mem::swap(&mut self.q, &mut self.next);
            self.state.commit();
        }
        let sizes: Vec<f64> = (0..self.q.ncols()).map(|j| norm(col(self.q.as_ref(), j))).collect();
        self.qr.factor(self.q.as_mut(), self.r.as_mut());
        let whole = |j: &usize| self.r[(*j, *j)] > COLLAPSED * sizes[*j];
        self.active = self.active.min((0..sizes.len()).find(|j| !whole(j)).unwrap_or(sizes.len()));
        !self.state.escaped()
    }

    /// Log of the diagonal of the last factor.
    pub(super) fn log_growth(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.r.ncols()).map(|j| self.r[(j, j)].ln())
    }

    /// The last factor, packed.
    pub(super) fn packed(&self) -> Vec<f64> {
        (0..self.r.ncols()).flat_map(|j| col(self.r.as_ref(), j)[..=j].iter().copied()).collect()
    }

    /// Moves by `steps` in which the tangents find their places, and chooses the interval; returns the
    /// growth of each column, or nothing when the state escapes.
    pub(super) fn align(&mut self, steps: usize) -> Option<Vec<f64>> {
        let mut spread = 0.0f64;
        let mut grown = vec![0.0; self.r.ncols()];
        for s in 0..steps {
            if !self.advance(1) {
                return None;
            }
            grown.iter_mut().zip(self.log_growth()).for_each(|(g, r)| *g += r);
            if s >= steps / 2 {
                let ends = self
                    .log_growth()
                    .take(self.active)
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
                spread = spread.max(ends.1 - ends.0);
            }
        }
        let mut interval = 1;
        while interval < LONGEST && (interval + 1) as f64 * spread <= SPREAD && steps > 0 {
            interval += 1;
        }
        self.interval = interval;
        Some(grown)
    }

    /// The factors of `count` intervals from here, of which the first is number `first`.
    pub(super) fn factors(&mut self, first: usize, count: usize) -> Factors {
        let packed = (0..count)
            .map(|_| {
                self.advance(self.interval);
                self.packed()
            })
            .collect();
        Factors { first, packed }
    }

    /// Directions carried from a place through one interval, n x c.
    pub(super) fn carry(&mut self, place: &Place, vectors: &Mat<f64>) -> Mat<f64> {
        self.restore(place);
        let (mut now, mut next) = (vectors.clone(), vectors.clone());
        for _ in 0..self.interval {
            self.state.evaluate();
            self.state.carry(now.as_ref(), next.as_mut(), None);
            std::mem::swap(&mut now, &mut next);
            self.state.commit();
        }
        now
    }
}
