//! A recording as rows beside its targets, with the weights among its units where a file gives them.

use super::followed::{CurrentsFrom, Followed, independent};
use super::{Analyses, By, Currents, MixedSelectivity, Target, TargetKind};
use crate::analyses::source::{matrix_of, maybe_weights};
use crate::analyses::{Error, Module};
use crate::diagnostics::geometry::correlation::successive;
use crate::io::tensors::{self, Tensors};
use crate::linalg::{col, gemm};
use crate::systems::checkpoint::{self, Spec, has_network_names};
use faer::{Accum, Mat};
use std::path::Path;

/// Names of recurrent matrices.
const NAMES: [&str; 8] = ["w", "w_rec", "wrec", "w_hh", "weight_hh_l0", "weight_hh", "j", "recurrent"];

impl Analyses<'_> {
    pub(in crate::analyses) fn currents(&self) -> Result<Currents, Error> {
        let recording = &self.config.recording;
        if recording.weights.is_none() && !recording.currents {
            let message = "the module currents needs the weights among the units, --weights FILE, or rows that are currents, --recorded currents";
            return Err(Error::Config(message.into()));
        }
        let none = || Error::Config("the module currents found no currents".into());
        Currents::of(&self.followed(Module::Currents)?)?.ok_or_else(none)
    }

    pub(in crate::analyses) fn mixed_selectivity(&self) -> Result<MixedSelectivity, Error> {
        let none = || Error::Config("the module mixed_selectivity found no activity".into());
        MixedSelectivity::of(&self.followed(Module::MixedSelectivity)?)?.ok_or_else(none)
    }

    fn followed(&self, module: Module) -> Result<Followed, Error> {
        let (held, settings, recording) = (self.held, &self.config.analyses, &self.config.recording);
        let numbers = |t: &&Target| matches!(t.kind, TargetKind::Number(..));
        let targets: Vec<&Target> = held.targets.iter().filter(numbers).collect();
        let rows = held.complete(&targets);
        let named = |t: &&Target| (t.name.clone(), rows.iter().map(|r| t.values[*r]).collect());
        let (names, y, sums) = independent(targets.iter().map(named).collect(), !settings.through_origin);
        let mut left = self.left(module);
        left.extend(sums);
        if names.is_empty() {
            return Err(self.failed(module.name(), &"no target varies"));
        }
        let x = held.on(&rows);
        let weights = recording.weights.as_deref().map(|path| weights(path, x.nrows())).transpose()?;
        let (by, groups) = self.groups();
        let on_rows = |all: Vec<usize>| rows.iter().map(|r| all[*r]).collect::<Vec<usize>>();
        let (by, groups) = match (by, groups) {
            (By::Trials(_), Some(all)) => {
                let (count, parts) = super::followed::parts(&on_rows(all));
                (By::Trials(count), parts)
            }
            (By::Blocks(count), _) => {
                let count = count.min(super::followed::GROUPS);
                (By::Blocks(count), on_rows(successive(held.x.ncols(), count)))
            }
            // Rows that tell nothing of each other may be left out in any groups.
            _ => {
                let count = super::followed::GROUPS.min(rows.len());
                (By::Rows, successive(rows.len(), count))
            }
        };
        let (rates, currents) = match (recording.currents, &weights) {
            (true, _) => (None, Some((CurrentsFrom::Recorded, x))),
            (false, Some(w)) => {
                let mut nu = Mat::zeros(x.nrows(), x.ncols());
                gemm(nu.as_mut(), Accum::Replace, w.as_ref(), x.as_ref());
                (Some(x), Some((CurrentsFrom::Recurrent, nu)))
            }
            (false, None) => (Some(x), None),
        };
        Ok(Followed {
            units: self.units.to_vec(),
            rates,
            currents,
            names,
            y,
            groups,
            by,
            weights,
            readout: None,
            left,
            through_origin: settings.through_origin,
            rank: settings.rank,
            seed: self.config.seed,
        })
    }
}

/// The recurrent matrix of a file, n x n, W_ij onto unit i from unit j.
fn weights(path: &Path, n: usize) -> Result<Mat<f64>, Error> {
    let file = if maybe_weights(path) { tensors::read(path)? } else { matrix_of(path)? };
    if has_network_names(&file)
        && let Ok(network) = checkpoint::load(&file, &Spec::default())
        && let [(_, w)] = &network.recurrent[..]
        && w.nrows() == n
    {
        return finite(path, w.clone());
    }
    let square: Vec<&tensors::Tensor> = file.tensors.iter().filter(|t| t.shape == [n, n]).collect();
    let named = |t: &&&tensors::Tensor| NAMES.contains(&t.name.to_lowercase().as_str());
    let Some(one) = square.iter().find(named).or(if square.len() == 1 { square.first() } else { None })
    else {
        return Err(Error::input(path, unclear(&file, n, square.len())));
    };
    finite(path, Mat::from_fn(n, n, |i, j| one.data[i * n + j]))
}

fn finite(path: &Path, w: Mat<f64>) -> Result<Mat<f64>, Error> {
    // The largest entry of a matrix passes over what is no number.
    match (0..w.ncols()).all(|j| col(w.as_ref(), j).iter().all(|v| v.is_finite())) {
        true => Ok(w),
        false => Err(Error::input(path, "--weights: a weight is not a finite number")),
    }
}

fn unclear(file: &Tensors, n: usize, square: usize) -> String {
    let of = |t: &tensors::Tensor| format!("`{}` {:?}", t.name, t.shape);
    let all: Vec<String> = file.tensors.iter().take(8).map(of).collect();
    let found = if square == 0 { "none" } else { "several" };
    format!(
        "--weights: expected one matrix of {n} x {n}, as many rows and columns as units, found {found} among {}: name it W",
        all.join(", ")
    )
}
