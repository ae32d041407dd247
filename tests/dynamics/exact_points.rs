//! Fixed points that are proven to be all: against brute force, known counts and Newton's method.

use faer::Mat;
use nullcline::diagnostics::dynamics::fixed_points::exact::{
    Exact, Limits, Method, Reason, enumerate, of_recurrence,
};
use nullcline::linalg::activation::Activation;
use nullcline::linalg::ball::Ball;
use nullcline::linalg::random::{Rng, Use, normal, normal_matrix, stream, uniform};
use nullcline::systems::cells::{Current, Plrnn, Rate, Stack, Vanilla};
use nullcline::systems::recurrence::{Read, Recurrence};
use nullcline::systems::rule::Rule;
use nullcline::systems::time::{Euler, Flow, Map, System};

fn net(weight: Mat<f64>, drive: &[f64], activation: Activation) -> Recurrence {
    let drive = drive.iter().map(|c| Ball::exact(*c)).collect();
    Recurrence { weight, rounded: 0.0, drive, activation, read: Read::Rates, zeros: false }
}

fn all(net: &Recurrence) -> Exact {
    of_recurrence(net, &Limits::default()).unwrap()
}

/// Solution of A x = b by elimination with row exchanges; none where a pivot is below 1e-9.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let n = b.len();
    for k in 0..n {
        let p = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs()))?;
        a.swap(k, p);
        b.swap(k, p);
        if a[k][k].abs() < 1e-9 {
            return None;
        }
        for i in k + 1..n {
            let f = a[i][k] / a[k][k];
            for j in k..n {
                a[i][j] -= f * a[k][j];
            }
            b[i] -= f * b[k];
        }
    }
    for k in (0..n).rev() {
        let rest: f64 = (k + 1..n).map(|j| a[k][j] * b[j]).sum();
        b[k] = (b[k] - rest) / a[k][k];
    }
    Some(b)
}

/// The fixed points of x = [W x + c]+ by going through all 2^n sets of units.
fn brute_force(w: &Mat<f64>, c: &[f64]) -> Vec<Vec<f64>> {
    let n = c.len();
    let mut points = Vec::new();
    for set in 0..1usize << n {
        let on: Vec<usize> = (0..n).filter(|i| set >> i & 1 == 1).collect();
        let a = on.iter().map(|i| on.iter().map(|j| f64::from(u8::from(i == j)) - w[(*i, *j)]).collect());
        let Some(x) = solve(a.collect(), on.iter().map(|i| c[*i]).collect()) else { continue };
        let mut state = vec![0.0; n];
        on.iter().zip(&x).for_each(|(i, x)| state[*i] = *x);
        let drive = |i: usize| c[i] + (0..n).map(|j| w[(i, j)] * state[j]).sum::<f64>();
        if (0..n).all(|i| (drive(i) > 0.0) == on.contains(&i)) {
            points.push(state);
        }
    }
    points.sort_by(|a, b| a.partial_cmp(b).unwrap());
    points
}

fn same(found: &[Vec<f64>], known: &[Vec<f64>]) -> bool {
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-7 * (1.0 + a.abs()));
    found.len() == known.len() && known.iter().all(|k| found.iter().any(|f| near(f, k)))
}

/// The fixed points of h = a h + W [h]+ + c by going through all 2^n pieces.
fn pieces_of_plrnn(a: &[f64], w: &Mat<f64>, c: &[f64]) -> Vec<Vec<f64>> {
    let n = c.len();
    let piece = |set: usize| {
        let entry = |i: usize, j: usize| {
            let own = if i == j { 1.0 - a[i] } else { 0.0 };
            own - if set >> j & 1 == 1 { w[(i, j)] } else { 0.0 }
        };
        let h = solve((0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect(), c.to_vec())?;
        (0..n).all(|i| (h[i] > 0.0) == (set >> i & 1 == 1)).then_some(h)
    };
    (0..1usize << n).filter_map(piece).collect()
}

/// Thirty piecewise-linear networks, some of whose units grow by themselves (a > 1).
#[test]
fn every_fixed_point_of_piecewise_linear_networks_is_found() {
    let mut most = 0;
    for k in 0..30u64 {
        let n = 2 + (k as usize % 7);
        let mut rng = stream(14, Use::Fixture, k);
        let w = Mat::from_fn(n, n, |i, j| if i == j { 0.0 } else { normal(&mut rng) });
        let a: Vec<f64> = (0..n).map(|_| uniform(&mut rng, -0.9, 1.4)).collect();
        let c: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
        let mut cell = Plrnn::new(n, 1, Activation::Relu);
        cell.params_mut().mat_mut(0).copy_from(Mat::from_fn(n, 1, |i, _| 2.0 * c[i]));
        cell.params_mut().mat_mut(1).copy_from(&w);
        cell.params_mut().mat_mut(2).copy_from(Mat::from_fn(n, 1, |i, _| a[i]));
        let found = enumerate(&Map::new(cell), &[0.5], &Limits::default()).unwrap();
        let known = pieces_of_plrnn(&a, &w, &c);
        assert!(found.complete && same(&found.points, &known), "{k}: {:?} {known:?}", found.points);
        most = most.max(known.len());
    }
    assert!(most > 2, "{most}");
}

/// Forty random networks of 1 to 10 units, ten of them without bias.
#[test]
fn every_fixed_point_of_relu_networks_is_found() {
    let mut most = 0;
    for k in 0..40u64 {
        let n = 1 + (k as usize % 10);
        let mut rng = stream(12, Use::Fixture, k);
        let gain = [0.7, 1.5, 3.0, 6.0][k as usize / 10];
        let w = normal_matrix(&mut rng, n, n) * faer::Scale(gain / (n as f64).sqrt());
        let c: Vec<f64> = (0..n).map(|_| if k % 4 == 3 { 0.0 } else { normal(&mut rng) + 0.3 }).collect();
        let found = all(&net(w.clone(), &c, Activation::Relu));
        let mut known = brute_force(&w, &c);
        known.dedup();
        assert!(found.complete && found.undecided.is_empty(), "network {k}: {found:?}");
        assert!(same(&found.points, &known), "network {k}: {found:?}, by brute force {known:?}");
        assert!(found.radii.iter().all(|r| *r < 1e-9), "network {k}: {:?}", found.radii);
        most = most.max(known.len());
    }
    assert!(most > 1, "no network of these has several points");
}

/// Three pairs of units that inhibit each other by 2 under drive 1: each has three points, so that there are 3^3.
#[test]
fn coupled_pairs_have_products_of_points() {
    let n = 6;
    let w = Mat::from_fn(n, n, |i, j| if i != j && i / 2 == j / 2 { -2.0 } else { 0.0 });
    let found = all(&net(w.clone(), &[1.0; 6], Activation::Relu));
    assert!(found.complete && found.points.len() == 27, "{found:?}");
    assert!(same(&found.points, &brute_force(&w, &[1.0; 6])));
}

/// What is singular is said to be: lines of fixed points, rays, and points on kinks.
#[test]
fn continua_and_kinks_are_told_apart() {
    let relu = |rows: &[&[f64]], c: &[f64]| {
        all(&net(Mat::from_fn(c.len(), c.len(), |i, j| rows[i][j]), c, Activation::Relu))
    };
    // (s, 1 - s) for 0 <= s <= 1.
    let line = relu(&[&[0.0, -1.0], &[-1.0, 0.0]], &[1.0, 1.0]);
    assert!(!line.complete && line.undecided.iter().any(|u| u.reason == Reason::Continuum), "{line:?}");
    let on_line = |u: &[f64]| (u[0] + u[1] - 1.0).abs() < 1e-12;
    assert!(line.undecided.iter().all(|u| on_line(&u.state)), "{line:?}");
    // Every state of the identity is fixed.
    let ray = relu(&[&[1.0, 0.0], &[0.0, 1.0]], &[0.0, 0.0]);
    assert!(!ray.complete && ray.undecided.iter().any(|u| u.reason == Reason::Continuum), "{ray:?}");
    // The origin, in which rays begin, is not isolated.
    assert!(ray.points.is_empty(), "{ray:?}");
    // 0 alone, on all kinks.
    for w in [1.5, -3.0] {
        let origin = relu(&[&[w]], &[0.0]);
        assert!(origin.complete && origin.points == [[0.0]], "{origin:?}");
    }
    // (a, 0) -> (0.3 a, 0.7 a) -> (0.79 a, 0): the origin alone.
    let origin = relu(&[&[0.3, 1.0], &[0.7, -0.3]], &[0.0, 0.0]);
    assert!(origin.complete && origin.points == [[0.0, 0.0]], "{origin:?}");
    // x_0 = 1 and x_1 = [x_0 - 1]+ exactly at its kink; then with 0.1 and 0.3, which are not exact.
    for (w, c, first) in [(1.0, -1.0, 1.0), (0.1, -0.3, 3.0), (0.7, -0.7 * 1.3, 1.3)] {
        let kink = relu(&[&[0.0, 0.0], &[w, 0.5]], &[first, c]);
        assert!(kink.complete && kink.points.len() == 1, "{kink:?}");
        assert!((kink.points[0][0] - first).abs() < 1e-12 && kink.points[0][1].abs() < 1e-12);
    }
    // x = [2 x + c]+: 0 and -c for c < 0, none for c > 0.
    assert_eq!(relu(&[&[2.0]], &[-1.0]).points, [[0.0], [1.0]]);
    let none = relu(&[&[2.0]], &[1.0]);
    assert!(none.complete && none.points.is_empty());
}

/// Twenty-five random units in the gains where bounds help least; without bias, with drive, and two layers.
#[test]
fn twenty_five_units_are_enumerated() {
    for (gain, bias, seed) in [(1.0, 1.0, 1), (2.0, 1.0, 1), (1.5, 0.0, 2)] {
        let mut rng = stream(seed, Use::Fixture, 25);
        let w = normal_matrix(&mut rng, 25, 25) * faer::Scale(gain / 5.0);
        let c: Vec<f64> = (0..25).map(|_| bias * normal(&mut rng)).collect();
        let found = all(&net(w.clone(), &c, Activation::Relu));
        assert!(found.complete, "{found:?}");
        for x in &found.points {
            let y = &w * faer::ColRef::from_slice(x);
            assert!((0..25).all(|i| ((y[i] + c[i]).max(0.0) - x[i]).abs() < 1e-9));
        }
    }
}

/// The test networks of FixedPointFinder, h <- tanh(h W), W_ij = -v_(i+j mod n), v = linspace(-1, 1, n): 3, 9, 11
/// and 13 fixed points of 2, 4, 6 and 8 units (counts by Newton's method from many starts in numpy).
#[test]
fn known_counts_are_proven() {
    for (n, count) in [(2, 3), (4, 9), (6, 11), (8, 13)] {
        let w = Mat::from_fn(n, n, |i, j| 1.0 - 2.0 * ((i + j) % n) as f64 / (n - 1) as f64);
        let found = all(&net(w, &vec![0.0; n], Activation::Tanh));
        assert!(found.complete && found.points.len() == count, "{n}: {found:?}");
        // The rows add up to 0, so that one dimension is lost.
        assert_eq!(found.method, if n < 8 { Method::LowRank(n - 1) } else { Method::Whole(n) });
    }
}

/// Six units on their own, h <- tanh(1.5 h): 3^6 points.
#[test]
fn three_to_the_sixth_points_are_proven() {
    let w = Mat::from_fn(6, 6, |i, j| if i == j { 1.5 } else { 0.0 });
    let found = all(&net(w, &[0.0; 6], Activation::Tanh));
    assert!(found.complete && found.points.len() == 729, "{}", found.points.len());
}

/// W = M N^T with overlaps between the directions, as trained networks have.
fn low_rank(n: usize, r: usize, gain: f64, seed: u64) -> (Mat<f64>, Mat<f64>, Vec<f64>) {
    let mut rng = stream(seed, Use::Fixture, (n * r) as u64);
    let m = normal_matrix(&mut rng, n, r);
    let noise = normal_matrix(&mut rng, n, r);
    let right = (&m + noise) * faer::Scale(gain / n as f64);
    (m, right, (0..n).map(|_| 0.1 * normal(&mut rng)).collect())
}

/// A zero of kappa - N^T tanh(M kappa + c), as tanh(..), by damped Newton steps from a random start.
fn newton(m: &Mat<f64>, right: &Mat<f64>, c: &[f64], rng: &mut Rng) -> Option<Vec<f64>> {
    let (n, r) = (m.nrows(), m.ncols());
    let rates = |kappa: &[f64]| -> Vec<f64> {
        (0..n).map(|i| (c[i] + (0..r).map(|k| m[(i, k)] * kappa[k]).sum::<f64>()).tanh()).collect()
    };
    let rest = |kappa: &[f64], y: &[f64]| -> Vec<f64> {
        (0..r).map(|k| kappa[k] - (0..n).map(|i| right[(i, k)] * y[i]).sum::<f64>()).collect()
    };
    let size = |h: &[f64]| h.iter().map(|h| h * h).sum::<f64>().sqrt();
    let mut kappa: Vec<f64> = (0..r).map(|_| uniform(rng, -2.0, 2.0)).collect();
    for _ in 0..60 {
        let y = rates(&kappa);
        let h = rest(&kappa, &y);
        if size(&h) < 1e-12 {
            return Some(y);
        }
        let j = |k: usize, l: usize| {
            f64::from(u8::from(k == l))
                - (0..n).map(|i| right[(i, k)] * (1.0 - y[i] * y[i]) * m[(i, l)]).sum::<f64>()
        };
        let step = solve((0..r).map(|k| (0..r).map(|l| j(k, l)).collect()).collect(), h.clone())?;
        let at = |share: f64| kappa.iter().zip(&step).map(|(k, s)| k - share * s).collect::<Vec<f64>>();
        let better = |next: &Vec<f64>| size(&rest(next, &rates(next))) < size(&h);
        kappa = (0..20).map(|p| at(0.5f64.powi(p))).find(better)?;
    }
    None
}

#[test]
fn low_rank_networks_are_searched_whole() {
    for (n, r, gain, seed) in [(512, 1, 2.0, 1), (512, 2, 1.5, 2), (300, 3, 2.0, 3), (60, 5, 1.5, 4)] {
        let (m, right, c) = low_rank(n, r, gain, seed);
        let net = net(&m * right.transpose(), &c, Activation::Tanh);
        let found = all(&net);
        assert!(found.complete && found.method == Method::LowRank(r), "{n} {r}: {:?}", found.undecided.len());
        let mut rng = stream(seed, Use::Start, 0);
        let reached: Vec<Vec<f64>> = (0..600).filter_map(|_| newton(&m, &right, &c, &mut rng)).collect();
        let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-8);
        assert!(reached.len() > 20, "{n} {r}: {}", reached.len());
        assert!(reached.iter().all(|x| found.points.iter().any(|p| near(p, x))), "{n} {r}");
        assert!(found.points.len() > 1 && found.points.len() % 2 == 1, "{}", found.points.len());
        for x in &found.points {
            let a = &net.weight * faer::ColRef::from_slice(x);
            assert!((0..n).all(|i| ((a[i] + c[i]).tanh() - x[i]).abs() < 1e-13));
        }
        assert!(found.radii.iter().all(|r| *r < 1e-9), "{n} {r}: {:?}", found.radii);
    }
}

/// A matrix stored with the digits of single precision is of low rank to these.
#[test]
fn rounded_matrices_count_as_low_rank() {
    let (m, right, c) = low_rank(200, 2, 1.5, 5);
    let exact = all(&net(&m * right.transpose(), &c, Activation::Tanh));
    let product = &m * right.transpose();
    let single = Mat::from_fn(200, 200, |i, j| f64::from(product[(i, j)] as f32));
    let found = all(&net(single, &c, Activation::Tanh));
    assert!(
        found.complete && found.method == Method::LowRank(2),
        "{:?} {}",
        found.method,
        found.undecided.len()
    );
    assert_eq!(found.points.len(), exact.points.len());
}

/// h <- tanh(w h): three points 2e-6 apart for w = 1 + 1e-12; at w = 1 a triple point, which is said.
#[test]
fn close_points_are_told_apart_and_a_multiple_one_is_undecided() {
    let one = |w: f64, c: f64| all(&net(Mat::full(1, 1, w), &[c], Activation::Tanh));
    let close = one(1.0 + 1e-12, 0.0);
    assert!(close.complete && close.points.len() == 3, "{close:?}");
    // tanh h = h / (1 + e): h^2 = 3 e to first order.
    assert!((close.points[2][0] / 3e-12f64.sqrt() - 1.0).abs() < 1e-3, "{close:?}");
    let triple = one(1.0, 0.0);
    assert!(!triple.complete && triple.points.is_empty() && triple.undecided.len() == 1, "{triple:?}");
    assert!(triple.undecided[0].reason == Reason::Singular && triple.undecided[0].state[0].abs() < 1e-4);
    assert!(one(0.999, 0.0).method == Method::Monotone);
}

/// h <- s(10 h - 5): 1/2 and two more by symmetry; h = s(10 h - 5) at 0.0072 (numpy).
#[test]
fn logistic_networks_too() {
    let found = all(&net(Mat::full(1, 1, 10.0), &[-5.0], Activation::Sigmoid));
    assert!(found.complete && found.points.len() == 3, "{found:?}");
    assert!((found.points[1][0] - 0.5).abs() < 1e-14);
    assert!((found.points[0][0] + found.points[2][0] - 1.0).abs() < 1e-14);
    let h = found.points[0][0];
    assert!((h - 1.0 / (1.0 + (5.0 - 10.0 * h).exp())).abs() < 1e-15);
    let (m, right, c) = low_rank(100, 2, 6.0, 7);
    let found = all(&net(&m * right.transpose(), &c, Activation::Sigmoid));
    assert!(found.complete && found.method == Method::LowRank(2));
    assert!(!found.points.is_empty());
}

fn fill(cell_weights: &mut [(usize, Mat<f64>)], params: &mut nullcline::systems::cells::Params<f64>) {
    for (block, m) in cell_weights {
        params.mat_mut(*block).copy_from(&*m);
    }
}

/// The cells give the equation: maps, flows, leaky maps, currents, inputs, and layers.
#[test]
fn cells_and_their_discretisations_share_their_points() {
    let n = 5;
    let mut rng = stream(3, Use::Fixture, 77);
    let w = normal_matrix(&mut rng, n, n) * faer::Scale(2.0);
    let (u, b) = (normal_matrix(&mut rng, n, 2), normal_matrix(&mut rng, n, 1));
    let input = [0.3, -0.2];
    let limits = Limits::default();
    for f in [Activation::Tanh, Activation::Relu, Activation::Sigmoid] {
        let mut vanilla = Vanilla::new(n, 2, f);
        fill(&mut [(0, u.clone()), (1, w.clone()), (2, b.clone())], vanilla.params_mut());
        let mut rate = Rate::new(2, f, vec![0.5, 1.0, 2.0, 1.0, 1.0]);
        fill(&mut [(0, u.clone()), (1, w.clone()), (2, b.clone())], rate.params_mut());
        let mut current = Current::new(2, f, vec![1.0; n]);
        fill(&mut [(0, u.clone()), (1, w.clone()), (2, b.clone())], current.params_mut());
        let systems: [Box<dyn System>; 5] = [
            Box::new(Map::new(vanilla.clone())),
            Box::new(Flow::new(rate.clone(), 0.1)),
            Box::new(Map::new(Euler::new(rate.clone(), 0.1))),
            Box::new(Flow::new(current.clone(), 0.1)),
            Box::new(Map::new(Euler::new(current, 0.1))),
        ];
        let found: Vec<Exact> =
            systems.iter().map(|s| enumerate(s.as_ref(), &input, &limits).unwrap()).collect();
        for (system, e) in systems.iter().zip(&found) {
            assert!(e.complete && e.points.len() == found[0].points.len(), "{f:?} {e:?}");
            for x in &e.points {
                let (y, _, _) = nullcline::systems::rule::linearise(system.field(), x, &input);
                let rest = |i: usize| if system.is_flow() { y[i] } else { y[i] - x[i] };
                assert!((0..n).all(|i| rest(i).abs() < 1e-11), "{f:?} {x:?} {y:?}");
            }
        }
        // A flow of the map's rule has other zeros, of which nothing is said.
        assert!(enumerate(&Flow::new(vanilla, 0.1), &input, &limits).is_none());
    }
    let layer = |d: usize, seed: u64| {
        let mut rng = stream(seed, Use::Fixture, 78);
        let mut cell = Vanilla::new(4, d, Activation::Relu);
        let block = |r: &mut Rng, c: usize| normal_matrix(r, 4, c);
        let blocks = &mut [(0, block(&mut rng, d)), (1, block(&mut rng, 4)), (2, block(&mut rng, 1))];
        fill(blocks, cell.params_mut());
        Box::new(cell) as Box<dyn Rule>
    };
    let stack = Map::new(Stack::new(vec![layer(2, 1), layer(4, 2)]));
    let found = enumerate(&stack, &input, &limits).unwrap();
    assert!(found.complete, "{found:?}");
    for x in &found.points {
        let (y, _, _) = nullcline::systems::rule::linearise(stack.field(), x, &input);
        assert!(x.iter().zip(&y).all(|(x, y)| (x - y).abs() < 1e-11));
    }
}

/// One thread and two give the same bytes.
#[test]
fn results_do_not_depend_on_threads() {
    let (m, right, c) = low_rank(200, 3, 2.0, 8);
    let smooth = net(&m * right.transpose(), &c, Activation::Tanh);
    let mut rng = stream(9, Use::Fixture, 14);
    let w = normal_matrix(&mut rng, 14, 14) * faer::Scale(2.0 / 14f64.sqrt());
    let relu = net(w, &[0.5; 14], Activation::Relu);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| [all(&smooth), all(&relu)].map(|e| (e.points, e.work)))
    };
    assert_eq!(run(1), run(2));
}

/// A network that has one fixed point whatever its size, and a search that its limit ends.
#[test]
fn one_point_networks_and_spent_limits() {
    let mut rng = stream(10, Use::Fixture, 0);
    let w = normal_matrix(&mut rng, 100, 100) * faer::Scale(0.05);
    let c: Vec<f64> = (0..100).map(|_| normal(&mut rng)).collect();
    for f in [Activation::Tanh, Activation::Relu] {
        let found = all(&net(w.clone(), &c, f));
        assert!(found.complete && found.method == Method::Monotone && found.points.len() == 1);
        assert!(found.radii[0] < 1e-10, "{:?}", found.radii);
    }
    let linear = all(&net(w.clone(), &c, Activation::Identity));
    assert!(linear.complete && linear.method == Method::Linear);
    let (m, right, c) = low_rank(200, 4, 3.0, 11);
    let strong = net(&m * right.transpose(), &c, Activation::Tanh);
    let stopped = of_recurrence(&strong, &Limits { work: 1_000_000, ..Limits::default() }).unwrap();
    assert!(!stopped.complete && stopped.undecided.is_empty());
    // Of a network of full rank nothing is said.
    let full = normal_matrix(&mut rng, 100, 100);
    assert!(of_recurrence(&net(full, &[0.0; 100], Activation::Tanh), &Limits::default()).is_none());
}
