//! Likelihoods against the penalty, scores of pairs, the strongest of them, and what generated samples have of the data.

use super::PottsModel;
use crate::figures::{self, Axes, Edge, Ink, Pairs, Reference, Series, lines, network, pair_map, scatter};
use crate::{Error, Figure};
use nullcline_core::analyses::potts::Pair;
use nullcline_core::inference::potts::Level;
use nullcline_core::numbers::Estimate;

pub fn all(m: &PottsModel) -> Result<Vec<Figure>, Error> {
    let mut all = vec![];
    if m.levels.len() > 1 {
        all.push(likelihoods(m)?);
        if m.levels.iter().all(|l| l.divergence.is_some()) {
            all.push(divergences(m)?);
        }
    }
    all.extend(super::ended::figure(m)?);
    all.push(scores(m)?);
    let edge = |p: &nullcline_core::analyses::potts::Pair| Edge {
        from: p.sites[1],
        to: p.sites[0],
        weight: p.spins.map_or(p.score.value, |s| s.value),
    };
    let edges: Vec<Edge> = m.pairs[..m.shown].iter().map(edge).collect();
    let signs = if m.about.states == 2 { "red positive, blue negative, " } else { "" };
    let caption = format!("The {} strongest pairs: {signs}the width in proportion to the size.", edges.len());
    all.push(network(&m.names, &edges)?.named("network", "Strongest couplings", &caption)?);
    all.push(statistics(m)?);
    Ok(all)
}

fn curve(m: &PottsModel, label: &str, place: usize, of: impl Fn(&Level) -> Estimate) -> Series {
    let gammas: Vec<f64> = m.levels.iter().map(|l| l.gamma).collect();
    let (values, errors): (Vec<f64>, Vec<f64>) =
        m.levels.iter().map(|l| (of(l).value, of(l).error())).unzip();
    Series::new(label, &gammas, &values).errors(&errors).ink(Ink::Series(place))
}

fn axes(label: &str) -> Axes {
    Axes { x_label: "regularisation γ".into(), y_label: label.into(), x_log: true, ..Axes::default() }
}

fn likelihoods(m: &PottsModel) -> Result<Figure, Error> {
    let n = m.about.sites as f64;
    let per = |e: Estimate| Estimate { value: e.value / n, std_error: e.std_error.map(|s| s / n), n: e.n };
    let mut series =
        vec![curve(m, "training", 0, |l| per(l.train)), curve(m, "generated", 2, |l| per(l.generated))];
    if m.levels.iter().all(|l| l.test.is_some()) {
        let label = if m.folds > 0 { "left out" } else { "truth" };
        series.push(curve(m, label, 1, |l| per(l.unseen())));
    }
    let references = vec![("chosen γ".to_owned(), Reference::Upward(m.chosen.gamma))];
    let axes = Axes { references, ..axes("log-likelihood per site") };
    lines(&series, &axes)?.named(
        "likelihoods",
        "Likelihoods against regularisation",
        "Log-likelihood of training, unseen and generated samples; bands are one standard error.",
    )
}

fn divergences(m: &PottsModel) -> Result<Figure, Error> {
    let kl = |l: &Level, k: usize| l.divergence.map_or(Estimate::NONE, |d| d[k]);
    let series =
        [curve(m, "KL(truth ‖ model)", 0, |l| kl(l, 0)), curve(m, "KL(model ‖ truth)", 1, |l| kl(l, 1))];
    lines(&series, &axes("divergence (nats)"))?.named(
        "divergences",
        "Divergence from the truth",
        "Kullback-Leibler divergences between the true and the inferred model; bands are one standard error.",
    )
}

fn scores(m: &PottsModel) -> Result<Figure, Error> {
    let of_spins = m.pairs.iter().all(|p| p.spins.is_some());
    let (label, title, what) = if of_spins {
        ("J", "Couplings of pairs", "Couplings of spins that are −1 in the first state and 1 in the second.")
    } else {
        ("score", "Scores of pairs", "Norms of couplings in the zero-sum gauge, less their average product.")
    };
    let pairs = Pairs { places: m.about.sites, place: "site", label, of: "pairs" };
    let value = |p: &Pair| p.spins.unwrap_or(p.score).value;
    let both = |p: &Pair| [p.sites, [p.sites[1], p.sites[0]]].map(|sites| (sites, value(p)));
    let (figure, blocks) = pair_map(&pairs, m.pairs.iter().flat_map(both))?;
    figure.named("scores", title, &format!("{what}{blocks}"))
}

fn statistics(m: &PottsModel) -> Result<Figure, Error> {
    let names = ["", "frequencies", "correlations of two", "correlations of three"];
    let mut panels = vec![];
    for s in &m.statistics {
        let (x, y): (Vec<f64>, Vec<f64>) = s.points.iter().map(|p| (p[0], p[1])).unzip();
        let series = Series { points: s.points.clone(), ..Series::default() };
        let ends =
            x.iter().chain(&y).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        let equal = vec![[ends.0, ends.0], [ends.1, ends.1]];
        let axes = Axes {
            x_label: "data".into(),
            y_label: "generated".into(),
            references: vec![(String::new(), Reference::Curve(equal))],
            ..Axes::default()
        };
        panels.push(scatter(&[series], &axes.wide(1.45 * figures::THIRD))?.named(
            "statistic",
            names[s.of.min(3)],
            "",
        )?);
    }
    figures::panels(
        "statistics",
        "Generated samples against the data",
        "Frequencies of states, and connected correlations of two and of three states; the lines are equality.",
        &panels,
        2,
    )
}
