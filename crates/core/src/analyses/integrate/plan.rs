//! `train integrate`, to checked settings.

use super::arguments::TrainIntegrator;
use super::losses::Kind;
use super::vectors::{Support, Vectors, vectors};
use crate::analyses::check::{activation, numbers, positive};
use crate::analyses::training::Precision;
use crate::analyses::{Error, fits};
use crate::diagnostics::dynamics::integrator::Integrals;
use crate::io::shown::count;
use crate::linalg::activation::Activation;
use crate::linalg::eigen::{Order, eigenvalues};
use crate::linalg::random::{Use, normal_matrix, stream};
use crate::linalg::spectral_norm::spectral_norm;
use crate::linalg::steep::Steep;
use crate::systems::cells::INTEGRATOR;
use crate::training::descent::Settings;
use crate::training::optimiser::Method;
use faer::Mat;
use serde_json::{Value, json};

/// Samples of the proxy loss reach so far, unless asked otherwise.
const RANGE: f64 = 5.0;

/// Initial recurrent weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// W = 0.
    Zero,
    /// Gaussian, of that spectral norm.
    Norm(f64),
    /// Gaussian, of that spectral radius.
    Radius(f64),
}

/// How the network is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// h = f(W (h + E u)).
    Integrator,
    /// h = f(W h + U u), U = W E.
    Vanilla,
}

/// What a step looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    /// The same sequences or samples at each step.
    Fixed,
    /// New ones.
    Fresh,
}

/// An integrator to be trained: everything that its weights depend on.
#[derive(Clone, Debug)]
pub struct IntegratorPlan {
    /// What is asked.
    pub goal: Integrals,
    /// Steps T of a training sequence.
    pub duration: usize,
    /// Units n.
    pub units: usize,
    /// f.
    pub activation: Steep,
    /// Which units encoders and decoders reach.
    pub support: Support,
    /// What of the encoders is mixed into the decoders.
    pub overlap: f64,
    /// Initial W.
    pub start: Start,
    /// Share of inhibitory units.
    pub dale: Option<f64>,
    /// What is minimised.
    pub kind: Kind,
    /// What a step looks at.
    pub noise: Noise,
    /// Sequences or samples of a step.
    pub batch: usize,
    /// Samples of the proxy loss are uniform in [-range, range].
    pub range: f64,
    /// Whether encoders are trained.
    pub encoder: bool,
    /// Whether decoders are.
    pub decoder: bool,
    /// How to descend.
    pub settings: Settings,
    /// Numbers.
    pub precision: Precision,
    /// Seed of everything.
    pub seed: u64,
}

impl TrainIntegrator {
    /// The plan that the arguments ask for, how the network is written, and the steps of its trials.
    ///
    /// # Errors
    /// [`Error::Config`] names the option, what it is, and what was expected.
    pub fn plan(&self) -> Result<(IntegratorPlan, Export), Error> {
        let plan = plan(self).map_err(Error::Config)?;
        room(&plan)?;
        let export = match self.cell.as_str() {
            "integrator" => Export::Integrator,
            "vanilla" => Export::Vanilla,
            other => return Err(Error::Config(format!("--cell {other}: expected integrator or vanilla"))),
        };
        Ok((plan, export))
    }
}

/// What is integrated.
fn integrals(a: &TrainIntegrator) -> Result<Integrals, String> {
    let d = a.channels;
    let each = |option: &str, text: &str| -> Result<Vec<f64>, String> {
        let v = numbers(option, text)?;
        match v.len() {
            1 => Ok(vec![v[0]; d]),
            n if n == d => Ok(v),
            n => Err(format!("{option} {text}: {}, expected 1 or {d} (--channels)", count(n, "value"))),
        }
    };
    let goal = Integrals { scale: each("--scale", &a.scale)?, decay: each("--decay", &a.decay)? };
    if let Some(s) = goal.scale.iter().find(|s| **s == 0.0) {
        return Err(format!("--scale {s}: expected numbers that are not zero"));
    }
    if let Some(g) = goal.decay.iter().find(|g| !(0.0..=1.0).contains(*g)) {
        return Err(format!("--decay {g}: expected numbers from 0 to 1"));
    }
    Ok(goal)
}

/// The nonlinearity.
fn steep(a: &TrainIntegrator) -> Result<Steep, String> {
    let phi = activation("--activation", &a.activation)?;
    positive("--slope", a.slope)?;
    let constant = |given: Option<f64>, name: &str| given.or(INTEGRATOR.usual(name, phi)).unwrap_or(f64::NAN);
    let f = Steep {
        activation: phi,
        slope: constant(a.slope, "slope"),
        threshold: constant(a.threshold, "threshold"),
    };
    if !f.threshold.is_finite() {
        return Err(format!("--threshold {}: expected a number", f.threshold));
    }
    Ok(f)
}

/// Whether z = 1 and z = -1 say all: of one channel, ReLU or linear without a threshold (7.31).
pub(super) fn needs_no_samples(f: Steep, channels: usize) -> bool {
    channels == 1 && f.threshold == 0.0 && matches!(f.activation, Activation::Relu | Activation::Identity)
}

/// How much larger the curvature of a proxy loss may be whose samples are uniform in [-range, range] than that of z = 1 and z = -1: by the
/// mean of z^2, and by the square of the largest gain.
fn spread(f: Steep, range: f64) -> f64 {
    let gain = (f.slope * f.activation.max_slope()).abs();
    (range * range / 6.0).max(1.0) * (gain * gain).max(1.0)
}

/// Shares, and a loss to stop at.
fn shares(a: &TrainIntegrator) -> Result<(), String> {
    if let Some(p) = a.dale.filter(|p| !(0.0..=1.0).contains(p)) {
        return Err(format!("--dale {p}: expected a share from 0 to 1"));
    }
    if !(0.0..=1.0).contains(&a.overlap) {
        return Err(format!("--overlap {}: expected a number from 0 to 1", a.overlap));
    }
    if let Some(g) = a.goal.filter(|g| !(g.is_finite() && *g >= 0.0)) {
        return Err(format!("--goal {g}: expected a loss, at least 0"));
    }
    Ok(())
}

fn plan(a: &TrainIntegrator) -> Result<IntegratorPlan, String> {
    let (goal, f) = (integrals(a)?, steep(a)?);
    let kind = Kind::parse(&a.loss)
        .ok_or_else(|| format!("--loss {}: expected batch, averaged or proxy", a.loss))?;
    if kind == Kind::Averaged && !(f.activation == Activation::Identity && f.is_plain()) {
        return Err(
            "--loss averaged is of linear networks: leave --activation out, or train by batch or proxy"
                .into(),
        );
    }
    let (method, noise) = match a.optimiser.as_str() {
        "gd" => (Method::SGD, Noise::Fixed),
        "sgd" => (Method::SGD, Noise::Fresh),
        "adam" => (Method::ADAM, Noise::Fresh),
        other => return Err(format!("--optimiser {other}: expected gd, sgd or adam")),
    };
    positive("--rate", a.rate)?;
    positive("--range", a.range)?;
    let sampled = kind == Kind::Proxy && !needs_no_samples(f, a.channels);
    if let Some(z) = a.range.filter(|_| !sampled) {
        let loss =
            if kind == Kind::Proxy { "proxy of one such channel".to_owned() } else { kind.name().to_owned() };
        return Err(format!("--range {z}: --loss {loss} draws no samples; leave it out"));
    }
    let range = a.range.unwrap_or(RANGE);
    if a.units < a.channels {
        return Err(format!(
            "--channels {}: {} cannot hold so many integrals (--units)",
            a.channels,
            count(a.units, "unit")
        ));
    }
    shares(a)?;
    let support = Support::parse(&a.support).ok_or_else(|| {
        format!(
            "--support {}: expected free, equal, disjoint, encoders, decoders or overlap:P with a share P between 0 and 1",
            a.support
        )
    })?;
    let largest = goal.scale.iter().fold(1.0f64, |m, s| m.max(s.abs()));
    let steps = if kind == Kind::Proxy { 1 } else { a.duration };
    let usual = match method {
        Method::Adam { .. } => 5e-4,
        Method::Sgd { .. } => {
            0.1 / (largest * steps as f64).powi(2) / if sampled { spread(f, range) } else { 1.0 }
        }
    };
    let precision = match a.precision.as_deref() {
        None if kind == Kind::Batch => Precision::F32,
        None => Precision::F64,
        Some(p) => Precision::parse(p).ok_or_else(|| format!("--precision {p}: expected f32 or f64"))?,
    };
    let every = (a.steps / 100).max(1);
    Ok(IntegratorPlan {
        goal,
        duration: a.duration,
        units: a.units,
        activation: f,
        support,
        overlap: a.overlap,
        start: start(&a.init)?,
        dale: a.dale,
        kind,
        noise,
        batch: a.batch,
        range,
        encoder: a.train_encoder,
        decoder: a.train_decoder,
        settings: Settings { method, rate: a.rate.unwrap_or(usual), steps: a.steps, every, goal: a.goal },
        precision,
        seed: a.seed,
    })
}

fn start(text: &str) -> Result<Start, String> {
    let wrong = || format!("--init {text}: expected zero, norm:X or radius:X with a positive number X");
    let number = |x: &str| x.parse::<f64>().ok().filter(|v| v.is_finite() && *v > 0.0).ok_or_else(wrong);
    match text.split_once(':') {
        None if text == "zero" => Ok(Start::Zero),
        Some(("norm", x)) => number(x).map(Start::Norm),
        Some(("radius", x)) => number(x).map(Start::Radius),
        _ => Err(wrong()),
    }
}

/// Whether weights and states have room.
fn room(p: &IntegratorPlan) -> Result<(), Error> {
    let size = if p.precision == Precision::F32 { 4 } else { 8 };
    let units = ("--units", p.units);
    fits("the weights", &[units, units], 8 * size)?;
    if p.kind == Kind::Averaged {
        let moments = [("--channels", p.channels()), ("--duration", p.duration)];
        fits("the products of moments", &[moments, moments].concat(), 24)?;
        return fits("the powers of W", &[moments[0], moments[1], units], 4 * size);
    }
    let steps = ("--duration", if p.kind == Kind::Proxy { 1 } else { p.duration });
    fits("the states of a step", &[("--batch", p.batch), steps, units], 6 * size)
}

impl IntegratorPlan {
    /// Channels D.
    pub fn channels(&self) -> usize {
        self.goal.channels()
    }

    /// Encoders and decoders before training.
    pub fn vectors(&self) -> Vectors {
        vectors(self.units, self.channels(), self.support, self.overlap, self.seed)
    }

    /// 1 for each excitatory unit, -1 for each inhibitory one, the last of them; none without Dale's law.
    pub fn signs(&self) -> Option<Vec<f64>> {
        let n = self.units;
        self.dale.map(|p| {
            let inhibitory = (n as f64 * p) as usize;
            (0..n).map(|j| if j < n - inhibitory { 1.0 } else { -1.0 }).collect()
        })
    }

    /// W before training.
    pub fn recurrent(&self) -> Mat<f64> {
        let n = self.units;
        if self.start == Start::Zero {
            return Mat::zeros(n, n);
        }
        let mut w = normal_matrix(&mut stream(self.seed, Use::Parameters, 2), n, n);
        if let Some(signs) = self.signs() {
            for (j, sign) in signs.iter().enumerate() {
                w.col_mut(j).iter_mut().for_each(|v| *v = v.abs() * sign);
            }
        }
        let (size, wanted) = match self.start {
            Start::Norm(x) => (spectral_norm(w.as_ref(), &mut vec![0.0; n]), x),
            Start::Radius(x) => {
                let values = eigenvalues(w.as_ref(), Order::Modulus);
                (values.and_then(|v| v.first().map(|z| z.re.hypot(z.im))).unwrap_or(1.0), x)
            }
            Start::Zero => (1.0, 0.0),
        };
        w * faer::Scale(wanted / size)
    }

    /// The plan in a line.
    pub fn subject(&self) -> String {
        let f = self.activation;
        let channels = count(self.channels(), "channel");
        format!(
            "integrate: {} network, {} units, {channels}, {} loss by {}",
            f.activation.name(),
            self.units,
            self.kind.name(),
            match (self.settings.method, self.noise) {
                (Method::Adam { .. }, _) => "adam",
                (_, Noise::Fixed) => "gradient descent",
                (_, Noise::Fresh) => "sgd",
            }
        )
    }

    /// Names and values of everything that the weights depend on.
    pub fn describe(&self) -> Vec<(String, Value)> {
        let s = &self.settings;
        let optimiser = match (s.method, self.noise) {
            (Method::Adam { .. }, _) => "adam",
            (_, Noise::Fixed) => "gd",
            (_, Noise::Fresh) => "sgd",
        };
        let all = [
            ("task", json!("integrate")),
            ("channels", json!(self.channels())),
            ("scale", json!(self.goal.scale)),
            ("decay", json!(self.goal.decay)),
            ("duration", json!(self.duration)),
            ("cell", json!("integrator")),
            ("units", json!(self.units)),
            ("activation", json!(self.activation.activation.name())),
            ("slope", json!(self.activation.slope)),
            ("threshold", json!(self.activation.threshold)),
            ("support", json!(format!("{:?}", self.support).to_lowercase())),
            ("overlap", json!(self.overlap)),
            ("init", json!(format!("{:?}", self.start).to_lowercase())),
            ("dale", json!(self.dale)),
            ("loss", json!(self.kind.name())),
            ("optimiser", json!(optimiser)),
            ("rate", json!(s.rate)),
            ("steps", json!(s.steps)),
            ("batch", json!(self.batch)),
            ("range", json!(self.range)),
            ("train_encoder", json!(self.encoder)),
            ("train_decoder", json!(self.decoder)),
            ("goal", json!(s.goal)),
            ("precision", json!(self.precision.name())),
            ("seed", json!(self.seed)),
            ("version", json!(env!("CARGO_PKG_VERSION"))),
        ];
        all.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
    }
}
