//! Labels of trials from another table, and the label that tells conditions apart.

use super::Trials;
use super::names::{Map, Role};
use crate::analyses::Error;
use crate::analyses::activity::Target;
use crate::analyses::labels::{Called, LabelTable};
use crate::io::error::listed;
use std::path::Path;

impl Trials {
    /// Takes the columns of `table`, a row for each trial, as labels before those of the trials' own file.
    ///
    /// # Errors
    /// Trials without a row or with two; a label that both have and that differs.
    pub(super) fn label(&mut self, path: &Path, table: &Path) -> Result<(), Error> {
        let (columns, names) = match &self.names {
            Some((column, names)) => (vec![column.clone()], names.iter().map(|n| vec![n.clone()]).collect()),
            None => (vec![], vec![vec![]; self.trials.len()]),
        };
        let table = LabelTable::open(table)?;
        let called = Called { whose: "the network", columns, names };
        let rows = table.rows(&called)?;
        self.notes.extend(table.by_order(&called.columns));
        let mut labels = vec![];
        for name in table.labels(&called.columns) {
            let label = Target::of_column(table.path, None, table.column(&name)?, &rows)?;
            if let Some(own) = self.labels.iter().find(|own| own.name == name)
                && let Some(trial) = differs(own, &label)
            {
                let message = format!(
                    "column `{name}`, row {}: not what {} says of trial {}: leave one of the two out",
                    rows[trial] + 1,
                    path.display(),
                    trial + 1
                );
                return Err(Error::input(table.path, message));
            }
            labels.push(label);
        }
        let further = |own: &Target| !labels.iter().any(|l: &Target| l.name == own.name);
        let own: Vec<Target> = std::mem::take(&mut self.labels).into_iter().filter(further).collect();
        self.labels = labels.into_iter().chain(own).collect();
        Ok(())
    }

    /// Takes the label that `map` names as the one that tells conditions apart.
    ///
    /// # Errors
    /// No such label, or one of values that are no labels.
    pub(super) fn tell(&mut self, path: &Path, map: &Map) -> Result<(), Error> {
        let Some(name) = map.get(Role::Condition) else { return Ok(()) };
        let wrong = |what: String| Error::input(path, format!("--trials-map condition={name}: {what}"));
        let Some(label) = self.labels.iter().find(|l| l.name == name) else {
            let names: Vec<String> = self.labels.iter().map(|l| l.name.clone()).collect();
            return Err(wrong(format!("no label of trials has this name; there are {}", listed(&names))));
        };
        if label.labels().is_none() {
            return Err(wrong("its values are no labels, of which conditions are made".into()));
        }
        self.told = Some(name.to_owned());
        Ok(())
    }
}

/// The first trial of which two labels say different things.
fn differs(a: &Target, b: &Target) -> Option<usize> {
    if a.kind != b.kind || a.values.len() != b.values.len() {
        return Some(0);
    }
    let same = |(a, b): (&f64, &f64)| a - b == 0.0 || (a.is_nan() && b.is_nan());
    a.values.iter().zip(&b.values).position(|pair| !same(pair))
}
