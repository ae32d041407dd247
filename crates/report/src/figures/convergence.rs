//! Running estimates of the leading exponents against time.

use super::{filled, flat, with_unit};
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::{Scale, extent};
use crate::axes::ticks::{brief, signed};
use crate::draw::color::{Color, GREY, viridis};
use crate::draw::scene::{Pen, Shape};
use crate::{Error, Figure};

const MOST: usize = 8;

/// Draws how estimates settle, with the last value's standard error as a band.
///
/// # Shapes and units
/// `history[i]` holds the running estimates of exponent i at the times in `time`; of more than
/// eight the first eight are drawn. `std_error[i]` belongs to the last of them and may be missing.
/// Times that are not positive have no place on the logarithmic axis and are left out.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::convergence;
///
/// let time: Vec<f64> = (1..100).map(f64::from).collect();
/// let running = time.iter().map(|t| 0.9 + 1.0 / t).collect();
/// let figure = convergence(&time, &[running], &[0.01], "1/time", "time").unwrap();
/// assert!(!figure.svg.contains("no data"));
/// ```
pub fn convergence(
    time: &[f64],
    history: &[Vec<f64>],
    std_error: &[f64],
    unit: &str,
    time_unit: &str,
) -> Result<Figure, Error> {
    let (name, title) = ("convergence", "Convergence of the Lyapunov exponents");
    let caption = "Running estimates of the leading exponents; bands are the final value and one \
                   standard error. An estimate that still drifts needs a longer run.";
    let history = &history[..history.len().min(MOST)];
    let span = extent(time.iter().copied().filter(|t| *t > 0.0)).map_or(1.0, |(lo, hi)| hi / lo);
    let apart = span.powf(1.0 / 700.0);
    let pairs = |row: &[f64]| -> Vec<[f64; 2]> {
        let kept = time.iter().zip(row).filter(|(t, v)| **t > 0.0 && v.is_finite());
        thinned(kept.map(|(t, v)| [*t, *v]).collect(), apart)
    };
    let rows: Vec<Vec<[f64; 2]>> = history.iter().map(|row| pairs(row)).collect();
    let Some(x) = Scale::log_around(rows.iter().flatten().map(|p| p[0])) else {
        return Figure::empty(name, title, caption);
    };
    let Some((lo, hi)) = extent(rows.iter().flatten().map(|p| p[0])) else {
        return Figure::empty(name, title, caption);
    };
    let x = if hi > 1.5 * lo { Scale { lo, hi, ..x } } else { x };
    let Some(y) = Scale::around(settled(&rows)) else { return Figure::empty(name, title, caption) };

    let color = |i: usize| tone(i, rows.len());
    let error = |i: usize| std_error.get(i).copied().filter(|e| e.is_finite() && *e > 0.0);
    let mut legend = Vec::new();
    let mut names = vec![String::new(); rows.len()];
    for (i, row) in rows.iter().enumerate() {
        let Some(last) = row.last() else { continue };
        names[i] = format!("λ{} {}", subscript(i + 1), value(last[1], error(i)));
        legend.push((Key::Line(Pen::new(color(i), 1.2)), names[i].clone()));
    }
    let x = Axis::new(with_unit("Time", time_unit), x);
    let y = Axis::new(with_unit("Estimate", unit), y);
    let mut panel = Panel::new(x, y, Frame::plain(130.0).with_legend(legend))?;
    for (i, row) in rows.iter().enumerate() {
        let (Some(last), Some(e)) = (row.last(), error(i)) else { continue };
        let (lo, hi) = (panel.x.lo, panel.x.hi);
        panel.series(&names[i], |panel| panel.block([lo, last[1] - e], [hi, last[1] + e], color(i), 0.22));
    }
    panel.across(0.0, Pen::new(GREY, 0.6).dashed(3.0, 2.0));
    for (i, row) in rows.iter().enumerate() {
        panel.series(&names[i], |panel| {
            panel.line(row.iter().copied(), Pen::new(color(i), 0.9));
            if row.len() == 1 {
                panel.dots(row.iter().copied(), filled(Shape::Circle, 2.0, color(i)));
            }
        });
    }
    let figure = panel.finish(name, title, caption)?;
    let still = rows.iter().all(|row| flat::within(1e-4, row.iter().map(|p| p[1])).is_some());
    Ok(match still && rows.len() > 1 {
        true => figure.said(format!("{title}: the running estimates do not change. {}.", names.join(", "))),
        false => figure,
    })
}

fn tone(i: usize, n: usize) -> Color {
    viridis(0.88 * i as f64 / (n.max(2) - 1) as f64)
}

/// The estimates without their first tenth in time, whose swings would flatten all the rest.
fn settled(rows: &[Vec<[f64; 2]>]) -> Vec<f64> {
    let late = |row: &Vec<[f64; 2]>| {
        let end = row.last().map_or(0.0, |p| p[0]);
        row.iter().filter(|p| p[0] >= 0.03 * end).map(|p| p[1]).collect::<Vec<_>>()
    };
    rows.iter().flat_map(late).collect()
}

/// Points whose times differ by a factor `apart`, the last point among them.
fn thinned(row: Vec<[f64; 2]>, apart: f64) -> Vec<[f64; 2]> {
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for (k, p) in row.iter().enumerate() {
        if k + 1 == row.len() || kept.last().is_none_or(|l| p[0] > apart * l[0]) {
            kept.push(*p);
        }
    }
    kept
}

fn value(v: f64, error: Option<f64>) -> String {
    // Two digits of an error that starts with 1 or 2, otherwise one.
    let digits = |e: f64| (0.48 - e.log10()).ceil().clamp(0.0, 6.0) as usize;
    match error.map(digits) {
        Some(digits) => {
            let e = error.unwrap_or(0.0);
            let value = signed(format!("{v:.digits$}"));
            // An error that rounds to nothing is better not shown than shown as zero.
            if e < 0.5 * 10f64.powi(-(digits as i32)) { value } else { format!("{value} ± {e:.digits$}") }
        }
        None => brief(v),
    }
}

fn subscript(n: usize) -> char {
    char::from_u32(0x2080 + n as u32).unwrap_or('?')
}
