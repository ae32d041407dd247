//! Variance explained by principal components.

use super::filled;
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::Scale;
use crate::draw::color::{BLUE, GREY, INK, VERMILLION};
use crate::draw::scene::{Align, Pen, Shape, Tag};
use crate::{Error, Figure};

const MARK: f64 = 90.0;

/// Draws the share of each component as a bar with its standard error, and their running sum with
/// the place where it reaches 90 %.
///
/// # Shapes and units
/// `ratio` are shares of one, largest first; `std_error` may be shorter or empty. Components after
/// the running sum has reached 99 % are left out, and those after the sixtieth.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::explained_variance;
///
/// let figure = explained_variance(&[0.7, 0.25, 0.05], &[0.02, 0.02, 0.01]).unwrap();
/// assert_eq!(figure.name, "explained_variance");
/// assert!(!figure.svg.contains("no data") && explained_variance(&[], &[]).unwrap().svg.contains("no data"));
/// ```
pub fn explained_variance(ratio: &[f64], std_error: &[f64]) -> Result<Figure, Error> {
    let (name, title) = ("explained_variance", "Variance explained by principal components");
    let caption = "Share of the variance by principal component (bars) and in sum (line).";
    let mut sum = 0.0;
    let mut shares = Vec::new();
    let mut sums = Vec::new();
    for (k, r) in ratio.iter().enumerate() {
        let share = if r.is_finite() { 100.0 * r } else { 0.0 };
        if k >= 60 || (sum >= 99.0 && k >= 10) {
            break;
        }
        sum += share;
        shares.push(share);
        sums.push([k as f64 + 1.0, sum]);
    }
    if shares.is_empty() || !ratio.iter().any(|r| r.is_finite()) {
        return Figure::empty(name, title, caption);
    }
    let n = shares.len() as f64;
    let x = Axis::whole("Principal component", Scale::exact(0.4, n.max(5.0) + 0.6));
    let y = Axis::new("Explained variance (%)", Scale::exact(0.0, 102.0));
    let line = Pen::new(VERMILLION, 0.9);
    let dot = filled(Shape::Circle, (60.0 / n).clamp(1.0, 1.8), VERMILLION);
    let legend = vec![
        (Key::Patch(BLUE), "each component".to_string()),
        (Key::LineDot(line, dot), "running sum".to_string()),
    ];
    let mut panel = Panel::new(x, y, Frame::plain(130.0).with_legend(legend))?;
    let mut bars = Vec::new();
    panel.scene().tag(Tag::Series { name: "each component".into(), lane: None });
    for (k, share) in shares.iter().enumerate() {
        let x = k as f64 + 1.0;
        panel.block([x - 0.38, *share], [x + 0.38, 0.0], BLUE, 1.0);
        let error = std_error.get(k).map_or(0.0, |e| 100.0 * e);
        bars.push(([x, *share], error));
    }
    panel.error_bars(&bars, INK);
    panel.scene().tag(Tag::End);
    panel.across(MARK, Pen::new(GREY, 0.6).dashed(3.0, 2.0));
    panel.series("running sum", |panel| {
        panel.line(sums.iter().copied(), line);
        panel.dots(sums.iter().copied(), dot);
    });
    if let Some(at) = sums.iter().find(|p| p[1] >= MARK - 1e-9) {
        let count = at[0] as usize;
        let words = format!("{count} component{} for 90 %", if count == 1 { "" } else { "s" });
        let half = panel.px(at[0] + 0.38).zip(panel.px(at[0])).map_or(0.0, |(a, b)| a - b);
        if let (Some(p), Some(y)) = (panel.place([at[0], MARK]), panel.py(55.0)) {
            let right = p[0] < (panel.left + panel.right) / 2.0;
            let (shift, align) = if right { (half + 4.0, Align::Start) } else { (-half - 4.0, Align::End) };
            panel.scene().line([p[0], p[1]], [p[0], panel.bottom], Pen::new(GREY, 0.6).dashed(3.0, 2.0));
            panel.scene().text(&words, [p[0] + shift, y], 7.0, align, INK);
        }
    }
    panel.finish(name, title, caption)
}
