//! SI 7.5: networks of other sizes find similar solutions.

use super::fig4::Row;
use super::measured::each;
use super::networks::{Sizes, UNITS, networks};
use super::reduced::{CODED, reduce};
use crate::claims;
use crate::common::*;
use rayon::prelude::*;

/// SI Figs. 10 to 13.
pub const STUDY: Study =
    Study::new("schaeffer2020/sizes", "Networks of 25 to 250 units find similar solutions", run);

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

/// A network, as the summary has it.
#[derive(Serialize)]
struct Network {
    units: usize,
    accuracy_percent: f64,
    gradient_steps: u64,
    variance_in_two_components_percent: f64,
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
        let (found, _) = each(&trained, settings, sizes, |_, _, recorded, geometry| {
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
        })?;
        Ok(found)
    };
    let sizes: Vec<Vec<One>> = planned.par_iter().map(of).collect::<Result<_, Error>>()?;
    let claims: Vec<Claim> = sizes.iter().flat_map(|s| claims_of(s, settings.preset)).collect();
    let means = || sizes.iter().map(|s| mean(s, |o| o.accuracy).value);
    let answer = format!(
        "Networks of {} to {} units choose right in {:.1} to {:.1} % of trials, means over seeds (paper, 50 \
         units: 85.50 %). {}.",
        planned[0].0,
        planned[planned.len() - 1].0,
        means().fold(f64::INFINITY, f64::min),
        means().fold(f64::NEG_INFINITY, f64::max),
        claims::count(&claims)
    );
    let figure = draw(&sizes)?;
    let all: Vec<One> = sizes.into_iter().flatten().collect();
    let entry = |o: &One| {
        written(Network {
            units: o.units,
            accuracy_percent: o.accuracy,
            gradient_steps: o.steps,
            variance_in_two_components_percent: o.row.0[0],
        })
    };
    let json = entries([("sizes", all.iter().map(entry).collect())]);
    let units = Table::of(&all).column("units", "", |o| o.units);
    let table = Row::columns(units, |o| &o.row)
        .column("gradient_steps", "", |o| o.steps)
        .column("accuracy", "percent", |o| o.accuracy)
        .columns(["stimulus_slope", "block_slope"], |o| o.slopes)
        .columns(["radd_stimulus_on_itself", "radd_block_on_itself"], |o| o.radd)
        .named("networks", "One row a network.");
    let section = Section::new("sizes", "Other sizes")
        .intro(
            "Networks of each size make their own number of gradient steps, chosen after shorter trainings \
             were seen in which the geometry had not settled: of 25 units after 30,000, of 100, 150 and 250 \
             after 15,000, 10,000 and 6,000. Correct trials settle long before.",
        )
        .figures([figure])
        .tables([table]);
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

fn claims_of(all: &[One], preset: Preset) -> Vec<Claim> {
    let (units, steps) = (all[0].units, all[0].steps);
    // The paper says of other sizes that they are similar to its 50 units, and gives no numbers of theirs.
    let row = |text: &str, quantity: &str, f: &dyn Fn(&One) -> f64, of_50: f64, tolerance: f64| {
        let row = claim(text).is(quantity, mean(all, f));
        match units == UNITS && preset == Preset::Paper {
            true => row.published(of_50, tolerance),
            false => row.predicted(of_50, tolerance).if_differs("the number is that of the paper's 50 units"),
        }
    };
    let inside = "as much of the read-out lies in their plane";
    let evidence = "evidence moves the stimulus belief more";
    let slower = "A block block − A stimulus stimulus";
    let all = [
        row("as many correct trials as 50", "accuracy, %", &|o| o.accuracy, 85.50, 3.0),
        row("two components explain as much variance", "variance, %", &|o| o.row.0[0], 88.74, 10.0),
        row(inside, "length in the plane, %", &|o| o.row.0[1], 93.39, 10.0),
        row("the plane tells the block as often", "unseen blocks, %", &|o| o.row.0[4], 82.5, 5.0),
        row("the read-outs stand at a similar angle", "degrees in the plane", &|o| o.row.0[6], 68.0, 20.0),
        row(evidence, "ratio of slopes", &|o| o.slopes[0] / o.slopes[1], 0.84 / 0.18, 2.5),
        row("RADD's block unit is the slower", slower, &|o| o.radd[1] - o.radd[0], 0.30, 0.3),
    ];
    about(&format!("{units} units, {steps} gradient steps"), at(SOURCE, all))
}

fn draw(sizes: &[Vec<One>]) -> Drawn {
    let x: Vec<f64> = sizes.iter().map(|s| s[0].units as f64).collect();
    let series =
        |label: &str, f: &dyn Fn(&One) -> f64| curve(label, &x, sizes.iter().map(|s| mean(s, f))).joined();
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
    let caption = "Means over seeds; bars are one standard error. A: correct trials, variance in two \
                   components, steps in which their plane tells the block. B: angles of the read-outs; \
                   dashed, in the plane of the paper's 50 units. C: slopes of the velocities against \
                   evidence.";
    panels("sizes", "Networks of other sizes", caption, &figures, 3)
}
