//! A lesson as a file.

use crate::analyses::Error;
use crate::analyses::training::{Kept, ended, sealed, table, unsealed, vector, word};
use crate::io::tensors::Tensors;
use crate::training::navigation::{Lesson, LessonRow, Losses};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns of the curve in a file.
const COLUMNS: usize = 9;

impl Kept for Lesson<f32> {
    type Context = ();

    fn write(&self, path: &Path) -> Result<(), Error> {
        let mut tensors = vec![vector("theta", &self.theta), vector("best", &self.best)];
        for (adam, name) in [(&self.adam, "moment"), (&self.best_adam, "best_moment")] {
            tensors.extend(adam.moments.iter().enumerate().map(|(i, m)| vector(&format!("{name}{i}"), m)));
        }
        let rows = self.curve.iter().flat_map(|r| {
            let Losses { integration, direct, inverse } = r.losses;
            let held = [r.held.integration, r.held.direct, r.held.inverse];
            [r.step as f64, integration, direct, inverse, r.validation, r.gradient].into_iter().chain(held)
        });
        tensors.push(table("curve", COLUMNS, rows.collect()));
        tensors.push(table("sums", 4, self.sums.to_vec()));
        tensors.push(table("best_loss", 1, vec![self.best_loss]));
        let metadata: BTreeMap<String, String> = [
            ("nullcline_navigation", env!("CARGO_PKG_VERSION").to_owned()),
            ("steps", self.steps.to_string()),
            ("adam_steps", self.adam.steps.to_string()),
            ("best_adam_steps", self.best_adam.steps.to_string()),
            ("best_step", self.best_step.to_string()),
            ("stopped", word(self.stopped)),
        ]
        .map(|(k, v)| (k.to_owned(), v))
        .into();
        sealed(path, &tensors, metadata)
    }

    fn read(file: &Tensors, (): ()) -> Result<Self, String> {
        let metadata = unsealed(file)?;
        let text = |name: &str| metadata.get(name).ok_or_else(|| format!("metadata `{name}` is missing"));
        let count = |name: &str| {
            let text = text(name)?;
            text.parse::<u64>().map_err(|_| format!("metadata `{name}`: found `{text}`, expected a count"))
        };
        let tensor = |name: &str| file.get(name).ok_or_else(|| format!("tensor `{name}` is missing"));
        #[allow(clippy::cast_possible_truncation, reason = "they were written from single precision")]
        let values =
            |name: &str| Ok::<Vec<f32>, String>(tensor(name)?.data.iter().map(|v| *v as f32).collect());
        let mut lesson = Self::new(values("theta")?);
        lesson.best = values("best")?;
        for (adam, name) in [(&mut lesson.adam, "moment"), (&mut lesson.best_adam, "best_moment")] {
            for (i, moment) in adam.moments.iter_mut().enumerate() {
                *moment = values(&format!("{name}{i}"))?;
            }
        }
        lesson.adam.steps = count("adam_steps")?;
        lesson.best_adam.steps = count("best_adam_steps")?;
        (lesson.steps, lesson.best_step) = (count("steps")?, count("best_step")?);
        let [best_loss] = tensor("best_loss")?.data[..] else { return Err("best_loss: expected one".into()) };
        lesson.best_loss = best_loss;
        let sums = &tensor("sums")?.data;
        lesson.sums = sums[..].try_into().map_err(|_| "sums: expected four".to_owned())?;
        let row = |r: &[f64]| LessonRow {
            step: r[0] as u64,
            losses: Losses { integration: r[1], direct: r[2], inverse: r[3] },
            validation: r[4],
            gradient: r[5],
            held: Losses { integration: r[6], direct: r[7], inverse: r[8] },
        };
        lesson.curve = tensor("curve")?.data.chunks_exact(COLUMNS).map(row).collect();
        lesson.stopped = ended(text("stopped")?)?;
        let size = lesson.theta.len();
        let moments = lesson.adam.moments.iter().chain(&lesson.best_adam.moments);
        match lesson.best.len() == size && moments.map(Vec::len).all(|n| n == size) {
            true => Ok(lesson),
            false => Err("its vectors differ in length".into()),
        }
    }

    fn age(&self) -> (u64, usize, bool, bool) {
        (self.steps, self.curve.len(), self.stopped.is_some(), false)
    }
}
