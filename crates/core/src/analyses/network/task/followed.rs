//! Currents and activity of a network in its trials, beside the targets or the labels of steps that are numbers.

use super::super::Run;
use crate::analyses::activity::followed::{CurrentsFrom, Followed, Named, independent, parts};
use crate::analyses::activity::{By, Currents, Left, MixedSelectivity, TargetKind, VALUES};
use crate::analyses::trials::Trials;
use crate::analyses::{Error, Module};
use crate::systems::couplings::Couplings;
use faer::Mat;

/// Trial and step of a row.
type Row = (usize, usize);

impl Run<'_> {
    /// Currents beside what they follow; none where the cell has gates or layers, or trials nothing to follow, and nobody asked.
    pub(in crate::analyses) fn currents(&self) -> Result<Option<Currents>, Error> {
        let module = Module::Currents;
        if self.trials.is_none() {
            return Ok(None);
        }
        if self.couplings().is_none() {
            let why = match self.network.units.len() {
                1 => format!(
                    "units of a {} network have gates or several nonlinearities",
                    self.network.cell.name
                ),
                layers => format!("a network of {layers} layers"),
            };
            return self.not(module, format!("{why}: no single current decides what a unit does"));
        }
        self.rows_followed(module)?.map_or(Ok(None), |f| Currents::of(&f))
    }

    /// Selectivity vectors and populations; none where trials have nothing to follow and nobody asked.
    pub(in crate::analyses) fn mixed_selectivity(&self) -> Result<Option<MixedSelectivity>, Error> {
        self.rows_followed(Module::MixedSelectivity)?.map_or(Ok(None), |f| MixedSelectivity::of(&f))
    }

    /// Nothing, or why where it was asked for.
    fn not<T>(&self, module: Module, why: String) -> Result<Option<T>, Error> {
        match self.config.modules {
            Some(_) => Err(Error::Numbers(format!("{}: {why}", module.name()))),
            None => Ok(None),
        }
    }

    /// The weights of a network of one layer without gates.
    fn couplings(&self) -> Option<Couplings> {
        (self.network.units.len() == 1).then(|| self.network.system.field().couplings()).flatten()
    }

    fn rows_followed(&self, module: Module) -> Result<Option<Followed>, Error> {
        let Some(trials) = &self.trials else { return Ok(None) };
        let settings = &self.config.analyses;
        let couplings = self.couplings();
        let range = self.network.architecture.output();
        let whole = |k: &usize| !self.orbits.diverged.contains(k);
        let rows = (0..trials.trials.len()).filter(whole);
        let rows: Vec<Row> = rows.flat_map(|k| (0..trials.trials[k].steps()).map(move |t| (k, t))).collect();
        let (rows, variables) = variables(trials, rows);
        let every = (range.len() * rows.len()).div_ceil(VALUES).max(1);
        let kept: Vec<usize> = (0..rows.len()).step_by(every).collect();
        let rows: Vec<Row> = kept.iter().map(|r| rows[*r]).collect();
        let on_kept = |(name, v): Named| (name, kept.iter().map(|r| v[*r]).collect());
        let variables = variables.into_iter().map(on_kept).collect();
        let (names, y, mut left) = independent(variables, !settings.through_origin);
        let trials_used: Vec<usize> = rows.iter().map(|r| r.0).collect();
        let (count, groups) = parts(&trials_used);
        if names.is_empty() {
            let why = "the trials have neither targets, of a network with a read-out, nor labels that are numbers and vary";
            return self.not(module, why.into());
        }
        if count < 2 {
            return self.not(module, "fewer than two trials: no error and no prediction without them".into());
        }
        left.extend((every > 1).then_some(Left::OneStepIn { module, every }));
        let states = &self.orbits.states;
        let after =
            Mat::from_fn(range.len(), rows.len(), |i, r| states[rows[r].0][(range.start + i, rows[r].1 + 1)]);
        let (rates, currents) = match &couplings {
            None => (after, None),
            Some(c) if c.of_currents.is_some() => {
                let nu = Mat::from_fn(after.nrows(), after.ncols(), |i, r| after[(i, r)] - c.bias[i]);
                (c.rates(after.as_ref()), Some((CurrentsFrom::States, nu)))
            }
            Some(c) => {
                let before = Mat::from_fn(range.len(), rows.len(), |i, r| states[rows[r].0][(i, rows[r].1)]);
                let shown = |j: usize, r: usize| trials.trials[rows[r].0].inputs[(j, rows[r].1)];
                let inputs = Mat::from_fn(self.network.inputs, rows.len(), shown);
                (after, Some((CurrentsFrom::Network, c.currents(before.as_ref(), inputs.as_ref()))))
            }
        };
        Ok(Some(Followed {
            units: self.context.names[range].to_vec(),
            rates: Some(rates),
            currents,
            names,
            y,
            groups,
            by: By::Trials(count),
            weights: couplings.map(|c| c.recurrent),
            readout: self.network.readout.as_ref().map(|r| r.weight.clone()),
            left,
            through_origin: settings.through_origin,
            rank: settings.rank,
            seed: self.config.seed,
        }))
    }
}

/// The rows on which all variables have a value, and these: targets, or else labels of steps, or else of trials, that are numbers.
fn variables(trials: &Trials, rows: Vec<Row>) -> (Vec<Row>, Vec<Named>) {
    let outputs = trials.trials.iter().find_map(|t| t.targets.as_ref().map(Mat::nrows)).unwrap_or(0);
    let first: Vec<usize> = trials
        .trials
        .iter()
        .scan(0, |at, t| {
            *at += t.steps();
            Some(*at - t.steps())
        })
        .collect();
    let asked = |(k, t): Row| trials.trials[k].weights.as_ref().is_none_or(|w| w[t] > 0.0);
    let number = |l: &&crate::analyses::activity::Target| matches!(l.kind, TargetKind::Number(..));
    type Value<'a> = (String, Box<dyn Fn(Row) -> f64 + 'a>);
    let mut all: Vec<Value> = (0..outputs)
        .map(|o| -> Value {
            let of = move |(k, t): Row| trials.trials[k].targets.as_ref().map_or(f64::NAN, |y| y[(o, t)]);
            (format!("target{o}"), Box::new(move |r| if asked(r) { of(r) } else { f64::NAN }))
        })
        .collect();
    if all.is_empty() {
        let first = &first;
        all.extend(trials.steps.iter().filter(number).map(|l| -> Value {
            (l.name.clone(), Box::new(|(k, t)| l.values.get(first[k] + t).copied().unwrap_or(f64::NAN)))
        }));
    }
    if all.is_empty() {
        all.extend(trials.labels.iter().filter(number).map(|l| -> Value {
            (l.name.clone(), Box::new(|(k, _)| l.values.get(k).copied().unwrap_or(f64::NAN)))
        }));
    }
    let rows: Vec<Row> = rows.into_iter().filter(|r| all.iter().all(|(_, v)| v(*r).is_finite())).collect();
    let named = all.iter().map(|(name, v)| (name.clone(), rows.iter().map(|r| v(*r)).collect())).collect();
    (rows, named)
}
