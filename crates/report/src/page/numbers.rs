//! Numbers of tables as people write them.

use crate::axes::ticks::{power_of_ten, signed};

/// What is called nothing beside larger numbers of its column.
const NOTHING: f64 = 1e-12;

/// Three significant digits of the largest down a column; a number that would lose them has its own.
pub(super) fn floats(values: &[f64]) -> Vec<String> {
    let sizes = || values.iter().map(|v| v.abs()).filter(|v| *v > 0.0 && v.is_finite());
    let hi = sizes().fold(0.0, f64::max);
    let decimals = (2.0 - hi.max(1e-3).log10().floor()).clamp(0.0, 5.0) as i32;
    // As few as write every value that is round.
    let whole = |v: f64, d: i32| (v * 10f64.powi(d)).fract().abs() <= 0.0;
    let nothing = |v: f64| v.abs() < NOTHING && hi > 1e6 * NOTHING;
    let alike = |v: &&f64| v.is_finite() && v.abs() < 1e6 && !nothing(**v);
    let round = |d: i32| values.iter().filter(alike).all(|v| whole(*v, d));
    let decimals = (0..decimals).find(|d| round(*d)).unwrap_or(decimals);
    let text = |v: &f64| {
        let size = v.abs();
        if !v.is_finite() {
            missing(*v)
        } else if size <= 0.0 {
            "0".to_string()
        } else if nothing(*v) {
            format!("< {}", power_of_ten(-12))
        } else if size >= 1e6 || size < 0.5 * 10f64.powi(1 - decimals) && size < 1e-3 {
            scientific(*v, 2)
        } else if size < 5.0 * 10f64.powi(-decimals) && !whole(*v, decimals) {
            significant(*v)
        } else {
            signed(format!("{v:.*}", decimals as usize))
        }
    };
    values.iter().map(text).collect()
}

/// A value with its error to the error's second digit, and both in full.
pub(super) fn estimate(value: f64, error: f64) -> (String, String) {
    if !(value.is_finite() && error.is_finite() && error > 0.0) {
        let text = floats(&[value]).remove(0);
        let full = full(value, &text);
        return (text, full);
    }
    let whole = format!("{} ± {}", exact(value), exact(error));
    let size = value.abs().max(error);
    if error < 1e-6 * value.abs() {
        return (floats(&[value]).remove(0), whole);
    }
    let power = size.log10().floor() as i32;
    let (factor, times) = if (-3..6).contains(&power) {
        (0, String::new())
    } else {
        (power, format!("×{}", power_of_ten(power)))
    };
    let (v, e) = (value / 10f64.powi(factor), error / 10f64.powi(factor));
    let digits = (1.0 - e.log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{} ± {e:.digits$}", signed(format!("{v:.digits$}")));
    (if times.is_empty() { text } else { format!("({text}){times}") }, whole)
}

/// The number in full, where `shown` is not all of it.
pub(super) fn full(v: f64, shown: &str) -> String {
    let exact = exact(v);
    if !v.is_finite() || signed(exact.clone()) == shown { String::new() } else { exact }
}

/// The shortest digits that give the number back.
fn exact(v: f64) -> String {
    if v == 0.0 || (1e-4..1e15).contains(&v.abs()) { v.to_string() } else { format!("{v:e}") }
}

fn missing(v: f64) -> String {
    if v.is_nan() {
        "–"
    } else if v < 0.0 {
        "−∞"
    } else {
        "∞"
    }
    .to_string()
}

/// Two significant digits of a small number.
fn significant(v: f64) -> String {
    let decimals = (1.0 - v.abs().log10().floor()).clamp(0.0, 9.0) as usize;
    signed(format!("{v:.decimals$}"))
}

fn scientific(v: f64, decimals: usize) -> String {
    let text = format!("{v:.decimals$e}");
    let (lead, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power = power.parse().unwrap_or(0);
    signed(format!("{lead}×{}", power_of_ten(power)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_read_as_people_write_them() {
        assert_eq!(floats(&[10.4, 3.0, f64::NAN]), ["10.4", "3.0", "–"]);
        assert_eq!(floats(&[0.963_21, 0.5, 0.0]), ["0.963", "0.500", "0"]);
        assert_eq!(floats(&[1.0, 2.0, -3.0]), ["1", "2", "−3"]);
        assert_eq!(floats(&[-10.364_2, 0.0]), ["−10.4", "0"]);
        assert_eq!(floats(&[3.14e-33, 1.0]), ["< 10⁻¹²", "1"]);
        assert_eq!(floats(&[3.14e-33, 2e-31]), ["3.14×10⁻³³", "2.00×10⁻³¹"]);
        assert_eq!(floats(&[-5.054e-175, -2.5]), ["< 10⁻¹²", "−2.5"]);
        assert_eq!(floats(&[12.345, 0.001_23]), ["12.3", "0.0012"]);
        assert_eq!(floats(&[1.5e9, 2.0]), ["1.50×10⁹", "2"]);
    }

    #[test]
    fn errors_tell_how_many_digits_count() {
        let text = |v, e| estimate(v, e).0;
        assert_eq!(text(-0.470_512, 0.001_23), "−0.4705 ± 0.0012");
        assert_eq!(text(1.234e-9, 2.1e-11), "(1.234 ± 0.021)×10⁻⁹");
        assert_eq!(text(104.2, 12.0), "104 ± 12");
        assert_eq!(text(2.0, 0.0), "2");
        assert_eq!(text(2.0, f64::NAN), "2");
        assert_eq!(estimate(0.1, 0.01).1, "0.1 ± 0.01");
    }

    #[test]
    fn full_values_stand_where_digits_are_left_out() {
        assert_eq!(full(0.963_21, "0.963"), "0.96321");
        assert_eq!(full(-0.5, "−0.5"), "");
        assert_eq!(full(3.14e-33, "< 10⁻¹²"), "3.14e-33");
    }
}
