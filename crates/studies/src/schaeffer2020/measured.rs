//! What was measured of every network: means over networks, tables, entries and claims.

use super::geometry::Geometry;
use super::networks::{Recorded, Sizes};
use crate::common::*;
use crate::schaeffer2020::elman::Elman;
use nullcline_core::numbers::jackknife::of_means;
use nullcline_core::tasks::ibl::bayes::Formulas;

/// One network's session of `sizes`, and its geometry.
///
/// # Errors
/// As for [`Geometry::new`].
pub fn measured(net: &Elman, seed: u64, sizes: Sizes) -> Result<(Recorded, Geometry), Error> {
    let recorded = Recorded::new(net, seed, sizes.blocks, Formulas::Printed);
    let geometry = Geometry::new(net, &recorded)?;
    Ok((recorded, geometry))
}

/// The first network's session and its geometry, which figures show.
pub struct Shown {
    /// Its session.
    pub recorded: Recorded,
    /// Its geometry.
    pub geometry: Geometry,
}

/// What `one` finds in each of the trained networks, given its number, itself, its session and its geometry; and the first of them.
///
/// # Errors
/// As for [`Geometry::new`], and those of `one`.
pub fn each<T>(
    trained: &[Elman],
    settings: &Settings,
    sizes: Sizes,
    mut one: impl FnMut(usize, &Elman, &Recorded, &Geometry) -> Result<T, Error>,
) -> Result<(Vec<T>, Shown), Error> {
    let (mut all, mut shown) = (vec![], None);
    for (k, net) in trained.iter().enumerate() {
        let (recorded, geometry) = measured(net, settings.seed + k as u64, sizes)?;
        all.push(one(k, net, &recorded, &geometry)?);
        shown.get_or_insert(Shown { recorded, geometry });
    }
    let shown = shown.ok_or_else(|| Error::Numbers("there are no networks to look at".into()))?;
    Ok((all, shown))
}

/// A claim of the paper's that holds where all networks of the run are so: a count, which has no error.
pub fn everywhere<T>(all: &[T], text: &str, f: impl Fn(&T) -> bool) -> Claim {
    let found = Estimate::count(count(all, f), all.len());
    claim(text).is("networks of this run", found).at_least(all.len() as f64)
}

/// A claim of the paper's about every network of the run, each of which has an error over the blocks of its session.
pub fn in_each<T>(all: &[T], text: impl Into<String>, quantity: &str, f: impl Fn(&T) -> Estimate) -> Claim {
    claim(text).decided_by(
        format!("{quantity}; the network that decides, n: blocks"),
        &all.iter().map(f).collect::<Vec<_>>(),
    )
}

/// `f` of the mean of rows, each with the block that it is of, with the jackknife's error over blocks.
pub fn over_blocks(rows: impl IntoIterator<Item = (usize, Vec<f64>)>, f: impl Fn(&[f64]) -> f64) -> Estimate {
    let mut blocks: Vec<(usize, (Vec<f64>, f64))> = vec![];
    for (block, row) in rows {
        match blocks.last_mut().filter(|b| b.0 == block) {
            Some((_, (sums, rows))) => {
                sums.iter_mut().zip(&row).for_each(|(s, v)| *s += v);
                *rows += 1.0;
            }
            None => blocks.push((block, (row, 1.0))),
        }
    }
    let groups: Vec<(Vec<f64>, f64)> = blocks.into_iter().map(|b| b.1).collect();
    if groups.is_empty() { Estimate::NONE } else { of_means(&groups, f) }
}

/// A claim that a mean is the paper's number, with the place of the latter among the networks.
pub fn published(text: impl Into<String>, quantity: &str, m: Estimate, number: f64, tolerance: f64) -> Claim {
    let row = claim(text).is(quantity, m).published(number, tolerance);
    let spread = m.error() * (m.n as f64).sqrt();
    let place = (number - m.value) / spread;
    match spread > 0.0 {
        true => row.because(format!(
            "the paper's network lies {place:.1} standard deviations from the mean over seeds"
        )),
        false => row,
    }
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
