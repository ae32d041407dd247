//! The arguments of `infer` to a checked configuration, once.

use super::args::Gaussian;
use crate::cli::check::{command_line, figures, parquet, positive, recording};
use crate::inference::gaussian::data::Scale;
use crate::inference::gaussian::roots::log_grid;
use crate::pipeline::infer::{GaussianConfig, Penalty};
use crate::report::folder::Target;

/// Most strengths of a grid.
const MOST: usize = 100_000;

/// The configuration that the arguments ask for, or what is wrong with them.
pub(super) fn gaussian(a: Gaussian) -> Result<GaussianConfig, String> {
    let command = command_line();
    positive("--alpha", a.alpha)?;
    positive("--at", a.at)?;
    if a.folds == 1 {
        return Err("--folds 1: expected at least two, or 0 for no cross-validation".into());
    }
    if a.covariance && a.alpha.is_none() && a.samples.is_none() {
        return Err(
            "--covariance needs --alpha P/N or --samples P: the penalty is weighed against them".into()
        );
    }
    let penalty = match a.penalty.as_str() {
        "l2" => Penalty::L2,
        "l1" => Penalty::L1,
        other => return Err(format!("--penalty {other}: expected l2 or l1")),
    };
    let scale = Scale::ALL.into_iter().find(|s| s.name() == a.scale);
    Ok(GaussianConfig {
        out: Target::file(a.out, a.run.force, "infer gaussian", &a.file),
        file: a.file,
        seed: a.run.seed,
        covariance: a.covariance,
        alpha: a.alpha,
        samples: a.samples,
        truth: a.truth,
        penalty,
        gammas: a.gamma.as_deref().map(grid).transpose()?,
        at: a.at,
        scale: scale.ok_or_else(|| format!("--scale {}: expected trace, variances or none", a.scale))?,
        uncentered: a.uncentered,
        folds: a.folds,
        edges: a.edges,
        recording: recording(a.recording)?,
        figures: figures(&a.run)?,
        parquet: parquet(&a.run.tables)?,
        command,
    })
}

/// `FROM:TO:COUNT` or `A,B,...`, all positive.
fn grid(text: &str) -> Result<Vec<f64>, String> {
    let number = |t: &str| match t.trim().parse::<f64>() {
        Ok(v) if v.is_finite() && v > 0.0 => Ok(v),
        _ => {
            Err(format!("--gamma {text}: `{t}` is not a positive number; expected FROM:TO:COUNT or A,B,..."))
        }
    };
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        [list] => list.split(',').map(number).collect(),
        [from, to, count] => {
            let (from, to) = (number(from)?, number(to)?);
            match count.trim().parse::<usize>() {
                Ok(count) if (2..=MOST).contains(&count) && from < to => Ok(log_grid(from, to, count)),
                _ => Err(format!("--gamma {text}: expected FROM below TO and a COUNT from 2 to {MOST}")),
            }
        }
        _ => Err(format!("--gamma {text}: expected FROM:TO:COUNT or A,B,...")),
    }
}
