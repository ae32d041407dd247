//! Second and third derivatives of F along given directions, as differences of Jacobian products.

use super::equation::Equation;
use crate::linalg::col;
use faer::{Mat, c64};

/// Weights of the central differences of order six, first and second derivative, at 1, 2 and 3 steps.
///
/// Source: Fornberg, Math. Comput. 51 (1988) 699, table 1.
const FIRST: [f64; 3] = [3.0 / 4.0, -3.0 / 20.0, 1.0 / 60.0];
const SECOND: [f64; 3] = [3.0 / 2.0, -3.0 / 20.0, 1.0 / 90.0];
const CENTRE: f64 = -49.0 / 18.0;

/// Derivatives of F at one point, by differences of step `h`.
pub struct Differences<'a> {
    equation: Equation<'a>,
    z: Vec<f64>,
    /// The step along a direction of norm 1.
    pub h: f64,
}

/// Real and imaginary part of a complex vector.
pub fn parts(v: &[c64]) -> (Vec<f64>, Vec<f64>) {
    (v.iter().map(|v| v.re).collect(), v.iter().map(|v| v.im).collect())
}

/// a + i b.
pub fn complex(a: &[f64], b: &[f64]) -> Vec<c64> {
    a.iter().zip(b).map(|(a, b)| c64::new(*a, *b)).collect()
}

fn add(out: &mut [f64], a: f64, v: &[f64]) {
    out.iter_mut().zip(v).for_each(|(o, v)| *o += a * v);
}

/// m v.
pub fn product(m: &Mat<f64>, v: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; m.nrows()];
    for (c, v) in v.iter().enumerate().take(m.ncols()) {
        y.iter_mut().zip(col(m.as_ref(), c)).for_each(|(y, m)| *y += m * v);
    }
    y
}

impl<'a> Differences<'a> {
    /// Differences at z = (x, p).
    pub fn new(equation: Equation<'a>, z: &[f64], h: f64) -> Self {
        Self { equation, z: z.to_vec(), h }
    }

    /// [F_x F_p] (n x (n + 1)) at z + s u.
    fn moved(&self, s: f64, u: &[f64]) -> Mat<f64> {
        let n = self.equation.dim();
        let at: Vec<f64> = self.z.iter().enumerate().map(|(i, z)| z + s * u.get(i).unwrap_or(&0.0)).collect();
        let mut j = Mat::zeros(n, n + 1);
        self.equation.derivative(&at, true, j.as_mut());
        j
    }

    /// d/ds of [F_x F_p] at z + s u, n x (n + 1); `u` has n entries or n + 1.
    pub fn first(&self, u: &[f64]) -> Mat<f64> {
        let n = self.equation.dim();
        let size = crate::linalg::norm(u);
        let mut out = Mat::<f64>::zeros(n, n + 1);
        if !(size > 0.0) {
            return out;
        }
        let h = self.h / size;
        for (k, w) in FIRST.iter().enumerate() {
            let s = h * (k + 1) as f64;
            out += (self.moved(s, u) - self.moved(-s, u)) * faer::Scale(w / h);
        }
        out
    }

    /// C(u, u, v) = F_xxx[u, u, v].
    pub fn c(&self, u: &[f64], v: &[f64]) -> Vec<f64> {
        let size = crate::linalg::norm(u);
        let mut out = vec![0.0; v.len()];
        if !(size > 0.0) {
            return out;
        }
        let h = self.h / size;
        let scale = h.powi(-2);
        add(&mut out, CENTRE * scale, &product(&self.moved(0.0, u), v));
        for (k, w) in SECOND.iter().enumerate() {
            let s = h * (k + 1) as f64;
            add(&mut out, w * scale, &product(&self.moved(s, u), v));
            add(&mut out, w * scale, &product(&self.moved(-s, u), v));
        }
        out
    }

    /// B(u, v) of complex vectors.
    pub fn b_complex(&self, u: &[c64], v: &[c64]) -> Vec<c64> {
        let ((a, b), (c, d)) = (parts(u), parts(v));
        let (along_a, along_b) = (self.first(&a), self.first(&b));
        let (ac, ad) = (product(&along_a, &c), product(&along_a, &d));
        let (bc, bd) = (product(&along_b, &c), product(&along_b, &d));
        let real: Vec<f64> = ac.iter().zip(&bd).map(|(x, y)| x - y).collect();
        let imaginary: Vec<f64> = ad.iter().zip(&bc).map(|(x, y)| x + y).collect();
        complex(&real, &imaginary)
    }

    /// C(q, q, conj q) = C(a, a, a) + C(a, b, b) + i (C(a, a, b) + C(b, b, b)) with q = a + i b.
    pub fn c_complex(&self, q: &[c64]) -> Vec<c64> {
        let (a, b) = parts(q);
        let sum = |u: Vec<f64>, v: Vec<f64>| u.iter().zip(&v).map(|(u, v)| u + v).collect::<Vec<_>>();
        complex(&sum(self.c(&a, &a), self.c(&b, &a)), &sum(self.c(&a, &b), self.c(&b, &b)))
    }
}
