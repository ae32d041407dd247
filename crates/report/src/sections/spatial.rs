//! Where in space units are active.

use super::{Rendered, Shown, left, words};
use crate::figures::{Axes, HeatMap, Ink, QUARTER, Reference, Series, heat_map, lines, panels, scatter};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::Spatial;
use nullcline_core::analyses::activity::spatial::{Map, SCORES};
use nullcline_core::linalg::col;

/// Maps drawn at most.
const DRAWN: usize = 12;
/// Score names, in their order.
const NAMES: [&str; SCORES] = [
    "Spatial information",
    "Border score",
    "Grid score",
    "Mean vector length",
    "R² by the position",
    "R² by the displacement",
];

impl Shown for Spatial {
    fn sentence(&self, _: &Context) -> Option<String> {
        if self.shuffles == 0 {
            return None;
        }
        let of = |s: usize, what: &str| self.scored(s).then(|| format!("{} {what}", self.above(s)));
        let parts = [
            of(0, "say more of the place than shifted activity does"),
            of(1, "are active along walls"),
            of(2, "on a hexagonal grid"),
            of(3, "for one heading"),
            of(4, "go linearly with the position"),
            of(5, "with the displacement from the start of the trial"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| {
            format!(
                "Of {}, {} (p < 0.05; {} by chance).",
                words::count(self.units.len(), "unit"),
                parts.join(", "),
                words::number(0.05 * self.units.len() as f64)
            )
        })
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let mut notes: Vec<String> = self.left.iter().map(left::said).collect();
        if self.outside > 0 {
            notes.push(format!(
                "{} without a position in the box left out of the maps.",
                words::count(self.outside, "row")
            ));
        }
        let silent = self.units.iter().filter(|u| !u.scores[0].value.is_finite()).count();
        if self.map.is_some() && silent > 0 {
            notes.push(format!(
                "{} negative somewhere, or zero everywhere, and {} no information: it is that of rates.",
                words::count(silent, "unit") + if silent == 1 { " is" } else { " are" },
                if silent == 1 { "has" } else { "have" }
            ));
        }
        let mut section = Section::new("spatial", "Where in space units are active");
        if let Some(map) = &self.map {
            section = section
                .intro(format!(
                    "Mean activity over {} in {} bins each, activity and occupancy smoothed alike by a Gaussian of one bin.",
                    map.of.join(" and "),
                    map.places.bins[0]
                ))
                .method(
                    "Information is that of Skaggs et al. (1993); fields are bins that touch with more than a fifth of the largest rate; the \
                     border score is that of Solstad et al. (2008); the grid score compares the autocorrelogram with itself turned by \
                     60° and 120°, and by 30°, 90° and 150°.",
                );
        }
        if self.scored(4) {
            section = section.method(
                "R² is that of a linear regression of each unit, with a constant, on the position, and on the displacement from the first known \
                 position of the trial: cells that integrate follow the one, those of a map the other.",
            );
        }
        if self.shuffles > 0 {
            section = section.method(format!(
                "p values compare with activity shifted in a circle within trials, {} times; of many units one in twenty lies below 0.05 by \
                 chance.",
                self.shuffles
            ));
        }
        for s in (0..SCORES).filter(|s| self.scored(*s)) {
            let best = self
                .units
                .iter()
                .map(|u| u.scores[s].value)
                .filter(|v| v.is_finite())
                .fold(f64::NAN, f64::max);
            section = section.fact(
                format!("{}{}", NAMES[s], if s == 0 { format!(", {}", self.bits()) } else { String::new() }),
                format!(
                    "{} of {} units (p < 0.05); at most {}",
                    self.above(s),
                    self.units.len(),
                    words::number(best)
                ),
            );
        }
        section = section.figures(figures(self)?).tables([table(self)]);
        if let Some(map) = &self.map {
            section = section.tables([maps_table(self, map)]);
        }
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}

trait Told {
    fn scored(&self, score: usize) -> bool;
    fn bits(&self) -> &'static str;
    fn best(&self, score: usize, most: usize) -> Vec<usize>;
}

impl Told for Spatial {
    fn scored(&self, score: usize) -> bool {
        self.units.iter().any(|u| u.scores[score].value.is_finite())
    }

    fn bits(&self) -> &'static str {
        if self.counts { "bits a spike" } else { "bits a unit of activity" }
    }

    /// Units of the largest scores.
    fn best(&self, score: usize, most: usize) -> Vec<usize> {
        let value = |i: &usize| self.units[*i].scores[score].value;
        let mut order: Vec<usize> = (0..self.units.len()).filter(|i| value(i).is_finite()).collect();
        order.sort_by(|a, b| value(b).total_cmp(&value(a)));
        order.truncate(most);
        order
    }
}

fn figures(s: &Spatial) -> Result<Vec<Figure>, Error> {
    let mut all = vec![];
    if let Some(map) = &s.map {
        all.push(if map.places.bins[1] > 1 { maps(s, map)? } else { line(s, map)? });
    }
    if let Some(t) = &s.tuning {
        let series: Vec<Series> = s
            .best(3, 6)
            .into_iter()
            .map(|i| Series::new(&s.names[i], &t.at, col(t.rates.as_ref(), i)))
            .collect();
        let caption = "Mean activity by heading of the units of the longest mean vectors.";
        let figure = lines(&series, &Axes::new("Heading (radians)", "Activity"))?;
        all.push(figure.named("headings", "Activity by heading", caption)?);
    }
    let shown: Vec<Figure> =
        (0..SCORES).filter(|k| s.scored(*k)).map(|k| scores(s, k)).collect::<Result<_, _>>()?;
    let caption =
        "Scores of all units in order; dashed: what 95 of 100 units of shifted activity stay below.";
    all.push(panels("scores", "Scores", caption, &shown, 2)?);
    Ok(all)
}

fn maps(s: &Spatial, map: &Map) -> Result<Figure, Error> {
    let middles = |c: usize| -> Vec<f64> {
        (0..map.places.bins[c]).map(|k| map.range[c][0] + (k as f64 + 0.5) * map.places.width[c]).collect()
    };
    let mut chosen = s.best(0, DRAWN);
    if chosen.is_empty() {
        chosen = (0..s.units.len().min(DRAWN)).collect();
    }
    let one = |i: usize| {
        let heat = HeatMap {
            x: middles(0),
            y: middles(1),
            values: col(map.maps.rates.as_ref(), i).to_vec(),
            label: "activity".into(),
            missing: "nobody there".into(),
            ..HeatMap::default()
        };
        let axes = Axes { height: 70.0, ..Axes::new(&map.of[0], &map.of[1]).wide(1.2 * QUARTER) };
        let name = &s.names[i];
        heat_map(&heat, &[], &axes)?.named(name, name, "")
    };
    let all: Vec<Figure> = chosen.into_iter().map(one).collect::<Result<_, _>>()?;
    let caption =
        "Mean activity over positions of the units that say most of the place, each in colours of its own.";
    panels("maps", "Rate maps", caption, &all, 3)
}

fn line(s: &Spatial, map: &Map) -> Result<Figure, Error> {
    let at: Vec<f64> =
        (0..map.places.bins[0]).map(|k| map.range[0][0] + (k as f64 + 0.5) * map.places.width[0]).collect();
    let series: Vec<Series> = s
        .best(0, DRAWN / 2)
        .into_iter()
        .map(|i| Series::new(&s.names[i], &at, col(map.maps.rates.as_ref(), i)))
        .collect();
    let caption = "Mean activity over positions of the units that say most of the place.";
    lines(&series, &Axes::new(&map.of[0], "Activity"))?.named("maps", "Rate maps", caption)
}

fn scores(s: &Spatial, score: usize) -> Result<Figure, Error> {
    let order = s.best(score, usize::MAX);
    let place: Vec<f64> = (1..=order.len()).map(|k| k as f64).collect();
    let values: Vec<f64> = order.iter().map(|i| s.units[*i].scores[score].value).collect();
    let mut axes = Axes { x_whole: true, ..Axes::new("Unit, in order", NAMES[score]).wide(1.45 * 168.0) };
    if s.level[score].is_finite() {
        axes = axes.reference("", Reference::Across(s.level[score]));
    }
    scatter(&[Series::new("", &place, &values).ink(Ink::Series(0))], &axes)?.named("score", NAMES[score], "")
}

fn table(s: &Spatial) -> TableOut {
    let rows: Vec<usize> = (0..s.units.len()).collect();
    let value = |k: usize| move |i: &usize| [s.units[*i].scores[k].value, s.units[*i].scores[k].p];
    Table::of(&rows)
        .column("unit", "", |i| s.names[*i].as_str())
        .columns(["peak", "mean"], |i| [s.units[*i].peak, s.units[*i].mean])
        .columns(["information", "information_p"], value(0))
        .column("fields", "", |i| s.units[*i].fields)
        .column("largest_field", "bins", |i| s.units[*i].largest)
        .columns(["border", "border_p"], value(1))
        .columns(["grid", "grid_p"], value(2))
        .columns(["head_direction", "head_direction_p"], value(3))
        .columns(["position_r2", "position_r2_p"], value(4))
        .columns(["displacement_r2", "displacement_r2_p"], value(5))
        .column("direction", "radians", |i| s.units[*i].direction)
        .named("units", "Scores of each unit; p values are of shifted activity.")
}

fn maps_table(s: &Spatial, map: &Map) -> TableOut {
    let [nx, ny] = map.places.bins;
    let rows: Vec<usize> = (0..nx * ny).collect();
    let at =
        |c: usize, k: usize| map.range.get(c).map_or(0.0, |r| r[0] + (k as f64 + 0.5) * map.places.width[c]);
    let names = map.of.iter().cloned();
    Table::of(&rows)
        .each(names, |b, c| at(c, if c == 0 { b % nx } else { b / nx }))
        .column("occupancy", "", |b| map.maps.occupancy[*b])
        .each(s.names.iter().cloned(), |b, i| map.maps.rates[(*b, i)])
        .named("maps", "Rate maps: a row a bin, with its middle, the share of rows in it and the mean activity of each unit.")
}
