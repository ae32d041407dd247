//! Trajectories of a network.

use super::{Context, Rendered, Shown, Units, words};
use crate::Error;
use crate::figures;
use crate::page::Section;
use crate::tables::Table;
use nullcline_core::analyses::network::Paths;

impl Shown for Paths {
    fn rendered(&self, context: &Context) -> Result<Rendered, Error> {
        trajectories(self, context)
    }
}

/// States in time, and what the read-out makes of them.
fn trajectories(found: &Paths, context: &Context) -> Result<Rendered, Error> {
    let (result, outputs) = (&found.result, &found.outputs);
    let intro = format!("States along {}.", words::source(found.source));
    let n = context.names.len();
    let steps = |(k, states): (usize, _)| (0..faer::Mat::<f64>::ncols(states)).map(move |t| (k, t));
    let rows: Vec<_> = result.states.iter().enumerate().flat_map(steps).enumerate().collect();
    let table = Table::of(&rows)
        .column("trajectory", "", |r| r.1.0)
        .column("time", "", |r| r.1.1 as f64 * result.time_step)
        .each(&context.names, |r, i| result.states[r.1.0][(i, r.1.1)])
        .each(outputs.iter().map(|(name, _)| name), |r, k| outputs[k].1[r.0])
        .named(
            "states",
            "States along each trajectory, the initial state first; then the read-out's outputs, if any.",
        );
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
    let away = (0..result.states.len()).filter(|k| result.ran_away(*k)).count();
    if away > result.diverged.len() {
        warnings.push(format!(
            "{away} of {} trajectories run away, beyond ten thousand times the size of all initial states: components and pictures \
             of states leave them out.",
            result.states.len()
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
