//! The names a pickle may mention: the tensor subset, harmless things beside it, and those that are refused.

/// Makes a dictionary, of pairs or of entries that follow.
pub(super) const DICTIONARIES: [&str; 4] =
    ["collections.OrderedDict", "collections.defaultdict", "collections.Counter", "builtins.dict"];
/// Makes an object without calling its class, for old protocols.
pub(super) const RECONSTRUCTORS: [&str; 2] = ["copyreg._reconstructor", "copy_reg._reconstructor"];

/// Calls that stand for a tensor.
pub(super) const TENSOR: [&str; 2] = ["torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2"];
/// A tensor over an untyped storage.
pub(super) const TENSOR_V3: &str = "torch._utils._rebuild_tensor_v3";
/// A quantised tensor.
pub(super) const QUANTISED: &str = "torch._utils._rebuild_qtensor";
/// What PyTorch packs by itself, such as the weights of a quantised layer.
pub(super) const SCRIPT_OBJECT: &str = "torch.ScriptObject";
/// Calls whose first argument is a tensor.
pub(super) const PARAMETER: [&str; 4] = [
    "torch._utils._rebuild_parameter",
    "torch._utils._rebuild_parameter_with_state",
    "torch.nn.parameter.Parameter",
    "torch.nn.parameter.Buffer",
];
/// A tensor of a subclass: function, class, its arguments, state.
pub(super) const SUBCLASS: &str = "torch._tensor._rebuild_from_type_v2";
/// A storage inside a plain pickle, as the bytes of a file by `torch.save`.
pub(super) const STORAGE: &str = "torch.storage._load_from_bytes";

/// An array whose bytes follow in the file.
pub(super) const JOBLIB: &str = "joblib.numpy_pickle.NumpyArrayWrapper";

/// An array of jax: what makes numpy's array, its arguments and its state, then what jax adds.
pub(super) const JAX: [&str; 2] =
    ["jax._src.array._reconstruct_array", "jax._src.device_array.reconstruct_device_array"];

/// Modules whose objects are tables.
pub(super) const TABLES: [&str; 2] = ["pandas.", "polars."];

/// Bytes written as text.
pub(super) const ENCODE: &str = "_codecs.encode";
/// Looks an attribute up; accepted where it only names a function of PyTorch's.
pub(super) const GETATTR: [&str; 2] = ["builtins.getattr", "__builtin__.getattr"];

/// Objects that are no more than their attributes.
pub(super) const NAMESPACES: [&str; 4] = [
    "argparse.Namespace",
    "types.SimpleNamespace",
    "pytorch_lightning.utilities.parsing.AttributeDict",
    "lightning.pytorch.utilities.parsing.AttributeDict",
];

/// Is `name` `function` of numpy's module `multiarray`, under its old or its new path?
pub(super) fn numpy(name: &str, function: &str) -> bool {
    let path = name.strip_suffix(function).and_then(|p| p.strip_suffix('.'));
    matches!(
        path,
        Some(
            "numpy.core.multiarray" | "numpy._core.multiarray" | "numpy.core.numeric" | "numpy._core.numeric"
        )
    )
}

/// Names of Python itself that make plain values.
const BUILTINS: [&str; 15] = [
    "set",
    "frozenset",
    "complex",
    "bytearray",
    "int",
    "float",
    "bool",
    "str",
    "bytes",
    "list",
    "dict",
    "tuple",
    "object",
    "slice",
    "range",
];

/// Modules whose names stand for code: files that mention them are refused whole, though nothing would be called.
const CODE: [&str; 36] = [
    "os",
    "posix",
    "posixpath",
    "nt",
    "ntpath",
    "sys",
    "subprocess",
    "commands",
    "pty",
    "shutil",
    "socket",
    "runpy",
    "importlib",
    "imp",
    "pkgutil",
    "ctypes",
    "_ctypes",
    "code",
    "codeop",
    "multiprocessing",
    "asyncio",
    "threading",
    "webbrowser",
    "urllib",
    "http",
    "requests",
    "pdb",
    "timeit",
    "profile",
    "cProfile",
    "operator",
    "_operator",
    "marshal",
    "pickle",
    "dill",
    "cloudpickle",
];

/// Does this name stand for code, so that a file with it is refused?
pub(super) fn refused(name: &str) -> bool {
    let (module, attribute) = name.split_once('.').unwrap_or((name, ""));
    match module {
        "builtins" | "__builtin__" => !BUILTINS.contains(&attribute) && !GETATTR.contains(&name),
        "types" => attribute != "SimpleNamespace",
        _ => CODE.contains(&module),
    }
}

/// Is `name` of a library of tables?
pub(super) fn table(name: &str) -> bool {
    TABLES.iter().any(|module| name.starts_with(module))
}
