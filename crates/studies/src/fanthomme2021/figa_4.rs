//! Fig. A.4: the largest eigenvalue of the Hessian of the ReLU proxy at its minima, and the time of convergence, against the scale.

use super::integrators::relu::{Relu, rate};
use crate::common::*;

/// Fig. A.4.
pub const STUDY: Study =
    Study::new("fanthomme2021/figA.4", "Largest stable rate and convergence time of ReLU integrators", run);

const FIGURE: &str = "fanthomme2021 Fig. A.4";
const N: usize = 50;
const DECAY: f64 = 0.995;
/// Scales, and the rates at which the authors saw divergence begin, of the loss (7.31) over s^2 that their program descends.
const SCALES: [(f64, Option<f64>); 8] = [
    (0.05, Some(6e-4)),
    (0.1, Some(2e-3)),
    (0.3, Some(2e-2)),
    (0.6, Some(9e-2)),
    (1.0, Some(0.2)),
    (2.0, Some(0.2)),
    (4.0, Some(0.2)),
    (10.0, Some(0.2)),
];
/// Loss at which a training has ended.
const GOAL: f64 = 1e-12;

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let (seeds, most) = match settings.preset {
        Preset::Quick => (6, 40_000.0),
        Preset::Paper => (20, 400_000.0),
    };
    findings(seeds, most, settings.seed, observer)
}

struct Row {
    scale: f64,
    largest: f64,
    /// How far an eigenvalue may be from it.
    residual: f64,
    /// Steps times rate times the largest eigenvalue in which the loss falls by e^2 at late times.
    time: f64,
    loss: f64,
    /// Descent from the minimum, a little off it: at 0.9 and 1.1 times 2 / lambda_max, whether the loss fell.
    falls: [bool; 2],
}

fn row(scale: f64, most: f64, seed: u64) -> Result<Row, Error> {
    let rate = rate(scale);
    let net = Relu::trained(N, scale, DECAY, rate, [most, GOAL], seed);
    let failed = || Error::Numbers(format!("the Hessian at s = {scale} is not finite"));
    let [_, most] = net.hessian(400).ok_or_else(failed)?;
    let losses = &net.losses;
    let (from, to) = (losses.len() / 2, losses.len() - 1);
    // Losses fall as exp(-2 tau / time).
    let slope = (losses[to] / losses[from]).ln() / (to - from) as f64;
    let next = |share: f64| {
        let mut moved = Relu::trained(N, scale, DECAY, rate, [0.0, 0.0], seed);
        moved.recurrent = net.recurrent.clone();
        let size = 1e-6 * net.recurrent.norm_l2() / N as f64;
        let noise = nullcline_core::linalg::random::normal_matrix(
            &mut nullcline_core::linalg::random::stream(seed, nullcline_core::linalg::random::Use::Noise, 0),
            N,
            N,
        );
        moved.recurrent += noise * faer::Scale(size);
        moved.losses.clear();
        moved.descend(share * 2.0 / most.value, 400, 0.0);
        moved.loss() < moved.losses[0]
    };
    Ok(Row {
        scale,
        largest: most.value,
        residual: most.residual,
        time: -2.0 / slope * rate * most.value,
        loss: net.loss(),
        falls: [next(0.9), next(1.1)],
    })
}

fn findings(seeds: usize, most: f64, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let count_of = SCALES.len() * seeds;
    let rows = parallel("training", count_of, observer, |k| {
        row(SCALES[k / seeds].0, most, seed + (k % seeds) as u64)
    })?;
    let of = |s: f64| rows.iter().filter(move |r| (r.scale - s).abs() < 1e-12);
    let bound = |s: f64| Estimate::mean(of(s).map(|r| 2.0 / r.largest * s * s));
    let mut claims: Vec<Claim> = SCALES
        .iter()
        .filter_map(|(s, seen)| Some((*s, (*seen)?)))
        .map(|(s, seen)| {
            claim(format!("Descent diverges from the rate 2/λ_max on, s = {s}"))
                .at("fanthomme2021, authors' program")
                .is("2 s²/λ_max, the rate on the loss over s² that the authors' program descends", bound(s))
                .published(seen, 0.3 * seen)
        })
        .collect();
    let stable = count(&rows, |r| r.falls != [true, false]);
    let fastest = (0..SCALES.len())
        .min_by(|a, b| {
            let time = |k: usize| Estimate::mean(of(SCALES[k].0).map(|r| r.time)).value;
            time(*a).total_cmp(&time(*b))
        })
        .map_or(f64::NAN, |k| SCALES[k].0);
    let unfinished = largest(of(fastest).map(|r| r.loss));
    claims.extend(at(
        FIGURE,
        [
            theory("A minimum is left at 1.1 times the rate 2/λ_max, and returned to at 0.9 times")
                .is(
                    "share of networks with an exception: kinks are left out of the Hessian",
                    Estimate::exact(stable as f64 / rows.len() as f64, rows.len()),
                )
                .at_most(0.05)
                .headline(),
            claim("Convergence depends on the scale, fastest near |e| |d| = 1")
                .is("scale of the least time", Estimate::exact(fastest, SCALES.len()))
                .between(0.29, 3.1)
                .headline(),
            claim("There the loss vanishes")
                .is("largest loss", Estimate::exact(unfinished, seeds))
                .below(1e-9),
            check("Lanczos' method has converged")
                .is(
                    "largest residual over λ_max",
                    Estimate::exact(largest(rows.iter().map(|r| r.residual / r.largest)), rows.len()),
                )
                .below(1e-6),
        ],
    ));
    let s: Vec<f64> = SCALES.iter().map(|c| c.0).collect();
    let estimate = |f: fn(&Row) -> f64| -> Vec<Estimate> {
        s.iter().map(|s| Estimate::mean(rows_of(&rows, *s).map(f))).collect()
    };
    let eigen = lines(
        &[curve("λ_max", &s, estimate(|r| r.largest)).joined()],
        &Axes::new("scale s", "λ_max").log_log().wide(THIRD),
    )?;
    let time = lines(
        &[curve("time", &s, estimate(|r| r.time)).joined()],
        &Axes::new("scale s", "least convergence time (steps)").log_log().wide(THIRD),
    )?;
    let caption = format!(
        "Networks of {N} ReLU units trained on the proxy loss by gradient descent, {seeds} each scale, independent vectors of unit norm. A: \
         the largest eigenvalue of the Hessian at the minimum, by products and Lanczos' method. B: the steps in which the slowest direction \
         falls by e at the rate 1/λ_max, from the late fall of the loss."
    );
    let table = Table::of(&rows)
        .columns(["scale", "lambda_max", "residual", "time"], |r| [r.scale, r.largest, r.residual, r.time])
        .column("loss", "", |r| r.loss)
        .named("hessian", "Each network.");
    let section = Section::new("hessian", "Curvature and convergence of the ReLU proxy")
        .intro("The Hessian of the proxy loss is n² x n²; it is never formed.")
        .figures([panels("hessian", "Curvature and convergence", &caption, &[eigen, time], 2)?])
        .tables([table]);
    let json = entries([("scales", numbers(&s)), ("lambda_max", numbers(&list(&rows, |r| r.largest)))]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn rows_of(rows: &[Row], s: f64) -> impl Iterator<Item = &Row> {
    rows.iter().filter(move |r| (r.scale - s).abs() < 1e-12)
}
