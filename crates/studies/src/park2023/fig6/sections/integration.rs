//! Integration of angular velocity (eqs. 22-26) by phases, by steps and by a ring.

use super::{Part, Plan};
use crate::common::*;
use crate::park2023::bisect;
use crate::park2023::fig6::integrate::{Signal, Track, by_ring, dead_zone, exact, lag, stepped, top_speed};
use crate::park2023::fig6::neuron::program;
use crate::park2023::fig6::ring::{Kind, Ring};

/// Sub-steps of the program's step that are tried.
const REFINE: [usize; 4] = [1, 4, 16, 64];

/// Slope of decoded against true heading.
fn gain(track: &Track) -> f64 {
    slope(&track.truth, &track.decoded).value
}

fn turned(track: &Track) -> f64 {
    let last = track.truth.len() - 1;
    track.decoded[last] / track.truth[last]
}

/// What claims are made of.
struct Measured {
    /// Slope of decoded against true heading.
    gain: Estimate,
    /// Error of the late half over that of the early half, less one.
    growth: Estimate,
    /// Lag of the heading that spikes show, rad.
    behind: f64,
    /// Largest speed that is followed, and largest that leaves no trace in the program's steps; rad per period.
    top: f64,
    still: f64,
}

fn claims(m: &Measured) -> Vec<Claim> {
    let once = |v: f64| Estimate::exact(v, 1);
    vec![
        claim("The phase difference integrates the velocity")
            .at("park2023 eqs. 24-26")
            .is("slope of decoded against true heading, random velocities", m.gain)
            .predicted(1.0, 1e-3)
            .headline(),
        claim("The error of the integral does not grow")
            .at("park2023 eq. 26")
            .is("rms error of the second half / of the first - 1", m.growth)
            .predicted(0.0, 0.1),
        theory("Spikes show the heading a quarter of a period late")
            .at("this study")
            .is("lag at 0.1 rad per period (rad)", once(m.behind))
            .predicted(lag(0.1), 1e-6),
        theory("Turns are followed until the rise to threshold is used up")
            .at("this study")
            .is("largest speed (rad per period)", once(m.top))
            .predicted(top_speed(25.0), 0.05),
        claim("In the program's steps slow turns are integrated too")
            .at("park2023 eq. 22, authors' program")
            .is("largest speed that leaves no trace (rad per period)", once(m.still))
            .predicted(0.0, 1e-3)
            .if_differs(
                "A spike can come a whole step earlier or not at all, and the reset forgets the rest: below \
                 4 pi / 240 = 0.052 rad per period, 44 rad/s, nothing is integrated. The limit falls with \
                 the step; in continuous time there is none",
            ),
    ]
}

/// Headings and errors of the three memories under the three velocities, and errors in `refined` steps.
fn draw([by_phases, by_steps, by_rings]: [&[Track; 3]; 3], refined: &[Track]) -> Result<[Figure; 4], Error> {
    let show = |k: usize, title: &str| {
        let t = &by_phases[k];
        let y = |v: &[f64]| v.iter().map(|v| v / std::f64::consts::TAU).collect::<Vec<f64>>();
        let series = [
            Series::new("phases", &t.time, &y(&t.decoded)),
            Series::new("in the program's steps", &t.time, &y(&by_steps[k].decoded)),
            Series::new("ring of 12", &t.time, &y(&by_rings[k].decoded)),
        ];
        let truth = t.time.iter().zip(y(&t.truth)).map(|(t, v)| [*t, v]).collect();
        let axes = Axes::new("Time (periods)", "Heading (turns)")
            .wide(THIRD)
            .reference("true", Reference::Curve(truth));
        lines(&series, &axes)?.named("track", title, "")
    };
    let error = |label: &str, t: &Track| Series::new(label, &t.time, &t.errors());
    let errors = [
        error("phases", &by_phases[2]),
        error("in the program's steps", &by_steps[2]),
        error("ring of 12", &by_rings[2]),
    ];
    let step: Vec<f64> = REFINE.iter().map(|m| 1.0 / *m as f64).collect();
    let sizes =
        [Series::new("rms error", &step, &refined.iter().map(Track::rms).collect::<Vec<_>>()).joined()];
    Ok([
        show(1, "Sinusoidal velocity")?,
        show(2, "Random velocity")?,
        lines(&errors, &Axes::new("Time (periods)", "Error (rad)").wide(THIRD))?.named(
            "error",
            "Error, random velocity",
            "",
        )?,
        scatter(
            &sizes,
            &Axes::new("Step (program's steps)", "Rms error (rad)")
                .wide(THIRD)
                .log_log()
                .reference("continuous time", Reference::Across(by_phases[2].rms())),
        )?
        .named("steps", "Error against time step", "")?,
    ])
}

/// Error of the late half over that of the early half, less one.
fn growth(track: &Track) -> f64 {
    let errors = track.errors();
    let rms = |e: &[f64]| (e.iter().map(|e| e * e).sum::<f64>() / e.len() as f64).sqrt();
    let (early, late) = errors.split_at(errors.len() / 2);
    rms(late) / rms(early) - 1.0
}

/// How velocity is integrated, as the summary has it.
#[derive(Serialize)]
struct Entry {
    gain: f64,
    gain_std_error: f64,
    top_speed_rad_per_period: f64,
    dead_zone_rad_per_period: f64,
}

/// Measures gain, lag, limits and growth of the error.
pub fn part(plan: &Plan) -> Result<Part, Error> {
    let pair = program();
    let ring = Ring::new(Kind::Exact, 12);
    let periods = plan.periods;
    let random = |seed: u64| Signal::Random { sd: 0.1, correlation: 20.0, seed };
    let signals = [Signal::Constant(0.1), Signal::Sine { amplitude: 0.2, period: 100.0 }, random(plan.seed)];
    let by_phases = signals.map(|s| exact(&pair, s, periods));
    let by_steps = signals.map(|s| stepped(&pair, s, periods, 1));
    let by_rings = signals.map(|s| by_ring(&ring, s, periods));
    let refined = REFINE.map(|m| stepped(&pair, signals[2], periods, m));
    let steps: Vec<(usize, &Track)> = REFINE.into_iter().zip(&refined).collect();

    let many: Vec<Track> = (0..20).map(|i| exact(&pair, random(plan.seed + 1 + i), periods)).collect();
    let errors = by_phases[0].errors();

    let measured = Measured {
        gain: Estimate::mean(many.iter().map(gain)),
        growth: Estimate::mean(many.iter().map(growth)),
        behind: -errors[errors.len() - 3],
        top: bisect(0.5, 4.0, 12, |v| (turned(&exact(&pair, Signal::Constant(v), 200)) - 1.0).abs() < 0.01),
        still: bisect(0.001, 0.5, 12, |v| turned(&stepped(&pair, Signal::Constant(v), 100, 1)).abs() < 0.05),
    };
    let Measured { gain: slope, top, still, .. } = measured;

    let floor = by_phases[2].rms();
    let figures = draw([&by_phases, &by_steps, &by_rings], &refined)?;
    let who = ["phases", "program's steps", "ring of 12"];
    let all: Vec<(&str, &Signal, &Track)> = [&by_phases, &by_steps, &by_rings]
        .iter()
        .zip(who)
        .flat_map(|(tracks, who)| signals.iter().zip(tracks.iter()).map(move |(s, t)| (who, s, t)))
        .collect();
    let section = Section::new("integration", "Integration of a turning head")
        .intro(
            "A current into both neurons of the '+' (or '-') pair adds to the potential between spikes and \
             brings the next one forward by as much whatever the phase: a constant phase response, so that \
             the phase difference is the integral of the velocity. A ring attractor of twelve neurons with \
             weights that shift its bump integrates the same velocities, a time constant to a period.",
        )
        .fact("Largest speed", format!("{top:.2} rad per period"))
        .fact(
            "Rms error, random velocity",
            format!(
                "{floor:.3} rad by phases, {:.3} rad in the program's steps, {:.3} rad by the ring",
                by_steps[2].rms(),
                by_rings[2].rms()
            ),
        )
        .figures([panels(
            "integration",
            "Integration of velocity",
            "A, B: true and decoded heading. C: error. D: error for the random velocity against the time \
             step.",
            &figures,
            2,
        )?])
        .tables([
            Table::of(&all)
                .column("memory", "", |a| a.0)
                .column("velocity", "", |a| a.1.name())
                .columns(["rms", "largest", "slope"], |a| [a.2.rms(), a.2.worst(), gain(a.2)])
                .named("errors", "Errors of the decoded heading, radians."),
            Table::of(&steps)
                .column("refine", "", |s| s.0)
                .column("rms", "rad", |s| s.1.rms())
                .column("dead_zone", "rad_per_period", |s| dead_zone(s.0))
                .named("steps", "Rms error for the random velocity against sub-steps of the program's step."),
        ]);
    let found = Entry {
        gain: slope.value,
        gain_std_error: slope.error(),
        top_speed_rad_per_period: top,
        dead_zone_rad_per_period: still,
    };
    Ok(Part { section, claims: claims(&measured), json: written(found) })
}
