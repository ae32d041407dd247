//! A model at every strength of a penalty, and what it says of data that it has not seen.

use super::known::Known;
use super::partition::{Chains, Method, Partition, generated, likelihood, partition, partition_near};
use super::{Annealing, Ended, Error, Fit, Potts, Progress, Samples, Settings, Way};
use crate::numbers::Estimate;

/// What one strength gives.
#[derive(Clone, Debug)]
pub struct Level {
    /// gamma.
    pub gamma: f64,
    /// Minus the log likelihood that is penalised, and the penalty, of all samples; not a number where it was not evaluated ([`Fit`]).
    pub objective: f64,
    /// Bound on its distance from the minimum; not a number where there is none.
    pub gap: f64,
    /// Evaluations of the fit of all samples.
    pub evaluations: usize,
    /// How that fit ended.
    pub ended: Ended,
    /// Log likelihood of a training sample.
    pub train: Estimate,
    /// That of a sample left out, with the error over folds, or of one of the truth; none without folds and truth.
    pub test: Option<Estimate>,
    /// That of a generated sample.
    pub generated: Estimate,
    /// log Z.
    pub partition: Partition,
    /// Split R-hat of the energies of chains; none where nothing was sampled.
    pub r_hat: Option<f64>,
    /// KL(truth || model) and KL(model || truth), where the truth is known.
    pub divergence: Option<[Estimate; 2]>,
}

/// What a sweep needs beside the samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Which likelihood is penalised.
    pub way: Way,
    /// When fits end.
    pub fits: Settings,
    /// How log Z is estimated.
    pub annealing: Annealing,
    /// How energies of generated samples are.
    pub chains: Chains,
}

/// How many times the tolerance of the fit of all samples those without a fold have: they tell errors and unseen likelihoods, which
/// samples spread far more.
const FOLDS: f64 = 100.0;

/// Fits of all samples, each begun at the one before it, and of those without each fold.
pub struct Sweep<'a> {
    samples: &'a Samples,
    /// Samples without each fold, and the fold.
    folds: Vec<(Samples, Samples)>,
    options: Options,
    truth: Option<Known<'a>>,
    /// The last model of all samples.
    last: Option<Potts>,
    tell: &'a (dyn Fn(Learner) + Sync),
}

/// Where the learning of one of a sweep's fits stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learner {
    /// gamma.
    pub gamma: f64,
    /// The fit of that strength, from 1, and how many there are.
    pub fit: [usize; 2],
    /// Where it stands.
    pub at: Progress,
}

impl<'a> Sweep<'a> {
    /// A sweep over `samples`, `fold` of each where unseen data are wanted.
    ///
    /// # Errors
    /// A fold that holds all samples.
    pub fn new(
        samples: &'a Samples,
        fold: Option<&[usize]>,
        truth: Option<Known<'a>>,
        options: Options,
    ) -> Result<Self, Error> {
        let count = fold.and_then(|f| f.iter().max()).map_or(0, |m| m + 1);
        let part = |k: usize| {
            let of = |s: usize| fold.is_some_and(|f| f[s] == k);
            Ok((samples.only(|s| !of(s))?, samples.only(of)?))
        };
        let folds = (0..count).map(part).collect::<Result<_, Error>>()?;
        Ok(Self { samples, folds, options, truth, last: None, tell: &|_| () })
    }

    /// The same, which tells where the learning of its fits stands.
    #[must_use]
    pub fn telling(self, tell: &'a (dyn Fn(Learner) + Sync)) -> Self {
        Self { tell, ..self }
    }

    /// Folds.
    pub fn folds(&self) -> usize {
        self.folds.len()
    }

    /// The models at strength `gamma`: of all samples, then without each fold.
    ///
    /// # Errors
    /// Those of [`Way::fit`].
    pub fn fits(&mut self, gamma: f64) -> Result<Vec<Fit>, Error> {
        let o = &self.options;
        let (tell, fits) = (self.tell, 1 + self.folds.len());
        let told = |fit: usize| move |at: Progress| tell(Learner { gamma, fit: [fit, fits], at });
        let whole = o.way.fit_told(self.samples, gamma, self.last.as_ref(), &o.fits, &told(1))?;
        // Without a fold the minimum is near that of all samples.
        let loose = Settings { tolerance: FOLDS * o.fits.tolerance, aim: FOLDS * o.fits.tolerance, ..o.fits };
        let part = |(k, (kept, _)): (usize, &(Samples, Samples))| {
            o.way.fit_told(kept, gamma, Some(&whole.model), &loose, &told(k + 2))
        };
        let parts: Vec<Fit> = self.folds.iter().enumerate().map(part).collect::<Result<_, _>>()?;
        self.last = Some(whole.model.clone());
        Ok(std::iter::once(whole).chain(parts).collect())
    }

    /// What strength `gamma` gives, and its fits.
    ///
    /// # Errors
    /// Those of [`Way::fit`].
    pub fn level(&mut self, gamma: f64) -> Result<(Level, Vec<Fit>), Error> {
        let fits = self.fits(gamma)?;
        let o = &self.options;
        let whole = &fits[0];
        let own = partition(&whole.model, &o.annealing)?;
        let made = generated(&whole.model, &o.chains)?;
        let mut tests = vec![];
        for (k, (fit, (_, out))) in fits[1..].iter().zip(&self.folds).enumerate() {
            let seed = o.annealing.seed.wrapping_add(1 + k as u64);
            let near = (&own, &made);
            let of_fold =
                partition_near(&fit.model, near, o.chains.draws, &Annealing { seed, ..o.annealing })?;
            tests.push(likelihood(&fit.model, out, &of_fold).value);
        }
        let less = |weight: Estimate| {
            let error = (weight.error().powi(2) + own.log_z.error().powi(2)).sqrt();
            Estimate { value: weight.value - own.log_z.value, std_error: Some(error), n: weight.n }
        };
        let divergence = self.truth.as_ref().map(|t| t.divergences(&whole.model, &own));
        let level = Level {
            gamma,
            objective: whole.objective,
            gap: whole.gap,
            evaluations: whole.evaluations,
            ended: whole.ended.clone(),
            train: likelihood(&whole.model, self.samples, &own),
            test: match &self.truth {
                Some(t) => Some(t.likelihood(&whole.model, &own)),
                None => (!tests.is_empty()).then(|| Estimate::mean(tests)),
            },
            generated: less(made.weight),
            partition: own,
            r_hat: (own.method == Method::Annealed).then_some(made.chains.r_hat),
            divergence: divergence.transpose()?,
        };
        Ok((level, fits))
    }
}

/// Where a parabola through three points, the second the largest or the least, turns; none where it is a line.
///
/// ```
/// use nullcline_core::inference::potts::turning;
///
/// let bowl = |x: f64| (x, (x - 1.2).powi(2));
/// assert!((turning([bowl(0.0), bowl(1.5), bowl(3.0)]).unwrap() - 1.2).abs() < 1e-12);
/// assert_eq!(turning([(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]), None);
/// ```
pub fn turning([(x0, y0), (x1, y1), (x2, y2)]: [(f64, f64); 3]) -> Option<f64> {
    let (left, right) = ((y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1));
    let curve = (right - left) / (x2 - x0);
    (curve.abs() > 0.0).then(|| 0.5 * (x0 + x1) - left / (2.0 * curve))
}
