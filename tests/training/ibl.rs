//! Training on played sessions: gradients, the same bits on any threads, and the paper's schedule.

#![allow(clippy::print_stdout)]

use faer::Mat;
use nullcline::linalg::activation::Activation;
use nullcline::linalg::col;
use nullcline::systems::architecture::Architecture;
use nullcline::systems::cells::Vanilla;
use nullcline::systems::rule::Rule;
use nullcline::tasks::ibl::{Ibl, Session, play};
use nullcline::training::init::{Init, model};
use nullcline::training::optimiser::{Method, Optimiser};
use nullcline::training::sessions::{Elman, Loss, Player, Schedule, gradient, train_step};

fn network(n: usize, seed: u64) -> Elman {
    let cell = Vanilla::cell(Activation::Tanh);
    let architecture = Architecture::new(cell, 3, &[n]).unwrap();
    Elman::of(&model(&architecture, 2, Init::Default, seed).unwrap()).unwrap()
}

/// Parameters larger than the initial ones, so that the network acts.
fn decided(n: usize) -> Elman {
    let mut net = network(n, 3);
    net.update(|theta| theta.iter_mut().for_each(|t| *t *= 3.0));
    net
}

#[test]
fn gradients_are_those_of_the_loss() {
    // Central differences; the feedback and the length of trials stay as they are for so small a change.
    let task = Ibl { blocks: 1, ..Ibl::coded(1) };
    let net = decided(9);
    for loss in Loss::ALL {
        let session = Session::new(&task, 5, 2);
        let mut grad = vec![0.0; net.theta().len()];
        let (value, played) = gradient(&net, &task, &session, loss, &mut grad);
        assert!(played.acted() > 0.1 && played.steps() < 12 * played.trials.len(), "{}", played.acted());
        let largest = grad.iter().fold(0.0f64, |a, b| a.max(b.abs()));
        for k in (0..grad.len()).step_by(7).chain(grad.len() - 2..grad.len()) {
            let at = |shift: f64| {
                let mut moved = net.clone();
                moved.update(|theta| theta[k] += shift);
                let (v, p) = gradient(&moved, &task, &session, loss, &mut vec![0.0; grad.len()]);
                assert_eq!(p.steps(), played.steps());
                v
            };
            let h = 1e-6;
            let slope = (at(h) - at(-h)) / (2.0 * h);
            assert!(
                (slope - grad[k]).abs() < 1e-6 * largest,
                "{loss:?} {k}: {slope} {} (value {value})",
                grad[k]
            );
        }
    }
}

#[test]
fn a_player_goes_through_the_states_of_the_vanilla_cell() {
    let cell = Vanilla::cell(Activation::Tanh);
    let architecture = Architecture::new(cell, 3, &[13]).unwrap();
    let model = model::<f64>(&architecture, 2, Init::Default, 3).unwrap();
    let net = Elman::of(&model).unwrap();
    let task = Ibl::coded(1);
    let mut player = Player::new(&net);
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
    let schedule = Schedule { loss: Loss::CrossEntropy, rate: 0.01, batch: 5, clip: Some(1.0), seed: 4 };
    let run = || {
        let mut net = network(8, 1);
        let mut optimiser = Optimiser::new(Method::ADAM, net.theta().len());
        (0..3).for_each(|k| drop(train_step(&mut net, &task, &schedule, &mut optimiser, k)));
        net.theta().to_vec()
    };
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(run);
    assert_eq!(alone, run());
    assert!(Elman::new(8, vec![0.0; 3]).is_none());
}

#[test]
#[ignore = "20 s: cargo test --release --test training ibl -- --include-ignored --nocapture"]
fn the_papers_schedule_reaches_the_papers_accuracy() {
    // 85.50 % of actions correct in the paper's one network (Fig. 8b).
    let task = Ibl::coded(4);
    let schedule = Schedule { loss: Loss::Probability, rate: 1e-3, batch: 1, clip: None, seed: 1 };
    let mut net = network(50, 1);
    let mut optimiser = Optimiser::new(Method::Sgd { momentum: 0.1 }, net.theta().len());
    let start = std::time::Instant::now();
    (0..5000).for_each(|k| drop(train_step(&mut net, &task, &schedule, &mut optimiser, k)));
    let seconds = start.elapsed().as_secs_f64();
    let test = Ibl::coded(1000);
    let played = play(&test, &Session::new(&test, 99, 0), &mut Player::new(&net), &mut |_, _, _| {});
    println!(
        "{seconds:.1} s; {:.4} of all, {:.4} of actions",
        played.accuracy(),
        played.accuracy_of_actions()
    );
    assert!((played.accuracy() - 0.855).abs() < 0.015);
}
