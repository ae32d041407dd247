//! Fig. B.6: models first, then path integration, in three ways.

use super::network::{Condition, Trained, Trainer, learned, over};
use super::size::Size;
use super::tours::sentence;
use crate::common::*;
use nullcline_core::training::navigation::{Modelled, Walked};

/// Fig. B.6.
pub const STUDY: Study = Study::new(
    "fanthomme2021/figB.6",
    "Curricula: path integration after models, and what is forgotten of these",
    |s, o| findings(Size::of(s), s, o),
);

const PROTOCOLS: [Condition; 3] = [Condition::Gate, Condition::Integration, Condition::Everything];
/// Transitions on which models are measured.
const TRANSITIONS: usize = 2048;

/// One protocol of one network.
struct Taught {
    net: Trained,
    walked: Walked,
    before: Modelled,
    after: Modelled,
}

fn taught(trainer: &Trainer, condition: Condition, seed: u64) -> Result<Taught, Error> {
    let (first, net) = (trainer.trained(Condition::Models, seed)?, trainer.trained(condition, seed)?);
    let of = |n: &Trained| Modelled::of(&n.integrator(), n.parameters(), &n.felt(0.0), TRANSITIONS);
    let [course, _] = net.courses();
    Ok(Taught { walked: net.walk(course, 0.0), before: of(&first), after: of(&net), net })
}

impl Taught {
    /// How many times as large the errors of a model are, after all and before.
    fn forgot(&self, direct: bool) -> Estimate {
        match direct {
            true => self.after.direct.over(self.before.direct),
            false => self.after.inverse.over(self.before.inverse),
        }
    }

    /// Standard deviation of what ln of the loss of path integration changes by from one validation to the next, in the second half.
    fn restless(&self) -> f64 {
        let all: Vec<f64> = self.net.lesson.curve.iter().map(|r| r.held.integration.ln()).collect();
        let steps: Vec<f64> = all[all.len() / 2..].windows(2).map(|w| w[1] - w[0]).collect();
        nullcline_core::numbers::deviation(&steps)
    }
}

fn claims(all: &[Vec<Taught>], size: Size) -> Vec<Claim> {
    let [gate, integration, everything] = [0, 1, 2].map(|k| &all[k]);
    let given = |own: &[Taught]| learned(own.iter().map(|t| &t.walked));
    let forgot = |own: &[Taught], direct: bool| over(own, |t: &Taught| t.forgot(direct));
    let beside = |own: &[Taught]| {
        let pairs: Vec<(&Taught, &Taught)> = own.iter().zip(gate).collect();
        over(&pairs, |(a, b)| a.walked.long.over(b.walked.long))
    };
    let restless = |own: &[Taught]| {
        let pairs: Vec<(&Taught, &Taught)> = own.iter().zip(gate).collect();
        over(&pairs, |(a, b)| Estimate::unknown(a.restless() / b.restless(), 1))
    };
    let (error, inverse, direct) = (
        "error over 100 actions, over that of protocol A",
        "error of the inverse model after path integration was learned, over that before",
        "variance that the direct model misses after path integration was learned, over that before",
    );
    let moved = largest(gate.iter().flat_map(|t| [true, false].map(|d| (t.forgot(d).value - 1.0).abs())));
    let chaos = "standard deviation of changes of ln loss between validations, over that of protocol A";
    vec![
        claim("Errors of path integration end near each other: protocol B beside A")
            .is(error, beside(integration))
            .between(0.5, 2.0)
            .denied_given(given(integration)),
        claim("And protocol C beside A")
            .is(error, beside(everything))
            .between(0.5, 2.0)
            .denied_given(given(everything)),
        claim("Retraining everything on path integration alone makes the direct model worse (protocol B)")
            .is(direct, forgot(integration, true))
            .above(1.5)
            .given(given(integration))
            .headline(),
        claim("And the inverse model")
            .is(inverse, forgot(integration, false))
            .above(1.1)
            .given(given(integration))
            .headline(),
        theory("With all losses nothing is forgotten of the direct model (protocol C)")
            .is(direct, forgot(everything, true))
            .below(1.5)
            .denied_given(given(everything).and(size.long()))
            .headline(),
        theory("Nor of the inverse model")
            .is(inverse, forgot(everything, false))
            .below(1.1)
            .denied_given(given(everything).and(size.long())),
        check("Where the gate alone learns, models stay as they were (protocol A)")
            .is(
                "largest change of an error of theirs, as a share of it",
                Estimate::new(moved, 0.0, gate.len()),
            )
            .at_most(1e-9),
        claim("Learning the models' parameters makes the loss more chaotic: protocol B beside A")
            .is(chaos, restless(integration))
            .above(1.0),
        claim("And protocol C beside A").is(chaos, restless(everything)).above(1.0),
    ]
}

fn findings(size: Size, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let trainer = Trainer { map: "SnakePath", size, settings, observer };
    let seeds = settings.seed..settings.seed + size.seeds;
    let one =
        |c: Condition| seeds.clone().map(|seed| taught(&trainer, c, seed)).collect::<Result<_, Error>>();
    let all: Vec<Vec<Taught>> = PROTOCOLS.into_iter().map(one).collect::<Result<_, _>>()?;
    let claims = size.asked(at("fanthomme2021 Fig. B.6", claims(&all, size)));
    let rows: Vec<&Taught> = all.iter().flatten().collect();
    let table = Table::of(&rows)
        .column("protocol", "", |t| t.net.condition.name())
        .column("seed", "", |t| t.net.seed)
        .column("error_short", "sides", |t| t.walked.short)
        .column("error_long", "sides", |t| t.walked.long)
        .column("inverse_before", "sides", |t| t.before.inverse)
        .column("inverse_after", "sides", |t| t.after.inverse)
        .column("direct_before", "", |t| t.before.direct)
        .column("direct_after", "", |t| t.after.direct)
        .column("restless", "", |t| t.restless())
        .named(
            "protocols",
            "Each protocol: errors of path integration over 5 and 100 actions, the inverse model's error and the share of the variance of \
             representations that the direct model misses, before path integration was learned and after.",
        );
    let json = entries([
        ("protocols", written(rows.iter().map(|t| t.net.condition.name()).collect::<Vec<_>>())),
        ("error_long", numbers(&list(&rows, |t| t.walked.long.value))),
        ("direct_forgot", numbers(&list(&rows, |t| t.forgot(true).value))),
        ("inverse_forgot", numbers(&list(&rows, |t| t.forgot(false).value))),
    ]);
    let section = Section::new("curricula", "Three ways to learn path integration after models")
        .intro(format!(
            "{} of each protocol, models first, then path integration: each {}.",
            sentence(&size.networks()),
            size.words()
        ))
        .figures([draw(&all)?])
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// Losses of validations by step.
fn draw(all: &[Vec<Taught>]) -> Drawn {
    let one = |which: usize| -> Drawn {
        let title = ["path integration", "direct model", "inverse model"][which];
        let series =
            all.iter().zip(["A: gate", "B: path integration", "C: all losses"]).map(|(own, name)| {
                let curves = || own.iter().map(|t| &t.net.lesson.curve);
                let count = curves().map(Vec::len).min().unwrap_or(0);
                let x: Vec<f64> = own[0].net.lesson.curve[..count].iter().map(|r| r.step as f64).collect();
                let of = |k: usize, c: &Vec<_>| -> f64 {
                    let r: &nullcline_core::training::navigation::LessonRow = &c[k];
                    [r.held.integration, r.held.direct, r.held.inverse][which]
                };
                let y: Vec<f64> =
                    (0..count).map(|k| curves().map(|c| of(k, c)).sum::<f64>() / own.len() as f64).collect();
                let named = Series::new(name, &x, &y);
                if which == 0 { named } else { named.unlisted() }
            });
        let axes = Axes { x_whole: true, y_log: true, ..Axes::new("step", "loss").wide(THIRD) };
        lines(&series.collect::<Vec<_>>(), &axes)?.named(title, title, "")
    };
    let caption = "Losses of validations while path integration is learned by networks whose models were trained before, means over networks. A: of \
                   path integration. B: of the direct model. C: of the inverse model.";
    panels("curricula", "Losses", caption, &[one(0)?, one(1)?, one(2)?], 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::every_study;
    use nullcline_core::job::Silent;

    #[test]
    fn curricula_of_small_networks() {
        let run: crate::small::Run = &|s| findings(Size { steps: 40, ..Size::SMALL }, s, &Silent);
        every_study("curricula", &[STUDY], &[run], |_| false, |_| ());
    }
}
