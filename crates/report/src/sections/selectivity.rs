//! Read-outs against each other and against the leading plane, and what each unit tells of each target.

use super::{Rendered, Shown, left, words};
use crate::Error;
use crate::figures::{self, Axes, Reference, Series};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::{By, LEVEL, Pair, Regressed, Selectivity};
use nullcline_core::numbers::Estimate;

impl Shown for Selectivity {
    fn sentence(&self, _: &Context) -> Option<String> {
        Some(describe(self))
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        selectivity(self)
    }
}

/// The findings in a sentence.
fn describe(s: &Selectivity) -> String {
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
fn selectivity(s: &Selectivity) -> Result<Rendered, Error> {
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
    let method = format!(
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
        intro: vec![describe(s)],
        method: vec![method],
        facts,
        figures: list,
        tables: vec![angle_table(s), readout_table(s, units), slope_table(s, units)],
        notes: remarks.clone(),
        ..Section::default()
    };
    Ok(Rendered { section, warnings: remarks })
}

fn angle_table(s: &Selectivity) -> TableOut {
    let inside = |p: &Pair| p.within.unwrap_or(Estimate::NONE);
    Table::of(&s.pairs)
        .column("first", "", |p| p.names[0].as_str())
        .column("second", "", |p| p.names[1].as_str())
        .column("angle", "degrees", |p| p.angle)
        .column("in_plane", "degrees", inside)
        .named("angles", "Angles between read-outs, in the space of all units and in the plane of the first two components.")
}

fn readout_table(s: &Selectivity, units: &[String]) -> TableOut {
    let directions: Vec<_> = s.outs.iter().map(|o| o.direction()).collect();
    let rows: Vec<_> = units.iter().enumerate().collect();
    Table::of(&rows)
        .column("unit", "", |r| r.1.as_str())
        .each(s.outs.iter().map(|o| o.name.as_str()), |r, k| directions[k][r.0])
        .named("readouts", "Read-outs as unit vectors, one a column.")
}

fn slope_table(s: &Selectivity, units: &[String]) -> TableOut {
    let all: Vec<(&Regressed, usize)> =
        s.regressions.iter().flat_map(|r| (0..units.len()).map(move |i| (r, i))).collect();
    Table::of(&all)
        .column("target", "", |(r, _)| r.name.as_str())
        .column("unit", "", |(_, i)| units[*i].as_str())
        .columns(["slope", "std_error"], |(r, i)| [r.slopes[*i].estimate.value, r.slopes[*i].estimate.error()])
        .columns(["t", "p", "p_corrected"], |(r, i)| [r.slopes[*i].t, r.slopes[*i].p, r.corrected[*i]])
        .column("r_squared", "", |(r, i)| r.r_squared[*i])
        .named(
            "slopes",
            "Each unit regressed on the targets: slope, standard error, t, p, and p corrected for the number of units (Holm).",
        )
}
