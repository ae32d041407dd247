//! A small network that does what a large one, or a recording, does.

mod config;
mod conventional;
mod dynamics;
mod projection;
mod radd;
mod teacher;

pub use config::{Common, ConventionalConfig, Projection, RaddConfig};
pub use conventional::distill_conventional;
pub use radd::distill_radd;

use super::{Error, Run};
use crate::folder::Folder;
use faer::MatRef;
use nullcline_core::io::tensors::write_safetensors;
use nullcline_core::systems::architecture::Architecture;
use nullcline_core::systems::checkpoint::save;
use nullcline_core::systems::rule::Rule;

/// Where the student is in the folder of the report.
const STUDENT: &str = "student.safetensors";

impl Common {
    fn run(&self) -> Run<'_> {
        Run {
            file: &self.file,
            seed: self.seed,
            command: &self.command,
            figures: self.figures,
            parquet: self.parquet,
        }
    }
}

/// Writes the student as a network file, which `analyze` reads without a flag.
fn write_student(
    folder: &Folder,
    architecture: &Architecture,
    rule: &dyn Rule,
    readout: Option<(MatRef<f64>, &[f64])>,
) -> Result<(), Error> {
    let (tensors, metadata) = save(architecture, rule, readout);
    Ok(write_safetensors(&folder.place(STUDENT)?, &tensors, &metadata)?)
}
