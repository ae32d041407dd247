//! How well a network's weights integrate: moments, losses and what is missing of the conditions.

use super::Run;
use crate::analyses::modules::{Diagnostic, OfNetwork};
use crate::analyses::summary::{Number, numbers};
use crate::analyses::{Context, Error, IntegratorSettings, Module, tables};
use crate::diagnostics::dynamics::integrator::{
    Averaged, Conditions, Correlations, Gradient, Integrals, Parts, Proxy, Room, Weights, conditions,
};
use crate::io::shown::count;
use crate::linalg::activation::Activation;
use crate::linalg::random::{Use, stream, uniform};
use crate::linalg::steep::Steep;
use crate::numbers::Estimate;
use crate::systems::checkpoint::Network;
use faer::Mat;
use schemars::JsonSchema;
use serde::Serialize;

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
    Correlations::of(matrix.as_ref(), steps, channels).ok_or_else(|| {
        let (rows, columns) = (matrix.nrows(), matrix.ncols());
        let all = channels * steps;
        let expected = if channels > 1 { format!("{steps} x {steps} or {all} x {all}") } else { format!("{steps} x {steps}") };
        let message = format!(
            "chi is {rows} x {columns}, expected a symmetric matrix, {expected}: one row for each step of --duration{}",
            if channels > 1 { ", or for each step of each channel" } else { "" }
        );
        Error::input(path, message)
    })
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

/// Moments: a list over q of one channel, of several a list over the output channel of lists over the input channel of those.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Moments {
    /// Of one channel.
    One(Vec<Number>),
    /// Of several.
    Several(Vec<Vec<Vec<Number>>>),
}

impl Moments {
    fn of(channels: usize, steps: usize, value: impl Fn(usize, usize, usize) -> f64) -> Self {
        let list =
            |c: usize, other: usize| numbers(&(1..=steps).map(|q| value(c, other, q)).collect::<Vec<_>>());
        match channels {
            1 => Self::One(list(0, 0)),
            d => Self::Several((0..d).map(|c| (0..d).map(|other| list(c, other)).collect()).collect()),
        }
    }
}

/// What is missing of the conditions under which a network integrates for ever; each is zero of a perfect one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Residuals {
    /// Of a linear network (7.14).
    pub eq_7_14: General,
    /// Of a linear network of several channels (7.20).
    pub eq_7_20: Channels,
    /// Of a network of ReLU (7.30).
    pub eq_7_30: Relu,
}

/// The eigenvalue gamma_c carries s_c, and no other reaches the output.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct General {
    /// Largest distance of a channel's eigenvalue from its decay.
    pub eigenvalue: Number,
    /// Largest distance of what it carries from the scale.
    pub scale: Number,
    /// Largest contribution of other eigenvalues to a moment; null where eigenvectors are not told apart.
    pub others: Number,
    /// Largest distance of a moment from its target over the `horizon`.
    pub moments: Number,
    /// Rank of the weights + 1: so many moments decide all.
    pub horizon: usize,
    /// Size of the rounding error of these moments.
    pub rounding: Number,
}

/// Modes of several channels: of each channel along W e_c and Wᵀ d_c.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Channels {
    /// Largest |sigma_c r_c . l_c - gamma_c|.
    pub eigenvalue: Number,
    /// Largest |sigma_c (d_c . l_c)(r_c . e_c) - s_c gamma_c|.
    pub scale: Number,
    /// Largest |r_c . e_c'| of two channels.
    pub encoders: Number,
    /// Largest |d_c . l_c'|.
    pub decoders: Number,
    /// Largest |r_c . l_c'|.
    pub modes: Number,
    /// Frobenius norm of what is left of W without the modes.
    pub rest: Number,
}

/// Both signs of ReLU.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Relu {
    /// Largest distance of a decoder's answer from the target.
    pub readout: Number,
    /// Largest distance of the current from gamma_c W e_c.
    pub state: Number,
}

/// An integrator in the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Integrator")]
pub struct Entry {
    /// Channels.
    pub channels: usize,
    /// Scale of each.
    pub scale: Vec<Number>,
    /// Decay of each.
    pub decay: Vec<Number>,
    /// Steps T of the averaged loss.
    pub duration: usize,
    /// Moments d_c . W^q e_c', q from 1 to the duration.
    pub moments: Moments,
    /// What they should be, s_c gamma_c^q, and zero across channels.
    pub targets: Moments,
    /// Averaged loss of the weights as a linear network (7.7), a sum over steps and channels.
    pub loss_averaged: Number,
    /// Proxy loss (7.31) of both signs, or the mean of (7.35), (7.36) over samples z.
    pub loss_proxy: Number,
    /// Its standard error, of samples that were drawn.
    pub loss_proxy_std_error: Number,
    /// What the decoders add to it.
    pub loss_proxy_readout: Number,
    /// What the current adds to it.
    pub loss_proxy_state: Number,
    /// Samples z, 2 of both signs.
    pub samples: usize,
    /// What is missing of the conditions.
    pub residuals: Residuals,
    /// Whether the network integrates for ever, to rounding; null where no finite set of conditions decides: of ReLU with several
    /// channels and of other nonlinearities.
    pub perfect: Option<bool>,
    /// Singular values of the recurrent weights, decreasing.
    pub singular_values: Vec<Number>,
    /// Those above rounding.
    pub rank: usize,
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &Integration, _: &Context) -> Self {
        let (d, t, goal) = (found.goal.channels(), found.duration, &found.goal);
        let target = |c, other, q| if c == other { goal.target(c, q) } else { 0.0 };
        let (g, c, r) = (found.conditions.general, found.conditions.channels, found.conditions.relu);
        Self {
            channels: d,
            scale: numbers(&goal.scale),
            decay: numbers(&goal.decay),
            duration: t,
            moments: Moments::of(d, t, |c, other, q| found.moments[(c, other * t + q - 1)]),
            targets: Moments::of(d, t, target),
            loss_averaged: Number(found.loss_averaged),
            loss_proxy: Number(found.loss_proxy.value),
            loss_proxy_std_error: Number(found.loss_proxy.error()),
            loss_proxy_readout: Number(found.parts.readout),
            loss_proxy_state: Number(found.parts.state),
            samples: match found.samples {
                Samples::Signs => 2,
                Samples::Given(b) | Samples::Drawn(b) => b,
            },
            residuals: Residuals {
                eq_7_14: General {
                    eigenvalue: Number(g.eigenvalue),
                    scale: Number(g.scale),
                    others: Number(g.others),
                    moments: Number(g.moments),
                    horizon: g.horizon,
                    rounding: Number(g.rounding),
                },
                eq_7_20: Channels {
                    eigenvalue: Number(c.eigenvalue),
                    scale: Number(c.scale),
                    encoders: Number(c.encoders),
                    decoders: Number(c.decoders),
                    modes: Number(c.modes),
                    rest: Number(c.rest),
                },
                eq_7_30: Relu { readout: Number(r.readout), state: Number(r.state) },
            },
            perfect: found.perfect(),
            singular_values: numbers(&found.conditions.singular_values),
            rank: found.conditions.rank,
        }
    }
}
