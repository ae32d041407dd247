//! Labels read off a recording.

use super::held::Target;
use super::{Analyses, Left};
use crate::analyses::{Error, Module};
use crate::diagnostics::geometry::decoding::{self, By, Decoding, Options};
use crate::io::shown::count;
use faer::Mat;

/// What a label is read off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Features {
    /// All units.
    Units,
    /// Coordinates on the first two principal components.
    Plane,
}

named! {
    Features:
    Self::Units => "units",
    Self::Plane => "plane",
}

/// One label, decoded in several ways; the first is the one that the finding gives.
pub struct Decoded {
    /// The target.
    pub name: String,
    /// Its labels; of two the decoded one last.
    pub labels: Vec<String>,
    /// Rows with a value.
    pub rows: usize,
    /// Trials, where rows of one were kept together.
    pub trials: Option<usize>,
    /// From what, with an intercept or without, and how well.
    pub fits: Vec<(Features, bool, Decoding)>,
}

/// All labels.
pub struct Decodings {
    /// Each of them.
    pub targets: Vec<Decoded>,
    /// Names of the units.
    pub units: Vec<String>,
    /// What was left out.
    pub left: Vec<Left>,
}

/// Permutations at most of a fit beside the first.
const BESIDE: usize = 199;
/// Folds of the cross-validation, unless asked otherwise.
const FOLDS: usize = 5;

impl Analyses<'_> {
    pub(super) fn decoding(&self) -> Result<Decodings, Error> {
        let held = self.held;
        let (mut done, mut refused) = (vec![], vec![]);
        for target in &held.targets {
            let Some(labels) = target.labels() else { continue };
            match self.target(target, labels) {
                Ok(decoded) => done.push(decoded),
                Err(e) => refused.push((&target.name, e)),
            }
        }
        let mut left = self.left(Module::Decoding);
        for (name, e) in refused {
            match e {
                // Another target is decoded all the same.
                Error::Input { message, .. } if !done.is_empty() => {
                    left.push(Left::NotDecoded { target: name.clone(), why: message });
                }
                e => return Err(e),
            }
        }
        Ok(Decodings { targets: done, units: self.units.to_vec(), left })
    }

    fn target(&self, target: &Target, (labels, codes): (Vec<String>, Vec<f64>)) -> Result<Decoded, Error> {
        let held = self.held;
        let rows = held.complete(&[target]);
        let y: Vec<usize> = rows.iter().map(|t| codes[*t] as usize).collect();
        let groups = held.trials_on(&rows);
        let x = held.on(&rows);
        // The plane shows less of how long rows are alike than all units do.
        let by = decoding::by(x.as_ref(), groups.as_deref(), Some(&held.follows_on(&rows)), self.folds());
        let mut fits = vec![];
        for intercept in [true, false] {
            let fit = self.decode(&target.name, &x, &y, groups.as_deref(), intercept, by, fits.is_empty())?;
            fits.push((Features::Units, intercept, fit));
        }
        if let Some(pca) = self.pca.filter(|p| p.components.ncols() >= 2 && x.nrows() > 2) {
            let at: Vec<Vec<f64>> =
                (0..x.ncols()).map(|t| pca.project(crate::linalg::col(x.as_ref(), t), 2)).collect();
            let plane = Mat::from_fn(2, at.len(), |k, t| at[t][k]);
            for intercept in [true, false] {
                let fit = self.decode(&target.name, &plane, &y, groups.as_deref(), intercept, by, false)?;
                fits.push((Features::Plane, intercept, fit));
            }
        }
        Ok(Decoded {
            name: target.name.clone(),
            labels,
            rows: rows.len(),
            trials: groups.map(|g| g.into_iter().collect::<std::collections::BTreeSet<_>>().len()),
            fits,
        })
    }

    fn folds(&self) -> usize {
        self.config.analyses.folds.unwrap_or(FOLDS)
    }

    fn decode(
        &self,
        target: &str,
        x: &Mat<f64>,
        y: &[usize],
        groups: Option<&[usize]>,
        intercept: bool,
        by: By,
        first: bool,
    ) -> Result<Decoding, Error> {
        let settings = &self.config.analyses;
        let options = Options {
            intercept,
            ridge: settings.ridge.unwrap_or(0.0),
            folds: self.folds(),
            by: Some(by),
            seed: self.config.seed,
            most: if first { Options::default().most } else { BESIDE },
            ..Options::default()
        };
        decoding::decode(x.as_ref(), y, groups, &options).map_err(|e| match e {
            decoding::Error::Folds { folds, groups: there } => {
                let what = if groups.is_some() { "trial" } else { "row" };
                let has = format!("`{target}` has values in {}", count(there, what));
                let message = match (settings.folds, there) {
                    (_, 0..2) => format!("{has}, expected two or more to test on what was not trained on"),
                    (Some(_), _) => {
                        let wrong = format!("--folds {folds}: {has}, expected from 2 folds up to as many");
                        return Error::Config(wrong);
                    }
                    (None, _) => {
                        format!("{has}, expected one for each of {folds} folds: give --folds {there}")
                    }
                };
                Error::input(&self.config.file, message)
            }
            e => self.failed(&format!("decoding `{target}`"), &e),
        })
    }
}
