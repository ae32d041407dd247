//! Every kind of figure, one file each: plain numbers in, a [`Figure`](super::Figure) out.
//!
//! [`lines`], [`scatter`], [`histogram`] and [`heat_map`] are general, [`panels`] sets figures side by side.
//! Values that are not finite are left out; without any value left a figure says "no data".
//!
//! ```
//! use nullcline_report::figures::{Axes, Series, lines};
//!
//! let time: Vec<f64> = (0..50).map(f64::from).collect();
//! let decay: Vec<f64> = time.iter().map(|t| (-0.1 * t).exp()).collect();
//! let figure = lines(&[Series::new("loss", &time, &decay)], &Axes::new("epoch", "loss (nats)")).unwrap();
//! // Text stays text, and all three formats are drawn from the same marks.
//! assert!(figure.svg.contains(">loss (nats)</text>"));
//! assert!(figure.png().unwrap().starts_with(b"\x89PNG") && figure.pdf().unwrap().starts_with(b"%PDF"));
//! ```

mod bifurcations;
mod chart;
mod color_bar;
mod complex_plane;
mod convergence;
mod dendrogram;
mod explained_variance;
mod flat;
mod flow_field;
mod heat_map;
mod histogram;
mod lines;
mod network;
mod pair_map;
mod panels;
mod plane;
mod rooms;
mod rows;
mod scatter;
mod singular_values;
mod space_view;
mod spectrum;
mod speed_histogram;
mod state_plane;
mod state_space;
mod states;
mod thin;
mod time_series;
mod training_curve;
mod trials;

pub use bifurcations::{BranchLine, BranchMark, bifurcation_diagram};
pub use chart::{Axes, Ink, QUARTER, Reference, Series, THIRD};
pub use complex_plane::{Boundary, complex_plane};
pub use convergence::convergence;
pub use dendrogram::dendrogram;
pub use explained_variance::explained_variance;
pub use flow_field::{FlowGrid, flow_field, flow_panel};
pub use heat_map::{HeatMap, Palette, heat_map};
pub use histogram::histogram;
pub use lines::lines;
pub use network::{Edge, network};
pub use pair_map::{Pairs, pair_map};
pub use panels::panels;
pub use plane::{PlaneCurve, PlanePoint, PointKind, StatePoint, component_label};
pub use rooms::rooms;
pub use rows::{bars, points_with_errors};
pub use scatter::scatter;
pub use singular_values::singular_values;
pub use spectrum::{SpectrumSeries, spectrum};
pub use speed_histogram::speed_histogram;
pub use state_plane::{saddle_plane, state_plane};
pub use state_space::{state_space, state_view};
pub use states::{Groups, States};
pub use time_series::time_series;
pub use training_curve::training_curve;
pub use trials::trials;

use super::draw::color::{Color, WHITE};
use super::draw::scene::{Dot, Shape};

/// A label with its unit in parentheses, or alone if there is none.
fn with_unit(label: &str, unit: &str) -> String {
    if unit.is_empty() { label.into() } else { format!("{label} ({unit})") }
}

/// A filled dot; unless tiny, with a thin white edge that parts it from its neighbours.
fn filled(shape: Shape, radius: f64, color: Color) -> Dot {
    Dot { shape, radius, fill: Some(color), edge: (radius >= 1.0).then_some((WHITE, 0.3)) }
}

/// A radius at which `n` dots along a column's width stay apart.
fn radius_for(n: usize) -> f64 {
    (150.0 / n.max(1) as f64).clamp(0.8, 1.9)
}
