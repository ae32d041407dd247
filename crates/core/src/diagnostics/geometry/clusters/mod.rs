//! Units grouped by the correlation of their activity.

mod silhouette;
mod tree;
mod weights;

pub use silhouette::silhouette;
pub use tree::{Linkage, Merge, Tree};
pub use weights::{Blocks, Permutation, blocks};

use crate::linalg::{gemm, norm};
use faer::{Accum, Mat, MatRef};
use thiserror::Error;

/// Why there are no clusters.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Error {
    /// Too few units that vary.
    #[error("{found} of {units} units vary, expected at least two")]
    Units {
        /// Units that vary.
        found: usize,
        /// All.
        units: usize,
    },
    /// A number of clusters that cannot be.
    #[error("{clusters} clusters of {units} units that vary, expected 1 to {units}")]
    Number {
        /// Clusters.
        clusters: usize,
        /// Units that vary.
        units: usize,
    },
    /// A value that is no number.
    #[error("sample {sample}, unit {unit}: {value}, expected a finite number")]
    NotFinite {
        /// Column of the activity.
        sample: usize,
        /// Row of the activity.
        unit: usize,
        /// The value.
        value: f64,
    },
}

/// How units are grouped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Distance between groups.
    pub linkage: Linkage,
    /// Clusters; none: as many as have the largest mean silhouette, 2 to 20.
    pub clusters: Option<usize>,
}

/// Most clusters tried where their number is not given.
const MOST: usize = 20;

/// Units in clusters.
#[derive(Clone, Debug)]
pub struct Clusters {
    /// Correlations of the units that vary, in the order of `kept`.
    pub correlation: Mat<f64>,
    /// Units that vary.
    pub kept: Vec<usize>,
    /// Units that do not, which belong to no cluster.
    pub constant: Vec<usize>,
    /// How the kept units merge.
    pub tree: Tree,
    /// The kept units along the leaves of the tree, as indices of all units.
    pub order: Vec<usize>,
    /// The cluster of each of all units, numbered from 0 along the leaves; none for a constant unit.
    pub label: Vec<Option<usize>>,
    /// The number of clusters.
    pub count: usize,
    /// Mean silhouette of each number of clusters tried, or of the one given.
    pub silhouettes: Vec<(usize, f64)>,
    /// Whether the number was given.
    pub given: bool,
}

impl Clusters {
    /// The mean silhouette of these clusters; NaN for one cluster or for one a unit.
    pub fn silhouette(&self) -> f64 {
        let of = |(k, s): &(usize, f64)| (*k == self.count).then_some(*s);
        self.silhouettes.iter().find_map(of).unwrap_or(f64::NAN)
    }

    /// Units of each cluster.
    ///
    /// In the order of their numbers; constant units are in none.
    pub fn sizes(&self) -> Vec<usize> {
        (0..self.count).map(|c| self.label.iter().filter(|l| **l == Some(c)).count()).collect()
    }
}

/// Groups the rows of `x`, n x T, by the distance 1 - r with r their correlation.
///
/// A unit is constant where its standard deviation is below 1e-12 of its largest value. Where the number of clusters
/// is not given it is the one of largest mean silhouette (Rousseeuw 1987), the smallest of equals; two units are one
/// cluster.
///
/// # Errors
/// Fewer than two units that vary, an impossible number of clusters, values that are not finite.
///
/// Formula: d_ij = 1 - r_ij, r Pearson's correlation over the columns, from 0 to 2; units that move against each other are far apart.
///
/// ```
/// use nullcline_core::diagnostics::geometry::clusters::{Linkage, Options, clusters};
///
/// // Two units follow a sine, two a cosine, one stands still.
/// let x = faer::Mat::from_fn(5, 100, |i, t| {
///     let (s, c) = (std::f64::consts::TAU * t as f64 / 100.0).sin_cos();
///     [s, 2.0 * c, 3.0 * s + 1.0, c, 0.5][i]
/// });
/// let found = clusters(x.as_ref(), &Options { linkage: Linkage::Average, clusters: None }).unwrap();
/// assert_eq!((found.count, &found.constant[..]), (2, &[4][..]));
/// assert_eq!(found.label[0], found.label[2]);
/// assert_ne!(found.label[0], found.label[1]);
/// assert!((found.silhouette() - 1.0).abs() < 1e-9);
/// ```
pub fn clusters(x: MatRef<f64>, options: &Options) -> Result<Clusters, Error> {
    let (correlation, kept, constant) = correlations(x)?;
    let (n, m) = (x.nrows(), kept.len());
    if m < 2 {
        return Err(Error::Units { found: m, units: n });
    }
    let distance = Mat::from_fn(m, m, |i, j| if i == j { 0.0 } else { 1.0 - correlation[(i, j)] });
    let tree = Tree::new(distance.as_ref(), options.linkage);
    let tried = match options.clusters {
        Some(k) if k == 0 || k > m => return Err(Error::Number { clusters: k, units: m }),
        Some(k) => k..=k,
        None => 2..=MOST.min(m - 1),
    };
    let silhouettes: Vec<(usize, f64)> =
        tried.map(|k| (k, silhouette(distance.as_ref(), &tree.cut(k)))).collect();
    let best =
        silhouettes.iter().fold((1, f64::NEG_INFINITY), |best, s| if s.1 > best.1 { *s } else { best });
    let count = options.clusters.unwrap_or(best.0);
    let mut label = vec![None; n];
    kept.iter().zip(tree.cut(count)).for_each(|(u, l)| label[*u] = Some(l));
    Ok(Clusters {
        order: tree.leaves().iter().map(|l| kept[*l]).collect(),
        given: options.clusters.is_some(),
        correlation,
        kept,
        constant,
        tree,
        label,
        count,
        silhouettes,
    })
}

/// Correlations of the rows that vary, those rows, and those that do not.
type Correlations = (Mat<f64>, Vec<usize>, Vec<usize>);

fn correlations(x: MatRef<f64>) -> Result<Correlations, Error> {
    let (n, t) = (x.nrows(), x.ncols());
    let (mut rows, mut kept, mut constant) = (vec![], vec![], vec![]);
    for unit in 0..n {
        let mut row: Vec<f64> = x.row(unit).iter().copied().collect();
        if let Some((sample, value)) = row.iter().copied().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(Error::NotFinite { sample, unit, value });
        }
        // Scaled first, so that no square overflows.
        let most = row.iter().fold(f64::MIN_POSITIVE, |a, v| a.max(v.abs()));
        row.iter_mut().for_each(|v| *v /= most);
        let mean = row.iter().sum::<f64>() / t.max(1) as f64;
        row.iter_mut().for_each(|v| *v -= mean);
        let size = norm(&row);
        if size > 1e-12 * (t as f64).sqrt() {
            row.iter_mut().for_each(|v| *v /= size);
            rows.push(row);
            kept.push(unit);
        } else {
            constant.push(unit);
        }
    }
    let m = kept.len();
    let unit = Mat::from_fn(t, m, |j, i| rows[i][j]);
    let transposed = unit.transpose().to_owned();
    let mut product = Mat::zeros(m, m);
    gemm(product.as_mut(), Accum::Replace, transposed.as_ref(), unit.as_ref());
    // Symmetric to the last bit, so that ties fall alike on every machine.
    let entry =
        |i: usize, j: usize| if i == j { 1.0 } else { product[(i.min(j), i.max(j))].clamp(-1.0, 1.0) };
    Ok((Mat::from_fn(m, m, entry), kept, constant))
}
