//! The nodes and constants of a model, of its main graph and of those in attributes of nodes.

use super::super::super::error::Problem;
use super::DEEPEST;
use super::attributes::Attribute;
use super::initialiser::Initialiser;
use super::wire::Fields;
use std::collections::HashMap;

/// A node that says how constants are used.
pub(super) struct Node<'a> {
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) inputs: Vec<&'a str>,
    pub(super) outputs: Vec<&'a str>,
    pub(super) attributes: Vec<Attribute<'a>>,
}

/// What is taken from a model.
#[derive(Default)]
pub(super) struct Graph<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// In the order of the file; the outputs of nodes of type Constant, too.
    pub(super) constants: Vec<Initialiser<'a>>,
    /// Other names of values, by nodes of type Identity.
    same: HashMap<&'a str, &'a str>,
    /// Signals that nodes pass on as they are, but for their shape.
    passed: HashMap<&'a str, &'a str>,
    /// Initialisers of a kind that is not read.
    pub(super) sparse: usize,
    pub(super) producer: &'a str,
}

/// Types whose first output is their first input in another shape.
const PASSING: [&str; 7] = ["Squeeze", "Unsqueeze", "Transpose", "Reshape", "Dropout", "Cast", "Flatten"];
/// Types whose nodes are kept.
pub(super) const KEPT: [&str; 6] = ["RNN", "GRU", "LSTM", "Gemm", "MatMul", "Add"];

impl<'a> Graph<'a> {
    /// Reads a message `ModelProto`.
    pub(super) fn read(model: &'a [u8]) -> Result<Self, Problem> {
        let mut graph = Self::default();
        let (mut fields, mut whole) = (Fields::new(model, "the model"), false);
        while let Some((field, value)) = fields.next()? {
            match (field, value.bytes()) {
                (2, _) => graph.producer = value.text().unwrap_or_default(),
                (7, Some(bytes)) => {
                    graph.add(bytes, 0)?;
                    whole = true;
                }
                _ => {}
            }
        }
        match whole {
            true => Ok(graph),
            false => Err(Problem::damaged(super::FORMAT, "the model", "it has no graph")),
        }
    }

    /// Adds what a message `GraphProto` holds.
    fn add(&mut self, message: &'a [u8], depth: usize) -> Result<(), Problem> {
        if depth > DEEPEST {
            let (found, limit) = (DEEPEST as u64 + 1, DEEPEST as u64);
            return Err(Problem::TooLarge {
                place: "the graph".into(),
                unit: "graphs in graphs",
                found,
                limit,
            });
        }
        let mut fields = Fields::new(message, "a graph");
        while let Some((field, value)) = fields.next()? {
            match (field, value.bytes()) {
                (1, Some(node)) => self.node(node, depth)?,
                (5, Some(tensor)) => self.constants.push(Initialiser::read(tensor)?),
                (15, Some(_)) => self.sparse += 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds a message `NodeProto`.
    fn node(&mut self, message: &'a [u8], depth: usize) -> Result<(), Problem> {
        let (mut inputs, mut outputs, mut name, mut kind, mut domain) = (vec![], vec![], "", "", "");
        let mut attributes = vec![];
        let mut fields = Fields::new(message, "a node");
        while let Some((field, value)) = fields.next()? {
            match (field, value.bytes()) {
                (1, _) => inputs.push(value.text().unwrap_or_default()),
                (2, _) => outputs.push(value.text().unwrap_or_default()),
                (3, _) => name = value.text().unwrap_or_default(),
                (4, _) => kind = value.text().unwrap_or_default(),
                (5, Some(bytes)) => attributes.push(Attribute::read(bytes)?),
                (7, _) => domain = value.text().unwrap_or_default(),
                _ => {}
            }
        }
        for inner in attributes.iter().flat_map(|a| &a.graphs) {
            self.add(inner, depth + 1)?;
        }
        match (kind, &inputs[..], &outputs[..]) {
            ("Identity", [from], [to]) => {
                self.same.insert(to, from);
            }
            ("Constant", _, [to]) => {
                if let Some(tensor) = attributes.iter().find(|a| a.name == "value").and_then(|a| a.tensor) {
                    self.constants.push(Initialiser::read(tensor)?.made(to));
                }
            }
            (passes, [from, ..], [to, ..]) if PASSING.contains(&passes) => {
                self.passed.insert(to, from);
            }
            _ if KEPT.contains(&kind) && ["", "ai.onnx"].contains(&domain) => {
                self.nodes.push(Node { name, kind, inputs, outputs, attributes });
            }
            _ => {}
        }
        Ok(())
    }

    /// The signal that comes through as `name`, whatever its shape.
    pub(super) fn signal(&self, name: &'a str) -> &'a str {
        let mut name = self.origin(name);
        for _ in 0..DEEPEST {
            match self.passed.get(name) {
                Some(from) => name = self.origin(from),
                None => break,
            }
        }
        name
    }

    /// The name under which a value was made that nodes of type Identity may have renamed.
    pub(super) fn origin(&self, name: &'a str) -> &'a str {
        let mut name = name;
        for _ in 0..DEEPEST {
            match self.same.get(name) {
                Some(from) => name = from,
                None => break,
            }
        }
        name
    }
}
