//! The batch loss of integrators: its gradient against central differences and against backpropagation through the cell.

use faer::Mat;
use nullcline::linalg::activation::Activation;
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::linalg::steep::Steep;
use nullcline::systems::cells::Integrator;
use nullcline::systems::rule::{Rule, parameter_count};
use nullcline::tasks::{Integrate, Signal, Sizes, Split, Task};
use nullcline::training::bptt::Bptt;
use nullcline::training::integration::{Integrating, Sequences};
use nullcline::training::{Model, Readout};

const N: usize = 9;
const D: usize = 2;
const STEPS: usize = 4;
/// More than go through all steps together, the last ones fewer.
const BATCH: usize = 300;

fn weights() -> [Mat<f64>; 3] {
    let mut rng = stream(21, Use::Fixture, 0);
    let unit = faer::Scale(1.0 / (N as f64).sqrt());
    let mut draw = |r, c| normal_matrix(&mut rng, r, c) * unit;
    [draw(N, N), draw(N, D), draw(D, N)]
}

fn view(p: &[Mat<f64>; 3]) -> Integrating<'_, f64> {
    Integrating { recurrent: p[0].as_ref(), encoder: p[1].as_ref(), decoder: p[2].as_ref() }
}

#[test]
fn the_batch_gradient_is_that_of_differences_and_of_the_cell() {
    let task = Integrate::new(vec![1.0, 2.0], vec![0.9, 0.8], Signal::White, STEPS, Sizes::default(), 1);
    let batch = task.batch(Split::Train, &(0..BATCH).collect::<Vec<_>>());
    let parts = weights();
    let steep = Steep { activation: Activation::Sigmoid, slope: 3.0, threshold: 0.1 };
    for f in [Steep::plain(Activation::Relu), Steep::plain(Activation::Identity), steep] {
        let mut room = Sequences::new(N, D, STEPS, BATCH, f);
        let mut gradient = [Mat::zeros(N, N), Mat::zeros(N, D), Mat::zeros(D, N)];
        let [w, e, d] = &mut gradient;
        let loss = room.gradient(view(&parts), &batch, w, Some(e), Some(d));
        for (k, known) in gradient.iter().enumerate() {
            for j in 0..known.ncols() {
                for i in 0..known.nrows() {
                    let mut at = |by: f64| {
                        let mut moved = parts.clone();
                        moved[k][(i, j)] += by;
                        room.loss(view(&moved), &batch)
                    };
                    let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
                    assert!(
                        (difference - known[(i, j)]).abs() < 1e-7 * (1.0 + difference.abs()),
                        "{f:?} {k} {i} {j}"
                    );
                }
            }
        }
        // The cell under the mean square over steps and channels.
        let mut rule = Integrator::new(N, D, f);
        rule.params_mut().mat_mut(0).copy_from(&parts[1]);
        rule.params_mut().mat_mut(1).copy_from(&parts[0]);
        let count = parameter_count(&rule as &dyn Rule);
        let readout = Readout { weight: parts[2].clone(), bias: vec![0.0; D], first: 0 };
        let model = Model { rule: Box::new(rule), readout, encoder: None, unbiased: false };
        let mut grad = vec![0.0; model.parameter_count()];
        let found =
            Bptt::new(&model, STEPS, BATCH).gradient(&model, &batch, task.objective(), None, &mut grad);
        let all = (STEPS * D) as f64;
        assert!((found.loss * all - loss).abs() < 1e-12 * loss);
        let same = |known: &Mat<f64>, at: usize| {
            for (k, g) in grad[at..at + known.nrows() * known.ncols()].iter().enumerate() {
                let known = known[(k % known.nrows(), k / known.nrows())];
                assert!((g * all - known).abs() < 1e-11 * (1.0 + known.abs()), "{f:?}");
            }
        };
        same(&gradient[1], 0);
        same(&gradient[0], N * D);
        same(&gradient[2], count);
    }
}

/// The mean loss of a perfect linear integrator of any length is rounding.
#[test]
fn a_perfect_integrator_has_no_loss() {
    let mut rng = stream(22, Use::Fixture, 0);
    let e = normal_matrix(&mut rng, N, 1);
    let size = e.squared_norm_l2();
    // W = gamma e e^T / |e|^2, d = e / |e|^2: scale 1.
    let w = &e * e.transpose() * faer::Scale(0.95 / size);
    let d = e.transpose() * faer::Scale(1.0 / size);
    let task = Integrate::new(vec![1.0], vec![0.95], Signal::Bursts, 300, Sizes::default(), 1);
    let batch = task.batch(Split::Test, &[0, 1, 2]);
    let mut room = Sequences::new(N, 1, 300, 3, Steep::plain(Activation::Identity));
    assert!(room.loss(view(&[w, e, d]), &batch) < 1e-22);
}
