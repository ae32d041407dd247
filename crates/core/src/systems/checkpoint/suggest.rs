//! A command for a file whose names are not known.

use super::effective::Catalogue;
use super::entry::{Entry, joined, parted};
use crate::io::tensors::Tensors;

/// Words in the names of weights between units, onto them, of what is read, and of what only changes weights.
const RECURRENT: [&str; 8] = ["rec", "h2h", "hh", "hidden", "w_r", "wr", "rnn", "j"];
const INTO: [&str; 11] = ["input", "inp", "i2h", "x2h", "w_in", "win", "wi", "ih", "in.", "b", "u"];
const OUT: [&str; 7] = ["out", "read", "h2o", "wo", "fc", "dec", "w"];
const NO_WEIGHTS: [&str; 8] = ["dale", "mask", "conn", "sign", "cov", "j0", "w0", "init"];

fn word(e: &Entry, words: &[&str]) -> bool {
    let name = e.name().to_lowercase();
    // A letter alone is a name of its own.
    words.iter().any(|w| if w.len() == 1 { parted(&name).1 == *w } else { name.contains(w) })
}

/// Whether the last part of a name ends with `in`, as Jin has it.
fn ends_in(e: &Entry) -> bool {
    parted(&e.name().to_lowercase()).1.ends_with("in")
}

/// Whether it is a column or row of one number a unit under a bias's name, as MATLAB has them.
fn is_bias(e: &Entry, units: usize) -> bool {
    let one = e.matrix().is_some_and(|m| m == (units, 1) || m == (1, units));
    one && (parted(e.name()).1 == "b" && units > 1 || word(e, &["bias"]))
}

/// Options that would read the file, as far as shapes and words tell; nothing where no one matrix stands out.
///
/// ```
/// use nullcline_core::io::tensors::{Tensor, Tensors};
/// use nullcline_core::systems::checkpoint::suggested;
///
/// let tensor = |name: &str, shape: Vec<usize>| Tensor { name: name.into(), shape, dtype: "f64".into(), data: vec![] };
/// let tensors = vec![tensor("J", vec![5, 5]), tensor("B", vec![5, 2]), tensor("w", vec![1, 5])];
/// let file = Tensors { format: "npz", tensors, ..Tensors::default() };
/// assert_eq!(suggested(&file).unwrap(), "--cell CELL --map w_rec=J,w_in=B,readout=w");
/// ```
pub fn suggested(file: &Tensors) -> Option<String> {
    command(&Catalogue::of(file))
}

pub(super) fn command(all: &Catalogue) -> Option<String> {
    let square: Vec<&Entry> = all
        .entries
        .iter()
        .filter(|e| e.matrix().is_some_and(|(r, c)| r == c && r > 1) && !word(e, &NO_WEIGHTS))
        .collect();
    let named: Vec<&Entry> = square.iter().copied().filter(|e| word(e, &RECURRENT)).collect();
    let w = match (&named[..], &square[..]) {
        ([one], _) | ([], [one]) => *one,
        ([], []) => return combined(all).or_else(|| low_rank(all)).or_else(|| gated(all)),
        _ => return low_rank(all),
    };
    let units = w.matrix()?.0;
    let beside = |words: &[&str], more: fn(&Entry) -> bool| {
        let fits = |e: &&Entry| {
            e.matrix().is_some_and(|(r, c)| r == units || c == units)
                && e.name() != w.name()
                && !is_bias(e, units)
        };
        let mut found =
            all.entries.iter().filter(fits).filter(|e| (word(e, words) || more(e)) && !word(e, &NO_WEIGHTS));
        found.next().filter(|_| found.next().is_none())
    };
    let (u, d) = (beside(&INTO, ends_in), beside(&OUT, |_| false));
    // A read-out of some units alone, as of excitatory ones: the code makes other weights of what is stored.
    let narrow = |e: &&Entry| {
        e.matrix().is_some_and(|(r, c)| r < units && c < units) && word(e, &["fc", "readout", "out"])
    };
    if d.is_none() && acting(all, w) == w.name() && all.entries.iter().any(|e| narrow(&e)) {
        return None;
    }
    let vector = |e: &&Entry| e.tensor.shape.iter().filter(|s| **s != 1).count() <= 1;
    let length = |e: &Entry| e.tensor.shape.iter().product::<usize>();
    let bias = |e: &&Entry| {
        // Of the read-out's own module, where that is not the network's too.
        let module = parted(e.name()).0;
        let own = !module.is_empty()
            && module != parted(w.name()).0
            && d.is_some_and(|d| parted(d.name()).0 == module);
        vector(e) && length(e) == units && !own && (word(e, &["bias"]) || parted(e.name()).1.starts_with('b'))
    };
    let biases: Vec<&str> = all.entries.iter().filter(bias).map(Entry::name).collect();
    let mut map = vec![format!("w_rec={}", acting(all, w))];
    map.extend(u.map(|u| format!("w_in={}", acting(all, u))));
    map.extend((!biases.is_empty()).then(|| format!("b={}", biases.join("+"))));
    map.extend(d.map(|d| format!("readout={}", d.name())));
    let outputs = d.and_then(Entry::matrix).map(|(r, c)| if c == units { r } else { c });
    let own = d.and_then(|d| bias_of(all, d)).filter(|b| {
        let length = all.get(b).map(|e| e.tensor.data.len().max(length(e)));
        length == outputs && !biases.contains(&b.as_str())
    });
    map.extend(own.map(|b| format!("readout_bias={b}")));
    written(&map)
}

/// The options of a map, quoted where a shell would take it apart; none where a name has a comma, which no map can hold.
fn written(map: &[String]) -> Option<String> {
    if map.iter().any(|part| part.contains([',', '\''])) {
        return None;
    }
    let map = map.join(",");
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ',' | '=' | '+' | '/' | ':');
    let map = if map.chars().all(plain) { map } else { format!("'{map}'") };
    Some(format!("--cell CELL --map {map}"))
}

/// Two matrices m and n of one shape, higher than wide, whose product is the recurrent matrix.
fn low_rank(all: &Catalogue) -> Option<String> {
    let find = |leaf: &str| all.entries.iter().find(|e| parted(e.name()).1 == leaf);
    let (m, n) = (find("m")?, find("n")?);
    let (units, _) = m.matrix().filter(|m| n.matrix() == Some(*m) && m.0 > m.1)?;
    let fits = |e: &&Entry| e.tensor.shape.contains(&units);
    let one = |leaves: [&str; 4]| {
        all.entries.iter().filter(fits).find(|e| leaves.contains(&parted(e.name()).1)).map(Entry::name)
    };
    let mut map = vec![format!("m={}", m.name()), format!("n={}", n.name())];
    map.extend(one(["wi", "w_in", "win", "I"]).map(|u| format!("w_in={u}")));
    map.extend(one(["wo", "w_out", "wout", "w"]).map(|d| format!("readout={d}")));
    written(&map)
}

/// One matrix of three or four blocks of square shape, and what has as many rows.
fn gated(all: &Catalogue) -> Option<String> {
    let blocks = |(r, c): (usize, usize)| {
        (c > 1 && [3, 4].iter().any(|g| c.checked_mul(*g) == Some(r))).then(|| r / c)
    };
    let mut tall =
        all.entries.iter().filter(|e| e.matrix().and_then(blocks).is_some() && !word(e, &NO_WEIGHTS));
    let w = tall.next()?;
    let rows = w.matrix()?.0;
    if tall.next().is_some() {
        return None;
    }
    let others = |e: &&Entry| e.name() != w.name();
    let into = all.entries.iter().filter(others).find(|e| e.matrix().is_some_and(|m| m.0 == rows && m.1 > 1));
    let bias = |e: &&Entry| e.tensor.shape == [rows];
    let biases: Vec<&str> = all.entries.iter().filter(bias).map(Entry::name).collect();
    let mut map = vec![format!("w_rec={}", w.name())];
    map.extend(into.map(|u| format!("w_in={}", u.name())));
    map.extend((biases.len() == 1).then(|| format!("b={}", biases[0])));
    map.extend((biases.len() == 2).then(|| format!("b={},b_rec={}", biases[0], biases[1])));
    let cell = w.matrix().and_then(blocks).map_or("CELL", |g| if g == 3 { "gru" } else { "lstm" });
    Some(written(&map)?.replace("CELL", cell))
}

/// Weights of the input and of the state side by side, H x (d + H), as PyTorch's tutorial on names has them.
fn combined(all: &Catalogue) -> Option<String> {
    let wide = |e: &&Entry| word(e, &["i2h"]) && e.matrix().is_some_and(|(r, c)| c > r && r > 1);
    let w = all.entries.iter().find(wide)?;
    let name = w.name();
    let bias = joined(parted(name).0, "bias", name);
    let b = all.get(&bias).map_or(String::new(), |_| format!(",b={bias}"));
    let h2o = all
        .entries
        .iter()
        .find(|e| word(e, &["h2o"]) && e.matrix().is_some_and(|m| Some(m.1) == w.matrix().map(|m| m.0)));
    let out = h2o.map_or(String::new(), |d| {
        let bias = bias_of(all, d).map_or(String::new(), |b| format!(",readout_bias={b}"));
        format!(",readout={}{bias}", d.name())
    });
    Some(format!("--cell CELL --vectors column --map 'w_rec=tail({name}),w_in=head({name}){b}{out}'"))
}

/// The bias of a read-out: beside its weights in a module, or of a like name.
fn bias_of(all: &Catalogue, d: &Entry) -> Option<String> {
    let (module, leaf) = parted(d.name());
    let names = [
        (!module.is_empty()).then(|| joined(module, "bias", d.name())),
        leaf.strip_prefix("W_").map(|rest| joined(module, &format!("b_{rest}"), d.name())),
        leaf.strip_prefix("w_").map(|rest| joined(module, &format!("b_{rest}"), d.name())),
        leaf.strip_prefix(['W', 'w']).map(|rest| joined(module, &format!("b{rest}"), d.name())),
    ];
    names.into_iter().flatten().find(|n| all.get(n).is_some())
}

/// The weights as they act, where masks or signs of the same size stand beside them.
fn acting(all: &Catalogue, w: &Entry) -> String {
    let name = w.name();
    let same = |n: &String| all.get(n).is_some_and(|m| m.matrix() == w.matrix());
    let [mask, signs] = ["_mask", "_sign_matrix"].map(|end| format!("{name}{end}"));
    match (same(&mask), same(&signs)) {
        (true, true) => return format!("abs({name})*{mask}*{signs}"),
        (true, false) => return format!("{name}*{mask}"),
        _ => {}
    }
    let near = |leaves: [&str; 2]| {
        let own = |leaf: &str| joined(parted(parted(name).0).0, leaf, name);
        leaves.into_iter().flat_map(|leaf| [own(leaf), leaf.to_owned()]).find(same)
    };
    match (near(["rec_mask", "rec_connectivity"]), near(["dale_mask", "Dale_rec"])) {
        (Some(mask), Some(dale)) => format!("abs({name}*{mask})@{dale}"),
        (Some(mask), None) => format!("{name}*{mask}"),
        (None, Some(dale)) => format!("abs({name})@{dale}"),
        (None, None) => name.to_owned(),
    }
}

/// What the names `input2h` and `h2h` leave open: networks of three kinds are stored so.
pub(super) fn blended(all: &Catalogue) -> Option<String> {
    let find = |leaf: &str| {
        let of = |e: &&Entry| parted(e.name()).1 == "weight" && parted(parted(e.name()).0).1 == leaf;
        all.entries.iter().find(of).map(Entry::name)
    };
    let (u, w) = (find("input2h")?, find("h2h")?);
    let biases: Vec<String> = [u, w]
        .into_iter()
        .map(|n| joined(parted(n).0, "bias", n))
        .filter(|n| all.get(n).is_some())
        .map(|n| format!("0.2*{n}"))
        .collect();
    let b = if biases.is_empty() { String::new() } else { format!(",b={}", biases.join("+")) };
    Some(format!(
        "Networks of three kinds have these names: rate and current networks of leak a (--alpha), and r' = f((1-a) r + a (W r + ...)), which \
         for a = 0.2 is --cell vanilla --map 'w_rec=0.8*eye({w})+0.2*{w},w_in=0.2*{u}{b}'."
    ))
}

/// What is to be said where the names `input2h` and `h2h` stand beside a read-out of fewer units than there are.
pub(super) fn some_units(all: &Catalogue) -> Option<String> {
    let find = |leaf: &str| {
        let of = |e: &&Entry| parted(e.name()).1 == "weight" && parted(parted(e.name()).0).1 == leaf;
        all.entries.iter().find(of)
    };
    let (u, w) = (find("input2h")?, find("h2h")?);
    Some(format!(
        "`{0}` and `{1}` stand beside a read-out of some of the units alone, as in networks of excitatory and inhibitory units, whose weights \
         are |W| times a mask and signs that the file does not hold: save these beside it, and say --cell current --alpha A --map \
         'w_rec=abs({1})*mask*signs,w_in={0},...'",
        u.name(),
        w.name()
    ))
}
