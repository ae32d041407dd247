use super::*;
use crate::linalg::activation::Activation;
use crate::linalg::random::normal;
use crate::systems::cells::{Gru, Vanilla};
use crate::systems::rule::{Rule, parameter_count};
use crate::tasks::{FlipFlop, Sizes};
use crate::training::Readout;
use crate::training::optimiser::Method;
use crate::training::schedule::Decay;
use faer::Mat;

fn task() -> FlipFlop {
    FlipFlop::new(2, 0.3, 8, Sizes { train: 22, validation: 9, test: 5 }, 3)
}

/// A model for the task with normal parameters of deviation `scale`.
fn model<T: Real>(mut rule: Box<dyn Rule<T>>, scale: f64) -> Model<T> {
    let mut rng = stream(7, Use::Fixture, 0);
    let mut theta = vec![T::ZERO; parameter_count(rule.as_ref())];
    theta.iter_mut().for_each(|p| *p = T::of(scale * normal(&mut rng)));
    rule.write_params(&theta);
    let weight = Mat::from_fn(2, rule.dim(), |_, _| T::of(scale * normal(&mut rng)));
    Model {
        rule,
        readout: Readout { weight, bias: vec![T::ZERO; 2], first: 0 },
        encoder: None,
        unbiased: false,
    }
}

fn gru<T: Real>() -> Model<T> {
    model(Box::new(Gru::new(5, 2)), 0.4)
}

fn settings(method: Method) -> Settings {
    Settings {
        epochs: 3,
        batch: 6,
        rate: 0.02,
        method,
        decay: Decay { factor: 0.5, every: 1 },
        clip: Some(0.1),
        dropout: 0.2,
        seed: 11,
        ..Settings::default()
    }
}

/// Everything in a state, NaN included.
fn bits<T: Real>(state: &State<T>) -> String {
    let exact = |v: &[T]| v.iter().map(|p| p.to_f64().to_bits()).collect::<Vec<_>>();
    let moments: Vec<_> = state.optimiser.moments.iter().map(|m| exact(m)).collect();
    let rest = (state.best_epoch, state.step, state.sums, &state.curve, state.stopped, state.test);
    format!("{:?} {:?} {moments:?} {rest:?}", exact(&state.theta), exact(&state.best))
}

fn trained<T: Real>(model: Model<T>, settings: &Settings) -> State<T> {
    let task = task();
    let mut trainer = Trainer::new(model, &task, settings).unwrap();
    let mut state = trainer.start();
    trainer.run(&mut state, &mut |_| true);
    trainer.test(&mut state);
    state
}

/// Stopped after each of its steps and epochs in turn and taken up by another trainer, a training is the same.
fn interruptions_leave_no_trace<T: Real>(method: Method) {
    let (task, settings) = (task(), settings(method));
    let whole = bits(&trained(gru::<T>(), &settings));
    // Before training, then 4 steps and an end in each of 3 epochs.
    for stop in 1..=16 {
        let mut trainer = Trainer::new(gru::<T>(), &task, &settings).unwrap();
        let mut state = trainer.start();
        let mut asked = 0;
        trainer.run(&mut state, &mut |_| {
            asked += 1;
            asked < stop
        });
        assert_eq!(asked, stop);
        let mut state = state.clone();
        let mut another = Trainer::new(model(Box::new(Gru::new(5, 2)), 9.0), &task, &settings).unwrap();
        another.run(&mut state, &mut |_| true);
        another.test(&mut state);
        assert_eq!(bits(&state), whole, "stopped at {stop}");
    }
}

#[test]
fn an_interruption_at_any_step_leaves_no_trace() {
    interruptions_leave_no_trace::<f32>(Method::ADAM);
    interruptions_leave_no_trace::<f64>(Method::Sgd { momentum: 0.8 });
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let settings = Settings { batch: 20, ..settings(Method::ADAM) };
        pool.install(|| bits(&trained(gru::<f32>(), &settings)))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn training_lowers_the_loss_and_the_curve_says_so() {
    let settings =
        Settings { epochs: 60, rate: 0.02, dropout: 0.0, decay: Decay::NONE, ..settings(Method::ADAM) };
    let state = trained(gru::<f64>(), &settings);
    let first = state.curve[0];
    let best = *state.best_row().unwrap();
    assert_eq!((state.curve.len(), first.step, best.step), (61, 0, 4 * best.epoch as u64));
    assert!(first.train_loss.is_nan() && first.gradient_norm.is_nan());
    assert!(best.validation_loss < 0.5 * first.validation_loss, "{first:?} {best:?}");
    assert!(state.test.unwrap().loss < 0.6 * first.validation_loss);
    assert_eq!(state.stopped, Some(Stopped::Epochs));
}

#[test]
fn patience_ends_training_and_the_best_parameters_stay() {
    let task = task();
    let method = Method::Sgd { momentum: 0.9 };
    let settings = Settings { epochs: 200, rate: 3.0, patience: Some(4), ..settings(method) };
    let state = trained(gru::<f64>(), &settings);
    assert_eq!(state.stopped, Some(Stopped::Patience));
    assert_eq!(state.epoch(), state.best_epoch + 4);
    let lowest = state.curve.iter().map(|r| r.validation_loss).fold(f64::INFINITY, f64::min);
    assert_eq!(state.best_row().unwrap().validation_loss.to_bits(), lowest.to_bits());
    let mut again = Trainer::new(gru(), &task, &settings).unwrap();
    let items: Vec<usize> = (0..9).collect();
    let found = again.measure(&state.best, Split::Validation, &items);
    assert_eq!(found.loss.to_bits(), lowest.to_bits());
}

#[test]
fn the_goal_ends_training_in_the_epoch_that_reaches_it() {
    let free = Settings { epochs: 30, rate: 0.3, ..settings(Method::SGD) };
    let curve = trained(gru::<f64>(), &free).curve;
    let goal = curve[12].validation_loss;
    let reached = curve.iter().position(|r| r.validation_loss <= goal).unwrap();
    let state = trained(gru::<f64>(), &Settings { goal: Some(goal), ..free });
    assert_eq!((state.stopped, state.epoch()), (Some(Stopped::Goal), reached));
    assert_eq!(state.curve[1..], curve[1..=reached]);
}

#[test]
fn a_divergence_is_named_and_nothing_is_learned_from_it() {
    let settings = Settings { epochs: 50, rate: 1e30, clip: None, ..settings(Method::SGD) };
    let state = trained(model::<f32>(Box::new(Vanilla::new(5, 2, Activation::Identity)), 0.3), &settings);
    let Some(Stopped::Diverged { epoch: 1, step: 2 | 3 }) = state.stopped else {
        panic!("{:?}", state.stopped)
    };
    assert_eq!((state.best_epoch, state.curve.len()), (0, 1));
    assert!(state.test.unwrap().loss.is_finite());
}

#[test]
fn held_out_items_are_not_trained_on() {
    let task = task();
    let settings = Settings { validation: Validation::HeldOut, ..settings(Method::ADAM) };
    let (train, (split, held)) = settings.items(&task);
    assert_eq!((split, train.len(), held.len()), (Split::Train, 13, 9));
    let mut all = [train.clone(), held.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..22).collect::<Vec<_>>());
    assert_ne!(held, (0..9).collect::<Vec<_>>());
    let trainer = Trainer::new(gru::<f64>(), &task, &settings).unwrap();
    let mut order = trainer.order(0);
    assert_ne!(order, trainer.order(1));
    order.sort_unstable();
    let mut kept = train;
    kept.sort_unstable();
    assert_eq!(order, kept);
}

#[test]
fn wrong_settings_are_named() {
    let right = settings(Method::ADAM);
    let cases = [
        (Settings { batch: 0, ..right.clone() }, "batch 0: expected at least 1"),
        (Settings { rate: f64::NAN, ..right.clone() }, "rate NaN: expected a positive number"),
        (Settings { clip: Some(0.0), ..right.clone() }, "clip 0: expected a positive number"),
        (Settings { dropout: 1.0, ..right.clone() }, "dropout 1: expected a number in [0, 1)"),
        (Settings { decay: Decay { factor: 1.5, every: 1 }, ..right.clone() }, "decay 1.5: expected"),
        (Settings { patience: Some(0), ..right.clone() }, "patience 0: expected at least 1 epoch"),
        (Settings { goal: Some(-1.0), ..right.clone() }, "goal -1: expected a loss, at least 0"),
        (Settings { method: Method::Sgd { momentum: 1.0 }, ..right.clone() }, "momentum 1: expected"),
    ];
    for (settings, expected) in cases {
        let error = Trainer::new(gru::<f64>(), &task(), &settings).err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let narrow = model::<f64>(Box::new(Gru::new(5, 3)), 0.4);
    let error = Trainer::new(narrow, &task(), &right).err().unwrap().to_string();
    assert_eq!(error, "the model has 3 inputs, expected 2 for the task flip-flop");
}
