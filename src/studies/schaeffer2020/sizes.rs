//! SI 7.5: networks of other sizes find similar solutions.

use super::fig4::{Row, column, measured};
use super::networks::{NAMED, Sizes, networks, over};
use super::reduced::{CODED, reduce};
use crate::pipeline::Observer;
use crate::report::Figure;
use crate::report::figures::{Axes, Reference, Series, THIRD, lines, panels};
use crate::report::page::Section;
use crate::report::tables::Cells;
use crate::studies::{Claim, Error, Findings, Preset, Settings, Study};
use serde_json::{Map, json};

/// SI Figs. 10 to 13.
pub const STUDY: Study =
    Study { name: "schaeffer2020/sizes", title: "Networks of 25 to 250 units find similar solutions", run };

const SOURCE: &str = "schaeffer2020 SI 7.5";

/// The networks of one size.
struct Size {
    units: usize,
    rows: Vec<Row>,
    /// Correct trials, percent.
    accuracy: Vec<f64>,
    /// Slopes of the velocities of stimulus and block against evidence.
    slopes: [Vec<f64>; 2],
    /// A'_ss, A'_bb of RADD.
    radd: [Vec<f64>; 2],
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    // 250 units take a minute or two of training each: three seeds of each size.
    let (sizes, units) = match settings.preset {
        Preset::Quick => (Sizes { seeds: 1, blocks: 200, steps: NAMED }, &[25, 100][..]),
        Preset::Paper => (Sizes { seeds: 3, blocks: 300, steps: NAMED }, &[25, 50, 100, 150, 250][..]),
    };
    let mut all = vec![];
    for units in units {
        let mut size = Size {
            units: *units,
            rows: vec![],
            accuracy: vec![],
            slopes: [vec![], vec![]],
            radd: [vec![], vec![]],
        };
        for (k, net) in networks(settings, sizes, *units, progress)?.iter().enumerate() {
            let (recorded, geometry) = measured(net, settings.seed + k as u64, sizes)?;
            size.rows.push(Row::of(&geometry));
            size.accuracy.push(100.0 * recorded.played.accuracy());
            let fits = geometry.velocities(&recorded)?;
            let student = reduce(&recorded, &geometry, CODED)?.student;
            for j in 0..2 {
                size.slopes[j].push(fits[j].slopes[0].value);
                size.radd[j].push(student.a[(j, j)]);
            }
        }
        all.push(size);
    }
    let claims = all.iter().flat_map(claims_of).collect();
    let spread = all.iter().map(|s| over(&s.accuracy).0);
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
            "variance_in_two_components_percent": s.rows.iter().map(|r| r.0[0]).collect::<Vec<_>>(),
        })
    };
    json.insert("sizes".into(), all.iter().map(entry).collect());
    let each: Vec<usize> = all.iter().flat_map(|s| vec![s.units; s.rows.len()]).collect();
    let join = |f: &dyn Fn(&Size) -> Vec<f64>| Cells::Float(all.iter().flat_map(f).collect());
    let extra = [
        ("accuracy_percent", join(&|s| s.accuracy.clone())),
        ("stimulus_slope", join(&|s| s.slopes[0].clone())),
        ("block_slope", join(&|s| s.slopes[1].clone())),
        ("radd_stimulus_on_itself", join(&|s| s.radd[0].clone())),
        ("radd_block_on_itself", join(&|s| s.radd[1].clone())),
    ];
    let figure = draw(&all)?;
    let rows: Vec<Row> = all.into_iter().flat_map(|s| s.rows).collect();
    let mut table = Row::table(&each, &rows);
    table.columns.extend(extra.map(|(name, cells)| (name.to_owned(), cells)));
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
    let n = s.rows.len();
    let claim = |text: &str, quantity: &str, (v, e): (f64, f64), published: f64, tolerance: f64| {
        let text = format!("{} units: {text}", s.units);
        Claim::measured(&text, SOURCE, quantity, v, e, n)
            .published(published, tolerance)
            .if_differs("the paper's number is that of one network of 50 units; those of 50 units here differ from it alike, see fig4")
    };
    let ratio: Vec<f64> = s.slopes[0].iter().zip(&s.slopes[1]).map(|(a, b)| a / b).collect();
    let slower: Vec<f64> = s.radd[0].iter().zip(&s.radd[1]).map(|(a, b)| b - a).collect();
    vec![
        claim("as many correct trials as 50", "accuracy, %", over(&s.accuracy), 85.50, 3.0),
        claim("two components explain as much variance", "variance, %", column(&s.rows, 0), 88.74, 10.0),
        claim(
            "as much of the read-out lies in their plane",
            "length in the plane, %",
            column(&s.rows, 1),
            93.39,
            10.0,
        ),
        claim("the plane tells the block as often", "unseen blocks, %", column(&s.rows, 4), 82.5, 5.0),
        claim(
            "the read-outs stand at a similar angle",
            "degrees in the plane",
            column(&s.rows, 6),
            68.0,
            20.0,
        ),
        claim("evidence moves the stimulus belief more", "ratio of slopes", over(&ratio), 0.84 / 0.18, 2.5),
        claim(
            "RADD's block unit is the slower",
            "A block block − A stimulus stimulus",
            over(&slower),
            0.30,
            0.3,
        ),
    ]
}

fn draw(all: &[Size]) -> Result<Figure, Error> {
    let x: Vec<f64> = all.iter().map(|s| s.units as f64).collect();
    let series = |label: &str, f: &dyn Fn(&Size) -> (f64, f64)| {
        let (y, e): (Vec<f64>, Vec<f64>) = all.iter().map(f).unzip();
        Series::new(label, &x, &y).errors(&e)
    };
    let axes = |label: &str| Axes { width: THIRD, height: 100.0, x_log: true, ..Axes::new("units", label) };
    let first = lines(
        &[
            series("correct trials", &|s| over(&s.accuracy)),
            series("variance in two PCs", &|s| column(&s.rows, 0)),
            series("block told", &|s| column(&s.rows, 4)),
        ],
        &axes("%"),
    )?;
    let second = lines(
        &[series("full space", &|s| column(&s.rows, 5)), series("plane", &|s| column(&s.rows, 6))],
        &axes("angle of read-outs (degrees)").reference("paper, plane", Reference::Across(68.0)),
    )?;
    let third = lines(
        &[series("stimulus", &|s| over(&s.slopes[0])), series("block", &|s| over(&s.slopes[1]))],
        &axes("slope of velocity"),
    )?;
    let figures = [
        first.named("percent", "Behaviour and plane", "")?,
        second.named("angles", "Angles", "")?,
        third.named("slopes", "Integration of evidence", "")?,
    ];
    let caption = "Means over seeds with bands of one standard error.";
    Ok(panels("sizes", "Networks of other sizes", caption, &figures, 3)?)
}
