//! Figures and tables of Fig. 2.10.

use super::{Group, Measured, Size, Solved, quantile, without_root};
use crate::common::*;
use nullcline_core::inference::gaussian::predict::mean_overlap;
use nullcline_core::inference::gaussian::roots::log_grid;

const WIDTH: f64 = 250.0;

fn axes(y: &str) -> Axes {
    Axes::new("Scale of the couplings σ", y).wide(WIDTH)
}

fn median(g: &Group, f: impl Fn(&Solved) -> Option<f64>) -> f64 {
    quantile(g.solved.iter().filter_map(f), 0.5)
}

/// Means over models with their standard deviations, against sigma.
fn series(name: &str, m: &Measured, f: impl Fn(&Group) -> f64) -> Series {
    let at = |k: usize| m.spread(k, &f);
    let (y, spread): (Vec<f64>, Vec<f64>) = (0..m.sigmas.len()).map(at).map(|[y, s]| (y, s)).unzip();
    Series::new(name, &m.sigmas, &y).errors(&spread)
}

fn overlaps(m: &Measured) -> Drawn {
    let law = |from: f64, to: f64| {
        Reference::Curve(log_grid(from, to, 100).into_iter().map(|s| [s, mean_overlap(m.n, s)]).collect())
    };
    let axes = Axes { y_range: Some([0.5 / m.n as f64, 2.0]), ..axes("Overlap θ").log_log() };
    let axes = axes.reference("eq. 2.62", law(0.01, 0.999)).reference("", law(1.001, 100.0));
    let drawn = series("samples as drawn", m, Group::overlap);
    let rescaled = series("rescaled samples", m, Group::rescaled_overlap);
    scatter(&[drawn, rescaled], &axes)?.named("overlap", "Overlap", "")
}

fn opt(s: &Solved) -> Option<f64> {
    s.opt.first().copied()
}

fn cross(s: &Solved) -> Option<f64> {
    s.cross.first().copied()
}

/// A quantile over all samples of the exact strength.
fn exact(m: &Measured, g: &Group, q: f64) -> f64 {
    quantile(g.theta.iter().filter_map(|t| m.exact(*t)), q)
}

/// The median over all samples of eqs. 2.63 and 2.64.
fn law(m: &Measured, g: &Group) -> f64 {
    quantile(g.theta.iter().filter_map(|t| m.predicted(g.sigma, *t)), 0.5)
}

/// Medians over samples: numerical roots, and both laws on the same samples.
fn strengths(m: &Measured) -> Drawn {
    let bare = |series: Series| Series { error: vec![], ..series }.bare();
    let all = [
        series("γ_opt", m, |g| median(g, opt)).ink(Ink::Series(0)),
        series("γ_cross", m, |g| median(g, cross)).ink(Ink::Series(1)),
        bare(series("eqs. 2.63, 2.64", m, |g| law(m, g))).ink(Ink::Black).dashed(),
        bare(series("exact", m, |g| exact(m, g, 0.5))).ink(Ink::Series(2)),
    ];
    scatter(&all, &axes("Strength γ of a sample, median").log_log())?.named("gamma", "Strengths", "")
}

fn missing(m: &Measured) -> Drawn {
    let axes = Axes { x_log: true, y_range: Some([-0.03, 0.6]), ..axes("Share of samples without γ") };
    scatter(&[series("", m, |g| without_root(g, m.n))], &axes)?.named("missing", "Misleading samples", "")
}

fn table(m: &Measured) -> TableOut {
    type Of<'f> = &'f dyn Fn(&Group) -> f64;
    let columns: [(&str, Of); 10] = [
        ("theta", &Group::overlap),
        ("theta_expected", &|g| g.expected),
        ("theta_rescaled", &Group::rescaled_overlap),
        ("without_strength", &|g| without_root(g, m.n)),
        ("gamma_opt_median", &|g| median(g, opt)),
        ("gamma_cross_median", &|g| median(g, cross)),
        ("gamma_exact_lower_quartile", &|g| exact(m, g, 0.25)),
        ("gamma_exact_median", &|g| exact(m, g, 0.5)),
        ("gamma_exact_upper_quartile", &|g| exact(m, g, 0.75)),
        ("gamma_law_median", &|g| law(m, g)),
    ];
    let scales = indices(m.sigmas.len());
    let mut table = Table::of(&scales).column("sigma", "", |k| m.sigmas[*k]);
    for (name, f) in columns {
        table = table.columns([name, &format!("{name}_sd_over_models")], |k| m.spread(*k, f));
    }
    table.named(
        "one_sample",
        "Means over true models and standard deviations from model to model: overlaps, the share of samples \
         without a strength, and strengths (medians, because their mean over samples does not exist: the \
         density of n θ at 1, where γ diverges, is not zero).",
    )
}

pub(super) fn section(m: &Measured, size: &Size) -> Result<Section, Error> {
    let parts = [overlaps(m)?, strengths(m)?, missing(m)?];
    let caption = format!(
        "One sample of n = {} variables, couplings of the orthogonal ensemble. A: overlap θ = uᵀCu/n of a \
         sample's direction, as drawn and rescaled to norm n, and eq. 2.62 (dashed). B: γ_opt and γ_cross \
         found numerically for {} samples of each model, the exact form, and eqs. 2.63 (σ < 1) and 2.64 (σ \
         > 1, dashed) for all {}; medians over samples that have a strength. C: the share that has none (θ \
         < 1/n). Bars: standard deviation over {} true models.",
        m.n, size.solved, size.draws, size.models
    );
    Ok(Section::new("one_sample", "Overlap and strengths of one sample")
        .intro(
            "The estimate from one sample is a multiple of u uᵀ - 1/n, so that the test likelihood and the \
             difference of generated and test likelihood depend on γ through one number. Both conditions, \
             for the maximum and for the crossing, say that the model's variance along u is the true one, n \
             θ.",
        )
        .figures([panels("one_sample", "One sample", &caption, &parts, 2)?])
        .tables([table(m)]))
}
