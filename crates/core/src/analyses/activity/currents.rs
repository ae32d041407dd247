//! Currents beside the variables that a network follows, and the weights that make them.

use super::followed::{CurrentsFrom, Followed};
use super::{By, Left};
use crate::analyses::{Error, Module};
use crate::diagnostics::geometry::currents::{
    ColumnSigns, Dominant, Null, NullRatio, Projection, VectorSigns, column_signs, dominant, null_ratio,
    projections, vector_signs,
};
use crate::linalg::random::{Use, stream};
use crate::linalg::{col, gemm, norm};
use crate::numbers::Estimate;
use crate::numbers::least_squares::grouped::Grouped;
use faer::{Accum, Mat, MatRef};

/// Subspaces drawn for each null hypothesis.
const DRAWS: usize = 99;
/// Dimensions of which the projection ratio is told, at most.
const DIMENSIONS: usize = 10;
/// Rows drawn in figures.
const SHOWN: usize = 600;

/// Currents and what they follow.
pub struct Currents {
    /// Names of the units.
    pub units: Vec<String>,
    /// Names of the variables.
    pub targets: Vec<String>,
    /// Where the currents are from.
    pub from: CurrentsFrom,
    /// Rows used.
    pub rows: usize,
    /// What errors leave out.
    pub by: By,
    /// Whether fits go through the origin.
    pub through_origin: bool,
    /// Each unit's current on the variables.
    pub fit: Grouped,
    /// R^2 of the activity on them, all units together, on rows left out; none where it is not known.
    pub activity: Option<Estimate>,
    /// The space of the first singular vectors of W; none where W is not known.
    pub space: Option<Space>,
    /// What was left out.
    pub left: Vec<Left>,
}

/// How the dimensions of a space were chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// As many as variables.
    Targets,
    /// One more, which gives every column of W its sign.
    Dale,
    /// As many as singular values before the largest gap.
    Gap,
    /// By the user.
    Asked,
}

named! {
    Chosen:
    Self::Targets => "number of targets",
    Self::Dale => "number of targets and one for columns of one sign",
    Self::Gap => "largest gap of singular values",
    Self::Asked => "--rank",
}

/// Currents in the space of the first left singular vectors of W.
pub struct Space {
    /// Singular values of W, decreasing.
    pub singular_values: Vec<f64>,
    /// Those that stand out.
    pub dominant: Dominant,
    /// Dimensions K of the space.
    pub dimensions: usize,
    /// How that was chosen.
    pub chosen: Chosen,
    /// Left singular vectors, n x K, their largest entries positive.
    pub left: Mat<f64>,
    /// Right ones.
    pub right: Mat<f64>,
    /// What lies outside the first 1, 2, ... dimensions.
    pub projections: Vec<Projection>,
    /// Random subspaces of K dimensions.
    pub random: NullRatio,
    /// Subspaces of singular vectors whose entries are dealt to other units.
    pub shuffled: NullRatio,
    /// R, K x D, of coordinates alpha = R y + offset (7.39).
    pub map: Vec<Vec<Estimate>>,
    /// Offsets; empty through the origin.
    pub offsets: Vec<Estimate>,
    /// R^2 of the coordinates together, on rows left out.
    pub r_squared: Estimate,
    /// Selectivity vectors s_i = R^T l_i (7.42), n x D.
    pub vectors: Mat<f64>,
    /// Some rows for figures: coordinates, and what the map says, K each.
    pub shown: Vec<(Vec<f64>, Vec<f64>)>,
    /// Signs of the columns of W.
    pub columns: ColumnSigns,
    /// Signs of each pair of singular vectors.
    pub signs: Vec<VectorSigns>,
    /// Cosine of each left vector and each read-out, K x o; empty where there is none.
    pub readout: Vec<Vec<f64>>,
}

impl Currents {
    /// Of rows with currents; none without.
    pub(in crate::analyses) fn of(f: &Followed) -> Result<Option<Self>, Error> {
        let Some((from, nu)) = &f.currents else { return Ok(None) };
        let module = Module::Currents;
        let fit = f.fit(module, f.y.as_ref(), nu.as_ref())?;
        let activity = match &f.rates {
            Some(h) => Some(f.fit(module, f.y.as_ref(), h.as_ref())?.r_squared_all),
            None => None,
        };
        let space = f.weights.as_ref().map(|w| Space::of(f, w, nu.as_ref())).transpose()?;
        Ok(Some(Self {
            units: f.units.clone(),
            targets: f.names.clone(),
            from: *from,
            rows: nu.ncols(),
            by: f.by,
            through_origin: f.through_origin,
            fit,
            activity,
            space,
            left: f.left.clone(),
        }))
    }
}

impl Space {
    fn of(f: &Followed, w: &Mat<f64>, nu: MatRef<f64>) -> Result<Self, Error> {
        let (n, d) = (w.nrows(), f.names.len());
        let svd = w.thin_svd().ok().filter(|_| w.norm_max().is_finite());
        let svd = svd.ok_or_else(|| Error::Numbers("the singular values of W did not converge".into()))?;
        let singular_values: Vec<f64> = svd.S().column_vector().iter().copied().collect();
        let (found, columns) = (dominant(&singular_values), column_signs(w.as_ref()));
        let (dimensions, chosen) = match f.rank {
            Some(k) => (k, Chosen::Asked),
            None if columns.dale() => (d + 1, Chosen::Dale),
            // Far more are another story than that of the variables.
            None if found.by_gap > d && found.by_gap <= 2 * d => (found.by_gap, Chosen::Gap),
            None => (d, Chosen::Targets),
        };
        if dimensions >= n {
            let message = format!(
                "{dimensions} dimensions of the currents of {n} units, expected fewer than units: give --rank"
            );
            return Err(Error::Numbers(message));
        }
        let sign = |k: usize| {
            let l = svd.U().col(k);
            let largest = l.iter().fold(0.0f64, |a, v| if v.abs() > a.abs() { *v } else { a });
            if largest < 0.0 { -1.0 } else { 1.0 }
        };
        let most = DIMENSIONS.max(dimensions).min(n - 1);
        let signs: Vec<f64> = (0..most).map(sign).collect();
        let left = Mat::from_fn(n, most, |i, k| signs[k] * svd.U()[(i, k)]);
        let right = Mat::from_fn(n, dimensions, |i, k| signs[k] * svd.V()[(i, k)]);
        let projections = projections(left.as_ref(), nu, &f.groups);
        let left = left.subcols(0, dimensions).to_owned();
        let mut alpha = Mat::zeros(dimensions, nu.ncols());
        gemm(alpha.as_mut(), Accum::Replace, left.transpose(), nu);
        let fit = f.fit(Module::Currents, f.y.as_ref(), alpha.as_ref())?;
        let ratio = projections[dimensions - 1].ratio.value;
        let null = |null: Null, index: u64| {
            let mut rng = stream(f.seed, Use::Surrogate, index);
            null_ratio(left.as_ref(), nu, ratio, null, DRAWS, &mut rng)
        };
        let (random, shuffled) = (null(Null::Random, 0), null(Null::Shuffled, 1));
        let of = |k: usize| vector_signs(col(left.as_ref(), k), col(right.as_ref(), k), &columns);
        let map = |k: usize, c: usize| fit.slopes[k][c].value;
        Ok(Self {
            vectors: Mat::from_fn(n, d, |i, c| (0..dimensions).map(|k| map(k, c) * left[(i, k)]).sum()),
            signs: (0..dimensions).map(of).collect(),
            shown: shown(f, &fit, alpha.as_ref()),
            readout: cosines(f.readout.as_ref(), left.as_ref()),
            dominant: found,
            map: fit.slopes,
            offsets: fit.offsets,
            r_squared: fit.r_squared_all,
            singular_values,
            dimensions,
            chosen,
            left,
            right,
            projections,
            random,
            shuffled,
            columns,
        })
    }

    /// The projection ratio of the space's own dimensions.
    pub fn own(&self) -> &Projection {
        &self.projections[self.dimensions - 1]
    }
}

/// Coordinates on some rows, and what the map says of them.
fn shown(f: &Followed, fit: &Grouped, alpha: MatRef<f64>) -> Vec<(Vec<f64>, Vec<f64>)> {
    let rows = alpha.ncols();
    let every = rows.div_ceil(SHOWN).max(1);
    let said = |k: usize, t: usize| {
        let slopes = fit.slopes[k].iter().enumerate();
        fit.offsets.get(k).map_or(0.0, |o| o.value) + slopes.map(|(c, s)| s.value * f.y[(c, t)]).sum::<f64>()
    };
    let all = 0..alpha.nrows();
    let one = |t: usize| (col(alpha, t).to_vec(), all.clone().map(|k| said(k, t)).collect());
    (0..rows).step_by(every).map(one).collect()
}

fn cosines(readout: Option<&Mat<f64>>, left: MatRef<f64>) -> Vec<Vec<f64>> {
    let Some(d) = readout else { return vec![] };
    let row = |o: usize| d.row(o).iter().copied().collect::<Vec<f64>>();
    let cosine = |k: usize, o: usize| {
        let d = row(o);
        d.iter().zip(col(left, k)).map(|(d, l)| d * l).sum::<f64>() / norm(&d)
    };
    (0..left.ncols()).map(|k| (0..d.nrows()).map(|o| cosine(k, o)).collect()).collect()
}
