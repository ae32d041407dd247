//! The names a checkpoint may mention: the tensor subset, and harmless things beside it.

/// Makes an ordered dictionary.
pub(super) const ORDERED_DICT: &str = "collections.OrderedDict";
/// Makes a dictionary with a default.
pub(super) const DEFAULT_DICT: &str = "collections.defaultdict";

/// Calls that stand for a tensor.
pub(super) const TENSOR: [&str; 2] = ["torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2"];
/// A tensor over an untyped storage.
pub(super) const TENSOR_V3: &str = "torch._utils._rebuild_tensor_v3";
/// Calls whose first argument is a tensor.
pub(super) const PARAMETER: [&str; 4] = [
    "torch._utils._rebuild_parameter",
    "torch._utils._rebuild_parameter_with_state",
    "torch.nn.parameter.Parameter",
    "torch.nn.parameter.Buffer",
];
/// A tensor of a subclass: function, class, its arguments, state.
pub(super) const SUBCLASS: &str = "torch._tensor._rebuild_from_type_v2";

/// Calls that are kept as opaque values.
const INERT_CALLS: [&str; 21] = [
    "torch.Size",
    "torch.device",
    "torch._utils._rebuild_sparse_tensor",
    "torch._utils._rebuild_qtensor",
    "torch._utils._rebuild_device_tensor_from_numpy",
    "torch.serialization._get_layout",
    "__builtin__.set",
    "builtins.set",
    "__builtin__.frozenset",
    "builtins.frozenset",
    "__builtin__.complex",
    "builtins.complex",
    "__builtin__.bytearray",
    "builtins.bytearray",
    "_codecs.encode",
    "numpy.dtype",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
    "torch._C.Generator",
];

/// Classes that are named, not called, in honest checkpoints.
const INERT_NAMES: [&str; 8] = [
    "numpy.ndarray",
    "torch.Tensor",
    "torch.nn.parameter.UninitializedParameter",
    "builtins.int",
    "builtins.float",
    "builtins.list",
    "builtins.dict",
    "__builtin__.dict",
];

/// May this name be called?
pub(super) fn callable(name: &str) -> bool {
    name == ORDERED_DICT
        || name == DEFAULT_DICT
        || name == TENSOR_V3
        || name == SUBCLASS
        || TENSOR.contains(&name)
        || PARAMETER.contains(&name)
        || INERT_CALLS.contains(&name)
}

/// May this name appear at all?
pub(super) fn known(name: &str) -> bool {
    callable(name) || INERT_NAMES.contains(&name) || dtype_name(name)
}

/// Is it `torch.FloatStorage`, `torch.float32` and the like?
fn dtype_name(name: &str) -> bool {
    let Some(name) = name.strip_prefix("torch.").map(|n| n.strip_prefix("storage.").unwrap_or(n)) else {
        return false;
    };
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let dtypes =
        ["float", "double", "half", "bfloat", "int", "uint", "long", "short", "bool", "complex", "cfloat"];
    let eighths = name.starts_with("float8_") || name.starts_with("quint") || name.starts_with("qint");
    (name.ends_with("Storage") && name.bytes().all(|b| b.is_ascii_alphanumeric()))
        || dtypes.contains(&stem)
        || (eighths && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        || matches!(
            name,
            "strided" | "sparse_coo" | "per_tensor_affine" | "contiguous_format" | "preserve_format"
        )
}
