//! Figs. B.7 and B.8: units against positions in the room and against displacements.

use super::network::{Condition, Trained, Trainer, learned, over};
use super::places::{Squares, liveliest, positions, scores};
use super::size::Size;
use super::tours::sentence;
use crate::common::*;
use nullcline_core::tasks::navigation::Map as Rooms;
use nullcline_core::training::navigation::{Walked, Way};
use nullcline_report::figures::Palette;

/// Fig. B.7.
pub const ABSOLUTE: Study = Study::new(
    "fanthomme2021/figB.7",
    "Units of resetting path integrators against the position in the map",
    |s, o| findings(0, Size::of(s), s, o),
);
/// Fig. B.8.
pub const RELATIVE: Study = Study::new(
    "fanthomme2021/figB.8",
    "Units of resetting path integrators against the displacement from the start",
    |s, o| findings(1, Size::of(s), s, o),
);

/// Units that are drawn.
const UNITS: usize = 4;
/// Displacements that are drawn, in sides.
const REACH: f64 = 3.0;

struct Seen {
    condition: Condition,
    seed: u64,
    walked: Walked,
    map: Rooms,
    ways: Vec<Way>,
}

fn seen(net: &Trained, size: Size) -> Seen {
    let [course, _] = net.courses();
    let walked = net.walk(course, 0.0);
    let ways = net.ways(course, size.test[0]);
    let map = net.plan.world.map().clone();
    Seen { condition: net.condition, seed: net.seed, walked, map, ways }
}

fn findings(
    which: usize,
    size: Size,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Findings, Error> {
    let trainer = Trainer { map: "SnakePath", size, settings, observer };
    let of = |c: Condition| -> Result<Vec<Seen>, Error> {
        Ok(trainer.all(c)?.iter().map(|net| seen(net, size)).collect())
    };
    let (with, without) = (of(Condition::All)?, of(Condition::Frozen)?);
    let share = |own: &[Seen]| over(own, |s: &Seen| s.walked.states.means[which]);
    let given = |own: &[Seen]| learned(own.iter().map(|s| &s.walked));
    let quantity = ["mean R² of units by the position", "mean R² of units by the displacement"][which];
    let source = ["fanthomme2021 Fig. B.7", "fanthomme2021 Fig. B.8"][which];
    let (linear, other) = if which == 0 { (&with, &without) } else { (&without, &with) };
    let [texts, not] = match which {
        0 => [
            "States of a network that resets are close to linear in the position in the map",
            "Those of one without losses of models are not",
        ],
        _ => [
            "States of a network without losses of models are close to linear in the displacement",
            "Those of one that resets are not",
        ],
    };
    let claims = at(
        source,
        [
            claim(texts).is(quantity, share(linear)).above(0.7).denied_given(given(linear)).headline(),
            claim(not).is(quantity, share(other)).below(0.5).given(given(other)).headline(),
        ],
    );
    let claims = size.asked(claims);
    let all: Vec<&Seen> = with.iter().chain(&without).collect();
    let table = Table::of(&all)
        .column("network", "", |s| s.condition.name())
        .column("seed", "", |s| s.seed)
        .column("r2_absolute", "", |s| s.walked.states.means[0])
        .column("r2_relative", "", |s| s.walked.states.means[1])
        .named("networks", "Mean R² of units by a linear regression on the position and on the displacement, errors over trajectories.");
    let json = entries([
        ("networks", written(all.iter().map(|s| s.condition.name()).collect::<Vec<_>>())),
        ("r2_absolute", numbers(&list(&all, |s| s.walked.states.means[0].value))),
        ("r2_relative", numbers(&list(&all, |s| s.walked.states.means[1].value))),
    ]);
    let section = Section::new("units", "Units and positions")
        .intro(format!("{} of each kind, {}.", sentence(&size.networks()), size.words()))
        .figures([draw(which, &with[0], &without[0])?])
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn draw(which: usize, with: &Seen, without: &Seen) -> Drawn {
    let mut all = vec![];
    for (name, s) in [("with", with), ("without", without)] {
        let squares = match which {
            0 => Squares::of_map(&s.map, 5),
            _ => Squares::between([-REACH; 2], [REACH; 2], 3),
        };
        let at: Vec<Vec<[[f64; 2]; 2]>> = s.ways.iter().map(|w| positions(&s.map, w)).collect();
        for unit in liveliest(&s.ways, UNITS) {
            let values = s.ways.iter().zip(&at).flat_map(|(w, at)| {
                at.iter().enumerate().map(move |(t, p)| (p[which], f64::from(w.states[(unit, t)])))
            });
            let title = format!("{name}: unit {unit}");
            all.push(squares.draw(
                &title,
                scores(&squares.means(values)),
                "standard score",
                Palette::Diverging(0.0),
            )?);
        }
    }
    let by = ["position in the map", "displacement from the start"][which];
    let caption = format!(
        "Mean activity of units of the state by the {by}, with losses of models and without them, where V, P and G are as they were drawn. \
         Grey: never visited."
    );
    panels("units", "Units", &caption, &all, UNITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::every_study;
    use nullcline_core::job::Silent;

    #[test]
    fn units_of_small_networks() {
        every_study(
            "units",
            &[ABSOLUTE, RELATIVE],
            &[&|s| findings(0, Size::SMALL, s, &Silent), &|s| findings(1, Size::SMALL, s, &Silent)],
            |_| false,
            |_| (),
        );
    }
}
