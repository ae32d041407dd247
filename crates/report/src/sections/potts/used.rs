//! What was done with a model that was written.

use super::tables::{fasta, mutations};
use crate::folder::Folder;
use crate::page::Section;
use crate::report::Told;
use crate::runner::Failure;
use crate::sections::Rendered;
use crate::sections::words::{self, count, with_error};
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::potts::Used;
use std::fmt::Write;

pub fn tell(u: &Used, seed: u64) -> Told {
    let sites = &u.model.sites;
    let most = sites.ranges().map(|r| r.len()).max().unwrap_or(0);
    let subject = format!("a model of {} of up to {} states", count(sites.count(), "site"), most);
    let how = super::how(u.partition.method);
    let mut findings = vec![format!("log Z = {} ({how}).", with_error(u.partition.log_z))];
    let mut warnings = vec![];
    if let Some(effective) = u.partition.effective.filter(|e| *e < 20.0) {
        warnings.push(format!(
            "log Z rests on {effective:.0} effective chains: its error may be too small; more --chains help."
        ));
    }
    if let Some(d) = &u.drawn {
        findings.push(format!(
            "{} drawn, {} apart in each of 64 chains (R-hat of the energy {:.3}).",
            if d.rows.len() == 1 {
                "1 sample was".into()
            } else {
                format!("{} were", count(d.rows.len(), "sample"))
            },
            count(d.apart, "sweep"),
            d.chains.r_hat
        ));
        if d.chains.r_hat > 1.1 {
            warnings.push("The chains have not mixed: the samples are not those of the model.".into());
        }
    }
    if let Some(s) = &u.scored {
        warnings.extend(s.notes.iter().map(super::note));
        let all: Vec<f64> = s.all.iter().map(|s| s.log_probability.value).collect();
        let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
        findings.push(format!(
            "{} of {}: log P is {} in the mean.",
            count(all.len(), "sample"),
            s.path.display(),
            words::number(mean)
        ));
    }
    Told {
        facts: vec![("Model".into(), subject.clone())],
        subject,
        seed,
        findings,
        warnings,
        modules: vec![Rendered { section: section(u), warnings: vec![] }],
        ..Told::default()
    }
}

fn section(u: &Used) -> Section {
    let mut facts = vec![("log Z".to_owned(), with_error(u.partition.log_z))];
    if let Some(e) = u.partition.effective {
        facts.push(("Effective chains".into(), format!("{e:.0}")));
    }
    if let Some(d) = &u.drawn {
        facts.push(("Samples".into(), d.rows.len().to_string()));
        facts.push(("R-hat of their energies".into(), format!("{:.3}", d.chains.r_hat)));
    }
    Section {
        id: "potts".into(),
        title: "The model".into(),
        method: vec![
            "P(x) = exp(Σ Jᵢⱼ(xᵢ, xⱼ) + Σ hᵢ(xᵢ)) / Z; energies and log P are in nats, and the error of log P is that of log Z."
                .into(),
        ],
        facts,
        tables: tables(u),
        files: files(u).into_iter().map(str::to_owned).collect(),
        ..Section::default()
    }
}

fn tables(u: &Used) -> Vec<TableOut> {
    let Some(s) = &u.scored else { return vec![] };
    let scores = Table::of(&s.all)
        .column("name", "", |s| s.name.as_str())
        .column("energy", "nats", |s| s.energy)
        .column("log_p", "nats", |s| s.log_probability)
        .named("scores", "Energy and log P of each sample.");
    vec![scores, mutations(&s.mutations, &u.names, &u.states, "the first of them")]
}

fn files(u: &Used) -> Vec<&'static str> {
    match (&u.drawn, u.letters) {
        (None, _) => vec![],
        (Some(_), true) => vec!["potts/samples.fasta"],
        (Some(_), false) => vec!["potts/samples.csv"],
    }
}

/// Writes the samples, as an alignment or a table.
pub fn write(u: &Used, folder: &Folder) -> Result<(), Failure> {
    let Some(d) = &u.drawn else { return Ok(()) };
    if u.letters {
        return Ok(folder.write("potts/samples.fasta", fasta(&u.states, &d.rows))?);
    }
    // Names that are places are no good names of columns.
    let numbers = u.names.iter().enumerate().all(|(k, name)| *name == (k + 1).to_string());
    let head: Vec<String> =
        u.names.iter().map(|name| if numbers { format!("site_{name}") } else { cell(name) }).collect();
    let mut out = head.join(",");
    out.push('\n');
    for row in &d.rows {
        let values: Vec<String> =
            row.iter().enumerate().map(|(i, s)| cell(&u.states[i][usize::from(*s)])).collect();
        let _ = writeln!(out, "{}", values.join(","));
    }
    Ok(folder.write("potts/samples.csv", out)?)
}

/// A cell of a CSV file.
fn cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}
