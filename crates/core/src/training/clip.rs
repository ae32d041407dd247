//! Clipping a gradient by its norm.

use crate::linalg::Real;

/// Scales `grad` by max / (|g| + 1e-6), at most 1, and returns |g| as it was.
///
/// Formula: that of `torch.nn.utils.clip_grad_norm_`. The norm is Euclidean, over all parameters, summed
/// in f64. A norm that is not finite is returned and nothing is scaled.
///
/// ```
/// use nullcline_core::training::clip::clip;
///
/// let mut grad = [3.0, 4.0];
/// assert_eq!(clip(&mut grad, 1.0), 5.0);
/// assert!((grad[0] - 0.6f64).abs() < 1e-6 && (grad[1] - 0.8f64).abs() < 1e-6);
/// ```
pub fn clip<T: Real>(grad: &mut [T], max: f64) -> f64 {
    let norm = norm(grad);
    let factor = max / (norm + 1e-6);
    if norm.is_finite() && factor < 1.0 {
        let factor = T::of(factor);
        for g in grad {
            *g *= factor;
        }
    }
    norm
}

/// Euclidean norm over all parameters, summed in f64 in eight interleaved parts.
pub fn norm<T: Real>(grad: &[T]) -> f64 {
    let (chunks, rest) = grad.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for chunk in chunks {
        for (s, g) in sums.iter_mut().zip(chunk) {
            *s += g.to_f64() * g.to_f64();
        }
    }
    for (s, g) in sums.iter_mut().zip(rest) {
        *s += g.to_f64() * g.to_f64();
    }
    sums.iter().sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// torch 2.15: `torch.nn.utils.clip_grad_norm_([p], 0.5)` on the gradient (0.3, -0.7, -1.5e-4), f64.
    #[test]
    fn clips_as_pytorch() {
        let mut grad = [0.3, -0.7, -1.5e-4];
        assert!((clip(&mut grad, 0.5) - 0.761_577_325_358_364_3).abs() < 1e-15);
        let expected: [f64; 3] =
            [0.196_959_386_848_905_9, -0.459_571_902_647_447_1, -9.847_969_342_445_295e-5];
        for (g, e) in grad.iter().zip(expected) {
            assert!((g - e).abs() < 1e-15, "{grad:?}");
        }
    }

    #[test]
    fn a_short_gradient_is_left_alone() {
        let mut grad: Vec<f32> = (0..19).map(|i| 0.01 * i as f32).collect();
        let before = grad.clone();
        // sum of i^2 to 18 is 2109.
        assert!((clip(&mut grad, 1.0) - 0.01 * 2109f64.sqrt()).abs() < 1e-7);
        assert_eq!(grad, before);
        assert!(clip(&mut [f32::NAN, 1.0], 1.0).is_nan());
    }
}
