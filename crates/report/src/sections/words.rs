//! Numbers as a reader wants them.

use nullcline_core::analyses::activity::By;
use nullcline_core::analyses::network::{InputKind, Source};
use nullcline_core::numbers::Estimate;

/// About four significant digits, a power of ten where the number is very large or small.
pub fn number(v: f64) -> String {
    if !v.is_finite() {
        return if v.is_nan() {
            "not determined".into()
        } else {
            format!("{}∞", if v < 0.0 { "−" } else { "" })
        };
    }
    let size = v.abs();
    let text = if size == 0.0 {
        "0".into()
    } else if !(1e-3..1e5).contains(&size) {
        let text = format!("{v:.2e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        format!("{mantissa} × 10{}", superscript(exponent))
    } else {
        let digits = (3 - size.log10().floor() as i32).clamp(0, 6) as usize;
        let text = format!("{v:.digits$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    };
    text.replace('-', "−")
}

fn superscript(digits: &str) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or('⁻', |d| RAISED[d as usize]);
    digits.chars().filter(|c| *c != '+').map(raise).collect()
}

/// A value with its standard error, both to the error's second digit; alone where the error is not known.
pub fn with_error(e: Estimate) -> String {
    let Estimate { value, std_error: Some(error), .. } = e else { return number(e.value) };
    if !value.is_finite() {
        return number(value);
    }
    // Below what is worth printing the error says no more than that the value is exact.
    if error < 1e-6 * value.abs().max(1e-3) {
        return number(value);
    }
    let text = |value: f64, error: f64| {
        let digits = (1 - error.log10().floor() as i32).clamp(0, 8) as usize;
        format!("{value:.digits$} ± {error:.digits$}").replace('-', "−")
    };
    let exponent = value.abs().max(error).log10().floor() as i32;
    if (-4..6).contains(&exponent) {
        return text(value, error);
    }
    // Divided twice: a power of ten beyond the range of numbers is none.
    let half = 10f64.powi(exponent / 2);
    let unit = 10f64.powi(exponent - exponent / 2);
    format!("({}) × 10{}", text(value / half / unit, error / half / unit), superscript(&exponent.to_string()))
}

pub use nullcline_core::io::shown::count;

/// What errors are between.
pub fn between(by: By) -> String {
    match by {
        By::Trials(n) => count(n, "trial"),
        By::Blocks(n) => format!("{} of successive rows", count(n, "block")),
        By::Rows => "rows".into(),
    }
}

/// Trajectories, counted, and what they start from and are driven by.
pub fn source(s: Source) -> String {
    if s.trials {
        return count(s.trajectories, "trial");
    }
    let count = match s.trajectories {
        1 => "1 trajectory".to_owned(),
        n => format!("{n} trajectories"),
    };
    let from = if s.given { "the given initial states" } else { "random initial states" };
    match s.input {
        InputKind::Varying => format!("{count} from {from} under the given inputs"),
        InputKind::None => format!("{count} from {from} without input"),
        InputKind::Constant => format!("{count} from {from} under the constant input"),
    }
}

/// How many components carry 90 % of the variance, in a clause.
pub fn carry(components: usize, of: usize) -> String {
    let verb = if components == 1 { "carries" } else { "carry" };
    format!("{components} of {} {verb} 90 % of the variance", count(of, "component"))
}

/// A path as a shell takes it.
pub fn shell(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// A p value, to two significant digits.
pub fn p(p: f64) -> String {
    // Of NaN too.
    if !(p >= 1e-4) {
        return number(p);
    }
    let digits = (1 - p.log10().floor() as i32).clamp(1, 6) as usize;
    let text = format!("{p:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A share with its error, as a percentage.
pub fn percent_with_error(share: Estimate) -> String {
    format!("{} %", with_error(share.times(100.0)))
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(-0.344_62), "−0.3446");
        assert_eq!(number(1234.5), "1234");
        assert_eq!(number(2.0), "2");
        assert_eq!(number(1.5e-9), "1.50 × 10⁻⁹");
        assert_eq!(with_error(Estimate::new(0.123_456, 0.001_2, 5)), "0.1235 ± 0.0012");
        assert_eq!(with_error(Estimate::new(-2.0, 1e-14, 5)), "−2");
        assert_eq!(with_error(Estimate::new(1.925_65e-8, 4.977e-9, 60)), "(1.93 ± 0.50) × 10⁻⁸");
        assert_eq!(with_error(Estimate::new(-640_923_967.0, 224_196_845.0, 60)), "(−6.4 ± 2.2) × 10⁸");
        assert_eq!(with_error(Estimate::unknown(0.5, 1)), "0.5");
        assert_eq!([0.002_874, 0.13, 0.5, 1.0, 3.2e-7].map(p), ["0.0029", "0.13", "0.5", "1", "3.20 × 10⁻⁷"]);
        assert_eq!(count(1, "point"), "1 point");
        assert_eq!(shell(std::path::Path::new("a/b.npz")), "a/b.npz");
        assert_eq!(shell(std::path::Path::new("a b/it's")), "'a b/it'\\''s'");
    }
}
