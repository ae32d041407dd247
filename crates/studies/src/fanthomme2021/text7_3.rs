//! 7.3.3 and 7.3.4: linear integrators from other initial weights, what unstructured weights add to the moments, trained encoders and
//! decoders, and how many channels n units have room for.

use super::integrators::network::{Network, Size, exceptions, learned, networks};
use super::integrators::plane::vectors;
use crate::common::*;
use faer::Scale;
use nullcline_core::diagnostics::dynamics::integrator::{
    Averaged, Correlations, Integrals, Room, Weights, exact, units_needed,
};
use nullcline_core::linalg::random::{Use, normal_matrix, stream};
use nullcline_core::linalg::spectral_norm::spectral_norm;
use nullcline_core::tasks::Signal;

/// Sections 7.3.3 and 7.3.4.
pub const STUDY: Study = Study::new(
    "fanthomme2021/text7.3",
    "Linear integrators from other initial weights, and how many channels they have room for",
    run,
);

const DECAY: f64 = 0.995;
/// Why long sequences tell networks of few units from integrators.
const LONG: &str = "Three moments leave the eigenvalue free by terms of order n^(-1/2) times the norm at the start, and 1/(1 - γ) = 200 steps \
                    multiply them.";
/// Moments that are looked at.
const MOMENTS: usize = 10;

struct Sizes {
    own: Size,
    /// Units of the perturbed networks, and draws of each.
    perturbed: Vec<usize>,
    draws: usize,
    /// Units of the networks whose channels are counted.
    rooms: Vec<usize>,
}

fn sizes(settings: &Settings) -> Sizes {
    match settings.preset {
        Preset::Quick => Sizes {
            own: Size { n: 200, seeds: 3, batch: 128, steps: 4000 },
            perturbed: vec![50, 100, 200, 400],
            draws: 80,
            rooms: vec![10, 20, 40],
        },
        Preset::Paper => Sizes {
            own: Size { n: 1000, seeds: 8, batch: 1024, steps: 10_000 },
            perturbed: vec![125, 250, 500, 1000, 2000],
            draws: 100,
            rooms: vec![10, 20, 40, 80, 160],
        },
    }
}

/// Root mean square, over the first ten, of what a perturbation of spectral norm 1 adds to the moments of an integrator of rank one.
fn perturbation(n: usize, seed: u64) -> Result<f64, Error> {
    let goal = Integrals { scale: vec![1.0], decay: vec![DECAY] };
    let [encoder, decoder] = vectors(n, 0.0, [1.0, 1.0], seed);
    let failed = || Error::Numbers("encoder and decoder depend on each other".into());
    let w = exact(encoder.as_ref(), decoder.as_ref(), &goal).ok_or_else(failed)?;
    let noise = normal_matrix(&mut stream(seed, Use::Noise, 73), n, n);
    let norm = spectral_norm(noise.as_ref(), &mut vec![1.0; n]);
    let w = w + Scale(1.0 / norm) * noise;
    let loss = Averaged { goal, correlations: Correlations::white(MOMENTS) };
    let weights = Weights { recurrent: w.as_ref(), encoder: encoder.as_ref(), decoder: decoder.as_ref() };
    let found = loss.moments(weights, &mut Room::new(n, 1, MOMENTS));
    let off = |q: usize| found[(0, q)] - loss.goal.target(0, q + 1);
    Ok(((0..MOMENTS).map(|q| off(q).powi(2)).sum::<f64>() / MOMENTS as f64).sqrt())
}

/// The largest number of channels for which Gaussian encoders and decoders have an exact integrator of n units, and how far its moments
/// are from their targets.
fn room(n: usize, seed: u64) -> (usize, f64) {
    let mut rng = stream(seed, Use::Parameters, 730 + n as u64);
    let (all, each) = (normal_matrix(&mut rng, n, n), normal_matrix(&mut rng, n, n));
    let mut best = (0, f64::NAN);
    for d in 1..=n {
        let goal = Integrals {
            scale: vec![1.0; d],
            decay: (0..d).map(|c| 0.9 - 0.4 * c as f64 / d as f64).collect(),
        };
        let (encoder, decoder) = (all.as_ref().subcols(0, d), each.as_ref().subrows(0, d));
        let needed = units_needed(encoder, decoder, &goal);
        match exact(encoder, decoder, &goal) {
            Some(w) if needed <= n => {
                let weights = Weights { recurrent: w.as_ref(), encoder, decoder };
                let loss = Averaged { goal, correlations: Correlations::white(MOMENTS) };
                let found = loss.moments(weights, &mut Room::new(n, d, MOMENTS));
                let target = |c: usize, j: usize| {
                    if c == j / MOMENTS { loss.goal.target(c, j % MOMENTS + 1) } else { 0.0 }
                };
                let off = largest(
                    (0..d)
                        .flat_map(|c| (0..d * MOMENTS).map(move |j| (c, j)))
                        .map(|(c, j)| (found[(c, j)] - target(c, j)).abs()),
                );
                best = (d, off);
            }
            _ => break,
        }
    }
    best
}

/// The first singular values of what training added to the initial weights, and its error on long sequences.
struct Changed {
    second: f64,
    error: f64,
}

/// Networks that began where `start` says, and what became of their weights.
fn changed(nets: &[Network], seed: u64) -> Result<Vec<Changed>, Error> {
    nets.iter()
        .map(|net| {
            let added = &net.recurrent - net.plan.recurrent();
            let svd =
                added.svd().map_err(|_| Error::Numbers("the singular values did not converge".into()))?;
            let s = svd.S().column_vector();
            Ok(Changed { second: s[1] / s[0], error: net.run(Signal::White, [16, 1000], 1.0, seed).error() })
        })
        .collect()
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let sizes = sizes(settings);
    let options = |init: &str, optimiser: &str| {
        json!({
            "decay": DECAY.to_string(), "loss": "averaged", "duration": 3, "init": init, "optimiser": optimiser, "goal": 1e-20,
        })
    };
    let of = |what: &str, o: &Value| networks(what, sizes.own, o, settings, observer);
    let small = of("linear from a small norm", &options("norm:0.1", "gd"))?;
    let mut by_adam = options("norm:0.1", "adam");
    // The rate of the authors' program.
    by_adam["rate"] = json!(1e-4);
    let adam = of("linear from a small norm by Adam", &by_adam)?;
    let full = of("linear from full rank", &options("radius:0.5", "gd"))?;
    let mut both = options("zero", "gd");
    (both["train_encoder"], both["train_decoder"]) = (json!(true), json!(true));
    let both = of("linear with trained encoder and decoder", &both)?;
    let found = [&small, &adam, &full].map(|nets| changed(nets, settings.seed));
    let [small_changed, adam_changed, full_changed] = found;
    let all = [small_changed?, adam_changed?, full_changed?];
    let grid: Vec<(usize, u64)> =
        sizes.perturbed.iter().flat_map(|n| (0..sizes.draws as u64).map(move |k| (*n, k))).collect();
    let off = parallel("perturbations", grid.len(), observer, |j| {
        perturbation(grid[j].0, settings.seed + grid[j].1)
    })?;
    let (x, y): (Vec<f64>, Vec<f64>) =
        grid.iter().zip(&off).map(|((n, _), o)| ((*n as f64).ln(), o.ln())).unzip();
    let rooms: Vec<(usize, usize, f64)> =
        sizes.rooms.iter().map(|n| (*n, room(*n, settings.seed))).map(|(n, (d, off))| (n, d, off)).collect();
    let claims =
        super::at_size(claims(&[small, adam, full, both], &all, slope(&x, &y), &rooms), sizes.own.n, 1000);
    let by_n: Vec<Estimate> = sizes
        .perturbed
        .iter()
        .map(|n| Estimate::mean(grid.iter().zip(&off).filter(|(g, _)| g.0 == *n).map(|(_, o)| *o)))
        .collect();
    let n: Vec<f64> = sizes.perturbed.iter().map(|n| *n as f64).collect();
    let figure = lines(
        &[curve("perturbed moments", &n, by_n).joined()],
        &Axes::new("units n", "root mean square change of a moment").log_log(),
    )?;
    let rows = Table::of(&rooms)
        .column("units", "", |r| r.0)
        .column("channels", "", |r| r.1)
        .column("largest_moment_error", "", |r| r.2)
        .named("room", "The most channels that have an exact linear integrator, Gaussian encoders and decoders, and how far its moments are off.");
    let section = Section::new("initialisation", "Other initial weights, and room for channels")
        .intro(
            "What a random matrix of spectral norm 1 adds to the first ten moments of an integrator of rank one; and the most channels that \
             drawn encoders and decoders allow: D + rank(D E - S) units are needed (Ho and Kalman 1966).",
        )
        .figures([figure])
        .tables([rows]);
    let json = entries([
        ("exponent", written(slope(&x, &y).value)),
        ("second_over_first", numbers(&all.iter().flatten().map(|c| c.second).collect::<Vec<_>>())),
        ("channels", json!(rooms.iter().map(|r| r.1).collect::<Vec<_>>())),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn claims(
    nets: &[Vec<Network>; 4],
    all: &[Vec<Changed>; 3],
    exponent: Estimate,
    rooms: &[(usize, usize, f64)],
) -> Vec<Claim> {
    let second = |k: usize| Estimate::largest(all[k].iter().map(|c| Estimate::exact(c.second, 1)));
    let error = |k: usize| mean(&all[k], |c| c.error);
    let done = |k: usize| learned(&nets[k], 1e-6);
    let shares: Vec<Estimate> = rooms.iter().map(|r| Estimate::exact(r.1 as f64 / r.0 as f64, 1)).collect();
    let off = largest(rooms.iter().map(|r| r.2));
    at(
        "fanthomme2021 7.3.3",
        [
            claim("From a small norm training adds one mode to the weights")
                .is("largest second over first singular value of what was added", second(0))
                .below(0.1)
                .denied_given(done(0))
                .headline(),
            claim("And three steps are enough to integrate any number")
                .is("relative error over 1000 steps", error(0))
                .below(0.05)
                .denied_given(done(0))
                .headline(),
            claim("Adam does not change this").is("largest second over first singular value of what was added", second(1)).below(0.1).denied_given(done(1)),
            claim("Nor the error").is("relative error over 1000 steps, Adam", error(1)).below(0.05).denied_given(done(1))
                .if_differs(LONG),
            claim("From full rank, of spectral radius 0.5, training too adds few modes")
                .is("largest second over first singular value of what was added", second(2))
                .below(0.3)
                .denied_given(done(2)),
            claim("Unstructured weights change the moments by terms of order n^(-1/2)")
                .at("fanthomme2021 7.18")
                .is("slope of ln change against ln n", exponent)
                .predicted(-0.5, 0.05)
                .headline(),
            claim("Training encoder and decoder too leaves one dominant mode")
                .at("fanthomme2021 7.2")
                .is("networks with another number of dominant singular values", exceptions(&nets[3], 1))
                .predicted(0.0, 0.0)
                .denied_given(done(3)),
            claim("Multiplexing is possible for D up to n")
                .at("fanthomme2021 7.3.4")
                .decided_by("most channels with an exact integrator over n", &shares)
                .predicted(1.0, 0.0)
                .if_differs(
                    "The moment at q = 0, d·e, is given by the vectors and is not s: a realisation of all moments has D + rank(D E - S) \
                     states, 2 D where vectors are drawn (Ho and Kalman 1966).",
                ),
            theory("n units have room for n/2 channels of drawn encoders and decoders")
                .at("new: minimal realisation")
                .decided_by("most channels with an exact integrator over n", &shares)
                .predicted(0.5, 0.0)
                .headline(),
            check("Those integrators are exact").is("largest distance of a moment from its target", Estimate::exact(off, rooms.len())).below(1e-6),
        ],
    )
}
