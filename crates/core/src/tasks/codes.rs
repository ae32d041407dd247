//! Population codes of positions and directions, and what is read from them.

use super::{Batch, Targets};
use crate::linalg::activation::exp;
use crate::linalg::random::{Use, stream, uniform};
use crate::linalg::{col_mut, pointwise};
use faer::{Mat, MatMut};

/// How a population says where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Of positions: exp(-d^2 / 2 sigma^2) (krishna2024, eq. 20).
    Gaussian,
    /// Of positions: the same divided by its sum over cells, as in the authors' program.
    Softmax,
    /// Of directions: the von Mises density exp(kappa cos d) / (2 pi I0(kappa)) (krishna2024).
    Density,
    /// Of directions: exp(kappa (cos d - 1)), whose peak is 1, as in the authors' program.
    Peak,
}
named!(Code: Self::Gaussian => "gaussian", Self::Softmax => "softmax", Self::Density => "density", Self::Peak => "peak");

impl Code {
    /// The code of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Gaussian, Self::Softmax, Self::Density, Self::Peak].into_iter().find(|c| c.name() == name)
    }
    /// Whether it says positions, not directions.
    pub fn is_of_positions(self) -> bool {
        matches!(self, Self::Gaussian | Self::Softmax)
    }
}

/// Cells from which a place is read: the most active.
const READ: usize = 3;
/// Stream of the centres: no item of a task has it.
const CENTRES: u64 = 1 << 62;

/// Place cells with centres uniform in a square box around the origin.
///
/// Formula: activity a_i = exp(-|x - c_i|^2 / 2 sigma^2), under [`Code::Softmax`] divided by sum_i a_i. A position is read from
/// activity as the mean of the centres of the three most active cells, as in the authors' program.
///
/// ```
/// use nullcline_core::tasks::{Code, PlaceCells};
///
/// let cells = PlaceCells::at(vec![[0.0, 0.0], [0.3, 0.4], [2.0, 2.0], [0.0, 0.3]], 0.5, Code::Gaussian);
/// let mut activity = [0.0; 4];
/// cells.encode([0.0, 0.0], &mut activity);
/// assert!((activity[1] - (-0.5f64).exp()).abs() < 1e-15);
/// let [x, y] = cells.decode(activity);
/// assert!((x - 0.1).abs() < 1e-15 && (y - 0.7 / 3.0).abs() < 1e-15);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceCells {
    x: Vec<f64>,
    y: Vec<f64>,
    width: f64,
    code: Code,
}

impl PlaceCells {
    /// `count` cells of width sigma `width` (metres) in a box of that side (metres), drawn from `seed`.
    ///
    /// # Panics
    /// If the code is none of positions.
    pub fn new(count: usize, side: f64, width: f64, code: Code, seed: u64) -> Self {
        let mut rng = stream(seed, Use::Task, CENTRES);
        let mut draw = || uniform(&mut rng, -0.5 * side, 0.5 * side);
        Self::at((0..count).map(|_| [draw(), draw()]).collect(), width, code)
    }
    /// Cells with those centres.
    ///
    /// # Panics
    /// If the code is none of positions.
    pub fn at(centres: Vec<[f64; 2]>, width: f64, code: Code) -> Self {
        assert!(code.is_of_positions(), "a code of directions");
        let (x, y) = centres.into_iter().map(|[x, y]| (x, y)).unzip();
        Self { x, y, width, code }
    }
    /// Cells.
    pub fn count(&self) -> usize {
        self.x.len()
    }
    /// The centre of a cell.
    pub fn centre(&self, cell: usize) -> [f64; 2] {
        [self.x[cell], self.y[cell]]
    }
    /// Writes the activity at a position.
    pub fn encode(&self, at: [f64; 2], activity: &mut [f64]) {
        let scale = -0.5 / (self.width * self.width);
        for ((a, x), y) in activity.iter_mut().zip(&self.x).zip(&self.y) {
            let (dx, dy) = (x - at[0], y - at[1]);
            *a = scale * (dx * dx + dy * dy);
        }
        // The nearest cell has 1, so that far from all cells the sum does not vanish.
        if self.code == Code::Softmax {
            let top = activity.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            activity.iter_mut().for_each(|a| *a -= top);
        }
        exp(activity);
        if self.code == Code::Softmax {
            let sum = pointwise::sum(activity);
            activity.iter_mut().for_each(|a| *a /= sum);
        }
    }
    /// The position that activity says.
    pub fn decode(&self, activity: impl AsRef<[f64]>) -> [f64; 2] {
        let top = largest(activity.as_ref());
        let mean = |c: &[f64]| top.iter().map(|i| c[*i]).sum::<f64>() / top.len() as f64;
        [mean(&self.x), mean(&self.y)]
    }
}

/// Head-direction cells with preferred angles evenly from -pi to pi, both ends included, as in the authors' program: the first
/// and the last cell are alike.
///
/// Formula: kappa = 1 / sigma^2; activity as [`Code`] says. A direction is read from activity as the circular mean of the
/// angles of the three most active cells.
///
/// ```
/// use nullcline_core::tasks::{Code, HeadCells};
///
/// let cells = HeadCells::new(5, 0.5, Code::Peak);
/// let mut activity = [0.0; 5];
/// cells.encode(0.0, &mut activity);
/// assert!((activity[2] - 1.0).abs() < 1e-15 && (activity[3] - (-4f64).exp()).abs() < 1e-15);
/// assert!(cells.decode(&activity).abs() < 1e-15);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HeadCells {
    angles: Vec<f64>,
    cosines: Vec<f64>,
    sines: Vec<f64>,
    kappa: f64,
    /// Activity at a cell's own angle.
    peak: f64,
}

impl HeadCells {
    /// `count` cells, at least 2, of width sigma `width` (radians).
    ///
    /// # Panics
    /// If the code is none of directions.
    pub fn new(count: usize, width: f64, code: Code) -> Self {
        assert!(!code.is_of_positions(), "a code of positions");
        let angle = |i: usize| std::f64::consts::PI * (2.0 * i as f64 / (count.max(2) - 1) as f64 - 1.0);
        let angles: Vec<f64> = (0..count).map(angle).collect();
        let kappa = 1.0 / (width * width);
        let peak = match code {
            Code::Density => 1.0 / (std::f64::consts::TAU * scaled_bessel(kappa)),
            _ => 1.0,
        };
        let (sines, cosines) = angles.iter().map(|a| a.sin_cos()).unzip();
        Self { angles, cosines, sines, kappa, peak }
    }
    /// Cells.
    pub fn count(&self) -> usize {
        self.angles.len()
    }
    /// The preferred angle of a cell, in radians.
    pub fn angle(&self, cell: usize) -> f64 {
        self.angles[cell]
    }
    /// Writes the activity at a direction.
    pub fn encode(&self, at: f64, activity: &mut [f64]) {
        let (sine, cosine) = at.sin_cos();
        // The cosine of the difference, without one of each cell.
        for ((a, c), s) in activity.iter_mut().zip(&self.cosines).zip(&self.sines) {
            *a = (self.kappa * (cosine * c + sine * s - 1.0)).min(0.0);
        }
        exp(activity);
        activity.iter_mut().for_each(|a| *a *= self.peak);
    }
    /// The direction that activity says, in [-pi, pi].
    pub fn decode(&self, activity: impl AsRef<[f64]>) -> f64 {
        let top = largest(activity.as_ref());
        let sum = |of: &[f64]| top.iter().map(|i| of[*i]).sum::<f64>();
        sum(&self.sines).atan2(sum(&self.cosines))
    }
}

/// exp(-k) I0(k): the mean of exp(k (cos a - 1)) over the circle, whose sum over evenly spaced angles converges faster than any
/// power of their number.
fn scaled_bessel(kappa: f64) -> f64 {
    let points = 64 + 16 * kappa.sqrt().ceil() as usize;
    let angle = |i: usize| std::f64::consts::TAU * i as f64 / points as f64;
    (0..points).map(|i| (kappa * (angle(i).cos() - 1.0)).exp()).sum::<f64>() / points as f64
}

/// The largest three entries' indices, the first of equal ones first.
fn largest(v: &[f64]) -> Vec<usize> {
    let mut top: Vec<usize> = Vec::with_capacity(READ + 1);
    for i in 0..v.len() {
        let place = top.iter().position(|k| v[i] > v[*k]).unwrap_or(top.len());
        if place < READ {
            top.insert(place, i);
            top.truncate(READ);
        }
    }
    top
}

/// A batch of `b` sequences whose targets are the codes of where they go; `code` writes that of a sequence after so many steps.
pub(super) fn coded(
    cells: usize,
    [steps, b]: [usize; 2],
    inputs: Mat<f64>,
    code: &(impl Fn(usize, usize, &mut [f64]) + Sync),
) -> Batch {
    let codes = |first: usize, steps: usize| {
        let mut m = Mat::zeros(cells, steps * b);
        each_column(m.as_mut(), 0, &|c, a| code(c % b, first + c / b, a));
        m
    };
    Batch {
        steps,
        sequences: b,
        inputs,
        targets: Targets::Values(codes(1, steps)),
        weights: vec![1.0; steps * b],
        start: Some(codes(0, 1)),
    }
}

/// `f` writes each column of `m`, told its number; halves on two threads.
fn each_column(m: MatMut<f64>, first: usize, f: &(impl Fn(usize, &mut [f64]) + Sync)) {
    const ALONE: usize = 256;
    let columns = m.ncols();
    if columns <= ALONE {
        let mut m = m;
        return (0..columns).for_each(|k| f(first + k, col_mut(m.as_mut(), k)));
    }
    let (left, right) = m.split_at_col_mut(columns / 2);
    rayon::join(|| each_column(left, first, f), || each_column(right, first + columns / 2, f));
}

/// The mean over steps and outputs of the variance of codes over the first 400 test items, unbiased: the loss of the best outputs that
/// look at the step alone. `path` is where an item starts and where it is after each step.
pub(super) fn variance_over_items<P>(
    cells: usize,
    path: impl Fn(usize) -> Vec<P>,
    encode: impl Fn(&P, &mut [f64]),
) -> f64 {
    const ITEMS: usize = 400;
    let (mut sums, mut at) = (vec![], vec![0.0; cells]);
    for item in 0..ITEMS {
        let path = path(item);
        sums.resize((path.len() - 1) * cells, [0.0; 2]);
        for (sums, place) in sums.chunks_exact_mut(cells).zip(&path[1..]) {
            encode(place, &mut at);
            sums.iter_mut().zip(&at).for_each(|(s, a)| *s = [s[0] + a, s[1] + a * a]);
        }
    }
    let n = ITEMS as f64;
    let one = |[sum, squares]: &[f64; 2]| (squares - sum * sum / n).max(0.0) / (n - 1.0);
    sums.iter().map(one).sum::<f64>() / sums.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// scipy 1.17.1: scipy.special.i0e.
    #[test]
    fn the_bessel_function_is_scipys() {
        for (kappa, known) in [
            (0.5, 0.645_035_270_449_15),
            (3.6476, 0.217_757_836_461_956_68),
            (100.0, 0.039_944_379_299_096_68),
        ] {
            assert!((scaled_bessel(kappa) / known - 1.0).abs() < 1e-12, "{kappa}: {}", scaled_bessel(kappa));
        }
    }

    #[test]
    fn a_softmax_sums_to_one_wherever_it_is() {
        let cells = PlaceCells::new(50, 2.2, 0.2, Code::Softmax, 3);
        let mut a = vec![0.0; 50];
        for at in [[0.0, 0.0], [1.1, -1.1], [40.0, 40.0]] {
            cells.encode(at, &mut a);
            assert!((a.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{at:?}");
        }
        // A quotient of two cells is that of their Gaussians.
        cells.encode([0.2, 0.1], &mut a);
        let d2 = |i: usize| (cells.centre(i)[0] - 0.2).powi(2) + (cells.centre(i)[1] - 0.1).powi(2);
        let known = ((d2(7) - d2(3)) / 0.08).exp();
        assert!((a[3] / a[7] / known - 1.0).abs() < 1e-10);
    }

    #[test]
    fn a_density_integrates_to_one_and_the_ends_of_the_circle_are_one_cell() {
        let cells = HeadCells::new(721, PI / 6.0, Code::Density);
        let mut a = vec![0.0; 721];
        cells.encode(0.7, &mut a);
        let integral = a[1..].iter().sum::<f64>() * 2.0 * PI / 720.0;
        assert!((integral - 1.0).abs() < 1e-12, "{integral}");
        assert!((a[0] - a[720]).abs() < 1e-15);
        assert!((cells.decode(&a) - 0.7).abs() < 0.01);
        // Across the seam.
        cells.encode(PI - 0.001, &mut a);
        assert!((cells.decode(&a).abs() - PI).abs() < 0.01);
    }

    #[test]
    fn the_three_most_active_are_read() {
        assert_eq!(largest(&[0.1, 0.5, 0.5, -1.0, 0.9]), [4, 1, 2]);
        assert_eq!(largest(&[2.0]), [0]);
    }
}
