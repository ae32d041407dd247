//! Every cell and loss against PyTorch: gradients, and losses along 100 steps from the same start.
//!
//! `golden/training/training.npz`; its SOURCE.md says what made it.

use faer::Mat;
use nullcline::io::tensors::{Tensors, read};
use nullcline::linalg::activation::Activation::{Relu, Tanh};
use nullcline::systems::cells::{
    Antisymmetric, CoRnn, GatedAntisymmetric, Gru, Lipschitz, Lstm, Skewed, Vanilla,
};
use nullcline::systems::rule::Rule;
use nullcline::systems::time::Euler;
use nullcline::tasks::{Batch, Objective, Targets};
use nullcline::training::bptt::Bptt;
use nullcline::training::clip::clip;
use nullcline::training::optimiser::{Method, Optimiser};
use nullcline::training::{Model, Readout};
use std::path::PathBuf;

const UNITS: usize = 6;
const INPUTS: usize = 2;
const OUTPUTS: usize = 3;

fn rules() -> Vec<(&'static str, Box<dyn Rule>)> {
    let linear = Skewed { beta: 0.65, gamma: 0.05 };
    let recurrent = Skewed { beta: 0.8, gamma: 0.02 };
    vec![
        ("tanh", Box::new(Vanilla::new(UNITS, INPUTS, Tanh))),
        ("relu", Box::new(Vanilla::new(UNITS, INPUTS, Relu))),
        ("gru", Box::new(Gru::new(UNITS, INPUTS))),
        ("lstm", Box::new(Lstm::new(UNITS, INPUTS))),
        ("antisymmetric", Box::new(Antisymmetric::new(UNITS, INPUTS, 0.3, 0.1))),
        ("gated_antisymmetric", Box::new(GatedAntisymmetric::new(UNITS, INPUTS, 0.3, 0.1))),
        ("cornn", Box::new(CoRnn::new(UNITS, INPUTS, 0.4, 1.7, 0.6))),
        ("lipschitz", Box::new(Euler::new(Lipschitz::new(UNITS, INPUTS, linear, recurrent), 0.2))),
    ]
}

fn values<'a>(t: &'a Tensors, name: &str) -> &'a [f64] {
    &t.get(name).unwrap_or_else(|| panic!("no {name}")).data
}

fn batch(t: &Tensors, kind: &str) -> Batch {
    let shape = &t.get("inputs").unwrap().shape;
    let (steps, sequences) = (shape[0], shape[1]);
    let columns =
        |name: &str, rows: usize| Mat::from_fn(rows, steps * sequences, |i, k| values(t, name)[k * rows + i]);
    let targets = match kind {
        "classes" => Targets::Classes(values(t, kind).iter().map(|v| *v as u32).collect()),
        _ => Targets::Values(columns(kind, OUTPUTS)),
    };
    let weights = values(t, "weights").to_vec();
    Batch { steps, sequences, inputs: columns("inputs", INPUTS), targets, weights, start: None }
}

fn close(a: f64, b: f64, tolerance: f64, what: &str) {
    assert!((a - b).abs() <= tolerance * (1e-3 + b.abs()), "{what}: {a} against {b}");
}

#[test]
fn gradients_and_trainings_are_those_of_pytorch() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/training/training.npz");
    let t = read(&path).unwrap();
    let adam = Method::ADAM;
    for (cell, rule) in rules() {
        let readout = Readout { weight: Mat::zeros(OUTPUTS, UNITS), bias: vec![0.0; OUTPUTS], first: 0 };
        let mut model = Model { rule, readout, encoder: None, unbiased: false };
        let start = values(&t, &format!("{cell}.start"));
        for kind in ["values", "classes", "probabilities"] {
            let objective = if kind == "values" { Objective::MeanSquare } else { Objective::CrossEntropy };
            let batch = batch(&t, kind);
            let mut bptt = Bptt::new(&model, batch.steps, batch.sequences);
            let mut grad = vec![0.0; start.len()];
            for (name, method, rate) in [("sgd", Method::Sgd { momentum: 0.9 }, 0.05), ("adam", adam, 0.01)] {
                let known = values(&t, &format!("{cell}.{kind}.{name}"));
                let spread = values(&t, &format!("{cell}.{kind}.{name}.spread"));
                let (mut theta, mut optimiser) = (start.to_vec(), Optimiser::new(method, start.len()));
                for (step, known) in known.iter().enumerate() {
                    model.write_params(&theta);
                    let loss = bptt.gradient(&model, &batch, objective, None, &mut grad).loss;
                    // Where PyTorch itself loses more digits to rounding, ten times what it loses.
                    let allowed = (1e-9 * known).max(10.0 * spread[step]);
                    let what = format!("{cell} {kind} {name}: loss of step {step}");
                    assert!((loss - known).abs() <= allowed, "{what}: {loss} against {known}");
                    if step == 0 {
                        let known = values(&t, &format!("{cell}.{kind}.gradient"));
                        for (p, (a, b)) in grad.iter().zip(known).enumerate() {
                            close(*a, *b, 1e-9, &format!("{cell} {kind}: gradient of parameter {p}"));
                        }
                    }
                    clip(&mut grad, 0.5);
                    optimiser.step(&mut theta, &grad, rate);
                }
            }
        }
    }
}
