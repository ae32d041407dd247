//! Principal components.

use super::{Rendered, words};
use crate::Error;
use crate::figures::{self, StatePoint};
use crate::page::Section;
use crate::summary::{number, numbers};
use crate::tables::{Cells, TableOut};
use nullcline_core::diagnostics::geometry::pca::Pca;
use nullcline_core::linalg::col;
use serde_json::json;

/// `names` are the variables; `states` are lines of coordinates on the first three components, zero where there are fewer,
/// and `points` fixed points there; `intro` says what the rows are; `tables` are further tables (projections) to be written.
pub fn pca(
    pca: &Pca,
    names: &[String],
    states: &[Vec<[f64; 3]>],
    points: &[StatePoint<3>],
    intro: &str,
    tables: Vec<TableOut>,
) -> Result<Rendered, Error> {
    let ratio = &pca.explained_variance_ratio;
    let k = ratio.len();
    let json = json!({
        "explained_variance_ratio": numbers(ratio),
        "explained_variance_ratio_std_error": numbers(&pca.std_error),
        "explained_variance": numbers(&pca.explained_variance),
        "blocks": pca.blocks,
        "correlation_time": number(pca.correlation_time),
        "participation_ratio": number(pca.participation_ratio.value),
        "participation_ratio_std_error": number(pca.participation_ratio.std_error),
        "components_for_90": pca.components_for_90,
        "rows": pca.rows,
    });
    let share = |i: usize| ratio.get(i).copied().unwrap_or(f64::NAN);
    let axis = |i: usize| figures::component_label(i + 1, share(i));
    let mut list = vec![figures::explained_variance(ratio, &pca.std_error)?];
    if k >= 2 && !states.is_empty() {
        let flat = |line: &Vec<[f64; 3]>| line.iter().map(|[x, y, _]| [*x, *y]).collect();
        let plane: Vec<Vec<[f64; 2]>> = states.iter().map(flat).collect();
        list.push(figures::state_plane(&plane, &[], &axis(0), &axis(1))?);
    }
    // A plane that holds most of the variance needs no third axis.
    if k >= 3 && pca.components_for_90 >= 3 && !states.is_empty() {
        list.push(figures::state_space(states, points, [&axis(0), &axis(1), &axis(2)])?);
    }
    let first_two = share(0) + if k > 1 { share(1) } else { 0.0 };
    let facts = vec![
        (
            "Participation ratio".into(),
            words::with_error(pca.participation_ratio.value, pca.participation_ratio.std_error),
        ),
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
        intro: vec![intro.into(), errors(pca)],
        notes: warnings.clone(),
        facts,
        figures: list,
        tables: [own_tables(pca, names).to_vec(), tables].concat(),
        ..Section::default()
    };
    Ok(Rendered { json, section, warnings })
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
