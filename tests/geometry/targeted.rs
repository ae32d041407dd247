//! Axes of task variables: numpy, and what `analyze` says.

use crate::common::{Place, analyze, golden, violations};
use faer::Mat;
use nullcline::diagnostics::geometry::targeted::{NoAxes, Trials, targeted};
use nullcline::linalg::random::{Use, normal, normal_matrix, stream};
use serde_json::Value;
use std::fmt::Write;

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap_or_else(|| panic!("{v} is no array")).iter().map(|v| v.as_f64().unwrap()).collect()
}

/// tests/golden/targeted/SOURCE.md.
#[test]
fn axes_are_those_of_numpy() {
    let theirs: Value =
        serde_json::from_str(&std::fs::read_to_string(golden("targeted/expected.json")).unwrap()).unwrap();
    let x: Vec<Vec<Vec<f64>>> = serde_json::from_value(theirs["x"].clone()).unwrap();
    let (count, steps, n) = (x.len(), x[0].len(), x[0][0].len());
    let flat = Mat::from_fn(n, count * steps, |i, j| x[j / steps][j % steps][i]);
    let columns: Vec<Vec<usize>> = (0..count).map(|k| (k * steps..(k + 1) * steps).collect()).collect();
    let trials = |variables: Vec<Vec<f64>>| Trials {
        x: flat.as_ref(),
        columns: columns.iter().map(Vec::as_slice).collect(),
        variables,
        condition: numbers(&theirs["condition"]).iter().map(|c| *c as usize).collect(),
    };
    let variables: Vec<Vec<f64>> = theirs["variables"].as_array().unwrap().iter().map(numbers).collect();
    let found =
        targeted(&trials(variables.clone()), theirs["components"].as_u64().unwrap() as usize).unwrap();
    for v in 0..2 {
        let close = |ours: &[f64], theirs: &Value, what: &str| {
            for (a, b) in ours.iter().zip(numbers(theirs)) {
                assert!((a - b).abs() < 1e-9, "{what} {v}: {ours:?} and {theirs}");
            }
        };
        close(&found.norms[v], &theirs["norms"][v], "norms");
        assert_eq!(theirs["at"][v].as_u64().unwrap() as usize, found.at[v]);
        close(&(0..n).map(|i| found.raw[(i, v)]).collect::<Vec<_>>(), &theirs["raw"][v], "raw");
        close(&(0..n).map(|i| found.axes[(i, v)]).collect::<Vec<_>>(), &theirs["axes"][v], "axis");
    }
    let twice = vec![variables[0].clone(), variables[0].iter().map(|c| 3.0 - 2.0 * c).collect()];
    assert_eq!(targeted(&trials(twice), 12).err(), Some(NoAxes::Collinear));
    assert_eq!(targeted(&trials(vec![vec![1.0; count]]), 12).err(), Some(NoAxes::Collinear));
}

#[test]
fn analyze_finds_axes_with_errors_over_trials() {
    let place = Place::new("targeted");
    let mut rng = stream(6, Use::Fixture, 93);
    let load = normal_matrix(&mut rng, 12, 2);
    let mut text = "trial,motion,choice,".to_owned()
        + &(0..12).map(|i| format!("u{i}")).collect::<Vec<_>>().join(",")
        + "\n";
    for trial in 0..120 {
        let (motion, choice) = ([-0.5, -0.1, 0.1, 0.5][trial % 4], ["left", "right"][trial / 4 % 2]);
        for t in 0..8 {
            write!(text, "{trial},{motion},{choice}").unwrap();
            for i in 0..12 {
                let late = if t >= 4 { 1.0 } else { 0.0 };
                let drive = motion * 4.0 * load[(i, 0)] * (1.0 - 0.05 * f64::from(t - 2).powi(2))
                    + late * load[(i, 1)] * if choice == "left" { -1.0 } else { 1.0 };
                write!(text, ",{}", drive + normal(&mut rng)).unwrap();
            }
            text.push('\n');
        }
    }
    let file = place.write("a.csv", &text);
    let arguments = [&*file, "--conditions", "motion,choice", "--modules", "targeted-axes"];
    let ran = analyze(&place, &arguments, 0, &[]);
    assert!(ran.out.contains("motion and choice at"), "{}", ran.out);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let found = &summary["modules"]["targeted_axes"];
    let coding = serde_json::json!([["-0.5", -1.0], ["-0.1", -0.2], ["0.1", 0.2], ["0.5", 1.0]]);
    assert_eq!((&found["trials"], &found["variables"][0]["coding"]), (&120.into(), &coding));
    let choice = &found["variables"][1];
    assert!(choice["step"].as_u64().unwrap() >= 4, "{choice}");
    // The axis is that of the loads over the deviations of units, which are known to a few percent here.
    let (axis, error) = (numbers(&choice["axis"]), numbers(&choice["axis_std_error"]));
    assert!(error.iter().all(|e| *e > 0.0 && *e < 0.2), "{error:?}");
    let known: f64 = (0..12).map(|i| axis[i] * load[(i, 1)]).sum::<f64>();
    assert!(known > 0.8 * (0..12).map(|i| load[(i, 1)].powi(2)).sum::<f64>().sqrt() * 0.8, "{known}");
    let angle = &found["angles"][0];
    assert!(angle["angle_std_error"].as_f64().unwrap() > 0.0, "{angle}");
    for name in ["axes.csv", "courses.csv", "norms.svg", "axis1.svg", "angles.svg"] {
        assert!(place.0.join("out/targeted_axes").join(name).exists(), "{name}");
    }
    let words = place.write("words.csv", "trial,a,u0,u1\n0,x,0.5,1\n1,y,0.2,3\n2,z,0.1,2\n");
    let arguments = [&*words, "--conditions", "a", "--modules", "targeted-axes"];
    analyze(&place, &arguments, 3, &["--conditions a: 3 texts have no order"]);
}
