//! Couplings of a Gaussian model, and how strongly to regularise them.

mod figures;
mod tables;

use super::{Rendered, left, words};
use crate::Error;
use crate::folder::{Folder, Origin};
use crate::page::Section;
use crate::report::{Report, Told};
use crate::runner::Failure;
use faer::Mat;
use nullcline_core::analyses;
use nullcline_core::analyses::gaussian::{
    AboutData, Gaussian, GaussianModel, Inferred, Note, Penalty, Source,
};
use nullcline_core::inference::gaussian::data::Scale;
use nullcline_core::io::tensors::{Tensor, write_npz};
use nullcline_core::numbers::Estimate;
use std::path::Path;
use words::{count, with_error};

impl Report for Gaussian {
    fn origin(&self, place: &Path) -> Result<Origin, analyses::Error> {
        Ok(Origin::files("infer gaussian", &[&self.file], place))
    }

    fn file(&self) -> Option<&Path> {
        Some(&self.file)
    }

    fn tell(&self, found: &Inferred) -> Result<Told, Failure> {
        let m = &found.model;
        let subject = subject(&m.about);
        Ok(Told {
            facts: vec![("Data".into(), subject.clone())],
            subject,
            seed: self.seed,
            findings: describe(m),
            warnings: found.notes.iter().map(note).collect(),
            modules: vec![gaussian(m)?],
            ..Told::default()
        })
    }

    fn write(&self, found: &Inferred, folder: &Folder) -> Result<(), Failure> {
        let m = &found.model;
        let n = m.n();
        let square = |name: &str, m: &Mat<f64>| Tensor {
            name: name.into(),
            shape: vec![n, n],
            dtype: "f64".into(),
            data: (0..n).flat_map(|i| (0..n).map(move |j| m[(i, j)])).collect(),
        };
        let scalar = |name: &str, v: f64| Tensor {
            name: name.into(),
            shape: vec![],
            dtype: "f64".into(),
            data: vec![v],
        };
        let arrays = [
            square("j", &m.j),
            square("covariance", &m.covariance),
            square("j_std_error", &m.debiased.around(m.j.as_ref())),
            square("j_debiased", &m.debiased.j),
            square("j_debiased_std_error", &m.debiased.std_error),
            scalar("gamma", m.chosen.gamma),
            scalar("mu", m.chosen.mu),
        ];
        Ok(write_npz(&folder.place("gaussian/couplings.npz")?, &arrays)?)
    }
}

/// The data in a line.
fn subject(a: &AboutData) -> String {
    let variables = count(a.variables, "variable");
    match (a.format, a.samples) {
        (Some(format), Some(p)) => format!("{} of {variables} ({format})", count(p, "sample")),
        _ => format!("a covariance of {variables} at α = {}", a.alpha),
    }
}

/// What the user should know of the data.
fn note(n: &Note) -> String {
    match n {
        Note::Columns(said) => said.clone(),
        Note::LeftOut(rows) => left::rows(*rows).unwrap_or_default(),
        Note::MaybeCovariance(n) => format!(
            "The table is {n} x {n}, symmetric and without negative eigenvalues, as a covariance is, and was read as {n} \
             samples: --covariance with --samples P (or --alpha P/N) reads it as one."
        ),
        Note::Alike { alike, rows, trials } => {
            let folds = if *trials {
                ""
            } else {
                " Folds are therefore stretches of successive rows; --trial COLUMN says which rows belong together, and rows \
                 whose order means nothing are better shuffled."
            };
            format!(
                "Successive rows are alike (lag-one autocorrelation {:.2}): {} know as much as about {:.0} independent ones, \
                 and errors of couplings count them so.{folds}",
                alike.lag_one,
                count(*rows, "row"),
                alike.effective
            )
        }
        Note::Copies(copies) => {
            let verb = if *copies == 1 { "repeats an earlier one" } else { "repeat earlier ones" };
            format!(
                "{} {verb}; copies count as samples, so that α and every error are too confident, but they stay in one fold.",
                count(*copies, "row")
            )
        }
        Note::OneGroup => "All samples are equal or of one trial: no cross-validation.".into(),
        Note::Constant { folds, variable } => format!(
            "Without one of {folds} folds `{variable}` would not change: no cross-validation; fewer --folds may help."
        ),
    }
}

/// What was found, a sentence each.
pub fn describe(m: &GaussianModel) -> Vec<String> {
    let mut out = vec![];
    let estimate = |e: &Option<Estimate>| e.map(with_error);
    if let Some(v) = &m.validation {
        out.push(match estimate(&v.opt) {
            Some(gamma) => format!("Held-out data are predicted best at γ = {gamma} ({} folds).", v.folds),
            None if v.least => format!(
                "Held-out data are predicted best at the least regularisation looked at, with the strongest couplings: γ = {}.",
                words::number(m.range.0)
            ),
            None => format!(
                "Held-out data are predicted best without couplings: their likelihood grows up to γ = {}.",
                words::number(m.range.1)
            ),
        });
        if let Some(gamma) = estimate(&v.cross) {
            out.push(format!("Generated and held-out likelihood cross at γ = {gamma}."));
        }
    } else if m.test.is_some() {
        let list = |l: &[f64]| l.iter().map(|g| words::number(*g)).collect::<Vec<_>>().join(", ");
        out.push(match m.roots.opt.is_empty() {
            true => "The test likelihood has no maximum inside the range.".to_owned(),
            false => format!("The test likelihood is extremal at γ = {}.", list(&m.roots.opt)),
        });
        out.push(match m.roots.cross.is_empty() {
            true => "Generated and test likelihood never cross there.".to_owned(),
            false => format!("Generated and test likelihood cross at γ = {}.", list(&m.roots.cross)),
        });
    }
    if let Some(p) = &m.predicted {
        out.push(format!("n / ΣJ² = {}, from {}.", with_error(p.gamma), p.from.name()));
    }
    out.push(format!(
        "Couplings are given at γ = {}: {}.",
        words::number(m.chosen.gamma),
        m.chosen.by.name()
    ));
    out
}

/// The section of `infer gaussian`.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn gaussian(m: &GaussianModel) -> Result<Rendered, Error> {
    let strongest = tables::strongest(m);
    let section = Section {
        id: "gaussian".into(),
        title: "Couplings".into(),
        intro: vec![],
        method: intro(m),
        facts: facts(m),
        figures: figures::all(m, &strongest)?,
        tables: vec![tables::sweep(m), tables::strongest_table(m, &strongest), tables::couplings(m)],
        notes: notes(m),
        files: vec!["gaussian/couplings.npz".into()],
    };
    Ok(Rendered { section, warnings: vec![] })
}

fn intro(m: &GaussianModel) -> Vec<String> {
    let prior = match m.penalty {
        Penalty::L1 => "a penalty γ Σ|Jᵢⱼ| on couplings between different variables (graphical lasso)",
        Penalty::L2 => "a penalty γ tr J² / 4 on couplings, beside α times the likelihood",
    };
    let scale = match m.scale {
        Scale::Trace => "The covariance was rescaled to trace n.",
        Scale::Variances => "Every variable was divided by its standard deviation.",
        Scale::None => "The covariance is as measured.",
    };
    let trace = if m.scale == Scale::None { "that of the data" } else { "n" };
    vec![format!(
        "The model is Gaussian with covariance (μ − J)⁻¹, whose trace is {trace}; its couplings J maximise the posterior under \
         {prior}. Likelihoods are per sample and variable in figures, per sample in tables; (n/2) log 2π is left out. {scale}"
    )]
}

fn facts(m: &GaussianModel) -> Vec<(String, String)> {
    let mut facts = vec![
        ("Variables".into(), m.n().to_string()),
        ("Samples per variable, α".into(), words::number(m.alpha)),
        (
            "Couplings given at γ".into(),
            format!("{} ({})", words::number(m.chosen.gamma), m.chosen.by.name()),
        ),
    ];
    let mut add = |name: &str, text: String| facts.push((name.into(), text));
    if let Some(a) = &m.alike {
        let text = format!("{:.0} (lag-one autocorrelation {:.2})", a.effective, a.lag_one);
        add("Independent samples that the rows are worth", text);
    }
    if let Some(v) = &m.validation {
        for (name, e) in [("Best γ", &v.opt), ("γ at the crossing", &v.cross), ("γ half-way", &v.half)] {
            let text = e.map_or("none in the range".into(), with_error);
            add(&format!("{name}, cross-validated"), text);
        }
    }
    if let Some(p) = &m.predicted {
        add(
            "n / ΣJ²",
            format!("{} (ΣJ² = {}, {})", with_error(p.gamma), words::number(p.j_squared), p.from.name()),
        );
        if let Some(opt) = p.opt {
            add("Best γ at many samples, by theory", words::number(opt));
            add("Crossing at many samples, by theory", words::number(p.cross));
        }
    }
    if let Some(e) = m.error_of_j() {
        add("Relative error of the couplings", words::percent(e));
    }
    if m.pairs.is_some() {
        let n = m.n();
        let pairs = (0..n).map(|j| (0..j).filter(|i| m.j[(*i, j)] != 0.0).count()).sum::<usize>();
        add("Couplings that are not zero", format!("{pairs} of {}", n * (n - 1) / 2));
    }
    if let Some(gap) = m.gap {
        add("Largest duality gap", words::number(gap));
    }
    facts
}

fn notes(m: &GaussianModel) -> Vec<String> {
    let mut notes = vec![format!(
        "Couplings at the chosen γ are drawn towards zero by the penalty. The debiased ones are one Newton step from them towards \
         the largest likelihood, {}: the true coupling of Gaussian samples lies within two of their standard errors in about 95 of \
         100 cases, each coupling by itself, whatever γ. The standard error beside the penalised coupling is the root mean square \
         distance of the truth from it, shrinkage included, and rather too large than too small. The choice of γ does not enter.",
        match m.penalty {
            Penalty::L1 => "the desparsified graphical lasso, so that zeros have errors too",
            Penalty::L2 => "2Θ − ΘCΘ with Θ = μ − J",
        }
    )];
    if let Some(v) = &m.validation {
        notes.push(format!(
            "Cross-validated curves and strengths are means over {} with {:.0} % of the samples each; training sets overlap, so \
             that errors are approximate.",
            count(v.folds, "fold"),
            100.0 * (1.0 - 1.0 / v.folds as f64)
        ));
    }
    if m.test.is_none() {
        notes.push(
            "A covariance alone has no held-out data: give the table of samples to cross-validate, or --truth.".into(),
        );
    }
    if m.predicted.is_none() && m.penalty == Penalty::L2 {
        notes.push("No n / ΣJ²: the couplings are weaker than the noise of so many samples.".into());
    }
    if m.predicted.is_some_and(|p| p.from == Source::Inferred) {
        notes.push(
            "With so few samples the sum of squared couplings has no estimate without bias; that of the inferred couplings is \
             too small, and n / ΣJ² too large."
                .into(),
        );
    }
    notes
}
