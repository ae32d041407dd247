//! Demixed principal components of a recording's conditions.

use super::repeated;
use super::{Analyses, Left};
use crate::analyses::conditions::{Conditions, Factor};
use crate::analyses::modules::{Diagnostic, OfRecording};
use crate::analyses::summary::Number;
use crate::analyses::{Context, Error, Module};
use crate::diagnostics::geometry::demixed::{
    Axis, Chosen, Component, Demixed, Fit, Marginal, Means, Plan, Significance, Test, choose_ridge,
    significance,
};
use crate::diagnostics::geometry::products::{centred, inner};
use crate::diagnostics::geometry::signal::Repeat;
use crate::io::shown::count;
use crate::linalg::col;
use crate::linalg::random::{Use, shuffled, stream};
use crate::numbers::{Estimate, jackknife};
use faer::Mat;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// Components of each marginal at most.
const MOST: usize = 10;
/// Components kept, by what they explain.
const KEPT: usize = 20;
/// Shuffles behind the significance of axes.
const SHUFFLES: usize = 100;
/// Halvings of the trials behind shares without noise.
const HALVES: usize = 20;

/// Demixed principal components of a recording.
pub struct DemixedComponents {
    /// What was varied.
    pub factors: Vec<Factor>,
    /// Names of the units.
    pub units: Vec<String>,
    /// Levels and steps.
    pub plan: Plan,
    /// The components, those that explain most.
    pub found: Demixed,
    /// Names of the marginals, in the order of the plan.
    pub names: Vec<String>,
    /// Each marginal's share of the variance of means, with the error of leaving out tenths of the trials.
    pub shares: Vec<Estimate>,
    /// Each marginal's share of the variance that comes again from half of the trials to the other, without that of noise.
    pub signal: Vec<Estimate>,
    /// Names of the conditions.
    pub conditions: Vec<String>,
    /// Each component read off the means: a list of conditions by steps, condition after condition.
    pub courses: Vec<Vec<f64>>,
    /// How strong it is regularised; none: a condition has a single trial.
    pub chosen: Option<Chosen>,
    /// Whether the axes tell held-out trials apart; none: not asked, or a condition has a single trial.
    pub significance: Option<Significance>,
    /// Trials of the condition that has the fewest, and of that with the most.
    pub trials: [usize; 2],
    /// Steps of the longest trial.
    pub longest: usize,
    /// What was left out.
    pub left: Vec<Left>,
}

/// Demixed principal components in the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Dpca")]
pub struct Entry {
    /// The factors and their levels.
    pub factors: Vec<(String, Vec<String>)>,
    /// Steps of a trial that were used.
    pub steps: usize,
    /// Trials of the condition that has the fewest, and of that with the most.
    pub trials: [usize; 2],
    /// lambda, in the convention of the source's programs: it is multiplied by the total variance and squared.
    pub lambda: Number,
    /// Parts of the variance.
    pub marginals: Vec<MarginalShare>,
    /// Components, by the share of the variance that each reconstructs.
    pub components: Vec<DemixedComponent>,
    /// Whether the first components of each marginal tell held-out trials apart; null: not tested.
    pub significance: Option<HeldOut>,
}

/// Held-out trials told apart by demixed axes, beside shuffled ones.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HeldOut {
    /// How often the trials were dealt among the conditions anew.
    pub shuffles: usize,
    /// Parts of the trials, each held out once.
    pub folds: usize,
    /// Divisions into such parts.
    pub divisions: usize,
    /// Directions of the units in which it was done: all, or so many principal components.
    pub directions: usize,
    /// The axes.
    pub axes: Vec<HeldOutAxis>,
}

/// One axis.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HeldOutAxis {
    /// What it depends on.
    pub of: String,
    /// Its place within the marginal, from 1.
    pub place: usize,
    /// Share right of a classifier that does not look.
    pub chance: Number,
    /// Share of held-out trials told right, step by step.
    pub accuracy: Vec<Number>,
    /// The highest share of the shuffles, step by step.
    pub highest_shuffled: Vec<Number>,
    /// Whether a step is above every shuffle, in ten in a row at least.
    pub above: Vec<bool>,
    /// Share of shuffles, the data among them, whose best mean over ten steps in a row is as high.
    pub p: Number,
}

/// A part of the variance of means.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MarginalShare {
    /// What it depends on: `time`, a factor, or several.
    pub of: String,
    /// Share of the variance of the means, that of noise included.
    pub share: Number,
    /// Its standard error.
    pub share_std_error: Number,
    /// Share of the variance that comes again from half of the trials to the other.
    pub signal_share: Number,
    /// Its standard error.
    pub signal_share_std_error: Number,
}

/// A demixed component.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DemixedComponent {
    /// What it depends on.
    pub of: String,
    /// Its place within the marginal, from 1.
    pub place: usize,
    /// Share of the variance of the means that it reconstructs.
    pub explained: Number,
    /// The same of each marginal, in the order of `marginals`.
    pub by_marginal: Vec<Number>,
    /// Reads it off the units.
    pub decoder: Vec<Number>,
    /// Where it stands in the units, a unit vector.
    pub encoder: Vec<Number>,
}

impl Diagnostic for DemixedComponents {
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.demixed()));
    const OF_CONDITIONS: bool = true;
}

impl Analyses<'_> {
    /// The conditions, which the module needs.
    pub(super) fn conditions(&self, module: Module) -> Result<&Conditions, Error> {
        self.held.conditions.as_ref().ok_or_else(|| {
            let name = module.name();
            Error::Config(format!(
                "the module {name} needs --conditions COLUMN,.., what was varied from trial to trial"
            ))
        })
    }

    fn demixed(&self) -> Result<DemixedComponents, Error> {
        let conditions = self.conditions(Module::Dpca)?;
        let (numbered, combinations) = (conditions.numbered(), conditions.combinations());
        let repeats = repeated::trials(self.held, &numbered);
        let present: BTreeSet<usize> = repeats.iter().map(|r| r.condition).collect();
        let first = (0..=present.len()).find(|c| !present.contains(c)).filter(|c| *c < combinations);
        if let Some(first) = first {
            let message = format!(
                "--conditions: no trial of {} ({} of {combinations} combinations have none); demixing takes every combination: leave \
                 a factor out, or join levels",
                conditions.name(first),
                combinations - present.len()
            );
            return Err(Error::input(&self.config.file, message));
        }
        let mut of: Vec<Vec<&Repeat>> = vec![vec![]; combinations];
        repeats.iter().for_each(|r| of[r.condition].push(r));
        let steps = repeats.iter().map(|r| r.columns.len()).min().unwrap_or(0);
        let plan = Plan { levels: conditions.levels(), steps };
        let trials: Vec<Vec<&[usize]>> =
            of.iter().map(|all| all.iter().map(|r| &r.columns[..steps]).collect()).collect();
        let means = Means { x: self.held.x.as_ref(), plan: &plan, trials };
        let failed = || Error::input(&self.config.file, "demixing: the means of conditions do not vary");
        let chosen = choose_ridge(&means, MOST, self.config.seed);
        let x = means.of(&|_, _| true);
        let noise = chosen.as_ref().map(|_| means.noise(x.as_ref(), &|_, _| true));
        let total = centred(x.as_ref()).squared_norm_l2();
        let ridge = chosen.as_ref().map_or(0.0, |c| c.ridges[c.best] * total);
        let fit = Fit { noise: noise.as_ref().map(Mat::as_ref), ridge, most: MOST };
        let mut found = Demixed::of(x.as_ref(), &plan, fit).ok_or_else(failed)?;
        found.components.truncate(KEPT);
        let groups: Vec<Vec<usize>> = of.iter().map(|all| all.iter().map(|r| r.group).collect()).collect();
        let [shares, signal] = self.shares(&means, &groups);
        let shuffles = self.config.analyses.shuffles.unwrap_or(SHUFFLES);
        let significance = chosen.as_ref().and_then(|c| {
            let basis = self.pca.map(|p| p.components.as_ref());
            significance(&means, &Test { ridge: c.ridges[c.best], shuffles, seed: self.config.seed, basis })
        });
        let counts = of.iter().map(Vec::len);
        let course = |c: &Component| {
            let along = |j| c.decoder.iter().zip(col(x.as_ref(), j)).map(|(d, v)| d * v).sum();
            (0..x.ncols()).map(along).collect()
        };
        Ok(DemixedComponents {
            names: plan.marginals().iter().map(|m| named(*m, &conditions.factors)).collect(),
            factors: conditions.factors.clone(),
            units: self.units.to_vec(),
            courses: found.components.iter().map(course).collect(),
            conditions: (0..combinations).map(|c| conditions.name(c)).collect(),
            trials: [counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0)],
            longest: repeats.iter().map(|r| r.columns.len()).max().unwrap_or(0),
            left: self.left_of_trials(Module::Dpca),
            found,
            shares,
            signal,
            chosen,
            significance,
            plan,
        })
    }

    /// Shares of the marginals, of all and of what comes again, with errors over trials.
    fn shares(&self, means: &Means<'_>, groups: &[Vec<usize>]) -> [Vec<Estimate>; 2] {
        let marginals = means.plan.marginals();
        let kept = |out: Option<usize>| move |c: usize, k: usize| out != Some(groups[c][k]);
        let whole = |out: Option<usize>| -> Option<Vec<f64>> {
            let every = |c: &Vec<usize>| c.iter().any(|g| Some(*g) != out);
            groups.iter().all(every).then(|| means.plan.shares(means.of(&kept(out)).as_ref()))
        };
        let halves = |out: Option<usize>| self.halved(means, &kept(out));
        let least = groups.iter().map(Vec::len).min().unwrap_or(0);
        let parts = groups.iter().flatten().max().map_or(0, |m| m + 1);
        let count = if least < 2 { 0 } else { parts };
        let jobs: Vec<Option<usize>> = std::iter::once(None).chain((0..count).map(Some)).collect();
        let done: Vec<_> = jobs.into_par_iter().map(|out| (whole(out), halves(out))).collect();
        let estimate = |k: usize, of: &dyn Fn(usize) -> Option<f64>| {
            let value = of(0).unwrap_or(f64::NAN);
            if k == 0 { Estimate::unknown(value, 1) } else { jackknife::delete_one(value, (1..=k).map(of)) }
        };
        let shares = (0..marginals.len()).map(|m| estimate(count, &|j| done[j].0.as_ref().map(|v| v[m])));
        let signal = (0..marginals.len()).map(|m| estimate(count, &|j| done[j].1.as_ref().map(|v| v[m])));
        [shares.collect(), signal.collect()]
    }

    /// Shares of the marginals in the product of two halves of the trials; none where a half is empty.
    fn halved(&self, means: &Means<'_>, kept: &dyn Fn(usize, usize) -> bool) -> Option<Vec<f64>> {
        let marginals = means.plan.marginals();
        let mut sums = vec![0.0; marginals.len()];
        for half in 0..HALVES {
            // Dealt alike whatever is left out.
            let mut rng = stream(self.config.seed, Use::Split, (1 << 42) + half as u64);
            let side: Vec<Vec<usize>> = means.trials.iter().map(|t| shuffled(t.len(), &mut rng)).collect();
            let of = |h: usize| {
                let inside = |c: usize, k: usize| kept(c, k) && side[c][k] % 2 == h;
                let whole = (0..side.len()).all(|c| (0..side[c].len()).any(|k| inside(c, k)));
                whole.then(|| means.of(&inside))
            };
            let (a, b) = (of(0)?, of(1)?);
            for (sum, m) in sums.iter_mut().zip(&marginals) {
                let (a, b) = (means.plan.marginal(a.as_ref(), *m), means.plan.marginal(b.as_ref(), *m));
                *sum += inner(a.as_ref(), b.as_ref());
            }
        }
        let total: f64 = sums.iter().sum();
        (total > 0.0).then(|| sums.into_iter().map(|s| s / total).collect())
    }
}

/// As `time`, `stimulus` or `stimulus x choice`.
fn named(marginal: Marginal, factors: &[Factor]) -> String {
    let inside = factors.iter().enumerate().filter(|(f, _)| marginal.factors >> f & 1 == 1);
    let names: Vec<&str> = inside.map(|(_, f)| f.name.as_str()).collect();
    match names.is_empty() {
        true if factors.iter().any(|f| f.name == "time") => "time alone".into(),
        true => "time".into(),
        false => names.join(" x "),
    }
}

impl DemixedComponents {
    /// The name of what a component depends on.
    pub fn of(&self, component: &Component) -> &str {
        self.name(component.marginal)
    }

    /// The name of a marginal.
    pub fn name(&self, marginal: Marginal) -> &str {
        let place = self.plan.marginals().iter().position(|m| *m == marginal);
        place.map_or("", |p| &self.names[p])
    }

    /// How well a component tells held-out trials apart, where that was tested.
    pub fn judged(&self, component: &Component) -> Option<&Axis> {
        let own = |a: &&Axis| a.marginal == component.marginal && a.place == component.place;
        self.significance.as_ref()?.axes.iter().find(own)
    }
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &DemixedComponents, _: &Context) -> Self {
        let numbers = |all: &[f64]| all.iter().map(|v| Number(*v)).collect();
        let marginal = |k: usize| MarginalShare {
            of: found.names[k].clone(),
            share: Number(found.shares[k].value),
            share_std_error: Number(found.shares[k].error()),
            signal_share: Number(found.signal[k].value),
            signal_share_std_error: Number(found.signal[k].error()),
        };
        let component = |c: &Component| DemixedComponent {
            of: found.of(c).to_owned(),
            place: c.place + 1,
            explained: Number(c.explained),
            by_marginal: numbers(&c.by_marginal),
            decoder: numbers(&c.decoder),
            encoder: numbers(&c.encoder),
        };
        let axis = |a: &Axis| HeldOutAxis {
            of: found.name(a.marginal).to_owned(),
            place: a.place + 1,
            chance: Number(a.chance()),
            accuracy: numbers(&a.accuracy),
            highest_shuffled: numbers(&a.highest),
            above: a.above.clone(),
            p: Number(a.p),
        };
        Self {
            factors: found.factors.iter().map(|f| (f.name.clone(), f.levels.clone())).collect(),
            steps: found.plan.steps,
            trials: found.trials,
            lambda: Number(found.found.lambda),
            marginals: (0..found.names.len()).map(marginal).collect(),
            components: found.found.components.iter().map(component).collect(),
            significance: found.significance.as_ref().map(|s| HeldOut {
                shuffles: s.shuffles,
                folds: s.folds,
                divisions: s.divisions,
                directions: s.directions,
                axes: s.axes.iter().map(axis).collect(),
            }),
        }
    }
}

/// What a message says of trials of `steps` to `longest` steps, of which the first were used.
pub fn cut(steps: usize, longest: usize) -> Option<String> {
    (steps < longest).then(|| {
        format!("Trials have {steps} to {}: the first {steps} of each were used.", count(longest, "step"))
    })
}
