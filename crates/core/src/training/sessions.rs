//! Training on sessions that are played: what a network does decides what it is shown.

use super::Model;
use super::optimiser::Optimiser;
use crate::linalg::activation::Activation;
use crate::linalg::packed::Packed;
use crate::linalg::pointwise::{add_columns, dot};
use crate::linalg::{col, col_mut, gemm, vectorised};
use crate::systems::rule::parameter_count;
use crate::tasks::ibl::{Agent, Ibl, Played, Session, Side, Step, play};
use faer::{Accum, Mat, MatMut, MatRef};
use rayon::prelude::*;

/// Inputs: both observations and the feedback.
const INPUTS: usize = 3;
/// Outputs: left and right.
const OUTPUTS: usize = 2;

/// What is minimised, summed over steps with an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// -p(right side), over all steps of the session: the authors' program gives probabilities to a loss that expects their
    /// logarithms, and leaves out the very last step.
    Probability,
    /// -log p(right side), over all steps of the session.
    CrossEntropy,
    /// The sum of -log p(right side) over every step, blank ones too, as schaeffer2020 SI 7.2 prints it.
    Sum,
}

impl Loss {
    /// All.
    pub const ALL: [Self; 3] = [Self::Probability, Self::CrossEntropy, Self::Sum];
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Probability => "probability",
            Self::CrossEntropy => "cross-entropy",
            Self::Sum => "sum",
        }
    }
}

/// A tanh network h' = tanh(W h + U u + b), p = softmax(D h' + c), laid out for one state after the other.
///
/// Its flat parameters are those of a [`Model`] with the vanilla cell: U, W, b_ih, b_hh, D, c, matrices column by column.
#[derive(Clone, Debug)]
pub struct Elman {
    n: usize,
    theta: Vec<f64>,
    /// D's row of the right minus that of the left.
    readout: Vec<f64>,
    forward: Packed<f64>,
    backward: Packed<f64>,
}

impl Elman {
    /// A network of `n` units with these parameters, n (n + 7) + 2 of them.
    ///
    /// None where their number does not fit.
    pub fn new(n: usize, theta: Vec<f64>) -> Option<Self> {
        if n == 0 || theta.len() != n * (n + INPUTS + 2 + OUTPUTS) + OUTPUTS {
            return None;
        }
        let (forward, backward) = (Packed::default(), Packed::default());
        let mut new = Self { n, theta, readout: vec![0.0; n], forward, backward };
        new.pack();
        Some(new)
    }

    /// The parameters of a model of one vanilla layer.
    pub fn of(model: &Model<f64>) -> Option<Self> {
        let mut theta = vec![0.0; model.parameter_count()];
        model.read_params(&mut theta);
        let rule = model.rule.as_ref();
        let n = rule.dim();
        let vanilla = rule.inputs() == INPUTS && parameter_count(rule) == n * (n + INPUTS + 2);
        if vanilla && model.outputs() == OUTPUTS { Self::new(n, theta) } else { None }
    }

    /// Units.
    pub fn units(&self) -> usize {
        self.n
    }
    /// The flat parameters.
    pub fn theta(&self) -> &[f64] {
        &self.theta
    }
    /// Changes the parameters.
    pub fn update(&mut self, change: impl FnOnce(&mut [f64])) {
        change(&mut self.theta);
        self.pack();
    }
    /// W, n x n.
    pub fn recurrent(&self) -> MatRef<'_, f64> {
        let n = self.n;
        MatRef::from_column_major_slice(&self.theta[INPUTS * n..][..n * n], n, n)
    }
    /// U, n x 3.
    pub fn input(&self) -> MatRef<'_, f64> {
        MatRef::from_column_major_slice(&self.theta[..INPUTS * self.n], self.n, INPUTS)
    }
    /// b, n: the sum of both biases.
    pub fn bias(&self) -> Vec<f64> {
        let from = self.n * (self.n + INPUTS);
        (0..self.n).map(|i| self.theta[from + i] + self.theta[from + self.n + i]).collect()
    }
    /// D, 2 x n: the read-outs of left and right.
    pub fn readout(&self) -> MatRef<'_, f64> {
        let from = self.n * (self.n + INPUTS + 2);
        MatRef::from_column_major_slice(&self.theta[from..][..OUTPUTS * self.n], OUTPUTS, self.n)
    }
    /// c.
    pub fn readout_bias(&self) -> [f64; 2] {
        let at = self.theta.len() - OUTPUTS;
        [self.theta[at], self.theta[at + 1]]
    }

    /// D h + c for each column of `states`, 2 x T.
    pub fn logits(&self, states: MatRef<f64>) -> Mat<f64> {
        let mut y = self.readout() * states;
        for (o, c) in self.readout_bias().into_iter().enumerate() {
            y.row_mut(o).iter_mut().for_each(|y| *y += c);
        }
        y
    }

    fn pack(&mut self) {
        let n = self.n;
        let (u, rest) = self.theta.split_at(INPUTS * n);
        let (w, rest) = rest.split_at(n * n);
        let (w, u) =
            (MatRef::from_column_major_slice(w, n, n), MatRef::from_column_major_slice(u, n, INPUTS));
        self.forward.pack(&[w, u], &[&rest[..n], &rest[n..2 * n]]);
        self.backward.pack(&[w.transpose()], &[]);
        let d = self.theta[n * (n + INPUTS + 2)..].as_chunks::<OUTPUTS>().0;
        self.readout.iter_mut().zip(d).for_each(|(r, [left, right])| *r = right - left);
    }

    /// One step: `next` = tanh(W h + U u + b).
    pub fn step(&self, h: MatRef<f64>, u: MatRef<f64>, mut next: MatMut<f64>, gain: &mut [f64]) {
        self.forward.apply(&[h, u], next.as_mut());
        Activation::Tanh.apply(col_mut(next, 0), gain);
    }

    /// P(right) = 1/(1 + exp(y_left - y_right)).
    pub fn right(&self, h: &[f64]) -> f64 {
        let bias = self.readout_bias();
        let y = bias[1] - bias[0] + dot(&self.readout, h);
        1.0 / (1.0 + (-y).exp())
    }
}

/// A network that plays, and the record of what it went through.
pub struct Player<'a> {
    network: &'a Elman,
    /// States, n rows; column 0 is the state before the first step, column t + 1 the one after step t.
    states: Vec<f64>,
    /// Inputs, 3 a step.
    inputs: Vec<f64>,
    gain: Vec<f64>,
}

impl<'a> Player<'a> {
    /// A player that has played nothing.
    pub fn new(network: &'a Elman) -> Self {
        Self { network, states: vec![0.0; network.n], inputs: vec![], gain: vec![0.0; network.n] }
    }
    /// Steps played.
    pub fn steps(&self) -> usize {
        self.inputs.len() / INPUTS
    }
    /// States after every step, n x T.
    pub fn states(&self) -> MatRef<'_, f64> {
        MatRef::from_column_major_slice(&self.states[self.network.n..], self.network.n, self.steps())
    }
    /// Inputs, 3 x T.
    pub fn inputs(&self) -> MatRef<'_, f64> {
        MatRef::from_column_major_slice(&self.inputs, INPUTS, self.steps())
    }
}

impl Agent for Player<'_> {
    fn begin(&mut self) {
        self.states.clear();
        self.states.resize(self.network.n, 0.0);
        self.inputs.clear();
    }
    fn right(&mut self, step: &Step) -> f64 {
        let n = self.network.n;
        let at = self.states.len();
        self.inputs.extend_from_slice(&step.input);
        self.states.resize(at + n, 0.0);
        let (before, next) = self.states.split_at_mut(at);
        let h = MatRef::from_column_major_slice(&before[at - n..], n, 1);
        let u = MatRef::from_column_major_slice(&step.input, INPUTS, 1);
        self.network.step(h, u, MatMut::from_column_major_slice_mut(next, n, 1), &mut self.gain);
        self.network.right(next)
    }
    fn end(&mut self, _: Side, _: Option<Side>) {}
}

/// Plays a session and gives the loss and its gradient (added to `gradient`), actions and feedback being constants.
///
/// Source: schaeffer2020 SI 7.2; backpropagation through every step of the session.
pub fn gradient(
    network: &Elman,
    task: &Ibl,
    session: &Session,
    loss: Loss,
    gradient: &mut [f64],
) -> (f64, Played) {
    let n = network.n;
    let mut player = Player::new(network);
    // d loss / d y_right = -d loss / d y_left, before the division by the steps; and the side of each step.
    let mut slopes: Vec<f64> = vec![];
    let mut value = 0.0;
    let mut last = 0.0;
    let played = play(task, session, &mut player, &mut |trial, step, right| {
        let side = session.trials[trial].side;
        let p = if side == Side::Right { right } else { 1.0 - right };
        let (term, slope) = match (loss, step.observed) {
            (Loss::Probability, true) => (-p, -p * (1.0 - p)),
            (Loss::CrossEntropy, true) | (Loss::Sum, _) => (-p.max(f64::MIN_POSITIVE).ln(), p - 1.0),
            _ => (0.0, 0.0),
        };
        value += term;
        last = term;
        slopes.push(slope * side.sign());
    });
    let steps = slopes.len();
    if loss == Loss::Probability {
        // The last step's loss never enters the sum of the authors' program.
        value -= last;
        slopes[steps - 1] = 0.0;
    }
    let scale = if loss == Loss::Sum { 1.0 } else { 1.0 / steps as f64 };
    backward(network, &player, &slopes, scale, gradient);
    debug_assert_eq!(player.states.len(), n * (steps + 1));
    (value * scale, played)
}

/// Adds `scale` times the gradient of sum_t slopes_t (y_right - y_left).
fn backward(network: &Elman, player: &Player, slopes: &[f64], scale: f64, gradient: &mut [f64]) {
    let (n, steps) = (network.n, slopes.len());
    let slopes = Mat::from_fn(steps, 1, |t, _| scale * slopes[t]);
    let states = MatRef::from_column_major_slice(&player.states, n, steps + 1);
    let (before, after) = (states.subcols(0, steps), states.subcols(1, steps));
    let mut deltas = Mat::<f64>::zeros(n, steps);
    let mut carried = Mat::<f64>::zeros(n, 1);
    for t in (0..steps).rev() {
        let (delta, back) = (col_mut(deltas.as_mut(), t), col(carried.as_ref(), 0));
        through_tanh(delta, back, slopes[(t, 0)], &network.readout, col(after, t));
        network.backward.apply(&[deltas.as_ref().subcols(t, 1)], carried.as_mut());
    }
    let (u, rest) = gradient.split_at_mut(INPUTS * n);
    let (w, rest) = rest.split_at_mut(n * n);
    let add = |to: &mut [f64], columns: usize, x: MatRef<f64>| {
        gemm(MatMut::from_column_major_slice_mut(to, n, columns), Accum::Add, deltas.as_ref(), x.transpose());
    };
    add(w, n, before);
    add(u, INPUTS, player.inputs());
    let (biases, rest) = rest.split_at_mut(2 * n);
    biases.chunks_exact_mut(n).for_each(|b| add_columns(b, deltas.as_ref()));
    let mut readout = Mat::zeros(n, 1);
    gemm(readout.as_mut(), Accum::Replace, after, slopes.as_ref());
    let all = col(readout.as_ref(), 0).iter().copied().chain([slopes.sum()]);
    for ([left, right], g) in rest.as_chunks_mut::<OUTPUTS>().0.iter_mut().zip(all) {
        *left -= g;
        *right += g;
    }
}

/// delta = (back + slope `readout`) (1 - h^2).
fn through_tanh(delta: &mut [f64], back: &[f64], slope: f64, readout: &[f64], h: &[f64]) {
    vectorised(
        #[inline(always)]
        move || {
            for (((delta, back), readout), h) in delta.iter_mut().zip(back).zip(readout).zip(h) {
                *delta = (back + slope * readout) * (1.0 - h * h);
            }
        },
    );
}

/// How to train on sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// What is minimised.
    pub loss: Loss,
    /// Learning rate.
    pub rate: f64,
    /// Sessions a gradient step, played on all threads.
    pub batch: usize,
    /// Largest norm of a gradient; none: unlimited.
    pub clip: Option<f64>,
    /// Seed of the sessions.
    pub seed: u64,
}

/// One gradient step on fresh sessions, number `step` from 0; returns the mean loss and what was played.
///
/// The gradients of the sessions are added in their order, so that threads do not matter.
pub fn train_step(
    network: &mut Elman,
    task: &Ibl,
    schedule: &Schedule,
    optimiser: &mut Optimiser<f64>,
    step: u64,
) -> (f64, Vec<Played>) {
    let size = network.theta.len();
    let one = |k: usize| {
        let session = Session::new(task, schedule.seed, step * schedule.batch as u64 + k as u64);
        let mut grad = vec![0.0; size];
        let (loss, played) = gradient(network, task, &session, schedule.loss, &mut grad);
        (loss, played, grad)
    };
    let done: Vec<(f64, Played, Vec<f64>)> = match schedule.batch {
        1 => vec![one(0)],
        batch => (0..batch).into_par_iter().map(one).collect(),
    };
    let share = 1.0 / done.len() as f64;
    let mut mean = vec![0.0; size];
    for (_, _, grad) in &done {
        mean.iter_mut().zip(grad).for_each(|(m, g)| *m += share * g);
    }
    if let Some(limit) = schedule.clip {
        super::clip::clip(&mut mean, limit);
    }
    network.update(|theta| optimiser.step(theta, &mean, schedule.rate));
    let loss = done.iter().map(|d| d.0).sum::<f64>() * share;
    (loss, done.into_iter().map(|d| d.1).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal, normal_matrix, stream};

    #[test]
    fn probabilities_are_those_of_the_logits() {
        let mut rng = stream(31, Use::Fixture, 0);
        let network = Elman::new(3, (0..32).map(|_| 0.4 * normal(&mut rng)).collect()).unwrap();
        let h = normal_matrix(&mut rng, 3, 25);
        let y = network.logits(h.as_ref());
        for t in 0..25 {
            let (left, right) = (y[(0, t)].exp(), y[(1, t)].exp());
            assert!((network.right(col(h.as_ref(), t)) - right / (left + right)).abs() < 1e-15);
        }
    }
}
