//! Losses with their gradients: mean square, and cross entropy in nats.

use crate::linalg::{Real, col_mut};
use crate::tasks::{Objective, Targets};
use faer::MatMut;

/// What a pass over a batch has measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Weighted mean loss over the counted columns; 0 where nothing is counted.
    pub loss: f64,
    /// Under cross entropy, the weighted share of counted columns whose largest output is the most
    /// probable class.
    pub accuracy: Option<f64>,
    /// Sum of the weights, by which the results of several batches are to be averaged.
    pub counted: f64,
}

/// Sums over columns, before they are divided by the sum of the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Weighted losses.
    pub loss: f64,
    /// Weights of the columns whose class is right.
    pub right: f64,
}

impl Sums {
    /// The mean over columns of total weight `counted`.
    pub fn measured(self, objective: Objective, counted: f64) -> Measured {
        let mean = |v: f64| if counted > 0.0 { v / counted } else { 0.0 };
        let accuracy = (objective == Objective::CrossEntropy).then(|| mean(self.right));
        Measured { loss: mean(self.loss), accuracy, counted }
    }
}

impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.loss += other.loss;
        self.right += other.right;
    }
}

/// Compares outputs with targets and replaces each column of `y` by the gradient of the mean loss.
///
/// Shapes: `y` is o x c; `source(k)` is the column of the batch that column k of `y` belongs to, which
/// indexes `targets` and `weights`. `counted` is the sum of the weights of the whole batch.
///
/// With p the target's probabilities and q = softmax(y): loss -sum p log q, gradient q sum p - p.
/// The mean square of o outputs: sum (y - y*)^2 / o, gradient 2 (y - y*) / o.
///
/// # Panics
/// If a class is not below o, or classes are given for the mean square.
///
/// ```
/// use nullcline_core::tasks::{Objective, Targets};
/// use nullcline_core::training::loss::compare;
///
/// // Two classes of equal score cost log 2, and each pulls by a half.
/// let mut y = faer::mat![[0.0], [0.0]];
/// let targets = Targets::Classes(vec![1]);
/// let sums = compare(Objective::CrossEntropy, y.as_mut(), &targets, &[1.0], 1.0, |k| k);
/// assert!((sums.loss - 2f64.ln()).abs() < 1e-15);
/// assert_eq!(y, faer::mat![[0.5], [-0.5]]);
/// ```
pub fn compare<T: Real>(
    objective: Objective,
    mut y: MatMut<T>,
    targets: &Targets,
    weights: &[f64],
    counted: f64,
    source: impl Fn(usize) -> usize,
) -> Sums {
    let mut sums = Sums::default();
    for k in 0..y.ncols() {
        let (s, y) = (source(k), col_mut(y.as_mut(), k));
        let weight = weights[s];
        if weight == 0.0 {
            y.fill(T::ZERO);
            continue;
        }
        let share = weight / counted;
        match (objective, targets) {
            (Objective::MeanSquare, Targets::Values(v)) => {
                sums.loss += weight * mean_square(y, crate::linalg::col(v.as_ref(), s), share);
            }
            (Objective::CrossEntropy, Targets::Values(v)) => {
                let p = crate::linalg::col(v.as_ref(), s);
                let best = largest(p.iter().copied());
                let (loss, right) = cross_entropy(y, |c| p[c], best, share);
                sums.loss += weight * loss;
                sums.right += if right { weight } else { 0.0 };
            }
            (Objective::CrossEntropy, Targets::Classes(classes)) => {
                let class = classes[s] as usize;
                assert!(class < y.len(), "class {class} of {} outputs", y.len());
                let p = |c| if c == class { 1.0 } else { 0.0 };
                let (loss, right) = cross_entropy(y, p, class, share);
                sums.loss += weight * loss;
                sums.right += if right { weight } else { 0.0 };
            }
            (Objective::MeanSquare, Targets::Classes(_)) => panic!("the mean square wants values"),
        }
    }
    sums
}

/// Index of the first largest entry, ignoring those that are not numbers.
fn largest(v: impl Iterator<Item = f64>) -> usize {
    let first = (0, f64::NEG_INFINITY);
    v.enumerate().fold(first, |best, (i, v)| if v > best.1 { (i, v) } else { best }).0
}

fn mean_square<T: Real>(y: &mut [T], target: &[f64], share: f64) -> f64 {
    let scale = 1.0 / y.len() as f64;
    let mut sum = 0.0;
    for (y, t) in y.iter_mut().zip(target) {
        let error = y.to_f64() - t;
        sum += error * error;
        *y = T::of(2.0 * scale * share * error);
    }
    sum * scale
}

/// Loss, and whether the largest output is `best`.
fn cross_entropy<T: Real>(y: &mut [T], p: impl Fn(usize) -> f64, best: usize, share: f64) -> (f64, bool) {
    let top = largest(y.iter().map(|v| v.to_f64()));
    let shift = y[top].to_f64();
    let partition: f64 = y.iter().map(|v| (v.to_f64() - shift).exp()).sum();
    let (log, mass) = (partition.ln(), (0..y.len()).map(&p).sum::<f64>());
    let mut loss = 0.0;
    for (c, y) in y.iter_mut().enumerate() {
        let (p, a) = (p(c), y.to_f64() - shift);
        // No weight, no term: 0 times an infinite logarithm is 0 here.
        loss += if p == 0.0 { 0.0 } else { p * (log - a) };
        *y = T::of(share * (mass * a.exp() / partition - p));
    }
    (if partition.is_nan() { f64::NAN } else { loss }, top == best && !partition.is_nan())
}
