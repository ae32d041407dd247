//! Rows of a recording along its principal components.

use super::{PROJECTED, Reading, Rows};
use crate::analyses::finding::LineGroups;
use crate::analyses::{Components, Error, Projections};
use crate::diagnostics::geometry::pca::Pca;
use std::collections::BTreeSet;

impl Reading<'_> {
    /// Components and the rows along them.
    pub(in crate::analyses) fn components(&self) -> Result<Components, Error> {
        let Some(pca) = self.pca() else {
            return Err(Error::input(&self.config.file, self.first.without_components()));
        };
        let projected = Projected::second(self, pca)?;
        let (trials, lines) = projected.lines();
        Ok(Components {
            pca: pca.clone(),
            names: self.columns.units.clone(),
            rows: Rows::Recorded,
            numbers: (0..lines.len()).collect(),
            lines,
            points: vec![],
            directions: vec![],
            held: vec![],
            groups: self.groups(&trials),
            projections: Projections::Rows {
                row: projected.row,
                trial: projected.trial,
                values: projected.values,
                every: projected.every,
            },
        })
    }

    /// The condition of each line, of those that lines have.
    fn groups(&self, trials: &[Option<i64>]) -> Option<LineGroups> {
        let conditions = self.conditions.as_ref()?;
        let numbered = conditions.numbered();
        let of: Vec<Option<usize>> =
            trials.iter().map(|t| numbered.get(usize::try_from((*t)?).ok()?).copied()).collect();
        let present: BTreeSet<usize> = of.iter().flatten().copied().collect();
        let present: Vec<usize> = present.into_iter().collect();
        let label = conditions.factors.first()?.name.clone();
        // The first factor is named by the label.
        let name = |c: &usize| {
            let whole = conditions.name(*c);
            whole.strip_prefix(&format!("{label} ")).map_or(whole.clone(), ToOwned::to_owned)
        };
        Some(LineGroups {
            names: present.iter().map(name).collect(),
            of: of.iter().map(|c| c.map(|c| present.partition_point(|p| *p < c))).collect(),
            label: Some(label),
        })
    }
}

/// Rows along the leading components.
struct Projected {
    row: Vec<i64>,
    trial: Option<Vec<i64>>,
    values: Vec<Vec<f64>>,
    every: usize,
}

impl Projected {
    fn second(reading: &Reading<'_>, pca: &Pca) -> Result<Self, Error> {
        let Reading { config, array, columns, first, trials, observer, .. } = reading;
        let k = pca.components_for_90.clamp(3, 10).min(pca.components.ncols());
        let every = (first.rows.used + first.rows.dropped).div_ceil(PROJECTED).max(1);
        let mut out =
            Self { row: vec![], trial: trials.as_ref().map(|_| vec![]), values: vec![vec![]; k], every };
        let mut row = 0;
        observer.start("projecting", columns.rows.unwrap_or(0) as u64);
        columns.stream(&config.file, *array, &mut |chunk| {
            let mut x = vec![0.0; chunk.columns.len()];
            for r in 0..chunk.rows {
                let index = row + r;
                if !index.is_multiple_of(every) {
                    continue;
                }
                x.iter_mut().zip(&chunk.columns).for_each(|(x, c)| *x = c[r]);
                if !x.iter().all(|v| v.is_finite()) {
                    continue;
                }
                out.row.push(columns.row(index) as i64);
                if let (Some(t), Some(trials)) = (&mut out.trial, trials) {
                    t.push(trials[index] as i64);
                }
                for (v, p) in out.values.iter_mut().zip(pca.project(&x, k)) {
                    v.push(p);
                }
            }
            row += chunk.rows;
            observer.at(row as u64);
            Ok(())
        })?;
        observer.finish();
        Ok(out)
    }

    /// Lines along the first three components, one a trial, and their trials; none without a second.
    fn lines(&self) -> (Vec<Option<i64>>, Vec<Vec<[f64; 3]>>) {
        let [first, second, ..] = &self.values[..] else { return (vec![], vec![]) };
        let (mut trials, mut lines): (Vec<_>, Vec<Vec<[f64; 3]>>) = (vec![], vec![]);
        let mut last = None;
        for (i, (a, b)) in first.iter().zip(second).enumerate() {
            let trial = self.trial.as_ref().map(|t| t[i]);
            if lines.is_empty() || trial != last {
                lines.push(vec![]);
                trials.push(trial);
                last = trial;
            }
            if let Some(line) = lines.last_mut() {
                line.push([*a, *b, self.values.get(2).map_or(0.0, |c| c[i])]);
            }
        }
        (trials, lines)
    }
}
