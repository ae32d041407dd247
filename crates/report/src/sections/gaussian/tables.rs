//! The sweep and the couplings as tables.

use super::GaussianModel;
use crate::figures::Edge;
use crate::tables::{Cells, TableOut};
use nullcline_core::linalg::col;

/// Likelihoods at each gamma.
pub fn sweep(m: &GaussianModel) -> TableOut {
    let mut columns = vec![
        ("gamma".into(), Cells::Float(m.each(|l| l.gamma))),
        ("mu".into(), Cells::Float(m.each(|l| l.mu))),
        ("log_z".into(), Cells::Float(m.each(|l| l.log_z))),
        ("l_train".into(), Cells::Float(m.each(|l| l.train))),
        ("l_gen".into(), Cells::Float(m.each(|l| l.generated))),
        ("sum_j_squared".into(), Cells::Float(m.each(|l| l.sum_j_squared))),
    ];
    if let Some(pairs) = &m.pairs {
        columns.push(("pairs".into(), Cells::Int(pairs.iter().map(|p| *p as i64).collect())));
    }
    if let Some(test) = &m.test {
        columns.push(("l_test".into(), Cells::Float(test.value.clone())));
        if !test.std_error.is_empty() {
            columns.push(("l_test_std_error".into(), Cells::Float(test.std_error.clone())));
        }
    }
    if let Some(v) = &m.validation {
        columns.push(("l_gen_of_folds".into(), Cells::Float(v.generated.iter().map(|x| x.value).collect())));
        columns.push(("l_train_of_folds".into(), Cells::Float(v.train.iter().map(|x| x.value).collect())));
    }
    TableOut { name: "sweep".into(), caption: "Likelihoods per sample at each γ.".into(), columns }
}

/// The strongest couplings between different variables, largest first, none of them zero.
pub fn strongest(m: &GaussianModel) -> Vec<Edge> {
    let n = m.names.len();
    let mut edges: Vec<Edge> = (0..n)
        .flat_map(|from| (0..from).map(move |to| (from, to)))
        .map(|(from, to)| Edge { from, to, weight: m.j[(from, to)] })
        .filter(|e| e.weight != 0.0)
        .collect();
    edges.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    edges.truncate(m.edges.unwrap_or(2 * n));
    edges
}

pub fn strongest_table(m: &GaussianModel, edges: &[Edge]) -> TableOut {
    let name = |i: &usize| m.names[*i].clone();
    let mut columns = vec![
        ("variable_1".into(), Cells::Text(edges.iter().map(|e| name(&e.to)).collect())),
        ("variable_2".into(), Cells::Text(edges.iter().map(|e| name(&e.from)).collect())),
        ("coupling".into(), Cells::Float(edges.iter().map(|e| e.weight).collect())),
    ];
    let of = |matrix: &faer::Mat<f64>| Cells::Float(edges.iter().map(|e| matrix[(e.from, e.to)]).collect());
    columns.push(("std_error".into(), of(&m.debiased.around(m.j.as_ref()))));
    columns.push(("debiased".into(), of(&m.debiased.j)));
    columns.push(("debiased_std_error".into(), of(&m.debiased.std_error)));
    if let Some(truth) = &m.true_j {
        columns.push(("true".into(), of(truth)));
    }
    let caption = format!(
        "The {} strongest couplings between different variables: at the chosen γ with their root mean square distance from the \
         truth, and debiased with their standard error.",
        edges.len()
    );
    TableOut { name: "strongest".into(), caption, columns }
}

/// The whole matrix.
pub fn couplings(m: &GaussianModel) -> TableOut {
    let mut columns = vec![("variable".into(), Cells::Text(m.names.clone()))];
    for (j, name) in m.names.iter().enumerate() {
        columns.push((name.clone(), Cells::Float(col(m.j.as_ref(), j).to_vec())));
    }
    TableOut { name: "couplings".into(), caption: "The couplings J, with their diagonal.".into(), columns }
}
