//! Fig. 7.2: linear integrators reached from W = 0, and the three manifolds on which they lie; with it what 7.3.1 and 7.3.2 say.

use super::integrators::plane::{Plane, vectors};
use crate::common::*;
use faer::Mat;
use nullcline_core::diagnostics::dynamics::integrator::{Gradient, Room, Weights, reduced};
use nullcline_core::linalg::eigen::{Order, eigenvalues, singular_values};
use nullcline_core::linalg::gemm;
use nullcline_core::linalg::random::{Use, normal, stream};

/// Fig. 7.2.
pub const STUDY: Study = Study::new(
    "fanthomme2021/fig7.2",
    "Linear integrators reached from zero weights, and their manifolds",
    run,
);

const FIGURE: &str = "fanthomme2021 Fig. 7.2";
const DECAY: f64 = 0.995;
const STEPS: usize = 3;
const RATE: f64 = 0.01;
/// Steps of descent: far beyond convergence at scale 1.
const MANY: usize = 6000;
/// Steps of a long sequence.
const LONG: usize = 10_000;

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let (n, seeds) = match settings.preset {
        Preset::Quick => (200, 4),
        Preset::Paper => (1000, 8),
    };
    findings(n, seeds, settings.seed, observer)
}

/// A network trained from W = 0.
struct Trained {
    /// Of the training by T = 3.
    second_singular: f64,
    eigenvalue: f64,
    /// |W - V omega V^T| / |W|.
    off_theory: f64,
    /// Late rate of the loss over that of the Hessian.
    rate: f64,
    /// Relative root mean square error over a long sequence.
    error: f64,
    /// |mu_3 / (s gamma^3) - 1| of the training by T = 2, and its loss.
    beyond: [f64; 2],
    /// The loss of each step.
    losses: Vec<f64>,
    /// Moduli of both eigenvalues of omega after each step.
    path: Vec<[f64; 2]>,
}

fn trained(n: usize, seed: u64) -> Result<Trained, Error> {
    let failed = |what: &str| Error::Numbers(format!("{what} did not converge"));
    let [e, d] = vectors(n, 0.0, [1.0, 1.0], seed);
    let small = reduced(e.as_ref(), d.as_ref()).ok_or_else(|| failed("the basis"))?;
    let plane = Plane { small, decay: DECAY };
    let loss = plane.loss(1.0, STEPS);
    let mut w = Mat::<f64>::zeros(n, n);
    let (mut room, mut gradient) = (Room::new(n, 1, STEPS), Gradient::zeros(n, 1));
    for _ in 0..MANY {
        let weights = Weights { recurrent: w.as_ref(), encoder: e.as_ref(), decoder: d.as_ref() };
        loss.gradient(weights, &mut room, &mut gradient);
        for j in 0..n {
            let g = gradient.recurrent.col(j);
            w.col_mut(j).iter_mut().zip(g.iter()).for_each(|(w, g)| *w -= RATE * g);
        }
    }
    let (mut omega, mut losses, mut path) = (Mat::zeros(2, 2), vec![], vec![]);
    for _ in 0..MANY {
        losses.extend(plane.descend(1.0, STEPS, RATE, &mut omega, 1));
        let values = eigenvalues(omega.as_ref(), Order::Modulus).ok_or_else(|| failed("an eigenvalue"))?;
        path.push([0, 1].map(|k| values[k].re.hypot(values[k].im)));
    }
    let theory = plane.small.whole(omega.as_ref()).ok_or_else(|| failed("the basis"))?;
    let hessian = plane.hessian(&omega, 1.0, STEPS);
    // Two steps whose losses are small and not yet rounding.
    let at = |size: f64| losses.iter().position(|l| *l < size).unwrap_or(losses.len() - 1);
    let (from, to) = (at(1e-10), at(1e-18));
    let measured = (losses[to] / losses[from]).ln() / (to - from) as f64;
    let predicted = 2.0 * (1.0 - RATE * hessian[1]).abs().ln();
    let singular = singular_values(w.as_ref()).ok_or_else(|| failed("a singular value"))?;
    let mut short = Mat::zeros(2, 2);
    let last = plane.descend(1.0, 2, 0.02, &mut short, 40_000).pop().unwrap_or(f64::NAN);
    Ok(Trained {
        second_singular: singular[1] / singular[0],
        eigenvalue: path[MANY - 1][0],
        off_theory: (&w - &theory).norm_l2() / w.norm_l2(),
        rate: measured / predicted,
        error: long_error(&w, &e, &d, seed),
        beyond: [plane.residual(&short, 1.0, 3) / DECAY.powi(3), last],
        losses,
        path,
    })
}

/// Root mean square error over that of the target, on eight sequences of white noise.
fn long_error(w: &Mat<f64>, e: &Mat<f64>, d: &Mat<f64>, seed: u64) -> f64 {
    const SEQUENCES: usize = 8;
    let n = w.nrows();
    let mut rng = stream(seed, Use::Task, 0);
    let (mut h, mut next) = (Mat::<f64>::zeros(n, SEQUENCES), Mat::<f64>::zeros(n, SEQUENCES));
    let mut y = [0.0; SEQUENCES];
    let (mut off, mut size) = (0.0, 0.0);
    for _ in 0..LONG {
        for (k, y) in y.iter_mut().enumerate() {
            let x = normal(&mut rng);
            *y = DECAY * (*y + x);
            h.col_mut(k).iter_mut().zip(e.col(0).iter()).for_each(|(h, e)| *h += x * e);
        }
        gemm(next.as_mut(), faer::Accum::Replace, w.as_ref(), h.as_ref());
        std::mem::swap(&mut h, &mut next);
        let out = d * &h;
        for (k, y) in y.iter().enumerate() {
            off += (out[(0, k)] - y).powi(2);
            size += y * y;
        }
    }
    (off / size).sqrt()
}

/// What the manifolds are made of.
struct Manifolds {
    /// Largest residual over matrices of rank one, M_alpha and M_beta.
    residual: [f64; 3],
    /// Whether the Hessian has one, two and three null directions where it should.
    expected: bool,
}

fn manifolds(p: &Plane) -> Manifolds {
    let ([a, b], star) = (p.special(), p.special_scale());
    let grid = [-3.0, -1.2, 0.4, 1.7];
    let mut found = Manifolds { residual: [0.0; 3], expected: true };
    let mut see = |k: usize, omega: Mat<f64>, s: f64, null: usize| {
        let scale = omega.norm_l2().powi(2).max(1.0) * s.abs().max(1.0);
        found.residual[k] = found.residual[k].max(p.residual(&omega, s, 10) / scale);
        let counted = Plane::null_directions(&p.hessian(&omega, s, STEPS));
        if counted != null {
            found.expected = false;
        }
    };
    for alpha in grid {
        for beta in grid.map(|v| v + 0.35) {
            see(0, p.matrix(0.0, alpha, beta), p.scale(alpha, beta), 1);
        }
        for lambda in [-0.6, 0.3, 0.8] {
            see(1, p.matrix(lambda, alpha, a), star, 2);
            see(2, p.matrix(lambda, b, alpha), star, 2);
            see(1, p.matrix(lambda, b, a), star, 3);
        }
    }
    found
}

fn findings(n: usize, seeds: usize, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let all = parallel("training", seeds, observer, |k| trained(n, seed + k as u64))?;
    let planes: Vec<Plane> =
        (0..seeds as u64).filter_map(|k| Plane::drawn(n, 0.3, [1.0, 1.0], DECAY, seed + 100 + k)).collect();
    let on: Vec<Manifolds> = planes.iter().map(manifolds).collect();
    let claims = claims(&all, &on);
    let json = entries([
        ("second_singular_value", numbers(&list(&all, |t| t.second_singular))),
        ("off_theory", numbers(&list(&all, |t| t.off_theory))),
        ("rate_over_prediction", numbers(&list(&all, |t| t.rate))),
        ("error_of_10000_steps", numbers(&list(&all, |t| t.error))),
        ("third_moment_of_two_steps", numbers(&list(&all, |t| t.beyond[0]))),
    ]);
    let sections = vec![section(&all, planes.first(), n)?];
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: vec![] })
}

fn claims(all: &[Trained], on: &[Manifolds]) -> Vec<Claim> {
    let exact = |values: Vec<f64>| Estimate::exact(largest(values.clone()), values.len());
    let manifold = |k: usize| exact(list(on, |m| m.residual[k]));
    let residual = "largest |μ_q - s γ^q| for q up to 10, over vectors and matrices, in units of |ω|² s";
    let unexpected = Estimate::count(count(on, |m| !m.expected), on.len());
    let converged = match largest(list(all, |t| t.beyond[1])) {
        l if l < 1e-16 => Ok(()),
        l => Err(format!("the training by T = 2 had a loss of {l:.1e} left")),
    };
    let mut out = at(
        FIGURE,
        [
            claim("Matrices with eigenvalues γ and 0 integrate for ever, at the scale (A.27)")
                .is(residual, manifold(0))
                .below(1e-10)
                .headline(),
            claim("Those of M_α integrate for ever at the scale d·e, whatever the second eigenvalue")
                .is(residual, manifold(1))
                .below(1e-10),
            claim("Those of M_β likewise").is(residual, manifold(2)).below(1e-10),
        ],
    );
    out.extend(at(
        "fanthomme2021 7.3.2, A.8",
        [
            claim("The Hessian vanishes along one direction at rank one, two on M_α and M_β, three where they meet")
                .is("sets of vectors with an exception", unexpected)
                .predicted(0.0, 0.0)
                .headline(),
            claim("From W = 0 and with T = 3 a network of rank one is reached")
                .is("second singular value over the first", exact(list(all, |t| t.second_singular)))
                .below(1e-6)
                .headline(),
            claim("Its eigenvalue is γ")
                .is("largest |λ - γ|", exact(list(all, |t| (t.eigenvalue - DECAY).abs())))
                .below(1e-8),
            claim("Trained on three steps it integrates ten thousand")
                .is("root mean square error over that of the target", exact(list(all, |t| t.error)))
                .below(1e-6)
                .headline(),
        ],
    ));
    let off = exact(list(all, |t| t.off_theory));
    out.extend(at(
        "fanthomme2021 7.3.1, A.4, A.7",
        [
            theory("The two by two matrices have the weights of the whole network")
                .is("|W - V ω Vᵀ| / |W|", off)
                .below(0.02),
            theory("The Hessian there gives the rate at which the loss falls in the end")
                .is("measured over predicted rate", mean(all, |t| t.rate))
                .predicted(1.0, 0.02),
            claim("T = 2 is too short for two eigenvalues: a network trained on it does not integrate longer sequences")
                .is("smallest |μ_3 / (s γ³) - 1|", Estimate::exact(
                    all.iter().map(|t| t.beyond[0]).fold(f64::INFINITY, f64::min), all.len()))
                .above(0.01)
                .given(converged),
        ],
    ));
    out
}

fn section(all: &[Trained], plane: Option<&Plane>, n: usize) -> Result<Section, Error> {
    let every: Vec<usize> = (0..MANY).step_by(20).collect();
    let steps: Vec<f64> = every.iter().map(|k| *k as f64).collect();
    let mut eigen = vec![];
    let mut falls = vec![];
    for (k, t) in all.iter().enumerate() {
        for part in 0..2 {
            let values: Vec<f64> = every.iter().map(|i| t.path[*i][part]).collect();
            let series = Series::new(["first", "second"][part], &steps, &values)
                .ink(Ink::Series(part))
                .joined()
                .bare();
            eigen.push(if k == 0 { series } else { series.unlisted() });
        }
        let losses: Vec<f64> = every.iter().map(|i| t.losses[*i].max(1e-32).log10()).collect();
        falls.push(Series::new(&format!("seed {}", k + 1), &steps, &losses).joined().bare());
    }
    let eigen =
        lines(&eigen, &Axes::new("step", "|λ| of ω").reference("γ", Reference::Across(DECAY)).wide(THIRD))?;
    let falls = lines(&falls, &Axes::new("step", "log₁₀ loss").wide(THIRD))?;
    let mut parts = vec![eigen, falls];
    if let Some(p) = plane {
        parts.push(isoscale(p)?);
    }
    let caption = format!(
        "A: the eigenvalues of ω while a linear network of {n} units is trained from W = 0 on sequences of three steps, s = 1: one \
         becomes γ, the other vanishes. B: its loss. C: the integrators of rank one in the plane of α and β, a colour a scale; \
         lines are α = β₀ and β = α₀, where the other two manifolds meet it."
    );
    Ok(Section::new("manifolds", "Integrators reached from zero weights")
        .intro(
            "From W = 0 gradient descent leaves W = V ω Vᵀ in the space of encoder and decoder; ω integrates for ever where one \
             eigenvalue is γ and the other is zero (any scale) or unseen (scale d·e).",
        )
        .fact("Error over 10,000 steps", words(mean(all, |t| t.error)))
        .fact("Late rate over prediction", words(mean(all, |t| t.rate)))
        .figures([panels("manifolds", "Integrators reached from zero weights", &caption, &parts, 3)?]))
}

/// Lines of equal scale in the plane of alpha and beta.
pub(super) fn isoscale(p: &Plane) -> Drawn {
    const SCALES: [f64; 7] = [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 4.0];
    const RANGE: f64 = 8.0;
    let [a, b] = p.special();
    let series: Vec<Series> = SCALES
        .iter()
        .enumerate()
        .map(|(k, s)| {
            let alphas = (0..801).map(|i| RANGE * (f64::from(i) / 400.0 - 1.0));
            let line = alphas.map(|alpha| [alpha, p.isoscale(alpha, *s)]).filter(|q| q[1].abs() <= RANGE);
            points(&format!("s = {s}"), line).ink(tone(k, SCALES.len()))
        })
        .collect();
    let mut axes = Axes::new("α", "β").wide(THIRD);
    if b.abs() < RANGE {
        axes = axes.reference("α = β₀", Reference::Upward(b));
    }
    if a.abs() < RANGE {
        axes = axes.reference("β = α₀", Reference::Across(a));
    }
    scatter(&series, &axes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn a_small_run_bears_out_the_theory() {
        let found = findings(60, 2, 1, &Silent).unwrap();
        for c in &found.claims {
            assert_ne!(c.verdict, Verdict::Differs, "{}: {:?}", c.claim, c.measured);
        }
        let holds = found.claims.iter().filter(|c| c.verdict == Verdict::Holds).count();
        assert!(holds + 1 >= found.claims.len(), "{:?}", found.claims);
    }
}
