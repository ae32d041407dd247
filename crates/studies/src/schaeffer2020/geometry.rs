//! Where the two beliefs lie in a network's activity.

use super::elman::Elman;
use super::networks::Recorded;
use crate::common::*;
use faer::{Mat, MatRef};
use nullcline_core::diagnostics::geometry::decoding::{logistic, subset};
use nullcline_core::diagnostics::geometry::pca::{Pca, pca};
use nullcline_core::diagnostics::geometry::subspace::{angle, coordinates, share};
use nullcline_core::linalg::{col, norm};
use nullcline_core::numbers::least_squares::regression::{Regression, least_squares};
use nullcline_core::tasks::ibl::Side;

/// Steps on which the block is decoded at most; a thinner choice of steps changes no accuracy by more than its error.
const DECODED: usize = 24_000;
/// Share of the blocks that train the decoder, as in the paper's 67-33 split.
const TRAINED: f64 = 0.67;

/// Read-outs, planes and beliefs of one network.
pub struct Geometry {
    /// Principal components of the states of all steps.
    pub pca: Pca,
    /// Unit read-out of the stimulus' side, n: that of the action to the right.
    pub stimulus: Vec<f64>,
    /// Unit read-out of the block's side, n, fitted in the plane.
    pub block: Vec<f64>,
    /// Accuracy of the block's decoders on unseen blocks, in the full space and in the plane.
    pub decoding: [f64; 2],
    /// States in the plane, 2 x T.
    pub plane: Mat<f64>,
    /// Unit read-outs in the plane: stimulus, block.
    pub inside: [[f64; 2]; 2],
}

impl Geometry {
    /// Measures one network's recorded session.
    ///
    /// # Errors
    /// [`Error::Numbers`] where activity has no plane or the block cannot be decoded.
    pub fn new(network: &Elman, r: &Recorded) -> Result<Self, Error> {
        let failed = |what: &str| Error::Numbers(format!("{what} of a network of {} units", r.n));
        let mut pca = pca(r.states.as_ref()).ok_or_else(|| failed("no principal components"))?;
        if pca.components.ncols() < 2 {
            return Err(failed("fewer than two principal components"));
        }
        let d = network.readout();
        let stimulus = unit((0..r.n).map(|k| d[(1, k)]).collect());
        // The first component points to the right.
        for k in 0..2 {
            let along: f64 = col(pca.components.as_ref(), k).iter().zip(&stimulus).map(|(c, s)| c * s).sum();
            if along < 0.0 {
                pca.components.col_mut(k).iter_mut().for_each(|v| *v = -*v);
            }
        }
        let basis = pca.components.as_ref().subcols(0, 2);
        let centre = coordinates(basis, &pca.mean);
        let mut plane = Mat::zeros(2, r.steps());
        for t in 0..r.steps() {
            let c = coordinates(basis, col(r.states.as_ref(), t));
            (plane[(0, t)], plane[(1, t)]) = (c[0] - centre[0], c[1] - centre[1]);
        }
        let (_, accuracy_full) = decoder(r, r.states.as_ref()).map_err(|e| failed(&e))?;
        let (flat, accuracy) = decoder(r, plane.as_ref()).map_err(|e| failed(&e))?;
        let block = unit((0..r.n).map(|i| basis[(i, 0)] * flat[0] + basis[(i, 1)] * flat[1]).collect());
        let inside = [&stimulus, &block].map(|v| {
            let c = unit(coordinates(basis, v));
            [c[0], c[1]]
        });
        Ok(Self { stimulus, block, decoding: [accuracy_full, accuracy], plane, inside, pca })
    }

    /// Share of the variance in two components.
    pub fn variance(&self) -> f64 {
        self.pca.explained_variance_ratio[..2].iter().sum()
    }

    /// The plane's basis, n x 2.
    pub fn basis(&self) -> MatRef<'_, f64> {
        self.pca.components.as_ref().subcols(0, 2)
    }

    /// Share of the length of the stimulus read-out in the plane, |Q^T v| / |v|, and of its square.
    pub fn readout_in_plane(&self) -> [f64; 2] {
        let square = share(self.basis(), &self.stimulus);
        [square.sqrt(), square]
    }

    /// Degrees between the read-outs, in the full space and in the plane.
    pub fn angles(&self) -> [f64; 2] {
        [angle(&self.stimulus, &self.block), angle(&self.inside[0], &self.inside[1])]
    }

    /// Coordinates of a step along both read-outs in the plane: stimulus, block.
    pub fn aligned(&self, t: usize) -> [f64; 2] {
        self.inside.map(|v| v[0] * self.plane[(0, t)] + v[1] * self.plane[(1, t)])
    }

    /// Change of either coordinate in one step against d = o^R - o^L, over steps with an observation: two regressions.
    ///
    /// # Errors
    /// [`Error::Numbers`] where there is nothing to regress on.
    pub fn velocities(&self, r: &Recorded) -> Result<[Regression; 2], Error> {
        let steps: Vec<usize> = (1..r.steps()).filter(|t| r.observed[*t]).collect();
        let d: Vec<f64> = steps.iter().map(|t| r.inputs[(1, *t)] - r.inputs[(0, *t)]).collect();
        let one = |k: usize| {
            let change: Vec<f64> =
                steps.iter().map(|t| self.aligned(*t)[k] - self.aligned(*t - 1)[k]).collect();
            least_squares(&change, &[&d], true).map_err(|e| Error::Numbers(e.to_string()))
        };
        Ok([one(0)?, one(1)?])
    }

    /// The block belief at the end of every trial in units of the observer's 2 P - 1 (P(right) after the trial), by least
    /// squares without an intercept.
    pub fn beliefs(&self, r: &Recorded) -> (Vec<f64>, Vec<f64>) {
        let raw: Vec<f64> = r.ends().iter().map(|t| self.aligned(*t)[1]).collect();
        let ideal: Vec<f64> = r.block_posterior.iter().map(|p| 2.0 * p - 1.0).collect();
        let (dot, square) = raw.iter().zip(&ideal).fold((0.0, 0.0), |(d, s), (x, y)| (d + x * y, s + y * y));
        let factor = dot / square;
        (raw.iter().map(|v| v / factor).collect(), ideal)
    }
}

/// `v` over its norm.
pub fn unit(v: Vec<f64>) -> Vec<f64> {
    let size = norm(&v);
    v.into_iter().map(|x| x / size).collect()
}

/// Weights of a logistic read-out of the block's side without intercept from `x` (k x T), and its accuracy on unseen blocks.
fn decoder(r: &Recorded, x: MatRef<f64>) -> Result<(Vec<f64>, f64), String> {
    let every = r.steps().div_ceil(DECODED).max(1);
    let side = |n: &usize| r.played.trials[*n].trial.block_side == Side::Right;
    let sides: Vec<bool> = r.trial.iter().map(side).collect();
    let blocks = r.played.trials.last().map_or(1, |t| t.trial.block + 1);
    let trained = |t: usize| (r.played.trials[r.trial[t]].trial.block as f64) < TRAINED * blocks as f64;
    let part = |train: bool| -> Vec<usize> {
        (0..r.steps()).step_by(every).filter(|t| trained(*t) == train).collect()
    };
    let (seen, labels) = subset(x, &sides, &part(true));
    let fit = logistic(seen.as_ref(), &labels, false, 0.0).map_err(|e| e.to_string())?;
    let accuracy = fit.accuracy(x, &sides, &part(false));
    Ok((fit.weights, accuracy))
}
