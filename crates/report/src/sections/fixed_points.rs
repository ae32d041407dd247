//! Fixed and slow points.

mod continued;
mod said;

pub use said::describe;

use super::{Context, Rendered, Shown, some, stores, words};
use crate::Error;
use crate::figure::Figure;
use crate::figures::{self, Boundary, PlaneCurve, PlanePoint, PointKind};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::network::continuation::Curve;
use nullcline_core::analyses::network::{Plane, Points, UnderInput};
use nullcline_core::diagnostics::dynamics::continuation::manifolds::Direction;
use nullcline_core::diagnostics::dynamics::fixed_points::{FixedPoint, FixedPoints, Label, Stability};

/// Constant inputs of trials that the head of the page tells of, at most.
const HEADED: usize = 2;

impl Shown for Points {
    fn sentence(&self, _: &Context) -> Option<String> {
        let found = describe(&self.result);
        let found = if self.driven { format!("Under the constant input alone: {found}") } else { found };
        let found = match &self.stores {
            Some(s) => format!("{} {found}", stores::describe(s, &self.result)),
            None => found,
        };
        // Of the inputs that trials hold most.
        let held = self.held.iter().take(HEADED);
        let under = |u: &UnderInput| {
            format!(" Under the input {}: {}", input_words(&u.held.input), describe(&u.result))
        };
        let found = held.fold(found, |text, u| text + &under(u));
        Some(continued::short(self).iter().fold(found, |text, c| format!("{text} {c}")))
    }

    fn answer(&self, _: &Context) -> Vec<String> {
        [said::answer(self), continued::short(self)].concat()
    }

    fn rendered(&self, context: &Context) -> Result<Rendered, Error> {
        fixed_points(self, context)
    }
}

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
    let stores = found.stores.as_ref().map(|s| stores::describe(s, &found.result));
    let section = Section {
        id: "fixed_points".into(),
        title: "Fixed points".into(),
        intro: [describe(result)]
            .into_iter()
            .chain(stores)
            .chain(driven)
            .chain(held(found))
            .chain(continued::curves(found))
            .chain(continued::sentences(found))
            .collect(),
        method: [intro].into_iter().chain(said::search(result)).collect(),
        facts: said::facts(result),
        figures: drawn(found, context)?,
        tables: [
            tables(result, context, &found.outputs),
            stores::tables(found),
            held_tables(found, context),
            continued::tables(found, context),
        ]
        .concat(),
        notes: [said::notes(result), continued::notes(found)].concat(),
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
        let (lines, others) = some(&plane.lines);
        let figure =
            figures::saddle_plane(lines, &curves(found), &places(result, plane), &axis(0), &axis(1))?;
        let along = if found.curves.all.is_empty() {
            ""
        } else {
            " Curves along which states leave saddles (solid) or come to them (dashed)."
        };
        let caption = format!("Trajectories (grey) and the fixed and slow points, projected.{along}{others}");
        list.push(figure.named("points", name, &caption)?);
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
    list.extend(continued::figures(found)?);
    Ok(list)
}

/// The curves of the saddles in the plane.
fn curves(found: &Points) -> Vec<PlaneCurve> {
    let one = |c: &Curve| {
        let leaves = c.direction == Direction::Unstable;
        c.sides.clone().map(|line| PlaneCurve { line, leaves })
    };
    found.curves.all.iter().flat_map(one).collect()
}

/// What is found under the other constant inputs that trials hold, a sentence each.
fn held(found: &Points) -> Vec<String> {
    let one = |u: &UnderInput| {
        let held = match u.held.steps {
            0 => "which the file of trials asks for".into(),
            steps => format!("which trials hold for {}", words::count(steps, "step")),
        };
        format!("Under the input {}, {held}: {}", input_words(&u.held.input), describe(&u.result))
    };
    let mut said: Vec<String> = found.held.iter().map(one).collect();
    if !found.varying.is_empty() {
        let names: Vec<String> = found.varying.iter().map(|i| (i + 1).to_string()).collect();
        said.push(format!(
            "Inputs that change on most steps of the trials (number {}) are held at zero here.",
            names.join(", ")
        ));
    }
    if found.held_left_out > 0 {
        said.push(format!(
            "{} that trials hold for fewer steps were left out.",
            words::count(found.held_left_out, "constant input")
        ));
    }
    said
}

/// The points under those inputs.
fn held_tables(found: &Points, context: &Context) -> Vec<TableOut> {
    let rows: Vec<(usize, usize)> = (0..found.held.len())
        .flat_map(|k| (0..found.held[k].result.points.len()).map(move |p| (k, p)))
        .collect();
    if rows.is_empty() {
        return vec![];
    }
    let point = |r: &(usize, usize)| &found.held[r.0].result.points[r.1];
    let d = found.result.input.len();
    let outputs: Vec<String> = found.outputs.iter().map(|(name, _)| name.clone()).collect();
    let table = Table::of(&rows)
        .column("held", "", |r| r.0 + 1)
        .each((0..d).map(|i| format!("input{}", i + 1)), |r, i| found.held[r.0].held.input[i])
        .column("steps", "", |r| found.held[r.0].held.steps)
        .column("point", "", |r| r.1 + 1)
        .column("label", "", |r| point(r).label.name())
        .column("stability", "", |r| point(r).verdict().map_or("", Stability::name))
        .column("unstable", "", |r| point(r).unstable_directions().map_or(f64::NAN, |u| u as f64))
        .column("leading", "", |r| point(r).leading(context.flow))
        .column("speed", "", |r| point(r).speed)
        .column("certified", "", |r| point(r).certified.is_some())
        .each(outputs, |r, o| found.held[r.0].outputs[o].1[r.1])
        .named("held", "Fixed and slow points under the constant inputs that trials hold; leading is the largest modulus of an eigenvalue of a map, the largest real part of a flow.");
    let states = Table::of(&rows)
        .column("held", "", |r| r.0 + 1)
        .column("point", "", |r| r.1 + 1)
        .each(context.names.iter(), |r, i| point(r).state[i])
        .named("held_states", "The state of each of these points.");
    vec![table, states]
}

/// An input in words.
pub fn input_words(u: &[f64]) -> String {
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
    let points: Vec<(usize, &FixedPoint)> = result.points.iter().enumerate().collect();
    let leading_name = if context.flow { "max_real_part" } else { "max_modulus" };
    let list = Table::of(&points)
        .column("point", "", |(k, _)| k + 1)
        .column("label", "", |(_, p)| p.label.name())
        .column("stability", "", |(_, p)| p.verdict().map_or("", Stability::name))
        .column("unstable", "", |(_, p)| p.unstable_directions().map(|u| u as f64))
        .column(leading_name, "", |(_, p)| p.leading(context.flow))
        .column("time_constant", "", |(_, p)| time_constant(p))
        .column("speed", "", |(_, p)| p.speed)
        .column("certified", "", |(_, p)| p.certified.is_some())
        .column("certified_radius", "", |(_, p)| p.certified)
        .column("isolated", "", |(_, p)| p.isolated)
        .column("hits", "", |(_, p)| p.hits)
        .each(outputs.iter().map(|(name, _)| name), |(k, _), o| outputs[o].1[*k])
        .named("points", "Fixed points by number of unstable directions, those of a continuum, then slow points; the time constant is that of the leading mode (negative: it grows).");
    let states = Table::of(&points)
        .column("point", "", |(k, _)| k + 1)
        .each(&context.names, |(_, p), i| p.state[i])
        .named("states", "The state of each point.");

    let mut all = vec![list, states];
    all.extend(spectra(&result.points, context));
    let mut rows = vec![];
    for (k, p) in points {
        let d = &p.input_jacobian;
        let places = (0..d.ncols()).flat_map(|j| (0..d.nrows()).map(move |i| (i, j)));
        rows.extend(places.map(|(i, j)| (k + 1, j + 1, i, d[(i, j)])));
    }
    if !rows.is_empty() {
        let table = Table::of(&rows)
            .column("point", "", |r| r.0)
            .column("input", "", |r| r.1)
            .column("unit", "", |r| context.names[r.2].as_str())
            .column("derivative", "", |r| r.3);
        all.push(table.named("input_jacobian", "Derivative of the rule with respect to each input."));
    }
    all
}

/// Eigenvalues and eigenvectors of the points that have them: not at kinks.
fn spectra(points: &[FixedPoint], context: &Context) -> [TableOut; 2] {
    let smooth = || points.iter().enumerate().filter(|(_, p)| p.kinks.is_none());
    let mut rows = vec![];
    for (k, p) in smooth() {
        rows.extend(p.eigenvalues.iter().enumerate().map(|(i, z)| (k + 1, i + 1, z)));
    }
    let eigenvalues = Table::of(&rows)
        .column("point", "", |r| r.0)
        .column("index", "", |r| r.1)
        .columns(["re", "im", "modulus"], |r| [r.2.re, r.2.im, r.2.re.hypot(r.2.im)])
        .named(
            "eigenvalues",
            "All eigenvalues of the Jacobian at each point; none at kinks, where there are none.",
        );
    let mut rows = vec![];
    for (k, p) in smooth() {
        for (m, mode) in p.modes.iter().enumerate() {
            rows.extend((0..mode.right.len()).map(|i| (k + 1, m + 1, mode, i)));
        }
    }
    let modes = Table::of(&rows)
        .column("point", "", |r| r.0)
        .column("mode", "", |r| r.1)
        .column("unit", "", |r| context.names[r.3].as_str())
        .columns(["right_re", "right_im"], |r| [r.2.right[r.3].re, r.2.right[r.3].im])
        .columns(["left_re", "left_im"], |r| {
            r.2.left.as_ref().map_or([f64::NAN; 2], |l| [l[r.3].re, l[r.3].im])
        })
        .named(
            "modes",
            "Right (unit norm) and left (left^H right = 1) eigenvectors of the leading modes; none at kinks.",
        );
    [eigenvalues, modes]
}
