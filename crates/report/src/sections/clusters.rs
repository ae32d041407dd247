//! Units in groups of correlated activity, and the weights within and between them.

use super::{Rendered, Shown, left, words};
use crate::figures::{self, Axes, HeatMap, Ink, Palette, Series};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::Module;
use nullcline_core::analyses::activity::{Grouped, Groups, Left, Weights};
use nullcline_core::diagnostics::geometry::clusters::Clusters;

impl Shown for Groups {
    fn sentence(&self, _: &Context) -> Option<String> {
        Some(describe(self))
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        clusters(self)
    }
}

/// Mean silhouette below which clusters are no structure (Kaufman & Rousseeuw 1990).
const STRUCTURE: f64 = 0.25;

/// The findings in a sentence.
fn describe(g: &Groups) -> String {
    let (c, weights) = (&g.found, &g.weights);
    let sizes = c.sizes().iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let mut text = format!(
        "The units make {} by correlation ({sizes} units; silhouette {})",
        words::count(c.count, "cluster"),
        words::number(c.silhouette())
    );
    if let Some(w) = weights.first() {
        let (within, between) = (w.blocks.within, w.blocks.between);
        text.push_str(&format!(
            "; the mean weight is {} within and {} between them",
            words::with_error(within),
            words::with_error(between)
        ));
        if let Some(test) = w.blocks.test {
            text.push_str(&format!(" (p = {})", words::p(test.p)));
        }
    }
    text + "."
}

/// The tree, its groups and the weights among them.
fn clusters(g: &Groups) -> Result<Rendered, Error> {
    let (c, linkage, units, weights) = (&g.found, g.linkage, &g.units, &g.weights);
    let source = match g.of {
        Grouped::Rows => "the recorded rows".to_owned(),
        Grouped::States(source) => format!("the states along {}", words::source(source)),
    };
    let mut warnings = vec![];
    if !c.constant.is_empty() {
        let some = c.constant.iter().take(8).map(|u| units[*u].as_str()).collect::<Vec<_>>().join(", ");
        let more = if c.constant.len() > 8 { ", ..." } else { "" };
        let what = words::count(c.constant.len(), "constant unit");
        warnings.push(format!("Clusters: {what} left out: {some}{more}."));
    }
    let silhouette = c.silhouette();
    if silhouette < STRUCTURE {
        warnings.push(format!(
            "The clusters are hardly apart (silhouette {}, below {STRUCTURE}).",
            words::number(silhouette)
        ));
    }
    let mut list = vec![dendrogram(c, units)?];
    let at: Vec<usize> = (0..c.kept.len()).collect();
    let place = |u: usize| at.iter().copied().find(|k| c.kept[*k] == u).unwrap_or(0);
    let places: Vec<usize> = c.order.iter().map(|u| place(*u)).collect();
    let value = |i: usize, j: usize| c.correlation[(places[i], places[j])];
    let figure = map(c, &value, "Correlation", Some([-1.0, 1.0]), ["Unit", "Unit"])?;
    list.push(figure.named(
        "correlation",
        "Correlations in the order of the tree",
        "Units in the order of the tree; lines part the clusters.",
    )?);
    for (k, w) in weights.iter().enumerate() {
        let value = |i: usize, j: usize| w.matrix[(c.order[i], c.order[j])];
        let figure = map(c, &value, &format!("Weight ({})", w.name), None, ["From unit", "Onto unit"])?;
        let name = if k == 0 { "weights".to_owned() } else { format!("weights_{}", k + 1) };
        let title = format!("{} in the order of the tree", w.name);
        list.push(figure.named(&name, &title, "Units in the order of the tree; lines part the clusters.")?);
    }
    let how = if c.given {
        format!("{} were asked for.", words::count(c.count, "cluster"))
    } else {
        "Their number is the one of the largest mean silhouette.".into()
    };
    let mut method = vec![format!(
        "Units grouped by the correlation r of {source}: distance 1 − r, {} linkage. {how}",
        linkage.name()
    )];
    if !weights.is_empty() {
        method.push(
            "Weights of a unit on itself are left out. Errors of mean weights leave out one unit at a time; p is the share of \
             random assignments of units to clusters, sizes kept, whose difference is as large."
                .into(),
        );
    }
    let section = Section {
        id: "clusters".into(),
        title: "Groups of units".into(),
        intro: vec![describe(g)],
        method,
        facts: facts(c, silhouette, weights),
        figures: list,
        tables: tables(c, units, weights),
        notes: warnings.clone(),
        ..Section::default()
    };
    let every = g.every;
    let thinned = (every > 1).then(|| left::said(&Left::Thinned { module: Module::Clusters, every }));
    let warnings = warnings.into_iter().chain(thinned).collect();
    Ok(Rendered { section, warnings })
}

fn facts(c: &Clusters, silhouette: f64, weights: &[Weights]) -> Vec<(String, String)> {
    let mut facts = vec![
        ("Clusters".into(), c.count.to_string()),
        ("Units in each".into(), c.sizes().iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
        ("Mean silhouette".into(), words::number(silhouette)),
    ];
    for w in weights {
        let b = &w.blocks;
        facts.push((format!("Mean weight within clusters ({})", w.name), words::with_error(b.within)));
        facts.push((format!("Mean weight between clusters ({})", w.name), words::with_error(b.between)));
        if let Some(test) = b.test {
            let p = format!("{} (p = {})", words::with_error(b.difference), words::p(test.p));
            facts.push((format!("Difference ({})", w.name), p));
        }
    }
    facts
}

/// Places between leaves where the cluster changes.
fn borders(c: &Clusters) -> Vec<f64> {
    let label = |k: usize| c.label[c.order[k]];
    (1..c.order.len()).filter(|k| label(*k) != label(k - 1)).map(|k| k as f64 + 0.5).collect()
}

/// A matrix in the order of the tree, row 1 at the bottom, with lines between clusters.
fn map(
    c: &Clusters,
    value: &dyn Fn(usize, usize) -> f64,
    label: &str,
    range: Option<[f64; 2]>,
    axes: [&str; 2],
) -> Result<Figure, Error> {
    let n = c.order.len();
    let centres: Vec<f64> = (1..=n).map(|k| k as f64).collect();
    let values = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| value(i, j)).collect();
    let heat = HeatMap {
        x: centres.clone(),
        y: centres,
        values,
        label: label.into(),
        palette: Palette::Diverging(0.0),
        range,
        ..HeatMap::default()
    };
    let (lo, hi) = (0.5, n as f64 + 0.5);
    let line = |points: Vec<[f64; 2]>| Series { points, ink: Ink::Black, ..Series::default() };
    let lines = borders(c)
        .into_iter()
        .flat_map(|b| [line(vec![[b, lo], [b, hi]]), line(vec![[lo, b], [hi, b]])])
        .collect::<Vec<_>>();
    let axes = Axes { x_whole: true, height: 190.0, ..Axes::new(axes[0], axes[1]) };
    figures::heat_map(&heat, &lines, &axes)
}

fn dendrogram(c: &Clusters, units: &[String]) -> Result<Figure, Error> {
    let place = |u: &usize| c.kept.iter().position(|k| k == u).unwrap_or(0);
    let leaves: Vec<usize> = c.order.iter().map(place).collect();
    let label: Vec<usize> = c.kept.iter().map(|u| c.label[*u].unwrap_or(0)).collect();
    let names: Vec<String> = c.kept.iter().map(|u| units[*u].clone()).collect();
    let merges: Vec<([usize; 2], f64)> = c.tree.merges.iter().map(|m| (m.groups, m.distance)).collect();
    let done = merges.len() + 1 - c.count;
    let at = |k: usize| merges.get(k).map(|m| m.1);
    let cut = match (done.checked_sub(1).and_then(at), at(done)) {
        (Some(below), Some(above)) => Some(0.5 * (below + above)),
        (None, Some(above)) => Some(0.5 * above),
        _ => None,
    };
    figures::dendrogram(&merges, &leaves, &label, &names, cut, "Distance 1 − r")
}

fn tables(c: &Clusters, units: &[String], weights: &[Weights]) -> Vec<TableOut> {
    let order: Vec<usize> = c.order.iter().chain(&c.constant).copied().collect();
    let cluster = |u: &usize| c.label[*u].map_or_else(|| "none".to_owned(), |l| (l + 1).to_string());
    let units = Table::of(&order)
        .column("unit", "", |u| units[*u].as_str())
        .column("cluster", "", cluster)
        .named("units", "Units along the tree with their cluster; constant units last.");
    let tree = Table::of(&c.tree.merges)
        .column("first", "", |m| m.groups[0])
        .column("second", "", |m| m.groups[1])
        .column("distance", "", |m| m.distance)
        .column("units", "", |m| m.size)
        .named(
            "tree",
            "Merges by growing distance: a number below the number of clustered units is such a unit, in the order of \
             the file, n + s is what merge s made.",
        );
    let mut tables = vec![units, tree];
    if !weights.is_empty() {
        let mut rows = vec![];
        for w in weights {
            let mean = &w.blocks.mean;
            let places = (0..mean.nrows()).flat_map(|a| (0..mean.ncols()).map(move |b| (a, b)));
            rows.extend(places.map(|(a, b)| (&w.name, a + 1, b + 1, mean[(a, b)])));
        }
        let caption = "Mean weight onto units of one cluster from units of another, without weights of a unit on itself.";
        let table = Table::of(&rows)
            .column("matrix", "", |r| r.0.as_str())
            .column("onto_cluster", "", |r| r.1)
            .column("from_cluster", "", |r| r.2)
            .column("mean_weight", "", |r| r.3);
        tables.push(table.named("weights", caption));
    }
    tables
}
