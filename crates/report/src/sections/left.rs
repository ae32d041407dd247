//! What an analysis of a recording left out.

use super::words::count;
use nullcline_core::analyses::activity::{Left, VALUES};

/// A sentence on it.
pub fn said(left: &Left) -> String {
    match left {
        Left::Thinned { module, every } => format!(
            "The module {} took one row in {every}: it holds at most {VALUES} numbers in memory.",
            module.name()
        ),
        Left::OneStepIn { module, every } => format!(
            "The module {} took one step in {every}: those of a trial that follow one another tell little more than one of them.",
            module.name()
        ),
        Left::Smoothed { module } => format!(
            "The module {} left out what comes again from row to row: rows were smoothed (--smooth), and noise comes again with them.",
            module.name()
        ),
        Left::Broken { module, trials } => format!(
            "The module {} left out {}, which lack rows or begin at another time: their steps are not those of the others.",
            module.name(),
            count(*trials, "trial")
        ),
        Left::Unusable { target, why } => format!("The target {target} was passed over: it {why}."),
        Left::Beyond { looked, first, count: 1, .. } => {
            format!("The target {first} was passed over: the first {looked} are looked at.")
        }
        Left::Beyond { looked, first, last, count } => {
            format!("{count} targets, {first} to {last}, were passed over: the first {looked} are looked at.")
        }
        Left::NoLabels { target, values } => format!(
            "The target {target} was not decoded: it has {values} values, expected labels: texts, or few whole numbers."
        ),
        Left::NoNumber { target, labels } => format!(
            "The target {target} was left out of selectivity: it has {labels} labels, expected numbers or two labels."
        ),
        Left::NoOrder { factor, levels } => format!(
            "The condition {factor} has no axis: its {levels} texts have no order to regress on, expected numbers or two values."
        ),
        Left::Missing { target, rows } => {
            format!("{} without a value of {target} left out.", count(*rows, "row"))
        }
        Left::NotDecoded { target, why } => format!("The target {target} was not decoded: {why}."),
        Left::Collinear => "The targets are collinear: the units were regressed on each alone.".into(),
        Left::Parted { target } => format!(
            "A plane parts the two labels of {target}: its read-out is that of a weak ridge, and explains as much as the \
             ridge lets it."
        ),
        Left::Few { target } => format!(
            "The read-out of {target} goes through every row: the rows are too few for so many units, what it explains says \
             nothing."
        ),
        Left::NoError => "Some angles or shares have no error: with a part of the rows left out, a read-out of theirs does not \
                          exist or is of another kind."
            .into(),
    }
}

/// Rows left out for their missing values.
pub fn rows(dropped: usize) -> Option<String> {
    (dropped > 0)
        .then(|| format!("{} with missing values left out (--missing drop-rows).", count(dropped, "row")))
}
