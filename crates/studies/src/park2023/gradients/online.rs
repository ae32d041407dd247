//! Sec. 3.4: real-time recurrent learning beside backpropagation through time.

use super::field::Field;
use super::integral::apart;
use crate::common::*;
use faer::Mat;
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::col;
use nullcline_core::linalg::random::{Use, normal_matrix, stream};
use nullcline_core::systems::architecture::Architecture;
use nullcline_core::systems::cells::{Gru, Lstm, Vanilla};
use nullcline_core::systems::rule::{linearise, parameter_count};
use nullcline_core::tasks::{Batch, Objective, Targets};
use nullcline_core::training::Model;
use nullcline_core::training::bptt::Bptt;
use nullcline_core::training::init::{Init, model};

/// Inputs, outputs and sequences of the random task.
const INPUTS: usize = 3;
const OUTPUTS: usize = 2;
const SEQUENCES: usize = 4;

/// Cells that are compared.
pub const CELLS: [&str; 3] = ["tanh", "GRU", "LSTM"];

fn network(cell: usize, units: usize, seed: u64) -> Result<Model, Error> {
    let kind = [Vanilla::cell(Activation::Tanh), Gru::cell(), Lstm::cell()][cell].clone();
    let failed = |e: String| Error::Numbers(format!("park2023/gradients: {e}"));
    let plan = Architecture::new(kind, INPUTS, &[units]).map_err(|e| failed(e.to_string()))?;
    model(&plan, OUTPUTS, Init::Default, seed).map_err(|e| failed(e.to_string()))
}

/// Random inputs, and random targets at every step.
fn task(steps: usize, seed: u64) -> Batch {
    let mut rng = stream(seed, Use::Task, 71_000 + steps as u64);
    let columns = steps * SEQUENCES;
    Batch {
        steps,
        sequences: SEQUENCES,
        inputs: normal_matrix(&mut rng, INPUTS, columns),
        targets: Targets::Values(normal_matrix(&mut rng, OUTPUTS, columns)),
        weights: vec![1.0; columns],
        start: None,
    }
}

/// What real-time recurrent learning finds.
struct Forward {
    /// Of all parameters of the model.
    grad: Vec<f64>,
    /// Numbers that are carried from step to step: sensitivities dx/dw.
    carried: usize,
    /// How many of these are not zero at the end.
    filled: usize,
}

/// The gradient of the mean square by the forward sensitivities S(t + 1) = F_x S(t) + F_w alone.
fn forward(model: &Model, batch: &Batch) -> Forward {
    let rule = model.rule.as_ref();
    let (n, p) = (rule.dim(), parameter_count(rule));
    let Targets::Values(targets) = &batch.targets else { unreachable!("the task has values") };
    let (d, first, m) = (&model.readout.weight, model.readout.first, model.readout.weight.ncols());
    let mut field = Field::new(rule);
    let mut grad = vec![0.0; model.parameter_count()];
    let scale = 2.0 / (OUTPUTS * batch.steps * batch.sequences) as f64;
    let (mut carried, mut filled) = (0, 0);
    for j in 0..batch.sequences {
        let (mut x, mut s) = (vec![0.0; n], Mat::<f64>::zeros(n, p));
        rule.rest(&mut x);
        for t in 0..batch.steps {
            let k = t * batch.sequences + j;
            let u = col(batch.inputs.as_ref(), k);
            let (next, jacobian, _) = linearise(rule, &x, u);
            s = &jacobian * &s + field.by_parameters(&x, u);
            x = next;
            for o in 0..OUTPUTS {
                let said = (0..m).map(|i| d[(o, i)] * x[first + i]).sum::<f64>() + model.readout.bias[o];
                let error = scale * (said - targets[(o, k)]);
                for i in 0..m {
                    grad[p + i * OUTPUTS + o] += error * x[first + i];
                    let pull = error * d[(o, i)];
                    (0..p).for_each(|w| grad[w] += pull * s[(first + i, w)]);
                }
                grad[p + m * OUTPUTS + o] += error;
            }
        }
        carried = s.nrows() * s.ncols();
        filled = (0..p).map(|w| col(s.as_ref(), w).iter().filter(|v| v.abs() > 0.0).count()).sum();
    }
    Forward { grad, carried, filled }
}

/// One network under both.
pub struct Both {
    pub cell: usize,
    pub units: usize,
    pub steps: usize,
    /// Largest difference over the largest entry of the gradient.
    pub apart: f64,
    /// Parameters of the recurrent part, and states.
    pub parameters: usize,
    pub states: usize,
    /// Numbers that are carried forward, and how many of them are not zero.
    pub carried: usize,
    pub filled: usize,
    /// Numbers that the backward pass of one sequence needs: its states.
    pub kept: usize,
}

/// Cells, sizes and lengths that are compared.
fn plan(units: &[usize], steps: &[usize]) -> Vec<(usize, usize, usize)> {
    let mut all = vec![];
    for cell in 0..CELLS.len() {
        for n in units {
            all.extend(steps.iter().map(|t| (cell, *n, *t)));
        }
    }
    all
}

pub fn compare(
    units: &[usize],
    steps: &[usize],
    seed: u64,
    observer: &dyn Observer,
) -> Result<Vec<Both>, Error> {
    let plan = plan(units, steps);
    parallel("forward and backward gradients", plan.len(), observer, |i| {
        let (cell, units, steps) = plan[i];
        let (model, batch) = (network(cell, units, seed + i as u64)?, task(steps, seed + i as u64));
        let mut backward = vec![0.0; model.parameter_count()];
        Bptt::new(&model, steps, SEQUENCES).gradient(
            &model,
            &batch,
            Objective::MeanSquare,
            None,
            &mut backward,
        );
        let forward = forward(&model, &batch);
        let rule = model.rule.as_ref();
        Ok(Both {
            cell,
            units,
            steps,
            apart: apart(&forward.grad, &backward),
            parameters: parameter_count(rule),
            states: rule.dim(),
            carried: forward.carried,
            filled: forward.filled,
            kept: (steps + 1) * rule.dim(),
        })
    })
}
