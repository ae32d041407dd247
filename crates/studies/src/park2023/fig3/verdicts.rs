//! What Fig. 3 and its text claim, and what is found.

use super::Row;
use super::examples::{ON_LINE, TRIALS, Which, around};
use super::measure::{ON_THE_LINE, change_in_a_period, change_on_the_line, largest_difference};
use super::survey::{Fate, POSITIVE, Survey};
use crate::{Claim, Settings};
use nullcline_core::diagnostics::dynamics::cycles::Cycle;
use nullcline_core::diagnostics::dynamics::trajectories::{Inputs, trajectories};
use nullcline_core::linalg::col;
use nullcline_core::numbers::Estimate;

pub(super) fn claims(all: &[Row], survey: &Survey, settings: &Settings) -> Vec<Claim> {
    let of = |which: Which| all.iter().find(|(e, _)| e.which == which);
    let mut claims = vec![];
    claims.extend(of(Which::OneFixedPoint).map(|row| one(row, settings)).into_iter().flatten());
    claims.extend(of(Which::TwoFixedPoints).map(two).into_iter().flatten());
    claims.extend(of(Which::LineAttractor).map(|row| line(row, settings)).into_iter().flatten());
    claims.extend(of(Which::Chaos).map(|row| chaos(row, settings)).into_iter().flatten());
    claims.extend(drawn(survey));
    claims.extend(of(Which::LimitCycle).map(|row| cycle(row, settings)).into_iter().flatten());
    let residual = all.iter().flat_map(|(_, m)| m.adjoints.iter().chain([&m.settled]));
    let residual = residual.map(|a| a.identity_residual).fold(0.0, f64::max);
    let runs = all.iter().map(|(_, m)| m.adjoints.len() + 1).sum();
    claims.push(
        Claim::check(
            "Adjoint times sensitivity is constant in time, in every run",
            "park2023 eq. 7",
            "largest relative change",
            Estimate::exact(residual, runs),
        )
        .predicted(0.0, 1e-9),
    );
    claims.extend(all.iter().map(|row| procedure(row, settings)));
    claims
}

/// An exponent of the attractor shown.
fn exponent(row: &Row, index: usize) -> Estimate {
    row.1.exponents().get(index).copied().unwrap_or(Estimate::NONE)
}

/// A claim on the authors' own network, which needs their files.
fn authors(claim: &str, source: &str, quantity: &str, m: Estimate, settings: &Settings) -> Claim {
    Claim::paper(claim, source, quantity, if settings.data.is_some() { m } else { Estimate::NONE })
}

/// The reason of such a claim, where the files are not there.
fn needs_files(claim: Claim, settings: &Settings) -> Claim {
    if settings.data.is_some() { claim } else { claim.because("Needs the authors' files: --data DIR.") }
}

fn one(row: &Row, settings: &Settings) -> Vec<Claim> {
    let (source, quantity) = ("park2023 Fig. 3A", "largest exponent (1/unit time)");
    let bar = authors(
        "One fixed point, the authors' matrix: the largest exponent is the published bar",
        source,
        quantity,
        exponent(row, 0),
        settings,
    );
    let bar = bar.published(row.0.which.bars()[0], 0.005).if_differs(
        "The published run is 20 time units long and starts with unaligned tangents, so that its bars are not yet \
         the real parts of the eigenvalues; steps of the first order add to that.",
    );
    vec![
        Claim::paper("One fixed point: all exponents are negative", source, quantity, exponent(row, 0))
            .below(0.0)
            .headline(),
        needs_files(bar, settings),
    ]
}

fn two(row: &Row) -> Vec<Claim> {
    let source = "park2023 Fig. 3B";
    let lyapunov = &row.1.lyapunov;
    let rate = row.1.settled.rate;
    vec![
        Claim::paper(
            "Two stable fixed points are reached from ten initial states",
            source,
            "attractors",
            Estimate::count(lyapunov.attractors.len(), lyapunov.trajectories),
        )
        .published(2.0, 0.0),
        Claim::theory(
            "Two fixed points: the largest exponent is that of the unit that is on",
            source,
            "largest exponent (1/unit time)",
            exponent(row, 0),
        )
        .predicted(-0.65, 1e-6),
        Claim::paper(
            "Two fixed points: the adjoint decays backward in time at the rate of the largest exponent",
            "park2023 Fig. 3B, eq. 13",
            "rate of log|ψ| (1/unit time)",
            rate,
        )
        .predicted(-0.65, 1e-3)
        .headline(),
    ]
}

fn line(row: &Row, settings: &Settings) -> Vec<Claim> {
    let source = "park2023 Fig. 3C";
    let on = (0..row.1.adjoints.len())
        .filter(|k| row.1.of(*k).is_some_and(|a| a.exponents[0] > ON_THE_LINE))
        .count();
    let none = "None of the ten initial states stayed on the segment.";
    let here = |m: Estimate| if on > 0 { Estimate { n: m.n.min(on), ..m } } else { Estimate::NONE };
    let said = |claim: Claim| if on > 0 { claim } else { claim.because(none) };
    let zero =
        |text: &str| Claim::paper(text, source, "largest exponent (1/unit time)", here(exponent(row, 0)));
    let share = share_on_the_line(row, settings);
    let constancy = change_on_the_line(row.0.system.as_ref(), row.1.attractor());
    vec![
        said(zero("Line attractor: the largest exponent is zero, of starts that stay on the line").predicted(0.0, 1e-6))
            .headline(),
        said(
            zero("Line attractor: the largest published bar is its largest exponent")
                .published(row.0.which.bars()[0], 0.05)
                .if_differs(
                    "The published bars, -0.90 and -1.10 first, are those of a trajectory that leaves the line for one of its end \
                     points, where both exponents of the pair are -1 and none is zero: from such a start the authors' procedure \
                     gives such bars (last claims, with --as-published). The caption, which speaks of a zero, is right for starts \
                     that stay on the line.",
                ),
        ),
        Claim::paper(
            "Every initial state of S1.1 ends on the line attractor",
            "park2023 Fig. 3C, S1.1",
            "share of initial states",
            Estimate::exact(share, STARTS),
        )
        .predicted(1.0, 0.0)
        .headline()
        .if_differs(
            "The line of the printed matrix is a segment: where the first two units come to differ by more than one, one \
             of them switches off, and the state ends at an end point of the segment, with a largest exponent of -1.",
        ),
        said(
            Claim::paper(
                "Line attractor: the adjoint is constant and not zero",
                source,
                "|change of log|ψ|| from 10 to 20 units of time",
                here(Estimate::exact(constancy, 1)),
            )
            .predicted(0.0, 1e-6),
        ),
    ]
}

const STARTS: usize = 1000;

/// How many of many initial states end with both units on.
fn share_on_the_line(row: &Row, settings: &Settings) -> f64 {
    let system = row.0.system.as_ref();
    let mut on = 0;
    for block in 0..STARTS / TRIALS {
        let initial = around(&ON_LINE, 1.0, settings.seed, 100 + block as u64);
        let end = trajectories(system, initial.as_ref(), &Inputs::Constant(vec![]), 800);
        let last = |s: &faer::Mat<f64>| col(s.as_ref(), s.ncols() - 1)[..2].iter().all(|x| *x < 1.0 - 1e-6);
        on += end.states.iter().filter(|s| last(s)).count();
    }
    on as f64 / STARTS as f64
}

fn chaos(row: &Row, settings: &Settings) -> Vec<Claim> {
    let source = "park2023 Fig. 3D";
    let all = row.1.exponents();
    // An exponent is positive, or may be, by the ends of its interval.
    let beyond = |sign: f64| {
        all.iter().filter(|l| l.value + sign * l.reach().unwrap_or(f64::INFINITY) > POSITIVE).count()
    };
    let positive = match (beyond(-1.0), beyond(1.0)) {
        (low, high) if low == high => Estimate::count(low, row.1.attractor().members.len()),
        (low, _) => Estimate::unknown(low as f64, row.1.attractor().members.len()),
    };
    let four = authors(
        "Chaos, the authors' network: four exponents are positive",
        source,
        "positive exponents",
        positive,
        settings,
    );
    let four = four.published(4.0, 0.0).if_differs(
        "The published bars come from a tangent map of the first order with steps of 0.4 τ, divided by a span \
         that counts 4 s without tangents; with a tangent map of the fourth order two exponents are positive and \
         one is zero.",
    );
    let bar = authors(
        "Chaos, the authors' network: the largest exponent is the published bar",
        source,
        "largest exponent (1/s)",
        exponent(row, 0),
        settings,
    );
    let bar = bar.published(row.0.which.bars()[0], 0.5).if_differs(
        "A tangent map of the first order with steps of 0.4 τ overrates growth; division by 20 s instead of the \
         16 s that are summed hides part of it.",
    );
    let rate = row.1.settled.rate;
    vec![
        needs_files(four, settings),
        needs_files(bar, settings),
        Claim::paper("Chaos: the adjoint explodes backward in time", source, "rate of log|ψ| (1/s)", rate)
            .above(0.0)
            .headline(),
        // As near as exponents are told apart from zero here.
        Claim::paper(
            "Chaos: it does so at the rate of the largest exponent",
            "park2023 Fig. 3D, eq. 13",
            "rate of log|ψ| less the exponent (1/s)",
            rate.less(exponent(row, 0)),
        )
        .predicted(0.0, POSITIVE),
    ]
}

/// What networks drawn by S3 as printed do.
fn drawn(survey: &Survey) -> Vec<Claim> {
    let (chaotic, periodic) = (&survey.chaotic, &survey.periodic);
    let draws = chaotic.draws.len();
    let most = chaotic.draws.iter().map(|d| d.positive()).max().unwrap_or(0);
    let with_four = chaotic.draws.iter().filter(|d| d.positive() >= 4).count();
    let few =
        "g > 1 makes large networks chaotic; at n = 100 and p = 0.1 most draws settle on something simpler.";
    let sign = |d: &super::survey::Draw| match d.fate {
        Fate::Cycle => 1.0,
        Fate::Chaos => -1.0,
        _ => 0.0,
    };
    vec![
        Claim::paper(
            "Chaos, networks drawn by S3 as printed: the most chaotic of this run has the four positive exponents of the one shown",
            "park2023 Fig. 3D, S3",
            "most positive exponents of a draw",
            Estimate::count(most, draws),
        )
        .published(4.0, 0.0)
        .if_differs(&format!(
            "The number grows with that of the draws; of the {draws} of this run, with n = 100, g = 1.8 and p = 0.1, {with_four} have \
             four or more."
        )),
        Claim::theory(
            "Chaos, networks drawn by S3 as printed: one in twenty or more has four positive exponents",
            "of the one shown in park2023 Fig. 3D",
            "share of draws",
            Estimate::share(with_four, draws),
        )
        .at_least(0.05)
        .if_differs(&format!(
            "At n = 100, g = 1.8 and p = 0.1 few draws are chaotic, and the most positive exponents that one has are {most}."
        )),
        Claim::paper(
            "Chaos: most networks drawn by S3 with n = 100 and g = 1.8 are chaotic",
            "park2023 S1.1",
            "share of draws",
            chaotic.share(Fate::Chaos),
        )
        .above(0.5)
        .headline()
        .if_differs(few),
        Claim::paper(
            "Limit cycle: networks of n = 20 are frequently limit cycles and not chaotic",
            "park2023 S1.1",
            "share of limit cycles among draws, less that of chaos",
            Estimate::mean(periodic.draws.iter().map(sign)),
        )
        .above(0.0),
    ]
}

fn cycle(row: &Row, settings: &Settings) -> Vec<Claim> {
    let source = "park2023 Fig. 3E";
    let bar = authors(
        "Limit cycle, the authors' network: the second exponent is the published bar",
        source,
        "second exponent (1/s)",
        exponent(row, 1),
        settings,
    );
    let bar = bar.published(row.0.which.bars()[1], 0.3).if_differs(
        "The published bars are sums over the last tenth of the run divided by all of it, so that they are ten times \
         too small.",
    );
    let mut claims = vec![
        Claim::paper("Limit cycle: one exponent is zero", source, "largest exponent (1/s)", exponent(row, 0))
            .predicted(0.0, 0.1)
            .headline(),
        Claim::paper("Limit cycle: no other is", source, "second exponent (1/s)", exponent(row, 1))
            .below(-0.1),
        needs_files(bar, settings),
        Claim::paper(
            "Limit cycle: at least six units take part",
            source,
            "units that move by more than 1 % of the widest",
            Estimate::count(moving(row), 1),
        )
        .at_least(6.0)
        .beside(settings.data.as_ref().map(|_| 6.0)),
    ];
    let found = row.1.cycle.as_deref();
    let none = |claim: Claim| match found {
        Some(_) => claim,
        None => claim.because("No limit cycle was found in the network shown."),
    };
    let change = found.and_then(|c| change_in_a_period(row.0.system.as_ref(), c));
    let followed = |claim: Claim| match change {
        None if found.is_some() => claim.because("The adjoint could not be followed along the cycle."),
        _ => claim,
    };
    let change = change.map_or(Estimate::NONE, |v| Estimate::exact(v, 1));
    let apart = found.map_or(vec![], |c| between(row, c));
    claims.push(none(Claim::of_all(&apart, |m| {
        Claim::check(
            "Limit cycle: Floquet exponents are the Lyapunov exponents",
            "park2023 Sec. 2.7",
            "largest difference of the first six (1/s)",
            m,
        )
        .predicted(0.0, 0.1)
    })));
    claims.push(none(followed(
        Claim::paper(
            "Limit cycle: the adjoint is periodic backward in time",
            "park2023 Fig. 3E, Sec. 2.7",
            "|change of log|ψ|| in one period",
            change,
        )
        .predicted(0.0, 1e-6)
        .headline(),
    )));
    claims
}

/// Differences of Floquet and Lyapunov exponents.
fn between(row: &Row, cycle: &Cycle) -> Vec<Estimate> {
    let pairs = cycle.exponents().into_iter().zip(row.1.exponents());
    pairs.map(|(floquet, l)| l.plus(-floquet).abs()).collect()
}

/// Units that move by more than a hundredth of the one that moves most, in the second half of the time shown.
fn moving(row: &Row) -> usize {
    let states = &row.1.states.states[0];
    let half = states.ncols() / 2;
    let spread = |i: usize| {
        let late: Vec<f64> = (half..states.ncols()).map(|t| states[(i, t)]).collect();
        let (lo, hi) = late.iter().fold((f64::MAX, f64::MIN), |(lo, hi), v| (v.min(lo), v.max(hi)));
        hi - lo
    };
    let spreads: Vec<f64> = (0..states.nrows()).map(spread).collect();
    let widest = spreads.iter().copied().fold(0.0, f64::max);
    spreads.iter().filter(|s| **s > 0.01 * widest && widest > 1e-3).count()
}

/// Whether the authors' procedure gives the published bars.
fn procedure(row: &Row, settings: &Settings) -> Claim {
    let which = row.0.which;
    // How far the unknown initial state may move the bars, in their unit.
    let (tolerance, from_file) = match which {
        Which::OneFixedPoint => (0.005, true),
        Which::TwoFixedPoints => (0.03, false),
        Which::LineAttractor => (0.2, false),
        Which::Chaos => (3.0, true),
        Which::LimitCycle => (0.3, true),
    };
    let found = row.1.reproduced.as_ref().filter(|_| !from_file || settings.data.is_some());
    let claim = Claim::paper(
        &format!("{}: the authors' procedure gives the published bars", which.title()),
        &format!("park2023 Fig. 3{}, S1.2", which.letter()),
        &format!("largest difference of six ({})", row.0.plan.rate),
        found.map_or(Estimate::NONE, |(_, found)| Estimate::exact(largest_difference(&row.0, found), 1)),
    );
    let claim = claim.predicted(0.0, tolerance);
    match (&row.1.reproduced, found) {
        (None, _) => claim.because("Asked for by --as-published."),
        (_, None) => claim.because("Needs the authors' files: --data DIR."),
        _ => claim,
    }
}
