//! L2 estimates, likelihoods and strengths against an independent program (numpy, scipy).

#![allow(clippy::print_stdout)]

use faer::Mat;
use nullcline::inference::gaussian::predict::Moments;
use nullcline::inference::gaussian::roots::{Strength, roots};
use nullcline::inference::gaussian::spectrum::{Basis, Spectrum};
use nullcline::inference::gaussian::sweep::sweep;
use nullcline::inference::gaussian::{likelihood::likelihoods, map::Map};
use nullcline::io::tensors::read;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn matrix(file: &Path) -> Mat<f64> {
    let tensors = read(file).unwrap();
    let values = &tensors.tensors[0].data;
    let n = values.len().isqrt();
    Mat::from_fn(n, n, |i, j| values[i * n + j])
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// The deviation relative to the size of the number, or to `scale` where it is smaller.
fn deviation(ours: f64, theirs: f64, scale: f64) -> f64 {
    (ours - theirs).abs() / theirs.abs().max(scale)
}

/// Largest deviations: likelihoods and derivatives, eigenvalues, roots; violation of eq. 2.16; res_cross.
fn compare(folder: &Path, case: &str) -> [f64; 5] {
    let text = std::fs::read_to_string(folder.join(format!("{case}.json"))).unwrap();
    let reference: Value = serde_json::from_str(&text).unwrap();
    let alpha = reference["alpha"].as_f64().unwrap();
    let empirical = matrix(&folder.join(format!("{case}_C_emp.npy")));
    let truth = matrix(&folder.join(format!("{case}_C_true.npy")));
    let basis = Basis::new(empirical.as_ref()).unwrap();
    let t = basis.diagonal_of(truth.as_ref()).unwrap();
    let spectrum = Spectrum::new(alpha, basis.values.clone(), t).unwrap();
    let (mut worst, mut identity, mut cross) = (0.0f64, 0.0f64, 0.0f64);
    let grid = reference["grid"].as_array().unwrap();
    let gammas: Vec<f64> = grid.iter().map(|g| g["gamma"].as_f64().unwrap()).collect();
    for (ours, theirs) in sweep(&spectrum, &gammas).unwrap().iter().zip(grid) {
        let pairs = [
            (ours.mu, "mu"),
            (ours.log_z, "logZ"),
            (ours.train, "L_train"),
            (ours.test, "L_test"),
            (ours.generated, "L_gen"),
            (ours.generated, "L_gen_2.16"),
            (ours.sum_j_squared, "Q"),
            (ours.d_mu, "dmu"),
            (ours.d_log_z, "dlogZ"),
            (ours.d_test, "dL_test"),
        ];
        for (value, name) in pairs {
            let their = theirs[name].as_f64().unwrap();
            // The reference's derivatives cancel at small gamma: those are compared in `derivatives.json` instead.
            if !(name.starts_with('d') && ours.gamma < 0.1) {
                // A derivative of the test likelihood is the difference of two larger ones.
                let scale = if name == "dL_test" { ours.d_log_z.abs() } else { 0.0 };
                worst = worst.max(deviation(value, their, scale));
            }
        }
        identity = identity.max(ours.identity);
        let their = theirs["res_cross"].as_f64().unwrap();
        cross = cross.max(deviation(ours.res_cross(alpha), their, ours.gamma));
    }
    let mut spectra = 0.0f64;
    for (name, gamma) in [("spectrum_gamma_1", 1.0), ("spectrum_gamma_4", 4.0)] {
        let mut map = Map::new(&spectrum);
        map.solve(gamma).unwrap();
        identity = identity.max(likelihoods(&map).identity);
        let theirs = numbers(&reference[name]["j_star"]);
        let largest = theirs.iter().fold(0.0f64, |a, b| a.max(b.abs()));
        for (ours, theirs) in map.j.iter().zip(&theirs) {
            spectra = spectra.max((ours - theirs).abs() / largest);
        }
    }
    let found = roots(std::slice::from_ref(&spectrum), 1e-4, 1e4).unwrap();
    let mut root = 0.0f64;
    for (strength, name) in
        [(Strength::Opt, "gamma_opt"), (Strength::Cross, "gamma_cross"), (Strength::Half, "gamma_half")]
    {
        let theirs = numbers(&reference[format!("{name}_roots")]);
        assert_eq!(found.of(strength).len(), theirs.len(), "{case} {name}");
        for (ours, theirs) in found.of(strength).iter().zip(&theirs) {
            root = root.max(deviation(*ours, *theirs, 0.0));
        }
    }
    let moments = Moments::of_covariance(&Basis::new(truth.as_ref()).unwrap().values).unwrap();
    for (ours, name) in [
        (moments.thesis(), "gamma_2_20"),
        (moments.cross(), "gamma_cross_finite_n"),
        (moments.opt(), "gamma_opt_inf_new"),
    ] {
        root = root.max(deviation(ours, reference[name].as_f64().unwrap(), 0.0));
    }
    [worst, spectra, root, identity, cross]
}

#[test]
fn derivatives_agree_with_forty_digits() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/gaussian");
    let text = std::fs::read_to_string(folder.join("derivatives.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    for (case, rows) in cases.as_object().unwrap() {
        let json: Value =
            serde_json::from_str(&std::fs::read_to_string(folder.join(format!("{case}.json"))).unwrap())
                .unwrap();
        let basis = Basis::new(matrix(&folder.join(format!("{case}_C_emp.npy"))).as_ref()).unwrap();
        let t = basis.diagonal_of(matrix(&folder.join(format!("{case}_C_true.npy"))).as_ref()).unwrap();
        let spectrum = Spectrum::new(json["alpha"].as_f64().unwrap(), basis.values.clone(), t).unwrap();
        for row in rows.as_array().unwrap() {
            let ours = sweep(&spectrum, &[row["gamma"].as_f64().unwrap()]).unwrap()[0];
            for (value, name) in [(ours.d_mu, "dmu"), (ours.d_log_z, "dlogZ"), (ours.d_test, "dL_test")] {
                let theirs = row[name].as_f64().unwrap();
                let off = deviation(value, theirs, 1e-3 * ours.d_log_z.abs());
                assert!(off < 1e-10, "{case} {name} at {}: {value} against {theirs}", ours.gamma);
            }
        }
    }
}

fn check(folder: &Path, sizes: &[usize]) {
    for n in sizes {
        for kind in ["goe", "chain"] {
            for alpha in ["0.5", "2", "10"] {
                let case = format!("{kind}_n{n}_a{alpha}");
                let [worst, spectra, root, identity, cross] = compare(folder, &case);
                println!(
                    "{case}: likelihoods {worst:.1e}, j* {spectra:.1e}, roots {root:.1e}, 2.16 {identity:.1e}, cross {cross:.1e}"
                );
                assert!(worst < 1e-9 && spectra < 1e-9 && root < 1e-8 && identity < 1e-12 && cross < 1e-9);
            }
        }
    }
}

#[test]
fn estimates_agree_with_the_independent_program() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/gaussian"), &[50]);
}

#[test]
#[ignore = "needs the reference data: NULLCLINE_REFERENCE=DIR cargo test --release --test inference golden -- --include-ignored"]
fn estimates_agree_on_the_whole_reference() {
    let folder = std::env::var("NULLCLINE_REFERENCE").expect("NULLCLINE_REFERENCE names the folder");
    check(&PathBuf::from(folder).join("gaussian"), &[50, 100]);
}
