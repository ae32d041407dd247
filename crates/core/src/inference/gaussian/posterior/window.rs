//! log Z under changes of a few rows and columns, without a factorisation of the whole.

use super::super::ensemble::multiplier;
use super::super::spectrum::Error;
use crate::linalg::col;
use crate::linalg::eigen::symmetric;
use faer::MatRef;

/// Evaluations for one log Z at most.
const MOST_STEPS: usize = 100;

/// Distance of mu from the eigenvalues of J_0, times n, below which the update loses digits; it is 1 at least at mu(J_0).
const CLOSEST: f64 = 0.1;

/// log Z(J_0 + F S F^T), F the unit vectors of r chosen indices, S symmetric r x r.
///
/// Formula: with the eigenvalues l_k and eigenvectors V of J_0 and G(mu) = F^T (mu - J_0)^-1 F = L L^T,
/// log det(mu - J) = sum log(mu - l_k) + log det B, B = 1 - L^T S L, and tr (mu - J)^-1 = sum 1/(mu - l_k) + tr S H +
/// tr B^-1 L^T S H S L, H = -dG/dmu: the rank-r update of determinant and trace, in O(n r^2) for each mu. B is positive
/// definite where mu - J is. mu is re-solved by the secant method for the harmonic mean of the spectrum inside
/// mu_last +- |change|.
pub(super) struct Window {
    /// The chosen indices, all different.
    pub indices: Vec<usize>,
    values: Vec<f64>,
    /// V_ak V_bk for b <= a, for each k.
    products: Vec<f64>,
    /// S as accepted, and as proposed.
    accepted: Vec<f64>,
    proposed: Vec<f64>,
    now: Root,
    next: Root,
    scratch: Scratch,
    /// Evaluations of determinant and trace so far.
    pub evaluations: u64,
}

#[derive(Clone, Copy, Default)]
struct Root {
    mu: f64,
    log_z: f64,
    /// d/dmu of the spectrum's harmonic mean.
    slope: f64,
}

#[derive(Default)]
struct Scratch {
    g: Vec<f64>,
    h: Vec<f64>,
    /// L, and S L.
    l: Vec<f64>,
    sl: Vec<f64>,
    /// B, then its factor.
    b: Vec<f64>,
    x: Vec<f64>,
}

impl Window {
    /// A window of `r` indices in n variables, to be opened.
    pub fn new(n: usize, r: usize) -> Self {
        let square = || vec![0.0; r * r];
        let pairs = || vec![0.0; r * (r + 1) / 2];
        Self {
            indices: (0..r).collect(),
            values: vec![0.0; n],
            products: vec![0.0; n * r * (r + 1) / 2],
            accepted: square(),
            proposed: square(),
            now: Root::default(),
            next: Root::default(),
            scratch: Scratch {
                g: pairs(),
                h: pairs(),
                l: square(),
                sl: square(),
                b: square(),
                x: vec![0.0; r],
            },
            evaluations: 0,
        }
    }

    /// Starts over at J_0 = `j` with the indices as they are; one eigendecomposition.
    pub fn open(&mut self, j: MatRef<f64>) -> Result<(), Error> {
        let (values, vectors) = symmetric(j).ok_or(Error::Eigen)?;
        self.values = values;
        let mut product = self.products.iter_mut();
        for k in 0..self.values.len() {
            let v = col(vectors.as_ref(), k);
            for (a, i) in self.indices.iter().enumerate() {
                for j in &self.indices[..=a] {
                    *product.next().expect("a product for each pair") = v[*i] * v[*j];
                }
            }
        }
        self.accepted.fill(0.0);
        self.proposed.fill(0.0);
        let n = self.values.len() as f64;
        let (mu, gap) = multiplier(&self.values);
        let top = self.values[self.values.len() - 1];
        let (mut logs, mut squares) = (0.0, 0.0);
        for v in &self.values {
            let d = gap + (top - v);
            logs += d.ln();
            squares += d.powi(-2);
        }
        self.now = Root { mu, log_z: 0.5 * (n * mu - logs), slope: squares / n };
        Ok(())
    }

    /// log Z as accepted so far.
    pub fn log_z(&self) -> f64 {
        self.now.log_z
    }

    /// Adds `change` to the entry of the `a`-th and `b`-th index, and its mirror image, in the proposal.
    pub fn change(&mut self, a: usize, b: usize, change: f64) {
        let r = self.indices.len();
        self.proposed[a * r + b] += change;
        if a != b {
            self.proposed[b * r + a] += change;
        }
    }

    /// log Z of the proposal; none where mu gets close to an eigenvalue of J_0, after large changes.
    pub fn propose(&mut self) -> Option<f64> {
        let n = self.values.len() as f64;
        let changes = self.proposed.iter().zip(&self.accepted).map(|(p, a)| (p - a).powi(2));
        let radius = changes.sum::<f64>().sqrt();
        if !radius.is_finite() {
            return None;
        }
        let Root { mut mu, mut slope, .. } = self.now;
        let reach = radius * (1.0 + 1e-12) + 1e-12 * mu.abs().max(1.0);
        let (mut low, mut high) = (mu - reach, mu + reach);
        let mut last: Option<(f64, f64)> = None;
        for _ in 0..MOST_STEPS {
            if mu - self.values[self.values.len() - 1] < CLOSEST / n {
                return None;
            }
            let Some((log_det, trace)) = self.at(mu) else {
                low = mu;
                mu = 0.5 * (low + high);
                continue;
            };
            match trace > n {
                true => low = mu,
                false => high = mu,
            }
            let residual = n / trace - 1.0;
            if let Some((mu_last, residual_last)) = last {
                let secant = (residual - residual_last) / (mu - mu_last);
                if secant.is_finite() {
                    // n tr W^2/(tr W)^2 lies between these.
                    slope = secant.clamp(1.0, n);
                }
            }
            let step = residual / slope;
            if step.abs() <= 1e-7 {
                // log Z at its minimum over mu: a parabola from here, exact to the third order of the step.
                let curvature = slope * trace * trace / n;
                let log_z = 0.5 * (n * mu - log_det) - 0.25 * curvature * step * step;
                self.next = Root { mu: mu - step, log_z, slope };
                return Some(log_z);
            }
            last = Some((mu, residual));
            mu -= step;
            if !(mu > low && mu < high) {
                mu = 0.5 * (low + high);
            }
        }
        None
    }

    /// Takes the proposal.
    pub fn accept(&mut self) {
        self.accepted.copy_from_slice(&self.proposed);
        self.now = self.next;
    }

    /// Forgets it.
    pub fn reject(&mut self) {
        self.proposed.copy_from_slice(&self.accepted);
    }

    /// log det(mu - J) and tr (mu - J)^-1 of the proposal; none where mu - J is not positive definite.
    fn at(&mut self, mu: f64) -> Option<(f64, f64)> {
        self.evaluations += 1;
        let Scratch { g, h, l, sl, b, x } = &mut self.scratch;
        let r = self.indices.len();
        let (mut log_det, mut trace) = (Logs::default(), 0.0);
        g.fill(0.0);
        h.fill(0.0);
        for (v, products) in self.values.iter().zip(self.products.chunks_exact(g.len())) {
            let gap = mu - v;
            let w = gap.recip();
            log_det.push(gap);
            trace += w;
            let square = w * w;
            for ((g, h), p) in g.iter_mut().zip(h.iter_mut()).zip(products) {
                *g += w * p;
                *h += square * p;
            }
        }
        let s = &self.proposed;
        let packed = |a: usize, b: usize| if a >= b { a * (a + 1) / 2 + b } else { b * (b + 1) / 2 + a };
        if !factor(r, l, |a, b| g[packed(a, b)]) {
            return None;
        }
        for a in 0..r {
            for k in 0..r {
                sl[a * r + k] = (k..r).map(|c| s[a * r + c] * l[c * r + k]).sum();
            }
        }
        let entry = |a: usize, k: usize| {
            let product: f64 = (a..r).map(|c| l[c * r + a] * sl[c * r + k]).sum();
            f64::from(u8::from(a == k)) - product
        };
        if !factor(r, b, entry) {
            return None;
        }
        for a in 0..r {
            log_det.push(b[a * r + a]);
            log_det.push(b[a * r + a]);
        }
        for a in 0..r {
            trace += (0..r).map(|c| s[a * r + c] * h[packed(c, a)]).sum::<f64>();
        }
        // tr B^-1 (S L)^T H (S L): columns y of (S L) B_L^-T, each y^T H y.
        for k in 0..r {
            // b_k of B_L^-T: y = S L z, B_L^T z = e_k.
            x.fill(0.0);
            for i in (0..=k).rev() {
                let above: f64 = (i + 1..=k).map(|c| b[c * r + i] * x[c]).sum();
                x[i] = (f64::from(u8::from(i == k)) - above) / b[i * r + i];
            }
            let y = |a: usize| -> f64 { (0..=k).map(|c| sl[a * r + c] * x[c]).sum() };
            for a in 0..r {
                l[a] = y(a);
            }
            for a in 0..r {
                let row: f64 = (0..a).map(|c| h[packed(a, c)] * l[c]).sum();
                trace += l[a] * (2.0 * row + h[packed(a, a)] * l[a]);
            }
        }
        Some((log_det.sum(), trace))
    }
}

/// Lower Cholesky factor of the symmetric matrix of those entries, by rows; false where it is not positive definite.
fn factor(r: usize, l: &mut [f64], entry: impl Fn(usize, usize) -> f64) -> bool {
    for a in 0..r {
        for b in 0..=a {
            let dot: f64 = (0..b).map(|k| l[a * r + k] * l[b * r + k]).sum();
            let left = entry(a, b) - dot;
            if a == b {
                if !(left > 0.0 && left.is_finite()) {
                    return false;
                }
                l[a * r + a] = left.sqrt();
            } else {
                l[a * r + b] = left / l[b * r + b];
            }
        }
    }
    true
}

/// A sum of logarithms, by products that stay in range.
struct Logs {
    product: f64,
    sum: f64,
}

impl Default for Logs {
    fn default() -> Self {
        Self { product: 1.0, sum: 0.0 }
    }
}

impl Logs {
    fn push(&mut self, factor: f64) {
        self.product *= factor;
        if !(1e-150..1e150).contains(&self.product) {
            self.sum += self.product.ln();
            self.product = 1.0;
        }
    }

    fn sum(&self) -> f64 {
        self.sum + self.product.ln()
    }
}
