//! A recording in an HDF5 file as a table: a row is a time step.

use std::path::{Path, PathBuf};

use super::super::error::{Error, Problem};
use super::super::spikes::{Bins, Spikes};
use super::super::table::Schema;
use super::super::table::source::{Pick, Source, Taker};
use super::file::Hdf5;
use super::nwb;
use super::tree::resolve;
use array::Array;
use std::rc::Rc;

pub(super) mod array;
pub(super) mod bands;
pub(super) mod beside;
pub(super) mod choose;
pub(super) mod meaning;

/// A recording: one dataset of an HDF5 file, a time series of an NWB file, or its spikes in bins.
///
/// | `array` | rows | columns |
/// |---|---|---|
/// | path of a vector | its values | `<name>0` |
/// | of a matrix (rows, columns) | its rows | `<name>0`, `<name>1`, ... |
/// | of three dimensions (trials, time, columns) | trial 0, trial 1, ... | `trial`, then as a matrix |
/// | of an NWB time series (a group) | its samples, data * conversion + offset | as of its data |
/// | `units@20ms` | bins from the first spike to the last | spikes of each unit, `unit<id>` |
/// | `units@20ms:trials` | the whole bins of each trial | `trial`, then as before |
///
/// The end of a path will do where only one dataset has it. Dimension scales (netCDF, xarray) name the columns;
/// `scale_factor`, `add_offset` and `_FillValue` are applied. Times, what a table of trials says of each, and vectors in the array's group
/// with a value for each trial (of a matrix each row) are columns that stand in [`Schema::index`].
///
/// Memory: 32 MiB of unpacked rows (a row, if it is longer), and one chunk three times. Each chunk is unpacked once, unless a row of
/// chunks is more than 32 MiB.
pub struct Recording {
    path: PathBuf,
    file: Rc<Hdf5>,
    schema: Schema,
    kind: Kind,
}

enum Kind {
    Array(Box<Array>),
    Spikes(Box<Spikes>),
}

impl Recording {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// As [`Hdf5::open`]; a dataset that is not there, or none named where there are several, each with a list of them; one
    /// that is no table.
    pub fn open(path: &Path, array: Option<&str>) -> Result<Self, Problem> {
        let file = Rc::new(Hdf5::open(path)?);
        let path = path.to_owned();
        // A dataset may be called so itself.
        let spikes = array.filter(|a| resolve(&file, a).is_err()).and_then(|a| a.split_once('@'));
        if let Some((units, bins)) = spikes {
            let spikes = nwb::spikes(&file, units, &Bins::parse(bins)?)?;
            return Ok(Self { path, file, schema: spikes.schema(), kind: Kind::Spikes(Box::new(spikes)) });
        }
        let name = match array {
            None => nwb::only_array(&file)?.map_or_else(|| choose::chosen(&file, None), Ok)?,
            name => choose::chosen(&file, name)?,
        };
        let (array, schema) = match nwb::series(&file, &name)? {
            Some(series) => series,
            None => {
                let (array, lead, columns) = choose::open(&file, &name)?;
                let schema = array.schema(&lead, columns);
                (array, schema)
            }
        };
        Ok(Self { path, file, schema, kind: Kind::Array(Box::new(array)) })
    }
}

impl Source for Recording {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn visit(&mut self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error> {
        let result = match &self.kind {
            Kind::Array(array) => array.visit(&self.file, picks, rows, f),
            Kind::Spikes(spikes) => spikes.visit(picks, rows, f),
        };
        result.map_err(|stopped| stopped.told(&self.path))
    }
}
