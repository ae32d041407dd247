//! Fig. 7.9: networks of steep sigmoids that integrate two channels.

use super::fig7_10::activity;
use super::integrators::activity::{activated, median};
use super::integrators::kinds::Kind;
use super::integrators::network::{Network, Size, exceptions, learned};
use crate::common::*;
use faer::Mat;
use nullcline_core::tasks::Signal;

/// Fig. 7.9.
pub const STUDY: Study =
    Study::new("fanthomme2021/fig7.9", "Networks of sigmoids integrate two channels", run);

fn size(settings: &Settings) -> Size {
    match settings.preset {
        Preset::Quick => Size { n: 200, seeds: 4, batch: 256, steps: 1500 },
        Preset::Paper => Size { n: 1000, seeds: 8, batch: 1024, steps: 5000 },
    }
}

/// What a network does on bursts and on white noise.
struct Looked {
    error: f64,
    /// Median over units of R^2 of their activity by f(s_i . y).
    by_direction: f64,
}

fn look(net: &Network, seed: u64) -> Result<Looked, Error> {
    let run = net.run(Signal::White, [32, 200], 1.0, seed);
    let fit = run.linearity()?;
    let s = Mat::from_fn(fit.slopes.len(), 2, |i, c| fit.slopes[i][c].value);
    let predicted = activated(net.plan.activation, &(s * &run.integrals));
    let unit = |i: usize| {
        let h = run.states.row(i);
        let mean = h.iter().sum::<f64>() / h.ncols() as f64;
        let total: f64 = h.iter().map(|v| (v - mean).powi(2)).sum();
        let rest: f64 = h.iter().zip(predicted.row(i).iter()).map(|(a, b)| (a - b).powi(2)).sum();
        1.0 - rest / total
    };
    Ok(Looked {
        error: net.run(Signal::Bursts, [32, 400], 1.0, seed).error(),
        by_direction: median((0..run.states.nrows()).map(unit)),
    })
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = size(settings);
    let of = |batch: bool| Kind { relu: false, batch, channels: 2 }.networks(size, settings, observer);
    let (proxy, batch) = (of(false)?, of(true)?);
    let all = |nets: &[Network]| -> Result<Vec<Looked>, Error> {
        nets.iter().map(|n| look(n, settings.seed)).collect()
    };
    let (on_proxy, on_batch) = (all(&proxy)?, all(&batch)?);
    let errors = [&on_proxy, &on_batch].map(|a| mean(a, |l| l.error));
    let done = learned(&proxy, 0.05);
    let claims = super::at_size(
        at(
            "fanthomme2021 Fig. 7.9",
            [
                claim("Outputs match the integrals on bursts")
                    .is("relative error over 400 steps, proxy loss", errors[0])
                    .below(0.15)
                    .denied_given(done.clone())
                    .headline(),
                claim("Activities are a sigmoid of one direction in the plane of the integrals")
                    .is(
                        "median R² over units of h = f(s·y), mean over networks",
                        mean(&on_proxy, |l| l.by_direction),
                    )
                    .above(0.9)
                    .denied_given(done.clone())
                    .headline(),
                claim("Training on sequences gives less accurate networks")
                    .at("fanthomme2021 7.5")
                    .is("error by the batch loss over that by the proxy", errors[1].over(errors[0]))
                    .above(1.0)
                    .given(learned(&batch, 0.2)),
                claim("Two singular values are large")
                    .at("fanthomme2021 7.5")
                    .is("networks with another number, proxy loss", exceptions(&proxy, 2))
                    .predicted(0.0, 0.0)
                    .denied_given(done),
            ],
        ),
        size.n,
        1000,
    );
    let Some(first) = proxy.first() else { return Err(Error::Setting("no network".into())) };
    let caption = format!(
        "One network of {} sigmoids trained on the proxy loss, decays 0.8 and 0.75. A: outputs and integrals on a test sequence of bursts. B: \
         activity of a unit over the plane of both integrals, white noise.",
        size.n
    );
    let parts = drawn(first, settings.seed)?;
    let section = Section::new("outputs", "Outputs and activity").figures([panels(
        "outputs",
        "Sigmoids integrate two channels",
        &caption,
        &parts,
        2,
    )?]);
    let json = entries([
        ("error_proxy", numbers(&list(&on_proxy, |l| l.error))),
        ("error_batch", numbers(&list(&on_batch, |l| l.error))),
        ("by_direction", numbers(&list(&on_proxy, |l| l.by_direction))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn drawn(net: &Network, seed: u64) -> Result<[Figure; 2], Error> {
    let bursts = net.run(Signal::Bursts, [1, 150], 1.0, seed);
    let steps: Vec<f64> = (0..150).map(f64::from).collect();
    let row = |m: &Mat<f64>, c: usize| -> Vec<f64> { m.row(c).iter().copied().collect() };
    let mut series = vec![];
    for c in 0..2 {
        series.push(
            Series::new(&format!("integral {}", c + 1), &steps, &row(&bursts.integrals, c))
                .ink(Ink::Series(c))
                .bare()
                .joined(),
        );
        series.push(
            Series::new(&format!("output {}", c + 1), &steps, &row(&bursts.outputs, c))
                .ink(Ink::Series(c))
                .bare()
                .dashed(),
        );
    }
    let white = net.run(Signal::White, [32, 100], 1.0, seed);
    // A unit that is often between off and on.
    let graded = |i: usize| white.states.row(i).iter().filter(|h| (0.2..0.8).contains(*h)).count();
    let unit = (0..white.states.nrows()).max_by_key(|i| graded(*i)).unwrap_or(0);
    let of = |k: usize| [white.integrals[(0, k)], white.integrals[(1, k)], white.states[(unit, k)]];
    let all: Vec<[f64; 3]> = (0..white.integrals.ncols()).map(of).collect();
    Ok([lines(&series, &Axes::new("step", "integral").wide(THIRD))?, activity(&all)?])
}
