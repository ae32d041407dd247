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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::training::Trained;
    use crate::studies::Verdict;
    use crate::training::loss::Measured;
    use crate::training::trainer::{Settings, Stopped};

    fn trial(problem: Problem, network: Network, losses: &[f64]) -> Trial {
        let trained = |&loss: &f64| Trained {
            theta: vec![],
            best_epoch: 0,
            curve: vec![],
            stopped: Stopped::Epochs,
            test: Some(Measured { loss, accuracy: Some(0.5), counted: 1.0 }),
            notes: vec![],
        };
        Trial {
            problem,
            network,
            chance: 1.4,
            parameters: 1,
            settings: Settings::default(),
            trained: losses.iter().map(trained).collect(),
        }
    }

    #[test]
    fn verdicts_follow_the_losses() {
        let trials = [
            trial(Problem::Ordering, Network::TanhPta, &[1e-4, 2e-4, 1e-4, 5e-4, 0.3]),
            trial(Problem::Ordering, Network::Tanh, &[1.39, 1.38, 1.40, 1.39, 1.39]),
            trial(Problem::Copy, Network::Tanh, &[0.4, 2.0]),
        ];
        let v = Verdicts { trials: &trials, source: "here" };
        let verdict = |c: Claim| c.verdict;
        let order = v.order(Network::TanhPta, Network::Tanh);
        assert_eq!(order.len(), 5);
        assert_eq!(order[0].verdict, Verdict::Holds);
        // Mean 0.06018 below 1.39, by the numbers of the table 1.39 - 1.22e-5.
        assert!((order[0].measured - (0.06018 - 1.39)).abs() < 1e-12);
        assert!((order[0].published.unwrap() - (1.22e-5 - 1.39)).abs() < 1e-12);
        assert!(order[1..].iter().all(|c| c.verdict == Verdict::NotTested && !c.reason.is_empty()));
        assert_eq!(v.order(Network::Tanh, Network::TanhPta)[0].verdict, Verdict::Differs);
        assert_eq!(verdict(v.learned(Problem::Ordering, Network::TanhPta)), Verdict::Holds);
        assert_eq!(verdict(v.learned(Problem::Ordering, Network::Tanh)), Verdict::Differs);
        assert_eq!(verdict(v.fails(Problem::Ordering, Network::Tanh)), Verdict::Holds);
        assert_eq!(verdict(v.fails(Problem::Copy, Network::Tanh)), Verdict::Differs);
        assert_eq!(verdict(v.fails(Problem::Copy, Network::Gru)), Verdict::NotTested);
        assert_eq!(v.solves(Problem::Ordering, Network::TanhPta).map(verdict), Some(Verdict::Holds));
        assert_eq!(v.solves(Problem::Copy, Network::Tanh).map(verdict), Some(Verdict::Holds));
        // A dash in the table, and percent, make no such claim.
        assert!(v.solves(Problem::Ordering, Network::CoRnn).is_none());
        assert!(v.solves(Problem::Digits, Network::Tanh).is_none());
    }
}
