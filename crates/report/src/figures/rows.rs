//! Named values, one a row: bars from zero, or points with error bars.

use super::filled;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::Scale;
use crate::draw::color::{BLUE, GREY, INK, PALE};
use crate::draw::scene::{Pen, Shape};
use crate::{Error, Figure};

/// Draws bars from zero, one a row from top to bottom, with errors of one standard error.
///
/// # Shapes and units
/// `labels` and `values` have the same length, the shorter counts; `errors` may be empty.
/// `value_label` names the values and their unit.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::bars;
///
/// let names = ["gru", "tanh"].map(String::from);
/// let figure = bars(&names, &[0.9, 0.5], &[0.02, 0.03], "accuracy").unwrap();
/// assert!(figure.svg.contains(">gru</text>") && figure.svg.contains(">accuracy</text>"));
/// ```
pub fn bars(labels: &[String], values: &[f64], errors: &[f64], value_label: &str) -> Result<Figure, Error> {
    draw(labels, values, errors, value_label, true)
}

/// Draws points with error bars of one standard error, one a row from top to bottom.
///
/// # Shapes and units
/// As in [`bars`]; the axis need not contain zero.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn points_with_errors(
    labels: &[String],
    values: &[f64],
    errors: &[f64],
    value_label: &str,
) -> Result<Figure, Error> {
    draw(labels, values, errors, value_label, false)
}

fn draw(
    labels: &[String],
    values: &[f64],
    errors: &[f64],
    value_label: &str,
    from_zero: bool,
) -> Result<Figure, Error> {
    let (name, title) = ("values", value_label);
    let caption = "Bars are one standard error.";
    let error = |i: usize| errors.get(i).copied().filter(|e| e.is_finite()).unwrap_or(0.0).abs();
    let rows: Vec<(usize, f64)> = values.iter().copied().enumerate().take(labels.len()).collect();
    let shown = || rows.iter().filter(|(_, v)| v.is_finite());
    let Some(mut x) = Scale::around(shown().flat_map(|(i, v)| [v - error(*i), v + error(*i)])) else {
        return Figure::empty(name, title, caption);
    };
    if from_zero {
        x = x.including(0.0);
        if shown().all(|(i, v)| v - error(*i) >= 0.0) {
            x.lo = 0.0;
        }
        if shown().all(|(i, v)| v + error(*i) <= 0.0) {
            x.hi = 0.0;
        }
    }
    let n = rows.len() as f64;
    let named = labels.iter().take(rows.len()).enumerate();
    let fixed = Some(named.map(|(i, label)| (n - i as f64, label.clone())).collect());
    let y = Axis { fixed, ..Axis::new("", Scale::exact(0.4, n + 0.6)) };
    let frame = Frame::plain((11.5 * n).max(24.0));
    let mut panel = Panel::new(Axis::new(value_label, x), y, frame)?;
    for (i, value) in shown() {
        let y = n - *i as f64;
        if from_zero {
            panel.block([0.0, y + 0.34], [*value, y - 0.34], BLUE, 1.0);
        } else {
            panel.across(y, Pen::new(PALE, 0.3));
        }
    }
    if x.lo < 0.0 && x.hi > 0.0 {
        panel.upward(0.0, Pen::new(GREY, 0.6));
    }
    let ends = shown().filter(|(i, _)| error(*i) > 0.0).map(|(i, value)| {
        let y = n - *i as f64;
        [[value - error(*i), y], [value + error(*i), y]]
    });
    panel.bars(ends.collect::<Vec<_>>(), Pen::new(if from_zero { INK } else { BLUE }, 0.7));
    if !from_zero {
        let data: Vec<_> = shown().map(|(i, v)| [*v, n - *i as f64]).collect();
        panel.series("", |panel| panel.dots(data, filled(Shape::Circle, 2.2, BLUE)));
    }
    panel.finish(name, title, caption)
}
