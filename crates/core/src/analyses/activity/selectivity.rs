//! Read-outs of several targets against each other and against the leading plane, and units against targets.

use super::held::{Target, TargetKind};
use super::{Analyses, Left};
use crate::analyses::{Error, Module};
use crate::diagnostics::geometry::correlation::{correlation, successive};
use crate::diagnostics::geometry::decoding::{self, Separation, linear, logistic};
use crate::diagnostics::geometry::subspace::{angle, angle_within, share};
use crate::linalg::norm;
use crate::numbers::Estimate;
use crate::numbers::jackknife;
use crate::numbers::least_squares::regression::{self, Coefficient, Design, holm};
use faer::MatRef;
use rayon::prelude::*;

/// Corrected p-value below which a unit counts as selective.
pub const LEVEL: f64 = 0.05;

/// The direction that reads off a target.
pub struct ReadOut {
    /// The target.
    pub name: String,
    /// Its two values, if it has two: the read-out is then logistic, else linear.
    pub labels: Option<Vec<String>>,
    /// Weights of the units.
    pub weights: Vec<f64>,
    /// R^2, or 1 - log-likelihood over that without units (McFadden); on the rows fitted.
    pub explained: f64,
    /// Share of the weights' square inside the plane of the first two principal components.
    pub inside: Option<Estimate>,
}

/// How a read-out is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOutKind {
    /// By logistic regression on two values.
    Logistic,
    /// By least squares.
    Linear,
}
named!(ReadOutKind: Self::Logistic => "logistic", Self::Linear => "linear");

impl ReadOut {
    /// How it is found.
    pub fn kind(&self) -> ReadOutKind {
        if self.labels.is_some() { ReadOutKind::Logistic } else { ReadOutKind::Linear }
    }

    /// Its weights as a unit vector.
    pub fn direction(&self) -> Vec<f64> {
        let size = norm(&self.weights);
        self.weights.iter().map(|w| w / size).collect()
    }
}

/// Two read-outs.
pub struct Pair {
    /// Their targets.
    pub names: [String; 2],
    /// The angle between them, degrees.
    pub angle: Estimate,
    /// The angle between their projections on the plane of the first two principal components, degrees.
    pub within: Option<Estimate>,
}

/// Every unit against one target.
#[derive(Clone, Debug)]
pub struct Regressed {
    /// The target.
    pub name: String,
    /// Slope of each unit, beside the other targets.
    pub slopes: Vec<Coefficient>,
    /// p-values corrected for the number of units.
    pub corrected: Vec<f64>,
    /// R^2 of each unit's regression, on all its targets.
    pub r_squared: Vec<f64>,
    /// Rows used.
    pub rows: usize,
}

impl Regressed {
    /// Units that depend on the target, by their corrected p.
    pub fn selective(&self) -> usize {
        self.corrected.iter().filter(|p| **p < LEVEL).count()
    }
}

/// All of it.
pub struct Selectivity {
    /// Names of the units.
    pub units: Vec<String>,
    /// Read-outs by target.
    pub outs: Vec<ReadOut>,
    /// Pairs of them.
    pub pairs: Vec<Pair>,
    /// Regressions by target.
    pub regressions: Vec<Regressed>,
    /// Which rows the errors of slopes allow to depend on each other.
    pub by: By,
    /// What was left out.
    pub left: Vec<Left>,
}

/// What errors of slopes are between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// So many trials.
    Trials(usize),
    /// So many blocks of successive rows, which are alike.
    Blocks(usize),
    /// Rows.
    Rows,
}

named! {
    By:
    Self::Trials(_) => "by trial",
    Self::Blocks(_) => "by block",
    Self::Rows => "independent rows",
}

/// Parts left out one at a time for the errors of angles and shares, at most.
const PARTS: usize = 10;

/// Blocks of rows that are alike made at least.
const LEAST: usize = 5;

/// A read-out.
struct Weights {
    /// Of the units.
    units: Vec<f64>,
    /// Share of the target's variance or of its likelihood that they explain.
    explained: f64,
    /// How the read-out is no estimate: what it should be is not determined by its rows.
    fault: Option<Fault>,
}

/// Why a read-out's rows do not determine it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// A plane parts the two labels.
    Parted,
    /// Units reach any numbers on so few rows.
    Few,
}

impl Analyses<'_> {
    pub(super) fn selectivity(&self) -> Result<Selectivity, Error> {
        let held = self.held;
        let targets: Vec<&Target> = held.targets.iter().filter(|t| t.number()).collect();
        let plane = self.pca.filter(|p| p.components.ncols() >= 2 && p.mean.len() > 2);
        let plane = plane.map(|p| p.components.as_ref().subcols(0, 2));
        let all: Vec<usize> = (0..held.x.ncols()).collect();
        let of_all = |t: &&Target| {
            read_out(self, t, &all).map_err(|e| self.failed(&format!("the read-out of `{}`", t.name), &e))
        };
        let whole: Vec<Weights> = targets.iter().map(of_all).collect::<Result<_, _>>()?;
        let (count, parts) = self.parts();
        let left: Vec<Vec<f64>> = (0..count)
            .into_par_iter()
            .map(|p| {
                let rows: Vec<usize> = all.iter().copied().filter(|t| parts[*t] != p).collect();
                // What is no estimate of the same kind tells nothing of the spread of the whole's.
                let same = |(t, whole): (&&Target, &Weights)| {
                    read_out(self, t, &rows).ok().filter(|w| w.fault == whole.fault)
                };
                measures(&targets.iter().zip(&whole).map(same).collect::<Vec<_>>(), plane)
            })
            .collect();
        let whole: Vec<Option<Weights>> = whole.into_iter().map(Some).collect();
        let found = measures(&whole, plane);
        let estimate = |k: usize| jackknife::delete_one(found[k], left.iter().map(|l| Some(l[k])));
        let count = targets.len();
        let couples: Vec<(usize, usize)> =
            (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).collect();
        let pairs = couples.iter().enumerate().map(|(k, (a, b))| Pair {
            names: [targets[*a].name.clone(), targets[*b].name.clone()],
            angle: estimate(2 * k),
            within: plane.map(|_| estimate(2 * k + 1)),
        });
        let pairs: Vec<Pair> = pairs.collect();
        let outs = whole.iter().flatten().enumerate().map(|(k, out)| ReadOut {
            name: targets[k].name.clone(),
            labels: match &targets[k].kind {
                TargetKind::Labels(labels) => Some(labels.clone()),
                _ => None,
            },
            weights: out.units.clone(),
            explained: out.explained,
            inside: plane.map(|_| estimate(2 * couples.len() + k)),
        });
        let outs: Vec<ReadOut> = outs.collect();
        let (by, groups) = self.groups();
        let (regressions, collinear) = self.regressions(&targets, groups.as_deref())?;
        let mut left = self.left(Module::Selectivity);
        left.extend(collinear.then_some(Left::Collinear));
        let faults = targets.iter().zip(whole.iter().flatten());
        left.extend(faults.filter_map(|(t, w)| w.fault.map(|f| f.of(&t.name))));
        let unknown = |k: &usize| found[*k].is_finite() && estimate(*k).std_error.is_none();
        left.extend((0..found.len()).any(|k| unknown(&k)).then_some(Left::NoError));
        Ok(Selectivity { units: self.units.to_vec(), outs, pairs, regressions, by, left })
    }

    /// How many parts there are, and the one that each row belongs to: of successive trials, or of successive rows.
    fn parts(&self) -> (usize, Vec<usize>) {
        let rows = self.held.x.ncols();
        let Some(trials) = &self.held.trials else {
            let parts = PARTS.min(rows);
            return (parts, successive(rows, parts));
        };
        let mut all = trials.clone();
        all.sort_unstable();
        all.dedup();
        let parts = PARTS.min(all.len());
        let part = |t: &usize| all.partition_point(|a| a < t) * parts / all.len();
        (parts, trials.iter().map(part).collect())
    }

    /// Each unit on all targets together or, where those are collinear, on each alone; whether they are.
    fn regressions(
        &self,
        targets: &[&Target],
        groups: Option<&[usize]>,
    ) -> Result<(Vec<Regressed>, bool), Error> {
        match self.regress(targets, groups) {
            Ok(done) => Ok((done, false)),
            Err(regression::Error::Collinear) if targets.len() > 1 => {
                let each = targets.iter().map(|t| self.regress(&[*t], groups));
                let each: Result<Vec<_>, _> = each.collect();
                let each = each.map_err(|e| self.failed("regressions on the targets", &e))?;
                Ok((each.concat(), true))
            }
            Err(e) => Err(self.failed("regressions on the targets", &e)),
        }
    }

    /// What rows depend on each other, and the group of each row: trials, or blocks of rows that are alike where no trials are given.
    pub(super) fn groups(&self) -> (By, Option<Vec<usize>>) {
        let rows = self.held.x.ncols();
        if let Some(trials) = &self.held.trials {
            let count = trials.iter().collect::<std::collections::BTreeSet<_>>().len();
            return (By::Trials(count), Some(trials.clone()));
        }
        let Some(found) = correlation(self.held.x.as_ref(), Some(&self.held.follows)) else {
            return (By::Rows, None);
        };
        let count = found.blocks(rows, LEAST);
        (By::Blocks(count), Some(successive(rows, count)))
    }

    fn regress(
        &self,
        targets: &[&Target],
        groups: Option<&[usize]>,
    ) -> Result<Vec<Regressed>, regression::Error> {
        let rows = self.held.complete(targets);
        let columns: Vec<Vec<f64>> =
            targets.iter().map(|t| rows.iter().map(|r| t.values[*r]).collect()).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let design = Design::new(&columns, true)?;
        let groups = groups.map(|all| rows.iter().map(|t| all[*t]).collect::<Vec<usize>>());
        let groups = groups.map(|g| design.leaving_out(&g)).transpose()?;
        let one = |i: usize| {
            let y: Vec<f64> = rows.iter().map(|t| self.held.x[(i, *t)]).collect();
            match &groups {
                Some(g) => design.fit_grouped(&y, g),
                None => design.fit(&y),
            }
        };
        let fits: Vec<_> = (0..self.units.len()).into_par_iter().map(one).collect::<Result<_, _>>()?;
        let of = |(k, t): (usize, &&Target)| {
            let slopes: Vec<Coefficient> = fits.iter().map(|f| f.slopes[k]).collect();
            let corrected = holm(&slopes.iter().map(|s| s.p).collect::<Vec<_>>());
            let r_squared = fits.iter().map(|f| f.r_squared).collect();
            Regressed { name: t.name.clone(), slopes, corrected, r_squared, rows: rows.len() }
        };
        Ok(targets.iter().enumerate().map(of).collect())
    }
}

impl Fault {
    fn of(self, target: &str) -> Left {
        let target = target.to_owned();
        match self {
            Self::Parted => Left::Parted { target },
            Self::Few => Left::Few { target },
        }
    }
}

/// The read-out of a target from all units on those of `rows` that have a value.
fn read_out(analyses: &Analyses, target: &Target, rows: &[usize]) -> Result<Weights, decoding::Error> {
    let rows: Vec<usize> = rows.iter().copied().filter(|t| target.values[*t].is_finite()).collect();
    let x = analyses.held.on(&rows);
    let y: Vec<f64> = rows.iter().map(|t| target.values[*t]).collect();
    if let TargetKind::Number(..) = target.kind {
        let fit = linear(x.as_ref(), &y)?;
        let fault = (fit.rank + 1 >= rows.len()).then_some(Fault::Few);
        return Ok(Weights { units: direction(fit.weights), explained: fit.r_squared, fault });
    }
    let y: Vec<bool> = y.iter().map(|v| *v > 0.5).collect();
    let fit = logistic(x.as_ref(), &y, true, analyses.config.analyses.ridge.unwrap_or(0.0))?;
    let parted = matches!(fit.separation, Separation::Complete | Separation::Quasi | Separation::Flat);
    let fault = parted.then_some(Fault::Parted);
    let second = y.iter().filter(|y| **y).count() as f64 / y.len() as f64;
    let null = y.len() as f64 * (second * second.ln() + (1.0 - second) * (1.0 - second).ln());
    Ok(Weights { units: direction(fit.weights), explained: 1.0 - fit.log_likelihood / null, fault })
}

/// The same direction with a largest entry of one, whose square is in the range of numbers.
fn direction(mut weights: Vec<f64>) -> Vec<f64> {
    let most = weights.iter().fold(0.0f64, |a, w| a.max(w.abs()));
    if most > 0.0 {
        weights.iter_mut().for_each(|w| *w /= most);
    }
    weights
}

/// Angles of all pairs, in space and in the plane, and the share of each read-out in the plane; NaN where there is none.
fn measures(outs: &[Option<Weights>], plane: Option<MatRef<f64>>) -> Vec<f64> {
    let mut all = vec![];
    for (a, u) in outs.iter().enumerate() {
        for v in &outs[a + 1..] {
            let Some((u, v)) = u.as_ref().zip(v.as_ref()) else {
                all.extend([f64::NAN; 2]);
                continue;
            };
            let within = plane.map_or(f64::NAN, |p| angle_within(p, &u.units, &v.units));
            all.extend([angle(&u.units, &v.units), within]);
        }
    }
    let inside = |u: &Option<Weights>| plane.zip(u.as_ref()).map_or(f64::NAN, |(p, u)| share(p, &u.units));
    all.extend(outs.iter().map(inside));
    all
}
