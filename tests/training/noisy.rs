//! Noise on states, encoders of initial states, networks without biases, fresh items.

#![allow(clippy::float_cmp)]

use faer::Mat;
use nullcline::linalg::activation::Activation;
use nullcline::linalg::random::{Use, normal, stream};
use nullcline::systems::architecture::Architecture;
use nullcline::systems::cells::{Cell, Rate, Scheme};
use nullcline::systems::noise::{Amount, Law};
use nullcline::systems::rule::Workspace;
use nullcline::tasks::{
    Batch, Code, Objective, Options, PlaceCells, Position, Shown, Sizes, Split, Task, Walk, build,
};
use nullcline::training::Model;
use nullcline::training::bptt::{Bptt, Noise};
use nullcline::training::init::{Init, encoder, model};
use nullcline::training::trainer::{Settings, Trainer};
use std::sync::Mutex;

const CODES: usize = 6;
const STEPS: usize = 7;
const UNITS: usize = 5;

fn task() -> Position {
    let cells = PlaceCells::new(CODES, 2.2, 0.6, Code::Gaussian, 1);
    Position::new(Walk { speed: 5.0, ..Walk::default() }, cells, Shown::Changes, STEPS, Sizes::default(), 1)
}

fn cells() -> [(&'static str, Cell); 3] {
    let scheme = Scheme { dt: 0.02, euler: true };
    let rate = |f| Rate::cell(f, vec![0.1; UNITS], scheme);
    [
        ("tanh", rate(Activation::Tanh)),
        ("relu", rate(Activation::Relu)),
        ("gru", Cell::gru_flow(true, vec![0.1; UNITS], scheme)),
    ]
}

fn network(cell: Cell) -> Model<f64> {
    let architecture = Architecture::new(cell, 2, &[UNITS]).unwrap();
    let mut network = model::<f64>(&architecture, CODES, Init::Linear, 1).unwrap();
    network.encoder = Some(encoder(UNITS, CODES, 1));
    network
}

fn noise(law: Law, scale: f64) -> Option<Noise> {
    Some(Noise { amount: Amount { law, scale }, seed: 3, pass: 11 })
}

fn theta(model: &Model<f64>) -> Vec<f64> {
    let mut theta = vec![0.0; model.parameter_count()];
    model.read_params(&mut theta);
    theta
}

/// Nine sequences, so that there are two chunks; the noise is that of the pass, whoever asks.
#[test]
fn gradients_under_noise_are_those_of_differences() {
    let batch = task().batch(Split::Train, &(0..9).collect::<Vec<_>>());
    for (name, cell) in cells() {
        for law in [Law::Gaussian, Law::Uniform] {
            let mut network = network(cell.clone());
            let mut room = Bptt::new(&network, STEPS, 9);
            let mut grad = vec![0.0; network.parameter_count()];
            let quiet = room.loss(&network, &batch, Objective::MeanSquare).loss;
            room.set_noise(noise(law, 0.3));
            let loss = room.gradient(&network, &batch, Objective::MeanSquare, None, &mut grad).loss;
            assert!(loss != quiet && loss == room.loss(&network, &batch, Objective::MeanSquare).loss);
            let at = theta(&network);
            for k in 0..at.len() {
                let mut moved = |by: f64| {
                    let mut theta = at.clone();
                    theta[k] += by;
                    network.write_params(&theta);
                    room.loss(&network, &batch, Objective::MeanSquare).loss
                };
                let known = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert!((grad[k] - known).abs() < 1e-8, "{name} {law:?} {k}: {} {known}", grad[k]);
            }
        }
    }
}

/// x(0) = E s, and x(t+1) - F(x(t)) is the stream's noise, number by number.
#[test]
fn states_start_at_the_code_and_carry_the_noise() {
    let batch = task().batch(Split::Train, &[5, 6, 7]);
    let network = network(cells()[1].1.clone());
    let mut room = Bptt::new(&network, STEPS, 3);
    room.set_noise(noise(Law::Gaussian, 0.2));
    room.loss(&network, &batch, Objective::MeanSquare);
    let x = room.states();
    let start = network.encoder.as_ref().unwrap() * batch.start.as_ref().unwrap();
    assert!((x.subcols(0, 3) - &start).norm_max() < 1e-15);
    let amount = Amount { law: Law::Gaussian, scale: 0.2 };
    let mut streams = [0, 1, 2].map(|j| amount.stream(3, 11, j));
    let mut ws = Workspace::new(network.rule.as_ref(), 3, 3);
    for t in 0..STEPS {
        let mut y = Mat::zeros(UNITS, 3);
        ws.eval(network.rule.as_ref(), x.subcols(3 * t, 3), batch.inputs.subcols(3 * t, 3), y.as_mut());
        for (j, stream) in streams.iter_mut().enumerate() {
            let mut eta = vec![0.0; UNITS];
            stream.add(&mut eta);
            for i in 0..UNITS {
                assert!((x[(i, 3 * t + 3 + j)] - y[(i, j)] - eta[i]).abs() < 1e-15);
            }
        }
    }
}

#[test]
fn noise_is_the_same_on_any_number_of_threads() {
    let batch = task().batch(Split::Train, &(0..40).collect::<Vec<_>>());
    let run = |threads: usize| {
        let network = network(cells()[1].1.clone());
        let mut grad = vec![0.0; network.parameter_count()];
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut room = Bptt::new(&network, STEPS, 40);
            room.set_noise(noise(Law::Gaussian, 0.2));
            room.gradient(&network, &batch, Objective::MeanSquare, None, &mut grad);
        });
        grad
    };
    assert_eq!(run(1), run(2));
}

#[test]
fn biases_stay_at_zero_and_the_rest_learns() {
    let task = task();
    let settings = Settings {
        epochs: 2,
        batch: 20,
        rate: 0.01,
        noise: Some(Amount { law: Law::Gaussian, scale: 0.05 }),
        fresh: true,
        ..Settings::default()
    };
    let before = network(cells()[1].1.clone()).without_biases();
    let mut trainer = Trainer::new(network(cells()[1].1.clone()).without_biases(), &task, &settings).unwrap();
    let mut state = trainer.start();
    let from = state.theta.clone();
    trainer.run(&mut state, &mut |s| s.step < 10);
    let mut at = 0;
    for block in before.rule.layout() {
        let own = at..at + block.rows * block.cols;
        at = own.end;
        match block.name.starts_with("bias") {
            true => assert!(state.theta[own].iter().all(|v| *v == 0.0), "{}", block.name),
            false => assert_ne!(state.theta[own.clone()], from[own], "{}", block.name),
        }
    }
    let (weights, rest) = (at + UNITS * CODES, at + UNITS * CODES + CODES);
    assert!(state.theta[weights..rest].iter().all(|v| *v == 0.0));
    assert_ne!(state.theta[rest..], from[rest..]);
    assert_eq!(rest + UNITS * CODES, from.len());
}

/// A task that notes which training items it is asked for.
struct Noting(Box<dyn Task>, Mutex<Vec<usize>>);

impl Task for Noting {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn inputs(&self) -> usize {
        self.0.inputs()
    }
    fn outputs(&self) -> usize {
        self.0.outputs()
    }
    fn steps(&self) -> usize {
        self.0.steps()
    }
    fn objective(&self) -> Objective {
        self.0.objective()
    }
    fn chance(&self) -> f64 {
        self.0.chance()
    }
    fn codes(&self) -> usize {
        self.0.codes()
    }
    fn size(&self, split: Split) -> usize {
        self.0.size(split)
    }
    fn batch(&self, split: Split, items: &[usize]) -> Batch {
        if split == Split::Train {
            self.1.lock().unwrap().extend(items);
        }
        self.0.batch(split, items)
    }
}

#[test]
fn fresh_items_come_once() {
    let sizes = Some(Sizes { train: 12, validation: 4, test: 4 });
    let options = Options { sizes, cells: Some(CODES), steps: Some(STEPS), ..Options::default() };
    let task = Noting(build("position", options, 1).unwrap(), Mutex::new(vec![]));
    for (fresh, all) in [(true, (0..36).collect::<Vec<_>>()), (false, (0..36).map(|i| i / 3).collect())] {
        let settings = Settings { epochs: 3, batch: 5, fresh, ..Settings::default() };
        let mut trainer = Trainer::new(network(cells()[0].1.clone()), &task, &settings).unwrap();
        let mut state = trainer.start();
        trainer.run(&mut state, &mut |_| true);
        let mut seen = std::mem::take(&mut *task.1.lock().unwrap());
        seen.sort_unstable();
        assert_eq!(seen, all, "{fresh}");
    }
}

/// What a network without an encoder, or with another, is told.
#[test]
fn encoders_have_to_fit_the_task() {
    let (task, settings) = (task(), Settings::default());
    for codes in [None, Some(CODES + 1)] {
        let mut other = network(cells()[0].1.clone());
        other.encoder = codes.map(|c| Mat::from_fn(UNITS, c, |_, _| normal(&mut stream(1, Use::Fixture, 0))));
        let error = Trainer::new(other, &task, &settings).err().unwrap().to_string();
        assert!(error.contains("values to encode the start from, expected 6"), "{error}");
    }
}
