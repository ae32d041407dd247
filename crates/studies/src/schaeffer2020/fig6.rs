//! Fig. 6: the block belief trial by trial, and what makes it fluctuate.

use super::geometry::Geometry;
use super::measured::{Shown, correlation, each};
use super::networks::{Recorded, Sizes, UNITS, networks};
use crate::common::*;

/// Fig. 6.
pub const STUDY: Study =
    Study::new("schaeffer2020/fig6", "The block belief trial by trial, and what makes it fluctuate", run);

const SOURCE: &str = "schaeffer2020 Fig. 6";
/// Trials shown.
const SHOWN: usize = 160;

/// Numbers of one network.
struct One {
    /// Correlation of the belief with the observer's posterior over trials.
    tracks: f64,
    /// Root mean square change from trial to trial, over the observer's.
    fluctuates: f64,
    /// Correlation of the change with the trial's summed evidence.
    driven: f64,
    /// The same of the observer's posterior.
    observer_driven: f64,
    /// Mean change on trials with the stimulus on the right minus on the left, over the observer's.
    stimulus: f64,
}

const NUMBERS: [Named<One>; 5] = [
    ("correlation_with_observer", |o| o.tracks),
    ("relative_fluctuation", |o| o.fluctuates),
    ("correlation_with_evidence", |o| o.driven),
    ("observer_correlation_with_evidence", |o| o.observer_driven),
    ("relative_effect_of_stimulus", |o| o.stimulus),
];

/// Changes from the trial before.
fn changes(v: &[f64]) -> Vec<f64> {
    v.windows(2).map(|w| w[1] - w[0]).collect()
}

/// Summed o^R - o^L of every trial.
fn evidence(r: &Recorded) -> Vec<f64> {
    let mut sums = vec![0.0; r.played.trials.len()];
    for t in 0..r.steps() {
        sums[r.trial[t]] += r.inputs[(1, t)] - r.inputs[(0, t)];
    }
    sums
}

fn one(r: &Recorded, g: &Geometry) -> One {
    let (own, ideal) = g.beliefs(r);
    let (d_own, d_ideal) = (changes(&own), changes(&ideal));
    let rms = |v: &[f64]| (v.iter().map(|x| x * x).sum::<f64>() / v.len() as f64).sqrt();
    let evidence = &evidence(r)[1..];
    let by_side = |d: &[f64]| {
        let mut sums = [[0.0; 2]; 2];
        for (d, played) in d.iter().zip(&r.played.trials[1..]) {
            let sum = &mut sums[played.trial.side.index()];
            *sum = [sum[0] + d, sum[1] + 1.0];
        }
        sums[1][0] / sums[1][1] - sums[0][0] / sums[0][1]
    };
    One {
        tracks: correlation(&own, &ideal),
        fluctuates: rms(&d_own) / rms(&d_ideal),
        driven: correlation(&d_own, evidence),
        observer_driven: correlation(&d_ideal, evidence),
        stimulus: by_side(&d_own) / by_side(&d_ideal),
    }
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let trained = networks(settings, sizes, UNITS, progress)?;
    let (all, shown) =
        each(&trained, settings, sizes, |_, _, recorded, geometry| Ok(one(recorded, geometry)))?;
    let claims = sizes.asked(settings, claims(&all));
    let answer = format!(
        "The correlation of the block belief with the observer's is {}, that of its changes with the \
         evidence {}. {}",
        words(mean(&all, |o| o.tracks)),
        words(mean(&all, |o| o.driven)),
        answer(&claims)
    );
    let section = Section::new("fluctuations", "Trial by trial")
        .figures([draw(&shown)?])
        .tables([Table::of(&all).numbers(&NUMBERS).named("networks", "One row a network.")]);
    let json = entries([("fluctuations", entry(&all, &NUMBERS))]);
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

fn claims(all: &[One]) -> Vec<Claim> {
    at(
        SOURCE,
        [
            claim("The block belief closely tracks the observer's posterior")
                .is("correlation over trials", mean(all, |o| o.tracks))
                .above(0.5)
                .headline(),
            claim("It fluctuates more from trial to trial")
                .is("root mean square change over the observer's", mean(all, |o| o.fluctuates))
                .above(1.0)
                .headline(),
            claim("Fluctuations are driven by evidence")
                .is("correlation of change and summed evidence", mean(all, |o| o.driven))
                .above(0.5)
                .headline(),
            claim("more than the observer's")
                .is("the correlation minus the observer's", mean(all, |o| o.driven - o.observer_driven))
                .above(0.0),
            claim("The stimulus' side moves the network's belief more than the observer's")
                .is("mean change by side over the observer's", mean(all, |o| o.stimulus))
                .above(1.0),
        ],
    )
}

fn draw(Shown { recorded: r, geometry: g }: &Shown) -> Drawn {
    let (own, ideal) = g.beliefs(r);
    let shown = SHOWN.min(own.len() - 1);
    let x: Vec<f64> = (1..=shown).map(|k| k as f64).collect();
    let block: Vec<f64> = r.played.trials[..shown].iter().map(|t| t.trial.block_side.sign()).collect();
    let axes = |label: &str| Axes { height: 120.0, ..Axes::new("trial", label) };
    let first = lines(
        &[
            Series::new("network", &x, &own[..shown]).ink(Ink::Series(0)),
            Series::new("observer", &x, &ideal[..shown]).ink(Ink::Black),
            Series::new("block", &x, &block).ink(Ink::Grey).dashed(),
        ],
        &axes("block belief"),
    )?;
    let d = evidence(r);
    let largest = d[1..=shown].iter().fold(1e-9f64, |a, v| a.max(v.abs()));
    let scaled: Vec<f64> = d[1..=shown].iter().map(|v| v / largest).collect();
    let second = lines(
        &[
            Series::new("change of the network's", &x, &changes(&own)[..shown]).ink(Ink::Series(0)),
            Series::new("change of the observer's", &x, &changes(&ideal)[..shown]).ink(Ink::Black),
            Series::new("evidence, scaled", &x, &scaled).ink(Ink::Series(1)).dashed(),
        ],
        &axes("change in a trial"),
    )?;
    let caption = "One network. A: the block belief at the end of trials beside the observer's posterior, 2 \
                   P(right) − 1, and the block. B: changes from trial to trial beside the trial's summed \
                   evidence.";
    let figures = [first.named("a", "Block belief", "")?, second.named("b", "Changes", "")?];
    panels("fig6", "The block belief trial by trial", caption, &figures, 2)
}
