//! Axes of task variables in a recording.

use super::repeated;
use super::{Analyses, Left};
use crate::analyses::conditions::Factor;
use crate::analyses::modules::{Diagnostic, OfRecording};
use crate::analyses::summary::Number;
use crate::analyses::{Context, Error, Module};
use crate::diagnostics::geometry::demixed::Plan;
use crate::diagnostics::geometry::signal::Repeat;
use crate::diagnostics::geometry::subspace::angle;
use crate::diagnostics::geometry::targeted::{NoAxes, Targeted, Trials, targeted};
use crate::linalg::{col, norm};
use crate::numbers::{Estimate, jackknife};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// Principal components kept, as in the source.
const COMPONENTS: usize = 12;

/// Axes of task variables.
pub struct TargetedAxes {
    /// Names of the units.
    pub units: Vec<String>,
    /// The variables.
    pub variables: Vec<Variable>,
    /// Orthogonal axes, a list of units a variable, with errors over trials.
    pub axes: Vec<Vec<Estimate>>,
    /// Angles between the axes before they are made orthogonal, degrees.
    pub angles: Vec<(usize, usize, Estimate)>,
    /// Names of the conditions that have trials.
    pub conditions: Vec<String>,
    /// Mean of each condition along each axis: per variable, conditions by steps, condition after condition.
    pub courses: Vec<Vec<f64>>,
    /// Steps.
    pub steps: usize,
    /// Steps of the longest trial.
    pub longest: usize,
    /// Principal components kept.
    pub components: usize,
    /// Trials.
    pub trials: usize,
    /// What was left out.
    pub left: Vec<Left>,
}

/// A task variable and its axis.
pub struct Variable {
    /// Its column.
    pub name: String,
    /// What the numbers of the regression are: two texts are -1 and 1, numbers are divided by the largest.
    pub coding: Vec<(String, f64)>,
    /// Norm of its coefficients at each step.
    pub norms: Vec<f64>,
    /// The step of the largest, with its error over trials.
    pub at: Estimate,
    /// The norm there.
    pub norm: Estimate,
}

/// Axes of task variables in the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "TargetedAxes")]
pub struct Entry {
    /// Trials.
    pub trials: usize,
    /// Steps of a trial that were used.
    pub steps: usize,
    /// Principal components that coefficients were kept in.
    pub components: usize,
    /// Each variable.
    pub variables: Vec<TaskVariable>,
    /// Angles between axes before they are made orthogonal, degrees.
    pub angles: Vec<AxesAngle>,
}

/// A task variable and its axis.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TaskVariable {
    /// Its column.
    pub name: String,
    /// Its values and the numbers that stand for them in the regression.
    pub coding: Vec<(String, Number)>,
    /// The step of the largest norm of coefficients, from 0.
    pub step: usize,
    /// Its standard error.
    pub step_std_error: Number,
    /// The norm there.
    pub norm: Number,
    /// Its standard error.
    pub norm_std_error: Number,
    /// The axis, a unit vector orthogonal to those before it.
    pub axis: Vec<Number>,
    /// Standard errors.
    pub axis_std_error: Vec<Number>,
}

/// An angle between two axes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AxesAngle {
    /// The variables.
    pub of: [String; 2],
    /// Degrees.
    pub angle: Number,
    /// Its standard error.
    pub angle_std_error: Number,
}

impl Diagnostic for TargetedAxes {
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.targeted()));
    const OF_CONDITIONS: bool = true;
}

/// Numbers for the levels of a factor; none of more than two texts.
fn coding(factor: &Factor) -> Option<Vec<f64>> {
    let numbers: Vec<f64> = factor.levels.iter().filter_map(|l| l.parse().ok()).collect();
    if factor.levels.len() == 2 {
        return Some(vec![-1.0, 1.0]);
    }
    let largest = numbers.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    (numbers.len() == factor.levels.len()).then(|| numbers.iter().map(|v| v / largest).collect())
}

impl Analyses<'_> {
    fn targeted(&self) -> Result<TargetedAxes, Error> {
        let all = self.conditions(Module::TargetedAxes)?;
        let codes: Vec<Option<Vec<f64>>> = all.factors.iter().map(coding).collect();
        let conditions = all.only(&|f| codes[f].is_some());
        let unordered = all.factors.iter().zip(&codes).filter(|(_, code)| code.is_none()).map(|(f, _)| f);
        let unordered: Vec<Left> =
            unordered.map(|f| Left::NoOrder { factor: f.name.clone(), levels: f.levels.len() }).collect();
        let codes: Vec<Vec<f64>> = codes.into_iter().flatten().collect();
        if codes.is_empty() {
            let names: Vec<&str> = all.factors.iter().map(|f| f.name.as_str()).collect();
            let counts: Vec<String> = all.factors.iter().map(|f| f.levels.len().to_string()).collect();
            let message = format!(
                "--conditions {}: {} texts have no order to regress on, expected numbers or two values",
                names.join(","),
                counts.join(" and ")
            );
            return Err(Error::input(&self.config.file, message));
        }
        // Numbered among those that trials have: all combinations may be far more.
        let mut repeats = repeated::trials(self.held, &conditions.numbered());
        let present: Vec<usize> = {
            let all: BTreeSet<usize> = repeats.iter().map(|r| r.condition).collect();
            all.into_iter().collect()
        };
        repeats.iter_mut().for_each(|r| r.condition = present.partition_point(|c| *c < r.condition));
        let steps = repeats.iter().map(|r| r.columns.len()).min().unwrap_or(0);
        let plan = Plan { levels: conditions.levels(), steps };
        let find = |out: Option<usize>| self.axes(&repeats, &codes, &plan, &present, out);
        let whole = find(None).map_err(|e| self.failed("axes of task variables", &e))?;
        let groups = repeats.iter().map(|r| r.group + 1).max().unwrap_or(0);
        let groups = if groups < 5 { 0 } else { groups };
        let without: Vec<Option<Targeted>> = (0..groups).map(|g| find(Some(g)).ok()).collect();
        let estimate = |of: &dyn Fn(&Targeted) -> f64| {
            jackknife::delete_one(of(&whole), without.iter().map(|t| t.as_ref().map(of)))
        };
        let count = codes.len();
        let variable = |v: usize| Variable {
            name: conditions.factors[v].name.clone(),
            coding: conditions.factors[v].levels.iter().cloned().zip(codes[v].iter().copied()).collect(),
            norms: whole.norms[v].clone(),
            at: estimate(&|t| t.at[v] as f64),
            norm: estimate(&|t| norm(col(t.raw.as_ref(), v))),
        };
        let couples = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
        let between =
            |t: &Targeted, a: usize, b: usize| angle(col(t.raw.as_ref(), a), col(t.raw.as_ref(), b));
        let axis = |v: usize| (0..self.units.len()).map(|i| estimate(&|t| t.axes[(i, v)])).collect();
        Ok(TargetedAxes {
            units: self.units.to_vec(),
            variables: (0..count).map(variable).collect(),
            axes: (0..count).map(axis).collect(),
            angles: couples.map(|(a, b)| (a, b, estimate(&|t| between(t, a, b)))).collect(),
            courses: (0..count).map(|v| self.course(&repeats, present.len(), &whole, v, steps)).collect(),
            conditions: present.iter().map(|c| conditions.name(*c)).collect(),
            steps,
            longest: repeats.iter().map(|r| r.columns.len()).max().unwrap_or(0),
            components: whole.components,
            trials: repeats.len(),
            left: unordered.into_iter().chain(self.left_of_trials(Module::TargetedAxes)).collect(),
        })
    }

    fn axes(
        &self,
        repeats: &[Repeat],
        codes: &[Vec<f64>],
        plan: &Plan,
        present: &[usize],
        out: Option<usize>,
    ) -> Result<Targeted, NoAxes> {
        let kept: Vec<&Repeat> = repeats.iter().filter(|r| out != Some(r.group)).collect();
        let variable =
            |f: usize| kept.iter().map(|r| codes[f][plan.level(present[r.condition], f)]).collect();
        let trials = Trials {
            x: self.held.x.as_ref(),
            columns: kept.iter().map(|r| &r.columns[..plan.steps]).collect(),
            variables: (0..plan.levels.len()).map(variable).collect(),
            condition: kept.iter().map(|r| r.condition).collect(),
        };
        targeted(&trials, COMPONENTS)
    }

    /// Means of conditions along the axis of a variable.
    fn course(
        &self,
        repeats: &[Repeat],
        conditions: usize,
        found: &Targeted,
        variable: usize,
        steps: usize,
    ) -> Vec<f64> {
        let axis = col(found.axes.as_ref(), variable);
        let along = |column: usize| {
            let z = |i: usize| match found.deviation[i] {
                s if s > 0.0 => (self.held.x[(i, column)] - found.mean[i]) / s,
                _ => 0.0,
            };
            axis.iter().enumerate().map(|(i, a)| a * z(i)).sum::<f64>()
        };
        let of = |c: usize| {
            let here: Vec<&Repeat> = repeats.iter().filter(|r| r.condition == c).collect();
            let at = |t: usize| here.iter().map(|r| along(r.columns[t])).sum::<f64>() / here.len() as f64;
            (0..steps).map(at).collect::<Vec<f64>>()
        };
        (0..conditions).flat_map(of).collect()
    }
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &TargetedAxes, _: &Context) -> Self {
        let variable = |(v, axis): (&Variable, &Vec<Estimate>)| TaskVariable {
            name: v.name.clone(),
            coding: v.coding.iter().map(|(l, c)| (l.clone(), Number(*c))).collect(),
            step: v.at.value as usize,
            step_std_error: Number(v.at.error()),
            norm: Number(v.norm.value),
            norm_std_error: Number(v.norm.error()),
            axis: axis.iter().map(|e| Number(e.value)).collect(),
            axis_std_error: axis.iter().map(|e| Number(e.error())).collect(),
        };
        let angle = |(a, b, e): &(usize, usize, Estimate)| AxesAngle {
            of: [*a, *b].map(|v| found.variables[v].name.clone()),
            angle: Number(e.value),
            angle_std_error: Number(e.error()),
        };
        Self {
            trials: found.trials,
            steps: found.steps,
            components: found.components,
            variables: found.variables.iter().zip(&found.axes).map(variable).collect(),
            angles: found.angles.iter().map(angle).collect(),
        }
    }
}
