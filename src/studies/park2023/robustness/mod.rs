//! Section 2.6: continuous attractors against limit cycles under noise on the weights ("D-type").
//!
//! The paper argues by structural stability and shows no figure of it. Here the exponent that a
//! continuous attractor keeps at zero is followed as its weights are perturbed, beside that of a limit
//! cycle and those of a toroidal attractor.

mod structures;

use super::super::{Claim, Error, Findings, Preset, Settings, Study};
use crate::linalg::frobenius;
use crate::pipeline::Observer;
use crate::report::figures::{Axes, Ink, Reference, Series, panels, scatter};
use crate::report::page::Section;
use crate::report::summary::numbers;
use crate::report::tables::{Cells, TableOut};
use rayon::prelude::*;
use serde_json::{Map, json};
use std::f64::consts::PI;
use structures::{KEPT, Kind, Left, Structure};

/// Robustness of zero exponents.
pub const STUDY: Study = Study {
    name: "park2023/robustness",
    title: "Zero exponents of continuous attractors and limit cycles under noise on the weights",
    run,
};

/// Largest strength of the power law's fit.
const LINEAR: f64 = 1.1e-2;
/// Strength at which structures are compared.
const COMPARED: f64 = 1e-2;

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
        let entry = json!({
            "strengths": numbers(&strengths),
            "near_zero": numbers(&column(s, |l| s.near_zero(l).0)),
            "near_zero_std_error": numbers(&column(s, |l| s.near_zero(l).1)),
            "kept": numbers(&column(s, |l| share(l).0)),
        });
        (s.kind.name().replace(' ', "_"), entry)
    });
    let json = json.collect::<Map<_, _>>();
    let answer = "Noise on the weights moves the zero exponent of a continuous attractor in proportion to its strength; a \
        limit cycle keeps its zero exponent exactly, for as long as the cycle itself is there."
        .to_string();
    Ok(Findings { claims, answer, sections: vec![section(&sweeps, &strengths)?], json, warnings: vec![] })
}

fn column(sweep: &Sweep, f: impl Fn(&[Left]) -> f64) -> Vec<f64> {
    sweep.left.iter().map(|l| f(l)).collect()
}

/// Mean and standard error of finite values; NaN without any.
fn mean(values: impl Iterator<Item = f64>) -> (f64, f64, usize) {
    let all: Vec<f64> = values.filter(|v| v.is_finite()).collect();
    let n = all.len() as f64;
    let m = all.iter().sum::<f64>() / n;
    let variance = all.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (n - 1.0);
    (m, (variance / n).sqrt(), all.len())
}

/// Share of draws that keep their memory, and its binomial standard error (with one success and one
/// failure added, so that it is never zero).
fn share(left: &[Left]) -> (f64, f64) {
    let (n, k) = (left.len() as f64, left.iter().filter(|l| l.kept).count() as f64);
    let p = (k + 1.0) / (n + 2.0);
    (k / n, (p * (1.0 - p) / n).sqrt())
}

impl Sweep {
    /// Mean |exponent| near zero over the draws in which there is one.
    fn near_zero(&self, left: &[Left]) -> (f64, f64) {
        let (m, e, _) = mean(left.iter().map(|l| l.near_zero));
        (m, e)
    }

    /// Slope of log|exponent| against log strength for each draw, below [`LINEAR`].
    fn slope(&self, strengths: &[f64]) -> (f64, f64, usize) {
        let used: Vec<usize> = (0..strengths.len()).filter(|k| strengths[*k] < LINEAR).collect();
        let x: Vec<f64> = used.iter().map(|k| strengths[*k].ln()).collect();
        let middle = x.iter().sum::<f64>() / x.len() as f64;
        let spread: f64 = x.iter().map(|v| (v - middle).powi(2)).sum();
        let one = |d: usize| {
            used.iter().zip(&x).map(|(k, x)| (x - middle) * self.left[*k][d].near_zero.ln()).sum::<f64>()
                / spread
        };
        mean((0..self.left[0].len()).map(one))
    }
}

fn claims(sweeps: &[Sweep], strengths: &[f64]) -> Vec<Claim> {
    let source = "park2023 Sec. 2.6";
    let mut claims = vec![];
    for sweep in &sweeps[..2] {
        let (slope, error, n) = sweep.slope(strengths);
        claims.push(
            Claim::measured(
                &format!("The {}'s zero exponent moves in proportion to the noise", sweep.kind.name()),
                source,
                "d log|exponent| / d log strength",
                slope,
                error,
                n,
            )
            .predicted(1.0, 0.05),
        );
    }
    let at = |wanted: f64| {
        (0..strengths.len())
            .min_by(|a, b| {
                (strengths[*a] / wanted).ln().abs().total_cmp(&(strengths[*b] / wanted).ln().abs())
            })
            .unwrap_or(0)
    };
    let line = &sweeps[0];
    let (ratio, error, n) = mean(line.left[at(1e-4)].iter().map(|l| l.near_zero / strengths[at(1e-4)]));
    claims.push(
        Claim::measured(
            "Line attractor: by as much as perturbation theory says",
            "first-order perturbation of S1.1",
            "mean |exponent| / strength (1/τ)",
            ratio,
            error,
            n,
        )
        .predicted(line.norm / line.n as f64 * (2.0 / PI).sqrt(), 0.0),
    );
    let cycle = &sweeps[2];
    let there = || cycle.left.iter().flatten().filter(|l| l.kept);
    claims.push(
        Claim::measured(
            "A limit cycle's zero exponent stays exactly zero while the cycle is there",
            "park2023 Sec. 2.7",
            "largest |exponent| (1/τ)",
            there().map(|l| l.near_zero).fold(0.0, f64::max),
            0.0,
            there().count(),
        )
        .predicted(0.0, 1e-8),
    );
    let k = at(COMPARED);
    let (kept, error) = share(&cycle.left[k]);
    let best = sweeps[..2].iter().map(|s| share(&s.left[k]).0).fold(0.0, f64::max);
    claims.push(
        Claim::measured(
            "Noise of 1 %: limit cycles keep their memory more often than continuous attractors",
            source,
            &format!("share of draws; of continuous attractors at most {best:.2}"),
            kept,
            error,
            cycle.left[k].len(),
        )
        .decided(kept - 2.0 * error > best)
        .if_differs(
            "At this strength the exponent of the ring attractor, over whose 48 units the noise averages, has moved, but by \
             less than counts as lost (a memory of 500 time constants); the line attractor's six units do not average so.",
        ),
    );
    let exponents = || sweeps[..2].iter().flat_map(|s| &s.left[0]).map(|l| l.near_zero);
    claims.push(
        Claim::measured(
            "The weakest noise leaves no continuous attractor: every draw has moved its exponent from zero",
            source,
            "smallest |exponent| (1/τ); more than 1e-10 is not rounding",
            exponents().fold(f64::INFINITY, f64::min),
            0.0,
            exponents().count(),
        )
        .decided(exponents().all(|l| l > 1e-10)),
    );
    let torus = &sweeps[3];
    let (zeros, error, n) = mean(torus.left[k].iter().map(|l| l.zeros as f64));
    claims.push(
        Claim::measured(
            "Noise of 1 %: a toroidal attractor keeps all of its zero exponents",
            "park2023 Sec. 2.7",
            "zero exponents of four oscillators",
            zeros,
            error,
            n,
        )
        .predicted(torus.zeros as f64, 0.0)
        .if_differs(
            "Coupling by noise locks oscillators whose frequencies are near to each other: a torus of several frequencies \
             is not structurally stable as quasi-periodic motion, and each locking takes one zero exponent.",
        ),
    );
    let least = torus.left.iter().take(k + 1).flatten().map(|l| l.zeros).min().unwrap_or(0);
    claims.push(
        Claim::measured(
            "Noise up to 1 %: a toroidal attractor keeps at least one zero exponent in every draw",
            "park2023 Sec. 2.7, L5",
            "fewest zero exponents of a draw",
            least as f64,
            0.0,
            torus.left[..=k].iter().map(Vec::len).sum(),
        )
        .decided(least >= 1),
    );
    claims
}

fn section(sweeps: &[Sweep], strengths: &[f64]) -> Result<Section, Error> {
    let series = |s: &Sweep, place: usize, f: &dyn Fn(&[Left]) -> (f64, f64)| {
        let (y, error): (Vec<f64>, Vec<f64>) = s.left.iter().map(|l| f(l)).unzip();
        Series::new(s.kind.name(), strengths, &y).errors(&error).ink(Ink::Series(place)).joined()
    };
    let all = |f: &dyn Fn(&Sweep, &[Left]) -> (f64, f64)| -> Vec<Series> {
        sweeps.iter().enumerate().map(|(i, s)| series(s, i, &|l| f(s, l))).collect()
    };
    let plain = |y: &str| Axes { x_log: true, ..Axes::new("Relative noise on the weights", y) };
    let slope = strengths.iter().map(|s| [*s, 0.1 * s]).collect();
    let near = Axes { y_log: true, ..plain("Mean |exponent| near zero (1/τ)") };
    let near = near.reference("slope 1", Reference::Curve(slope));
    let kept = Axes { y_range: Some([-0.05, 1.08]), ..plain("Share of draws") };
    let count = series(&sweeps[3], 3, &|l| {
        let (m, e, _) = mean(l.iter().map(|l| l.zeros as f64));
        (m, e)
    });
    let counted = plain("Number of zero exponents");
    let parts = [
        scatter(&all(&|s, l| s.near_zero(l)), &near)?.named("near_zero", "Zero exponents under noise", "")?,
        scatter(&all(&|_, l| share(l)), &kept)?.named("kept", "Memory kept", "")?,
        scatter(&[count], &counted)?.named("zeros", "Toroidal attractor", "")?,
    ];
    let caption = "A: mean distance from zero of the exponents that are zero without noise (draws in which the structure is \
        gone are left out). B: share of draws that keep a memory for 500 time constants. C: zero exponents of four \
        oscillators. Bars are one standard error.";
    let rows = || sweeps.iter().flat_map(|s| s.left.iter().zip(strengths).map(move |(l, e)| (s, l, *e)));
    let float =
        |f: &dyn Fn(&Sweep, &[Left], f64) -> f64| Cells::Float(rows().map(|(s, l, e)| f(s, l, e)).collect());
    let table = TableOut {
        name: "noise".into(),
        caption: "What noise on the weights leaves of each structure.".into(),
        columns: vec![
            ("structure".into(), Cells::Text(rows().map(|(s, ..)| s.kind.name().into()).collect())),
            ("strength".into(), float(&|_, _, e| e)),
            ("near_zero_per_tau".into(), float(&|s, l, _| s.near_zero(l).0)),
            ("near_zero_std_error".into(), float(&|s, l, _| s.near_zero(l).1)),
            ("kept".into(), float(&|_, l, _| share(l).0)),
            ("kept_std_error".into(), float(&|_, l, _| share(l).1)),
            ("zeros".into(), float(&|_, l, _| mean(l.iter().map(|l| l.zeros as f64)).0)),
            ("draws".into(), Cells::Int(rows().map(|(_, l, _)| l.len() as i64).collect())),
        ],
    };
    Ok(Section {
        id: "noise".into(),
        title: "Noise on the weights".into(),
        intro: vec![
            "Every weight receives independent normal noise; its strength is the expected |dW| / |W| in the Frobenius \
             norm. Line attractor: S1.1 as printed. Ring attractor: 48 tanh units with cosine weights. Limit cycle: a \
             network of S3. Toroidal attractor: four oscillators of eq. 19, α = 2, which the noise couples."
                .into(),
            format!(
                "For continuous attractors the exponent is the eigenvalue nearest to zero on the manifold, ten time \
                 constants after the noise came; for the limit cycle the Floquet exponent of the perturbed cycle; for the \
                 torus the leading Lyapunov exponents. An exponent counts as zero below {KEPT}/τ."
            ),
        ],
        figures: vec![panels("noise", "Noise on the weights", caption, &parts, 2)?],
        tables: vec![table],
        ..Section::default()
    })
}
