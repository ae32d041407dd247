//! Graphical lasso: a sparse precision matrix from a covariance, with a certified duality gap.

mod dense;
mod error;
mod face;
mod newton;
mod screening;
mod sweep;

pub use error::Error;

use super::spectrum::symmetric_within;
use crate::linalg::cholesky::Cholesky;
use crate::linalg::mirrored;
use faer::{Mat, MatRef};
use newton::{Block, Newton};

/// How far to go.
///
/// Defaults: a duality gap of 1e-9 a variable, 200 iterations, blocks solved apart.
#[derive(Clone, Debug)]
pub struct Options {
    /// Largest duality gap per variable: that of a solution is at most `tolerance` n.
    pub tolerance: f64,
    /// Most Newton iterations of a block.
    pub iterations: usize,
    /// Whether blocks that the thresholded covariance does not connect are solved apart.
    pub screening: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { tolerance: 1e-9, iterations: 200, screening: true }
    }
}

/// The estimate at one lambda.
#[derive(Clone, Debug)]
pub struct Solution {
    /// The penalty.
    pub lambda: f64,
    /// The precision matrix Theta, n x n, with exact zeros.
    pub theta: Mat<f64>,
    /// The dual feasible W, n x n: Theta^-1 up to the gap, with W_ii = C_ii and |W - C|_ij <= lambda.
    pub sigma: Mat<f64>,
    /// -log det Theta + tr(C Theta) + lambda sum_{i != j} |Theta_ij|.
    pub objective: f64,
    /// The objective minus its lower bound log det W + n: it is at most this far from the minimum.
    pub gap: f64,
    /// Variables of each block, in order; the first variables increase.
    pub blocks: Vec<Vec<usize>>,
    /// Newton iterations of the block that took most.
    pub iterations: usize,
}

/// The precision matrix Theta that minimises -log det Theta + tr(C Theta) + lambda sum_{i != j} |Theta_ij|.
///
/// Formula: proximal Newton steps, Theta + a D with D the minimiser of tr((C - W) D) + tr(W D W D) / 2 +
/// lambda |Theta + D|_1,off, W = Theta^-1, by coordinate descent over the entries that are not zero or
/// have |C - W|_ij > lambda, conjugate gradients at fixed signs where that is slow, and a by Armijo's rule. Where a twentieth of
/// the entries or more may move, proximal gradients find the signs and Newton's steps follow with those fixed. All end when
/// the gap to the dual, max log det W + n over |W - C|_ij <= lambda and W_ii = C_ii, is at most `tolerance` n (n being
/// tr(C Theta) + lambda |Theta|_1,off at the minimum, in whatever unit). Connected components of |C_ij| > lambda are
/// solved one by one.
///
/// Shapes: `c` is n x n, symmetric to 1e-10 of its largest entry; its lower triangle counts. It may be singular if lambda > 0.
///
/// # Errors
/// See [`Error`]. With a covariance (positive semidefinite) and lambda > 0 there is a minimum; [`Error::NotConverged`] is
/// then to be met where C is singular and lambda below a hundredth of the variances, for Theta is nearly singular too.
///
/// Source: QUIC (Hsieh, Sustik, Dhillon & Ravikumar 2014, JMLR 15); the conjugate gradients, Oztoprak, Nocedal, Rennie &
/// Olsen 2012, NIPS 25; the proximal gradients, Rolfs, Rajaratnam, Guillot, Wong & Maleki 2012, NIPS 25; the blocks, Witten, Friedman & Simon 2011 and Mazumder & Hastie 2012.
///
/// ```
/// use nullcline_core::inference::gaussian::lasso::{Options, graphical_lasso};
///
/// // Of two variables W is C with the covariance brought nearer to zero by lambda.
/// let c = faer::mat![[1.0, 0.6], [0.6, 1.0]];
/// let found = graphical_lasso(c.as_ref(), 0.2, &Options::default()).unwrap();
/// assert!((found.theta[(0, 1)] + 0.4 / (1.0 - 0.16)).abs() < 1e-6);
/// // From |C_12| on they do not interact, exactly.
/// let apart = graphical_lasso(c.as_ref(), 0.6, &Options::default()).unwrap();
/// assert_eq!((apart.theta[(0, 1)], apart.blocks.len()), (0.0, 2));
/// ```
pub fn graphical_lasso(c: MatRef<f64>, lambda: f64, options: &Options) -> Result<Solution, Error> {
    Ok(path(c, &[lambda], options)?.remove(0))
}

/// [`graphical_lasso`] at every lambda, largest first, each from the estimate before it.
///
/// # Errors
/// As there, and lambdas that grow.
///
/// ```
/// use nullcline_core::inference::gaussian::lasso::{Options, path};
///
/// let c = faer::mat![[1.0, 0.5, 0.1], [0.5, 1.0, 0.3], [0.1, 0.3, 1.0]];
/// let all = path(c.as_ref(), &[0.5, 0.2, 0.05], &Options::default()).unwrap();
/// let pairs: Vec<usize> =
///     all.iter().map(|s| (0..3).map(|i| (0..i).filter(|j| s.theta[(i, *j)] != 0.0).count()).sum()).collect();
/// assert!(pairs[0] == 0 && pairs[0] < pairs[1] && pairs[1] <= pairs[2]);
/// assert!(all.iter().all(|s| s.gap <= 3.0 * Options::default().tolerance));
/// ```
pub fn path(c: MatRef<f64>, lambdas: &[f64], options: &Options) -> Result<Vec<Solution>, Error> {
    let (c, unit) = checked(c)?;
    for (i, lambda) in lambdas.iter().enumerate() {
        if !(*lambda >= 0.0 && lambda.is_finite()) {
            return Err(Error::Lambda(*lambda));
        }
        if i > 0 && *lambda > lambdas[i - 1] {
            return Err(Error::Order(i));
        }
    }
    let mut solutions: Vec<Solution> = Vec::with_capacity(lambdas.len());
    for lambda in lambdas {
        let start = solutions.last().map(|s| s.theta.as_ref());
        let next = one(c.as_ref(), *lambda / unit, start, options)?;
        solutions.push(next);
    }
    for (solution, lambda) in solutions.iter_mut().zip(lambdas) {
        solution.lambda = *lambda;
        solution.objective += c.nrows() as f64 * unit.ln();
        solution.theta *= faer::Scale(unit.recip());
        solution.sigma *= faer::Scale(unit);
    }
    Ok(solutions)
}

/// The covariance with both triangles equal, over a power of two that makes its largest entry about 1, and that power.
fn checked(c: MatRef<f64>) -> Result<(Mat<f64>, f64), Error> {
    let largest = symmetric_within(c, 1e-10)?;
    for index in 0..c.nrows() {
        let variance = c[(index, index)];
        if variance.min(variance / largest) < f64::MIN_POSITIVE {
            return Err(Error::Variance { index, variance });
        }
    }
    let unit = largest.log2().floor().exp2();
    Ok((mirrored(c) * faer::Scale(unit.recip()), unit))
}

fn one(
    c: MatRef<f64>,
    lambda: f64,
    start: Option<MatRef<f64>>,
    options: &Options,
) -> Result<Solution, Error> {
    let n = c.nrows();
    let blocks = if options.screening { screening::blocks(c, lambda) } else { vec![(0..n).collect()] };
    let (mut theta, mut sigma) = (Mat::zeros(n, n), Mat::zeros(n, n));
    let (mut objective, mut gap, mut iterations) = (0.0, 0.0, 0);
    for block in &blocks {
        let tolerance = options.tolerance * block.len() as f64;
        let part = |m: MatRef<f64>| Mat::from_fn(block.len(), block.len(), |i, j| m[(block[i], block[j])]);
        let solved = if let [i] = block[..] {
            let c = c[(i, i)];
            let one = |v: f64| Mat::from_fn(1, 1, |_, _| v);
            Block { theta: one(c.recip()), sigma: one(c), objective: 1.0 + c.ln(), gap: 0.0, iterations: 0 }
        } else if lambda == 0.0 {
            unpenalised(part(c)).filter(|b| b.gap <= tolerance).ok_or(Error::Singular)?
        } else {
            if let Some((row, column)) = screening::impossible(c, lambda, block) {
                return Err(Error::Unbounded { row, column });
            }
            let c = part(c);
            let solved =
                Newton::new(c.as_ref(), lambda).solve(start.map(part), tolerance, options.iterations);
            if !(solved.gap <= tolerance) {
                let (gap, iterations) = (solved.gap, solved.iterations);
                return Err(Error::NotConverged { gap, tolerance, iterations });
            }
            solved
        };
        for (j, &column) in block.iter().enumerate() {
            for (i, &row) in block.iter().enumerate() {
                theta[(row, column)] = solved.theta[(i, j)];
                sigma[(row, column)] = solved.sigma[(i, j)];
            }
        }
        objective += solved.objective;
        gap += solved.gap;
        iterations = iterations.max(solved.iterations);
    }
    Ok(Solution { lambda, theta, sigma, objective, gap, blocks, iterations })
}

/// Theta = C^-1; none if C is singular to rounding.
fn unpenalised(c: Mat<f64>) -> Option<Block> {
    let n = c.nrows();
    let mut cholesky = Cholesky::new(n);
    let mut theta = Mat::zeros(n, n);
    if !cholesky.factor(c.as_ref()) {
        return None;
    }
    cholesky.inverse(theta.as_mut());
    let condition = (0..n).map(|i| c[(i, i)] * theta[(i, i)]).fold(0.0, f64::max);
    if !(condition * n as f64 * f64::EPSILON < 1e-3) {
        return None;
    }
    let dual = cholesky.log_det() + n as f64;
    if !cholesky.factor(theta.as_ref()) {
        return None;
    }
    let trace: f64 = (0..n).map(|j| (0..n).map(|i| c[(i, j)] * theta[(i, j)]).sum::<f64>()).sum();
    let objective = trace - cholesky.log_det();
    Some(Block { theta, sigma: c, objective, gap: (objective - dual).max(0.0), iterations: 0 })
}
