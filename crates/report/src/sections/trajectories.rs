//! Trajectories of a network.

use super::{Context, Rendered, Units, words};
use crate::Error;
use crate::figures;
use crate::page::Section;
use crate::tables::{Cells, TableOut};
use nullcline_core::analyses::network::Paths;
use nullcline_core::linalg::col;

/// States in time, and what the read-out makes of them.
pub fn trajectories(found: &Paths, context: &Context) -> Result<Rendered, Error> {
    let (result, outputs) = (&found.result, &found.outputs);
    let intro = format!("States along {}.", words::source(found.source));
    let n = context.names.len();
    let rows: usize = result.states.iter().map(|s| s.ncols()).sum();
    let (mut label, mut time) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut values: Vec<Vec<f64>> = vec![Vec::with_capacity(rows); n];
    for (k, states) in result.states.iter().enumerate() {
        for t in 0..states.ncols() {
            label.push(k as i64);
            time.push(t as f64 * result.time_step);
            for (v, x) in values.iter_mut().zip(col(states.as_ref(), t)) {
                v.push(*x);
            }
        }
    }
    let mut columns = vec![("trajectory".into(), Cells::Int(label)), ("time".into(), Cells::Float(time))];
    columns.extend(context.names.iter().cloned().zip(values.into_iter().map(Cells::Float)));
    columns.extend(outputs.iter().map(|(name, v)| (name.clone(), Cells::Float(v.clone()))));
    let table = TableOut {
        name: "states".into(),
        caption:
            "States along each trajectory, the initial state first; then the read-out's outputs, if any."
                .into(),
        columns,
    };
    let mut list = vec![];
    if let Some(first) = result.states.first() {
        let time: Vec<f64> = (0..first.ncols()).map(|t| t as f64 * result.time_step).collect();
        let rows: Vec<Vec<f64>> =
            (0..n.min(8)).map(|i| (0..first.ncols()).map(|t| first[(i, t)]).collect()).collect();
        let unit = if context.steps { "steps" } else { "" };
        list.push(figures::time_series(&time, &rows, &context.names, "", unit)?);
    }
    let mut speeds: Vec<f64> = result.final_speed.iter().copied().filter(|s| s.is_finite()).collect();
    speeds.sort_by(f64::total_cmp);
    let rest = result.at_rest();
    let facts = vec![
        ("Trajectories".into(), result.states.len().to_string()),
        ("At rest at the end".into(), format!("{rest} of {}", result.states.len())),
        (
            format!("Median speed at the end (per {})", context.time()),
            words::number(speeds.get(speeds.len() / 2).copied().unwrap_or(f64::NAN)),
        ),
    ];
    let mut warnings = vec![];
    if !result.diverged.is_empty() {
        let all = result.states.len();
        warnings.push(format!(
            "{} of {all} trajectories grew beyond the finite numbers; they end at their last finite state.",
            result.diverged.len()
        ));
    }
    let section = Section {
        id: "trajectories".into(),
        title: "Trajectories".into(),
        intro: vec![intro],
        facts,
        figures: list,
        tables: vec![table],
        notes: warnings.clone(),
        ..Section::default()
    };
    Ok(Rendered { section, warnings })
}
