//! Lyapunov exponents of systems with exact or published values.

use super::{Case, Check};
use crate::diagnostics::dynamics::lyapunov::{Attractor, Drive, Options, lyapunov};
use crate::linalg::random::{Use, normal, stream};
use crate::numbers::Estimate;
use crate::systems::reference::{
    CoupledFitzHughNagumo, Henon, Ikeda, Linear, Logistic, Lorenz, Rossler, beer_1995,
};
use crate::systems::time::{Flow, Map, System};
use faer::Mat;

pub(super) const CASES: [Case; 9] =
    [linear_map, linear_flow, logistic, henon, ikeda, lorenz, rossler, beer, fitzhugh];

const SPROTT: &str = "Sprott, common systems";
const EXACT: &str = "exact";

/// The main attractor of `system`, from `count` starts around `centre`; none if all diverge.
pub(super) fn spectrum(
    system: &dyn System,
    centre: &[f64],
    spread: f64,
    count: usize,
    steps: usize,
    warmup: usize,
) -> Option<Attractor> {
    let starts = Mat::from_fn(centre.len(), count, |i, j| {
        centre[i] + spread * normal(&mut stream(1, Use::Fixture, (j * 64 + i) as u64))
    });
    let options = Options { warmup, align: warmup, max_steps: steps, tol: 0.0, ..Options::default() };
    let result = lyapunov(system, starts.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).ok()?;
    result.attractors.into_iter().next()
}

/// One check an exponent, and one of the Kaplan-Yorke dimension where `dimension` is given.
fn compare(
    name: &str,
    found: Option<Attractor>,
    known: &[f64],
    own: f64,
    dimension: Option<(f64, f64)>,
    source: &'static str,
) -> Vec<Check> {
    let value = |f: &dyn Fn(&Attractor) -> Estimate| found.as_ref().map_or(Estimate::NONE, f);
    let mut checks: Vec<Check> = known
        .iter()
        .enumerate()
        .map(|(i, k)| {
            let quantity = format!("exponent {}", i + 1);
            Check::new(name, &quantity, *k, own, value(&|a| a.exponent(i)), source)
        })
        .collect();
    if let Some((d, own)) = dimension {
        let found = value(&|a| a.kaplan_yorke_dimension);
        checks.push(Check::new(name, "Kaplan-Yorke dimension", d, own, found, source));
    }
    checks
}

/// The sum of all exponents against its exact value: no statistical error enters.
fn sum(name: &str, found: Option<&Attractor>, exact: f64, own: f64) -> Check {
    let total = found.map_or(Estimate::NONE, |a| Estimate::exact(a.exponents.iter().sum(), 0));
    Check::new(name, "sum of exponents", exact, own, total, EXACT)
}

fn linear_map() -> Vec<Check> {
    let a = faer::mat![[0.9, 0.5, 0.0], [-0.5, 0.9, 0.3], [0.0, 0.0, 0.4]];
    let b = Mat::zeros(3, 0);
    let system = Map::new(Linear::new(a.as_ref(), (b as Mat<f64>).as_ref()));
    let found = spectrum(&system, &[0.0; 3], 0.0, 2, 500, 100);
    // Eigenvalues 0.9 +- 0.5i and 0.4; the origin is unstable, so that only an orbit that stays there has exponents.
    let modulus = 1.06f64.sqrt().ln();
    compare("linear map", found, &[modulus, modulus, 0.4f64.ln()], 2e-3, None, "exact: log|eigenvalue|")
}

fn linear_flow() -> Vec<Check> {
    let a = faer::mat![[-0.1, 1.0, 0.0], [-1.0, -0.1, 0.2], [0.0, 0.0, -0.7]];
    let b = Mat::zeros(3, 0);
    let system = Flow::new(Linear::new(a.as_ref(), (b as Mat<f64>).as_ref()), 0.05);
    let found = spectrum(&system, &[0.0; 3], 1.0, 2, 4000, 1000);
    compare("linear flow", found, &[-0.1, -0.1, -0.7], 1e-9, None, "exact: real parts")
}

fn logistic() -> Vec<Check> {
    let found = spectrum(&Map::new(Logistic::new(4.0)), &[0.4], 0.05, 8, 1_000_000, 1000);
    compare("logistic map r=4", found, &[2f64.ln()], 0.0, None, "exact: log 2")
}

fn henon() -> Vec<Check> {
    let found = spectrum(&Map::new(Henon::new(1.4, 0.3)), &[0.1, 0.1], 0.01, 8, 1_000_000, 1000);
    let total = sum("Henon map 1.4, 0.3", found.as_ref(), 0.3f64.ln(), 1e-9);
    let mut checks =
        compare("Henon map 1.4, 0.3", found, &[0.41922, -1.62319], 5e-6, Some((1.25827, 5e-6)), SPROTT);
    checks.push(total);
    checks
}

fn ikeda() -> Vec<Check> {
    let found = spectrum(&Map::new(Ikeda::new(0.9)), &[0.1, 0.1], 0.05, 8, 500_000, 1000);
    let total = sum("Ikeda map u=0.9", found.as_ref(), 2.0 * 0.9f64.ln(), 1e-9);
    // The independent run's own standard error is 0.0023.
    let mut checks = compare(
        "Ikeda map u=0.9",
        found,
        &[0.5051, -0.7158],
        2.0 * 0.0023,
        None,
        "independent run, s.e. 0.0023",
    );
    checks.push(total);
    checks
}

fn lorenz() -> Vec<Check> {
    let system = Flow::new(Lorenz::new(10.0, 28.0, 8.0 / 3.0), 0.005);
    let found = spectrum(&system, &[1.0, 1.0, 20.0], 2.0, 8, 1_000_000, 4000);
    let total = sum("Lorenz 10, 28, 8/3", found.as_ref(), -(10.0 + 1.0 + 8.0 / 3.0), 1e-5);
    let mut checks =
        compare("Lorenz 10, 28, 8/3", found, &[0.9056, 0.0, -14.5723], 5e-5, Some((2.06215, 5e-6)), SPROTT);
    checks.push(total);
    checks
}

fn rossler() -> Vec<Check> {
    let system = Flow::new(Rossler::new(0.2, 0.2, 5.7), 0.02);
    let found = spectrum(&system, &[-5.0, -5.0, 0.1], 1.0, 8, 1_000_000, 20_000);
    compare("Rossler 0.2, 0.2, 5.7", found, &[0.0714, 0.0, -5.3943], 1e-3, Some((2.0132, 1e-3)), SPROTT)
}

fn beer() -> Vec<Check> {
    let system = Flow::new(beer_1995(), 0.05);
    let found = spectrum(&system, &[-4.0, -2.7, -1.1], 0.5, 8, 600_000, 20_000);
    compare("Beer 1995, 3 units", found, &[0.010, 0.0], 1e-3, None, "Beer 1995, Fig. 9D")
}

fn fitzhugh() -> Vec<Check> {
    let system = Flow::new(CoupledFitzHughNagumo::new(-0.025_794, 0.0065, 0.0135, 0.02, 0.128), 0.5);
    let found = spectrum(&system, &[0.01, 0.0, 0.0, 0.01], 0.02, 8, 400_000, 10_000);
    compare(
        "coupled FitzHugh-Nagumo",
        found,
        &[0.00710, 0.0, -0.0513, -0.187],
        5e-4,
        None,
        "JiTCODE's test scenario",
    )
}
