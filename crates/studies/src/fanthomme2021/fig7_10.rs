//! Fig. 7.10: which way units look in the plane of two integrals.

use super::integrators::kinds::Kind;
use super::integrators::network::{Network, Size};
use crate::common::*;
use nullcline_core::linalg::random::{Use, normal, stream};
use nullcline_core::numbers::circular::{kuiper, towards};
use nullcline_core::tasks::Signal;
use std::f64::consts::TAU;

/// Fig. 7.10.
pub const STUDY: Study = Study::new(
    "fanthomme2021/fig7.10",
    "Selectivity angles of units: uniform for ReLU, peaked for sigmoids",
    run,
);

/// Draws of uniform angles on which the tests' false alarms are counted, and their level.
const DRAWS: usize = 2000;
const LEVEL: f64 = 0.05;

fn size(settings: &Settings) -> Size {
    match settings.preset {
        Preset::Quick => Size { n: 200, seeds: 8, batch: 256, steps: 1000 },
        Preset::Paper => Size { n: 1000, seeds: 16, batch: 1024, steps: 5000 },
    }
}

/// Angles of the s_i of each network in the plane of both integrals, in units of their spread; and activity of a unit that is often on.
struct Angles {
    each: Vec<Vec<f64>>,
    /// Integrals and activity of a unit of the first network.
    unit: Vec<[f64; 3]>,
    left: f64,
}

impl Angles {
    fn of(nets: &[Network], seed: u64) -> Result<Self, Error> {
        let mut found = Self { each: vec![], unit: vec![], left: largest(list(nets, |n| n.loss)) };
        for net in nets {
            let run = net.run(Signal::White, [32, 200], 1.0, seed);
            let s = run.selectivity()?;
            let spread = |c: usize| run.integrals.row(c).norm_l2();
            let (a, b) = (spread(0), spread(1));
            found.each.push((0..s.nrows()).map(|i| (s[(i, 1)] * b).atan2(s[(i, 0)] * a)).collect());
            if found.unit.is_empty() {
                let y = |c: usize, k: usize| run.integrals[(c, k)];
                found.unit =
                    (0..run.integrals.ncols()).map(|k| [y(0, k), y(1, k), run.states[(0, k)]]).collect();
            }
        }
        Ok(found)
    }

    fn all(&self) -> Vec<f64> {
        self.each.concat()
    }

    /// Mean of cos 4 theta over the units of each network, one at multiples of pi/2.
    fn gathered(&self) -> Estimate {
        Estimate::mean(self.each.iter().map(|a| towards(a, 4).statistic))
    }

    fn learned(&self, least: f64) -> Result<(), String> {
        let l = self.left;
        if l < least { Ok(()) } else { Err(format!("a network had {:.0} % of its loss left", 100.0 * l)) }
    }
}

/// How often the tests call uniform angles of so many units anything else: Kuiper's, and that of multiples of pi/2.
fn false_alarms(units: usize, seed: u64) -> [Estimate; 2] {
    let mut rng = stream(seed, Use::Surrogate, 710);
    let mut called = [0; 2];
    for _ in 0..DRAWS {
        let angles: Vec<f64> = (0..units).map(|_| normal(&mut rng).atan2(normal(&mut rng))).collect();
        let p = [kuiper(&angles).p, towards(&angles, 4).p];
        called.iter_mut().zip(p).for_each(|(c, p)| *c += usize::from(p < LEVEL));
    }
    called.map(|c| Estimate::share(c, DRAWS))
}

fn claims(relu: &Angles, sigmoid: &Angles, alarms: [Estimate; 2]) -> Vec<Claim> {
    let (of_relu, of_sigmoid) = (relu.all(), sigmoid.all());
    let p = |p: f64, n: usize| Estimate::exact(p, n);
    let text = "The test calls uniform angles of as many units anything else in one of twenty draws";
    at(
        "fanthomme2021 Fig. 7.10",
        [
            claim("Selectivity angles of ReLU networks are uniform")
                .is("p of Kuiper's test, units of all networks", p(kuiper(&of_relu).p, of_relu.len()))
                .above(0.01)
                .denied_given(relu.learned(1e-2))
                .headline(),
            claim("They do not gather at multiples of π/2")
                .is("mean of cos 4θ over units, mean over networks", relu.gathered())
                .predicted(0.0, 0.03)
                .denied_given(relu.learned(1e-2)),
            claim("Those of sigmoids have peaks at multiples of π/2")
                .is("mean of cos 4θ over units, mean over networks", sigmoid.gathered())
                .above(0.03)
                .denied_given(sigmoid.learned(0.05))
                .headline(),
            claim("Those of sigmoids are not uniform")
                .is(
                    "p of the test for multiples of π/2, units of all networks",
                    p(towards(&of_sigmoid, 4).p, of_sigmoid.len()),
                )
                .below(0.001)
                .denied_given(sigmoid.learned(0.05)),
            check(format!("{text}: Kuiper's")).is("share of draws", alarms[0]).predicted(LEVEL, 0.02),
            check(format!("{text}: multiples of π/2")).is("share of draws", alarms[1]).predicted(LEVEL, 0.02),
        ],
    )
}

/// Density of angles over that of uniform ones.
fn histogram(all: &[f64]) -> Drawn {
    const BINS: usize = 24;
    let mut counts = [0.0; BINS];
    let place = |a: &f64| (((a / TAU).rem_euclid(1.0) * BINS as f64) as usize).min(BINS - 1);
    all.iter().for_each(|a| counts[place(a)] += BINS as f64 / all.len() as f64);
    let x: Vec<f64> = (0..BINS).map(|k| (k as f64 + 0.5) * 360.0 / BINS as f64).collect();
    let axes = Axes::new("angle (degrees)", "density, uniform = 1");
    lines(
        &[Series::new("units", &x, &counts).joined()],
        &axes.reference("uniform", Reference::Across(1.0)).wide(THIRD),
    )
}

/// A unit's activity over the plane of both integrals, in four steps of its own largest.
pub(super) fn activity(unit: &[[f64; 3]]) -> Drawn {
    const LEVELS: [&str; 4] = ["below 1 %", "to 1/3", "to 2/3", "above"];
    let most = largest(unit.iter().map(|u| u[2]));
    let level = |h: f64| [0.01, 1.0 / 3.0, 2.0 / 3.0].iter().filter(|l| h > *l * most).count();
    let series: Vec<Series> = (0..LEVELS.len())
        .map(|k| {
            let of = unit.iter().step_by(4).filter(|u| level(u[2]) == k).map(|u| [u[0], u[1]]);
            points(LEVELS[k], of).ink(tone(k, LEVELS.len()))
        })
        .collect();
    scatter(&series, &Axes::new("first integral", "second integral").wide(THIRD))
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = size(settings);
    let of = |relu: bool| -> Result<Angles, Error> {
        let kind = Kind { relu, batch: relu, channels: 2 };
        Angles::of(&kind.networks(size, settings, observer)?, settings.seed)
    };
    let (relu, sigmoid) = (of(true)?, of(false)?);
    let alarms = false_alarms(size.n * size.seeds, settings.seed);
    let claims = super::at_size(claims(&relu, &sigmoid, alarms), size.n, 1000);
    let parts = [activity(&relu.unit)?, histogram(&relu.all())?, histogram(&sigmoid.all())?];
    let caption = format!(
        "A: activity of a ReLU unit over the plane of both integrals, shares of its largest. B, C: directions of the units' slopes on two \
         integrals, {} networks of {} units each, ReLU trained on sequences (B), sigmoids trained on the proxy loss (C).",
        size.seeds, size.n
    );
    let section = Section::new("angles", "Selectivity angles")
        .intro("s_i are least squares of each unit's current on both integrals, each in units of its spread.")
        .figures([panels("angles", "Selectivity angles", &caption, &parts, 3)?]);
    let json = entries([
        ("relu_cos_4", numbers(&list(&relu.each, |a| towards(a, 4).statistic))),
        ("sigmoid_cos_4", numbers(&list(&sigmoid.each, |a| towards(a, 4).statistic))),
        ("false_alarms", numbers(&list(&alarms, |a| a.value))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
