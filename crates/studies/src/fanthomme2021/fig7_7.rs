//! Figs. 7.7, 7.11 and 7.12: singular values of several channels, supports, and Dale's law.

use super::integrators::trained::Trained;
use crate::common::*;
use nullcline_core::diagnostics::dynamics::integrator::{Weights, conditions};

/// Fig. 7.7.
pub const SPECTRA: Study =
    Study::new("fanthomme2021/fig7.7", "As many dominant singular values as channels", run_spectra);
/// Fig. 7.11.
pub const SUPPORTS: Study =
    Study::new("fanthomme2021/fig7.11", "Disjoint supports make the weights block-diagonal", run_supports);
/// Fig. 7.12.
pub const DALE: Study = Study::new(
    "fanthomme2021/fig7.12",
    "Sign-constrained weights have one dominant singular value more",
    run_dale,
);

/// Sizes of a run.
#[derive(Clone, Copy)]
struct Size {
    n: usize,
    seeds: usize,
    batch: usize,
    steps: u64,
}

impl Size {
    fn of(settings: &Settings, seeds: usize) -> Self {
        match settings.preset {
            Preset::Quick => Self { n: 200, seeds: 3, batch: 128, steps: 2000 },
            Preset::Paper => Self { n: 1000, seeds, batch: 1024, steps: 5000 },
        }
    }
}

fn trained(
    what: &str,
    size: Size,
    settings: &Settings,
    observer: &dyn Observer,
    options: &Value,
) -> Result<Vec<Trained>, Error> {
    parallel(what, size.seeds, observer, |k| {
        let mut options = options.clone();
        options["units"] = json!(size.n);
        options["batch"] = json!(size.batch);
        options["steps"] = json!(size.steps);
        options["seed"] = json!(settings.seed + k as u64);
        Trained::of(&format!("{}-{}", what.replace(' ', "-"), size.n), options, settings)
    })
}

fn learned(nets: &[Trained], least: f64) -> Result<(), String> {
    match largest(list(nets, |n| n.loss)) {
        l if l < least => Ok(()),
        l => Err(format!(
            "a network had {} of the loss of zero outputs left",
            nullcline_report::sections::words::number(l)
        )),
    }
}

fn spectrum(nets: &[Trained], label: &str) -> Vec<Series> {
    let one = |(k, t): (usize, &Trained)| {
        let values: Vec<f64> = t.singular.iter().take(12).copied().collect();
        let index: Vec<f64> = (1..=values.len()).map(|i| i as f64).collect();
        Series::new(&format!("{label} {}", k + 1), &index, &values).ink(Ink::Series(k))
    };
    nets.iter().enumerate().map(one).collect()
}

fn exceptions(nets: &[Trained], wanted: usize) -> Estimate {
    Estimate::count(count(nets, |t| t.dominant() != wanted), nets.len())
}

fn run_spectra(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = Size::of(settings, 4);
    let relu = json!({ "channels": 3, "decay": "0.995,0.995,0.992", "activation": "relu", "loss": "batch", "duration": 4 });
    let sigmoid = json!({
        "channels": 3, "decay": "0.8,0.8,0.75", "activation": "sigmoid", "loss": "proxy", "optimiser": "adam", "train_decoder": true,
    });
    let relu = trained("relu of three channels", size, settings, observer, &relu)?;
    let sigmoid = trained("sigmoid of three channels", size, settings, observer, &sigmoid)?;
    let linear = json!({ "channels": 2, "decay": "0.995,0.993", "loss": "averaged", "duration": 5, "optimiser": "gd" });
    let longer = Size { steps: 6000, ..size };
    let linear = trained("linear of two channels", longer, settings, observer, &linear)?;
    let source = "fanthomme2021 Fig. 7.7";
    let claims = super::at_size(
        at(
            source,
            [
                claim("ReLU networks of three channels have three dominant singular values")
                    .is("networks with another number", exceptions(&relu, 3))
                    .predicted(0.0, 0.0)
                    .denied_given(learned(&relu, 1e-2))
                    .headline(),
                claim("Networks of sigmoids likewise")
                    .is("networks with another number", exceptions(&sigmoid, 3))
                    .predicted(0.0, 0.0)
                    .denied_given(learned(&sigmoid, 0.05))
                    .headline(),
                claim("A linear network of two channels has rank two")
                    .at("fanthomme2021 7.3.4")
                    .is(
                        "largest third singular value over the second",
                        exact(&linear, |t| t.singular[2] / t.singular[1]),
                    )
                    .below(0.01)
                    .denied_given(learned(&linear, 1e-10)),
                claim("Its eigenvalues are the decays, and no other reaches the outputs")
                    .at("fanthomme2021 7.3.4")
                    .is("largest distance of a moment from its target, rank + 1 of them", exact(&linear, off))
                    .below(1e-3)
                    .denied_given(learned(&linear, 1e-10)),
                claim("Currents are linear combinations of the integrals, ReLU")
                    .at("fanthomme2021 7.39")
                    .is(
                        "share of the currents' square that least squares on the integrals leave",
                        mean(&relu, unexplained),
                    )
                    .below(0.02)
                    .denied_given(learned(&relu, 1e-2)),
            ],
        ),
        size.n,
        1000,
    );
    let parts = [
        scatter(&spectrum(&relu, "network"), &Axes::new("index", "singular value").wide(THIRD))?,
        scatter(&spectrum(&sigmoid, "network"), &Axes::new("index", "singular value").wide(THIRD))?,
    ];
    let caption = format!(
        "The first singular values of networks of {} units and three channels: ReLU trained on sequences (A), sigmoids trained on the proxy \
         loss (B). Dominant are those before the largest gap.",
        size.n
    );
    let section = Section::new("spectra", "Singular values of several channels").figures([panels(
        "spectra",
        "Singular values",
        &caption,
        &parts,
        2,
    )?]);
    let json = entries([
        ("relu_dominant", numbers(&list(&relu, |t| t.dominant() as f64))),
        ("linear_moments", numbers(&list(&linear, off))),
        ("sigmoid_dominant", numbers(&list(&sigmoid, |t| t.dominant() as f64))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn exact(nets: &[Trained], f: impl Fn(&Trained) -> f64) -> Estimate {
    Estimate::exact(largest(list(nets, f)), nets.len())
}

/// The largest distance of the moments that decide from what they should be.
fn off(t: &Trained) -> f64 {
    let weights =
        Weights { recurrent: t.recurrent.as_ref(), encoder: t.encoder.as_ref(), decoder: t.decoder.as_ref() };
    conditions(weights, &t.plan.goal).map_or(f64::NAN, |c| c.general.moments)
}

/// What least squares of the currents on the integrals leave of their square.
fn unexplained(t: &Trained) -> f64 {
    let run = t.run(16, 100, 5);
    let rest = &run.currents - run.selectivity() * &run.integrals;
    rest.squared_norm_l2() / run.currents.squared_norm_l2()
}

/// Root mean square of weights between the halves over that within.
fn between(t: &Trained) -> f64 {
    let n = t.recurrent.nrows();
    let square = |within: bool| {
        let pairs = (0..n).flat_map(|j| (0..n).map(move |i| (i, j)));
        pairs
            .filter(|(i, j)| ((*i < n / 2) == (*j < n / 2)) == within)
            .map(|(i, j)| t.recurrent[(i, j)].powi(2))
            .sum::<f64>()
    };
    (square(false) / square(true)).sqrt()
}

/// Mixing of the selectivity of units: the weaker over the stronger slope on an integral, mean.
fn mixing(t: &Trained) -> f64 {
    let s = t.run(16, 100, 5).selectivity();
    let part = |i: usize| {
        let (a, b) = (s[(i, 0)].abs(), s[(i, 1)].abs());
        a.min(b) / a.max(b)
    };
    (0..s.nrows()).map(part).sum::<f64>() / s.nrows() as f64
}

fn run_supports(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let mut size = Size::of(settings, 8);
    if settings.preset == Preset::Quick {
        size.steps = 1200;
    }
    let options = |support: &str| {
        json!({
            "channels": 2, "decay": "0.995,0.993", "activation": "relu", "loss": "batch", "duration": 4, "support": support,
        })
    };
    let kinds = ["free", "equal", "overlap:0.2", "encoders", "decoders"];
    let mut all = vec![];
    for kind in kinds {
        let what = format!("support {}", kind.replace(':', " "));
        all.push(trained(&what, size, settings, observer, &options(kind))?);
    }
    let estimate = |k: usize, f: &dyn Fn(&Trained) -> f64| Estimate::mean(all[k].iter().map(f));
    let done = |k: usize| learned(&all[k], 1e-2);
    let claims = super::at_size(
        at(
            "fanthomme2021 Fig. 7.11",
            [
                claim("With the same support of encoder and decoder, parted between channels, W is block-diagonal")
                    .is("root mean square weight between the halves over that within", estimate(1, &between))
                    .below(0.1)
                    .denied_given(done(1))
                    .headline(),
                claim("Without restriction it is not").is("the same", estimate(0, &between)).above(0.5).given(done(0)),
                claim("Parted units have single selectivity")
                    .is("mean over units of the weaker over the stronger slope on an integral", estimate(1, &mixing))
                    .below(0.1)
                    .denied_given(done(1))
                    .headline(),
                claim("Units of free vectors have mixed selectivity").is("the same", estimate(0, &mixing)).above(0.25).given(done(0)),
                claim("Relaxing the support of the decoders brings mixing back").is("the same", estimate(3, &mixing)).above(0.1).given(done(3)),
                claim("So does relaxing that of the encoders").is("the same", estimate(4, &mixing)).above(0.1).given(done(4)),
                claim("The constraint does not hurt performance")
                    .is("log₁₀ of the loss with parted over that with free vectors, means", {
                        let logs = |k: usize| Estimate::mean(all[k].iter().map(|t| t.loss.log10()));
                        let (parted, free) = (logs(1), logs(0));
                        let error = parted.error().hypot(free.error());
                        Estimate::new(parted.value - free.value, error, parted.n)
                    })
                    .below(0.5)
                    .denied_given(done(1)),
            ],
        ),
        size.n,
        1000,
    );
    let rows: Vec<(usize, &Trained)> =
        all.iter().enumerate().flat_map(|(k, a)| a.iter().map(move |t| (k, t))).collect();
    let table = Table::of(&rows)
        .column("support", "", |r| kinds[r.0])
        .column("seed", "", |r| r.1.plan.seed)
        .column("loss", "", |r| r.1.loss)
        .column("between_over_within", "", |r| between(r.1))
        .column("mixing", "", |r| mixing(r.1))
        .named(
            "networks",
            "Each network: loss over that before training, weights between the halves of the units, mixing.",
        );
    let section = Section::new("supports", "Supports of encoders and decoders")
        .intro(
            "Two channels on sequences of four steps; halves of the units. Supports: free, equal (each channel's vectors on its half), with \
             a fifth of the units shared, and with the decoders or the encoders free.",
        )
        .tables([table]);
    let mixing = (0..5).map(|k| estimate(k, &mixing).value).collect();
    let json = fields(Supports { kinds, mixing });
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// How much each kind of support mixes channels.
#[derive(Serialize)]
struct Supports {
    kinds: [&'static str; 5],
    mixing: Vec<f64>,
}

fn column(m: &faer::Mat<f64>, k: usize) -> Vec<f64> {
    m.col(k).iter().copied().collect()
}

/// The larger projection of the first left vector on a decoder.
fn along(t: &Trained) -> f64 {
    let l = column(&t.left, 0);
    let dot = |c: usize| {
        let d: Vec<f64> = t.decoder.row(c).iter().copied().collect();
        l.iter().zip(&d).map(|(a, b)| a * b).sum::<f64>().abs()
    };
    dot(0).max(dot(1))
}

fn run_dale(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = Size::of(settings, 16);
    let options = |dale: Value| {
        json!({
            "channels": 2, "decay": "0.995,0.993", "activation": "relu", "loss": "batch", "duration": 4, "rate": 0.0625, "dale": dale,
        })
    };
    let dale = trained("dale", size, settings, observer, &options(json!(0.25)))?;
    let free = trained("without dale", size, settings, observer, &options(Value::Null))?;
    let n = size.n;
    let excitatory = n - n / 4;
    let share = |v: &[f64], wanted: &dyn Fn(usize) -> f64| {
        let right = v.iter().enumerate().filter(|(i, v)| **v * wanted(*i) > 0.0).count() as f64 / n as f64;
        right.max(1.0 - right)
    };
    let left = |t: &Trained, k: usize| share(&column(&t.left, k), &|_| 1.0);
    let right =
        |t: &Trained, k: usize| share(&column(&t.right, k), &|j| if j < excitatory { 1.0 } else { -1.0 });
    let done = learned(&dale, 1e-2);
    let claims = super::at_size(
        at(
            "fanthomme2021 Fig. 7.12",
            [
                claim("Under Dale's law two channels have three dominant singular values")
                    .is("networks with another number", exceptions(&dale, 3))
                    .predicted(0.0, 0.0)
                    .denied_given(done.clone())
                    .headline(),
                claim("Without it, two")
                    .is("networks with another number", exceptions(&free, 2))
                    .predicted(0.0, 0.0)
                    .denied_given(learned(&free, 1e-2)),
                claim("The first left vector has one sign")
                    .is("share of its components", Estimate::mean_of_all(&list(&dale, |t| left(t, 0))))
                    .above(0.95)
                    .headline(),
                claim("The first right vector has the signs of the populations")
                    .is("share of its components", Estimate::mean_of_all(&list(&dale, |t| right(t, 0))))
                    .above(0.95)
                    .headline(),
                claim("The others' signs are random")
                    .is(
                        "largest share of one sign in the second and third left vectors",
                        mean(&dale, |t| left(t, 1).max(left(t, 2))),
                    )
                    .below(0.7),
                claim("The first left vector is almost orthogonal to the decoders")
                    .at("fanthomme2021 7.5")
                    .is("larger |l₀·d_c|", mean(&dale, along))
                    .below(0.2)
                    .denied_given(done),
            ],
        ),
        size.n,
        1000,
    );
    let parts = [
        scatter(&spectrum(&dale, "network"), &Axes::new("index", "singular value").wide(THIRD))?,
        scatter(&spectrum(&free, "network"), &Axes::new("index", "singular value").wide(THIRD))?,
    ];
    let caption = format!(
        "The first singular values of ReLU networks of {n} units and two channels, a quarter of the units inhibitory (A), and without the constraint (B)."
    );
    let section = Section::new("dale", "Dale's law")
        .intro("After each step weights that changed sign are set to zero.")
        .figures([panels("spectra", "Singular values under Dale's law", &caption, &parts, 2)?]);
    let json = entries([
        ("dominant", numbers(&list(&dale, |t| t.dominant() as f64))),
        ("left_sign", numbers(&list(&dale, |t| left(t, 0)))),
        ("right_sign", numbers(&list(&dale, |t| right(t, 0)))),
        ("along_decoders", numbers(&list(&dale, along))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
