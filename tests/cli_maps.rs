//! Networks under names of their own (--map), as flows and as Euler maps.

mod common;

use common::{Place, analyze, noise, tensor};
use nullcline::io::tensors::write_npz;
use serde_json::Value;

fn csv(place: &Place, path: &str) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(place.0.join(path)).unwrap();
    text.lines().skip(1).map(|l| l.split(',').map(|v| v.parse().unwrap()).collect()).collect()
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// tau = 1, dt = a: h' = (1 - a) h + a f(W h + U u + b), the leaky network of most task papers; a current
/// network has x' = (1 - a) x + a (W f(x) + U u + b).
#[test]
fn euler_steps_are_the_leaky_network() {
    let place = Place::new("leaky");
    let (n, d, a) = (4, 2, 0.2);
    let (w, u, b) = (noise(n * n, 0.7, 1), noise(n * d, 1.0, 2), noise(n, 0.5, 3));
    let (x0, input) = (noise(n, 1.0, 4), noise(30 * d, 1.0, 5));
    let tensors = [
        tensor("W", &[n, n], w.clone()),
        tensor("U", &[n, d], u.clone()),
        tensor("bias", &[n], b.clone()),
        tensor("D", &[1, n], vec![1.0; n]),
    ];
    write_npz(&place.0.join("net.npz"), &tensors).unwrap();
    let rows = |v: &[f64], k: usize| {
        let names = (0..k).map(|j| format!("c{j}")).collect::<Vec<_>>().join(",");
        let lines = v.chunks(k).map(|r| r.iter().map(f64::to_string).collect::<Vec<_>>().join(","));
        std::iter::once(names).chain(lines).collect::<Vec<_>>().join("\n")
    };
    let (u_file, x_file) = (place.write("u.csv", rows(&input, d)), place.write("x.csv", rows(&x0, n)));
    let drive = |i: usize, t: usize, s: &[f64]| -> f64 {
        (0..n).map(|j| w[i * n + j] * s[j]).sum::<f64>()
            + (0..d).map(|j| u[i * d + j] * input[t * d + j]).sum::<f64>()
            + b[i]
    };
    for (cell, f) in [("rate", f64::tanh as fn(f64) -> f64), ("current", |v| v.max(0.0))] {
        let activation = if cell == "rate" { "tanh" } else { "relu" };
        for map in ["w_rec=W,w_in=U,b=bias,readout=D", "W=w_rec,U=w_in,bias=b,D=readout"] {
            let net = place.path("net.npz");
            let arguments = [
                &*net,
                "--cell",
                cell,
                "--map",
                map,
                "--activation",
                activation,
                "--euler",
                "--tau",
                "1",
                "--dt",
                "0.2",
                "--inputs",
                &u_file,
                "--initial",
                &x_file,
                "--modules",
                "trajectories",
            ];
            analyze(&place, &arguments, 0, &[]);
            let mut x = x0.clone();
            for (t, row) in csv(&place, "out/trajectories/states.csv").iter().enumerate() {
                assert!((row[1] - a * t as f64).abs() < 1e-12, "time {row:?}");
                for i in 0..n {
                    assert!((row[2 + i] - x[i]).abs() < 1e-12, "{cell} {t}: {row:?} {x:?}");
                }
                assert!((row[2 + n] - x.iter().sum::<f64>()).abs() < 1e-12, "read-out {row:?}");
                if t == 30 {
                    break;
                }
                let rate: Vec<f64> = x.iter().map(|v| f(*v)).collect();
                let next = |i: usize| match cell {
                    "rate" => f(drive(i, t, &x)),
                    _ => drive(i, t, &rate),
                };
                x = (0..n).map(|i| (1.0 - a) * x[i] + a * next(i)).collect();
            }
        }
    }
}

/// x' = -x + [W x + b]+ with W = ((0.35, -1), (-1, 0.35)), b = 1: stable points with eigenvalues -0.65
/// and -1, and a saddle at 1/1.65 with 0.35 and -1.65, all exact.
#[test]
fn a_switch_has_its_exact_points_and_spectra() {
    let place = Place::new("switch");
    let tensors = [tensor("W", &[2, 2], vec![0.35, -1.0, -1.0, 0.35]), tensor("b", &[2], vec![1.0; 2])];
    write_npz(&place.0.join("switch.npz"), &tensors).unwrap();
    let net = place.path("switch.npz");
    for (tau, rate) in [("1", 1.0), ("0.01", 100.0)] {
        let arguments =
            [&*net, "--cell", "rate", "--map", "w_rec=W,b=b", "--activation", "relu", "--tau", tau];
        let ran = analyze(&place, &arguments, 0, &[]);
        assert!(
            ran.out.contains("3 fixed points: 2 stable, 1 with 1 unstable direction; 3 certified."),
            "{}",
            ran.out
        );
        let modules = &place.summary("out")["modules"];
        let points = modules["fixed_points"]["points"].as_array().unwrap();
        let (stable, saddle) = (1.0 / 0.65, 1.0 / 1.65);
        for (p, (state, leading)) in
            points.iter().zip([([0.0, stable], -0.65), ([stable, 0.0], -0.65), ([saddle; 2], 0.35)])
        {
            let found = numbers(&p["state"]);
            assert!((found[0] - state[0]).abs() < 1e-9 && (found[1] - state[1]).abs() < 1e-9, "{found:?}");
            assert!((p["max_real_part"].as_f64().unwrap() - rate * leading).abs() < 1e-9 * rate);
        }
        let exponents = numbers(&modules["lyapunov"]["exponents"]);
        assert!(
            (exponents[0] + 0.65 * rate).abs() < 1e-9 * rate && (exponents[1] + rate).abs() < 1e-9 * rate
        );
    }
}
