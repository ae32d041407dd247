//! Attributes of nodes, as texts, and the defaults that ONNX gives those of recurrent nodes.

use super::super::super::error::Problem;
use super::wire::{Fields, Value, varints};

/// Longer lists are no settings of a layer.
const LONGEST_LIST: usize = 1 << 10;

/// An attribute of a node.
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    /// The value of a number or a text, or of a list of them, joined by commas.
    pub(super) text: Option<String>,
    pub(super) tensor: Option<&'a [u8]>,
    pub(super) graphs: Vec<&'a [u8]>,
}

impl<'a> Attribute<'a> {
    /// Reads a message `AttributeProto`.
    pub(super) fn read(message: &'a [u8]) -> Result<Self, Problem> {
        let mut attribute = Self { name: "", text: None, tensor: None, graphs: vec![] };
        let (mut list, mut kind) = (vec![], None);
        let (mut float, mut int, mut string) = (0f32, 0i64, None);
        let mut fields = Fields::new(message, "an attribute");
        while let Some((field, value)) = fields.next()? {
            match (field, value) {
                (1, value) => attribute.name = value.text().unwrap_or_default(),
                (2, value) => float = value.float().unwrap_or(f32::NAN),
                (3, value) => int = value.number().unwrap_or_default(),
                (4, value) => string = value.text(),
                (5, value) => attribute.tensor = value.bytes(),
                (6 | 11, Value::Bytes(graph)) => attribute.graphs.push(graph),
                (7, Value::Bytes(floats)) => {
                    let each = floats.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b).to_string());
                    list.extend(each.take(LONGEST_LIST));
                }
                (7, value) => list.extend(value.float().map(|f| f.to_string())),
                (8, value) => {
                    let mut take =
                        |n: u64| list.extend((list.len() < LONGEST_LIST).then(|| (n as i64).to_string()));
                    let _ = varints(value, &mut take);
                }
                (9, value) => {
                    list.extend(value.text().filter(|_| list.len() < LONGEST_LIST).map(str::to_owned))
                }
                (20, value) => kind = value.number(),
                _ => {}
            }
        }
        attribute.text = match kind {
            Some(1) => Some(float.to_string()),
            Some(2) => Some(int.to_string()),
            Some(3) => string.map(str::to_owned),
            Some(6..=8) => Some(list.join(",")),
            _ => None,
        };
        Ok(attribute)
    }
}

/// What ONNX takes where the file says nothing, for nodes of type `kind` with `directions` directions.
pub(super) fn defaults(kind: &str, directions: usize) -> Vec<(&'static str, String)> {
    let text = str::to_owned;
    let recurrent = |functions: &str| {
        vec![
            ("direction", text("forward")),
            ("activations", vec![functions; directions].join(",")),
            ("layout", text("0")),
        ]
    };
    let mut all = match kind {
        "RNN" => recurrent("Tanh"),
        "GRU" => recurrent("Sigmoid,Tanh"),
        "LSTM" => recurrent("Sigmoid,Tanh,Tanh"),
        "Gemm" => {
            vec![("transA", text("0")), ("transB", text("0")), ("alpha", text("1")), ("beta", text("1"))]
        }
        _ => vec![],
    };
    match kind {
        "GRU" => all.push(("linear_before_reset", text("0"))),
        "LSTM" => all.push(("input_forget", text("0"))),
        _ => {}
    }
    all
}
