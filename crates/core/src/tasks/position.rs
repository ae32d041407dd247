//! Path integration in a box: displacements in, place cells out.

use super::codes::{PlaceCells, coded, variance_over_items};
use super::walk::Walk;
use super::{Batch, Decoded, Objective, Sizes, Split, Task, item_stream};
use faer::Mat;

/// What a network that estimates a state is shown of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// How the state changes: it has to be integrated.
    Changes,
    /// The state itself.
    States,
}
named!(Shown: Self::Changes => "changes", Self::States => "states");

impl Shown {
    /// What has that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Changes, Self::States].into_iter().find(|s| s.name() == name)
    }
}

/// Spatial position estimation (krishna2024).
///
/// An item is a [`Walk`] of T + 2 positions x_0 .. x_(T+1), of which the network is started with the code of x_1. Input at step t:
/// the displacement x_(t+2) - x_(t+1) in metres (under [`Shown::States`] the position x_(t+2)). Target at step t: the place cells'
/// activity at x_(t+2). Every step counts. So x_1 and the inputs up to t add up to the position at t, as in the authors'
/// program. Where its settings and the paper's table differ, the defaults are the paper's: b = 0.2 m/s (program 0.26 pi),
/// unnormalised Gaussian cells (program: softmax). The table's start U(-2.2, 2.2) lies outside its box of 2.2 m; here, as in the
/// program, the start is uniform in the box.
///
/// ```
/// use nullcline_core::tasks::{Code, PlaceCells, Position, Shown, Sizes, Split, Task, Walk};
///
/// let cells = PlaceCells::new(64, 2.2, 0.2, Code::Gaussian, 1);
/// let task = Position::new(Walk::default(), cells, Shown::Changes, 20, Sizes::default(), 1);
/// let batch = task.batch(Split::Train, &[3]);
/// let [x, y] = task.positions(Split::Train, 3)[0];
/// let sum: f64 = (0..20).map(|t| batch.inputs[(0, t)]).sum();
/// assert!((x + sum - task.positions(Split::Train, 3)[20][0]).abs() < 1e-12 && y.abs() < 1.2);
/// ```
#[derive(Clone, Debug)]
pub struct Position {
    walk: Walk,
    cells: PlaceCells,
    shown: Shown,
    steps: usize,
    sizes: Sizes,
    seed: u64,
}

impl Position {
    /// Walks of `steps` counted steps, coded by `cells`.
    pub fn new(walk: Walk, cells: PlaceCells, shown: Shown, steps: usize, sizes: Sizes, seed: u64) -> Self {
        Self { walk, cells, shown, steps, sizes, seed }
    }
    /// The cells.
    pub fn cells(&self) -> &PlaceCells {
        &self.cells
    }
    /// Where an item starts, and where it is at each of the T steps, in metres.
    pub fn positions(&self, split: Split, item: usize) -> Vec<[f64; 2]> {
        let mut path = self.walk.path(self.steps + 1, &mut item_stream(self.seed, split, item));
        path.remove(0);
        path
    }
}

impl Task for Position {
    fn name(&self) -> &'static str {
        "position"
    }
    fn inputs(&self) -> usize {
        2
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
        let path = |item: usize| self.positions(Split::Test, item);
        variance_over_items(self.cells.count(), path, |x, at| self.cells.encode(*x, at))
    }
    fn size(&self, split: Split) -> usize {
        self.sizes.of(split)
    }
    fn batch(&self, split: Split, items: &[usize]) -> Batch {
        let (steps, b) = (self.steps, items.len());
        let paths: Vec<Vec<[f64; 2]>> = items.iter().map(|item| self.positions(split, *item)).collect();
        let inputs = Mat::from_fn(2, steps * b, |i, c| {
            let (path, t) = (&paths[c % b], c / b);
            match self.shown {
                Shown::Changes => path[t + 1][i] - path[t][i],
                Shown::States => path[t + 1][i],
            }
        });
        coded(self.cells.count(), [steps, b], inputs, &|j, t, a| self.cells.encode(paths[j][t], a))
    }
    fn course(&self, split: Split, items: &[usize]) -> Vec<(&'static str, Vec<f64>)> {
        let paths: Vec<Vec<[f64; 2]>> = items.iter().map(|item| self.positions(split, *item)).collect();
        let along = |i: usize| paths.iter().flat_map(move |p| p[1..].iter().map(move |x| x[i])).collect();
        vec![("position_x", along(0)), ("position_y", along(1))]
    }
    fn said(&self, outputs: &[f64]) -> Option<[f64; 2]> {
        Some(self.cells.decode(outputs))
    }
    fn apart(
        &self,
        split: Split,
        items: &[usize],
        said: &dyn Fn(usize, usize) -> [f64; 2],
    ) -> Option<Decoded> {
        let paths: Vec<Vec<[f64; 2]>> = items.iter().map(|item| self.positions(split, *item)).collect();
        let far =
            |at: [f64; 2], t: usize, j: usize| (at[0] - paths[j][t + 1][0]).hypot(at[1] - paths[j][t + 1][1]);
        let over = [self.steps, items.len()];
        Some(Decoded::over("m", over, |t, j| far(said(t, j), t, j), |t, j| far(paths[j][0], t, j)))
    }
}
