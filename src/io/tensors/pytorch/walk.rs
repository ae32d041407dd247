//! From what a pickle built to named tensors.

use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::super::{Tensor, Tensors};
use super::globals;
use super::memory::{Id, Memory, Node};
use super::storage::{Storages, View};

const DEEPEST: usize = 64;
/// Shared dictionaries could be visited without end; honest files have far fewer values.
const MOST_VISITS: usize = 1 << 20;

/// All tensors reachable from `root`, named by their path.
pub(super) fn tensors(memory: &Memory, root: Id, storages: &mut Storages) -> Result<Tensors, Problem> {
    let out = Tensors { format: "pytorch", ..Tensors::default() };
    let mut walk = Walk { memory, storages, out, visits: MOST_VISITS.min(4 * memory.len() + 64) };
    walk.value(root, "", true, 0)?;
    Ok(walk.out)
}

struct Walk<'a> {
    memory: &'a Memory,
    storages: &'a mut Storages,
    out: Tensors,
    visits: usize,
}

impl Walk<'_> {
    /// Takes in one value; `plain` says whether bare numbers and strings here are metadata.
    fn value(&mut self, id: Id, name: &str, plain: bool, depth: usize) -> Result<(), Problem> {
        let place = || format!("`{}` in data.pkl", if name.is_empty() { "the whole" } else { name });
        let too_large = |unit, limit: usize| {
            Err(Problem::TooLarge { place: place(), unit, found: limit as u64 + 1, limit: limit as u64 })
        };
        if depth > DEEPEST {
            return too_large("levels of nesting", DEEPEST);
        }
        self.visits = match self.visits.checked_sub(1) {
            Some(left) => left,
            None => return too_large("nested values", MOST_VISITS),
        };
        let memory = self.memory;
        match memory.get(id) {
            Node::Dict(entries) => {
                for (key, value) in entries {
                    let key = match memory.get(*key) {
                        Node::Text(text) => text.clone(),
                        Node::Int(i) => i.to_string(),
                        _ => "?".into(),
                    };
                    self.value(*value, &join(name, &key), plain, depth + 1)?;
                }
            }
            Node::Tuple(items) | Node::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.value(*item, &join(name, &i.to_string()), false, depth + 1)?;
                }
            }
            Node::Object { state: Some(state), .. } => {
                for part in ["_parameters", "_buffers", "_modules"] {
                    if let Some(part) = memory.lookup(*state, part) {
                        self.value(part, name, false, depth + 1)?;
                    }
                }
            }
            Node::Call { .. } => self.call(id, name)?,
            Node::Text(text) => self.note(plain, name, text.clone()),
            Node::Int(value) => self.note(plain, name, value.to_string()),
            Node::Float(value) => self.note(plain, name, value.to_string()),
            Node::Bool(value) => self.note(plain, name, value.to_string()),
            Node::Opaque(what) => self.out.skipped.push(format!("{name}: {what}, not a tensor")),
            Node::Global(global) => self.out.skipped.push(format!("{name}: {global}, not a tensor")),
            Node::Persistent(_) => self.out.skipped.push(format!("{name}: a bare storage, not a tensor")),
            Node::None | Node::Object { state: None, .. } => {}
        }
        Ok(())
    }

    fn note(&mut self, plain: bool, name: &str, value: String) {
        if plain && !name.is_empty() {
            self.out.metadata.insert(name.into(), value);
        }
    }

    /// Unwraps parameters and subclasses down to the tensor itself.
    fn call(&mut self, mut id: Id, name: &str) -> Result<(), Problem> {
        let name = if name.is_empty() { "tensor" } else { name };
        for _ in 0..DEEPEST {
            let Node::Call { global, arguments } = self.memory.get(id) else { break };
            let global = global.as_str();
            let inner = if globals::PARAMETER.contains(&global) {
                arguments.first().copied()
            } else if global == globals::SUBCLASS {
                return self.subclass(arguments, name);
            } else if globals::TENSOR.contains(&global) || global == globals::TENSOR_V3 {
                return self.tensor(global, arguments, name);
            } else {
                None
            };
            match inner {
                Some(inner) => id = inner,
                None => {
                    self.out.skipped.push(format!("{name}: {global}, not a plain tensor"));
                    return Ok(());
                }
            }
        }
        self.out.skipped.push(format!("{name}: a parameter without a tensor"));
        Ok(())
    }

    /// `_rebuild_from_type_v2(function, class, arguments, state)`.
    fn subclass(&mut self, arguments: &[Id], name: &str) -> Result<(), Problem> {
        if let [function, _, inner, ..] = arguments
            && let (Node::Global(function), Node::Tuple(inner)) =
                (self.memory.get(*function), self.memory.get(*inner))
            && (globals::TENSOR.contains(&function.as_str()) || function == globals::TENSOR_V3)
        {
            return self.tensor(function, inner, name);
        }
        self.out.skipped.push(format!("{name}: a tensor of a special class"));
        Ok(())
    }

    /// `(storage, offset, sizes, strides, ..., dtype)`.
    fn tensor(&mut self, function: &str, arguments: &[Id], name: &str) -> Result<(), Problem> {
        let memory = self.memory;
        let damaged = |detail: &str| Problem::damaged(super::FORMAT, format!("tensor `{name}`"), detail);
        let [storage, offset, sizes, strides, ..] = arguments else {
            return Err(damaged("too few arguments"));
        };
        let Node::Persistent(reference) = memory.get(*storage) else {
            return Err(damaged("no reference to a storage"));
        };
        // ("storage", class, key, device, number of values)
        let Node::Tuple(reference) = memory.get(*reference) else {
            return Err(damaged("a storage reference that is no tuple"));
        };
        let (class, key) = match reference.as_slice() {
            [_, class, key, ..] => match (memory.get(*class), memory.text(*key)) {
                (Node::Global(class), Some(key)) => (class, key),
                _ => return Err(damaged("a storage reference without class and key")),
            },
            _ => return Err(damaged("a storage reference that is too short")),
        };
        let class = if function == globals::TENSOR_V3 {
            match arguments.get(6).map(|id| memory.get(*id)) {
                Some(Node::Global(dtype)) => dtype,
                _ => return Err(damaged("no dtype")),
            }
        } else {
            class
        };
        let Some(dtype) = dtype(class) else {
            self.out
                .skipped
                .push(format!("{name}: values of {class} are not real numbers of 8 bits or more"));
            return Ok(());
        };
        let offset = memory.size(*offset).ok_or_else(|| damaged("an offset that is no size"))?;
        let shape = memory.sizes(*sizes).ok_or_else(|| damaged("a shape that is no tuple of sizes"))?;
        let strides = memory.sizes(*strides).ok_or_else(|| damaged("strides that are no tuple of sizes"))?;
        let view = View { key: key.into(), dtype, offset, shape, strides };
        let data = self.storages.values(name, &view)?;
        self.out.tensors.push(Tensor {
            name: name.into(),
            shape: view.shape,
            dtype: dtype.name().into(),
            data,
        });
        Ok(())
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.into() } else { format!("{prefix}.{name}") }
}

/// The number type of a storage class or dtype.
fn dtype(name: &str) -> Option<Dtype> {
    Some(match name.strip_prefix("torch.")? {
        "DoubleStorage" | "float64" | "double" => Dtype::F64,
        "FloatStorage" | "float32" | "float" => Dtype::F32,
        "HalfStorage" | "float16" | "half" => Dtype::F16,
        "BFloat16Storage" | "bfloat16" => Dtype::Bf16,
        "LongStorage" | "int64" | "long" => Dtype::I64,
        "IntStorage" | "int32" | "int" => Dtype::I32,
        "ShortStorage" | "int16" | "short" => Dtype::I16,
        "CharStorage" | "int8" => Dtype::I8,
        "ByteStorage" | "uint8" => Dtype::U8,
        "uint16" => Dtype::U16,
        "uint32" => Dtype::U32,
        "uint64" => Dtype::U64,
        "BoolStorage" | "bool" => Dtype::Bool,
        _ => return None,
    })
}
