//! Networks as files hold them: bifurcations at the positions that another program finds, and a large one in a bounded number of steps.
//!
//! Numbers by `tests/golden/continuation/cells.py` (numpy 2.4.6).

use super::model::near;
use faer::{Mat, mat};
use nullcline::diagnostics::dynamics::continuation::{
    Bifurcation, BifurcationKind as K, Diagram, End, Family, InputLine, Options, ParameterLine, diagram,
    follow,
};
use nullcline::linalg::activation::Activation::{Relu, Tanh};
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::linalg::sequential;
use nullcline::systems::architecture::Architecture;
use nullcline::systems::cells::{Rate, Scheme, Vanilla};
use nullcline::systems::time::{Flow, Map};

const FOLD: (f64, [f64; 2]) = (0.920534145736774, [-0.7242394830093, -0.4061859350629]);
const FLIP: (f64, [f64; 2]) = (0.972215790015646, [0.9917229793863, -0.6872836681745]);
const TURN: (f64, [f64; 2], f64) = (0.854630071349656, [0.2044198032105, 0.1461044253245], 0.6653413297646);
const HOPF: (f64, [f64; 3], f64) =
    (1.245311558137544, [0.4150029738866, 0.3039198369940, 0.7460277427397], 1.3942258955326);

fn of(all: &Diagram, kind: K) -> Vec<&Bifurcation> {
    let found = all.branches.iter().filter(|b| b.period == 1).flat_map(|b| &b.bifurcations);
    found.filter(|b| b.kind == kind).collect()
}

fn is_at(b: &Bifurcation, p: f64, x: &[f64]) {
    near(b.p, p, 1e-12);
    assert!((b.p - p).abs() <= b.error + 1e-14, "{:e} of {:e}", b.p - p, b.error);
    b.state.iter().zip(x).for_each(|(a, b)| near(*a, *b, 1e-10));
}

/// x' = tanh(W x + p b): both folds and both flips that there are, from the points at p = 0.
#[test]
fn two_units_fold_and_flip_in_their_input() {
    let mut cell = Vanilla::new(2, 1, Tanh);
    cell.params_mut().mat_mut(0).copy_from(mat![[1.0], [-1.7]]);
    cell.params_mut().mat_mut(1).copy_from(mat![[2.2, 0.6], [-0.5, -1.9]]);
    let map = Map::new(cell);
    let line = InputLine::new(&map, vec![0.0], vec![1.0]);
    let starts = [0.9, 0.0, -0.9].map(|x| (vec![x, 0.0], 0.0));
    let all = diagram(&line, &starts, &Options::between(-1.5, 1.5)).unwrap();
    let (folds, flips) = (of(&all, K::Fold), of(&all, K::Flip));
    assert_eq!((folds.len(), flips.len()), (2, 2));
    for (found, (p, x)) in [(folds, FOLD), (flips, FLIP)] {
        for b in found {
            let s = b.p.signum();
            is_at(b, s * p, &x.map(|x| s * x));
        }
    }
    // The three points of p = 0 lie on one branch.
    assert_eq!(all.branches.iter().filter(|b| b.period == 1).count(), 1);
}

/// x' = tanh(p V x + c): an invariant circle is born at the known gain.
#[test]
fn two_units_turn_where_their_gain_says() {
    let plan = Architecture::new(Vanilla::cell(Tanh), 0, &[2]).unwrap();
    let c = [0.15, -0.1];
    // Blocks U (none), W column by column, two biases.
    let (theta, step) =
        (vec![0.0, 0.0, 0.0, 0.0, c[0], c[1], 0.0, 0.0], vec![0.9, 0.7, -0.8, 1.0, 0.0, 0.0, 0.0, 0.0]);
    let line = ParameterLine::new(&plan, theta, step, vec![]);
    let all = diagram(&line, &[(c.to_vec(), 0.2)], &Options::between(0.0, 1.1)).unwrap();
    let found = of(&all, K::NeimarkSacker);
    assert_eq!(found.len(), 1);
    is_at(found[0], TURN.0, &TURN.1);
    near(found[0].frequency.unwrap(), TURN.2, 1e-11);
}

/// tau dx/dt = -x + tanh(p W x + c).
#[test]
fn three_rates_oscillate_where_their_gain_says() {
    let scheme = Scheme { dt: 0.1, euler: false };
    let plan = Architecture::new(Rate::cell(Tanh, vec![1.0, 1.5, 0.8], scheme), 0, &[3]).unwrap();
    let c = [0.2, -0.1, 0.3];
    let theta = [[0.0; 9].as_slice(), &c, &[0.0; 3]].concat();
    let step = [[1.1, 1.4, -0.2, -1.6, 0.9, 0.8, 0.3, -0.7, 0.5].as_slice(), &[0.0; 6]].concat();
    let line = ParameterLine::new(&plan, theta, step, vec![]);
    let all = diagram(&line, &[(c.to_vec(), 0.3)], &Options::between(0.2, 2.0)).unwrap();
    let found = of(&all, K::Hopf);
    assert_eq!(found.len(), 1);
    is_at(found[0], HOPF.0, &HOPF.1);
    near(found[0].frequency.unwrap(), HOPF.2, 1e-11);
}

/// x' = [W x + u p + b]+: the branch is followed from piece to piece, and its corners are where currents vanish.
#[test]
fn kinked_units_are_known_by_their_currents() {
    let n = 6;
    let mut cell = Vanilla::new(n, 1, Relu);
    let mut rng = stream(3, Use::Fixture, 0);
    let w = normal_matrix(&mut rng, n, n);
    let (u, b) = (normal_matrix(&mut rng, n, 1), normal_matrix(&mut rng, n, 1));
    cell.params_mut().mat_mut(0).copy_from(&u);
    cell.params_mut().mat_mut(1).copy_from(Mat::from_fn(n, n, |i, j| 0.25 * w[(i, j)]));
    cell.params_mut().mat_mut(2).copy_from(&b);
    let map = Map::new(cell);
    let line = InputLine::new(&map, vec![0.0], vec![1.0]);
    let mut x = vec![0.0; n];
    let mut y = x.clone();
    for _ in 0..500 {
        line.value(&x, -3.0, &mut y);
        x.copy_from_slice(&y);
    }
    let branch = follow(&line, &x, -3.0, &Options::between(-3.0, 3.0)).unwrap();
    assert_eq!(branch.ends, [End::Low, End::High]);
    assert!(branch.bifurcations.len() >= 3 && branch.bifurcations.iter().all(|b| b.kind == K::Corner));
    for b in &branch.bifurcations {
        let current = line.switches(&b.state, b.p);
        assert!(b.switches.iter().all(|k| current[*k].abs() < 1e-9) && !b.switches.is_empty());
    }
}

/// tau dx/dt = -x + tanh(W x + p u) of 200 units: a branch through the range, in few points.
#[test]
fn two_hundred_units_take_few_points() {
    sequential();
    let n = 200;
    let mut rng = stream(21, Use::Fixture, 0);
    let w = normal_matrix(&mut rng, n, n);
    let u = normal_matrix(&mut rng, n, 1);
    let mut cell = Rate::new(1, Tanh, vec![1.0; n]);
    cell.params_mut().mat_mut(0).copy_from(&u);
    cell.params_mut().mat_mut(1).copy_from(Mat::from_fn(n, n, |i, j| 0.9 * w[(i, j)] / (n as f64).sqrt()));
    let flow = Flow::new(cell, 0.1);
    let line = InputLine::new(&flow, vec![0.0], vec![1.0]);
    let branch = follow(&line, &vec![0.0; n], 0.0, &Options::between(0.0, 3.0)).unwrap();
    assert_eq!(branch.ends[1], End::High);
    assert!(branch.points.len() < 200, "{}", branch.points.len());
}
