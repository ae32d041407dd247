//! Fig. A.3: convergence at the scale d . e, algebraic from W = 0 and exponential from elsewhere; and the two cases of A.3.

use super::integrators::algebraic::{Fall, exponent, exponents};
use super::integrators::plane::{Plane, vectors};
use super::integrators::start::{one_step, same_vectors};
use crate::common::*;
use faer::Mat;
use nullcline_core::diagnostics::dynamics::integrator::{
    Averaged, Correlations, Gradient, Integrals, Room, Weights,
};
use nullcline_core::linalg::random::{Use, normal_matrix, stream};

/// Fig. A.3.
pub const STUDY: Study = Study::new(
    "fanthomme2021/figA.3",
    "Algebraic convergence at the scale d . e, and trainings that are known exactly",
    run,
);

const FIGURE: &str = "fanthomme2021 Fig. A.3";
const DECAY: f64 = 0.995;
const STEPS: usize = 3;
const RATE: f64 = 0.01;
const OVERLAP: f64 = 0.4;

/// Sizes of a run.
#[derive(Clone, Copy)]
struct Size {
    n: usize,
    seeds: usize,
    many: usize,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let many = if settings.preset == Preset::Paper { 3_000_000 } else { 300_000 };
    findings(Size { n: 1000, seeds: 8, many }, settings.seed, observer)
}

/// The exact cases of A.3 on whole networks.
struct Exact {
    /// Largest |W - omega d e^T| over the steps of T = 1, and whether it is stable below and not above the bound.
    one_step: f64,
    bound: [bool; 2],
    /// Largest |change of omega + rate P(omega)| where e = d, and |omega - gamma / |e|^2| in the end.
    same: [f64; 2],
}

fn exact(n: usize, seed: u64) -> Exact {
    let norms = [0.8, 1.3];
    let [e, d] = vectors(n, 0.0, norms, seed);
    let (scale, product) = (1.7, norms.iter().map(|v| v * v).product::<f64>());
    let direction = d.transpose() * e.transpose();
    let descend = |rate: f64, many: i32, see: &mut dyn FnMut(i32, &Mat<f64>)| {
        let goal = Integrals { scale: vec![scale], decay: vec![DECAY] };
        let loss = Averaged { goal, correlations: Correlations::white(1) };
        let (mut w, mut room, mut g) = (Mat::<f64>::zeros(n, n), Room::new(n, 1, 1), Gradient::zeros(n, 1));
        let mut last = f64::NAN;
        for step in 1..=many {
            let weights = Weights { recurrent: w.as_ref(), encoder: e.as_ref(), decoder: d.as_ref() };
            last = loss.gradient(weights, &mut room, &mut g);
            w -= &g.recurrent * faer::Scale(rate);
            see(step, &w);
        }
        last
    };
    let mut off = 0.0f64;
    let rate = 0.3 / product;
    descend(rate, 40, &mut |step, w| {
        let known = one_step(scale, DECAY, product, rate, step);
        off = off.max((w - &direction * faer::Scale(known)).norm_max());
    });
    let start = (scale * DECAY).powi(2);
    let ends = |share: f64| descend(share / product, 400, &mut |_, _| {});
    let bound = [ends(0.98) < start, ends(1.02) > start];
    Exact { one_step: off, bound, same: same(n, seed) }
}

/// e = d of norm 1.1 at the scale |e|^2, T = 3.
fn same(n: usize, seed: u64) -> [f64; 2] {
    let norm = 1.1;
    let [e, _] = vectors(n, 0.0, [norm, 1.0], seed);
    let d = e.transpose().to_owned();
    let scale = norm * norm;
    let goal = Integrals { scale: vec![scale], decay: vec![DECAY] };
    let loss = Averaged { goal, correlations: Correlations::white(STEPS) };
    let (mut w, mut room, mut g) = (Mat::<f64>::zeros(n, n), Room::new(n, 1, STEPS), Gradient::zeros(n, 1));
    let (rate, mut omega, mut off) = (0.005, 0.0, 0.0f64);
    for _ in 0..1500 {
        let weights = Weights { recurrent: w.as_ref(), encoder: e.as_ref(), decoder: d.as_ref() };
        loss.gradient(weights, &mut room, &mut g);
        w -= &g.recurrent * faer::Scale(rate);
        omega += rate * same_vectors(omega, norm, scale, DECAY, STEPS as i32);
        off = off.max((&w - &e * &d * faer::Scale(omega)).norm_max());
    }
    [off, (omega - DECAY / scale).abs()]
}

fn findings(size: Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let failed = || Error::Numbers("encoder and decoder depend on each other".into());
    let plane =
        |k: usize| Plane::drawn(size.n, OVERLAP, [1.0, 1.0], DECAY, seed + k as u64).ok_or_else(failed);
    let from = 3e-3 * size.many as f64;
    let falls = parallel("descent at d·e", size.seeds, observer, |k| {
        let zero = exponent(&[plane(k)?], STEPS, RATE, size.many, from).1.remove(0);
        let p = plane(k)?;
        let mut omega = normal_matrix(&mut stream(seed, Use::Noise, k as u64), 2, 2) * faer::Scale(0.1);
        let random = Fall::of(&p.descend(p.special_scale(), STEPS, RATE, &mut omega, size.many / 3), 8);
        let null = Plane::null_directions(&p.hessian(&omega, p.special_scale(), STEPS));
        Ok((zero, random, null))
    })?;
    let known = parallel("exact cases", size.seeds.min(3), observer, |k| Ok(exact(120, seed + k as u64)))?;
    let zeros: Vec<Fall> = falls.iter().map(|f| f.0.clone()).collect();
    let late = exponents(&zeros, from);
    let claims = claims(&falls, &known, late);
    let json = entries([
        ("exponent", numbers(&list(&falls, |f| f.0.exponent(from)[0]))),
        ("last_loss_from_random", numbers(&list(&falls, |f| *f.1.losses.last().unwrap_or(&f64::NAN)))),
    ]);
    let sections = vec![section(&falls, late)?];
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: vec![] })
}

type Pair = (Fall, Fall, usize);

fn claims(falls: &[Pair], known: &[Exact], late: Estimate) -> Vec<Claim> {
    // Of an algebraic fall one decade is worth as much as the one before.
    let steepest = |f: &Pair| {
        let decades: Vec<f64> = f.1.local.iter().map(|l| l[1]).collect();
        decades.into_iter().fold(0.0, f64::min)
    };
    let sharp = Estimate::mean(falls.iter().map(steepest));
    let exact = |f: fn(&Exact) -> f64| Estimate::exact(largest(list(known, f)), known.len());
    let unstable = Estimate::count(count(known, |e| e.bound != [true, true]), known.len());
    let mut out = at(
        FIGURE,
        [
            claim("From W = 0 at s = d·e the loss falls as a power of the steps, with exponent -2")
                .is(
                    "late d log L / d log τ, extrapolated in τ^-1/2, error of vectors and extrapolation",
                    late,
                )
                .predicted(-2.0, 0.05)
                .headline(),
            claim("From a random W in the same space it falls exponentially: local exponents have no limit")
                .is("steepest local exponent, mean over starts", sharp)
                .below(-6.0)
                .headline(),
            claim("The minima reached from random W have two null directions")
                .at("fanthomme2021 A.8")
                .is("starts with another number", Estimate::count(count(falls, |f| f.2 != 2), falls.len()))
                .predicted(0.0, 0.0),
        ],
    );
    out.extend(at(
        "fanthomme2021 A.3",
        [
            claim("T = 1: W = ω d eᵀ, ω(τ) by (A.12)")
                .is("largest entry of the difference", exact(|e| e.one_step))
                .below(1e-12)
                .headline(),
            claim("Stable for rates below 1/(|e|²|d|²) and not above")
                .is("networks with an exception", unstable)
                .predicted(0.0, 0.0),
            theory("e = d: W = ω e eᵀ, ω by (A.14) with the sign of descent")
                .is("largest entry of the difference", exact(|e| e.same[0]))
                .below(1e-12)
                .headline(),
            claim("It converges to γ/|e|²").is("|ω - γ/|e|²|", exact(|e| e.same[1])).below(1e-9),
        ],
    ));
    out
}

fn section(falls: &[Pair], late: Estimate) -> Result<Section, Error> {
    let draw = |of: fn(&Pair) -> &Fall| {
        let series: Vec<Series> = falls
            .iter()
            .enumerate()
            .map(|(k, f)| {
                let fall = of(f);
                let losses: Vec<f64> = fall.losses.iter().map(|l| l.max(1e-32)).collect();
                Series::new(&format!("seed {}", k + 1), &fall.steps, &losses)
                    .ink(tone(k, falls.len()))
                    .joined()
                    .bare()
            })
            .collect();
        lines(&series, &Axes::new("step", "loss").log_log().wide(THIRD))
    };
    let parts = [draw(|f| &f.0)?, draw(|f| &f.1)?];
    let caption = "The averaged loss at the scale d·e, T = 3: from W = 0 (A), and from random matrices in the space of encoder and decoder \
        (B).";
    Ok(Section::new("algebraic", "Convergence at the scale d·e")
        .intro(
            "Where the manifolds of rank two meet, three directions of the Hessian vanish; W = 0 lies on what flows there, along which the \
             loss falls as τ⁻². The local exponent approaches its limit as τ^-1/2, so that it is extrapolated.",
        )
        .fact("Exponent from W = 0", words(late))
        .figures([panels("falls", "Convergence at the scale d·e", caption, &parts, 2)?]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn exact_cases_are_exact_and_the_exponent_is_near() {
        let found = findings(Size { n: 200, seeds: 4, many: 60_000 }, 1, &Silent).unwrap();
        for words in ["T = 1", "Stable", "e = d", "It converges"] {
            let c = crate::common::found(&found, words);
            assert_eq!(c.verdict, Verdict::Holds, "{c:?}");
        }
        // Four starts cannot tell; they must not deny.
        let c = crate::common::found(&found, "exponentially");
        assert_ne!(c.verdict, Verdict::Differs, "{c:?}");
        assert!((crate::common::found(&found, "exponent -2").measured.value + 2.0).abs() < 0.1);
    }
}
