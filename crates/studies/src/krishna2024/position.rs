//! Spatial position: low-dimensional activity that tiles the box awake and at rest, and stands still without noise.

use super::explored::{COMPONENTS, One, explained, explore, of, summary, table, trajectories, uniform_box};
use super::measure::{Running, record};
use super::networks::{Kind, Net, Sizes, What, learned, networks, untrained};
use crate::common::*;
use nullcline_core::diagnostics::geometry::comparison::{density, total_variance};
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
/// Noise at rest over that of training: its variance doubled.
pub const DOUBLED: f64 = std::f64::consts::SQRT_2;

pub const NOISY: Kind = Kind::of(What::Position);
pub const NOISELESS: Kind = Kind { noisy: false, ..NOISY.named("noiseless", "position-noiseless") };
/// As the authors' program has noise, codes and speeds.
pub const PROGRAM: Kind = Kind { program: true, ..NOISY.named("program", "position-program") };

/// What all networks of the study show.
pub struct Found {
    pub noisy: Vec<One>,
    /// With the noise of training at rest, not doubled.
    pub single: Vec<One>,
    pub noiseless: Vec<One>,
    pub program: Vec<One>,
    pub untrained: Vec<One>,
    /// Variance at rest without noise of networks trained with it and without it, and of the latter under noise.
    pub silent: Vec<f64>,
    pub noiseless_silent: Vec<f64>,
    /// KL divergence of the uniform law from activity, and with the slip of the program.
    pub uniform: Vec<[f64; 2]>,
    pub learned: Result<(), String>,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of_position(settings), settings, observer)
}

pub fn findings(sizes: Sizes, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let nets = networks(settings, sizes, &[NOISY, NOISELESS, PROGRAM], observer)?;
    let [noisy, noiseless, program] = [&nets[0], &nets[1], &nets[2]];
    let raw = untrained(settings, sizes, NOISY)?;
    let silent = |net: &Net| {
        let rest = record(net, sizes.trials, Running::quiescent(net, 0.0, sizes.quiescent));
        total_variance(&rest.settled()).value
    };
    observer.start("resting", 5);
    let all = |nets: &[Net], factor: f64, k: u64| {
        observer.at(k);
        nets.iter().map(|net| explore(net, sizes, factor)).collect::<Vec<_>>()
    };
    let awake = all(noisy, DOUBLED, 0);
    let found = Found {
        single: all(noisy, 1.0, 1),
        noiseless: all(noiseless, DOUBLED, 2),
        program: all(program, DOUBLED, 3),
        // Untrained networks at rest, against the activity of trained ones.
        untrained: raw
            .iter()
            .zip(noisy)
            .map(|(raw, net)| {
                let active = record(net, sizes.trials, Running::active(net));
                of(raw, active, record(raw, sizes.trials, Running::quiescent(raw, DOUBLED, sizes.quiescent)))
            })
            .collect(),
        silent: noisy.iter().map(silent).collect(),
        noiseless_silent: noiseless.iter().map(silent).collect(),
        uniform: awake
            .iter()
            .map(|o| uniform_box(&o.active.said, SIDE, o.seed).unwrap_or([f64::NAN; 2]))
            .collect(),
        learned: learned(noisy),
        noisy: awake,
    };
    observer.finish();
    let claims = sizes.asked(claims(&found));
    let answer = format!(
        "At rest, what the networks say is {} nats (KL by nearest neighbours) from what they said awake, of untrained networks {}; without \
         noise the variance of what they say at rest falls to {} of that with it. {}",
        words(mean(&found.noisy, |o| o.kl.quiescent_active)),
        words(mean(&found.untrained, |o| o.kl.quiescent_active)),
        words(ratio(&found.silent, &found.noisy)),
        answer(&claims)
    );
    let json = entries([
        ("noisy", summary(&found.noisy)),
        ("undoubled", summary(&found.single)),
        ("noiseless", summary(&found.noiseless)),
        ("program", summary(&found.program)),
        ("untrained", summary(&found.untrained)),
        ("variance_without_noise", numbers(&found.silent)),
        ("variance_without_noise_noiseless", numbers(&found.noiseless_silent)),
        ("kl_uniform", numbers(&list(&found.uniform, |u| u[0]))),
        ("kl_uniform_with_the_slip", numbers(&list(&found.uniform, |u| u[1]))),
    ]);
    Ok(Findings { claims, answer, sections: sections(&found, sizes)?, json, warnings: vec![] })
}

/// Values over the variances of networks at rest.
fn ratio(values: &[f64], over: &[One]) -> Estimate {
    Estimate::mean(values.iter().zip(over).map(|(v, o)| v / o.variance[1]))
}

fn claims(f: &Found) -> Vec<Claim> {
    let last = |phase: usize| move |o: &One| o.explained[phase].last().copied().unwrap_or(f64::NAN);
    let given = || f.learned.clone();
    let kl = "KL(quiescent || active), nats, nearest neighbours";
    let farther = |near: &[One], far: &[One]| {
        Estimate::mean(near.iter().zip(far).map(|(a, b)| b.kl.quiescent_active - a.kl.quiescent_active))
    };
    let share = Estimate::mean(
        f.noisy.iter().zip(&f.untrained).map(|(a, b)| a.kl.quiescent_active / b.kl.quiescent_active),
    );
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
            claim("States at rest lie where states awake lie")
                .is("share of the variance at rest in the components of activity, over that in its own", mean(&f.noisy, |o| o.shared))
                .above(0.8)
                .denied_given(given()),
            claim("What is said at rest tiles the box like what is said awake: far nearer to it than what untrained networks say")
                .is(format!("{kl}, over that of untrained networks"), share)
                .below(0.5)
                .denied_given(given())
                .headline(),
            claim("Doubled noise variance is not necessary")
                .is(format!("{kl}: untrained less trained with the noise of training"), farther(&f.single, &f.untrained))
                .above(0.0)
                .denied_given(given()),
            claim("Trajectories at rest fail to explore in the absence of noise")
                .is("variance of what is said without noise, over that with it", ratio(&f.silent, &f.noisy))
                .below(0.5)
                .given(given())
                .headline(),
            claim("and those of networks trained without it")
                .is(
                    "variance of what is said without noise, over that of networks trained with noise",
                    ratio(&f.noiseless_silent, &f.noisy),
                )
                .below(0.5)
                .given(given()),
            claim("Networks trained without noise take the longest steps under noise at rest")
                .is(
                    "their step over that of networks trained with noise",
                    Estimate::mean(f.noiseless.iter().zip(&f.noisy).map(|(a, b)| a.step[1] / b.step[1])),
                )
                .above(1.0),
            claim("Under the program's conventions too what is said at rest is nearer than what untrained networks say")
                .is(format!("{kl}: untrained less trained"), farther(&f.program, &f.untrained))
                .above(0.0),
            theory("The published divergence of the uniform law is too large by ln 2.2")
                .at("the authors' program")
                .is("nats", Estimate::mean(f.uniform.iter().map(|u| u[1] - u[0])))
                .predicted(SIDE.ln(), 1e-6),
        ],
    )
}

fn sections(f: &Found, sizes: Sizes) -> Result<Vec<Section>, Error> {
    let first = &f.noisy[0];
    let lines = [
        trajectories(&first.active, 12, 100, "active", AXES)?,
        trajectories(&first.rest, 12, 200, "quiescent", AXES)?,
        explained(&f.noisy)?,
    ];
    let groups = [
        ("noisy", &f.noisy[..]),
        ("noisy, noise not doubled", &f.single),
        ("noiseless", &f.noiseless),
        ("program", &f.program),
        ("untrained", &f.untrained),
    ];
    let words = format!(
        "{}. At rest nothing comes in and the noise has twice its variance unless said otherwise. Uniform is {} nats from activity by the \
         published recipe, {} as the authors' program counts it.",
        sizes.words(),
        words(Estimate::mean(f.uniform.iter().map(|u| u[0]))),
        words(Estimate::mean(f.uniform.iter().map(|u| u[1]))),
    );
    let caption = "One network. A, B: what its outputs say in some trials, with and without input. C: variance of its states in the first \
                   principal components, means over networks.";
    let [variance, step] = motion(f)?;
    let density = "Densities of what the outputs of one network say.";
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
                &groups,
                "networks",
                "Each network: test loss over chance, mean distance of what it says from the truth (m), KL divergences (nats) by nearest \
                 neighbours and by the published recipe, variance (at rest of the second half) and step of what it says, direction bias and mean turn about the middle \
                 of the box, shared variance of its states. Untrained networks are compared with the activity of trained ones.",
            )]),
    ])
}

/// Densities of what is said, awake and at rest.
fn maps(f: &Found) -> Result<[Figure; 6], Error> {
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
        map(&f.noiseless[0], true, "trained without noise, quiescent under noise")?,
        map(&f.program[0], false, "the program's, active")?,
        map(&f.program[0], true, "the program's, quiescent")?,
    ])
}

/// Variance and steps at rest.
fn motion(f: &Found) -> Result<[Figure; 2], Error> {
    let variance = [
        ("trained with noise", mean(&f.noisy, |o| o.variance[1])),
        ("the same without noise", Estimate::mean(f.silent.iter().copied())),
        ("trained without, under noise", mean(&f.noiseless, |o| o.variance[1])),
        ("the same without noise", Estimate::mean(f.noiseless_silent.iter().copied())),
    ];
    let step = [
        ("active", mean(&f.noisy, |o| o.step[0])),
        ("trained with noise", mean(&f.noisy, |o| o.step[1])),
        ("with the noise of training", mean(&f.single, |o| o.step[1])),
        ("trained without, under noise", mean(&f.noiseless, |o| o.step[1])),
    ];
    let drawn = |all: &[(&str, Estimate)], label: &str, name: &str| -> Drawn {
        let labels: Vec<String> = all.iter().map(|v| v.0.to_owned()).collect();
        let (values, errors): (Vec<f64>, Vec<f64>) = all.iter().map(|v| (v.1.value, v.1.error())).unzip();
        bars(&labels, &values, &errors, label)?.named(
            name,
            label,
            "At rest unless active; means over networks and their standard errors.",
        )
    };
    Ok([
        drawn(&variance, "variance of what is said (m²)", "variance")?,
        drawn(&step, "mean step (m)", "step")?,
    ])
}
