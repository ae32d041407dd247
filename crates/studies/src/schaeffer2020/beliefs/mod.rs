//! Beliefs trial by trial and step by step: their sides after a change, what moves them when, and what the start of a trial does.

mod drawing;
mod start;
mod steps;
mod trace;
mod verdicts;

use super::elman::Elman;
use super::geometry::Geometry;
use super::measured::each;
use super::networks::{Recorded, Sizes, UNITS, networks, task};
use crate::common::*;
use start::Start;
use trace::{AFTER, Trace};

/// Beliefs.
pub const STUDY: Study = Study::new(
    "schaeffer2020/beliefs",
    "Beliefs after a change of block, within a trial, and at its start as a prior",
    run,
);

/// Numbers of one network, with errors over blocks.
struct One {
    wrong: [Estimate; 2],
    rises: Vec<Estimate>,
    late: Estimate,
    jumps: [Estimate; 3],
    told: [Estimate; 2],
    by_place: [Estimate; 2],
    true_block: [Estimate; 2],
    tracks: [Estimate; 2],
    within: Estimate,
    together: Estimate,
    start: Start,
}

impl One {
    fn of(net: &Elman, r: &Recorded, g: &Geometry, seed: u64, blocks: usize) -> Result<Self, Error> {
        let trace = Trace::of(r, g);
        Ok(Self {
            wrong: trace.wrong(),
            rises: trace.rises(),
            late: trace.late(),
            jumps: trace.jumps(),
            told: steps::told(r, g),
            by_place: trace.by_place(),
            true_block: trace.true_block(),
            tracks: trace.tracks(),
            within: steps::within(r, g, task(1).blank),
            together: steps::together(r, g),
            start: Start::of(net, r, g, seed, blocks)?,
        })
    }
}

/// Numbers of a network with their names.
type Column = (&'static str, fn(&One) -> Estimate);

const COLUMNS: [Column; 24] = [
    ("wrong_side_before_the_change_percent", |o| o.wrong[0]),
    ("wrong_side_after_the_first_trial_percent", |o| o.wrong[1]),
    ("right_side_late_percent", |o| o.late),
    ("ends_on_the_stimulus_side_percent", |o| o.jumps[0]),
    ("crossed_with_the_stimulus_percent", |o| o.jumps[1]),
    ("crossings_stimulus_minus_block", |o| o.jumps[2]),
    ("told_stimulus_minus_block_steps_percent", |o| o.told[0]),
    ("told_stimulus_minus_block_ends_percent", |o| o.told[1]),
    ("distance_from_observer", |o| o.by_place[0]),
    ("later_than_observer_trials", |o| o.by_place[1]),
    ("ends_on_the_true_block_percent", |o| o.true_block[0]),
    ("observer_minus_that_percent", |o| o.true_block[1]),
    ("correlation_minus_other_lags", |o| o.tracks[0]),
    ("correlation_minus_leaky_sum", |o| o.tracks[1]),
    ("share_of_change_before_feedback", |o| o.within),
    ("moved_together_minus_cosine", |o| o.together),
    ("prior_and_block_belief_correlation", |o| o.start.prior[0]),
    ("prior_and_observer_correlation", |o| o.start.prior[1]),
    ("chosen_on_the_belief_side_percent", |o| o.start.chosen[0]),
    ("the_same_mirrored_percent", |o| o.start.chosen[1]),
    ("the_same_without_stimulus_part_percent", |o| o.start.chosen[2]),
    ("orthogonal_gap_over_own", |o| o.start.orthogonal[0]),
    ("accuracy_lost_by_it_percent", |o| o.start.orthogonal[1]),
    ("observed_steps_longer_by_it", |o| o.start.longer),
];

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let trained = networks(settings, sizes, UNITS, progress)?;
    let (all, shown) = each(&trained, settings, sizes, |k, net, recorded, geometry| {
        One::of(net, recorded, geometry, settings.seed + k as u64, sizes.blocks)
    })?;
    let claims = sizes.asked(settings, verdicts::claims(&all));
    let answer = format!(
        "{} of the block belief's change from trial to trial is made before the trial's feedback, and at zero contrast {} % of \
         choices are on the side to which it points when the trial begins. {}",
        words(mean(&all, |o| o.within.value)),
        words(mean(&all, |o| o.start.chosen[0].value)),
        answer(&claims)
    );
    let mut table = Table::of(&all);
    for (name, f) in COLUMNS {
        table = table.columns([name, &format!("{name}_error")], move |o| pair(f(o)));
    }
    let json = COLUMNS.iter().map(|(name, f)| (*name, list(&all, |o| f(o).value).into()));
    let section = Section::new("beliefs", "Beliefs by trial and by step")
        .figures([drawing::draw(&all, &shown)?])
        .tables([
            table.named("networks", "One row a network, with errors over the blocks of its session."),
            places(&Trace::of(&shown.recorded, &shown.geometry)),
        ]);
    let json = entries([(
        "beliefs",
        json.map(|(k, v): (_, Value)| (k.to_owned(), v)).collect::<Map<_, _>>().into(),
    )]);
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

fn places(trace: &Trace) -> TableOut {
    let rows = indices(AFTER);
    Table::of(&rows)
        .column("trial_after_the_change", "", |k| k + 1)
        .columns(["right_side_percent", "right_side_error"], |k| pair(trace.right_side(*k)[0]))
        .columns(["observer_right_side_percent", "observer_right_side_error"], |k| {
            pair(trace.right_side(*k)[1])
        })
        .columns(["stimulus_side_percent", "stimulus_side_error"], |k| pair(trace.stimulus_side(*k)))
        .named(
            "places",
            "Ends of trials on the right side of either boundary after a change, of the first network.",
        )
}
