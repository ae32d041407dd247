//! What each unit follows of the variables, and whether it mixes them.

use super::followed::{CurrentsFrom, Followed};
use super::{By, LEVEL, Left};
use crate::analyses::{Error, Module};
use crate::diagnostics::geometry::currents::{
    Blocks, Mixed, Population, blocks, mixed, populations, rectified,
};
use crate::linalg::random::{Use, stream};
use crate::numbers::Estimate;
use crate::numbers::least_squares::grouped::Grouped;
use crate::numbers::least_squares::regression::holm;
use faer::{Mat, MatRef};

/// Directions drawn for tests.
const DRAWS: usize = 399;
/// Times that groups are dealt.
const DEALT: usize = 199;

/// Selectivity vectors, populations and blocks.
pub struct MixedSelectivity {
    /// Names of the units.
    pub units: Vec<String>,
    /// Names of the variables.
    pub targets: Vec<String>,
    /// Where the currents are from whose slopes the vectors are; none: they are of the activity.
    pub from: Option<CurrentsFrom>,
    /// Rows used.
    pub rows: usize,
    /// What errors leave out.
    pub by: By,
    /// Whether fits go through the origin.
    pub through_origin: bool,
    /// The linear fit whose slopes are the vectors.
    pub fit: Grouped,
    /// p of each unit's slopes, corrected for the number of units.
    pub corrected: Vec<f64>,
    /// Index, angles and tests, of the units whose corrected p is below the level.
    pub mixed: Mixed,
    /// Fits of activity; none where currents alone were recorded.
    pub activity: Option<Rectified>,
    /// Shares of W in blocks of units, and by what the units are grouped.
    pub blocks: Vec<(Grouping, Vec<String>, Blocks)>,
    /// W with its units in order of what they follow, in bins of units.
    pub ordered: Option<Ordered>,
    /// What was left out.
    pub left: Vec<Left>,
}

/// What units are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// The variable that each follows most.
    Preferred,
    /// The sign with which it follows the only variable.
    Sign,
    /// The outputs that it has weights to.
    Support,
}

named! {
    Grouping:
    Self::Preferred => "preferred target",
    Self::Sign => "sign of the slope",
    Self::Support => "support of the read-out",
}

/// Fits of activity on the rectified parts of the variables.
pub struct Rectified {
    /// R^2 of a linear fit, all units together, on rows left out.
    pub linear: Estimate,
    /// The fit on the parts.
    pub fit: Grouped,
    /// Variable and sign of each part.
    pub of: Vec<(usize, f64)>,
    /// The population of each unit, a list a variable.
    pub populations: Vec<Vec<Population>>,
}

/// A matrix with its units in order.
pub struct Ordered {
    /// The order.
    pub order: Vec<usize>,
    /// Units of a bin.
    pub bin: usize,
    /// Means of W over bins of units, onto (row) from (column), by rows.
    pub values: Vec<f64>,
    /// Bins.
    pub bins: usize,
}

impl MixedSelectivity {
    pub(in crate::analyses) fn of(f: &Followed) -> Result<Option<Self>, Error> {
        let module = Module::MixedSelectivity;
        // Of activity and weights alone the currents are known in part; what was measured are the rates.
        let currents = f.currents.as_ref().filter(|(from, _)| *from != CurrentsFrom::Recurrent);
        let (from, z) = match (currents, &f.rates) {
            (Some((from, nu)), _) => (Some(*from), nu.as_ref()),
            (None, Some(h)) => (None, h.as_ref()),
            (None, None) => return Ok(None),
        };
        let fit = f.fit(module, f.y.as_ref(), z)?;
        let corrected = holm(&fit.p);
        let counts: Vec<bool> = corrected.iter().map(|p| *p < LEVEL).collect();
        let (n, d) = (z.nrows(), f.names.len());
        let s = Mat::from_fn(n, d, |i, c| fit.slopes[i][c].value);
        let found = mixed(s.as_ref(), &counts, DRAWS, &mut stream(f.seed, Use::Surrogate, 2));
        let activity = f.rates.as_ref().map(|h| Rectified::of(f, h.as_ref())).transpose()?;
        let (blocks, ordered) = match &f.weights {
            Some(w) => {
                (shares(f, w.as_ref(), s.as_ref(), &counts, &found), Some(Ordered::of(w, s.as_ref(), &found)))
            }
            None => (vec![], None),
        };
        Ok(Some(Self {
            units: f.units.clone(),
            targets: f.names.clone(),
            from,
            rows: z.ncols(),
            by: f.by,
            through_origin: f.through_origin,
            fit,
            corrected,
            mixed: found,
            activity,
            blocks,
            ordered,
            left: f.left.clone(),
        }))
    }
}

impl Rectified {
    fn of(f: &Followed, h: MatRef<f64>) -> Result<Self, Error> {
        let module = Module::MixedSelectivity;
        let linear = f.fit(module, f.y.as_ref(), h)?.r_squared_all;
        let (parts, of) = rectified(f.y.as_ref());
        let fit = f.fit(module, parts.as_ref(), h)?;
        let populations = populations(&fit, &of, f.names.len());
        Ok(Self { linear, fit, of, populations })
    }
}

/// The variable that each unit follows most, slopes over their root mean squares.
fn preferred(s: MatRef<f64>, rms: &[f64], i: usize) -> usize {
    let size = |c: usize| (s[(i, c)] / rms[c]).abs();
    (0..s.ncols()).fold(0, |best, c| if size(c) > size(best) { c } else { best })
}

fn shares(
    f: &Followed,
    w: MatRef<f64>,
    s: MatRef<f64>,
    counts: &[bool],
    found: &Mixed,
) -> Vec<(Grouping, Vec<String>, Blocks)> {
    let (n, d) = (s.nrows(), s.ncols());
    let mut all = vec![];
    let mut add = |grouping: Grouping, names: Vec<String>, group: &[Option<usize>], index: u64| {
        let kept: Vec<usize> = (0..n).filter(|i| group[*i].is_some()).collect();
        let of: Vec<usize> = kept.iter().filter_map(|i| group[*i]).collect();
        let part = Mat::from_fn(kept.len(), kept.len(), |i, j| w[(kept[i], kept[j])]);
        let mut rng = stream(f.seed, Use::Permutation, index);
        all.extend(blocks(part.as_ref(), &of, DEALT, &mut rng).map(|b| (grouping, names, b)));
    };
    let with = |of: &dyn Fn(usize) -> usize| -> Vec<Option<usize>> {
        (0..n).map(|i| counts[i].then(|| of(i))).collect()
    };
    if d > 1 {
        add(Grouping::Preferred, f.names.clone(), &with(&|i| preferred(s, &found.rms, i)), 0);
    } else {
        let names = ["positive", "negative"].map(|n| format!("{n} slope"));
        add(Grouping::Sign, names.to_vec(), &with(&|i| usize::from(s[(i, 0)] < 0.0)), 0);
    }
    if let Some(d) = &f.readout {
        let support = |i: usize| (0..d.nrows()).filter(|o| d[(*o, i)] != 0.0).collect::<Vec<usize>>();
        let mut kinds: Vec<Vec<usize>> = (0..n).map(support).collect();
        let each = kinds.clone();
        kinds.sort();
        kinds.dedup();
        let name = |k: &Vec<usize>| match &k[..] {
            [] => "no output".to_owned(),
            outputs => {
                format!("output {}", outputs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
        };
        if (2..=8).contains(&kinds.len()) {
            let group: Vec<Option<usize>> = each.iter().map(|k| kinds.binary_search(k).ok()).collect();
            add(Grouping::Support, kinds.iter().map(name).collect(), &group, 1);
        }
    }
    all
}

impl Ordered {
    /// Bins at most.
    const BINS: usize = 128;

    fn of(w: &Mat<f64>, s: MatRef<f64>, found: &Mixed) -> Self {
        let (n, d) = (s.nrows(), s.ncols());
        let z = |i: usize, c: usize| s[(i, c)] / found.rms[c];
        let key = |i: usize| match d {
            1 => (0, z(i, 0)),
            2 => (0, z(i, 1).atan2(z(i, 0))),
            _ => {
                let c = preferred(s, &found.rms, i);
                (c, z(i, c))
            }
        };
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| {
            let (a, b) = (key(*a), key(*b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        let bin = n.div_ceil(Self::BINS);
        let bins = n.div_ceil(bin);
        let mut sums = vec![(0.0, 0.0); bins * bins];
        for (j, from) in order.iter().enumerate() {
            for (i, onto) in order.iter().enumerate() {
                let at = &mut sums[i / bin * bins + j / bin];
                *at = (at.0 + w[(*onto, *from)], at.1 + 1.0);
            }
        }
        Self { order, bin, values: sums.into_iter().map(|(s, k)| s / k).collect(), bins }
    }
}
