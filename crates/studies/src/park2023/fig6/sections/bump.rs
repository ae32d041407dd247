//! The bump of the coincidence detectors (Fig. 6D, E, eqs. 27-28), and that it stays.

use super::{Part, Plan};
use crate::common::*;
use crate::park2023::fig6::events::{Drive, spikes};
use crate::park2023::fig6::neuron::{PERIOD, STEP_MS, program};
use crate::park2023::fig6::readout::{
    Coincidence, Line, Readout, angles, contrast, even, population_vector, wrapped,
};

/// Time constant of the indicator, in periods.
pub(super) const INDICATOR: f64 = 10.0;

/// Left '+' and right '-' spikes for a remembered phase.
pub(super) fn trains(phase: f64, periods: f64) -> [Vec<f64>; 2] {
    let end = periods * PERIOD;
    let [plus, _] = spikes(&program(), 0.0, Drive::NONE, end, None);
    let [_, minus] = spikes(&program(), phase, Drive::NONE, end, None);
    [plus, minus]
}

/// Averaged activity over memories (rows) and positions, both even over the period.
fn tuning(readout: &Readout, n: usize) -> Vec<Vec<f64>> {
    let phases = even(n);
    let row = |phase: &f64| {
        let [plus, minus] = trains(*phase, 40.0);
        readout.bump(Line { plus: &plus, minus: &minus }, &phases, 30.0 * PERIOD)
    };
    phases.iter().map(row).collect()
}

/// The activity of a detector in time, and through an exponential filter, both over their mean.
pub(super) fn in_time(readout: &Readout, phase: f64, position: f64) -> [Series; 2] {
    let [plus, minus] = trains(phase, 80.0);
    let line = Line { plus: &plus, minus: &minus };
    let per_period = 64;
    let dt = PERIOD / f64::from(per_period);
    let keep = (-1.0 / (INDICATOR * f64::from(per_period))).exp();
    let times: Vec<f64> = (0..64 * per_period).map(|i| 5.0 * PERIOD + dt * f64::from(i)).collect();
    let raw: Vec<f64> = times.iter().map(|t| readout.activity(line, position, *t)).collect();
    let mean = raw.iter().sum::<f64>() / raw.len() as f64;
    let mut level = mean;
    let slow: Vec<f64> = raw
        .iter()
        .map(|r| {
            level = keep * level + (1.0 - keep) * r;
            level / mean
        })
        .collect();
    let last = times.len() - 3 * per_period as usize;
    let ms: Vec<f64> = times[last..].iter().map(|t| (t - times[last]) * STEP_MS).collect();
    let over: Vec<f64> = raw[last..].iter().map(|r| r / mean).collect();
    [Series::new("detector", &ms, &over), Series::new("through an indicator", &ms, &slow[last..])]
}

/// Memories and positions at which the tuning is taken.
const POSITIONS: usize = 32;

/// What claims are made of; deviations in heights of the bump.
struct Measured {
    /// From a function of the distance of memory and position.
    spread: f64,
    /// From a symmetric one.
    skew: f64,
    /// Of the tuning from the bump.
    twin: f64,
    /// Contrast of the bump, and what theory says.
    contrast: (f64, f64),
    /// The same with exp(a + b).
    flat: (f64, f64),
    /// Largest drift without noise, rad/s, and of how many memories.
    drift: (f64, usize),
}

fn claims(m: &Measured) -> Vec<Claim> {
    let n = POSITIONS;
    let check = |text: &str, source: &str, quantity: &str, value: f64, n: usize| {
        check(text).at(source).is(quantity, Estimate::exact(value, n))
    };
    vec![
        claim("With the program's exp(a + b) in place of a product, there is a bump as well")
            .at("park2023 eq. 27, authors' program")
            .is("(max - min) / (max + min)", Estimate::exact(m.flat.0, 8))
            .above(0.01)
            .if_differs(format!(
                "Spike trains smoothed by a Gaussian of unit area are small, exp(a + b) is nearly 1 + a + \
                 b, and a sum averages to the same at every position: the bump is a few parts in a million \
                 of the activity, {:.1e} by the second-order term",
                m.flat.1
            )),
        check(
            "The averaged tuning depends on memory and position through their difference alone",
            "park2023 eq. 28",
            "largest deviation / height of the bump",
            m.spread,
            n * n,
        )
        .predicted(0.0, 1e-6),
        check(
            "The tuning curve is symmetric",
            "park2023 sec. 2.11, Fig. 6D",
            "largest asymmetry / height",
            m.skew,
            n,
        )
        .predicted(0.0, 1e-6),
        check(
            "A detector's tuning over memories and the bump over positions have one shape",
            "park2023 sec. 2.11",
            "largest difference / height",
            m.twin,
            n,
        )
        .predicted(0.0, 1e-6),
        check(
            "The bump has the contrast of two Gaussian-smoothed trains",
            "park2023 eqs. 27-28, product",
            "(max - min) / (max + min)",
            m.contrast.0,
            n,
        )
        .predicted(m.contrast.1, 1e-6),
        check(
            "Without noise the bump stays where it is",
            "park2023 Fig. 6E",
            "largest drift of the unperturbed bump (rad/s)",
            m.drift.0,
            m.drift.1,
        )
        .predicted(0.0, 1e-6),
    ]
}

/// Tuning curves and bumps of the averaged activity `f`, a row a memory, and a detector in time.
fn draw(f: &[Vec<f64>], in_time: &[Series; 2]) -> Result<[Figure; 3], Error> {
    let n = f.len();
    let degrees = |p: &f64| 360.0 * p / PERIOD;
    let closing = |v: &[f64]| v.iter().chain(v.first()).map(|f| f * PERIOD.powi(2)).collect::<Vec<f64>>();
    let around: Vec<f64> = (0..=n).map(|i| 360.0 * i as f64 / n as f64).collect();
    let tuning_of = |d: usize| closing(&(0..n).map(|m| f[m][d]).collect::<Vec<_>>());
    let curves: Vec<Series> = [0, 8, 20]
        .iter()
        .map(|d| Series::new(&format!("detector at {}°", 360 * d / n), &around, &tuning_of(*d)))
        .collect();
    let axes =
        |x: &str| Axes { x_range: Some([0.0, 360.0]), ..Axes::new(x, "Mean activity (1/τ²)").wide(THIRD) };
    let seen: Vec<Series> = [4usize, 18]
        .iter()
        .map(|m| {
            let eight: Vec<f64> = (0..8).map(|k| f[*m][4 * k] * PERIOD.powi(2)).collect();
            Series::new(
                &format!("heading {}°", 360 * m / n),
                &even(8).iter().map(degrees).collect::<Vec<_>>(),
                &eight,
            )
        })
        .collect();
    let dense =
        |m: usize| Reference::Curve(around.iter().zip(closing(&f[m])).map(|(a, v)| [*a, v]).collect());
    let ring = axes("Segment of the ring (°)").reference("dense line", dense(4)).reference("", dense(18));
    Ok([
        lines(&curves, &axes("Remembered heading (°)"))?.named("tuning", "Tuning", "")?,
        scatter(&seen, &ring)?.named("bump", "Bump over eight segments", "")?,
        lines(in_time, &Axes::new("Time (ms)", "Activity / mean").wide(THIRD))?.named(
            "time",
            "One detector in time",
            "",
        )?,
    ])
}

/// Speed of the unperturbed bump from period 5 to period `long`, rad/s.
fn drift(readout: &Readout, phase: f64, long: f64) -> f64 {
    let [plus, minus] = trains(phase, long + 10.0);
    let (line, positions) = (Line { plus: &plus, minus: &minus }, even(8));
    let read = |t: f64| population_vector(&readout.bump(line, &positions, t * PERIOD), &angles(&positions));
    wrapped(read(long) - read(5.0)).abs() / ((long - 5.0) * PERIOD * STEP_MS * 1e-3)
}

/// The bump, as the summary has it.
#[derive(Serialize)]
struct Entry {
    bump_contrast: f64,
    bump_contrast_exp_of_sum: f64,
    unperturbed_drift_rad_per_s: f64,
}

/// Measures the tuning, the bump and its persistence.
pub fn part(plan: &Plan) -> Result<Part, Error> {
    let readout = Readout::default();
    let n = POSITIONS;
    let f = tuning(&readout, n);
    let span = readout.predicted(0.0) - readout.predicted(PERIOD / 2.0);
    // f as a function of the distance along the line, from each memory.
    let at = |m: usize, d: usize| f[m][(m + d) % n];
    let spread = (0..n).flat_map(|m| (0..n).map(move |d| (m, d)));
    let spread = spread.map(|(m, d)| (at(m, d) - at(0, d)).abs()).fold(0.0, f64::max) / span;
    let skew = (0..n).map(|d| (at(0, d) - at(0, (n - d) % n)).abs()).fold(0.0, f64::max) / span;
    // A detector's tuning over memories against the population's bump over positions.
    let twin = (0..n).map(|d| (f[(n - d) % n][0] - f[0][d]).abs()).fold(0.0, f64::max) / span;
    let predicted: Vec<f64> = even(n).iter().map(|d| readout.predicted(*d)).collect();
    let distances: Vec<(usize, f64)> = even(n).into_iter().enumerate().collect();

    let sum_exp = Readout { coincidence: Coincidence::SumExp, ..readout };
    let flat = contrast(&tuning(&sum_exp, 8)[0]);
    let flat_predicted: Vec<f64> = even(8).iter().map(|d| sum_exp.predicted(*d)).collect();

    let long = plan.long;
    let memories = [0.0, 40.3, 111.0, 188.8];
    let drift = largest(memories.map(|phase| drift(&readout, phase, long)));
    let seen_in_time = in_time(&readout, 60.0, 60.0);
    let swing = |s: &Series| contrast(&s.points.iter().map(|p| p[1]).collect::<Vec<_>>());

    let measured = Measured {
        spread,
        skew,
        twin,
        contrast: (contrast(&f[0]), contrast(&predicted)),
        flat: (flat, contrast(&flat_predicted)),
        drift: (drift, memories.len()),
    };

    let figures = draw(&f, &seen_in_time)?;
    let section = Section::new("bump", "Coincidence along the delay line")
        .intro(
            "Detectors along a line that delays the '+' spikes multiply the two trains, each smoothed by a \
             Gaussian of 50 steps. Averaged over a period, the activity is a bump around the remembered \
             phase.",
        )
        .fact(
            "Swing within a period",
            format!(
                "±{:.0} % of the mean at a detector, ±{:.1} % through an indicator of {INDICATOR} periods",
                100.0 * swing(&seen_in_time[0]),
                100.0 * swing(&seen_in_time[1])
            ),
        )
        .fact("Drift over the longest run", format!("{drift:.1e} rad/s over {long} periods"))
        .figures([panels(
            "bump",
            "The bump",
            "A: averaged activity of three detectors over the remembered heading (Fig. 6D). B: over the \
             ring's eight segments, for two headings (Fig. 6E); the dashed line is a dense set of \
             detectors. C: a detector in time, and through an exponential filter of ten periods.",
            &figures,
            3,
        )?])
        .tables([Table::of(&distances)
            .column("distance", "steps", |d| d.1)
            .columns(["measured", "predicted"], |d| [at(0, d.0), predicted[d.0]])
            .named(
                "tuning",
                "Averaged activity against the distance of detector and memory, for a product.",
            )]);
    let found = Entry {
        bump_contrast: contrast(&f[0]),
        bump_contrast_exp_of_sum: flat,
        unperturbed_drift_rad_per_s: drift,
    };
    Ok(Part { section, claims: claims(&measured), json: written(found) })
}
