//! An axis as plotters knows it: where values lie, and the ticks that we choose.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

use super::scale::Scale;
use super::ticks::Ticks;

/// Backend units beyond which nothing is drawn.
pub(super) const FAR: i32 = 10_000_000;

/// A scale with its ticks.
#[derive(Clone, Debug)]
pub(crate) struct Coordinate {
    pub scale: Scale,
    pub ticks: Ticks,
}

impl Ranged for Coordinate {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    /// A value without a place lies farther than [`FAR`].
    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let place = |t: f64| (f64::from(from) + t * f64::from(to - from)).round();
        let limit = 2.0 * f64::from(FAR);
        self.scale.at(*value).map_or(-limit, |t| place(t).clamp(-limit, limit)) as i32
    }

    fn key_points<H: KeyPointHint>(&self, _: H) -> Vec<f64> {
        self.ticks.major.iter().map(|t| t.0).collect()
    }

    fn range(&self) -> Range<f64> {
        self.scale.lo..self.scale.hi
    }
}

impl ValueFormatter<f64> for Coordinate {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.major.iter().find(|t| t.0.total_cmp(value).is_eq());
        tick.map_or_else(String::new, |t| t.1.clone())
    }
}
