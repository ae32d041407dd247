//! Trajectories and fixed points along three components, seen from the side.

use nullcline_core::io::shown::list;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::CoordTranslate;
use plotters::coord::cartesian::Cartesian3d;
use plotters::coord::ranged1d::ValueFormatter;
use plotters::drawing::DrawingArea;
use plotters::style::TRANSPARENT;
use std::cell::RefCell;
use std::rc::Rc;

use super::plane::{StatePoint, class, legend, look};
use super::space_view;
use super::states::{Groups, Layer, States};
use crate::axes::coordinate::Coordinate;
use crate::axes::elements::near;
use crate::axes::legend::{Key, Legend};
use crate::axes::panel::{COLUMN, LABEL_SIZE, TICK_SIZE};
use crate::axes::scale::{Scale, extent};
use crate::axes::ticks::{Ticks, ticks};
use crate::draw::backend::{SceneBackend, at, pt, rgb, stroke, text};
use crate::draw::color::{Color, GREY, INK, PALE, WHITE};
use crate::draw::scene::{Align, Dot, Pen, Point, Scene};
use crate::{Error, Figure};

/// The longest side of the box, in points.
const LONGEST: f64 = 134.0;
/// Room below the box for the names of its axes, in points.
const NAMES: f64 = 34.0;
/// Steps of depth that are told apart.
const LAYERS: usize = 8;
/// Points of all trajectories drawn at most.
const MOST: usize = 24_000;
/// The shortest side of the box as a share of the longest.
const FLAT: f64 = 0.4;

/// Half the length of an unstable direction, as a share of the longest side.
const REACH: f64 = 0.06;

type Space = Cartesian3d<Coordinate, Coordinate, Coordinate>;

/// Draws states along three components with equally long units: the third points upwards.
///
/// # Shapes and units
/// `trajectories` are lines of coordinates; `points` differ in colour and shape by stability. `labels` name the axes.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read, [`Error::Chart`] if plotters refuses the layout.
///
/// # Remarks
/// Depth is told three times: what is farther is paler, thinner and smaller, and lies behind; shadows fall on the floor; a
/// fixed point stands over its shadow. Of long trajectories the first part is drawn, and the caption says so.
pub fn state_space(
    trajectories: &[Vec<[f64; 3]>],
    points: &[StatePoint<3>],
    labels: [&str; 3],
) -> Result<Figure, Error> {
    state_view(&States { lines: trajectories, points, labels, ..States::default() })
}

/// The same with groups, names and unstable directions; a page turns it.
///
/// # Errors
/// Those of [`state_space`].
pub fn state_view(s: &States) -> Result<Figure, Error> {
    let (name, title) = ("state_space", "States in three components");
    let what = if s.points.is_empty() { "Trajectories" } else { "Trajectories and fixed points" };
    let ends = if s.lines.is_empty() { "" } else { ", from their starts (rings) to their ends (dots)," };
    let ways = if s.directions.iter().any(|d| !d.is_empty()) {
        " Bars through points: unstable directions."
    } else {
        ""
    };
    let inputs: Vec<&str> = s.inputs.iter().map(String::as_str).collect();
    let several =
        if inputs.len() > 1 { format!(" Fixed points {}.", list(&inputs, "and")) } else { String::new() };
    let caption = format!(
        "{what}{ends} along three components.{several}{ways} What is farther is paler; shadows lie on the floor."
    );
    let places = || s.lines.iter().flatten().copied().chain(s.points.iter().map(|p| p.at));
    let places = || places().filter(|p| p.iter().all(|v| v.is_finite()));
    let range = |k: usize| Scale::around(places().map(|p| p[k]));
    let (Some(x), Some(y), Some(z)) = (range(0), range(1), range(2)) else {
        return Figure::empty(name, title, &caption);
    };
    let sides = boxed([x, y, z]);
    let backend = Rc::new(RefCell::new(SceneBackend { scene: Scene::new(COLUMN, COLUMN) }));
    let mut view = View::new(&backend, sides)?;
    view.depths = extent(places().map(|p| view.place(p).1)).unwrap_or(view.depths);
    let cut = view.draw(&mut backend.borrow_mut().scene, s);
    let caption =
        if cut { format!("{caption} The first part of long trajectories is drawn.") } else { caption };
    let corners = (0..8).map(|c| [0, 1, 2].map(|k| if c >> k & 1 == 0 { sides[k].lo } else { sides[k].hi }));
    let (top, bottom) = extent(corners.map(|c| view.place(c).0[1])).unwrap_or((0.0, COLUMN));
    let mut entries: Vec<(Key, String)> =
        s.groups.entries().map(|(name, color)| (Key::Line(Pen::new(color, 1.2)), name.to_owned())).collect();
    entries.extend(legend(s.points));
    let legend = Legend::new(&entries, COLUMN - 16.0);
    let head = 6.0 + legend.height();
    let mut scene = Scene::new(COLUMN, head + bottom - top + NAMES);
    legend.draw(&mut scene, 8.0, 3.0);
    scene.insert(&backend.take().scene, [0.0, head - top], 1.0);
    Ok(Figure::new(name, title, &caption, scene)?.with_view(space_view::view(s, sides)))
}

/// Ranges widened so that no side of the box is much shorter than the longest.
fn boxed(sides: [Scale; 3]) -> [Scale; 3] {
    let longest = sides.iter().map(|s| s.hi - s.lo).fold(0.0, f64::max);
    sides.map(|s| {
        let (middle, half) = (s.lo / 2.0 + s.hi / 2.0, (s.hi - s.lo).max(FLAT * longest) / 2.0);
        Scale::exact(middle - half, middle + half)
    })
}

/// The place as far from the other end of an axis.
fn turned(side: Scale, v: f64) -> f64 {
    // Halves keep huge sums finite.
    2.0 * (side.lo / 2.0 - v / 2.0 + side.hi / 2.0)
}

/// A box of axes seen from the side and from above.
struct View {
    space: Space,
    sides: [Scale; 3],
    /// The nearest and the farthest depth of a state.
    depths: (f64, f64),
}

impl View {
    /// Draws the box.
    fn new(backend: &Rc<RefCell<SceneBackend>>, sides: [Scale; 3]) -> Result<Self, Error> {
        let longest = sides.iter().map(|s| s.hi - s.lo).fold(f64::MIN_POSITIVE, f64::max);
        let axis = |k: usize| {
            let target = (6.0 * (sides[k].hi - sides[k].lo) / longest).max(3.0);
            let found = ticks(sides[k], target, false);
            let inside = |t: &(f64, String)| sides[k].at(t.0).is_some_and(|t| (0.02..0.98).contains(&t));
            let place = |v: f64| if k == 1 { turned(sides[1], v) } else { v };
            let major = found.major.into_iter().filter(inside).map(|(v, text)| (place(v), text)).collect();
            Coordinate { scale: sides[k], ticks: Ticks { major, ..Ticks::default() } }
        };
        let axes = [axis(0), axis(1), axis(2)];
        let length = |k: usize| pt(LONGEST * (sides[k].hi - sides[k].lo) / longest);
        let page = DrawingArea::from(backend);
        // Plotters' second axis points upwards, its third towards the reader: ours must point away, or all would be seen as in
        // a mirror.
        let mut chart: ChartContext<'_, _, Space> =
            ChartBuilder::on(&page).build_cartesian_3d(axes[0].clone(), axes[2].clone(), axes[1].clone())?;
        chart.set_3d_pixel_range((length(0), length(2), length(1)));
        chart.with_projection(|mut view| {
            (view.pitch, view.yaw, view.scale) = (0.38, 0.62, 1.0);
            view.into_matrix()
        });
        let label = axes.each_ref().map(|axis| |v: &f64| axis.format_ext(v));
        chart
            .configure_axes()
            .x_formatter(&label[0])
            .y_formatter(&label[2])
            .z_formatter(&label[1])
            .label_style(text(TICK_SIZE))
            .tick_size(pt(2.5))
            .bold_grid_style(stroke(rgb(PALE), 0.3))
            .light_grid_style(TRANSPARENT)
            .axis_panel_style(TRANSPARENT)
            .draw()?;
        let space = chart.plotting_area().as_coord_spec().clone();
        Ok(Self { space, sides, depths: (0.0, 1.0) })
    }

    /// Where a state lies on the page, and its depth.
    fn place(&self, state: [f64; 3]) -> (Point, f64) {
        let [x, y, z] = [state[0], turned(self.sides[1], state[1]), state[2]];
        (at(self.space.translate(&(x, z, y))), f64::from(self.space.projected_depth(&x, &z, &y)))
    }

    /// 0 for the farthest layer.
    fn layer(&self, depth: f64) -> usize {
        let (near, far) = self.depths;
        let t = (far - depth) / (far - near).max(1e-9);
        ((t * LAYERS as f64) as usize).min(LAYERS - 1)
    }

    /// Names the axes and draws the states; says whether some trajectories were too long to draw whole.
    fn draw(&self, scene: &mut Scene, s: &States) -> bool {
        self.name(scene, s.labels);
        let floor = |p: [f64; 3]| [p[0], p[1], self.sides[2].lo];
        let most = (MOST / s.lines.len().max(1)).clamp(200, 4000);
        let mut cut = false;
        let mut shadows = Vec::new();
        let mut layers: Vec<Layer> = vec![Layer::default(); LAYERS];
        for (k, line) in s.lines.iter().enumerate() {
            let (kept, whole) = self.thinned(line, most);
            cut |= !whole;
            let color = Groups::color(s.groups.of(k));
            for run in kept.split(|p| !p.iter().all(|v| v.is_finite())) {
                shadows.push(run.iter().map(|p| self.place(floor(*p)).0).collect());
                self.layered(run, color, &mut layers);
            }
            let finite = |p: &&[f64; 3]| p.iter().all(|v| v.is_finite());
            let ends = [line.iter().find(finite), line.iter().rev().find(finite).filter(|_| whole)];
            for (end, hollow) in ends.into_iter().zip([true, false]) {
                let Some((at, depth)) = end.map(|p| self.place(*p)) else { continue };
                layers[self.layer(depth)].ends.push((at, color, hollow));
            }
        }
        scene.lines(shadows, Pen::new(PALE, 0.4));
        let finite: Vec<_> =
            s.points.iter().enumerate().filter(|(_, p)| p.at.iter().all(|v| v.is_finite())).collect();
        let feet = finite.iter().map(|(_, p)| vec![self.place(p.at).0, self.place(floor(p.at)).0]);
        if finite.len() <= 40 {
            scene.lines(feet.collect(), Pen::new(GREY, 0.3).faint(0.7));
        }
        for (k, layer) in layers.into_iter().enumerate() {
            let t = (k as f64 + 0.5) / LAYERS as f64;
            layer.draw(scene, t);
            for (i, point) in finite.iter().filter(|(_, p)| self.layer(self.place(p.at).1) == k) {
                self.point(scene, point, s.directions.get(*i).map_or(&[], Vec::as_slice), t);
            }
        }
        cut
    }

    /// A fixed point with its unstable directions, `t` from far (0) to near (1).
    fn point(&self, scene: &mut Scene, point: &StatePoint<3>, along: &[[f64; 3]], t: f64) {
        let dot = look(class(point.kind).0);
        let fill = dot.fill.map(|c| c.mix(WHITE, 0.4 * (1.0 - t)));
        let longest = self.sides.iter().map(|s| s.hi - s.lo).fold(0.0, f64::max);
        let end = |d: &[f64; 3], side: f64| [0, 1, 2].map(|j| point.at[j] + side * REACH * longest * d[j]);
        let bars = along.iter().map(|d| [-1.0, 1.0].map(|side| self.place(end(d, side)).0).to_vec());
        scene.lines(bars.collect(), Pen::new(dot.fill.unwrap_or(INK), 0.8));
        scene.dots(vec![self.place(point.at).0], Dot { fill, radius: dot.radius * (0.7 + 0.45 * t), ..dot });
    }

    /// Sorts the pieces of a line into layers of depth.
    fn layered(&self, run: &[[f64; 3]], color: Color, layers: &mut [Layer]) {
        let seen: Vec<(Point, f64)> = run.iter().map(|p| self.place(*p)).collect();
        let layer = |k: &usize| self.layer((seen[*k].1 + seen[k + 1].1) / 2.0);
        let segments: Vec<usize> = (0..seen.len().saturating_sub(1)).collect();
        for piece in segments.chunk_by(|a, b| layer(a) == layer(b)) {
            let ends = piece[0]..=piece[0] + piece.len();
            layers[layer(&piece[0])].line(color, ends.map(|k| seen[k].0).collect());
        }
    }

    /// The states of a line that lie apart on the page, `most` at most; whether these are all.
    fn thinned(&self, line: &[[f64; 3]], most: usize) -> (Vec<[f64; 3]>, bool) {
        let mut kept: Vec<[f64; 3]> = Vec::new();
        for p in line {
            let finite = p.iter().all(|v| v.is_finite());
            if finite && kept.last().is_some_and(|l| near(self.place(*l).0, self.place(*p).0, 0.3)) {
                continue;
            }
            if kept.len() >= most {
                return (kept, false);
            }
            kept.push(*p);
        }
        (kept, true)
    }

    /// Names along the three edges that carry ticks.
    fn name(&self, scene: &mut Scene, labels: [&str; 3]) {
        let [x, y, z] = self.sides;
        let edges = [
            ([x.lo, y.lo, z.lo], [x.hi, y.lo, z.lo], 23.0),
            ([x.hi, y.lo, z.lo], [x.hi, y.hi, z.lo], 26.0),
            ([x.lo, y.lo, z.lo], [x.lo, y.lo, z.hi], -23.0),
        ];
        for ((from, to, away), label) in edges.into_iter().zip(labels) {
            let (a, b) = (self.place(from).0, self.place(to).0);
            let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
            let length = dx.hypot(dy).max(1e-9);
            let middle = [(a[0] + b[0]) / 2.0 - away * dy / length, (a[1] + b[1]) / 2.0 + away * dx / length];
            let turn = dy.atan2(dx).to_degrees();
            scene.turned(label, middle, LABEL_SIZE, Align::Middle, turn, INK);
        }
    }
}
