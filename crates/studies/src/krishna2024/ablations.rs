//! The three conditions of the theory, each taken away in turn: continuous time, integration of changes under noise, estimation that is
//! near-optimal.

use super::conditions::DOUBLED;
use super::explored::{One, explore, learned, summary, table};
use super::networks::{Kind, Net, Sizes, networks, untrained};
use super::position::{NOISELESS, NOISY};
use crate::common::*;
use nullcline_core::tasks::Shown;

/// The ablations.
pub const STUDY: Study = Study::new(
    "krishna2024/ablations",
    "Each of the three conditions of reactivation taken away in turn",
    run,
);

/// Units that forget in one step: a map, no Euler step of a flow.
const DISCRETE: Kind = Kind { flow: false, ..NOISY.named("discrete time", "position-discrete") };
/// Shown where it is, so that nothing has to be integrated.
const SHOWN: Kind = Kind { shown: Shown::States, ..NOISY.named("positions shown", "position-shown") };

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of_position(settings), settings, observer)
}

pub fn findings(sizes: Sizes, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let kinds = [NOISY, DISCRETE, SHOWN, NOISELESS];
    let nets = networks(settings, sizes, &kinds, observer)?;
    let raw = untrained(settings, sizes, NOISY)?;
    let look = |nets: &[Net]| nets.iter().map(|n| explore(n, sizes, DOUBLED)).collect::<Vec<One>>();
    let mut groups: Vec<(&str, Vec<One>)> = nets.iter().map(|n| (n[0].kind.label, look(n))).collect();
    // An untrained network estimates nothing; its own activity is no path, so that it is held against that of the trained.
    let held = |one: One, trained: &One| One {
        kl: super::explored::divergences(&one.rest.said, &trained.active.said, NOISY.what, one.seed),
        ..one
    };
    let own = look(&raw).into_iter().zip(&groups[0].1).map(|(o, t)| held(o, t)).collect();
    groups.push(("not trained", own));
    let whole = &groups[0].1;
    let more = |k: usize| {
        Estimate::mean(
            groups[k].1.iter().zip(whole).map(|(a, b)| a.kl.quiescent_active - b.kl.quiescent_active),
        )
    };
    let evidence = learned(whole);
    let quantity = "KL(quiescent || active) less that of the whole network, nats";
    let of = |k: usize, text: &str| {
        // What did not learn its task lacks the third condition too.
        let own = if k < nets.len() { learned(&groups[k].1) } else { Ok(()) };
        claim(text).is(quantity, more(k)).above(0.0).denied_given(evidence.clone()).given(own)
    };
    let claims = sizes.asked(at(
        "krishna2024 Conditions, sufficient as it says, here asked to be necessary",
        [
            of(1, "Without continuous time what is said at rest is farther from what is said awake"),
            of(2, "Shown positions instead of changes, likewise"),
            of(3, "Without noise in training, likewise"),
            of(4, "Without near-optimal estimation (not trained), likewise").headline(),
        ],
    ));
    let parts: Vec<(&str, &[One])> = groups.iter().map(|(l, all)| (*l, &all[..])).collect();
    let section = Section::new("ablations", "One condition less")
        .intro(format!(
            "{}. The conditions are sufficient by the theory, not necessary: a network that lacks one may reactivate all the same. Where \
             positions are shown, no input is the middle of the box.",
            sizes.words()
        ))
        .figures([nullcline_report::figures::points_with_errors(
            &parts.iter().map(|p| p.0.to_owned()).collect::<Vec<_>>(),
            &list(&parts, |p| mean(p.1, |o| o.kl.quiescent_active).value),
            &list(&parts, |p| mean(p.1, |o| o.kl.quiescent_active).error()),
            "KL(quiescent || active) (nats)",
        )?])
        .tables([table(&parts, "networks", "Each network, as in krishna2024/position.")]);
    let json = parts.iter().map(|(label, all)| (label.replace(' ', "_"), summary(all))).collect();
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
