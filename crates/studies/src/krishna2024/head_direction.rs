//! Head direction: what networks say at rest covers the circle as it does awake.

use super::conditions::{Conditions, KL};
use super::explored::{One, explained, table};
use super::measure::Recorded;
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
                .denied_given(f.learned[0].clone())
                .headline(),
            f.undoubled(),
            f.as_program(),
            claim("Directions at rest stand still in the absence of noise")
                .is("variance of what is said without noise, over that with it", f.ratio(&f.silent))
                .below(0.5)
                .given(f.learned[0].clone())
                .headline(),
            f.shared(),
        ],
    )
}

/// Angles of what is said.
pub fn angles(r: &Recorded) -> Vec<f64> {
    let x = &r.said.x;
    (0..x.ncols()).map(|t| x[(1, t)].atan2(x[(0, t)])).collect()
}

/// Angle between the directions of two cells: what is said lies on a grid of it, on which bins have to lie too.
pub fn grid(sizes: Sizes) -> f64 {
    std::f64::consts::TAU / (sizes.cells - 1) as f64
}

/// Bins of directions, each of as many cells: at most 80.
fn directions(sizes: Sizes) -> (usize, [f64; 2]) {
    let cells = sizes.cells - 1;
    let bins = (1..=cells.min(80)).rev().find(|k| cells.is_multiple_of(*k)).unwrap_or(1);
    let first = -std::f64::consts::PI - 0.5 * grid(sizes);
    (bins, [first, first + std::f64::consts::TAU])
}

fn section(f: &Conditions, sizes: Sizes) -> Result<Section, Error> {
    let first = &f.noisy[0];
    let (bins, range) = directions(sizes);
    let folded = |r: &Recorded| {
        let once = |a: f64| if a < range[1] { a } else { a - std::f64::consts::TAU };
        angles(r).into_iter().map(once).collect::<Vec<f64>>()
    };
    let counts = |one: &One, title: &str| -> Drawn {
        // As many of either, so that counts compare.
        let few = folded(&one.rest);
        let every = (few.len() / one.active.said.x.ncols()).max(1);
        let sets = [
            ("active".to_owned(), folded(&one.active)),
            ("quiescent".to_owned(), few.into_iter().step_by(every).collect()),
        ];
        let axes = Axes { x_range: Some(range), ..Axes::new("direction (rad)", "steps") };
        histogram(&sets, bins, &axes.wide(THIRD))?.named(title, title, "")
    };
    let figures =
        [counts(first, "trained")?, counts(&f.untrained[0], "untrained at rest")?, explained(&f.noisy)?];
    let caption = "A, B: directions that the outputs of one network say, and those of an untrained one at rest. C: variance of states in the \
                   first principal components, means over networks.";
    Ok(Section::new("head-direction", "Awake and at rest")
        .intro(format!("{}. {}", sizes.words(), f.told()))
        .figures([panels("directions", "Directions awake and at rest", caption, &figures, 3)?])
        .tables([table(&f.groups(), "networks", "Each network, as in krishna2024/position; angles in rad.")]))
}
