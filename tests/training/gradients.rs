//! Backpropagation through time: against PyTorch's gradients, against finite differences for every
//! cell and loss, and the same bits on any number of threads.

use faer::Mat;
use nullcline::io::tensors::{Tensors, read};
use nullcline::linalg::Real;
use nullcline::linalg::activation::Activation;
use nullcline::linalg::random::{Use, normal, normal_matrix, stream};
use nullcline::systems::cells::{Current, Gru, GruResetBefore, Lstm, Rate, Stack, Vanilla};
use nullcline::systems::checkpoint::{Spec, load};
use nullcline::systems::rule::{Rule, parameter_count};
use nullcline::systems::time::{Euler, Rk4};
use nullcline::tasks::{Batch, Objective, Targets};
use nullcline::training::bptt::Bptt;
use nullcline::training::dropout::Dropout;
use nullcline::training::{Model, Readout};
use std::path::PathBuf;

fn file(net: &str, name: &str) -> Tensors {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/nets").join(net);
    read(&folder.join(name)).unwrap()
}

fn close(a: f64, b: f64, tolerance: f64, what: &str) {
    assert!((a - b).abs() <= tolerance * (1e-3 + b.abs()), "{what}: {a} against {b}");
}

/// Mean square of the read-out over the first 30 inputs of two trials from their own initial states
/// (`gradients.npz`: torch 2.15 autograd in float64).
///
/// Each block within `block` of its norm; each number within `tolerance`, relative where it is not tiny.
fn against_pytorch<T: Real>(
    net: &str,
    rule: fn(usize, usize) -> Box<dyn Rule<T>>,
    [block, tolerance]: [f64; 2],
) {
    let t = file(net, "gradients.npz");
    let spec = Spec { activation: net.contains("relu").then_some(Activation::Relu), ..Spec::default() };
    let network = load(&file(net, &format!("{net}.safetensors")), &spec).unwrap();
    let values = |name: &str| &t.get(name).unwrap_or_else(|| panic!("no {name}")).data;
    let known = network.readout.as_ref().unwrap();
    let cast = |m: &Mat<f64>| Mat::from_fn(m.nrows(), m.ncols(), |i, j| T::of(m[(i, j)]));
    let bias: Vec<T> = known.bias.iter().map(|v| T::of(*v)).collect();
    let mut rule = rule(network.units[0], network.inputs);
    let mut theta = vec![0.0; parameter_count(network.system.step())];
    network.system.step().read_params(&mut theta);
    rule.write_params(&theta.iter().map(|v| T::of(*v)).collect::<Vec<T>>());
    let model = Model {
        rule,
        readout: Readout { weight: cast(&known.weight), bias, first: 0 },
        encoder: None,
        unbiased: false,
    };

    let shape = &t.get("targets").unwrap().shape;
    let (steps, outputs, d, units) = (shape[1], shape[2], network.inputs, network.units[0]);
    let by_column = |name: &str, rows: usize| {
        Mat::from_fn(rows, steps * 2, |i, k| values(name)[(k % 2 * steps + k / 2) * rows + i])
    };
    let batch = Batch {
        steps,
        sequences: 2,
        inputs: by_column("inputs", d),
        targets: Targets::Values(by_column("targets", outputs)),
        weights: vec![1.0; 2 * steps],
        start: None,
    };
    let half = |h: &str, c: &str| {
        Mat::from_fn(model.rule.dim(), 2, |i, b| {
            let (name, i) = if i < units { (h, i) } else { (c, i - units) };
            values(name)[b * units + i]
        })
    };
    let mut bptt = Bptt::new(&model, steps, 2).with_input_gradient();
    bptt.set_initial(cast(&half("h0", "c0")).as_ref());
    let mut grad = vec![T::ZERO; model.parameter_count()];
    let measured = bptt.gradient(&model, &batch, Objective::MeanSquare, None, &mut grad);
    close(measured.loss, values("loss")[0], tolerance, &format!("{net} loss"));
    let evaluated = bptt.loss(&model, &batch, Objective::MeanSquare);
    assert_eq!(evaluated, measured);

    let mut rest = &grad[..];
    let mut blocks: Vec<(String, usize, usize)> =
        model.rule.layout().into_iter().map(|b| (format!("rnn.{}_l0", b.name), b.rows, b.cols)).collect();
    blocks.push(("readout.weight".into(), outputs, units));
    blocks.push(("readout.bias".into(), outputs, 1));
    for (name, rows, cols) in blocks {
        let (own, next) = rest.split_at(rows * cols);
        rest = next;
        let known = values(&format!("grad.{name}"));
        let (mut miss, mut norm) = (0.0f64, 0.0f64);
        for i in 0..rows {
            for c in 0..cols {
                let (own, known) = (own[c * rows + i].to_f64(), known[i * cols + c]);
                close(own, known, tolerance, &format!("{net} {name} {i} {c}"));
                (miss, norm) = (miss.hypot(own - known), norm.hypot(known));
            }
        }
        assert!(miss <= block * norm, "{net} {name}: {miss} of {norm}");
    }
    let (gx, known) = (bptt.initial_gradient(), half("grad_h0", "grad_c0"));
    let (gu, known_u) = (bptt.input_gradient().unwrap(), by_column("grad_inputs", d));
    for (own, known, what) in [(&gx, &known, "initial state"), (&gu, &known_u, "inputs")] {
        for j in 0..known.ncols() {
            for i in 0..known.nrows() {
                close(own[(i, j)].to_f64(), known[(i, j)], tolerance, &format!("{net} {what} {i} {j}"));
            }
        }
    }
}

fn networks<T: Real>(tolerance: [f64; 2]) {
    against_pytorch::<T>("ff2_lstm", |n, d| Box::new(Lstm::new(n, d)), tolerance);
    against_pytorch::<T>("ff2_relu", |n, d| Box::new(Vanilla::new(n, d, Activation::Relu)), tolerance);
    against_pytorch::<T>("ff3_gru", |n, d| Box::new(Gru::new(n, d)), tolerance);
    for net in ["ff3_tanh", "ibl_tanh", "sine_tanh"] {
        against_pytorch::<T>(net, |n, d| Box::new(Vanilla::new(n, d, Activation::Tanh)), tolerance);
    }
}

#[test]
fn gradients_agree_with_pytorch_in_double_precision() {
    networks::<f64>([1e-9; 2]);
}

#[test]
fn gradients_agree_with_pytorch_in_single_precision() {
    networks::<f32>([1e-6, 2e-4]);
}

/// Every cell and wrapper that may be trained, one line each.
fn rules<T: Real>() -> Vec<(&'static str, Box<dyn Rule<T>>)> {
    use Activation::{Relu, Sigmoid, Tanh};
    let tau = || vec![1.0, 2.5, 0.7, 1.0, 1.3];
    vec![
        ("vanilla tanh", Box::new(Vanilla::new(6, 3, Tanh))),
        ("vanilla relu", Box::new(Vanilla::new(5, 3, Relu))),
        ("gru", Box::new(Gru::new(5, 3))),
        ("gru reset before", Box::new(GruResetBefore::new(5, 3))),
        ("lstm", Box::new(Lstm::new(4, 3))),
        ("euler rate", Box::new(Euler::new(Rate::new(3, Tanh, tau()), 0.4))),
        ("euler current", Box::new(Euler::new(Current::new(3, Sigmoid, tau()), 0.4))),
        ("rk4 rate", Box::new(Rk4::new(Rate::new(3, Tanh, tau()), 0.4))),
        ("stack", Box::new(Stack::new(vec![Box::new(Lstm::new(4, 3)), Box::new(Gru::new(5, 4))]))),
    ]
}

/// A model of `rule` with random parameters whose read-out leaves the first state row out.
fn model<T: Real>(mut rule: Box<dyn Rule<T>>, outputs: usize) -> Model<T> {
    let mut rng = stream(3, Use::Fixture, rule.dim() as u64);
    let mut draw = |scale: f64| T::of(scale * normal(&mut rng));
    let theta: Vec<T> = (0..parameter_count(rule.as_ref())).map(|_| draw(0.5)).collect();
    rule.write_params(&theta);
    let weight = Mat::from_fn(outputs, rule.dim() - 1, |_, _| draw(1.0));
    Model {
        rule,
        readout: Readout { weight, bias: (0..outputs).map(|_| draw(1.0)).collect(), first: 1 },
        encoder: None,
        unbiased: false,
    }
}

/// Random inputs; weights 0 at the first step, whole at the third, mixed elsewhere.
fn batch(targets: &str, d: usize, o: usize, steps: usize, sequences: usize) -> Batch {
    let mut rng = stream(4, Use::Fixture, 0);
    let columns = steps * sequences;
    let inputs = normal_matrix(&mut rng, d, columns);
    let values = normal_matrix(&mut rng, o, columns);
    let targets = match targets {
        "classes" => Targets::Classes((0..columns).map(|k| ((k * 7 + k / 3) % o) as u32).collect()),
        // Two columns do not sum to 1, one has a zero.
        "soft" => Targets::Values(Mat::from_fn(o, columns, |i, k| {
            let total: f64 = (0..o).map(|i| values[(i, k)].powi(2)).sum();
            if k == 2 * sequences && i == 0 { 0.0 } else { values[(i, k)].powi(2) / total }
        })),
        _ => Targets::Values(values),
    };
    let weight = |k: usize| match k / sequences {
        0 => 0.0,
        2 => 1.0,
        _ => [0.0, 0.5, 2.0][k % 3],
    };
    Batch { steps, sequences, inputs, targets, weights: (0..columns).map(weight).collect(), start: None }
}

const LOSSES: [(&str, Objective); 3] = [
    ("classes", Objective::CrossEntropy),
    ("soft", Objective::CrossEntropy),
    ("values", Objective::MeanSquare),
];

#[test]
fn gradients_match_central_differences_for_every_cell_and_loss() {
    let (steps, sequences, outputs, h) = (5, 2, 3, 1e-5);
    for (targets, objective) in LOSSES {
        for (name, rule) in rules::<f64>() {
            let mut model = model(rule, outputs);
            let batch = batch(targets, 3, outputs, steps, sequences);
            let mut bptt = Bptt::new(&model, steps, sequences).with_input_gradient();
            let initial = normal_matrix(&mut stream(5, Use::Fixture, 0), model.rule.dim(), sequences);
            bptt.set_initial(initial.as_ref());
            let mut theta = vec![0.0; model.parameter_count()];
            model.read_params(&mut theta);
            let mut grad = vec![f64::NAN; theta.len()];
            bptt.gradient(&model, &batch, objective, None, &mut grad);
            let (gx, gu) = (bptt.initial_gradient(), bptt.input_gradient().unwrap());
            for p in (0..theta.len()).step_by(1 + theta.len() / 40) {
                let mut side = |s: f64| {
                    let mut moved = theta.clone();
                    moved[p] += s;
                    model.write_params(&moved);
                    bptt.loss(&model, &batch, objective).loss
                };
                let difference = (side(h) - side(-h)) / (2.0 * h);
                close(grad[p], difference, 1e-6, &format!("{name} {targets} parameter {p}"));
            }
            model.write_params(&theta);
            for j in 0..sequences {
                for i in 0..model.rule.dim() {
                    let mut side = |s: f64| {
                        let mut moved = initial.clone();
                        moved[(i, j)] += s;
                        bptt.set_initial(moved.as_ref());
                        bptt.loss(&model, &batch, objective).loss
                    };
                    let difference = (side(h) - side(-h)) / (2.0 * h);
                    close(gx[(i, j)], difference, 1e-6, &format!("{name} {targets} state {i} {j}"));
                }
            }
            bptt.set_initial(initial.as_ref());
            for k in 0..steps * sequences {
                let mut side = |s: f64| {
                    let mut moved = batch.clone();
                    moved.inputs[(k % 3, k)] += s;
                    bptt.loss(&model, &moved, objective).loss
                };
                let difference = (side(h) - side(-h)) / (2.0 * h);
                close(gu[(k % 3, k)], difference, 1e-6, &format!("{name} {targets} input {k}"));
            }
        }
    }
}

/// The silenced units are the same at every call with one step number, so differences can be taken.
#[test]
fn dropout_is_inverted_and_differentiated() {
    let (steps, sequences) = (5, 2);
    let mut model = model(Box::new(Gru::<f64>::new(6, 3)), 3);
    let batch = batch("classes", 3, 3, steps, sequences);
    let mut bptt = Bptt::new(&model, steps, sequences);
    let mut theta = vec![0.0; model.parameter_count()];
    model.read_params(&mut theta);
    let (mut grad, mut unused) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
    let dropout = |step| Some(Dropout { rate: 0.4, seed: 9, step });
    let whole = bptt.gradient(&model, &batch, Objective::CrossEntropy, None, &mut grad);
    let other = bptt.gradient(&model, &batch, Objective::CrossEntropy, dropout(1), &mut grad);
    let one = bptt.gradient(&model, &batch, Objective::CrossEntropy, dropout(2), &mut grad);
    assert!((whole.loss - one.loss).abs() > 1e-3 && (one.loss - other.loss).abs() > 1e-3);
    for p in (0..theta.len()).step_by(5) {
        let mut side = |s: f64| {
            let mut moved = theta.clone();
            moved[p] += s;
            model.write_params(&moved);
            bptt.gradient(&model, &batch, Objective::CrossEntropy, dropout(2), &mut unused).loss
        };
        let difference = (side(1e-5) - side(-1e-5)) / 2e-5;
        close(grad[p], difference, 1e-6, &format!("parameter {p}"));
    }
    let mut mask = Mat::<f64>::zeros(100, 100);
    Dropout { rate: 0.3, seed: 1, step: 0 }.fill(mask.as_mut(), 0, 1, 0);
    let kept = (0..100).flat_map(|j| (0..100).map(move |i| (i, j))).filter(|p| mask[*p] > 0.0).count();
    // Binomial, 10000 draws at 0.7: standard deviation 46.
    assert!(kept.abs_diff(7000) < 200, "{kept}");
    assert!((mask.norm_max() - 1.0 / 0.7).abs() < 1e-12);
}

#[test]
fn the_same_bits_on_any_number_of_threads_and_at_every_call() {
    let (steps, sequences) = (6, 70);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut all = Vec::new();
        for (_, rule) in rules::<f32>() {
            let model = model(rule, 3);
            let batch = batch("classes", 3, 3, steps, sequences);
            let mut bptt = Bptt::new(&model, steps, sequences);
            let dropout = Some(Dropout { rate: 0.2, seed: 1, step: 7 });
            let mut grad = vec![f32::NAN; model.parameter_count()];
            for _ in 0..2 {
                pool.install(|| bptt.gradient(&model, &batch, Objective::CrossEntropy, dropout, &mut grad));
                all.push(grad.iter().map(|g| g.to_bits()).collect::<Vec<u32>>());
            }
        }
        all
    };
    let one = run(1);
    for pair in one.chunks(2) {
        assert_eq!(pair[0], pair[1]);
    }
    assert_eq!(one, run(2));
    assert_eq!(one, run(5));
}
