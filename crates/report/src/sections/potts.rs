//! Couplings of a Potts model, and how strongly to regularise them.

mod ended;
mod figures;
mod stored;
mod tables;
mod used;

use super::{Rendered, left, words};
use crate::Error;
use crate::folder::{Folder, Origin};
use crate::page::Section;
use crate::report::{Report, Told};
use crate::runner::Failure;
use nullcline_core::analyses;
use nullcline_core::analyses::potts::{AboutSamples, Found, Inferred, Note, Pair, Potts, PottsModel};
use nullcline_core::inference::potts::{Grouping, Method, Way};
use nullcline_core::io::tensors::write_npz_with;
use std::path::{Path, PathBuf};
use words::{count, with_error};

impl Report for Potts {
    fn origin(&self, place: &Path) -> Result<Origin, analyses::Error> {
        let files = [&self.file, &self.model, &self.score].into_iter().flatten();
        let files: Vec<&Path> = files.map(PathBuf::as_path).collect();
        Ok(Origin::files("infer potts", &files, place))
    }

    fn file(&self) -> Option<&Path> {
        self.file.as_deref().or(self.model.as_deref())
    }

    fn tell(&self, found: &Found) -> Result<Told, Failure> {
        match found {
            Found::Inferred(found) => inferred(self, found),
            Found::Used(found) => Ok(used::tell(found, self.seed)),
        }
    }

    fn write(&self, found: &Found, folder: &Folder) -> Result<(), Failure> {
        let m = match found {
            Found::Inferred(found) => &found.model,
            Found::Used(found) => return used::write(found, folder),
        };
        let (arrays, texts) = stored::arrays(m);
        write_npz_with(&folder.place("potts/model.npz")?, &arrays, &texts)?;
        if m.about.kind == "alignment" {
            folder.write("potts/generated.fasta", tables::fasta(&m.states, &m.generated))?;
        }
        Ok(folder.write("potts/couplings.txt", tables::plmc(m))?)
    }
}

fn inferred(job: &Potts, found: &Inferred) -> Result<Told, Failure> {
    let m = &found.model;
    let subject = subject(&m.about);
    let asked = job.folds != Some(0) && job.truth.is_none();
    let none_left_out = (asked && m.folds == 0).then(|| {
        "Too few samples, or all of one trial: none are left out, and nothing is said of unseen ones."
            .to_owned()
    });
    Ok(Told {
        facts: vec![("Data".into(), subject.clone())],
        subject,
        seed: job.seed,
        findings: describe(m),
        warnings: found.notes.iter().map(note).chain(warnings(m)).chain(none_left_out).collect(),
        modules: vec![potts(m)?],
        ..Told::default()
    })
}

/// The data in a line.
fn subject(a: &AboutSamples) -> String {
    let (samples, sites) = (count(a.samples, "sample"), count(a.sites, "site"));
    let weight = if (a.weight - a.samples as f64).abs() > 1e-9 {
        format!(", {:.1} effective", a.weight)
    } else {
        String::new()
    };
    let states = if a.states == 2 { "2 states".to_owned() } else { format!("up to {} states", a.states) };
    format!("{samples} of {sites} of {states} ({}{weight})", a.format)
}

/// What the user should know of the data.
fn note(n: &Note) -> String {
    match n {
        Note::Columns(said) => said.clone(),
        Note::LeftOut(rows) => left::rows(*rows).unwrap_or_default(),
        Note::Constant(names) => {
            let verb = if names.len() == 1 { "has" } else { "have" };
            let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
            let more = if names.len() > 8 { ", …" } else { "" };
            format!(
                "{} {verb} one state only and {verb} no couplings: {}{more}.",
                count(names.len(), "column"),
                shown.join(", ")
            )
        }
        Note::Unknown { count: n, letters } => {
            format!("{} beyond the alphabet ({letters}) were taken as gaps.", count(*n, "letter"))
        }
        Note::Insertions(n) => {
            format!("{} (lower-case letters and points) were left out.", count(*n, "insertion"))
        }
        Note::Letters(letters) => {
            format!(
                "The alphabet is that of the letters found, {letters}; --alphabet says another, as protein."
            )
        }
        Note::Alike { lag_one, rows, effective, trials } => {
            let folds = if *trials {
                ""
            } else {
                " Folds are therefore stretches of successive rows; --trial COLUMN says which rows belong together."
            };
            format!(
                "Successive rows are alike (lag-one autocorrelation {lag_one:.2}): {} know as much as about {effective:.0} independent \
                 ones.{folds}",
                count(*rows, "row")
            )
        }
        Note::FewLevels { columns, asked } => format!(
            "{} fewer levels than the {asked} asked for: many of their values are equal.",
            if *columns == 1 { "1 column has".to_owned() } else { format!("{columns} columns have") }
        ),
    }
}

/// What is doubtful about the numbers.
fn warnings(m: &PottsModel) -> Vec<String> {
    let mut all: Vec<String> = ended::stopped(m).into_iter().chain(ended::warnings(m)).collect();
    let level = m.level();
    if let Some(effective) = m.partition.effective.filter(|e| *e < 20.0) {
        all.push(format!(
            "log Z rests on {effective:.0} effective chains: its error may be too small; more --chains help."
        ));
    }
    if let Some(r) = level.r_hat.filter(|r| *r > 1.1) {
        all.push(format!(
            "Chains of generated samples have not mixed (R-hat {r:.2}): what is said of them is doubtful."
        ));
    }
    all
}

/// What was found, a sentence each.
fn describe(m: &PottsModel) -> Vec<String> {
    let mut out: Vec<String> = strongest(m).into_iter().collect();
    let unseen = if m.folds > 0 {
        format!("samples left out ({} folds)", m.folds)
    } else {
        "samples of the truth".into()
    };
    if let Some(gamma) = m.best {
        out.push(format!("Of {unseen}, the model at γ = {} predicts most.", words::number(gamma)));
    }
    if let Some(gamma) = m.cross {
        out.push(format!("Generated and unseen samples are equally likely at γ = {}.", words::number(gamma)));
    }
    out.push(format!(
        "Couplings are given at γ = {}: {}.",
        words::number(m.chosen.gamma),
        m.chosen.by.name()
    ));
    if let Some((path, all, chosen)) = &m.sparse {
        let by = if all[*chosen].test.is_some() { "samples left out" } else { "the tilted likelihood" };
        out.push(format!(
            "Of {} pairs {} are coupled, by {} and {by}.",
            m.pairs.len(),
            all[*chosen].pairs,
            path.name()
        ));
    }
    out.extend(ended::finding(m));
    out.push(format!("There log Z = {} ({}).", with_error(m.partition.log_z), how(m.partition.method)));
    out
}

/// The pairs of the largest scores, of spins those of the largest couplings, by name.
fn strongest(m: &PottsModel) -> Option<String> {
    const NAMED: usize = 3;
    let of_spins = m.pairs.iter().all(|p| p.spins.is_some());
    let one = |p: &Pair| {
        let [i, j] = p.sites.map(|site| m.names[site].as_str());
        format!("{i} and {j} ({})", with_error(p.spins.unwrap_or(p.score)))
    };
    let size = |p: &Pair| p.spins.map_or(p.score.value, |s| s.value.abs());
    let mut pairs: Vec<&Pair> = m.pairs.iter().collect();
    pairs.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let named: Vec<String> = pairs.into_iter().take(NAMED.min(m.shown)).map(one).collect();
    let what = if of_spins { "J of spins −1 and 1" } else { "scores" };
    let who = if named.len() == 1 { "The strongest pair" } else { "The strongest pairs" };
    (!named.is_empty()).then(|| format!("{who}, with {what}: {}.", named.join(", ")))
}

/// How log Z was found.
fn how(method: Method) -> &'static str {
    match method {
        Method::Exact => "exact",
        Method::Annealed => "annealed importance sampling",
        Method::Expanded => "the cluster expansion that inferred the model",
    }
}

fn potts(m: &PottsModel) -> Result<Rendered, Error> {
    let section = Section {
        id: "potts".into(),
        title: "Couplings".into(),
        intro: vec![],
        method: method(m),
        facts: facts(m),
        figures: figures::all(m)?,
        tables: tables::all(m),
        notes: vec![],
        files: files(m),
    };
    Ok(Rendered { section, warnings: vec![] })
}

fn files(m: &PottsModel) -> Vec<String> {
    let mut all = vec!["potts/model.npz".to_owned(), "potts/couplings.txt".into()];
    if m.about.kind == "alignment" {
        all.push("potts/generated.fasta".into());
    }
    all
}

fn method(m: &PottsModel) -> Vec<String> {
    let what = match m.way {
        Way::Pseudo => {
            "minus the log pseudo-likelihood of all samples, plus n γ Σ J² over pairs of sites and (γ / 10) Σ h²"
        }
        Way::Asymmetric => {
            "minus the log pseudo-likelihood of each site alone, plus (n γ / 2) Σ J² over its couplings and (γ / 10) Σ h²; the couplings of a \
             pair are the mean of those of its sites, and what is least is the sum over sites before that"
        }
        Way::Exact | Way::Boltzmann | Way::Clusters => {
            "minus the log likelihood of all samples, plus (n γ / 2) Σ J² over pairs of sites and (γ / 20) Σ h²"
        }
    };
    let grouped = match m.grouping {
        None => "",
        Some(Grouping::Rare(_)) => {
            " Rare states of a site were put together before; within a group states are drawn by their shares among the samples."
        }
        Some(Grouping::Entropy(_)) => {
            " States of a site were put together before, but for the fewest that keep the share of its entropy; within a group states are \
             drawn by their shares among the samples."
        }
    };
    vec![
        format!(
            "The model is P(x) = exp(Σ Jᵢⱼ(xᵢ, xⱼ) + Σ hᵢ(xᵢ)) / Z. Its fields and couplings are least in {what}{}.{grouped}",
            ended::method(m)
        ),
        "Likelihoods are of one sample, in nats. Scores of pairs are Frobenius norms of couplings in the zero-sum gauge less their \
         average product; errors are those of the jackknife over folds, shrinkage by the penalty not included. couplings.txt holds the scores \
         as plmc writes them: site, -, site, -, 0, score."
            .into(),
    ]
}

fn facts(m: &PottsModel) -> Vec<(String, String)> {
    let l = m.level();
    let mut facts: Vec<(String, String)> = vec![
        ("Sites".into(), m.about.sites.to_string()),
        ("Samples".into(), m.about.samples.to_string()),
        (
            "Couplings given at γ".into(),
            format!("{} ({})", words::number(m.chosen.gamma), m.chosen.by.name()),
        ),
        ("Log likelihood of a training sample".into(), with_error(l.train)),
    ];
    if let Some(test) = l.test {
        facts.push(("Of an unseen sample".into(), with_error(test)));
    }
    facts.push(("Of a generated sample".into(), with_error(l.generated)));
    facts.push(("log Z".into(), with_error(m.partition.log_z)));
    if let Some([forward, backward]) = l.divergence {
        facts.push(("Divergence of the truth from the model, KL(truth ‖ model)".into(), with_error(forward)));
        facts
            .push(("Divergence of the model from the truth, KL(model ‖ truth)".into(), with_error(backward)));
    }
    facts.extend(ended::facts(m));
    facts.push(("Gibbs updates of generated samples".into(), m.updates.to_string()));
    for s in &m.statistics {
        let what =
            ["", "frequencies of states", "correlations of two states", "correlations of three states"];
        let name = format!("Generated against data, {}", what[s.of.min(3)]);
        facts.push((name, format!("r = {:.3}", s.correlation)));
    }
    facts
}
