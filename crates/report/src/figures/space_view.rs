//! The numbers of a state space that a page turns: lines, points and axes, thinned to what a screen tells apart.

use serde_json::{Value, json};

use super::plane::{class, look};
use super::states::States;
use crate::axes::scale::Scale;
use crate::draw::color::{Color, INK};
use crate::draw::scene::{Dot, Shape};

/// Places of all lines together, at most.
const MOST: usize = 9000;
/// Steps of an axis that are told apart.
const STEPS: f64 = 4095.0;
/// Distance below which the next state of a line is left out, in those steps.
const NEAR: f64 = 18.0;

/// What the script of the page draws; `sides` are the ranges of the axes.
pub(super) fn view(s: &States, sides: [Scale; 3]) -> Value {
    let axes: Vec<Value> = (0..3)
        .map(|k| json!({ "label": s.labels[k], "lo": round(sides[k].lo), "hi": round(sides[k].hi) }))
        .collect();
    let most = (MOST / s.lines.len().max(1)).clamp(20, 1200);
    let lines: Vec<Value> = (0..s.lines.len())
        .map(|k| {
            let (places, steps) = thinned(&s.lines[k], sides, most);
            json!({ "group": s.groups.of(k), "name": s.names.get(k), "at": places, "step": steps })
        })
        .collect();
    let points: Vec<Value> = s
        .points
        .iter()
        .enumerate()
        .filter(|(_, p)| p.at.iter().all(|v| v.is_finite()))
        .map(|(k, p)| {
            let along: Vec<[f64; 3]> =
                s.directions.get(k).into_iter().flatten().map(|d| d.map(round)).collect();
            json!({ "kind": class(p.kind).0, "at": p.at.map(round), "along": along, "say": s.details.get(k), "set": s.sets.get(k).unwrap_or(&0) })
        })
        .collect();
    json!({
        "axes": axes,
        "steps": STEPS,
        "groups": s.groups.entries().map(|(name, color)| json!({ "name": name, "color": code(color) })).collect::<Vec<_>>(),
        "kinds": kinds(s),
        "inputs": s.inputs,
        "lines": lines,
        "points": points,
    })
}

/// The kinds of the points that there are, each with its look.
fn kinds(s: &States) -> Vec<Value> {
    let mut found: Vec<(usize, &str)> = s.points.iter().map(|p| class(p.kind)).collect();
    found.sort_unstable();
    found.dedup();
    let one = |(class, name): (usize, &str)| {
        let Dot { shape, fill, edge, .. } = look(class);
        let hollow = fill.is_none_or(|c| c == crate::draw::color::WHITE);
        let color = if hollow { edge.map_or(INK, |e| e.0) } else { fill.unwrap_or(INK) };
        json!({ "class": class, "name": name, "shape": name_of(shape), "color": code(color), "hollow": hollow })
    };
    found.into_iter().map(one).collect()
}

fn name_of(shape: Shape) -> &'static str {
    match shape {
        Shape::Circle => "circle",
        Shape::Square => "square",
        Shape::Triangle => "triangle",
        Shape::Diamond => "diamond",
        Shape::Down => "down",
        Shape::Star => "star",
    }
}

/// A colour by its name in the style sheet, without its dashes.
fn code(color: Color) -> String {
    color.hex().replace('#', "c")
}

/// Whole steps along each axis, one after the other, and the number of each state along its line; a line is cut where `most`
/// states lie apart.
fn thinned(line: &[[f64; 3]], sides: [Scale; 3], most: usize) -> (Vec<i64>, Vec<usize>) {
    let (mut places, mut steps): (Vec<i64>, Vec<usize>) = (vec![], vec![]);
    let mut last: Option<[f64; 3]> = None;
    for (k, p) in line.iter().enumerate().filter(|(_, p)| p.iter().all(|v| v.is_finite())) {
        let at =
            [0, 1, 2].map(|j| (STEPS * sides[j].at(p[j]).unwrap_or(0.5)).clamp(-STEPS, 2.0 * STEPS).round());
        let near = |l: [f64; 3]| (0..3).map(|j| (l[j] - at[j]).powi(2)).sum::<f64>() < NEAR * NEAR;
        if last.is_some_and(near) && k + 1 < line.len() {
            continue;
        }
        if steps.len() >= most {
            break;
        }
        places.extend(at.map(|v| v as i64));
        steps.push(k);
        last = Some(at);
    }
    (places, steps)
}

/// Five significant digits: more than a screen shows.
fn round(v: f64) -> f64 {
    format!("{v:.4e}").parse().unwrap_or(v)
}
