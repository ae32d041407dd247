//! Principal components.

use super::fixed_points::{input_words, kind};
use super::{Rendered, Shown, some, words};
use crate::Error;
use crate::figure::Figure;
use crate::figures::{self, Groups, PointKind, StatePoint, States};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::network::{InputKind, Source};
use nullcline_core::analyses::{Components, HeldPoints, LineGroups, Projections, Rows};
use nullcline_core::diagnostics::dynamics::fixed_points::FixedPoint;
use nullcline_core::diagnostics::geometry::pca::Pca;

/// Lines in three dimensions, at most: more would hide the points.
const LINES: usize = 24;
/// Inputs that trials hold whose points are seen there, at most.
const HELD: usize = 4;

impl Shown for Components {
    /// How far random starts relax is no answer about a network.
    fn sentence(&self, _: &Context) -> Option<String> {
        let relaxes = |s: Source| !s.given && s.input != InputKind::Varying;
        match self.rows {
            Rows::Trajectories { source, .. } if relaxes(source) => None,
            _ => Some(describe(self)),
        }
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        if self.rows == Rows::Recorded { self.sentence(context).into_iter().collect() } else { vec![] }
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        pca(self)
    }
}

/// What the components span, in a sentence.
fn describe(c: &Components) -> String {
    let carry = words::carry(c.pca.components_for_90, c.pca.mean.len());
    match c.rows {
        Rows::Trajectories { source, length } => {
            let what = match (source.given, source.input) {
                (true, _) | (_, InputKind::Varying) => "Of the states along",
                _ => "Of the relaxation along",
            };
            format!("{what} {}, {}, {carry}.", words::source(source), long(length))
        }
        Rows::Recorded => format!(
            "{carry}; participation ratio {}{}.",
            words::with_error(c.pca.participation_ratio),
            match (c.pca.blocks, c.pca.participation_ratio.std_error) {
                (0, _) => " (no error: too few rows for how long they are alike)",
                (_, None) => " (no error: one component carries all)",
                _ => "",
            }
        ),
    }
}

/// How long trajectories are, in words.
fn long(length: usize) -> String {
    format!("{} long each", words::count(length, "step"))
}

fn what(rows: Rows) -> String {
    match rows {
        Rows::Recorded => "Principal components of the recorded rows.".into(),
        Rows::Trajectories { source, length } => format!(
            "Principal components of the states along {}, {}: dimensions of what these starts do in that time, not of the \
             network.",
            words::source(source),
            long(length)
        ),
    }
}

/// Variances, directions and projections.
fn pca(c: &Components) -> Result<Rendered, Error> {
    let pca = &c.pca;
    let ratio = &pca.explained_variance_ratio;
    let k = ratio.len();
    let share = |i: usize| ratio.get(i).copied().unwrap_or(f64::NAN);
    let axis = |i: usize| figures::component_label(i + 1, share(i));
    let mut list = vec![figures::explained_variance(ratio, &pca.std_error)?];
    if k >= 2 && !c.lines.is_empty() {
        let flat = |line: &Vec<[f64; 3]>| line.iter().map(|[x, y, _]| [*x, *y]).collect();
        let plane: Vec<Vec<[f64; 2]>> = c.lines.iter().map(flat).collect();
        let (lines, others) = some(&plane);
        let figure = figures::state_plane(lines, &[], &axis(0), &axis(1))?;
        let (title, caption) = (figure.title.clone(), figure.caption.clone());
        list.push(figure.named("state_plane", &title, &format!("{caption}{others}"))?);
    }
    if k >= 3 && !c.lines.is_empty() {
        list.push(space(c, [&axis(0), &axis(1), &axis(2)])?);
    }
    let first_two = share(0) + if k > 1 { share(1) } else { 0.0 };
    let facts = vec![
        ("Participation ratio".into(), words::with_error(pca.participation_ratio)),
        ("Components for 90 % of the variance".into(), pca.components_for_90.to_string()),
        ("Variance in the first two components".into(), format!("{:.1} %", 100.0 * first_two)),
        ("Rows".into(), pca.rows.to_string()),
    ];
    let mut warnings = vec![];
    if pca.explained_variance.iter().any(|v| v.is_nan()) {
        warnings.push(
            "Variances are beyond the range of numbers in these units and are not given; shares and dimensions are as in any other unit."
                .to_owned(),
        );
    }
    let section = Section {
        id: "pca".into(),
        title: "Dimensions used".into(),
        intro: vec![describe(c), what(c.rows)],
        method: vec![errors(pca)],
        notes: warnings.clone(),
        facts,
        figures: list,
        tables: [own_tables(pca, &c.names).to_vec(), vec![projected(&c.projections)]].concat(),
        ..Section::default()
    };
    Ok(Rendered { section, warnings })
}

/// States in three components: as many lines of one group as of another, the first of each.
fn space(c: &Components, labels: [&str; 3]) -> Result<Figure, Error> {
    let point = |(p, at): &(FixedPoint, [f64; 3])| StatePoint { at: *at, kind: kind(p) };
    let held: Vec<&HeldPoints> = c.held.iter().take(HELD).collect();
    let points: Vec<StatePoint<3>> =
        c.points.iter().chain(held.iter().flat_map(|h| &h.points)).map(point).collect();
    let directions: Vec<Vec<[f64; 3]>> =
        c.directions.iter().chain(held.iter().flat_map(|h| &h.directions)).cloned().collect();
    let own = c.points.iter().enumerate().map(|(k, (p, _))| (detail(k, p), 0));
    let under = |(i, h): (usize, &&HeldPoints)| {
        let input = input_words(&h.input);
        h.points
            .iter()
            .enumerate()
            .map(|(k, (p, _))| (format!("Under the input {input}: {}", detail(k, p)), i + 1))
            .collect::<Vec<_>>()
    };
    let (details, sets): (Vec<String>, Vec<usize>) =
        own.chain(held.iter().enumerate().flat_map(under)).unzip();
    let named = held.iter().map(|h| format!("under the input {}", input_words(&h.input)));
    let inputs: Vec<String> = match held.len() {
        0 => vec![],
        _ => std::iter::once("under the constant input of this run".to_owned()).chain(named).collect(),
    };
    let group = |k: usize| c.groups.as_ref().and_then(|g| g.of[k]);
    let mut seen = std::collections::BTreeMap::new();
    let mut order: Vec<(usize, usize)> = (0..c.lines.len())
        .map(|k| {
            let before = seen.entry(group(k)).or_insert(0);
            *before += 1;
            (*before, k)
        })
        .collect();
    order.sort_unstable();
    order.truncate(LINES);
    let lines: Vec<Vec<[f64; 3]>> = order.iter().map(|(_, k)| c.lines[*k].clone()).collect();
    let one = match c.rows {
        Rows::Trajectories { source, .. } if source.trials => |k: usize| format!("Trial {}", k + 1),
        Rows::Trajectories { .. } => |k: usize| format!("Trajectory {k}"),
        Rows::Recorded => |k: usize| format!("Recorded line {}", k + 1),
    };
    let name = |g: &LineGroups, name: &str| match &g.label {
        Some(label) => format!("{label} {name}"),
        None => format!("ends at point {name}"),
    };
    let figure = figures::state_view(&States {
        lines: &lines,
        names: order.iter().map(|(_, k)| one(c.numbers[*k])).collect(),
        groups: Groups {
            names: c.groups.iter().flat_map(|g| g.names.iter().map(|n| name(g, n))).collect(),
            of: order.iter().map(|(_, k)| group(*k)).collect(),
        },
        points: &points,
        directions: &directions,
        details,
        sets,
        inputs,
        labels,
    })?;
    if c.lines.len() <= LINES {
        return Ok(figure);
    }
    let (title, caption) = (figure.title.clone(), figure.caption.clone());
    figure.named("state_space", &title, &format!("{caption} {LINES} of {} trajectories.", c.lines.len()))
}

/// A point in a few words.
fn detail(k: usize, p: &FixedPoint) -> String {
    let what = match kind(p) {
        PointKind::Stable => "stable fixed point".to_owned(),
        PointKind::Unstable(m) => format!("fixed point with {}", words::count(m, "unstable direction")),
        PointKind::Undecided => "fixed point of undecided stability".into(),
        PointKind::Slow => format!("slow point, q = {}", words::number(p.speed)),
    };
    format!("Point {}: {what}", k + 1)
}

/// Variances, and the components themselves.
fn own_tables(pca: &Pca, names: &[String]) -> [TableOut; 2] {
    let ratio = &pca.explained_variance_ratio;
    let (sum, rows) = (running(ratio), (0..ratio.len()).collect::<Vec<_>>());
    let variance = Table::of(&rows)
        .column("component", "", |j| j + 1)
        .column("variance", "", |j| pca.explained_variance[*j])
        .columns(["share", "share_std_error"], |j| [ratio[*j], pca.std_error[*j]])
        .column("cumulative_share", "", |j| sum[*j])
        .named("variance", "Variance along each principal component, with the standard error of its share.");
    let rows: Vec<_> = names.iter().zip(&pca.mean).enumerate().collect();
    let components = Table::of(&rows)
        .column("variable", "", |r| r.1.0.as_str())
        .column("mean", "", |r| *r.1.1)
        .each((1..=ratio.len()).map(|j| format!("pc{j}")), |r, j| pca.components[(r.0, j)])
        .named("components", "Principal components, one a column: unit vectors, largest entry positive.");
    [variance, components]
}

fn projected(p: &Projections) -> TableOut {
    let (count, values) = match p {
        Projections::Trajectories { label, values, .. } => (label.len(), values),
        Projections::Rows { row, values, .. } => (row.len(), values),
    };
    let rows: Vec<usize> = (0..count).collect();
    let (table, caption) = match p {
        Projections::Trajectories { label, time, .. } => (
            Table::of(&rows).column("trajectory", "", |k| label[*k]).column("time", "", |k| time[*k]),
            "States along the leading principal components.".to_owned(),
        ),
        Projections::Rows { row, trial, every, .. } => {
            let mut table = Table::of(&rows).column("row", "", |k| row[*k]);
            if let Some(trial) = trial {
                table = table.column("trial", "", |k| trial[*k]);
            }
            let caption = match every {
                1 => "Every row along the leading principal components.".into(),
                e => format!("Every {e}th row along the leading principal components."),
            };
            (table, caption)
        }
    };
    let names = (1..=values.len()).map(|j| format!("pc{j}"));
    table.each(names, |k, j| values[j][*k]).named("projections", caption)
}

/// What the errors stand on, in words.
fn errors(pca: &Pca) -> String {
    let time = words::number((10.0 * pca.correlation_time).round() / 10.0);
    match pca.blocks {
        0 => format!(
            "No errors are given: about {time} successive rows count as one, and an error needs five blocks of four times as many."
        ),
        blocks => format!(
            "Errors leave out one of {blocks} blocks of successive rows at a time ({time} rows count as one); two of them hold the \
             share of a long recording in 95 of 100."
        ),
    }
}

fn running(ratio: &[f64]) -> Vec<f64> {
    ratio
        .iter()
        .scan(0.0, |sum, r| {
            *sum += r;
            Some(*sum)
        })
        .collect()
}
