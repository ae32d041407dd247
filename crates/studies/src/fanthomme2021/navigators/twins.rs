//! Figs. 8.7 and B.12: a map with two rooms of one look.

use super::network::{Condition, Trained, Trainer, learned, over};
use super::places::{Squares, liveliest, places, positions, scores};
use super::size::Size;
use super::tours::sentence;
use crate::common::*;
use faer::Mat;
use nullcline_core::numbers::jackknife::delete_one;
use nullcline_core::tasks::navigation::{Map as Rooms, Place};
use nullcline_core::training::navigation::{Walked, Way, log_kept, representations, told};
use nullcline_report::figures::Palette;

/// Fig. 8.7.
pub const STATES: Study = Study::new(
    "fanthomme2021/fig8.7",
    "Look-alike rooms: what is seen there, and the states in which a path integrator is",
    |s, o| findings(Which::States, Size::of(s), s, o),
);
/// Fig. B.12.
pub const RESETS: Study = Study::new(
    "fanthomme2021/figB.12",
    "Look-alike rooms: where a path integrator is reset by what it sees",
    |s, o| findings(Which::Resets, Size::of(s), s, o),
);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    States,
    Resets,
}

/// Blocks of trajectories of which each is left out for errors.
const BLOCKS: usize = 20;
/// Units that are drawn.
const UNITS: usize = 3;

/// A network in the map.
struct Found {
    seed: u64,
    map: Rooms,
    walked: Walked,
    ways: Vec<Way>,
    /// Two rooms of one look.
    twins: [usize; 2],
    /// Largest difference of V at one place of both, over its spread in the map.
    apart: f64,
    /// Places of all rooms, V and ln g there.
    places: Vec<Place>,
    seen: Mat<f32>,
    log_kept: Vec<f64>,
    /// Share of states of which an axis found on the other half of the trajectories tells the right twin.
    accuracy: Estimate,
    /// Error in the twins over that elsewhere after as many actions.
    errors: Estimate,
    /// The inverse model's error between any image and one of the twins, over that between any others.
    inverse: Estimate,
}

fn twins(map: &Rooms) -> Result<[usize; 2], Error> {
    let pair = (0..map.rooms.len()).find_map(|k| map.alike(k).first().map(|other| [k, *other]));
    pair.ok_or_else(|| Error::Setting(format!("map {}: no two rooms look alike", map.name)))
}

fn found(net: &Trained, size: Size) -> Result<Found, Error> {
    let map = net.plan.world.map().clone();
    let twins = twins(&map)?;
    let [course, _] = net.courses();
    let mut integrator = net.integrator();
    let ways = net.ways(course, size.test[0]);
    let places = places(&map, size.places);
    let seen = representations(&integrator, net.parameters(), &net.felt(0.0), &places);
    let log_kept = log_kept(&mut integrator, net.parameters(), seen.as_ref());
    Ok(Found {
        seed: net.seed,
        walked: net.walk(course, 0.0),
        apart: apart(&seen, twins, size.places),
        accuracy: accuracy(&ways, twins),
        errors: beside(&ways, twins),
        inverse: inverse(net, &map, &places, &seen, twins),
        places,
        seen,
        log_kept,
        ways,
        twins,
        map,
    })
}

/// Column of the first place of a room.
fn first(room: usize, per: usize) -> usize {
    room * per * per
}

fn apart(seen: &Mat<f32>, twins: [usize; 2], per: usize) -> f64 {
    let (m, n) = (seen.nrows(), seen.ncols());
    let mean = |i: usize| (0..n).map(|j| f64::from(seen[(i, j)])).sum::<f64>() / n as f64;
    let square: f64 = (0..m)
        .map(|i| {
            let middle = mean(i);
            (0..n).map(|j| (f64::from(seen[(i, j)]) - middle).powi(2)).sum::<f64>()
        })
        .sum();
    let spread = (square / (m * n) as f64).sqrt();
    let at = |k: usize, i: usize, twin: usize| f64::from(seen[(i, first(twins[twin], per) + k)]);
    let pairs = (0..per * per).flat_map(|k| (0..m).map(move |i| (k, i)));
    largest(pairs.map(|(k, i)| (at(k, i, 0) - at(k, i, 1)).abs())) / spread
}

/// Whether states tell the twins apart: a line between the means of one half of the trajectories, tried on the other.
fn accuracy(ways: &[Way], twins: [usize; 2]) -> Estimate {
    let m = ways[0].states.nrows();
    let of = |w: &Way, t: usize| twins.iter().position(|room| w.trajectory.places[t + 1].room == *room);
    let visits = |half: usize| {
        ways.iter().enumerate().filter(move |(k, _)| k % 2 == half).flat_map(move |(k, w)| {
            (0..w.told.len()).filter_map(move |t| of(w, t).map(|twin| (k, w, t, twin)))
        })
    };
    let mut each: std::collections::BTreeMap<usize, Vec<f64>> = std::collections::BTreeMap::new();
    for half in 0..2 {
        let (mut sums, mut counts) = ([vec![0.0; m], vec![0.0; m]], [0.0; 2]);
        for (_, w, t, twin) in visits(half) {
            counts[twin] += 1.0;
            (0..m).for_each(|i| sums[twin][i] += f64::from(w.states[(i, t)]));
        }
        if counts.contains(&0.0) {
            continue;
        }
        let mean = |twin: usize, i: usize| sums[twin][i] / counts[twin];
        for (k, w, t, twin) in visits(1 - half) {
            let along: f64 = (0..m)
                .map(|i| {
                    let (a, b) = (mean(0, i), mean(1, i));
                    (f64::from(w.states[(i, t)]) - 0.5 * (a + b)) * (b - a)
                })
                .sum();
            each.entry(k).or_default().push(f64::from(u8::from((along > 0.0) == (twin == 1))));
        }
    }
    share(&each.values().map(|v| v.iter().sum::<f64>() / v.len() as f64).collect::<Vec<_>>())
}

/// A mean of shares; where all are one, its error is that of a proportion of which two more of either kind were seen.
///
/// Source: Agresti & Coull, Am. Stat. 52, 119 (1998).
fn share(all: &[f64]) -> Estimate {
    let mean = Estimate::mean(all.iter().copied());
    if mean.error() > 0.0 || all.is_empty() {
        return mean;
    }
    let n = all.len() as f64 + 4.0;
    let p = (mean.value * all.len() as f64 + 2.0) / n;
    Estimate::new(mean.value, (p * (1.0 - p) / n).sqrt(), all.len())
}

/// The mean error in the twins over that elsewhere after as many actions, errors by leaving out blocks of trajectories.
fn beside(ways: &[Way], twins: [usize; 2]) -> Estimate {
    let steps = ways[0].told.len();
    // Of a block and step: errors in twins and elsewhere, and how many.
    let blocks = BLOCKS.min(ways.len());
    let mut sums = vec![vec![[0.0; 4]; steps]; blocks];
    for (k, w) in ways.iter().enumerate() {
        let truth = w.trajectory.displacements();
        for t in 0..steps {
            let off = (w.told[t][0] - truth[t][0]).hypot(w.told[t][1] - truth[t][1]);
            let place = usize::from(!twins.contains(&w.trajectory.places[t + 1].room));
            sums[k % blocks][t][place] += off;
            sums[k % blocks][t][2 + place] += 1.0;
        }
    }
    let ratio = |without: Option<usize>| {
        let (mut inside, mut elsewhere) = (0.0, 0.0);
        for t in 0..steps {
            let mut all = [0.0; 4];
            for (_, block) in sums.iter().enumerate().filter(|(k, _)| Some(*k) != without) {
                all.iter_mut().zip(block[t]).for_each(|(a, b)| *a += b);
            }
            if all[2] > 0.0 && all[3] > 0.0 {
                inside += all[0];
                elsewhere += all[2] * all[1] / all[3];
            }
        }
        inside / elsewhere
    };
    let left = (0..blocks).map(|k| Some(ratio(Some(k))).filter(|v| v.is_finite()));
    delete_one(ratio(None), left)
}

/// The inverse model between a place outside of the twins and one in them, over that between two outside.
fn inverse(net: &Trained, map: &Rooms, places: &[Place], seen: &Mat<f32>, twins: [usize; 2]) -> Estimate {
    let inside = |k: &usize| twins.contains(&places[*k].room);
    let (within, outside): (Vec<usize>, Vec<usize>) = (0..places.len()).partition(inside);
    let error = |to: &[usize]| {
        // Every place outside once, with one of the others.
        let pairs: Vec<[usize; 2]> =
            outside.iter().enumerate().map(|(k, from)| [*from, to[(7 * k + 3) % to.len()]]).collect();
        let column = |side: usize| Mat::from_fn(seen.nrows(), pairs.len(), |i, k| seen[(i, pairs[k][side])]);
        let said = told(&net.plan.modules, net.parameters(), column(0).as_ref(), column(1).as_ref());
        let one = |(d, [a, b]): (&[f64; 2], &[usize; 2])| {
            let (a, b) = (&places[*a], &places[*b]);
            let (a, b) = (map.plane(a.room, a.at), map.plane(b.room, b.at));
            (d[0] - (b[0] - a[0])).hypot(d[1] - (b[1] - a[1]))
        };
        Estimate::mean(said.iter().zip(&pairs).map(one))
    };
    error(&within).over(error(&outside))
}

impl Found {
    /// Mean of ln g, or of g, in the twins and elsewhere.
    fn gate(&self, log: bool) -> [f64; 2] {
        let of = |inside: bool| {
            let own = self.places.iter().zip(&self.log_kept);
            let own = own.filter(|(p, _)| self.twins.contains(&p.room) == inside);
            let own: Vec<f64> = own.map(|(_, g)| if log { *g } else { g.exp() }).collect();
            own.iter().sum::<f64>() / own.len() as f64
        };
        [of(true), of(false)]
    }
}

fn states(all: &[Found], given: &Result<(), String>) -> Vec<Claim> {
    vec![
        check("What is seen in the look-alike rooms is the same")
            .is(
                "largest difference of V at one place of both, over its spread",
                Estimate::new(largest(all.iter().map(|f| f.apart)), 0.0, 1),
            )
            .at_most(1e-4),
        claim("States in the look-alike rooms differ")
            .is(
                "share of states whose room is told by a line found on other trajectories",
                over(all, |f| f.accuracy),
            )
            .above(0.75)
            .denied_given(given.clone())
            .headline(),
        claim("Errors are no larger there")
            .is("error in these rooms over that elsewhere after as many actions", over(all, |f| f.errors))
            .below(1.5)
            .denied_given(given.clone())
            .headline(),
        claim("The inverse model of the whole map fails where one image is of these rooms")
            .is("its error with an image of theirs, over that between others", over(all, |f| f.inverse))
            .at("fanthomme2021, section 8.4.2")
            .above(1.5)
            .given(given.clone()),
    ]
}

fn resets(all: &[Found], given: &Result<(), String>) -> Vec<Claim> {
    let one = |value: fn(&Found) -> f64| over(all, move |f: &Found| Estimate::unknown(value(f), 1));
    vec![
        claim("Images of the look-alike rooms reset less than others")
            .is(
                "mean ln g there, less that elsewhere",
                one(|f| {
                    let [inside, elsewhere] = f.gate(true);
                    inside - elsewhere
                }),
            )
            .above(0.0)
            .denied_given(given.clone())
            .headline(),
        claim("They do not reset")
            .is("mean share of the integrated state that is kept there", one(|f| f.gate(false)[0]))
            .above(0.5)
            .denied_given(given.clone())
            .headline(),
        claim("Everywhere else images reset at least in part")
            .is("mean share of the integrated state that is kept elsewhere", one(|f| f.gate(false)[1]))
            .below(0.9)
            .denied_given(given.clone()),
    ]
}

fn findings(
    which: Which,
    size: Size,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Findings, Error> {
    let trainer = Trainer { map: "Ambiguous", size, settings, observer };
    let nets = trainer.all(Condition::Twins)?;
    let all: Vec<Found> = nets.iter().map(|net| found(net, size)).collect::<Result<_, _>>()?;
    let given = learned(all.iter().map(|f| &f.walked));
    let (source, claims) = match which {
        Which::States => ("fanthomme2021 Fig. 8.7", states(&all, &given)),
        Which::Resets => ("fanthomme2021 Fig. B.12", resets(&all, &given)),
    };
    let claims = size.asked(at(source, claims));
    let table = Table::of(&all)
        .column("seed", "", |f| f.seed)
        .column("error_short", "sides", |f| f.walked.short)
        .column("error_long", "sides", |f| f.walked.long)
        .column("error_ratio", "", |f| f.errors)
        .column("told_apart", "", |f| f.accuracy)
        .columns(["log_g_twins", "log_g_elsewhere"], |f| f.gate(true))
        .columns(["kept_twins", "kept_elsewhere"], |f| f.gate(false))
        .column("inverse_ratio", "", |f| f.inverse)
        .named(
            "networks",
            "Each network: errors, those in the look-alike rooms over those elsewhere, the share of states whose room is told, gates, and the \
             inverse model's errors.",
        );
    let json = entries([
        ("error_ratio", numbers(&list(&all, |f| f.errors.value))),
        ("told_apart", numbers(&list(&all, |f| f.accuracy.value))),
        ("kept_twins", numbers(&list(&all, |f| f.gate(false)[0]))),
        ("kept_elsewhere", numbers(&list(&all, |f| f.gate(false)[1]))),
        ("inverse_ratio", numbers(&list(&all, |f| f.inverse.value))),
    ]);
    let figure = match which {
        Which::States => draw(&all[0])?,
        Which::Resets => draw_gates(&all, size)?,
    };
    let [a, b] = all[0].twins;
    let section = Section::new("twins", "Look-alike rooms")
        .intro(format!("{}, {}. Rooms {a} and {b} look alike.", sentence(&size.networks()), size.words()))
        .figures([figure])
        .tables([table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// Units of V and of states over the map.
fn draw(f: &Found) -> Drawn {
    let squares = Squares::of_map(&f.map, 5);
    let units = liveliest(&f.ways, UNITS);
    let mut all = vec![];
    for unit in &units {
        let at = f.places.iter().enumerate();
        let values = at.map(|(k, p)| (f.map.plane(p.room, p.at), f64::from(f.seen[(*unit, k)])));
        let title = format!("unit {unit} of V");
        all.push(squares.draw(
            &title,
            scores(&squares.means(values)),
            "standard score",
            Palette::Diverging(0.0),
        )?);
    }
    for unit in &units {
        let values = f.ways.iter().flat_map(|w| {
            let at = positions(&f.map, w).into_iter().enumerate();
            at.map(move |(t, p)| (p[0], f64::from(w.states[(*unit, t)])))
        });
        let title = format!("unit {unit} of the state");
        all.push(squares.draw(
            &title,
            scores(&squares.means(values)),
            "standard score",
            Palette::Diverging(0.0),
        )?);
    }
    let caption = "Activity of units over the map. First row: of what is seen, V. Second: of the state on the way, means over trajectories. The \
                   look-alike rooms are the left- and the rightmost of the middle row. Grey: no room, or never visited.";
    panels("units", "What is seen, and states", caption, &all, UNITS)
}

/// ln g over the map, a mean over networks.
fn draw_gates(all: &[Found], size: Size) -> Drawn {
    let squares = Squares::of_map(&all[0].map, size.places);
    let values = all
        .iter()
        .flat_map(|f| f.places.iter().zip(&f.log_kept).map(|(p, g)| (f.map.plane(p.room, p.at), *g)));
    let figure = squares.draw("gate", squares.means(values), "ln g", Palette::Sequential)?;
    figure.named(
        "gate",
        "Where images reset",
        "Logarithm of the gate, the share of the integrated state that is kept, over the map, a mean over networks. The look-alike rooms are the \
         left- and the rightmost of the middle row.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::every_study;
    use nullcline_core::job::Silent;

    #[test]
    fn look_alike_rooms_of_small_networks() {
        let size = Size { test: [12, 40], ..Size::SMALL };
        every_study(
            "twins",
            &[STATES, RESETS],
            &[&|s| findings(Which::States, size, s, &Silent), &|s| findings(Which::Resets, size, s, &Silent)],
            |_| false,
            |_| (),
        );
    }
}
