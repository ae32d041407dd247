//! What the benchmarks are said to show, against what they did.

use super::{Network, Problem, Trial, mean};
use crate::studies::Claim;

/// Most that counts as solved, in nats: between the paper's solved (below 0.01 at best) and unsolved rows.
const SOLVED: f64 = 0.1;

/// The claims on a set of trials.
pub struct Verdicts<'a> {
    /// What was measured.
    pub trials: &'a [Trial],
    /// Where in the paper the claims stand.
    pub source: &'static str,
}

impl Verdicts<'_> {
    fn of(&self, problem: Problem, network: Network) -> Option<&Trial> {
        self.trials.iter().find(|t| t.problem == problem && t.network == network)
    }

    /// That `better` does better than `worse` on every task measured, one claim a task.
    ///
    /// It holds where the difference of the means is more than two of its standard errors, of the right
    /// sign; a task that was not run is `not tested`.
    pub fn order(&self, better: Network, worse: Network) -> Vec<Claim> {
        Problem::ALL.iter().map(|&p| self.order_on(p, better, worse)).collect()
    }

    fn order_on(&self, problem: Problem, better: Network, worse: Network) -> Claim {
        let up = problem.is_accuracy();
        let words = if up { "more right than" } else { "lower test loss than" };
        let claim = format!("{}: {} has {words} {}", problem.label(), better.label(), worse.label());
        let unit = if up { "difference of percent right" } else { "difference of test loss (nats)" };
        let published = problem.published(better).zip(problem.published(worse)).map(|(b, w)| b - w);
        let both = self.of(problem, better).zip(self.of(problem, worse));
        let Some((b, w)) = both else {
            let claim = Claim::measured(&claim, self.source, unit, f64::NAN, f64::NAN, 0);
            return Claim { published, ..claim }.because(self.why_not(problem));
        };
        let ((mb, eb), (mw, ew)) = (mean(&b.scores()), mean(&w.scores()));
        let (difference, error) = (mb - mw, eb.hypot(ew));
        let holds = if up { difference > 2.0 * error } else { difference < -2.0 * error };
        let claim = Claim::measured(&claim, self.source, unit, difference, error, b.trained.len());
        Claim { published, ..claim }.decided(holds)
    }

    /// That a network solves a task, or does not, as in the paper; only where the paper has a number.
    ///
    /// Solved means a mean test loss of at most 0.1 nats. The numbers themselves are compared at the paper's
    /// size alone.
    pub fn solves(&self, problem: Problem, network: Network) -> Option<Claim> {
        let published = problem.published(network).filter(|_| !problem.is_accuracy())?;
        let expected = published <= SOLVED;
        let words = if expected { "solves" } else { "does not solve" };
        let claim =
            format!("{}: {} {words} it (mean test loss to 0.1 nats)", problem.label(), network.label());
        let Some(trial) = self.of(problem, network) else {
            let claim = Claim::measured(&claim, self.source, "test loss (nats)", f64::NAN, f64::NAN, 0);
            return Some(Claim { published: Some(published), ..claim }.because(self.why_not(problem)));
        };
        let (value, error) = mean(&trial.losses());
        let n = trial.trained.len();
        let claim = Claim::measured(&claim, self.source, "test loss (nats)", value, error, n);
        let claim = Claim { published: Some(published), tolerance: SOLVED, ..claim };
        Some(claim.decided((value <= SOLVED) == expected))
    }

    /// That at least four in five realisations end with a test loss below 1e-3.
    pub fn learned(&self, problem: Problem, network: Network) -> Claim {
        self.share(
            problem,
            network,
            "ends below 0.001 nats in at least four of five trainings",
            |l| l < 1e-3,
            0.8,
        )
    }

    /// That every realisation stays above 0.5 nats.
    pub fn fails(&self, problem: Problem, network: Network) -> Claim {
        self.share(problem, network, "stays above 0.5 nats in every training", |l| l > 0.5, 1.0)
    }

    fn share(
        &self,
        problem: Problem,
        network: Network,
        words: &str,
        is: fn(f64) -> bool,
        least: f64,
    ) -> Claim {
        let claim = format!("{}: {} {words}", problem.label(), network.label());
        let quantity = "share of trainings";
        let Some(trial) = self.of(problem, network) else {
            return Claim::measured(&claim, self.source, quantity, f64::NAN, f64::NAN, 0)
                .because(self.why_not(problem));
        };
        let losses = trial.losses();
        let share = losses.iter().filter(|l| is(**l)).count() as f64 / losses.len() as f64;
        Claim::measured(&claim, self.source, quantity, share, 0.0, losses.len()).decided(share >= least)
    }

    fn why_not(&self, problem: Problem) -> &'static str {
        match problem {
            Problem::LongCopy => "Not part of the preset quick.",
            Problem::Digits => "Needs the four MNIST files: name their folder with --data.",
            _ => "Not part of this study.",
        }
    }
}

/// Claims on single networks, task by task.
pub fn by_network(v: &Verdicts) -> Vec<Claim> {
    let each = |p: Problem| Network::ALL.into_iter().filter_map(move |n| v.solves(p, n));
    Problem::ALL.into_iter().flat_map(each).collect()
}
