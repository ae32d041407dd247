//! How slow the found points are: a histogram of the speed q.

use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::{Scale, extent};
use crate::axes::ticks::power_of_ten;
use crate::draw::color::{BLUE, Color, INK, ORANGE, PALE, series};
use crate::draw::scene::Pen;
use crate::{Error, Figure};

/// Draws a histogram over the logarithm of q, stacked by group, with a threshold line.
///
/// # Shapes and units
/// `groups[i]` names the group of `q[i]` (`fixed`, `slow`, `unconverged` have colours of their own);
/// missing names count as unnamed. Points with q = 0 are counted in the leftmost bin.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn speed_histogram(q: &[f64], groups: &[&str], threshold: f64) -> Result<Figure, Error> {
    let (name, title) = ("speeds", "Speeds of the found points");
    let caption = "Speed q at the end of every search; dashed, the threshold for a slow point.";
    let points: Vec<(f64, &str)> = q
        .iter()
        .enumerate()
        .filter(|(_, q)| q.is_finite() && **q >= 0.0)
        .map(|(i, q)| (q.max(1e-40).log10(), groups.get(i).copied().unwrap_or("")))
        .collect();
    let line = (threshold > 0.0 && threshold.is_finite()).then(|| threshold.log10());
    let Some((lo, hi)) = extent(points.iter().map(|p| p.0)) else {
        return Figure::empty(name, title, caption);
    };
    let (lo, hi) = (lo.min(line.unwrap_or(lo)), hi.max(line.unwrap_or(hi)));
    let step = [0.25, 0.5, 1.0, 2.0].into_iter().find(|s| (hi - lo) / s <= 40.0).unwrap_or(4.0);
    let first = (lo / step).floor() - 1.0;
    let count = ((hi / step).floor() - first) as usize + 2;
    let names = ordered(&points);
    let mut bins = vec![vec![0usize; names.len()]; count];
    for (value, group) in &points {
        let bin = ((value / step).floor() - first) as usize;
        let group = names.iter().position(|n| n == group).unwrap_or(0);
        if let Some(bin) = bins.get_mut(bin) {
            bin[group] += 1;
        }
    }
    let tallest = bins.iter().map(|b| b.iter().sum::<usize>()).max().unwrap_or(1);
    let mut legend: Vec<(Key, String)> = Vec::new();
    for (i, group) in names.iter().enumerate().filter(|(_, n)| !n.is_empty()) {
        let total = points.iter().filter(|p| p.1 == *group).count();
        legend.push((Key::Patch(color(group, i)), format!("{group} ({total})")));
    }
    let dashed = Pen::new(INK, 0.7).dashed(3.0, 2.0);
    if line.is_some() {
        legend.push((Key::Line(dashed), format!("threshold {}", powered(threshold))));
    }
    let power = |e: f64| 10f64.powf(e).clamp(f64::MIN_POSITIVE, f64::MAX);
    let x = Scale { lo: power(first * step), hi: power((first + count as f64) * step), log: true };
    let y = Axis::whole("Number of points", Scale::exact(0.0, 1.06 * tallest as f64));
    let mut panel = Panel::new(Axis::new("Speed q", x), y, Frame::plain(115.0).with_legend(legend))?;
    for (k, bin) in bins.iter().enumerate() {
        let edge = |k: usize| power((first + k as f64) * step);
        let mut below = 0;
        for (i, n) in bin.iter().enumerate().filter(|(_, n)| **n > 0) {
            let a = panel.place([edge(k), (below + n) as f64]);
            let b = panel.place([edge(k + 1), below as f64]);
            if let (Some(a), Some(b)) = (a, b) {
                panel.rect([a[0] + 0.2, a[1]], [b[0] - 0.2, b[1]], color(names[i], i), 1.0);
            }
            below += n;
        }
    }
    panel.upward(threshold, dashed);
    let figure = panel.finish(name, title, caption)?;
    let all = points.len();
    let fastest = points.iter().map(|p| p.0).fold(f64::NEG_INFINITY, f64::max);
    Ok(match names[..] {
        // Their speeds are rounding, and its distribution tells nothing.
        ["fixed"] if fastest < -20.0 => figure.said(format!(
            "Speeds of the found points: all {all} are fixed, at q below {}.",
            power_of_ten(fastest.floor() as i32 + 1)
        )),
        _ => figure,
    })
}

/// The groups present, the known ones first.
fn ordered<'a>(points: &[(f64, &'a str)]) -> Vec<&'a str> {
    let mut names = Vec::new();
    for known in ["fixed", "slow", "unconverged"] {
        names.extend(points.iter().map(|p| p.1).find(|n| *n == known));
    }
    for (_, name) in points {
        if !names.contains(name) {
            names.push(name);
        }
    }
    names
}

fn color(group: &str, i: usize) -> Color {
    match group {
        "fixed" | "" => BLUE,
        "slow" => ORANGE,
        "unconverged" => PALE.mix(INK, 0.25),
        _ => series(i),
    }
}

fn powered(value: f64) -> String {
    let e = value.log10();
    if (e - e.round()).abs() < 1e-9 {
        power_of_ten(e.round() as i32)
    } else {
        crate::axes::ticks::brief(value)
    }
}
