//! Fig. 7: flows under six inputs, two attractors with a stimulus and a line without.

use super::dynamics::{
    CONDITIONS, LEFT, Plane, RIGHT, SILENT, advance, aligned, counts, points, slowest, thinned,
};
use super::geometry::Geometry;
use super::measured::{correlation, each, everywhere};
use super::networks::{NAMED, Recorded, Sizes, UNITS, networks};
use crate::common::*;
use crate::schaeffer2020::elman::Elman;
use nullcline_core::diagnostics::dynamics::fixed_points::{FixedPoint, Label};
use nullcline_core::diagnostics::geometry::pca::pca;
use nullcline_core::diagnostics::geometry::subspace::{angle, angle_within, coordinates};
use nullcline_core::job::Observer;
use nullcline_core::linalg::{col, norm};
use nullcline_core::tasks::ibl::bayes::Formulas;
use rayon::prelude::*;

/// Fig. 7.
pub const STUDY: Study =
    Study::new("schaeffer2020/fig7", "Flows under six inputs, and the line without input", run);

const SOURCE: &str = "schaeffer2020 section 3.3.1, Fig. 7";
/// States that are followed without input, and their steps: about six trials.
const FOLLOWED: usize = 400;
const STEPS: usize = 20;
/// The modulus of a mode that shrinks by e in the 3.5 steps of a mean trial (schaeffer2020 SI 7.1).
const WITHIN_A_TRIAL: f64 = 0.75;

/// Numbers of one network.
struct One {
    /// Stable fixed points, unstable ones and slow points under each input.
    counts: [[usize; 3]; 6],
    /// Whether a stimulus leads to one attractor, in the quadrant of its side: left, right.
    attracts: [bool; 2],
    /// Without input: the largest leading modulus, and the second one at that point.
    moduli: [f64; 2],
    /// Degrees in the plane of that mode, turned along the block read-out, against the block's read-out and the stimulus'.
    mode: [f64; 2],
    /// Cosine of the same in the full space with the stimulus read-out.
    projection: f64,
    /// States after some steps without input: share of their variance in one component, degrees of it in the plane against
    /// the block read-out, correlation of the block belief with that before.
    line: [f64; 3],
    /// Degrees between the read-outs in the plane.
    apart: f64,
    /// Mean displacement in the plane per unit of feedback over that per unit of evidence.
    feedback: f64,
}

/// `v` turned so that it points to the right block.
fn to_the_right(g: &Geometry, v: Vec<f64>) -> Vec<f64> {
    let along: f64 = v.iter().zip(&g.block).map(|(a, b)| a * b).sum();
    v.into_iter().map(|x| if along < 0.0 { -x } else { x }).collect()
}

fn one(net: &Elman, r: &Recorded, g: &Geometry, found: &[Vec<FixedPoint>]) -> Result<One, Error> {
    let attracts = [(LEFT, -1.0), (RIGHT, 1.0)].map(|(k, sign)| {
        let fixed = |p: &&FixedPoint| p.label == Label::Fixed && p.unstable == 0;
        let stable: Vec<&FixedPoint> = found[k].iter().filter(fixed).collect();
        stable.len() == 1 && aligned(g, &stable[0].state).iter().all(|v| v * sign > 0.0)
    });
    let failed =
        |what: &str| Error::Numbers(format!("no {what} of a network of {} units without input", r.n));
    let modulus = |p: &FixedPoint, k: usize| p.eigenvalues.get(k).map_or(0.0, |z| z.re.hypot(z.im));
    let slow = found[SILENT].iter().max_by(|a, b| modulus(a, 0).total_cmp(&modulus(b, 0)));
    let slow = slow.ok_or_else(|| failed("fixed or slow point"))?;
    let mode = slow.modes.first().ok_or_else(|| failed("mode"))?;
    let mode = to_the_right(g, mode.right.iter().map(|z| z.re).collect());
    let starts = thinned(r.states.as_ref(), FOLLOWED);
    let ends = advance(net, starts.as_ref(), &CONDITIONS[SILENT].1, STEPS);
    let line = pca(ends.as_ref()).filter(|p| p.components.ncols() > 0).ok_or_else(|| failed("line"))?;
    let direction = to_the_right(g, col(line.components.as_ref(), 0).to_vec());
    let block = |x: &faer::Mat<f64>| -> Vec<f64> {
        (0..x.ncols()).map(|j| aligned(g, col(x.as_ref(), j))[1]).collect()
    };
    let after = |input: [f64; 3]| advance(net, starts.as_ref(), &input, 1);
    let without = after([0.0; 3]);
    let moved = |input: [f64; 3]| {
        let moved = after(input) - &without;
        (0..moved.ncols()).map(|j| norm(&coordinates(g.basis(), col(moved.as_ref(), j)))).sum::<f64>()
    };
    let sides = 0.5 * (moved([1.0, 0.0, 0.0]) + moved([0.0, 1.0, 0.0]));
    let fed = 0.5 * (moved([0.0, 0.0, 1.0]) + moved([0.0, 0.0, -1.0]));
    Ok(One {
        counts: std::array::from_fn(|k| counts(&found[k])),
        attracts,
        moduli: [modulus(slow, 0), modulus(slow, 1)],
        mode: [&g.block, &g.stimulus].map(|v| angle_within(g.basis(), &mode, v)),
        projection: angle(&mode, &g.stimulus).to_radians().cos(),
        line: [
            line.explained_variance_ratio[0],
            angle_within(g.basis(), &direction, &g.block),
            correlation(&block(&starts), &block(&ends)),
        ],
        apart: g.angles()[1],
        feedback: fed / sides,
    })
}

/// Fixed and slow points under each input.
fn searched(net: &Elman, r: &Recorded, seed: u64) -> Vec<Vec<FixedPoint>> {
    CONDITIONS.par_iter().map(|(_, input)| points(net, r.states.as_ref(), input, seed)).collect()
}

/// Every network: points under each of six inputs, and what its line does.
#[derive(Serialize)]
struct Flow {
    stable_fixed_points: Vec<[usize; 6]>,
    unstable_fixed_points: Vec<[usize; 6]>,
    slow_points: Vec<[usize; 6]>,
    slowest_modulus: Vec<f64>,
    second_modulus: Vec<f64>,
    mode_to_block_degrees: Vec<f64>,
    line_to_block_degrees: Vec<f64>,
    feedback_over_evidence: Vec<f64>,
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let trained = networks(settings, sizes, UNITS, progress)?;
    progress.start("fixed points", trained.len() as u64);
    let mut first = None;
    let (all, shown) = each(&trained, settings, sizes, |k, net, recorded, geometry| {
        let found = searched(net, recorded, settings.seed + k as u64);
        progress.at(k as u64 + 1);
        let one = one(net, recorded, geometry, &found);
        first.get_or_insert(found);
        one
    })?;
    progress.finish();
    let young = networks(settings, Sizes { steps: NAMED, ..sizes }, UNITS, progress)?;
    let early = |k: usize| {
        let seed = settings.seed + k as u64;
        let states = Recorded::new(&young[k], seed, sizes.blocks, Formulas::Printed).states;
        slowest(&points(&young[k], states.as_ref(), &CONDITIONS[SILENT].1, seed))
    };
    let passed: Vec<[f64; 2]> = (0..all.len()).map(|k| [early(k), all[k].moduli[0]]).collect();
    let claims = sizes.asked(settings, claims(&all, &passed, sizes.steps));
    let answer = format!(
        "Without input the slowest mode has modulus {} and lies {} degrees from the block read-out. {}",
        words(mean(&all, |o| o.moduli[0])),
        words(mean(&all, |o| o.mode[0])),
        answer(&claims)
    );
    let counts = |j: usize| all.iter().map(|o| o.counts.map(|c| c[j])).collect::<Vec<_>>();
    let found = Flow {
        stable_fixed_points: counts(0),
        unstable_fixed_points: counts(1),
        slow_points: counts(2),
        slowest_modulus: list(&all, |o| o.moduli[0]),
        second_modulus: list(&all, |o| o.moduli[1]),
        mode_to_block_degrees: list(&all, |o| o.mode[0]),
        line_to_block_degrees: list(&all, |o| o.line[1]),
        feedback_over_evidence: list(&all, |o| o.feedback),
    };
    let plane = Plane::of(&shown.recorded, &shown.geometry);
    let figure = first.map(|found| draw(&trained[0], &plane, &found)).transpose()?;
    let section =
        Section::new("flow", "Flows in the plane of two components").figures(figure).tables([table(&all)]);
    Ok(Findings {
        claims,
        answer,
        sections: vec![section],
        json: entries([("flow", written(found))]),
        warnings: vec![],
    })
}

/// The claims; `moduli` are the largest of every network without input, early and at last.
fn claims(all: &[One], moduli: &[[f64; 2]], steps: u64) -> Vec<Claim> {
    at(SOURCE, line(all, moduli, steps).into_iter().chain(directions(all)))
}

/// Where stimuli lead, and what is left without.
fn line(all: &[One], moduli: &[[f64; 2]], steps: u64) -> [Claim; 5] {
    let side = |text: &str, k: usize| everywhere(all, text, |o| o.attracts[k]).headline();
    let points = |o: &One| [o.counts[SILENT][0], o.counts[SILENT][1]];
    let of = |wanted: [usize; 2]| count(all, |o| points(o) == wanted);
    let (isolated, single, bistable) = (all.len() - of([0, 0]), of([1, 0]), of([2, 1]));
    let n = moduli.len();
    // The first network made the hypothesis; only others can test it.
    let others = moduli.get(1..).unwrap_or_default();
    let passed = count(others, |[early, last]| *early < 1.0 && *last > 1.0);
    let passes = if others.is_empty() { Estimate::NONE } else { Estimate::count(passed, others.len()) };
    let [early, last] = moduli[0];
    [
        side("A stimulus on the left leads to one attractor, in the left-block left-stimulus quadrant", 0),
        side("One on the right to one in the right-block right-stimulus quadrant", 1),
        claim("Without input the slowest mode neither grows nor shrinks")
            .is("largest modulus", mean(all, |o| o.moduli[0]))
            .predicted(1.0, 0.02)
            .headline()
            .if_differs(format!(
                "the largest modulus passes 1 in training: it is {early:.3} in the first network after \
                 {NAMED} gradient steps and {last:.3} after {steps}; where it is 1 the line is neutral, \
                 beyond it the middle repels and two points attract"
            )),
        theory(
            "The line without input is that of a network near a bifurcation: its largest modulus passes 1 \
             in training",
        )
        .is("networks beside the first with a modulus below 1 after 5000 steps and above it at last", passes)
        .at_least(others.len() as f64)
        .because("no statement of the paper's; the first network suggested it, and is not counted"),
        claim("A line of fixed points: no isolated one in any network")
            .is("networks with isolated fixed points", Estimate::count(isolated, n))
            .at_most(0.0)
            .headline()
            .if_differs(format!(
                "fixed points of a trained map are isolated: {single} of {n} networks have a single stable \
                 one, {bistable} two and a saddle between them; the line is the slow flow that joins states \
                 to them"
            )),
    ]
}

/// Where the slow mode points, and what it keeps.
fn directions(all: &[One]) -> [Claim; 8] {
    let apart = mean(all, |o| o.apart).value;
    [
        claim("Across the slow mode states settle within a trial")
            .is("second modulus at that point", mean(all, |o| o.moduli[1]))
            .below(WITHIN_A_TRIAL),
        claim("After 20 steps without input states lie on a line")
            .is("variance in one component", mean(all, |o| o.line[0]))
            .above(0.9),
        claim("The slow mode is aligned with the block read-out")
            .is("degrees in the plane", mean(all, |o| o.mode[0]))
            .below(45.0)
            .headline(),
        claim("more than with the stimulus read-out")
            .is(
                "degrees to the stimulus read-out less those to the block's",
                mean(all, |o| o.mode[1] - o.mode[0]),
            )
            .above(0.0),
        claim("The line of states is aligned with the block read-out")
            .is("degrees in the plane", mean(all, |o| o.line[1]))
            .below(45.0),
        claim("The slow mode has a small projection on the stimulus read-out, of the block's sign")
            .is("cosine in the full space", mean(all, |o| o.projection))
            .between(0.02, 0.5)
            .if_differs(format!(
                "the read-outs are {apart:.0} degrees apart in the plane of these networks, 68 in the \
                 paper's, so that a mode along the one lies along the other too"
            )),
        claim("The block belief is preserved over 20 steps without input")
            .is("correlation of the block coordinate", mean(all, |o| o.line[2]))
            .above(0.9),
        claim("Feedback has little effect on the state")
            .is("displacement per unit of feedback over that per unit of evidence", mean(all, |o| o.feedback))
            .below(0.25),
    ]
}

fn table(all: &[One]) -> TableOut {
    let mut table = Table::of(all);
    for (k, name) in
        ["left", "weak", "right", "feedback_minus", "silent", "feedback_plus"].into_iter().enumerate()
    {
        for (j, what) in ["stable", "unstable", "slow"].into_iter().enumerate() {
            table = table.column(&format!("{name}_{what}"), "", |o| o.counts[k][j]);
        }
    }
    table
        .columns(["slowest_modulus", "second_modulus"], |o| o.moduli)
        .columns(["mode_to_block_degrees", "mode_to_stimulus_degrees"], |o| o.mode)
        .column("mode_on_stimulus_cosine", "", |o| o.projection)
        .columns(["line_variance_share", "line_to_block_degrees", "belief_kept_correlation"], |o| o.line)
        .column("readouts_apart", "degrees", |o| o.apart)
        .column("feedback_over_evidence", "", |o| o.feedback)
        .named(
            "networks",
            "Fixed and slow points under each input, and the slowest mode without input, one row a \
             network.",
        )
}

fn draw(net: &Elman, plane: &Plane, found: &[Vec<FixedPoint>]) -> Drawn {
    let mut figures = vec![];
    for (k, ((name, input), points)) in CONDITIONS.iter().zip(found).enumerate() {
        let figure = plane.draw(net, input, points, THIRD)?;
        figures.push(figure.named(&format!("flow{k}"), name, "")?);
    }
    let caption = "One network, one step from each point of the plane of two components under a constant \
                   input; A to C with the waiting feedback of −0.05. Arrows show direction, shade shows \
                   speed, red lines 40 steps from visited states; dashed are the boundaries of both \
                   read-outs. Fixed points are projected into the plane.";
    panels("fig7", "Flows under six inputs", caption, &figures, 3)
}
