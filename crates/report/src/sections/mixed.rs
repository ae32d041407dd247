//! Selectivity vectors of units, mixed or not, and the blocks of weights among them.

use super::currents::{method_of_errors, of, targets};
use super::{Rendered, Shown, left, words};
use crate::figures::{Axes, HeatMap, Palette, Reference, Series, heat_map, histogram, scatter};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::{LEVEL, MixedSelectivity, Ordered, Rectified};
use nullcline_core::diagnostics::geometry::currents::{OfPair, Population, counted};
use nullcline_core::numbers::circular::Test;

/// Bins of angles.
const BINS: usize = 24;

impl Shown for MixedSelectivity {
    fn sentence(&self, _: &Context) -> Option<String> {
        let m = &self.mixed;
        let mut parts = vec![format!(
            "{} of {} follow {}",
            m.units,
            words::count(self.units.len(), "unit"),
            targets(&self.targets, "or")
        )];
        if m.units < 2 {
            // Of one unit or none there is no distribution.
        } else if let Some(p) = m.pairs.first() {
            let test = &p.scaled_axes;
            let (peaks, even) = (test.p < LEVEL, p.scaled_kuiper.p >= LEVEL);
            parts.push(match (peaks, even) {
                (true, _) => {
                    format!("their directions gather at single targets (p = {})", words::p(test.p))
                }
                (false, true) => {
                    format!(
                        "their directions are not told from even ones (p = {})",
                        words::p(p.scaled_kuiper.p)
                    )
                }
                (false, false) => format!(
                    "their directions are uneven (p = {}), but not for single targets",
                    words::p(p.scaled_kuiper.p)
                ),
            });
            parts.push(format!(
                "their mixing index is {}, {} by chance",
                words::with_error(m.mean),
                words::number(m.chance)
            ));
        } else if let Some(r) = &self.activity {
            let [positive, negative, both, null] = counted(&r.populations[0]);
            parts.push(format!("{positive} its positive values alone, {negative} its negative ones, {both} both, {null} neither"));
        }
        Some(format!("{}.", parts.join("; ")))
    }

    fn rendered(&self, context: &Context) -> Result<Rendered, Error> {
        let notes: Vec<String> = self.left.iter().map(left::said).collect();
        let what = match self.from {
            Some(from) => format!("Selectivity vectors are the slopes of currents on targets. {}", of(from)),
            None => "Selectivity vectors are the slopes of activity on targets: where these are distributed alike in all \
                     directions, they point where the slopes of the currents do, whatever the nonlinearity."
                .to_owned(),
        };
        let mut section = Section::new("mixed_selectivity", "Mixed selectivity")
            .intro(self.sentence(context).unwrap_or_default())
            .method(format!("{what} {}", method_of_errors(self.by)))
            .method(METHOD)
            .fact("Rows", self.rows.to_string())
            .fact(
                format!("Units that follow a target (p < {LEVEL}, Holm)"),
                format!("{} of {}", self.mixed.units, self.units.len()),
            );
        section = facts(section, self);
        section = section.figures(figures(self)?).tables([units(self)]);
        if !self.mixed.pairs.is_empty() {
            section = section.tables([tests(self)]);
        }
        if !self.blocks.is_empty() {
            section = section.tables([blocks(self)]);
        }
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}

const METHOD: &str = "A unit counts that follows some target: Hotelling's test of all its slopes, corrected for the number of units by Holm's \
    method. Its angle in the plane of two targets is that of its vector, of the first ten pairs at most. Rayleigh's test asks whether angles, twice or four times the \
    angles gather in one direction, Kuiper's whether they are uniform; at the axes they gather where four times the angles lie at zero. \
    Angles depend on the units of the targets: scaled ones are of slopes over their root mean squares over units, and their p count \
    how often directions drawn at random for every unit give as much. The index is 0 of a unit that follows one target and 1 of one \
    that follows all alike. Populations are by a fit of activity on the positive and the negative part of each target (Fanthomme 2021, \
    7.22): a coefficient counts that is above 5 % of their root mean square and differs from zero at 5 % over the number of \
    coefficients. Blocks are the share of the squares of W between units of one group, beside groups dealt to units at random.";

fn facts(mut section: Section, m: &MixedSelectivity) -> Section {
    let found = &m.mixed;
    if !found.pairs.is_empty() {
        let [low, high] = found.interval.map(words::number);
        section = section.fact("Mixing index", words::with_error(found.mean)).fact(
            "Mixing index by chance",
            format!("{} (95 % from {low} to {high}; p = {})", words::number(found.chance), words::p(found.p)),
        );
    }
    let p = |t: &Test| format!("{} (p = {})", words::number(t.statistic), words::p(t.p));
    for pair in found.pairs.iter().take(3) {
        let names = pair.of.map(|c| m.targets[c].as_str()).join(", ");
        section = section
            .fact(format!("Angles of {names}: gathering at axes"), p(&pair.axes))
            .fact(format!("Angles of {names}: Kuiper"), p(&pair.kuiper))
            .fact(format!("Scaled angles of {names}: gathering at axes"), p(&pair.scaled_axes))
            .fact(format!("Scaled angles of {names}: Kuiper"), p(&pair.scaled_kuiper));
    }
    if let Some(r) = &m.activity {
        section = section
            .fact("R² of activity, linear", words::with_error(r.linear))
            .fact("R² of activity, by sign", words::with_error(r.fit.r_squared_all));
        for (name, all) in m.targets.iter().zip(&r.populations).take(4) {
            let [positive, negative, both, null] = counted(all);
            section = section.fact(
                format!("Units by the sign of {name}"),
                format!("{positive} positive, {negative} negative, {both} both, {null} neither"),
            );
        }
    }
    for (by, _, b) in &m.blocks {
        section = section.fact(
            format!("Squares of W inside blocks, by {}", by.name()),
            format!(
                "{} ({} by chance, p = {})",
                words::percent(b.inside),
                words::percent(b.chance),
                words::p(b.p)
            ),
        );
    }
    section
}

fn figures(m: &MixedSelectivity) -> Result<Vec<Figure>, Error> {
    let mut all = vec![];
    if let Some(p) = m.mixed.pairs.first() {
        all.push(angles(m, p)?);
        all.push(vectors(m, p)?);
    }
    if let Some(r) = &m.activity {
        all.extend(parts(m, r)?);
    }
    if let Some(o) = &m.ordered {
        all.push(weights(o, m.targets.len())?);
    }
    Ok(all)
}

/// Units that count.
fn selective(m: &MixedSelectivity) -> Vec<usize> {
    (0..m.units.len()).filter(|i| m.corrected[*i] < LEVEL).collect()
}

fn angles(m: &MixedSelectivity, p: &OfPair) -> Result<Figure, Error> {
    let [a, b] = p.of.map(|c| m.targets[c].as_str());
    // Bins lie about the axes, so that what gathers there falls into one.
    let half = 180.0 / BINS as f64;
    let place = |i: &usize| (p.angles[*i].to_degrees() + half).rem_euclid(360.0) - half;
    let kept: Vec<f64> = selective(m).iter().map(place).collect();
    let even = kept.len() as f64 / BINS as f64;
    let axes = Axes::new("Angle (degrees)", "Units").reference("uniform", Reference::Across(even));
    let axes = Axes { x_range: Some([-half, 360.0 - half]), ..axes };
    let caption = format!(
        "Angles of selectivity vectors: at 0 and 180 degrees units follow {a} alone, at 90 and 270 {b} alone."
    );
    histogram(&[(String::new(), kept)], BINS, &axes)?.named("angles", "Selectivity angles", &caption)
}

fn vectors(m: &MixedSelectivity, p: &OfPair) -> Result<Figure, Error> {
    let slope = |c: usize| selective(m).iter().map(|i| m.fit.slopes[*i][c].value).collect::<Vec<f64>>();
    let [a, b] = p.of;
    let axes = Axes::new(&format!("Slope on {}", m.targets[a]), &format!("Slope on {}", m.targets[b]))
        .reference("", Reference::Across(0.0))
        .reference("", Reference::Upward(0.0));
    let figure = scatter(&[Series::new("", &slope(a), &slope(b))], &Axes { square: true, ..axes })?;
    figure.named(
        "vectors",
        "Selectivity vectors",
        "Slopes on two targets, a dot a unit that follows some target.",
    )
}

/// Coefficients on the positive and the negative part of the first target.
fn parts(m: &MixedSelectivity, r: &Rectified) -> Result<Option<Figure>, Error> {
    let part = |sign: f64| r.of.iter().position(|p| p.0 == 0 && p.1 * sign > 0.0);
    let Some((plus, minus)) = part(1.0).zip(part(-1.0)) else { return Ok(None) };
    let series = |q: Population| {
        let own = |j: usize| {
            let of = (0..m.units.len()).filter(|i| r.populations[0][*i] == q);
            of.map(|i| r.fit.slopes[i][j].value).collect::<Vec<f64>>()
        };
        Series::new(q.name(), &own(plus), &own(minus))
    };
    let series: Vec<Series> = Population::ALL.into_iter().map(series).collect();
    let axes =
        Axes::new("L₊", "L₋").reference("", Reference::Across(0.0)).reference("", Reference::Upward(0.0));
    let caption = format!(
        "Activity on the positive (L₊) and on the negative part (L₋) of {}, a dot a unit.",
        m.targets[0]
    );
    scatter(&series, &axes)?.named("populations", "Populations", &caption).map(Some)
}

fn weights(o: &Ordered, targets: usize) -> Result<Figure, Error> {
    let place: Vec<f64> = (0..o.bins).map(|k| (k * o.bin) as f64 + 0.5 * o.bin as f64).collect();
    // Drawn as a matrix is written: the first row on top.
    let values = (0..o.bins).rev().flat_map(|i| o.values[i * o.bins..(i + 1) * o.bins].to_vec()).collect();
    let map = HeatMap {
        x: place.clone(),
        y: place,
        values,
        label: "Weight".into(),
        palette: Palette::Diverging(0.0),
        ..HeatMap::default()
    };
    let by = match targets {
        1 => "their slope",
        2 => "their angle",
        _ => "the target that they follow most, and their slope on it",
    };
    let bins = if o.bin > 1 { format!(" Means of {} x {} weights.", o.bin, o.bin) } else { String::new() };
    let caption = format!("Weights with the units in order of {by}; the first unit's row is on top.{bins}");
    heat_map(&map, &[], &Axes::new("From unit", "Onto unit (from below: last to first)"))?.named(
        "weights",
        "Weights in order of selectivity",
        &caption,
    )
}

fn units(m: &MixedSelectivity) -> TableOut {
    let rows: Vec<usize> = (0..m.units.len()).collect();
    let names = m.targets.iter().flat_map(|t| ["", "_std_error"].map(|end| format!("s_{t}{end}")));
    let pair = |p: &OfPair| format!("angle_{}_{}_degrees", m.targets[p.of[0]], m.targets[p.of[1]]);
    let mut table = Table::of(&rows)
        .column("unit", "", |i| m.units[*i].as_str())
        .each(names, |i, k| {
            let e = m.fit.slopes[*i][k / 2];
            if k % 2 == 0 { e.value } else { e.error() }
        })
        .column("p", "", |i| m.fit.p[*i])
        .column("p_corrected", "", |i| m.corrected[*i])
        .column("index", "", |i| m.mixed.index[*i])
        .each(m.mixed.pairs.iter().map(pair), |i, k| m.mixed.pairs[k].angles[*i].to_degrees());
    if let Some(r) = &m.activity {
        let name =
            |p: &(usize, f64)| format!("l_{}_{}", if p.1 > 0.0 { "plus" } else { "minus" }, m.targets[p.0]);
        let names: Vec<String> = r.of.iter().map(name).collect();
        let with_errors = names.iter().flat_map(|n| ["", "_std_error"].map(|end| format!("{n}{end}")));
        table = table.each(with_errors, |i, k| {
            let e = r.fit.slopes[*i][k / 2];
            if k % 2 == 0 { e.value } else { e.error() }
        });
        for (c, name) in m.targets.iter().enumerate() {
            table = table.column(&format!("population_{name}"), "", |i| r.populations[c][*i].name());
        }
        table = table.column("r_squared_by_sign", "", |i| r.fit.r_squared[*i]);
    }
    table.named(
        "units",
        "Each unit's selectivity vector with standard errors, p of all slopes together and corrected for the number of units, mixing \
         index, angles; coefficients on the positive and negative parts of targets, and populations.",
    )
}

fn tests(m: &MixedSelectivity) -> TableOut {
    let mut rows: Vec<(String, &str, &str, Test)> = vec![];
    for p in &m.mixed.pairs {
        let names = p.of.map(|c| m.targets[c].as_str()).join(", ");
        let [once, twice, four] = p.rayleigh;
        for (angles, test, found) in [
            ("as they are", "Rayleigh", once),
            ("as they are", "Rayleigh of twice the angle", twice),
            ("as they are", "Rayleigh of four times the angle", four),
            ("as they are", "gathering at axes", p.axes),
            ("as they are", "Kuiper", p.kuiper),
            ("scaled", "gathering at axes", p.scaled_axes),
            ("scaled", "Kuiper", p.scaled_kuiper),
        ] {
            rows.push((names.clone(), angles, test, found));
        }
    }
    Table::of(&rows)
        .column("targets", "", |r| r.0.as_str())
        .column("angles", "", |r| r.1)
        .column("test", "", |r| r.2)
        .column("statistic", "", |r| r.3.statistic)
        .column("direction", "degrees", |r| r.3.direction.to_degrees())
        .column("p", "", |r| r.3.p)
        .named("tests", "Tests of the angles of units that follow a target.")
}

fn blocks(m: &MixedSelectivity) -> TableOut {
    let mut rows: Vec<(&str, &str, &str, usize, f64)> = vec![];
    for (by, names, b) in &m.blocks {
        for (i, onto) in names.iter().enumerate().take(b.sizes.len()) {
            for (j, from) in names.iter().enumerate().take(b.sizes.len()) {
                rows.push((by.name(), onto, from, b.sizes[i] * b.sizes[j], b.between[i][j]));
            }
        }
    }
    Table::of(&rows)
        .column("by", "", |r| r.0)
        .column("onto", "", |r| r.1)
        .column("from", "", |r| r.2)
        .column("weights", "", |r| r.3)
        .column("share_of_squares", "", |r| r.4)
        .named("blocks", "Share of the squares of W between groups of units.")
}
