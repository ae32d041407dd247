//! Read-outs of several targets against each other and against the leading plane, and units against targets.

use super::Analyses;
use super::held::{Target, TargetKind};
use crate::diagnostics::Estimate;
use crate::diagnostics::geometry::decoding::{self, linear, logistic};
use crate::diagnostics::geometry::subspace::{angle, angle_within, share};
use crate::diagnostics::regression::{self, Coefficient, Design, holm};
use crate::pipeline::{Error, Module};
use crate::report::sections::{self, Pair, ReadOut, Regressed, Rendered, Selectivity};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// Parts left out one at a time for the errors of angles and shares.
const PARTS: usize = 10;

/// Weights of the units, and the share of the target's variance or of its likelihood that they explain.
type Weights = (Vec<f64>, f64);

impl Analyses<'_> {
    pub(super) fn selectivity(&self) -> Result<(String, Rendered), Error> {
        let held = self.held;
        let usable = |t: &&Target| !matches!(t.kind, TargetKind::Unusable(_));
        let targets: Vec<&Target> = held.targets.iter().filter(usable).collect();
        let plane = self.pca.filter(|p| p.components.ncols() >= 2 && p.mean.len() > 2);
        let plane = plane.map(|p| p.components.as_ref().subcols(0, 2));
        let all: Vec<usize> = (0..held.x.ncols()).collect();
        let read = |rows: &[usize]| -> Result<Vec<Weights>, (usize, decoding::Error)> {
            targets.iter().enumerate().map(|(k, t)| read_out(self, t, rows).map_err(|e| (k, e))).collect()
        };
        let whole = read(&all)
            .map_err(|(k, e)| self.failed(&format!("the read-out of `{}`", targets[k].name), &e))?;
        let parts = self.parts();
        let left: Vec<Option<Vec<f64>>> = (0..PARTS)
            .into_par_iter()
            .map(|p| {
                let rows: Vec<usize> = all.iter().copied().filter(|t| parts[*t] != p).collect();
                read(&rows).ok().map(|w| measures(&w, plane))
            })
            .collect();
        let left: Option<Vec<Vec<f64>>> = left.into_iter().collect();
        let found = measures(&whole, plane);
        let estimate = |k: usize| Estimate { value: found[k], std_error: jackknife(left.as_deref(), k) };
        let count = targets.len();
        let couples: Vec<(usize, usize)> =
            (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).collect();
        let pairs = couples.iter().enumerate().map(|(k, (a, b))| Pair {
            names: [targets[*a].name.clone(), targets[*b].name.clone()],
            angle: estimate(2 * k),
            within: plane.map(|_| estimate(2 * k + 1)),
        });
        let pairs: Vec<Pair> = pairs.collect();
        let outs = whole.iter().enumerate().map(|(k, (weights, explained))| ReadOut {
            name: targets[k].name.clone(),
            labels: match &targets[k].kind {
                TargetKind::Two(labels) => Some(labels.clone()),
                _ => None,
            },
            weights: weights.clone(),
            explained: *explained,
            inside: plane.map(|_| estimate(2 * couples.len() + k)),
        });
        let outs: Vec<ReadOut> = outs.collect();
        let (regressions, mut remarks) = self.regressions(&targets)?;
        remarks.splice(0..0, [held.warnings("selectivity"), self.remarks(Module::Selectivity)].concat());
        let result = Selectivity { outs, pairs, regressions, by_trial: held.trials.is_some(), remarks };
        Ok((sections::describe_selectivity(&result), sections::selectivity(&result, self.units)?))
    }

    /// The part that each row belongs to: successive trials, or successive rows.
    fn parts(&self) -> Vec<usize> {
        let rows = self.held.x.ncols();
        let Some(trials) = &self.held.trials else { return (0..rows).map(|t| t * PARTS / rows).collect() };
        let count = trials.iter().max().map_or(1, |m| m + 1);
        trials.iter().map(|t| t * PARTS / count).collect()
    }

    /// Each unit on all targets together or, where those are collinear, on each alone.
    fn regressions(&self, targets: &[&Target]) -> Result<(Vec<Regressed>, Vec<String>), Error> {
        match self.regress(targets) {
            Ok(done) => Ok((done, vec![])),
            Err(regression::Error::Collinear) if targets.len() > 1 => {
                let each = targets.iter().map(|t| self.regress(&[*t]));
                let each: Result<Vec<_>, _> = each.collect();
                let each = each.map_err(|e| self.failed("regressions on the targets", &e))?;
                let remark = "The targets are collinear: the units were regressed on each alone.".to_owned();
                Ok((each.concat(), vec![remark]))
            }
            Err(e) => Err(self.failed("regressions on the targets", &e)),
        }
    }

    fn regress(&self, targets: &[&Target]) -> Result<Vec<Regressed>, regression::Error> {
        let rows = self.held.complete(targets);
        let columns: Vec<Vec<f64>> =
            targets.iter().map(|t| rows.iter().map(|r| t.values[*r]).collect()).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let design = Design::new(&columns, true)?;
        let groups = self.held.trials_on(&rows);
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

/// The read-out of a target from all units on those of `rows` that have a value.
fn read_out(analyses: &Analyses, target: &Target, rows: &[usize]) -> Result<Weights, decoding::Error> {
    let rows: Vec<usize> = rows.iter().copied().filter(|t| target.values[*t].is_finite()).collect();
    let x = analyses.held.on(&rows);
    let y: Vec<f64> = rows.iter().map(|t| target.values[*t]).collect();
    if let TargetKind::Number(_) = target.kind {
        let fit = linear(x.as_ref(), &y)?;
        return Ok((fit.weights, fit.r_squared));
    }
    let y: Vec<bool> = y.iter().map(|v| *v > 0.5).collect();
    let fit = logistic(x.as_ref(), &y, true, analyses.config.analyses.ridge.unwrap_or(0.0))?;
    let second = y.iter().filter(|y| **y).count() as f64 / y.len() as f64;
    let null = y.len() as f64 * (second * second.ln() + (1.0 - second) * (1.0 - second).ln());
    Ok((fit.weights, 1.0 - fit.log_likelihood / null))
}

/// Angles of all pairs, in space and in the plane, and the share of each read-out in the plane.
fn measures(outs: &[Weights], plane: Option<MatRef<f64>>) -> Vec<f64> {
    let mut all = vec![];
    for (a, (u, _)) in outs.iter().enumerate() {
        for (v, _) in &outs[a + 1..] {
            all.extend([angle(u, v), plane.map_or(f64::NAN, |p| angle_within(p, u, v))]);
        }
    }
    let empty = Mat::zeros(outs.first().map_or(0, |o| o.0.len()), 0);
    all.extend(outs.iter().map(|(u, _)| share(plane.unwrap_or(empty.as_ref()), u)));
    all
}

/// Standard error of measure `k` from its values with one part left out each.
fn jackknife(left: Option<&[Vec<f64>]>, k: usize) -> f64 {
    let Some(left) = left else { return f64::NAN };
    let m = left.len() as f64;
    let mean = left.iter().map(|l| l[k]).sum::<f64>() / m;
    let square: f64 = left.iter().map(|l| (l[k] - mean).powi(2)).sum();
    ((m - 1.0) / m * square).sqrt()
}
