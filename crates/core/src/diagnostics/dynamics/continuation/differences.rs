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

    /// First and second derivative of [F_x F_p] at z along u, n x (n + 1) each.
    fn both(&self, u: &[f64]) -> [Mat<f64>; 2] {
        let n = self.equation.dim();
        let size = crate::linalg::norm(u);
        let [mut first, mut second] = [Mat::<f64>::zeros(n, n + 1), Mat::<f64>::zeros(n, n + 1)];
        if !(size > 0.0) {
            return [first, second];
        }
        let h = self.h / size;
        second += self.moved(0.0, u) * faer::Scale(CENTRE / (h * h));
        for k in 0..FIRST.len() {
            let s = h * (k + 1) as f64;
            let (up, down) = (self.moved(s, u), self.moved(-s, u));
            first += (&up - &down) * faer::Scale(FIRST[k] / h);
            second += (up + down) * faer::Scale(SECOND[k] / (h * h));
        }
        [first, second]
    }

    /// Derivatives along real and imaginary part of `q`.
    pub fn along(&self, q: &[c64]) -> Along {
        let (a, b) = parts(q);
        let (of_a, of_b) = (self.both(&a), self.both(&b));
        Along { a, b, of_a, of_b }
    }
}

/// Second and third derivatives of F along q = a + i b.
pub struct Along {
    a: Vec<f64>,
    b: Vec<f64>,
    of_a: [Mat<f64>; 2],
    of_b: [Mat<f64>; 2],
}

impl Along {
    /// B(q, v).
    pub fn b(&self, v: &[c64]) -> Vec<c64> {
        self.turned(v, 1.0)
    }

    /// B(conj q, v).
    pub fn b_conj(&self, v: &[c64]) -> Vec<c64> {
        self.turned(v, -1.0)
    }

    /// B(a + i s b, v).
    fn turned(&self, v: &[c64], s: f64) -> Vec<c64> {
        let (c, d) = parts(v);
        let of = |m: &[Mat<f64>; 2], v: &[f64]| product(&m[0], v);
        let (ac, ad, bc, bd) =
            (of(&self.of_a, &c), of(&self.of_a, &d), of(&self.of_b, &c), of(&self.of_b, &d));
        (0..ac.len()).map(|i| c64::new(ac[i] - s * bd[i], ad[i] + s * bc[i])).collect()
    }

    /// C(q, q, conj q) = C(a, a, a) + C(b, b, a) + i (C(a, a, b) + C(b, b, b)).
    pub fn c(&self) -> Vec<c64> {
        let sum = self.of_a[1].as_ref() + self.of_b[1].as_ref();
        complex(&product(&sum, &self.a), &product(&sum, &self.b))
    }
}
