//! Branches on which much happens: none of it depends on the length of steps, and what is symmetric is found twice.

use faer::{Mat, MatMut};
use nullcline::diagnostics::dynamics::continuation::{
    Bifurcation, BifurcationKind as K, Branch, Family, Kind, Options, diagram, follow,
};
use nullcline::linalg::eigen::{Order, eigenvalues};
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::linalg::{col, sequential};

/// dx/dt = -x + p W tanh(x), of which -x is a solution with x.
struct Odd(Mat<f64>);

impl Odd {
    fn random(n: usize, seed: u64) -> Self {
        let w = normal_matrix(&mut stream(seed, Use::Fixture, 0), n, n);
        Self(Mat::from_fn(n, n, |i, j| w[(i, j)] / (n as f64).sqrt()))
    }

    fn product(&self, x: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; x.len()];
        for (j, x) in x.iter().enumerate() {
            y.iter_mut().zip(col(self.0.as_ref(), j)).for_each(|(y, w)| *y += w * x);
        }
        y
    }
}

impl Family for Odd {
    fn dim(&self) -> usize {
        self.0.nrows()
    }
    fn kind(&self) -> Kind {
        Kind::Flow
    }
    fn value(&self, x: &[f64], p: f64, y: &mut [f64]) {
        self.slope(x, p, y);
        y.iter_mut().zip(x).for_each(|(y, x)| *y = p * *y - x);
    }
    fn jacobian(&self, x: &[f64], p: f64, mut j: MatMut<f64>) {
        for (c, x) in x.iter().enumerate() {
            let d = p * (1.0 - x.tanh().powi(2));
            for r in 0..self.dim() {
                j[(r, c)] = self.0[(r, c)] * d - if r == c { 1.0 } else { 0.0 };
            }
        }
    }
    fn slope(&self, x: &[f64], _: f64, d: &mut [f64]) {
        d.copy_from_slice(&self.product(&x.iter().map(|x| x.tanh()).collect::<Vec<_>>()));
    }
}

fn events(branches: &[Branch]) -> Vec<&Bifurcation> {
    branches.iter().flat_map(|b| &b.bifurcations).collect()
}

/// Those of `a` that `b` has not, each taken once, with the state times `sign`.
fn missing(a: &[&Bifurcation], b: &[&Bifurcation], sign: f64) -> Vec<(K, f64)> {
    let mut left: Vec<&Bifurcation> = b.to_vec();
    let mut lost = vec![];
    for e in a {
        let apart = |o: &Bifurcation| {
            let x = e.state.iter().zip(&o.state).map(|(x, y)| (x - sign * y).abs()).fold(0.0, f64::max);
            x.max((e.p - o.p).abs())
        };
        match left.iter().position(|o| o.kind == e.kind && apart(o) < 1e-7) {
            Some(k) => drop(left.swap_remove(k)),
            None => lost.push((e.kind, e.p)),
        }
    }
    lost
}

/// Where p times an eigenvalue has the real part 1 the origin changes: there, and nowhere else.
#[test]
fn nothing_is_missed_on_the_way_of_the_origin() {
    sequential();
    for (n, seed) in [(60, 51), (100, 52)] {
        let net = Odd::random(n, seed);
        let branch = follow(&net, &vec![0.0; n], 0.5, &Options::between(0.0, 4.0)).unwrap();
        let values = eigenvalues(net.0.as_ref(), Order::RealPart).unwrap();
        let mut known: Vec<(K, f64)> = values
            .iter()
            .filter(|z| z.re > 0.25 && z.im >= 0.0)
            .map(|z| (if z.im > 0.0 { K::Hopf } else { K::Pitchfork }, 1.0 / z.re))
            .collect();
        known.sort_by(|a, b| a.1.total_cmp(&b.1));
        let found: Vec<(K, f64)> = branch.bifurcations.iter().map(|b| (b.kind, b.p)).collect();
        assert_eq!(found.len(), known.len(), "{found:?} {known:?}");
        for (a, b) in found.iter().zip(&known) {
            assert!(a.0 == b.0 && (a.1 - b.1).abs() < 1e-10, "{a:?} {b:?}");
        }
    }
}

/// Shorter steps see nothing that long ones do not, and a state's mirror image has the same events.
#[test]
fn events_depend_on_no_step_and_have_their_images() {
    sequential();
    let n = 40;
    for seed in [61, 62, 63] {
        let net = Odd::random(n, seed);
        let of = |max_step: f64| {
            let options = Options { max_step, points: 20_000, ..Options::between(0.5, 4.0) };
            diagram(&net, &[(vec![0.0; n], 0.6)], &options).unwrap()
        };
        let (long, short) = (of(0.03), of(0.012));
        assert!(long.complete && short.complete);
        let (a, b) = (events(&long.branches), events(&short.branches));
        assert!(a.len() > 8, "{}", a.len());
        assert_eq!((missing(&b, &a, 1.0), missing(&a, &b, 1.0)), (vec![], vec![]), "{seed}: steps");
        assert_eq!(missing(&a, &a, -1.0), vec![], "{seed}: images");
    }
}
