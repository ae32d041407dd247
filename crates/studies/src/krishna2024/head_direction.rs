//! Head direction: what networks say at rest covers the circle as it does awake.

use super::explored::{One, explained, explore, of, summary, table};
use super::measure::{Running, record};
use super::networks::{Kind, Net, Sizes, What, learned, networks, untrained};
use super::position::DOUBLED;
use crate::common::*;
use nullcline_core::diagnostics::geometry::comparison::total_variance;
use nullcline_report::figures::histogram;

/// The networks of head directions.
pub const STUDY: Study = Study::new(
    "krishna2024/head-direction",
    "Head direction estimation: distributions awake and at rest",
    run,
);

pub const NOISY: Kind = Kind::of(What::Heads);
const NOISELESS: Kind = Kind { noisy: false, ..NOISY.named("noiseless", "heads-noiseless") };
const PROGRAM: Kind = Kind { program: true, ..NOISY.named("program", "heads-program") };

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of_heads(settings), settings, observer)
}

struct Found {
    noisy: Vec<One>,
    single: Vec<One>,
    noiseless: Vec<One>,
    program: Vec<One>,
    untrained: Vec<One>,
    silent: Vec<f64>,
    learned: Result<(), String>,
}

pub fn findings(sizes: Sizes, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let nets = networks(settings, sizes, &[NOISY, NOISELESS, PROGRAM], observer)?;
    let raw = untrained(settings, sizes, NOISY)?;
    let all =
        |nets: &[Net], factor: f64| nets.iter().map(|net| explore(net, sizes, factor)).collect::<Vec<_>>();
    let against = raw.iter().zip(&nets[0]).map(|(raw, net)| {
        let active = record(net, sizes.trials, Running::active(net));
        of(raw, active, record(raw, sizes.trials, Running::quiescent(raw, DOUBLED, sizes.quiescent)))
    });
    let silent = nets[0].iter().map(|net| {
        let rest = record(net, sizes.trials, Running::quiescent(net, 0.0, sizes.quiescent));
        total_variance(&rest.settled()).value
    });
    let found = Found {
        noisy: all(&nets[0], DOUBLED),
        single: all(&nets[0], 1.0),
        noiseless: all(&nets[1], DOUBLED),
        program: all(&nets[2], DOUBLED),
        untrained: against.collect(),
        silent: silent.collect(),
        learned: learned(&nets[0]),
    };
    let claims = sizes.asked(claims(&found));
    let answer = format!(
        "At rest the directions that networks say are {} nats from those that they said awake, of untrained networks {}. {}",
        words(mean(&found.noisy, |o| o.kl.quiescent_active)),
        words(mean(&found.untrained, |o| o.kl.quiescent_active)),
        answer(&claims)
    );
    let json = entries([
        ("noisy", summary(&found.noisy)),
        ("undoubled", summary(&found.single)),
        ("noiseless", summary(&found.noiseless)),
        ("program", summary(&found.program)),
        ("untrained", summary(&found.untrained)),
        ("variance_without_noise", numbers(&found.silent)),
    ]);
    Ok(Findings { claims, answer, sections: vec![section(&found, sizes)?], json, warnings: vec![] })
}

fn claims(f: &Found) -> Vec<Claim> {
    let kl = "KL(quiescent || active), nats, nearest neighbours";
    let share = Estimate::mean(
        f.noisy.iter().zip(&f.untrained).map(|(a, b)| a.kl.quiescent_active / b.kl.quiescent_active),
    );
    let farther = |near: &[One]| {
        Estimate::mean(
            near.iter().zip(&f.untrained).map(|(a, b)| b.kl.quiescent_active - a.kl.quiescent_active),
        )
    };
    let still = Estimate::mean(f.silent.iter().zip(&f.noisy).map(|(s, o)| s / o.variance[1]));
    at(
        "krishna2024 Head direction estimation",
        [
            claim("Distributions are similar across both phases: far nearer than what untrained networks say at rest")
                .is(format!("{kl}, over that of untrained networks"), share)
                .below(0.5)
                .denied_given(f.learned.clone())
                .headline(),
            claim("Doubled noise variance is not necessary")
                .is(format!("{kl}: untrained less trained with the noise of training"), farther(&f.single))
                .above(0.0)
                .denied_given(f.learned.clone()),
            claim("Under the program's conventions too").is(format!("{kl}: untrained less trained"), farther(&f.program)).above(0.0),
            claim("Directions at rest stand still in the absence of noise")
                .is("variance of what is said without noise, over that with it", still)
                .below(0.5)
                .given(f.learned.clone())
                .headline(),
            claim("States at rest lie where states awake lie")
                .is("share of the variance at rest in the components of activity, over that in its own", mean(&f.noisy, |o| o.shared))
                .above(0.8)
                .denied_given(f.learned.clone()),
        ],
    )
}

/// Angles of what is said.
pub fn angles(r: &super::measure::Recorded) -> Vec<f64> {
    let x = &r.said.x;
    (0..x.ncols()).map(|t| x[(1, t)].atan2(x[(0, t)])).collect()
}

fn section(f: &Found, sizes: Sizes) -> Result<Section, Error> {
    let first = &f.noisy[0];
    let counts = |one: &One, title: &str| -> Drawn {
        // As many of either, so that counts compare.
        let few = angles(&one.rest);
        let every = (few.len() / one.active.said.x.ncols()).max(1);
        let sets = [
            ("active".to_owned(), angles(&one.active)),
            ("quiescent".to_owned(), few.into_iter().step_by(every).collect()),
        ];
        histogram(&sets, 36, &Axes::new("direction (rad)", "steps").wide(THIRD))?.named(title, title, "")
    };
    let figures =
        [counts(first, "trained")?, counts(&f.untrained[0], "untrained at rest")?, explained(&f.noisy)?];
    let caption = "A, B: directions that the outputs of one network say, and those of an untrained one at rest. C: variance of states in the \
                   first principal components, means over networks.";
    let groups = [
        ("noisy", &f.noisy[..]),
        ("noisy, noise not doubled", &f.single),
        ("noiseless", &f.noiseless),
        ("program", &f.program),
        ("untrained", &f.untrained),
    ];
    Ok(Section::new("head-direction", "Awake and at rest")
        .intro(sizes.words())
        .figures([panels("directions", "Directions awake and at rest", caption, &figures, 3)?])
        .tables([table(&groups, "networks", "Each network, as in krishna2024/position; angles in rad.")]))
}
