//! The figure of beliefs.

use super::One;
use super::trace::{AFTER, Trace};
use crate::common::*;
use crate::schaeffer2020::measured::Shown;
use nullcline_core::tasks::ibl::Side;

/// Trials of the block whose path is drawn.
const PATH: usize = 30;

pub fn draw(all: &[One], shown: &Shown) -> Drawn {
    let trace = Trace::of(&shown.recorded, &shown.geometry);
    let x: Vec<f64> = (1..=AFTER).map(|k| k as f64).collect();
    let percent = |k: usize| (0..AFTER).map(move |p| (p, k));
    let sides = [
        curve("block, network", &x, percent(0).map(|(p, k)| trace.right_side(p)[k])).ink(Ink::Series(0)),
        curve("block, observer", &x, percent(1).map(|(p, k)| trace.right_side(p)[k]))
            .ink(Ink::Black)
            .dashed(),
        curve("stimulus, network", &x, (0..AFTER).map(|p| trace.stimulus_side(p))).ink(Ink::Series(1)),
    ];
    let axes = Axes {
        x_whole: true,
        ..Axes::new("trial after the change", "ends on the right side (%)").wide(THIRD)
    }
    .reference("chance", Reference::Across(50.0));
    let starts = ["played", "mirrored", "cut"];
    let each = all.iter().flat_map(|o| (0..3).map(|k| [k as f64, o.start.chosen[k].value]));
    let first = curve("first network", &[0.0, 1.0, 2.0], all[0].start.chosen).ink(Ink::Series(0));
    let choices = Axes {
        x_names: starts.iter().enumerate().map(|(k, n)| (k as f64, (*n).to_owned())).collect(),
        x_range: Some([-0.5, 2.5]),
        ..Axes::new("state at the start of the trial", "choices on the belief's side (%)").wide(THIRD)
    }
    .reference("", Reference::Across(50.0));
    let figures = [
        path(shown)?,
        lines(&sides, &axes)?.named("sides", "Sides after a change", "")?,
        scatter(&[points("networks", each).ink(Ink::Grey), first], &choices)?.named(
            "start",
            "Zero contrast",
            "",
        )?,
    ];
    let caption = "A: ends of the trials of one block on the right, from the last trial before it to its thirtieth, in the \
                   plane of two components with the boundaries of both read-outs. B: share of ends after a change that are on \
                   the new block's side of the block boundary and on the stimulus' side of the stimulus boundary, of one \
                   network, and on the block's side by the observer; bands are one standard error over blocks. C: choices at \
                   zero contrast on the side to which the block belief points when the trial begins: as played, and with the \
                   same observations from a state whose block belief is mirrored, or cut: without its part along the stimulus \
                   read-out.";
    panels("beliefs", "Beliefs after a change and at the start of a trial", caption, &figures, 3)
}

/// States at the ends of the trials of a block on the right.
fn path(Shown { recorded: r, geometry: g }: &Shown) -> Drawn {
    let ends = r.ends();
    let trials = &r.played.trials;
    let begins = |n: &usize| {
        let t = trials[*n].trial;
        t.block > 1 && t.place == 0 && t.length >= PATH && t.block_side == Side::Right
    };
    let from = (0..trials.len()).find(begins).map_or(0, |n| n.saturating_sub(1));
    let here: Vec<[f64; 2]> =
        ends.iter().skip(from).take(PATH + 1).map(|t| [g.plane[(0, *t)], g.plane[(1, *t)]]).collect();
    let reach = (0..r.steps()).map(|t| g.plane[(0, t)].abs().max(g.plane[(1, t)].abs())).fold(0.0, f64::max);
    let boundary =
        |v: [f64; 2]| Reference::Curve(vec![[-v[1] * reach, v[0] * reach], [v[1] * reach, -v[0] * reach]]);
    let mut series = vec![points("", here.clone()).ink(Ink::Grey).bare()];
    for (k, (from, name)) in
        [(0, "before"), (1, "trials 1–3"), (4, "4–10"), (11, "11–30")].into_iter().enumerate()
    {
        let to = [1, 4, 11, here.len()][k].min(here.len());
        series.push(points(name, here[from.min(to)..to].to_vec()).ink(tone(k, 4)));
    }
    let axes = Axes {
        width: THIRD,
        square: true,
        x_range: Some([-reach, reach]),
        y_range: Some([-reach, reach]),
        references: vec![("stimulus".into(), boundary(g.inside[0])), ("block".into(), boundary(g.inside[1]))],
        ..Axes::new("PC 1", "PC 2")
    };
    scatter(&series, &axes)?.named("path", "A block on the right", "")
}
