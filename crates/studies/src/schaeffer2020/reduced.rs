//! Networks of two units in place of a large one: RADD, conventional distillation, and how each follows its teacher.

use super::dynamics::{CONDITIONS, advance, aligned, map};
use super::elman::Elman;
use super::geometry::Geometry;
use super::networks::{Recorded, task};
use crate::common::*;
use faer::Mat;
use nullcline_core::analyses::ibl::network;
use nullcline_core::linalg::{col, col_mut, frobenius};
use nullcline_core::numbers::least_squares::regression::least_squares;
use nullcline_core::systems::rule::{Workspace, column, column_mut};
use nullcline_core::systems::time::System;
use nullcline_core::tasks::ibl::{Session, play};
use nullcline_core::training::Player;
use nullcline_core::training::distillation::{self, distil};
use nullcline_core::training::radd::{Scores, Sequences, Settings, Student, radd, scale_to};

/// Largest target of the authors' program.
pub const CODED: f64 = 1.0 / 1.01;
/// Share of the steps that are fitted, as in the paper's 67-33 split; the later ones are held out.
pub const FITTED: f64 = 0.67;
/// The first of the sessions of distillation; no other has these numbers.
const FRESH: u64 = 1 << 40;
/// Steps on which students are compared at most.
const COMPARED: usize = 20_000;
/// Steps at which flows are compared at most.
const FLOWS: usize = 600;

/// A student by RADD in the coordinates of the read-outs, stimulus and block.
pub struct Reduced {
    /// The student.
    pub student: Student,
    /// How well it follows held-out steps, one at a time and left to itself.
    pub scores: Scores,
}

/// RADD on a recorded session: centred, task-aligned states scaled to `target`, from zero, as the authors' program.
///
/// # Errors
/// [`Error::Numbers`] where there is nothing to fit.
pub fn reduce(r: &Recorded, g: &Geometry, target: f64) -> Result<Reduced, Error> {
    fitted(r, &targets(r, target, |t| g.aligned(t))?)
}

/// Two coordinates of every step, 2 x T, the largest scaled to `target`.
///
/// # Errors
/// [`Error::Numbers`] where all are zero.
pub fn targets(r: &Recorded, target: f64, of: impl Fn(usize) -> [f64; 2]) -> Result<Mat<f64>, Error> {
    let mut z = Mat::zeros(2, r.steps());
    for t in 0..r.steps() {
        col_mut(z.as_mut(), t).copy_from_slice(&of(t));
    }
    let factor = scale_to(z.as_ref(), target)
        .ok_or_else(|| Error::Numbers(format!("a network of {} units stays at rest", r.n)))?;
    Ok(z * faer::Scale(factor))
}

/// RADD of the targets `z` on the first steps, scored on those held out.
///
/// # Errors
/// [`Error::Numbers`] where there is nothing to fit.
pub fn fitted(r: &Recorded, z: &Mat<f64>) -> Result<Reduced, Error> {
    let data = Sequences { z: z.as_ref(), u: r.inputs.as_ref(), starts: &[0] };
    let first = (FITTED * r.steps() as f64) as usize;
    let mark = |fitted: bool| (0..r.steps()).map(|t| (t < first) == fitted).collect::<Vec<_>>();
    let settings = Settings { from_zero: true, ..Settings::default() };
    let student =
        radd(&data, Some(&mark(true)), &settings).map_err(|e| Error::Numbers(format!("RADD: {e}")))?;
    let scores = student.scores(&data, Some(&mark(false)), &settings);
    Ok(Reduced { student, scores })
}

/// The read-out scale of the authors' program, sqrt(N) |D| / sqrt(2).
pub fn coded_readout(teacher: &Elman) -> f64 {
    (0.5 * teacher.units() as f64).sqrt() * frobenius(teacher.readout())
}

/// The student that plays, its logits -+ `readout` times its first unit.
///
/// # Errors
/// [`Error::Numbers`] for a student that has not two units and three inputs.
pub fn player(student: &Student, readout: f64) -> Result<Elman, Error> {
    let out = vec![-readout, readout, 0.0, 0.0, 0.0, 0.0];
    Elman::new(student.units(), [student.theta(), out].concat())
        .ok_or_else(|| Error::Numbers("the student has not two units and three inputs".into()))
}

/// A network of two units trained on its teacher's probabilities, a fresh session of four blocks a gradient step, by the
/// paper's stochastic gradient descent; and by how much of itself its divergence from the teacher still fell between the third
/// and the last quarter of the steps.
///
/// # Errors
/// [`Error::Numbers`] where the training diverges.
pub fn imitation(teacher: &Elman, seed: u64, steps: usize) -> Result<(Elman, f64), Error> {
    let (_, mut student) = network(2, seed).map_err(|e| Error::Numbers(e.to_string()))?;
    let task = task(4);
    let every = (steps / 4).max(1);
    let settings = distillation::Settings { steps, every, ..distillation::Settings::default() };
    let mut session = |step: usize| {
        let session = Session::new(&task, seed, FRESH + step as u64);
        let mut shown = Player::new(teacher.model());
        play(&task, &session, &mut shown, &mut |_, _, _| {});
        let steps = shown.steps();
        distillation::Session {
            steps,
            sequences: 1,
            inputs: shown.inputs().to_owned(),
            logits: teacher.logits(shown.states()),
            weights: vec![1.0; steps],
        }
    };
    let rows = distil(&mut student, &settings, &mut session, &mut |_, _| true)
        .map_err(|e| Error::Numbers(e.to_string()))?;
    let fell = rows.get(2).zip(rows.get(3)).map_or(f64::NAN, |(a, b)| 1.0 - b.divergence / a.divergence);
    let student = Elman::of(&student);
    let student =
        student.ok_or_else(|| Error::Numbers("the student has no two units and three inputs".into()))?;
    Ok((student, fell))
}

/// A student under its teacher's inputs.
pub struct Follower {
    /// Its states, n x T.
    pub states: Mat<f64>,
    /// R^2 of the teacher's aligned coordinates as linear functions of the student's state: stimulus, block.
    pub beliefs: [f64; 2],
    /// Share of the teacher's flow in the plane that is the student's, carried over by those functions:
    /// 1 - sum |dz - L ds|^2 / sum |dz|^2 over visited states and the six inputs.
    pub flow: f64,
}

impl Follower {
    /// Follows a recorded session.
    ///
    /// # Errors
    /// [`Error::Numbers`] where the student's units are one another's multiples.
    pub fn new(student: &Elman, teacher: &Elman, r: &Recorded, g: &Geometry) -> Result<Self, Error> {
        let states = driven(student, &r.inputs);
        let every = r.steps().div_ceil(COMPARED).max(1);
        let at: Vec<usize> = (0..r.steps()).step_by(every).collect();
        let units: Vec<Vec<f64>> =
            (0..student.units()).map(|i| at.iter().map(|t| states[(i, *t)]).collect()).collect();
        let units: Vec<&[f64]> = units.iter().map(|u| &u[..]).collect();
        let mut fits = vec![];
        for k in 0..2 {
            let z: Vec<f64> = at.iter().map(|t| g.aligned(*t)[k]).collect();
            fits.push(least_squares(&z, &units, true).map_err(|e| Error::Numbers(e.to_string()))?);
        }
        let (mut error, mut size) = (0.0, 0.0);
        let few = r.steps().div_ceil(FLOWS).max(1);
        let pick = |x: &Mat<f64>| Mat::from_fn(x.nrows(), x.ncols().div_ceil(few), |i, j| x[(i, j * few)]);
        let (h, s) = (pick(&r.states), pick(&states));
        for (_, input) in &CONDITIONS {
            let (h_next, s_next) =
                (advance(teacher, h.as_ref(), input, 1), advance(student, s.as_ref(), input, 1));
            let ds = &s_next - &s;
            for j in 0..h.ncols() {
                let (a, b) = (aligned(g, col(h.as_ref(), j)), aligned(g, col(h_next.as_ref(), j)));
                for (k, fit) in fits.iter().enumerate() {
                    let dz = b[k] - a[k];
                    let own: f64 =
                        fit.slopes.iter().zip(col(ds.as_ref(), j)).map(|(l, d)| l.estimate.value * d).sum();
                    error += (dz - own).powi(2);
                    size += dz * dz;
                }
            }
        }
        Ok(Self { states, beliefs: [fits[0].r_squared, fits[1].r_squared], flow: 1.0 - error / size })
    }
}

/// States of a network from rest under given inputs, n x T.
fn driven(net: &Elman, inputs: &Mat<f64>) -> Mat<f64> {
    let system = map(net);
    let rule = system.step();
    let mut ws = Workspace::new(rule, 1, 1);
    let mut states = Mat::zeros(net.units(), inputs.ncols());
    let mut x = vec![0.0; net.units()];
    let mut y = x.clone();
    for t in 0..inputs.ncols() {
        ws.eval(rule, column(&x), column(col(inputs.as_ref(), t)), column_mut(&mut y));
        std::mem::swap(&mut x, &mut y);
        col_mut(states.as_mut(), t).copy_from_slice(&x);
    }
    states
}
