//! Linear networks that integrate through given encoders and decoders for ever, and how many units that takes.

use super::Integrals;
use crate::linalg::random::{Use, normal, stream};
use faer::linalg::solvers::Svd;
use faer::{Mat, MatRef};

/// Share of the largest singular value below which a value counts as zero.
const ZERO: f64 = 1e-10;
/// Least singular value over the largest at which vectors count as independent; other ones are drawn where there are some.
const INDEPENDENT: f64 = 1e-4;
/// Times that other vectors are drawn.
const DRAWS: u64 = 20;

/// The least number of units of a linear network whose moments are s_c gamma_c^q at every q.
///
/// Formula: D + rank(D E - S), S = diag(s): the dimension of the minimal realisation of the Markov parameters D E, S Gamma, S Gamma^2,
/// ..., of which the first is given by the vectors and the others by the task. Vectors that were drawn need 2 D units, so that n units
/// have room for n / 2 channels, not for n; as few as D are enough where d_c . e_c' = s_c delta_cc'.
///
/// Shapes: `encoder` n x D, `decoder` D x n.
///
/// Source: Ho & Kalman, Regelungstechnik 14, 545 (1966). Fanthomme (2021), below (7.21), has D <= n.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::integrator::{Integrals, units_needed};
///
/// let goal = Integrals { scale: vec![1.0, 1.0], decay: vec![0.9, 0.8] };
/// let encoder = faer::mat![[1.0, 0.2], [0.3, 1.0], [0.5, -0.4]];
/// assert_eq!(units_needed(encoder.as_ref(), encoder.transpose(), &goal), 4);
/// let axes = faer::mat![[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
/// assert_eq!(units_needed(axes.as_ref(), axes.transpose(), &goal), 2);
/// ```
pub fn units_needed(encoder: MatRef<f64>, decoder: MatRef<f64>, goal: &Integrals) -> usize {
    goal.channels() + Mismatch::of(encoder, decoder, goal).map_or(goal.channels(), |m| m.rank)
}

/// D E - S by its singular vectors.
struct Mismatch {
    rank: usize,
    /// Right singular vectors, those of values that are not zero first.
    right: Mat<f64>,
}

impl Mismatch {
    fn of(encoder: MatRef<f64>, decoder: MatRef<f64>, goal: &Integrals) -> Option<Self> {
        let product = decoder * encoder;
        let d = goal.channels();
        let off = Mat::from_fn(d, d, |i, j| product[(i, j)] - if i == j { goal.scale[i] } else { 0.0 });
        let size = product.norm_max().max(goal.scale.iter().fold(0.0, |m, s| s.abs().max(m)));
        let svd = off.svd().ok()?;
        let rank = svd.S().column_vector().iter().filter(|s| **s > ZERO * size).count();
        Some(Self { rank, right: svd.V().to_owned() })
    }
}

/// W of rank D of a linear network that integrates through these vectors for ever; none where the units are too few or the vectors of a
/// channel depend on each other.
///
/// Formula: W = L Gamma R^T with D L = 1, R^T L = 1, R^T E = S (7.20), so that D W^q E = S Gamma^q for q >= 1.
///
/// Shapes: `encoder` n x D, `decoder` D x n, W n x n.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::integrator::{Integrals, exact};
///
/// let goal = Integrals { scale: vec![2.0], decay: vec![0.9] };
/// let (e, d) = (faer::mat![[1.0], [0.0], [0.0]], faer::mat![[0.6, 0.8, 0.0]]);
/// let w = exact(e.as_ref(), d.as_ref(), &goal).unwrap();
/// let third = &d * &w * &w * &w * &e;
/// assert!((third[(0, 0)] - 2.0 * 0.9f64.powi(3)).abs() < 1e-12);
/// // One unit could only have the scale d . e.
/// assert!(exact(faer::mat![[1.0]].as_ref(), faer::mat![[1.0]].as_ref(), &goal).is_none());
/// ```
pub fn exact(encoder: MatRef<f64>, decoder: MatRef<f64>, goal: &Integrals) -> Option<Mat<f64>> {
    let (n, d) = (encoder.nrows(), goal.channels());
    let mismatch = Mismatch::of(encoder, decoder, goal)?;
    if n < d + mismatch.rank || goal.scale.contains(&0.0) {
        return None;
    }
    let k = mismatch.rank;
    // Directions of the integrals in which E does not do what is asked, and those in which it does.
    let (v1, v0) = (mismatch.right.as_ref().subcols(0, k), mismatch.right.as_ref().subcols(k, d - k));
    let scaled = |v: MatRef<f64>| Mat::from_fn(d, v.ncols(), |c, j| goal.scale[c] * v[(c, j)]);
    let inverse = inverse(decoder)?;
    let off_decoder = Mat::<f64>::identity(n, n) - &inverse * decoder;
    let fixed = (encoder * v0, &inverse * scaled(v1));
    (0..DRAWS).find_map(|draw| {
        let mut own = fixed.1.clone();
        if draw > 0 {
            let mut rng = stream(draw, Use::Parameters, 720);
            own += &off_decoder * Mat::from_fn(n, k, |_, _| normal(&mut rng) / (n as f64).sqrt());
        }
        // L S V = [E V0, own], V orthogonal.
        let images = &fixed.0 * v0.transpose() + &own * v1.transpose();
        let left = Mat::from_fn(n, d, |i, c| images[(i, c)] / goal.scale[c]);
        let reached = encoder * v1;
        let both = Mat::from_fn(n, d + k, |i, j| if j < d { left[(i, j)] } else { reached[(i, j - d)] });
        let wanted_here = scaled(v1);
        let wanted = Mat::from_fn(d, d + k, |c, j| match j {
            j if j < d => f64::from(u8::from(c == j)),
            j => wanted_here[(c, j - d)],
        });
        let right = wanted * self::inverse(both.as_ref())?;
        let decayed = Mat::from_fn(n, d, |i, c| left[(i, c)] * goal.decay[c]);
        Some(decayed * right)
    })
}

/// The pseudo-inverse of a matrix of full rank; none of another.
fn inverse(m: MatRef<f64>) -> Option<Mat<f64>> {
    let svd = Svd::new_thin(m).ok()?;
    let s: Vec<f64> = svd.S().column_vector().iter().copied().collect();
    let (largest, least) = (s.first().copied()?, s.last().copied()?);
    (least > INDEPENDENT * largest).then(|| {
        let scaled = Mat::from_fn(svd.V().nrows(), s.len(), |i, j| svd.V()[(i, j)] / s[j]);
        scaled * svd.U().transpose()
    })
}
