//! A network in its trials beside what it does when their input stops.

use super::Run;
use crate::analyses::activity::{Against, Analyses, Comparison, Held, VALUES};
use crate::analyses::beside::Places;
use crate::analyses::trials::{Trial, Trials};
use crate::analyses::{Error, Module};
use crate::diagnostics::dynamics::noisy::Noisy;
use crate::diagnostics::geometry::pca::pca;
use crate::linalg::col;
use crate::systems::noise::{Amount, Law};
use faer::{Mat, MatRef};
use std::collections::BTreeSet;

/// Number of the run in its trials under the seed of the noise; the next is that of silence.
const RUNS: u64 = 1 << 31;

/// Orbits side by side, as they are seen.
struct Seen {
    first: usize,
    /// Outputs of the top layer after the steps that are kept, of each.
    rows: Vec<Vec<f64>>,
    /// The state after the last step of each.
    last: Vec<Vec<f64>>,
}

impl Run<'_> {
    /// The top layer's outputs in trials against those of the network left alone after each, as long as it lasted; none where
    /// nobody asked for it.
    pub(in crate::analyses) fn comparison(&self) -> Result<Option<Comparison>, Error> {
        let (true, Some(trials)) = (self.config.recording.beside.silent, &self.trials) else {
            return Ok(None);
        };
        let noise = self.noise()?;
        let n = self.network.system.step().dim();
        let start = self.initial.clone().unwrap_or_else(|| Mat::zeros(n, trials.trials.len()));
        let shown = |k: usize, t: usize, i: usize| trials.trials[k].inputs[(i, t)];
        let (active, ends) = self.run(trials, start.as_ref(), &shown, (noise, RUNS), "")?;
        let alone = |_: usize, _: usize, i: usize| self.input[i];
        let (quiescent, _) =
            self.run(trials, ends.as_ref(), &alone, (noise, RUNS + 1), " without its input")?;
        let components = pca(active.x.as_ref());
        let analyses = Analyses {
            config: self.config,
            units: &self.context.names[self.network.architecture.output()],
            held: &active,
            against: Some((&quiescent, Against::Silence { noise, input: self.input.clone() })),
            pca: components.as_ref(),
            counts: false,
        };
        match analyses.comparison() {
            Ok(found) => Ok(Some(found)),
            // What cannot be compared is told, and the other modules stay.
            Err(Error::Input { message, .. }) => Err(Error::Numbers(message)),
            Err(e) => Err(e),
        }
    }

    /// The noise that is given, or that of the training which wrote the file.
    fn noise(&self) -> Result<Option<Amount>, Error> {
        let saved = || -> Result<Option<Amount>, Error> {
            let get = |name: &str| self.network.metadata.get(name);
            let Some(text) = get("noise") else { return Ok(None) };
            let scale = text.parse().ok().filter(|s: &f64| s.is_finite() && *s >= 0.0);
            let law = get("noise_law").map_or(Some(Law::Gaussian), |name| Law::parse(name));
            match (scale, law) {
                (Some(scale), Some(law)) => Ok(Some(Amount { law, scale })),
                _ => Err(Error::input(
                    &self.config.file,
                    format!(
                        "metadata `noise` is `{text}`, `noise_law` `{}`: expected a number, at least 0, and gaussian or uniform; or say \
                         it with --state-noise",
                        get("noise_law").map_or("", String::as_str)
                    ),
                )),
            }
        };
        let noise = self.config.recording.beside.noise.map_or_else(saved, |n| Ok(Some(n)))?;
        Ok(noise.filter(|n| n.scale > 0.0))
    }

    /// Each trial from its column of `start` under the input `(trial, step, input)`: the rows, and the states at the ends.
    fn run(
        &self,
        trials: &Trials,
        start: MatRef<f64>,
        input: &dyn Fn(usize, usize, usize) -> f64,
        (noise, run): (Option<Amount>, u64),
        how: &str,
    ) -> Result<(Held, Mat<f64>), Error> {
        let range = self.network.architecture.output();
        let length: Vec<usize> = trials.trials.iter().map(Trial::steps).collect();
        let (b, steps) = (length.len(), length.iter().copied().max().unwrap_or(0));
        let every = (range.len() * length.iter().sum::<usize>()).div_ceil(VALUES).max(1);
        let inputs = Mat::from_fn(self.network.inputs, steps * b, |i, c| {
            let (t, k) = (c / b, c % b);
            if t < length[k] { input(k, t, i) } else { 0.0 }
        });
        let orbits = Noisy {
            rule: self.network.system.step(),
            start,
            inputs: Some(inputs.as_ref()),
            noise,
            seed: (self.seed, run),
        };
        let make = |own: std::ops::Range<usize>| Seen {
            first: own.start,
            rows: vec![vec![]; own.len()],
            last: vec![vec![]; own.len()],
        };
        let see = |seen: &mut Seen, t: usize, x: MatRef<f64>| {
            for j in (0..x.ncols()).filter(|j| t < length[seen.first + j]) {
                if t.is_multiple_of(every) {
                    seen.rows[j].extend(&col(x, j)[range.clone()]);
                }
                if t + 1 == length[seen.first + j] {
                    seen.last[j].extend(col(x, j));
                }
            }
        };
        let seen = orbits.run(steps, make, see);
        let last: Vec<&Vec<f64>> = seen.iter().flat_map(|s| &s.last).collect();
        let rows: Vec<&Vec<f64>> = seen.iter().flat_map(|s| &s.rows).collect();
        let finite = |k: &usize| rows[*k].iter().chain(last[*k]).all(|v| v.is_finite());
        if let Some(k) = (0..b).find(|k| !finite(k)) {
            let name = Module::Comparison.name();
            let message = format!("{name}: trial {} grows beyond the finite numbers{how}", k + 1);
            return Err(Error::Numbers(message));
        }
        let ends = Mat::from_fn(start.nrows(), b, |i, k| last[k][i]);
        let held = held(&rows, range.len(), every);
        Ok((held, ends))
    }
}

/// Rows of `n` values, trial after trial.
fn held(rows: &[&Vec<f64>], n: usize, every: usize) -> Held {
    let of: Vec<(usize, usize)> =
        rows.iter().enumerate().flat_map(|(k, r)| (0..r.len() / n).map(move |t| (k, t))).collect();
    Held {
        x: Mat::from_fn(n, of.len(), |i, r| rows[of[r].0][of[r].1 * n + i]),
        trials: Some(of.iter().map(|r| r.0).collect()),
        follows: of.iter().map(|r| r.1 > 0).collect(),
        targets: vec![],
        every,
        conditions: None,
        broken: BTreeSet::new(),
        places: Places::default(),
    }
}
