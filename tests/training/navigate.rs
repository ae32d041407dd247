//! The resetting path integrator: its losses by hand, the gradient of all of them through all steps against finite differences.

#![allow(clippy::float_cmp, reason = "what is exactly zero, and what is computed twice alike")]

use faer::{Mat, MatRef};
use nullcline::linalg::Real;
use nullcline::linalg::random::{Use, normal_matrix, shuffled, stream};
use nullcline::training::layers::{Convolution, Layer, Layers};
use nullcline::training::navigation::{
    Averaging, Gate, Integrator, Losses, Module, Modules, Recurrence, Shown, Transitions, Walks, Weights,
};

const M: usize = 6;

/// Modules of a few units that have every kind of layer.
fn small(gate: Gate) -> Modules {
    let first = Convolution { planes: 3, filters: 2, side: 7, kernel: 3, stride: 2, padding: 1, relu: true };
    let visual = vec![Layer::Convolution(first), Layer::relu(first.outputs(), 9), Layer::linear(9, M)];
    let two = |d, h, o| Layers::new(vec![Layer::relu(d, h), Layer::linear(h, o)]);
    let (seen, told) = if gate == Gate::Softmax { (2 * M, 2) } else { (M, 1) };
    let gating = Layers::new(vec![Layer::relu(seen, 5), Layer::relu(5, 4), Layer::linear(4, told)]);
    Modules::new(Layers::new(visual), two(2, 5, M), two(2 * M, 8, M), two(2 * M, 7, 2), gating, gate)
}

fn cast<T: Real>(m: &Mat<f64>) -> Mat<T> {
    Mat::from_fn(m.nrows(), m.ncols(), |i, j| T::of(m[(i, j)]))
}

/// Three trajectories of five steps, with everything that can be seen, and four transitions.
fn batch<T: Real>(modules: &Modules) -> (Walks<T>, Transitions<T>) {
    let (b, steps, c, pixels) = (3, 5, 4, modules.image());
    let mut rng = stream(21, Use::Fixture, 0);
    let mut draw = |r, k| cast::<T>(&normal_matrix(&mut rng, r, k));
    let (images, actions, targets) = (draw(pixels, b + 4), draw(2, b * steps), draw(2, b * steps));
    let transitions = Transitions { before: draw(pixels, c), after: draw(pixels, c), actions: draw(2, c) };
    let mut order = stream(22, Use::Fixture, 0);
    let shown = (0..b * steps)
        .map(|k| match k % 4 {
            0 => Shown::Image(b + k % 3),
            1 => Shown::Shuffled(b + k % 4, shuffled(M, &mut order).iter().map(|i| *i as u32).collect()),
            2 => Shown::Nothing,
            _ => Shown::Image(b + 3),
        })
        .collect();
    (Walks { steps, count: b, images, shown, actions, targets }, transitions)
}

/// One item through layers.
fn through(modules: &Modules, module: Module, theta: &[f64], x: &[f64]) -> Vec<f64> {
    let layers = modules.layers(module);
    let mut tape = layers.tape(1);
    layers.forward(
        &theta[modules.range(module)],
        MatRef::from_column_major_slice(x, x.len(), 1),
        &mut tape,
        0..1,
    );
    (0..layers.outputs()).map(|i| tape.output()[(i, 0)]).collect()
}

fn column(m: &Mat<f64>, j: usize) -> Vec<f64> {
    (0..m.nrows()).map(|i| m[(i, j)]).collect()
}

fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// Eqs. 8.1 to 8.9 written down for one trajectory after the other.
fn by_hand(modules: &Modules, theta: &[f64], walks: &Walks, transitions: &Transitions) -> Losses {
    let run = |module, x: &[f64]| through(modules, module, theta, x);
    let rep = |c: usize| run(Module::Visual, &column(&walks.images, c));
    let mut losses = Losses::default();
    for j in 0..walks.count {
        let start = rep(j);
        let mut h = start.clone();
        for t in 0..walks.steps {
            let k = t * walks.count + j;
            let v = match &walks.shown[k] {
                Shown::Image(c) => rep(*c),
                Shown::Shuffled(c, order) => order.iter().map(|i| rep(*c)[*i as usize]).collect(),
                Shown::Nothing => vec![0.0; M],
            };
            let g = match modules.gate {
                Gate::Sigmoid => 1.0 / (1.0 + (-run(Module::Gate, &v)[0]).exp()),
                Gate::Softmax => {
                    let a = run(Module::Gate, &[vec![0.0; M], v.clone()].concat());
                    a[0].exp() / (a[0].exp() + a[1].exp())
                }
            };
            let next = run(Module::Direct, &[h, run(Module::Action, &column(&walks.actions, k))].concat());
            h = next.iter().zip(&v).map(|(d, v)| g * d + (1.0 - g) * v).collect();
            let told = run(Module::Inverse, &[start.clone(), h.clone()].concat());
            losses.integration += squared(&told, &column(&walks.targets, k)) / walks.count as f64;
        }
    }
    let c = transitions.actions.ncols();
    for j in 0..c {
        let [before, after] =
            [&transitions.before, &transitions.after].map(|m| run(Module::Visual, &column(m, j)));
        let action = column(&transitions.actions, j);
        let next = run(Module::Direct, &[before.clone(), run(Module::Action, &action)].concat());
        losses.direct += squared(&after, &next) / c as f64;
        losses.inverse += squared(&run(Module::Inverse, &[before, after].concat()), &action) / c as f64;
    }
    losses
}

#[test]
fn losses_are_those_of_the_equations() {
    for gate in [Gate::Softmax, Gate::Sigmoid] {
        let modules = small(gate);
        let theta: Vec<f64> = modules.draw(1);
        let (walks, transitions) = batch(&modules);
        let mut integrator = Integrator::new(modules.clone());
        let mut losses = |averaging| integrator.losses(&theta, Some(&walks), Some(&transitions), averaging);
        let (found, known) = (losses(Averaging::Printed), by_hand(&modules, &theta, &walks, &transitions));
        let mean = losses(Averaging::Coded);
        let pairs = [
            (found.integration, known.integration, mean.integration, 2.0 * walks.steps as f64),
            (found.direct, known.direct, mean.direct, M as f64),
            (found.inverse, known.inverse, mean.inverse, 2.0),
        ];
        for (found, known, mean, numbers) in pairs {
            assert!((found - known).abs() < 1e-12 * known, "{gate:?}: {found} {known}");
            assert!((mean * numbers - known).abs() < 1e-12 * known, "{gate:?}: {mean} {known}");
        }
    }
}

/// Every parameter of every module for all losses together, one of seven for each alone; what takes part in a loss has a gradient, and nothing else.
#[test]
fn gradients_through_all_steps_are_their_differences() {
    let whole = Weights::default();
    let none = Weights { integration: 0.0, direct: 0.0, inverse: 0.0 };
    let cases = [
        (whole, 5),
        (Weights { integration: 1.0, ..none }, 5),
        (Weights { direct: 1.0, ..none }, 3),
        (Weights { inverse: 1.0, ..none }, 2),
    ];
    for (gate, averaging) in [(Gate::Softmax, Averaging::Coded), (Gate::Sigmoid, Averaging::Printed)] {
        let modules = small(gate);
        let mut theta: Vec<f64> = modules.draw(3);
        let (walks, transitions) = batch(&modules);
        let mut integrator = Integrator::new(modules.clone());
        for (weights, parts) in cases {
            let mut grad = vec![0.0; theta.len()];
            integrator.gradient(&theta, Some(&walks), Some(&transitions), &weights, averaging, &mut grad);
            let modules_of = [Module::Visual, Module::Action, Module::Direct, Module::Inverse, Module::Gate];
            let moved = modules_of.iter().filter(|m| grad[modules.range(**m)].iter().any(|g| *g != 0.0));
            assert_eq!(moved.count(), parts, "{weights:?}");
            for k in (0..theta.len()).step_by(if weights == whole { 1 } else { 7 }) {
                let (kept, step) = (theta[k], 1e-6);
                let mut at = |v: f64| {
                    theta[k] = v;
                    integrator.losses(&theta, Some(&walks), Some(&transitions), averaging).total(&weights)
                };
                let known = (at(kept + step) - at(kept - step)) / (2.0 * step);
                theta[k] = kept;
                assert!(
                    (grad[k] - known).abs() < 1e-6 * (1.0 + known.abs()),
                    "{gate:?} {k}: {} {known}",
                    grad[k]
                );
            }
        }
        // Added to what is there; either part alone.
        let mut sum = vec![0.0; theta.len()];
        integrator.gradient(&theta, Some(&walks), None, &whole, averaging, &mut sum);
        integrator.gradient(&theta, None, Some(&transitions), &whole, averaging, &mut sum);
        let mut both = vec![0.0; theta.len()];
        integrator.gradient(&theta, Some(&walks), Some(&transitions), &whole, averaging, &mut both);
        assert!(sum.iter().zip(&both).all(|(a, b)| (a - b).abs() < 1e-12 * (1.0 + b.abs())));
    }
}

/// An LSTM's equations written down for one trajectory after the other: the loss of path integration.
fn by_memory(modules: &Modules, theta: &[f64], walks: &Walks) -> f64 {
    let run = |module, x: &[f64]| through(modules, module, theta, x);
    let rep = |c: usize| run(Module::Visual, &column(&walks.images, c));
    let own = &theta[modules.range(Module::Memory)];
    let (wx, wh) = (&own[..8 * M * M], &own[8 * M * M..12 * M * M]);
    let (bx, bh) = (&own[12 * M * M..12 * M * M + 4 * M], &own[12 * M * M + 4 * M..]);
    let logistic = |a: f64| 1.0 / (1.0 + (-a).exp());
    let step = |x: &[f64], h: &[f64], c: &[f64]| {
        let gate = |r: usize| {
            let of_x: f64 = (0..2 * M).map(|k| wx[k * 4 * M + r] * x[k]).sum();
            let of_h: f64 = (0..M).map(|k| wh[k * 4 * M + r] * h[k]).sum();
            of_x + of_h + bx[r] + bh[r]
        };
        let next: Vec<f64> = (0..M)
            .map(|u| logistic(gate(M + u)) * c[u] + logistic(gate(u)) * gate(2 * M + u).tanh())
            .collect();
        let h: Vec<f64> = (0..M).map(|u| logistic(gate(3 * M + u)) * next[u].tanh()).collect();
        (h, next)
    };
    let mut loss = 0.0;
    for j in 0..walks.count {
        let start = rep(j);
        let (mut h, mut c) = step(&[start.clone(), vec![0.0; M]].concat(), &[0.0; M], &[0.0; M]);
        for t in 0..walks.steps {
            let k = t * walks.count + j;
            let v = match &walks.shown[k] {
                Shown::Image(c) => rep(*c),
                Shown::Shuffled(c, order) => order.iter().map(|i| rep(*c)[*i as usize]).collect(),
                Shown::Nothing => vec![0.0; M],
            };
            (h, c) = step(&[v, run(Module::Action, &column(&walks.actions, k))].concat(), &h, &c);
            let seen = match modules.recurrence() {
                Recurrence::Memory => h.clone(),
                _ => [start.clone(), h.clone()].concat(),
            };
            loss += squared(&run(Module::Inverse, &seen), &column(&walks.targets, k)) / walks.count as f64;
        }
    }
    loss
}

#[test]
fn memories_are_lstms_and_their_gradients_are_differences() {
    let (weights, averaging) = (Weights::default(), Averaging::Printed);
    for recurrence in [Recurrence::Memory, Recurrence::MemoryAndStart] {
        let modules = small(Gate::Sigmoid).with(recurrence);
        let mut theta: Vec<f64> = modules.draw(5);
        let (walks, transitions) = batch(&modules);
        let transitions = (recurrence == Recurrence::MemoryAndStart).then_some(&transitions);
        let mut integrator = Integrator::new(modules.clone());
        let found = integrator.losses(&theta, Some(&walks), transitions, averaging).integration;
        let known = by_memory(&modules, &theta, &walks);
        assert!((found - known).abs() < 1e-12 * known, "{found} {known}");
        let mut grad = vec![0.0; theta.len()];
        integrator.gradient(&theta, Some(&walks), transitions, &weights, averaging, &mut grad);
        assert!(grad[modules.range(Module::Gate)].iter().all(|g| *g == 0.0));
        for k in 0..theta.len() {
            let (kept, step) = (theta[k], 1e-6);
            let mut at = |v: f64| {
                theta[k] = v;
                integrator.losses(&theta, Some(&walks), transitions, averaging).total(&weights)
            };
            let known = (at(kept + step) - at(kept - step)) / (2.0 * step);
            theta[k] = kept;
            assert!((grad[k] - known).abs() < 1e-6 * (1.0 + known.abs()), "{k}: {} {known}", grad[k]);
        }
    }
}

#[test]
fn single_precision_is_the_same_and_threads_change_no_bit() {
    let modules = small(Gate::Softmax);
    let theta: Vec<f64> = modules.draw(3);
    let single: Vec<f32> = modules.draw(3);
    let (weights, averaging) = (Weights::default(), Averaging::Coded);
    let (walks, transitions) = batch::<f64>(&modules);
    let mut grad = vec![0.0; theta.len()];
    let mut integrator = Integrator::new(modules.clone());
    integrator.gradient(&theta, Some(&walks), Some(&transitions), &weights, averaging, &mut grad);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (walks, transitions) = batch::<f32>(&modules);
            let mut grad = vec![0f32; single.len()];
            let mut integrator = Integrator::new(modules.clone());
            integrator.gradient(&single, Some(&walks), Some(&transitions), &weights, averaging, &mut grad);
            grad
        })
    };
    let found = run(1);
    assert!(found == run(3));
    let size = grad.iter().map(|g| g * g).sum::<f64>().sqrt();
    let far = grad.iter().zip(&found).map(|(a, b)| (a - f64::from(*b)).powi(2)).sum::<f64>().sqrt();
    assert!(far < 1e-5 * size, "{far} {size}");
}

/// Shares of what is seen, targets that are sums of what took place, noise of the size that is asked for.
#[test]
fn batches_are_drawn_as_they_should() {
    use nullcline::tasks::navigation::{Map, Normalisation, Retina, World};
    use nullcline::training::navigation::{Cues, Glimpses, Sampler};
    let world = World::new(Map::named("DoubleDonut").unwrap(), None).unwrap();
    let retina = Retina::new(8, [0.3, 0.5], Normalisation::MeanSquare);
    let sampler = |cues| Sampler { world: &world, retina: &retina, spread: 0.5, cues, representation: 16 };
    let (b, steps) = (200, 40);
    let cues = Cues { noise: 0.1, ..Cues::default() };
    let walks: Walks = sampler(cues).walks(5, 0, b, steps);
    let black = walks.images.ncols() - 1;
    assert!((0..retina.len()).all(|i| walks.images[(i, black)] == 0.0));
    let share =
        |what: &dyn Fn(&Shown) -> bool| walks.shown.iter().filter(|s| what(s)).count() as f64 / 8000.0;
    let found = [
        share(&|s| matches!(s, Shown::Image(c) if *c != black)),
        share(&|s| matches!(s, Shown::Shuffled(..))),
        share(&|s| matches!(s, Shown::Image(c) if *c == black)),
        share(&|s| *s == Shown::Nothing),
    ];
    for (found, known) in found.into_iter().zip([0.2, 0.4, 0.2, 0.2f64]) {
        assert!((found - known).abs() < 4.0 * (known * (1.0 - known) / 8000.0).sqrt(), "{found} {known}");
    }
    // The images are those of the places, the first ones those of the starts.
    let ways = world.wanders(5, 0, b, steps, 0.5);
    let (mut squares, mut seen) = (0.0, 0);
    for (k, shown) in walks.shown.iter().enumerate() {
        let (way, t) = (&ways[k % b], k / b);
        let sum = way.displacements()[t];
        assert!((0..2).all(|i| walks.targets[(i, k)] == sum[i]));
        squares += (0..2).map(|i| (walks.actions[(i, k)] - way.actions[t][i]).powi(2)).sum::<f64>();
        let (Shown::Image(c) | Shown::Shuffled(c, _)) = shown else { continue };
        if *c != black {
            let (mut image, place) = (vec![0.0; retina.len()], way.places[t + 1]);
            retina.image(place.at, &world.map().rooms[place.room].lights, &mut image);
            assert!((0..image.len()).all(|i| image[i] == walks.images[(i, *c)]));
            seen += 1;
        }
    }
    assert_eq!(seen + b + 1, walks.images.ncols());
    // 16,000 squares of variance 0.01: their mean is known to 0.01 sqrt(2 / 16,000).
    assert!((squares / 16_000.0 - 0.01).abs() < 4.0 * 0.01 * (2.0f64 / 16_000.0).sqrt(), "{squares}");
    let times = |first| {
        let cues =
            Cues { glimpses: Glimpses::Every { first, period: 5 }, shuffled: 0.0, black: 0.0, noise: 0.0 };
        let walks: Walks = sampler(cues).walks(5, 0, 1, 12);
        (1..=12).filter(|t| matches!(walks.shown[t - 1], Shown::Image(_))).collect::<Vec<_>>()
    };
    assert_eq!((times(1), times(5)), (vec![1, 6, 11], vec![5, 10]));
    let transitions: Transitions = sampler(cues).transitions(5, 0, 300);
    let again: Transitions = sampler(cues).transitions(5, 100, 1);
    assert!((0..retina.len()).all(|i| again.after[(i, 0)] == transitions.after[(i, 100)]));
}

/// Fig. B.2 on the right: three layers on 64 x 64 cells, 100 x 100 positions (the thesis: closer to 1e-3 than the linear read-out's 1e-2).
#[test]
#[ignore = "minutes of training: cargo test --release --test training three_layers -- --ignored --nocapture"]
fn three_layers_tell_positions() {
    use nullcline::tasks::navigation::Retina;
    use nullcline::training::navigation::Deep;
    let retina = Retina::coded();
    let found = Deep::default().fit(&retina, 1.0);
    let errors = found.errors(&retina, 1.0, 100);
    assert!(errors.root_mean_square < 5e-3, "{}", errors.root_mean_square);
}

/// `tests/golden/navigate/integrator.npz`: torch autograd, float64, on stored weights.
#[test]
fn gradients_are_those_of_pytorch() {
    let file = nullcline::io::tensors::read(
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/navigate/integrator.npz").as_ref(),
    )
    .unwrap();
    let values = |name: &str| &file.get(name).unwrap_or_else(|| panic!("no {name}")).data;
    // A row an item in the file.
    let items = |name: &str| {
        let shape = &file.get(name).unwrap().shape;
        MatRef::from_column_major_slice(values(name), shape[1], shape[0]).to_owned()
    };
    let modules = small(Gate::Softmax);
    let order = items("order");
    let shown = (values("kind").iter().zip(values("column")).enumerate())
        .map(|(k, (kind, column))| match *kind as usize {
            0 => Shown::Image(*column as usize),
            1 => Shown::Shuffled(*column as usize, column_of(&order, k)),
            _ => Shown::Nothing,
        })
        .collect();
    let walks = Walks {
        steps: 5,
        count: 3,
        images: items("images"),
        shown,
        actions: items("actions"),
        targets: items("targets"),
    };
    let transitions = Transitions { before: items("before"), after: items("after"), actions: items("steps") };
    let theta = values("theta");
    let (mut grad, mut integrator) = (vec![0.0; theta.len()], Integrator::new(modules));
    let (walks, transitions) = (Some(&walks), Some(&transitions));
    let losses =
        integrator.gradient(theta, walks, transitions, &Weights::default(), Averaging::Coded, &mut grad);
    for (found, known) in [losses.integration, losses.direct, losses.inverse].iter().zip(values("losses")) {
        assert!((found - known).abs() < 1e-13, "{found} {known}");
    }
    let told = items("told");
    assert!(
        (0..15).all(|k| (0..2).all(|i| (integrator.displacements()[(i, k)] - told[(i, k)]).abs() < 1e-13))
    );
    for (k, (found, known)) in grad.iter().zip(values("gradient")).enumerate() {
        assert!((found - known).abs() < 1e-12 * (1.0 + known.abs()), "{k}: {found} {known}");
    }
}

fn column_of(order: &Mat<f64>, k: usize) -> Vec<u32> {
    (0..order.nrows()).map(|i| order[(i, k)] as u32).collect()
}
