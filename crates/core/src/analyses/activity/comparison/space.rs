//! Where densities are compared: positions, a heading, or principal components.

use super::Held;
use crate::analyses::{Config, Error};
use crate::diagnostics::geometry::comparison::{Sample, along};
use crate::diagnostics::geometry::pca::Pca;
use faer::Mat;
use std::path::PathBuf;

/// Components of the space where nobody says.
const COMPONENTS: usize = 2;

/// Ranges of a coordinate so many times apart are perhaps in other units.
const UNLIKE: f64 = 10.0;

/// What the coordinates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Positions.
    Positions,
    /// The cosine and sine of a heading.
    Heading,
    /// Principal components of the first recording.
    Components,
}

named!(Of: Self::Positions => "positions", Self::Heading => "heading", Self::Components => "components");

/// Where densities are compared.
#[derive(Clone, Debug)]
pub struct Space {
    /// What the coordinates are.
    pub of: Of,
    /// Their names; of a heading its column.
    pub names: Vec<String>,
    /// Dimension of the set: one of a heading, though it has a cosine and a sine.
    pub dimension: usize,
    /// Rows of both in it.
    pub samples: [Sample; 2],
    /// Rows of both as cosine and sine of the heading, where there is one.
    pub headings: Option<[Sample; 2]>,
    /// Ends of each coordinate.
    pub range: Vec<[f64; 2]>,
    /// Whether --box gave them.
    pub given: bool,
    /// Rows of either that lie outside of them.
    pub outside: [usize; 2],
    /// Coordinates whose range is ten times or more as long in one recording as in the other, with the longer range over the shorter.
    pub unlike: Vec<(String, f64)>,
}

impl Space {
    pub(super) fn of(
        config: &Config,
        held: [&Held; 2],
        rows: [&Sample; 2],
        pca: &Pca,
    ) -> Result<Self, Error> {
        let beside = &config.recording.beside;
        let files = [&config.file, beside.against.as_ref().unwrap_or(&config.file)];
        let whole = |k: usize, x: Mat<f64>, what: &str| -> Result<Sample, Error> {
            let sample = rows[k].with(x);
            let kept: Vec<usize> =
                (0..sample.x.ncols()).filter(|t| sample.x.col(*t).iter().all(|v| v.is_finite())).collect();
            if kept.len() < 2 {
                return Err(Error::input(files[k], format!("{what}: no two rows have a value")));
            }
            Ok(if kept.len() == sample.x.ncols() { sample } else { sample.rows(&kept) })
        };
        let on_circle = |k: usize| -> Option<Result<Sample, Error>> {
            let (_, angle) = held[k].places.heading.as_ref()?;
            let x = Mat::from_fn(2, angle.len(), |i, t| if i == 0 { angle[t].cos() } else { angle[t].sin() });
            Some(whole(k, x, "--heading"))
        };
        let headings = match (on_circle(0), on_circle(1)) {
            (Some(a), Some(b)) => Some([a?, b?]),
            _ => None,
        };
        let position = &held[0].places.position;
        let names: Vec<String> = position.iter().map(|p| p.0.clone()).collect();
        let (of, names, samples) = if !position.is_empty() {
            let of = |k: usize| {
                let p = &held[k].places.position;
                let x = Mat::from_fn(p.len(), rows[k].x.ncols(), |i, t| p[i].1[t]);
                whole(k, x, "--position")
            };
            if held[1].places.position.len() != position.len() {
                let found = held[1].places.position.len();
                let message =
                    format!("--position: {found} columns, expected the {} of the first", position.len());
                return Err(Error::input(files[1], message));
            }
            (Of::Positions, names, [of(0)?, of(1)?])
        } else if let (Some(samples), Some((name, _))) = (&headings, &held[0].places.heading) {
            (Of::Heading, vec![name.clone()], samples.clone())
        } else {
            let k = beside.dimensions.unwrap_or(COMPONENTS).min(pca.components.ncols());
            let basis = pca.components.subcols(0, k);
            let of = |k: usize| rows[k].with(along(rows[k].x.as_ref(), &pca.mean, basis));
            (Of::Components, (1..=k).map(|c| format!("PC{c}")).collect(), [of(0), of(1)])
        };
        let d = samples[0].x.nrows();
        let given = beside.ends(d)?;
        let range = match (&given, of) {
            (Some(ends), _) => ends.clone(),
            (None, Of::Heading) => vec![[-1.0, 1.0]; d],
            (None, _) => (0..d).map(|i| ends(&samples, i)).collect(),
        };
        let dimension = if of == Of::Heading { 1 } else { d };
        let outside = samples.each_ref().map(|s| outside(s, &range));
        let unlike = if of == Of::Positions { unlike(&names, &samples, files)? } else { vec![] };
        if let Some(k) = (0..2).find(|k| of == Of::Positions && samples[*k].x.ncols() < outside[*k] + 2) {
            let message = "--position: no two rows have a position in the box that --box gives";
            return Err(Error::input(files[k], message));
        }
        let given = given.is_some();
        Ok(Self { of, names, dimension, samples, headings, range, given, outside, unlike })
    }

    /// Mean of the first recording in it; the middle of the circle of a heading.
    pub(super) fn centre(&self) -> Vec<f64> {
        let x = &self.samples[0].x;
        let mean = |i: usize| x.row(i).iter().sum::<f64>() / x.ncols() as f64;
        (0..x.nrows()).map(|i| if self.of == Of::Heading { 0.0 } else { mean(i) }).collect()
    }
}

/// Coordinates whose ranges are of other lengths, with the longer over the shorter; one that never varies is an error.
fn unlike(
    names: &[String],
    samples: &[Sample; 2],
    files: [&PathBuf; 2],
) -> Result<Vec<(String, f64)>, Error> {
    let mut all = vec![];
    for (i, name) in names.iter().enumerate() {
        let length = [0, 1].map(|k: usize| {
            let [lo, hi] = ends(&samples[k..=k], i);
            hi - lo
        });
        if let Some(k) = (0..2).find(|k| !(length[*k] > 0.0)) {
            let at = samples[k].x[(i, 0)];
            let message = format!("--position: `{name}` is {at} in all rows, expected one that varies");
            return Err(Error::input(files[k], message));
        }
        let ratio = (length[0] / length[1]).max(length[1] / length[0]);
        if ratio >= UNLIKE {
            all.push((name.clone(), ratio));
        }
    }
    Ok(all)
}

/// How many rows lie outside of a range.
fn outside(s: &Sample, range: &[[f64; 2]]) -> usize {
    let within =
        |t: &usize| range.iter().enumerate().all(|(i, [lo, hi])| (*lo..=*hi).contains(&s.x[(i, *t)]));
    (0..s.x.ncols()).filter(|t| !within(t)).count()
}

fn ends(samples: &[Sample], i: usize) -> [f64; 2] {
    let all = samples.iter().flat_map(|s| s.x.row(i).iter().copied());
    all.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)])
}
