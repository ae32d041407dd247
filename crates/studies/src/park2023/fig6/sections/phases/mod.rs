//! Eqs. 22, 23 and 27, Fig. 6C and E, M3 and M4: one oscillator, one stimulus, two lines, two shapes.

mod claims;

use super::bump::{in_time, trains};
use super::{Part, Plan};
use crate::common::*;
use crate::park2023::fig6::integrate::Signal;
use crate::park2023::fig6::neuron::{PERIOD, printed, program};
use crate::park2023::fig6::phases::{
    Layout, advance, apart, averaged, detectors, difference, matched, periods, resetting, ring, stimulus,
};
use crate::park2023::fig6::readout::{Line, Readout, even};
use crate::park2023::fig6::ring::Kind;

/// Random velocities: standard deviation, radians per period, and correlation time, periods.
const TURNING: [f64; 2] = [0.1, 20.0];
/// Repetitions of those whose slopes are taken.
const REPEATED: u64 = 20;
/// Periods of input before the phases are compared.
const DRIVEN: usize = 20;
/// Places and segments at which the layouts are compared.
const FINE: usize = 32;

fn random(seed: u64) -> Signal {
    Signal::Random { sd: TURNING[0], correlation: TURNING[1], seed }
}

/// What claims are made of.
struct Measured {
    /// Slopes of each oscillator's phase against the integral of the velocity in its direction.
    slopes: [Estimate; 2],
    /// Phase resetting curves of the program's pair and of the printed one.
    resetting: [Vec<[f64; 2]>; 2],
    /// Of eq. 27: in time, memory and place.
    periods: [f64; 3],
    /// Swings of a detector and through the indicator.
    swings: [f64; 2],
    /// Bumps by layout, fine.
    layouts: [Vec<f64>; 3],
    /// Largest difference of the first two at fine places and eight segments, over the height.
    layout: f64,
    /// Detectors, threshold-linear ring, tanh ring, detectors of matched width; from 0 to 1.
    shapes: [Vec<f64>; 4],
    /// Heading and phase by a turning stimulus over its integral, and by one that reaches all neurons.
    turned: [f64; 2],
    common: Vec<[f64; 2]>,
    /// Cosine of the phase difference after input and without.
    synchrony: [Estimate; 2],
}

fn layouts() -> ([Vec<f64>; 3], f64) {
    let readout = Readout::default();
    let [plus, minus] = trains(0.3 * PERIOD, 40.0);
    let line = Line { plus: &plus, minus: &minus };
    let bump = |layout: Layout, n: usize| -> Vec<f64> {
        even(n).iter().map(|p| averaged(&readout, layout, line, *p, 30.0 * PERIOD)).collect()
    };
    let height = readout.predicted(0.0) - readout.predicted(PERIOD / 2.0);
    let apart = |n: usize| difference(&bump(Layout::One, n), &bump(Layout::Opposite, n)) / height;
    let fine = [Layout::One, Layout::Opposite, Layout::Same].map(|l| bump(l, FINE));
    (fine, apart(FINE).max(apart(8)))
}

fn measure(plan: &Plan) -> Measured {
    let pair = program();
    let slope_of = |sign: f64, i: u64| {
        let velocity = random(plan.seed + 100 + i).frames(plan.periods);
        let [integral, phase] = advance(&pair, &velocity, sign);
        slope(&integral, &phase).value
    };
    let slopes = [1.0, -1.0].map(|sign| Estimate::mean((0..REPEATED).map(|i| slope_of(sign, i))));
    // Series are over their mean.
    let swing = |s: &Series| {
        let high = s.points.iter().map(|p| p[1]).fold(f64::NEG_INFINITY, f64::max);
        let low = s.points.iter().map(|p| p[1]).fold(f64::INFINITY, f64::min);
        0.5 * (high - low)
    };
    let (layouts, layout) = layouts();
    let velocity: Vec<f64> = random(plan.seed + 99).frames(50).iter().map(|v| v.abs()).collect();
    let integral = velocity.iter().sum::<f64>() / 10.0;
    let over = |v: [f64; 2]| v.map(|v| v / integral);
    let draws = plan.draws as u64;
    let end = |i: u64| apart(&pair, random(plan.seed + 1000 + i), DRIVEN).cos();
    Measured {
        slopes,
        resetting: [resetting(&pair), resetting(&printed())],
        periods: periods(),
        swings: in_time(&Readout::default(), 60.0, 60.0).each_ref().map(swing),
        layouts,
        layout,
        shapes: [
            detectors(Readout::default().sigma),
            ring(Kind::Exact),
            ring(Kind::Smooth),
            detectors(matched()),
        ],
        turned: over(stimulus(&pair, &velocity, 0.0, false)),
        common: even(12).iter().map(|p| over(stimulus(&pair, &velocity, *p, true))).collect(),
        synchrony: [
            Estimate::mean((0..draws).map(end)),
            Estimate::exact(apart(&pair, Signal::Constant(0.0), DRIVEN).cos(), plan.draws),
        ],
    }
}

fn draw(m: &Measured) -> Result<[Figure; 3], Error> {
    let degrees = |n: usize| (0..=n).map(|i| 360.0 * i as f64 / n as f64).collect::<Vec<_>>();
    let closed = |v: &[f64]| v.iter().chain(v.first()).copied().collect::<Vec<_>>();
    let third = |x: &str, y: &str| Axes::new(x, y).wide(THIRD);
    let curves: Vec<Series> = ["program", "as printed"]
        .iter()
        .zip(&m.resetting)
        .enumerate()
        .map(|(k, (name, all))| points(name, all.iter().map(|p| [p[0] / PERIOD, p[1]])).ink(Ink::Series(k)))
        .collect();
    let bumps = ["one line", "opposite", "same direction"];
    let unit = PERIOD.powi(2);
    let bumps: Vec<Series> = bumps
        .iter()
        .zip(&m.layouts)
        .enumerate()
        .map(|(k, (name, v))| {
            let series =
                Series::new(name, &degrees(FINE), &closed(&list(v, |f| f * unit))).ink(Ink::Series(k));
            if k == 1 { series.dashed() } else { series }
        })
        .collect();
    let centred = |v: &[f64]| {
        let half = v.len() / 2;
        closed(&(0..v.len()).map(|i| v[(i + half) % v.len()]).collect::<Vec<_>>())
    };
    let around: Vec<f64> = degrees(m.shapes[0].len()).iter().map(|d| d - 180.0).collect();
    let shapes: Vec<Series> = ["detectors", "ring", "ring of tanh units", "detectors, narrow filter"]
        .iter()
        .zip(&m.shapes)
        .enumerate()
        .map(|(k, (name, v))| Series::new(name, &around, &centred(v)).ink(Ink::Series(k)))
        .collect();
    let round = |axes: Axes, range: [f64; 2]| Axes { x_range: Some(range), ..axes };
    Ok([
        lines(&curves, &third("Phase of the pulse (periods)", "Spikes earlier (steps)"))?.named(
            "resetting",
            "Phase resetting curve",
            "",
        )?,
        lines(&bumps, &round(third("Place on the ring (°)", "Mean activity (1/τ²)"), [0.0, 360.0]))?.named(
            "layouts",
            "Two delay lines",
            "",
        )?,
        lines(&shapes, &round(third("Place less heading (°)", "Activity, from 0 to 1"), [-180.0, 180.0]))?
            .named("shapes", "Shapes of bumps", "")?,
    ])
}

/// The numbers for the summary.
#[derive(Serialize)]
struct Entry {
    slope_plus: f64,
    slope_minus: f64,
    synchrony: f64,
    shape_difference: f64,
}

/// Measures single oscillators, stimuli, layouts and shapes.
pub fn part(plan: &Plan) -> Result<Part, Error> {
    let m = measure(plan);
    let claims = claims::all(&m);
    let section = Section::new("phases", "One oscillator, two lines, two shapes")
        .intro(
            "The '+' and the '-' oscillator under the speed in their own direction; a pulse of two \
             steps to both neurons of a pair at any phase; a stimulus to one pair and to both; \
             delays in one line and, half of them each, in both; and the bump beside that of a ring \
             attractor.",
        )
        .figures([panels(
            "phases",
            "One oscillator, two lines, two shapes",
            "A: by how much a pulse brings all later spikes forward, against its phase. B: bump of \
             detectors along one delay line, and along two that run in opposite directions or in \
             one. C: bumps around the heading, from 0 to 1: of detectors, of ring attractors, and \
             of detectors whose filter makes them as wide as the ring's.",
            &draw(&m)?,
            3,
        )?]);
    let found = Entry {
        slope_plus: m.slopes[0].value,
        slope_minus: m.slopes[1].value,
        synchrony: m.synchrony[0].value,
        shape_difference: difference(&m.shapes[0], &m.shapes[1]),
    };
    Ok(Part { section, claims, json: written(found) })
}
