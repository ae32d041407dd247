//! Couplings of a Gaussian model, and how strongly to regularise them.

mod figures;
mod tables;

use super::{Rendered, words};
use crate::Error;
use crate::page::Section;
use crate::summary::{number, numbers};
use faer::Mat;
use nullcline_core::inference::gaussian::debiased::Debiased;
use nullcline_core::inference::gaussian::likelihood::Levels;
use nullcline_core::inference::gaussian::roots::Roots;
use nullcline_core::inference::gaussian::successive::Autocorrelation;
use nullcline_core::inference::gaussian::validation::Validation;
use nullcline_core::numbers::Estimate;
use serde_json::{Value, json};
use words::{count, with_error};

/// The likelihood of data that the model has not seen, at each gamma.
#[derive(Clone, Debug)]
pub struct Test {
    /// Extensive, per sample.
    pub value: Vec<f64>,
    /// Standard errors over folds; empty where it is exact.
    pub std_error: Vec<f64>,
    /// Folds; none where the true covariance was given.
    pub folds: Option<usize>,
}

impl Test {
    /// The held-out likelihoods of a cross-validation.
    pub fn of(v: &Validation) -> Self {
        Self {
            value: v.test.iter().map(|m| m.value).collect(),
            std_error: v.test.iter().map(Estimate::error).collect(),
            folds: Some(v.folds),
        }
    }
}

/// Strengths by formula.
#[derive(Clone, Copy, Debug)]
pub struct Predicted {
    /// n / sum J^2 (eq. 2.20); exact from the truth, its error by the jackknife over folds from data.
    pub gamma: Estimate,
    /// (n + 1) / sum J^2.
    pub cross: f64,
    /// gamma_opt of any couplings at large alpha; it needs the truth.
    pub opt: Option<f64>,
    /// sum J^2.
    pub j_squared: f64,
    /// Which couplings went in.
    pub from: Source,
}

/// Which couplings go into the formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Those of the true covariance.
    Truth,
    /// None: an estimate of their sum of squares without bias.
    Unbiased,
    /// Those inferred at the chosen gamma.
    Inferred,
}

impl Source {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Truth => "the true couplings",
            Self::Unbiased => "an estimate of ΣJ² without bias",
            Self::Inferred => "the couplings inferred at the chosen γ",
        }
    }
}

/// The strength at which the couplings are given.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    /// The strength.
    pub gamma: f64,
    /// Its multiplier.
    pub mu: f64,
    /// Why this one.
    pub by: &'static str,
}

/// What was inferred from one table or covariance.
pub struct GaussianModel {
    /// `L2` or `L1`.
    pub penalty: &'static str,
    /// Names of the variables.
    pub names: Vec<String>,
    /// Samples over variables.
    pub alpha: f64,
    /// Samples, where known.
    pub samples: Option<usize>,
    /// Trace of the covariance before scaling.
    pub trace: f64,
    /// How it was scaled.
    pub scale: &'static str,
    /// Levels at each gamma; the other lists belong to them.
    pub curve: Vec<Levels>,
    /// d L_test / d gamma, with the truth.
    pub d_test: Option<Vec<f64>>,
    /// Likelihood of unseen data.
    pub test: Option<Test>,
    /// Roots: with the truth all of them, else those of the cross-validation.
    pub roots: Roots,
    /// Where they were looked for.
    pub range: (f64, f64),
    /// The cross-validation.
    pub validation: Option<Validation>,
    /// The formula's strengths.
    pub predicted: Option<Predicted>,
    /// The strength chosen.
    pub chosen: Chosen,
    /// Couplings there, n x n.
    pub j: Mat<f64>,
    /// The couplings without the penalty's bias, with their errors.
    pub debiased: Debiased,
    /// How alike successive samples are, where that is told from chance.
    pub alike: Option<Autocorrelation>,
    /// The true couplings of trace zero.
    pub true_j: Option<Mat<f64>>,
    /// Largest violation of eq. 2.16, under L2.
    pub identity: Option<f64>,
    /// Largest duality gap, under L1.
    pub gap: Option<f64>,
    /// Couplings that are not zero at each gamma, under L1.
    pub pairs: Option<Vec<f64>>,
    /// Strongest couplings shown; none: twice the variables.
    pub edges: Option<usize>,
}

impl GaussianModel {
    /// One number of every gamma.
    fn each(&self, f: fn(&Levels) -> f64) -> Vec<f64> {
        self.curve.iter().map(f).collect()
    }

    fn n(&self) -> usize {
        self.names.len()
    }

    /// |J - J_true| / |J_true| without the diagonals.
    fn error_of_j(&self) -> Option<f64> {
        let truth = self.true_j.as_ref()?;
        let (mut off, mut size) = (0.0, 0.0);
        for j in 0..self.n() {
            for i in (0..self.n()).filter(|i| *i != j) {
                off += (self.j[(i, j)] - truth[(i, j)]).powi(2);
                size += truth[(i, j)].powi(2);
            }
        }
        (size > 0.0).then(|| (off / size).sqrt())
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
        out.push(format!("n / ΣJ² = {}, from {}.", with_error(p.gamma), p.from.words()));
    }
    out.push(format!("Couplings are given at γ = {}: {}.", words::number(m.chosen.gamma), m.chosen.by));
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
        intro: intro(m),
        facts: facts(m),
        figures: figures::all(m, &strongest)?,
        tables: vec![tables::sweep(m), tables::strongest_table(m, &strongest), tables::couplings(m)],
        notes: notes(m),
        files: vec!["gaussian/couplings.npz".into()],
    };
    Ok(Rendered { json: json(m), section, warnings: vec![] })
}

fn intro(m: &GaussianModel) -> Vec<String> {
    let penalty = match m.penalty {
        "L1" => "a penalty γ Σ|Jᵢⱼ| on couplings between different variables (graphical lasso)",
        _ => "a penalty γ tr J² / 4 on couplings, beside α times the likelihood",
    };
    let scale = match m.scale {
        "trace" => "The covariance was rescaled to trace n.",
        "variances" => "Every variable was divided by its standard deviation.",
        _ => "The covariance is as measured.",
    };
    let trace = if m.scale == "none" { "that of the data" } else { "n" };
    vec![format!(
        "The model is Gaussian with covariance (μ − J)⁻¹, whose trace is {trace}; its couplings J maximise the posterior under \
         {penalty}. Likelihoods are per sample and variable in figures, per sample in tables; (n/2) log 2π is left out. {scale}"
    )]
}

fn facts(m: &GaussianModel) -> Vec<(String, String)> {
    let mut facts = vec![
        ("Variables".into(), m.n().to_string()),
        ("Samples per variable, α".into(), words::number(m.alpha)),
        ("Couplings given at γ".into(), format!("{} ({})", words::number(m.chosen.gamma), m.chosen.by)),
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
            format!("{} (ΣJ² = {}, {})", with_error(p.gamma), words::number(p.j_squared), p.from.words()),
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
            "L1" => "the desparsified graphical lasso, so that zeros have errors too",
            _ => "2Θ − ΘCΘ with Θ = μ − J",
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
    if m.predicted.is_none() && m.penalty == "L2" {
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

fn json(m: &GaussianModel) -> Value {
    let estimate = |f: fn(&Validation) -> Option<Estimate>| {
        m.validation.as_ref().and_then(f).map_or(Value::Null, |e| number(e.error()))
    };
    let predicted =
        |f: fn(&Predicted) -> Option<f64>| m.predicted.as_ref().and_then(f).map_or(Value::Null, number);
    let means = |f: fn(&Validation) -> &Vec<Estimate>, error: bool| {
        let value = |x: &Estimate| {
            if error { x.error() } else { x.value }
        };
        m.validation.as_ref().map_or(Value::Null, |v| numbers(&f(v).iter().map(value).collect::<Vec<_>>()))
    };
    json!({
        "penalty": m.penalty,
        "n": m.n(),
        "alpha": m.alpha,
        "samples": m.samples,
        "effective_samples": m.alike.map(|a| number(a.effective)),
        "lag_one_autocorrelation": m.alike.map(|a| number(a.lag_one)),
        "scale": m.scale,
        "trace": number(m.trace),
        "gamma": numbers(&m.each(|l| l.gamma)),
        "mu": numbers(&m.each(|l| l.mu)),
        "log_z": numbers(&m.each(|l| l.log_z)),
        "l_train": numbers(&m.each(|l| l.train)),
        "l_test": m.test.as_ref().map(|t| numbers(&t.value)),
        "l_test_std_error": m.test.as_ref().filter(|t| !t.std_error.is_empty()).map(|t| numbers(&t.std_error)),
        "l_test_from": m.test.as_ref().map(|t| if t.folds.is_some() { "cross-validation" } else { "truth" }),
        "l_gen": numbers(&m.each(|l| l.generated)),
        "sum_j_squared": numbers(&m.each(|l| l.sum_j_squared)),
        "d_l_test": m.d_test.as_ref().map(|d| numbers(d)),
        "gamma_opt": numbers(&m.roots.opt),
        "gamma_cross": numbers(&m.roots.cross),
        "gamma_half": numbers(&m.roots.half),
        "gamma_opt_std_error": estimate(|v| v.opt),
        "gamma_cross_std_error": estimate(|v| v.cross),
        "gamma_half_std_error": estimate(|v| v.half),
        "root_range": [m.range.0, m.range.1],
        "gamma_predicted": predicted(|p| Some(p.gamma.value)),
        "gamma_predicted_cross": predicted(|p| Some(p.cross)),
        "gamma_predicted_opt": predicted(|p| p.opt),
        "gamma_predicted_std_error": predicted(|p| Some(p.gamma.error())),
        "gamma_predicted_from": m.predicted.map(|p| p.from.words()),
        "gamma_chosen": number(m.chosen.gamma),
        "gamma_chosen_by": m.chosen.by,
        "mu_chosen": number(m.chosen.mu),
        "relative_error_of_couplings": m.error_of_j().map(number),
        "validation": m.validation.as_ref().map(|v| json!({
            "folds": v.folds,
            "l_train": means(|v| &v.train, false),
            "l_gen": means(|v| &v.generated, false),
            "l_gen_std_error": means(|v| &v.generated, true),
        })),
        "pairs": m.pairs.as_ref().map(|p| numbers(p)),
        "identity_2_16": m.identity.map(number),
        "duality_gap": m.gap.map(number),
    })
}
