//! Round tick values and how they are written: 1-2-5 steps, true minus signs, powers of ten.

use super::scale::Scale;

/// The ticks of an axis.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ticks {
    /// Value and label.
    pub major: Vec<(f64, String)>,
    /// Values without a label.
    pub minor: Vec<f64>,
    /// The power of ten that all labels are multiples of, if it is not 1.
    pub factor: Option<String>,
}

/// About `target` ticks; whole numbers only if `integer`.
pub(crate) fn ticks(scale: Scale, target: f64, integer: bool) -> Ticks {
    if scale.log { log(scale, target) } else { linear(scale, target, integer) }
}

fn linear(scale: Scale, target: f64, integer: bool) -> Ticks {
    let raw = (scale.hi / target.max(1.0) - scale.lo / target.max(1.0)).max(f64::MIN_POSITIVE);
    let mut power = raw.log10().floor() as i32;
    let lead = raw / 10f64.powi(power);
    let mut mantissa = 1;
    for (limit, next) in [(1.5, 2), (3.5, 5), (7.5, 10)] {
        if lead > limit {
            mantissa = next;
        }
    }
    if mantissa == 10 {
        (mantissa, power) = (1, power + 1);
    }
    if integer && power < 0 {
        (mantissa, power) = (1, 0);
    }
    let step = f64::from(mantissa) * 10f64.powi(power);
    let (first, last) = ((scale.lo / step - 1e-9).ceil() as i64, (scale.hi / step + 1e-9).floor() as i64);
    if last.saturating_sub(first) > 100 {
        return Ticks::default();
    }
    let largest = first.abs().max(last.abs()) as f64 * step;
    let size = if largest > 0.0 { (largest.log10() + 1e-9).floor() as i32 } else { 0 };
    let shared = if size >= 5 || size <= -4 { size } else { 0 };
    let decimals = (shared - power).max(0) as usize;
    let mut major: Vec<(f64, String)> = (first..=last)
        .map(|k| {
            let digits = k as f64 * f64::from(mantissa);
            let label = digits * 10f64.powi(power - shared);
            (digits * 10f64.powi(power), signed(format!("{label:.decimals$}")))
        })
        .collect();
    // An index starts at one: a tick there tells more than the bare end of the axis.
    if integer && scale.lo > 0.0 && scale.lo < 1.0 && shared == 0 && step > 1.5 {
        major.insert(0, (1.0, "1".into()));
    }
    let factor = (shared != 0).then(|| format!("×{}", power_of_ten(shared)));
    Ticks { major, minor: Vec::new(), factor }
}

fn log(scale: Scale, target: f64) -> Ticks {
    let (a, b) = (scale.lo.log10().max(-324.0), scale.hi.log10().min(309.0));
    let (first, last) = ((a - 1e-9).ceil() as i32, (b + 1e-9).floor() as i32);
    let inside = |v: f64| v >= scale.lo * (1.0 - 1e-9) && v <= scale.hi * (1.0 + 1e-9);
    let mut ticks = Ticks::default();
    if last - first < 1 {
        let steps: &[i32] = if b - a < 0.5 { &[1, 2, 3, 4, 5, 6, 7, 8, 9] } else { &[1, 2, 5] };
        for decade in first - 1..=last {
            for &m in steps {
                let v = f64::from(m) * 10f64.powi(decade);
                if inside(v) {
                    ticks.major.push((v, plain(v, m, decade)));
                }
            }
        }
        return ticks;
    }
    let stride = [1, 2, 3, 5, 10, 20, 50, 100]
        .into_iter()
        .find(|s| (first..=last).filter(|e| e.rem_euclid(*s) == 0).count() as f64 <= target.max(2.0))
        .unwrap_or(100);
    // Strides count from 10⁰ so that it is labelled whenever it is in range.
    for e in (first..=last).filter(|e| e.rem_euclid(stride) == 0) {
        ticks.major.push((10f64.powi(e), power_of_ten(e)));
    }
    if stride == 1 && last - first <= 6 {
        for decade in first - 1..=last {
            ticks.minor.extend((2..10).map(|m| f64::from(m) * 10f64.powi(decade)).filter(|v| inside(*v)));
        }
    } else if stride > 1 {
        ticks.minor.extend((first..=last).map(|e| 10f64.powi(e)));
    }
    ticks
}

fn plain(v: f64, mantissa: i32, power: i32) -> String {
    if (-3..5).contains(&power) {
        let decimals = (-power).max(0) as usize;
        format!("{v:.decimals$}")
    } else if mantissa == 1 {
        power_of_ten(power)
    } else {
        format!("{mantissa}×{}", power_of_ten(power))
    }
}

/// Replaces the hyphen of a negative number by a minus sign and drops the sign of zero.
pub(crate) fn signed(number: String) -> String {
    match number.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_string(),
        Some(rest) => format!("−{rest}"),
        None => number,
    }
}

/// 10 with a superscript exponent; 1 and 10 as such.
pub(crate) fn power_of_ten(exponent: i32) -> String {
    match exponent {
        0 => return "1".into(),
        1 => return "10".into(),
        _ => {}
    }
    let digits = exponent.to_string();
    let raised = digits.chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32(0x2070 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
    });
    std::iter::once("10".to_string()).chain(raised.map(String::from)).collect()
}

/// A number for a label or a caption, with three significant digits.
pub(crate) fn brief(v: f64) -> String {
    if !v.is_finite() {
        return "–".into();
    }
    let size = if v.abs() > 0.0 { v.abs().log10().floor() as i32 } else { 0 };
    if (-3..5).contains(&size) {
        let text = format!("{v:.*}", (2 - size).max(0) as usize);
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        return signed(text.to_string());
    }
    let lead = signed(format!("{:.1}", v / 10f64.powi(size)));
    format!("{lead}×{}", power_of_ten(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(lo: f64, hi: f64, log: bool) -> Vec<String> {
        ticks(Scale { lo, hi, log }, 5.0, false).major.into_iter().map(|t| t.1).collect()
    }

    #[test]
    fn round_values_without_dust() {
        assert_eq!(labels(-0.31, 0.32, false), ["−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(0.0, 1.0, false), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(-7.0, 103.0, false), ["0", "20", "40", "60", "80", "100"]);
    }

    #[test]
    fn large_and_small_numbers_share_a_power() {
        let t = ticks(Scale::exact(0.0, 4e-7), 4.0, false);
        assert_eq!(t.factor.as_deref(), Some("×10⁻⁷"));
        assert_eq!(t.major[1].1, "1");
        assert_eq!(ticks(Scale::exact(0.0, 9e4), 4.0, false).factor, None);
    }

    #[test]
    fn decades() {
        assert_eq!(labels(1e-3, 10.0, true), ["10⁻³", "10⁻²", "10⁻¹", "1", "10"]);
        assert_eq!(labels(1e-30, 1e3, true), ["10⁻³⁰", "10⁻²⁰", "10⁻¹⁰", "1"]);
        assert_eq!(labels(2.0, 30.0, true), ["2", "5", "10", "20"]);
    }

    #[test]
    fn short_numbers() {
        assert_eq!(brief(0.0), "0");
        assert_eq!(brief(-0.1234), "−0.123");
        assert_eq!(brief(12.0), "12");
        assert_eq!(brief(1.25e-9), "1.2×10⁻⁹");
    }
}
