//! Fig. 5: evidence moves both beliefs, the stimulus' more, and the block's is the observer's on average.

use super::geometry::Geometry;
use super::measured::{Shown, correlation, each, everywhere};
use super::networks::{Recorded, Sizes, UNITS, networks};
use crate::common::*;

/// Fig. 5.
pub const STUDY: Study =
    Study::new("schaeffer2020/fig5", "Velocities along both read-outs, and the block belief on average", run);

const SOURCE: &str = "schaeffer2020 Fig. 5";
/// Places in the block of which means are compared.
const PLACES: usize = 60;

struct One {
    slopes: [f64; 2],
    p: f64,
    correlation: f64,
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let trained = networks(settings, sizes, UNITS, progress)?;
    let (all, shown) = each(&trained, settings, sizes, |_, _, recorded, geometry| {
        let fits = geometry.velocities(recorded)?;
        let [own, ideal] = by_place(recorded, geometry);
        Ok(One {
            slopes: [fits[0].slopes[0].estimate.value, fits[1].slopes[0].estimate.value],
            p: fits[0].slopes[0].p.max(fits[1].slopes[0].p),
            correlation: correlation(&own, &ideal),
        })
    })?;
    let claims = sizes.asked(settings, claims(&all));
    let answer = format!(
        "A unit of evidence goes with a change of the stimulus belief of {} and of the block belief of {}. \
         {}",
        words(mean(&all, |o| o.slopes[0])),
        words(mean(&all, |o| o.slopes[1])),
        answer(&claims)
    );
    let json = entries([(
        "velocities",
        entry(
            &all,
            &[
                ("stimulus", |o| o.slopes[0]),
                ("block", |o| o.slopes[1]),
                ("belief_correlation", |o| o.correlation),
            ],
        ),
    )]);
    let table = Table::of(&all)
        .columns(["stimulus_slope", "block_slope"], |o| o.slopes)
        .columns(["largest_p", "belief_correlation"], |o| [o.p, o.correlation])
        .named("networks", "Slopes of the velocities against evidence, one row a network.");
    let section =
        Section::new("velocities", "Integration of evidence").figures([draw(&shown)?]).tables([table]);
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

fn claims(all: &[One]) -> Vec<Claim> {
    let why = "the slopes are those of the state in units of tanh, so that they depend on how far the \
               states of a network spread";
    at(
        SOURCE,
        [
            claim("Velocity along the stimulus read-out against evidence has slope 0.84")
                .is("slope", mean(all, |o| o.slopes[0]))
                .published(0.84, 0.1)
                .if_differs(why),
            claim("Velocity along the block read-out against evidence has slope 0.18")
                .is("slope", mean(all, |o| o.slopes[1]))
                .published(0.18, 0.05)
                .if_differs(why),
            everywhere(all, "Both are positive with p < 1e-5 in every network", |o| {
                o.p < 1e-5 && o.slopes.iter().all(|s| *s > 0.0)
            })
            .headline(),
            claim("The stimulus' slope is about five times the block's")
                .is("ratio", mean(all, |o| o.slopes[0] / o.slopes[1]))
                .published(0.84 / 0.18, 1.5),
            claim("On average over blocks the block belief follows the observer's posterior")
                .is("correlation over places in the block, left and right", mean(all, |o| o.correlation))
                .above(0.95)
                .headline(),
        ],
    )
}

/// Mean block belief of the network and of the observer by place in the block, left blocks then right ones.
fn by_place(r: &Recorded, g: &Geometry) -> [Vec<f64>; 2] {
    let (own, ideal) = g.beliefs(r);
    let mut sums = vec![[0.0; 3]; 2 * PLACES];
    for (n, played) in r.played.trials.iter().enumerate() {
        let trial = &played.trial;
        if trial.block > 0 && trial.place < PLACES {
            let sum = &mut sums[trial.block_side.index() * PLACES + trial.place];
            *sum = [sum[0] + own[n], sum[1] + ideal[n], sum[2] + 1.0];
        }
    }
    [0, 1].map(|k| sums.iter().map(|s| s[k] / s[2]).collect())
}

fn draw(Shown { recorded: r, geometry: g }: &Shown) -> Result<Figure, Error> {
    let (fits, curves) = (g.velocities(r)?, by_place(r, g));
    let steps: Vec<usize> = (1..r.steps()).filter(|t| r.observed[*t]).step_by(37).take(1200).collect();
    let cloud = |k: usize, label: &str| -> Drawn {
        let at = |t: &usize| [r.inputs[(1, *t)] - r.inputs[(0, *t)], g.aligned(*t)[k] - g.aligned(*t - 1)[k]];
        let (a, b) = (fits[k].intercept.map_or(0.0, |c| c.estimate.value), fits[k].slopes[0].estimate.value);
        let line = Reference::Curve(vec![[-5.0, a - 5.0 * b], [5.0, a + 5.0 * b]]);
        let axes = Axes::new("evidence, right minus left", &format!("velocity along {label}")).wide(THIRD);
        let axes = axes.reference(&format!("slope {b:.2}"), line);
        let cloud = points("", steps.iter().map(at)).ink(Ink::Series(k));
        scatter(&[cloud], &axes)?.named(label, &format!("Along the {label} read-out"), "")
    };
    let x: Vec<f64> = (1..=PLACES).map(|k| k as f64).collect();
    let half = |k: usize, side: usize| &curves[k][side * PLACES..(side + 1) * PLACES];
    let series = [
        Series::new("network", &x, half(0, 1)).ink(Ink::Series(0)),
        Series::new("observer", &x, half(1, 1)).ink(Ink::Black).dashed(),
        Series::new("", &x, half(0, 0)).ink(Ink::Series(0)),
        Series::new("", &x, half(1, 0)).ink(Ink::Black).dashed(),
    ];
    let axes = Axes::new("trial in the block", "block belief, 2 P(right) − 1").wide(THIRD);
    let mean = lines(&series, &axes)?.named("belief", "Mean block belief", "")?;
    let caption = "One network. A, B: change of the state along either read-out in one step against the \
                   evidence of that step, with its regression. C: the block belief at the end of trials, \
                   scaled by least squares to the observer's, averaged over blocks; upper curves right \
                   blocks, lower ones left blocks.";
    Ok(panels(
        "fig5",
        "Integration of evidence",
        caption,
        &[cloud(0, "stimulus")?, cloud(1, "block")?, mean],
        3,
    )?)
}
