//! Training on played sessions: gradients, the same bits on any threads, and the paper's schedule.

#![allow(clippy::print_stdout)]

use faer::Mat;
use nullcline::linalg::activation::Activation;
use nullcline::linalg::{Real, col};
use nullcline::systems::architecture::Architecture;
use nullcline::systems::cells::{Cell, KINDS, Lstm, Scheme, Vanilla};
use nullcline::systems::rule::Rule;
use nullcline::tasks::ibl::{Ibl, Session, play};
use nullcline::training::episodes::{self, Learner, Loss, Schedule};
use nullcline::training::init::{Init, model};
use nullcline::training::optimiser::{Method, Optimiser};
use nullcline::training::{Model, Player};

fn network<T: Real>(cell: Cell, n: usize, seed: u64) -> Model<T> {
    let architecture = Architecture::new(cell, 3, &[n]).unwrap();
    model(&architecture, 2, Init::Default, seed).unwrap()
}

fn vanilla() -> Cell {
    Vanilla::cell(Activation::Tanh)
}

fn theta<T: Real>(model: &Model<T>) -> Vec<T> {
    let mut theta = vec![T::ZERO; model.parameter_count()];
    model.read_params(&mut theta);
    theta
}

fn learner<T: Real>(model: Model<T>) -> Learner<T> {
    Learner::new(model, &Ibl::coded(1)).unwrap()
}

fn schedule(loss: Loss, batch: usize) -> Schedule {
    Schedule { loss, rate: 0.01, batch, clip: Some(1.0), seed: 5 }
}

/// The gradient against central differences, of parameters `scale` times the initial ones, so that the network acts; the
/// feedback and the length of trials stay as they are for so small a change.
fn check_gradient(cell: Cell, n: usize, scale: f64, loss: Loss, every: usize) {
    let (task, name) = (Ibl::coded(1), cell.kind().name);
    let mut learner = learner(network::<f64>(cell, n, 3));
    let start: Vec<f64> = theta(learner.model()).iter().map(|t| scale * t).collect();
    learner.model_mut().write_params(&start);
    let (schedule, mut grad) = (schedule(loss, 2), vec![0.0; start.len()]);
    let (value, played) = learner.gradient(&task, &schedule, 4, &mut grad);
    let steps: Vec<usize> = played.iter().map(|p| p.steps()).collect();
    assert!(scale < 2.0 || played[0].acted() > 0.1 && steps[0] < 12 * played[0].trials.len());
    let largest = grad.iter().fold(0.0f64, |a, b| a.max(b.abs()));
    for k in (0..grad.len()).step_by(every).chain(grad.len() - 2..grad.len()) {
        let mut at = |shift: f64| {
            let mut moved = start.clone();
            moved[k] += shift;
            learner.model_mut().write_params(&moved);
            let (v, p) = learner.gradient(&task, &schedule, 4, &mut vec![0.0; start.len()]);
            assert_eq!(p.iter().map(|p| p.steps()).collect::<Vec<_>>(), steps);
            v
        };
        let h = 1e-6;
        let slope = (at(h) - at(-h)) / (2.0 * h);
        let close = (slope - grad[k]).abs() < 1e-6 * largest;
        assert!(close, "{name} {loss:?} {k}: {slope} {} (value {value})", grad[k]);
    }
}

#[test]
fn gradients_are_those_of_the_loss() {
    for loss in Loss::ALL {
        check_gradient(vanilla(), 9, 3.0, loss, 7);
    }
}

/// A state of which the read-out sees a part, stacks of gates, flows: whatever is registered.
#[test]
fn every_cell_learns_from_episodes() {
    for kind in KINDS {
        let time = |units| Ok((if units { vec![1.0; 4] } else { vec![] }, Scheme { dt: 0.3, euler: false }));
        let cell: Result<Cell, ()> = Cell::of(
            kind,
            (Activation::Tanh, false),
            |name| Ok(if name == "hidden" { 4.0 } else { 0.3 }),
            time,
        );
        check_gradient(cell.unwrap(), 4, 1.0, Loss::CrossEntropy, 19);
    }
}

#[test]
fn a_player_goes_through_the_states_of_the_vanilla_cell() {
    let model = network::<f64>(vanilla(), 13, 3);
    let task = Ibl::coded(1);
    let mut player = Player::new(&model);
    let mut answers = vec![];
    play(&task, &Session::new(&task, 1, 0), &mut player, &mut |_, _, p| answers.push(p));
    let rule: &dyn Rule<f64> = model.rule.as_ref();
    let mut h = Mat::<f64>::zeros(13, 1);
    let mut scratch = Mat::zeros(rule.scratch_rows(), 1);
    for t in 0..player.steps() {
        let (mut next, mut tape) = (Mat::zeros(13, 1), Mat::zeros(rule.tape_rows(), 1));
        rule.eval(h.as_ref(), player.inputs().subcols(t, 1), next.as_mut(), tape.as_mut(), scratch.as_mut());
        for (a, b) in col(next.as_ref(), 0).iter().zip(col(player.states(), t)) {
            assert!((a - b).abs() < 1e-14, "step {t}");
        }
        let y = &model.readout.weight * &next;
        let [left, right] = [0, 1].map(|k| y[(k, 0)] + model.readout.bias[k]);
        assert!((answers[t] - right.exp() / (left.exp() + right.exp())).abs() < 1e-14);
        h = next;
    }
    assert_eq!(player.steps(), answers.len());
}

#[test]
fn batches_are_the_same_on_any_number_of_threads() {
    let task = Ibl::coded(1);
    let run = || {
        let mut learner = learner(network::<f32>(Lstm::cell(), 8, 1));
        let mut optimiser = Optimiser::new(Method::ADAM, learner.model().parameter_count());
        let schedule = schedule(Loss::CrossEntropy, 5);
        (0..3).for_each(|_| drop(learner.step(&task, &schedule, &mut optimiser)));
        theta(learner.model())
    };
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(run);
    assert_eq!(alone, run());
    let two_inputs = Architecture::new(vanilla(), 2, &[8]).unwrap();
    let error = Learner::new(model::<f64>(&two_inputs, 2, Init::Default, 1).unwrap(), &task).err().unwrap();
    assert_eq!(error.to_string(), "the model has 2 inputs, expected 3 for the task ibl");
}

#[test]
#[ignore = "20 s: cargo test --release --test training ibl -- --include-ignored --nocapture"]
fn the_papers_schedule_reaches_the_papers_accuracy() {
    // 85.50 % of actions correct in the paper's one network (Fig. 8b).
    let task = Ibl::coded(4);
    let schedule = Schedule { loss: Loss::Probability, rate: 1e-3, batch: 1, clip: None, seed: 1 };
    let mut learner = learner(network::<f64>(vanilla(), 50, 1));
    let mut optimiser = Optimiser::new(Method::Sgd { momentum: 0.1 }, learner.model().parameter_count());
    let start = std::time::Instant::now();
    (0..5000).for_each(|_| drop(learner.step(&task, &schedule, &mut optimiser)));
    let seconds = start.elapsed().as_secs_f64();
    let played = episodes::play(learner.model(), &Ibl::coded(1000), 99, 0);
    println!(
        "{seconds:.1} s; {:.4} of all, {:.4} of actions",
        played.accuracy(),
        played.accuracy_of_actions()
    );
    assert!((played.accuracy() - 0.855).abs() < 0.015);
}
