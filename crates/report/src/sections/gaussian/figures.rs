//! Likelihood curves, the matrix of couplings, and the network of the strongest.

use super::GaussianModel;
use crate::figures::{Axes, Edge, Ink, Pairs, Reference, Series, lines, network, pair_map, scatter};
use crate::{Error, Figure};

pub fn all(m: &GaussianModel, strongest: &[Edge]) -> Result<Vec<Figure>, Error> {
    let mut all = vec![likelihoods(m)?, matrix(m)?];
    let caption = match strongest.len() {
        1 => "The strongest coupling".to_owned(),
        k => format!("The {k} strongest couplings"),
    };
    let caption = format!("{caption}: red positive, blue negative, the width in proportion to the size.");
    all.push(network(&m.names, strongest)?.named("network", "Strongest couplings", &caption)?);
    if let Some(truth) = &m.true_j {
        let n = m.names.len();
        let points = (0..n).flat_map(|j| (0..j).map(move |i| [truth[(i, j)], m.j[(i, j)]]));
        let series = Series { points: points.collect(), ..Series::default() };
        let axes = Axes {
            x_label: "true coupling".into(),
            y_label: "inferred coupling".into(),
            references: vec![("equality".into(), Reference::Curve(diagonal(&series.points)))],
            ..Axes::default()
        };
        all.push(scatter(&[series], &axes)?.named(
            "true_couplings",
            "Inferred against true couplings",
            "Couplings between different variables at the chosen γ; the line is equality.",
        )?);
    }
    Ok(all)
}

/// Height of a curve at `x`, between its points in log x.
fn between(points: &[[f64; 2]], x: f64) -> f64 {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let k = sorted.partition_point(|p| p[0] < x).clamp(1, sorted.len().max(2) - 1);
    let [Some(a), Some(b)] = [sorted.get(k - 1), sorted.get(k)] else { return points[0][1] };
    a[1] + (b[1] - a[1]) * (x / a[0]).ln() / (b[0] / a[0]).ln()
}

/// Smallest and largest.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

fn diagonal(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let (low, high) =
        points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p[0]), h.max(p[0])));
    vec![[low, low], [high, high]]
}

fn likelihoods(m: &GaussianModel) -> Result<Figure, Error> {
    let n = m.names.len() as f64;
    let per = |v: &[f64]| v.iter().map(|l| l / n).collect::<Vec<_>>();
    let gammas = m.each(|l| l.gamma);
    let curve = |label: &str, v: &[f64], i: usize| Series::new(label, &gammas, &per(v)).ink(Ink::Series(i));
    let mut series = vec![];
    match &m.validation {
        // Curves that are compared come from the same models.
        Some(v) => {
            let of =
                |list: &[nullcline_core::numbers::Estimate]| list.iter().map(|x| x.value).collect::<Vec<_>>();
            series.push(curve("training", &of(&v.train), 0));
            series.push(curve("generated", &of(&v.generated), 2));
        }
        None => {
            series.push(curve("training", &m.each(|l| l.train), 0));
            series.push(curve("generated", &m.each(|l| l.generated), 2));
        }
    }
    if let Some(test) = &m.test {
        let label = if test.folds.is_some() { "held out" } else { "test" };
        series.push(curve(label, &test.value, 1).errors(&per(&test.std_error)));
    }
    let (low, high) = ends(gammas.iter().copied());
    let shown = |g: f64| g >= low && g <= high;
    if let Some(last) = series.last().filter(|_| shown(m.chosen.gamma)) {
        let height = between(&last.points, m.chosen.gamma);
        series.push(Series::new("chosen γ", &[m.chosen.gamma], &[height]).ink(Ink::Black));
    }
    let formula = m.predicted.map(|p| p.gamma.value).filter(|g| shown(*g));
    let references = formula.map(|g| ("n / ΣJ²".to_owned(), Reference::Upward(g))).into_iter().collect();
    let axes = Axes {
        x_label: "regularisation γ".into(),
        y_label: "log-likelihood per variable".into(),
        x_log: true,
        y_range: y_range(&series),
        references,
        ..Axes::default()
    };
    let errors = if m.validation.is_some() { " The band is one standard error over folds." } else { "" };
    lines(&series, &axes)?.named(
        "likelihoods",
        "Likelihoods against regularisation",
        &format!("Log-likelihood of training, unseen and generated data, (n/2) log 2π left out.{errors}"),
    )
}

/// The range without the deep fall of test likelihoods at small gamma, which would flatten the rest.
fn y_range(series: &[Series]) -> Option<[f64; 2]> {
    let ends = |s: &Series| {
        s.points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p[1]), h.max(p[1])))
    };
    let (low, high) = ends(series.first()?);
    let test = ends(series.get(2)?);
    let depth = 1.5 * (high - low).max(1e-3);
    (test.0 < low - depth).then(|| [low - depth.min(low - test.0), high + 0.05 * (high - low)])
}

fn matrix(m: &GaussianModel) -> Result<Figure, Error> {
    let n = m.names.len();
    let pairs = Pairs { places: n, place: "variable", label: "coupling J", of: "couplings" };
    let all = (0..n).flat_map(|j| (0..n).filter(move |i| *i != j).map(move |i| [i, j]));
    let (figure, blocks) = pair_map(&pairs, all.map(|[i, j]| ([i, j], m.j[(i, j)])))?;
    figure.named(
        "couplings",
        "Couplings",
        &format!("The couplings J at the chosen γ, without the diagonal.{blocks}"),
    )
}
