//! The bifurcation diagram.

use super::said::{cycle_word, kind_word, parameter};
use crate::Error;
use crate::figure::Figure;
use crate::figures::{BranchLine, BranchMark, bifurcation_diagram, component_label};
use nullcline_core::analyses::network::continuation::{Axis, Born, Continuation};
use nullcline_core::diagnostics::dynamics::continuation::Branch;

/// The branches against the parameter.
pub fn diagram(c: &Continuation, name: &str) -> Result<Figure, Error> {
    let mut lines = vec![];
    let mut marks = vec![];
    for (k, branch) in c.diagram.branches.iter().enumerate() {
        for (step, along) in c.along[k].iter().enumerate() {
            lines.extend(parts(branch, along, if step == 0 { &c.at[k] } else { &[] }));
        }
        marks.extend(branch.bifurcations.iter().zip(&c.at[k]).map(|(b, at)| BranchMark {
            at: [b.p, *at],
            kind: b.kind.name(),
            label: kind_word(b.kind).into(),
        }));
    }
    for born in &c.cycles {
        let start = c.diagram.branches[born.from[0]].bifurcations[born.from[1]].p;
        cycles(born, [start, c.at[born.from[0]][born.from[1]]], &mut lines, &mut marks);
    }
    let figure = bifurcation_diagram(&lines, &marks, c.asked.range, &parameter(c), &label(&c.axis))?;
    let title = format!("Bifurcation diagram: {}", c.asked.what);
    let of_cycles = if lines.iter().any(|l| l.cycle) {
        " Of cycles of a flow the least and the largest coordinate, of those of a map each step."
    } else {
        ""
    };
    figure.named(name, &title, &format!("Stable branches are solid, unstable ones dashed.{of_cycles}"))
}

fn label(axis: &Axis) -> String {
    axis.component.map_or_else(|| axis.unit.clone(), |share| component_label(1, share))
}

/// A branch cut where its stability changes; `at` are its bifurcations' coordinates, where they are known.
fn parts(branch: &Branch, along: &[f64], at: &[f64]) -> Vec<BranchLine> {
    let cycle = branch.period > 1;
    let mut all: Vec<BranchLine> = vec![];
    for (k, (point, y)) in branch.points.iter().zip(along).enumerate() {
        let here = [point.p, *y];
        match all.last_mut() {
            Some(line) if line.stable == point.stable => line.points.push(here),
            last => {
                let mut events = branch.bifurcations.iter().zip(at).filter(|(b, _)| b.after + 1 == k);
                let border = events.next_back().map_or(here, |(b, y)| [b.p, *y]);
                if let Some(line) = last {
                    line.points.push(border);
                }
                let points = if k == 0 { vec![here] } else { vec![border, here] };
                all.push(BranchLine { points, stable: point.stable, cycle });
            }
        }
    }
    all
}

/// Cycles of a flow by their extent, from the Hopf point on.
fn cycles(born: &Born, start: [f64; 2], lines: &mut Vec<BranchLine>, marks: &mut Vec<BranchMark>) {
    let Ok(branch) = &born.branch else { return };
    for end in [0, 1] {
        let mut line: Vec<BranchLine> = vec![];
        for c in &branch.points {
            let Some(along) = c.along else { continue };
            let (here, stable) = ([c.p, along[end]], c.unstable == 0);
            match line.last_mut() {
                Some(l) if l.stable == stable => l.points.push(here),
                last => {
                    let mut points =
                        vec![last.as_ref().and_then(|l| l.points.last().copied()).unwrap_or(start)];
                    points.push(here);
                    line.push(BranchLine { points, stable, cycle: true });
                }
            }
        }
        lines.extend(line);
    }
    marks.extend(branch.bifurcations.iter().filter_map(|b| {
        let at = [b.cycle.p, b.cycle.along?[1]];
        Some(BranchMark { at, kind: b.kind.name(), label: cycle_word(b.kind).into() })
    }));
}
