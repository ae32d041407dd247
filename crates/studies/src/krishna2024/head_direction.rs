//! Head direction: what networks say at rest covers the circle as it does awake.

use super::conditions::{Conditions, KL};
use super::explored::{One, explained, table};
use super::networks::{Kind, Sizes, What};
use crate::common::*;
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

pub fn findings(sizes: Sizes, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let found = Conditions::of([NOISY, NOISELESS, PROGRAM], sizes, settings, observer)?;
    let claims = sizes.asked(claims(&found));
    let answer = format!(
        "At rest the directions that networks say are {} nats from those that they said awake, of untrained networks {}. {}",
        words(mean(&found.noisy, |o| o.kl.quiescent_active)),
        words(mean(&found.untrained, |o| o.kl.quiescent_active)),
        answer(&claims)
    );
    let json = entries(found.entries());
    Ok(Findings { claims, answer, sections: vec![section(&found, sizes)?], json, warnings: vec![] })
}

fn claims(f: &Conditions) -> Vec<Claim> {
    at(
        "krishna2024 Head direction estimation",
        [
            claim("Distributions are similar across both phases: far nearer than what untrained networks say at rest")
                .is(format!("{KL}, over that of untrained networks"), f.share())
                .below(0.5)
                .denied_given(f.learned.clone())
                .headline(),
            f.undoubled(),
            claim("Under the program's conventions too").is(format!("{KL}: untrained less trained"), f.farther(&f.program)).above(0.0),
            claim("Directions at rest stand still in the absence of noise")
                .is("variance of what is said without noise, over that with it", f.ratio(&f.silent))
                .below(0.5)
                .given(f.learned.clone())
                .headline(),
            f.shared(),
        ],
    )
}

/// Angles of what is said.
pub fn angles(r: &super::measure::Recorded) -> Vec<f64> {
    let x = &r.said.x;
    (0..x.ncols()).map(|t| x[(1, t)].atan2(x[(0, t)])).collect()
}

fn section(f: &Conditions, sizes: Sizes) -> Result<Section, Error> {
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
    Ok(Section::new("head-direction", "Awake and at rest")
        .intro(sizes.words())
        .figures([panels("directions", "Directions awake and at rest", caption, &figures, 3)?])
        .tables([table(&f.groups(), "networks", "Each network, as in krishna2024/position; angles in rad.")]))
}
