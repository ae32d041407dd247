//! The likelihood of multinomial logistic regression, and damped Newton steps up to its maximum.

use crate::linalg::cholesky::Cholesky;
use crate::linalg::{col, col_mut, gemm, norm};
use faer::{Accum, Mat, MatRef};

/// Contrasts between K classes, K x (K - 1): class c has the score sum_j Q_cj v_j.z.
///
/// Of two classes v is the weight of the second against the first; of more, Q is orthonormal (Helmert) and sum_c |w_c|^2 = sum_j |v_j|^2.
pub(super) fn contrasts(classes: usize) -> Mat<f64> {
    if classes == 2 {
        return Mat::from_fn(2, 1, |c, _| if c == 0 { -0.5 } else { 0.5 });
    }
    Mat::from_fn(classes, classes - 1, |c, j| {
        let size = ((j + 1) * (j + 2)) as f64;
        match c {
            c if c <= j => -1.0 / size.sqrt(),
            c if c == j + 1 => (j + 1) as f64 / size.sqrt(),
            _ => 0.0,
        }
    })
}

/// Mean over samples of -log p(y_t | z_t), and a penalty sum_j v_j.P v_j / 2 over their number.
pub(super) struct Likelihood<'a> {
    /// Features, k x T.
    pub z: MatRef<'a, f64>,
    /// Class of each sample.
    pub y: &'a [usize],
    /// Q, K x (K - 1).
    pub contrasts: MatRef<'a, f64>,
    /// P, k x k; none is none.
    pub penalty: Option<&'a Mat<f64>>,
}

/// What is left of the gradient's norm at the maximum.
pub(super) const GRADIENT: f64 = 1e-10;
/// Largest change of a score by the last step at the maximum.
pub(super) const STEP: f64 = 1e-6;
/// Scores apart by this are as good as sure (nats): where they are so for more than half of the samples, planes nearly part the
/// classes, and the likelihood hardly knows how far the others are from them.
const SURE: f64 = 100.0;
/// A backstop far beyond what a concave likelihood takes.
const ITERATIONS: usize = 200;

impl Likelihood<'_> {
    /// Weights in all: those of contrast j are b[j k..(j + 1) k].
    pub fn parameters(&self) -> usize {
        self.z.nrows() * self.contrasts.ncols()
    }

    /// v_j.z_t, (K - 1) x T.
    fn along(&self, b: &[f64]) -> Mat<f64> {
        let k = self.z.nrows();
        let v = Mat::from_fn(self.contrasts.ncols(), k, |j, a| b[j * k + a]);
        let mut along = Mat::zeros(v.nrows(), self.y.len());
        gemm(along.as_mut(), Accum::Replace, v.as_ref(), self.z);
        along
    }

    /// Scores of the classes, K x T.
    fn scores(&self, b: &[f64]) -> Mat<f64> {
        self.contrasts * self.along(b)
    }

    /// The score of each sample's class less the largest of the others: what is above zero is told rightly.
    fn margins(&self, scores: &Mat<f64>) -> Vec<f64> {
        let margin = |(t, y): (usize, &usize)| {
            let s = col(scores.as_ref(), t);
            let others = s.iter().enumerate().filter(|(c, _)| c != y).map(|(_, s)| *s);
            s[*y] - others.fold(f64::NEG_INFINITY, f64::max)
        };
        self.y.iter().enumerate().map(margin).collect()
    }

    /// sum_t log p(y_t) without the penalty.
    pub fn log_likelihood(&self, b: &[f64]) -> f64 {
        self.likelihood_of(&self.scores(b))
    }

    fn likelihood_of(&self, scores: &Mat<f64>) -> f64 {
        let loss = |(t, y): (usize, &usize)| {
            let s = col(scores.as_ref(), t);
            let mut most = 0;
            for c in 1..s.len() {
                if s[c] > s[most] {
                    most = c;
                }
            }
            let rest: f64 =
                s.iter().enumerate().filter(|(c, _)| *c != most).map(|(_, v)| (v - s[most]).exp()).sum();
            s[most] - s[*y] + rest.ln_1p()
        };
        -self.y.iter().enumerate().map(loss).sum::<f64>()
    }

    /// The cost of weights `b`, whose scores are known.
    fn cost(&self, b: &[f64], scores: &Mat<f64>) -> f64 {
        let penalty: f64 = self.penalised(b).iter().zip(b).map(|(p, b)| 0.5 * p * b).sum();
        (penalty - self.likelihood_of(scores)) / self.y.len() as f64
    }

    /// Probabilities of the classes, K x T.
    pub fn probabilities(&self, b: &[f64]) -> Mat<f64> {
        probabilities(self.scores(b))
    }

    /// Q^T (p_t - e_y), (K - 1) x T, of probabilities p: what each sample pulls at its scores.
    pub fn pulls(&self, mut p: Mat<f64>) -> Mat<f64> {
        for (t, y) in self.y.iter().enumerate() {
            let p = col_mut(p.as_mut(), t);
            // -(1 - p_y) as a sum keeps its digits where p_y is nearly one.
            p[*y] = -p.iter().enumerate().filter(|(c, _)| c != y).map(|(_, p)| p).sum::<f64>();
        }
        self.contrasts.transpose() * p
    }

    /// The gradient of the cost times the number of samples.
    fn gradient(&self, b: &[f64], pulls: &Mat<f64>) -> Vec<f64> {
        let k = self.z.nrows();
        let pulls = pulls.transpose().to_owned();
        let mut inner = Mat::zeros(k, pulls.ncols());
        gemm(inner.as_mut(), Accum::Replace, self.z, pulls.as_ref());
        self.penalised(b).iter().enumerate().map(|(i, p)| p + inner[(i % k, i / k)]).collect()
    }

    /// The Fisher information of all samples, of these curvatures, with the penalty's.
    pub fn information(&self, curvatures: &Mat<f64>) -> Mat<f64> {
        let (k, m) = (self.z.nrows(), self.contrasts.ncols());
        let mut h = Mat::zeros(k * m, k * m);
        add_information(&mut h, self.z, curvatures.as_ref());
        if let Some(p) = self.penalty {
            for j in 0..m {
                let mut block = h.as_mut().submatrix_mut(j * k, j * k, k, k);
                block += p;
            }
        }
        h
    }

    /// P v_j of every contrast.
    pub fn penalised(&self, b: &[f64]) -> Vec<f64> {
        let Some(p) = self.penalty else { return vec![0.0; b.len()] };
        let k = p.nrows();
        let of = |v: &[f64], i: usize| v.iter().enumerate().map(|(j, v)| p[(i, j)] * v).sum::<f64>();
        b.chunks(k).flat_map(|v| (0..k).map(move |i| of(v, i))).collect()
    }

    /// Curvatures of each sample's loss at probabilities p, as [`curvatures`] has them.
    pub fn curvatures(&self, p: &Mat<f64>) -> Mat<f64> {
        curvatures(p, self.contrasts)
    }
}

/// The softmax of each column.
fn probabilities(mut scores: Mat<f64>) -> Mat<f64> {
    for t in 0..scores.ncols() {
        let s = col_mut(scores.as_mut(), t);
        let most = s.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        s.iter_mut().for_each(|v| *v = (*v - most).exp());
        let sum: f64 = s.iter().sum();
        s.iter_mut().for_each(|v| *v /= sum);
    }
    scores
}

/// Q^T (diag p - p p^T) Q of each column p, as columns of (K - 1)^2 numbers.
pub(super) fn curvatures(p: &Mat<f64>, contrasts: MatRef<f64>) -> Mat<f64> {
    let (classes, m) = (contrasts.nrows(), contrasts.ncols());
    let mut out = Mat::zeros(m * m, p.ncols());
    let mut left = vec![0.0; classes * m];
    for t in 0..p.ncols() {
        let p = col(p.as_ref(), t);
        for j in 0..m {
            for c in 0..classes {
                // Q_cj less its mean, as a sum of differences: nothing cancels where one class is nearly sure.
                left[j * classes + c] =
                    (0..classes).map(|d| p[d] * (contrasts[(c, j)] - contrasts[(d, j)])).sum();
            }
        }
        let (out, left) = (col_mut(out.as_mut(), t), &left);
        for j in 0..m {
            for i in 0..m {
                out[j * m + i] =
                    (0..classes).map(|c| p[c] * left[i * classes + c] * left[j * classes + c]).sum();
            }
        }
    }
    out
}

/// Adds sum_t (curvature_t) kron (z_t z_t^T) to `h`.
pub(super) fn add_information(h: &mut Mat<f64>, z: MatRef<f64>, curvatures: MatRef<f64>) {
    let k = z.nrows();
    let m = h.nrows() / k.max(1);
    let transposed = z.transpose().to_owned();
    let mut scaled = Mat::zeros(k, z.ncols());
    let mut block = Mat::zeros(k, k);
    for j in 0..m {
        for i in 0..=j {
            for t in 0..z.ncols() {
                let weight = curvatures[(j * m + i, t)];
                col_mut(scaled.as_mut(), t).iter_mut().zip(col(z, t)).for_each(|(s, z)| *s = weight * z);
            }
            gemm(block.as_mut(), Accum::Replace, scaled.as_ref(), transposed.as_ref());
            for b in 0..k {
                for a in 0..k {
                    h[(i * k + a, j * k + b)] += block[(a, b)];
                    if i != j {
                        h[(j * k + b, i * k + a)] += block[(a, b)];
                    }
                }
            }
        }
    }
}

/// How the steps ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At the maximum.
    Converged,
    /// Planes tell every sample rightly: there is no maximum.
    Complete,
    /// Planes tell no sample wrongly and have some on them: there is no maximum.
    Quasi,
    /// Planes nearly do: the likelihood is so flat that its maximum means nothing, or drowns in rounding.
    Flat,
    /// Nowhere.
    Stuck,
}

/// Whether no margin is below zero by more than a share `slack` of the largest; all above it with `strict`.
fn separates(margins: &[f64], slack: f64, strict: bool) -> bool {
    let most = margins.iter().fold(0.0f64, |a, m| a.max(m.abs()));
    let least = margins.iter().fold(f64::INFINITY, |a, m| a.min(*m));
    most > 0.0 && if strict { least > slack * most } else { least >= -slack * most }
}

/// Where the likelihood is largest.
pub(super) struct Maximum {
    /// The weights.
    pub b: Vec<f64>,
    /// How the steps ended.
    pub end: End,
    /// Norm of the mean gradient left.
    pub gradient: f64,
}

/// Newton's method from `start` or zero with steps halved until the cost falls, up to a change of scores by `exact` times 1e-6;
/// it also watches for planes that separate.
pub(super) fn maximise(likelihood: &Likelihood, start: Option<&[f64]>, exact: f64) -> Maximum {
    let (samples, free) = (likelihood.y.len() as f64, likelihood.penalty.is_none());
    let mut b = start.map_or_else(|| vec![0.0; likelihood.parameters()], <[f64]>::to_vec);
    let mut scores = likelihood.scores(&b);
    let mut cost = likelihood.cost(&b, &scores);
    let mut cholesky = Cholesky::new(b.len());
    let mut inverse = Mat::zeros(b.len(), b.len());
    let mut gradient = f64::NAN;
    for _ in 0..ITERATIONS {
        let p = probabilities(scores.clone());
        let mut h = likelihood.information(&likelihood.curvatures(&p));
        let pulls = likelihood.pulls(p);
        let g: Vec<f64> = likelihood.gradient(&b, &pulls).iter().map(|g| g / samples).collect();
        gradient = norm(&g);
        if free {
            let margins = likelihood.margins(&scores);
            if separates(&margins, 1e-9, true) {
                return Maximum { b, end: End::Complete, gradient };
            }
            if 2 * margins.iter().filter(|m| m.abs() > SURE).count() > margins.len() {
                return Maximum { b, end: End::Flat, gradient };
            }
        }
        h.col_iter_mut().for_each(|c| c.iter_mut().for_each(|v| *v /= samples));
        if !cholesky.factor(h.as_ref()) {
            break;
        }
        cholesky.inverse(inverse.as_mut());
        let step: Vec<f64> = (0..b.len())
            .map(|i| -col(inverse.as_ref(), i).iter().zip(&g).map(|(v, g)| v * g).sum::<f64>())
            .collect();
        let along = likelihood.along(&step);
        let moved = likelihood.contrasts * &along;
        let most = along.norm_max();
        if gradient <= GRADIENT * exact && most <= STEP * exact {
            return Maximum { b, end: End::Converged, gradient };
        }
        // The likelihood is flat while its steps stay long: they run along a plane's normal to infinity.
        if free
            && gradient <= 10.0 * GRADIENT
            && most >= 0.1
            && separates(&likelihood.margins(&moved), 1e-6, false)
        {
            return Maximum { b, end: End::Quasi, gradient };
        }
        let slope: f64 = g.iter().zip(&step).map(|(g, s)| g * s).sum();
        let rounding = 1e-14 * cost.abs();
        let mut damping = 1.0;
        let next = loop {
            let next: Vec<f64> = b.iter().zip(&step).map(|(b, s)| b + damping * s).collect();
            let there = &scores + faer::Scale(damping) * &moved;
            let reached = likelihood.cost(&next, &there);
            if reached <= cost + 1e-4 * damping * slope + rounding {
                break Some((next, there, reached));
            }
            damping /= 2.0;
            if damping < 1e-10 {
                break None;
            }
        };
        let Some((next, there, reached)) = next else { break };
        (b, scores, cost) = (next, there, reached);
    }
    Maximum { b, end: End::Stuck, gradient }
}
