//! Groups of cells beside each other.

use super::cells::Cell;
use super::flat::meets;
use super::index::short;
use super::joined::Joined;
use super::merge::Numbers;
use super::text::{Compare, Pipeline};
use crate::analyses::Error;
use crate::io::nearest::meant;
use crate::numbers::Estimate;
use crate::report::figures::{Axes, Ink, Series, THIRD, panels, scatter};
use crate::report::page::Section;
use crate::report::runner::Failure;
use crate::report::tables::Table;
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::collections::BTreeMap;

/// Groups whose differences are told pair by pair, at most.
const PAIRS: usize = 8;
/// Quantities that are drawn, at most.
const DRAWN: usize = 9;

/// A quantity of a group.
struct Of {
    quantity: String,
    group: String,
    values: Vec<f64>,
    mean: Estimate,
}

/// Two groups.
struct Apart {
    quantity: String,
    first: String,
    second: String,
    difference: Estimate,
    p: f64,
}

/// Whether cells have what they are to be compared by.
///
/// # Errors
/// A comparison by what none of its cells has, with its line.
pub fn comparable(pipeline: &Pipeline, cells: &[Cell], joined: &Joined) -> Result<(), Error> {
    for compare in &pipeline.compare {
        let own = cells.iter().filter(|c| compare.job.as_ref().is_none_or(|j| *j == c.step));
        let mut known: Vec<&str> =
            own.flat_map(|c| c.varied.keys().chain(c.settings.keys())).map(String::as_str).collect();
        known.extend(joined.columns.iter().map(String::as_str).chain(["input", "job"]));
        known.sort_unstable();
        known.dedup();
        if !known.contains(&compare.by.as_str()) {
            let hint =
                if joined.rows.is_empty() { "; a column of a table of your own needs --with" } else { "" };
            let message = format!(
                "line {}: compare: by = \"{}\": no cell has it; {}{hint}",
                compare.line,
                compare.by,
                meant(&compare.by, &known)
            );
            return Err(Error::input(&pipeline.file, message));
        }
    }
    Ok(())
}

/// A section for each comparison that is asked for.
pub(super) fn compared(
    asked: &[Compare],
    found: &[Numbers],
    warnings: &mut Vec<String>,
) -> Result<Vec<(Section, Vec<String>)>, Failure> {
    let mut all = vec![];
    for (k, compare) in asked.iter().enumerate() {
        let own: Vec<&Numbers> =
            found.iter().filter(|n| compare.job.as_ref().is_none_or(|j| *j == n.cell.step)).collect();
        // Who has no group is in none.
        let group = |n: &&Numbers| n.entry(&compare.by).filter(|g| !g.is_empty());
        let grouped: Vec<(&&Numbers, String)> = own.iter().filter_map(|n| Some((n, group(n)?))).collect();
        all.push(one(k, compare, &grouped, warnings)?);
    }
    Ok(all)
}

fn one(
    k: usize,
    compare: &Compare,
    grouped: &[(&&Numbers, String)],
    warnings: &mut Vec<String>,
) -> Result<(Section, Vec<String>), Failure> {
    let names = names(compare, grouped);
    for pattern in compare.quantities.iter().filter(|p| !names.iter().any(|n| meets(p, n))) {
        warnings.push(format!("compare: no cell has the quantity {pattern}."));
    }
    let (mut means, mut apart) = (vec![], vec![]);
    for name in &names {
        let mut groups: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (n, group) in grouped {
            if let Some(q) = n.quantity(name) {
                groups.entry(group).or_default().push(q.estimate.value);
            }
        }
        let of: Vec<Of> = groups
            .into_iter()
            .map(|(group, values)| Of {
                quantity: name.clone(),
                group: group.into(),
                mean: Estimate::mean(values.iter().copied()),
                values,
            })
            .collect();
        if of.len() <= PAIRS {
            for (i, a) in of.iter().enumerate() {
                apart.extend(of[i + 1..].iter().map(|b| between(a, b)));
            }
        }
        means.extend(of);
    }
    let mut clear: Vec<&Apart> = apart.iter().filter(|a| a.p < 0.05).collect();
    clear.sort_by(|a, b| a.p.total_cmp(&b.p));
    let told: Vec<String> = clear.into_iter().take(3).map(sentence).collect();
    let id = if k == 0 { "compared".to_owned() } else { format!("compared_{}", k + 1) };
    let table = Table::of(&means)
        .column("quantity", "", |m| m.quantity.clone())
        .column(&compare.by, "", |m| m.group.clone())
        .column("cells", "", |m| m.values.len())
        .column("mean", "", |m| m.mean)
        .named("groups", "Means over the cells of each group, with standard errors between cells.");
    let differences = Table::of(&apart)
        .column("quantity", "", |a| a.quantity.clone())
        .column("first", "", |a| a.first.clone())
        .column("second", "", |a| a.second.clone())
        .column("difference", "", |a| a.difference)
        .column("p", "", |a| a.p)
        .named("differences", "The mean of the second group less that of the first; p of Welch's test, not corrected for how many there are.");
    let mut section = Section::new(&id, format!("By {}", compare.by))
        .method(
            "Each cell is one value. The difference of two means has the standard error of Welch, sqrt(s1^2/n1 + s2^2/n2), and p is of Student's \
             law with his degrees of freedom. Of many comparisons one in twenty lies below 0.05 by chance.",
        )
        .tables([table, differences]);
    if let Some(figure) = draw(compare, &names, &means).map_err(Failure::from)? {
        section = section.figures([figure]);
    }
    Ok((section, told))
}

/// Quantities that are asked for, else those that all cells of the groups have and that differ between some.
fn names(compare: &Compare, grouped: &[(&&Numbers, String)]) -> Vec<String> {
    let mut all: Vec<String> = vec![];
    for q in grouped.iter().flat_map(|(n, _)| &n.all) {
        if !all.contains(&q.name) {
            all.push(q.name.clone());
        }
        // All cells of a job have the same ones, as a rule.
        if all.len() > 2000 {
            break;
        }
    }
    let values = |name: &str| {
        grouped.iter().map(|(n, _)| n.quantity(name).map(|q| q.estimate.value)).collect::<Vec<_>>()
    };
    all.retain(|name| match compare.quantities.is_empty() {
        true => {
            let values = values(name);
            values.iter().all(Option::is_some)
                && values.windows(2).any(|w| w[0].map(f64::to_bits) != w[1].map(f64::to_bits))
        }
        false => compare.quantities.iter().any(|p| meets(p, name)),
    });
    all
}

fn between(a: &Of, b: &Of) -> Apart {
    let (difference, p) = welch(&a.values, &b.values);
    Apart { quantity: a.quantity.clone(), first: a.group.clone(), second: b.group.clone(), difference, p }
}

/// The mean of the second less that of the first, with its error, and the two-sided p of Welch's test; neither of groups of one, p of no
/// spread in both.
///
/// Source: Welch, Biometrika 34, 28 (1947).
fn welch(a: &[f64], b: &[f64]) -> (Estimate, f64) {
    let of = |v: &[f64]| {
        let n = v.len() as f64;
        let mean = v.iter().sum::<f64>() / n;
        (mean, v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0) / n, n - 1.0)
    };
    let ((ma, va, fa), (mb, vb, fb)) = (of(a), of(b));
    let (value, n, both) = (mb - ma, a.len().min(b.len()), va + vb);
    if fa < 1.0 || fb < 1.0 {
        return (Estimate::unknown(value, n), f64::NAN);
    }
    let freedom = both * both / (va * va / fa + vb * vb / fb);
    let t = value / both.sqrt();
    let p = StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |law| 2.0 * law.cdf(-t.abs()));
    (Estimate::new(value, both.sqrt(), n), p)
}

fn sentence(a: &Apart) -> String {
    let words = crate::report::sections::words::with_error;
    let p = crate::report::sections::words::number(a.p);
    format!("{}: {} less {} is {} (p = {p}).", a.quantity, a.second, a.first, words(a.difference))
}

/// Values of cells and means of groups, a panel a quantity.
fn draw(
    compare: &Compare,
    names: &[String],
    means: &[Of],
) -> Result<Option<crate::report::Figure>, crate::report::Error> {
    let mut shown = vec![];
    for name in names.iter().take(DRAWN) {
        let own: Vec<&Of> = means.iter().filter(|m| m.quantity == *name).collect();
        let (mut x, mut y) = (vec![], vec![]);
        for (k, m) in own.iter().enumerate() {
            for (i, v) in m.values.iter().enumerate() {
                // Side by side, not on one another.
                x.push(k as f64 + 0.3 * ((i as f64 * 0.618_034).fract() - 0.5));
                y.push(*v);
            }
        }
        let places: Vec<f64> = (0..own.len()).map(|k| k as f64).collect();
        let middle: Vec<f64> = own.iter().map(|m| m.mean.value).collect();
        let error: Vec<f64> = own.iter().map(|m| m.mean.error()).collect();
        let series = [
            Series::new("", &x, &y).ink(Ink::Grey),
            Series::new("", &places, &middle).errors(&error).ink(Ink::Series(0)),
        ];
        let axes = Axes {
            x_names: own.iter().enumerate().map(|(k, m)| (k as f64, m.group.clone())).collect(),
            x_range: Some([-0.6, own.len() as f64 - 0.4]),
            ..Axes::new(&compare.by, short(name)).wide(THIRD)
        };
        shown.push(scatter(&series, &axes)?.named("quantity", name, "")?);
    }
    if shown.is_empty() {
        return Ok(None);
    }
    let caption = "Every cell (grey), and the mean of each group with its standard error.";
    panels("groups", &format!("By {}", compare.by), caption, &shown, 3).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy.stats.ttest_ind([1, 2, 4, 7], [3, 6, 8, 9, 12], equal_var=False).pvalue
    #[test]
    fn welchs_test_is_scipys() {
        let (difference, p) = welch(&[1.0, 2.0, 4.0, 7.0], &[3.0, 6.0, 8.0, 9.0, 12.0]);
        assert!((p - SCIPY).abs() < 1e-10, "{p}");
        assert!((difference.value - 4.1).abs() < 1e-12 && difference.n == 4);
        // One group all alike: scipy.stats.ttest_ind([7] * 4, [7, 6, 7, 6], equal_var=False)
        let (difference, p) = welch(&[7.0; 4], &[7.0, 6.0, 7.0, 6.0]);
        assert!(
            (p - ALIKE).abs() < 1e-10 && (difference.error() - 12f64.sqrt().recip()).abs() < 1e-12,
            "{p}"
        );
        assert!(welch(&[1.0], &[2.0, 3.0]).1.is_nan());
    }
    const ALIKE: f64 = 0.181_690_113_816_209_36;
    const SCIPY: f64 = 0.079_841_291_812_374_43;
}
