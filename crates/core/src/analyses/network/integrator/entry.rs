//! An integrator in the summary.

use super::{Integration, Samples};
use crate::analyses::Context;
use crate::analyses::summary::{Number, numbers};
use schemars::JsonSchema;
use serde::Serialize;

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
