//! The four neurons (Fig. 6A, B): periods, antiphase, and the memories that the program holds.

use super::Part;
use crate::common::*;
use crate::park2023::fig6::events::{Drive, spikes};
use crate::park2023::fig6::lesions::rates_after_pulse;
use crate::park2023::fig6::neuron::{PERIOD, Pair, STEP_MS, printed, program, rise_fraction};
use crate::park2023::fig6::readout::even;
use crate::park2023::fig6::stepped::Stepped;

/// Mean period, and lag of the left neuron behind the right one, over the last `n` cycles of both trains.
fn rhythm(left: &[f64], right: &[f64], n: usize) -> (f64, f64) {
    let Some(from) = left.len().min(right.len()).checked_sub(n + 1) else { return (f64::NAN, f64::NAN) };
    let period = (right[from + n] - right[from]) / n as f64;
    let lag = (0..n).map(|k| left[from + k] - right[from + k]).sum::<f64>() / n as f64;
    (period, lag)
}

fn stepped(pair: &Stepped, offset: f64) -> [Vec<f64>; 2] {
    pair.run(offset, 10_000, |_| 0.0).map(|s| s.iter().map(|s| *s as f64 / pair.refine as f64).collect())
}

/// Periods and lags of every variant, in steps.
struct Variant {
    name: &'static str,
    delay: f64,
    period: f64,
    lag: f64,
}

fn variants() -> Vec<Variant> {
    let exact = |name, pair: Pair| {
        let [left, right] = spikes(&pair, 0.0, Drive::NONE, 10_000.0, None);
        let (period, lag) = rhythm(&left, &right, 20);
        Variant { name, delay: pair[0].delay, period, lag }
    };
    let steps = |name, s: Stepped| {
        let [left, right] = stepped(&s, 0.0);
        let (period, lag) = rhythm(&left, &right, 20);
        Variant { name, delay: s.delay as f64, period, lag }
    };
    let nominal = Stepped::default();
    vec![
        exact("as printed: delay of half a period, answered at once", printed()),
        exact("program, in continuous time", program()),
        steps("program, in its steps", nominal),
        steps("program, its leak left on", Stepped { leak: true, ..nominal }),
        steps("program, weights 1 % lower", Stepped { weight: nominal.weight.map(|w| 0.99 * w), ..nominal }),
        steps("program, steps a 16th", Stepped { refine: 16, ..nominal }),
    ]
}

const NEURONS: [&str; 4] = ["P_L+", "P_R+", "P_L-", "P_R-"];

/// Spikes of the four neurons for a remembered phase, each in its lane.
fn raster(phase: f64, title: &str) -> Drawn {
    let end = 14.0 * PERIOD;
    let plus = spikes(&program(), 0.0, Drive::NONE, end, None);
    let minus = spikes(&program(), phase, Drive::NONE, end, None);
    let from = 6.0 * PERIOD;
    let lane = |k: usize, train: &[f64]| {
        let y = 3.0 - k as f64;
        let seen = train.iter().filter(|s| **s >= from && **s < from + 4.0 * PERIOD);
        let marks = seen.flat_map(|s| {
            let ms = (s - from) * STEP_MS;
            [[ms, y + 0.1], [ms, y + 0.85], [f64::NAN, f64::NAN]]
        });
        Series { label: NEURONS[k].into(), points: marks.collect(), ..Series::default() }
    };
    let all = [lane(0, &plus[0]), lane(1, &plus[1]), lane(2, &minus[0]), lane(3, &minus[1])];
    let axes = Axes {
        x_range: Some([0.0, 4.0 * PERIOD * STEP_MS]),
        y_range: Some([0.0, 4.0]),
        height: 70.0,
        ..Axes::new("Time (ms)", "Neuron, - from below")
    };
    lines(&all, &axes)?.named("spikes", title, "")
}

fn claims([exact, steps, leaking]: [&Variant; 3], offset: f64, rates: &[f64]) -> Vec<Claim> {
    let once = |v: f64| Estimate::exact(v, 1);
    vec![
        claim("The delay across the hemispheres is half a period")
            .at("park2023 Fig. 6A")
            .is("delay / period in the authors' program", once(exact.delay / exact.period))
            .published(0.5, 0.01)
            .if_differs(
                "The program delays by 95 of 240 steps; the other 25 steps of half a period are the rise of \
                 the potential to threshold, which depends on the weights",
            ),
        claim("With the leak of its own equation left on, the program keeps its period")
            .at("authors' program")
            .is("period (steps)", once(leaking.period))
            .predicted(PERIOD, 0.0)
            .if_differs(
                "The rise is 25 steps of 0.16 mV to a threshold of exactly 4 mV: a loss of any size costs \
                 each neuron a step. The program multiplies its leak by 0",
            ),
        claim("The second oscillator of the program, started 0.1 mV higher, holds another phase")
            .at("authors' program")
            .is("phase difference (steps)", once(offset))
            .predicted(0.0001 / 1.6e-4, 0.01)
            .if_differs(
                "In continuous time it would fire 0.625 steps earlier; in whole steps it does not fire \
                 earlier at all, and both oscillators of the program are the same",
            ),
        claim("A pair returns to antiphase after a pulse that fires both its neurons")
            .at("park2023 sec. 2.11 (antiphase locked)")
            .is(
                "starts after which a neuron does not fire once a period",
                Estimate::count(rates.iter().filter(|r| (*r - 1.0).abs() > 1e-9).count(), rates.len()),
            )
            .at_most(0.0)
            .if_differs(
                "Each spike fired by the pulse runs round on its own, beside the one that was on its way: \
                 antiphase is not the only rhythm of a pair with delays, and nothing selects it",
            ),
        check("The authors' program oscillates with a period of 240 steps")
            .at("authors' program")
            .is("period (steps of 0.005 ms)", once(steps.period))
            .predicted(PERIOD, 0.0),
        check("The two neurons of a pair of equal neurons fire half a period apart")
            .at("park2023 sec. 2.11, Fig. 6B")
            .is("lag / period", once(exact.lag / exact.period))
            .predicted(0.5, 1e-9),
    ]
}

/// The oscillator of the program, as the summary has it.
#[derive(Serialize)]
struct Entry {
    period_steps: f64,
    lag_over_period: f64,
    rise_fraction: Option<f64>,
}

/// Measures periods and phases.
pub fn part() -> Result<Part, Error> {
    let variants = variants();
    let [exact, steps, leaking] = [1, 2, 3].map(|i: usize| &variants[i]);
    let second = stepped(&Stepped::default(), 0.0001);
    let first = stepped(&Stepped::default(), 0.0);
    let offset = first[0][3] - second[0][3];
    let starts = even(24);
    let rates = rates_after_pulse(&program(), &starts);
    let claims = claims([exact, steps, leaking], offset, &rates);
    let figures = [
        raster(0.15 * PERIOD, "Remembered phase 0.15 of a period")?,
        raster(0.6 * PERIOD, "0.60 of a period")?,
    ];
    let section = Section::new("oscillator", "Two pairs of neurons")
        .intro(
            "Each oscillator is one spike that runs round between a left and a right neuron. The heading is \
             the phase between the '+' and the '-' oscillator. The paper describes a delay of half a \
             period; its program has a shorter delay and a slow rise to threshold. Both are kept here as \
             variants, and simulated from event to event, exactly; the program's own steps of 0.005 ms are \
             a third variant.",
        )
        .fact("Period", format!("{} steps of {STEP_MS} ms, 1.2 ms", exact.period.round()))
        .fact(
            "Share of the period in which a potential rises",
            format!("{:.3} in the program, 0 as printed", rise_fraction(&program()).unwrap_or(f64::NAN)),
        )
        .figures([panels(
            "spikes",
            "Spikes of the four neurons",
            "Spikes of the left and right neuron of the '+' and of the '-' oscillator, for two remembered \
             headings (Fig. 6B).",
            &figures,
            2,
        )?])
        .tables([Table::of(&variants)
            .column("variant", "", |v| v.name)
            .columns(["delay", "period", "lag"], |v| [v.delay, v.period, v.lag])
            .named("periods", "Period and lag of each variant, in steps.")]);
    let found = Entry {
        period_steps: steps.period,
        lag_over_period: exact.lag / exact.period,
        rise_fraction: rise_fraction(&program()),
    };
    Ok(Part { section, claims, json: written(found) })
}
