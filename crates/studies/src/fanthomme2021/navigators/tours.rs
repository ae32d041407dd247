//! Figs. 8.5 and B.11: a tour of the whole map.

use super::network::{Condition, Trained, Trainer, mean_of, over};
use super::size::Size;
use crate::common::*;
use nullcline_core::linalg::random::{Use, stream, uniform};
use nullcline_core::tasks::navigation::{Map as Rooms, Place, Trajectory, World};
use nullcline_core::training::navigation::{Course, Glimpses, Way};
use nullcline_report::figures::rooms;

/// Fig. 8.5.
pub const SNAKE: Study = Study::new(
    "fanthomme2021/fig8.5",
    "A tour of SnakePath: errors and gate of a resetting path integrator",
    |s, o| findings(&Tour::SNAKE, Size::of(s), s, o),
);
/// Fig. B.11.
pub const TWINS: Study = Study::new(
    "fanthomme2021/figB.11",
    "A tour of a map with look-alike rooms: errors and gate of a resetting path integrator",
    |s, o| findings(&Tour::TWINS, Size::of(s), s, o),
);

/// Tours of a network.
const TOURS: u64 = 16;
/// Half the side of the square in which a visited place is put.
const AROUND: f64 = 0.1;
/// An image after every fifth action, as in the program.
const GLIMPSES: Glimpses = Glimpses::Every { first: 5, period: 5 };

/// A map and the network that tours it.
struct Tour {
    map: &'static str,
    source: &'static str,
    condition: Condition,
}

impl Tour {
    const SNAKE: Self =
        Self { map: "SnakePath", source: "fanthomme2021 Fig. 8.5", condition: Condition::All };
    const TWINS: Self =
        Self { map: "Ambiguous", source: "fanthomme2021 Fig. B.11", condition: Condition::Twins };
}

/// A network's tours.
struct Toured {
    seed: u64,
    map: Rooms,
    ways: Vec<Way>,
}

/// The map's tour, each place drawn anew near it.
fn tour(map: &Rooms, seed: u64, k: u64) -> Result<Trajectory, Error> {
    let world = World::new(map.clone(), None).map_err(|e| Error::Setting(e.to_string()))?;
    let mut rng = stream(seed, Use::Task, k);
    let way = world.follow(Place { room: 0, at: [0.0; 2] }, &map.tour, &mut rng);
    let near = |v: f64, rng: &mut nullcline_core::linalg::random::Rng| {
        (v + uniform(rng, -AROUND, AROUND)).clamp(-0.5, 0.5)
    };
    let place = |p: &Place, rng: &mut _| Place { room: p.room, at: p.at.map(|v| near(v, rng)) };
    let places: Vec<Place> = way.places.iter().map(|p| place(p, &mut rng)).collect();
    let plane = |p: &Place| map.plane(p.room, p.at);
    let action = |w: &[Place]| {
        let (a, b) = (plane(&w[0]), plane(&w[1]));
        [b[0] - a[0], b[1] - a[1]]
    };
    let actions = places.windows(2).map(action).collect();
    Ok(Trajectory { places, actions, reached: None })
}

fn toured(net: &Trained) -> Result<Toured, Error> {
    let map = net.plan.world.map().clone();
    let all: Vec<Trajectory> = (0..TOURS).map(|k| tour(&map, net.seed, k)).collect::<Result<_, _>>()?;
    let course =
        Course { count: all.len(), steps: map.tour.len(), glimpses: GLIMPSES, seed: Course::CODED.seed };
    let ways = course.along(&mut net.integrator(), net.parameters(), &net.felt(0.0), 0, all);
    Ok(Toured { seed: net.seed, map, ways })
}

/// Distance of what is told from what is so after each action.
fn errors(way: &Way) -> Vec<f64> {
    let truth = way.trajectory.displacements();
    way.told.iter().zip(truth).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).collect()
}

impl Toured {
    /// A number of each tour, their mean.
    fn each(&self, f: impl Fn(&Way) -> f64) -> Estimate {
        Estimate::mean_of_found(self.ways.iter().map(f))
    }

    /// Mean error of a third of the tour.
    fn third(&self, k: usize) -> Estimate {
        self.each(|w| {
            let all = errors(w);
            let n = all.len() / 3;
            mean_of(&all[k * n..(k + 1) * n])
        })
    }

    fn growth(&self) -> Estimate {
        self.third(2).over(self.third(0))
    }

    /// Mean of ln g after actions with an image, less that after others.
    fn closes(&self) -> Estimate {
        self.each(|w| {
            let of = |there: bool| {
                let own = w.resets.iter().zip(&w.log_kept).filter(|(r, _)| r.1 == there);
                mean_of(&own.map(|(_, g)| *g).collect::<Vec<_>>())
            };
            of(true) - of(false)
        })
    }

    /// What an image takes from the error: that after an image less that one action before.
    fn falls(&self) -> Estimate {
        self.each(|w| {
            let all = errors(w);
            let own = (1..all.len()).filter(|t| w.resets[*t].1).map(|t| all[t] - all[t - 1]);
            mean_of(&own.collect::<Vec<_>>())
        })
    }

    /// Mean error of the tour over the mean distance from its start.
    fn share(&self) -> f64 {
        let away = |w: &Way| {
            mean_of(&w.trajectory.displacements().iter().map(|d| d[0].hypot(d[1])).collect::<Vec<_>>())
        };
        self.each(|w| mean_of(&errors(w)) / away(w)).value
    }
}

fn findings(
    tour: &Tour,
    size: Size,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Findings, Error> {
    let trainer = Trainer { map: tour.map, size, settings, observer };
    let all: Vec<Toured> = trainer.all(tour.condition)?.iter().map(toured).collect::<Result<_, _>>()?;
    let worst = largest(all.iter().map(Toured::share));
    let learned = || match worst < 0.5 {
        true => size.long(),
        false => Err(format!("a network errs by {:.0} % of the way from its start", 100.0 * worst)),
    };
    let claims = at(
        tour.source,
        [
            claim("Errors do not build up along a tour of the whole map")
                .is(
                    "mean error of the last third of the tour over that of the first",
                    over(&all, Toured::growth),
                )
                .below(2.0)
                .denied_given(learned())
                .headline(),
            claim("The gate closes on the integrated state where there is an image")
                .is("mean of ln g with an image, less that without", over(&all, Toured::closes))
                .below(0.0)
                .denied_given(learned())
                .headline(),
            theory("An image does not make errors larger")
                .is("error after an image less that one action before (sides)", over(&all, Toured::falls))
                .below(0.01)
                .denied_given(learned()),
        ],
    );
    let claims = size.asked(claims);
    let rows: Vec<(u64, usize, [f64; 3])> = all
        .iter()
        .flat_map(|t| {
            let w = &t.ways[0];
            let e = errors(w);
            (0..e.len())
                .map(move |k| (t.seed, k + 1, [e[k], w.log_kept[k], f64::from(u8::from(w.resets[k].1))]))
        })
        .collect();
    let table = Table::of(&rows)
        .column("seed", "", |r| r.0)
        .column("action", "", |r| r.1)
        .columns(["error", "log_g", "image"], |r| r.2)
        .named(
            "tour",
            "The first tour of each network: error in sides, ln g, and whether there was an image.",
        );
    let json = entries([
        ("growth", numbers(&list(&all, |t| t.growth().value))),
        ("gate_at_images", numbers(&list(&all, |t| t.closes().value))),
        ("error", numbers(&list(&all, |t| t.each(|w| mean_of(&errors(w))).value))),
    ]);
    let section = Section::new("tour", "A tour of the map")
        .intro(format!(
            "{}, {}; {TOURS} tours each, every place drawn within {AROUND} of the thesis's, felt exactly, an image after every fifth action.",
            sentence(&size.networks()),
            size.words()
        ))
        .figures([draw(&all[0])?])
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// With a capital.
pub fn sentence(words: &str) -> String {
    let mut all = words.chars();
    all.next().map_or(String::new(), |c| c.to_uppercase().chain(all).collect())
}

/// The first tour, its gate and its error.
fn draw(t: &Toured) -> Drawn {
    let w = &t.ways[0];
    let origin = t.map.plane(w.trajectory.places[0].room, w.trajectory.places[0].at);
    let truth = w.trajectory.places.iter().map(|p| t.map.plane(p.room, p.at));
    let told = w.told.iter().map(|d| [origin[0] + d[0], origin[1] + d[1]]);
    let way = rooms(
        &t.map,
        &[points("true", truth), points("decoded", told).dashed(), points("start", [origin]).ink(Ink::Black)],
    )?;
    let steps: Vec<f64> = (1..=w.told.len()).map(|k| k as f64).collect();
    let images = || steps.iter().zip(&w.resets).filter(|(_, r)| r.1).map(|(t, _)| *t);
    let over_time = |values: &[f64], name: &str, y: &str, log: bool| -> Drawn {
        let mut axes =
            Axes { x_whole: true, y_log: log, height: 170.0, ..Axes::new("actions", y).wide(THIRD) };
        for (k, t) in images().enumerate() {
            axes = axes.reference(if k == 0 { "image" } else { "" }, Reference::Upward(t));
        }
        lines(&[Series::new("", &steps, values)], &axes)?.named(name, name, "")
    };
    let gate = over_time(&w.log_kept, "gate", "ln g", false)?;
    let error = over_time(&errors(w), "error", "error (sides of a room)", true)?;
    let caption = "A: where it was, and the position decoded from its state. B: logarithm of the gate, the share of the integrated state that is kept. C: \
                   distance between both.";
    panels("tour", "A tour", caption, &[way.named("way", "way", "")?, gate, error], 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::every_study;
    use nullcline_core::job::Silent;

    #[test]
    fn tours_of_small_networks() {
        every_study(
            "tours",
            &[SNAKE, TWINS],
            &[&|s| findings(&Tour::SNAKE, Size::SMALL, s, &Silent), &|s| {
                findings(&Tour::TWINS, Size { seeds: 2, ..Size::SMALL }, s, &Silent)
            }],
            |_| false,
            |_| (),
        );
    }
}
