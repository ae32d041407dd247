//! Gated networks: the spatial task with continuous-time GRUs.

use super::explored::{One, explained, explore, learned, of, summary, table, trajectories};
use super::measure::{Running, record};
use super::networks::{Kind, Sizes, networks, untrained};
use super::position::NOISY;
use crate::common::*;

/// The GRUs.
pub const STUDY: Study = Study::new("krishna2024/gru", "Reactivation in gated networks", run);

const GRU: Kind = Kind { gru: true, ..NOISY.named("GRU", "position-gru") };

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of_position(settings), settings, observer)
}

pub fn findings(sizes: Sizes, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let nets = networks(settings, sizes, &[GRU], observer)?;
    // The noise of a GRU at rest is that of training (krishna2024's text; its program has no list of GRUs to double).
    let all: Vec<One> = nets[0].iter().map(|n| explore(n, sizes, 1.0)).collect();
    let raw = untrained(settings, sizes, GRU)?;
    let against: Vec<One> = raw
        .iter()
        .zip(&nets[0])
        .map(|(raw, net)| {
            let active = record(net, sizes.trials, Running::active(net));
            of(raw, active, record(raw, sizes.trials, Running::quiescent(raw, 1.0, sizes.quiescent)))
        })
        .collect();
    let share =
        Estimate::mean(all.iter().zip(&against).map(|(a, b)| a.kl.quiescent_active / b.kl.quiescent_active));
    let evidence = learned(&all);
    let claims = sizes.asked(at(
        "krishna2024 GRU",
        [
            claim("Gated networks too say at rest what they said awake, far more than untrained ones")
                .is("KL(quiescent || active), nearest neighbours, over that of untrained networks", share)
                .below(0.5)
                .denied_given(evidence.clone())
                .headline(),
            claim("Their states at rest lie where states awake lie")
                .is(
                    "share of the variance at rest in the components of activity, over that in its own",
                    mean(&all, |o| o.shared),
                )
                .above(0.8)
                .denied_given(evidence),
        ],
    ));
    let axes = ["x (m)", "y (m)"];
    let figures = [
        trajectories(&all[0].active, 12, 100, "active", axes)?,
        trajectories(&all[0].rest, 12, 200, "quiescent", axes)?,
        explained(&all)?,
    ];
    let caption = "As the first figure of krishna2024/position, of GRUs.";
    let section = Section::new("gru", "Gated networks")
        .intro(sizes.words())
        .figures([panels("gru", "Gated networks", caption, &figures, 3)?])
        .tables([table(
            &[("GRU", &all), ("untrained", &against)],
            "networks",
            "Each network, as in krishna2024/position.",
        )]);
    let json = entries([("gru", summary(&all)), ("untrained", summary(&against))]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
