//! The figures: phase portraits, and how well everybody plays.

use super::super::dynamics::{CONDITIONS, LEFT, Plane, RIGHT, SILENT, points};
use super::super::geometry::Geometry;
use super::super::networks::Recorded;
use super::{Four, One, PLAYERS, READOUTS, TARGETS};
use crate::common::*;

/// Rows: teacher, RADD, distilled, trained; columns: stimulus left, no input, stimulus right.
pub fn portraits(four: &Four, r: &Recorded, g: &Geometry, seed: u64) -> Drawn {
    let mut figures = vec![];
    let rows = ["50 units", "RADD", "distilled", "2 units trained"];
    for (k, (net, row)) in four.nets.iter().zip(rows).enumerate() {
        let states = match k {
            0 => r.states.as_ref(),
            _ => four.followers[k - 1].states.as_ref(),
        };
        let plane = match k {
            0 => Plane::of(r, g),
            1 => Plane::units(states, ["stimulus", "block"]),
            _ => Plane::units(states, ["unit 1", "unit 2"]),
        };
        for c in [LEFT, SILENT, RIGHT] {
            let (name, input) = CONDITIONS[c];
            let found = points(net, states, &input, seed);
            let (stem, title) = (format!("portrait{k}{c}"), format!("{row}, {name}"));
            figures.push(plane.draw(net, &input, &found, THIRD)?.named(&stem, &title, "")?);
        }
    }
    let caption = "One seed. Rows: the network of 50 units in the plane of two components, RADD in the \
                   coordinates of both beliefs, the network distilled on outputs and the one trained on the \
                   task in those of their two units, each over the range that it visits under its teacher's \
                   inputs. Arrows show direction, shade shows speed, red lines 40 steps from visited \
                   states.";
    panels("fig8", "Phase portraits", caption, &figures, 3)
}

/// Accuracy by read-out, errors by scale, accuracy of everybody.
pub fn performance(all: &[One]) -> Drawn {
    let series = |label: &str, x: &[f64], f: &dyn Fn(&One, usize) -> f64| {
        curve(label, x, (0..x.len()).map(|k| mean(all, |o| f(o, k))))
    };
    let axes = |x: &str, y: &str| Axes { height: 105.0, ..Axes::new(x, y) };
    let sweep = series("RADD", &READOUTS, &|o, k| 100.0 * o.coded().sweep[k]);
    let swept = Axes { x_log: true, ..axes("scale of the read-out", "correct trials (%)") }
        .reference("50 units", Reference::Across(mean(all, |o| 100.0 * o.accuracy[0]).value))
        .reference("as coded", Reference::Upward(mean(all, |o| o.readout).value));
    let first = lines(&[sweep], &swept)?.named("readout", "Accuracy by read-out", "")?;
    let r2 = |label: &str, j: usize| series(label, &TARGETS, &move |o, k| o.scan[k].r2[j]);
    let errors = [
        r2("stimulus, one step", 0).ink(Ink::Series(0)),
        r2("block, one step", 1).ink(Ink::Series(1)),
        r2("stimulus, free", 2).ink(Ink::Series(0)).dashed(),
        r2("block, free", 3).ink(Ink::Series(1)).dashed(),
    ];
    let second =
        lines(&errors, &axes("largest target", "held-out R²"))?.named("scale", "Errors of RADD", "")?;
    let places: Vec<f64> = (0..PLAYERS.len()).map(|k| k as f64).collect();
    let each = all.iter().flat_map(|o| (0..PLAYERS.len()).map(|k| [k as f64, 100.0 * o.accuracy[k]]));
    let cloud = crate::common::points("seeds", each).ink(Ink::Grey);
    let means = series("mean", &places, &|o, k| 100.0 * o.accuracy[k]).ink(Ink::Black);
    let names = ["50 units", "RADD, coded", "chosen", "distilled", "trained"];
    let players = Axes {
        x_names: names.iter().enumerate().map(|(k, n)| (k as f64, (*n).to_owned())).collect(),
        x_range: Some([-0.5, 4.5]),
        ..axes("network", "correct trials (%)")
    };
    let third = scatter(&[cloud, means], &players)?.named("players", "Accuracy on unseen trials", "")?;
    let caption = "A: accuracy of RADD on the session on which its read-out is chosen, mean over seeds with \
                   a band of one standard error; dashed the teachers' mean and the mean read-out as coded. \
                   B: R² of both beliefs on held-out steps by the largest target, one step at a time and \
                   left to itself. C: accuracy on a third session of 50 units, of RADD with the read-out as \
                   coded and as chosen, of two units distilled on outputs and trained on the task.";
    panels("performance", "How well two units play", caption, &[first, second, third], 2)
}
