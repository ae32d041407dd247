//! Conventional distillation: a student trained on its teacher's output probabilities.
//!
//! Source: Hinton, Vinyals, Dean 2015; schaeffer2020, SI 7.4.

use super::bptt::Bptt;
use super::clip::{clip, norm};
use super::model::Model;
use super::optimiser::{Method, Optimiser};
use crate::linalg::Real;
use crate::tasks::{Batch, Objective, Targets};
use faer::{Mat, MatRef};
use thiserror::Error;

/// How a student is trained. A step sees one session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Gradient steps.
    pub steps: usize,
    /// Learning rate.
    pub rate: f64,
    /// Optimiser.
    pub method: Method,
    /// Largest norm of a gradient.
    pub clip: Option<f64>,
    /// Steps between two rows of the curve.
    pub every: usize,
}

impl Default for Settings {
    /// 10,000 steps of stochastic gradient descent at 0.001 with momentum 0.1, as SI 7.4.
    fn default() -> Self {
        Self { steps: 10_000, rate: 1e-3, method: Method::Sgd { momentum: 0.1 }, clip: None, every: 100 }
    }
}

/// Why a distillation ended early.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Error {
    /// A loss or a gradient is not finite.
    #[error("the student diverged at step {step}: choose a smaller rate, or clip gradients")]
    Diverged {
        /// The step, from 1.
        step: usize,
    },
    /// A session does not fit the student.
    #[error("session {step} has {found} {what}, expected {expected}")]
    Session {
        /// The session, from 1.
        step: usize,
        /// `inputs`, `outputs` or `columns of outputs`.
        what: &'static str,
        /// Found.
        found: usize,
        /// Of the student.
        expected: usize,
    },
}

/// A row of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Gradient steps so far.
    pub step: usize,
    /// Mean soft cross entropy of the sessions since the row before, in nats.
    pub loss: f64,
    /// What is left of it when the teacher's own entropy is taken off: the divergence from the teacher.
    pub divergence: f64,
    /// Mean norm of the gradients before clipping.
    pub gradient_norm: f64,
}

/// Sequences of a teacher: its inputs and its outputs before the softmax.
#[derive(Clone, Debug)]
pub struct Session {
    /// Steps T.
    pub steps: usize,
    /// Sequences b.
    pub sequences: usize,
    /// d x (T b), column t b + j is step t of sequence j.
    pub inputs: Mat<f64>,
    /// The teacher's logits, o x (T b).
    pub logits: Mat<f64>,
    /// Weight of each column in the loss.
    pub weights: Vec<f64>,
}

/// softmax(logits), column by column.
///
/// ```
/// use nullcline_core::training::distillation::softmax;
///
/// let p = softmax(faer::mat![[0.0, 1000.0], [3f64.ln(), 1000.0]].as_ref());
/// assert!((p[(1, 0)] - 0.75).abs() < 1e-15 && p[(0, 1)] == 0.5);
/// ```
pub fn softmax(logits: MatRef<f64>) -> Mat<f64> {
    let mut p = logits.to_owned();
    for j in 0..p.ncols() {
        let p = crate::linalg::col_mut(p.as_mut(), j);
        let top = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        p.iter_mut().for_each(|v| *v = (*v - top).exp());
        let sum: f64 = p.iter().sum();
        p.iter_mut().for_each(|v| *v /= sum);
    }
    p
}

/// Trains `student` to give the teacher's probabilities: minimises -sum p log q, weighted mean over columns.
///
/// `session(k)` gives the sessions of step k, from 0: fresh ones make overfitting impossible. `go_on` is
/// asked after each step with the rows so far.
///
/// # Errors
/// A session that does not fit, a loss that is not finite.
///
/// ```
/// use nullcline_core::systems::{architecture::Architecture, cells::Vanilla};
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::training::distillation::{Session, Settings, distil};
/// use nullcline_core::training::init::{Init, model};
///
/// // A teacher that says whether the input was positive.
/// let inputs = faer::Mat::from_fn(1, 20, |_, t| if (t * 7) % 3 == 0 { 1.0 } else { -1.0 });
/// let logits = faer::Mat::from_fn(2, 20, |c, t| if c == 1 { 2.0 * inputs[(0, t)] } else { 0.0 });
/// let session = Session { steps: 20, sequences: 1, inputs, logits, weights: vec![1.0; 20] };
/// let plan = Architecture::new(Vanilla::cell(Activation::Tanh), 1, &[2]).unwrap();
/// let mut student = model::<f64>(&plan, 2, Init::Default, 1).unwrap();
/// let settings = Settings { steps: 300, rate: 0.1, every: 100, ..Settings::default() };
/// let rows = distil(&mut student, &settings, &mut |_| session.clone(), &mut |_, _| true).unwrap();
/// assert!(rows.last().unwrap().divergence < 0.5 * rows[0].divergence);
/// ```
pub fn distil<T: Real>(
    student: &mut Model<T>,
    settings: &Settings,
    session: &mut dyn FnMut(usize) -> Session,
    go_on: &mut dyn FnMut(usize, &[Row]) -> bool,
) -> Result<Vec<Row>, Error> {
    let mut theta = vec![T::ZERO; student.parameter_count()];
    student.read_params(&mut theta);
    let mut grad = vec![T::ZERO; theta.len()];
    let mut optimiser = Optimiser::new(settings.method, theta.len());
    let mut room: Option<((usize, usize), Bptt<T>)> = None;
    let (mut rows, mut sums, mut count) = (Vec::new(), [0.0; 3], 0usize);
    for step in 0..settings.steps {
        let now = session(step);
        check(student, &now, step + 1)?;
        let p = softmax(now.logits.as_ref());
        let entropy = entropy(&p, &now.weights);
        let sizes = (now.steps, now.sequences);
        let batch = Batch {
            steps: now.steps,
            sequences: now.sequences,
            inputs: now.inputs,
            targets: Targets::Values(p),
            weights: now.weights,
            start: None,
        };
        if room.as_ref().is_none_or(|r| r.0 != sizes) {
            room = Some((sizes, Bptt::new(student, now.steps, now.sequences)));
        }
        let Some((_, bptt)) = &mut room else { break };
        let found = bptt.gradient(student, &batch, Objective::CrossEntropy, None, &mut grad);
        let size = match settings.clip {
            Some(max) => clip(&mut grad, max),
            None => norm(&grad),
        };
        if !(found.loss.is_finite() && size.is_finite()) {
            return Err(Error::Diverged { step: step + 1 });
        }
        optimiser.step(&mut theta, &grad, settings.rate);
        student.write_params(&theta);
        for (s, v) in sums.iter_mut().zip([found.loss, found.loss - entropy, size]) {
            *s += v;
        }
        count += 1;
        if count == settings.every.max(1) || step + 1 == settings.steps {
            let [loss, divergence, gradient_norm] = sums.map(|s| s / count as f64);
            rows.push(Row { step: step + 1, loss, divergence, gradient_norm });
            (sums, count) = ([0.0; 3], 0);
        }
        if !go_on(step + 1, &rows) {
            break;
        }
    }
    Ok(rows)
}

fn check<T: Real>(student: &Model<T>, session: &Session, step: usize) -> Result<(), Error> {
    let columns = session.steps * session.sequences;
    let sizes = [
        ("inputs", session.inputs.nrows(), student.rule.inputs()),
        ("outputs", session.logits.nrows(), student.outputs()),
        ("columns of inputs", session.inputs.ncols(), columns),
        ("columns of outputs", session.logits.ncols(), columns),
        ("weights", session.weights.len(), columns),
    ];
    match sizes.into_iter().find(|s| s.1 != s.2) {
        Some((what, found, expected)) => Err(Error::Session { step, what, found, expected }),
        None => Ok(()),
    }
}

/// Weighted mean entropy of the columns, in nats.
fn entropy(p: &Mat<f64>, weights: &[f64]) -> f64 {
    let (mut sum, mut counted) = (0.0, 0.0);
    for (j, w) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
        let own = crate::linalg::col(p.as_ref(), j).iter().filter(|p| **p > 0.0);
        sum -= w * own.map(|p| p * p.ln()).sum::<f64>();
        counted += w;
    }
    if counted > 0.0 { sum / counted } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::activation::Activation;
    use crate::linalg::random::{Use, normal, normal_matrix, stream};
    use crate::systems::cells::Vanilla;
    use crate::systems::rule::{Rule, parameter_count};
    use crate::training::Readout;

    fn model(n: usize, scale: f64, index: u64) -> Model<f64> {
        let mut rng = stream(21, Use::Fixture, index);
        let mut rule = Vanilla::new(n, 2, Activation::Tanh);
        let theta: Vec<f64> = (0..parameter_count(&rule)).map(|_| scale * normal(&mut rng)).collect();
        rule.write_params(&theta);
        let weight = Mat::from_fn(2, n, |_, _| normal(&mut rng));
        Model {
            rule: Box::new(rule),
            readout: Readout { weight, bias: vec![0.0; 2], first: 0 },
            encoder: None,
            unbiased: false,
        }
    }

    /// A teacher's session of 20 steps, 6 sequences.
    fn session(teacher: &Model<f64>, k: usize) -> Session {
        let inputs = normal_matrix(&mut stream(22, Use::Fixture, k as u64), 2, 120);
        let batch = Batch {
            steps: 20,
            sequences: 6,
            inputs,
            targets: Targets::Values(Mat::zeros(2, 120)),
            weights: vec![1.0; 120],
            start: None,
        };
        let mut bptt = Bptt::new(teacher, 20, 6);
        bptt.loss(teacher, &batch, Objective::MeanSquare);
        let states = bptt.states();
        let logits = &teacher.readout.weight * states.subcols(6, 120);
        Session { steps: 20, sequences: 6, inputs: batch.inputs, logits, weights: batch.weights }
    }

    #[test]
    fn a_student_learns_its_teachers_probabilities() {
        let teacher = model(3, 0.4, 0);
        let mut student = model(3, 0.3, 1);
        let settings =
            Settings { steps: 400, rate: 0.02, method: Method::ADAM, every: 100, ..Settings::default() };
        let rows = distil(&mut student, &settings, &mut |k| session(&teacher, k), &mut |_, _| true).unwrap();
        assert_eq!(rows.iter().map(|r| r.step).collect::<Vec<_>>(), [100, 200, 300, 400]);
        assert!(rows.iter().all(|r| r.divergence > 0.0 && r.loss > r.divergence), "{rows:?}");
        assert!(rows[3].divergence < 0.05 * rows[0].divergence, "{rows:?}");
    }

    #[test]
    fn a_teacher_has_no_divergence_from_itself_and_no_gradient() {
        let mut twin = model(3, 0.4, 0);
        let teacher = model(3, 0.4, 0);
        let settings = Settings { steps: 1, ..Settings::default() };
        let rows = distil(&mut twin, &settings, &mut |k| session(&teacher, k), &mut |_, _| true).unwrap();
        assert!(rows[0].divergence.abs() < 1e-14 && rows[0].gradient_norm < 1e-14, "{rows:?}");
    }

    #[test]
    fn a_step_goes_down_the_slope_of_differences() {
        let teacher = model(3, 0.4, 0);
        let mut theta = vec![0.0; teacher.parameter_count()];
        model(3, 0.3, 1).read_params(&mut theta);
        let step = |theta: &[f64], rate: f64| {
            let mut student = model(3, 0.3, 1);
            student.write_params(theta);
            let method = Method::Sgd { momentum: 0.0 };
            let settings = Settings { steps: 1, rate, method, ..Settings::default() };
            let rows =
                distil(&mut student, &settings, &mut |k| session(&teacher, k), &mut |_, _| true).unwrap();
            let mut after = theta.to_vec();
            student.read_params(&mut after);
            (rows[0].loss, after)
        };
        let (_, after) = step(&theta, 1.0);
        for k in 0..theta.len() {
            let moved = |by: f64| {
                let mut theta = theta.clone();
                theta[k] += by;
                step(&theta, 0.0).0
            };
            let (slope, expected) = (theta[k] - after[k], (moved(1e-5) - moved(-1e-5)) / 2e-5);
            assert!((slope - expected).abs() < 1e-9, "{k}: {slope} against {expected}");
        }
    }

    #[test]
    fn sessions_that_do_not_fit_or_are_not_finite() {
        let teacher = model(3, 0.4, 0);
        let mut bad = session(&teacher, 0);
        bad.weights.pop();
        let run = |settings: &Settings, s: Session| {
            distil(&mut model(2, 0.3, 1), settings, &mut |_| s.clone(), &mut |_, _| true)
        };
        let found = run(&Settings::default(), bad).unwrap_err();
        assert_eq!(found, Error::Session { step: 1, what: "weights", found: 119, expected: 120 });
        let mut wild = session(&teacher, 0);
        wild.logits[(0, 5)] = f64::NAN;
        assert_eq!(run(&Settings::default(), wild).unwrap_err(), Error::Diverged { step: 1 });
        let p = softmax(faer::mat![[1000.0, 0.0], [0.0, 0.0]].as_ref());
        assert!((p[(0, 0)] - 1.0).abs() < 1e-15 && (p[(1, 1)] - 0.5).abs() < 1e-15);
    }
}
