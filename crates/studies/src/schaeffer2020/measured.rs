//! What was measured of every network: means over networks, tables, entries and claims.

use super::geometry::Geometry;
use super::networks::{Recorded, Sizes};
use crate::{Claim, Error, Settings};
use nullcline_core::numbers::Estimate;
use nullcline_core::tasks::ibl::bayes::Formulas;
use nullcline_core::training::sessions::Elman;
use nullcline_report::tables::{Cells, TableOut};
use serde_json::{Map, Value};
use std::sync::Arc;

/// A number of a network under its name.
pub type Named<T> = (&'static str, fn(&T) -> f64);

/// One network's session of `sizes`, and its geometry.
///
/// # Errors
/// As for [`Geometry::new`].
pub fn measured(net: &Elman, seed: u64, sizes: Sizes) -> Result<(Recorded, Geometry), Error> {
    let recorded = Recorded::new(net, seed, sizes.blocks, Formulas::Printed);
    let geometry = Geometry::new(net, &recorded)?;
    Ok((recorded, geometry))
}

/// What `one` finds in each of the trained networks, given its number, itself, its session and its geometry.
///
/// # Errors
/// As for [`Geometry::new`], and those of `one`.
pub fn each<T>(
    trained: &[Arc<Elman>],
    settings: &Settings,
    sizes: Sizes,
    mut one: impl FnMut(usize, &Elman, &Recorded, &Geometry) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let of = |(k, net): (usize, &Arc<Elman>)| {
        let (recorded, geometry) = measured(net, settings.seed + k as u64, sizes)?;
        one(k, net, &recorded, &geometry)
    };
    trained.iter().enumerate().map(of).collect()
}

/// Measurements of all networks, and the place in the paper that claims about them are of.
pub struct Every<'a, T> {
    all: &'a [T],
    source: &'static str,
}

impl<'a, T> Every<'a, T> {
    /// One entry a network.
    pub fn new(all: &'a [T], source: &'static str) -> Self {
        Self { all, source }
    }

    /// A number of every network.
    pub fn list(&self, f: impl Fn(&T) -> f64) -> Vec<f64> {
        self.all.iter().map(f).collect()
    }

    /// Its mean over networks; the error of one is not known.
    pub fn mean(&self, f: impl Fn(&T) -> f64) -> Estimate {
        Estimate::mean(self.list(f))
    }

    /// How many networks are so.
    pub fn count(&self, f: impl Fn(&T) -> bool) -> usize {
        self.all.iter().filter(|o| f(o)).count()
    }

    /// A claim of the paper's about a number.
    pub fn claim(&self, text: &str, quantity: &str, measured: Estimate) -> Claim {
        Claim::paper(text, self.source, quantity, measured)
    }

    /// A claim of ours about a number.
    pub fn theory(&self, text: &str, quantity: &str, measured: Estimate) -> Claim {
        Claim::theory(text, self.source, quantity, measured)
    }

    /// A claim of the paper's that holds where all networks of the run are so: a count, which has no error.
    pub fn all(&self, text: &str, f: impl Fn(&T) -> bool) -> Claim {
        let all = self.all.len();
        self.claim(text, "networks of this run", Estimate::count(self.count(f), all)).at_least(all as f64)
    }

    /// A claim that a mean is the paper's number, with the place of the latter among the networks.
    pub fn published(
        &self,
        text: &str,
        quantity: &str,
        measured: Estimate,
        number: f64,
        tolerance: f64,
    ) -> Claim {
        let claim = self.claim(text, quantity, measured).published(number, tolerance);
        let spread = measured.error() * (measured.n as f64).sqrt();
        let place = (number - measured.value) / spread;
        match spread > 0.0 {
            true => claim.because(&format!(
                "the paper's network lies {place:.1} standard deviations from the mean over seeds"
            )),
            false => claim,
        }
    }

    /// A column of the table of networks.
    pub fn column(&self, name: &str, f: impl Fn(&T) -> f64) -> (String, Cells) {
        (name.into(), Cells::Float(self.list(f)))
    }

    /// A column of whole numbers.
    pub fn whole(&self, name: &str, f: impl Fn(&T) -> usize) -> (String, Cells) {
        (name.into(), Cells::Int(self.all.iter().map(|o| f(o) as i64).collect()))
    }

    /// Columns of named numbers.
    pub fn columns(&self, numbers: &[Named<T>]) -> Vec<(String, Cells)> {
        numbers.iter().map(|(name, f)| self.column(name, f)).collect()
    }

    /// Entry of the summary: the list of each named number.
    pub fn entry(&self, numbers: &[Named<T>]) -> Value {
        numbers
            .iter()
            .map(|(name, f)| ((*name).to_owned(), self.list(f).into()))
            .collect::<Map<_, _>>()
            .into()
    }
}

/// The table of networks, one row each.
pub fn table(caption: &str, columns: Vec<(String, Cells)>) -> TableOut {
    TableOut { name: "networks".into(), caption: caption.into(), columns }
}

/// Pearson's correlation.
pub fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        xy += (x - mx) * (y - my);
        xx += (x - mx).powi(2);
        yy += (y - my).powi(2);
    }
    xy / (xx * yy).sqrt()
}
