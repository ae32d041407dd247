//! How much prior and evidence count in a network's choices, against each other.

use crate::common::*;
use crate::schaeffer2020::measured::over_blocks;
use crate::schaeffer2020::networks::Recorded;
use faer::Mat;
use nullcline_core::diagnostics::geometry::decoding::logistic;
use nullcline_core::numbers::jackknife::delete_one;
use nullcline_core::tasks::ibl::Side;

/// Groups of blocks, each of which is left out once where a fit is no function of sums.
const GROUPS: usize = 20;
/// Nearest that a probability counts as to 0 or 1.
const SURE: f64 = 1e-15;

/// What a trial's choice is made of.
pub struct Weighed {
    block: usize,
    /// The observer's log odds of right before the first observation.
    prior: f64,
    /// Log likelihood ratio of the first observation, and of all up to the action.
    evidence: [f64; 2],
    /// The network's log odds at the first observation.
    odds: f64,
    choice: Option<Side>,
}

/// Log odds of a probability.
pub fn log_odds(p: f64) -> f64 {
    let p = p.clamp(SURE, 1.0 - SURE);
    (p / (1.0 - p)).ln()
}

/// The trials of a session; `blank` steps are without observation.
pub fn weighed(r: &Recorded, blank: usize) -> Vec<Weighed> {
    let ends = r.ends();
    let starts = [0].into_iter().chain(ends.iter().map(|t| t + 1));
    let one = |((n, start), end): ((usize, usize), &usize)| {
        let [prior, first, last] = [start, start + blank, *end].map(|t| log_odds(r.observer[t]));
        let played = &r.played.trials[n];
        Weighed {
            block: played.trial.block,
            prior,
            evidence: [first - prior, last - prior],
            odds: log_odds(r.right[start + blank]),
            choice: played.action,
        }
    };
    starts.enumerate().zip(&ends).map(one).collect()
}

/// The weight of log prior odds over that of the log likelihood ratio in choices, by a logistic regression of answered trials;
/// its error by leaving out groups of blocks.
pub fn in_choices(trials: &[Weighed]) -> Estimate {
    let blocks = trials.last().map_or(1, |t| t.block + 1);
    let group = |t: &Weighed| t.block * GROUPS / blocks;
    let fit = |left_out: Option<usize>| {
        let kept: Vec<(&Weighed, Side)> = trials
            .iter()
            .filter(|t| left_out != Some(group(t)))
            .filter_map(|t| t.choice.map(|c| (t, c)))
            .collect();
        let x = Mat::from_fn(2, kept.len(), |i, j| [kept[j].0.prior, kept[j].0.evidence[1]][i]);
        let y: Vec<bool> = kept.iter().map(|k| k.1 == Side::Right).collect();
        logistic(x.as_ref(), &y, true, 0.0).ok().map(|f| f.weights[0] / f.weights[1])
    };
    fit(None).map_or(Estimate::unknown(f64::NAN, GROUPS), |ratio| {
        delete_one(ratio, (0..GROUPS).map(|k| fit(Some(k))))
    })
}

/// The same in the network's log odds at the first observation of every trial, by least squares.
pub fn in_odds(trials: &[Weighed]) -> Estimate {
    let row = |t: &Weighed| {
        let (p, l, y) = (t.prior, t.evidence[0], t.odds);
        (t.block, vec![p, l, y, p * p, l * l, p * l, p * y, l * y])
    };
    over_blocks(trials.iter().map(row), |m| {
        let (pp, ll, pl) = (m[3] - m[0] * m[0], m[4] - m[1] * m[1], m[5] - m[0] * m[1]);
        let (py, ly) = (m[6] - m[0] * m[2], m[7] - m[1] * m[2]);
        (py * ll - ly * pl) / (ly * pp - py * pl)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nullcline_core::linalg::random::{Use, normal, stream, uniform};

    /// Who weighs the prior by 0.6 and the evidence by 1.5 has a ratio of 0.4, in choices and in log odds.
    #[test]
    fn weights_that_were_put_in_come_out() {
        let mut rng = stream(5, Use::Fixture, 0);
        let mut one = |n: usize| {
            let (prior, first) = (1.2 * normal(&mut rng), 1.5 * normal(&mut rng));
            let last = first + 0.3 * prior + normal(&mut rng);
            let p = 1.0 / (1.0 + (-(0.6 * prior + 1.5 * last)).exp());
            Weighed {
                block: n / 50,
                prior,
                evidence: [first, last],
                odds: 0.1 + 0.6 * prior + 1.5 * first + normal(&mut rng),
                choice: (!n.is_multiple_of(9)).then(|| Side::of(uniform(&mut rng, 0.0, 1.0) < p)),
            }
        };
        let trials: Vec<Weighed> = (0..10_000).map(&mut one).collect();
        for found in [in_choices(&trials), in_odds(&trials)] {
            assert!((found.value - 0.4).abs() < 3.0 * found.error() && found.error() < 0.03, "{found:?}");
        }
        assert_eq!([in_choices(&trials).n, in_odds(&trials).n], [20, 200]);
    }

    #[test]
    fn log_odds_end_where_probabilities_do() {
        assert!(
            (log_odds(0.9) - 9f64.ln()).abs() < 1e-12 && log_odds(1.0).is_finite() && log_odds(0.0) < -30.0
        );
    }
}
