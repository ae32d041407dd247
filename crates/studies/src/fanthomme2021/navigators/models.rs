//! Table B.1 and Fig. B.4: the inverse model with and without the direct one; and the direct one alone (section 8.2, B.4).

use super::network::{Condition, Trained, Trainer, over};
use super::places::{Squares, places, scores};
use super::size::Size;
use super::tours::sentence;
use crate::common::*;
use faer::Mat;
use nullcline_core::diagnostics::geometry::spatial::Regressors;
use nullcline_core::tasks::navigation::{Map as Rooms, Place};
use nullcline_core::training::navigation::{Modelled, representations};
use nullcline_report::figures::Palette;

/// Table B.1.
pub const TABLE: Study = Study::new(
    "fanthomme2021/tableB.1",
    "Inverse models of SnakePath with and without the direct one, and the direct one alone",
    |s, o| findings(false, Size::of(s), s, o),
);
/// Fig. B.4.
pub const MAPS: Study = Study::new(
    "fanthomme2021/figB.4",
    "Representations of SnakePath learned by the inverse model, with and without the direct one",
    |s, o| findings(true, Size::of(s), s, o),
);

/// Transitions on which models are measured.
const TRANSITIONS: usize = 4096;
/// Places along a side of a room.
const PER: usize = 20;
/// Units that are drawn.
const UNITS: usize = 4;
/// Rows: error between neighbours, between any, R^2; columns: without, with the direct model.
const PRINTED: [[f64; 2]; 3] = [[0.017, 0.015], [1.6, 1.6], [0.95, 0.83]];

/// A network that learned models alone.
struct Learned {
    condition: Condition,
    seed: u64,
    map: Rooms,
    found: Modelled,
    /// Standard deviation of V over places before any training.
    spread_before: f64,
    /// R^2 of units by the position.
    linear: f64,
    /// Mean squared difference between neighbouring places of a room over the variance.
    rough: f64,
    places: Vec<Place>,
    seen: Mat<f32>,
}

fn looked_at(net: &Trained) -> Learned {
    let map = net.plan.world.map().clone();
    let (integrator, sampler) = (net.integrator(), net.felt(0.0));
    let places = places(&map, PER);
    let seen = representations(&integrator, net.parameters(), &sampler, &places);
    let start: Vec<f32> = net.plan.modules.draw(net.seed);
    let spread_before = Modelled::of(&integrator, &start, &sampler, TRANSITIONS).spread;
    Learned {
        condition: net.condition,
        seed: net.seed,
        found: Modelled::of(&integrator, net.parameters(), &sampler, TRANSITIONS),
        spread_before,
        linear: linear(&map, &places, &seen),
        rough: rough(&places, &seen),
        places,
        seen,
        map,
    }
}

/// Mean over units of R^2 of a regression on the position.
fn linear(map: &Rooms, places: &[Place], seen: &Mat<f32>) -> f64 {
    let plane: Vec<[f64; 2]> = places.iter().map(|p| map.plane(p.room, p.at)).collect();
    let [x, y] = [0, 1].map(|i| plane.iter().map(|p| p[i]).collect::<Vec<f64>>());
    let Some(by) = Regressors::of(&[&x, &y]) else { return f64::NAN };
    let units = Mat::from_fn(seen.nrows(), seen.ncols(), |i, k| f64::from(seen[(i, k)]));
    let one = |unit: usize| by.explained(units.as_ref(), unit, &|k| k).unwrap_or(f64::NAN);
    Estimate::mean_of_found((0..seen.nrows()).map(one)).value
}

/// Mean squared difference of neighbours within rooms, over twice the variance.
fn rough(places: &[Place], seen: &Mat<f32>) -> f64 {
    let (m, n) = (seen.nrows(), places.len());
    let v = |i: usize, k: usize| f64::from(seen[(i, k)]);
    let variance: f64 = (0..m)
        .map(|i| {
            let mean = (0..n).map(|k| v(i, k)).sum::<f64>() / n as f64;
            (0..n).map(|k| (v(i, k) - mean).powi(2)).sum::<f64>() / n as f64
        })
        .sum();
    let pairs: Vec<usize> = (0..n).filter(|k| k % PER + 1 < PER).collect();
    let squares: f64 =
        pairs.iter().map(|k| (0..m).map(|i| (v(i, k + 1) - v(i, *k)).powi(2)).sum::<f64>()).sum();
    squares / pairs.len() as f64 / (2.0 * variance)
}

/// The published numbers beside ours, and what the text says.
fn table_claims(without: &[Learned], with: &[Learned], alone: &[Learned]) -> Vec<Claim> {
    let number = |own: &[Learned], row: usize| {
        over(own, |l: &Learned| match row {
            0 => l.found.inverse,
            1 => l.found.anywhere,
            _ => Estimate::unknown(l.linear, 1),
        })
    };
    let names = [
        "error between an action's images (sides)",
        "error between any images (sides)",
        "mean R² of units of V by the position",
    ];
    let mut claims = vec![
        claim("The direct loss alone ends in a V that tells nothing")
            .at("fanthomme2021, sections 8.2 and B.4")
            .is(
                "standard deviation of V over places, over that before training",
                over(alone, |l| Estimate::unknown(l.found.spread / l.spread_before, 1)),
            )
            .below(0.1)
            .headline(),
        claim("The direct loss changes the inverse model's error hardly")
            .at("fanthomme2021, B.4")
            .is(
                "error with the direct loss, over that without",
                over(&with.iter().zip(without).collect::<Vec<_>>(), |(a, b)| {
                    a.found.inverse.over(b.found.inverse)
                }),
            )
            .between(0.5, 2.0)
            .headline(),
        claim("Between images that no single action connects errors are large")
            .at("fanthomme2021, B.4")
            .is(
                "error between any images over that between an action's",
                over(with, |l| l.found.anywhere.over(l.found.inverse)),
            )
            .above(5.0),
    ];
    for (row, name) in names.iter().enumerate() {
        for (c, own) in [without, with].into_iter().enumerate() {
            let value = PRINTED[row][c];
            let tolerance = if row < 2 { value } else { 0.15 };
            claims.push(
                claim(format!("{}: {name}", own[0].condition.name()))
                    .is("mean over networks", number(own, row))
                    .published(value, tolerance),
            );
        }
    }
    claims
}

fn map_claims(without: &[Learned], with: &[Learned]) -> Vec<Claim> {
    let pairs: Vec<(&Learned, &Learned)> = with.iter().zip(without).collect();
    vec![
        claim("The direct loss makes representations smoother")
            .is(
                "squared difference between neighbouring places over the variance, with the direct loss over without",
                over(&pairs, |(a, b)| Estimate::unknown(a.rough / b.rough, 1)),
            )
            .below(1.0)
            .headline(),
    ]
}

fn findings(maps: bool, size: Size, settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let trainer = Trainer { map: "SnakePath", size, settings, observer };
    let of =
        |c: Condition| -> Result<Vec<Learned>, Error> { Ok(trainer.all(c)?.iter().map(looked_at).collect()) };
    let (without, with) = (of(Condition::Inverse)?, of(Condition::Models)?);
    let alone = if maps { vec![] } else { of(Condition::Direct)? };
    let (source, claims) = match maps {
        true => ("fanthomme2021 Fig. B.4", map_claims(&without, &with)),
        false => ("fanthomme2021 Table B.1", table_claims(&without, &with, &alone)),
    };
    let claims = size.asked(at(source, claims));
    let all: Vec<&Learned> = without.iter().chain(&with).chain(&alone).collect();
    let table = Table::of(&all)
        .column("losses", "", |l| l.condition.name())
        .column("seed", "", |l| l.seed)
        .column("error", "sides", |l| l.found.inverse)
        .column("error_anywhere", "sides", |l| l.found.anywhere)
        .column("direct_missed", "", |l| l.found.direct)
        .columns(["r2_visual", "roughness", "spread", "spread_before"], |l| {
            [l.linear, l.rough, l.found.spread, l.spread_before]
        })
        .named(
            "models",
            "Each network: errors of the inverse model between the images of an action and between any two, share of the variance of V after an \
             action that the direct model misses, mean R² of units of V by the position, squared difference of V between neighbouring places \
             over its variance, standard deviation of V over places, and that before training.",
        );
    let json = entries([
        ("losses", written(all.iter().map(|l| l.condition.name()).collect::<Vec<_>>())),
        ("error", numbers(&list(&all, |l| l.found.inverse.value))),
        ("error_anywhere", numbers(&list(&all, |l| l.found.anywhere.value))),
        ("r2_visual", numbers(&list(&all, |l| l.linear))),
        ("roughness", numbers(&list(&all, |l| l.rough))),
        ("spread", numbers(&list(&all, |l| l.found.spread))),
    ]);
    let section = Section::new("models", "Models of the environment")
        .intro(format!("{} of each, {}, no path integration.", sentence(&size.networks()), size.words()))
        .figures([draw(&without[0], &with[0])?])
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

fn draw(without: &Learned, with: &Learned) -> Drawn {
    let mut all = vec![];
    for (name, l) in [("inverse", without), ("both", with)] {
        let squares = Squares::of_map(&l.map, PER);
        let m = l.seen.nrows();
        for unit in (0..UNITS).map(|k| k * m / UNITS) {
            let at = l.places.iter().enumerate();
            let values = at.map(|(k, p)| (l.map.plane(p.room, p.at), f64::from(l.seen[(unit, k)])));
            let means = squares.means(values);
            all.push(squares.draw(
                &format!("{name}: unit {unit}"),
                scores(&means),
                "standard score",
                Palette::Diverging(0.0),
            )?);
        }
    }
    let caption =
        "Activity of units of V over the map, learned by the inverse model's loss alone, and by both losses.";
    panels("units", "Representations", caption, &all, UNITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::every_study;
    use nullcline_core::job::Silent;

    #[test]
    fn models_of_small_networks() {
        every_study(
            "models",
            &[TABLE, MAPS],
            &[&|s| findings(false, Size::SMALL, s, &Silent), &|s| findings(true, Size::SMALL, s, &Silent)],
            |_| false,
            |_| (),
        );
    }
}
