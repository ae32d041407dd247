//! What a network can hold, in words and tables.

use super::words;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::network::{Edge, Ending, Points, Stores};
use nullcline_core::diagnostics::dynamics::fixed_points::FixedPoints;

/// How many stable states there are, what the read-out says in them, and how they hang together.
pub fn describe(s: &Stores, found: &FixedPoints) -> String {
    let k = s.stable.len();
    let whole = if found.complete { "" } else { " found" };
    let outputs = s.outputs.first().map_or(0, Vec::len);
    let what = match (s.bits(), s.patterns) {
        (Some(1), _) => format!("{k} stable points{whole}, one for each sign of the output: it holds 1 bit"),
        (Some(bits), _) => {
            format!(
                "{k} stable points{whole}, one for each sign pattern of the {outputs} outputs: it holds {bits} bits"
            )
        }
        (None, Some(patterns)) if patterns == k => {
            format!(
                "{k} stable points{whole}, each with another sign pattern of {}",
                words::count(outputs, "output")
            )
        }
        (None, Some(patterns)) => {
            let patterns = words::count(patterns, "sign pattern");
            format!("{k} stable points{whole}, with {patterns} of {}", words::count(outputs, "output"))
        }
        (None, None) => format!("{k} stable points{whole}"),
    };
    let between = |e: &&Edge| matches!(e.to, Ending::Point(_));
    let led = s.edges.iter().filter(between).count();
    let edges = match s.edges.len() {
        0 => String::new(),
        all => format!("; {led} of the {all} unstable sides of its saddles lead to stable points"),
    };
    format!("{what}{edges}.")
}

/// What is held, in a short sentence.
pub fn short(s: &Stores, found: &FixedPoints) -> String {
    let whole = if found.complete { "" } else { " that were found" };
    let outputs = s.outputs.first().map_or(0, Vec::len);
    match s.bits() {
        Some(1) => "It holds 1 bit: 2 stable points, one for each sign of the output.".into(),
        Some(bits) => format!(
            "It holds {bits} bits: {} stable points, one for each sign pattern of the {outputs} outputs.",
            s.stable.len()
        ),
        None => format!("It comes to rest in one of {} stable points{whole}.", s.stable.len()),
    }
}

/// An end in a word or two.
pub fn place(end: Ending) -> String {
    match end {
        Ending::Point(p) => format!("point {}", p + 1),
        Ending::OtherRest => "rest, at no point that was found".into(),
        Ending::Moving => "still moving".into(),
        Ending::Diverged => "diverged".into(),
    }
}

/// The stable points, and where saddles lead.
pub fn tables(found: &Points) -> Vec<TableOut> {
    let Some(s) = &found.stores else { return vec![] };
    let rows: Vec<usize> = (0..s.stable.len()).collect();
    let outputs = s.outputs.first().map_or(0, Vec::len);
    let stable = Table::of(&rows)
        .column("point", "", |k| s.stable[*k] + 1)
        .column("share", "", |k| s.shares[*k])
        .each((0..outputs).map(|o| format!("output{o}")), |k, o| s.outputs[*k][o])
        .named(
            "stable",
            "The stable points: share of 200 random states that end there, and the read-out's values.",
        );
    if s.edges.is_empty() {
        return vec![stable];
    }
    let edges = Table::of(&s.edges)
        .column("saddle", "", |e| e.saddle + 1)
        .column("direction", "", |e| e.direction + 1)
        .column("side", "", |e| f64::from(e.side))
        .column("leads_to", "", |e| place(e.to))
        .named("graph", "Where the two sides of each saddle's unstable directions lead.");
    vec![stable, edges]
}
