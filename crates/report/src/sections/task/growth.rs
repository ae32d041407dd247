//! How perturbations grow along trials.

use super::super::fixed_points::input_words;
use super::super::{Context, Units, words};
use super::labelled;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::network::{AtTask, Growth, Phase};
use nullcline_core::numbers::Estimate;

/// What it is called.
fn phase(g: &Growth) -> String {
    match &g.phase {
        Phase::Whole => "whole trials".into(),
        Phase::Held(u) => format!("input {} held", input_words(u)),
        Phase::Between => "input not held".into(),
    }
}

/// The first exponent over all trials, and in their parts.
pub(super) fn words(f: &AtTask, context: &Context) -> Option<String> {
    let whole = f.growth.iter().find(|g| g.condition.is_none() && g.phase == Phase::Whole)?;
    let first = whole.exponents.first()?;
    let unit = context.rate();
    let verdict = match first.std_error.map(|e| first.value / e) {
        Some(z) if z < -3.0 => ": on average a perturbation shrinks",
        Some(z) if z > 3.0 => ": on average a perturbation grows",
        _ => "",
    };
    let mut text = format!(
        "Along {}, from a tenth of each on, the first finite-time Lyapunov exponent is {} {unit}{verdict}",
        words::count(whole.trials, "trial"),
        words::with_error(*first)
    );
    let parts: Vec<String> = f
        .growth
        .iter()
        .filter(|g| g.condition.is_none() && g.phase != Phase::Whole)
        .filter_map(|g| Some(format!("{} with {}", words::with_error(*g.exponents.first()?), phase(g))))
        .collect();
    if !parts.is_empty() {
        text += &format!("; it is {}", parts.join(", "));
    }
    Some(text + ".")
}

/// All of them.
pub(super) fn table(f: &AtTask, context: &Context) -> Option<TableOut> {
    let most = f.growth.iter().map(|g| g.exponents.len()).max().filter(|n| *n > 0)?;
    let name = |g: &Growth| g.condition.as_ref().map_or_else(|| "all".into(), |c| labelled(f, c));
    let mut table = Table::of(&f.growth)
        .column("condition", "", name)
        .column("phase", "", phase)
        .column("trials", "", |g| g.trials)
        .column("steps", "", |g| g.steps);
    for k in 0..most {
        let of = move |g: &Growth| g.exponents.get(k).copied().unwrap_or(Estimate::unknown(f64::NAN, 0));
        table = table.column(&format!("exponent{}", k + 1), context.rate(), of);
    }
    Some(table.named(
        "growth",
        "Finite-time Lyapunov exponents along trials from a tenth of each on, means over trials and their standard errors.",
    ))
}
