//! Head direction: turns in, head-direction cells out.

use super::codes::{HeadCells, coded, variance_over_items};
use super::position::Shown;
use super::{Batch, Decoded, Objective, Sizes, Split, Task, item_stream};
use crate::linalg::random::{normal, uniform};
use faer::Mat;
use std::f64::consts::{PI, TAU};

/// How a head turns: by dt omega in each step, omega ~ N(0, deviation^2), its absolute value where turns are biased.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turning {
    /// Standard deviation of omega, in radians per second.
    pub deviation: f64,
    /// Seconds a step.
    pub time_step: f64,
    /// Whether all turns are counter-clockwise.
    pub biased: bool,
}

impl Default for Turning {
    /// krishna2024's: 11.52 rad/s, 0.02 s, unbiased.
    fn default() -> Self {
        Self { deviation: 11.52, time_step: 0.02, biased: false }
    }
}

/// Head direction estimation (krishna2024).
///
/// An item starts at a direction uniform in the circle, whose code the network is started with. Input at step t: the turn of that
/// step in radians (under [`Shown::States`] cosine and sine of the direction after it). Target: the cells' activity at the
/// direction after the turn. Every step counts. The paper's code is the von Mises density, the program's has the peak 1.
///
/// ```
/// use nullcline_core::tasks::{Code, HeadCells, HeadDirection, Shown, Sizes, Split, Task, Turning};
///
/// let cells = HeadCells::new(16, std::f64::consts::PI / 6.0, Code::Density);
/// let turning = Turning { biased: true, ..Turning::default() };
/// let task = HeadDirection::new(turning, cells, Shown::Changes, 10, Sizes::default(), 1);
/// let batch = task.batch(Split::Test, &[0]);
/// assert!((0..10).all(|t| batch.inputs[(0, t)] >= 0.0));
/// ```
#[derive(Clone, Debug)]
pub struct HeadDirection {
    turning: Turning,
    cells: HeadCells,
    shown: Shown,
    steps: usize,
    sizes: Sizes,
    seed: u64,
}

impl HeadDirection {
    /// Turns over `steps` steps, coded by `cells`.
    pub fn new(
        turning: Turning,
        cells: HeadCells,
        shown: Shown,
        steps: usize,
        sizes: Sizes,
        seed: u64,
    ) -> Self {
        Self { turning, cells, shown, steps, sizes, seed }
    }
    /// The cells.
    pub fn cells(&self) -> &HeadCells {
        &self.cells
    }
    /// Where an item starts and where it is at each step, in [-pi, pi), and the turns between, in radians.
    pub fn directions(&self, split: Split, item: usize) -> (Vec<f64>, Vec<f64>) {
        let mut rng = item_stream(self.seed, split, item);
        let mut at = uniform(&mut rng, 0.0, TAU);
        let mut path = vec![wrapped(at)];
        let mut turn = || {
            let rate = self.turning.deviation * normal(&mut rng);
            self.turning.time_step * if self.turning.biased { rate.abs() } else { rate }
        };
        let turns: Vec<f64> = (0..self.steps).map(|_| turn()).collect();
        path.extend(turns.iter().map(|turn| {
            at += turn;
            wrapped(at)
        }));
        (path, turns)
    }
}

/// An angle in [-pi, pi).
fn wrapped(angle: f64) -> f64 {
    (angle + PI).rem_euclid(TAU) - PI
}

impl Task for HeadDirection {
    fn name(&self) -> &'static str {
        "head-direction"
    }
    fn inputs(&self) -> usize {
        if self.shown == Shown::Changes { 1 } else { 2 }
    }
    fn outputs(&self) -> usize {
        self.cells.count()
    }
    fn steps(&self) -> usize {
        self.steps
    }
    fn objective(&self) -> Objective {
        Objective::MeanSquare
    }
    fn codes(&self) -> usize {
        self.cells.count()
    }
    fn chance(&self) -> f64 {
        let path = |item: usize| self.directions(Split::Test, item).0;
        variance_over_items(self.cells.count(), path, |angle, at| self.cells.encode(*angle, at))
    }
    fn size(&self, split: Split) -> usize {
        self.sizes.of(split)
    }
    fn batch(&self, split: Split, items: &[usize]) -> Batch {
        let (steps, b) = (self.steps, items.len());
        let paths: Vec<(Vec<f64>, Vec<f64>)> = items.iter().map(|i| self.directions(split, *i)).collect();
        let inputs = Mat::from_fn(self.inputs(), steps * b, |i, c| {
            let ((path, turns), t) = (&paths[c % b], c / b);
            match self.shown {
                Shown::Changes => turns[t],
                Shown::States if i == 0 => path[t + 1].cos(),
                Shown::States => path[t + 1].sin(),
            }
        });
        coded(self.cells.count(), [steps, b], inputs, &|j, t, a| self.cells.encode(paths[j].0[t], a))
    }
    fn course(&self, split: Split, items: &[usize]) -> Vec<(&'static str, Vec<f64>)> {
        vec![("direction", items.iter().flat_map(|i| self.directions(split, *i).0.split_off(1)).collect())]
    }
    fn said(&self, outputs: &[f64]) -> Option<[f64; 2]> {
        let (sine, cosine) = self.cells.decode(outputs).sin_cos();
        Some([cosine, sine])
    }
    fn apart(
        &self,
        split: Split,
        items: &[usize],
        said: &dyn Fn(usize, usize) -> [f64; 2],
    ) -> Option<Decoded> {
        let paths: Vec<Vec<f64>> = items.iter().map(|i| self.directions(split, *i).0).collect();
        let far = |at: f64, t: usize, j: usize| wrapped(at - paths[j][t + 1]).abs();
        let at = |[cosine, sine]: [f64; 2]| sine.atan2(cosine);
        let over = [self.steps, items.len()];
        Some(Decoded::over("rad", over, |t, j| far(at(said(t, j)), t, j), |t, j| far(paths[j][0], t, j)))
    }
}
