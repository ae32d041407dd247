//! Optimisers: a gradient to a step, in PyTorch's formulas.

use crate::linalg::Real;
use std::ops::Range;

/// Which optimiser, with its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// v = mu v + g (v = g at the first step), theta -= rate v; `torch.optim.SGD` without dampening.
    Sgd {
        /// mu, in [0, 1).
        momentum: f64,
    },
    /// m and s are running means of g and g^2; theta -= rate m^ / (sqrt(s^) + epsilon) with
    /// m^ = m / (1 - beta1^t), s^ = s / (1 - beta2^t); `torch.optim.Adam`.
    Adam {
        /// Memory of the mean, in [0, 1).
        beta1: f64,
        /// Memory of the mean square, in [0, 1).
        beta2: f64,
        /// Added outside the root.
        epsilon: f64,
    },
}

impl Method {
    /// Gradient descent without momentum.
    pub const SGD: Self = Self::Sgd { momentum: 0.0 };
    /// Adam with the settings of Kingma and Ba (2015), which are PyTorch's defaults.
    pub const ADAM: Self = Self::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd { .. } => "sgd",
            Self::Adam { .. } => "adam",
        }
    }

    /// Vectors of the parameters' length that are remembered from step to step.
    pub fn moments(self) -> usize {
        match self {
            Self::Sgd { momentum } => usize::from(momentum > 0.0),
            Self::Adam { .. } => 2,
        }
    }
}

/// An optimiser and what it remembers; plain data, so that it can be saved and restored.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimiser<T = f64> {
    /// Which, with its settings.
    pub method: Method,
    /// Steps made.
    pub steps: u64,
    /// v of momentum, or m and s of Adam.
    pub moments: Vec<Vec<T>>,
}

impl<T: Real> Optimiser<T> {
    /// At its first step, for that many parameters.
    pub fn new(method: Method, parameters: usize) -> Self {
        Self { method, steps: 0, moments: vec![vec![T::ZERO; parameters]; method.moments()] }
    }

    /// Moves `theta` against `grad`; all three have the parameters' length.
    ///
    /// ```
    /// use nullcline_core::training::optimiser::{Method, Optimiser};
    ///
    /// // Momentum: v = g, then v = mu v + g.
    /// let mut descent = Optimiser::new(Method::Sgd { momentum: 0.5 }, 1);
    /// let mut theta = [1.0];
    /// descent.step(&mut theta, &[2.0], 0.1);
    /// descent.step(&mut theta, &[2.0], 0.1);
    /// assert!((theta[0] - (1.0 - 0.2 - 0.3f64)).abs() < 1e-15);
    /// // The first step of Adam is the rate, whatever the gradient's size.
    /// let (mut adam, mut theta) = (Optimiser::new(Method::ADAM, 1), [1.0]);
    /// adam.step(&mut theta, &[1e-4], 0.1);
    /// assert!((theta[0] - 0.9f64).abs() < 1e-4);
    /// ```
    pub fn step(&mut self, theta: &mut [T], grad: &[T], rate: f64) {
        self.step_parts(theta, grad, &[(0..theta.len(), rate)]);
    }

    /// The same with a rate of its own for each part; what is in none stays where it is.
    ///
    /// # Panics
    /// For a part beyond the parameters.
    pub fn step_parts(&mut self, theta: &mut [T], grad: &[T], parts: &[(Range<usize>, f64)]) {
        self.steps += 1;
        for (part, rate) in parts {
            self.part(theta, grad, part.clone(), *rate);
        }
    }

    fn part(&mut self, theta: &mut [T], grad: &[T], part: Range<usize>, rate: f64) {
        let (theta, grad) = (&mut theta[part.clone()], &grad[part.clone()]);
        match (self.method, &mut self.moments[..]) {
            (Method::Sgd { momentum }, [velocity]) => {
                let velocity = &mut velocity[part];
                if self.steps == 1 {
                    velocity.copy_from_slice(grad);
                } else {
                    let momentum = T::of(momentum);
                    for (v, g) in velocity.iter_mut().zip(grad) {
                        *v = momentum * *v + *g;
                    }
                }
                descend(theta, velocity, rate);
            }
            (Method::Adam { beta1, beta2, epsilon }, [mean, square]) => {
                let power = i32::try_from(self.steps).unwrap_or(i32::MAX);
                let root = (1.0 - beta2.powi(power)).sqrt();
                let rate = T::of(-rate / (1.0 - beta1.powi(power)));
                let (new, kept, fresh) = (T::of(1.0 - beta1), T::of(beta2), T::of(1.0 - beta2));
                let (root, epsilon) = (T::of(root), T::of(epsilon));
                let moments = mean[part.clone()].iter_mut().zip(square[part].iter_mut());
                for ((p, g), (m, s)) in theta.iter_mut().zip(grad).zip(moments) {
                    *m += new * (*g - *m);
                    *s = kept * *s + fresh * *g * *g;
                    let below = Real::sqrt(*s) / root + epsilon;
                    *p += rate * *m / below;
                }
            }
            _ => descend(theta, grad, rate),
        }
    }
}

fn descend<T: Real>(theta: &mut [T], along: &[T], rate: f64) {
    let rate = T::of(-rate);
    for (p, v) in theta.iter_mut().zip(along) {
        *p += rate * *v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four steps from (0.5, -1.25, 2) with gradients (0.3 (k+1), 0.4 k - 0.7, 1e-4 (k - 1.5)).
    fn walk<T: Real>(method: Method, rate: f64) -> Vec<f64> {
        let mut theta = [0.5, -1.25, 2.0].map(T::of);
        let mut optimiser = Optimiser::new(method, 3);
        for k in 0..4 {
            let k = f64::from(k);
            let grad = [0.3 * (k + 1.0), -0.7 + 0.4 * k, 1e-4 * (k - 1.5)].map(T::of);
            optimiser.step(&mut theta, &grad, rate);
        }
        theta.iter().map(|p| p.to_f64()).collect()
    }

    /// torch 2.15 on f64 tensors: `torch.optim.SGD([p], lr=0.1)`, with `momentum=0.9`,
    /// `torch.optim.Adam([p], lr=0.01)`, with `betas=(0.8, 0.99), eps=1e-3`.
    #[test]
    fn steps_are_those_of_pytorch() {
        let (plain, heavy) = (Method::SGD, Method::Sgd { momentum: 0.9 });
        let other = Method::Adam { beta1: 0.8, beta2: 0.99, epsilon: 1e-3 };
        let golden = [
            (plain, 0.1, [0.2, -1.21, 1.999_999_999_999_999_8]),
            (heavy, 0.1, [-0.056_770_000_000_000_036, -0.996_969_999_999_999_9, 2.000_040_634_999_999_5]),
            (Method::ADAM, 0.01, [0.461_164_065_609_821_26, -1.223_737_755_320_840_2, 2.022_026_234_110_087]),
            (other, 0.01, [0.460_254_242_450_837_9, -1.225_918_062_325_160_7, 2.002_228_349_113_565_3]),
        ];
        for (method, rate, expected) in golden {
            let found = walk::<f64>(method, rate);
            for (a, b) in found.iter().zip(expected) {
                assert!((a - b).abs() < 1e-15 * b.abs().max(1.0), "{method:?}: {found:?}, {expected:?}");
            }
            let single = walk::<f32>(method, rate);
            for (a, b) in single.iter().zip(expected) {
                assert!((a - b).abs() < 3e-7 * b.abs().max(1.0), "{method:?}: {single:?}, {expected:?}");
            }
        }
    }

    /// Saved and restored is the same optimiser: its fields are all there is.
    #[test]
    fn memory_is_plain() {
        assert_eq!(Optimiser::<f32>::new(Method::ADAM, 2).moments, vec![vec![0.0; 2]; 2]);
        assert!(Optimiser::<f64>::new(Method::SGD, 2).moments.is_empty());
    }
}
