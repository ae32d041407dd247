//! SI 7.5: networks of other sizes find similar solutions.

use super::fig4::Row;
use super::measured::{Every, Named, each};
use super::networks::{Sizes, UNITS, networks};
use super::reduced::{CODED, reduce};
use crate::claims::count;
use crate::{Claim, Error, Findings, Preset, Settings, Study};
use nullcline_core::job::Observer;
use nullcline_report::Figure;
use nullcline_report::figures::{Axes, Reference, Series, THIRD, panels, scatter};
use nullcline_report::page::Section;
use rayon::prelude::*;
use serde_json::{Map, json};

/// SI Figs. 10 to 13.
pub const STUDY: Study =
    Study { name: "schaeffer2020/sizes", title: "Networks of 25 to 250 units find similar solutions", run };

const SOURCE: &str = "schaeffer2020 SI 7.5";

/// Units, gradient steps and seeds. Networks of one size settle together, as [`Sizes::of`] tells of 50 units; a step of 250 takes
/// twelve times one of 50.
///
/// The steps were chosen after networks were seen: 25 units had not settled after 30,000 steps (the block decoded in their
/// plane in 72 %), nor 100, 150 and 250 after 15,000, 10,000 and 6,000, as many as keep units times steps (78.6, 74.2 and
/// 73.0 %).
const QUICK: [(usize, u64, u64); 2] = [(25, 30_000, 1), (75, 10_000, 1)];
const PAPER: [(usize, u64, u64); 5] =
    [(25, 60_000, 3), (50, 30_000, 3), (100, 30_000, 3), (150, 20_000, 2), (250, 10_000, 2)];
/// Blocks of the session that they are judged on.
const BLOCKS: usize = 300;

/// The numbers of one network.
struct One {
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
    let planned = match settings.preset {
        Preset::Quick => &QUICK[..],
        Preset::Paper => &PAPER[..],
    };
    findings(planned, BLOCKS, settings, progress)
}

/// Networks of these units, gradient steps and seeds, on a session of so many blocks.
pub fn findings(
    planned: &[(usize, u64, u64)],
    blocks: usize,
    settings: &Settings,
    progress: &dyn Observer,
) -> Result<Findings, Error> {
    let of = |&(units, steps, seeds): &(usize, u64, u64)| {
        let sizes = Sizes { seeds, blocks, steps, ..Sizes::of(settings) };
        let trained = networks(settings, sizes, units, progress)?;
        each(&trained, settings, sizes, |_, _, recorded, geometry| {
            let fits = geometry.velocities(recorded)?;
            let student = reduce(recorded, geometry, CODED)?.student;
            Ok(One {
                units,
                steps,
                row: Row::of(geometry),
                accuracy: 100.0 * recorded.played.accuracy(),
                slopes: [0, 1].map(|k| fits[k].slopes[0].estimate.value),
                radd: [student.a[(0, 0)], student.a[(1, 1)]],
            })
        })
    };
    let sizes: Vec<Vec<One>> = planned.par_iter().map(of).collect::<Result<_, Error>>()?;
    let claims: Vec<Claim> = sizes.iter().flat_map(|s| claims_of(s, settings.preset)).collect();
    let means = || sizes.iter().map(|s| Every::new(s, SOURCE).mean(|o| o.accuracy).value);
    let answer = format!(
        "Networks of {} to {} units choose right in {:.1} to {:.1} % of trials, means over seeds (paper, 50 units: 85.50 %). {}.",
        planned[0].0,
        planned[planned.len() - 1].0,
        means().fold(f64::INFINITY, f64::min),
        means().fold(f64::NEG_INFINITY, f64::max),
        count(&claims)
    );
    let figure = draw(&sizes)?;
    let all: Vec<One> = sizes.into_iter().flatten().collect();
    let every = Every::new(&all, SOURCE);
    let numbers: [Named<One>; 5] = [
        ("accuracy_percent", |o| o.accuracy),
        ("stimulus_slope", |o| o.slopes[0]),
        ("block_slope", |o| o.slopes[1]),
        ("radd_stimulus_on_itself", |o| o.radd[0]),
        ("radd_block_on_itself", |o| o.radd[1]),
    ];
    let mut json = Map::new();
    let entry = |o: &One| {
        json!({
            "units": o.units,
            "accuracy_percent": o.accuracy,
            "gradient_steps": o.steps,
            "variance_in_two_components_percent": o.row.0[0],
        })
    };
    json.insert("sizes".into(), all.iter().map(entry).collect());
    let mut extra = vec![every.whole("gradient_steps", |o| o.steps as usize)];
    extra.extend(every.columns(&numbers));
    let each: Vec<usize> = all.iter().map(|o| o.units).collect();
    let rows: Vec<Row> = all.into_iter().map(|o| o.row).collect();
    let mut table = Row::table(&each, &rows);
    table.columns.extend(extra);
    let section = Section {
        id: "sizes".into(),
        title: "Other sizes".into(),
        intro: vec![
            "Networks of each size make their own number of gradient steps, chosen after shorter trainings were seen in which the \
             geometry had not settled: of 25 units after 30,000, of 100, 150 and 250 after 15,000, 10,000 and 6,000. Correct trials \
             settle long before."
                .into(),
        ],
        figures: vec![figure],
        tables: vec![table],
        ..Section::default()
    };
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

fn claims_of(all: &[One], preset: Preset) -> Vec<Claim> {
    let every = Every::new(all, SOURCE);
    let (units, steps) = (all[0].units, all[0].steps);
    // The paper says of other sizes that they are similar to its 50 units, and gives no numbers of theirs.
    let claim = |text: &str, quantity: &str, f: &dyn Fn(&One) -> f64, of_50: f64, tolerance: f64| {
        let text = format!("{units} units, {steps} gradient steps: {text}");
        let claim = every.claim(&text, quantity, every.mean(f));
        match units == UNITS && preset == Preset::Paper {
            true => claim.published(of_50, tolerance),
            false => {
                claim.predicted(of_50, tolerance).if_differs("the number is that of the paper's 50 units")
            }
        }
    };
    vec![
        claim("as many correct trials as 50", "accuracy, %", &|o| o.accuracy, 85.50, 3.0),
        claim("two components explain as much variance", "variance, %", &|o| o.row.0[0], 88.74, 10.0),
        claim(
            "as much of the read-out lies in their plane",
            "length in the plane, %",
            &|o| o.row.0[1],
            93.39,
            10.0,
        ),
        claim("the plane tells the block as often", "unseen blocks, %", &|o| o.row.0[4], 82.5, 5.0),
        claim("the read-outs stand at a similar angle", "degrees in the plane", &|o| o.row.0[6], 68.0, 20.0),
        claim(
            "evidence moves the stimulus belief more",
            "ratio of slopes",
            &|o| o.slopes[0] / o.slopes[1],
            0.84 / 0.18,
            2.5,
        ),
        claim(
            "RADD's block unit is the slower",
            "A block block − A stimulus stimulus",
            &|o| o.radd[1] - o.radd[0],
            0.30,
            0.3,
        ),
    ]
}

fn draw(sizes: &[Vec<One>]) -> Result<Figure, Error> {
    let x: Vec<f64> = sizes.iter().map(|s| s[0].units as f64).collect();
    let series = |label: &str, f: &dyn Fn(&One) -> f64| {
        let means = sizes.iter().map(|s| Every::new(s, SOURCE).mean(f)).map(|m| (m.value, m.error()));
        let (y, errors): (Vec<f64>, Vec<f64>) = means.unzip();
        Series::new(label, &x, &y).errors(&errors).joined()
    };
    let x_names: Vec<(f64, String)> = x.iter().map(|u| (*u, u.to_string())).collect();
    let axes = |label: &str| Axes {
        width: THIRD,
        height: 100.0,
        x_log: true,
        x_names: x_names.clone(),
        ..Axes::new("units", label)
    };
    let first = scatter(
        &[
            series("correct", &|o| o.accuracy),
            series("variance", &|o| o.row.0[0]),
            series("block", &|o| o.row.0[4]),
        ],
        &axes("%"),
    )?;
    let second = scatter(
        &[series("full space", &|o| o.row.0[5]), series("plane", &|o| o.row.0[6])],
        &axes("angle (degrees)").reference("paper", Reference::Across(68.0)),
    )?;
    let third = scatter(
        &[series("stimulus", &|o| o.slopes[0]), series("block", &|o| o.slopes[1])],
        &axes("slope of velocity"),
    )?;
    let figures = [
        first.named("percent", "Behaviour and plane", "")?,
        second.named("angles", "Angles", "")?,
        third.named("slopes", "Integration of evidence", "")?,
    ];
    let caption = "Means over seeds; bars are one standard error. A: correct trials, variance in two components, steps in which their \
                   plane tells the block. B: angles of the read-outs; dashed, in the plane of the paper's 50 units. C: slopes of the \
                   velocities against evidence.";
    Ok(panels("sizes", "Networks of other sizes", caption, &figures, 3)?)
}
