//! What the authors' program shows in its own steps and with its own ring.

use super::robustness::{Curve, Memory};
use super::{Part, Plan};
use crate::common::*;
use crate::park2023::fig6::neuron::PERIOD;
use crate::park2023::fig6::noise::{Target, stepped_drift};
use crate::park2023::fig6::readout::{Coincidence, Line, Readout, population_vector, wrapped};
use crate::park2023::fig6::stepped::Stepped;
use std::f64::consts::TAU;

/// Extra delay from segment to segment, steps.
const SEGMENT: f64 = 37.0;

/// Bump over the program's eight segments for two trains `phase` steps apart.
fn bump(coincidence: Coincidence, phase: f64, positions: &[f64]) -> Vec<f64> {
    let [left, right] = Stepped::default().run(0.0, 10_000, |_| 0.0);
    let plus: Vec<f64> = left.iter().map(|s| *s as f64).collect();
    let minus: Vec<f64> = right.iter().map(|s| *s as f64 + phase).collect();
    Readout { coincidence, ..Readout::default() }.bump(
        Line { plus: &plus, minus: &minus },
        positions,
        30.0 * PERIOD,
    )
}

/// The drift that rounding to whole steps makes: at no noise worth mentioning each rise is 25 or 26 steps with equal chance, four signs,
/// halves of a step; rad per period.
fn rounding() -> f64 {
    TAU / PERIOD * 0.75
}

/// What is claimed of the worst error of so many memories and of the drift at the smallest noise.
fn claims(worst: f64, memories: usize, drift: Estimate) -> Vec<Claim> {
    vec![
        claim("The program's eight segments cover one period of the line")
            .at("authors' program; park2023 sec. 2.11")
            .is("8 segments x 37 steps", Estimate::exact(8.0 * SEGMENT, 1))
            .predicted(PERIOD, 1.0)
            .if_differs(
                "Eight segments of 37 steps wind 1.23 times round the period, so that f is not periodic \
                 over the ring; 30 steps would do",
            ),
        claim("The heading is read from the places of the program's segments")
            .at("authors' program")
            .is(
                "largest error of the population vector, its mean removed (rad)",
                Estimate::exact(worst, memories),
            )
            .predicted(0.0, 0.05)
            .if_differs(
                "Segments that wind 1.23 times round the period meet some phases twice and at the wrong \
                 place",
            ),
        claim("In the program's steps the drift vanishes with the noise on weights")
            .at("authors' program")
            .is("drift at a noise of 1e-4 (rad per period)", drift)
            .predicted(0.0, 1e-3)
            .if_differs(
                "The nominal rise is exactly 25 steps: with any weight a little lower it is 26, so that the \
                 periods differ by whole steps at the smallest noise (0.75 steps on average, 0.020 rad per \
                 period)",
            ),
        theory("That drift is the rounding to whole steps")
            .at("this study")
            .is("drift at a noise of 1e-4 (rad per period)", drift)
            .predicted(rounding(), 1e-3),
    ]
}

/// Drift against noise, beside what rounding makes.
fn draw(steps: &Curve) -> Drawn {
    let drawn: Vec<_> = steps.drifts.iter().filter(|d| d.mean > 0.0).collect();
    let part_of =
        |f: fn(&crate::park2023::fig6::noise::Drift) -> f64| drawn.iter().map(|d| f(d)).collect::<Vec<f64>>();
    let drifts = Series::new("program's steps", &part_of(|d| d.strength), &part_of(|d| d.mean))
        .errors(&part_of(|d| d.std_error))
        .joined();
    scatter(
        &[drifts],
        &Axes::new("Relative noise on weights", "Drift (rad per period)")
            .wide(THIRD)
            .log_log()
            .reference("rounding", Reference::Across(rounding())),
    )?
    .named("drift", "Drift", "")
}

/// The drift of the program, as the summary has it.
#[derive(Serialize)]
struct Entry {
    #[serde(rename = "stepped_drift_at_1e-4")]
    stepped_drift: f64,
}

/// Runs the program's procedure.
pub fn part(plan: &Plan) -> Result<Part, Error> {
    let program: Vec<f64> = (0..8).map(|k| SEGMENT * f64::from(k)).collect();
    let labels: Vec<f64> = (0..8).map(|k| TAU * f64::from(k) / 8.0).collect();
    // The best that decoding by the segments' places can do: the constant part of the error is removed.
    let errors: Vec<f64> = (0..24)
        .map(|m| {
            let phase = 10.0 * f64::from(m);
            // The left neuron of the program fires half a period after the right one.
            wrapped(
                population_vector(&bump(Coincidence::Product, phase, &program), &labels)
                    - TAU * phase / PERIOD,
            )
        })
        .collect();
    let mean = population_vector(&vec![1.0; errors.len()], &errors);
    let worst = errors.iter().map(|e| wrapped(e - mean).abs()).fold(0.0, f64::max);
    let memory = Memory::oscillators("oscillators, program's steps");
    let steps = Curve::new(plan, 40, memory, Target::Weights.name(), f64::NAN, &stepped_drift);
    let smallest = &steps.drifts[0];
    let drift = Estimate::new(smallest.mean, smallest.std_error, smallest.kept);
    let place: Vec<f64> = (0..8).map(f64::from).collect();
    let over = |v: Vec<f64>| {
        let mean = v.iter().sum::<f64>() / v.len() as f64;
        v.iter().map(|x| x / mean).collect::<Vec<f64>>()
    };
    let sum = bump(Coincidence::SumExp, 0.0, &program);
    let product = over(bump(Coincidence::Product, 0.0, &program));
    let ten_thousandths: Vec<f64> = over(sum).iter().map(|v| 1e6 * (v - 1.0)).collect();
    let figures = [
        scatter(
            &[Series::new("", &place, &ten_thousandths).joined()],
            &Axes { x_whole: true, ..Axes::new("Segment", "exp(a + b) / mean - 1 (10⁻⁶)").wide(THIRD) },
        )?
        .named("sum", "Bump of exp(a + b)", "")?,
        scatter(
            &[Series::new("", &place, &product).joined()],
            &Axes { x_whole: true, ..Axes::new("Segment", "a b / mean").wide(THIRD) },
        )?
        .named("product", "Bump of a b", "")?,
        draw(&steps)?,
    ];
    let section = Section::new("as_published", "As published")
        .intro(
            "The authors' program: steps of 0.005 ms, eight segments 37 steps apart, activity exp(a + \
                b).",
        )
        .figures([panels(
            "published",
            "The program's ring and drift",
            "A: averaged activity of the eight segments with the program's exp(a + b). B: with a product, \
             which the program has commented out. C: drift in the program's steps.",
            &figures,
            3,
        )?])
        .tables([Table::of(&indices(8))
            .columns(["segment", "delay_steps"], |k| [place[*k], program[*k]])
            .columns(["exp_of_sum_ppm", "product_over_mean"], |k| [ten_thousandths[*k], product[*k]])
            .named(
                "segments",
                "Averaged activity over its mean, less 1 in parts per million for exp(a + b).",
            )]);
    let found = Entry { stepped_drift: smallest.mean };
    Ok(Part { section, claims: claims(worst, errors.len(), drift), json: written(found) })
}
