//! Networks under names of their own (--map), as flows and as Euler maps.

use crate::common::{Place, analyze, noise, tensor};
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

/// h W + u U and h D, whose read-out's shape alone shows rows, is the network of the transposed matrices.
#[test]
fn the_shape_of_the_read_out_tells_the_convention() {
    let place = Place::new("by-read-out");
    let (n, o, d) = (4, 2, 3);
    let (w, b, out) = (noise(n * n, 0.8, 1), noise(n, 0.5, 3), noise(n * o, 1.0, 4));
    let turned = |m: &[f64], r: usize, c: usize| -> Vec<f64> {
        (0..c).flat_map(|j| (0..r).map(move |i| (i, j))).map(|(i, j)| m[i * c + j]).collect()
    };
    let run = |w: Vec<f64>, out: Vec<f64>, shape: [usize; 2], words: &[&str]| {
        let tensors = [tensor("w", &[n, n], w), tensor("b", &[n], b.clone()), tensor("ro", &shape, out)];
        write_npz(&place.0.join("net.npz"), &tensors).unwrap();
        let net = place.path("net.npz");
        let map = ["--cell", "vanilla", "--map", "w_rec=w,b=b,readout=ro", "--modules", "trajectories"];
        let ran = analyze(&place, &[&[&*net][..], &map].concat(), 0, words);
        (csv(&place, "out/trajectories/states.csv"), ran)
    };
    let said = ["`w` is stored for row vectors (h W), as the shape of `ro` shows: it is turned"];
    let (rows, ran) = run(w.clone(), out.clone(), [n, o], &[]);
    let page = std::fs::read_to_string(place.0.join("out/report.html")).unwrap();
    assert!(page.contains(said[0]) || ran.err.contains(said[0]), "{}", ran.err);
    assert!(!page.contains("Nothing shows how vectors multiply"));
    let (columns, _) = run(turned(&w, n, n), turned(&out, n, o), [o, n], &[]);
    assert_eq!(rows, columns);

    // Input weights that show rows beside a read-out that shows columns: one of the two is wrong.
    let tensors = [
        tensor("w", &[n, n], w.clone()),
        tensor("wi", &[d, n], noise(n * d, 1.0, 2)),
        tensor("ro", &[o, n], out.clone()),
    ];
    write_npz(&place.0.join("two.npz"), &tensors).unwrap();
    let two = place.path("two.npz");
    let map = ["--cell", "vanilla", "--map", "w_rec=w,w_in=wi,readout=ro", "--modules", "recurrent"];
    let words = [
        "`wi` of shape [3, 4] that they are rows",
        "`ro` of shape [2, 4] that they are columns",
        "--vectors",
    ];
    analyze(&place, &[&[&*two][..], &map].concat(), 3, &words);
    for vectors in ["row", "column"] {
        analyze(&place, &[&[&*two][..], &map, &["--vectors", vectors]].concat(), 0, &[]);
    }
}

#[test]
fn a_step_longer_than_the_time_constants_is_said() {
    let place = Place::new("coarse");
    let w = vec![0.5, 0.2, -0.3, 0.4];
    write_npz(&place.0.join("net.npz"), &[tensor("w", &[2, 2], w), tensor("tau", &[2], vec![1.0, 0.001])])
        .unwrap();
    let net = place.path("net.npz");
    let given = ["--cell", "rate", "--map", "w_rec=w,tau=tau", "--vectors", "column"];
    let words = ["the step dt = 0.1 exceeds the smallest time constant, 0.001", "give --dt below 0.001"];
    let run = |more: &[&str], status, words: &[&str]| {
        analyze(&place, &[&[&*net][..], &given, more].concat(), status, words)
    };
    run(&["--dt", "0.1", "--modules", "lyapunov"], 4, &words);
    run(&["--dt", "0.1", "--modules", "trajectories"], 0, &words);
    let ran = run(&["--dt", "0.0005", "--modules", "trajectories"], 0, &[]);
    assert!(!ran.err.contains("exceeds"), "{}", ran.err);
}
