//! Recordings in NWB files and folders of ALF: which series is meant, and spikes in bins.

use super::prepare::Width;
use super::{Error, RecordingSettings};
use crate::io::shown::count;
use crate::io::table::{self, Session};
use std::path::Path;

/// Makes of `--units units --bin 20ms --trial trials` the counts of the spikes in bins of 20 ms, of each trial of that table.
///
/// Other files are left alone. The columns of time of series and of counts are used for widths that are times.
///
/// # Errors
/// Spikes without a width of bins, or with one that is no time.
pub(super) fn settle(file: &Path, recording: &mut RecordingSettings) -> Result<(), Error> {
    let Some(found) = table::session(file)? else { return Ok(()) };
    let is = |path: &str, name: &str| {
        let (path, name) = (path.trim_matches('/'), name.trim_matches('/'));
        path == name || path.strip_prefix("intervals/") == Some(name)
    };
    let named = recording.units.as_deref();
    let units = match named {
        Some(name) => found.units.iter().find(|(path, _)| is(path, name)),
        // The only thing that is there, or what bins are asked for.
        None if found.series.is_empty() || recording.preparation.bin.is_some() => match &found.units[..] {
            [one] => Some(one),
            _ => None,
        },
        None => None,
    };
    if let Some((path, units)) = units {
        let path = path.trim_matches('/');
        let Some(Width::Seconds(width)) = recording.preparation.bin else {
            let bins = if recording.preparation.bin.is_some() {
                "a width that is a time"
            } else {
                "a width of bins"
            };
            let trials = trials(&found)
                .map_or(String::new(), |t| format!(", and --trial {t} for those of each trial"));
            return Err(Error::input(
                file,
                format!(
                    "`{path}` holds the spike times of {}, expected {bins} with them: --bin 20ms counts them in bins{trials}",
                    count(usize::try_from(*units).unwrap_or(usize::MAX), "unit"),
                ),
            ));
        };
        let intervals =
            recording.trial.as_deref().and_then(|t| found.intervals.iter().find(|(p, _)| is(p, t)));
        let intervals = intervals.map(|(p, _)| bare(p).to_owned());
        if let (Some(name), None) = (recording.trial.take(), &intervals) {
            let all: Vec<String> = found.intervals.iter().map(|(p, _)| format!("`{}`", bare(p))).collect();
            let there = if all.is_empty() { "none".into() } else { all.join(", ") };
            return Err(Error::input(
                file,
                format!(
                    "--trial {name}: expected a table of intervals within which spikes are counted, found {there}"
                ),
            ));
        }
        recording.preparation.bin = None;
        let of = intervals.map_or(String::new(), |i| format!(":{i}"));
        recording.units = Some(format!("{path}@{width}{of}"));
    }
    let timed = recording.time.is_none()
        && table::schema(file, recording.units.as_deref()).is_ok_and(|s| s.index.iter().any(|n| n == "time"));
    if timed {
        recording.time = Some("time".into());
    }
    Ok(())
}

/// The table of trials, by its name.
fn trials(found: &Session) -> Option<&str> {
    let (path, _) =
        found.intervals.iter().find(|(p, _)| p.ends_with("trials")).or(found.intervals.first())?;
    Some(bare(path))
}

fn bare(path: &str) -> &str {
    path.trim_matches('/').trim_start_matches("intervals/")
}
