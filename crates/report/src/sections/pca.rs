//! Principal components.

use super::fixed_points::kind;
use super::{Rendered, words};
use crate::Error;
use crate::figures::{self, StatePoint};
use crate::page::Section;
use crate::tables::{Cells, TableOut};
use nullcline_core::analyses::network::InputKind;
use nullcline_core::analyses::{Components, Projections, Rows};
use nullcline_core::diagnostics::dynamics::fixed_points::FixedPoint;
use nullcline_core::diagnostics::geometry::pca::Pca;
use nullcline_core::linalg::col;

/// What the components span, in a sentence.
pub fn describe(c: &Components) -> String {
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
pub fn pca(c: &Components) -> Result<Rendered, Error> {
    let pca = &c.pca;
    let ratio = &pca.explained_variance_ratio;
    let k = ratio.len();
    let share = |i: usize| ratio.get(i).copied().unwrap_or(f64::NAN);
    let axis = |i: usize| figures::component_label(i + 1, share(i));
    let mut list = vec![figures::explained_variance(ratio, &pca.std_error)?];
    if k >= 2 && !c.lines.is_empty() {
        let flat = |line: &Vec<[f64; 3]>| line.iter().map(|[x, y, _]| [*x, *y]).collect();
        let plane: Vec<Vec<[f64; 2]>> = c.lines.iter().map(flat).collect();
        list.push(figures::state_plane(&plane, &[], &axis(0), &axis(1))?);
    }
    // A plane that holds most of the variance needs no third axis.
    if k >= 3 && pca.components_for_90 >= 3 && !c.lines.is_empty() {
        let point = |(p, at): &(FixedPoint, [f64; 3])| StatePoint { at: *at, kind: kind(p) };
        let points: Vec<StatePoint<3>> = c.points.iter().map(point).collect();
        list.push(figures::state_space(&c.lines, &points, [&axis(0), &axis(1), &axis(2)])?);
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
        intro: vec![what(c.rows), errors(pca)],
        notes: warnings.clone(),
        facts,
        figures: list,
        tables: [own_tables(pca, &c.names).to_vec(), vec![projected(&c.projections)]].concat(),
        ..Section::default()
    };
    Ok(Rendered { section, warnings })
}

/// Variances, and the components themselves.
fn own_tables(pca: &Pca, names: &[String]) -> [TableOut; 2] {
    let ratio = &pca.explained_variance_ratio;
    let variance = TableOut {
        name: "variance".into(),
        caption: "Variance along each principal component, with the standard error of its share.".into(),
        columns: vec![
            ("component".into(), Cells::Int((1..=ratio.len() as i64).collect())),
            ("variance".into(), Cells::Float(pca.explained_variance.clone())),
            ("share".into(), Cells::Float(ratio.clone())),
            ("share_std_error".into(), Cells::Float(pca.std_error.clone())),
            ("cumulative_share".into(), Cells::Float(running(ratio))),
        ],
    };
    let mut columns = vec![
        ("variable".into(), Cells::Text(names.to_vec())),
        ("mean".into(), Cells::Float(pca.mean.clone())),
    ];
    for j in 0..ratio.len() {
        columns.push((format!("pc{}", j + 1), Cells::Float(col(pca.components.as_ref(), j).to_vec())));
    }
    let components = TableOut {
        name: "components".into(),
        caption: "Principal components, one a column: unit vectors, largest entry positive.".into(),
        columns,
    };
    [variance, components]
}

fn projected(p: &Projections) -> TableOut {
    let (mut columns, values, caption) = match p {
        Projections::Trajectories { label, time, values } => (
            vec![
                ("trajectory".to_owned(), Cells::Int(label.clone())),
                ("time".to_owned(), Cells::Float(time.clone())),
            ],
            values,
            "States along the leading principal components.".to_owned(),
        ),
        Projections::Rows { row, trial, values, every } => {
            let mut columns = vec![("row".to_owned(), Cells::Int(row.clone()))];
            columns.extend(trial.as_ref().map(|t| ("trial".to_owned(), Cells::Int(t.clone()))));
            let caption = match every {
                1 => "Every row along the leading principal components.".into(),
                e => format!("Every {e}th row along the leading principal components."),
            };
            (columns, values, caption)
        }
    };
    let components = values.iter().enumerate();
    columns.extend(components.map(|(j, v)| (format!("pc{}", j + 1), Cells::Float(v.clone()))));
    TableOut { name: "projections".into(), caption, columns }
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
