//! The losses of integrators as functions of one flat parameter vector: W, encoders, decoders, column by column each.

use super::plan::{IntegratorPlan, Noise, needs_no_samples};
use crate::diagnostics::dynamics::integrator::{Averaged, Correlations, Gradient, Proxy, Room, Weights};
use crate::linalg::Real;
use crate::linalg::random::{Use, stream, uniform};
use crate::tasks::{Batch, Integrate, Signal, Sizes, Split, Task};
use crate::training::descent::Loss;
use crate::training::integration::{Integrating, Sequences};
use faer::{Mat, MatRef};

/// What is minimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The mean square error over sequences (7.5).
    Batch,
    /// Its mean over all sequences, of a linear network (7.7).
    Averaged,
    /// The proxy loss (7.31), (7.36).
    Proxy,
}
named!(Kind: Self::Batch => "batch", Self::Averaged => "averaged", Self::Proxy => "proxy");

impl Kind {
    /// The loss of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Batch, Self::Averaged, Self::Proxy].into_iter().find(|k| k.name() == name)
    }
}

/// The loss with its memory.
enum Pass<T: Real> {
    Batch {
        task: Box<Integrate>,
        sequences: Box<Sequences<T>>,
        held: Box<Batch>,
    },
    Averaged {
        loss: Box<Averaged>,
        room: Box<Room<T>>,
    },
    /// `held` is of other samples, where they are drawn.
    Proxy {
        proxy: Box<Proxy<T>>,
        held: Option<Box<Proxy<T>>>,
    },
}

/// A loss of the whole parameter vector of a plan.
pub struct IntegratorLoss<T: Real> {
    n: usize,
    channels: usize,
    noise: Noise,
    batch: usize,
    range: f64,
    seed: u64,
    trained: [bool; 2],
    signs: Option<Vec<f64>>,
    gradient: Gradient<T>,
    room: Pass<T>,
}

/// Streams of samples: of steps, then of what parameters are compared on, and of the test.
const HELD: u64 = 1 << 40;
const TESTED: u64 = 1 << 41;

impl<T: Real> IntegratorLoss<T> {
    /// The loss of `plan`.
    pub fn new(plan: &IntegratorPlan) -> Self {
        let (n, d) = (plan.units, plan.channels());
        let goal = plan.goal.clone();
        let room = match plan.kind {
            Kind::Batch => {
                let sizes = Sizes { train: usize::MAX >> 8, validation: plan.batch, test: plan.batch };
                let (scale, decay) = (goal.scale.clone(), goal.decay.clone());
                let task = Integrate::new(scale, decay, Signal::White, plan.duration, sizes, plan.seed);
                let items: Vec<usize> = (0..plan.batch).collect();
                let held = match plan.noise {
                    Noise::Fixed => task.batch(Split::Train, &items),
                    Noise::Fresh => task.batch(Split::Validation, &items),
                };
                let sequences = Box::new(Sequences::new(n, d, plan.duration, plan.batch, plan.activation));
                Pass::Batch { task: Box::new(task), sequences, held: Box::new(held) }
            }
            Kind::Averaged => {
                let loss = Box::new(Averaged { goal, correlations: Correlations::white(plan.duration) });
                Pass::Averaged { loss, room: Box::new(Room::new(n, d, plan.duration)) }
            }
            Kind::Proxy => {
                let f = plan.activation;
                if needs_no_samples(f, d) {
                    Pass::Proxy { proxy: Box::new(Proxy::signs(goal, f, n)), held: None }
                } else {
                    let drawn = |index: u64| {
                        let z = samples::<T>(d, plan.batch, plan.range, plan.seed, index);
                        Box::new(Proxy::mean(goal.clone(), f, z, n))
                    };
                    let fresh = plan.noise == Noise::Fresh;
                    Pass::Proxy { proxy: drawn(0), held: fresh.then(|| drawn(HELD)) }
                }
            }
        };
        Self {
            n,
            channels: d,
            noise: plan.noise,
            batch: plan.batch,
            range: plan.range,
            seed: plan.seed,
            trained: [plan.encoder, plan.decoder],
            signs: plan.signs(),
            gradient: Gradient::zeros(n, d),
            room,
        }
    }

    /// The parameters before training.
    pub fn start(plan: &IntegratorPlan) -> Vec<T> {
        let (w, v) = (plan.recurrent(), plan.vectors());
        let flat = |m: &Mat<f64>| -> Vec<T> {
            (0..m.ncols()).flat_map(|j| m.col(j).iter().map(|v| T::of(*v)).collect::<Vec<_>>()).collect()
        };
        [flat(&w), flat(&v.encoder), flat(&v.decoder)].concat()
    }

    /// W, encoders and decoders of a parameter vector.
    pub fn parts<'a, U>(&self, theta: &'a [U]) -> [MatRef<'a, U>; 3] {
        let (n, d) = (self.n, self.channels);
        let (w, rest) = theta.split_at(n * n);
        let (e, dec) = rest.split_at(n * d);
        let view = MatRef::from_column_major_slice;
        [view(w, n, n), view(e, n, d), view(dec, d, n)]
    }

    /// The loss on sequences or samples that no step and no choice of parameters looked at.
    pub fn test(&mut self, theta: &[T]) -> f64 {
        let [w, e, d] = self.parts(theta);
        match &mut self.room {
            Pass::Batch { task, sequences, .. } => {
                let batch = task.batch(Split::Test, &(0..self.batch).collect::<Vec<_>>());
                sequences.loss(Integrating { recurrent: w, encoder: e, decoder: d }, &batch)
            }
            Pass::Proxy { proxy, held: Some(_) } => {
                let z = samples::<f64>(self.channels, self.batch, self.range, self.seed, TESTED);
                proxy.resample(|c, b| z[(c, b)]);
                proxy.loss(Weights { recurrent: w, encoder: e, decoder: d }).total()
            }
            _ => self.validate(theta),
        }
    }

    /// The loss of outputs that are always zero, and of currents that are.
    pub fn chance(plan: &IntegratorPlan) -> f64 {
        let zero = IntegratorPlan { units: 1, start: super::Start::Zero, dale: None, ..plan.clone() };
        match plan.kind {
            // Mean over steps and channels to sum.
            Kind::Batch | Kind::Averaged => {
                let (scale, decay) = (plan.goal.scale.clone(), plan.goal.decay.clone());
                let task = Integrate::new(scale, decay, Signal::White, plan.duration, Sizes::default(), 0);
                task.chance() * (plan.channels() * plan.duration) as f64
            }
            Kind::Proxy => {
                let linear =
                    crate::linalg::steep::Steep::plain(crate::linalg::activation::Activation::Identity);
                let flat = IntegratorPlan { activation: linear, ..zero };
                let theta = vec![0.0; 1 + 2 * plan.channels()];
                IntegratorLoss::<f64>::new(&flat).validate(&theta)
            }
        }
    }
}

fn samples<T: Real>(channels: usize, count: usize, range: f64, seed: u64, index: u64) -> Mat<T> {
    let mut rng = stream(seed, Use::Samples, index);
    let mut z = Mat::zeros(channels, count);
    for b in 0..count {
        for c in 0..channels {
            z[(c, b)] = T::of(uniform(&mut rng, -range, range));
        }
    }
    z
}

impl<T: Real> Loss<T> for IntegratorLoss<T> {
    fn gradient(&mut self, theta: &[T], step: u64, grad: &mut [T]) -> f64 {
        let [w, e, d] = self.parts(theta);
        let fresh = self.noise == Noise::Fresh;
        let g = &mut self.gradient;
        let loss = match &mut self.room {
            Pass::Batch { task, sequences, held } => {
                let first = usize::try_from(step).unwrap_or(usize::MAX).wrapping_mul(self.batch);
                if fresh {
                    // Items of a split have 48 bits.
                    let items = (0..self.batch).map(|k| first.wrapping_add(k) & ((1 << 48) - 1));
                    **held = task.batch(Split::Train, &items.collect::<Vec<_>>());
                }
                let [encoder, decoder] = self.trained;
                let (ge, gd) = (encoder.then_some(&mut g.encoder), decoder.then_some(&mut g.decoder));
                let weights = Integrating { recurrent: w, encoder: e, decoder: d };
                sequences.gradient(weights, held, &mut g.recurrent, ge, gd)
            }
            Pass::Averaged { loss, room } => {
                loss.gradient(Weights { recurrent: w, encoder: e, decoder: d }, room, g)
            }
            Pass::Proxy { proxy, held } => {
                if held.is_some() {
                    let z = samples::<f64>(self.channels, self.batch, self.range, self.seed, step);
                    proxy.resample(|c, b| z[(c, b)]);
                }
                proxy.gradient(Weights { recurrent: w, encoder: e, decoder: d }, g).total()
            }
        };
        let mut rest = grad;
        let all = [(&g.recurrent, true), (&g.encoder, self.trained[0]), (&g.decoder, self.trained[1])];
        for (m, trained) in all {
            let (own, next) = rest.split_at_mut(m.nrows() * m.ncols());
            rest = next;
            for (j, part) in own.chunks_exact_mut(m.nrows()).enumerate() {
                match trained {
                    true => part.copy_from_slice(crate::linalg::col(m.as_ref(), j)),
                    false => part.fill(T::ZERO),
                }
            }
        }
        loss
    }

    fn validate(&mut self, theta: &[T]) -> f64 {
        let [w, e, d] = self.parts(theta);
        let weights = Weights { recurrent: w, encoder: e, decoder: d };
        match &mut self.room {
            Pass::Batch { task, sequences, held } => {
                let weights = Integrating { recurrent: w, encoder: e, decoder: d };
                match self.noise {
                    Noise::Fixed => sequences.loss(weights, held),
                    Noise::Fresh => {
                        let items: Vec<usize> = (0..self.batch).collect();
                        sequences.loss(weights, &task.batch(Split::Validation, &items))
                    }
                }
            }
            Pass::Averaged { loss, room } => loss.loss(weights, room),
            Pass::Proxy { proxy, held } => held.as_mut().unwrap_or(proxy).loss(weights).total(),
        }
    }

    fn project(&self, theta: &mut [T]) {
        let Some(signs) = &self.signs else { return };
        for (column, sign) in theta[..self.n * self.n].chunks_exact_mut(self.n).zip(signs) {
            let up = *sign > 0.0;
            column.iter_mut().filter(|v| (**v < T::ZERO) == up).for_each(|v| *v = T::ZERO);
        }
    }
}
