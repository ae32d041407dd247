use super::energy::LogZ;
use super::hmc::{Hmc, Trajectories};
use super::metropolis::{Metropolis, Moves};
use super::run::{Method, Plan, Sample, Start, sample};
use super::*;
use crate::inference::chains::Summary;
use crate::inference::gaussian::ensemble::{Ensemble, Truth};
use crate::inference::gaussian::samples::covariance;
use crate::inference::gaussian::spectrum::rescaled;
use crate::linalg::random::{Use, stream};

fn posterior(n: usize, alpha: f64, gamma: f64, seed: u64) -> Posterior {
    let mut rng = stream(seed, Use::Fixture, n as u64);
    let truth = Truth::new(Ensemble::Goe { sigma: 0.5 }.draw(n, &mut rng).as_ref()).unwrap();
    let samples = truth.samples((alpha * n as f64) as usize, &mut rng);
    let data = rescaled(covariance(samples.as_ref()).as_ref());
    Posterior::new(alpha, gamma, data.as_ref(), truth.covariance().as_ref()).unwrap()
}

fn plan(beta: f64, draws: usize, thin: usize) -> Plan {
    Plan { beta, chains: 4, burn_in: 500 * thin.min(40), draws, thin, start: Start::Map, seed: 7 }
}

fn near(found: &Summary, expected: f64, what: &str) {
    let off = (found.mean.value - expected) / found.mean.error();
    assert!(
        off.abs() < 4.0 && found.r_hat < 1.05,
        "{what}: {} +- {}, {expected} expected, R-hat {}",
        found.mean.value,
        found.mean.error(),
        found.r_hat
    );
}

/// E(J) from its definition alone.
fn energy(p: &Posterior, j: MatRef<f64>) -> f64 {
    p.point(j, LogZ::new(j).unwrap().value).energy
}

#[test]
fn the_estimate_is_the_minimum_and_the_gradient_that_of_the_energy() {
    let p = posterior(7, 2.0, 1.5, 1);
    assert!((energy(&p, p.map.as_ref()) - p.at_map.energy).abs() < 1e-12);
    let mut rng = stream(3, Use::Fixture, 0);
    for scale in [0.1, 1.0, 10.0] {
        let j = symmetric(7, |_, _| scale * normal(&mut rng));
        let e = symmetric(7, |_, _| normal(&mut rng));
        assert!(energy(&p, j.as_ref()) > p.at_map.energy);
        let w = LogZ::new(j.as_ref()).unwrap().covariance;
        let gradient = faer::Scale(0.5) * (faer::Scale(1.5) * &j + faer::Scale(2.0) * (w - &p.data));
        let exact: f64 = (0..7).map(|k| (0..7).map(|i| gradient[(i, k)] * e[(i, k)]).sum::<f64>()).sum();
        let h = 1e-5 * scale;
        let at = |s: f64| energy(&p, (&j + faer::Scale(s) * &e).as_ref());
        let slope = (at(h) - at(-h)) / (2.0 * h);
        assert!((slope - exact).abs() < 1e-7 * exact.abs().max(1.0), "{slope} {exact}");
    }
}

#[test]
fn energies_followed_through_a_hundred_thousand_moves_are_the_direct_ones() {
    // Cold, canonical and hot, where moves are so large that windows fail; one entry and ten.
    for (n, beta, entries, step) in
        [(20, 1e5, 1, 0.01), (20, 20.0, 10, 0.1), (5, 0.05, 1, 5.0), (2, 1.0, 1, 1.0), (1, 1.0, 1, 1.0)]
    {
        let p = posterior(n, 5.0, 5.0, 2);
        let moves = Moves { entries, step, target: None };
        let start = p.gaussian_start(&mut stream(1, Use::Fixture, 1));
        let rng = stream(1, Use::Chain, 0);
        let mut chain = Metropolis::new(&p, beta, moves, start.as_ref(), rng).unwrap();
        for _ in 0..100_000 {
            chain.propose().unwrap();
        }
        let direct = energy(&p, chain.couplings());
        let scale = direct.abs().max(1.0);
        assert!((chain.energy() - direct).abs() < 1e-10 * scale, "{n}: {} {direct}", chain.energy());
        assert!(chain.drift < 1e-10 * scale, "n = {n}: {:e}", chain.drift);
        assert!(chain.accepted > 1000, "n = {n}: {} accepted", chain.accepted);
        // Windows always do where moves are small, and not where they are large.
        assert!(if n == 20 { chain.direct == 0 } else { chain.direct > 0 }, "n = {n}: {}", chain.direct);
    }
}

#[test]
fn one_variable_is_a_normal_distribution() {
    // mu = J + 1, log Z = (J + 1)/2: E = gamma J^2/4 - alpha J (c - 1)/2 + alpha/2, normal at any temperature.
    let (alpha, gamma, beta, c) = (3.0, 2.0, 1.5, 1.4);
    let one = Mat::from_fn(1, 1, |_, _| c);
    let p = Posterior::new(alpha, gamma, one.as_ref(), Mat::identity(1, 1).as_ref()).unwrap();
    for (method, thin) in [(Method::Metropolis(Moves::SINGLE), 10), (Method::Hmc(Trajectories::QUARTER), 1)] {
        let s = sample(&p, method, &plan(beta, 5000, thin)).unwrap();
        let star = alpha * (c - 1.0) / gamma;
        near(&s.energy, 0.5 * alpha - 0.25 * gamma * star * star + 0.5 / beta, "energy");
        near(&s.distance, (2.0 * 2.0 / (beta * gamma) / std::f64::consts::PI).sqrt(), "distance");
    }
}

/// <E>, <E^2> and <L_test> for n = 2 and a diagonal C_emp, by quadrature.
///
/// J = a + s (cos f, sin f; sin f, -cos f): dJ_11 dJ_22 dJ_12 = 2 s da ds df; nu = mu - a solves nu^2 - nu = s^2, so that
/// log Z = a + nu - (log nu)/2. The normal factor of a is integrated with the others, as a check of all three.
fn quadrature(p: &Posterior, beta: f64) -> [f64; 3] {
    let (mut weight, mut sums) = (0.0, [0.0; 3]);
    let width = 8.0 / (0.5 * beta * p.gamma).sqrt();
    let (points, angles) = (160, 48);
    for ia in 0..points {
        let a = width * (2.0 * (ia as f64 + 0.5) / points as f64 - 1.0);
        for is in 0..points {
            let s = width * (is as f64 + 0.5) / points as f64;
            let nu = 0.5 * (1.0 + (1.0 + 4.0 * s * s).sqrt());
            for angle in 0..angles {
                let (sin, cos) = (std::f64::consts::TAU * f64::from(angle) / f64::from(angles)).sin_cos();
                let j = symmetric(2, |i, k| match (i, k) {
                    (0, 0) => a + s * cos,
                    (0, 1) => s * sin,
                    _ => a - s * cos,
                });
                let point = p.point(j.as_ref(), a + nu - 0.5 * nu.ln());
                let w = s * (-beta * (point.energy - p.at_map.energy)).exp();
                weight += w;
                for (sum, v) in sums.iter_mut().zip([point.energy, point.energy.powi(2), point.test]) {
                    *sum += w * v;
                }
            }
        }
    }
    sums.map(|s| s / weight)
}

#[test]
fn two_variables_have_the_moments_of_three_dimensional_quadrature() {
    let data = Mat::from_fn(2, 2, |i, j| [[1.5, 0.0], [0.0, 0.6]][i][j]);
    let test = Mat::from_fn(2, 2, |i, j| [[1.1, 0.3], [0.3, 0.9]][i][j]);
    let p = Posterior::new(3.0, 2.0, data.as_ref(), test.as_ref()).unwrap();
    for beta in [0.5, 2.0] {
        let [energy, square, test] = quadrature(&p, beta);
        for (method, thin) in
            [(Method::Metropolis(Moves::SINGLE), 20), (Method::Hmc(Trajectories::QUARTER), 1)]
        {
            let s = sample(&p, method, &plan(beta, 10_000, thin)).unwrap();
            near(&s.energy, energy, "energy");
            near(&s.test, test, "test likelihood");
            let spread = (square - energy * energy).sqrt();
            assert!((s.energy.sd / spread - 1.0).abs() < 0.04, "{} {spread}", s.energy.sd);
        }
    }
}

#[test]
fn cold_posteriors_are_laplace_s() {
    let p = posterior(6, 5.0, 3.0, 4);
    let beta = 1e7;
    let above = p.entries() as f64 / (2.0 * beta);
    for (method, thin) in [(Method::Metropolis(Moves::SINGLE), 60), (Method::Hmc(Trajectories::QUARTER), 1)] {
        let s = sample(&p, method, &plan(beta, 5000, thin)).unwrap();
        let shifted = Summary { mean: s.energy.mean.plus(-p.at_map.energy), ..s.energy };
        near(&shifted, above, "energy above the estimate's");
    }
    // Covariance: 1/(beta (gamma + alpha c_k c_l)) off the diagonal; on it the inverse of the Hessian
    // (beta/2) (gamma + alpha (diag c^2 - c^2 c^2^T / sum c^2)).
    let c: Vec<f64> = p.map_covariance.iter().map(|c| c * c).collect();
    let sum: f64 = c.iter().sum();
    let hessian = Mat::from_fn(6, 6, |k, l| {
        let own = if k == l { p.gamma + p.alpha * c[k] } else { 0.0 };
        0.5 * beta * (own - p.alpha * c[k] * c[l] / sum)
    });
    let mut cholesky = crate::linalg::cholesky::Cholesky::new(6);
    assert!(cholesky.factor(hessian.as_ref()));
    let mut diagonal = Mat::zeros(6, 6);
    cholesky.inverse(diagonal.as_mut());
    let mut chain =
        Hmc::new(&p, beta, Trajectories::QUARTER, p.map.as_ref(), stream(5, Use::Chain, 0)).unwrap();
    (0..500).for_each(|_| {
        chain.propose();
    });
    chain.settle();
    let draws = 20_000;
    let (mut off, mut on) = (Mat::<f64>::zeros(6, 6), Mat::<f64>::zeros(6, 6));
    for _ in 0..draws {
        chain.propose();
        let d =
            Mat::from_fn(6, 6, |k, l| chain.rotated()[(k, l)] - if k == l { p.map_values[k] } else { 0.0 });
        for k in 0..6 {
            for l in 0..6 {
                off[(k, l)] += d[(k, l)].powi(2) / f64::from(draws);
                on[(k, l)] += d[(k, k)] * d[(l, l)] / f64::from(draws);
            }
        }
    }
    let c = &p.map_covariance;
    for k in 0..6 {
        for l in 0..6 {
            // Variances of nearly independent draws: sqrt(2/20,000) = 1 % each, five of them allowed.
            if k != l {
                let ratio = off[(k, l)] * beta * (p.gamma + p.alpha * c[k] * c[l]);
                assert!((ratio - 1.0).abs() < 0.05, "({k}, {l}): {ratio}");
            }
            let scale = (diagonal[(k, k)] * diagonal[(l, l)]).sqrt();
            assert!(((on[(k, l)] - diagonal[(k, l)]) / scale).abs() < 0.05, "diagonal ({k}, {l})");
        }
    }
}

fn both(p: &Posterior, beta: f64) -> [Sample; 2] {
    [(Method::Metropolis(Moves::SINGLE), 100), (Method::Hmc(Trajectories::QUARTER), 1)]
        .map(|(method, thin)| sample(p, method, &plan(beta, 3000, thin)).unwrap())
}

#[test]
fn both_samplers_and_langevin_s_agree_at_the_canonical_temperature() {
    let p = posterior(8, 5.0, 5.0, 6);
    let [metropolis, hmc] = both(&p, 8.0);
    let langevin = sample(&p, Method::Hmc(Trajectories::LANGEVIN), &plan(8.0, 6000, 3)).unwrap();
    for other in [&hmc, &langevin] {
        for f in [|s: &Sample| s.energy, |s: &Sample| s.distance, |s: &Sample| s.test_energy] {
            let (a, b) = (f(&metropolis), f(other));
            let apart = a.mean.less(b.mean);
            assert!(apart.value.abs() < 4.0 * apart.error(), "{a:?} {b:?}");
            assert!(a.r_hat < 1.05 && b.r_hat < 1.05);
        }
    }
    // The adapted steps accept what they were asked to.
    let accepted = |s: &Sample| s.traces.iter().map(|t| t.acceptance).sum::<f64>() / 4.0;
    assert!((accepted(&metropolis) - 0.44).abs() < 0.05, "{}", accepted(&metropolis));
    assert!((accepted(&hmc) - 0.8).abs() < 0.1, "{}", accepted(&hmc));
    assert!(metropolis.traces.iter().all(|t| t.drift < 1e-10));
}

#[test]
fn same_bits_on_any_number_of_threads() {
    let p = posterior(6, 5.0, 5.0, 8);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let plan = Plan { burn_in: 50, draws: 50, ..plan(6.0, 50, 2) };
        [Method::Metropolis(Moves::SINGLE), Method::Hmc(Trajectories::QUARTER)]
            .map(|m| pool.install(|| sample(&p, m, &plan).unwrap()).traces.map_points())
    };
    assert_eq!(run(1), run(3));
}

trait Points {
    fn map_points(self) -> Vec<Vec<Point>>;
}

impl Points for Vec<super::run::Trace> {
    fn map_points(self) -> Vec<Vec<Point>> {
        self.into_iter().map(|t| t.points).collect()
    }
}

#[test]
fn wrong_numbers_are_refused_by_name() {
    let p = posterior(3, 5.0, 5.0, 9);
    let metropolis = Method::Metropolis(Moves::SINGLE);
    let refused = |method, plan: Plan, name: &str| {
        let error = sample(&p, method, &plan).unwrap_err().to_string();
        assert!(error.starts_with(name) && error.contains("positive"), "{error}");
    };
    refused(metropolis, plan(0.0, 5, 1), "beta");
    refused(metropolis, plan(1.0, 0, 1), "draws");
    refused(Method::Metropolis(Moves { step: f64::NAN, ..Moves::SINGLE }), plan(1.0, 5, 1), "step");
    refused(Method::Hmc(Trajectories { steps: Some(0), ..Trajectories::QUARTER }), plan(1.0, 5, 1), "steps");
    let wrong = Mat::<f64>::zeros(2, 2);
    assert!(Metropolis::new(&p, 1.0, Moves::SINGLE, wrong.as_ref(), stream(1, Use::Chain, 0)).is_err());
    assert!(Hmc::new(&p, 1.0, Trajectories::QUARTER, wrong.as_ref(), stream(1, Use::Chain, 0)).is_err());
    let lost = Mat::from_fn(3, 3, |_, _| f64::NAN);
    assert!(LogZ::new(lost.as_ref()).is_err());
}
