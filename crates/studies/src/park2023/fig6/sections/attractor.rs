//! The ring attractors beside it: that they hold a bump, and how exactly.

use super::{Part, Plan};
use crate::common::*;
use crate::park2023::exponents::measures;
use crate::park2023::fig6::noise::{Target, noisy_ring};
use crate::park2023::fig6::readout::wrapped;
use crate::park2023::fig6::ring::{DT, Kind, Ring};
use faer::Mat;
use nullcline_core::diagnostics::dynamics::fixed_points::{self, FixedPoint, Label, fixed_points};
use nullcline_core::diagnostics::dynamics::lyapunov::{Drive, Options, lyapunov};
use nullcline_core::linalg::random::{Use, stream};
use nullcline_core::systems::time::Flow;
use rayon::prelude::*;
use std::f64::consts::TAU;

/// Relative noise on the weights in this part.
const STRENGTH: f64 = 0.01;
/// Draws of it.
const DRAWS: u64 = 8;

/// What is known of a ring.
#[derive(Clone)]
struct Facts {
    name: String,
    neurons: usize,
    /// Largest |dx/dt| on the bumps of the continuum.
    speed: f64,
    /// Two largest exponents, 1 / time constant.
    exponents: [Estimate; 2],
    /// Isolated fixed points: stable and other.
    points: [usize; 2],
    /// Largest exponent at a stable one, of its eigenvalues and so without error; none without one.
    leading: Option<f64>,
}

fn starts(ring: &Ring, n: usize) -> Mat<f64> {
    let all: Vec<Vec<f64>> = (0..n).map(|i| ring.bump(0.013 + TAU * i as f64 / n as f64)).collect();
    Mat::from_fn(ring.angles.len(), n, |i, j| all[j][i])
}

fn facts(name: &str, ring: &Ring, seed: u64) -> Result<Facts, Error> {
    let flow = Flow::new(ring.rule(), DT);
    let options =
        Options { exponents: Some(2), warmup: 4000, align: 400, max_steps: 8000, seed, ..Options::default() };
    let found = lyapunov(&flow, starts(ring, 4).as_ref(), &Drive::Constant(&[]), &options, &|_| {})
        .map_err(|e| Error::Numbers(e.to_string()))?;
    let all = measures(&found.attractors[0]);
    let exponent = |k: usize| all.get(k).copied().unwrap_or(Estimate::NONE);
    // A continuum of fixed points would keep a second search busy with its own points.
    let search = fixed_points::Options {
        seed,
        starts: 64,
        second_starts: 0,
        ..fixed_points::Options::for_dimension(ring.angles.len())
    };
    let points = fixed_points(&flow, starts(ring, 60).as_ref(), &[], &search, &|| {}).points;
    let isolated = |stable: bool| {
        let here =
            move |p: &&FixedPoint| p.label == Label::Fixed && p.isolated && (p.unstable == 0) == stable;
        points.iter().filter(here)
    };
    let leading = isolated(true).flat_map(|p| &p.eigenvalues).map(|z| z.re).reduce(f64::max);
    let speed = |h: f64| ring.velocity(&ring.bump(h)).iter().map(|v| v * v).sum::<f64>().sqrt();
    Ok(Facts {
        name: name.into(),
        neurons: ring.angles.len(),
        speed: (0..100).map(|i| speed(0.013 + 0.0628 * f64::from(i))).fold(0.0, f64::max),
        exponents: [exponent(0), exponent(1)],
        points: [isolated(true).count(), isolated(false).count()],
        leading,
    })
}

/// Velocity of the bump around the ring, after the fast modes have decayed.
fn around(ring: &Ring, label: &str) -> Series {
    let at = |i: usize| {
        let mut x = ring.bump(TAU * i as f64 / 180.0 + 0.001);
        let h = ring.track(&mut x, &[6.0, 6.5]);
        [wrapped(h[0]).rem_euclid(TAU).to_degrees(), (h[1] - h[0]) / 0.5]
    };
    let mut points: Vec<[f64; 2]> = (0..180).map(at).collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    crate::common::points(label, points)
}

/// What is claimed of a ring of twelve neurons, a tuned one of four, and draws of noise on the former.
fn claims([twelve, four]: [&Facts; 2], draws: &[Facts]) -> Vec<Claim> {
    let moved = draws.iter().filter(|f| f.leading.is_some_and(|l| l < -1e-6)).count();
    let round = draws.iter().filter(|f| f.points == [0, 0]).count();
    vec![
        claim("Noise on its weights moves the exponent of a ring attractor from zero")
            .at("park2023 sec. 2.6")
            .is(
                "draws of 1 % noise, 12 neurons, with a stable isolated point and a largest exponent there \
                 below -1e-6",
                Estimate::count(moved, draws.len()),
            )
            .at_least(draws.len() as f64)
            .headline()
            .if_differs(format!(
                "Of {DRAWS} draws {} have no such point that was found, {round} no isolated point at all. \
                 Where none is left the bump goes round, and the circle that was a continuum of fixed \
                 points is a limit cycle, whose exponent is zero again.",
                draws.len() - moved
            )),
        check("A tuned ring of four neurons holds every heading")
            .at("park2023 sec. 2.11 (infinite neurons, or finite tuned)")
            .is("largest |dx/dt| on the ring (1/time constant)", Estimate::exact(four.speed, 100))
            .predicted(0.0, 1e-12),
        check("The unperturbed ring has a zero exponent")
            .at("park2023 sec. 2.6")
            .is("largest exponent, 12 neurons (1/time constant)", twelve.exponents[0])
            .predicted(0.0, 1e-6),
    ]
}

/// Rings with and without noise of the weights, as the summary has them.
#[derive(Serialize)]
struct Entry {
    ring_exponent: f64,
    noisy_ring_exponent: f64,
    noisy_ring_stable_points: usize,
}

/// Measures exponents, fixed points and the flow along the ring.
pub fn part(plan: &Plan) -> Result<Part, Error> {
    let drawn = |ring: &Ring, k: u64| {
        noisy_ring(ring, Target::Weights, STRENGTH, &mut stream(plan.seed, Use::Noise, 7 + (k << 40)))
    };
    let exact = Ring::new(Kind::Exact, 12);
    let smooth = Ring::new(Kind::Smooth, 8);
    let rough_smooth = drawn(&smooth, 0);
    let noisy = |k: u64| facts("exact, weights 1 % noisy", &drawn(&exact, k), plan.seed);
    let draws: Vec<Facts> = (0..DRAWS).into_par_iter().map(noisy).collect::<Result<_, _>>()?;
    let all = [
        facts("exact", &exact, plan.seed)?,
        facts("exact", &Ring::new(Kind::Exact, 4), plan.seed)?,
        draws[0].clone(),
        facts("smooth", &smooth, plan.seed)?,
        facts("smooth", &Ring::new(Kind::Smooth, 32), plan.seed)?,
        facts("smooth, weights 1 % noisy", &rough_smooth, plan.seed)?,
    ];
    let axes =
        Axes { x_range: Some([0.0, 360.0]), ..Axes::new("Heading (°)", "Drift (rad per time constant)") };
    let curves = [
        around(&exact, "exact, 12 neurons"),
        around(&drawn(&exact, 0), "exact, 1 % noise"),
        around(&smooth, "smooth, 8 neurons"),
    ];
    let figure = lines(&curves, &axes.reference("", Reference::Across(0.0)))?.named(
        "flow",
        "Flow along the ring",
        "Velocity of the bump against its place: zero everywhere for the tuned ring, with a few fixed \
         points once its weights are noisy, and with a period of 45° for a smooth ring of eight.",
    )?;
    let section = Section::new("ring", "The ring attractor")
        .intro(
            "The opponent is the strongest that is known: a ring of threshold-linear neurons with cosine \
             weights whose gain is such that any even number of neurons, from four, holds a continuum of \
             bumps exactly (Noorman et al. 2024). A ring of tanh neurons, which is a continuum only in the \
             limit of many, stands beside it. Twelve neurons are as many as the oscillators (4) and their \
             eight detectors.",
        )
        .figures([figure])
        .tables([Table::of(&all)
            .column("ring", "", |f| f.name.as_str())
            .column("neurons", "", |f| f.neurons)
            .column("largest_speed", "", |f| f.speed)
            .columns(["exponent_1", "exponent_2"], |f| f.exponents.map(|e| e.value))
            .column("stable_points", "", |f| f.points[0])
            .column("other_points", "", |f| f.points[1])
            .named(
                "rings",
                "Rings: largest speed on the continuum's bumps, two largest exponents, isolated fixed \
                 points.",
            )]);
    let found = Entry {
        ring_exponent: all[0].exponents[0].value,
        noisy_ring_exponent: all[2].exponents[0].value,
        noisy_ring_stable_points: all[2].points[0],
    };
    Ok(Part { section, claims: claims([&all[0], &all[1]], &draws), json: written(found) })
}
