//! Currents beside the variables that a network follows.

use super::{Rendered, Shown, left, words};
use crate::figures::{Axes, Reference, Series, panels, scatter};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::{By, Currents, CurrentsFrom, Space};
use nullcline_core::diagnostics::geometry::currents::isotropic;

/// Coordinates drawn at most.
const PANELS: usize = 3;
/// Singular values drawn at most.
const VALUES: usize = 60;

impl Shown for Currents {
    fn sentence(&self, _: &Context) -> Option<String> {
        let activity =
            self.activity.map_or_else(String::new, |e| format!(", {} of activity", words::number(e.value)));
        let linear = format!(
            "Linear fits on {} explain {} of the currents (R²{activity})",
            targets(&self.targets, "and"),
            words::with_error(self.fit.r_squared_all)
        );
        let rest = self.space.as_ref().map(|s| {
            format!(
                "; outside the first {} of W currents are {} times what they are inside ({} by chance)",
                match s.dimensions {
                    1 => "singular vector".to_owned(),
                    k => format!("{k} singular vectors"),
                },
                words::with_error(s.own().ratio),
                words::number(isotropic(s.left.nrows(), s.dimensions))
            )
        });
        Some(format!("{linear}{}.", rest.unwrap_or_default()))
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let notes: Vec<String> = self.left.iter().map(left::said).collect();
        let mut section = Section::new("currents", "Currents")
            .intro(format!("{} {}", of(self.from), method_of_errors(self.by)))
            .fact("Rows", self.rows.to_string())
            .fact("R² of currents", words::with_error(self.fit.r_squared_all));
        if let Some(e) = self.activity {
            section = section.fact("R² of activity", words::with_error(e));
        }
        section = section.method(format!(
            "Each unit's current was regressed on {}{}; R² is of rows left out, so that it may be below 0.",
            targets(&self.targets, "and"),
            if self.through_origin { " through the origin" } else { " and an offset" }
        ));
        if let Some(s) = &self.space {
            section = facts(section, s).figures(figures(s)?);
        }
        section = section.tables([units(self)]);
        if let Some(s) = &self.space {
            section = section.tables(tables(self, s));
        }
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}

/// The variables in words.
pub(super) fn targets(names: &[String], last: &str) -> String {
    match names {
        [one] => one.clone(),
        [all @ .., end] if all.len() < 4 => format!("{} {last} {end}", all.join(", ")),
        all => words::count(all.len(), "target"),
    }
}

/// What the currents are.
pub(super) fn of(from: CurrentsFrom) -> &'static str {
    match from {
        CurrentsFrom::Network => {
            "Currents are W h + U u, what units receive from each other and from inputs, without biases."
        }
        CurrentsFrom::States => "Currents are the states, without biases.",
        CurrentsFrom::Recurrent => "Currents are W h of the recorded activity: what inputs add is not known.",
        CurrentsFrom::Recorded => "Currents were recorded.",
    }
}

/// What errors leave out.
pub(super) fn method_of_errors(by: By) -> String {
    match by {
        By::Trials(count) => {
            format!("Errors and predictions leave out parts of {}.", words::count(count, "trial"))
        }
        By::Blocks(count) => format!(
            "No trials are given: errors and predictions leave out one of {} of successive rows; --trial says which rows belong together.",
            words::count(count, "block")
        ),
        By::Rows => "No trials are given: errors and predictions leave out parts of successive rows.".into(),
    }
}

fn facts(section: Section, s: &Space) -> Section {
    let (own, d, c) = (s.own(), &s.dominant, &s.columns);
    let null = |n: &nullcline_core::diagnostics::geometry::currents::NullRatio| {
        let [low, high] = n.interval.map(words::number);
        format!("{} (95 % from {low} to {high}; p = {})", words::number(n.mean), words::p(n.p))
    };
    let mut section = section
        .fact(
            "Singular values before the largest gap",
            format!("{} (the next {} times smaller)", d.by_gap, words::number(d.gap)),
        )
        .fact("Singular values above noise", format!("{} (above {})", d.above, words::number(d.threshold)))
        .fact("Dimensions of the space", format!("{} ({})", s.dimensions, s.chosen.name()))
        .fact("Outside over inside, mean norms", words::with_error(own.ratio))
        .fact("Outside over whole, root mean squares", words::with_error(own.residual))
        .fact("The least that so many dimensions leave of the whole", words::number(own.best))
        .fact(
            "Outside over inside by chance, sqrt(n/d - 1)",
            words::number(isotropic(s.left.nrows(), s.dimensions)),
        )
        .fact("Of random spaces", null(&s.random))
        .fact("Of singular vectors with entries shuffled", null(&s.shuffled))
        .fact("R² of coordinates", words::with_error(s.r_squared))
        .fact(
            "Columns of W of one sign",
            format!("{} positive, {} negative, {} mixed", c.positive, c.negative, c.mixed),
        );
    if c.dale() {
        section = section.fact("Dale's law", "holds: no column has both signs");
    }
    section.method(
        "The space is that of the first left singular vectors of W. How much of the currents lies outside is the mean norm of what is \
         outside over that of what is inside (Fanthomme 2021, 7.40), and, as the authors' program has it, root mean squares over those \
         of the whole; their least is that of the currents' own principal directions. Coordinates in the space are R y plus an offset \
         (7.39), and s = Rᵀ l of each unit (7.42) is the direction of targets that its current follows. The largest gap is that of \
         successive singular values up to half of them, values below a thousandth of the first taken as that; noise is independent \
         weights whose singular values have the same median, and one such matrix in twenty has one above the value given.",
    )
}

fn figures(s: &Space) -> Result<Vec<Figure>, Error> {
    let coordinate = |k: usize| {
        let found: Vec<f64> = s.shown.iter().map(|r| r.0[k]).collect();
        let said: Vec<f64> = s.shown.iter().map(|r| r.1[k]).collect();
        let ends = said.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |e, v| [e[0].min(*v), e[1].max(*v)]);
        let axes = Axes::new("R y + offset", "Coordinate")
            .reference("", Reference::Curve(ends.map(|v| [v, v]).to_vec()));
        let title = format!("Coordinate {}", k + 1);
        scatter(&[Series::new("", &said, &found)], &axes)?.named(&format!("coordinate{}", k + 1), &title, "")
    };
    let shown: Vec<Figure> = (0..s.dimensions.min(PANELS)).map(coordinate).collect::<Result<_, _>>()?;
    let caption =
        "Currents along the first left singular vectors of W, beside what the targets say they are.";
    let values: Vec<f64> = s.singular_values.iter().copied().take(VALUES).collect();
    let rank: Vec<f64> = (1..=values.len()).map(|k| k as f64).collect();
    let axes = Axes::new("Rank", "Singular value")
        .reference("one noise matrix in twenty above", Reference::Across(s.dominant.threshold));
    let few = match s.singular_values.len() {
        all if all > VALUES => format!(" The first {VALUES} of {all}."),
        _ => String::new(),
    };
    let spectrum = scatter(&[Series::new("", &rank, &values)], &Axes { x_whole: true, ..axes })?;
    Ok(vec![
        panels("coordinates", "Coordinates of currents", caption, &shown, PANELS)?,
        spectrum.named(
            "singular_values",
            "Singular values of W",
            &format!("Singular values of W, and where those of noise with the same median end.{few}"),
        )?,
    ])
}

fn units(c: &Currents) -> TableOut {
    let rows: Vec<usize> = (0..c.units.len()).collect();
    let names = c.targets.iter().flat_map(|t| ["", "_std_error"].map(|end| format!("slope_{t}{end}")));
    let table = Table::of(&rows).column("unit", "", |i| c.units[*i].as_str()).each(names, |i, k| {
        let e = c.fit.slopes[*i][k / 2];
        if k % 2 == 0 { e.value } else { e.error() }
    });
    let table = if c.through_origin { table } else { table.column("offset", "", |i| c.fit.offsets[*i]) };
    let table = table.column("r_squared", "", |i| c.fit.r_squared[*i]);
    let table = match &c.space {
        Some(s) => table
            .each(c.targets.iter().map(|t| format!("s_{t}")), |i, k| s.vectors[(*i, k)])
            .each((1..=s.dimensions).map(|k| format!("left{k}")), |i, k| s.left[(*i, k)])
            .each((1..=s.dimensions).map(|k| format!("right{k}")), |i, k| s.right[(*i, k)]),
        None => table,
    };
    table.named(
        "units",
        "Each unit's current on the targets: slopes, R² on rows left out; selectivity vectors s = Rᵀ l, and singular vectors of W.",
    )
}

fn tables(c: &Currents, s: &Space) -> Vec<TableOut> {
    let n = s.left.nrows();
    let ratios = Table::of(&s.projections)
        .column("dimensions", "", |p| p.dimensions)
        .column("projection_ratio", "", |p| p.ratio)
        .column("residual", "", |p| p.residual)
        .column("least_residual", "", |p| p.best)
        .column("isotropic_ratio", "", |p| isotropic(n, p.dimensions))
        .named("projections", "Currents outside the first left singular vectors of W: mean norms outside over inside, root mean squares outside over whole, the least of these, and the first where all directions are alike.");
    let values: Vec<(usize, &f64)> = s.singular_values.iter().enumerate().collect();
    let values = Table::of(&values)
        .column("rank", "", |v| v.0 + 1)
        .column("singular_value", "", |v| *v.1)
        .named("singular_values", "Singular values of W.");
    let rows: Vec<usize> = (0..s.dimensions).collect();
    let names = c.targets.iter().flat_map(|t| ["", "_std_error"].map(|end| format!("r_{t}{end}")));
    let outputs = s.readout.first().map_or(0, Vec::len);
    let map = Table::of(&rows).column("coordinate", "", |k| k + 1).each(names, |k, j| {
        let e = s.map[*k][j / 2];
        if j % 2 == 0 { e.value } else { e.error() }
    });
    let map = if c.through_origin { map } else { map.column("offset", "", |k| s.offsets[*k]) };
    let map = map
        .column("left_one_sign", "", |k| s.signs[*k].left.share.value)
        .column("left_one_sign_p", "", |k| s.signs[*k].left.p)
        .column("right_one_sign", "", |k| s.signs[*k].right.share.value)
        .column("right_with_columns", "", |k| s.signs[*k].right_with_columns.map_or(f64::NAN, |m| m.share.value))
        .each((0..outputs).map(|o| format!("cosine_output{o}")), |k, o| s.readout[*k][o])
        .named("map", "Coordinates of currents as R y plus an offset; shares of the entries of each singular vector that have one sign, or that of their column of W; cosines of left vectors and read-outs.");
    vec![ratios, values, map]
}
