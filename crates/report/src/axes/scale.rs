//! The range of an axis, linear or logarithmic.

/// A range of values laid along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    pub lo: f64,
    pub hi: f64,
    pub log: bool,
}

impl Scale {
    /// Exactly this range.
    pub fn exact(lo: f64, hi: f64) -> Self {
        Self { lo, hi, log: false }
    }

    /// The finite values with a little room on both sides; `None` without a finite value.
    pub fn around(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let (lo, hi) = extent(values)?;
        let (lo, hi) = widen(lo, hi);
        let room = 0.05 * (hi - lo);
        Some(Self::exact(lo - room, hi + room))
    }

    /// The positive values with a little room, on a logarithmic axis.
    pub fn log_around(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let (lo, hi) = extent(values.into_iter().filter(|v| *v > 0.0))?;
        let (a, b) = (lo.log10(), hi.log10());
        let room = (0.05 * (b - a)).max(if b - a < 0.1 { 0.3 } else { 0.0 });
        let power = |e: f64| 10f64.powf(e).clamp(f64::MIN_POSITIVE, f64::MAX);
        Some(Self { lo: power(a - room), hi: power(b + room), log: true })
    }

    /// The same range, stretched so that `value` lies inside with a little room.
    pub fn including(self, value: f64) -> Self {
        if !value.is_finite() || (self.lo..=self.hi).contains(&value) || self.log {
            return self;
        }
        let (lo, hi) = (self.lo.min(value), self.hi.max(value));
        let room = 0.05 * (hi - lo);
        if value < self.lo { Self { lo: value - room, ..self } } else { Self { hi: value + room, ..self } }
    }

    /// Where `value` lies: 0 at the low end, 1 at the high end; `None` if it has no place.
    pub fn at(&self, value: f64) -> Option<f64> {
        let t = if self.log {
            (value.log10() - self.lo.log10()) / (self.hi.log10() - self.lo.log10())
        } else {
            // Halves keep the difference of huge ends finite.
            (value / 2.0 - self.lo / 2.0) / (self.hi / 2.0 - self.lo / 2.0)
        };
        t.is_finite().then_some(t)
    }
}

/// Smallest and largest finite value.
pub(crate) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|v| v.is_finite()).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((lo, hi)) => Some((v.min(lo), v.max(hi))),
    })
}

/// A range wide enough for its ticks to differ in a few digits.
fn widen(lo: f64, hi: f64) -> (f64, f64) {
    // Beyond this the width of the range would overflow.
    const LIMIT: f64 = 1e300;
    let (lo, hi) = (lo.clamp(-LIMIT, LIMIT), hi.clamp(-LIMIT, LIMIT));
    let size = lo.abs().max(hi.abs());
    if size < 1e-300 {
        return (-1.0, 1.0);
    }
    if hi - lo > 1e-6 * size {
        return (lo, hi);
    }
    let middle = lo + (hi - lo) / 2.0;
    let half = if hi - lo > 1e-12 * size { 1e-6 * size } else { 0.1 * size };
    (middle - half, middle + half)
}
