//! What a path integrator is shown.

use crate::linalg::Real;
use faer::Mat;

/// What is seen after an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The image of that column.
    Image(usize),
    /// The representation of that image, in that order.
    Shuffled(usize, Vec<u32>),
    /// A representation of zeros.
    Nothing,
}

/// Trajectories of T actions, b side by side: column t b + j is step t of trajectory j.
#[derive(Clone, Debug)]
pub struct Walks<T = f64> {
    /// T.
    pub steps: usize,
    /// b.
    pub count: usize,
    /// Images, a column each, k; those of the starts first, in the order of the trajectories. Others stand once, whoever sees them.
    pub images: Mat<T>,
    /// What is seen after each action, T b.
    pub shown: Vec<Shown>,
    /// Actions as they are felt, a^re, 2 x (T b).
    pub actions: Mat<T>,
    /// Displacements from the start, 2 x (T b).
    pub targets: Mat<T>,
}

/// Single actions, c of them, a column each.
#[derive(Clone, Debug)]
pub struct Transitions<T = f64> {
    /// Images before.
    pub before: Mat<T>,
    /// Images after.
    pub after: Mat<T>,
    /// What took place, a^tr, 2 x c.
    pub actions: Mat<T>,
}

/// What squared distances are divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Averaging {
    /// Trajectories or transitions alone, as eqs. 8.1, 8.4 and 8.5 are printed.
    Printed,
    /// Steps and coordinates too, as the program does.
    Coded,
}
named!(Averaging: Self::Printed => "printed", Self::Coded => "coded");

/// What a batch costs.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Losses {
    /// Of path integration, eq. 8.1.
    pub integration: f64,
    /// Of the direct model, eq. 8.4.
    pub direct: f64,
    /// Of the inverse model, eq. 8.5.
    pub inverse: f64,
}

/// How losses are weighed, eq. 8.10.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Of path integration.
    pub integration: f64,
    /// Of the direct model.
    pub direct: f64,
    /// Of the inverse model.
    pub inverse: f64,
}

impl Default for Weights {
    /// 1, 10 and 10 (B.3.2).
    fn default() -> Self {
        Self { integration: 1.0, direct: 10.0, inverse: 10.0 }
    }
}

impl Losses {
    /// The weighted sum, eq. 8.10.
    pub fn total(&self, w: &Weights) -> f64 {
        w.integration * self.integration + w.direct * self.direct + w.inverse * self.inverse
    }
}

impl<T: Real> Walks<T> {
    /// Whether shapes and columns fit each other and images of `pixels` numbers.
    pub(super) fn fits(&self, pixels: usize, m: usize) -> bool {
        let (columns, k) = (self.steps * self.count, self.images.ncols());
        let one = |s: &Shown| match s {
            Shown::Image(c) => *c < k,
            Shown::Shuffled(c, order) => {
                *c < k && order.len() == m && order.iter().all(|i| (*i as usize) < m)
            }
            Shown::Nothing => true,
        };
        let wide = |m: &Mat<T>| (m.nrows(), m.ncols()) == (2, columns);
        self.images.nrows() == pixels
            && k >= self.count
            && self.shown.len() == columns
            && self.shown.iter().all(one)
            && wide(&self.actions)
            && wide(&self.targets)
    }
}

impl<T: Real> Transitions<T> {
    /// Whether shapes fit each other and images of `pixels` numbers.
    pub(super) fn fits(&self, pixels: usize) -> bool {
        let c = self.actions.ncols();
        let image = |m: &Mat<T>| (m.nrows(), m.ncols()) == (pixels, c);
        self.actions.nrows() == 2 && image(&self.before) && image(&self.after)
    }
}
