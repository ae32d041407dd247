//! SI 7.5: networks of other sizes find similar solutions.

use super::fig4::Row;
use super::measured::{Every, measured};
use super::networks::{Sizes, networks};
use super::reduced::{CODED, reduce};
use crate::pipeline::Observer;
use crate::report::Figure;
use crate::report::figures::{Axes, Reference, Series, THIRD, panels, scatter};
use crate::report::page::Section;
use crate::studies::{Claim, Error, Findings, Preset, Settings, Study};
use rayon::prelude::*;
use serde_json::{Map, json};

/// SI Figs. 10 to 13.
pub const STUDY: Study =
    Study { name: "schaeffer2020/sizes", title: "Networks of 25 to 250 units find similar solutions", run };

const SOURCE: &str = "schaeffer2020 SI 7.5";

/// Units and gradient steps, one network each: a step of 250 units takes ten times one of 50, so that the largest make fewer.
const QUICK: [(usize, u64); 2] = [(25, 20_000), (100, 5_000)];
const PAPER: [(usize, u64); 5] = [(25, 30_000), (50, 30_000), (100, 30_000), (150, 20_000), (250, 10_000)];

/// The network of one size.
struct Size {
    units: usize,
    steps: u64,
    row: Row,
    /// Correct trials, percent.
    accuracy: f64,
    /// Slopes of the velocities of stimulus and block against evidence.
    slopes: [f64; 2],
    /// A'_ss, A'_bb of RADD.
    radd: [f64; 2],
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let (blocks, units) = match settings.preset {
        Preset::Quick => (200, &QUICK[..]),
        Preset::Paper => (300, &PAPER[..]),
    };
    let one = |(units, steps): &(usize, u64)| {
        let sizes = Sizes { seeds: 1, blocks, steps: *steps };
        let net = &networks(settings, sizes, *units, progress)?[0];
        let (recorded, geometry) = measured(net, settings.seed, sizes)?;
        let fits = geometry.velocities(&recorded)?;
        let student = reduce(&recorded, &geometry, CODED)?.student;
        Ok(Size {
            units: *units,
            steps: *steps,
            row: Row::of(&geometry),
            accuracy: 100.0 * recorded.played.accuracy(),
            slopes: [0, 1].map(|k| fits[k].slopes[0].value),
            radd: [student.a[(0, 0)], student.a[(1, 1)]],
        })
    };
    let all: Vec<Size> = units.par_iter().map(one).collect::<Result<_, Error>>()?;
    let claims = all.iter().flat_map(claims_of).collect();
    let spread = all.iter().map(|s| s.accuracy);
    let (lo, hi) = spread.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
    let answer = format!(
        "Networks of {} to {} units choose right in {lo:.1} to {hi:.1} % of trials (paper, 50 units: 85.50 %).",
        all[0].units,
        all[all.len() - 1].units
    );
    let mut json = Map::new();
    let entry = |s: &Size| {
        json!({
            "units": s.units,
            "accuracy_percent": s.accuracy,
            "gradient_steps": s.steps,
            "variance_in_two_components_percent": s.row.0[0],
        })
    };
    json.insert("sizes".into(), all.iter().map(entry).collect());
    let each: Vec<usize> = all.iter().map(|s| s.units).collect();
    let every = Every::new(&all, SOURCE);
    let mut extra = vec![every.whole("gradient_steps", |s| s.steps as usize)];
    extra.extend(every.columns(&[
        ("accuracy_percent", |s| s.accuracy),
        ("stimulus_slope", |s| s.slopes[0]),
        ("block_slope", |s| s.slopes[1]),
        ("radd_stimulus_on_itself", |s| s.radd[0]),
        ("radd_block_on_itself", |s| s.radd[1]),
    ]));
    let figure = draw(&all)?;
    let rows: Vec<Row> = all.into_iter().map(|s| s.row).collect();
    let mut table = Row::table(&each, &rows);
    table.columns.extend(extra);
    let section = Section {
        id: "sizes".into(),
        title: "Other sizes".into(),
        figures: vec![figure],
        tables: vec![table],
        ..Section::default()
    };
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

fn claims_of(s: &Size) -> Vec<Claim> {
    let claim = |text: &str, quantity: &str, value: f64, published: f64, tolerance: f64| {
        let text = format!("{} units: {text}", s.units);
        Claim::measured(&text, SOURCE, quantity, value, f64::NAN, 1)
            .published(published, tolerance)
            .if_differs(&format!(
                "one network each, after {} gradient steps; the number is that of the paper's 50 units",
                s.steps
            ))
    };
    let (row, slopes) = (&s.row.0, s.slopes);
    vec![
        claim("as many correct trials as 50", "accuracy, %", s.accuracy, 85.50, 3.0),
        claim("two components explain as much variance", "variance, %", row[0], 88.74, 10.0),
        claim("as much of the read-out lies in their plane", "length in the plane, %", row[1], 93.39, 10.0),
        claim("the plane tells the block as often", "unseen blocks, %", row[4], 82.5, 5.0),
        claim("the read-outs stand at a similar angle", "degrees in the plane", row[6], 68.0, 20.0),
        claim(
            "evidence moves the stimulus belief more",
            "ratio of slopes",
            slopes[0] / slopes[1],
            0.84 / 0.18,
            2.5,
        ),
        claim(
            "RADD's block unit is the slower",
            "A block block − A stimulus stimulus",
            s.radd[1] - s.radd[0],
            0.30,
            0.3,
        ),
    ]
}

fn draw(all: &[Size]) -> Result<Figure, Error> {
    let x: Vec<f64> = all.iter().map(|s| s.units as f64).collect();
    let series = |label: &str, f: &dyn Fn(&Size) -> f64| {
        let y: Vec<f64> = all.iter().map(f).collect();
        Series::new(label, &x, &y).joined()
    };
    let x_names: Vec<(f64, String)> = all.iter().map(|s| (s.units as f64, s.units.to_string())).collect();
    let axes = |label: &str| Axes {
        width: THIRD,
        height: 100.0,
        x_log: true,
        x_names: x_names.clone(),
        ..Axes::new("units", label)
    };
    let first = scatter(
        &[
            series("correct", &|s| s.accuracy),
            series("variance", &|s| s.row.0[0]),
            series("block", &|s| s.row.0[4]),
        ],
        &axes("%"),
    )?;
    let second = scatter(
        &[series("full space", &|s| s.row.0[5]), series("plane", &|s| s.row.0[6])],
        &axes("angle (degrees)").reference("paper", Reference::Across(68.0)),
    )?;
    let third = scatter(
        &[series("stimulus", &|s| s.slopes[0]), series("block", &|s| s.slopes[1])],
        &axes("slope of velocity"),
    )?;
    let figures = [
        first.named("percent", "Behaviour and plane", "")?,
        second.named("angles", "Angles", "")?,
        third.named("slopes", "Integration of evidence", "")?,
    ];
    let caption = "One network of each size. A: correct trials, variance in two components, steps in which their plane tells the block. \
                   B: angles of the read-outs; dashed, in the plane of the paper's 50 units. C: slopes of the velocities against evidence.";
    Ok(panels("sizes", "Networks of other sizes", caption, &figures, 3)?)
}
