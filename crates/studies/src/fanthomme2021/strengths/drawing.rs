//! Figures and tables of strengths against the sampling ratio.

use super::{Case, Row};
use crate::common::*;
use nullcline_core::inference::gaussian::predict::likelihood_gap;
use nullcline_core::inference::gaussian::roots::{Strength, log_grid};

const WIDTH: f64 = 250.0;

fn axes(y: &str) -> Axes {
    Axes::new("Sampling ratio α = p/n", y).wide(WIDTH).log_log()
}

/// Every case with its rows and its colour.
fn each<'a>(cases: &'a [Case], rows: &'a [Row]) -> impl Iterator<Item = (&'a Case, Vec<&'a Row>, Ink)> {
    let of = move |k: usize| rows.iter().filter(|r| r.case == k).collect();
    cases.iter().enumerate().map(move |(k, case)| (case, of(k), tone(k, cases.len())))
}

/// Estimates of rows against their sampling ratios.
fn dots(name: &str, rows: &[&Row], f: impl Fn(&Row) -> Estimate) -> Series {
    curve(name, &list(rows, |r| r.alpha), rows.iter().map(|r| f(r)))
}

/// A line of rows against their sampling ratios.
fn line(rows: &[&Row], f: impl Fn(&Row) -> f64) -> Series {
    points("", rows.iter().map(|r| [r.alpha, f(r)])).bare()
}

/// gamma_opt (dots), gamma_cross (lines) and its prediction (dashed) against alpha.
pub(in crate::fanthomme2021) fn strengths(cases: &[Case], rows: &[Row]) -> Drawn {
    let (mut opt, mut cross) = (vec![], vec![]);
    for (case, rows, ink) in each(cases, rows) {
        opt.push(dots(&case.name, &rows, |r| r.together(Strength::Opt)).ink(ink));
        cross.push(line(&rows, |r| r.cross).ink(ink).dashed());
        cross.push(line(&rows, |r| r.together(Strength::Cross).value).ink(ink));
    }
    let title = "γ_opt (dots), γ_cross (lines), prediction (dashed)";
    scatter(&[opt, cross].concat(), &axes("Regularisation strength γ"))?.named("strengths", title, "")
}

/// The likelihood gap against alpha: measured (dots), the law of weak couplings (lines), that of many samples (dashed).
pub(in crate::fanthomme2021) fn gaps(cases: &[Case], rows: &[Row]) -> Drawn {
    let (mut gaps, mut laws) = (vec![], vec![]);
    for (case, rows, ink) in each(cases, rows) {
        gaps.push(dots(&case.name, &rows, |r| r.gap.times(-1.0)).ink(ink));
        laws.push(line(&rows, |r| -likelihood_gap(r.n, r.alpha + r.cross)).ink(ink));
    }
    let lowest = |f: fn(&Row) -> f64| rows.iter().map(f).fold(f64::INFINITY, f64::min);
    let (low, high) = (lowest(|r| r.alpha), largest(rows.iter().map(|r| r.alpha)));
    let n = rows.first().map_or(1, |r| r.n);
    let law = log_grid(low, high, 50).into_iter().map(|a| [a, -likelihood_gap(n, a)]).collect();
    let axes = Axes { y_range: Some([0.7 * lowest(|r| -r.gap.value), 1.0]), ..axes("−ΔL / n") };
    let axes = axes.reference("(n + 1)/(4 α n)", Reference::Curve(law));
    scatter(&[gaps, laws].concat(), &axes)?.named("gap", "Likelihood gap", "")
}

/// A quantity in units of its prediction against 1/(alpha + gamma), from alpha = 10.
pub(in crate::fanthomme2021) fn in_units(
    cases: &[Case],
    rows: &[Row],
    label: &str,
    range: [f64; 2],
    f: impl Fn(&Row) -> Estimate,
) -> Drawn {
    let of = |(case, rows, ink): (&Case, Vec<&Row>, Ink)| {
        let many: Vec<&Row> = rows.into_iter().filter(|r| r.alpha >= 9.99).collect();
        curve(&case.name, &list(&many, |r| r.small()), many.iter().map(|r| f(r))).ink(ink).joined()
    };
    let all: Vec<Series> = each(cases, rows).map(of).collect();
    let axes = Axes::new("1 / (α + γ)", label).wide(WIDTH).reference("", Reference::Across(1.0));
    let axes = Axes { x_range: Some([0.0, 0.1]), y_range: Some(range), ..axes };
    scatter(&all, &axes)?.named("units", label, "")
}

/// Everything that was measured, a row for each case and sampling ratio.
pub(in crate::fanthomme2021) fn table<'a>(
    name: &str,
    cases: &[Case],
    rows: impl IntoIterator<Item = &'a Row>,
) -> TableOut {
    let rows: Vec<&Row> = rows.into_iter().collect();
    let mut table = Table::of(&rows)
        .column("couplings", "", |r| cases[r.case].name.clone())
        .column("alpha", "", |r| r.alpha)
        .column("n", "", |r| r.n)
        .column("data_sets", "", |r| r.sets);
    for (k, (strength, name)) in Strength::ALL.into_iter().zip(["opt", "cross", "half"]).enumerate() {
        table = table.column(&format!("gamma_{name}_mean"), "", |r| r.roots[k]);
        table = table.column(&format!("gamma_{name}_found"), "", |r| r.roots[k].n);
        if strength != Strength::Half {
            table = table.column(&format!("gamma_{name}_together"), "", |r| r.together(strength));
        }
    }
    table
        .column("several_roots", "", |r| r.several)
        .column("predicted_eq_2_20", "", |r| r.thesis)
        .column("predicted_cross", "", |r| r.cross)
        .column("predicted_opt", "", |r| r.opt)
        .column("cross_relative_spread", "", |r| r.measured_spread())
        .column("cross_relative_spread_predicted", "", |r| r.spread)
        .column("gap", "per_variable", |r| r.gap)
        .named(
            name,
            "Strengths: the mean of the roots of single data sets and how many have one (and how many have \
             several), and the root of the mean residual of all data sets together with its jackknife \
             error; predictions, each a mean over the realised couplings; (L_test(γ_opt) - L(J))/n.",
        )
}
