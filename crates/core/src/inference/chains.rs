//! What Markov chains say of a mean: autocorrelation time, standard error, effective sample size, split R-hat.

use crate::numbers::Estimate;

/// A mean over chains, with what its error rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Over all draws of all chains, with the error sd sqrt(2 tau / draws); n is the effective sample size.
    pub mean: Estimate,
    /// Standard deviation of one draw about the mean of all, divisor draws.
    pub sd: f64,
    /// Integrated autocorrelation time tau = 1/2 + sum_{t >= 1} rho_t, in draws: 1/2 where they are independent. Its error is
    /// tau sqrt(2 (2 M + 1) / draws) with the window M, and not known where the chains are shorter than 50 tau, when none of these
    /// numbers can be trusted.
    pub tau: Estimate,
    /// Effective sample size, draws / (2 tau).
    pub ess: f64,
    /// Split R-hat: 1 where halves of chains agree; not a number for constant or very short chains.
    pub r_hat: f64,
}

/// Draws below which a mean's chain is too short to trust its own tau.
const SHORTEST: f64 = 50.0;
/// Windows of this many tau.
const WINDOW: f64 = 5.0;

/// What chains of equal length say.
///
/// Formula: autocovariances about the common mean, averaged over chains and divided by the pairs that each has;
/// summed up to the smallest window M >= 5 tau(M). R-hat compares the variance between half chains with that within.
///
/// Source: Sokal 1997, eqs. 3.17-3.19 (tau, its window and error); Gelman et al. 2013, section 11.4 (split R-hat).
///
/// Shapes: every chain has as many draws, burn-in left out; draws are one proposal apart, or as many as they were thinned by.
///
/// ```
/// use nullcline_core::inference::chains::summary;
/// use nullcline_core::linalg::random::{Use, normal, stream};
///
/// let draws = |chain| -> Vec<f64> {
///     let mut rng = stream(1, Use::Chain, chain);
///     (0..2000).map(|_| 3.0 + normal(&mut rng)).collect()
/// };
/// let (a, b) = (draws(0), draws(1));
/// let found = summary(&[&a, &b]);
/// assert!((found.mean.value - 3.0).abs() < 5.0 * found.mean.error());
/// // Independent draws: tau = 1/2, each of them counts, and the chains agree.
/// assert!((found.tau.value - 0.5).abs() < 0.1 && found.ess > 3000.0 && (found.r_hat - 1.0).abs() < 0.01);
/// // Chains in two places do not.
/// let far: Vec<f64> = b.iter().map(|v| v + 4.0).collect();
/// assert!(summary(&[&a, &far]).r_hat > 1.5);
/// ```
pub fn summary(chains: &[&[f64]]) -> Summary {
    let length = chains.iter().map(|c| c.len()).min().unwrap_or(0);
    let draws = (length * chains.len()) as f64;
    let mean = chains.iter().map(|c| c[..length].iter().sum::<f64>()).sum::<f64>() / draws;
    let covariance = |t: usize| -> f64 {
        let one = |c: &&[f64]| -> f64 {
            c[..length - t].iter().zip(&c[t..length]).map(|(a, b)| (a - mean) * (b - mean)).sum()
        };
        chains.iter().map(one).sum::<f64>() / ((length - t) * chains.len()) as f64
    };
    let variance = if length > 0 { covariance(0) } else { f64::NAN };
    let (mut tau, mut window) = (0.5, 0);
    while variance > 0.0 && window + 1 < length {
        window += 1;
        tau += covariance(window) / variance;
        if window as f64 >= WINDOW * tau {
            break;
        }
    }
    // Anticorrelated draws may do better than independent ones, but not better than the window can tell.
    let tau = tau.max(1.0 / draws.max(2.0));
    let (sd, ess) = (variance.sqrt(), draws / (2.0 * tau));
    // Truncation is meant: a number of draws.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let n = ess as usize;
    let long = length as f64 >= SHORTEST * tau;
    let tau_error = long.then(|| tau * (2.0 * (2.0 * window as f64 + 1.0) / draws).sqrt());
    Summary {
        mean: Estimate::new(mean, sd / ess.sqrt(), n),
        sd,
        tau: Estimate { value: tau, std_error: tau_error, n },
        ess,
        r_hat: r_hat(chains, length),
    }
}

fn r_hat(chains: &[&[f64]], length: usize) -> f64 {
    let half = length / 2;
    if half < 2 {
        return f64::NAN;
    }
    let halves = || chains.iter().flat_map(|c| [&c[..half], &c[length - half..length]]);
    let mean = |c: &[f64]| c.iter().sum::<f64>() / c.len() as f64;
    let variance = |c: &[f64]| {
        let m = mean(c);
        c.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (c.len() - 1) as f64
    };
    let means: Vec<f64> = halves().map(mean).collect();
    let within = halves().map(variance).sum::<f64>() / means.len() as f64;
    ((half - 1) as f64 / half as f64 + variance(&means) / within).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal, stream};

    /// x' = phi x + noise: rho_t = phi^t, so tau = 1/2 + phi/(1 - phi), exactly.
    fn autoregressive(phi: f64, length: usize, index: u64) -> Vec<f64> {
        let mut rng = stream(11, Use::Fixture, index);
        let mut x = normal(&mut rng);
        let noise = (1.0 - phi * phi).sqrt();
        (0..length)
            .map(|_| {
                x = phi * x + noise * normal(&mut rng);
                x
            })
            .collect()
    }

    #[test]
    fn autoregressive_chains_have_their_known_tau_and_their_errors_cover_it() {
        for (phi, tau) in [(0.0, 0.5), (0.5, 1.5), (0.9, 9.5)] {
            let (mut taus, mut means) = (0, 0);
            for run in 0..40 {
                let chains: Vec<_> = (0..4).map(|k| autoregressive(phi, 5000, 4 * run + k)).collect();
                let e = summary(&chains.iter().map(Vec::as_slice).collect::<Vec<_>>());
                taus += usize::from((e.tau.value - tau).abs() < 2.0 * e.tau.error());
                means += usize::from(e.mean.value.abs() < 2.0 * e.mean.error());
                // Half chains are 130 independent draws long at least: R-hat is 1 + 1/260 on average.
                assert!((e.r_hat - 1.0).abs() < 0.03 && (e.sd - 1.0).abs() < 0.15, "{e:?}");
                assert!((e.ess * 2.0 * e.tau.value - 20_000.0).abs() < 1e-6);
            }
            // 95 % of 40 are 38; below 32 is one in a thousand.
            assert!(taus >= 32 && means >= 32, "phi = {phi}: tau in {taus}, mean in {means} of 40");
        }
    }

    #[test]
    fn chains_that_disagree_or_are_short_say_so() {
        let a = autoregressive(0.5, 1000, 900);
        let b: Vec<f64> = a.iter().map(|v| v + 3.0).collect();
        assert!(summary(&[&a, &b]).r_hat > 1.5);
        assert_eq!(summary(&[&autoregressive(0.99, 300, 901)]).tau.std_error, None);
        assert!(summary(&[&[1.0, 1.0, 1.0, 1.0]]).r_hat.is_nan());
    }
}
