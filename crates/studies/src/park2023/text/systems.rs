//! Two oscillators of two units that pull at each other, and one in other coordinates.

use nullcline_core::systems::reference::Small;

/// alpha R(theta) x.
fn turned(gain: f64, angle: f64, x: [f64; 2]) -> [f64; 2] {
    let (s, c) = angle.sin_cos();
    [gain * (c * x[0] - s * x[1]), gain * (s * x[0] + c * x[1])]
}

/// dx_i/dt = -x_i + tanh(alpha R(theta_i) x_i) + kappa (x_j - x_i) of two pairs i, j.
#[derive(Clone)]
pub struct Coupled {
    theta: [f64; 4],
}

impl Coupled {
    /// Gain, angles and coupling.
    pub fn new(gain: f64, [a, b]: [f64; 2], coupling: f64) -> Self {
        Self { theta: [gain, a, b, coupling] }
    }
}

impl Small for Coupled {
    const DIM: usize = 4;
    const NAMES: &'static [&'static str] = &["gain", "angle_1", "angle_2", "coupling"];

    fn theta(&self) -> &[f64] {
        &self.theta
    }
    fn theta_mut(&mut self) -> &mut [f64] {
        &mut self.theta
    }
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
        let [gain, _, _, coupling] = self.theta;
        for pair in 0..2 {
            let (own, other) = (2 * pair, 2 - 2 * pair);
            let angle = self.theta[1 + pair];
            let (s, c) = angle.sin_cos();
            let v = turned(gain, angle, [x[own], x[own + 1]]);
            for i in 0..2 {
                let t = v[i].tanh();
                y[own + i] = -x[own + i] + t + coupling * (x[other + i] - x[own + i]);
                let slope = gain * (1.0 - t * t);
                let row = if i == 0 { [c, -s] } else { [s, c] };
                for k in 0..2 {
                    j[(own + k) * 4 + own + i] = slope * row[k];
                }
                j[(own + i) * 4 + own + i] -= 1.0 + coupling;
                j[(other + i) * 4 + own + i] = coupling;
            }
        }
    }
    fn sensitivity(&self, x: &[f64], d: &mut [f64]) {
        let [gain, ..] = self.theta;
        for pair in 0..2 {
            let (own, other) = (2 * pair, 2 - 2 * pair);
            let angle = self.theta[1 + pair];
            let at = [x[own], x[own + 1]];
            let (v, w) = (turned(gain, angle, at), turned(1.0, angle, at));
            let across = [-v[1], v[0]];
            for i in 0..2 {
                let slope = 1.0 - v[i].tanh().powi(2);
                d[own + i] = slope * w[i];
                d[4 * (1 + pair) + own + i] = slope * across[i];
                d[12 + own + i] = x[other + i] - x[own + i];
            }
        }
    }
}

/// Two units, dx/dt = -x + tanh(alpha R(theta) x), in the coordinates y = sinh x.
#[derive(Clone)]
pub struct Sinh {
    theta: [f64; 2],
}

impl Sinh {
    /// Gain and angle.
    pub fn new(gain: f64, angle: f64) -> Self {
        Self { theta: [gain, angle] }
    }

    /// The states, f at them, its derivatives by columns, and cosh.
    fn inside(&self, y: &[f64]) -> ([f64; 2], [f64; 2], [f64; 4], [f64; 2]) {
        let [gain, angle] = self.theta;
        let x = [y[0].asinh(), y[1].asinh()];
        let v = turned(gain, angle, x);
        let t = v.map(f64::tanh);
        let slope = t.map(|t| gain * (1.0 - t * t));
        let (s, c) = angle.sin_cos();
        let j = [slope[0] * c - 1.0, slope[1] * s, -slope[0] * s, slope[1] * c - 1.0];
        (x, [t[0] - x[0], t[1] - x[1]], j, [y[0].hypot(1.0), y[1].hypot(1.0)])
    }
}

impl Small for Sinh {
    const DIM: usize = 2;
    const NAMES: &'static [&'static str] = &["gain", "angle"];

    fn theta(&self) -> &[f64] {
        &self.theta
    }
    fn theta_mut(&mut self) -> &mut [f64] {
        &mut self.theta
    }
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
        let (_, f, inner, cosh) = self.inside(x);
        for i in 0..2 {
            y[i] = cosh[i] * f[i];
            for k in 0..2 {
                j[2 * k + i] = cosh[i] * inner[2 * k + i] / cosh[k];
            }
            j[2 * i + i] += x[i] * f[i] / cosh[i];
        }
    }
    fn sensitivity(&self, y: &[f64], d: &mut [f64]) {
        let [gain, angle] = self.theta;
        let (x, _, _, cosh) = self.inside(y);
        let (v, w) = (turned(gain, angle, x), turned(1.0, angle, x));
        let across = [-v[1], v[0]];
        for i in 0..2 {
            let slope = cosh[i] * (1.0 - v[i].tanh().powi(2));
            (d[i], d[2 + i]) = (slope * w[i], slope * across[i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Central differences of value and of parameters.
    fn is_consistent<S: Small + Clone>(system: &S, x: &[f64]) {
        let (n, p) = (S::DIM, S::NAMES.len());
        let at = |system: &S, x: &[f64]| {
            let (mut y, mut j) = (vec![0.0; n], vec![0.0; n * n]);
            system.value(x, &mut y, &mut j);
            (y, j)
        };
        let (_, j) = at(system, x);
        let mut d = vec![0.0; n * p];
        system.sensitivity(x, &mut d);
        for k in 0..n {
            let moved = |h: f64| {
                x.iter().enumerate().map(|(i, v)| v + if i == k { h } else { 0.0 }).collect::<Vec<_>>()
            };
            let (a, b) = (at(system, &moved(1e-5)).0, at(system, &moved(-1e-5)).0);
            for i in 0..n {
                let found = (a[i] - b[i]) / 2e-5;
                assert!((found - j[n * k + i]).abs() < 1e-8, "d f{i} / d x{k}: {found} {}", j[n * k + i]);
            }
        }
        for k in 0..p {
            let moved = |h: f64| {
                let mut system = system.clone();
                system.theta_mut()[k] += h;
                at(&system, x).0
            };
            let (a, b) = (moved(1e-5), moved(-1e-5));
            for i in 0..n {
                let found = (a[i] - b[i]) / 2e-5;
                assert!(
                    (found - d[n * k + i]).abs() < 1e-8,
                    "d f{i} / d {}: {found} {}",
                    S::NAMES[k],
                    d[n * k + i]
                );
            }
        }
    }

    #[test]
    fn derivatives_are_those_of_the_values() {
        is_consistent(&Coupled::new(1.5, [0.5, 0.7], 0.2), &[0.3, -0.7, 0.5, 0.9]);
        is_consistent(&Sinh::new(1.5, 0.5), &[0.4, -1.2]);
    }
}
