//! Fixed points followed in an input or a parameter.

mod curves;
mod entry;
mod lines;

pub use curves::{Curve, Curves, curves};
pub use entry::{
    BifurcationEntry, BranchEntry, CoefficientEntry, CurveEntry, CycleBifurcationEntry, CyclesEntry, Entry,
    StartEntry,
};
pub(in crate::analyses) use lines::usable;

use super::{Outputs, Run, on_plane, read_out};
use crate::analyses::Error;
use crate::analyses::continued::{Asked, ContinuationSettings, What};
use crate::diagnostics::dynamics::continuation::periodic::{CycleBranch, CycleOptions, cycles_from};
use crate::diagnostics::dynamics::continuation::{
    self, Bifurcation, BifurcationKind, Diagram, Family, Iterate, Options, diagram,
};
use crate::diagnostics::dynamics::fixed_points::{FixedPoint, Label};
use crate::linalg::{col, norm};
use lines::{Begin, Line};

/// Of so many starts of a search for fixed points one is made at each end of a range.
const ENDS_PART: usize = 2;

/// Fixed points, and cycles, as one parameter changes.
pub struct Continuation {
    /// What was asked.
    pub asked: Asked,
    /// Whether it is the line between two inputs.
    pub path: bool,
    /// Where it began.
    pub starts: Vec<Start>,
    /// Branches that hang together with the starts; none where there are none.
    pub diagram: Diagram,
    /// Why there is none, where there is none.
    pub nothing: Option<continuation::Error>,
    /// Cycles born at Hopf points.
    pub cycles: Vec<Born>,
    /// What is drawn against the parameter.
    pub axis: Axis,
    /// Where every branch lies along the axis: a list for each step of its period, a number a point.
    pub along: Vec<Vec<Vec<f64>>>,
    /// Where every bifurcation of every branch lies along it.
    pub at: Vec<Vec<f64>>,
    /// The read-out's values at the points of all branches, one after the other.
    pub outputs: Outputs,
}

/// Points from which a continuation began.
#[derive(Clone, Debug)]
pub struct Start {
    /// The parameter.
    pub p: f64,
    /// Fixed points there.
    pub points: usize,
    /// How many of them could not be followed.
    pub left_out: usize,
}

/// Cycles that are born at a Hopf point.
pub struct Born {
    /// The branch and the place of the Hopf point in its list.
    pub from: [usize; 2],
    /// Those of the Hopf point in which they end, where they do: from there they are not followed a second time.
    pub to: Option<[usize; 2]>,
    /// The cycles, or why there are none.
    pub branch: Result<CycleBranch, continuation::Error>,
}

/// A number of a state that is drawn against the parameter.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The share of the variance along it, of the first component of trajectories; none where it is a unit.
    pub component: Option<f64>,
    /// The name of the unit, where it is one.
    pub unit: String,
    direction: Vec<f64>,
    origin: f64,
}

impl Axis {
    /// Where a state lies along it.
    pub fn of(&self, x: &[f64]) -> f64 {
        self.direction.iter().zip(x).map(|(a, x)| a * x).sum::<f64>() - self.origin
    }
}

impl Run<'_> {
    /// Every continuation asked for.
    pub(super) fn continuations(&self) -> Result<Vec<Continuation>, Error> {
        self.settings.continuation.asked.iter().map(|asked| self.continued(asked)).collect()
    }

    fn axis(&self) -> Axis {
        let n = self.network.system.field().dim();
        match self.pca.as_ref().filter(|p| p.components.ncols() > 0) {
            Some(pca) => {
                let direction = col(pca.components.as_ref(), 0).to_vec();
                let origin = direction.iter().zip(&pca.mean).map(|(a, m)| a * m).sum();
                Axis {
                    component: Some(pca.explained_variance_ratio[0]),
                    unit: String::new(),
                    direction,
                    origin,
                }
            }
            None => {
                let unit = self.context.names.first().cloned().unwrap_or_default();
                let direction = (0..n).map(|i| f64::from(u8::from(i == 0))).collect();
                Axis { component: None, unit, direction, origin: 0.0 }
            }
        }
    }

    fn continued(&self, asked: &Asked) -> Result<Continuation, Error> {
        let line = Line::of(asked, self.network, &self.input)?;
        let mut starts: Vec<(Vec<f64>, f64)> = vec![];
        let (mut begun, mut continuum) = (vec![], 0);
        for begin in line.begins(self.network, &self.input) {
            let (states, others) = self.starts_at(&begin);
            continuum += others;
            begun.push(Start { p: begin.p, points: states.len(), left_out: 0 });
            starts.extend(states.into_iter().map(|x| (x, begin.p)));
        }
        let family = line.family(self.network, &self.input);
        let s = &self.settings.continuation;
        let options = options(s, asked.range, &starts);
        self.observer.start(&format!("continuation in {}", asked.what), 0);
        let followed = match (starts.is_empty(), continuum) {
            (true, 0) => Err(continuation::Error::NoPoints),
            (true, found) => Err(continuation::Error::Continuum { found }),
            _ => diagram(family.as_ref(), &starts, &options),
        };
        let (diagram, nothing) = match followed {
            Ok(diagram) => (diagram, None),
            Err(why) => {
                (Diagram { branches: vec![], complete: true, more: false, left_out: vec![] }, Some(why))
            }
        };
        let axis = self.axis();
        let cycles = if s.cycles { born(family.as_ref(), &diagram, &options, &axis) } else { vec![] };
        self.observer.finish();
        for (k, _) in &diagram.left_out {
            begun
                .iter_mut()
                .filter(|b| b.p.to_bits() == starts[*k].1.to_bits())
                .for_each(|b| b.left_out += 1);
        }
        let along = diagram.branches.iter().map(|b| along(family.as_ref(), b, &axis)).collect();
        let at = |b: &continuation::Branch| b.bifurcations.iter().map(|b| axis.of(&b.state)).collect();
        let at = diagram.branches.iter().map(at).collect();
        let outputs = self.outputs_along(&diagram);
        let path = matches!(asked.what, What::Path(_));
        let asked = asked.clone();
        Ok(Continuation { asked, path, starts: begun, diagram, nothing, cycles, axis, along, at, outputs })
    }

    /// Fixed points of a network under a constant input that are none of a continuum, and how many are.
    fn starts_at(&self, begin: &Begin) -> (Vec<Vec<f64>>, usize) {
        let fixed = |points: &[FixedPoint]| {
            let all = || points.iter().filter(|p| p.label == Label::Fixed);
            let alone: Vec<Vec<f64>> = all().filter(|p| p.isolated).map(|p| p.state.clone()).collect();
            let others = all().count() - alone.len();
            (alone, others)
        };
        let pool = self.orbits.pooled();
        match &begin.theta {
            Some(theta) => {
                let other = self.network.architecture.system(theta);
                fixed(&self.search(other.as_ref(), &begin.input, pool.as_ref(), ENDS_PART).points)
            }
            None if begin.input == self.input => fixed(&self.points().points),
            None => {
                let own = self.network.system.as_ref();
                fixed(&self.search(own, &begin.input, pool.as_ref(), ENDS_PART).points)
            }
        }
    }

    /// The read-out's values at all points.
    fn outputs_along(&self, diagram: &Diagram) -> Outputs {
        let all = diagram.branches.iter().flat_map(|b| &b.points);
        let states: Vec<&[f64]> = all.map(|p| self.output_of(&p.state)).collect();
        self.network.readout.as_ref().map_or_else(Vec::new, |r| read_out(r, &states))
    }

    /// Curves of the saddles in the plane of the first two components, if they are asked for.
    pub(super) fn curves(&self, input: &[f64], points: &[FixedPoint]) -> Curves {
        let (Some(length), Some(pca)) = (self.settings.continuation.manifolds, &self.pca) else {
            return Curves::default();
        };
        if pca.components.ncols() < 2 {
            return Curves::default();
        }
        curves(self.network.system.as_ref(), input, points, length, &|x| on_plane(pca, x))
    }
}

fn options(s: &ContinuationSettings, [low, high]: [f64; 2], starts: &[(Vec<f64>, f64)]) -> Options {
    let usual = Options::between(low, high);
    // One unit of length for all branches, whichever is found first.
    let size = starts.iter().map(|(x, _)| norm(x)).fold(1.0, f64::max);
    let max_step = s.step.unwrap_or(usual.max_step);
    Options {
        state_scale: Some(size),
        branches: s.branches.unwrap_or(usual.branches),
        points: s.points.unwrap_or(usual.points),
        max_step,
        first_step: usual.first_step.min(max_step),
        min_step: usual.min_step.min(max_step),
        doublings: s.doublings.unwrap_or(usual.doublings),
        ..usual
    }
}

/// The cycles that are born at the Hopf points of all branches, those between two of them once.
fn born(family: &dyn Family, all: &Diagram, options: &Options, axis: &Axis) -> Vec<Born> {
    let settings = CycleOptions { axis: Some(axis.direction.clone()), ..CycleOptions::default() };
    let hopf: Vec<([usize; 2], &Bifurcation)> = all
        .branches
        .iter()
        .enumerate()
        .flat_map(|(b, branch)| branch.bifurcations.iter().enumerate().map(move |(k, e)| ([b, k], e)))
        .filter(|(_, e)| e.kind == BifurcationKind::Hopf && e.multiplicity == 1)
        .collect();
    let mut found: Vec<Born> = vec![];
    for (from, start) in &hopf {
        if found.iter().any(|born| born.to.as_ref() == Some(from)) {
            continue;
        }
        let mut branch = cycles_from(family, start, options, &settings);
        let mut to = None;
        if let Ok(branch) = &mut branch {
            let centred = |r: [f64; 2]| r.map(|v| v - axis.origin);
            branch.points.iter_mut().for_each(|p| p.along = p.along.map(centred));
            branch.bifurcations.iter_mut().for_each(|b| b.cycle.along = b.cycle.along.map(centred));
            let near = |e: &Bifurcation| branch.shrinks_to(&e.state);
            to = hopf.iter().filter(|(at, e)| at != from && near(e)).map(|(at, _)| *at).next();
        }
        found.push(Born { from: *from, to, branch });
    }
    found
}

/// A branch along the axis, each step of its period by itself.
fn along(family: &dyn Family, branch: &continuation::Branch, axis: &Axis) -> Vec<Vec<f64>> {
    let iterate = Iterate::new(family, branch.period);
    let mut all = vec![vec![]; branch.period];
    for point in &branch.points {
        let orbit = iterate.orbit(&point.state, point.p);
        all.iter_mut().zip(&orbit).for_each(|(line, x)| line.push(axis.of(x)));
    }
    all
}
