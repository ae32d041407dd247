//! The theory: the bound and its optimum, what the optimum samples at rest, and the flow of trained networks beside it.

mod bound;
mod residual;
mod sampling;

use super::networks::Sizes;
use crate::common::*;

/// The theory.
pub const STUDY: Study = Study::new(
    "krishna2024/theory",
    "Greedy-optimal dynamics: the bound, the score, Langevin sampling, and trained networks beside",
    run,
);

/// How much is simulated.
#[derive(Clone, Copy)]
pub struct Amount {
    pub states: usize,
    pub draws: usize,
    pub chains: usize,
    pub steps: usize,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let amount = match settings.preset {
        Preset::Quick => Amount { states: 200, draws: 1000, chains: 16, steps: 40_000 },
        Preset::Paper => Amount { states: 1000, draws: 5000, chains: 64, steps: 200_000 },
    };
    findings(amount, Sizes::of_heads(settings), settings, observer)
}

pub fn findings(
    amount: Amount,
    sizes: Sizes,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Findings, Error> {
    observer.start("sampling", 4);
    let bounds = [
        bound::bound(true, amount.states, amount.draws, settings.seed)?,
        bound::bound(false, amount.states, amount.draws, settings.seed)?,
    ];
    observer.at(2);
    let densities = sampling::densities()?;
    let sampled = |factor| sampling::sampled(factor, amount.chains, amount.steps, &densities, settings.seed);
    let sampled = [sampled(1.0)?, sampled(2f64.sqrt())?];
    observer.finish();
    let flows = residual::flows(settings, sizes, observer)?;
    let mut claims = bound::claims(&bounds);
    claims.extend(sampling::claims(&sampled, &densities));
    claims.extend(sizes.asked(residual::claims(&flows)));
    let table = Table::of(
        &bounds.iter().flat_map(|b| b.updates.iter().map(move |u| (b.gaussian, u))).collect::<Vec<_>>(),
    )
    .column("states", "", |r| if r.0 { "gaussian" } else { "mixture" })
    .column("update", "", |r| r.1.share.label)
    .columns(["loss", "loss_error"], |r| pair(r.1.loss))
    .columns(["upper", "upper_error"], |r| pair(r.1.upper))
    .columns(["moved", "moved_error"], |r| pair(r.1.moved))
    .named("updates", "Loss, its bound, and E |Δr₁ + ση|², means over states with their standard errors.");
    let bound_section = Section::new("bound", "The bound and its optimum")
        .intro(
            "A linear encoder of two state variables in twelve units, near-optimal before the step: D r = s. An update takes shares of the \
             estimation D† Δs and of the denoising σ² Δt ∇ log p.",
        )
        .tables([table]);
    let sections = vec![bound_section, sampling::section(&sampled, &densities)?, residual::section(&flows)?];
    let json = entries([
        ("kl_from_p", numbers(&list(&sampled, |s| s.from[0]))),
        ("kl_from_p_squared", numbers(&list(&sampled, |s| s.from[1]))),
        ("narrow_share", numbers(&list(&sampled, |s| s.narrow.value))),
        ("flow_along_score", numbers(&list(&flows, |f| f.cosine))),
        ("flow_slope", numbers(&list(&flows, |f| f.slope))),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: vec![] })
}
