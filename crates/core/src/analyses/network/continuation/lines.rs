//! What a continuation is asked in, held against the network.

use crate::analyses::continued::{Asked, What};
use crate::analyses::{Error, NetworkSettings, tables};
use crate::diagnostics::dynamics::continuation::{Family, InputLine, ParameterLine};
use crate::io::nearest::meant;
use crate::io::shown::count;
use crate::systems::checkpoint::Network;
use crate::systems::rule::{Block, parameter_count};

/// Where the parameter lies in the network.
pub(super) enum Place {
    /// The input u + p du.
    Input([Vec<f64>; 2]),
    /// The parameters theta + p dtheta.
    Parameters([Vec<f64>; 2]),
}

/// A parameter as the network has it.
pub(super) struct Line {
    pub place: Place,
    /// The values of p at which fixed points are sought: those that are known, if they are in the range, and its ends.
    pub starts: Vec<f64>,
}

/// Where fixed points are sought.
pub(super) struct Begin {
    /// The value of the parameter.
    pub p: f64,
    /// The input.
    pub input: Vec<f64>,
    /// The network's parameters, where they are others than the file's.
    pub theta: Option<Vec<f64>>,
}

impl Line {
    /// The line that is asked for.
    ///
    /// # Errors
    /// A channel, a file, a block or a place that there is not.
    pub fn of(asked: &Asked, network: &Network, input: &[f64]) -> Result<Self, Error> {
        let line = match &asked.what {
            What::Channel(k) => channel(asked, *k, input)?,
            What::Path(files) => {
                let [a, b] = [&files[0], &files[1]].map(|file| end(asked, file, input.len()));
                let (a, b) = (a?, b?);
                let step: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b - a).collect();
                if step.iter().all(|s| *s == 0.0) {
                    let message = format!("holds the same input as {}, expected another", files[0].display());
                    return Err(Error::input(&files[1], message));
                }
                Self { starts: vec![0.0, 1.0], place: Place::Input([a, step]) }
            }
            What::Scale(block) => scale(asked, block.as_deref(), network)?,
            What::Entry(block, at) => entry(asked, block, *at, network)?,
        };
        let [low, high] = asked.range;
        let known = line.starts.iter().copied().filter(|p| (low..=high).contains(p));
        let mut starts: Vec<f64> = vec![];
        for p in known.chain([low, high]) {
            if starts.iter().all(|q| (q - p).abs() > 0.0) {
                starts.push(p);
            }
        }
        Ok(Self { starts, ..line })
    }

    /// The inputs and parameters at which fixed points are sought.
    pub fn begins(&self, network: &Network, input: &[f64]) -> Vec<Begin> {
        let along = |[at, step]: &[Vec<f64>; 2], p: f64| -> Vec<f64> {
            at.iter().zip(step).map(|(a, s)| a + p * s).collect()
        };
        let one = |p: &f64| match &self.place {
            Place::Input(line) => Begin { p: *p, input: along(line, *p), theta: None },
            Place::Parameters(line) => {
                let theta = along(line, *p);
                let changed = theta != parameters(network).1;
                Begin { p: *p, input: input.to_vec(), theta: changed.then_some(theta) }
            }
        };
        self.starts.iter().map(one).collect()
    }

    /// The network along the line.
    pub fn family<'a>(&self, network: &'a Network, input: &[f64]) -> Box<dyn Family + 'a> {
        match &self.place {
            Place::Input([at, step]) => {
                Box::new(InputLine::new(network.system.as_ref(), at.clone(), step.clone()))
            }
            Place::Parameters([at, step]) => {
                Box::new(ParameterLine::new(&network.architecture, at.clone(), step.clone(), input.to_vec()))
            }
        }
    }
}

/// Whether all that is asked can be done.
pub(in crate::analyses) fn usable(
    settings: &NetworkSettings,
    network: &Network,
    input: &[f64],
) -> Result<(), Error> {
    settings.continuation.asked.iter().try_for_each(|asked| Line::of(asked, network, input).map(drop))
}

fn channel(asked: &Asked, k: usize, input: &[f64]) -> Result<Line, Error> {
    if k >= input.len() {
        let message = format!(
            "--continue {}: there is no input {k}; the network has {}, counted from 0",
            asked.text,
            count(input.len(), "input")
        );
        return Err(Error::Config(message));
    }
    let (mut at, mut step) = (input.to_vec(), vec![0.0; input.len()]);
    (at[k], step[k]) = (0.0, 1.0);
    Ok(Line { place: Place::Input([at, step]), starts: vec![input[k]] })
}

/// An end of a path between two inputs: d numbers of a file.
fn end(asked: &Asked, file: &std::path::Path, d: usize) -> Result<Vec<f64>, Error> {
    if d == 0 {
        return Err(Error::Config(format!("--continue {}: this network has no inputs", asked.text)));
    }
    let all = tables::matrix(file)?;
    let (rows, columns) = (all.nrows(), all.ncols());
    match (rows, columns) {
        (1, c) if c == d => Ok((0..d).map(|i| all[(0, i)]).collect()),
        (r, 1) if r == d => Ok((0..d).map(|i| all[(i, 0)]).collect()),
        _ => {
            let message = format!(
                "holds {rows} x {columns} numbers, expected one input: {d}, one for each input of the network"
            );
            Err(Error::input(file, message))
        }
    }
}

fn parameters(network: &Network) -> (Vec<Block>, Vec<f64>) {
    let rule = network.system.field();
    let mut theta = vec![0.0; parameter_count(rule)];
    rule.read_params(&mut theta);
    (rule.layout(), theta)
}

/// The blocks with where they begin.
fn places(layout: &[Block]) -> impl Iterator<Item = (&Block, usize)> {
    layout.iter().scan(0, |next, block| {
        let at = *next;
        *next += block.rows * block.cols;
        Some((block, at))
    })
}

/// p times recurrent weights.
fn scale(asked: &Asked, block: Option<&str>, network: &Network) -> Result<Line, Error> {
    let (layout, theta) = parameters(network);
    let kind = network.cell;
    let second = kind.second.as_ref().filter(|_| !kind.hidden).map(|s| s.block);
    let recurrent = |name: &str| name.starts_with("weight_hh") || second.is_some_and(|s| name.starts_with(s));
    let wanted = |name: &str| block.map_or_else(|| recurrent(name), |b| is_called(name, b, &layout));
    let (mut at, mut step, mut found) = (theta.clone(), vec![0.0; theta.len()], false);
    for (b, first) in places(&layout).filter(|(b, _)| wanted(&b.name)) {
        let range = first..first + b.rows * b.cols;
        step[range.clone()].copy_from_slice(&theta[range.clone()]);
        at[range].fill(0.0);
        found = true;
    }
    if !found {
        return Err(no_block(asked, block.unwrap_or("weight_hh"), &layout));
    }
    if step.iter().all(|s| *s == 0.0) {
        return Err(Error::Config(format!("--continue {}: these weights are all zero", asked.text)));
    }
    Ok(Line { place: Place::Parameters([at, step]), starts: vec![1.0] })
}

/// Whether a block is meant by `word`: its name, or, of no block's name, what papers call it.
fn is_called(name: &str, word: &str, layout: &[Block]) -> bool {
    if layout.iter().any(|b| b.name == word) {
        return name == word;
    }
    let plain: String = word.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
    let kind = match plain.as_str() {
        "w" | "wrec" | "whh" | "wh" | "j" | "h2h" | "recurrent" | "weighthh" => "weight_hh",
        "u" | "win" | "wih" | "wi" | "i2h" | "input2h" | "input" | "weightih" => "weight_ih",
        "b" | "brec" | "bh" | "bias" => "bias",
        _ => return false,
    };
    name.starts_with(kind)
}

fn no_block(asked: &Asked, name: &str, layout: &[Block]) -> Error {
    let names: Vec<&str> = layout.iter().map(|b| b.name.as_str()).collect();
    Error::Config(format!(
        "--continue {}: the network has no block {name}; {}",
        asked.text,
        meant(name, &names)
    ))
}

/// One number of the parameters.
fn entry(asked: &Asked, block: &str, [i, j]: [usize; 2], network: &Network) -> Result<Line, Error> {
    let (layout, theta) = parameters(network);
    let mut found = places(&layout).filter(|(b, _)| is_called(&b.name, block, &layout));
    let (b, first) = found.next().ok_or_else(|| no_block(asked, block, &layout))?;
    if let Some((other, _)) = found.next() {
        let message = format!(
            "--continue {}: {block} may be {} or {}; write one of these names",
            asked.text, b.name, other.name
        );
        return Err(Error::Config(message));
    }
    if i >= b.rows || j >= b.cols {
        let message = format!(
            "--continue {}: {block} has {} x {} numbers, and there is none at [{i},{j}], counted from 0",
            asked.text, b.rows, b.cols
        );
        return Err(Error::Config(message));
    }
    let k = first + j * b.rows + i;
    let now = theta[k];
    let (mut at, mut step) = (theta, vec![0.0; parameter_count(network.system.field())]);
    (at[k], step[k]) = (0.0, 1.0);
    Ok(Line { place: Place::Parameters([at, step]), starts: vec![now] })
}
