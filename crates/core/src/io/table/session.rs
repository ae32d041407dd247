//! What a recording session holds: an NWB file, or a folder of ALF.

use std::path::Path;

use super::super::alf;
use super::super::error::Error;
use super::super::hdf5;
use super::super::sniff::{self, Family};

/// What of an NWB file (Neurodata Without Borders 2), or of a folder of ALF, can be a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// Version of the standard, of NWB.
    pub version: String,
    /// Paths of tables of units with spike times, and how many units each has.
    pub units: Vec<(String, u64)>,
    /// Paths of tables of intervals, and how many each has.
    pub intervals: Vec<(String, u64)>,
    /// Paths of time series, and the shapes of their data.
    pub series: Vec<(String, Vec<u64>)>,
}

impl Session {
    /// The arrays that [`read`](super::read) takes: series, and units with a width of bins to be changed.
    pub fn arrays(&self) -> Vec<String> {
        let plain = |path: &str| path.trim_start_matches('/').to_owned();
        let mut all: Vec<String> = self.series.iter().map(|(path, _)| plain(path)).collect();
        for (units, _) in &self.units {
            all.push(format!("{}@20ms", plain(units)));
            let trials = self.intervals.iter().filter_map(|(path, _)| path.strip_prefix("/intervals/"));
            all.extend(trials.map(|name| format!("{}@20ms:{name}", plain(units))));
        }
        all
    }
}

/// What the session at `path` holds, if it is an NWB file or a folder of ALF.
///
/// # Errors
/// A damaged file.
///
/// ```
/// use nullcline_core::io::table::session;
///
/// let found = session("../../tests/golden/io/hdf5/session.nwb".as_ref()).unwrap().unwrap();
/// assert_eq!((&found.units[..], &found.intervals[..]), (&[("/units".into(), 3)][..], &[("/intervals/trials".into(), 3)][..]));
/// assert_eq!(found.arrays()[..2], ["acquisition/eye", "acquisition/running"]);
/// assert!(session("../../datasets/ibl_activity.csv".as_ref()).unwrap().is_none());
/// ```
pub fn session(path: &Path) -> Result<Option<Session>, Error> {
    if path.is_dir() {
        return alf::contents(path);
    }
    if super::held::names(path).is_some() || sniff::family(path)? != Family::Hdf5 {
        return Ok(None);
    }
    hdf5::contents(path).map_err(|problem| Error::new(path, problem))
}
