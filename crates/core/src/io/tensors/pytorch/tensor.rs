//! What stands for tensors, arrays and plain values in a pickle: calls of known names.

use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::super::Tensor;
use super::arrays::{self, Array};
use super::globals;
use super::memory::{Id, Node};
use super::storage::View;
use super::storage::within;
use super::walk::{DEEPEST, Walk};

impl Walk<'_> {
    /// Unwraps parameters and subclasses down to the tensor itself.
    pub(super) fn call(&mut self, mut id: Id, name: &str, plain: bool, depth: usize) -> Result<(), Problem> {
        let memory = self.memory;
        let whole = if name.is_empty() { "tensor" } else { name };
        for _ in 0..DEEPEST {
            let Node::Call { function, arguments, .. } = memory.get(id) else { break };
            let (global, arguments) = (memory.name(*function), memory.items(*arguments));
            if globals::PARAMETER.contains(&global) {
                match arguments.first() {
                    Some(inner) => id = *inner,
                    None => break,
                }
            } else if global == globals::SUBCLASS {
                return self.subclass(arguments, whole);
            } else if globals::TENSOR.contains(&global) || global == globals::TENSOR_V3 {
                return self.tensor(global, arguments, whole);
            } else {
                return self.value_of(id, global, name, plain, depth);
            }
        }
        self.skip(whole, "a parameter without a tensor");
        Ok(())
    }

    /// A call that stands for no tensor of PyTorch's, or an array.
    pub(super) fn value_of(
        &mut self,
        id: Id,
        global: &str,
        name: &str,
        plain: bool,
        depth: usize,
    ) -> Result<(), Problem> {
        let memory = self.memory;
        match arrays::array(memory, self.pickle, id) {
            Some(Array::Numbers { data, .. }) if globals::numpy(global, "scalar") => {
                self.note(plain, name, data.first().map_or(String::new(), f64::to_string));
            }
            Some(Array::Numbers { shape, dtype, data }) => {
                let stored = self.pickle.len() as u64;
                within(&mut self.read, data.len(), stored, &format!("array `{name}`"))?;
                let name = if name.is_empty() { "array" } else { name }.to_owned();
                self.out.tensors.push(Tensor { name, shape, dtype: dtype.name().into(), data });
            }
            Some(Array::Odd(found, expected)) => {
                let detail = format!("found {found} bytes, expected {expected} from the shape");
                return Err(Problem::damaged(super::FORMAT, format!("array `{name}`"), detail));
            }
            Some(Array::Object(inner)) => self.value(inner, name, plain, depth + 1)?,
            Some(Array::Objects(items)) if self.attributes => self.numbered(&items, name, depth)?,
            Some(Array::Objects(_)) => {
                self.skip(name, "a numpy array of Python objects, not of real numbers")
            }
            Some(Array::Other(dtype)) => {
                self.skip(name, &format!("a numpy array of dtype {dtype}, not of real numbers"));
            }
            None if global.starts_with("pathlib.") => {
                let Node::Call { arguments, .. } = memory.get(id) else { return Ok(()) };
                let parts: Vec<&str> =
                    memory.items(*arguments).iter().filter_map(|a| memory.text(*a)).collect();
                self.note(plain, name, parts.join("/").replacen("//", "/", 1));
            }
            None if global == globals::QUANTISED => {
                self.out.quantised = true;
                self.skip(name, "quantised weights, not real numbers");
            }
            None if global.starts_with("torch.") && global != globals::STORAGE => {
                self.skip(name, &format!("{global}, not a plain tensor"));
                self.foreign.get_or_insert(id);
            }
            None => self.left_out(id, name, &format!("made by {global}")),
        }
        Ok(())
    }

    /// `_rebuild_from_type_v2(function, class, arguments, state)`.
    fn subclass(&mut self, arguments: &[Id], name: &str) -> Result<(), Problem> {
        if let [function, _, inner, ..] = arguments
            && let (function, Node::Tuple(inner)) = (self.memory.name(*function), self.memory.get(*inner))
            && (globals::TENSOR.contains(&function) || function == globals::TENSOR_V3)
        {
            return self.tensor(function, inner, name);
        }
        self.skip(name, "a tensor of a special class");
        Ok(())
    }

    /// `(storage, offset, sizes, strides, ..., dtype)`.
    fn tensor(&mut self, function: &str, arguments: &[Id], name: &str) -> Result<(), Problem> {
        let memory = self.memory;
        let damaged = |detail: &str| Problem::damaged(super::FORMAT, format!("tensor `{name}`"), detail);
        let [storage, offset, sizes, strides, ..] = arguments else {
            return Err(damaged("too few arguments"));
        };
        let reference = match memory.get(*storage) {
            Node::Persistent(reference) => *reference,
            Node::Call { function, .. } if memory.name(*function) == globals::STORAGE => {
                return Err(Problem::PickledTensors);
            }
            Node::Call { .. } | Node::Object { .. } => {
                return Err(memory.foreign(*storage, "makes a tensor by"));
            }
            _ => return Err(damaged("no reference to a storage")),
        };
        // ("storage", class, key, device, number of values, view)
        let (class, key, part) = match memory.items(reference) {
            [_, class, key, rest @ ..] => match (memory.get(*class), memory.text(*key)) {
                (Node::Global(class), Some(key)) => (class, key, rest.get(2)),
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
            self.skip(name, &format!("values of {class} are not real numbers of 8 bits or more"));
            return Ok(());
        };
        let size = |id: Id, what: &str| memory.size(id).ok_or_else(|| damaged(what));
        // The storages of the oldest files may be parts of others: (key, offset, length).
        let part = match part.map_or(&[][..], |p| memory.items(*p)) {
            [_, from, _] => size(*from, "a part of a storage that begins at no size")?,
            _ => 0,
        };
        let offset = size(*offset, "an offset that is no size")?;
        let offset = offset.checked_add(part).ok_or_else(|| damaged("an offset beyond any storage"))?;
        let shape = memory.sizes(*sizes).ok_or_else(|| damaged("a shape that is no tuple of sizes"))?;
        let strides = memory.sizes(*strides).ok_or_else(|| damaged("strides that are no tuple of sizes"))?;
        let view = View { key: key.into(), dtype, offset, shape, strides };
        let (name, dtype, shape) = (name.into(), dtype.name().into(), view.shape.clone());
        self.views.push((self.out.tensors.len(), view));
        self.out.tensors.push(Tensor { name, shape, dtype, data: vec![] });
        Ok(())
    }
}

/// The number type of a storage class or dtype.
pub(super) fn dtype(name: &str) -> Option<Dtype> {
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
        "float8_e4m3fn" => Dtype::F8E4M3,
        "float8_e5m2" => Dtype::F8E5M2,
        "uint16" => Dtype::U16,
        "uint32" => Dtype::U32,
        "uint64" => Dtype::U64,
        "BoolStorage" | "bool" => Dtype::Bool,
        _ => return None,
    })
}
