//! Bins of spikes, as somebody asks for them.

use super::super::error::Problem;

/// Widths that are written with a unit, in seconds.
const UNITS: [(&str, f64); 5] = [("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("min", 60.0), ("s", 1.0)];

/// How spikes are to be counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    /// Width of a bin (s).
    pub width: f64,
    /// The table of intervals in which they are counted, such as `trials`; none for the whole recording.
    pub intervals: Option<String>,
}

impl Bins {
    /// Reads `<width>[:<table of intervals>]`: the width in seconds or with a unit (`ms`, `us`, `s`, `min`), the table by its
    /// name under `/intervals` or its path.
    ///
    /// # Errors
    /// No width above 0.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let (width, intervals) = match text.split_once(':') {
            Some((width, name)) => (width, Some(name.trim().to_owned())),
            None => (text, None),
        };
        let width = width.trim();
        let unit = UNITS.iter().find_map(|(unit, s)| width.strip_suffix(unit).map(|n| (n, unit, s)));
        let number = |n: &str| n.trim().parse::<f64>().ok().filter(|w| *w > 0.0 && w.is_finite());
        let seconds = match unit {
            // 20 * 1e-3 is not the number that 0.02 is.
            Some((n, &"ms", _)) => number(n).map(|n| n / 1e3),
            Some((n, &("us" | "µs"), _)) => number(n).map(|n| n / 1e6),
            Some((n, _, factor)) => number(n).map(|n| n * factor),
            None => number(width),
        };
        let width = seconds.filter(|w| *w > 0.0).ok_or_else(|| Problem::Unsupported {
            place: "the bins of spikes".into(),
            found: format!("`{}`", super::super::shown::name(text)),
            expected: "a width above 0, and perhaps a table of intervals",
            advice: "write it as 20ms, 0.02 (seconds) or 20ms:trials",
        })?;
        Ok(Self { width, intervals })
    }
}

#[cfg(test)]
mod tests {
    use super::Bins;

    #[test]
    fn widths_have_units_and_tables_names() {
        let found = Bins::parse("20ms:trials").unwrap();
        assert_eq!((found.width.to_bits(), found.intervals.as_deref()), (0.02f64.to_bits(), Some("trials")));
        for text in ["0.02", "20ms", " 20 ms", "0.02s", "20000us", "20000µs"] {
            assert_eq!(Bins::parse(text).unwrap(), Bins { width: 0.02, intervals: None }, "{text}");
        }
        for text in ["trials", "", "0", "-1s", "nan", "infs", ":trials"] {
            assert!(Bins::parse(text).is_err(), "{text}");
        }
    }
}
