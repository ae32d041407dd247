//! Fits to labels dealt anew, many at a time.

use super::Error;
use super::accuracy::Fold;
use super::features::{Features, largest};
use super::newton::{GRADIENT, STEP, contrasts, curvatures};
use super::pulling::Pulling;
use crate::linalg::cholesky::Cholesky;
use crate::linalg::{col, gemm};
use faer::{Accum, Mat};

/// Rows of weights that are fitted together.
const ROWS: usize = 32;
/// Exactness of a fit, over that of one whose weights are told: a class is decided, not a weight.
pub(super) const EXACT: f64 = 1e4;
/// Steps after which Newton's method takes over.
const MOST: usize = 60;

/// A training part on which labels that know nothing of the features are fitted.
///
/// Where labels are dealt the scores of the best fit hardly leave those of the classes' shares, and the information does not change
/// much from there: it is C kron Z Z^T, C = Q^T (diag p - p p^T) Q of the shares p, which is inverted once. Steps with it cost two
/// products of features and weights and not an information of all parameters. They end by the same gradient and the same change of
/// scores as Newton's method, which does what they cannot: classes that are parted or absent, and penalties.
pub(super) struct Chords<'a> {
    features: &'a Features,
    fold: &'a Fold,
    contrasts: Mat<f64>,
    /// (Z Z^T / T)^-1, none where chords cannot do.
    inverse: Option<Mat<f64>>,
    /// Z^T of training samples, and Z of tested ones.
    transposed: Mat<f64>,
    tested: Mat<f64>,
}

/// One fit on its way.
#[derive(Clone)]
struct Fit {
    labels: Vec<usize>,
    /// C^-1.
    inverse: Mat<f64>,
    /// Size of the gradient at the last step.
    gradient: f64,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Going,
    Converged,
    /// Left to Newton's method.
    Left,
}

impl<'a> Chords<'a> {
    pub fn of(features: &'a Features, fold: &'a Fold, classes: usize) -> Self {
        let (k, samples) = (fold.z.nrows(), fold.z.ncols());
        let transposed = fold.z.transpose().to_owned();
        let inverse = (!features.penalised() && samples > k).then(|| {
            let mut gram = Mat::zeros(k, k);
            gemm(gram.as_mut(), Accum::Replace, fold.z.as_ref(), transposed.as_ref());
            gram.col_iter_mut().for_each(|c| c.iter_mut().for_each(|v| *v /= samples as f64));
            inverse_of(&gram)
        });
        Self {
            features,
            fold,
            contrasts: contrasts(classes),
            inverse: inverse.flatten(),
            transposed,
            tested: features.on(&fold.test),
        }
    }

    /// Fits that are made together.
    pub fn together(&self) -> usize {
        (ROWS / self.contrasts.ncols()).max(1)
    }

    /// How many of fits to `labels` are left to Newton's method.
    pub fn left(&self, labels: &[Vec<usize>]) -> usize {
        self.fitted(labels).0.iter().filter(|fit| fit.state == State::Left).count()
    }

    /// Fits to each of `labels`; row j b + f of the weights is contrast j of fit f.
    fn fitted(&self, labels: &[Vec<usize>]) -> (Vec<Fit>, Mat<f64>) {
        let (m, b) = (self.contrasts.ncols(), labels.len());
        let mut weights = Mat::zeros(m * b, self.fold.z.nrows());
        let mut fits: Vec<Fit> = labels.iter().map(|y| self.start(y)).collect();
        for (f, fit) in fits.iter().enumerate() {
            if fit.state == State::Going {
                self.place(fit, f, b, &mut weights);
            }
        }
        if let Some(inverse) = &self.inverse {
            self.steps(&mut fits, &mut weights, inverse);
        }
        (fits, weights)
    }

    /// The share of tested samples told rightly after a fit to each of `labels` (T, of all samples).
    pub fn shares(&self, labels: &[Vec<usize>]) -> Result<Vec<f64>, Error> {
        let b = labels.len();
        let (fits, weights) = self.fitted(labels);
        let mut along = Mat::zeros(weights.nrows(), self.tested.ncols());
        gemm(along.as_mut(), Accum::Replace, weights.as_ref(), self.tested.as_ref());
        let share = |(f, y): (usize, &Vec<usize>)| {
            let right = if fits[f].state == State::Converged {
                let told = |t: usize| largest(self.contrasts.as_ref(), |j| along[(j * b + f, t)]);
                self.fold.test.iter().enumerate().filter(|(j, t)| told(*j) == y[**t]).count()
            } else {
                let rule = self.features.rule(self.fold.z.as_ref(), &fits[f].labels, None, EXACT)?;
                let told = self.features.classes(&rule, &self.fold.test);
                self.fold.test.iter().zip(told).filter(|(t, c)| y[**t] == *c).count()
            };
            Ok(right as f64 / self.fold.test.len() as f64)
        };
        labels.iter().enumerate().map(share).collect()
    }

    fn start(&self, y: &[usize]) -> Fit {
        let labels: Vec<usize> = self.fold.train.iter().map(|t| y[*t]).collect();
        let shares = self.class_shares(&labels);
        let absent = shares.iter().any(|p| *p <= 0.0);
        let p = Mat::from_fn(shares.len(), 1, |c, _| shares[c]);
        let m = self.contrasts.ncols();
        let curved = curvatures(&p, self.contrasts.as_ref());
        let inverse = inverse_of(&Mat::from_fn(m, m, |i, j| curved[(j * m + i, 0)]));
        let state =
            if absent || self.inverse.is_none() || inverse.is_none() { State::Left } else { State::Going };
        Fit { labels, inverse: inverse.unwrap_or_else(|| Mat::zeros(0, 0)), gradient: f64::INFINITY, state }
    }

    /// Shares of the classes where a constant may give them, else equal ones; zero for one that is absent.
    fn class_shares(&self, labels: &[usize]) -> Vec<f64> {
        let classes = self.contrasts.nrows();
        let mut count = vec![0.0; classes];
        labels.iter().for_each(|c| count[*c] += 1.0);
        let one = |n: &f64| match self.features.intercept {
            true => n / labels.len() as f64,
            false => f64::from(u8::from(*n > 0.0)) / classes as f64,
        };
        count.iter().map(one).collect()
    }

    /// The constant that gives the classes' shares: Q v = log p but for a constant.
    fn place(&self, fit: &Fit, f: usize, b: usize, weights: &mut Mat<f64>) {
        if !self.features.intercept {
            return;
        }
        let (m, last) = (self.contrasts.ncols(), weights.ncols() - 1);
        let shares = self.class_shares(&fit.labels);
        for j in 0..m {
            let q = col(self.contrasts.as_ref(), j);
            let along: f64 = q.iter().zip(&shares).map(|(q, p)| q * p.ln()).sum();
            weights[(j * b + f, last)] = along / q.iter().map(|q| q * q).sum::<f64>();
        }
    }

    fn steps(&self, fits: &mut [Fit], weights: &mut Mat<f64>, inverse: &Mat<f64>) {
        let (rows, k, b) = (weights.nrows(), weights.ncols(), fits.len());
        let (m, samples) = (self.contrasts.ncols(), self.fold.z.ncols());
        let (mut along, mut before) = (Mat::zeros(rows, samples), Mat::zeros(rows, samples));
        let (mut pulls, mut gradient) = (Mat::zeros(rows, samples), Mat::zeros(rows, k));
        let classes: Vec<&[usize]> = fits.iter().map(|f| &f.labels[..]).collect();
        let (mut step, mut room) = (Mat::zeros(rows, k), Pulling::new(&self.contrasts, &classes));
        for iteration in 0..MOST {
            std::mem::swap(&mut along, &mut before);
            gemm(along.as_mut(), Accum::Replace, weights.as_ref(), self.fold.z.as_ref());
            room.pull(&along, &before, &mut pulls);
            gemm(gradient.as_mut(), Accum::Replace, pulls.as_ref(), self.transposed.as_ref());
            gemm(step.as_mut(), Accum::Replace, gradient.as_ref(), inverse.as_ref());
            let size = norms(&gradient, b);
            for (f, fit) in fits.iter_mut().enumerate().filter(|(_, fit)| fit.state == State::Going) {
                let size = size[f] / samples as f64;
                let still = iteration > 0 && room.moved[f] <= STEP * EXACT;
                if still && size <= GRADIENT * EXACT {
                    // Planes that part the classes have no best weights.
                    fit.state = if room.parted(&along, f) { State::Left } else { State::Converged };
                    continue;
                }
                if !(size < fit.gradient) {
                    fit.state = State::Left;
                    continue;
                }
                fit.gradient = size;
                for a in 0..k {
                    for i in 0..m {
                        let turned: f64 = (0..m).map(|j| fit.inverse[(i, j)] * step[(j * b + f, a)]).sum();
                        weights[(i * b + f, a)] -= turned / samples as f64;
                    }
                }
            }
            if fits.iter().all(|fit| fit.state != State::Going) {
                return;
            }
        }
        fits.iter_mut().filter(|f| f.state == State::Going).for_each(|f| f.state = State::Left);
    }
}

/// |gradient| of each of `b` fits, of the sum over samples.
fn norms(gradient: &Mat<f64>, b: usize) -> Vec<f64> {
    let mut square = vec![0.0; b];
    for a in 0..gradient.ncols() {
        for block in col(gradient.as_ref(), a).chunks(b) {
            square.iter_mut().zip(block).for_each(|(s, g)| *s += g * g);
        }
    }
    square.into_iter().map(f64::sqrt).collect()
}

fn inverse_of(a: &Mat<f64>) -> Option<Mat<f64>> {
    let mut cholesky = Cholesky::new(a.nrows());
    let mut inverse = Mat::zeros(a.nrows(), a.nrows());
    cholesky.factor(a.as_ref()).then(|| cholesky.inverse(inverse.as_mut()))?;
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal, stream, uniform};

    /// Shares by Newton's method alone.
    fn newton(features: &Features, fold: &Fold, labels: &[Vec<usize>]) -> Vec<f64> {
        let one = |y: &Vec<usize>| {
            let trained: Vec<usize> = fold.train.iter().map(|t| y[*t]).collect();
            let rule = features.rule(fold.z.as_ref(), &trained, None, 1.0).unwrap();
            let told = features.classes(&rule, &fold.test);
            let right = fold.test.iter().zip(told).filter(|(t, c)| y[**t] == *c).count();
            right as f64 / fold.test.len() as f64
        };
        labels.iter().map(one).collect()
    }

    #[test]
    fn chords_end_where_newtons_method_does() {
        let mut rng = stream(31, Use::Fixture, 0);
        // Few samples for the units, and many; even classes and rare ones.
        for (units, samples, classes, rare) in
            [(3, 60, 2, 0.5), (20, 150, 2, 0.1), (8, 200, 4, 0.2), (12, 40, 3, 0.3)]
        {
            let x = Mat::from_fn(units, samples, |_, _| normal(&mut rng) + 1.0);
            let label = |rng: &mut _| match uniform(rng, 0.0, 1.0) {
                u if u < rare => 0,
                u => 1 + ((u - rare) / (1.0 - rare) * (classes - 1) as f64) as usize,
            };
            let labels: Vec<Vec<usize>> =
                (0..40).map(|_| (0..samples).map(|_| label(&mut rng).min(classes - 1)).collect()).collect();
            for intercept in [true, false] {
                let features = Features::of(x.as_ref(), intercept, 0.0).unwrap();
                let train: Vec<usize> = (0..samples).filter(|t| t % 5 > 0).collect();
                let test = (0..samples).filter(|t| t % 5 == 0).collect();
                let fold = Fold { z: features.on(&train), train, test };
                let chords = Chords::of(&features, &fold, classes);
                let found = chords.shares(&labels).unwrap();
                let exact = newton(&features, &fold, &labels);
                // A sample within a thousandth of a plane may fall on its other side.
                let apart = found.iter().zip(&exact).filter(|(a, b)| (*a - *b).abs() > 1e-12).count();
                assert!(apart <= 1, "{units} {samples} {classes} {intercept}: {apart} of 40");
            }
        }
    }
}
