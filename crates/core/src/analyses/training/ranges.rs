//! Settings that are a value or, in a search, a range.

use super::{Choice, Parameter, Range, Search};
use crate::training::trainer::Settings;

/// What stands after an option.
#[derive(Debug, PartialEq)]
enum Given {
    Nothing,
    /// `none`: no limit.
    Unlimited,
    Value(f64),
    Range(Range),
}

/// Reads `text`: a number, `none` where there may be no limit, `FROM:TO` or `A,B,C`.
fn read(parameter: Parameter, text: Option<&str>) -> Result<Given, String> {
    let option = parameter.name();
    let Some(text) = text else { return Ok(Given::Nothing) };
    let number = |word: &str| match word.trim().parse::<f64>() {
        Ok(v) if v.is_finite() => Ok(v),
        _ => Err(format!("--{option} {text}: `{word}` is not a number; expected a number, FROM:TO or A,B,C")),
    };
    let whole = |v: f64| match parameter {
        Parameter::Patience if !(1.0..=1e6).contains(&v) || v.fract() != 0.0 => {
            Err(format!("--{option} {text}: expected whole epochs, at least 1 and at most 1,000,000"))
        }
        _ => Ok(v),
    };
    let value = |word: &str| number(word).and_then(whole);
    if text == "none" && matches!(parameter, Parameter::Clip | Parameter::Patience) {
        return Ok(Given::Unlimited);
    }
    if let Some((lo, hi)) = text.split_once(':') {
        let (lo, hi) = (value(lo)?, value(hi)?);
        let log = parameter != Parameter::Patience;
        if !(lo < hi && (lo > 0.0 || !log)) {
            return Err(format!("--{option} {text}: expected FROM:TO with 0 < FROM < TO"));
        }
        return Ok(Given::Range(Range::Between { lo, hi, log }));
    }
    if text.contains(',') {
        return Ok(Given::Range(Range::OneOf(text.split(',').map(value).collect::<Result<_, _>>()?)));
    }
    value(text).map(Given::Value)
}

/// Writes given values into `settings`, and makes of `choice` and the ranges the search.
pub(super) fn apply(
    given: [(Parameter, Option<String>); 5],
    choice: Option<Choice>,
    settings: &mut Settings,
) -> Result<Option<Search>, String> {
    let mut space = Vec::new();
    for (parameter, text) in given {
        match (read(parameter, text.as_deref())?, choice) {
            (Given::Nothing, None) => {}
            (Given::Nothing, Some(_)) => space.push((parameter, parameter.usual())),
            (Given::Unlimited, _) => match parameter {
                Parameter::Clip => settings.clip = None,
                _ => settings.patience = None,
            },
            (Given::Value(v), _) => parameter.set(settings, v),
            (Given::Range(range), Some(_)) => space.push((parameter, range)),
            (Given::Range(_), None) => {
                return Err(format!(
                    "--{} {}: a range goes with --search or --grid; expected one value",
                    parameter.name(),
                    text.unwrap_or_default()
                ));
            }
        }
    }
    let Some(choice) = choice else { return Ok(None) };
    if space.is_empty() {
        return Err("nothing is left to search: every setting has one value".into());
    }
    Ok(Some(Search { choice, space }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_ranges_and_lists_are_read() {
        let clip = |text| read(Parameter::Clip, Some(text));
        assert_eq!(clip("0.5"), Ok(Given::Value(0.5)));
        assert_eq!(clip("none"), Ok(Given::Unlimited));
        let log = Range::Between { lo: 1e-4, hi: 1e-2, log: true };
        assert_eq!(clip("1e-4:1e-2"), Ok(Given::Range(log)));
        assert_eq!(clip("1,2,3"), Ok(Given::Range(Range::OneOf(vec![1.0, 2.0, 3.0]))));
        let even = Range::Between { lo: 5.0, hi: 80.0, log: false };
        assert_eq!(read(Parameter::Patience, Some("5:80")), Ok(Given::Range(even)));
        assert_eq!(read(Parameter::Rate, None), Ok(Given::Nothing));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (parameter, text, expected) in [
            (Parameter::Rate, "fast", "--rate fast: `fast` is not a number"),
            (Parameter::Rate, "none", "--rate none: `none` is not a number"),
            (Parameter::Clip, "2:1", "--clip 2:1: expected FROM:TO with 0 < FROM < TO"),
            (Parameter::Dropout, "0:0.5", "expected FROM:TO with 0 < FROM < TO"),
            (Parameter::Patience, "2.5", "expected whole epochs, at least 1"),
        ] {
            let error = read(parameter, Some(text)).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
