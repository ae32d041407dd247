//! Fig. 8: networks of two units by RADD, by conventional distillation and by training, against their teacher.

mod drawing;
mod verdicts;

use super::dynamics::{CONDITIONS, SILENT, counts, plays, points, slowest};
use super::geometry::Geometry;
use super::measured::measured;
use super::networks::{NAMED, Recorded, Sizes, UNITS, networks};
use super::reduced::{CODED, Follower, Reduced, coded_readout, imitation, player, reduce};
use crate::common::*;
use crate::schaeffer2020::elman::Elman;
use nullcline_core::diagnostics::dynamics::fixed_points::FixedPoint;
use nullcline_core::job::Observer;
use nullcline_core::linalg::eigen::{Order, eigenvalues};

/// Fig. 8.
pub const STUDY: Study = Study::new(
    "schaeffer2020/fig8",
    "Two units by RADD, by distillation and by training, against fifty",
    run,
);

const SOURCE: &str = "schaeffer2020 section 3.3.3, Fig. 8";
/// Session on which read-outs are chosen, and the one on which everybody is judged; RADD is fitted on neither.
pub const CHOICE: u64 = u64::MAX - 1;
pub const TEST: u64 = u64::MAX - 2;
/// Read-out scales that are tried.
pub const READOUTS: [f64; 12] = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0, 20.0];
/// Largest targets that are tried, beside that of the authors' program.
const TARGETS: [f64; 7] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, CODED];
/// Names of those who play.
const PLAYERS: [&str; 5] = ["50 units", "RADD, coded", "RADD, chosen", "distilled", "trained"];
/// Names of the students.
const STUDENTS: [&str; 3] = ["RADD", "distilled", "trained"];

/// Names of held-out R^2 of stimulus and block, one step at a time and left to itself.
const R2: [&str; 4] =
    ["one_step_r2_stimulus", "one_step_r2_block", "rollout_r2_stimulus", "rollout_r2_block"];

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

/// What every network's students do.
#[derive(Serialize)]
struct Students {
    accuracy: Vec<[f64; 5]>,
    players: [&'static str; 5],
    radius: Vec<f64>,
    r2: Vec<[f64; 4]>,
    flow: Vec<[f64; 3]>,
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let steps = sizes.distilled;
    let trained = networks(settings, sizes, UNITS, progress)?;
    let two = networks(settings, sizes, 2, progress)?;
    let early = networks(settings, Sizes { steps: NAMED, ..sizes }, 2, progress)?;
    let found = parallel("distillation", trained.len(), progress, |k| {
        let seed = settings.seed + k as u64;
        let (one, four, recorded, geometry) = one(&trained[k], [&two[k], &early[k]], seed, sizes, steps)?;
        // Of the first alone the networks are shown.
        Ok((one, (k == 0).then_some((four, recorded, geometry))))
    })?;
    let (all, shown): (Vec<One>, Vec<_>) = found.into_iter().unzip();
    let portraits =
        shown.into_iter().flatten().map(|(four, r, g)| drawing::portraits(&four, &r, &g, settings.seed));
    let portraits = portraits.collect::<Result<Vec<_>, _>>()?;
    let claims = sizes.asked(settings, verdicts::claims(&all));
    let answer = format!(
        "RADD's two units choose right in {} % of trials with the read-out chosen on another session, their \
         teachers of fifty in {} %. {}",
        words(mean(&all, |o| 100.0 * o.accuracy[2])),
        words(mean(&all, |o| 100.0 * o.accuracy[0])),
        answer(&claims)
    );
    let found = Students {
        accuracy: all.iter().map(|o| o.accuracy).collect(),
        players: PLAYERS,
        radius: list(&all, |o| o.coded().radius),
        r2: all.iter().map(|o| o.coded().r2).collect(),
        flow: all.iter().map(|o| o.flow).collect(),
    };
    let section = Section::new("students", "Networks of two units")
        .intro(format!(
            "Distillation made {steps} gradient steps. RADD is fitted on one session, its read-out chosen \
             on a second, and all accuracies are those on a third."
        ))
        .figures(portraits)
        .figures([drawing::performance(&all)?])
        .tables([networks_table(&all), scan_table(&all)]);
    Ok(Findings {
        claims,
        answer,
        sections: vec![section],
        json: entries([("students", written(found))]),
        warnings: vec![],
    })
}

fn networks_table(all: &[One]) -> TableOut {
    let mut table = Table::of(all);
    for (k, name) in
        ["teacher", "radd_coded", "radd_chosen", "distilled", "trained_2_units"].into_iter().enumerate()
    {
        table = table.column(&format!("{name}_accuracy"), "percent", |o| 100.0 * o.accuracy[k]);
    }
    table = table
        .column("distilled_acted", "percent", |o| 100.0 * o.acted[0])
        .column("trained_2_units_acted", "percent", |o| 100.0 * o.acted[1])
        .column("teacher_slowest_modulus", "", |o| o.slowest[0])
        .columns(["readout_coded", "readout_chosen"], |o| [o.readout, o.coded().best[0]])
        .column("largest_modulus", "", |o| o.coded().radius)
        .columns(R2, |o| o.coded().r2);
    for (k, name) in STUDENTS.into_iter().enumerate() {
        let name = |what: &str| format!("{}_{what}", name.to_lowercase());
        table = table
            .columns([&name("stimulus_belief_r2"), &name("block_belief_r2")], |o| o.beliefs[k])
            .column(&name("flow_share"), "", |o| o.flow[k])
            .column(&name("slowest_modulus"), "", |o| o.slowest[k + 1])
            .column(&name("inputs_with_same_fixed_points"), "", |o| o.same(k));
    }
    table.named("networks", "One row a seed.")
}

fn scan_table(all: &[One]) -> TableOut {
    let columns: [Named<Scanned>; 7] = [
        ("largest_modulus", |s| s.radius),
        (R2[0], |s| s.r2[0]),
        (R2[1], |s| s.r2[1]),
        (R2[2], |s| s.r2[2]),
        (R2[3], |s| s.r2[3]),
        ("readout_chosen", |s| s.best[0]),
        ("accuracy_percent", |s| 100.0 * s.best[1]),
    ];
    let targets = indices(TARGETS.len());
    let mut table = Table::of(&targets).column("largest_target", "", |k| TARGETS[*k]);
    for (name, f) in columns {
        let of = |k: &usize| pair(Estimate::mean_of_all(&list(all, |o| f(&o.scan[*k]))));
        table = table.columns([name, &format!("{name}_error")], of);
    }
    table.named("scales", "RADD by the scale of its targets: means over seeds with standard errors.")
}
