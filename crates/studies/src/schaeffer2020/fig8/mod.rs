//! Fig. 8: networks of two units by RADD, by conventional distillation and by training, against their teacher.

mod drawing;
mod verdicts;

use super::dynamics::{CONDITIONS, SILENT, counts, plays, points, slowest};
use super::geometry::Geometry;
use super::measured::{Every, measured, table};
use super::networks::{NAMED, Recorded, Sizes, UNITS, networks};
use super::reduced::{CODED, Follower, Reduced, coded_readout, imitation, player, reduce};
use crate::claims::answer;
use crate::{Error, Findings, Settings, Study};
use nullcline_core::diagnostics::dynamics::fixed_points::FixedPoint;
use nullcline_core::job::Observer;
use nullcline_core::linalg::eigen::{Order, eigenvalues};
use nullcline_core::numbers::Estimate;
use nullcline_core::training::sessions::Elman;
use nullcline_report::page::Section;
use nullcline_report::sections::words::with_error;
use nullcline_report::tables::{Cells, TableOut};
use rayon::prelude::*;
use serde_json::{Map, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// Fig. 8.
pub const STUDY: Study = Study {
    name: "schaeffer2020/fig8",
    title: "Two units by RADD, by distillation and by training, against fifty",
    run,
};

const SOURCE: &str = "schaeffer2020 section 3.3.3, Fig. 8";
/// Session on which read-outs are chosen, and the one on which everybody is judged; RADD is fitted on neither.
const CHOICE: u64 = u64::MAX - 1;
const TEST: u64 = u64::MAX - 2;
/// Read-out scales that are tried.
const READOUTS: [f64; 12] = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0, 20.0];
/// Largest targets that are tried, beside that of the authors' program.
const TARGETS: [f64; 7] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, CODED];
/// Names of those who play.
const PLAYERS: [&str; 5] = ["50 units", "RADD, coded", "RADD, chosen", "distilled", "trained"];
/// Names of the students.
const STUDENTS: [&str; 3] = ["RADD", "distilled", "trained"];

/// RADD with one target.
struct Scanned {
    /// Largest modulus of an eigenvalue of A'.
    radius: f64,
    /// R^2 of stimulus and block, one step at a time and left to itself.
    r2: [f64; 4],
    /// Accuracy with each read-out on the session of choice.
    sweep: Vec<f64>,
    /// The best of them, and its accuracy on the test.
    best: [f64; 2],
}

/// Everything of one seed.
struct One {
    /// Accuracy of each player on the test.
    accuracy: [f64; 5],
    /// Share of trials in which the distilled and the trained network act at all.
    acted: [f64; 2],
    /// By how much of itself the divergence of the distilled network from its teacher fell at last, and the gain of accuracy of
    /// the trained one since [`NAMED`] gradient steps, in points.
    late_gain: [f64; 2],
    /// Largest modulus of a mode without input: the teacher's, then the students'.
    slowest: [f64; 4],
    /// The read-out scale as coded.
    readout: f64,
    /// A row a target.
    scan: Vec<Scanned>,
    /// R^2 of the teacher's beliefs from each student's state.
    beliefs: [[f64; 2]; 3],
    /// Share of the teacher's flow.
    flow: [f64; 3],
    /// Stable and unstable fixed points under each input: the teacher's, then the students'.
    counts: [[[usize; 2]; 6]; 4],
}

impl One {
    fn coded(&self) -> &Scanned {
        &self.scan[TARGETS.len() - 1]
    }

    /// Inputs of the six under which a student has as many stable and unstable fixed points as its teacher.
    fn same(&self, student: usize) -> f64 {
        let of = |k: usize| self.counts[0][k] == self.counts[student + 1][k];
        (0..6).filter(|k| of(*k)).count() as f64
    }
}

/// The networks of one seed.
struct Four {
    nets: [Elman; 4],
    /// Visited states of the students.
    followers: Vec<Follower>,
}

fn scanned(reduced: &Reduced, seed: u64, blocks: usize) -> Result<Scanned, Error> {
    let (student, scores) = (&reduced.student, &reduced.scores);
    let values = eigenvalues(student.a.as_ref(), Order::Modulus)
        .ok_or_else(|| Error::Numbers("the eigenvalues of the student did not converge".into()))?;
    let mut sweep = vec![];
    for readout in READOUTS {
        sweep.push(plays(&player(student, readout)?, seed, CHOICE, blocks).accuracy());
    }
    let best = (0..sweep.len()).fold(0, |best, k| if sweep[k] > sweep[best] { k } else { best });
    let accuracy = plays(&player(student, READOUTS[best])?, seed, TEST, blocks).accuracy();
    let r2 = |k: usize| if k < 2 { scores.one_step[k].r2 } else { scores.rollout[k - 2].r2 };
    Ok(Scanned {
        radius: values.first().map_or(0.0, |z| z.re.hypot(z.im)),
        r2: std::array::from_fn(r2),
        sweep,
        best: [READOUTS[best], accuracy],
    })
}

fn one(
    net: &Elman,
    [two, early]: [&Elman; 2],
    seed: u64,
    sizes: Sizes,
    steps: usize,
) -> Result<(One, Four, Recorded, Geometry), Error> {
    let (r, g) = measured(net, seed, sizes)?;
    let mut scan = vec![];
    for target in TARGETS {
        scan.push(scanned(&reduce(&r, &g, target)?, seed, sizes.blocks)?);
    }
    let coded = reduce(&r, &g, CODED)?;
    let readout = coded_readout(net);
    let own = player(&coded.student, readout)?;
    let (distilled, fell) = imitation(net, seed, steps)?;
    let nets = [net.clone(), own, distilled, two.clone()];
    let accuracy = |net: &Elman| plays(net, seed, TEST, sizes.blocks).accuracy();
    let best = scan[TARGETS.len() - 1].best[1];
    let mut followers = vec![];
    for student in &nets[1..] {
        followers.push(Follower::new(student, net, &r, &g)?);
    }
    let count = |k: usize| {
        let states = if k == 0 { r.states.as_ref() } else { followers[k - 1].states.as_ref() };
        CONDITIONS.map(|(_, input)| points(&nets[k], states, &input, seed))
    };
    let found: [[Vec<FixedPoint>; 6]; 4] = std::array::from_fn(count);
    let numbers = |points: &Vec<FixedPoint>| {
        let [stable, unstable, _] = counts(points);
        [stable, unstable]
    };
    let late_gain = [fell, 100.0 * (accuracy(two) - accuracy(early))];
    let acted = |net: &Elman| plays(net, seed, TEST, sizes.blocks).acted();
    let done = One {
        accuracy: [accuracy(net), accuracy(&nets[1]), best, accuracy(&nets[2]), accuracy(&nets[3])],
        acted: [acted(&nets[2]), acted(&nets[3])],
        late_gain,
        slowest: std::array::from_fn(|k| slowest(&found[k][SILENT])),
        readout,
        scan,
        beliefs: std::array::from_fn(|k| followers[k].beliefs),
        flow: std::array::from_fn(|k| followers[k].flow),
        counts: std::array::from_fn(|k| found[k].each_ref().map(numbers)),
    };
    Ok((done, Four { nets, followers }, r, g))
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let steps = sizes.distilled;
    let trained = networks(settings, sizes, UNITS, progress)?;
    let two = networks(settings, sizes, 2, progress)?;
    let early = networks(settings, Sizes { steps: NAMED, ..sizes }, 2, progress)?;
    progress.start("distillation", trained.len() as u64);
    let ready = AtomicU64::new(0);
    let each = |k: usize| {
        let found = one(&trained[k], [&two[k], &early[k]], settings.seed + k as u64, sizes, steps)?;
        progress.at(ready.fetch_add(1, Ordering::Relaxed) + 1);
        let figure = match k {
            0 => Some(drawing::portraits(&found.1, &found.2, &found.3, settings.seed)?),
            _ => None,
        };
        Ok((found.0, figure))
    };
    let (all, figures): (Vec<One>, Vec<_>) =
        (0..trained.len()).into_par_iter().map(each).collect::<Result<Vec<_>, Error>>()?.into_iter().unzip();
    progress.finish();
    let mut figures: Vec<_> = figures.into_iter().flatten().collect();
    let every = Every::new(&all, SOURCE);
    figures.push(drawing::performance(&all, &every)?);
    let claims = sizes.asked(settings, verdicts::claims(&every));
    let (teacher, best) = (every.mean(|o| 100.0 * o.accuracy[0]), every.mean(|o| 100.0 * o.accuracy[2]));
    let answer = format!(
        "RADD's two units choose right in {} % of trials with the read-out chosen on another session, their teachers of fifty in {} %. {}",
        with_error(best),
        with_error(teacher),
        answer(&claims)
    );
    let mut json = Map::new();
    json.insert(
        "students".into(),
        json!({
            "accuracy": all.iter().map(|o| o.accuracy).collect::<Vec<_>>(),
            "players": PLAYERS,
            "radius": every.list(|o| o.coded().radius),
            "r2": all.iter().map(|o| o.coded().r2).collect::<Vec<_>>(),
            "flow": all.iter().map(|o| o.flow).collect::<Vec<_>>(),
        }),
    );
    let section = Section {
        id: "students".into(),
        title: "Networks of two units".into(),
        intro: vec![format!(
            "Distillation made {steps} gradient steps. RADD is fitted on one session, its read-out chosen on a second, and all \
             accuracies are those on a third."
        )],
        figures,
        tables: vec![networks_table(&every), scan_table(&all)],
        ..Section::default()
    };
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

fn networks_table(every: &Every<One>) -> TableOut {
    let mut columns = vec![];
    for (k, name) in
        ["teacher", "radd_coded", "radd_chosen", "distilled", "trained_2_units"].into_iter().enumerate()
    {
        columns.push(every.column(&format!("{name}_accuracy_percent"), |o| 100.0 * o.accuracy[k]));
    }
    columns.extend(every.columns(&[
        ("distilled_acted_percent", |o| 100.0 * o.acted[0]),
        ("trained_2_units_acted_percent", |o| 100.0 * o.acted[1]),
        ("teacher_slowest_modulus", |o| o.slowest[0]),
        ("readout_coded", |o| o.readout),
        ("readout_chosen", |o| o.coded().best[0]),
        ("largest_modulus", |o| o.coded().radius),
    ]));
    for (k, name) in ["one_step_r2_stimulus", "one_step_r2_block", "rollout_r2_stimulus", "rollout_r2_block"]
        .into_iter()
        .enumerate()
    {
        columns.push(every.column(name, |o| o.coded().r2[k]));
    }
    for (k, name) in STUDENTS.into_iter().enumerate() {
        let name = name.to_lowercase();
        columns.push(every.column(&format!("{name}_stimulus_belief_r2"), |o| o.beliefs[k][0]));
        columns.push(every.column(&format!("{name}_block_belief_r2"), |o| o.beliefs[k][1]));
        columns.push(every.column(&format!("{name}_flow_share"), |o| o.flow[k]));
        columns.push(every.column(&format!("{name}_slowest_modulus"), |o| o.slowest[k + 1]));
        columns.push(every.column(&format!("{name}_inputs_with_same_fixed_points"), |o| o.same(k)));
    }
    table("One row a seed.", columns)
}

fn scan_table(all: &[One]) -> TableOut {
    let mean = |f: &dyn Fn(&Scanned) -> f64| -> [Cells; 2] {
        let of = |k: usize| Estimate::mean_of_all(&all.iter().map(|o| f(&o.scan[k])).collect::<Vec<_>>());
        let rows: Vec<Estimate> = (0..TARGETS.len()).map(of).collect();
        let errors = rows.iter().map(Estimate::error).collect();
        [Cells::Float(rows.iter().map(|r| r.value).collect()), Cells::Float(errors)]
    };
    let mut columns = vec![("largest_target".into(), Cells::Float(TARGETS.to_vec()))];
    let mut add = |name: &str, f: &dyn Fn(&Scanned) -> f64| {
        let [value, error] = mean(f);
        columns.push((name.to_owned(), value));
        columns.push((format!("{name}_error"), error));
    };
    add("largest_modulus", &|s| s.radius);
    add("one_step_r2_stimulus", &|s| s.r2[0]);
    add("one_step_r2_block", &|s| s.r2[1]);
    add("rollout_r2_stimulus", &|s| s.r2[2]);
    add("rollout_r2_block", &|s| s.r2[3]);
    add("readout_chosen", &|s| s.best[0]);
    add("accuracy_percent", &|s| 100.0 * s.best[1]);
    TableOut {
        name: "scales".into(),
        caption: "RADD by the scale of its targets: means over seeds with standard errors.".into(),
        columns,
    }
}
