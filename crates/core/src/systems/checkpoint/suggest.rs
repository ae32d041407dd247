//! A command for a file whose names are not known.

use super::effective::Catalogue;
use super::entry::{Entry, parted};

/// Options that would read the file, as far as shapes and words tell; nothing where no one matrix stands out.
pub fn command(all: &Catalogue) -> Option<String> {
    let word = |e: &Entry, words: &[&str]| {
        let name = e.name().to_lowercase();
        words.iter().any(|w| name.contains(w))
    };
    let recurrent = ["rec", "h2h", "hh", "hidden", "w_r", "wr"];
    let into = ["input", "i2h", "x2h", "w_in", "win", "wi", "ih", "in."];
    let out = ["out", "read", "h2o", "wo", "fc", "dec"];
    let square: Vec<&Entry> =
        all.entries.iter().filter(|e| e.matrix().is_some_and(|(r, c)| r == c && r > 1)).collect();
    let named: Vec<&Entry> = square
        .iter()
        .copied()
        .filter(|e| word(e, &recurrent) && !word(e, &["dale", "mask", "conn"]))
        .collect();
    let w = match (&named[..], &square[..]) {
        ([one], _) | ([], [one]) => *one,
        _ => return None,
    };
    let units = w.matrix()?.0;
    let beside = |words: &[&str]| {
        let fits =
            |e: &&Entry| e.matrix().is_some_and(|(r, c)| r == units || c == units) && e.name() != w.name();
        let mut found = all.entries.iter().filter(fits).filter(|e| word(e, words));
        found.next().filter(|_| found.next().is_none())
    };
    let (u, d) = (beside(&into), beside(&out));
    let vector =
        |e: &&Entry| e.tensor.data.len() == units && e.tensor.shape.iter().filter(|s| **s != 1).count() <= 1;
    let bias = |e: &&Entry| vector(e) && (word(e, &["bias"]) || parted(e.name()).1.starts_with('b'));
    let biases: Vec<&str> = all.entries.iter().filter(bias).map(Entry::name).collect();
    let mut map = vec![format!("w_rec={}", w.name())];
    map.extend(u.map(|u| format!("w_in={}", u.name())));
    map.extend((!biases.is_empty()).then(|| format!("b={}", biases.join("+"))));
    map.extend(d.map(|d| format!("readout={}", d.name())));
    Some(format!("--cell CELL --map {}", map.join(",")))
}
