//! Figs. 7.4 and 7.5: the currents of ReLU integrators, and what adds to them.

use super::fig7_3::{LOOK, on_sequences, size};
use super::integrators::activity::median;
use super::integrators::network::{Network, learned};
use crate::common::*;
use faer::Mat;
use nullcline_core::tasks::Signal;

/// Fig. 7.4.
pub const CURRENTS: Study = Study::new(
    "fanthomme2021/fig7.4",
    "Currents of a ReLU network are proportional to its integral",
    run_currents,
);
/// Fig. 7.5.
pub const CONTRIBUTIONS: Study = Study::new(
    "fanthomme2021/fig7.5",
    "What a ReLU network's populations and encoder add to its currents",
    run_contributions,
);

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// What the currents of a network do.
struct Currents {
    /// Median R^2 over units.
    r_squared: f64,
    /// Mean cosine with W e.
    aligned: f64,
    /// Relative error of the output.
    error: f64,
    /// Integral and cosine of each step.
    cosines: Vec<[f64; 2]>,
    /// Integral and current of two units.
    units: [Vec<[f64; 2]>; 2],
}

fn currents(n: &Network, seed: u64) -> Result<Currents, Error> {
    let a = n.run(Signal::White, LOOK, 1.0, seed);
    let y: Vec<f64> = a.integrals.row(0).iter().copied().collect();
    let image = &n.recurrent * &n.encoder;
    let image: Vec<f64> = image.col(0).iter().copied().collect();
    let spread = (y.iter().map(|y| y * y).sum::<f64>() / y.len() as f64).sqrt();
    let column = |k: usize| -> Vec<f64> { a.currents.col(k).iter().copied().collect() };
    let cosines: Vec<[f64; 2]> =
        y.iter().enumerate().map(|(k, y)| [*y, cosine(&column(k), &image)]).collect();
    let far = cosines.iter().filter(|c| c[0].abs() > 0.5 * spread).map(|c| c[1] * c[0].signum());
    let aligned = Estimate::mean(far).value;
    let units = [0, 1].map(|i| y.iter().enumerate().map(|(k, y)| [*y, a.currents[(i, k)]]).collect());
    let fit = a.linearity()?;
    Ok(Currents {
        r_squared: median(fit.r_squared.iter().map(|r| r.value)),
        aligned,
        error: a.error(),
        cosines,
        units,
    })
}

fn run_currents(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = size(settings);
    let nets = on_sequences(2.0, settings, observer)?;
    let all: Vec<Currents> = nets.iter().map(|n| currents(n, settings.seed)).collect::<Result<_, _>>()?;
    let claims = super::at_size(
        at(
            "fanthomme2021 Fig. 7.4",
            [
                claim("Currents are proportional to the integral")
                    .is("median R² over units, mean over networks", mean(&all, |a| a.r_squared))
                    .above(0.99)
                    .denied_given(learned(&nets, 1e-2))
                    .headline(),
                claim("They point along the image of the encoder")
                    .at("fanthomme2021 Fig. 7.4B")
                    .is(
                        "mean cosine of ν sign(y) and W e where |y| exceeds half its spread",
                        mean(&all, |a| a.aligned),
                    )
                    .above(0.99)
                    .denied_given(learned(&nets, 1e-2))
                    .headline(),
                claim("Trained on three steps the network integrates two hundred")
                    .at("fanthomme2021 7.4.1")
                    .is("root mean square error over that of the target", mean(&all, |a| a.error))
                    .below(0.05)
                    .denied_given(learned(&nets, 1e-2)),
            ],
        ),
        size.n,
        1000,
    );
    let Some(first) = all.first() else { return Err(Error::Setting("no network".into())) };
    let two: Vec<Series> = [0, 1]
        .iter()
        .map(|i| {
            let of = first.units[*i].iter().step_by(4).copied();
            points(&format!("unit {}", i + 1), of).ink(Ink::Series(*i))
        })
        .collect();
    let parts = [
        scatter(&two, &Axes::new("integral", "current").wide(THIRD))?,
        scatter(
            &[points("steps", first.cosines.iter().step_by(4).copied())],
            &Axes::new("integral", "cosine of ν and W e").wide(THIRD),
        )?,
    ];
    let caption = format!(
        "A ReLU network of {} units trained on sequences, s = 2, γ = 0.995. A: currents of two units. B: the direction of all.",
        size.n
    );
    let section = Section::new("currents", "Currents")
        .intro("Currents ν = W (h + x e) beside the integral, on white noise of 200 steps.")
        .figures([panels("currents", "Currents", &caption, &parts, 2)?]);
    let json = entries([
        ("median_r_squared", numbers(&list(&all, |a| a.r_squared))),
        ("cosine", numbers(&list(&all, |a| a.aligned))),
        ("relative_error", numbers(&list(&all, |a| a.error))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// Slope of W L+ on W L-, of W e on W L+ over s, cosine of these, and the three images.
type Contributions = (f64, f64, f64, [Vec<f64>; 3]);

fn run_contributions(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = size(settings);
    let nets = on_sequences(2.0, settings, observer)?;
    let of = |n: &Network| -> Result<Contributions, Error> {
        let p = n.run(Signal::White, LOOK, 1.0, settings.seed).populations()?;
        let image = |v: &[f64]| -> Vec<f64> {
            let column = Mat::from_fn(v.len(), 1, |i, _| v[i]);
            (&n.recurrent * column).col(0).iter().copied().collect()
        };
        let encoder: Vec<f64> = n.encoder.col(0).iter().copied().collect();
        let [plus, minus, e] = [image(&p.plus), image(&p.minus), image(&encoder)];
        let ratio = |a: &[f64], b: &[f64]| slope(b, a).value;
        let of_scale = ratio(&e, &plus) / n.plan.goal.scale[0];
        Ok((ratio(&plus, &minus), of_scale, cosine(&e, &plus), [plus, minus, e]))
    };
    let all: Vec<Contributions> = nets.iter().map(of).collect::<Result<_, _>>()?;
    let claims = super::at_size(
        at(
            "fanthomme2021 Fig. 7.5",
            [
                claim("W L₊ = -W L₋")
                    .is("slope of W L₊ on W L₋", mean(&all, |a| a.0))
                    .predicted(-1.0, 0.05)
                    .denied_given(learned(&nets, 1e-2))
                    .headline(),
                claim("W e = s W L₊")
                    .is("slope of W e on W L₊, over s", mean(&all, |a| a.1))
                    .predicted(1.0, 0.05)
                    .denied_given(learned(&nets, 1e-2))
                    .headline(),
                claim("All along one direction")
                    .is("cosine of W e and W L₊", mean(&all, |a| a.2))
                    .above(0.99)
                    .denied_given(learned(&nets, 1e-2)),
            ],
        ),
        size.n,
        1000,
    );
    let Some(first) = all.first() else { return Err(Error::Setting("no network".into())) };
    let pairs =
        |a: usize, b: usize| first.3[a].iter().zip(&first.3[b]).map(|(x, y)| [*x, *y]).collect::<Vec<_>>();
    let parts = [
        scatter(&[points("units", pairs(0, 1))], &Axes::new("W L₊", "W L₋").wide(THIRD))?,
        scatter(&[points("units", pairs(2, 0))], &Axes::new("W e", "W L₊").wide(THIRD))?,
    ];
    let caption = format!(
        "A unit a point, one ReLU network of {} units trained on sequences of three steps, s = 2, γ = 0.995.",
        size.n
    );
    let section = Section::new("contributions", "Contributions to the currents")
        .intro("Conditions (7.29), W L₊ = -W L₋ = W e / s, as training on sequences leaves them.")
        .figures([panels("contributions", "Contributions to the currents", &caption, &parts, 2)?]);
    let json = entries([
        ("plus_on_minus", numbers(&list(&all, |a| a.0))),
        ("encoder_on_plus", numbers(&list(&all, |a| a.1))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
