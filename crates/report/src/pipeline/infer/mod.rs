//! Couplings from somebody's data: read, infer, validate, write.

mod config;
mod data;
mod gaussian;
mod sparse;
mod units;

pub use config::{GaussianConfig, Penalty};

use super::{Diagnosed, Error, Module, Observer, Outcome, Run, write};
use crate::folder::Folder;
use crate::sections;
use nullcline_core::io::steady;
use nullcline_core::io::tensors::{Tensor, write_npz};
use serde_json::json;

/// Infers the couplings of a Gaussian model and writes the report, whole or not at all.
///
/// # Errors
/// [`Error::Config`] for options that contradict each other, [`Error::Input`] for data without couplings.
pub fn infer_gaussian(config: &GaussianConfig, observer: &dyn Observer) -> Result<Outcome, Error> {
    nullcline_core::linalg::sequential();
    let _held = steady::hold();
    let folder = Folder::create(&config.out, "infer gaussian", &[&config.file])?;
    let data = data::load(config, observer)?;
    let inferred = gaussian::infer(config, &data, observer)?;
    observer.start("writing the report", 0);
    let n = inferred.names.len();
    let square = |name: &str, m: &faer::Mat<f64>| Tensor {
        name: name.into(),
        shape: vec![n, n],
        dtype: "f64".into(),
        data: (0..n).flat_map(|i| (0..n).map(move |j| m[(i, j)])).collect(),
    };
    let scalar =
        |name: &str, v: f64| Tensor { name: name.into(), shape: vec![], dtype: "f64".into(), data: vec![v] };
    let arrays = vec![
        square("j", &inferred.j),
        square("covariance", &(faer::Scale(data.unit) * &data.covariance.matrix)),
        square("j_std_error", &inferred.debiased.around(inferred.j.as_ref())),
        square("j_debiased", &inferred.debiased.j),
        square("j_debiased_std_error", &inferred.debiased.std_error),
        scalar("gamma", inferred.chosen.gamma),
        scalar("mu", inferred.chosen.mu),
    ];
    write_npz(&folder.place("gaussian/couplings.npz")?, &arrays)?;
    let rendered = sections::gaussian(&inferred)?;
    let diagnosed = Diagnosed {
        subject: data.subject.clone(),
        facts: vec![("Data".into(), data.subject.clone())],
        input: json!({
            "file": config.file.display().to_string(),
            "kind": if config.covariance { "covariance" } else { "samples" },
            "variables": n,
            "samples": data.samples,
            "alpha": data.alpha,
            "truth": config.truth.as_ref().map(|t| t.display().to_string()),
        }),
        findings: sections::describe_gaussian(&inferred),
        warnings: data.warnings.clone(),
        failed: vec![],
        modules: vec![(Module::Gaussian, rendered)],
    };
    let run = Run {
        file: &config.file,
        seed: config.seed,
        command: &config.command,
        figures: config.figures,
        parquet: config.parquet,
    };
    let outcome = write(&run, diagnosed, folder);
    observer.finish();
    outcome
}
