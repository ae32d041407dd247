//! Teacher and student in time, in their plane, and at other scales.

use super::Radd;
use crate::figures::{self, Axes, FlowGrid, Ink, PlanePoint, PointKind, Series, lines, panels, state_plane};
use crate::{Error, Figure};
use nullcline_core::diagnostics::dynamics::fixed_points::{FixedPoints, Label};
use nullcline_core::diagnostics::dynamics::flow_field::FlowField;

/// Rows shown in time.
const WINDOW: usize = 250;
/// Rows of the teacher's states in the plane, alone and over a flow, which they must not hide.
const STATES: usize = 600;
const OVER_FLOW: usize = 100;
/// Units shown in time.
const SHOWN: usize = 6;

pub fn all(r: &Radd) -> Result<Vec<Figure>, Error> {
    let mut all = vec![in_time(r)?];
    if let Some(field) = &r.field {
        all.push(portrait(r, field)?);
        if let Some(t) = &r.teacher {
            let points = places(&t.points, |i| [t.at[i][0], t.at[i][1]]);
            all.push(state_plane(&trajectories(r, STATES), &points, "z1", "z2")?.named(
                "teacher_plane",
                "The teacher's states in the student's plane",
                "First states of the teacher (grey) and its fixed points under the constant input, projected by P.",
            )?);
        }
    }
    if !r.scales.is_empty() {
        all.push(scales(r)?);
    }
    Ok(all)
}

/// The last rows of the longest sequence.
fn window(r: &Radd) -> std::ops::Range<usize> {
    let total = r.sequences().z.ncols();
    let ends = r.sequences().starts.iter().skip(1).copied().chain([total]);
    let all = r.sequences().starts.iter().copied().zip(ends);
    let (start, end) = all.fold((0, 0), |best, one| if one.1 - one.0 > best.1 - best.0 { one } else { best });
    end.saturating_sub(WINDOW).max(start)..end
}

fn in_time(r: &Radd) -> Result<Figure, Error> {
    let rows = window(r);
    let time: Vec<f64> = rows.clone().map(|t| (t - rows.start) as f64).collect();
    let label = if rows.start > 0 { format!("Row − {}", rows.start) } else { "Row".into() };
    let of = |m: faer::MatRef<f64>, i: usize| rows.clone().map(|t| m[(i, t)]).collect::<Vec<f64>>();
    let one = |i: usize| {
        let series = [
            Series::new("teacher", &time, &of(r.sequences().z, i)).ink(Ink::Black),
            Series::new("one step", &time, &of(r.one_step.as_ref(), i)).ink(Ink::Series(0)).dashed(),
            Series::new("free-running", &time, &of(r.free.as_ref(), i)).ink(Ink::Series(1)),
        ];
        let name = format!("z{}", i + 1);
        lines(&series, &Axes { height: 75.0, ..Axes::new(&label, &name) })?.named(&name, &name, "")
    };
    let m = r.student.units().min(SHOWN);
    let each = (0..m).map(one).collect::<Result<Vec<_>, _>>()?;
    panels(
        "time_series",
        "Teacher and student in time",
        "The last rows of the longest sequence: the teacher's projected state, the student one step from it, and the \
         student that has run freely since the sequence began.",
        &each,
        2,
    )
}

pub(super) fn places(points: &FixedPoints, at: impl Fn(usize) -> [f64; 2]) -> Vec<PlanePoint> {
    let kind = |label, unstable| match (label, unstable) {
        (Label::Slow, _) => PointKind::Slow,
        (Label::Fixed, 0) => PointKind::Stable,
        (Label::Fixed, m) => PointKind::Unstable(m),
    };
    let one = |(i, p): (usize, &nullcline_core::diagnostics::dynamics::fixed_points::FixedPoint)| {
        PlanePoint { at: at(i), kind: kind(p.label, p.unstable) }
    };
    points.points.iter().enumerate().map(one).collect()
}

/// The first `most` of the teacher's states along z1 and z2, one line a sequence.
fn trajectories(r: &Radd, most: usize) -> Vec<Vec<[f64; 2]>> {
    let z = r.sequences().z;
    let ends = r.sequences().starts.iter().skip(1).copied().chain([z.ncols()]);
    let (mut lines, mut left) = (vec![], most);
    for (start, end) in r.sequences().starts.iter().copied().zip(ends) {
        let end = end.min(start + left);
        left -= end - start;
        lines.push((start..end).map(|t| [z[(0, t)], z[(1, t)]]).collect());
        if left == 0 {
            break;
        }
    }
    lines
}

/// The student's flow in the plane of z1 and z2 with the teacher's states on it.
fn portrait(r: &Radd, field: &FlowField) -> Result<Figure, Error> {
    let points = places(&r.points, |i| [r.points.points[i].state[0], r.points.points[i].state[1]]);
    portrait_of(field, &points, &trajectories(r, OVER_FLOW), r.student.units(), ["z1", "z2"])?.named(
        "phase_portrait",
        "Phase portrait of the student",
        "The student's step from each state under the constant input, its fixed points, and the teacher's first \
         projected states (red), which saw changing inputs.",
    )
}

/// A flow with points and states on it.
pub(super) fn portrait_of(
    field: &FlowField,
    points: &[PlanePoint],
    states: &[Vec<[f64; 2]>],
    units: usize,
    labels: [&str; 2],
) -> Result<Figure, Error> {
    let share = |k: usize| {
        let speed = field.along_a[k].hypot(field.along_b[k]).hypot(field.off_plane[k]);
        if speed > 0.0 { field.off_plane[k] / speed } else { 0.0 }
    };
    let off_plane = if units > 2 { (0..field.off_plane.len()).map(share).collect() } else { vec![] };
    let grid = FlowGrid {
        x: field.a.clone(),
        y: field.b.clone(),
        u: field.along_a.clone(),
        v: field.along_b.clone(),
        off_plane,
    };
    figures::flow_field(&grid, points, states, labels[0], labels[1])
}

fn scales(r: &Radd) -> Result<Figure, Error> {
    let scale: Vec<f64> = r.scales.iter().map(|s| s.scale).collect();
    let mut series = vec![];
    for i in 0..r.student.units().min(4) {
        let name = |what: &str| format!("z{}, {what}", i + 1);
        let column = |f: &dyn Fn(&nullcline_core::analyses::distill::ScaleRow) -> f64| {
            r.scales.iter().map(f).collect::<Vec<f64>>()
        };
        series.push(
            Series::new(&name("one step"), &scale, &column(&|s| s.one_step[i])).ink(Ink::Series(i)).dashed(),
        );
        series.push(
            Series::new(&name("free-running"), &scale, &column(&|s| s.rollout[i].max(-1.0)))
                .ink(Ink::Series(i)),
        );
    }
    lines(&series, &Axes::new("Largest |z|", "R²"))?.named(
        "scales",
        "Errors at other scales of the projection",
        "R² of one step and of the free-running student against the scale of P; below −1 drawn at −1.",
    )
}
