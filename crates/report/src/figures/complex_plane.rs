//! Eigenvalues in the complex plane, with the boundary of stability.

use super::{filled, with_unit};
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::Scale;
use crate::draw::color::{BLUE, Color, GREY, PALE, VERMILLION, series};
use crate::draw::scene::{Pen, Shape};
use crate::{Error, Figure};

/// What separates stable eigenvalues from unstable ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Maps: an eigenvalue is unstable outside the unit circle.
    UnitCircle,
    /// Flows: an eigenvalue is unstable right of the imaginary axis.
    ImaginaryAxis,
    /// Matrices without a meaning in time.
    None,
}

impl Boundary {
    fn unstable(self, z: [f64; 2]) -> bool {
        match self {
            Boundary::UnitCircle => z[0].hypot(z[1]) > 1.0,
            Boundary::ImaginaryAxis => z[0] > 0.0,
            Boundary::None => false,
        }
    }
}

/// Draws eigenvalues with equally long units on both axes; unstable ones in vermillion.
///
/// # Shapes and units
/// By name, eigenvalues `[re, im]`; several series differ in shape, and in colour too if there is
/// no boundary. `unit` may be empty.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::{Boundary, complex_plane};
///
/// let eigenvalues = vec![[0.5, 0.4], [0.5, -0.4], [1.2, 0.0]];
/// let figure = complex_plane(&[("W".into(), eigenvalues)], Boundary::UnitCircle, "").unwrap();
/// assert!(figure.svg.contains("<circle") || figure.svg.contains("<path"));
/// ```
pub fn complex_plane(
    series_of: &[(String, Vec<[f64; 2]>)],
    boundary: Boundary,
    unit: &str,
) -> Result<Figure, Error> {
    let (name, title) = ("eigenvalues", "Eigenvalues in the complex plane");
    let caption = match boundary {
        Boundary::UnitCircle => "Eigenvalues. Those outside the unit circle (grey) grow step by step.",
        Boundary::ImaginaryAxis => "Eigenvalues. Those right of the imaginary axis (grey) grow in time.",
        Boundary::None => "Eigenvalues.",
    };
    let sets: Vec<(&str, Vec<[f64; 2]>)> = series_of
        .iter()
        .map(|(label, z)| (label.as_str(), z.iter().copied().filter(finite).collect::<Vec<_>>()))
        .filter(|(_, z)| !z.is_empty())
        .collect();
    let all = || sets.iter().flat_map(|s| s.1.iter());
    let reach = all().map(|z| z[0].hypot(z[1])).fold(0.0, f64::max);
    // The circle is shown whole unless it would shrink or swamp the eigenvalues.
    let circle = boundary == Boundary::UnitCircle && (0.05..=30.0).contains(&reach);
    let extra = if circle { vec![[-1.0, -1.0], [1.0, 1.0]] } else { vec![[0.0, 0.0]] };
    let range = |k: usize| Scale::around(all().chain(&extra).map(|z| z[k]));
    let (Some(x), Some(y)) = (range(0), range(1)) else { return Figure::empty(name, title, caption) };
    if sets.is_empty() {
        return Figure::empty(name, title, caption);
    }

    let color = |i: usize, unstable: bool| match (boundary, unstable) {
        (Boundary::None, _) => series(i),
        (_, true) => VERMILLION,
        (_, false) => BLUE,
    };
    let legend = legend(&sets, boundary, color);
    let labels = (with_unit("Real part", unit), with_unit("Imaginary part", unit));
    let frame = Frame::square().with_legend(legend);
    let mut panel = Panel::new(Axis::new(labels.0, x), Axis::new(labels.1, y), frame)?;
    let thin = Pen::new(PALE, 0.4);
    panel.across(0.0, thin);
    panel.upward(0.0, if boundary == Boundary::ImaginaryAxis { Pen::new(GREY, 0.9) } else { thin });
    if boundary == Boundary::UnitCircle {
        let round = (0..=180).map(|k| (f64::from(k) * 2.0).to_radians());
        panel.line(round.map(|a| [a.cos(), a.sin()]), Pen::new(GREY, 0.8));
    }
    let radius = (24.0 / (all().count() as f64).sqrt()).clamp(1.0, 2.0);
    for unstable in [false, true] {
        for (i, (_, z)) in sets.iter().enumerate() {
            let group = z.iter().copied().filter(|z| boundary.unstable(*z) == unstable);
            let name = if sets.len() > 1 { sets[i].0 } else { "" };
            panel.series(name, |panel| {
                panel.dots(group, filled(Shape::series(i), radius, color(i, unstable)))
            });
        }
    }
    panel.finish(name, title, caption)
}

fn legend(
    sets: &[(&str, Vec<[f64; 2]>)],
    boundary: Boundary,
    color: impl Fn(usize, bool) -> Color,
) -> Vec<(Key, String)> {
    let mut entries = Vec::new();
    if boundary != Boundary::None {
        for (unstable, word) in [(false, "stable"), (true, "unstable")] {
            let count = sets.iter().flat_map(|s| &s.1).filter(|z| boundary.unstable(**z) == unstable).count();
            let dot = filled(Shape::Circle, 2.2, color(0, unstable));
            entries.push((Key::Dot(dot), format!("{word} ({count})")));
        }
    }
    if sets.len() > 1 {
        let tone = |i| if boundary == Boundary::None { color(i, false) } else { GREY };
        for (i, (label, _)) in sets.iter().enumerate() {
            entries.push((Key::Dot(filled(Shape::series(i), 2.2, tone(i))), label.to_string()));
        }
    }
    entries
}

fn finite(z: &[f64; 2]) -> bool {
    z[0].is_finite() && z[1].is_finite()
}
