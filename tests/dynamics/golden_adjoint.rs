//! Adjoints against an independent program: DOP853 at 1e-12, and exact pieces of ReLU networks.

#![allow(clippy::print_stdout)]

use faer::Mat;
use nullcline::diagnostics::dynamics::adjoint::{Adjoint, Drive, Options, adjoint};
use nullcline::io::tensors::{Tensors, read};
use nullcline::linalg::activation::Activation;
use nullcline::systems::cells::{Current, Rate};
use nullcline::systems::time::{Flow, System};
use std::path::{Path, PathBuf};

const SYSTEMS: [(&str, Activation); 5] = [
    ("stable_fp", Activation::Tanh),
    ("two_fixed_points", Activation::Relu),
    ("line_attractor", Activation::Relu),
    ("line_attractor_end_point", Activation::Relu),
    ("limit_cycle", Activation::Tanh),
];

fn values<'a>(t: &'a Tensors, name: &str) -> &'a [f64] {
    &t.get(name).unwrap_or_else(|| panic!("no {name}")).data
}

fn system(t: &Tensors, f: Activation, dt: f64, current: bool) -> Box<dyn System> {
    let n = values(t, "x0").len();
    let fill = |p: &mut nullcline::systems::cells::Params<f64>| {
        for i in 0..n {
            for j in 0..n {
                p.mat_mut(1)[(i, j)] = values(t, "W")[i * n + j];
            }
            p.mat_mut(2)[(i, 0)] = values(t, "b").get(i).copied().unwrap_or(0.0);
        }
    };
    if current {
        let mut cell = Current::new(0, f, vec![1.0; n]);
        fill(cell.params_mut());
        Box::new(Flow::new(cell, dt))
    } else {
        let mut cell = Rate::new(0, f, vec![1.0; n]);
        fill(cell.params_mut());
        Box::new(Flow::new(cell, dt))
    }
}

/// Largest relative error of a log norm against the reference's norms in time.
fn worst(found: &Adjoint, log: &[f64], t: &Tensors, name: &str) -> f64 {
    let (times, norms) = (values(t, "t"), values(t, name));
    let t1 = times[times.len() - 1];
    let one = |(time, norm): (&f64, &f64)| {
        let k = found.horizons.iter().position(|h| (h - (t1 - time)).abs() < 1e-9).expect("on the grid");
        (log[k] - norm.ln()).abs()
    };
    times.iter().zip(norms).map(one).fold(0.0, f64::max)
}

fn check(folder: &Path, name: &str, f: Activation, current: bool, dt: f64) {
    let t = read(&folder.join(format!("{name}.npz"))).unwrap();
    let n = values(&t, "x0").len();
    let system = system(&t, f, dt, current);
    let times = values(&t, "t");
    let options = Options {
        horizon: times[times.len() - 1],
        terminal: Some(values(&t, "psi_terminal").to_vec()),
        ..Options::default()
    };
    let found = adjoint(system.as_ref(), values(&t, "x0"), &Drive::Constant(&[]), &options).unwrap();
    let psi = worst(&found, &found.log_norm[0], &t, "psi_norm");
    let frobenius = worst(&found, &found.log_frobenius, &t, "Psi_frobenius");
    let spectral = worst(&found, &found.log_spectral, &t, "Psi_spectral");
    let j = Mat::from_fn(n, n, |i, k| values(&t, "Jacobian_t0_t1")[i * n + k]);
    let exact = j.singular_values().unwrap();
    let reach = |k: &usize| exact[*k] > 1e-6 * exact[0];
    let singular = (0..n).filter(reach).map(|k| (found.log_singular_values[k] - exact[k].ln()).abs());
    let singular = singular.fold(0.0, f64::max);
    println!(
        "{name}: psi {psi:.1e}, Frobenius {frobenius:.1e}, spectral {spectral:.1e}, singular {singular:.1e}; eq. 7 \
         {:.1e}, discretisation {:.1e}, {} steps, {} kinks; rate {:.4} ± {:.4}, forward {:.4} ± {:.4}",
        found.identity_residual,
        found.discretisation_error,
        found.steps,
        found.kinks,
        found.rate.value,
        found.rate.error(),
        found.forward_rate.value,
        found.forward_rate.error(),
    );
    assert!(psi < 1e-6 && frobenius < 1e-6 && spectral < 1e-6 && singular < 1e-5, "{name}");
    assert!(found.identity_residual < 1e-10, "{name}: {}", found.identity_residual);
    assert!(found.discretisation_error < 1e-6, "{name}: {}", found.discretisation_error);
}

#[test]
fn norms_agree_with_continuous_time_across_kinks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/adjoint");
    for (name, f) in SYSTEMS {
        for dt in [0.05, 0.25] {
            check(&folder, name, f, f == Activation::Tanh, dt);
        }
    }
}

#[test]
#[ignore = "needs the reference data: NULLCLINE_REFERENCE=FOLDER cargo test --release --test dynamics golden_adjoint -- --ignored"]
fn norms_of_a_chaotic_network_agree() {
    let folder = std::env::var("NULLCLINE_REFERENCE").expect("NULLCLINE_REFERENCE");
    check(&PathBuf::from(folder).join("adjoint"), "chaotic", Activation::Tanh, true, 0.1);
}
