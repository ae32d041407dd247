//! Labels read off a recording.

use super::Analyses;
use crate::diagnostics::geometry::decoding::{self, By, Decoding, Options};
use crate::pipeline::{Error, Module};
use crate::report::sections::{self, Decoded, Features, Rendered};
use faer::Mat;

/// Folds of the cross-validation, unless asked otherwise.
const FOLDS: usize = 5;

impl Analyses<'_> {
    pub(super) fn decoding(&self) -> Result<(String, Rendered), Error> {
        let held = self.held;
        let mut done = vec![];
        for target in &held.targets {
            let Some((labels, codes)) = target.labels() else { continue };
            let rows = held.complete(&[target]);
            let y: Vec<usize> = rows.iter().map(|t| codes[*t] as usize).collect();
            let groups = held.trials_on(&rows);
            let x = held.on(&rows);
            // The plane shows less of how long rows are alike than all units do.
            let by = decoding::by(x.as_ref(), groups.as_deref(), Some(&held.follows_on(&rows)), self.folds());
            let mut fits = vec![];
            for intercept in [true, false] {
                let fit = self.decode(&target.name, &x, &y, groups.as_deref(), intercept, by)?;
                fits.push((Features::Units, intercept, fit));
            }
            if let Some(pca) = self.pca.filter(|p| p.components.ncols() >= 2 && x.nrows() > 2) {
                let at: Vec<Vec<f64>> =
                    (0..x.ncols()).map(|t| pca.project(crate::linalg::col(x.as_ref(), t), 2)).collect();
                let plane = Mat::from_fn(2, at.len(), |k, t| at[t][k]);
                for intercept in [true, false] {
                    let fit = self.decode(&target.name, &plane, &y, groups.as_deref(), intercept, by)?;
                    fits.push((Features::Plane, intercept, fit));
                }
            }
            done.push(Decoded {
                name: target.name.clone(),
                labels,
                rows: rows.len(),
                trials: groups.map(|g| g.into_iter().collect::<std::collections::BTreeSet<_>>().len()),
                fits,
            });
        }
        let remarks = [held.warnings("decoding"), self.remarks(Module::Decoding)].concat();
        let finding = sections::describe_decoding(&done);
        Ok((finding, sections::decoding(&done, self.units, remarks)?))
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
    ) -> Result<Decoding, Error> {
        let settings = &self.config.analyses;
        let options = Options {
            intercept,
            ridge: settings.ridge.unwrap_or(0.0),
            folds: self.folds(),
            by: Some(by),
            seed: self.config.seed,
            ..Options::default()
        };
        decoding::decode(x.as_ref(), y, groups, &options).map_err(|e| match e {
            decoding::Error::Folds { folds, groups: there } => {
                let what = if groups.is_some() { "trial" } else { "row" };
                let there = sections::words::count(there, what);
                let message = format!(
                    "--folds {folds}: `{target}` has values in {there}, expected from 2 folds up to as many"
                );
                Error::input(&self.config.file, message)
            }
            e => self.failed(&format!("decoding `{target}`"), &e),
        })
    }
}
