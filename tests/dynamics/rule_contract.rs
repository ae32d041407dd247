//! The contract every rule passes: J and J^T are transposes of each other, both match central
//! differences, so do the input and parameter products, and a folded Jacobian is the Jacobian.

use faer::{Mat, MatMut, MatRef};
use nullcline::linalg::activation::Activation;
use nullcline::linalg::random::{Use, normal, normal_matrix, stream};
use nullcline::linalg::steep::Steep;
use nullcline::systems::cells::{
    Antisymmetric, Cell, CoRnn, Current, GatedAntisymmetric, Gru, GruResetBefore, Integrator, KINDS,
    Lipschitz, Lstm, Plrnn, Rate, Scheme, Skewed, Stack, Vanilla,
};
use nullcline::systems::reference::{
    CoupledFitzHughNagumo, Henon, Hopf, Ikeda, Linear, Logistic, Lorenz, Rossler, VanDerPol, beer_1995,
};
use nullcline::systems::rule::{Point, Rule, Workspace, column, linearise, parameter_count};
use nullcline::systems::time::{Euler, Rk4};

const TOLERANCE: f64 = 2e-7;

fn dot(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
    (0..a.ncols()).flat_map(|j| (0..a.nrows()).map(move |i| a[(i, j)] * b[(i, j)])).sum()
}

fn close(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= TOLERANCE * (1.0 + a.abs().max(b.abs())), "{what}: {a} against {b}");
}

fn near(a: &Mat<f64>, b: &Mat<f64>, what: &str) {
    for j in 0..a.ncols() {
        for i in 0..a.nrows() {
            close(a[(i, j)], b[(i, j)], &format!("{what} ({i}, {j})"));
        }
    }
}

fn value(rule: &dyn Rule, x: &Mat<f64>, u: &Mat<f64>) -> Mat<f64> {
    let mut ws = Workspace::new(rule, x.ncols(), x.ncols());
    let mut y = Mat::zeros(rule.dim(), x.ncols());
    ws.eval(rule, x.as_ref(), u.as_ref(), y.as_mut());
    y
}

/// One state column `b`, `k` tangents each.
fn check(name: &str, rule: &mut dyn Rule, b: usize, k: usize) {
    let (n, d, w) = (rule.dim(), rule.inputs(), b * k);
    let mut rng = stream(7, Use::Fixture, n as u64);
    let mut theta = vec![0.0; parameter_count(rule)];
    rule.read_params(&mut theta);
    theta.iter_mut().for_each(|p| *p += 0.4 * normal(&mut rng));
    rule.write_params(&theta);

    let mut draw = |r: usize, c: usize| normal_matrix(&mut rng, r, c);
    let (x, u) = (draw(n, b), draw(d, b));
    let (dx, du, gy) = (draw(n, w), draw(d, w), draw(n, w));
    let mut ws = Workspace::new(rule, b, w.max(n));
    let (mut y, mut dy, mut gx, mut gu) =
        (Mat::zeros(n, b), Mat::zeros(n, w), Mat::zeros(n, w), Mat::zeros(d, w));
    ws.eval(rule, x.as_ref(), u.as_ref(), y.as_mut());
    let at = Point { x: x.as_ref(), u: u.as_ref(), tape: ws.tape.as_ref() };
    let scratch = ws.scratch.as_mut();

    // <gy, J dx + F_u du> = <J^T gy, dx> + <F_u^T gy, du>
    let mut scratch = scratch;
    rule.jvp(at, dx.as_ref(), Some(du.as_ref()), dy.as_mut(), scratch.as_mut());
    rule.vjp(at, gy.as_ref(), gx.as_mut(), Some(gu.as_mut()), scratch.as_mut());
    close(dot(&gy, &dy), dot(&gx, &dx) + dot(&gu, &du), &format!("{name}: transpose"));
    let mut gx_alone = Mat::zeros(n, w);
    rule.vjp(at, gy.as_ref(), gx_alone.as_mut(), None, scratch.as_mut());
    near(&gx, &gx_alone, &format!("{name}: vjp without the input"));

    // Central differences, tangent by tangent.
    let h = 1e-5;
    let pick = |m: &Mat<f64>, r: usize| Mat::from_fn(m.nrows(), b, |i, s| m[(i, s * k + r)]);
    for r in 0..k {
        let (vx, vu) = (pick(&dx, r), pick(&du, r));
        let shifted = |s: f64| {
            let x = Mat::from_fn(n, b, |i, j| x[(i, j)] + s * vx[(i, j)]);
            let u = Mat::from_fn(d, b, |i, j| u[(i, j)] + s * vu[(i, j)]);
            value(rule, &x, &u)
        };
        let (plus, minus) = (shifted(h), shifted(-h));
        let difference = Mat::from_fn(n, b, |i, j| (plus[(i, j)] - minus[(i, j)]) / (2.0 * h));
        near(&pick(&dy, r), &difference, &format!("{name}: jvp"));
    }

    // The parameter gradient, one cotangent a state.
    let g1 = pick(&gy, 0);
    let mut grad = vec![0.0; theta.len()];
    let at = Point { x: x.as_ref(), u: u.as_ref(), tape: ws.tape.as_ref() };
    rule.param_vjp(at, g1.as_ref(), &mut grad, ws.scratch.as_mut());
    // The same from what two calls of vjp, side by side, have left in the scratch.
    let mut after = vec![0.0; theta.len()];
    for (c, w) in [(0, b / 2), (b / 2, b - b / 2)].into_iter().filter(|(_, w)| *w > 0) {
        let at = Point { x: at.x.subcols(c, w), u: at.u.subcols(c, w), tape: at.tape.subcols(c, w) };
        let (gx, gu) = (gx_alone.as_mut().subcols_mut(c, w), gu.as_mut().subcols_mut(c, w));
        let scratch = ws.scratch.as_mut().subcols_mut(c, w);
        rule.vjp(at, g1.as_ref().subcols(c, w), gx, Some(gu), scratch);
    }
    rule.param_vjp_after(at, g1.as_ref(), &mut after, ws.scratch.as_mut());
    for (p, (a, g)) in after.iter().zip(&grad).enumerate() {
        close(*a, *g, &format!("{name}: parameter {p} after vjp"));
    }
    for p in (0..theta.len()).step_by(1 + theta.len() / 60) {
        let mut side = |s: f64| {
            let mut moved = theta.clone();
            moved[p] += s;
            rule.write_params(&moved);
            dot(&g1, &value(rule, &x, &u))
        };
        let difference = (side(h) - side(-h)) / (2.0 * h);
        close(grad[p], difference, &format!("{name}: parameter {p}"));
    }
    rule.write_params(&theta);
    check_fold(name, rule, x.as_ref().subcols(0, 1), u.as_ref().subcols(0, 1));
}

fn check_fold(name: &str, rule: &dyn Rule, x: MatRef<f64>, u: MatRef<f64>) {
    let n = rule.dim();
    let mut ws = Workspace::new(rule, 1, n);
    let (mut y, mut folded, mut j) = (Mat::zeros(n, 1), Mat::zeros(n, n), Mat::zeros(n, n));
    ws.eval(rule, x, u, y.as_mut());
    let Workspace { tape, scratch } = &mut ws;
    let at = Point { x, u, tape: tape.as_ref() };
    if rule.fold(at, folded.as_mut(), scratch.as_mut()) {
        let out: MatMut<f64> = j.as_mut();
        rule.jvp(at, Mat::identity(n, n).as_ref(), None, out, scratch.as_mut());
        near(&folded, &j, &format!("{name}: fold"));
    }
}

/// Every rule, one line each.
fn rules() -> Vec<(&'static str, Box<dyn Rule>)> {
    use Activation::{Identity, Relu, Sigmoid, Tanh};
    let skewed = |beta, gamma| Skewed { beta, gamma };
    let tau = || vec![1.0, 2.5, 0.7, 1.0, 1.3];
    vec![
        ("vanilla tanh", Box::new(Vanilla::new(6, 3, Tanh))),
        ("vanilla relu", Box::new(Vanilla::new(6, 3, Relu))),
        ("vanilla sigmoid", Box::new(Vanilla::new(6, 3, Sigmoid))),
        ("vanilla identity", Box::new(Vanilla::new(6, 0, Identity))),
        ("rate", Box::new(Rate::new(2, Tanh, tau()))),
        ("current", Box::new(Current::new(2, Tanh, tau()))),
        ("gru", Box::new(Gru::new(5, 3))),
        ("gru without input", Box::new(Gru::new(5, 0))),
        ("gru reset before", Box::new(GruResetBefore::new(5, 3))),
        ("lstm", Box::new(Lstm::new(4, 3))),
        ("antisymmetric", Box::new(Antisymmetric::new(5, 3, 0.3, 0.1))),
        ("gated antisymmetric", Box::new(GatedAntisymmetric::new(5, 3, 0.3, 0.1))),
        ("integrator relu", Box::new(Integrator::new(6, 3, Steep::plain(Relu)))),
        (
            "integrator sigmoid",
            Box::new(Integrator::new(5, 2, Steep { activation: Sigmoid, slope: 3.0, threshold: 0.1 })),
        ),
        ("plrnn", Box::new(Plrnn::new(5, 3, Relu))),
        ("plrnn tanh", Box::new(Plrnn::new(5, 0, Tanh))),
        ("shallow plrnn", Box::new(Plrnn::shallow(4, 7, 2, Relu))),
        ("shallow plrnn tanh", Box::new(Plrnn::shallow(5, 3, 0, Tanh))),
        ("cornn", Box::new(CoRnn::new(4, 3, 0.2, 1.5, 0.7))),
        ("lipschitz", Box::new(Lipschitz::new(5, 3, skewed(0.7, 0.02), skewed(0.9, 0.1)))),
        (
            "euler lipschitz",
            Box::new(Euler::new(Lipschitz::new(4, 2, skewed(0.6, 0.3), skewed(0.5, 0.1)), 0.2)),
        ),
        ("rk4 lipschitz", Box::new(Rk4::new(Lipschitz::new(4, 2, skewed(0.6, 0.3), skewed(0.5, 0.1)), 0.2))),
        (
            "stack antisymmetric and cornn",
            Box::new(Stack::new(vec![
                Box::new(CoRnn::new(3, 2, 0.2, 1.5, 0.7)),
                Box::new(GatedAntisymmetric::new(4, 3, 0.3, 0.1)),
            ])),
        ),
        ("euler rate", Box::new(Euler::new(Rate::new(2, Tanh, tau()), 0.1))),
        ("euler current", Box::new(Euler::new(Current::new(2, Sigmoid, tau()), 0.2))),
        ("rk4 rate", Box::new(Rk4::new(Rate::new(2, Tanh, tau()), 0.1))),
        ("rk4 gru", Box::new(Rk4::new(Gru::new(3, 2), 0.1))),
        ("linear", Box::new(Linear::new(Mat::zeros(4, 4).as_ref(), Mat::zeros(4, 2).as_ref()))),
        ("logistic", Box::new(Logistic::default())),
        ("henon", Box::new(Henon::default())),
        ("hopf", Box::new(Hopf::default())),
        ("ikeda", Box::new(Ikeda::default())),
        ("van der pol", Box::new(VanDerPol::default())),
        ("rk4 lorenz", Box::new(Rk4::new(Lorenz::default(), 0.01))),
        ("lorenz", Box::new(Lorenz::default())),
        ("rossler", Box::new(Rossler::default())),
        ("coupled fitzhugh-nagumo", Box::new(CoupledFitzHughNagumo::default())),
        ("beer 1995", Box::new(beer_1995())),
        (
            "stack tanh",
            Box::new(Stack::new(vec![
                Box::new(Vanilla::new(4, 3, Tanh)),
                Box::new(Vanilla::new(5, 4, Tanh)),
            ])),
        ),
        (
            "stack mixed",
            Box::new(Stack::new(vec![
                Box::new(Lstm::new(3, 2)),
                Box::new(Gru::new(4, 3)),
                Box::new(Lstm::new(2, 4)),
            ])),
        ),
    ]
}

/// A layer of every registered cell, discretised if it is a flow.
fn cells() -> impl Iterator<Item = (&'static str, Box<dyn Rule>)> {
    KINDS.iter().map(|kind| {
        let time =
            |units| Ok((if units { vec![1.0, 2.5, 0.7] } else { vec![] }, Scheme { dt: 0.2, euler: false }));
        let cell: Result<Cell, ()> = Cell::of(
            kind,
            (Activation::Tanh, false),
            |name| Ok(if name == "hidden" { 4.0 } else { 0.3 }),
            time,
        );
        (kind.name, cell.unwrap().layer(2, 3))
    })
}

#[test]
fn every_rule_passes_the_contract() {
    for (b, k) in [(1, 1), (1, 4), (3, 1), (3, 2)] {
        for (name, mut rule) in rules().into_iter().chain(cells()) {
            check(&format!("{name} b={b} k={k}"), rule.as_mut(), b, k);
        }
    }
}

/// [F_x, F_u] as one matrix.
fn derivative(rule: &dyn Rule, x: &[f64], u: &[f64]) -> Mat<f64> {
    let (_, j, b) = linearise(rule, x, u);
    Mat::from_fn(j.nrows(), j.ncols() + b.ncols(), |i, c| {
        if c < j.ncols() { j[(i, c)] } else { b[(i, c - j.ncols())] }
    })
}

fn norm(m: &Mat<f64>) -> f64 {
    m.svd().unwrap().S().column_vector()[0]
}

#[test]
fn bounds_hold_over_their_ball() {
    let mut with = vec![];
    for (name, mut rule) in rules().into_iter().chain(cells()) {
        let (n, d) = (rule.dim(), rule.inputs());
        let mut rng = stream(11, Use::Fixture, (n + 17 * d) as u64);
        let mut theta = vec![0.0; parameter_count(rule.as_ref())];
        rule.read_params(&mut theta);
        theta.iter_mut().for_each(|p| *p += 0.4 * normal(&mut rng));
        rule.write_params(&theta);
        let draw = |rng: &mut _, size: usize| (0..size).map(|_| normal(rng)).collect::<Vec<f64>>();
        for radius in [1e-6, 0.05, 0.5] {
            let (x, u) = (draw(&mut rng, n), draw(&mut rng, d));
            let (at_x, at_u) = (column(&x).to_owned(), column(&u).to_owned());
            let mut ws = Workspace::new(rule.as_ref(), 1, 1);
            let mut y = Mat::zeros(n, 1);
            ws.eval(rule.as_ref(), at_x.as_ref(), at_u.as_ref(), y.as_mut());
            let at = Point { x: at_x.as_ref(), u: at_u.as_ref(), tape: ws.tape.as_ref() };
            let Some(bounds) = rule.bounds(at, radius) else { continue };
            with.push(name);
            for _ in 0..20 {
                let point = |rng: &mut _| {
                    let step = draw(rng, n + d);
                    let size = step.iter().map(|v| v * v).sum::<f64>().sqrt();
                    let moved = |from: &[f64], step: &[f64]| -> Vec<f64> {
                        from.iter().zip(step).map(|(v, s)| v + 0.99 * radius * s / size).collect()
                    };
                    (moved(&x, &step[..n]), moved(&u, &step[n..]))
                };
                let ((xa, ua), (xb, ub)) = (point(&mut rng), point(&mut rng));
                let (ja, jb) = (derivative(rule.as_ref(), &xa, &ua), derivative(rule.as_ref(), &xb, &ub));
                let apart = xa
                    .iter()
                    .chain(&ua)
                    .zip(xb.iter().chain(&ub))
                    .map(|(a, b)| (a - b).powi(2))
                    .sum::<f64>()
                    .sqrt();
                assert!(
                    norm(&ja) <= bounds.slope * (1.0 + 1e-9),
                    "{name}: slope {} above {}",
                    norm(&ja),
                    bounds.slope
                );
                let bend = norm(&(&ja - &jb)) / apart;
                assert!(
                    bend <= bounds.curvature * (1.0 + 1e-6) + 1e-7,
                    "{name}: {bend} above {}",
                    bounds.curvature
                );
            }
        }
    }
    for name in ["vanilla", "gru", "integrator"] {
        assert!(with.iter().any(|w| w.contains(name)), "{name} has no bounds: {with:?}");
    }
}
