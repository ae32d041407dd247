//! A Gaussian, or Gaussians of one shape where tails are heavier, to which the density of a sample is compared around a point.

use crate::diagnostics::geometry::neighbours::Tree;
use crate::diagnostics::geometry::products::{centred, means, product};
use crate::linalg::col;
use crate::linalg::eigen::symmetric;
use faer::{Mat, MatRef};

/// Squared distance, in deviations, beyond which a Gaussian tells nothing of a density.
const FAR: f64 = 1e4;
/// Sums are scaled down from here on.
const LARGE: f64 = 1e150;

/// Errors by which Mardia's kurtosis must exceed that of a Gaussian for tails to count as heavier.
const HEAVIER: f64 = 3.0;
/// Variances of the Gaussians that then stand for one, and how often their shares are found anew.
const SCALES: [f64; 6] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0];
const ROUNDS: usize = 50;
/// Share below which a Gaussian is left out.
const LEAST: f64 = 1e-9;

/// The Gaussian of the mean and covariance of a sample, and the sample in coordinates in which it is a standard one.
///
/// Formula: where Mardia's kurtosis, the mean of |z|^4, lies more than three times sqrt(8 d (d + 2) / g) above d (d + 2), g the groups, the sum
/// of Gaussians of 1/4 to 8 times that covariance with the shares of the greatest likelihood stands for it.
///
/// Source: Mardia, Biometrika 57, 519 (1970), eq. 3.20; shares by Dempster, Laird & Rubin, J. R. Stat. Soc. B 39, 1 (1977), sec. 4.3.
pub struct Reference {
    mean: Vec<f64>,
    /// To these coordinates, d x d by rows.
    forth: Vec<f64>,
    /// Logarithm of the volume of a unit of them.
    volume: f64,
    /// Gaussians: ln of the share, and variance.
    parts: Vec<[f64; 2]>,
    tree: Tree,
}

impl Reference {
    /// Of the columns of `x`, d x n, of which those of one of `group` are left out of searches that skip it, in `groups` independent
    /// groups; `None` where they lie in a plane.
    pub fn of(x: MatRef<f64>, group: &[usize], groups: usize) -> Option<Self> {
        let (d, n) = (x.nrows(), x.ncols());
        if n < 2 || d == 0 {
            return None;
        }
        let y = centred(x);
        let (values, vectors) = symmetric(product(y.as_ref(), y.as_ref()).as_ref())?;
        let least = d as f64 * f64::EPSILON * values[d - 1];
        if !values.iter().all(|v| *v > least) {
            return None;
        }
        let width: Vec<f64> = values.iter().map(|v| (v / (n - 1) as f64).sqrt()).collect();
        let forth: Vec<f64> =
            (0..d).flat_map(|i| (0..d).map(|j| vectors[(j, i)] / width[i]).collect::<Vec<_>>()).collect();
        let moved = Mat::from_fn(d, n, |i, t| (0..d).map(|j| forth[i * d + j] * y[(j, t)]).sum());
        Some(Self {
            mean: means(x),
            forth,
            volume: width.iter().map(|w| w.ln()).sum(),
            parts: parts(moved.as_ref(), groups),
            tree: Tree::of(moved.as_ref(), group),
        })
    }

    /// ln of the density at `at` but for psi(k) - psi(n + 1) of n points of other groups than `skip` and (d / 2) ln 2 pi; `None` where
    /// its k-th neighbour is at no distance, or there is none, and a hundred deviations away.
    ///
    /// Formula: ln g(z) - ln G(B) - ln |L|, B the ball that reaches to the k-th neighbour, z the point in the coordinates L^-1 (x - m), g and G
    /// the density (but for its constant) and the share of the Gaussian or of the sum of some.
    pub fn log_density(&self, at: &[f64], k: usize, skip: usize, room: &mut Room) -> Option<f64> {
        let d = at.len();
        room.at.clear();
        room.at.extend(
            (0..d).map(|i| (0..d).map(|j| self.forth[i * d + j] * (at[j] - self.mean[j])).sum::<f64>()),
        );
        self.tree.nearest(&room.at, k, skip, &mut room.found);
        let reach = *room.found.get(k - 1)?;
        let away: f64 = room.at.iter().map(|z| z * z).sum();
        (reach > 0.0 && reach < FAR && away < FAR).then(|| {
            let (mut density, mut share) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
            for [part, scale] in &self.parts {
                let (reach, away) = (reach / scale, away / scale);
                density = log_sum(density, part - 0.5 * (away + d as f64 * scale.ln()));
                share = log_sum(share, part - 0.5 * away + log_ratio(d, reach, away));
            }
            density - share - self.volume
        })
    }
}

/// ln(e^a + e^b).
fn log_sum(a: f64, b: f64) -> f64 {
    let (least, most) = (a.min(b), a.max(b));
    most + (least - most).exp().ln_1p()
}

/// ln of the shares and variances of the Gaussians that stand for a sample of mean zero and unit covariance: one, unless tails are heavier.
fn parts(z: MatRef<f64>, groups: usize) -> Vec<[f64; 2]> {
    let (d, n) = (z.nrows() as f64, z.ncols());
    let squares: Vec<f64> = (0..n).map(|t| col(z, t).iter().map(|v| v * v).sum()).collect();
    let kurtosis = squares.iter().map(|r| r * r).sum::<f64>() / n as f64;
    let normal = d * (d + 2.0);
    if kurtosis - normal <= HEAVIER * (8.0 * normal / groups as f64).sqrt() {
        return vec![[0.0, 1.0]];
    }
    let likely = |r: f64| SCALES.map(|s| (-0.5 * (r * (1.0 / s - 1.0 / SCALES[5]) + d * s.ln())).exp());
    let likely: Vec<[f64; 6]> = squares.iter().map(|r| likely(*r)).collect();
    let mut share = [1.0 / 6.0; 6];
    for _ in 0..ROUNDS {
        let mut sums = [0.0; 6];
        for l in &likely {
            let all: f64 = (0..6).map(|j| share[j] * l[j]).sum();
            (0..6).for_each(|j| sums[j] += share[j] * l[j] / all);
        }
        share = sums.map(|v| v / n as f64);
    }
    (0..6).filter(|j| share[*j] > LEAST).map(|j| [share[j].ln(), SCALES[j]]).collect()
}

/// Memory of a search.
#[derive(Default)]
pub struct Room {
    at: Vec<f64>,
    found: Vec<f64>,
}

/// ln of the share of a standard Gaussian in `d` dimensions within the squared distance `reach` of a point that is the squared distance
/// `away` from its middle, plus `away` / 2.
///
/// Formula: with s = reach / 2 and l = away / 2, e^(-s) sum_i s^(d/2 + i) / Gamma(d/2 + i + 1) sum_{j <= i} l^j / j!: all terms are positive.
///
/// Source: the noncentral chi-squared distribution as a mixture over a Poisson count, Johnson, Kotz & Balakrishnan, Continuous
/// Univariate Distributions 2 (1995), eq. 29.3, summed the other way around.
fn log_ratio(d: usize, reach: f64, away: f64) -> f64 {
    let (s, l, half) = (0.5 * reach, 0.5 * away, 0.5 * d as f64);
    // The factor before i = 0, ln s^(d/2) / Gamma(d/2 + 1), is put in front.
    let (mut power, mut poisson, mut inner) = (1.0, 1.0, 1.0);
    let (mut sum, mut scale, mut last) = (1.0, 0.0, 1.0);
    for i in 1.. {
        power *= s / (half + i as f64);
        poisson *= l / i as f64;
        inner += poisson;
        let term = power * inner;
        sum += term;
        // Terms rise and fall once: what is left is less than a geometric series.
        if term < last && term * term < f64::EPSILON * 0.1 * sum * (last - term) {
            break;
        }
        last = term;
        if sum > LARGE || inner > LARGE {
            let (by_sum, by_inner) = (sum.max(1.0), inner.max(1.0));
            (poisson, inner) = (poisson / by_inner, 1.0);
            power *= by_inner / by_sum;
            (sum, last) = (1.0, last / by_sum);
            scale += by_sum.ln();
        }
    }
    half * s.ln() - log_gamma_of_half(d + 2) - s + sum.ln() + scale
}

/// ln Gamma(n / 2), n > 0.
fn log_gamma_of_half(n: usize) -> f64 {
    let first = if n.is_multiple_of(2) { 0.0 } else { 0.5 * std::f64::consts::PI.ln() };
    let start = if n.is_multiple_of(2) { 2 } else { 1 };
    first + (start..n).step_by(2).map(|k| (0.5 * k as f64).ln()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream, uniform};

    /// scipy 1.17: log(chndtr(reach, d, away)) + away / 2.
    #[test]
    fn shares_of_balls_are_those_of_scipy() {
        for (d, reach, away, known) in GOLDEN {
            let found = log_ratio(d, reach, away);
            assert!((found - known).abs() < 1e-10 * known.abs().max(1.0), "{d} {reach} {away}: {found}");
        }
        // Of a small ball it is the volume, wherever it is.
        for away in [0.0, 4.0, 1e4] {
            let found = log_ratio(2, 1e-12, away);
            assert!((found - (0.5e-12f64).ln()).abs() < 1e-6, "{away}: {found}");
        }
        // A ball beside which sums of plain numbers would overflow.
        assert!((log_ratio(1, 2500.0, 2500.0) - (0.5f64.ln() + 1250.0)).abs() < 1e-9);
    }

    /// Of a Gaussian one stands for it; of Laplace's density several, whose variance is one.
    #[test]
    fn heavier_tails_are_seen() {
        let mut rng = stream(3, Use::Fixture, 0);
        let z = normal_matrix(&mut rng, 2, 2000);
        assert_eq!(parts(z.as_ref(), 2000), [[0.0, 1.0]]);
        let laplace = |u: f64| -u.signum() * (1.0 - u.abs()).ln() / 2f64.sqrt();
        let z = Mat::from_fn(2, 2000, |_, _| laplace(uniform(&mut rng, -1.0, 1.0)));
        let found = parts(z.as_ref(), 2000);
        let variance: f64 = found.iter().map(|[part, scale]| part.exp() * scale).sum();
        let whole: f64 = found.iter().map(|p| p[0].exp()).sum();
        assert!(found.len() > 2 && (variance - 1.0).abs() < 0.1 && (whole - 1.0).abs() < 1e-6, "{found:?}");
        // Six groups tell nothing of tails.
        assert_eq!(parts(z.as_ref(), 6), [[0.0, 1.0]]);
    }

    const GOLDEN: [(usize, f64, f64, f64); 6] = [
        (1, 0.30, 0.5, -0.852883224087772),
        (2, 0.01, 9.0, -5.289596662495217),
        (2, 4.00, 6.5, 1.7269168272482294),
        (3, 0.20, 2.0, -3.7588937456690585),
        (3, 30.00, 40.0, 18.131484888415528),
        (5, 1.00, 12.0, -2.5179277891082332),
    ];
}
