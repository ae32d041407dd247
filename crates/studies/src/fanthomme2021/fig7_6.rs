//! Fig. 7.6 and 7.4.3: networks of steep sigmoids integrate one channel by currents that follow the integral, units saturating one after
//! the other; how their error falls with their size; and decays too near one.

use super::integrators::activity::{Activity, median};
use super::integrators::network::{Network, Size, exceptions, learned, networks};
use crate::common::*;
use nullcline_core::tasks::Signal;

/// Fig. 7.6.
pub const STUDY: Study = Study::new(
    "fanthomme2021/fig7.6",
    "Networks of sigmoids: units saturate one after the other, currents follow the integral",
    run,
);

/// Values of the integral at which activities are looked at, and half the width of their bins: [-4, 4] in 100 parts.
const AT: [f64; 5] = [0.0, 1.0, 2.0, 3.0, 3.8];
const HALF: f64 = 0.04;
/// Activity from which a unit counts as strongly active, and as saturated.
const STRONG: f64 = 0.5;
const SATURATED: f64 = 0.95;
/// Sequences and steps on which networks are looked at.
const LOOK: [usize; 2] = [64, 400];

/// Sizes of a run.
struct Sizes {
    own: Size,
    /// Units of the networks whose errors are compared.
    others: Vec<usize>,
}

fn sizes(settings: &Settings) -> Sizes {
    match settings.preset {
        Preset::Quick => {
            Sizes { own: Size { n: 200, seeds: 4, batch: 256, steps: 2000 }, others: vec![50, 100, 200, 400] }
        }
        Preset::Paper => Sizes {
            own: Size { n: 1000, seeds: 8, batch: 1024, steps: 5000 },
            others: vec![125, 250, 500, 1000, 2000],
        },
    }
}

fn options(loss: &str, decay: f64) -> Value {
    let mut o = json!({
        "decay": decay.to_string(), "activation": "sigmoid", "loss": loss, "train_decoder": true, "duration": 3,
    });
    match loss {
        "proxy" => o["optimiser"] = json!("adam"),
        // The program's 0.5 on the loss over T^2.
        _ => o["rate"] = json!(0.5 / 9.0),
    }
    o
}

/// What a network does.
struct Looked {
    r_squared: f64,
    error: f64,
    error_late: f64,
    error_beyond: f64,
    /// Share of the units that are strongly active at each of the values, and at their negatives.
    strong: [Vec<f64>; 2],
    saturated: f64,
    never: f64,
    /// Mean activity of each unit at each of the values.
    profile: Vec<Vec<f64>>,
}

/// Mean activity of each unit where the integral is near `y`; none where it never is.
fn near(run: &Activity, y: f64) -> Option<Vec<f64>> {
    let own: Vec<usize> =
        (0..run.integrals.ncols()).filter(|k| (run.integrals[(0, *k)] - y).abs() < HALF).collect();
    let mean = |i: usize| own.iter().map(|k| run.states[(i, *k)]).sum::<f64>() / own.len() as f64;
    (!own.is_empty()).then(|| (0..run.states.nrows()).map(mean).collect())
}

fn look(net: &Network, seed: u64) -> Result<Looked, Error> {
    let run = net.run(Signal::Bursts, LOOK, 1.0, seed);
    let fit = run.linearity()?;
    let missing = || Error::Numbers("the test sequences do not reach all values of the integral".into());
    let at = |y: f64| near(&run, y).ok_or_else(missing);
    let up: Vec<Vec<f64>> = AT.iter().map(|y| at(*y)).collect::<Result<_, _>>()?;
    let down: Vec<Vec<f64>> = AT.iter().map(|y| at(-y)).collect::<Result<_, _>>()?;
    let share = |h: &[f64], least: f64| h.iter().filter(|h| **h > least).count() as f64 / h.len() as f64;
    let strong = [&up, &down].map(|side| side.iter().map(|h| share(h, STRONG)).collect());
    let ends: Vec<f64> = up[AT.len() - 1].iter().zip(&down[AT.len() - 1]).map(|(a, b)| a.max(*b)).collect();
    let n = ends.len() as f64;
    Ok(Looked {
        r_squared: median(fit.r_squared.iter().map(|r| r.value)),
        error: run.error(),
        error_late: net.run(Signal::Bursts, [LOOK[0] / 4, 4 * LOOK[1]], 1.0, seed).error(),
        error_beyond: net.run(Signal::Bursts, LOOK, 4.0, seed).error(),
        strong,
        saturated: share(&ends, SATURATED),
        never: ends.iter().filter(|h| **h < STRONG).count() as f64 / n,
        profile: up,
    })
}

/// Error of networks of each size, 400 and 1600 steps.
struct BySize {
    n: Vec<usize>,
    error: Vec<Estimate>,
    late: Vec<Estimate>,
    /// Slope of the logarithm of the error of each network against that of n.
    slope: Estimate,
    left: f64,
}

fn by_size(sizes: &Sizes, settings: &Settings, observer: &dyn Observer) -> Result<BySize, Error> {
    let (mut x, mut y) = (vec![], vec![]);
    let mut found =
        BySize { n: sizes.others.clone(), error: vec![], late: vec![], slope: Estimate::NONE, left: 0.0 };
    for n in &sizes.others {
        let size = Size { n: *n, ..sizes.own };
        let nets = networks("sigmoid on the proxy", size, &options("proxy", 0.8), settings, observer)?;
        let error = |steps: usize| -> Vec<f64> {
            list(&nets, |t| t.run(Signal::Bursts, [32, steps], 1.0, settings.seed).error())
        };
        let own = error(LOOK[1]);
        for e in &own {
            x.push((*n as f64).ln());
            y.push(e.ln());
        }
        found.late.push(Estimate::mean_of_all(&error(4 * LOOK[1])));
        found.error.push(Estimate::mean_of_all(&own));
        found.left = found.left.max(largest(list(&nets, |t| t.loss)));
    }
    found.slope = slope(&x, &y);
    Ok(found)
}

fn claims(
    proxy: &[Network],
    all: &[Looked],
    batch: &[Network],
    near_one: [Estimate; 2],
    sizes: &BySize,
) -> Vec<Claim> {
    let rises = |side: usize| -> Vec<Estimate> {
        (1..AT.len()).map(|k| mean(all, |l| l.strong[side][k] - l.strong[side][k - 1])).collect()
    };
    let done = learned(proxy, 0.05);
    let ratio: Vec<Estimate> = sizes.late.iter().zip(&sizes.error).map(|(l, e)| l.over(*e)).collect();
    at(
        "fanthomme2021 Fig. 7.6",
        [
            claim("Currents follow the integral linearly")
                .is("median R² over units of ν = y L, mean over networks", mean(all, |l| l.r_squared))
                .above(0.98)
                .denied_given(done.clone())
                .headline(),
            claim("As the integral grows more units are strongly active")
                .decided_by("smallest rise of their share from one value to the next", &rises(0))
                .above(0.0)
                .denied_given(done.clone())
                .headline(),
            claim("And as it falls below zero")
                .decided_by("smallest rise of their share", &rises(1))
                .above(0.0)
                .denied_given(done.clone()),
            claim("Some units saturate")
                .is("their share", mean(all, |l| l.saturated))
                .above(0.05)
                .denied_given(done.clone()),
            claim("Others never do")
                .is("share of units below half at every value", mean(all, |l| l.never))
                .above(0.05)
                .denied_given(done.clone()),
            claim("One singular value dominates")
                .at("fanthomme2021 7.4.3")
                .is("networks with another number, proxy loss", exceptions(proxy, 1))
                .predicted(0.0, 0.0)
                .denied_given(done.clone()),
            claim("Also where trained on sequences")
                .at("fanthomme2021 7.4.3")
                .is("networks with another number, batch loss", exceptions(batch, 1))
                .predicted(0.0, 0.0)
                .denied_given(learned(batch, 0.05)),
            claim("Signals of any length are integrated")
                .at("fanthomme2021 7.4.3")
                .is("relative error over 1600 steps", mean(all, |l| l.error_late))
                .below(0.1)
                .denied_given(done.clone()),
            claim("Integrals beyond the range of the training are not")
                .at("fanthomme2021 7.4.3")
                .is("relative error where they are four times as large", mean(all, |l| l.error_beyond))
                .above(0.3)
                .given(done),
            claim("A decay near one trains badly")
                .at("fanthomme2021 7.4.3")
                .is("error at γ = 0.995 over that at 0.8, both on sequences", near_one[1].over(near_one[0]))
                .above(2.0)
                .headline(),
            claim("The error falls as n^(-1/2)")
                .at("fanthomme2021 7.4.3")
                .is("slope of ln error against ln n", sizes.slope)
                .predicted(-0.5, 0.15)
                .headline(),
            claim("Whatever the number of steps")
                .at("fanthomme2021 7.4.3")
                .decided_by("error over 1600 steps by that over 400", &ratio)
                .below(1.2),
        ],
    )
}

fn drawn(all: &[Looked], net: &Network, sizes: &BySize, seed: u64) -> Result<Vec<Figure>, Error> {
    let run = net.run(Signal::Bursts, [8, 200], 1.0, seed);
    let last = |h: &Vec<Vec<f64>>, i: usize| h[AT.len() - 1][i];
    // The unit whose activity at the largest integral is largest, and one that stays between a tenth and a half.
    let profile = &all[0].profile;
    let units = 0..run.states.nrows();
    let strongest = units.clone().max_by(|a, b| last(profile, *a).total_cmp(&last(profile, *b))).unwrap_or(0);
    let graded = units.clone().find(|i| (0.1..0.5).contains(&last(profile, *i))).unwrap_or(0);
    let two = |of: &dyn Fn(usize, usize) -> f64| -> Vec<Series> {
        [strongest, graded]
            .iter()
            .enumerate()
            .map(|(s, i)| {
                let all = (0..run.integrals.ncols()).step_by(2).map(|k| [run.integrals[(0, k)], of(*i, k)]);
                points(["saturates", "does not"][s], all).ink(Ink::Series(s))
            })
            .collect()
    };
    let shares: Vec<Series> = ["y", "-y"]
        .iter()
        .enumerate()
        .map(|(s, name)| {
            let of = (0..AT.len()).map(|k| mean(all, |l| l.strong[s][k]));
            curve(name, &AT, of).ink(Ink::Series(s)).joined()
        })
        .collect();
    let n: Vec<f64> = sizes.n.iter().map(|n| *n as f64).collect();
    let errors = [
        curve("400 steps", &n, sizes.error.iter().copied()).joined(),
        curve("1600 steps", &n, sizes.late.iter().copied()).joined().ink(Ink::Series(1)),
    ];
    Ok(vec![
        scatter(&two(&|i, k| run.currents[(i, k)]), &Axes::new("integral", "current").wide(THIRD))?,
        scatter(&two(&|i, k| run.states[(i, k)]), &Axes::new("integral", "activity").wide(THIRD))?,
        lines(&shares, &Axes::new("|integral|", "share strongly active").wide(THIRD))?,
        lines(&errors, &Axes::new("units n", "relative error").log_log().wide(THIRD))?,
    ])
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let sizes = sizes(settings);
    let size = sizes.own;
    let proxy = networks("sigmoid on the proxy", size, &options("proxy", 0.8), settings, observer)?;
    let of_batch = |decay: f64| {
        networks(
            &format!("sigmoid of decay {decay} on sequences"),
            size,
            &options("batch", decay),
            settings,
            observer,
        )
    };
    let (batch, slow) = (of_batch(0.8)?, of_batch(0.995)?);
    let error = |nets: &[Network]| mean(nets, |t| t.run(Signal::White, LOOK, 1.0, settings.seed).error());
    let near_one = [error(&batch), error(&slow)];
    let all: Vec<Looked> = proxy.iter().map(|n| look(n, settings.seed)).collect::<Result<_, _>>()?;
    let grown = by_size(&sizes, settings, observer)?;
    let claims = super::at_size(claims(&proxy, &all, &batch, near_one, &grown), size.n, 1000);
    let Some(first) = proxy.first() else { return Err(Error::Setting("no network".into())) };
    let caption = format!(
        "Networks of {} sigmoids trained on the proxy loss, γ = 0.8, on bursts of ±1. A, B: current and activity of two units. C: share of \
         units with an activity above {STRONG} at integrals of either sign, {} networks. D: error against the number of units.",
        size.n, size.seeds
    );
    let figure = panels(
        "saturation",
        "Units saturate one after the other",
        &caption,
        &drawn(&all, first, &grown, settings.seed)?,
        2,
    )?;
    let table = Table::of(&indices(grown.n.len()))
        .column("units", "", |k| grown.n[*k])
        .columns(["error_400", "error_400_std_error"], |k| pair(grown.error[*k]))
        .columns(["error_1600", "error_1600_std_error"], |k| pair(grown.late[*k]))
        .named(
            "sizes",
            "Relative error on bursts over 400 and 1600 steps by the number of units, mean over networks.",
        );
    let section = Section::new("saturation", "Saturation")
        .intro("Activities where the integral is within 0.04 of 0, 1, 2, 3 and 3.8, and of their negatives.")
        .figures([figure])
        .tables([table]);
    let json = entries([
        ("median_r_squared", numbers(&list(&all, |l| l.r_squared))),
        ("saturated", numbers(&list(&all, |l| l.saturated))),
        ("relative_error", numbers(&list(&all, |l| l.error))),
        ("size_exponent", written(grown.slope.value)),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
