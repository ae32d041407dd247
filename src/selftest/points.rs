//! The test networks of FixedPointFinder: h <- tanh(h W), W_ij = -v_(i+j mod n), v = linspace(-1, 1, n).

use super::{Case, Check};
use crate::diagnostics::dynamics::fixed_points::{FixedPoints, Label, Options, fixed_points};
use crate::diagnostics::dynamics::trajectories::random_states;
use crate::linalg::activation::Activation;
use crate::systems::cells::Vanilla;
use crate::systems::time::Map;

pub(super) const CASES: [Case; 5] = [two, three, four, six, eight];

const SOURCE: &str = "FixedPointFinder nets, by Newton";

fn search(n: usize) -> FixedPoints {
    let mut cell = Vanilla::new(n, 0, Activation::Tanh);
    let mut w = cell.params_mut().mat_mut(1);
    for i in 0..n {
        for j in 0..n {
            w[(i, j)] = 1.0 - 2.0 * ((i + j) % n) as f64 / (n - 1) as f64;
        }
    }
    let system = Map::new(cell);
    let states = random_states(&system, 256, 1);
    fixed_points(&system, states.as_ref(), &[], &Options::for_dimension(n), &|| ())
}

fn count(n: usize, found: &FixedPoints, known: f64) -> Check {
    let fixed = found.points.iter().filter(|p| p.label == Label::Fixed).count() as f64;
    Check::new(&format!("tanh test net, n={n}"), "fixed points", known, 0.0, fixed, 0.0, SOURCE)
}

/// The point nearest to `state`: its distance, and its leading moduli against `moduli`.
fn point(n: usize, found: &FixedPoints, state: &[f64], moduli: &[f64], own: f64) -> Vec<Check> {
    let gap = |p: &[f64]| p.iter().zip(state).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let nearest = found.points.iter().min_by(|p, q| gap(&p.state).total_cmp(&gap(&q.state)));
    let name = format!("tanh test net, n={n}");
    let distance = nearest.map_or(f64::NAN, |p| gap(&p.state));
    let mut checks = vec![Check::new(&name, "distance of a fixed point", 0.0, own, distance, 0.0, SOURCE)];
    for (i, m) in moduli.iter().enumerate() {
        let measured = nearest.and_then(|p| p.eigenvalues.get(i)).map_or(f64::NAN, |z| z.re.hypot(z.im));
        checks.push(Check::new(&name, &format!("its modulus {}", i + 1), *m, own, measured, 0.0, SOURCE));
    }
    checks
}

fn two() -> Vec<Check> {
    let found = search(2);
    let mut checks = vec![count(2, &found, 3.0)];
    checks.extend(point(2, &found, &[0.957_504_02, -0.957_504_02], &[0.166_372], 1e-6));
    checks.extend(point(2, &found, &[0.0, 0.0], &[2.0], 1e-9));
    checks
}

fn three() -> Vec<Check> {
    let found = search(3);
    let state = [0.949_795_71, -0.425_502_30, -0.879_894_00];
    let mut checks = point(3, &found, &state, &[1.006_406, 0.285_346], 1e-6);
    checks.extend(point(3, &found, &[0.0; 3], &[3f64.sqrt(), 3f64.sqrt()], 1e-9));
    checks
}

fn four() -> Vec<Check> {
    let found = search(4);
    let mut checks = vec![count(4, &found, 9.0)];
    let x = 0.775_516_31;
    checks.extend(point(4, &found, &[-x, x, -x, x], &[0.751_559, 0.751_559, 0.531_433], 1e-6));
    let state = [0.877_263_14, -0.569_696_16, 0.339_745, -0.789_647_67];
    checks.extend(point(4, &found, &state, &[1.315_957, 1.000_025], 2e-6));
    checks
}

fn six() -> Vec<Check> {
    vec![count(6, &search(6), 11.0)]
}

fn eight() -> Vec<Check> {
    vec![count(8, &search(8), 13.0)]
}
