//! Spatial position: low-dimensional activity that tiles the box awake and at rest, and stands still without noise.

use super::conditions::{Conditions, KL};
use super::explored::{COMPONENTS, One, explained, table, trajectories, uniform_box};
use super::networks::{Kind, Sizes, What};
use crate::common::*;
use nullcline_core::diagnostics::geometry::comparison::density;
use nullcline_report::figures::{HeatMap, bars, heat_map};

/// The spatial networks.
pub const STUDY: Study = Study::new(
    "krishna2024/position",
    "Position estimation: what networks say at rest is what they said awake, if there is noise",
    run,
);

const SOURCE: &str = "krishna2024 Spatial position estimation";
/// Coordinates of figures.
const AXES: [&str; 2] = ["x (m)", "y (m)"];
/// Side of the box.
const SIDE: f64 = 2.2;

pub const NOISY: Kind = Kind::of(What::Position);
pub const NOISELESS: Kind = Kind { noisy: false, ..NOISY.named("noiseless", "position-noiseless") };
/// As the authors' program has noise, codes and speeds.
pub const PROGRAM: Kind = Kind { program: true, ..NOISY.named("program", "position-program") };

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of_position(settings), settings, observer)
}

pub fn findings(sizes: Sizes, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let found = Conditions::of([NOISY, NOISELESS, PROGRAM], sizes, settings, observer)?;
    let by_uniform = |o: &One| uniform_box(&o.active.said, SIDE, o.seed).unwrap_or([f64::NAN; 2]);
    let uniform: Vec<[f64; 2]> = found.noisy.iter().map(by_uniform).collect();
    let claims = sizes.asked(claims(&found, &uniform));
    let answer = format!(
        "At rest, what the networks say is {} nats (KL by nearest neighbours) from what they said awake, of untrained networks {}; without \
         noise the variance of what they say at rest falls to {} of that with it. {}",
        words(mean(&found.noisy, |o| o.kl.quiescent_active)),
        words(mean(&found.untrained, |o| o.kl.quiescent_active)),
        words(found.ratio(&found.silent)),
        answer(&claims)
    );
    let json = entries(found.entries().into_iter().chain([
        ("variance_without_noise_noiseless", numbers(&found.noiseless_silent)),
        ("kl_uniform", numbers(&list(&uniform, |u| u[0]))),
        ("kl_uniform_with_the_slip", numbers(&list(&uniform, |u| u[1]))),
    ]));
    Ok(Findings { claims, answer, sections: sections(&found, &uniform, sizes)?, json, warnings: vec![] })
}

fn claims(f: &Conditions, uniform: &[[f64; 2]]) -> Vec<Claim> {
    let last = |phase: usize| move |o: &One| o.explained[phase].last().copied().unwrap_or(f64::NAN);
    let [given, noiseless] = [0, 1].map(|k| move || f.learned[k].clone());
    at(
        SOURCE,
        [
            claim("Activity is low-dimensional awake")
                .is(format!("variance in the first {COMPONENTS} components"), mean(&f.noisy, last(0)))
                .above(0.8)
                .denied_given(given())
                .headline(),
            claim("and at rest")
                .is(format!("variance in the first {COMPONENTS} components"), mean(&f.noisy, last(1)))
                .above(0.8)
                .denied_given(given()),
            f.shared(),
            claim("What is said at rest tiles the box like what is said awake: far nearer to it than what untrained networks say")
                .is(format!("{KL}, over that of untrained networks"), f.share())
                .below(0.5)
                .denied_given(given())
                .headline(),
            claim("What is said at rest is almost as near to activity as the uniform law in the box")
                .at("krishna2024, divergences of its figure")
                .is("KL by the published recipe, rest less uniform, over untrained less uniform", beyond_uniform(f, uniform))
                .below(0.25)
                .denied_given(given()),
            f.undoubled(),
            claim("Trajectories at rest fail to explore in the absence of noise")
                .is("variance of what is said without noise, over that with it", f.ratio(&f.silent))
                .below(0.5)
                .given(given())
                .headline(),
            claim("and those of networks trained without it")
                .is(
                    "variance of what is said without noise, over that of networks trained with noise",
                    f.ratio(&f.noiseless_silent),
                )
                .below(0.5)
                .given(noiseless()),
            claim("Networks trained without noise take the longest steps under noise at rest")
                .is(
                    "their step over that of networks trained with noise",
                    Estimate::mean(f.noiseless.iter().zip(&f.noisy).map(|(a, b)| a.step[1] / b.step[1])),
                )
                .above(1.0)
                .denied_given(given().and(noiseless())),
            f.as_program(),
            theory("The published divergence of the uniform law is too large by ln 2.2")
                .at("the authors' program")
                .is("nats", Estimate::mean(uniform.iter().map(|u| u[1] - u[0])))
                .predicted(SIDE.ln(), 1e-6),
        ],
    )
}

/// How much farther than the uniform law what is said at rest is from activity, over how much farther what untrained networks say is.
fn beyond_uniform(f: &Conditions, uniform: &[[f64; 2]]) -> Estimate {
    let all = f.noisy.iter().zip(&f.untrained).zip(uniform);
    Estimate::mean(all.map(|((a, b), u)| (a.kl.published - u[0]) / (b.kl.published - u[0])))
}

fn sections(f: &Conditions, uniform: &[[f64; 2]], sizes: Sizes) -> Result<Vec<Section>, Error> {
    let first = &f.noisy[0];
    let lines = [
        trajectories(&first.active, 12, 100, "active", AXES)?,
        trajectories(&first.rest, 12, 200, "quiescent", AXES)?,
        explained(&f.noisy)?,
    ];
    let words = format!(
        "{}. At rest nothing comes in and the noise has twice its variance unless said otherwise. {} It also codes by a softmax and walks \
         faster (0.26π m/s for the printed 0.2). By the published recipe the uniform law in the box is {} nats from activity; the program \
         takes one over the side for its density, not one over the area, and counts {}.",
        sizes.words(),
        f.told(),
        words(Estimate::mean(uniform.iter().map(|u| u[0]))),
        words(Estimate::mean(uniform.iter().map(|u| u[1]))),
    );
    let caption = "One network. A, B: what its outputs say in some trials, with and without input. C: variance of its states in the first \
                   principal components, means over networks.";
    let [variance, step] = motion(f)?;
    let density = "Densities of what the outputs of one network of each kind say. Quiescent networks have noise of twice the variance of training, \
                   those trained without it that of the others.";
    Ok(vec![
        Section::new("position", "Awake and at rest")
            .intro(words)
            .figures([
                panels("trajectories", "Trajectories", caption, &lines, 3)?,
                panels("densities", "Densities", density, &maps(f)?, 3)?,
                variance,
                step,
            ])
            .tables([table(
                &f.groups(),
                "networks",
                "Each network: test loss over chance, mean distance from the truth (m) of what it says and of where the trial started, KL divergences (nats) by nearest \
                 neighbours and by the published recipe, variance (at rest of the second half) and step of what it says, direction bias and mean turn about the middle \
                 of the box, shared variance of its states. Untrained networks are compared with the activity of trained ones.",
            )]),
    ])
}

/// Densities of what is said, awake and at rest.
fn maps(f: &Conditions) -> Result<[Figure; 6], Error> {
    let map = |one: &One, rest: bool, title: &str| -> Drawn {
        let said = if rest { &one.rest.said } else { &one.active.said };
        let grid = density(said.x.as_ref(), [[-0.5 * SIDE, 0.5 * SIDE]; 2], 22);
        let map = HeatMap {
            x: grid.x,
            y: grid.y,
            values: grid.density,
            label: "density (1/m²)".into(),
            ..HeatMap::default()
        };
        heat_map(&map, &[], &Axes::new(AXES[0], AXES[1]).wide(THIRD))?.named(title, title, "")
    };
    let first = &f.noisy[0];
    Ok([
        map(first, false, "active")?,
        map(first, true, "quiescent")?,
        map(&f.untrained[0], true, "untrained, quiescent")?,
        map(&f.noiseless[0], true, "trained without, quiescent")?,
        map(&f.program[0], false, "program, active")?,
        map(&f.program[0], true, "program, quiescent")?,
    ])
}

/// Variance and steps at rest.
fn motion(f: &Conditions) -> Result<[Figure; 2], Error> {
    let variance = [
        ("trained with noise, noise at rest", mean(&f.noisy, |o| o.variance[1])),
        ("trained with noise, none at rest", Estimate::mean(f.silent.iter().copied())),
        ("trained without, noise at rest", mean(&f.noiseless, |o| o.variance[1])),
        ("trained without, none at rest", Estimate::mean(f.noiseless_silent.iter().copied())),
    ];
    let step = [
        ("trained with noise, awake", mean(&f.noisy, |o| o.step[0])),
        ("trained with noise, doubled at rest", mean(&f.noisy, |o| o.step[1])),
        ("trained with noise, the same at rest", mean(&f.single, |o| o.step[1])),
        ("trained without, doubled at rest", mean(&f.noiseless, |o| o.step[1])),
    ];
    let drawn = |all: &[(&str, Estimate)], label: &str, name: &str| -> Drawn {
        let labels: Vec<String> = all.iter().map(|v| v.0.to_owned()).collect();
        let (values, errors): (Vec<f64>, Vec<f64>) = all.iter().map(|v| (v.1.value, v.1.error())).unzip();
        bars(&labels, &values, &errors, label)?.named(
            name,
            label,
            "Means over networks and their standard errors.",
        )
    };
    Ok([
        drawn(&variance, "variance of what is said (m²)", "variance")?,
        drawn(&step, "mean step (m)", "step")?,
    ])
}
