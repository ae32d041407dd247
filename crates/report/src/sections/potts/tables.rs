//! The sweep, the pairs and the fields as tables, and other programs' formats.

use super::PottsModel;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::potts::Mutation;
use nullcline_core::numbers::Estimate;
use std::fmt::Write;

pub fn all(m: &PottsModel) -> Vec<TableOut> {
    let mut sweep = Table::of(&m.levels)
        .column("gamma", "", |l| l.gamma)
        .column("objective", "", |l| l.objective)
        .column("gap", "", |l| l.gap)
        .column("l_train", "nats", |l| l.train.value)
        .column("l_test", "nats", |l| l.unseen())
        .column("l_gen", "nats", |l| l.generated)
        .column("log_z", "", |l| l.partition.log_z);
    if m.levels.iter().all(|l| l.divergence.is_some()) {
        sweep = sweep.column("kl_forward", "nats", |l| l.divergence.map_or(Estimate::NONE, |d| d[0])).column(
            "kl_backward",
            "nats",
            |l| l.divergence.map_or(Estimate::NONE, |d| d[1]),
        );
    }
    let mut pairs = Table::of(&m.pairs)
        .column("site_1", "", |p| m.names[p.sites[0]].as_str())
        .column("site_2", "", |p| m.names[p.sites[1]].as_str())
        .column("score", "", |p| p.score)
        .column("norm", "", |p| p.norm);
    if m.pairs.iter().all(|p| p.spins.is_some()) {
        pairs = pairs.column("coupling", "", |p| p.spins.unwrap_or(Estimate::NONE));
    }
    let fields: Vec<(usize, usize, usize)> = (0..m.about.sites)
        .flat_map(|i| m.zero_sum.sites.range(i).enumerate().map(move |(a, k)| (i, a, k)))
        .collect();
    let fields = Table::of(&fields)
        .column("site", "", |f| m.names[f.0].as_str())
        .column("state", "", |f| m.states[f.0][f.1].as_str())
        .column("field", "", |f| m.zero_sum.fields[f.2]);
    let spins = match m.about.states {
        2 => " Of two states, the coupling is that of spins −1 and 1, the first and the second state.",
        _ => "",
    };
    let mut all = vec![
        sweep.named("sweep", "Fits and likelihoods at each γ."),
        pairs.named("pairs", format!("Pairs of sites at the chosen γ, the largest score first.{spins}")),
        fields.named("fields", "Fields at the chosen γ, in the zero-sum gauge."),
    ];
    if let Some((_, path, _)) = &m.sparse {
        let graphs = Table::of(path)
            .column("pairs", "", |s| s.pairs)
            .column("l_train", "nats", |s| s.train)
            .column("l_test", "nats", |s| s.test.unwrap_or(Estimate::NONE));
        all.push(graphs.named(
            "graphs",
            "Graphs on the way: log pseudo-likelihoods of a training sample and of one left out.",
        ));
    }
    all.extend(super::ended::tables(m));
    if !m.mutations.is_empty() {
        all.push(mutations(&m.mutations, &m.names, &m.states, "the first sequence"));
    }
    all
}

/// Scores of pairs as plmc writes them: site, -, site, -, 0, score, sites from 1.
pub fn plmc(m: &PottsModel) -> String {
    let mut all: Vec<_> = m.pairs.iter().collect();
    all.sort_by_key(|p| p.sites);
    all.iter().fold(String::new(), |mut out, p| {
        let _ = writeln!(out, "{} - {} - 0 {:.6}", p.sites[0] + 1, p.sites[1] + 1, p.score.value);
        out
    })
}

/// Generated sequences.
pub fn fasta(states: &[Vec<String>], rows: &[Vec<u8>]) -> String {
    rows.iter().enumerate().fold(String::new(), |mut out, (k, row)| {
        let letters: String =
            row.iter().enumerate().map(|(i, s)| states[i][usize::from(*s)].as_str()).collect();
        let _ = writeln!(out, ">generated_{}\n{letters}", k + 1);
        out
    })
}

/// Changes of single states of a sample.
pub fn mutations(all: &[Mutation], names: &[String], states: &[Vec<String>], of: &str) -> TableOut {
    Table::of(all)
        .column("site", "", |m| names[m.site].as_str())
        .column("from", "", |m| states[m.site][m.from].as_str())
        .column("to", "", |m| states[m.site][m.to].as_str())
        .column("change", "nats", |m| m.change)
        .named(
            "mutations",
            format!("Every change of one state of {of}: log P of the changed one less its own."),
        )
}
