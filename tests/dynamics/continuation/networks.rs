//! Networks: random ones of 200 units, symmetric ones, ones with a known Hopf point.

use super::model::*;
use faer::{Mat, MatMut};
use nullcline::diagnostics::dynamics::continuation::{
    BifurcationKind as K, End, Family, Kind, Options, diagram, follow,
};
use nullcline::linalg::eigen::{Order, eigenvalues};
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::linalg::sequential;

/// dx/dt = -x + W tanh(x) + p b, or x' = tanh(W x + p b).
struct Network {
    w: Mat<f64>,
    b: Vec<f64>,
    kind: Kind,
}

impl Network {
    fn random(n: usize, gain: f64, kind: Kind, seed: u64) -> Self {
        let mut rng = stream(seed, Use::Fixture, 0);
        let w = normal_matrix(&mut rng, n, n);
        let b = normal_matrix(&mut rng, n, 1);
        let w = Mat::from_fn(n, n, |i, j| gain * w[(i, j)] / (n as f64).sqrt());
        Self { w, b: (0..n).map(|i| b[(i, 0)]).collect(), kind }
    }

    fn product(&self, x: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; x.len()];
        for (j, x) in x.iter().enumerate() {
            for (y, w) in y.iter_mut().zip(nullcline::linalg::col(self.w.as_ref(), j)) {
                *y += w * x;
            }
        }
        y
    }
}

impl Family for Network {
    fn dim(&self) -> usize {
        self.b.len()
    }
    fn kind(&self) -> Kind {
        self.kind
    }
    fn value(&self, x: &[f64], p: f64, y: &mut [f64]) {
        if self.kind == Kind::Flow {
            let r: Vec<f64> = x.iter().map(|x| x.tanh()).collect();
            let a = self.product(&r);
            (0..x.len()).for_each(|i| y[i] = -x[i] + a[i] + p * self.b[i]);
        } else {
            let a = self.product(x);
            (0..x.len()).for_each(|i| y[i] = (a[i] + p * self.b[i]).tanh());
        }
    }
    fn jacobian(&self, x: &[f64], p: f64, mut j: MatMut<f64>) {
        let n = x.len();
        if self.kind == Kind::Flow {
            for c in 0..n {
                let d = 1.0 - x[c].tanh().powi(2);
                (0..n).for_each(|r| j[(r, c)] = self.w[(r, c)] * d - if r == c { 1.0 } else { 0.0 });
            }
        } else {
            let a = self.product(x);
            let d: Vec<f64> = (0..n).map(|i| 1.0 - (a[i] + p * self.b[i]).tanh().powi(2)).collect();
            for c in 0..n {
                (0..n).for_each(|r| j[(r, c)] = self.w[(r, c)] * d[r]);
            }
        }
    }
    fn slope(&self, x: &[f64], p: f64, d: &mut [f64]) {
        if self.kind == Kind::Flow {
            d.copy_from_slice(&self.b);
        } else {
            let a = self.product(x);
            (0..x.len()).for_each(|i| d[i] = (1.0 - (a[i] + p * self.b[i]).tanh().powi(2)) * self.b[i]);
        }
    }
}

/// Every event is one: faer finds an eigenvalue at the border there, and between events the number of unstable ones stays.
#[test]
fn events_of_random_networks_are_complete_and_true() {
    sequential();
    let n = 40;
    let mut kinds = vec![];
    for (kind, gain, seed) in
        [(Kind::Flow, 2.0, 21), (Kind::Flow, 2.0, 22), (Kind::Map, 1.6, 21), (Kind::Map, 1.6, 23)]
    {
        let net = Network::random(n, gain, kind, seed);
        let mut x: Vec<f64> =
            net.b.iter().map(|b| if kind == Kind::Flow { 3.0 * b } else { b.signum() }).collect();
        let mut y = x.clone();
        for _ in 0..400 {
            net.value(&x, 3.0, &mut y);
            for i in 0..n {
                x[i] = if kind == Kind::Flow { x[i] + 0.1 * y[i] } else { y[i] };
            }
        }
        let branch = follow(&net, &x, 3.0, &Options::between(0.0, 3.0)).unwrap();
        assert!(branch.bifurcations.len() >= 2);
        for b in &branch.bifurcations {
            let mut j = Mat::zeros(n, n);
            net.jacobian(&b.state, b.p, j.as_mut());
            let values = eigenvalues(j.as_ref(), Order::of(kind == Kind::Flow)).unwrap();
            let growth = |z: &faer::c64| if kind == Kind::Flow { z.re } else { z.norm() - 1.0 };
            let least = values.iter().map(|z| growth(z).abs()).fold(f64::INFINITY, f64::min);
            assert!(least < 1e-10, "{:?} {least:e}", b.kind);
            assert!(b.residual < 1e-12 && b.error < 1e-10 && b.multiplicity == 1);
            kinds.push(b.kind);
        }
        for (k, pair) in branch.points.windows(2).enumerate() {
            let here: Vec<_> = branch.bifurcations.iter().filter(|b| b.after == k).collect();
            let change: i64 = here.iter().map(|b| b.unstable[1] as i64 - b.unstable[0] as i64).sum();
            assert_eq!(pair[1].unstable as i64 - pair[0].unstable as i64, change, "{kind:?} after {k}");
            let turns = here.iter().filter(|b| b.kind == K::Fold).count() % 2 == 1;
            assert_eq!(turns, (pair[0].tangent[n] > 0.0) != (pair[1].tangent[n] > 0.0));
        }
    }
    for kind in [K::Fold, K::Hopf, K::NeimarkSacker] {
        assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
    }
}

/// dx/dt = -x + W relu(x) + p b: linear in each piece, so that there is nothing but corners.
#[test]
fn networks_of_kinked_units_have_corners_alone() {
    let n = 12;
    let mut corners = 0;
    for seed in 31..37 {
        let net = Network::random(n, 1.3, Kind::Flow, seed);
        let (w, b) = (net.w.clone(), net.b.clone());
        let (v, c) = (w.clone(), b.clone());
        let on = |x: f64| f64::from(u8::from(x > 0.0));
        let family = Model::new(
            n,
            Kind::Flow,
            move |x, p| {
                (0..n)
                    .map(|i| -x[i] + (0..n).map(|j| w[(i, j)] * x[j].max(0.0)).sum::<f64>() + p * b[i])
                    .collect()
            },
            move |x, _| {
                (0..n)
                    .map(|i| (0..n).map(|j| v[(i, j)] * on(x[j]) - if i == j { 1.0 } else { 0.0 }).collect())
                    .collect()
            },
            move |_, _| c.clone(),
        )
        .with_switches(|x, p| {
            let _ = p;
            x.to_vec()
        });
        // The homogeneous system has its only corner at p = 0 in the origin; a shift parts them.
        let shift: Vec<f64> = (0..n).map(|i| (1.9 * i as f64).cos()).collect();
        let inner = family;
        let family = Model::new(
            n,
            Kind::Flow,
            {
                let value = inner.value;
                move |x, p| value(x, p).iter().zip(&shift).map(|(y, s)| y + s).collect()
            },
            inner.jacobian,
            inner.slope,
        )
        .with_switches(|x, _| x.to_vec());
        let x: Vec<f64> = vec![0.0; n];
        let mut at = x;
        for _ in 0..4000 {
            let y = (family.value)(&at, 0.0);
            at.iter_mut().zip(&y).for_each(|(x, y)| *x += 0.02 * y);
        }
        if !at.iter().all(|x| x.abs() < 1e3) {
            continue;
        }
        let Ok(branch) = follow(&family, &at, 0.0, &Options { bound: 1e3, ..Options::between(-3.0, 3.0) })
        else {
            continue;
        };
        assert!(branch.bifurcations.iter().all(|b| b.kind == K::Corner));
        corners += branch.bifurcations.len();
        assert!(
            branch.ends.iter().all(|e| matches!(e, End::Low | End::High | End::Diverged)),
            "{seed} {:?}",
            branch.ends
        );
        for b in &branch.bifurcations {
            assert!(b.switches.iter().all(|k| b.state[*k].abs() < 1e-9) && !b.switches.is_empty());
            assert!(b.residual < 1e-11);
        }
        for p in &branch.points {
            let miss = (family.value)(&p.state, p.p).iter().map(|y| y.abs()).fold(0.0, f64::max);
            assert!(miss < 1e-10 * (1.0 + p.p.abs()), "{miss:e}");
        }
    }
    // Starts that diverge are left out, not all of them.
    assert!(corners >= 20, "{corners}");
}

/// dx_i/dt = -x_i + tanh(p (x_i - mean of the others)): all n - 1 directions without a mean become unstable at once, at p = (n - 1) / n.
#[test]
fn several_eigenvalues_at_once_are_counted() {
    let n = 4;
    let m = n as f64;
    let field = move |x: &[f64], i: usize| x[i] - (x.iter().sum::<f64>() - x[i]) / (m - 1.0);
    let family = Model::new(
        n,
        Kind::Flow,
        move |x, p| (0..n).map(|i| -x[i] + (p * field(x, i)).tanh()).collect(),
        move |x, p| {
            (0..n)
                .map(|i| {
                    let d = p * (1.0 - (p * field(x, i)).tanh().powi(2));
                    (0..n).map(|j| if i == j { -1.0 + d } else { -d / (m - 1.0) }).collect()
                })
                .collect()
        },
        move |x, p| (0..n).map(|i| field(x, i) * (1.0 - (p * field(x, i)).tanh().powi(2))).collect(),
    );
    let branch = follow(&family, &[0.0; 4], 0.2, &Options::between(0.0, 1.5)).unwrap();
    assert_eq!(branch.bifurcations.len(), 1);
    let b = &branch.bifurcations[0];
    assert_eq!((b.kind, b.multiplicity, b.unstable), (K::BranchPoint, 3, [0, 3]));
    near(b.p, (m - 1.0) / m, 1e-10);
    assert!(b.error < 1e-8);
}

/// Pairs of units that turn one another, all alike: three pairs at once become unstable at p = 1.
#[test]
fn several_pairs_at_once_are_counted() {
    let family = Model::new(
        6,
        Kind::Flow,
        |x, p| {
            (0..6)
                .map(|i| {
                    let (k, s) = (i / 2 * 2, if i % 2 == 0 { 1.0 } else { -1.0 });
                    let r = x[k] * x[k] + x[k + 1] * x[k + 1];
                    (p - 1.0 - r) * x[i] - s * 2.0 * x[i ^ 1]
                })
                .collect()
        },
        |x, p| {
            (0..6)
                .map(|i| {
                    let (k, s) = (i / 2 * 2, if i % 2 == 0 { 1.0 } else { -1.0 });
                    let r = x[k] * x[k] + x[k + 1] * x[k + 1];
                    (0..6)
                        .map(|j| {
                            let square = if j / 2 == i / 2 { -2.0 * x[j] * x[i] } else { 0.0 };
                            square
                                + if j == i {
                                    p - 1.0 - r
                                } else if j == i ^ 1 {
                                    -2.0 * s
                                } else {
                                    0.0
                                }
                        })
                        .collect()
                })
                .collect()
        },
        |x, _| x.to_vec(),
    );
    let branch = follow(&family, &[0.0; 6], 0.2, &Options::between(0.0, 1.7)).unwrap();
    assert_eq!(branch.bifurcations.len(), 1);
    let b = &branch.bifurcations[0];
    assert_eq!((b.kind, b.multiplicity, b.unstable), (K::Hopf, 3, [0, 6]));
    near(b.p, 1.0, 1e-10);
    near(b.frequency.unwrap(), 2.0, 1e-8);
}

/// One unit that adapts: dx/dt = -x + tanh(g (x - a)), da/dt = (b x - a) / t. At 0 trace = g - 1 - 1/t, so a Hopf point at g = 1 + 1/t.
#[test]
fn adaptation_oscillates_where_it_should() {
    let (b, t) = (2.0, 5.0);
    let family = Model::new(
        2,
        Kind::Flow,
        move |x, g| vec![-x[0] + (g * (x[0] - x[1])).tanh(), (b * x[0] - x[1]) / t],
        move |x, g| {
            let d = g * (1.0 - (g * (x[0] - x[1])).tanh().powi(2));
            vec![vec![-1.0 + d, -d], vec![b / t, -1.0 / t]]
        },
        move |x, g| vec![(x[0] - x[1]) * (1.0 - (g * (x[0] - x[1])).tanh().powi(2)), 0.0],
    );
    let branch = follow(&family, &[0.0, 0.0], 0.5, &Options::between(0.0, 3.0)).unwrap();
    let g = 1.0 + 1.0 / t;
    let b0 = &branch.bifurcations[0];
    assert_eq!((branch.bifurcations.len(), b0.kind), (1, K::Hopf));
    near(b0.p, g, 1e-12);
    // w^2 = det = (1 - g) / t + g b / t.
    near(b0.frequency.unwrap(), ((1.0 - g + g * b) / t).sqrt(), 1e-12);
}

/// x' = tanh(p x), one unit: a pitchfork at p = 1 with the cubic coefficient -1/3, and a flip at p = -1.
#[test]
fn one_unit_forks_at_gain_one() {
    let family = Model::new(
        1,
        Kind::Map,
        |x, p| vec![(p * x[0]).tanh()],
        |x, p| vec![vec![p * (1.0 - (p * x[0]).tanh().powi(2))]],
        |x, p| vec![x[0] * (1.0 - (p * x[0]).tanh().powi(2))],
    );
    let all = diagram(&family, &[(vec![0.0], 0.0)], &Options::between(-2.0, 2.0)).unwrap();
    let kinds: Vec<(K, f64)> = all.branches[0].bifurcations.iter().map(|b| (b.kind, b.p)).collect();
    assert_eq!((kinds[0].0, kinds[1].0), (K::Flip, K::Pitchfork));
    near(kinds[0].1, -1.0, 1e-12);
    near(kinds[1].1, 1.0, 1e-12);
    near(all.branches[0].bifurcations[1].coefficient.unwrap().value, -1.0 / 3.0, 1e-9);
    assert_eq!(all.branches.iter().map(|b| b.period).collect::<Vec<_>>(), [1, 1, 2]);
    // The cycle x, -x with x = tanh(|p| x).
    let last = all.branches[2].points.last().unwrap();
    near(last.state[0].abs(), (2.0 * last.state[0].abs()).tanh(), 1e-13);
    assert_eq!(all.branches[2].ends, [End::Origin, End::Low]);
}
