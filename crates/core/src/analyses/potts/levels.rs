//! Columns to states: the different values, or levels of numbers.

use crate::io::table::Values;

/// A column's states.
pub(super) struct Levels {
    /// The state of each row; none where a value is missing.
    pub of: Vec<Option<usize>>,
    /// Names of the states, in order: numbers ascending, texts by letter.
    pub names: Vec<String>,
    /// Where levels of numbers end, the last but for infinity; none of values.
    pub ends: Vec<f64>,
}

/// The different values of a column as its states.
pub(super) fn different(values: &Values) -> Levels {
    match values {
        Values::Number(all) => {
            let mut seen: Vec<f64> = all.iter().copied().filter(|v| !v.is_nan()).map(|v| v + 0.0).collect();
            seen.sort_unstable_by(f64::total_cmp);
            seen.dedup();
            let state = |v: &f64| (!v.is_nan()).then(|| seen.partition_point(|s| *s < *v));
            Levels {
                of: all.iter().map(state).collect(),
                names: seen.iter().map(f64::to_string).collect(),
                ends: vec![],
            }
        }
        Values::Text(all) => {
            let mut seen: Vec<&String> = all.iter().filter(|v| !v.is_empty()).collect();
            seen.sort_unstable();
            seen.dedup();
            let state = |v: &String| (!v.is_empty()).then(|| seen.partition_point(|s| *s < v));
            Levels {
                of: all.iter().map(state).collect(),
                names: seen.into_iter().cloned().collect(),
                ends: vec![],
            }
        }
    }
}

/// `count` levels of numbers, each about equally often: fewer where values are equal. None of texts.
///
/// A level ends where k / count of the values are not above; equal values are in one.
pub(super) fn binned(values: &Values, count: usize) -> Option<Levels> {
    let Values::Number(all) = values else { return None };
    let mut sorted: Vec<f64> = all.iter().copied().filter(|v| !v.is_nan()).map(|v| v + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.last().copied()?;
    let mut ends: Vec<f64> = (1..count).map(|k| sorted[(k * sorted.len() / count).max(1) - 1]).collect();
    ends.dedup();
    ends.retain(|e| *e < last);
    let of = all.iter().map(|v| level(*v, &ends)).collect();
    let name = |k: usize| match (k.checked_sub(1).map(|k| ends[k]), ends.get(k)) {
        (None, Some(to)) => format!("to {to}"),
        (Some(from), Some(to)) => format!("above {from} to {to}"),
        (Some(from), None) => format!("above {from}"),
        (None, None) => "all".into(),
    };
    Some(Levels { of, names: (0..=ends.len()).map(name).collect(), ends })
}

/// The level of a number, of levels that end there; none of a missing one.
pub(super) fn level(v: f64, ends: &[f64]) -> Option<usize> {
    (!v.is_nan()).then(|| ends.partition_point(|e| *e < v))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_states_in_order_and_levels_hold_equal_values() {
        let found = different(&Values::Number(vec![1.0, -1.0, f64::NAN, 1.0, -0.0]));
        assert_eq!(
            (found.of, found.names),
            (vec![Some(2), Some(0), None, Some(2), Some(1)], vec!["-1".into(), "0".into(), "1".into()])
        );
        let found = different(&Values::Text(vec!["b".into(), String::new(), "a".into()]));
        assert_eq!((found.of, found.names), (vec![Some(1), None, Some(0)], vec!["a".to_owned(), "b".into()]));
        let found = binned(&Values::Number(vec![5.0, 1.0, 2.0, 4.0, 3.0, 6.0]), 3).unwrap();
        assert_eq!(found.of, [2, 0, 0, 1, 1, 2].map(Some));
        assert_eq!(found.names, ["to 2", "above 2 to 4", "above 4"]);
        // Mostly silent: one level fewer.
        let found = binned(&Values::Number(vec![0.0, 0.0, 0.0, 0.0, 1.0, 2.0]), 3).unwrap();
        assert_eq!((found.of, found.names.len()), ([0, 0, 0, 0, 1, 1].map(Some).to_vec(), 2));
        assert!(binned(&Values::Text(vec!["a".into()]), 2).is_none());
    }
}
