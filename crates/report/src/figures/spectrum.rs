//! Lyapunov spectra: exponent against index.

use super::{filled, radius_for, with_unit};
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::Scale;
use crate::draw::color::{GREY, series};
use crate::draw::scene::{Pen, Shape};
use crate::{Error, Figure};

/// The spectrum of one attractor.
#[derive(Clone, Debug)]
pub struct SpectrumSeries<'a> {
    /// Its name in the legend, shown if there are several.
    pub label: String,
    /// Exponents, largest first; those that are not finite keep their index and are not drawn.
    pub exponents: &'a [f64],
    /// Standard errors; may be shorter than the exponents.
    pub std_error: &'a [f64],
}

/// Draws Lyapunov exponents with error bars of one standard error and the zero line.
///
/// # Shapes and units
/// `unit` is that of the exponents, as `1/step`; may be empty.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::{SpectrumSeries, spectrum};
///
/// let lorenz = SpectrumSeries { label: "Lorenz".into(), exponents: &[0.906, 0.0, -14.57], std_error: &[0.002, 0.001] };
/// assert!(spectrum(&[lorenz], "1/time").unwrap().svg.contains("1/time"));
/// ```
pub fn spectrum(sets: &[SpectrumSeries], unit: &str) -> Result<Figure, Error> {
    let (name, title) = ("spectrum", "Lyapunov spectrum");
    let caption = "Lyapunov exponents, largest first; bars are one standard error. \
                   Above zero, nearby states part.";
    let all = sets.iter().flat_map(|s| {
        let errors = s.std_error.iter().copied().chain(std::iter::repeat(0.0));
        let ends = s.exponents.iter().zip(errors).filter(|(v, _)| v.is_finite());
        ends.flat_map(|(v, e)| {
            let e = if e.is_finite() { e.abs() } else { 0.0 };
            [v - e, v + e]
        })
    });
    let Some(y) = Scale::around(all) else { return Figure::empty(name, title, caption) };
    let n = sets.iter().map(|s| s.exponents.len()).max().unwrap_or(1);
    let room = 0.02 * n as f64 + 0.4;
    let x = Axis::whole("Index", Scale::exact((1.0 - room).max(0.2), n as f64 + room));
    let y = Axis::new(with_unit("Lyapunov exponent", unit), y.including(0.0));
    let legend = if sets.len() < 2 {
        Vec::new()
    } else {
        let key = |i| Key::Dot(filled(Shape::series(i), 2.2, series(i)));
        sets.iter().enumerate().map(|(i, s)| (key(i), s.label.clone())).collect()
    };
    let mut panel = Panel::new(x, y, Frame::plain(130.0).with_legend(legend))?;
    panel.across(0.0, Pen::new(GREY, 0.6).dashed(3.0, 2.0));
    for (i, set) in sets.iter().enumerate() {
        // Side by side, so that the bars of several attractors do not cover each other.
        let shift = if n > 40 {
            0.0
        } else {
            0.28 / (sets.len().max(2) - 1) as f64 * (i as f64 - (sets.len() as f64 - 1.0) / 2.0)
        };
        let at = |k: usize, v: f64| [k as f64 + 1.0 + shift, v];
        let errors = set.std_error.iter().copied();
        let bars: Vec<_> =
            set.exponents.iter().zip(errors).enumerate().map(|(k, (v, e))| (at(k, *v), e)).collect();
        let data = set.exponents.iter().enumerate().map(|(k, v)| at(k, *v));
        panel.series(&set.label, |panel| {
            panel.error_bars(&bars, series(i));
            panel.dots(data, filled(Shape::series(i), radius_for(n), series(i)));
        });
    }
    panel.finish(name, title, caption)
}
