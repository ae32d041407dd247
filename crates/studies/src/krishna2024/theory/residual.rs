//! The flow of trained networks without input, beside sigma^2 times the score of their states' density.

use super::super::measure::{Running, record};
use super::super::networks::{Net, Sizes, networks};
use super::super::{head_direction::NOISY, measure::Recorded};
use crate::common::*;
use faer::Mat;
use nullcline_core::diagnostics::dynamics::langevin::Mixture;
use nullcline_core::diagnostics::geometry::pca::pca;
use nullcline_core::linalg::random::{Use, normal, stream};
use nullcline_core::systems::rule::Workspace;

/// Principal components in which the density is estimated.
const PLANE: usize = 2;
/// States that make the density, and at which the flow is looked at.
const KERNELS: usize = 2000;
const LOOKED: usize = 300;
/// Those at which it is looked at are off the states by this many widths of the kernels: on them the flow is small.
const OFF: f64 = 1.0;

/// The flow of one network.
pub struct Flow {
    pub seed: u64,
    /// Cosine of flow and score over all places, in the plane.
    pub cosine: f64,
    /// The same with the scores of other places.
    pub shuffled: f64,
    /// Least-squares factor on sigma^2 times the score that gives the flow; 1 of the greedy-optimal dynamics.
    pub slope: f64,
    /// Some places with flow and score, for the figure.
    shown: Vec<([f64; 2], [f64; 2], [f64; 2])>,
}

pub fn flows(settings: &Settings, sizes: Sizes, observer: &dyn Observer) -> Result<Vec<Flow>, Error> {
    let nets = networks(settings, sizes, &[NOISY], observer)?;
    let none = || Error::Numbers("the states of a network do not vary".into());
    nets[0].iter().map(|net| flow(net, sizes).ok_or_else(none)).collect()
}

fn flow(net: &Net, sizes: Sizes) -> Option<Flow> {
    let active: Recorded = record(net, sizes.trials, Running::active(net));
    let (states, _) = active.states.thinned(KERNELS);
    let parts = pca(states.x.as_ref())?;
    let plane = Mat::from_fn(PLANE, states.x.ncols(), |i, t| {
        let x: Vec<f64> = states.x.col(t).iter().copied().collect();
        parts.project(&x, PLANE)[i]
    });
    // Scott's width.
    let n = plane.ncols() as f64;
    let shrunk = n.powf(-2.0 / (PLANE as f64 + 4.0));
    let mean: Vec<f64> = (0..PLANE).map(|i| plane.row(i).iter().sum::<f64>() / n).collect();
    let covariance = Mat::from_fn(PLANE, PLANE, |i, j| {
        let product = (0..plane.ncols()).map(|t| (plane[(i, t)] - mean[i]) * (plane[(j, t)] - mean[j]));
        shrunk * product.sum::<f64>() / (n - 1.0)
    });
    let density = Mixture::of_points(plane.as_ref(), &covariance)?;
    let mut rng = stream(net.seed, Use::Samples, 7);
    let every = (states.x.ncols() / LOOKED).max(1);
    let places: Vec<usize> = (0..states.x.ncols()).step_by(every).collect();
    let dim = net.model.rule.dim();
    // Moved within the plane alone: the rest of the state stays what a state has.
    let moves: Vec<[f64; PLANE]> = places
        .iter()
        .map(|_| std::array::from_fn(|i| OFF * covariance[(i, i)].sqrt() * normal(&mut rng)))
        .collect();
    let start = Mat::from_fn(dim, places.len(), |i, c| {
        let along: f64 = (0..PLANE).map(|k| parts.components[(i, k)] * moves[c][k]).sum();
        (states.x[(i, places[c])] + along) as f32
    });
    let mut next = Mat::zeros(dim, places.len());
    let silent = Mat::zeros(net.model.rule.inputs(), places.len());
    let mut room = Workspace::new(net.model.rule.as_ref(), places.len(), places.len());
    room.eval(net.model.rule.as_ref(), start.as_ref(), silent.as_ref(), next.as_mut());
    let variance = net.kind.noise().scale.powi(2);
    let mut shown = vec![];
    for (c, place) in places.iter().enumerate() {
        let at = [0, 1].map(|i| plane[(i, *place)] + moves[c][i]);
        let mut score = [0.0; PLANE];
        density.score(&at, &mut score);
        let moved = |k: usize| -> f64 {
            (0..dim).map(|i| parts.components[(i, k)] * f64::from(next[(i, c)] - start[(i, c)])).sum()
        };
        shown.push((at, [moved(0), moved(1)], score.map(|s| variance * s)));
    }
    let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
    let cosine = |shift: usize| {
        let pairs = || (0..shown.len()).map(|c| (shown[c].1, shown[(c + shift) % shown.len()].2));
        let (ab, aa, bb) = pairs()
            .fold((0.0, 0.0, 0.0), |(ab, aa, bb), (a, b)| (ab + dot(a, b), aa + dot(a, a), bb + dot(b, b)));
        (ab / (aa * bb).sqrt(), ab / bb)
    };
    let (own, other) = (cosine(0), cosine(shown.len() / 2));
    Some(Flow { seed: net.seed, cosine: own.0, shuffled: other.0, slope: own.1, shown })
}

pub fn claims(flows: &[Flow]) -> Vec<Claim> {
    at(
        "krishna2024 Greedily optimal dynamics",
        [
            claim("Without input trained networks move along the score of their states' density")
                .is("cosine of flow and score in the plane of two components, less that with scores of other places", mean(flows, |f| f.cosine - f.shuffled))
                .above(0.0)
                .headline(),
            claim("by σ² Δt times the score")
                .is("flow over σ² Δt times the score, least squares", mean(flows, |f| f.slope))
                .between(0.5, 2.0)
                .if_differs(
                    "the loss asks for no particular speed of return, only that noise be removed before it is read, and the score is that \
                     of a kernel estimate, which is wider than the density",
                ),
        ],
    )
}

pub fn section(flows: &[Flow]) -> Result<Section, Error> {
    let first = &flows[0];
    let along = |k: usize| points("", first.shown.iter().map(|s| [s.2[k], s.1[k]])).ink(Ink::Series(k));
    let axes = Axes::new("σ² Δt times the score", "flow without input").wide(THIRD);
    let figure = scatter(
        &[
            Series { label: "first component".into(), ..along(0) },
            Series { label: "second component".into(), ..along(1) },
        ],
        &axes,
    )?
    .named("flow", "Flow and score", "One network of head directions: change of its state in a step without input or noise, near states that it had awake, against σ² Δt times the score of a kernel density of these states, in the plane of their first two principal components.")?;
    let table = Table::of(flows)
        .column("seed", "", |f| f.seed)
        .columns(["cosine", "cosine_shuffled", "slope"], |f| [f.cosine, f.shuffled, f.slope])
        .named("flows", "Each network: cosine of flow and score over places, with the scores of other places, and the factor of least squares.");
    Ok(Section::new("flow", "Trained networks beside").figures([figure]).tables([table]))
}
