//! The flow in the plane of two principal components.

use super::fixed_points::places;
use super::{Context, Rendered, Shown, Units, some, words};
use crate::Error;
use crate::figures::{self, FlowGrid};
use crate::page::Section;
use crate::tables::Table;
use nullcline_core::analyses::network::Flow;

impl Shown for Flow {
    fn rendered(&self, context: &Context) -> Result<Rendered, Error> {
        flow_field(self, context)
    }
}

/// The flow, with trajectories and points.
fn flow_field(found: &Flow, context: &Context) -> Result<Rendered, Error> {
    let (field, plane) = (&found.field, &found.plane);
    let speed = |k: usize| field.along_a[k].hypot(field.along_b[k]).hypot(field.off_plane[k]);
    let share: Vec<f64> = (0..field.off_plane.len())
        .map(|k| if speed(k) > 0.0 { field.off_plane[k] / speed(k) } else { 0.0 })
        .collect();
    let grid = FlowGrid {
        x: field.a.clone(),
        y: field.b.clone(),
        u: field.along_a.clone(),
        v: field.along_b.clone(),
        off_plane: share,
    };
    let axis = |i: usize| figures::component_label(i + 1, plane.shares[i]);
    let (lines, others) = some(&plane.lines);
    let figure = figures::flow_field(&grid, &places(&found.points, plane), lines, &axis(0), &axis(1))?;
    let (title, caption) = (figure.title.clone(), figure.caption.clone());
    let figure = figure.named("flow_field", &title, &format!("{caption}{others}"))?;
    let rows: Vec<usize> = (0..field.along_a.len()).collect();
    let columns = field.a.len();
    let table = Table::of(&rows)
        .columns(["pc1", "pc2"], |k| [field.a[k % columns], field.b[k / columns]])
        .columns(["velocity_pc1", "velocity_pc2"], |k| [field.along_a[*k], field.along_b[*k]])
        .column("off_plane_speed", "", |k| field.off_plane[*k])
        .named(
            "field",
            format!(
                "Velocity per {} at the points of the grid: in the plane, and out of it.",
                context.time()
            ),
        );
    let intro = format!(
        "One step from each point of the plane through the mean state along the first two principal components. \
         Half of the points move with more than {} of their speed out of the plane: the smaller this is, the more \
         the picture tells. Fixed points away from the plane are projected into it.",
        words::percent(field.off_plane_share)
    );
    let section = Section {
        id: "flow_field".into(),
        title: "Flow field".into(),
        intro: vec![intro],
        facts: vec![("Median off-plane share of the speed".into(), words::percent(field.off_plane_share))],
        figures: vec![figure],
        tables: vec![table],
        ..Section::default()
    };
    Ok(Rendered { section, warnings: vec![] })
}
