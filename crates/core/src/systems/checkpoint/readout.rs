//! Which matrix reads the network's output: one that belongs to it, of its width, and that feeds nothing.

use super::effective::Catalogue;
use super::entry::{Entry, joined, parted};
use super::parts::{LayerTensors, Parts, split};
use crate::io::tensors::Tensors;

/// Words in a name of what stands before the network, and behind it.
const FEEDS: [&str; 9] = ["embed", "emb", "enc", "inp", "in_", "_in", "token", "lookup", "wte"];
const READS: [&str; 12] =
    ["out", "read", "head", "dec", "logit", "classif", "fc", "linear", "predict", "dense", "policy", "value"];

/// A matrix that may read the network.
struct Candidate<'b, 'a> {
    entry: &'b Entry<'a>,
    /// Outputs and width.
    outputs: usize,
    width: usize,
    module: &'b str,
    bias: Option<Entry<'a>>,
}

/// The read-out of the network `parts`, as stored, if one matrix and no other can be it, and what is to be said of
/// those that are left out. `others` are the prefixes of the file's other networks.
pub fn readout<'a>(
    file: &Tensors,
    all: &Catalogue<'a>,
    parts: &Parts<'a>,
    others: &[&str],
) -> (Option<(Entry<'a>, Option<Entry<'a>>)>, Vec<String>) {
    let units = parts.layers.last().map_or(0, LayerTensors::units);
    let inputs = parts.layers[0].u.as_ref().and_then(Entry::matrix).map(|m| m.1);
    let matrices = candidates(all, parts);
    let ours = |c: &&Candidate<'_, 'a>| {
        let near = |prefix: &str| shared(c.module, prefix);
        let own = near(&parts.prefix);
        others.iter().all(|p| near(p) < own) || (others.is_empty() && !apart(all, c, &parts.prefix))
    };
    let wide: Vec<&Candidate> = matrices.iter().filter(|c| c.width == units).collect();
    let first = file.tensors.iter().position(|t| parts.layers[0].w.from.contains(&t.name.as_str()));
    let ordered = matches!(file.format, "pytorch" | "npz" | "pickle");
    // Whether a matrix feeds the network: by its words, then by the place in a file that keeps the model's order.
    let feeds = |c: &Candidate| {
        let words = c.entry.name().to_lowercase();
        let last = parted(c.module).1.to_lowercase();
        let says = |list: &[&str], text: &str| list.iter().any(|w| text.contains(w));
        let fits = inputs.is_some_and(|d| c.outputs == d || c.width == d && c.bias.is_none());
        match (says(&["embed", "emb."], &words), says(&READS, &last), says(&FEEDS, &last)) {
            (true, ..) => Some(true),
            (_, true, false) => Some(false),
            (_, false, true) => Some(true),
            _ if !fits => Some(false),
            _ if ordered => {
                let at = file.tensors.iter().position(|t| c.entry.from.contains(&t.name.as_str()));
                Some(at < first)
            }
            _ => None,
        }
    };
    let behind = |c: &Candidate| {
        let next = |o: &Candidate| {
            o.entry.name() != c.entry.name() && o.width == c.outputs && feeds(o) == Some(false)
        };
        let named = |o: &Candidate| parted(o.module).0 == parted(c.module).0;
        matrices.iter().any(|o| next(o) && named(o) && !(o.width == units && c.outputs == units))
    };
    let (mut found, mut said) = (Vec::new(), Vec::new());
    for c in matrices.iter().filter(ours).filter(|c| feeds(c) == Some(true)) {
        if inputs.is_some_and(|d| c.outputs == d || c.width == d && c.bias.is_none()) {
            let name = c.entry.name();
            let bias = c.bias.as_ref().map_or(String::new(), |b| format!(",before_bias={}", b.name()));
            said.push(format!(
                "`{name}` feeds the network: the inputs here are what it gives, and zero input need not be the task's rest \
                 (--map before={name}{bias} makes it part of the network, if nothing bends what it gives).",
            ));
        }
    }
    for c in wide.into_iter().filter(ours) {
        let name = c.entry.name();
        match feeds(c) {
            Some(true) => {}
            _ if behind(c) => said.push(format!(
                "`{name}` is the first of several layers, not a linear read-out, and is left out."
            )),
            Some(false) => found.push(c),
            None => said.push(format!(
                "`{name}` may feed the network or read it: left out (--map readout={name} takes it)."
            )),
        }
    }
    match found[..] {
        [one] => (Some((one.entry.clone(), one.bias.clone())), said),
        [] => (None, said),
        _ => {
            let names: Vec<String> = found.iter().map(|c| format!("`{}`", c.entry.name())).collect();
            said.push(format!(
                "{} could each be the read-out: none is taken (--map readout=NAME takes one).",
                names.join(" and ")
            ));
            (None, said)
        }
    }
}

/// Matrices outside the recurrent networks that are weights of a linear layer.
fn candidates<'b, 'a>(all: &'b Catalogue<'a>, parts: &Parts) -> Vec<Candidate<'b, 'a>> {
    let used: Vec<&str> = parts.all().flat_map(|e| e.from.iter().copied()).collect();
    let free = |e: &&Entry| split(e.name()).is_none() && !e.from.iter().any(|f| used.contains(f));
    let linear = all.entries.iter().filter(free).filter_map(|e| {
        let module = parted(e.name()).0;
        let (rows, bias) = bias_of(e.name())?;
        let (r, c) = e.matrix()?;
        let (outputs, width) = if rows { (c, r) } else { (r, c) };
        let bias = all.get(&joined(module, &bias, e.name()));
        let module = module.strip_suffix("/vars").or(module.strip_suffix(".vars")).unwrap_or(module);
        let bias = bias.filter(|b| b.tensor.shape == [outputs]).cloned();
        let name = e.name().to_lowercase();
        let other = ["attn", "attention", "recurrent_kernel"].iter().any(|w| name.contains(w));
        (!other).then_some(Candidate { entry: e, outputs, width, module, bias })
    });
    linear.collect()
}

/// Whether the weights of a linear layer, by the last part of their name, multiply rows, and what its bias is called.
fn bias_of(name: &str) -> Option<(bool, String)> {
    let (module, leaf) = parted(name);
    Some(match leaf {
        "kernel" => (true, "bias".to_owned()),
        "kernel:0" => (true, "bias:0".to_owned()),
        "0" if parted(module).1 == "vars" => (true, "1".to_owned()),
        "w" => (true, "b".to_owned()),
        _ => (false, format!("{}bias", leaf.strip_suffix("weight")?)),
    })
}

/// The bias that lies beside the weights of a linear layer, under the name that belongs to theirs.
pub fn own_bias<'a>(all: &Catalogue<'a>, weights: &Entry) -> Option<Entry<'a>> {
    let (rows, leaf) = bias_of(weights.name())?;
    // `w` beside `b` without a module around them may be anything.
    if leaf == "b" && parted(weights.name()).0.is_empty() {
        return None;
    }
    let (r, c) = weights.matrix()?;
    let outputs = if rows { c } else { r };
    all.beside(weights, &leaf).filter(|b| b.tensor.shape == [outputs]).cloned()
}

/// How many leading components two paths share.
fn shared(a: &str, b: &str) -> usize {
    let parts = |s: &str| s.split(['.', '/']).map(str::to_owned).collect::<Vec<_>>();
    parts(a).iter().zip(&parts(b)).take_while(|(a, b)| a == b && !a.is_empty()).count()
}

/// Whether a matrix lies in a module that is not the network's and has parameters of its own beside it, as a
/// decoder's output has.
fn apart(all: &Catalogue, c: &Candidate, prefix: &str) -> bool {
    let parent = parted(c.module).0;
    let above = |p: &str| {
        p.is_empty() || prefix == p || prefix.strip_prefix(p).is_some_and(|r| r.starts_with(['.', '/']))
    };
    let mine = |name: &str| name.strip_prefix(c.module).is_some_and(|r| r.starts_with(['.', '/']));
    let inside = |name: &str| name.strip_prefix(parent).is_some_and(|r| r.starts_with(['.', '/']));
    !above(parent) && all.entries.iter().any(|e| inside(e.name()) && !mine(e.name()))
}
