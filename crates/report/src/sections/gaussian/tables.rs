//! The sweep and the couplings as tables.

use super::GaussianModel;
use crate::figures::Edge;
use crate::tables::{Table, TableOut};

/// Likelihoods at each gamma.
pub fn sweep(m: &GaussianModel) -> TableOut {
    let rows: Vec<_> = m.curve.iter().enumerate().collect();
    let mut table = Table::of(&rows)
        .columns(["gamma", "mu", "log_z"], |(_, l)| [l.gamma, l.mu, l.log_z])
        .columns(["l_train", "l_gen", "sum_j_squared"], |(_, l)| [l.train, l.generated, l.sum_j_squared]);
    if let Some(pairs) = &m.pairs {
        table = table.column("pairs", "", |(k, _)| pairs[*k]);
    }
    if let Some(test) = &m.test {
        table = table.column("l_test", "", |(k, _)| test.value[*k]);
        if !test.std_error.is_empty() {
            table = table.column("l_test_std_error", "", |(k, _)| test.std_error[*k]);
        }
    }
    if let Some(v) = &m.validation {
        table = table.columns(["l_gen_of_folds", "l_train_of_folds"], |(k, _)| {
            [v.generated[*k].value, v.train[*k].value]
        });
    }
    table.named("sweep", "Likelihoods per sample at each γ.")
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
    let at = |matrix: &faer::Mat<f64>, e: &Edge| matrix[(e.from, e.to)];
    let error = m.debiased.around(m.j.as_ref());
    let mut table = Table::of(edges)
        .column("variable_1", "", |e| m.names[e.to].as_str())
        .column("variable_2", "", |e| m.names[e.from].as_str())
        .column("coupling", "", |e| e.weight)
        .column("std_error", "", |e| at(&error, e))
        .columns(["debiased", "debiased_std_error"], |e| {
            [at(&m.debiased.j, e), at(&m.debiased.std_error, e)]
        });
    if let Some(truth) = &m.true_j {
        table = table.column("true", "", |e| at(truth, e));
    }
    let caption = format!(
        "The {} strongest couplings between different variables: at the chosen γ with their root mean square distance from the \
         truth, and debiased with their standard error.",
        edges.len()
    );
    table.named("strongest", caption)
}

/// The whole matrix.
pub fn couplings(m: &GaussianModel) -> TableOut {
    let rows: Vec<usize> = (0..m.names.len()).collect();
    Table::of(&rows)
        .column("variable", "", |i| m.names[*i].as_str())
        .each(&m.names, |i, j| m.j[(*i, j)])
        .named("couplings", "The couplings J, with their diagonal.")
}
