//! How well a network's weights integrate: moments, losses and what is missing of the conditions.

mod entry;

pub use entry::{Entry, Moments};

use super::Run;
use crate::analyses::modules::{Diagnostic, OfNetwork};
use crate::analyses::{Error, IntegratorSettings, Module, fits, tables};
use crate::diagnostics::dynamics::integrator::{
    Averaged, Conditions, Correlations, Gradient, Integrals, Parts, Proxy, Room, Weights, conditions,
};
use crate::io::shown::count;
use crate::linalg::activation::Activation;
use crate::linalg::eigen::symmetric_values;
use crate::linalg::random::{Use, stream, uniform};
use crate::linalg::steep::Steep;
use crate::numbers::Estimate;
use crate::systems::checkpoint::Network;
use faer::Mat;

/// Samples of the proxy loss where none are given, and their range (fanthomme2021, 7.4.3).
const SAMPLES: usize = 4096;
const RANGE: f64 = 5.0;
/// Steps of the averaged loss where nobody says.
const DURATION: usize = 10;
/// Rounding errors that a perfect integrator's residual may have.
const ROUNDINGS: f64 = 1000.0;

/// What weights do as an integrator.
pub struct Integration {
    /// What is asked.
    pub goal: Integrals,
    /// Steps T of the averaged loss.
    pub duration: usize,
    /// f.
    pub activation: Steep,
    /// mu^cc'_q: rows c, columns (c', q), q from 1 fastest.
    pub moments: Mat<f64>,
    /// The averaged loss (7.7).
    pub loss_averaged: f64,
    /// Its gradient.
    pub gradient_averaged: Gradient,
    /// The proxy loss, with its standard error where z were drawn.
    pub loss_proxy: Estimate,
    /// Its two brackets.
    pub parts: Parts,
    /// Its gradient.
    pub gradient_proxy: Gradient,
    /// The proxy loss of zero recurrent weights.
    pub loss_without: f64,
    /// Where the z come from.
    pub samples: Samples,
    /// What is missing of the conditions.
    pub conditions: Conditions,
    /// Largest residual of the conditions that decide for this nonlinearity, and how large one of a perfect integrator may be by rounding;
    /// none where no finite set of conditions decides.
    pub decisive: Option<[f64; 2]>,
    /// Whether the network has biases, which the theory has not.
    pub biased: bool,
}

/// Samples z of the proxy loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Samples {
    /// z = 1 and z = -1, summed.
    Signs,
    /// So many of a file.
    Given(usize),
    /// So many drawn.
    Drawn(usize),
}

impl Integration {
    /// Whether it integrates for ever, to rounding; none where that cannot be told.
    pub fn perfect(&self) -> Option<bool> {
        self.decisive.map(|[residual, rounding]| residual <= rounding)
    }
}

impl Diagnostic for Integration {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| {
        let s = &run.settings.integrator;
        let asked = run.config.modules.as_ref().is_some_and(|m| m.contains(&Module::Integrator));
        match goal(run.network, s)? {
            Some((goal, duration)) => integration(run, goal, duration).map(Some),
            None if asked => Err(Error::Config(
                "the module integrator needs --scale and --decay, of a network of --cell integrator".into(),
            )),
            None => Ok(None),
        }
    });
}

/// What is asked of a network and for how many steps: as options say, or the file that a training wrote; none where nobody says.
pub(super) fn goal(network: &Network, s: &IntegratorSettings) -> Result<Option<(Integrals, usize)>, Error> {
    let given = s.given();
    if !network.cell.encodes {
        return match given {
            Some(option) => Err(Error::Config(format!(
                "{option} goes with integrator networks, this is a {} network; --cell integrator with --map reads its \
                 weights as h = f(W (h + E u))",
                network.cell.name
            ))),
            None => Ok(None),
        };
    }
    let list = |name: &str| -> Option<Vec<f64>> {
        network.metadata.get(name)?.split(',').map(|v| v.trim().parse().ok()).collect()
    };
    let scale = s.scale.clone().or_else(|| list("scale"));
    let decay = s.decay.clone().or_else(|| list("decay"));
    let (Some(scale), Some(decay)) = (scale, decay) else {
        return match given {
            Some(option) => {
                Err(Error::Config(format!("{option}: an integrator needs both --scale and --decay")))
            }
            None => Ok(None),
        };
    };
    if network.units.len() > 1 {
        let message = "an integrator has one layer, this network has several: leave --scale and --decay out";
        return if given.is_some() { Err(Error::Config(message.into())) } else { Ok(None) };
    }
    let d = network.inputs;
    let each = |option: &str, v: Vec<f64>| match v[..] {
        [one] => Ok(vec![one; d]),
        _ if v.len() == d => Ok(v),
        _ => {
            let found = count(v.len(), "value");
            Err(Error::Config(format!(
                "{option} has {found}, expected 1 or {d}, one for each input of the network"
            )))
        }
    };
    let goal = Integrals { scale: each("--scale", scale)?, decay: each("--decay", decay)? };
    let outputs = network.readout.as_ref().map_or(0, |r| r.weight.nrows());
    if d == 0 || outputs != d {
        let message = format!(
            "an integrator has as many decoders as encoders: found {} and {}; name both with \
             --map w_rec=NAME,encoder=NAME,decoder=NAME",
            count(outputs, "decoder"),
            count(d, "encoder")
        );
        return Err(Error::Config(message));
    }
    let duration = s.duration.or_else(|| network.metadata.get("duration")?.parse().ok()).unwrap_or(DURATION);
    let moments = [("channels", d), ("--duration", duration)];
    fits("the products of moments", &[moments, moments].concat(), 24)?;
    fits("the powers of W", &[moments[0], moments[1], ("units", network.units[0])], 32)?;
    Ok(Some((goal, duration)))
}

fn integration(run: &Run, goal: Integrals, duration: usize) -> Result<Integration, Error> {
    let (network, settings) = (run.network, &run.settings.integrator);
    let (n, d) = (network.units[0], goal.channels());
    let mut theta = vec![0.0; crate::systems::rule::parameter_count(network.system.step())];
    network.system.step().read_params(&mut theta);
    let encoder = Mat::from_fn(n, d, |i, c| theta[c * n + i]);
    let biased = theta[n * (n + d)..].iter().any(|b| *b != 0.0);
    let decoder = network.readout.as_ref().map_or_else(|| Mat::zeros(d, n), |r| r.weight.clone());
    let w = &network.recurrent[0].1;
    let weights = Weights { recurrent: w.as_ref(), encoder: encoder.as_ref(), decoder: decoder.as_ref() };
    let cell = network.architecture.cell();
    let activation = Steep {
        activation: cell.activation().unwrap_or(Activation::Identity),
        slope: cell.constants()[0],
        threshold: cell.constants()[1],
    };

    let averaged = Averaged { goal: goal.clone(), correlations: correlations(settings, duration, d)? };
    let (mut room, mut gradient_averaged) = (Room::new(n, d, duration), Gradient::zeros(n, d));
    let loss_averaged = averaged.gradient(weights, &mut room, &mut gradient_averaged);
    let moments = averaged.moments(weights, &mut room);

    let (samples, z) = z(settings, activation, d, run.seed)?;
    let mut proxy = match z {
        None => Proxy::signs(goal.clone(), activation, n),
        Some(z) => Proxy::mean(goal.clone(), activation, z, n),
    };
    let mut gradient_proxy = Gradient::zeros(n, d);
    let parts = proxy.gradient(weights, &mut gradient_proxy);
    let loss_proxy = match samples {
        Samples::Drawn(_) => Estimate::mean(proxy.each(weights).iter().map(|p| p.total())),
        _ => Estimate::unknown(parts.total(), 1),
    };
    let none = Mat::zeros(n, n);
    let loss_without =
        proxy.gradient(Weights { recurrent: none.as_ref(), ..weights }, &mut Gradient::zeros(n, d)).total();
    let conditions = conditions(weights, &goal)
        .ok_or_else(|| Error::Numbers("the spectrum of the recurrent matrix did not converge".into()))?;
    let decisive = decisive(activation, &conditions, n, d);
    Ok(Integration {
        goal,
        duration,
        activation,
        moments,
        loss_averaged,
        gradient_averaged,
        loss_proxy,
        parts,
        gradient_proxy,
        loss_without,
        samples,
        conditions,
        decisive,
        biased,
    })
}

/// The residual that decides, and how large rounding may make it.
fn decisive(f: Steep, c: &Conditions, n: usize, d: usize) -> Option<[f64; 2]> {
    match f.activation {
        Activation::Identity if f.is_plain() => Some([c.general.moments, ROUNDINGS * c.general.rounding]),
        // The conditions are those of one channel.
        Activation::Relu if f.is_plain() && d == 1 => {
            let size = c.singular_values.first().copied().unwrap_or(0.0);
            let rounding = ROUNDINGS * f64::EPSILON * (n as f64).sqrt() * (size + size * size);
            Some([c.relu.readout.max(c.relu.state), rounding])
        }
        _ => None,
    }
}

fn correlations(s: &IntegratorSettings, steps: usize, channels: usize) -> Result<Correlations, Error> {
    let Some(path) = &s.chi else { return Ok(Correlations::white(steps)) };
    let matrix = tables::matrix(path)?;
    let found = Correlations::of(matrix.as_ref(), steps, channels).ok_or_else(|| {
        let (rows, columns) = (matrix.nrows(), matrix.ncols());
        let all = channels * steps;
        let expected = if channels > 1 { format!("{steps} x {steps} or {all} x {all}") } else { format!("{steps} x {steps}") };
        let message = format!(
            "chi is {rows} x {columns}, expected a symmetric matrix, {expected}: one row for each step of --duration{}",
            if channels > 1 { ", or for each step of each channel" } else { "" }
        );
        Error::input(path, message)
    })?;
    let least = symmetric_values(matrix.as_ref()).and_then(|v| v.first().copied());
    if let Some(least) = least.filter(|l| *l < -1e-9 * matrix.norm_max()) {
        let message = format!(
            "chi has the eigenvalue {least:.3e}, expected a matrix of correlations, without any below zero"
        );
        return Err(Error::input(path, message));
    }
    Ok(found)
}

/// Samples of the proxy loss; none where both signs of one channel say all.
fn z(
    s: &IntegratorSettings,
    f: Steep,
    channels: usize,
    seed: u64,
) -> Result<(Samples, Option<Mat<f64>>), Error> {
    if let Some(path) = &s.z {
        let rows = tables::matrix(path)?;
        let z = match channels {
            _ if rows.ncols() == channels => rows.transpose().to_owned(),
            1 if rows.nrows() == 1 => rows,
            _ => {
                let message = format!(
                    "z has {}, expected {channels}, one for each channel; a row is a sample",
                    count(rows.ncols(), "column")
                );
                return Err(Error::input(path, message));
            }
        };
        return Ok((Samples::Given(z.ncols()), Some(z)));
    }
    let straight = matches!(f.activation, Activation::Relu | Activation::Identity) && f.threshold == 0.0;
    if channels == 1 && straight {
        return Ok((Samples::Signs, None));
    }
    let mut rng = stream(seed, Use::Samples, 0);
    let z = Mat::from_fn(channels, SAMPLES, |_, _| uniform(&mut rng, -RANGE, RANGE));
    Ok((Samples::Drawn(SAMPLES), Some(z)))
}
