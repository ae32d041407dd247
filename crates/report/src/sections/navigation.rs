//! A path integrator that was trained: how well it knows where it is, with images and without.

use super::{Rendered, words};
use crate::Error;
use crate::figure::Figure;
use crate::figures::{Axes, Ink, Reference, Series, lines, rooms};
use crate::folder::{Folder, Origin};
use crate::page::Section;
use crate::report::{Report, Told};
use crate::runner::{Failure, NETWORK};
use crate::tables::{Table, TableOut};
use nullcline_core::analyses;
use nullcline_core::analyses::navigate::{CourseRun, TrainNavigator, TrainedNavigator};
use nullcline_core::io::tensors::{Tensor, write_npz, write_safetensors};
use nullcline_core::numbers::Estimate;
use nullcline_core::training::navigation::{LessonRow, Modelled, Way};
use std::path::Path;

/// The trajectories of the tests that are kept.
const WALKS: &str = "walks.npz";

impl Report for TrainNavigator {
    fn origin(&self, _: &Path) -> Result<Origin, analyses::Error> {
        let settings: Vec<String> =
            self.plan()?.describe().into_iter().map(|(name, value)| format!("{name} {value}")).collect();
        Ok(Origin::set("train", "navigate", &settings.join(", ")))
    }

    fn name(&self) -> Result<String, analyses::Error> {
        Ok("navigate".into())
    }

    fn tell(&self, t: &TrainedNavigator) -> Result<Told, Failure> {
        Ok(Told {
            title: "navigate".into(),
            subject: t.description.clone(),
            facts: vec![
                ("Trained".into(), t.description.clone()),
                ("Weights".into(), NETWORK.into()),
                ("Walks".into(), WALKS.into()),
            ],
            seed: self.seed,
            findings: findings(t),
            leads: vec![["navigation", "errors"]],
            notes: t.notes.clone(),
            modules: vec![navigation(t)?],
            ..Told::default()
        })
    }

    fn write(&self, t: &TrainedNavigator, folder: &Folder) -> Result<(), Failure> {
        let words = [
            ("nullcline_modules", "visual, action, direct, inverse, gate".to_owned()),
            ("map", t.map.name.clone()),
        ];
        let words = words.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        write_safetensors(&folder.place(NETWORK)?, &t.tensors, &words)?;
        if let Some(first) = t.courses.first() {
            let all = walks(t, &first.ways);
            write_npz(&folder.place(WALKS)?, &all)?;
        }
        Ok(())
    }

    fn next(&self, _: &TrainedNavigator, out: &Path) -> Option<String> {
        let file = words::shell(&out.join(WALKS));
        Some(format!("nullcline analyze {file} --units states --position position"))
    }
}

/// Arrays trials x time (x numbers): states, positions in the plane, displacements that are so and that were told; room, what was reset,
/// and whether there was an image.
fn walks(t: &TrainedNavigator, ways: &[Way]) -> Vec<Tensor> {
    let steps = ways.first().map_or(0, |w| w.told.len());
    let units = ways.first().map_or(0, |w| w.states.nrows());
    let each = |name: &str, numbers: Option<usize>, f: &dyn Fn(&Way, usize, usize) -> f64| Tensor {
        name: name.into(),
        shape: [ways.len(), steps].into_iter().chain(numbers).collect(),
        dtype: "f64".into(),
        data: ways
            .iter()
            .flat_map(|w| (0..steps).flat_map(move |k| (0..numbers.unwrap_or(1)).map(move |i| f(w, k, i))))
            .collect(),
    };
    let moved: Vec<Vec<[f64; 2]>> = ways.iter().map(|w| w.trajectory.displacements()).collect();
    let moved = Tensor {
        name: "moved".into(),
        shape: vec![ways.len(), steps, 2],
        dtype: "f64".into(),
        data: moved.concat().concat(),
    };
    // Memories have no gate.
    let all = vec![
        each("states", Some(units), &|w, k, i| f64::from(w.states[(i, k)])),
        each("position", Some(2), &|w, k, i| {
            let place = w.trajectory.places[k + 1];
            t.map.plane(place.room, place.at)[i]
        }),
        moved,
        each("told", Some(2), &|w, k, i| w.told[k][i]),
        each("room", None, &|w, k, _| w.trajectory.places[k + 1].room as f64),
        each("reset", None, &|w, k, _| w.resets[k].0),
        each("image", None, &|w, k, _| f64::from(u8::from(w.resets[k].1))),
    ];
    all.into_iter().filter(|t| t.data.iter().any(|v| v.is_finite())).collect()
}

/// What was found, a sentence each.
fn findings(t: &TrainedNavigator) -> Vec<String> {
    let mut all: Vec<String> = t
        .courses
        .iter()
        .map(|c| {
            let w = &c.walked;
            format!(
                "With {}, what it says of its place is off by {} sides of a room, mean of {}; saying that it had not moved would be off by {}. Of the \
                 first five actions: {} and {}.",
                c.name,
                words::with_error(w.long),
                words::count(w.errors.len(), "action"),
                words::with_error(w.still[1]),
                words::with_error(w.short),
                words::with_error(w.still[0]),
            )
        })
        .collect();
    if let Some(c) = t.courses.first().filter(|c| c.walked.resets[0].value.is_finite()) {
        let [image, other] = c.walked.resets;
        all.push(format!(
            "Where there is an image, {} % of it enters the state; of what stands for a missing one, {} %.",
            words::with_error(percent(image)),
            words::with_error(percent(other))
        ));
    }
    if let [Some(before), Some(after)] = &t.models {
        all.push(format!(
            "Its inverse model errs by {} sides, by {} before this training; of the variance of representations its direct model misses {} %, {} % \
             before.",
            words::with_error(after.inverse),
            words::with_error(before.inverse),
            words::with_error(percent(after.direct)),
            words::with_error(percent(before.direct))
        ));
    }
    all
}

fn percent(e: Estimate) -> Estimate {
    Estimate { value: 100.0 * e.value, std_error: e.std_error.map(|s| 100.0 * s), n: e.n }
}

fn navigation(t: &TrainedNavigator) -> Result<Rendered, Error> {
    let mut facts = vec![
        ("Parameters".to_owned(), t.parameters.to_string()),
        ("Steps".to_owned(), t.curve.last().map_or(0, |r| r.step).to_string()),
        (
            "Step of the parameters that are kept, by the mean of ten validations".to_owned(),
            t.best_step.to_string(),
        ),
    ];
    if let Some(m) = &t.models[1] {
        facts.push(("Error of the inverse model (sides)".to_owned(), words::with_error(m.inverse)));
        facts.push((
            "Variance of representations that the direct model misses".to_owned(),
            words::with_error(m.direct),
        ));
    }
    for c in &t.courses {
        facts.push((format!("Error, {} (sides)", c.name), words::with_error(c.walked.long)));
    }
    let mut warnings = vec![];
    if let Some(c) = t.courses.first().filter(|c| !(c.walked.long.value < 0.9 * c.walked.still[1].value)) {
        warnings.push(format!(
            "It hardly knows where it is: its place is off by {}, where saying that it had not moved would be off by {}. Try more --steps, or \
             other --rates and --weights.",
            words::with_error(c.walked.long),
            words::with_error(c.walked.still[1])
        ));
    }
    let section = Section {
        id: "navigation".into(),
        title: "Path integration".into(),
        method: vec![
            "Trajectories of random actions that the network never saw, in sides of a room. Errors are between trajectories. R² is of a linear \
             regression of each unit on the position in the plane, or on the displacement from the start (fanthomme2021, Table 8.1)."
                .into(),
        ],
        facts,
        figures: vec![errors(t)?, map(t)?, curve(&t.curve, t.best_step)?],
        tables: [vec![table(&t.courses)], models(t), vec![course(&t.courses), curve_table(&t.curve)]].concat(),
        ..Section::default()
    };
    Ok(Rendered { section, warnings })
}

/// Error by action.
fn errors(t: &TrainedNavigator) -> Result<Figure, Error> {
    let one = |name: &str, all: &[Estimate]| {
        let steps: Vec<f64> = (1..=all.len()).map(|k| k as f64).collect();
        let values: Vec<f64> = all.iter().map(|e| e.value).collect();
        let error: Vec<f64> = all.iter().map(|e| e.error()).collect();
        Series::new(name, &steps, &values).errors(&error)
    };
    let still = t.courses.first().map(|c| one("not moved", &c.walked.stills).ink(Ink::Grey).dashed());
    let series: Vec<Series> = t.courses.iter().map(|c| one(c.name, &c.walked.errors)).chain(still).collect();
    let axes = Axes { x_whole: true, ..Axes::new("Actions", "Error (sides of a room)") };
    lines(&series, &axes)?.named(
        "errors",
        "Error over time",
        "Mean distance between the place that the network says and the true one, with images and without; grey: of who says that it had not \
         moved. Bands are one standard error over trajectories.",
    )
}

/// The first trajectory, and what was told of it.
fn map(t: &TrainedNavigator) -> Result<Figure, Error> {
    let Some(way) = t.courses.first().and_then(|c| c.ways.first()) else { return rooms(&t.map, &[]) };
    let start = way.trajectory.places[0];
    let origin = t.map.plane(start.room, start.at);
    let true_way: Vec<[f64; 2]> = way.trajectory.places.iter().map(|p| t.map.plane(p.room, p.at)).collect();
    let told = way.told.iter().map(|d| [origin[0] + d[0], origin[1] + d[1]]);
    let told: Vec<[f64; 2]> = std::iter::once(origin).chain(told).collect();
    let series =
        |label: &str, points: Vec<[f64; 2]>| Series { label: label.into(), points, ..Series::default() };
    let begin = series("start", vec![origin]).ink(Ink::Black).unlisted();
    let figure = rooms(&t.map, &[series("true", true_way), series("said", told).dashed(), begin])?;
    let caption = format!(
        "The first trajectory of the tests with images, from its start (black dot), and what the network says of it. {}",
        figure.caption
    );
    figure.named("rooms", &format!("Map {}", t.map.name), &caption)
}

fn curve(rows: &[LessonRow], best: u64) -> Result<Figure, Error> {
    let x: Vec<f64> = rows.iter().map(|r| r.step as f64).collect();
    let of = |f: &dyn Fn(&LessonRow) -> f64| rows.iter().map(f).collect::<Vec<_>>();
    let all = [
        Series::new("validation, weighted", &x, &of(&|r| r.validation)),
        Series::new("path integration", &x, &of(&|r| r.held.integration)),
        Series::new("direct model", &x, &of(&|r| r.held.direct)),
        Series::new("inverse model", &x, &of(&|r| r.held.inverse)),
    ];
    let all: Vec<Series> = all.into_iter().filter(|s| s.points.iter().any(|p| p[1] > 0.0)).collect();
    let axes = Axes { y_log: true, x_whole: true, ..Axes::new("Step", "Loss") }
        .reference("kept", Reference::Upward(best as f64));
    lines(&all, &axes)?.named(
        "curve",
        "Losses",
        "Losses of each validation: their weighted sum, and each by itself, whether it was learned or only watched.",
    )
}

fn table(courses: &[CourseRun]) -> TableOut {
    Table::of(courses)
        .column("course", "", |c| c.name)
        .column("error_short", "sides", |c| c.walked.short)
        .column("error_long", "sides", |c| c.walked.long)
        .column("still_short", "sides", |c| c.walked.still[0])
        .column("still_long", "sides", |c| c.walked.still[1])
        .column("spread_short", "sides", |c| c.walked.spreads[0])
        .column("spread_long", "sides", |c| c.walked.spreads[1])
        .column("reset_image", "", |c| c.walked.resets[0])
        .column("reset_other", "", |c| c.walked.resets[1])
        .column("states_absolute", "R²", |c| c.walked.states.means[0])
        .column("states_relative", "R²", |c| c.walked.states.means[1])
        .column("images_absolute", "R²", |c| c.walked.images.means[0])
        .column("images_relative", "R²", |c| c.walked.images.means[1])
        .named(
            "tests",
            "What each kind of trajectories gives. Spreads are standard deviations over actions and trajectories; R² are means over units that \
             change, with errors between trajectories; still: of who says that it had not moved.",
        )
}

fn models(t: &TrainedNavigator) -> Vec<TableOut> {
    let when = ["before training", "after"];
    let rows: Vec<(&str, &Modelled)> =
        when.into_iter().zip(&t.models).filter_map(|(when, m)| Some((when, m.as_ref()?))).collect();
    if rows.is_empty() {
        return vec![];
    }
    let table = Table::of(&rows)
        .column("when", "", |r| r.0)
        .column("inverse_error", "sides", |r| r.1.inverse)
        .column("inverse_error_anywhere", "sides", |r| r.1.anywhere)
        .column("direct_missed", "", |r| r.1.direct)
        .column("representation_spread", "", |r| r.1.spread)
        .named(
            "models",
            "Direct and inverse model on transitions that no training has: distance of the told action from the true one, the same between any              two images, share of the variance of representations that the direct model misses, and their standard deviation over places.",
        );
    vec![table]
}

fn course(courses: &[CourseRun]) -> TableOut {
    let rows: Vec<(&str, usize, Estimate)> = courses
        .iter()
        .flat_map(|c| c.walked.errors.iter().enumerate().map(|(k, e)| (c.name, k + 1, *e)))
        .collect();
    Table::of(&rows)
        .column("course", "", |r| r.0)
        .column("action", "", |r| r.1)
        .column("error", "sides", |r| r.2)
        .named(
            "errors",
            "Mean distance after each action between the place that the network says and the true one.",
        )
}

fn curve_table(rows: &[LessonRow]) -> TableOut {
    Table::of(rows)
        .column("step", "", |r| r.step)
        .column("validation", "", |r| r.validation)
        .column("integration", "", |r| r.losses.integration)
        .column("direct", "", |r| r.losses.direct)
        .column("inverse", "", |r| r.losses.inverse)
        .column("held_integration", "", |r| r.held.integration)
        .column("held_direct", "", |r| r.held.direct)
        .column("held_inverse", "", |r| r.held.inverse)
        .column("gradient_norm", "", |r| r.gradient)
        .named(
            "curve",
            "Weighted loss of each validation, means of the three losses over the steps since the one before, and those of the validation.",
        )
}
