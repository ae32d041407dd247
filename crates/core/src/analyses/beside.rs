//! What stands beside activity: positions and headings, and a second recording, or silence, to hold it against.

use super::check::numbers;
use super::columns::{chosen, no_column};
use super::limits::count;
use super::written;
use super::{Config, Error};
use crate::io::table::{Values, match_columns, read};
use crate::io::{shown, table::ReadTable};
use crate::systems::noise::{Amount, Law};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Settings of positions and of a second recording.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Positions, and two recordings")]
pub struct BesideArguments {
    /// A second recording of the same units, read as the first: what keeps to the same states, and moves alike
    #[arg(long, value_name = "FILE")]
    #[serde(serialize_with = "written::given")]
    pub against: Option<PathBuf>,
    /// A network in its --trials against the same left alone after each of them, as long as it lasted, its input at --input:
    /// what keeps to the same states, and moves alike
    #[arg(long)]
    pub silent: bool,
    /// With --silent: noise added to every state variable after each step, with input and without; its scale [default: that of
    /// the training that wrote the file, or 0]
    #[arg(long, value_name = "S")]
    pub state_noise: Option<f64>,
    /// Law of --state-noise: gaussian, or uniform in [0, 1) [default: gaussian]
    #[arg(long, value_name = "LAW", requires = "state_noise")]
    pub noise_law: Option<String>,
    /// Columns of the position, left out of the units (x,y): what rate maps are over; with --against, where densities are compared
    #[arg(long, value_name = "PATTERN")]
    pub position: Option<String>,
    /// Column of the heading in radians, left out of the units
    #[arg(long, value_name = "COLUMN")]
    pub heading: Option<String>,
    /// Components of the subspaces that --against or --silent compares, and of the space of densities [default: those with 90 % of the
    /// variance, 10 at most, and 2]
    #[arg(long, value_name = "D", value_parser = count(1, 100))]
    pub dimensions: Option<usize>,
    /// Ends of the room that positions lie in, the same for all coordinates or each its own: -1.1:1.1 or 0:2,0:1 [default: those
    /// of the positions]
    #[arg(long = "box", id = "box", value_name = "LO:HI,..", allow_hyphen_values = true)]
    #[serde(rename = "box")]
    pub room: Option<String>,
    /// Bins of rate maps along each coordinate [default: 20]
    #[arg(long, value_name = "N", value_parser = count(4, 100))]
    pub bins: Option<usize>,
    /// With --against or --silent: rows that are one in the delay coordinates of dynamical similarity [default: 10]
    #[arg(long, value_name = "N", value_parser = count(1, 1000))]
    pub delays: Option<usize>,
    /// With --against or --silent: leading delay coordinates between which maps are fitted [default: 10]
    #[arg(long, value_name = "N", value_parser = count(1, 100))]
    pub modes: Option<usize>,
    /// With --against or --silent: divergences by Gaussian kernels too, as published (2500 points, ratios cut to 1e-7 to 1e7)
    #[arg(long)]
    pub kernels: bool,
}

/// What is asked of positions and of a second recording.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The second recording.
    pub against: Option<PathBuf>,
    /// Whether a network is held against itself left alone.
    pub silent: bool,
    /// Noise of its states; none: the file's.
    pub noise: Option<Amount>,
    /// Patterns of the position's columns.
    pub position: Option<String>,
    /// Column of the heading.
    pub heading: Option<String>,
    /// Components of compared subspaces.
    pub dimensions: Option<usize>,
    /// Ends of the room, one pair for all coordinates or one each.
    pub room: Option<Vec<[f64; 2]>>,
    /// Bins of rate maps along each coordinate.
    pub bins: Option<usize>,
    /// Rows that are one in delay coordinates.
    pub delays: Option<usize>,
    /// Leading delay coordinates.
    pub modes: Option<usize>,
    /// Whether divergences are found by kernels too.
    pub kernels: bool,
}

impl BesideArguments {
    /// The settings, checked.
    pub(super) fn checked(&self) -> Result<Beside, String> {
        if self.against.is_some() && self.silent {
            return Err("--silent does not go with --against: a network is held against itself left alone, a recording against another"
                .into());
        }
        let two = self.against.is_some() || self.silent;
        if !two {
            let given = [
                ("--dimensions", self.dimensions.is_some()),
                ("--delays", self.delays.is_some()),
                ("--modes", self.modes.is_some()),
                ("--kernels", self.kernels),
            ];
            if let Some((option, _)) = given.iter().find(|g| g.1) {
                return Err(format!(
                    "{option} goes with --against, the recording to compare with, or --silent"
                ));
            }
        }
        if self.state_noise.is_some() && !self.silent {
            return Err("--state-noise goes with --silent, under which a network runs".into());
        }
        if self.room.is_some() && self.position.is_none() && !two {
            return Err("--box goes with --position, whose room it is, or with --against".into());
        }
        if self.bins.is_some() && self.position.is_none() {
            return Err("--bins goes with --position, whose maps are in bins".into());
        }
        let ends = |part: &str| -> Result<[f64; 2], String> {
            let wrong = || format!("--box {part}: expected LO:HI, two numbers of which the second is larger");
            let (lo, hi) = part.split_once(':').ok_or_else(wrong)?;
            match numbers("--box", &format!("{lo},{hi}"))?[..] {
                [lo, hi] if lo < hi => Ok([lo, hi]),
                _ => Err(wrong()),
            }
        };
        let room = self.room.as_ref().map(|r| r.split(',').map(ends).collect::<Result<Vec<_>, _>>());
        Ok(Beside {
            against: self.against.clone(),
            silent: self.silent,
            noise: self.noise()?,
            position: self.position.clone(),
            heading: self.heading.clone(),
            dimensions: self.dimensions,
            room: room.transpose()?,
            bins: self.bins,
            delays: self.delays,
            modes: self.modes,
            kernels: self.kernels,
        })
    }

    fn noise(&self) -> Result<Option<Amount>, String> {
        let Some(scale) = self.state_noise else { return Ok(None) };
        if !(scale.is_finite() && scale >= 0.0) {
            return Err(format!("--state-noise {scale}: expected a number, at least 0"));
        }
        let name = self.noise_law.as_deref().unwrap_or(Law::Gaussian.name());
        let law = Law::parse(name);
        let law = law.ok_or_else(|| format!("--noise-law {name}: expected gaussian or uniform"))?;
        Ok(Some(Amount { law, scale }))
    }
}

impl Beside {
    /// Whether there are positions or headings.
    pub(super) fn placed(&self) -> bool {
        self.position.is_some() || self.heading.is_some()
    }

    /// Options of recordings that were given.
    pub(super) fn given(&self) -> [(&'static str, bool); 9] {
        [
            ("--against", self.against.is_some()),
            ("--position", self.position.is_some()),
            ("--heading", self.heading.is_some()),
            ("--dimensions", self.dimensions.is_some()),
            ("--box", self.room.is_some()),
            ("--bins", self.bins.is_some()),
            ("--delays", self.delays.is_some()),
            ("--modes", self.modes.is_some()),
            ("--kernels", self.kernels),
        ]
    }

    /// Ends of each of `d` coordinates, where they are given.
    pub(super) fn ends(&self, d: usize) -> Result<Option<Vec<[f64; 2]>>, Error> {
        match self.room.as_deref() {
            None => Ok(None),
            Some([one]) => Ok(Some(vec![*one; d])),
            Some(all) if all.len() == d => Ok(Some(all.to_vec())),
            Some(all) => Err(Error::Config(format!(
                "--box: {}, expected one for all coordinates or one for each of {d}",
                shown::count(all.len(), "pair")
            ))),
        }
    }

    /// Columns of a table with such names that are no units.
    pub(super) fn columns(&self, file: &Path, names: &[String], array: bool) -> Result<Vec<String>, Error> {
        let mut all = vec![];
        for (option, list) in [("--position", &self.position), ("--heading", &self.heading)] {
            let Some(list) = list else { continue };
            // In an npz they may be arrays of their own.
            if !(array && match_columns(names, list).is_empty()) {
                all.extend(chosen(file, option, list, names)?);
            }
        }
        Ok(all)
    }
}

/// Positions and headings on rows of a recording.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Coordinates by name.
    pub position: Vec<(String, Vec<f64>)>,
    /// The heading, radians.
    pub heading: Option<(String, Vec<f64>)>,
}

impl Places {
    /// On the rows `kept` of the file; NaN where missing.
    pub(super) fn read(config: &Config, array: Option<&str>, kept: &[usize]) -> Result<Self, Error> {
        let beside = &config.recording.beside;
        let of = |option: &str, list: &Option<String>| match list {
            Some(list) => on_rows(&config.file, array, option, list, kept),
            None => Ok(vec![]),
        };
        let mut heading = of("--heading", &beside.heading)?;
        if heading.len() > 1 {
            let message = format!("--heading: {} columns, expected one", heading.len());
            return Err(Error::input(&config.file, message));
        }
        Ok(Self { position: of("--position", &beside.position)?, heading: heading.pop() })
    }
}

fn on_rows(
    file: &Path,
    array: Option<&str>,
    option: &str,
    list: &str,
    kept: &[usize],
) -> Result<Vec<(String, Vec<f64>)>, Error> {
    let names = crate::io::table::schema(file, array)?.names();
    let found = match_columns(&names, list);
    let table = match (found.is_empty(), array) {
        (false, _) => read(file, &ReadTable { array, columns: Some(&found) })?,
        (true, Some(_)) => read(file, &ReadTable { array: Some(list), columns: None })?,
        (true, None) => return Err(no_column(file, option, list, &names)),
    };
    let last = kept.iter().max().map_or(0, |r| r + 1);
    if table.rows < last {
        let message = format!(
            "{option} {list}: {} rows, expected as many as the activity has ({last} or more)",
            table.rows
        );
        return Err(Error::input(file, message));
    }
    let mut all = vec![];
    for c in table.columns.into_iter().filter(|c| !found.is_empty() || c.name != "trial") {
        let Values::Number(values) = c.values else {
            let message = format!("{option}: column `{}` holds text, expected numbers", c.name);
            return Err(Error::input(file, message));
        };
        if let Some(row) = kept.iter().find(|r| values[**r].is_infinite()) {
            let message = format!(
                "column `{}`, row {}: {}, expected a finite number or none",
                c.name,
                row + 1,
                values[*row]
            );
            return Err(Error::input(file, message));
        }
        all.push((c.name, kept.iter().map(|r| values[*r]).collect()));
    }
    Ok(all)
}
