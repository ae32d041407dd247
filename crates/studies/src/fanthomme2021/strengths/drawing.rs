//! Figures and tables of strengths against the sampling ratio.

use super::{Case, Row};
use crate::Error;
use nullcline_core::inference::gaussian::predict::likelihood_gap;
use nullcline_core::inference::gaussian::roots::{Strength, log_grid};
use nullcline_report::Figure;
use nullcline_report::figures::{Axes, Ink, Reference, Series, scatter};
use nullcline_report::tables::{Cells, TableOut};

const WIDTH: f64 = 250.0;

fn ink(k: usize, of: usize) -> Ink {
    Ink::Tone(k as f64 / (of.max(2) - 1) as f64)
}

fn rows_of(rows: &[Row], case: usize) -> impl Iterator<Item = &Row> + Clone {
    rows.iter().filter(move |r| r.case == case)
}

fn series<'a>(
    name: &str,
    rows: impl Iterator<Item = &'a Row>,
    f: impl Fn(&Row) -> (f64, f64, f64),
) -> Series {
    let (mut x, mut y, mut errors) = (vec![], vec![], vec![]);
    for (a, v, e) in rows.map(f) {
        x.push(a);
        y.push(v);
        errors.push(e);
    }
    Series::new(name, &x, &y).errors(&errors)
}

/// gamma_opt (dots), gamma_cross (lines) and its prediction (dashed) against alpha.
pub(in crate::fanthomme2021) fn strengths(cases: &[Case], rows: &[Row]) -> Result<Figure, Error> {
    let (mut dots, mut lines) = (vec![], vec![]);
    for (k, case) in cases.iter().enumerate() {
        let rows = rows_of(rows, k);
        let color = ink(k, cases.len());
        let opt = |r: &Row| {
            let opt = r.together(Strength::Opt);
            (r.alpha, opt.value, opt.error())
        };
        dots.push(series(&case.name, rows.clone(), opt).ink(color));
        lines.push(series("", rows.clone(), |r| (r.alpha, r.cross, 0.0)).ink(color).bare().dashed());
        lines.push(series("", rows, |r| (r.alpha, r.together(Strength::Cross).value, 0.0)).ink(color).bare());
    }
    let all = [dots, lines].concat();
    let axes = Axes::new("Sampling ratio α = p/n", "Regularisation strength γ").wide(WIDTH).log_log();
    Ok(scatter(&all, &axes)?.named("strengths", "γ_opt (dots), γ_cross (lines), prediction (dashed)", "")?)
}

/// The likelihood gap against alpha: measured (dots), the law of weak couplings (lines), that of many samples (dashed).
pub(in crate::fanthomme2021) fn gaps(cases: &[Case], rows: &[Row]) -> Result<Figure, Error> {
    let (mut dots, mut lines) = (vec![], vec![]);
    for (k, case) in cases.iter().enumerate() {
        let color = ink(k, cases.len());
        let weak = |r: &Row| (r.alpha, -likelihood_gap(r.n, r.alpha + r.cross), 0.0);
        dots.push(
            series(&case.name, rows_of(rows, k), |r| (r.alpha, -r.gap.value, r.gap.error())).ink(color),
        );
        lines.push(series("", rows_of(rows, k), weak).ink(color).bare());
    }
    let all = [dots, lines].concat();
    let (low, high) = ends(rows);
    let n = rows.first().map_or(1, |r| r.n);
    let law = log_grid(low, high, 50).into_iter().map(|a| [a, -likelihood_gap(n, a)]).collect();
    let axes = Axes::new("Sampling ratio α = p/n", "−ΔL / n").wide(WIDTH).log_log();
    let lowest = rows.iter().map(|r| -r.gap.value).fold(f64::INFINITY, f64::min);
    let axes = Axes { y_range: Some([0.7 * lowest, 1.0]), ..axes };
    let axes = axes.reference("(n + 1)/(4 α n)", Reference::Curve(law));
    Ok(scatter(&all, &axes)?.named("gap", "Likelihood gap", "")?)
}

fn ends(rows: &[Row]) -> (f64, f64) {
    let all = || rows.iter().map(|r| r.alpha);
    (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max))
}

/// A quantity in units of its prediction against 1/(alpha + gamma), from alpha = 10.
pub(in crate::fanthomme2021) fn in_units(
    cases: &[Case],
    rows: &[Row],
    label: &str,
    range: [f64; 2],
    f: impl Fn(&Row) -> (f64, f64),
) -> Result<Figure, Error> {
    let mut all = vec![];
    for (k, case) in cases.iter().enumerate() {
        let many = rows_of(rows, k).filter(|r| r.alpha >= 9.99);
        let point = |r: &Row| (r.small(), f(r).0, f(r).1);
        all.push(series(&case.name, many, point).ink(ink(k, cases.len())).joined());
    }
    let axes = Axes::new("1 / (α + γ)", label).wide(WIDTH).reference("", Reference::Across(1.0));
    Ok(scatter(&all, &Axes { x_range: Some([0.0, 0.1]), y_range: Some(range), ..axes })?
        .named("units", label, "")?)
}

/// Everything that was measured, a row for each case and sampling ratio.
pub(in crate::fanthomme2021) fn table<'a>(
    cases: &[Case],
    rows: impl IntoIterator<Item = &'a Row>,
) -> TableOut {
    let rows: Vec<&Row> = rows.into_iter().collect();
    let float = |f: &dyn Fn(&Row) -> f64| Cells::Float(rows.iter().map(|r| f(r)).collect());
    let int = |f: &dyn Fn(&Row) -> usize| Cells::Int(rows.iter().map(|r| f(r) as i64).collect());
    let mut columns = vec![
        ("couplings".to_string(), Cells::Text(rows.iter().map(|r| cases[r.case].name.clone()).collect())),
        ("alpha".into(), float(&|r| r.alpha)),
        ("n".into(), int(&|r| r.n)),
        ("data_sets".into(), int(&|r| r.sets)),
    ];
    for (k, (strength, name)) in Strength::ALL.into_iter().zip(["opt", "cross", "half"]).enumerate() {
        columns.push((format!("gamma_{name}_mean"), float(&|r| r.roots[k].value)));
        columns.push((format!("gamma_{name}_mean_std_error"), float(&|r| r.roots[k].error())));
        columns.push((format!("gamma_{name}_found"), int(&|r| r.roots[k].n)));
        if strength != Strength::Half {
            columns.push((format!("gamma_{name}_together"), float(&|r| r.together(strength).value)));
            columns
                .push((format!("gamma_{name}_together_std_error"), float(&|r| r.together(strength).error())));
        }
    }
    columns.push(("several_roots".into(), int(&|r| r.several)));
    columns.extend([
        ("predicted_eq_2_20".to_string(), float(&|r| r.thesis)),
        ("predicted_cross".into(), float(&|r| r.cross)),
        ("predicted_opt".into(), float(&|r| r.opt)),
        ("cross_relative_spread".into(), float(&|r| r.measured_spread())),
        ("cross_relative_spread_predicted".into(), float(&|r| r.spread)),
        ("gap_per_variable".into(), float(&|r| r.gap.value)),
        ("gap_std_error".into(), float(&|r| r.gap.error())),
    ]);
    TableOut {
        name: "strengths".into(),
        caption: "Strengths: the mean of the roots of single data sets and how many have one (and how many have several), and the root of the mean residual of all data sets \
            together with its jackknife error; predictions, each a mean over the realised couplings; (L_test(γ_opt) - L(J))/n."
            .into(),
        columns,
    }
}
