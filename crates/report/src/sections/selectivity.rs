//! Read-outs against each other and against the leading plane, and what each unit tells of each target.

use super::{Rendered, left, words};
use crate::Error;
use crate::figures::{self, Axes, Reference, Series};
use crate::page::Section;
use crate::tables::{Cells, TableOut};
use nullcline_core::analyses::activity::{By, LEVEL, Pair, Regressed, Selectivity};
use nullcline_core::numbers::Estimate;

/// The findings in a sentence.
pub fn describe(s: &Selectivity) -> String {
    let mut parts: Vec<String> = s
        .regressions
        .iter()
        .map(|r| {
            format!("{} of {} depend on {}", r.selective(), words::count(r.slopes.len(), "unit"), r.name)
        })
        .collect();
    parts.extend(s.pairs.iter().take(3).map(|p| {
        format!("the read-outs of {} and {} stand at {}", p.names[0], p.names[1], degrees(p.angle))
    }));
    if let By::Blocks(count) = s.by {
        let blocks = words::count(count, "block");
        parts.push(format!(
            "rows are alike from one to the next, and without --trial errors rest on {blocks} of them"
        ));
    }
    format!("{}.", parts.join("; "))
}

fn degrees(e: Estimate) -> String {
    format!("{}°", words::with_error(e))
}

/// Read-outs and regressions.
pub fn selectivity(s: &Selectivity) -> Result<Rendered, Error> {
    let units = &s.units;
    let remarks: Vec<String> = s.left.iter().map(left::said).collect();
    let mut list = vec![];
    if !s.pairs.is_empty() {
        let labels: Vec<String> = s.pairs.iter().map(|p| p.names.join(" and ")).collect();
        let of = |f: &dyn Fn(&Estimate) -> f64| s.pairs.iter().map(|p| f(&p.angle)).collect::<Vec<_>>();
        let figure = figures::points_with_errors(
            &labels,
            &of(&|e| e.value),
            &of(&|e| e.error()),
            "Angle between read-outs (degrees)",
        )?;
        list.push(figure.named("angles", "Angles between read-outs", "Bars are one standard error.")?);
    }
    if let [a, b, ..] = &s.regressions[..] {
        let t = |r: &Regressed| r.slopes.iter().map(|c| c.t).collect::<Vec<_>>();
        let axes = Axes::new(&format!("t of {}", a.name), &format!("t of {}", b.name))
            .reference("", Reference::Across(0.0))
            .reference("", Reference::Upward(0.0));
        let figure = figures::scatter(&[Series::new("", &t(a), &t(b))], &axes)?;
        list.push(figure.named(
            "slopes",
            "Units against two targets",
            "Slope over its standard error, a dot a unit.",
        )?);
    }
    let errors = match s.by {
        By::Trials(count) => format!(
            "Errors of slopes leave out one of {} at a time; two of them hold the slope in 95 of 100.",
            words::count(count, "trial")
        ),
        By::Blocks(count) => format!(
            "Rows next to each other are alike and no trials are given: errors of slopes leave out one of {} of successive rows at a \
             time; --trial says which rows belong together.",
            words::count(count, "block")
        ),
        By::Rows => {
            "Errors of slopes take rows as independent; rows next to each other are not alike.".into()
        }
    };
    let intro = format!(
        "A read-out is the direction of unit weights by which a target is told: by logistic regression where it has two \
         values, by least squares otherwise. Angles run from 0 to 180 degrees, 90 for read-outs that do not share units; their \
         errors leave out a tenth of the rows at a time, with the plane held. Each unit is regressed on all targets; p-values \
         are corrected for the number of units by Holm's method. {errors}"
    );
    let mut facts = vec![];
    for r in &s.regressions {
        let count = format!("{} of {}", r.selective(), r.slopes.len());
        facts.push((format!("Units that depend on {} (p < {LEVEL}, Holm)", r.name), count));
    }
    for o in &s.outs {
        if let Some(e) = o.inside {
            let share = format!("{} %", words::with_error(e.times(100.0)));
            facts.push((format!("Read-out of {} inside the first two components", o.name), share));
        }
    }
    let section = Section {
        id: "selectivity".into(),
        title: "What units tell of targets".into(),
        intro: vec![intro],
        facts,
        figures: list,
        tables: vec![angle_table(s), readout_table(s, units), slope_table(s, units)],
        notes: remarks.clone(),
        ..Section::default()
    };
    Ok(Rendered { section, warnings: remarks })
}

fn angle_table(s: &Selectivity) -> TableOut {
    let float = |f: &dyn Fn(&Pair) -> f64| Cells::Float(s.pairs.iter().map(f).collect());
    let name = |k: usize| Cells::Text(s.pairs.iter().map(|p| p.names[k].clone()).collect());
    TableOut {
        name: "angles".into(),
        caption: "Angles between read-outs, in the space of all units and in the plane of the first two components.".into(),
        columns: vec![
            ("first".into(), name(0)),
            ("second".into(), name(1)),
            ("angle_degrees".into(), float(&|p| p.angle.value)),
            ("angle_std_error".into(), float(&|p| p.angle.error())),
            ("in_plane_degrees".into(), float(&|p| p.within.unwrap_or(Estimate::NONE).value)),
            ("in_plane_std_error".into(), float(&|p| p.within.unwrap_or(Estimate::NONE).error())),
        ],
    }
}

fn readout_table(s: &Selectivity, units: &[String]) -> TableOut {
    let mut columns = vec![("unit".into(), Cells::Text(units.to_vec()))];
    columns.extend(s.outs.iter().map(|o| (o.name.clone(), Cells::Float(o.direction()))));
    let caption = "Read-outs as unit vectors, one a column.".into();
    TableOut { name: "readouts".into(), caption, columns }
}

fn slope_table(s: &Selectivity, units: &[String]) -> TableOut {
    let all: Vec<(&Regressed, usize)> =
        s.regressions.iter().flat_map(|r| (0..units.len()).map(move |i| (r, i))).collect();
    let float =
        |f: &dyn Fn(&Regressed, usize) -> f64| Cells::Float(all.iter().map(|(r, i)| f(r, *i)).collect());
    TableOut {
        name: "slopes".into(),
        caption: "Each unit regressed on the targets: slope, standard error, t, p, and p corrected for the number of units \
                  (Holm)."
            .into(),
        columns: vec![
            ("target".into(), Cells::Text(all.iter().map(|(r, _)| r.name.clone()).collect())),
            ("unit".into(), Cells::Text(all.iter().map(|(_, i)| units[*i].clone()).collect())),
            ("slope".into(), float(&|r, i| r.slopes[i].estimate.value)),
            ("std_error".into(), float(&|r, i| r.slopes[i].estimate.error())),
            ("t".into(), float(&|r, i| r.slopes[i].t)),
            ("p".into(), float(&|r, i| r.slopes[i].p)),
            ("p_corrected".into(), float(&|r, i| r.corrected[i])),
            ("r_squared".into(), float(&|r, i| r.r_squared[i])),
        ],
    }
}
