//! Figures with nothing to see, as a sentence.

use crate::axes::ticks::brief;

/// Movement, relative to the size of the values, that no eye sees.
const STILL: f64 = 1e-9;

/// The one value that there is, or that all are nearest to; none where they differ or there are fewer than two.
pub(super) fn constant(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    within(STILL, values)
}

/// The same where a share `still` of their size is no movement.
pub(super) fn within(still: f64, values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut lo, mut hi, mut count) = (f64::INFINITY, f64::NEG_INFINITY, 0);
    for v in values {
        if !v.is_finite() {
            return None;
        }
        (lo, hi, count) = (lo.min(v), hi.max(v), count + 1);
    }
    let size = lo.abs().max(hi.abs());
    (count > 1 && hi - lo <= still * size.max(1e-300)).then_some(lo / 2.0 + hi / 2.0)
}

/// What is said of named series that are all constant; none where one is not, or there are many.
pub(super) fn said<'a>(what: &str, series: impl IntoIterator<Item = (&'a str, Vec<f64>)>) -> Option<String> {
    let mut parts = vec![];
    for (name, values) in series {
        let value = brief(constant(values)?);
        parts.push(if name.is_empty() { value } else { format!("{name} {value}") });
    }
    let what = if what.is_empty() { "Constant" } else { what };
    match parts.len() {
        0 => None,
        1..=6 => Some(format!("{what}: {}, throughout.", parts.join(", "))),
        n => Some(format!("{what}: each of the {n} series is constant.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_told_from_what_moves() {
        assert_eq!(constant([0.5, 0.5, 0.5]), Some(0.5));
        assert_eq!(constant([0.0, 0.0]), Some(0.0));
        assert_eq!(constant([0.5, 0.5 + 1e-6]), None);
        assert_eq!((constant([1.0]), constant([1.0, f64::NAN])), (None, None));
        let both = |b: f64| said("Output", [("a", vec![1.0, 1.0]), ("b", vec![b, 2.0])]);
        assert_eq!(both(2.0).unwrap(), "Output: a 1, b 2, throughout.");
        assert_eq!(both(2.1), None);
    }
}
