//! Fig. 7.8: coordinates of the currents in the subspace of the dominant singular vectors are linear in the integrals.

use super::integrators::network::{Network, Size, learned, networks};
use crate::common::*;
use faer::Mat;
use nullcline_core::numbers::least_squares::grouped::grouped;
use nullcline_core::tasks::Signal;

/// Fig. 7.8.
pub const STUDY: Study =
    Study::new("fanthomme2021/fig7.8", "Coordinates of the currents are a linear map of the integrals", run);

fn size(settings: &Settings) -> Size {
    match settings.preset {
        Preset::Quick => Size { n: 200, seeds: 3, batch: 128, steps: 2000 },
        Preset::Paper => Size { n: 1000, seeds: 8, batch: 1024, steps: 5000 },
    }
}

/// alpha = R ybar of a network.
struct Map {
    /// R^2 of each coordinate on sequences left out.
    r_squared: [f64; 2],
    /// R, row by row.
    r: [[f64; 2]; 2],
    /// What R of white noise leaves of the square of the coordinates on bursts.
    elsewhere: f64,
    /// Both integrals and both coordinates of each step.
    steps: Vec<[f64; 4]>,
}

fn map(net: &Network, seed: u64) -> Result<Map, Error> {
    let alpha = |signal: Signal| {
        let run = net.run(signal, [64, 200], 1.0, seed);
        (net.left.as_ref().subcols(0, 2).transpose() * &run.currents, run)
    };
    let (coordinates, run) = alpha(Signal::White);
    let fit = grouped(run.integrals.as_ref(), coordinates.as_ref(), &run.groups, false)
        .map_err(|e| Error::Numbers(format!("coordinates on integrals: {e}")))?;
    let r = [0, 1].map(|c| [0, 1].map(|k| fit.slopes[c][k].value));
    let (other, bursts) = alpha(Signal::Bursts);
    let rest = &other - Mat::from_fn(2, 2, |i, j| r[i][j]) * &bursts.integrals;
    Ok(Map {
        r_squared: [0, 1].map(|c| fit.r_squared[c].value),
        r,
        elsewhere: rest.squared_norm_l2() / other.squared_norm_l2(),
        steps: (0..run.integrals.ncols())
            .map(|k| [run.integrals[(0, k)], run.integrals[(1, k)], coordinates[(0, k)], coordinates[(1, k)]])
            .collect(),
    })
}

fn claims(nets: &[Network], all: &[Map]) -> Vec<Claim> {
    let done = learned(nets, 1e-2);
    at(
        "fanthomme2021 Fig. 7.8",
        [
            claim("Coordinates of the currents are linear in the integrals")
                .is(
                    "smaller R² of both, on sequences left out, mean over networks",
                    mean(all, |m| m.r_squared[0].min(m.r_squared[1])),
                )
                .above(0.99)
                .denied_given(done.clone())
                .headline(),
            claim("The map does not depend on the sequence")
                .at("fanthomme2021 7.5")
                .is(
                    "share of the square on bursts that the map of white noise leaves",
                    mean(all, |m| m.elsewhere),
                )
                .below(0.01)
                .denied_given(done.clone())
                .headline(),
            claim("Each coordinate mixes both integrals")
                .at("fanthomme2021 7.39")
                .is(
                    "smaller over larger entry of R by modulus, smaller of both rows, mean over networks",
                    Estimate::mean_of_all(&list(all, |m| {
                        let row = |r: &[f64; 2]| r[0].abs().min(r[1].abs()) / r[0].abs().max(r[1].abs());
                        row(&m.r[0]).min(row(&m.r[1]))
                    })),
                )
                .above(0.05)
                .denied_given(done),
        ],
    )
}

/// A coordinate over the plane of both integrals, in five steps of its range.
fn plane(map: &Map, c: usize) -> Drawn {
    const LEVELS: usize = 5;
    let most = largest(map.steps.iter().map(|s| s[2 + c].abs()));
    let names = ["most negative", "negative", "near zero", "positive", "most positive"];
    let level = |v: f64| (((v / most + 1.0) * 0.5 * LEVELS as f64) as usize).min(LEVELS - 1);
    let series: Vec<Series> = (0..LEVELS)
        .map(|k| {
            let of = map.steps.iter().step_by(5).filter(|s| level(s[2 + c]) == k).map(|s| [s[0], s[1]]);
            points(names[k], of).ink(tone(k, LEVELS))
        })
        .collect();
    scatter(&series, &Axes::new("first integral", "second integral").wide(THIRD))
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = size(settings);
    let options = json!({ "channels": 2, "decay": "0.995,0.992", "activation": "relu", "loss": "batch", "duration": 10 });
    let nets = networks("relu of two channels over ten steps", size, &options, settings, observer)?;
    let all: Vec<Map> = nets.iter().map(|n| map(n, settings.seed)).collect::<Result<_, _>>()?;
    let claims = super::at_size(claims(&nets, &all), size.n, 1000);
    let Some(first) = all.first() else { return Err(Error::Setting("no network".into())) };
    let caption = format!(
        "Coordinates α₁ (A) and α₂ (B) of the currents along the first two left singular vectors, over the plane of both integrals: one ReLU \
         network of {} units trained on sequences of ten steps, white noise of 200 steps.",
        size.n
    );
    let parts = [plane(first, 0)?, plane(first, 1)?];
    let rows: Vec<(usize, &Map)> = all.iter().enumerate().collect();
    let table = Table::of(&rows)
        .column("network", "", |r| r.0 + 1)
        .columns(["r_11", "r_12", "r_21", "r_22"], |r| [r.1.r[0][0], r.1.r[0][1], r.1.r[1][0], r.1.r[1][1]])
        .columns(["r_squared_1", "r_squared_2"], |r| r.1.r_squared)
        .column("left_on_bursts", "", |r| r.1.elsewhere)
        .named("maps", "R (7.39) of each network, R² of both coordinates, and what R of white noise leaves of their square on bursts.");
    let section = Section::new("coordinates", "Coordinates in the current manifold")
        .figures([panels("coordinates", "Coordinates of the currents", &caption, &parts, 2)?])
        .tables([table]);
    let json = entries([
        ("r_squared", numbers(&list(&all, |m| m.r_squared[0].min(m.r_squared[1])))),
        ("left_on_bursts", numbers(&list(&all, |m| m.elsewhere))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
