//! The test networks of FixedPointFinder: h <- tanh(h W), W_ij = -v_(i+j mod n), v = linspace(-1, 1, n); and
//! networks whose fixed points are counted exactly.

use super::{Case, Check};
use crate::diagnostics::dynamics::fixed_points::exact::{Exact, Limits, enumerate};
use crate::diagnostics::dynamics::fixed_points::{FixedPoints, Label, Options, fixed_points};
use crate::diagnostics::dynamics::trajectories::random_states;
use crate::linalg::activation::Activation;
use crate::numbers::Estimate;
use crate::systems::cells::Vanilla;
use crate::systems::time::Map;

pub(super) const CASES: [Case; 7] = [two, three, four, six, eight, pairs, low_rank];

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
    Check::new(
        &format!("tanh test net, n={n}"),
        "fixed points",
        known,
        0.0,
        Estimate::exact(fixed, 0),
        SOURCE,
    )
}

/// The point nearest to `state`: its distance, and its leading moduli against `moduli`.
fn point(n: usize, found: &FixedPoints, state: &[f64], moduli: &[f64], own: f64) -> Vec<Check> {
    let gap = |p: &[f64]| p.iter().zip(state).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let nearest = found.points.iter().min_by(|p, q| gap(&p.state).total_cmp(&gap(&q.state)));
    let name = format!("tanh test net, n={n}");
    let distance = nearest.map_or(f64::NAN, |p| gap(&p.state));
    let mut checks =
        vec![Check::new(&name, "distance of a fixed point", 0.0, own, Estimate::exact(distance, 0), SOURCE)];
    for (i, m) in moduli.iter().enumerate() {
        let measured = nearest.and_then(|p| p.eigenvalues.get(i)).map_or(f64::NAN, |z| z.re.hypot(z.im));
        checks.push(Check::new(
            &name,
            &format!("its modulus {}", i + 1),
            *m,
            own,
            Estimate::exact(measured, 0),
            SOURCE,
        ));
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

/// Checks that `known` points are proven to exist and to be all.
fn proven(name: &str, found: Option<Exact>, known: f64, source: &'static str) -> Vec<Check> {
    let (points, complete) =
        found.map_or((f64::NAN, 0.0), |e| (e.points.len() as f64, f64::from(u8::from(e.complete))));
    vec![
        Check::new(name, "fixed points", known, 0.0, Estimate::exact(points, 0), source),
        Check::new(name, "proven complete", 1.0, 0.0, Estimate::exact(complete, 0), source),
    ]
}

/// Four pairs of ReLU units that inhibit each other by 2 under drive 1: (1, 0), (0, 1) and (1/3, 1/3) each.
fn pairs() -> Vec<Check> {
    let mut cell = Vanilla::new(8, 0, Activation::Relu);
    for i in 0..8 {
        cell.params_mut().mat_mut(1)[(i, i ^ 1)] = -2.0;
        cell.params_mut().mat_mut(2)[(i, 0)] = 1.0;
    }
    let found = enumerate(&Map::new(cell), &[], &Limits::default());
    proven("ReLU, 4 inhibiting pairs", found, 81.0, "exact: 3^4")
}

/// W = (3/2) (v v^T + w w^T) / 256 with v = (1, 1, ..), w = (1, -1, 1, ..) of 256 units: the even units see
/// kappa_v + kappa_w, the odd ones kappa_v - kappa_w, and each sum s solves s = 3/2 tanh s, three ways.
fn low_rank() -> Vec<Check> {
    let mut cell = Vanilla::new(256, 0, Activation::Tanh);
    let mut w = cell.params_mut().mat_mut(1);
    for i in 0..256 {
        for j in 0..256 {
            w[(i, j)] = if (i + j) % 2 == 0 { 3.0 / 256.0 } else { 0.0 };
        }
    }
    let found = enumerate(&Map::new(cell), &[], &Limits::default());
    proven("tanh, 256 units, rank 2", found, 9.0, "exact: 3^2")
}
