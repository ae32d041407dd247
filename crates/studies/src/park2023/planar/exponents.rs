//! Both exponents of a cell, with an error, and the test whether the first is zero.

use super::{Planar, State, Time, log_moduli};
use nullcline_core::diagnostics::dynamics::cycles::circle::weighted_mean;

/// Longest orbit that is looked for.
const LONGEST: usize = 1024;
/// Distance after which an orbit of the map counts as repeated, and speed of a flow at rest.
const SAME: f64 = 1e-13;

/// Rates, in nats per unit time, below which arrival is awaited, and the nats of approach it takes.
const SLOW: f64 = 0.1;
const ARRIVAL: f64 = 40.0;

/// What is fixed before looking.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Blocks discarded, with the tangent.
    pub discarded: usize,
    /// Blocks of the first average.
    pub blocks: usize,
    /// Largest number of blocks: undecided cells double theirs up to it.
    pub most: usize,
    /// Exponents up to here count as zero, nats per unit time.
    pub tolerance: f64,
}

/// Sign of the first exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Below -tolerance.
    Negative,
    /// Within the tolerance.
    Zero,
    /// Above the tolerance.
    Positive,
}

/// The exponents of one cell.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// Largest first, nats per unit time.
    pub exponents: [f64; 2],
    /// Error of the first.
    pub error: f64,
    /// Steps after which the orbit of a map repeats itself, 1 at rest; 0 where it does not within 1024.
    pub repeats: usize,
    /// Sign of the first.
    pub sign: Sign,
    /// Whether value and error lie on one side of each tolerance.
    pub decided: bool,
    /// Blocks of the last average.
    pub blocks: usize,
}

/// The exponents of the trajectory from `x`.
///
/// An orbit that has come to rest, or repeats itself, has those of its eigenvalues. Otherwise the growth
/// in successive blocks is averaged with weights that vanish at both ends: on quasi-periodic orbits
/// that converges faster than any power of the length. The error is the largest difference from the
/// averages of either half. The second exponent follows from the mean of log|det J|.
pub fn measure(planar: &Planar, x: [f64; 2], plan: &Plan) -> Cell {
    let mut s = State { x, v: [0.8, 0.6] };
    for _ in 0..plan.discarded {
        planar.block(&mut s);
    }
    let mut blocks = plan.blocks;
    loop {
        if let Some((exponents, repeats)) = settled(planar, s.x) {
            let error = 1e-12;
            let (sign, decided) = judge(exponents[0], error, plan.tolerance);
            return Cell { exponents, error, repeats, sign, decided, blocks: 0 };
        }
        let (mut growth, mut area) = (Vec::with_capacity(blocks), Vec::with_capacity(blocks));
        for _ in 0..blocks {
            let [g, a] = planar.block(&mut s);
            growth.push(g);
            area.push(a);
        }
        let time = planar.time.block();
        let mean = |f: &[f64]| weighted_mean(f) / time;
        let first = mean(&growth);
        let (one, two) = growth.split_at(blocks / 2);
        let error = (mean(one) - first).abs().max((mean(two) - first).abs()) + 1e-13;
        let (sign, decided) = judge(first, error, plan.tolerance);
        if decided && sign == Sign::Negative && first > -SLOW {
            // Slowly drawn to a locked orbit: let it arrive, so that it tells its period.
            let wait = (ARRIVAL / (-first * time)).ceil();
            (0..wait as usize).for_each(|_| planar.drift(&mut s));
            if let Some((exponents, repeats)) = settled(planar, s.x) {
                let (sign, decided) = judge(exponents[0], 1e-12, plan.tolerance);
                return Cell { exponents, error: 1e-12, repeats, sign, decided, blocks };
            }
        }
        if decided || 2 * blocks > plan.most {
            let exponents = [first, mean(&area) - first];
            return Cell { exponents, error, repeats: 0, sign, decided, blocks };
        }
        blocks *= 2;
    }
}

fn judge(value: f64, error: f64, tolerance: f64) -> (Sign, bool) {
    let sign = if value < -tolerance {
        Sign::Negative
    } else if value > tolerance {
        Sign::Positive
    } else {
        Sign::Zero
    };
    (sign, ((value.abs() - tolerance).abs()) > error)
}

/// The exponents of an orbit that stands still or repeats itself, and its length.
fn settled(planar: &Planar, x: [f64; 2]) -> Option<([f64; 2], usize)> {
    match planar.time {
        Time::Continuous => {
            let f = planar.velocity(x);
            if f[0].hypot(f[1]) > SAME {
                return None;
            }
            let s = planar.image(x).1;
            // J = diag(s) W - 1: eigenvalues of diag(s) W less one.
            let (half, det) =
                (0.5 * planar.a * (s[0] + s[1]), s[0] * s[1] * (planar.a.powi(2) + planar.b.powi(2)));
            let root = (half * half - det).max(0.0).sqrt();
            Some(([half + root - 1.0, half - root - 1.0], 1))
        }
        Time::Discrete => repeated(planar, x),
    }
}

/// The least q <= 1024 after which the orbit is where it was, and the exponents of the product over it.
fn repeated(planar: &Planar, x: [f64; 2]) -> Option<([f64; 2], usize)> {
    let (mut one, mut two) = (State { x, v: [1.0, 0.0] }, State { x, v: [0.0, 1.0] });
    let mut log_det = 0.0;
    for q in 1..=LONGEST {
        log_det += planar.step(&mut one).ln();
        planar.step(&mut two);
        if (one.x[0] - x[0]).hypot(one.x[1] - x[1]) < SAME {
            let trace = one.v[0] + two.v[1];
            // A product that shrinks areas below the smallest double has its second exponent from the sum.
            let [large, _] = log_moduli(trace, log_det.exp());
            let first = large / q as f64;
            return Some(([first, log_det / q as f64 - first], q));
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::float_cmp)]
mod tests {
    use super::*;
    use faer::Mat;
    use nullcline_core::diagnostics::dynamics::lyapunov::{Drive, Options, lyapunov};
    use nullcline_core::io::tensors::{Tensors, read};
    use nullcline_core::linalg::activation::Activation;
    use nullcline_core::systems::cells::{Rate, Vanilla};
    use nullcline_core::systems::rule::Rule;
    use nullcline_core::systems::time::{Flow, Map, System};
    use std::path::Path;

    const TIMES: [(Time, f64, &str); 2] =
        [(Time::Discrete, 1e-4, "discrete"), (Time::Continuous, 2e-3, "continuous")];

    fn plan(tolerance: f64) -> Plan {
        Plan { discarded: 600, blocks: 1024, most: 32_768, tolerance }
    }

    fn grid() -> Tensors {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/park2023/pta_grid.npz")).unwrap()
    }

    /// tests/golden/park2023/SOURCE.md.
    #[test]
    fn signs_and_exponents_are_those_of_an_independent_grid() {
        let file = grid();
        let get = |name: &str| file.get(name).unwrap().data.clone();
        let (alphas, thetas, starts) = (get("alpha"), get("theta"), get("initial_states"));
        for (time, tolerance, word) in TIMES {
            let (class, exponents) = (get(&format!("{word}_class3")), get(&format!("{word}_exponents")));
            for (i, alpha) in alphas.iter().enumerate() {
                for (j, theta) in thetas.iter().enumerate() {
                    let cell = i * thetas.len() + j;
                    if class[cell] == 2.0 {
                        continue;
                    }
                    let x = [starts[cell * 8], starts[cell * 8 + 1]];
                    let found = measure(&Planar::new(*alpha, *theta, time), x, &plan(tolerance));
                    let zero = found.sign == Sign::Zero;
                    assert_eq!(zero, class[cell] == 1.0, "{word} {alpha} {theta}: {found:?}");
                    assert!(found.decided, "{word} {alpha} {theta}: {found:?}");
                    // The plain averages of the reference have errors of order 1 / T.
                    let first = exponents[cell * 8];
                    assert!((found.exponents[0] - first).abs() < 10.0 * tolerance, "{found:?} {first}");
                    let sum = exponents[cell * 8] + exponents[cell * 8 + 1];
                    let ours = found.exponents[0] + found.exponents[1];
                    assert!(
                        (ours - sum).abs() < 20.0 * tolerance * (1.0 + sum.abs()),
                        "{word} {alpha} {theta}: {ours} {sum}"
                    );
                }
            }
        }
    }

    #[test]
    fn both_exponents_are_those_of_the_general_module() {
        for (alpha, theta) in [(1.5, 0.5), (2.0, 0.2), (1.2, 1.0)] {
            let (a, b) = (alpha * f64::cos(theta), alpha * f64::sin(theta));
            let theta_of = [a, b, -b, a, 0.0, 0.0, 0.0, 0.0];
            let (mut map, mut rate) =
                (Vanilla::new(2, 0, Activation::Tanh), Rate::new(0, Activation::Tanh, vec![1.0; 2]));
            map.write_params(&theta_of);
            rate.write_params(&theta_of);
            let systems: [Box<dyn System>; 2] = [Box::new(Map::new(map)), Box::new(Flow::new(rate, 0.05))];
            for (system, (time, tolerance, word)) in systems.iter().zip(TIMES) {
                let options = Options { warmup: 6000, max_steps: 40_000, tol: 0.0, ..Options::default() };
                let x = Mat::from_fn(2, 1, |i, _| [0.5, 0.1][i]);
                let l =
                    lyapunov(system.as_ref(), x.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).unwrap();
                let found = measure(&Planar::new(alpha, theta, time), [0.5, 0.1], &plan(tolerance));
                for (ours, general) in found.exponents.iter().zip(&l.attractors[0].exponents) {
                    let miss = (ours - general).abs();
                    assert!(
                        miss < tolerance,
                        "{word} {alpha} {theta}: {found:?} {:?}",
                        l.attractors[0].exponents
                    );
                }
            }
        }
    }
}
