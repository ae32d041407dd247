//! Spike times, and the unit of each.

use std::path::{Path, PathBuf};

use super::super::error::{Error, Problem};
use super::super::spikes::Events;
use super::super::tensors;
use super::{Found, file_of};

/// Spike times and the unit of each.
pub(super) struct Units {
    /// The file of the times.
    pub path: PathBuf,
    pub ids: Vec<f64>,
    /// Times (s), and places among the ids.
    times: Vec<f64>,
    units: Vec<u32>,
}

impl Units {
    pub(super) fn open(folder: &Path, all: &[Found]) -> Result<Self, Error> {
        let path = file_of(all, "spikes", "times").unwrap_or_else(|| folder.join("spikes.times.npy"));
        let of = ["clusters", "templates"].iter().find_map(|name| file_of(all, "spikes", name));
        let of = of.unwrap_or_else(|| folder.join("spikes.clusters.npy"));
        let (times, clusters) = (vector(&path)?, vector(&of)?);
        if times.len() != clusters.len() {
            let (found, expected) = (clusters.len(), times.len());
            return Err(Error::new(
                &of,
                Problem::UnequalColumns { column: "spikes".into(), found, expected },
            ));
        }
        let mut ids: Vec<f64> = clusters.iter().copied().filter(|c| c.is_finite()).collect();
        ids.sort_by(f64::total_cmp);
        ids.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let place = |c: &f64| ids.binary_search_by(|id| id.total_cmp(c)).map_or(u32::MAX, |k| k as u32);
        let units = clusters.iter().map(place).collect();
        Ok(Self { path, times, units, ids })
    }
}

impl Events for Units {
    fn ids(&self) -> &[f64] {
        &self.ids
    }

    fn spikes(&self) -> u64 {
        self.times.len() as u64
    }

    fn each(&self, f: &mut dyn FnMut(usize, f64)) -> Result<(), Problem> {
        let known = self.times.iter().zip(&self.units).filter(|(t, u)| t.is_finite() && **u != u32::MAX);
        known.for_each(|(t, u)| f(*u as usize, *t));
        Ok(())
    }
}

/// The values of a vector in an npy file.
fn vector(path: &Path) -> Result<Vec<f64>, Error> {
    let mut found = tensors::read(path)?.tensors;
    match (found.pop(), found.is_empty()) {
        (Some(t), true) if t.shape.iter().filter(|n| **n != 1).count() <= 1 => Ok(t.data),
        (t, _) => {
            let shape = t.map_or_else(Vec::new, |t| t.shape);
            Err(Error::new(
                path,
                Problem::Unsupported {
                    place: "the array".into(),
                    found: format!("shape {shape:?}"),
                    expected: "one value a spike",
                    advice: "write it again as a vector",
                },
            ))
        }
    }
}
