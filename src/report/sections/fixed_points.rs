//! Fixed and slow points.

use super::long::Long;
use super::{Context, Rendered, words};
use crate::diagnostics::dynamics::fixed_points::{FixedPoint, FixedPoints, Label};
use crate::report::Error;
use crate::report::figures::{self, Boundary, PlanePoint};
use crate::report::page::Section;
use crate::report::summary::{number, numbers};
use crate::report::tables::{Cells, TableOut};
use serde_json::{Value, json};

/// The rate that decides stability: largest modulus (map) or real part (flow).
fn leading(p: &FixedPoint, flow: bool) -> f64 {
    p.eigenvalues.first().map_or(f64::NAN, |z| if flow { z.re } else { z.re.hypot(z.im) })
}

fn entry(p: &FixedPoint, input: &[f64], flow: bool) -> Value {
    let modes = || p.modes.iter();
    let mut json = json!({
        "label": p.label.name(),
        "speed": number(p.speed),
        "certified": p.certified.is_some(),
        "certified_radius": p.certified.map_or(Value::Null, number),
        "isolated": p.isolated,
        "unstable": p.unstable,
    });
    json[if flow { "max_real_part" } else { "max_modulus" }] = number(leading(p, flow));
    json["leading_eigenvalues"] = modes().map(|m| json!([number(m.value.re), number(m.value.im)])).collect();
    json["time_constants"] = modes().map(|m| number(m.time_constant)).collect();
    json["state"] = numbers(&p.state);
    json["input"] = numbers(input);
    json["hits"] = p.hits.into();
    json
}

/// A picture in the plane of two components: lines, points and the axes' labels.
pub struct Plane<'a> {
    /// Trajectories.
    pub lines: &'a [Vec<[f64; 2]>],
    /// Fixed and slow points.
    pub points: &'a [PlanePoint],
    /// Labels of the horizontal and the vertical axis.
    pub labels: [String; 2],
}

/// `outputs` are the read-out's values at each point, by output; `plane` is left out where
/// the states span none.
pub fn fixed_points(
    result: &FixedPoints,
    context: &Context,
    outputs: &[(String, Vec<f64>)],
    plane: Option<Plane>,
) -> Result<Rendered, Error> {
    let points = &result.points;
    let json = json!({
        "points": points.iter().map(|p| entry(p, &result.input, context.flow)).collect::<Vec<_>>(),
        "starts": result.starts,
        "unconverged": result.unconverged,
        "expected_missed": number(result.expected_missed),
        "second_search": {"starts": result.second_starts, "found": result.second_found},
        "slow_threshold": number(result.slow_threshold),
        "input": numbers(&result.input),
    });
    let mut list = vec![];
    if let Some(Plane { lines, points, labels: [x, y] }) = plane {
        let name = "Fixed points among the trajectories, in the plane of the first two components";
        let figure = figures::state_plane(lines, points, &x, &y)?;
        list.push(figure.named(
            "points",
            name,
            "Trajectories (grey) and the fixed and slow points, projected.",
        )?);
    }
    let values = |group: &[&FixedPoint]| -> Vec<[f64; 2]> {
        group.iter().flat_map(|p| p.eigenvalues.iter().map(|z| [z.re, z.im])).collect()
    };
    let name = |m: usize| if m == 0 { "stable points".into() } else { format!("{m} unstable") };
    let mut series: Vec<(String, Vec<[f64; 2]>)> =
        by_unstable(points).into_iter().map(|(m, group)| (name(m), values(&group))).collect();
    let continuum: Vec<&FixedPoint> = points.iter().filter(|p| !p.isolated).collect();
    if !continuum.is_empty() {
        series.push(("continuum".into(), values(&continuum)));
    }
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

    let mut warnings = vec![];
    if result.expected_missed >= 0.5 {
        let missed = result.expected_missed.round().max(1.0) as usize;
        warnings.push(format!(
            "About {} more probably exist: run again with more --starts.",
            words::count(missed, "fixed point")
        ));
    }
    if !continuum.is_empty() {
        warnings.push(format!(
            "{} belong to a continuum of fixed points (a line attractor or a plane of them), along which the \
             derivative is singular: they are a sample of it, and their number means nothing.",
            words::count(continuum.len(), "fixed point"),
        ));
    }
    let near_one = points.iter().filter(|p| p.label == Label::Slow && p.speed < 1e-20).count();
    if near_one > 0 {
        warnings.push(format!(
            "{} of speed zero to rounding are labelled slow: an eigenvalue is so near its critical value that \
             rounding decides, as on a continuous attractor or behind a saturated gate.",
            words::count(near_one, "point")
        ));
    }
    let threshold = words::number(result.slow_threshold);
    let what = if context.flow {
        "States where the flow stands still"
    } else {
        "States that one step maps to themselves"
    };
    let intro = format!(
        "{what} under the input {}, from {} starts (trajectory states, points between them, random states, noise). A point is fixed when Newton's method with the exact Jacobian leaves nothing but rounding; it \
         is certified when the Newton-Kantorovich theorem proves a fixed point within the stated radius. A slow \
         point is a local minimum of the speed q below {threshold}. {} ended nowhere and are not points.",
        input_words(&result.input),
        result.starts,
        words::count(result.unconverged, "start"),
    );
    let section = Section {
        id: "fixed_points".into(),
        title: "Fixed points".into(),
        intro: vec![intro, describe(result)],
        facts: vec![
            ("Expected to be missed (Chao1)".into(), words::number(result.expected_missed)),
            ("Found only by the deflated second search".into(), result.second_found.to_string()),
        ],
        figures: list,
        tables: tables(result, context, outputs),
        notes: warnings.clone(),
        ..Section::default()
    };
    Ok(Rendered { json, section, warnings })
}

fn input_words(u: &[f64]) -> String {
    if u.iter().all(|v| *v == 0.0) {
        "zero".into()
    } else {
        format!("({})", u.iter().map(|v| words::number(*v)).collect::<Vec<_>>().join(", "))
    }
}

fn by_unstable(points: &[FixedPoint]) -> Vec<(usize, Vec<&FixedPoint>)> {
    let mut groups: Vec<(usize, Vec<&FixedPoint>)> = vec![];
    for p in points.iter().filter(|p| p.label == Label::Fixed && p.isolated) {
        match groups.iter_mut().find(|g| g.0 == p.unstable) {
            Some(g) => g.1.push(p),
            None => groups.push((p.unstable, vec![p])),
        }
    }
    groups
}

/// The finding in a sentence.
pub fn describe(result: &FixedPoints) -> String {
    let count =
        |label, isolated| result.points.iter().filter(|p| p.label == label && p.isolated == isolated).count();
    let (slow, continuum) = (count(Label::Slow, true), count(Label::Fixed, false));
    let isolated = |p: &&FixedPoint| p.label == Label::Fixed && p.isolated;
    let fixed: Vec<&FixedPoint> = result.points.iter().filter(isolated).collect();
    let mut text = if fixed.is_empty() && continuum > 0 {
        "No isolated fixed point".to_owned()
    } else if fixed.is_empty() {
        "No fixed point was found".to_owned()
    } else {
        let groups = by_unstable(&result.points);
        let groups: Vec<String> = if groups.len() > 4 {
            summed(&groups)
        } else {
            groups
                .iter()
                .map(|(m, g)| match m {
                    0 => format!("{} stable", g.len()),
                    m => format!("{} with {}", g.len(), words::count(*m, "unstable direction")),
                })
                .collect()
        };
        let certified = fixed.iter().filter(|p| p.certified.is_some()).count();
        format!("{}: {}; {certified} certified", words::count(fixed.len(), "fixed point"), groups.join(", "))
    };
    if continuum > 0 {
        text.push_str(&format!("; a continuum of fixed points, sampled at {continuum}"));
    }
    if slow > 0 {
        text.push_str(&format!("; {}", words::count(slow, "slow point")));
    }
    text + "."
}

/// Many kinds of saddles in one phrase.
fn summed(groups: &[(usize, Vec<&FixedPoint>)]) -> Vec<String> {
    let saddles: Vec<_> = groups.iter().filter(|g| g.0 > 0).collect();
    let stable = groups.iter().find(|g| g.0 == 0).map(|g| format!("{} stable", g.1.len()));
    let total: usize = saddles.iter().map(|g| g.1.len()).sum();
    let phrase = match (saddles.first(), saddles.last()) {
        (Some(a), Some(b)) => Some(format!("{total} with {} to {} unstable directions", a.0, b.0)),
        _ => None,
    };
    stable.into_iter().chain(phrase).collect()
}

fn tables(result: &FixedPoints, context: &Context, outputs: &[(String, Vec<f64>)]) -> Vec<TableOut> {
    let points = &result.points;
    let index = || (1..=points.len() as i64).collect::<Vec<_>>();
    let float = |f: &dyn Fn(&FixedPoint) -> f64| Cells::Float(points.iter().map(f).collect());
    let leading_name = if context.flow { "max_real_part" } else { "max_modulus" };
    let mut columns = vec![
        ("point".into(), Cells::Int(index())),
        ("label".into(), Cells::Text(points.iter().map(|p| p.label.name().into()).collect())),
        ("unstable".into(), Cells::Int(points.iter().map(|p| p.unstable as i64).collect())),
        (leading_name.into(), float(&|p| leading(p, context.flow))),
        ("time_constant".into(), float(&|p| p.modes.first().map_or(f64::NAN, |m| m.time_constant))),
        ("speed".into(), float(&|p| p.speed)),
        ("certified".into(), Cells::Bool(points.iter().map(|p| p.certified.is_some()).collect())),
        ("certified_radius".into(), float(&|p| p.certified.unwrap_or(f64::NAN))),
        ("isolated".into(), Cells::Bool(points.iter().map(|p| p.isolated).collect())),
        ("hits".into(), Cells::Int(points.iter().map(|p| p.hits as i64).collect())),
    ];
    columns.extend(outputs.iter().map(|(name, v)| (name.clone(), Cells::Float(v.clone()))));
    let list = TableOut { name: "points".into(), caption: "Fixed points by number of unstable directions, those of a continuum, then slow points; the time constant is that of the leading mode (negative: it grows).".into(), columns };

    let mut columns = vec![("point".into(), Cells::Int(index()))];
    for (i, name) in context.names.iter().enumerate() {
        columns.push((name.clone(), float(&|p| p.state[i])));
    }
    let states = TableOut { name: "states".into(), caption: "The state of each point.".into(), columns };

    let mut long = Long::default();
    for (k, p) in points.iter().enumerate() {
        for (i, z) in p.eigenvalues.iter().enumerate() {
            long.row([k + 1, i + 1], [z.re, z.im, z.re.hypot(z.im)]);
        }
    }
    let eigenvalues = long.table(
        "eigenvalues",
        "All eigenvalues of the Jacobian at each point.",
        ["point", "index"],
        &["re", "im", "modulus"],
        None,
    );

    let (mut long, mut unit) = (Long::default(), vec![]);
    for (k, p) in points.iter().enumerate() {
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
        "Right (unit norm) and left (left^H right = 1) eigenvectors of the leading modes.",
        ["point", "mode"],
        &values,
        Some(unit),
    );

    let (mut long, mut unit) = (Long::default(), vec![]);
    for (k, p) in points.iter().enumerate() {
        for j in 0..p.input_jacobian.ncols() {
            for i in 0..p.input_jacobian.nrows() {
                long.row([k + 1, j + 1], [p.input_jacobian[(i, j)]]);
                unit.push(context.names[i].clone());
            }
        }
    }
    let mut all = vec![list, states, eigenvalues, modes];
    if !unit.is_empty() {
        let caption = "Derivative of the rule with respect to each input.";
        all.push(long.table("input_jacobian", caption, ["point", "input"], &["derivative"], Some(unit)));
    }
    all
}
