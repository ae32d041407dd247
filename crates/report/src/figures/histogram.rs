//! How values are distributed: outlined bars on common bins.

use super::chart::{Axes, Series};
use super::flat;
use super::lines::lines;
use crate::axes::scale::extent;
use crate::axes::ticks::brief;
use crate::{Error, Figure};

/// Draws the counts of named sets of values on `bins` common bins, as steps.
///
/// # Shapes and units
/// Bins are equally wide, on the logarithm if the x axis is logarithmic; values that are not finite,
/// or not positive there, are left out. The range is `axes.x_range`, or that of the values.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::{Axes, histogram};
///
/// let rates = vec![0.1, 0.2, 0.2, 0.9, f64::NAN];
/// let figure = histogram(&[("units".into(), rates)], 4, &Axes::new("rate", "units")).unwrap();
/// assert!(figure.svg.contains(">rate</text>") && !figure.svg.contains("NaN"));
/// ```
pub fn histogram(sets: &[(String, Vec<f64>)], bins: usize, axes: &Axes) -> Result<Figure, Error> {
    let (name, title) = ("histogram", if axes.x_label.is_empty() { "Distribution" } else { &axes.x_label });
    let caption = "Number of values in each bin.";
    let of = |v: f64| if axes.x_log { v.log10() } else { v };
    let back = |v: f64| if axes.x_log { 10f64.powf(v) } else { v };
    let usable = |v: &f64| v.is_finite() && v.abs() < 1e300 && (!axes.x_log || *v > 0.0);
    let all = sets.iter().flat_map(|s| s.1.iter().copied().filter(usable).map(of));
    let Some((lo, hi)) = extent(all) else { return Figure::empty(name, title, caption) };
    let given = axes.x_range.filter(|r| r[0] < r[1] && r.iter().all(usable));
    let (lo, hi) = given.map_or((lo, hi), |[a, b]| (of(a), of(b)));
    let room = 1e-9 * lo.abs().max(hi.abs()).max(1e-3);
    let (lo, hi) = if hi - lo > room { (lo, hi) } else { (lo - 0.5 - room, hi + 0.5 + room) };
    let bins = bins.clamp(1, 1000);
    let series = sets.iter().map(|(label, values)| {
        let mut counts = vec![0.0; bins];
        for v in values.iter().copied().filter(usable).map(of).filter(|v| (lo..=hi).contains(v)) {
            counts[(((v - lo) / (hi - lo) * bins as f64) as usize).min(bins - 1)] += 1.0;
        }
        let edge = |k: usize| back(lo + (hi - lo) * k as f64 / bins as f64);
        let mut points = vec![[edge(0), 0.0]];
        points.extend(counts.iter().enumerate().flat_map(|(k, c)| [[edge(k), *c], [edge(k + 1), *c]]));
        points.push([edge(bins), 0.0]);
        Series { label: label.clone(), points, ..Series::default() }
    });
    let series: Vec<Series> = series.collect();
    let figure = lines(&series, &Axes { y_log: false, ..axes.clone() })?.named(name, title, caption)?;
    let values = || sets.iter().flat_map(|s| s.1.iter().copied().filter(usable));
    Ok(match flat::constant(values()) {
        Some(v) => figure.said(format!("{title}: all {} values are {}.", values().count(), brief(v))),
        None => figure,
    })
}
