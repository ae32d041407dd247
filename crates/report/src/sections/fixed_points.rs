//! Fixed and slow points.

mod said;

pub use said::describe;

use super::long::Long;
use super::{Context, Rendered, words};
use crate::Error;
use crate::figure::Figure;
use crate::figures::{self, Boundary, PlanePoint, PointKind};
use crate::page::Section;
use crate::tables::{Cells, TableOut};
use nullcline_core::analyses::network::{Plane, Points};
use nullcline_core::diagnostics::dynamics::fixed_points::{FixedPoint, FixedPoints, Label, Stability};

/// Points as they are drawn in a plane.
pub fn places(result: &FixedPoints, plane: &Plane) -> Vec<PlanePoint> {
    result.points.iter().zip(&plane.points).map(|(p, at)| PlanePoint { at: *at, kind: kind(p) }).collect()
}

/// How a point is drawn.
pub fn kind(p: &FixedPoint) -> PointKind {
    match (p.label, p.stability) {
        (Label::Slow, _) => PointKind::Slow,
        (Label::Fixed, Stability::Stable) => PointKind::Stable,
        (Label::Fixed, Stability::Unstable) => PointKind::Unstable(p.unstable.max(1)),
        (Label::Fixed, _) => PointKind::Undecided,
    }
}

/// The points, where they lie, and how whole their list is.
pub fn fixed_points(found: &Points, context: &Context) -> Result<Rendered, Error> {
    let result = &found.result;
    let warnings = said::warnings(result);
    let threshold = words::number(result.slow_threshold);
    let what = if context.flow {
        "States where the flow stands still"
    } else {
        "States that one step maps to themselves"
    };
    let intro = format!(
        "{what} under the input {}, from {} starts (trajectory states, points between them, random states, \
         noise). A point is fixed when Newton's method with the exact Jacobian leaves nothing but rounding; it \
         is certified when the Newton-Kantorovich theorem, or an enumeration of all points, proves one fixed point \
         within the stated radius. A slow point is a local minimum of the speed q below {threshold}. {} ended at no \
         point.",
        input_words(&result.input),
        result.starts,
        words::count(result.unconverged, "start"),
    );
    let driven = found.driven.then(|| {
        "The input of this run varies in time (--inputs), and a network has no fixed points under such an input: these are \
         those under the constant input above, which --input sets."
            .to_owned()
    });
    let section = Section {
        id: "fixed_points".into(),
        title: "Fixed points".into(),
        intro: [intro, describe(result)].into_iter().chain(said::search(result)).chain(driven).collect(),
        facts: said::facts(result),
        figures: drawn(found, context)?,
        tables: tables(result, context, &found.outputs),
        notes: said::notes(result),
        ..Section::default()
    };
    Ok(Rendered { section, warnings })
}

fn drawn(found: &Points, context: &Context) -> Result<Vec<Figure>, Error> {
    let result = &found.result;
    let points = &result.points;
    let mut list = vec![];
    if let Some(plane) = &found.plane {
        let name = "Fixed points among the trajectories, in the plane of the first two components";
        let axis = |i: usize| figures::component_label(i + 1, plane.shares[i]);
        let figure = figures::state_plane(&plane.lines, &places(result, plane), &axis(0), &axis(1))?;
        list.push(figure.named(
            "points",
            name,
            "Trajectories (grey) and the fixed and slow points, projected.",
        )?);
    }
    let values = |group: Vec<&FixedPoint>| -> Vec<[f64; 2]> {
        let smooth = group.into_iter().filter(|p| p.kinks.is_none());
        smooth.flat_map(|p| p.eigenvalues.iter().map(|z| [z.re, z.im])).collect()
    };
    let name = |m: usize| if m == 0 { "stable points".into() } else { format!("{m} unstable") };
    let mut series: Vec<(String, Vec<[f64; 2]>)> =
        said::by_unstable(points).into_iter().map(|(m, group)| (name(m), values(group))).collect();
    series.push(("continuum".into(), values(points.iter().filter(|p| !p.isolated).collect())));
    series.retain(|(_, values)| !values.is_empty());
    if !series.is_empty() {
        let boundary = if context.flow { Boundary::ImaginaryAxis } else { Boundary::UnitCircle };
        list.push(figures::complex_plane(&series, boundary, "")?);
    }
    let q: Vec<f64> =
        points.iter().map(|p| p.speed).chain(result.unconverged_speeds.iter().copied()).collect();
    let group: Vec<&str> = points
        .iter()
        .map(|p| p.label.name())
        .chain(result.unconverged_speeds.iter().map(|_| "unconverged"))
        .collect();
    list.push(figures::speed_histogram(&q, &group, result.slow_threshold)?);
    Ok(list)
}

fn input_words(u: &[f64]) -> String {
    if u.iter().all(|v| *v == 0.0) {
        "zero".into()
    } else {
        format!("({})", u.iter().map(|v| words::number(*v)).collect::<Vec<_>>().join(", "))
    }
}

fn time_constant(p: &FixedPoint) -> f64 {
    p.modes.first().filter(|_| p.kinks.is_none()).map_or(f64::NAN, |m| m.time_constant)
}

fn tables(result: &FixedPoints, context: &Context, outputs: &[(String, Vec<f64>)]) -> Vec<TableOut> {
    let points = &result.points;
    let index = || (1..=points.len() as i64).collect::<Vec<_>>();
    let float = |f: &dyn Fn(&FixedPoint) -> f64| Cells::Float(points.iter().map(f).collect());
    let leading_name = if context.flow { "max_real_part" } else { "max_modulus" };
    let mut columns = vec![
        ("point".into(), Cells::Int(index())),
        ("label".into(), Cells::Text(points.iter().map(|p| p.label.name().into()).collect())),
        (
            "stability".into(),
            Cells::Text(points.iter().map(|p| p.verdict().map_or("", Stability::name).into()).collect()),
        ),
        ("unstable".into(), float(&|p| p.unstable_directions().map_or(f64::NAN, |u| u as f64))),
        (leading_name.into(), float(&|p| p.leading(context.flow))),
        ("time_constant".into(), float(&|p| time_constant(p))),
        ("speed".into(), float(&|p| p.speed)),
        ("certified".into(), Cells::Bool(points.iter().map(|p| p.certified.is_some()).collect())),
        ("certified_radius".into(), float(&|p| p.certified.unwrap_or(f64::NAN))),
        ("isolated".into(), Cells::Bool(points.iter().map(|p| p.isolated).collect())),
        ("hits".into(), Cells::Int(points.iter().map(|p| p.hits as i64).collect())),
    ];
    columns.extend(outputs.iter().map(|(name, v)| (name.clone(), Cells::Float(v.clone()))));
    let list = TableOut { name: "points".into(), caption: "Fixed points by number of unstable directions, those of a continuum, then slow points; the time constant is that of the leading mode (negative: it grows).".into(), columns };

    let mut columns: Vec<(String, Cells)> = vec![("point".into(), Cells::Int(index()))];
    for (i, name) in context.names.iter().enumerate() {
        columns.push((name.clone(), float(&|p| p.state[i])));
    }
    let states = TableOut { name: "states".into(), caption: "The state of each point.".into(), columns };

    let mut all = vec![list, states];
    all.extend(spectra(points, context));
    let (mut long, mut unit) = (Long::default(), vec![]);
    for (k, p) in points.iter().enumerate() {
        for j in 0..p.input_jacobian.ncols() {
            for i in 0..p.input_jacobian.nrows() {
                long.row([k + 1, j + 1], [p.input_jacobian[(i, j)]]);
                unit.push(context.names[i].clone());
            }
        }
    }
    if !unit.is_empty() {
        let caption = "Derivative of the rule with respect to each input.";
        all.push(long.table("input_jacobian", caption, ["point", "input"], &["derivative"], Some(unit)));
    }
    all
}

/// Eigenvalues and eigenvectors of the points that have them: not at kinks.
fn spectra(points: &[FixedPoint], context: &Context) -> [TableOut; 2] {
    let smooth = || points.iter().enumerate().filter(|(_, p)| p.kinks.is_none());
    let mut long = Long::default();
    for (k, p) in smooth() {
        for (i, z) in p.eigenvalues.iter().enumerate() {
            long.row([k + 1, i + 1], [z.re, z.im, z.re.hypot(z.im)]);
        }
    }
    let eigenvalues = long.table(
        "eigenvalues",
        "All eigenvalues of the Jacobian at each point; none at kinks, where there are none.",
        ["point", "index"],
        &["re", "im", "modulus"],
        None,
    );
    let (mut long, mut unit) = (Long::default(), vec![]);
    for (k, p) in smooth() {
        for (m, mode) in p.modes.iter().enumerate() {
            for (i, r) in mode.right.iter().enumerate() {
                let l = mode.left.as_ref().map_or([f64::NAN; 2], |l| [l[i].re, l[i].im]);
                long.row([k + 1, m + 1], [r.re, r.im, l[0], l[1]]);
                unit.push(context.names[i].clone());
            }
        }
    }
    let values = ["right_re", "right_im", "left_re", "left_im"];
    let modes = long.table(
        "modes",
        "Right (unit norm) and left (left^H right = 1) eigenvectors of the leading modes; none at kinks.",
        ["point", "mode"],
        &values,
        Some(unit),
    );
    [eigenvalues, modes]
}
