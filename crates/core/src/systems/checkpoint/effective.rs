//! Weights that a file holds in parts: weight norm, spectral norm, pruning and dropped copies.

use super::Error;
use super::entry::{Entry, joined, parted};
use crate::io::tensors::{Tensor, Tensors};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The tensors of a file, those in parts put together.
pub struct Catalogue<'a> {
    /// In the order of the file; a computed one stands where its first part stood.
    pub entries: Vec<Entry<'a>>,
    /// Weights that cannot be computed: name, a tensor that shows it, and what is known of it.
    unknown: Vec<(String, &'a str, &'static str)>,
}

impl<'a> Catalogue<'a> {
    /// Puts together what the file holds in parts.
    pub fn of(file: &'a Tensors) -> Self {
        let tensors = || file.tensors.iter().filter(|t| !hollow(t));
        let mut groups: BTreeMap<String, BTreeMap<&str, &'a Tensor>> = BTreeMap::new();
        for t in tensors() {
            if let Some((base, part)) = part(&t.name) {
                groups.entry(base).or_default().insert(part, t);
            }
        }
        let mut out = Self { entries: tensors().map(Entry::plain).collect(), unknown: vec![] };
        for (base, parts) in groups {
            match computed(&base, &parts) {
                Some(Ok(entry)) => out.put(entry),
                Some(Err(what)) => {
                    let shows = parts.values().next().map_or("", |t| t.name.as_str());
                    out.unknown.push((base, shows, what));
                }
                None => {}
            }
        }
        for t in tensors() {
            if let Some(base) = undropped(file, &t.name) {
                let text = format!(
                    "`{base}` is the undropped `{}`; the copy of the last training step is left out.",
                    t.name
                );
                let tensor = Tensor { name: base, ..t.clone() };
                out.put(Entry { tensor: Cow::Owned(tensor), from: vec![&t.name], how: Some(text) });
            }
        }
        out
    }

    /// Replaces the parts, and what bears the same name, by the whole.
    fn put(&mut self, mut entry: Entry<'a>) {
        let goes = |e: &Entry| e.from.iter().any(|f| entry.from.contains(f)) || e.name() == entry.name();
        let at = self.entries.iter().position(goes).unwrap_or(self.entries.len());
        let copy = self.entries.iter().find(|e| e.name() == entry.name()).map(|e| e.from.clone());
        self.entries.retain(|e| !goes(e));
        entry.from.extend(copy.into_iter().flatten());
        self.entries.insert(at.min(self.entries.len()), entry);
    }

    /// The tensor called `name`.
    pub fn get(&self, name: &str) -> Option<&Entry<'a>> {
        self.entries.iter().find(|e| e.name() == name)
    }

    /// The tensor that a user means by `name`, in which `/` and `.` are one where that leaves no doubt.
    pub fn meant(&self, name: &str) -> Option<&Entry<'a>> {
        let plain = |n: &str| n.trim_start_matches('/').replace('/', ".");
        let alike = || self.entries.iter().filter(|e| plain(e.name()) == plain(name));
        self.get(name).or_else(|| alike().next().filter(|_| alike().count() == 1))
    }

    /// The tensor `leaf` beside `entry`.
    pub fn beside(&self, entry: &Entry, leaf: &str) -> Option<&Entry<'a>> {
        self.get(&joined(parted(entry.name()).0, leaf, entry.name()))
    }

    /// The tensors with their shapes, for messages.
    pub fn listing(&self) -> String {
        let of = |e: &Entry| format!("`{}` {:?}", e.name(), e.tensor.shape);
        let mut names: Vec<String> = self.entries.iter().take(12).map(of).collect();
        if self.entries.len() > 12 {
            names.push(format!("and {} more", self.entries.len() - 12));
        }
        if names.is_empty() { "no numeric tensor".into() } else { names.join(", ") }
    }

    /// Names of weights that cannot be computed.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.unknown.iter().map(|u| u.0.as_str())
    }

    /// Fails if the weight `name` is there in a form that cannot be computed.
    pub fn known(&self, name: &str) -> Result<(), Error> {
        match self.unknown.iter().find(|u| u.0 == name) {
            Some((name, shows, what)) => {
                Err(Error::Parametrised { name: name.clone(), shows: (*shows).into(), what })
            }
            None => Ok(()),
        }
    }
}

/// Whether a tensor has no values, but sizes that no network has: they stand for nothing.
pub fn hollow(tensor: &Tensor) -> bool {
    tensor.shape.contains(&0) && tensor.shape.iter().any(|size| *size > 1 << 20)
}

/// The weight that a tensor is a part of, and which part, by PyTorch's names for parametrised weights.
fn part(name: &str) -> Option<(String, &str)> {
    let (before, after) = match name.split_once(".parametrizations.") {
        Some((module, rest)) => (format!("{module}."), Some(rest)),
        None => (String::new(), name.strip_prefix("parametrizations.")),
    };
    if let Some(rest) = after {
        let (weight, part) = rest.split_once('.')?;
        return Some((format!("{before}{weight}"), part));
    }
    ["_g", "_v", "_u", "_orig", "_mask"]
        .into_iter()
        .find_map(|suffix| name.strip_suffix(suffix).map(|base| (base.to_owned(), &suffix[1..])))
}

/// The whole weight, or what is known of a parametrisation that the file does not tell; nothing for tensors that
/// only happen to have such names.
fn computed<'a>(base: &str, parts: &BTreeMap<&str, &'a Tensor>) -> Option<Result<Entry<'a>, &'static str>> {
    let names: Vec<&str> = parts.keys().copied().collect();
    let get = |name: &str| parts[name];
    let (what, data, shape) = match names[..] {
        ["g", "v"] => ("weight norm", weight_norm(get("g"), get("v"))?, get("v")),
        ["original0", "original1"] => match weight_norm(get("original0"), get("original1")) {
            Some(data) => ("weight norm", data, get("original1")),
            None => return Some(Err("parts that are no weight norm")),
        },
        ["mask", "orig"] if get("mask").shape == get("orig").shape => {
            let data = get("orig").data.iter().zip(&get("mask").data).map(|(w, m)| w * m).collect();
            ("pruning", data, get("orig"))
        }
        ["orig", "u", "v"] => {
            ("spectral norm", spectral_norm(get("orig"), get("u"), Some(get("v")))?, get("orig"))
        }
        ["orig", "u"] => ("spectral norm", spectral_norm(get("orig"), get("u"), None)?, get("orig")),
        ["0._u", "0._v", "original"] => {
            match spectral_norm(get("original"), get("0._u"), Some(get("0._v"))) {
                Some(data) => ("spectral norm", data, get("original")),
                None => return Some(Err("a spectral norm of a tensor that is no matrix")),
            }
        }
        ["0.base", "original"] => {
            return Some(Err("an orthogonal parametrisation, by matrix exponential or by Cayley's map"));
        }
        _ if names.contains(&"original") || names.contains(&"original0") => {
            return Some(Err("a parametrisation, whose function the file does not hold"));
        }
        _ => return None,
    };
    let from: Vec<&str> = parts.values().map(|t| t.name.as_str()).collect();
    let list = from.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let how = Some(format!("`{base}` is computed from {list} ({what})."));
    let tensor =
        Tensor { name: base.to_owned(), shape: shape.shape.clone(), dtype: shape.dtype.clone(), data };
    Some(Ok(Entry { tensor: Cow::Owned(tensor), from, how }))
}

/// W = g v / |v|, the norm over every dimension in which g has size one (Salimans & Kingma 2016, equation 2). PyTorch
/// keeps one dimension of a matrix or none: other tensors only bear such names.
fn weight_norm(g: &Tensor, v: &Tensor) -> Option<Vec<f64>> {
    if v.shape.len() < 2 || g.shape.iter().filter(|size| **size != 1).count() > 1 {
        return None;
    }
    let mut sizes = g.shape.clone();
    sizes.resize(v.shape.len().max(sizes.len()), 1);
    if sizes.len() != v.shape.len() || sizes.iter().zip(&v.shape).any(|(g, v)| *g != 1 && g != v) {
        return None;
    }
    // Of a size for every value of v there is no norm: the names are chance.
    if sizes.iter().all(|g| *g != 1) {
        return None;
    }
    // The place in g of each value of v.
    let place = |mut flat: usize| {
        let (mut at, mut stride) = (0, 1);
        for (g, v) in sizes.iter().zip(&v.shape).rev() {
            at += if *g == 1 { 0 } else { flat % v * stride };
            stride *= g;
            flat /= v;
        }
        at
    };
    let mut squares = vec![0.0; g.data.len()];
    for (i, x) in v.data.iter().enumerate() {
        *squares.get_mut(place(i))? += x * x;
    }
    Some(v.data.iter().enumerate().map(|(i, x)| x * (g.data[place(i)] / squares[place(i)].sqrt())).collect())
}

/// W / (u^T W v) with the vectors as saved, as in evaluation; without v, v = W^T u / |W^T u| (Miyato et al. 2018,
/// equation 8 and algorithm 1).
fn spectral_norm(w: &Tensor, u: &Tensor, v: Option<&Tensor>) -> Option<Vec<f64>> {
    let (rows, columns) = match w.shape[..] {
        [r, c] => (r, c),
        _ => return None,
    };
    if u.data.len() != rows || v.is_some_and(|v| v.data.len() != columns) {
        return None;
    }
    let row = |i: usize| &w.data[i * columns..(i + 1) * columns];
    let left: Vec<f64> = (0..columns).map(|j| (0..rows).map(|i| u.data[i] * row(i)[j]).sum()).collect();
    let sigma = match v {
        Some(v) => left.iter().zip(&v.data).map(|(l, v)| l * v).sum::<f64>(),
        None => left.iter().map(|l| l * l).sum::<f64>().sqrt(),
    };
    Some(w.data.iter().map(|x| x / sigma).collect())
}

/// The name under which the network uses a recurrent weight that weight drop keeps as `..._raw`: beside it, or in
/// the wrapped `module`.
fn undropped(file: &Tensors, name: &str) -> Option<String> {
    let base = name.strip_suffix("_raw")?;
    let (prefix, leaf) = parted(base);
    if !leaf.starts_with("weight_") {
        return None;
    }
    let inner = if prefix.is_empty() { "module.".to_owned() } else { format!("{prefix}.module.") };
    let wrapped =
        file.tensors.iter().any(|t| t.name.strip_prefix(&inner).is_some_and(|l| l.starts_with("weight_")));
    Some(if wrapped { format!("{inner}{leaf}") } else { base.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(name: &str, shape: &[usize]) -> Tensor {
        let data = (0..shape.iter().product()).map(|k| 1.0 + k as f64).collect();
        Tensor { name: name.into(), shape: shape.to_vec(), dtype: "F64".into(), data }
    }

    /// The g of a weight norm has one size for a row, a column or all; two matrices of one shape are two matrices.
    #[test]
    fn names_alone_make_no_weight_norm() {
        let v = tensor("W_v", &[3, 3]);
        assert_eq!(weight_norm(&tensor("W_g", &[3, 3]), &v), None);
        for shape in [&[3, 1][..], &[1, 3], &[1, 1], &[3], &[]] {
            assert!(weight_norm(&tensor("W_g", shape), &v).is_some(), "{shape:?}");
        }
    }
}
