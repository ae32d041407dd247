//! A map over (theta, alpha): its cells, what theory says of each, and where they disagree.

use super::Time;
use crate::common::*;
use nullcline_core::linalg::random::{Use, stream, uniform};
use nullcline_core::systems::reference::rotation::{theta_star, turns};
use rayon::prelude::*;
use std::f64::consts::{FRAC_PI_2, PI};
use std::sync::atomic::{AtomicU64, Ordering};

/// Largest gain, as in the paper's figure.
pub const MOST: f64 = 10.0;

/// Square cells of theta in [0, pi] and alpha in [0, 10], at their centres.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Angles, one a column.
    pub theta: Vec<f64>,
    /// Gains, one a row.
    pub alpha: Vec<f64>,
}

/// What theory expects of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Rest at the origin.
    Origin,
    /// An oscillation.
    Turning,
    /// An orbit of this many points other than the origin, all alike by symmetry.
    Locked(usize),
}

/// The expected long-run behaviour.
///
/// Map: the origin loses stability at alpha = 1 (Neimark-Sacker); within theta* of 0, pi/2 and pi there are
/// orbits of period 1, 4 and 2. Flow: the origin is stable for alpha cos theta < 1 (Hopf), so for
/// every theta > pi/2; fixed points of the map are its fixed points, so that beyond theta* of 0 a
/// saddle-node on the cycle (SNIC) lets it turn. Its other two tongues do not exist: -1 and the quarter
/// turn are symmetries of the flow, but a flow cannot jump.
pub fn expected(alpha: f64, theta: f64, time: Time) -> Expected {
    let star = theta_star(alpha);
    match time {
        Time::Continuous if alpha * theta.cos() <= 1.0 => Expected::Origin,
        Time::Continuous if theta < star => Expected::Locked(1),
        Time::Continuous => Expected::Turning,
        Time::Discrete if alpha <= 1.0 => Expected::Origin,
        Time::Discrete if turns(alpha, theta) => Expected::Turning,
        Time::Discrete if theta < star => Expected::Locked(1),
        Time::Discrete if PI - theta < star => Expected::Locked(2),
        Time::Discrete => Expected::Locked(4),
    }
}

impl Grid {
    /// `n` x `n` cells.
    pub fn new(n: usize) -> Self {
        let centres = |most: f64| (0..n).map(|i| (i as f64 + 0.5) * most / n as f64).collect();
        Self { theta: centres(PI), alpha: centres(MOST) }
    }

    /// Number of cells.
    pub fn count(&self) -> usize {
        self.theta.len() * self.alpha.len()
    }

    /// Gain and angle of cell `k` = row * columns + column.
    pub fn at(&self, k: usize) -> (f64, f64) {
        (self.alpha[k / self.theta.len()], self.theta[k % self.theta.len()])
    }

    /// `f` of every cell's index, gain and angle, in the order of the cells whatever the threads.
    pub fn map<T: Send>(
        &self,
        what: &str,
        observer: &dyn Observer,
        f: impl Fn(usize, f64, f64) -> T + Sync,
    ) -> Vec<T> {
        observer.start(what, self.count() as u64);
        let done = AtomicU64::new(0);
        let one = |k: usize| {
            let (alpha, theta) = self.at(k);
            let found = f(k, alpha, theta);
            let before = done.fetch_add(1, Ordering::Relaxed);
            if (before + 1).is_multiple_of(64) {
                observer.at(before + 1);
            }
            found
        };
        let all = (0..self.count()).into_par_iter().with_max_len(16).map(one).collect();
        observer.finish();
        all
    }

    /// What theory expects of each cell.
    pub fn expected(&self, time: Time) -> Vec<Expected> {
        (0..self.count()).map(|k| self.at(k)).map(|(a, t)| expected(a, t, time)).collect()
    }

    /// Whether each cell and all its neighbours are of one class: farther than a cell from its boundary.
    pub fn inner<C: PartialEq>(&self, class: &[C]) -> Vec<bool> {
        let (columns, rows) = (self.theta.len(), self.alpha.len());
        let alike = |k: usize| {
            let (r, c) = (k / columns, k % columns);
            (r.saturating_sub(1)..(r + 2).min(rows)).all(|i| {
                (c.saturating_sub(1)..(c + 2).min(columns)).all(|j| class[i * columns + j] == class[k])
            })
        };
        (0..self.count()).map(alike).collect()
    }
}

/// The initial state of a cell's trajectory number `start`: uniform in the square.
pub fn start(seed: u64, cell: usize, starts: usize, start: usize) -> [f64; 2] {
    let mut rng = stream(seed, Use::InitialState, (cell * starts + start) as u64);
    [uniform(&mut rng, -1.0, 1.0), uniform(&mut rng, -1.0, 1.0)]
}

/// The axes of a map, theta to the right and alpha upward.
pub fn axes(width: f64) -> Axes {
    let x_names = vec![(0.0, "0".into()), (FRAC_PI_2, "\u{3c0}/2".into()), (PI, "\u{3c0}".into())];
    Axes { x_names, width, ..Axes::new("Angle \u{3b8}", "Gain \u{3b1}") }
}

/// The boundaries of the region where theory expects an oscillation, dashed.
pub fn boundaries(time: Time) -> Vec<Series> {
    let gains: Vec<f64> = (0..=300).map(|i| 1.0 + (MOST - 1.0) * (f64::from(i) / 300.0).powi(2)).collect();
    let line = |label: &str, points: Vec<[f64; 2]>| {
        Series { label: label.into(), points, ink: Ink::Black, ..Series::default() }.dashed()
    };
    let fold = |label: &str, f: &dyn Fn(f64) -> f64| {
        line(label, gains.iter().map(|a| [f(theta_star(*a)), *a]).collect())
    };
    let first = fold("", &|s| s);
    match time {
        Time::Continuous => {
            let hopf = gains.iter().map(|a| [(1.0 / a).acos(), *a]).collect();
            vec![first, line("", hopf)]
        }
        Time::Discrete => vec![
            first,
            fold("", &|s| FRAC_PI_2 - s),
            fold("", &|s| FRAC_PI_2 + s),
            fold("", &|s| PI - s),
            line("", vec![[0.0, 1.0], [PI, 1.0]]),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_the_known_bifurcations() {
        // Between the six stored points of the curve (see rotation.rs) and its limit pi / 4.
        let d = |a, t| expected(a, t, Time::Discrete);
        assert_eq!(
            (d(0.99, 1.0), d(2.0, 0.1), d(2.0, 0.5)),
            (Expected::Origin, Expected::Locked(1), Expected::Turning)
        );
        assert_eq!((d(2.0, 1.5), d(2.0, 3.1)), (Expected::Locked(4), Expected::Locked(2)));
        let c = |a, t| expected(a, t, Time::Continuous);
        assert_eq!(
            (c(2.0, 1.1), c(2.0, 1.0), c(2.0, 0.1)),
            (Expected::Origin, Expected::Turning, Expected::Locked(1))
        );
        assert_eq!(c(10.0, 1.6), Expected::Origin);
    }

    #[test]
    fn a_cell_next_to_another_class_is_not_inner() {
        let grid = Grid::new(4);
        let mut class = vec![0; 16];
        class[5] = 1;
        let inner = grid.inner(&class);
        assert_eq!(inner.iter().filter(|i| **i).count(), 16 - 9);
        assert!(inner[3] && !inner[10] && inner[15]);
    }
}
