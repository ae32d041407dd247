//! What nullcline writes is the same network when it is read, without a flag.

use crate::common::{Place, analyze, network, noise, run, tensor};
use faer::Mat;
use nullcline::io::tensors::{read, write_safetensors};
use nullcline::linalg::Real;
use nullcline::linalg::activation::Activation::{Relu, Sigmoid, Tanh};
use nullcline::systems::architecture::Architecture;
use nullcline::systems::cells::{
    Antisymmetric, Cell, CoRnn, Current, GatedAntisymmetric, Gru, KINDS, Lipschitz, Lstm, Plrnn, Rate,
    Scheme, Skewed, Vanilla, named,
};
use nullcline::systems::checkpoint::{Network, Spec, load, save};
use nullcline::systems::rule::{linearise, parameter_count};
use std::path::Path;

const EULER: Scheme = Scheme { dt: 0.07, euler: true };
const RK4: Scheme = Scheme { dt: 0.1 / 3.0, euler: false };

fn cells() -> Vec<(Cell, Vec<usize>)> {
    let tau = || vec![1.0, 0.3, 2.0 / 3.0];
    let skewed = |beta, gamma| Skewed { beta, gamma };
    vec![
        (Vanilla::cell(Relu), vec![3]),
        (Vanilla::cell(Tanh), vec![3, 4, 2]),
        (Gru::cell(), vec![3]),
        (Gru::cell_reset_before(), vec![3, 2]),
        (Lstm::cell(), vec![3]),
        (Lstm::cell(), vec![2, 3]),
        (Rate::cell(Tanh, tau(), RK4), vec![3]),
        (Rate::cell(Relu, tau(), EULER), vec![3]),
        (Current::cell(Sigmoid, tau(), EULER), vec![3]),
        (Current::cell(Tanh, tau(), RK4), vec![3]),
        (Antisymmetric::cell(0.1 / 3.0, 0.001), vec![3]),
        (Antisymmetric::cell(0.1, 0.0), vec![3, 2]),
        (GatedAntisymmetric::cell(0.1, 0.01), vec![3]),
        (GatedAntisymmetric::cell(0.1, 0.01), vec![3, 4]),
        (CoRnn::cell(0.042, 2.7, 4.7), vec![3]),
        (CoRnn::cell(0.042, 2.7, 4.7), vec![3, 2]),
        (Plrnn::cell(Relu), vec![3]),
        (Plrnn::shallow_cell(5, Tanh), vec![3]),
        (Plrnn::shallow_cell(2, Relu), vec![3, 2]),
        (Lipschitz::cell(skewed(0.65, 0.001), skewed(0.8, 0.01), EULER), vec![3]),
        (Lipschitz::cell(skewed(0.65, 0.001), skewed(0.8, 0.01), RK4), vec![3]),
    ]
}

/// Writes a network of random parameters with a read-out, and returns its parameters as they are kept.
fn written<T: Real>(path: &Path, architecture: &Architecture, weight: &Mat<f64>, bias: &[f64]) -> Vec<f64> {
    let mut rule = architecture.rule::<T>();
    let count = parameter_count(rule.as_ref());
    let theta: Vec<T> = noise(count, 0.6, 3).into_iter().map(T::of).collect();
    rule.write_params(&theta);
    let weight = Mat::from_fn(weight.nrows(), weight.ncols(), |i, j| T::of(weight[(i, j)]));
    let bias: Vec<T> = bias.iter().map(|b| T::of(*b)).collect();
    let (tensors, metadata) = save(architecture, rule.as_ref(), Some((weight.as_ref(), &bias)));
    write_safetensors(path, &tensors, &metadata).unwrap();
    theta.into_iter().map(|t| t.to_f64()).collect()
}

fn check(network: &Network, architecture: &Architecture, theta: &[f64], what: &str) {
    assert_eq!(&network.architecture, architecture, "{what}");
    assert!(network.notes.is_empty() && network.unused.is_empty(), "{what}: {:?}", network.notes);
    let mut rule = architecture.rule::<f64>();
    rule.write_params(theta);
    let (x, u) = (noise(architecture.dim(), 1.0, 5), noise(architecture.inputs(), 1.0, 6));
    let (expected, found) = (linearise(rule.as_ref(), &x, &u), linearise(network.system.step(), &x, &u));
    assert_eq!(expected.0, found.0, "{what}");
    assert_eq!(expected.1, found.1, "{what}");
    assert_eq!(network.state_names.len(), architecture.dim());
}

#[test]
fn every_kind_reads_back() {
    let place = Place::new("round_trip");
    let every = KINDS.iter().map(|kind| {
        assert_eq!(named(kind.name), Some(*kind));
        let time = |units| Ok((if units { vec![0.7, 1.0, 1.3] } else { vec![] }, RK4));
        let cell: Result<Cell, ()> =
            Cell::of(kind, (Tanh, false), |name| Ok(if name == "hidden" { 4.0 } else { 0.3 }), time);
        (cell.unwrap(), vec![3])
    });
    for (i, (cell, units)) in cells().into_iter().chain(every).enumerate() {
        for inputs in [2, 0] {
            let architecture = Architecture::new(cell.clone(), inputs, &units).unwrap();
            let m = architecture.output().len();
            let weight = Mat::from_fn(2, m, |i, j| (i + 2 * j) as f64 / 8.0);
            let what = format!("{i} {cell:?} {units:?} {inputs}");
            let path = place.0.join("net.safetensors");
            for single in [false, true] {
                let theta = if single {
                    written::<f32>(&path, &architecture, &weight, &[0.5, -0.25])
                } else {
                    written::<f64>(&path, &architecture, &weight, &[0.5, -0.25])
                };
                let file = read(&path).unwrap();
                let dtype = if single { "f32" } else { "f64" };
                assert!(file.tensors.iter().all(|t| t.dtype == dtype), "{what}");
                let network = load(&file, &Spec::default()).unwrap();
                check(&network, &architecture, &theta, &what);
                let readout = network.readout.unwrap();
                assert_eq!((readout.weight, readout.bias), (weight.clone(), vec![0.5, -0.25]), "{what}");
            }
        }
    }
}

/// W of an antisymmetric network is shown as it acts: antisymmetric but for the damping.
#[test]
fn the_recurrent_matrices_are_those_that_act() {
    let place = Place::new("acting");
    let path = place.0.join("net.safetensors");
    let matrix = |cell: Cell, name: &str| {
        let architecture = Architecture::new(cell, 1, &[3]).unwrap();
        written::<f64>(&path, &architecture, &Mat::zeros(1, 3), &[0.0]);
        let network = load(&read(&path).unwrap(), &Spec::default()).unwrap();
        network.recurrent.into_iter().find(|r| r.0 == name).unwrap().1
    };
    let a = matrix(Antisymmetric::cell(0.1, 0.2), "recurrent");
    let skewed = |beta, gamma| Skewed { beta, gamma };
    let cell = Lipschitz::cell(skewed(1.0, 0.2), skewed(0.5, 0.0), RK4);
    for m in [a, matrix(cell, "linear")] {
        for i in 0..3 {
            assert!((m[(i, i)] + 0.2).abs() < 1e-15);
            assert!((0..i).all(|j| (m[(i, j)] + m[(j, i)]).abs() < 1e-15 && m[(i, j)].abs() > 1e-3));
        }
    }
    assert!(matrix(CoRnn::cell(0.1, 1.0, 1.0), "velocity").nrows() == 3);
}

/// A coRNN of one layer below another: the read-out sees the upper y, and the report its outputs.
#[test]
fn analyze_reads_a_cornn_without_a_flag() {
    let place = Place::new("cornn");
    let path = place.0.join("net.safetensors");
    let cell = CoRnn::cell(0.1, 1.0, 0.5);
    let architecture = Architecture::new(cell, 1, &[2, 3]).unwrap();
    assert_eq!(architecture.output(), 4..7);
    written::<f32>(&path, &architecture, &Mat::identity(3, 3), &[0.0; 3]);
    analyze(
        &place,
        &[path.to_str().unwrap(), "--modules", "trajectories,recurrent", "--length", "40"],
        0,
        &[],
    );
    let inspected = run(&["inspect", path.to_str().unwrap()]);
    assert!(inspected.out.contains("coRNN, 2 layers, 2 + 3 units"), "{}", inspected.out);
    let text = std::fs::read_to_string(place.0.join("out/trajectories/states.csv")).unwrap();
    let names: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let row: Vec<&str> = text.lines().nth(20).unwrap().split(',').collect();
    let column = |name: &str| row[names.iter().position(|n| *n == name).unwrap()];
    for i in 0..3 {
        assert_eq!(column(&format!("y{i}_l1")), column(&format!("output{i}")));
    }
}

/// Foreign files: --map names the second matrix, --constants what no tensor says.
#[test]
fn foreign_names_and_constants_are_taken_from_the_command() {
    let place = Place::new("foreign");
    let square = |name: &str, index| tensor(name, &[3, 3], noise(9, 0.5, index));
    let tensors = [square("W", 1), square("Z", 2), square("M", 3), tensor("V", &[3, 1], vec![1.0, 0.5, 0.0])];
    let file = place.save("w.safetensors", &tensors);
    let cornn = ["--cell", "cornn", "--map", "w_rec=W,w_vel=Z,w_in=V", "--modules", "recurrent"];
    let arguments = |more: &[&'static str]| [&[file.as_str()], &cornn[..], more].concat();
    let constants = ["--constants", "gamma=2.7,epsilon=4.7"];
    analyze(&place, &[&arguments(&constants)[..], &["--dt", "0.04"]].concat(), 0, &[]);
    let matrices = &place.summary("out")["modules"]["recurrent"];
    assert!(matrices.to_string().contains("velocity"), "{matrices}");
    let missing = "the file does not say the constant dt of a cornn network: give --constants dt=VALUE";
    analyze(&place, &arguments(&constants), 3, &[missing]);
    let unknown = "--constants beta: no such constant of cornn networks; they have dt, gamma, epsilon";
    analyze(&place, &arguments(&["--constants", "beta=1"]), 2, &[unknown]);
    analyze(
        &place,
        &arguments(&["--constants", "dt=-1,gamma=1,epsilon=1"]),
        3,
        &["dt is -1, expected a positive"],
    );
    analyze(&place, &arguments(&["--constants", "gamma=x"]), 2, &["`x` is not a finite number"]);
    let lipschitz = ["--cell", "lipschitz", "--map", "w_rec=W,b=V", "--modules", "recurrent"];
    let two =
        "lipschitz networks have two recurrent matrices; --map names it w_vel (cornn) or w_lin (lipschitz)";
    let all = "beta_a=0.7,gamma_a=0.1,beta_w=0.7,gamma_w=0.1";
    analyze(&place, &[&[file.as_str()], &lipschitz[..], &["--constants", all]].concat(), 3, &[two]);
    let net = place.save("net.safetensors", &network(1, 3, 1, 1.0));
    let none = "--constants gamma: no such constant of vanilla networks; they have none";
    analyze(&place, &[&net, "--constants", "gamma=1"], 2, &[none]);
}
