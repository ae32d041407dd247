//! A network's own activity as a recording: its labels decoded, its units regressed.

use super::super::Run;
use crate::analyses::activity::{Analyses, Held, Target, VALUES};
use crate::analyses::{Error, Module};
use crate::diagnostics::geometry::pca::pca;
use faer::Mat;

/// Steps of all trials that are held, at most: those of a trial that follow one another tell little more than one of them.
const ROWS: usize = 1_000;

impl Run<'_> {
    /// What `find` finds in the top layer's outputs after each step, by the trials' labels; none where they have none for the
    /// module and nobody asked for it.
    pub(in crate::analyses) fn of_activity<T>(
        &self,
        module: Module,
        find: fn(&Analyses<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let Some(held) = self.held() else { return Ok(None) };
        let asked = self.config.modules.is_some();
        let range = self.network.architecture.output();
        let components = pca(held.x.as_ref());
        let units = &self.context.names[range];
        let analyses = Analyses {
            config: self.config,
            units,
            held: &held,
            against: None,
            pca: components.as_ref(),
            counts: false,
        };
        let found = match analyses.usable(module) {
            true => find(&analyses),
            false if asked => Err(analyses.unusable(module)),
            false => return Ok(None),
        };
        match found {
            Ok(found) => Ok(Some(found)),
            // A label of which too little is there is told, and the other modules stay.
            Err(Error::Input { message, .. }) => Err(Error::Numbers(message)),
            Err(e) => Err(e),
        }
    }

    /// The states after each step with the labels of trials and steps; none without trials.
    fn held(&self) -> Option<Held> {
        let trials = self.trials.as_ref()?;
        let range = self.network.architecture.output();
        let n = range.len();
        let total: usize = trials.trials.iter().map(crate::analyses::trials::Trial::steps).sum();
        let every = (n * total).div_ceil(VALUES).max(total.div_ceil(ROWS)).max(1);
        let (mut rows, mut step) = (vec![], 0);
        for (k, trial) in trials.trials.iter().enumerate() {
            let whole = !self.orbits.diverged.contains(&k);
            for t in 0..trial.steps() {
                if whole && step % every == 0 {
                    rows.push((k, t, step));
                }
                step += 1;
            }
        }
        let states = &self.orbits.states;
        let x = Mat::from_fn(n, rows.len(), |i, r| {
            let (k, t, _) = rows[r];
            states[k][(range.start + i, t + 1)]
        });
        let of_trials = trials.labels.iter().map(|label| Target {
            name: label.name.clone(),
            values: rows.iter().map(|r| label.values.get(r.0).copied().unwrap_or(f64::NAN)).collect(),
            kind: label.kind.clone(),
        });
        let of_steps = trials.steps.iter().map(|label| Target {
            name: label.name.clone(),
            values: rows.iter().map(|r| label.values.get(r.2).copied().unwrap_or(f64::NAN)).collect(),
            kind: label.kind.clone(),
        });
        Some(Held {
            x,
            follows: (0..rows.len()).map(|r| r > 0 && rows[r].0 == rows[r - 1].0 && every == 1).collect(),
            trials: Some(rows.iter().map(|r| r.0).collect()),
            targets: of_trials.chain(of_steps).collect(),
            every,
            conditions: None,
            broken: std::collections::BTreeSet::new(),
            places: crate::analyses::beside::Places::default(),
        })
    }
}
