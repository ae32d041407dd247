//! Boltzmann learning: the likelihood's maximum by chains that follow the model.

use super::learner::Run;
use super::{Error, Penalty, Potts, Samples};
use crate::inference::chains::Summary;

/// How a model is learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learning {
    /// Groups of chains, each of which learns a model of its own; 2 at least.
    pub groups: usize,
    /// Chains of each group.
    pub chains: usize,
    /// The largest mismatch of moments, in standard errors of the data's.
    pub tolerance: f64,
    /// Updates of each group at most.
    pub updates: usize,
    /// Seed.
    pub seed: u64,
}

impl Default for Learning {
    fn default() -> Self {
        Self { groups: 8, chains: 32, tolerance: 0.2, updates: 100_000, seed: 1 }
    }
}

/// A learned model, and how well it is known.
#[derive(Clone, Debug)]
pub struct Learned {
    /// The mean of the groups' models, in the gauge that the penalty chooses.
    pub model: Potts,
    /// The standard error of each field and coupling that the chains leave, by the spread of groups (degrees of freedom: groups less
    /// one); that of the data is not in it. Where a tolerance above 0.2 ended learning before what is left of the slope was the chains'
    /// noise, errors are as many times larger as the slope is than that.
    pub errors: Potts,
    /// Root mean square over moments of what is left of the objective's slope, in standard errors of the data's moments, the chains' own
    /// sampling error taken off; that error is `resolution`.
    pub mismatch: f64,
    /// Root mean square over moments of the chains' sampling error, in standard errors of the data's.
    pub resolution: f64,
    /// Updates of each group, and sweeps of each.
    pub updates: usize,
    /// Sweeps of each chain between updates, twice the autocorrelation time of the energy at the start.
    pub sweeps: usize,
    /// What chains of the model say of - E: autocorrelation time in sweeps, effective samples, split R-hat.
    pub chains: Summary,
    /// The stages after the first, the last that which the model is of.
    pub stages: Vec<Stage>,
}

/// What chains found after a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Updates of each group up to its end.
    pub updates: usize,
    /// As in [`Learned`].
    pub mismatch: f64,
    /// As in [`Learned`].
    pub resolution: f64,
    /// Split R-hat of the energies.
    pub r_hat: f64,
}

/// Where learning stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The stage that goes on, from 1.
    pub stage: usize,
    /// Its updates that are done, and all; half of the latter are of the chains that look at what it found, but in the first.
    pub updates: [usize; 2],
    /// What chains found after the last one.
    pub last: Option<Stage>,
}

/// Is told now and then where learning stands.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Sync);

/// Updates of the first stage.
const FIRST: usize = 100;
/// What sizes of steps are divided by from stage to stage; updates are as many times more.
const FALL: f64 = 4.0;
/// How many times the chains' own sampling error what is left of the slope may be: the extrapolated places have 1.7 times as much of it.
pub(super) const NOISE: f64 = 2.2;
/// The largest tolerance under which learning goes on until that is so; under larger ones errors are as many times larger as it is not.
const FINE: f64 = 0.2;
/// R-hat of the energy above which chains are not trusted.
const MIXED: f64 = 1.1;

/// The maximum a posteriori model by stochastic descent: persistent chains give the moments of the model that the data's are held
/// against.
///
/// Formula: x <- x - eta g with g = dF/dx, F minus the log likelihood of all samples and the penalty, x fields at the mean of the other sites
/// and couplings, each over the root of its second derivative under independent sites. Along the 24 steepest directions, as draws of the
/// first model tell, g is shortened until none is steeper than the least of them. eta is half of one over that steepness, or the draws of an
/// update over the samples if that is less; from stage to stage it falls to a quarter, while the updates are four times as many. What a stage
/// finds is the mean x of its last three quarters; its distance from the maximum grows as eta, so that (4 x' - x) / 3 of two stages is free of it.
///
/// It starts at the pseudo-likelihood's maximum. It ends at a stage after which chains of the mean model find the root mean square
/// of g below `tolerance` times what the data's sampling error makes of it, their own sampling error included.
///
/// Source: Ackley, Hinton & Sejnowski, Cogn. Sci. 9, 147 (1985); persistent chains: Tieleman, ICML 2008; means of places: Polyak &
/// Juditsky, SIAM J. Control Optim. 30, 838 (1992); extrapolation in eta: Dieuleveut, Durmus & Bach, Ann. Stat. 48, 1348 (2020).
///
/// # Errors
/// [`Error::NotLearned`] where the updates are used up before or chains of energies disagree; fewer than two groups, no chain; those of [`fit`](super::fit()).
///
/// ```
/// use nullcline_core::inference::potts::{Learning, Penalty, Potts, Sites, Transfer, Way, boltzmann};
///
/// // Samples of a chain of four sites, and the exact answer.
/// let mut truth = Potts::free(Sites::alike(4, 2).unwrap());
/// (0..3).for_each(|i| truth.couple(i, i + 1, |a, b| if a == b { 0.5 } else { -0.5 }));
/// let seen = Transfer::new(&truth).unwrap().samples(500, 1).unwrap();
/// let penalty = Penalty::of_likelihood(0.1, &seen.sites).unwrap();
/// let found = boltzmann(&seen, penalty, &Learning::default()).unwrap();
/// let exact = Way::Exact.fit(&seen, 0.1, None, &Default::default()).unwrap().model;
/// let apart = found.model.couplings[(0, 2)] - exact.couplings[(0, 2)];
/// assert!(found.mismatch < 0.2 && apart.abs() < 5.0 * found.errors.couplings[(0, 2)]);
/// ```
pub fn boltzmann(samples: &Samples, penalty: Penalty, o: &Learning) -> Result<Learned, Error> {
    boltzmann_told(samples, penalty, o, &|_| ())
}

/// [`boltzmann`], which tells where it stands.
///
/// # Errors
/// Those of [`boltzmann`].
pub fn boltzmann_told(
    samples: &Samples,
    penalty: Penalty,
    o: &Learning,
    tell: Tell<'_>,
) -> Result<Learned, Error> {
    if o.groups < 2 || o.chains == 0 {
        return Err(Error::Shape {
            what: "groups and chains",
            found: format!("{} and {}", o.groups, o.chains),
            expected: "2 and 1 at least".into(),
        });
    }
    let mut run = Run::new(samples, penalty, *o)?;
    let steep = run.steep()?;
    // Steps so small that the chains' noise moves a place by less than the data's errors, and stages of five times what they take to settle.
    let mut share = (run.draws() / (run.weight() * steep.size())).min(1.0);
    // Truncation is meant: a number of updates.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let mut stage = FIRST.max((5.0 / (share * steep.size())) as usize);
    if 5 * stage > o.updates {
        return Err(Error::Shape {
            what: "updates",
            found: o.updates.to_string(),
            expected: format!("{} at least for so many samples, or more chains", 5 * stage),
        });
    }
    run.part();
    let at = |stages: &[Stage], number: usize, of: usize| {
        let last = stages.last().copied();
        move |done: usize| tell(Progress { stage: number, updates: [done, of], last })
    };
    let mut stages: Vec<Stage> = vec![];
    let mut before = run.stage(stage, &steep, share, &at(&stages, 1, stage))?;
    let mut all = stage;
    loop {
        (share, stage) = (share / FALL, 4 * stage);
        if all + stage > o.updates {
            let (mismatch, r_hat) =
                stages.last().map_or((f64::NAN, f64::NAN), |s| (s.mismatch.hypot(s.resolution), s.r_hat));
            return Err(Error::NotLearned { mismatch, asked: o.tolerance, r_hat, updates: all });
        }
        let told = at(&stages, stages.len() + 2, 2 * stage);
        let places = run.stage(stage, &steep, share, &told)?;
        all += stage;
        let ended: Vec<Vec<f64>> = places.iter().zip(&before).map(|(p, b)| extrapolated(p, b)).collect();
        told(stage);
        let check = run.check(&ended, stage)?;
        stages.push(Stage {
            updates: all,
            mismatch: check.mismatch,
            resolution: check.resolution,
            r_hat: check.chains.r_hat,
        });
        let error = check.mismatch.hypot(check.resolution);
        let noise = check.mismatch <= NOISE * check.resolution || o.tolerance > FINE;
        if error <= o.tolerance && noise && !(check.chains.r_hat > MIXED) {
            return Ok(run.learned(&ended, &check, stages));
        }
        before = places;
    }
}

/// Where places would be with steps of zero: their distance from there grows as the size of steps.
fn extrapolated(places: &[f64], before: &[f64]) -> Vec<f64> {
    places.iter().zip(before).map(|(p, b)| (FALL * p - b) / (FALL - 1.0)).collect()
}
