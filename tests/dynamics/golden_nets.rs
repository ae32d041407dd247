//! Networks exported from PyTorch: states, Jacobians, gradients and fixed points against its own.

use faer::Mat;
use nullcline::diagnostics::dynamics::fixed_points::{self, Label};
use nullcline::diagnostics::dynamics::trajectories::{Inputs, random_states, trajectories};
use nullcline::io::tensors::{Tensors, read};
use nullcline::linalg::activation::Activation;
use nullcline::systems::checkpoint::{Network, Spec, load};
use nullcline::systems::rule::{Point, Workspace, linearise, parameter_count};
use std::path::PathBuf;

const NETS: [&str; 6] = ["ff2_lstm", "ff2_relu", "ff3_gru", "ff3_tanh", "ibl_tanh", "sine_tanh"];

fn file(net: &str, name: &str) -> Option<Tensors> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/nets").join(net).join(name);
    path.exists().then(|| read(&path).unwrap())
}

fn network(net: &str) -> Network {
    let activation = net.contains("relu").then_some(Activation::Relu);
    let spec = Spec { activation, ..Spec::default() };
    load(&file(net, &format!("{net}.safetensors")).unwrap(), &spec).unwrap()
}

fn values<'a>(t: &'a Tensors, name: &str) -> &'a [f64] {
    &t.get(name).unwrap_or_else(|| panic!("no {name}")).data
}

fn close(a: f64, b: f64, scale: f64, what: &str) {
    assert!((a - b).abs() <= 1e-9 * scale.max(b.abs()), "{what}: {a} against {b}");
}

/// [h; c] of an LSTM, h otherwise, of entry `i` of arrays that hold `n` numbers an entry.
fn state(t: &Tensors, h: &str, c: &str, i: usize, n: usize) -> Vec<f64> {
    let mut x = values(t, h)[i * n..(i + 1) * n].to_vec();
    if let Some(c) = t.get(c) {
        x.extend(&c.data[i * n..(i + 1) * n]);
    }
    x
}

#[test]
fn states_agree() {
    for net in NETS {
        let Some(t) = file(net, "trajectory.npz") else { continue };
        let n = network(net);
        let (units, d) = (n.units[0], n.inputs);
        let steps = t.get("inputs").unwrap().shape[1];
        let trials: Vec<Mat<f64>> = (0..2)
            .map(|b| Mat::from_fn(d, steps, |i, s| values(&t, "inputs")[(b * steps + s) * d + i]))
            .collect();
        let start = [0, 1].map(|b| state(&t, "h0", "c0", b, units));
        let start = Mat::from_fn(start[0].len(), 2, |i, b| start[b][i]);
        let found = trajectories(n.system.as_ref(), start.as_ref(), &Inputs::Trials(trials), 0);
        for b in 0..2 {
            for s in 0..steps {
                for (i, v) in state(&t, "states", "cells", b * steps + s, units).iter().enumerate() {
                    close(found.states[b][(i, s + 1)], *v, 1.0, &format!("{net} state {b} {s} {i}"));
                }
            }
        }
    }
}

#[test]
fn jacobians_agree() {
    for net in NETS {
        let t = file(net, "jacobians.npz").unwrap();
        let n = network(net);
        let (m, k, d) = (t.get("states").unwrap().shape[0], n.system.step().dim(), n.inputs);
        for p in 0..m {
            let x = &values(&t, "states")[p * k..(p + 1) * k];
            let u = &values(&t, "inputs")[p * d..(p + 1) * d];
            let (_, j, b) = linearise(n.system.step(), x, u);
            for i in 0..k {
                for c in 0..k {
                    let known = values(&t, "dstate_dstate")[(p * k + i) * k + c];
                    close(j[(i, c)], known, 1.0, &format!("{net} dF/dx {p} {i} {c}"));
                }
                for c in 0..d {
                    let known = values(&t, "dstate_dinput")[(p * k + i) * d + c];
                    close(b[(i, c)], known, 1.0, &format!("{net} dF/du {p} {i} {c}"));
                }
            }
        }
    }
}

/// Backpropagation through time by the rule's own products, two trials as two columns.
#[test]
fn gradients_agree() {
    for net in NETS {
        let t = file(net, "gradients.npz").unwrap();
        let n = network(net);
        let rule = n.system.step();
        let (k, units, d) = (rule.dim(), n.units[0], n.inputs);
        let shape = &t.get("targets").unwrap().shape;
        let (steps, outputs) = (shape[1], shape[2]);
        let readout = n.readout.as_ref().unwrap();
        let start = [0, 1].map(|b| state(&t, "h0", "c0", b, units));
        let mut x = vec![Mat::from_fn(k, 2, |i, b| start[b][i])];
        let u: Vec<Mat<f64>> = (0..steps)
            .map(|s| Mat::from_fn(d, 2, |i, b| values(&t, "inputs")[(b * steps + s) * d + i]))
            .collect();
        let mut tapes = vec![];
        for s in 0..steps {
            let mut ws = Workspace::new(rule, 2, 2);
            let mut y = Mat::zeros(k, 2);
            ws.eval(rule, x[s].as_ref(), u[s].as_ref(), y.as_mut());
            x.push(y);
            tapes.push(ws);
        }
        let count = (2 * steps * outputs) as f64;
        let (mut loss, mut g) = (0.0, Mat::<f64>::zeros(k, 2));
        let mut grad = vec![0.0; parameter_count(rule)];
        for s in (0..steps).rev() {
            for b in 0..2 {
                for o in 0..outputs {
                    let y: f64 = readout.bias[o]
                        + (0..units).map(|i| readout.weight[(o, i)] * x[s + 1][(i, b)]).sum::<f64>();
                    let error = y - values(&t, "targets")[(b * steps + s) * outputs + o];
                    loss += error * error / count;
                    for i in 0..units {
                        g[(i, b)] += 2.0 * error / count * readout.weight[(o, i)];
                    }
                }
            }
            let Workspace { tape, scratch } = &mut tapes[s];
            let at = Point { x: x[s].as_ref(), u: u[s].as_ref(), tape: tape.as_ref() };
            rule.param_vjp(at, g.as_ref(), &mut grad, scratch.as_mut());
            let (mut gx, mut gu) = (Mat::zeros(k, 2), Mat::zeros(d, 2));
            rule.vjp(at, g.as_ref(), gx.as_mut(), Some(gu.as_mut()), scratch.as_mut());
            for b in 0..2 {
                for i in 0..d {
                    let known = values(&t, "grad_inputs")[(b * steps + s) * d + i];
                    close(gu[(i, b)], known, 1e-3, &format!("{net} input gradient {s}"));
                }
            }
            g = gx;
        }
        close(loss, values(&t, "loss")[0], 1e-3, &format!("{net} loss"));
        for b in 0..2 {
            for (i, v) in state(&t, "grad_h0", "grad_c0", b, units).iter().enumerate() {
                close(g[(i, b)], *v, 1e-3, &format!("{net} gradient of the initial state"));
            }
        }
        let mut rest = &grad[..];
        for block in rule.layout() {
            let (own, next) = rest.split_at(block.rows * block.cols);
            rest = next;
            let known = values(&t, &format!("grad.rnn.{}_l0", block.name));
            for i in 0..block.rows {
                for c in 0..block.cols {
                    let what = format!("{net} gradient of {} {i} {c}", block.name);
                    close(own[c * block.rows + i], known[i * block.cols + c], 1e-3, &what);
                }
            }
        }
    }
}

#[test]
fn fixed_points_are_all_found_and_none_is_false() {
    for net in NETS {
        for name in ["fixed_points_zero_input.npz", "fixed_points_const_input.npz"] {
            let Some(t) = file(net, name) else { continue };
            let n = network(net);
            let system = n.system.as_ref();
            let k = system.step().dim();
            let input = values(&t, "input");
            let start = random_states(system, 32, 1);
            let pool = trajectories(system, start.as_ref(), &Inputs::Constant(input.to_vec()), 200).pooled();
            let options = fixed_points::Options::for_dimension(k);
            let found = fixed_points::fixed_points(system, pool.as_ref(), input, &options, &|| ());
            let fixed: Vec<_> = found.points.iter().filter(|p| p.label == Label::Fixed).collect();
            let known = values(&t, "n_unstable").len();
            assert_eq!(fixed.len(), known, "{net} {name}");
            for p in 0..known {
                let x = &values(&t, "points")[p * k..(p + 1) * k];
                let gap = |s: &[f64]| s.iter().zip(x).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                let near = fixed.iter().find(|f| gap(&f.state) < 1e-6);
                let near = near.unwrap_or_else(|| panic!("{net} {name}: point {p} not found"));
                assert_eq!(near.unstable, values(&t, "n_unstable")[p] as usize, "{net} {name} point {p}");
                assert!(near.certified.is_some_and(|r| r < 1e-8), "{net} {name} point {p} is not certified");
            }
        }
    }
}

/// Saddles have small basins under any search: the edges between attractors must not be left to luck.
#[test]
fn every_seed_finds_all_27_points_of_the_flip_flop_gru() {
    let n = network("ff3_gru");
    let system = n.system.as_ref();
    for seed in 1..=8 {
        let start = random_states(system, 32, seed);
        let pool = trajectories(system, start.as_ref(), &Inputs::Constant(vec![0.0; 3]), 200).pooled();
        let options = fixed_points::Options { seed, ..fixed_points::Options::for_dimension(32) };
        let found = fixed_points::fixed_points(system, pool.as_ref(), &[0.0; 3], &options, &|| ());
        assert_eq!(found.points.len(), 27, "seed {seed}");
    }
}
