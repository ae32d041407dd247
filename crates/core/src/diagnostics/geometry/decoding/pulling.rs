//! What samples pull at the scores of several fits.

use crate::linalg::activation::sigmoid;
use crate::linalg::{col, col_mut, vectorised};
use faer::Mat;

/// Q^T (p_t - e_y) of several fits at once, and what the scores did.
pub(super) struct Pulling<'a> {
    contrasts: &'a Mat<f64>,
    /// Class of sample t in fit f at t b + f.
    labels: Vec<usize>,
    b: usize,
    /// Scores, then probabilities, of class c in fit f at c b + f; and room.
    scores: Vec<f64>,
    odds: [Vec<f64>; 2],
    most: Vec<f64>,
    sum: Vec<f64>,
    /// By how much the contrasts' values moved at most.
    pub moved: Vec<f64>,
}

impl<'a> Pulling<'a> {
    /// Room for fits to these labels, T each.
    pub fn new(contrasts: &'a Mat<f64>, fits: &[&[usize]]) -> Self {
        let (classes, b) = (contrasts.nrows(), fits.len());
        let samples = fits.first().map_or(0, |y| y.len());
        let labels = (0..samples * b).map(|i| fits[i % b][i / b]).collect();
        let each = || vec![0.0; classes * b];
        let [most, sum, moved] = [(); 3].map(|()| vec![0.0; b]);
        Self { contrasts, labels, b, scores: each(), odds: [each(), each()], most, sum, moved }
    }

    /// Fills `pulls`, (K - 1) b x T, at `along`, of the same shape, and compares it with `before`.
    pub fn pull(&mut self, along: &Mat<f64>, before: &Mat<f64>, pulls: &mut Mat<f64>) {
        self.moved.fill(0.0);
        vectorised(
            #[inline(always)]
            move || {
                for t in 0..along.ncols() {
                    let old = col(before.as_ref(), t);
                    self.sample(t, col(along.as_ref(), t), old, col_mut(pulls.as_mut(), t));
                }
            },
        );
    }

    #[inline(always)]
    fn sample(&mut self, t: usize, now: &[f64], old: &[f64], pulls: &mut [f64]) {
        for (now, old) in now.chunks(self.b).zip(old.chunks(self.b)) {
            let pairs = now.iter().zip(old);
            self.moved.iter_mut().zip(pairs).for_each(|(m, (n, o))| *m = m.max((n - o).abs()));
        }
        self.score(now);
        self.probabilities();
        let labels = &self.labels[t * self.b..(t + 1) * self.b];
        labels.iter().enumerate().for_each(|(f, y)| self.scores[y * self.b + f] -= 1.0);
        for (j, pulls) in pulls.chunks_mut(self.b).enumerate() {
            pulls.fill(0.0);
            for (p, q) in self.scores.chunks(self.b).zip(col(self.contrasts.as_ref(), j)) {
                pulls.iter_mut().zip(p).for_each(|(v, p)| *v += q * p);
            }
        }
    }

    /// Whether planes part the classes of fit `f`: no class that is not a sample's own has a score as large.
    pub fn parted(&mut self, along: &Mat<f64>, f: usize) -> bool {
        (0..along.ncols()).all(|t| {
            self.score(col(along.as_ref(), t));
            let own = self.labels[t * self.b + f];
            let score = self.scores[own * self.b + f];
            (0..self.contrasts.nrows()).all(|c| c == own || self.scores[c * self.b + f] < score)
        })
    }

    #[inline(always)]
    fn score(&mut self, along: &[f64]) {
        self.most.fill(f64::NEG_INFINITY);
        for (c, scores) in self.scores.chunks_mut(self.b).enumerate() {
            scores.fill(0.0);
            for (j, along) in along.chunks(self.b).enumerate() {
                let q = self.contrasts[(c, j)];
                scores.iter_mut().zip(along).for_each(|(s, a)| *s += q * a);
            }
            self.most.iter_mut().zip(&*scores).for_each(|(m, s)| *m = m.max(*s));
        }
    }

    /// Scores to probabilities, by exp a = s(a) / s(-a) of the logistic function s.
    #[inline(always)]
    fn probabilities(&mut self) {
        for scores in self.scores.chunks_mut(self.b) {
            scores.iter_mut().zip(&self.most).for_each(|(s, m)| *s -= m);
        }
        let [above, below] = &mut self.odds;
        sigmoid(&self.scores, above, below);
        self.scores.iter_mut().zip(above.iter().zip(&*below)).for_each(|(e, (a, b))| *e = a / b);
        self.sum.fill(0.0);
        for e in self.scores.chunks(self.b) {
            self.sum.iter_mut().zip(e).for_each(|(s, e)| *s += e);
        }
        for e in self.scores.chunks_mut(self.b) {
            e.iter_mut().zip(&self.sum).for_each(|(e, s)| *e /= s);
        }
    }
}
