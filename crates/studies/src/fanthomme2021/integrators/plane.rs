//! The linear integrators of one channel that are reached from W = 0: 2 x 2 matrices omega, and the three manifolds of those that
//! integrate for ever (fanthomme2021, 7.3.2 and A.4 to A.8).

use faer::Mat;
use nullcline_core::diagnostics::dynamics::integrator::{
    Averaged, Correlations, Gradient, Integrals, Reduced, Room, reduced,
};
use nullcline_core::linalg::eigen::symmetric_values;
use nullcline_core::linalg::random::{Use, normal_matrix, stream};

/// Encoder and decoder of one channel by their products, and what is asked of the network.
pub struct Plane {
    /// The small network whose weights omega are.
    pub small: Reduced,
    /// gamma.
    pub decay: f64,
}

impl Plane {
    /// Of Gaussian vectors of unit norm in n dimensions, the decoder mixed with o of the encoder, then both of the norms given (footnote
    /// 2 of A.7).
    pub fn drawn(n: usize, overlap: f64, norms: [f64; 2], decay: f64, seed: u64) -> Option<Self> {
        let [encoder, decoder] = vectors(n, overlap, norms, seed);
        let small = reduced(encoder.as_ref(), decoder.as_ref())?;
        Some(Self { small, decay })
    }

    /// d . e, the scale s* of integrators of rank two.
    pub fn special_scale(&self) -> f64 {
        (&self.small.decoder * &self.small.encoder)[(0, 0)]
    }

    /// alpha_0 = -S_11 / S_12 and beta_0 = S_22 / S_12 of S = sqrt(Sigma) in the order decoder, encoder: what (A.24) comes to once its
    /// l are |d|^2 +- |e|^2, without the printed root.
    pub fn special(&self) -> [f64; 2] {
        let s = &self.small.root;
        [-s[(0, 0)] / s[(0, 1)], s[(1, 1)] / s[(0, 1)]]
    }

    /// Z = S_12^2 of (A.23).
    fn weight(&self) -> f64 {
        self.small.root[(0, 1)].powi(2)
    }

    /// Gamma(lambda, alpha, beta): eigenvalue gamma along (1, alpha), lambda along (1, beta) (A.22).
    pub fn matrix(&self, lambda: f64, alpha: f64, beta: f64) -> Mat<f64> {
        let g = self.decay;
        let unit = 1.0 / (alpha - beta);
        let rows = [
            [alpha * lambda - beta * g, g - lambda],
            [alpha * beta * (lambda - g), alpha * g - beta * lambda],
        ];
        Mat::from_fn(2, 2, |i, j| unit * rows[i][j])
    }

    /// The scale of the integrator Gamma(0, alpha, beta) (A.27).
    pub fn scale(&self, alpha: f64, beta: f64) -> f64 {
        let [a, b] = self.special();
        self.weight() * (alpha - a) * (beta - b) / (beta - alpha)
    }

    /// The beta at which Gamma(0, alpha, beta) has the scale s (A.28).
    pub fn isoscale(&self, alpha: f64, s: f64) -> f64 {
        let [a, b] = self.special();
        let z = self.weight();
        (z * (alpha - a) * b - alpha * s) / (z * (alpha - a) - s)
    }

    /// The averaged loss of `steps` steps of white noise at scale s.
    pub fn loss(&self, s: f64, steps: usize) -> Averaged {
        let goal = Integrals { scale: vec![s], decay: vec![self.decay] };
        Averaged { goal, correlations: Correlations::white(steps) }
    }

    /// Largest |mu_q - s gamma^q| for q up to `most`.
    pub fn residual(&self, omega: &Mat<f64>, s: f64, most: usize) -> f64 {
        let loss = self.loss(s, most);
        let found = loss.moments(self.small.weights(omega.as_ref()), &mut Room::new(2, 1, most));
        (0..most).map(|q| (found[(0, q)] - loss.goal.target(0, q + 1)).abs()).fold(0.0, f64::max)
    }

    /// Eigenvalues of the Hessian at an integrator omega, increasing (A.38 with the factor 2 that it lacks).
    pub fn hessian(&self, omega: &Mat<f64>, s: f64, steps: usize) -> Vec<f64> {
        let hessian = self.loss(s, steps).gauss_newton(self.small.weights(omega.as_ref()));
        symmetric_values(hessian.as_ref()).unwrap_or_else(|| vec![f64::NAN; 4])
    }

    /// Directions along which the Hessian vanishes, of `values` by increasing size.
    pub fn null_directions(values: &[f64]) -> usize {
        let largest = values.last().copied().unwrap_or(0.0);
        values.iter().filter(|v| v.abs() <= 1e-10 * largest).count()
    }

    /// lambda_max / lambda_min, the least but the one that vanishes along the line of integrators of equal scale: the steps in which the
    /// slowest direction falls by e at the best learning rate (A.7).
    pub fn convergence_time(&self, omega: &Mat<f64>, s: f64, steps: usize) -> f64 {
        let values = self.hessian(omega, s, steps);
        if values[1] > 0.0 { values[3] / values[1] } else { f64::INFINITY }
    }

    /// The least convergence time over integrators of rank one and scale s, and the alpha of it: a scan of [-range, range], then a
    /// golden section around the best.
    pub fn least_time(&self, s: f64, steps: usize, range: f64, scan: usize) -> (f64, f64) {
        let time = |alpha: f64| {
            let omega = self.matrix(0.0, alpha, self.isoscale(alpha, s));
            let found = self.convergence_time(&omega, s, steps);
            if found.is_finite() { found } else { f64::INFINITY }
        };
        let grid = |k: f64| -range + 2.0 * range * k / (scan - 1) as f64;
        let best = (0..scan).min_by(|a, b| time(grid(*a as f64)).total_cmp(&time(grid(*b as f64))));
        let best = best.unwrap_or(0) as f64;
        let (mut low, mut high) = (grid(best - 1.0), grid(best + 1.0));
        let golden = 0.5 * (5f64.sqrt() - 1.0);
        for _ in 0..60 {
            let (a, b) = (high - golden * (high - low), low + golden * (high - low));
            if time(a) < time(b) { high = b } else { low = a }
        }
        let alpha = 0.5 * (low + high);
        (time(alpha), alpha)
    }

    /// Gradient descent from `omega`, and the loss before each step.
    pub fn descend(&self, s: f64, steps: usize, rate: f64, omega: &mut Mat<f64>, many: usize) -> Vec<f64> {
        let (loss, mut room, mut gradient) =
            (self.loss(s, steps), Room::new(2, 1, steps), Gradient::zeros(2, 1));
        let mut losses = Vec::with_capacity(many);
        for _ in 0..many {
            losses.push(loss.gradient(self.small.weights(omega.as_ref()), &mut room, &mut gradient));
            *omega -= &gradient.recurrent * faer::Scale(rate);
        }
        losses
    }
}

/// Encoder, n x 1, and decoder, 1 x n, as [`Plane::drawn`] has them.
pub fn vectors(n: usize, overlap: f64, norms: [f64; 2], seed: u64) -> [Mat<f64>; 2] {
    let unit = |item: u64| {
        let v = normal_matrix(&mut stream(seed, Use::Parameters, item), n, 1);
        let size = v.norm_l2();
        v * faer::Scale(1.0 / size)
    };
    let (e, d) = (unit(1), unit(0));
    let d = d * faer::Scale(1.0 - overlap) + &e * faer::Scale(overlap);
    let size = d.norm_l2();
    [e * faer::Scale(norms[0]), (d * faer::Scale(norms[1] / size)).transpose().to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifolds_are_made_of_perfect_integrators() {
        for (overlap, norms) in [(0.0, [1.0, 1.0]), (0.4, [0.7, 1.6])] {
            let p = Plane::drawn(200, overlap, norms, 0.995, 3).unwrap();
            let [a, b] = p.special();
            let star = p.special_scale();
            for (lambda, alpha, beta) in [(0.0, 0.7, -1.3), (0.0, -4.0, 2.0)] {
                let s = p.scale(alpha, beta);
                assert!(p.residual(&p.matrix(lambda, alpha, beta), s, 8) < 1e-12);
                assert!((p.isoscale(alpha, s) - beta).abs() < 1e-9);
            }
            for lambda in [-0.4, 0.5] {
                assert!(p.residual(&p.matrix(lambda, 0.7, a), star, 8) < 1e-11, "M_alpha");
                assert!(p.residual(&p.matrix(lambda, b, -0.3), star, 8) < 1e-11, "M_beta");
            }
            let count = |omega: Mat<f64>, s: f64| Plane::null_directions(&p.hessian(&omega, s, 3));
            assert_eq!(count(p.matrix(0.0, 0.7, -1.3), p.scale(0.7, -1.3)), 1);
            assert_eq!(count(p.matrix(0.5, 0.7, a), star), 2);
            assert_eq!(count(p.matrix(0.5, b, a), star), 3);
        }
    }
}
