//! Section 2.6: continuous attractors against limit cycles under noise on the weights ("D-type").
//!
//! The paper argues by structural stability and shows no figure of it. Here the exponent that a
//! continuous attractor keeps at zero is followed as its weights are perturbed, beside that of a limit
//! cycle and those of a toroidal attractor.

mod structures;

use crate::common::*;
use nullcline_core::linalg::frobenius;
use rayon::prelude::*;
use std::f64::consts::PI;
use structures::{KEPT, Kind, Left, Structure};

/// Robustness of zero exponents.
pub const STUDY: Study = Study::new(
    "park2023/robustness",
    "Zero exponents of continuous attractors and limit cycles under noise on the weights",
    run,
);

const SOURCE: &str = "park2023 Sec. 2.6";
/// Largest strength of the power law's fit.
const LINEAR: f64 = 1.1e-2;
/// Strength at which structures are compared.
const COMPARED: f64 = 1e-2;

/// How far the law |exponent| = factor × strength may be missed, as a share of its exponent and of its factor.
const SHARE: f64 = 0.05;

/// All draws of one structure: `left[s][d]` at strength s.
struct Sweep {
    kind: Kind,
    zeros: usize,
    n: usize,
    norm: f64,
    left: Vec<Vec<Left>>,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let (draws, per_decade, steps) = match settings.preset {
        Preset::Quick => (10, 1, 20_000),
        Preset::Paper => (100, 2, 100_000),
    };
    let strengths: Vec<f64> =
        (0..=5 * per_decade).map(|k| 10f64.powf(-5.0 + f64::from(k) / f64::from(per_decade))).collect();
    let mut sweeps = vec![];
    observer.start("noise on the weights", Kind::ALL.len() as u64);
    for (k, kind) in Kind::ALL.into_iter().enumerate() {
        let structure = Structure::new(kind, settings.seed, steps)
            .ok_or_else(|| Error::Numbers("no draw of S3 has a limit cycle: try another --seed".into()))?;
        let one = |i: usize| {
            let w = structure.perturbed(strengths[i / draws], settings.seed, i % draws);
            structure.left(&w, settings.seed)
        };
        let all: Vec<Left> = (0..strengths.len() * draws).into_par_iter().map(one).collect();
        sweeps.push(Sweep {
            kind,
            zeros: structure.zeros(),
            n: structure.w.nrows(),
            norm: frobenius(structure.w.as_ref()),
            left: all.chunks(draws).map(<[Left]>::to_vec).collect(),
        });
        observer.at(k as u64 + 1);
    }
    observer.finish();
    let claims = claims(&sweeps, &strengths);
    let json = sweeps.iter().map(|s| {
        let found = Entry {
            strengths: &strengths,
            near_zero: column(s, |l| s.near_zero(l).value),
            near_zero_std_error: column(s, |l| s.near_zero(l).error()),
            kept: column(s, |l| share(l).value),
        };
        (s.kind.name().replace(' ', "_"), written(found))
    });
    let json = json.collect::<Map<_, _>>();
    let answer = answer(&claims);
    Ok(Findings { claims, answer, sections: vec![section(&sweeps, &strengths)?], json, warnings: vec![] })
}

/// Exponents near zero, and how many draws keep one, against the strength of noise.
#[derive(Serialize)]
struct Entry<'a> {
    strengths: &'a [f64],
    near_zero: Vec<f64>,
    near_zero_std_error: Vec<f64>,
    kept: Vec<f64>,
}

fn column(sweep: &Sweep, f: impl Fn(&[Left]) -> f64) -> Vec<f64> {
    sweep.left.iter().map(|l| f(l)).collect()
}

/// Share of draws that keep their memory.
fn share(left: &[Left]) -> Estimate {
    Estimate::share(left.iter().filter(|l| l.kept).count(), left.len())
}

/// Mean number of exponents that are zero.
fn zeros(left: &[Left]) -> Estimate {
    Estimate::mean(left.iter().map(|l| l.zeros as f64))
}

impl Sweep {
    /// Mean |exponent| near zero over the draws in which there is one.
    fn near_zero(&self, left: &[Left]) -> Estimate {
        Estimate::mean_of_found(left.iter().map(|l| l.near_zero))
    }

    /// Slope of log|exponent| against log strength below [`LINEAR`], mean over the draws.
    fn slope(&self, strengths: &[f64]) -> Estimate {
        let used: Vec<usize> = (0..strengths.len()).filter(|k| strengths[*k] < LINEAR).collect();
        let x: Vec<f64> = used.iter().map(|k| strengths[*k].ln()).collect();
        let middle = x.iter().sum::<f64>() / x.len() as f64;
        let spread: f64 = x.iter().map(|v| (v - middle).powi(2)).sum();
        let one = |d: usize| {
            used.iter().zip(&x).map(|(k, x)| (x - middle) * self.left[*k][d].near_zero.ln()).sum::<f64>()
                / spread
        };
        Estimate::mean((0..self.left[0].len()).map(one))
    }
}

fn claims(sweeps: &[Sweep], strengths: &[f64]) -> Vec<Claim> {
    let place = |wanted: f64| {
        let far = |k: &usize| (strengths[*k] / wanted).ln().abs();
        (0..strengths.len()).min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(0)
    };
    let [weak, k] = [1e-4, COMPARED].map(place);
    let all = [continuous(&sweeps[..2], strengths, weak), cycles(sweeps, k), tori(&sweeps[3], k)];
    at(SOURCE, all.into_iter().flatten())
}

/// What noise does to the zero exponents of the continuous attractors; `weak` is the place of a weak one.
fn continuous(sweeps: &[Sweep], strengths: &[f64], weak: usize) -> Vec<Claim> {
    let proportional = |sweep: &Sweep| {
        theory(format!("The {}'s zero exponent moves in proportion to the noise", sweep.kind.name()))
            .is("d log|exponent| / d log strength", sweep.slope(strengths))
            .predicted(1.0, SHARE)
            .headline()
    };
    let mut claims: Vec<Claim> = sweeps.iter().map(proportional).collect();
    let line = &sweeps[0];
    let ratio = Estimate::mean(line.left[weak].iter().map(|l| l.near_zero / strengths[weak]));
    // The factor of the law whose exponent the row above tests, to the same share.
    let predicted = line.norm / line.n as f64 * (2.0 / PI).sqrt();
    claims.push(
        theory("Line attractor: by as much as perturbation theory says")
            .at("first-order perturbation of S1.1")
            .is("mean |exponent| / strength (1/τ)", ratio)
            .predicted(predicted, SHARE * predicted),
    );
    let all: Vec<f64> = sweeps.iter().flat_map(|s| &s.left[0]).map(|l| l.near_zero).collect();
    let still = all.iter().filter(|l| !(**l > 1e-10)).count();
    claims.push(
        check("The weakest noise moves the exponent of every continuous attractor from zero")
            .is(
                "draws whose |exponent| is below 1e-10/τ, which could be rounding",
                Estimate::count(still, all.len()),
            )
            .at_most(0.0),
    );
    claims
}

/// How long limit cycles keep their memory, at the place `k` of the strengths.
fn cycles(sweeps: &[Sweep], k: usize) -> Vec<Claim> {
    let cycle = &sweeps[2];
    let there = || cycle.left.iter().flatten().filter(|l| l.kept);
    let identity =
        check("The Floquet exponent of a limit cycle's own motion is zero while the cycle is there")
            .at("park2023 Sec. 2.7")
            .is(
                "largest |exponent| (1/τ)",
                Estimate::exact(there().map(|l| l.near_zero).fold(0.0, f64::max), there().count()),
            )
            .predicted(0.0, 1e-8);
    let more = |other: &Sweep| {
        claim(format!(
            "Noise of 1 %: limit cycles keep their memory more often than the {}",
            other.kind.name()
        ))
        .is("share of draws less that of the other", share(&cycle.left[k]).less(share(&other.left[k])))
        .above(0.0)
        .headline()
    };
    let ring = "At this strength the exponent of the ring attractor, over whose 48 units the noise \
                averages, has moved, but by less than counts as lost (a memory of 500 time constants).";
    vec![more(&sweeps[0]), more(&sweeps[1]).if_differs(ring), identity]
}

/// What is left of the torus' zero exponents up to the place `k` of the strengths.
fn tori(torus: &Sweep, k: usize) -> Vec<Claim> {
    let here = &torus.left[k];
    let fewer = here.iter().filter(|l| l.zeros < torus.zeros).count();
    let up_to = || torus.left[..=k].iter().flatten();
    let none = up_to().filter(|l| l.zeros == 0).count();
    vec![
        claim("Noise of 1 %: a toroidal attractor keeps all of its zero exponents")
            .at("park2023 Sec. 2.7")
            .is(
                format!(
                    "draws with fewer than {} zero exponents ({:.1} on average)",
                    torus.zeros,
                    zeros(here).value
                ),
                Estimate::count(fewer, here.len()),
            )
            .at_most(0.0)
            .headline()
            .if_differs(
                "Coupling by noise locks oscillators whose frequencies are near to each other: a torus of \
                 several frequencies is not structurally stable as quasi-periodic motion, and each locking \
                 takes one zero exponent.",
            ),
        claim("Noise up to 1 %: a toroidal attractor keeps at least one zero exponent")
            .at("park2023 Sec. 2.7, L5")
            .is("draws without one", Estimate::count(none, up_to().count()))
            .at_most(0.0),
    ]
}

/// A mean with its error over the draws of one strength.
type Shown<'a> = &'a dyn Fn(&Sweep, &[Left]) -> Estimate;

fn section(sweeps: &[Sweep], strengths: &[f64]) -> Result<Section, Error> {
    let series = |s: &Sweep, place: usize, f: &dyn Fn(&[Left]) -> Estimate| {
        curve(s.kind.name(), strengths, s.left.iter().map(|l| f(l))).ink(Ink::Series(place)).joined()
    };
    let all = |f: Shown| -> Vec<Series> {
        sweeps.iter().enumerate().map(|(i, s)| series(s, i, &|l| f(s, l))).collect()
    };
    let plain = |y: &str| Axes { x_log: true, ..Axes::new("Relative noise on the weights", y) };
    let slope = strengths.iter().map(|s| [*s, 0.1 * s]).collect();
    let near = Axes { y_log: true, ..plain("Mean |exponent| near zero (1/τ)") };
    let near = near.reference("slope 1", Reference::Curve(slope));
    let kept = Axes { y_range: Some([-0.05, 1.08]), ..plain("Share of draws") };
    let count = series(&sweeps[3], 3, &zeros);
    let counted = plain("Number of zero exponents");
    let parts = [
        scatter(&all(&|s, l| s.near_zero(l)), &near)?.named("near_zero", "Zero exponents under noise", "")?,
        scatter(&all(&|_, l| share(l)), &kept)?.named("kept", "Memory kept", "")?,
        scatter(&[count], &counted)?.named("zeros", "Toroidal attractor", "")?,
    ];
    let caption = "A: mean distance from zero of the exponents that are zero without noise (draws in which \
                   the structure is gone are left out). B: share of draws that keep a memory for 500 time \
                   constants. C: zero exponents of four oscillators. Bars are one standard error.";
    let each = |s: usize| (0..strengths.len()).map(move |k| (s, k));
    let rows: Vec<(usize, usize)> = (0..sweeps.len()).flat_map(each).collect();
    let left = |(s, k): &(usize, usize)| &sweeps[*s].left[*k];
    let table = Table::of(&rows)
        .column("structure", "", |r| sweeps[r.0].kind.name())
        .column("strength", "", |r| strengths[r.1])
        .column("near_zero", "per_tau", |r| sweeps[r.0].near_zero(left(r)))
        .column("kept", "", |r| share(left(r)))
        .column("zeros", "", |r| zeros(left(r)).value)
        .column("draws", "", |r| left(r).len())
        .named("noise", "What noise on the weights leaves of each structure.");
    Ok(Section::new("noise", "Noise on the weights")
        .intro(
            "Every weight receives independent normal noise; its strength is the expected |dW| / |W| in the \
             Frobenius norm. Line attractor: S1.1 as printed. Ring attractor: 48 tanh units with cosine \
             weights. Limit cycle: a network of S3. Toroidal attractor: four oscillators of eq. 19, α = 2, \
             which the noise couples.",
        )
        .intro(format!(
            "For continuous attractors the exponent is the eigenvalue nearest to zero on the manifold, ten \
             time constants after the noise came; for the limit cycle the Floquet exponent of the perturbed \
             cycle; for the torus the leading Lyapunov exponents. An exponent counts as zero below \
             {KEPT}/τ. Errors of shares span the exact interval."
        ))
        .figures([panels("noise", "Noise on the weights", caption, &parts, 2)?])
        .tables([table]))
}
