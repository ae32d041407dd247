//! A network as a system under constant input: its points, its steps, its flow.

use super::elman::Elman;
use super::geometry::Geometry;
use super::networks::{Recorded, task};
use crate::common::*;
use faer::{Mat, MatRef};
use nullcline_core::diagnostics::dynamics::fixed_points::{FixedPoint, Label, Options, fixed_points};
use nullcline_core::diagnostics::dynamics::flow_field::{FlowField, flow_field};
use nullcline_core::diagnostics::geometry::subspace::coordinates;
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::{col, col_mut};
use nullcline_core::systems::cells::Vanilla;
use nullcline_core::systems::rule::Rule;
use nullcline_core::systems::time::{Drive, Map, Stepper, System};
use nullcline_core::tasks::ibl::{Played, Session, play};
use nullcline_core::training::Player;
use nullcline_report::figures::{FlowGrid, PlanePoint, PointKind, flow_panel};

/// The inputs [o^L, o^R, feedback] of the paper's six flow fields, with their names.
pub const CONDITIONS: [(&str, [f64; 3]); 6] = [
    ("stimulus left", [1.2, 0.2, -0.05]),
    ("weak stimulus", [0.2, 0.2, -0.05]),
    ("stimulus right", [0.2, 1.2, -0.05]),
    ("feedback −1", [0.0, 0.0, -1.0]),
    ("no input", [0.0, 0.0, 0.0]),
    ("feedback +1", [0.0, 0.0, 1.0]),
];
/// Place of the stimulus on the left among them.
pub const LEFT: usize = 0;
/// Place of the stimulus on the right.
pub const RIGHT: usize = 2;
/// Place of no input.
pub const SILENT: usize = 4;

/// Starts of a search for fixed points.
const STARTS: usize = 128;
/// States that starts are drawn from at most.
const DRAWN: usize = 1000;
/// Points of a flow field along each side.
const GRID: usize = 17;
/// Trajectories drawn in a flow field, and their steps.
const DRAWN_TRAJECTORIES: [usize; 2] = [6, 40];

/// The map h' = tanh(W h + U u + b).
pub fn map(net: &Elman) -> Map<Vanilla> {
    let n = net.units();
    let mut rule = Vanilla::new(n, 3, Activation::Tanh);
    rule.write_params(&net.theta()[..n * (n + 5)]);
    Map::new(rule)
}

/// Every `columns / most`-th column.
pub fn thinned(x: MatRef<f64>, most: usize) -> Mat<f64> {
    let every = x.ncols().div_ceil(most).max(1);
    Mat::from_fn(x.nrows(), x.ncols().div_ceil(every), |i, j| x[(i, j * every)])
}

/// Fixed and slow points under a constant input, searched from visited `states` (n x T).
pub fn points(net: &Elman, states: MatRef<f64>, input: &[f64; 3], seed: u64) -> Vec<FixedPoint> {
    let options = Options {
        starts: STARTS,
        second_starts: STARTS / 2,
        seed,
        modes: 2,
        ..Options::for_dimension(net.units())
    };
    fixed_points(&map(net), thinned(states, DRAWN).as_ref(), input, &options, &|| {}).points
}

/// Stable fixed points, unstable ones, slow points.
pub fn counts(points: &[FixedPoint]) -> [usize; 3] {
    let of = |f: &dyn Fn(&FixedPoint) -> bool| points.iter().filter(|p| f(p)).count();
    let fixed = |p: &FixedPoint| p.label == Label::Fixed;
    [
        of(&|p| fixed(p) && p.unstable == 0),
        of(&|p| fixed(p) && p.unstable > 0),
        of(&|p| p.label == Label::Slow),
    ]
}

/// States after `steps` steps under a constant input, of each column of `x`.
pub fn advance(net: &Elman, x: MatRef<f64>, input: &[f64; 3], steps: usize) -> Mat<f64> {
    let system = map(net);
    let mut out = x.to_owned();
    for j in 0..x.ncols() {
        let mut state = Stepper::new(system.step(), Drive::Constant(input), col(x, j), 1);
        state.run(steps);
        col_mut(out.as_mut(), j).copy_from_slice(state.x());
    }
    out
}

/// Coordinates of any state along the read-outs in the plane: stimulus, block.
pub fn aligned(g: &Geometry, x: &[f64]) -> [f64; 2] {
    let from: Vec<f64> = x.iter().zip(&g.pca.mean).map(|(x, m)| x - m).collect();
    let c = coordinates(g.basis(), &from);
    g.inside.map(|v| v[0] * c[0] + v[1] * c[1])
}

/// Session `index` of the seed as a network plays it.
pub fn plays(net: &Elman, seed: u64, index: u64, blocks: usize) -> Played {
    let task = task(blocks);
    let session = Session::new(&task, seed, index);
    play(&task, &session, &mut Player::new(net.model()), &mut |_, _, _| {})
}

/// A plane of states in which flows are drawn.
pub struct Plane {
    /// A point in it, n.
    pub origin: Vec<f64>,
    /// Its orthonormal basis, n x 2.
    pub basis: Mat<f64>,
    /// Ranges of both coordinates.
    pub ranges: [[f64; 2]; 2],
    /// Names of both.
    pub labels: [String; 2],
    /// Boundaries of the read-outs.
    pub boundaries: Vec<Vec<[f64; 2]>>,
    /// Visited states, n x T.
    pub states: Mat<f64>,
}

impl Plane {
    /// The plane of two principal components.
    pub fn of(r: &Recorded, g: &Geometry) -> Self {
        let reach = |k: usize| (0..r.steps()).map(|t| g.plane[(k, t)].abs()).fold(0.0, f64::max);
        let (a, b) = (reach(0), reach(1));
        let far = a.max(b);
        let boundary = |v: [f64; 2]| vec![[-v[1] * far, v[0] * far], [v[1] * far, -v[0] * far]];
        Self {
            origin: g.pca.mean.clone(),
            basis: g.basis().to_owned(),
            ranges: [[-a, a], [-b, b]],
            labels: ["PC 1".into(), "PC 2".into()],
            boundaries: g.inside.map(boundary).to_vec(),
            states: thinned(r.states.as_ref(), DRAWN),
        }
    }

    /// The plane of both units of a network that visited `states` (2 x T).
    pub fn units(states: MatRef<f64>, labels: [&str; 2]) -> Self {
        let reach = |k: usize| states.row(k).iter().fold(0.05f64, |a, v| a.max(v.abs())).min(1.0);
        let (a, b) = (reach(0), reach(1));
        Self {
            origin: vec![0.0; 2],
            basis: Mat::identity(2, 2),
            ranges: [[-a, a], [-b, b]],
            labels: labels.map(str::to_owned),
            boundaries: vec![],
            states: thinned(states, DRAWN),
        }
    }

    /// A state's coordinates.
    pub fn place(&self, x: &[f64]) -> [f64; 2] {
        let from: Vec<f64> = x.iter().zip(&self.origin).map(|(x, o)| x - o).collect();
        let c = coordinates(self.basis.as_ref(), &from);
        [c[0], c[1]]
    }

    /// The flow of `net` under `input` with its `points` and some trajectories, of this width.
    ///
    /// # Errors
    /// [`Error::Font`] if the embedded font cannot be read.
    pub fn draw(&self, net: &Elman, input: &[f64; 3], points: &[FixedPoint], width: f64) -> Drawn {
        let [x, y] = self.ranges;
        let f: FlowField = flow_field(&map(net), &self.origin, self.basis.as_ref(), input, x, y, GRID);
        let total = |k: usize| (f.along_a[k].powi(2) + f.along_b[k].powi(2) + f.off_plane[k].powi(2)).sqrt();
        let share = |k: usize| if total(k) > 0.0 { f.off_plane[k] / total(k) } else { 0.0 };
        // A plane of two states is the whole space.
        let off = if self.basis.nrows() > 2 { (0..f.along_a.len()).map(share).collect() } else { vec![] };
        let inside = |p: [f64; 2]| (0..2).all(|k| (self.ranges[k][0]..=self.ranges[k][1]).contains(&p[k]));
        let places: Vec<PlanePoint> = points
            .iter()
            .map(|p| PlanePoint { at: self.place(&p.state), kind: kind(p) })
            .filter(|p| inside(p.at))
            .collect();
        let [count, steps] = DRAWN_TRAJECTORIES;
        let starts = thinned(self.states.as_ref(), count);
        let one = |j: usize| {
            let mut at = starts.as_ref().subcols(j, 1).to_owned();
            let mut line = vec![self.place(col(at.as_ref(), 0))];
            for _ in 0..steps {
                at = advance(net, at.as_ref(), input, 1);
                line.push(self.place(col(at.as_ref(), 0)));
            }
            line
        };
        let lines: Vec<Vec<[f64; 2]>> = (0..starts.ncols()).map(one).collect();
        let grid = FlowGrid { x: f.a, y: f.b, u: f.along_a, v: f.along_b, off_plane: off };
        let labels = [self.labels[0].as_str(), self.labels[1].as_str()];
        flow_panel(&grid, &places, &lines, &self.boundaries, labels, width)
    }
}

fn kind(p: &FixedPoint) -> PointKind {
    match (p.label, p.unstable) {
        (Label::Slow, _) => PointKind::Slow,
        (Label::Fixed, 0) => PointKind::Stable,
        (Label::Fixed, k) => PointKind::Unstable(k),
    }
}

/// Largest modulus of a mode of any of the points; NaN without one.
pub fn slowest(points: &[FixedPoint]) -> f64 {
    let all = points.iter().filter_map(|p| p.eigenvalues.first());
    all.map(|z| z.re.hypot(z.im)).fold(f64::NAN, f64::max)
}
