//! Figures and tables of Fig. 2.10.

use super::{Group, Measured, Size, Solved, quantile, without_root};
use crate::Error;
use nullcline_core::inference::gaussian::predict::mean_overlap;
use nullcline_core::inference::gaussian::roots::log_grid;
use nullcline_report::Figure;
use nullcline_report::figures::{Axes, Ink, Reference, Series, panels, scatter};
use nullcline_report::page::Section;
use nullcline_report::tables::{Cells, TableOut};

const WIDTH: f64 = 250.0;

fn axes(y: &str) -> Axes {
    Axes::new("Scale of the couplings σ", y).wide(WIDTH)
}

fn median(g: &Group, f: impl Fn(&Solved) -> Option<f64>) -> f64 {
    quantile(g.solved.iter().filter_map(f), 0.5)
}

fn overlaps(m: &Measured) -> Result<Figure, Error> {
    let series = |name: &str, f: fn(&Group) -> f64| {
        let (y, spread) = m.over_models(f);
        Series::new(name, &m.sigmas, &y).errors(&spread)
    };
    let law = |from: f64, to: f64| -> Vec<[f64; 2]> {
        log_grid(from, to, 100).into_iter().map(|s| [s, mean_overlap(m.n, s)]).collect()
    };
    let axes = axes("Overlap θ").log_log();
    let axes = Axes { y_range: Some([0.5 / m.n as f64, 2.0]), ..axes };
    let axes = axes
        .reference("eq. 2.62", Reference::Curve(law(0.01, 0.999)))
        .reference("", Reference::Curve(law(1.001, 100.0)));
    let all =
        [series("samples as drawn", Group::overlap), series("rescaled samples", Group::rescaled_overlap)];
    Ok(scatter(&all, &axes)?.named("overlap", "Overlap", "")?)
}

/// Medians over samples: numerical roots, and both laws on the same samples.
fn strengths(m: &Measured) -> Result<Figure, Error> {
    let series = |name: &str, f: &dyn Fn(&Group) -> f64| {
        let (y, spread) = m.over_models(f);
        Series::new(name, &m.sigmas, &y).errors(&spread)
    };
    let law = |g: &Group| quantile(g.theta.iter().filter_map(|t| m.predicted(g.sigma, *t)), 0.5);
    let exact = |g: &Group| quantile(g.theta.iter().filter_map(|t| m.exact(*t)), 0.5);
    let bare = |name: &str, f: &dyn Fn(&Group) -> f64| Series { error: vec![], ..series(name, f) }.bare();
    let all = [
        series("γ_opt", &|g| median(g, |s| s.opt.first().copied())).ink(Ink::Series(0)),
        series("γ_cross", &|g| median(g, |s| s.cross.first().copied())).ink(Ink::Series(1)),
        bare("eqs. 2.63, 2.64", &law).ink(Ink::Black).dashed(),
        bare("exact", &exact).ink(Ink::Series(2)),
    ];
    Ok(scatter(&all, &axes("Strength γ of a sample, median").log_log())?.named("gamma", "Strengths", "")?)
}

fn missing(m: &Measured) -> Result<Figure, Error> {
    let (y, spread) = m.over_models(|g| without_root(g, m.n));
    let all = [Series::new("", &m.sigmas, &y).errors(&spread)];
    let axes = Axes { x_log: true, y_range: Some([-0.03, 0.6]), ..axes("Share of samples without γ") };
    Ok(scatter(&all, &axes)?.named("missing", "Misleading samples", "")?)
}

fn table(m: &Measured) -> TableOut {
    let mut columns = vec![("sigma".to_string(), Cells::Float(m.sigmas.clone()))];
    let mut add = |name: &str, f: &dyn Fn(&Group) -> f64| {
        let (mean, spread) = m.over_models(f);
        columns.push((name.to_string(), Cells::Float(mean)));
        columns.push((format!("{name}_sd_over_models"), Cells::Float(spread)));
    };
    add("theta", &Group::overlap);
    add("theta_expected", &|g| g.expected);
    add("theta_rescaled", &Group::rescaled_overlap);
    add("without_strength", &|g| without_root(g, m.n));
    add("gamma_opt_median", &|g| median(g, |s| s.opt.first().copied()));
    add("gamma_cross_median", &|g| median(g, |s| s.cross.first().copied()));
    for (name, q) in [("lower_quartile", 0.25), ("median", 0.5), ("upper_quartile", 0.75)] {
        add(&format!("gamma_exact_{name}"), &|g| quantile(g.theta.iter().filter_map(|t| m.exact(*t)), q));
    }
    add("gamma_law_median", &|g| quantile(g.theta.iter().filter_map(|t| m.predicted(g.sigma, *t)), 0.5));
    TableOut {
        name: "one_sample".into(),
        caption: "Means over true models and standard deviations from model to model: overlaps, the share of samples without a strength, and strengths (medians, \
            because their mean over samples does not exist: the density of n θ at 1, where γ diverges, is not zero)."
            .into(),
        columns,
    }
}

pub(super) fn section(m: &Measured, size: &Size) -> Result<Section, Error> {
    let parts = [overlaps(m)?, strengths(m)?, missing(m)?];
    let caption = format!(
        "One sample of n = {} variables, couplings of the orthogonal ensemble. A: overlap θ = uᵀCu/n of a sample's direction, as drawn and rescaled to norm n, \
         and eq. 2.62 (dashed). B: γ_opt and γ_cross found numerically for {} samples of each model, the exact form, and eqs. 2.63 (σ < 1) and 2.64 (σ > 1, \
         dashed) for all {}; medians over samples that have a strength. C: the share that has none (θ < 1/n). Bars: standard deviation over {} true models.",
        m.n, size.solved, size.draws, size.models
    );
    Ok(Section {
        id: "one_sample".into(),
        title: "Overlap and strengths of one sample".into(),
        intro: vec![
            "The estimate from one sample is a multiple of u uᵀ - 1/n, so that the test likelihood and the difference of generated and test likelihood depend on \
             γ through one number. Both conditions, for the maximum and for the crossing, say that the model's variance along u is the true one, n θ."
                .into(),
        ],
        figures: vec![panels("one_sample", "One sample", &caption, &parts, 2)?],
        tables: vec![table(m)],
        ..Section::default()
    })
}
