//! Fig. A.7: a read-out that is trained on a frozen integrator tells two integrals' signs by the sign of a third.

use super::integrators::activity::Activity;
use super::integrators::kinds::Kind;
use super::integrators::network::{Network, Size};
use crate::common::*;
use nullcline_core::linalg::random::{Use, normal, stream};
use nullcline_core::tasks::Signal;
use nullcline_core::training::optimiser::{Method, Optimiser};

/// Fig. A.7.
pub const STUDY: Study =
    Study::new("fanthomme2021/figA.7", "Context-dependent read-out of a frozen integrator", run);

/// Slope and threshold of the read-out.
const SLOPE: f64 = 50.0;
const THRESHOLD: f64 = 0.1;
/// Steps of a sequence, and of Adam at its rate, as in the authors' program.
const STEPS: usize = 40;
const RATE: f64 = 5e-3;
const DESCENT: usize = 1000;
/// Share of an integral's spread within which its sign is not asked for.
const NEAR: f64 = 0.2;

fn size(settings: &Settings) -> Size {
    match settings.preset {
        Preset::Quick => Size { n: 200, seeds: 4, batch: 256, steps: 1500 },
        Preset::Paper => Size { n: 1000, seeds: 8, batch: 1024, steps: 5000 },
    }
}

/// What is asked at a step: whether y_0 > 0 where y_2 < 0, whether y_1 > 0 where y_2 > 0.
fn wanted(run: &Activity, k: usize) -> bool {
    run.integrals[(usize::from(run.integrals[(2, k)] > 0.0), k)] > 0.0
}

/// out = (1 + exp(-50 (u.h - 0.1)))^-1.
fn out(u: &[f64], run: &Activity, k: usize) -> f64 {
    let along: f64 = u.iter().zip(run.states.col(k).iter()).map(|(u, h)| u * h).sum();
    1.0 / (1.0 + (-SLOPE * (along - THRESHOLD)).exp())
}

/// u, trained on the mean square error over all steps of `run`.
fn trained(run: &Activity, seed: u64) -> Vec<f64> {
    let n = run.states.nrows();
    let mut rng = stream(seed, Use::Parameters, 707);
    let mut u: Vec<f64> = (0..n).map(|_| normal(&mut rng) / (n as f64).sqrt()).collect();
    let mut adam = Optimiser::new(Method::ADAM, n);
    let rows = run.states.ncols();
    let mut pull = faer::Col::<f64>::zeros(rows);
    for _ in 0..DESCENT {
        for k in 0..rows {
            let o = out(&u, run, k);
            let error = o - f64::from(u8::from(wanted(run, k)));
            pull[k] = 2.0 * error * SLOPE * o * (1.0 - o) / rows as f64;
        }
        let gradient = &run.states * &pull;
        let gradient: Vec<f64> = gradient.iter().copied().collect();
        adam.step(&mut u, &gradient, RATE);
    }
    u
}

/// How often a read-out is right.
struct Right {
    /// In every step whose integrals are clear of zero.
    all: f64,
    /// In those of them where the integral that is not asked for has the other sign.
    against: f64,
    /// The same where the cue is negative, and where it is positive.
    by_cue: [f64; 2],
    /// Relative error of the integrator.
    error: f64,
}

fn right(u: &[f64], run: &Activity) -> Right {
    let rows = run.states.ncols();
    let spread = |c: usize| (run.integrals.row(c).squared_norm_l2() / rows as f64).sqrt();
    let least = [0, 1, 2].map(|c| NEAR * spread(c));
    let y = |c: usize, k: usize| run.integrals[(c, k)];
    let clear: Vec<usize> = (0..rows).filter(|k| (0..3).all(|c| y(c, *k).abs() > least[c])).collect();
    let share = |of: &dyn Fn(usize) -> bool| {
        let own: Vec<usize> = clear.iter().copied().filter(|k| of(*k)).collect();
        own.iter().filter(|k| (out(u, run, **k) > 0.5) == wanted(run, **k)).count() as f64 / own.len() as f64
    };
    let against = |k: usize| (y(0, k) > 0.0) != (y(1, k) > 0.0);
    Right {
        all: share(&|_| true),
        against: share(&against),
        by_cue: [-1.0, 1.0].map(|sign| share(&|k| against(k) && sign * y(2, k) > 0.0)),
        error: run.error(),
    }
}

fn claims(all: &[Right]) -> Vec<Claim> {
    let learned = match largest(list(all, |r| r.error)) {
        e if e < 0.3 => Ok(()),
        e => Err(format!("an integrator had an error of {:.0} %", 100.0 * e)),
    };
    at(
        "fanthomme2021 Fig. A.7",
        [
            claim("A read-out of the frozen integrator selects the integral that the cue asks for")
                .is(
                    "share of right steps whose integrals are clear of zero, new sequences, mean over networks",
                    mean(all, |r| r.all),
                )
                .above(0.9)
                .denied_given(learned.clone())
                .headline(),
            claim("Also where the other integral says the opposite")
                .is("share of such steps that are right", mean(all, |r| r.against))
                .above(0.8)
                .denied_given(learned.clone())
                .headline(),
            claim("In both contexts")
                .decided_by(
                    "the same by the sign of the cue",
                    &[mean(all, |r| r.by_cue[0]), mean(all, |r| r.by_cue[1])],
                )
                .above(0.75)
                .denied_given(learned),
        ],
    )
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = size(settings);
    let nets = Kind { relu: false, batch: true, channels: 3 }.networks(size, settings, observer)?;
    let found = parallel("read-outs", nets.len(), observer, |k| {
        let net = &nets[k];
        let sequences = if settings.preset == Preset::Quick { 128 } else { 1024 };
        let u = trained(
            &net.run(Signal::White, [sequences, STEPS], 1.0, settings.seed + 1),
            settings.seed + k as u64,
        );
        let test = net.run(Signal::White, [128, STEPS], 1.0, settings.seed);
        Ok((right(&u, &test), u))
    })?;
    let (all, readouts): (Vec<Right>, Vec<Vec<f64>>) = found.into_iter().unzip();
    let claims = super::at_size(claims(&all), size.n, 1000);
    let Some((net, u)) = nets.first().zip(readouts.first()) else {
        return Err(Error::Setting("no network".into()));
    };
    let caption = format!(
        "A network of {} sigmoids that integrates three channels, and a read-out trained on its states, on a test sequence. A: integrals. B: \
         what the rule asks for, and the output.",
        size.n
    );
    let parts = drawn(net, u, settings.seed)?;
    let table = Table::of(&all)
        .columns(["right", "right_against", "cue_negative", "cue_positive"], |r| {
            [r.all, r.against, r.by_cue[0], r.by_cue[1]]
        })
        .column("integrator_error", "", |r| r.error)
        .named("networks", "Each network: shares of right steps, and the relative error of its integrals.");
    let section = Section::new("context", "Context-dependent read-out")
        .intro(format!(
            "The sign of the first integral is asked for where the third is negative, that of the second where it is positive. Steps count \
             whose integrals are all {:.0} % of their spread away from zero.",
            100.0 * NEAR
        ))
        .figures([panels("context", "Context-dependent read-out", &caption, &parts, 1)?])
        .tables([table]);
    let json = entries([
        ("right", numbers(&list(&all, |r| r.all))),
        ("right_against", numbers(&list(&all, |r| r.against))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn drawn(net: &Network, u: &[f64], seed: u64) -> Result<[Figure; 2], Error> {
    const SHOWN: usize = 120;
    let run = net.run(Signal::White, [1, SHOWN], 1.0, seed + 2);
    let steps: Vec<f64> = (0..SHOWN).map(|k| k as f64).collect();
    let integrals: Vec<Series> = ["first", "second", "third (cue)"]
        .iter()
        .enumerate()
        .map(|(c, name)| {
            let y: Vec<f64> = run.integrals.row(c).iter().copied().collect();
            Series::new(name, &steps, &y).ink(Ink::Series(c)).bare().joined()
        })
        .collect();
    let asked: Vec<f64> = (0..SHOWN).map(|k| f64::from(u8::from(wanted(&run, k)))).collect();
    let given: Vec<f64> = (0..SHOWN).map(|k| out(u, &run, k)).collect();
    let outputs = [
        Series::new("asked for", &steps, &asked).bare().dashed(),
        Series::new("output", &steps, &given).ink(Ink::Series(1)).bare().joined(),
    ];
    Ok([lines(&integrals, &Axes::new("step", "integral"))?, lines(&outputs, &Axes::new("step", "output"))?])
}
