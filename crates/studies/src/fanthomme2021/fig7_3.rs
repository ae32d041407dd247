//! Fig. 7.3: two populations of units encode the integral of a ReLU network.

use super::integrators::activity::Populations;
use super::integrators::network::{Network, Size, learned, networks};
use crate::common::*;
use nullcline_core::diagnostics::geometry::currents::Population;
use nullcline_core::tasks::Signal;

/// Fig. 7.3.
pub const STUDY: Study =
    Study::new("fanthomme2021/fig7.3", "Two populations encode a ReLU network's integral", run_populations);

const DECAY: f64 = 0.995;
/// Sequences of white noise on which activity is looked at, and their steps.
pub(super) const LOOK: [usize; 2] = [16, 200];

/// Sizes of the ReLU networks of one channel.
pub(super) fn size(settings: &Settings) -> Size {
    match settings.preset {
        Preset::Quick => Size { n: 200, seeds: 4, batch: 256, steps: 2000 },
        Preset::Paper => Size { n: 1000, seeds: 10, batch: 4096, steps: 5000 },
    }
}

/// Networks trained on sequences as the thesis has it, with the rate of its program, 0.5 on the loss over (s T)^2.
pub(super) fn on_sequences(
    scale: f64,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Vec<Network>, Error> {
    let options = json!({
        "scale": scale.to_string(), "decay": DECAY.to_string(), "duration": 3, "activation": "relu", "loss": "batch",
        "rate": 0.5 / (9.0 * scale * scale),
    });
    let name = format!("relu of scale {scale} on sequences");
    networks(&name, size(settings), &options, settings, observer)
}

fn on_the_proxy(settings: &Settings, observer: &dyn Observer) -> Result<Vec<Network>, Error> {
    let options = json!({
        "decay": DECAY.to_string(), "activation": "relu", "loss": "proxy", "steps": 4000, "goal": 1e-12,
    });
    networks("relu of scale 1 on the proxy", size(settings), &options, settings, observer)
}

/// Fits of each unit on positive and negative integrals, by population.
fn draw(p: Option<&Populations>) -> Drawn {
    let all = [Population::Positive, Population::Negative, Population::Both, Population::Null];
    let series: Vec<Series> = all
        .iter()
        .zip(["+", "-", "shared", "null"])
        .enumerate()
        .map(|(k, (kind, name))| {
            let of = p.into_iter().flat_map(|p| {
                (0..p.plus.len()).filter(|i| p.of[*i] == *kind).map(|i| [p.plus[i], p.minus[i]])
            });
            points(name, of).ink(Ink::Series(k))
        })
        .collect();
    scatter(&series, &Axes::new("(L₊)ᵢ", "(L₋)ᵢ").wide(THIRD))
}

fn run_populations(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = size(settings);
    let batch = on_sequences(1.0, settings, observer)?;
    let proxy = on_the_proxy(settings, observer)?;
    let fits = |nets: &[Network]| -> Result<Vec<Populations>, Error> {
        nets.iter().map(|n| n.run(Signal::White, LOOK, 1.0, settings.seed).populations()).collect()
    };
    let (of_batch, of_proxy) = (fits(&batch)?, fits(&proxy)?);
    let odd = |p: &Populations| p.share(Population::Both) + p.share(Population::Null);
    let dot = |nets: &[Network], fits: &[Populations], sign: f64| {
        Estimate::mean(nets.iter().zip(fits).map(|(n, p)| {
            let l = if sign > 0.0 { &p.plus } else { &p.minus };
            n.decoder.row(0).iter().zip(l).map(|(d, l)| d * l).sum::<f64>()
        }))
    };
    let weak = |p: &Populations| {
        let of = |wanted: &dyn Fn(Population) -> bool| {
            let all = (0..p.plus.len()).filter(|i| wanted(p.of[*i]));
            let (sum, count) = all.fold((0.0, 0), |(s, c), i| (s + p.plus[i].max(p.minus[i]), c + 1));
            sum / f64::from(count.max(1))
        };
        of(&|k| k == Population::Both) / of(&|k| matches!(k, Population::Positive | Population::Negative))
    };
    let claims = super::at_size(
        at(
            "fanthomme2021 Fig. 7.3",
            [
                claim("Two populations encode the integral: few units are active at both signs or never")
                    .is("share of shared and null units", mean(&of_batch, odd))
                    .below(0.15)
                    .denied_given(learned(&batch, 1e-2))
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
                    .denied_given(learned(&batch, 1e-2)),
                claim("d·L₋ = -1")
                    .is("d·L₋", dot(&batch, &of_batch, -1.0))
                    .predicted(-1.0, 0.02)
                    .denied_given(learned(&batch, 1e-2)),
                claim("Under the proxy loss there are no shared or null units")
                    .at("fanthomme2021 7.4.1")
                    .is("share of shared and null units", Estimate::mean_of_all(&list(&of_proxy, odd)))
                    .below(0.01)
                    .headline(),
            ],
        ),
        size.n,
        1000,
    );
    let parts = [draw(of_batch.first())?, draw(of_proxy.first())?];
    let caption = format!(
        "Each unit's fits on positive and negative integrals (7.22), {} units, s = 1: one network trained on sequences (A), one on the \
         proxy loss (B).",
        size.n
    );
    let section = Section::new("populations", "Populations")
        .intro(
            "A unit follows the positive or the negative values of the integral where that fit differs from zero and is above a \
             twentieth of its other one and a thousandth of the root mean square of all; it is shared where it follows both, and null where \
             neither.",
        )
        .figures([panels("populations", "Populations", &caption, &parts, 2)?]);
    let json = entries([
        ("shared_or_null_batch", numbers(&list(&of_batch, odd))),
        ("shared_or_null_proxy", numbers(&list(&of_proxy, odd))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
