//! RADD as a regression: its error before and after the nonlinearity, other projections, and what it takes.

mod least;

use super::elman::Elman;
use super::geometry::Geometry;
use super::measured::{each, everywhere};
use super::networks::{Recorded, Sizes, UNITS, networks, task};
use super::reduced::{CODED, FITTED, Follower, Reduced, coded_readout, fitted, player, targets};
use crate::common::*;
use least::{COEFFICIENTS, Pairs, Unit, unit};
use nullcline_core::training::radd::Score;

/// RADD as a regression.
pub const STUDY: Study = Study::new(
    "schaeffer2020/regression",
    "RADD before and after the nonlinearity, and by other projections",
    run,
);

/// Steps of the paper's session (SI 7.1), gradient steps of its distillation, and five hours over a minute.
const SESSION: f64 = 175_000.0;
const GRADIENTS: f64 = 10_000.0;
const FASTER: f64 = 300.0;
/// What is one network, in coefficients, and what "similar" allows of shares.
const SAME: f64 = 0.01;
const SIMILAR: f64 = 0.05;

/// How well a student does: R^2 of its units one step at a time and left to itself, of the beliefs from its state, and its share of
/// the flow.
struct Follows {
    one_step: f64,
    rollout: f64,
    beliefs: [f64; 2],
    flow: f64,
}

struct One {
    units: Vec<Unit>,
    /// By the read-outs, and by two principal components.
    by: [Follows; 2],
    /// Steps a trial.
    steps: f64,
}

fn follows(reduced: &Reduced, net: &Elman, r: &Recorded, g: &Geometry) -> Result<Follows, Error> {
    let own = player(&reduced.student, coded_readout(net))?;
    let follower = Follower::new(&own, net, r, g)?;
    let worst = |all: &[Score]| all.iter().map(|s| s.r2).fold(f64::INFINITY, f64::min);
    Ok(Follows {
        one_step: worst(&reduced.scores.one_step),
        rollout: worst(&reduced.scores.rollout),
        beliefs: follower.beliefs,
        flow: follower.flow,
    })
}

fn one(net: &Elman, r: &Recorded, g: &Geometry) -> Result<One, Error> {
    let z = targets(r, CODED, |t| g.aligned(t))?;
    let own = fitted(r, &z)?;
    let components = fitted(r, &targets(r, CODED, |t| [g.plane[(0, t)], g.plane[(1, t)]])?)?;
    let count = (FITTED * r.steps() as f64) as usize;
    let pairs = Pairs { z: z.as_ref(), inputs: r.inputs.as_ref(), count };
    Ok(One {
        units: vec![unit(&pairs, &own.student, 0)?, unit(&pairs, &own.student, 1)?],
        by: [follows(&own, net, r, g)?, follows(&components, net, r, g)?],
        steps: r.steps() as f64 / r.played.trials.len() as f64,
    })
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let trained = networks(settings, sizes, UNITS, progress)?;
    let (all, _) =
        each(&trained, settings, sizes, |_, net, recorded, geometry| one(net, recorded, geometry))?;
    let claims = sizes.asked(settings, claims(&all));
    let apart = all.iter().map(apart).fold(0.0, f64::max);
    let answer = format!(
        "The regression and the least error after the nonlinearity differ by {apart:.3} at most in a coefficient. {}",
        answer(&claims)
    );
    let section =
        Section::new("regression", "RADD as a regression").figures([draw(&all)?]).tables([table(&all)]);
    let json = entries([
        ("largest_difference", list(&all, self::apart).into()),
        ("excess_error", list(&all, excess).into()),
        ("flow_by_readouts", list(&all, |o| o.by[0].flow).into()),
        ("flow_by_components", list(&all, |o| o.by[1].flow).into()),
    ]);
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

/// Largest difference of a coefficient before and after the nonlinearity.
fn apart(o: &One) -> f64 {
    largest(o.units.iter().flat_map(|u| (0..COEFFICIENTS).map(|i| (u.before[i] - u.after[i]).abs())))
}

fn excess(o: &One) -> f64 {
    largest(o.units.iter().map(|u| u.excess))
}

fn gradient(o: &One) -> f64 {
    largest(o.units.iter().map(|u| u.gradient))
}

/// Multiplications of the paper's distillation over those of its regression.
///
/// Formula: a step of distillation takes N (N + 3 + 2) of the teacher and three times 2 (2 + 3 + 2) of the student, forwards and back;
/// one of the regression 2 N to project, and 6^2 + 2 6 for its sums.
fn operations(steps_a_trial: f64) -> f64 {
    let n = UNITS as f64;
    let seen = GRADIENTS * 4.0 * task(1).law.moments().0 * steps_a_trial;
    seen * (n * (n + 5.0) + 42.0) / (FITTED * SESSION * (2.0 * n + 48.0))
}

fn claims(all: &[One]) -> Vec<Claim> {
    let exact = |f: fn(&One) -> f64| all.iter().map(|o| Estimate::exact(f(o), 2)).collect::<Vec<_>>();
    let why = "after the nonlinearity each residual counts by the square of its slope there: where there is a residual the \
               minima are not the same";
    let mut rows = at(
        "schaeffer2020 SI 7.3",
        [
            claim("As f is invertible one may minimise before it: the network is the same")
                .decided_by("largest difference of a coefficient; n: units", &exact(apart))
                .below(SAME)
                .if_differs(why)
                .headline(),
            claim("and no worse")
                .decided_by("error after f over the least there, less 1; n: units", &exact(excess))
                .below(SAME)
                .if_differs(why),
            claim("Back-propagation with teacher forcing is equivalent to the regression")
                .decided_by("its gradient at the regression over that at zero; n: units", &exact(gradient))
                .below(1e-6)
                .if_differs(why),
        ],
    );
    rows.extend(at(
        "schaeffer2020 section 3.3.3",
        [
            everywhere(
                all,
                "With two principal components as P RADD follows one step: held-out R² above 0.9",
                |o| o.by[1].one_step > 0.9,
            ),
            everywhere(all, "and left to itself: R² above 0.9", |o| o.by[1].rollout > 0.9).if_differs(
                format!(
                    "of the networks here the read-outs' student stays above it in {}",
                    count(all, |o| o.by[0].rollout > 0.9)
                ),
            ),
            everywhere(all, "It keeps the flow as with the read-outs as P, within 0.05 of its share", |o| {
                (o.by[1].flow - o.by[0].flow).abs() < SIMILAR
            })
            .headline(),
            everywhere(all, "and both beliefs, within 0.05 of R²", |o| {
                (0..2).all(|k| (o.by[1].beliefs[k] - o.by[0].beliefs[k]).abs() < SIMILAR)
            }),
            claim("RADD takes less than a minute where distillation takes five hours")
                .is(
                    "multiplications of 10,000 gradient steps over those of the regression",
                    Estimate::exact(operations(mean(all, |o| o.steps).value), all.len()),
                )
                .above(FASTER)
                .beside(Some(FASTER)),
        ],
    ));
    rows
}

fn table(all: &[One]) -> TableOut {
    let columns: [Named<One>; 13] = [
        ("largest_difference", apart),
        ("excess_error", excess),
        ("relative_gradient", gradient),
        ("readouts_one_step_r2", |o| o.by[0].one_step),
        ("readouts_rollout_r2", |o| o.by[0].rollout),
        ("readouts_stimulus_belief_r2", |o| o.by[0].beliefs[0]),
        ("readouts_block_belief_r2", |o| o.by[0].beliefs[1]),
        ("readouts_flow", |o| o.by[0].flow),
        ("components_one_step_r2", |o| o.by[1].one_step),
        ("components_rollout_r2", |o| o.by[1].rollout),
        ("components_stimulus_belief_r2", |o| o.by[1].beliefs[0]),
        ("components_block_belief_r2", |o| o.by[1].beliefs[1]),
        ("components_flow", |o| o.by[1].flow),
    ];
    Table::of(all).numbers(&columns).named("networks", "One row a network; of units the worse.")
}

fn draw(all: &[One]) -> Drawn {
    let of = |k: usize| {
        all.iter()
            .flat_map(move |o| (0..COEFFICIENTS).map(move |i| [o.units[k].before[i], o.units[k].after[i]]))
    };
    let axes = Axes {
        square: true,
        ..Axes::new("coefficient by regression before f", "of least error after f").wide(THIRD)
    }
    .reference("equal", Reference::Curve(vec![[-0.3, -0.3], [1.0, 1.0]]));
    let first = scatter(
        &[points("stimulus", of(0)).ink(Ink::Series(0)), points("block", of(1)).ink(Ink::Series(1))],
        &axes,
    )?;
    let names = ["one step", "alone", "stimulus", "block", "flow"];
    let numbers = |f: &Follows| [f.one_step, f.rollout, f.beliefs[0], f.beliefs[1], f.flow];
    let places = |k: usize, label: &str| {
        let shift = if k == 0 { -0.12 } else { 0.12 };
        let each = all.iter().flat_map(move |o| numbers(&o.by[k]).into_iter().enumerate());
        points(label, each.map(move |(i, v)| [i as f64 + shift, v])).ink(Ink::Series(k))
    };
    let axes = Axes {
        x_names: names.iter().enumerate().map(|(k, n)| (k as f64, (*n).to_owned())).collect(),
        x_range: Some([-0.5, 4.5]),
        ..Axes::new("", "R², and share of the flow").wide(2.0 * THIRD)
    };
    let second = scatter(&[places(0, "P of both read-outs"), places(1, "P of two components")], &axes)?;
    let caption = "All networks. A: coefficients of both units by the regression against those of least error after the \
                   nonlinearity, found from there. B: held-out R² of the student's worse unit one step at a time and left to \
                   itself, R² of the teacher's beliefs from its state, and its share of the teacher's flow.";
    let figures = [
        first.named("coefficients", "Before and after f", "")?,
        second.named("projections", "Two projections", "")?,
    ];
    panels("regression", "RADD as a regression", caption, &figures, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_those_of_the_formula() {
        // 10,000 gradient steps of 4 blocks of 49.4 trials of 3.5 steps, 2792 multiplications each; 117,250 of 148.
        assert!(
            (operations(3.5) / (1e4 * 4.0 * 49.42 * 3.5 * 2792.0 / (117_250.0 * 148.0)) - 1.0).abs() < 1e-3
        );
    }
}
