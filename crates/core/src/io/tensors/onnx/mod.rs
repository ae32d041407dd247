//! Weights of an ONNX graph, those of recurrent layers under the names of their nodes.
//!
//! A node of type RNN, GRU or LSTM called `lstm1` (one without a name is called by its type and a number, `lstm0`) gives the
//! tensors that ONNX calls W, R, B, P, initial_h and initial_c, where they are constants: `lstm1.W`, `lstm1.R`, `lstm1.B`. All
//! other initialisers keep their names; whole numbers of at most one dimension and outputs of nodes of type Constant that none
//! of the nodes below uses are shapes and axes, and only counted. Attributes are metadata, ONNX's defaults where the file has none:
//! `lstm1.op_type`, `.hidden_size`, `.direction`, `.activations`, `.layout`, `.linear_before_reset` (GRU), `.input_forget`
//! (LSTM), `.clip`; so are `.inputs` and `.outputs` by name. For nodes of type Gemm, MatMul and Add, whose constants keep their
//! names, `dense0.op_type`, `.inputs`, `.outputs`, `.transA`, `.transB`, `.alpha`, `.beta` say how they are used.
//!
//! # Orders
//! With H units, I inputs and D directions (2 if bidirectional, forward first), row-major:
//!
//! | type | gates along the first axis of each direction | W | R | B | P |
//! |---|---|---|---|---|---|
//! | RNN | i | D x H x I | D x H x H | D x 2H: Wb, Rb | |
//! | GRU | z r h: update, reset, candidate | D x 3H x I | D x 3H x H | D x 6H: Wb (z r h), Rb (z r h) | |
//! | LSTM | i o f c: input, output, forget, candidate | D x 4H x I | D x 4H x H | D x 8H: Wb (i o f c), Rb (i o f c) | D x 3H: i o f |
//!
//! y = f(x W' + h R' + Wb + Rb). The GRU's state is H = (1 - z) * h + z * H(t-1); its candidate is
//! h = g(x Wh' + (r * H(t-1)) Rh' + Rbh + Wbh) without `linear_before_reset`, and with it, as PyTorch and cuDNN have it,
//! h = g(x Wh' + (r * (H(t-1) Rh' + Rbh)) + Wbh). `layout` 0 (the default) has sequences outermost in X, Y and the initial
//! states (D x batch x H), 1 the batch; W, R and B are the same.
//!
//! Source: onnx.ai/onnx/operators (RNN, GRU, LSTM of version 22), `onnx/onnx.proto`.

use super::super::error::Problem;
use super::super::steady;
use super::Tensors;
use crate::memory;
use std::io::Read;
use std::path::Path;

mod attributes;
mod graph;
mod initialiser;
mod nodes;
mod wire;

const FORMAT: &str = "ONNX graph";
/// Graphs in attributes of nodes (loops, branches) are read so deep.
const DEEPEST: usize = 16;

/// Whether a file that begins with `head` is an ONNX model: its version, then the program that wrote it, the graph or what
/// else a model has there.
pub(in super::super) fn is(head: &[u8]) -> bool {
    let [0x08, 1..=31, tag, rest @ ..] = head else { return false };
    // Lengths of one or more bytes.
    let length = rest.iter().take_while(|b| **b >= 0x80).count();
    let content = rest.get(length + 1..).unwrap_or_default();
    let text = |length: &u8| {
        content.get(..usize::from(*length)).is_some_and(|t| t.iter().all(|c| (b' '..=b'~').contains(c)))
    };
    match (tag, rest) {
        // Producer's name or version, domain; text of fewer than 128 bytes.
        (0x12 | 0x1a | 0x22, [size @ 0..=0x7f, ..]) => text(size),
        // The graph: a node, its name, an initialiser, an input or an output comes first.
        (0x3a, _) => length < 10 && matches!(content, [0x0a | 0x12 | 0x2a | 0x5a | 0x62, ..]),
        _ => false,
    }
}

/// The constants of the graph in the file at `path`, their values only if asked for.
///
/// # Errors
/// A damaged or truncated file, weights in other files, and a file that asks for more memory than its length allows.
pub(super) fn read(path: &Path, values: bool) -> Result<Tensors, Problem> {
    let file = steady::open(path)?;
    let length = file.metadata().map_err(Problem::reading)?.len();
    let mut bytes = vec![];
    file.take(length).read_to_end(&mut bytes).map_err(Problem::reading)?;
    nodes::tensors(&bytes, memory::allowance(length), values)
}
