//! Fig. 7.11: supports of encoders and decoders, block-diagonal weights and mixed selectivity.

use super::fig7_7::size;
use super::integrators::network::{Network, learned, networks};
use super::integrators::picture::weights;
use crate::common::*;
use nullcline_core::diagnostics::geometry::currents::{blocks, mixed};
use nullcline_core::linalg::random::{Use, stream};
use nullcline_core::tasks::Signal;

/// Fig. 7.11.
pub const STUDY: Study =
    Study::new("fanthomme2021/fig7.11", "Disjoint supports make the weights block-diagonal", run_supports);

/// How a network's weights and units are parted.
struct Parting {
    /// Share of the square of W within the halves of the units.
    inside: f64,
    /// Mean mixed-selectivity index of the units.
    mixing: f64,
}

fn parting(t: &Network, seed: u64) -> Result<Parting, Error> {
    let n = t.recurrent.nrows();
    let half: Vec<usize> = (0..n).map(|i| usize::from(i >= n / 2)).collect();
    let mut rng = stream(seed, Use::Permutation, 711);
    let blocks = blocks(t.recurrent.as_ref(), &half, 1, &mut rng);
    let s = t.run(Signal::White, [16, 100], 1.0, seed).selectivity()?;
    let mixed = mixed(s.as_ref(), &vec![true; n], 1, &mut rng);
    Ok(Parting { inside: blocks.map_or(f64::NAN, |b| b.inside), mixing: mixed.mean.value })
}

fn claims(all: &[Vec<Network>], partings: &[Vec<Parting>]) -> Vec<Claim> {
    let estimate = |k: usize, f: &dyn Fn(&Parting) -> f64| Estimate::mean(partings[k].iter().map(f));
    let inside = |p: &Parting| p.inside;
    let mixing = |p: &Parting| p.mixing;
    let done = |k: usize| learned(&all[k], 1e-2);
    at(
        "fanthomme2021 Fig. 7.11",
        [
            claim(
                "With the same support of encoder and decoder, parted between channels, W is block-diagonal",
            )
            .is("share of the square of W within the halves", estimate(1, &inside))
            .above(0.99)
            .denied_given(done(1))
            .headline(),
            claim("Without restriction it is not")
                .is("the same", estimate(0, &inside))
                .below(0.8)
                .given(done(0)),
            claim("Parted units have single selectivity")
                .is("mean mixed-selectivity index of units", estimate(1, &mixing))
                .below(0.1)
                .denied_given(done(1))
                .headline(),
            claim("Units of free vectors have mixed selectivity")
                .is("the same", estimate(0, &mixing))
                .above(0.25)
                .given(done(0)),
            claim("Relaxing the support of the decoders brings mixing back")
                .is("the same", estimate(3, &mixing))
                .above(0.1)
                .given(done(3)),
            claim("So does relaxing that of the encoders")
                .is("the same", estimate(4, &mixing))
                .above(0.1)
                .given(done(4)),
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
    )
}

fn run_supports(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let mut size = size(settings, 8);
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
        all.push(networks(&what, size, &options(kind), settings, observer)?);
    }
    let look = |nets: &Vec<Network>| nets.iter().map(|t| parting(t, settings.seed)).collect();
    let partings: Vec<Vec<Parting>> = all.iter().map(look).collect::<Result<_, Error>>()?;
    let claims = super::at_size(claims(&all, &partings), size.n, 1000);
    let rows: Vec<(usize, &Network, &Parting)> =
        (0..kinds.len()).flat_map(|k| all[k].iter().zip(&partings[k]).map(move |(t, p)| (k, t, p))).collect();
    let table = Table::of(&rows)
        .column("support", "", |r| kinds[r.0])
        .column("seed", "", |r| r.1.plan.seed)
        .column("loss", "", |r| r.1.loss)
        .column("inside", "", |r| r.2.inside)
        .column("mixing", "", |r| r.2.mixing)
        .named(
            "networks",
            "Each network: loss over that before training, share of the square of W within the halves of the units, mixed-selectivity index (0: one \
             integral a unit, 1: both alike).",
        );
    let units = indices(size.n);
    let pictures: Vec<Figure> = [0, 1, 2]
        .iter()
        .filter_map(|k| all[*k].first().map(|t| weights(t.recurrent.as_ref(), &units, kinds[*k])))
        .collect::<Result<_, _>>()?;
    let caption = format!(
        "W of networks of {} units: without restriction (A), each channel on its half of the units (B), with a fifth of the units shared (C). \
         Cells are root mean squares over neighbouring units with the sign of their mean where there are more than 100.",
        size.n
    );
    let section = Section::new("supports", "Supports of encoders and decoders")
        .intro(
            "Two channels on sequences of four steps; halves of the units. Supports: free, equal (each channel's vectors on its half), with \
             a fifth of the units shared, and with the decoders or the encoders free.",
        )
        .figures([panels("weights", "Weights by support", &caption, &pictures, 3)?])
        .tables([table]);
    let json = entries([
        ("kinds", json!(kinds)),
        (
            "mixing",
            numbers(
                &(0..5)
                    .map(|k| Estimate::mean(partings[k].iter().map(|p| p.mixing)).value)
                    .collect::<Vec<_>>(),
            ),
        ),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}
