//! Fig. 7.7: singular values of networks of several channels.

use super::integrators::network::{Network, Size, exceptions, learned, networks};
use crate::common::*;
use nullcline_core::diagnostics::dynamics::integrator::conditions;
use nullcline_core::tasks::Signal;

/// Fig. 7.7.
pub const STUDY: Study =
    Study::new("fanthomme2021/fig7.7", "As many dominant singular values as channels", run_spectra);

pub(super) fn size(settings: &Settings, seeds: usize) -> Size {
    match settings.preset {
        Preset::Quick => Size { n: 200, seeds: 3, batch: 128, steps: 2000 },
        Preset::Paper => Size { n: 1000, seeds, batch: 1024, steps: 5000 },
    }
}

pub(super) fn spectrum(nets: &[Network], label: &str) -> Vec<Series> {
    let one = |(k, t): (usize, &Network)| {
        let values: Vec<f64> = t.singular.iter().take(12).copied().collect();
        let index: Vec<f64> = (1..=values.len()).map(|i| i as f64).collect();
        Series::new(&format!("{label} {}", k + 1), &index, &values).ink(Ink::Series(k))
    };
    nets.iter().enumerate().map(one).collect()
}

fn run_spectra(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = size(settings, 4);
    let relu = json!({ "channels": 3, "decay": "0.995,0.995,0.992", "activation": "relu", "loss": "batch", "duration": 4 });
    let sigmoid = json!({
        "channels": 3, "decay": "0.8,0.8,0.75", "activation": "sigmoid", "loss": "proxy", "optimiser": "adam", "train_decoder": true,
    });
    let relu = networks("relu of three channels", size, &relu, settings, observer)?;
    let sigmoid = networks("sigmoid of three channels", size, &sigmoid, settings, observer)?;
    let linear = json!({ "channels": 2, "decay": "0.995,0.993", "loss": "averaged", "duration": 5, "optimiser": "gd" });
    let longer = Size { steps: 6000, ..size };
    let linear = networks("linear of two channels", longer, &linear, settings, observer)?;
    let left: Vec<f64> = relu.iter().map(unexplained).collect::<Result<_, _>>()?;
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
                        mean(&left, |l| *l),
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

fn exact(nets: &[Network], f: impl Fn(&Network) -> f64) -> Estimate {
    Estimate::exact(largest(list(nets, f)), nets.len())
}

/// The largest distance of the moments that decide from what they should be.
fn off(t: &Network) -> f64 {
    conditions(t.weights(), &t.plan.goal).map_or(f64::NAN, |c| c.general.moments)
}

/// What least squares of the currents on the integrals leave of their square, on sequences left out.
fn unexplained(t: &Network) -> Result<f64, Error> {
    let fit = t.run(Signal::White, [16, 100], 1.0, 5).linearity()?;
    Ok(1.0 - fit.r_squared_all.value)
}
