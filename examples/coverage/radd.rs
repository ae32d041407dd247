//! Errors of RADD's coefficients: systems of two units under two inputs, with noise inside f.

use crate::Row;
use faer::Mat;
use nullcline::linalg::activation::Activation;
use nullcline::linalg::random::{Rng, Use, normal, stream};
use nullcline::training::radd::{Sequences, Settings, Student, radd};
use rayon::prelude::*;

const SETS: u64 = 300;
/// Rows of the data from which the best student is taken where residuals are correlated.
const LONG: usize = 400_000;
const A: [[f64; 2]; 2] = [[0.8, -0.3], [0.4, 0.6]];
const B: [[f64; 2]; 2] = [[0.5, -0.2], [0.1, 0.7]];
const C: [f64; 2] = [0.05, -0.1];

#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    f: Activation,
    /// Factor of A, B and c.
    gain: f64,
    /// Added to c.
    shift: f64,
    /// Standard deviation of the noise.
    noise: f64,
    /// Its correlation from one step to the next.
    slow: f64,
    rows: usize,
    /// Rows of a sequence.
    length: usize,
}

const PLAIN: Case = Case {
    name: "",
    f: Activation::Identity,
    gain: 1.0,
    shift: 0.0,
    noise: 0.4,
    slow: 0.0,
    rows: 400,
    length: usize::MAX,
};

const CASES: [Case; 14] = [
    Case { name: "identity", ..PLAIN },
    Case { name: "relu", f: Activation::Relu, ..PLAIN },
    Case { name: "relu, 100 rows", f: Activation::Relu, rows: 100, ..PLAIN },
    Case { name: "relu, 1500 rows", f: Activation::Relu, rows: 1500, ..PLAIN },
    Case { name: "relu, little noise", f: Activation::Relu, noise: 1e-6, ..PLAIN },
    Case { name: "relu, mostly zero", f: Activation::Relu, shift: -1.0, rows: 1500, ..PLAIN },
    Case { name: "tanh", f: Activation::Tanh, ..PLAIN },
    Case { name: "tanh, saturated", f: Activation::Tanh, gain: 7.0, noise: 3.0, ..PLAIN },
    Case { name: "sigmoid", f: Activation::Sigmoid, gain: 2.0, ..PLAIN },
    Case { name: "sigmoid, saturated", f: Activation::Sigmoid, gain: 14.0, noise: 5.0, ..PLAIN },
    Case { name: "identity, correlated noise", slow: 0.8, rows: 1500, ..PLAIN },
    Case { name: "relu, correlated noise", f: Activation::Relu, slow: 0.8, rows: 1500, ..PLAIN },
    Case { name: "tanh, correlated noise", f: Activation::Tanh, slow: 0.8, rows: 1500, ..PLAIN },
    Case {
        name: "relu, correlated noise, 50 sequences",
        f: Activation::Relu,
        slow: 0.8,
        rows: 1500,
        length: 30,
        ..PLAIN
    },
];

impl Case {
    fn fit(&self, rows: usize, rng: &mut Rng) -> Student {
        let u = Mat::from_fn(2, rows, |_, _| normal(rng));
        let (mut z, mut noise) = (Mat::zeros(2, rows), [0.0; 2]);
        let mut starts = vec![];
        for t in 0..rows {
            let fresh = t % self.length == 0;
            if fresh {
                starts.push(t);
            }
            let mut a: [f64; 2] = std::array::from_fn(|i| {
                noise[i] =
                    self.slow * noise[i] + (1.0 - self.slow * self.slow).sqrt() * self.noise * normal(rng);
                let last = |j: usize| if fresh { 0.0 } else { z[(j, t - 1)] };
                let drive: f64 = (0..2).map(|j| A[i][j] * last(j) + B[i][j] * u[(j, t)]).sum();
                self.gain * (drive + C[i] + self.shift) + noise[i]
            });
            self.f.apply(&mut a, &mut [0.0; 2]);
            (z[(0, t)], z[(1, t)]) = (a[0], a[1]);
        }
        let data = Sequences { z: z.as_ref(), u: u.as_ref(), starts: &starts };
        let settings = Settings { activation: self.f, ..Settings::default() };
        radd(&data, None, &settings).expect("a student")
    }

    fn row(&self, index: u64) -> Row {
        let all = |s: &Student| -> Vec<(f64, f64)> {
            let of = |x: &Mat<f64>, e: &Mat<f64>| {
                (0..4).map(|k| (x[(k / 2, k % 2)], e[(k / 2, k % 2)])).collect::<Vec<_>>()
            };
            let c = s.c.iter().copied().zip(s.c_error.iter().copied()).collect();
            [of(&s.a, &s.a_error), of(&s.b, &s.b_error), c].concat()
        };
        let truth: Vec<f64> = if self.slow > 0.0 {
            let long = self.fit(LONG, &mut stream(index, Use::Fixture, SETS));
            all(&long).iter().map(|c| c.0).collect()
        } else {
            let flat = |m: [[f64; 2]; 2]| m.concat().into_iter().map(|v| self.gain * v);
            flat(A).chain(flat(B)).chain(C.map(|c| self.gain * (c + self.shift))).collect()
        };
        let off: Vec<(f64, f64)> = (0..SETS)
            .into_par_iter()
            .flat_map_iter(|k| {
                let student = self.fit(self.rows, &mut stream(index, Use::Fixture, k));
                all(&student).into_iter().zip(&truth).map(|((x, e), t)| (x - t, e)).collect::<Vec<_>>()
            })
            .collect();
        // Coefficients of different sizes count alike.
        let size = |j: usize| off.iter().skip(j).step_by(truth.len()).map(|o| o.1).sum::<f64>() / SETS as f64;
        let sizes: Vec<f64> = (0..truth.len()).map(size).collect();
        let off: Vec<(f64, f64)> =
            off.iter().zip(sizes.iter().cycle()).map(|((x, e), s)| (x / s, e / s)).collect();
        let of = if self.slow > 0.0 { "best student" } else { "truth" };
        Row::of(format!("RADD, {}: the {of}'s 10 coefficients, {SETS} data sets", self.name), 0.0, &off)
    }
}

pub fn rows() -> Vec<Row> {
    CASES.iter().zip(0..).map(|(case, index)| case.row(index)).collect()
}
