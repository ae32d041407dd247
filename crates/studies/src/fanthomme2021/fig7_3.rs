//! Figs. 7.3 to 7.5: what the units and currents of ReLU integrators do.

use super::integrators::currents::{Network, Population, Populations, plan};
use crate::common::*;
use faer::Mat;
use nullcline_core::analyses::integrate::IntegratorPlan;

/// Fig. 7.3.
pub const POPULATIONS: Study =
    Study::new("fanthomme2021/fig7.3", "Two populations encode a ReLU network's integral", run_populations);
/// Fig. 7.4.
pub const CURRENTS: Study = Study::new(
    "fanthomme2021/fig7.4",
    "Currents of a ReLU network are proportional to its integral",
    run_currents,
);
/// Fig. 7.5.
pub const CONTRIBUTIONS: Study = Study::new(
    "fanthomme2021/fig7.5",
    "What a ReLU network's populations and encoder add to its currents",
    run_contributions,
);

const DECAY: f64 = 0.995;

/// Sizes of a run.
#[derive(Clone, Copy)]
struct Size {
    n: usize,
    seeds: usize,
    batch: usize,
    steps: u64,
}

impl Size {
    fn of(settings: &Settings) -> Self {
        match settings.preset {
            Preset::Quick => Self { n: 200, seeds: 4, batch: 256, steps: 2000 },
            Preset::Paper => Self { n: 1000, seeds: 10, batch: 4096, steps: 5000 },
        }
    }

    /// The thesis's training on sequences, with the rate of its program, 0.5 on the loss over (s T)^2.
    fn batch(self, scale: f64, seed: u64) -> Result<IntegratorPlan, Error> {
        plan(json!({
            "units": self.n, "scale": scale.to_string(), "decay": DECAY.to_string(), "duration": 3, "activation": "relu", "loss": "batch",
            "batch": self.batch, "steps": self.steps, "rate": 0.5 / (9.0 * scale * scale), "seed": seed,
        }))
    }

    fn proxy(self, scale: f64, seed: u64) -> Result<IntegratorPlan, Error> {
        plan(json!({
            "units": self.n, "scale": scale.to_string(), "decay": DECAY.to_string(), "activation": "relu", "loss": "proxy",
            "steps": 4000, "seed": seed, "goal": 1e-12,
        }))
    }
}

/// Networks of one training and scale, a seed each.
fn networks(
    settings: &Settings,
    size: Size,
    what: &str,
    plan: impl Fn(u64) -> Result<IntegratorPlan, Error> + Sync,
    observer: &dyn Observer,
) -> Result<Vec<Network>, Error> {
    let folder = settings.shared.join("fanthomme2021-relu");
    parallel(what, size.seeds, observer, |k| {
        let plan = plan(settings.seed + k as u64)?;
        let place = folder.join(format!("{}-{}-{}-{k}", plan.kind.name(), size.n, plan.goal.scale[0]));
        Network::trained(&plan, &place, &nullcline_core::job::Silent)
    })
}

/// Whether the networks of a claim had learned the task.
fn learned(nets: &[Network]) -> Result<(), String> {
    match largest(list(nets, |n| n.loss)) {
        l if l < 1e-2 => Ok(()),
        l => Err(format!("a network had {:.0} % of the loss of zero outputs left", 100.0 * l)),
    }
}

fn at_size(claims: Vec<Claim>, size: Size) -> Vec<Claim> {
    super::at_size(claims, size.n, 1000)
}

/// Fits of each unit on positive and negative integrals, by population.
fn draw(p: Option<&Populations>) -> Drawn {
    let all = [Population::Plus, Population::Minus, Population::Shared, Population::Null];
    let series: Vec<Series> = all
        .iter()
        .zip(["+", "-", "shared", "null"])
        .enumerate()
        .map(|(k, (kind, name))| {
            let of = p.into_iter().flat_map(|p| {
                (0..p.plus.len()).filter(|i| p.of(*i) == *kind).map(|i| [p.plus[i], p.minus[i]])
            });
            points(name, of).ink(Ink::Series(k))
        })
        .collect();
    scatter(&series, &Axes::new("(L₊)ᵢ", "(L₋)ᵢ").wide(THIRD))
}

fn run_populations(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = Size::of(settings);
    let batch = networks(settings, size, "training on sequences", |s| size.batch(1.0, s), observer)?;
    let proxy = networks(settings, size, "training on the proxy", |s| size.proxy(1.0, s), observer)?;
    let fits = |nets: &[Network]| -> Vec<Populations> {
        nets.iter().map(|n| n.activity(settings.seed).populations()).collect()
    };
    let (of_batch, of_proxy) = (fits(&batch), fits(&proxy));
    let odd = |p: &Populations| p.share(Population::Shared) + p.share(Population::Null);
    let dot = |nets: &[Network], fits: &[Populations], sign: f64| {
        Estimate::mean(nets.iter().zip(fits).map(|(n, p)| {
            let l = if sign > 0.0 { &p.plus } else { &p.minus };
            n.decoder.row(0).iter().zip(l).map(|(d, l)| d * l).sum::<f64>()
        }))
    };
    let weak = |p: &Populations| {
        let of = |wanted: &dyn Fn(Population) -> bool| {
            let all = (0..p.plus.len()).filter(|i| wanted(p.of(*i)));
            let (sum, count) = all.fold((0.0, 0), |(s, c), i| (s + p.plus[i].max(p.minus[i]), c + 1));
            sum / f64::from(count.max(1))
        };
        of(&|k| k == Population::Shared) / of(&|k| matches!(k, Population::Plus | Population::Minus))
    };
    let claims = at_size(
        at(
            "fanthomme2021 Fig. 7.3",
            [
                claim("Two populations encode the integral: few units are active at both signs or never")
                    .is("share of shared and null units", mean(&of_batch, odd))
                    .below(0.15)
                    .denied_given(learned(&batch))
                    .headline(),
                claim("Shared units are never strongly active")
                    .is(
                        "mean fit of shared units over that of the others",
                        Estimate::mean_of_all(&list(&of_batch, weak)),
                    )
                    .below(0.5),
                claim("d·L₊ = 1")
                    .is("d·L₊", dot(&batch, &of_batch, 1.0))
                    .predicted(1.0, 0.02)
                    .denied_given(learned(&batch)),
                claim("d·L₋ = -1")
                    .is("d·L₋", dot(&batch, &of_batch, -1.0))
                    .predicted(-1.0, 0.02)
                    .denied_given(learned(&batch)),
                claim("Under the proxy loss there are no shared or null units")
                    .at("fanthomme2021 7.4.1")
                    .is("share of shared and null units", Estimate::mean_of_all(&list(&of_proxy, odd)))
                    .below(0.01)
                    .headline(),
            ],
        ),
        size,
    );
    let parts = [draw(of_batch.first())?, draw(of_proxy.first())?];
    let caption = format!(
        "Each unit's fits on positive and negative integrals (7.22), {} units, s = 1: one network trained on sequences (A), one on the \
         proxy loss (B).",
        size.n
    );
    let section = Section::new("populations", "Populations")
        .intro("A unit is shared where its weaker fit exceeds a twentieth of the stronger, and null where both are below a thousandth of the root mean square fit.")
        .figures([panels("populations", "Populations", &caption, &parts, 2)?]);
    let json = entries([
        ("shared_or_null_batch", numbers(&list(&of_batch, odd))),
        ("shared_or_null_proxy", numbers(&list(&of_proxy, odd))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn run_currents(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = Size::of(settings);
    let nets = networks(settings, size, "training on sequences", |s| size.batch(2.0, s), observer)?;
    let of = |n: &Network| {
        let a = n.activity(settings.seed);
        let image = &n.recurrent * &n.encoder;
        let image: Vec<f64> = image.col(0).iter().copied().collect();
        let spread = (a.integrals.iter().map(|y| y * y).sum::<f64>() / a.integrals.len() as f64).sqrt();
        let cosines: Vec<[f64; 2]> = (0..a.integrals.len())
            .map(|k| {
                let nu: Vec<f64> = a.currents.col(k).iter().copied().collect();
                [a.integrals[k], cosine(&nu, &image)]
            })
            .collect();
        let far = cosines.iter().filter(|c| c[0].abs() > 0.5 * spread).map(|c| c[1] * c[0].signum());
        let aligned = Estimate::mean(far).value;
        (a.linearity(), aligned, a.error(), cosines, a)
    };
    let all: Vec<_> = nets.iter().map(of).collect();
    let claims = at_size(
        at(
            "fanthomme2021 Fig. 7.4",
            [
                claim("Currents are proportional to the integral")
                    .is("median R² over units, mean over networks", mean(&all, |a| a.0))
                    .above(0.99)
                    .denied_given(learned(&nets))
                    .headline(),
                claim("They point along the image of the encoder")
                    .at("fanthomme2021 Fig. 7.4B")
                    .is(
                        "mean cosine of ν sign(y) and W e where |y| exceeds half its spread",
                        mean(&all, |a| a.1),
                    )
                    .above(0.99)
                    .denied_given(learned(&nets))
                    .headline(),
                claim("Trained on three steps the network integrates two hundred")
                    .at("fanthomme2021 7.4.1")
                    .is("root mean square error over that of the target", mean(&all, |a| a.2))
                    .below(0.05)
                    .denied_given(learned(&nets)),
            ],
        ),
        size,
    );
    let Some(first) = all.first() else { return Err(Error::Setting("no network".into())) };
    let two: Vec<Series> = [0, 1]
        .iter()
        .map(|i| {
            let of = (0..first.4.integrals.len())
                .step_by(4)
                .map(|k| [first.4.integrals[k], first.4.currents[(*i, k)]]);
            points(&format!("unit {}", i + 1), of).ink(Ink::Series(*i))
        })
        .collect();
    let parts = [
        scatter(&two, &Axes::new("integral", "current").wide(THIRD))?,
        scatter(
            &[points("steps", first.3.iter().step_by(4).copied())],
            &Axes::new("integral", "cosine of ν and W e").wide(THIRD),
        )?,
    ];
    let caption = format!(
        "A ReLU network of {} units trained on sequences, s = 2, γ = {DECAY}. A: currents of two units. B: the direction of all.",
        size.n
    );
    let section = Section::new("currents", "Currents")
        .intro("Currents ν = W (h + x e) beside the integral, on white noise of 200 steps.")
        .figures([panels("currents", "Currents", &caption, &parts, 2)?]);
    let json = entries([
        ("median_r_squared", numbers(&list(&all, |a| a.0))),
        ("cosine", numbers(&list(&all, |a| a.1))),
        ("relative_error", numbers(&list(&all, |a| a.2))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn run_contributions(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = Size::of(settings);
    let nets = networks(settings, size, "training on sequences", |s| size.batch(2.0, s), observer)?;
    let of = |n: &Network| {
        let p = n.activity(settings.seed).populations();
        let image = |v: &[f64]| -> Vec<f64> {
            let column = Mat::from_fn(v.len(), 1, |i, _| v[i]);
            (&n.recurrent * column).col(0).iter().copied().collect()
        };
        let encoder: Vec<f64> = n.encoder.col(0).iter().copied().collect();
        let [plus, minus, e] = [image(&p.plus), image(&p.minus), image(&encoder)];
        let ratio = |a: &[f64], b: &[f64]| slope(b, a).value;
        (ratio(&plus, &minus), ratio(&e, &plus) / n.scale, cosine(&e, &plus), [plus, minus, e])
    };
    let all: Vec<_> = nets.iter().map(of).collect();
    let claims = at_size(
        at(
            "fanthomme2021 Fig. 7.5",
            [
                claim("W L₊ = -W L₋")
                    .is("slope of W L₊ on W L₋", mean(&all, |a| a.0))
                    .predicted(-1.0, 0.05)
                    .denied_given(learned(&nets))
                    .headline(),
                claim("W e = s W L₊")
                    .is("slope of W e on W L₊, over s", mean(&all, |a| a.1))
                    .predicted(1.0, 0.05)
                    .denied_given(learned(&nets))
                    .headline(),
                claim("All along one direction")
                    .is("cosine of W e and W L₊", mean(&all, |a| a.2))
                    .above(0.99)
                    .denied_given(learned(&nets)),
            ],
        ),
        size,
    );
    let Some(first) = all.first() else { return Err(Error::Setting("no network".into())) };
    let pairs =
        |a: usize, b: usize| first.3[a].iter().zip(&first.3[b]).map(|(x, y)| [*x, *y]).collect::<Vec<_>>();
    let parts = [
        scatter(&[points("units", pairs(0, 1))], &Axes::new("W L₊", "W L₋").wide(THIRD))?,
        scatter(&[points("units", pairs(2, 0))], &Axes::new("W e", "W L₊").wide(THIRD))?,
    ];
    let caption = format!(
        "A unit a point, one ReLU network of {} units trained on sequences of three steps, s = 2, γ = {DECAY}.",
        size.n
    );
    let section = Section::new("contributions", "Contributions to the currents")
        .intro("Conditions (7.29), W L₊ = -W L₋ = W e / s, as training on sequences leaves them.")
        .figures([panels("contributions", "Contributions to the currents", &caption, &parts, 2)?]);
    let json = entries([
        ("plus_on_minus", numbers(&list(&all, |a| a.0))),
        ("encoder_on_plus", numbers(&list(&all, |a| a.1))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
