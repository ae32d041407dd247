//! Tensors under the names of the nodes that use them.

use super::super::super::error::Problem;
use super::super::budget::Budget;
use super::super::{Tensor, Tensors};
use super::attributes;
use super::graph::{Graph, Node};
use super::initialiser::Initialiser;
use std::collections::{HashMap, HashSet};

/// Inputs of recurrent nodes behind the first, which is the sequence; that of lengths is no weight.
const ROLES: [(usize, &str); 6] =
    [(1, "W"), (2, "R"), (3, "B"), (5, "initial_h"), (6, "initial_c"), (7, "P")];
const RECURRENT: [&str; 3] = ["RNN", "GRU", "LSTM"];

/// The constants of the model in `bytes`, which may take `limit` bytes.
pub(super) fn tensors(bytes: &[u8], limit: u64, values: bool) -> Result<Tensors, Problem> {
    let graph = Graph::read(bytes)?;
    let mut found = Found {
        out: Tensors { format: "onnx", ..Tensors::default() },
        budget: Budget::new(limit),
        values,
        used: HashSet::new(),
    };
    let by_name: HashMap<&str, &Initialiser<'_>> = graph.constants.iter().map(|c| (c.name, c)).collect();
    if !graph.producer.is_empty() {
        found.note("producer_name", graph.producer.to_owned())?;
    }
    let (mut taken, mut numbers, mut named) = (HashSet::new(), HashMap::new(), HashSet::new());
    let mut makers: HashMap<&str, String> = HashMap::new();
    for node in &graph.nodes {
        let recurrent = RECURRENT.contains(&node.kind);
        let constant = |name: &&str| by_name.contains_key(graph.origin(name));
        // Sums and products of signals among themselves say nothing about weights.
        if !recurrent && !node.inputs.iter().any(constant) {
            continue;
        }
        named.extend(node.inputs.iter().map(|name| graph.origin(name)));
        let name = called(node, &mut taken, &mut numbers);
        found.settings(node, &name, recurrent)?;
        if recurrent {
            found.weights(node, &name, &graph, &by_name)?;
            // The whole sequence that a node gives is what the next layer takes.
            let below = node.inputs.first().and_then(|x| makers.get(graph.signal(x)));
            if let Some(below) = below {
                let key = found.budget.join(&name, "layer_below")?;
                found.note(&key, below.clone())?;
            }
            makers.extend(node.outputs.first().filter(|y| !y.is_empty()).map(|y| (*y, name.clone())));
        }
    }
    let mut indices = 0;
    for constant in graph.constants.iter().filter(|c| !found.used.contains(c.name)).collect::<Vec<_>>() {
        match named.contains(constant.name) || !constant.by_node && !constant.index() {
            true => found.tensor(constant, constant.name)?,
            false => indices += 1,
        }
    }
    if indices > 0 {
        let why = format!("{indices} constants that no layer uses");
        found.skip("shapes, axes and indices", &why)?;
    }
    if graph.sparse > 0 {
        found.skip("sparse initialisers", &format!("{} of them, which are not read", graph.sparse))?;
    }
    Ok(found.out)
}

/// The name of a node, or its type and a number, at any rate one that no node before had.
fn called(node: &Node<'_>, taken: &mut HashSet<String>, numbers: &mut HashMap<String, usize>) -> String {
    let kind = if matches!(node.kind, "Gemm" | "MatMul" | "Add") { "dense" } else { node.kind };
    let stem = if node.name.is_empty() { kind.to_lowercase() } else { format!("{}_", node.name) };
    let mut name = node.name.to_owned();
    while name.is_empty() || taken.contains(&name) {
        let number = numbers.entry(stem.clone()).or_insert(0);
        name = format!("{stem}{number}");
        *number += 1;
    }
    taken.insert(name.clone());
    name
}

struct Found<'a> {
    out: Tensors,
    budget: Budget,
    values: bool,
    /// Constants that recurrent nodes use.
    used: HashSet<&'a str>,
}

impl<'a> Found<'a> {
    /// Notes type, attributes and connections of a node.
    fn settings(&mut self, node: &Node<'a>, name: &str, recurrent: bool) -> Result<(), Problem> {
        let of = |a: &str| node.attributes.iter().find(|x| x.name == a).and_then(|x| x.text.clone());
        let directions = if of("direction").is_some_and(|d| d == "bidirectional") { 2 } else { 1 };
        let mut all: Vec<(String, String)> = vec![
            ("op_type".into(), node.kind.into()),
            ("inputs".into(), node.inputs.join(",")),
            ("outputs".into(), node.outputs.join(",")),
        ];
        let defaults = attributes::defaults(node.kind, directions);
        all.extend(defaults.into_iter().filter(|(a, _)| of(a).is_none()).map(|(a, v)| (a.to_owned(), v)));
        let own = node.attributes.iter().filter(|_| recurrent || node.kind == "Gemm");
        all.extend(own.filter_map(|a| Some((a.name.to_owned(), a.text.clone()?))));
        all.into_iter().try_for_each(|(attribute, value)| {
            let key = self.budget.join(name, &attribute)?;
            self.note(&key, value)
        })
    }

    /// Takes the constants of a recurrent node; what is no constant is named.
    fn weights(
        &mut self,
        node: &Node<'a>,
        name: &str,
        graph: &Graph<'a>,
        by_name: &HashMap<&str, &Initialiser<'a>>,
    ) -> Result<(), Problem> {
        for (place, role) in ROLES {
            let Some(input) = node.inputs.get(place).filter(|i| !i.is_empty()) else { continue };
            let key = self.budget.join(name, role)?;
            match by_name.get(graph.origin(input)) {
                Some(constant) => {
                    self.used.insert(constant.name);
                    self.tensor(constant, &key)?;
                }
                None if place <= 3 => {
                    let why = format!(
                        "`{input}`, which the graph computes; fold its constants: \
                         onnxsim.simplify, or torch.onnx.export(..., do_constant_folding=True)"
                    );
                    self.skip(&key, &why)?;
                }
                // States that come from outside.
                None => {}
            }
        }
        Ok(())
    }

    fn tensor(&mut self, constant: &Initialiser<'_>, name: &str) -> Result<(), Problem> {
        constant.check()?;
        let Some(dtype) = constant.dtype() else { return self.skip(name, &constant.called()) };
        self.budget.tensor(name, if self.values { constant.count } else { 0 })?;
        let data = if self.values { constant.values(dtype)? } else { vec![] };
        let (name, shape, dtype) = (name.into(), constant.shape.clone(), dtype.name().into());
        self.out.tensors.push(Tensor { name, shape, dtype, data });
        Ok(())
    }

    fn note(&mut self, key: &str, value: String) -> Result<(), Problem> {
        self.budget.take(|| format!("`{key}`"), (256 + key.len() + value.len()) as u64)?;
        self.out.metadata.insert(key.into(), value);
        Ok(())
    }

    fn skip(&mut self, name: &str, why: &str) -> Result<(), Problem> {
        self.budget.take(|| format!("`{name}`"), (128 + name.len() + why.len()) as u64)?;
        self.out.skipped.push((name.into(), why.into()));
        Ok(())
    }
}
