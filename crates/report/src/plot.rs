//! Charts of one's own: the chart library plotters, drawn as a [`Figure`] that is written like every other.
//!
//! # Examples
//! ```
//! use nullcline_report::plot::{plot, pt, stroke, text};
//! use nullcline_report::plot::plotters::prelude::*;
//!
//! let decay = |t: f64| (t, (-0.5 * t).exp());
//! let figure = plot("decay", "Decay", "An exponential.", [252.0, 150.0], |page| {
//!     let mut chart = ChartBuilder::on(page)
//!         .margin(pt(8.0))
//!         .x_label_area_size(pt(22.0))
//!         .y_label_area_size(pt(30.0))
//!         .build_cartesian_2d(0.0..10.0, 0.0..1.0)?;
//!     let mut axes = chart.configure_mesh();
//!     axes.disable_mesh().label_style(text(7.0)).axis_style(stroke(BLACK, 0.6)).set_all_tick_mark_size(pt(2.5));
//!     axes.x_desc("Time (s)").y_desc("Norm").draw()?;
//!     let line = (0..=100).map(|k| decay(0.1 * f64::from(k)));
//!     chart.draw_series(LineSeries::new(line, stroke(BLUE, 0.9)))?;
//!     Ok(())
//! })?;
//! assert!(figure.svg.contains(">Time (s)</text>"));
//! assert!(figure.pdf()?.starts_with(b"%PDF") && figure.png()?.starts_with(b"\x89PNG"));
//! # Ok::<(), nullcline_report::Error>(())
//! ```

pub use crate::draw::backend::{SceneBackend, pt, stroke, text};
pub use plotters;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use std::cell::RefCell;
use std::rc::Rc;

use crate::draw::scene::Scene;
use crate::{Error, Figure};

/// The whole figure as plotters draws on it, in hundredths of a point.
pub type Area = DrawingArea<SceneBackend, Shift>;

/// Makes a figure of what `draw` draws with plotters.
///
/// # Shapes and units
/// `size` is width and height in points, 252 wide for one journal column. Plotters counts in hundredths of a point:
/// [`pt`], [`stroke`] and [`text`] turn points into its lengths.
///
/// # Errors
/// What `draw` gives back as [`Error::Chart`], [`Error::Font`] if the embedded font cannot be read.
///
/// # Remarks
/// Plotters moves each coordinate of a point outside the axes to their edge: give ranges that hold the data.
pub fn plot(
    name: &str,
    title: &str,
    caption: &str,
    size: [f64; 2],
    draw: impl FnOnce(&Area) -> Result<(), DrawingAreaErrorKind<Error>>,
) -> Result<Figure, Error> {
    let [width, height] = size.map(|v| if v.is_finite() { v.clamp(1.0, 1e4) } else { 1.0 });
    let backend = Rc::new(RefCell::new(SceneBackend { scene: Scene::new(width, height) }));
    draw(&Area::from(&backend))?;
    Figure::new(name, title, caption, backend.take().scene)
}
