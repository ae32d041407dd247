"""What users have, as the library reads it: paths as they are, arrays where they lie."""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nullcline import _native


def path_of(source: Any) -> str | None:
    """The path, if `source` is one."""
    if isinstance(source, (str, os.PathLike)):
        return os.fsdecode(source)
    return None


def array_of(value: Any) -> np.ndarray[Any, Any]:
    """An array of numpy, masked entries missing; tensors of torch and jax are read without either being imported."""
    if isinstance(value, np.ma.MaskedArray):
        if not np.ma.is_masked(value):
            return np.asarray(value.data)
        if value.dtype.kind not in "fiub":
            raise ValueError(f"found a masked array of {value.dtype}, expected numbers; fill it")
        wide = value.astype(np.float64) if value.dtype.kind != "f" else value
        return np.asarray(np.ma.filled(wide, np.nan))
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        tensor = value.detach().cpu()
        if "bfloat16" in str(getattr(tensor, "dtype", "")):
            tensor = tensor.float()
        return np.asarray(tensor.numpy())
    if hasattr(value, "to_numpy"):
        return np.asarray(value.to_numpy())
    return np.asarray(value)


def _missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and bool(value != value)


def _text(name: str, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Objects as numbers where all are, else as text; missing ones NaN, or empty."""
    simple = (str, int, float, bool, np.generic)
    if not all(_missing(v) or isinstance(v, simple) for v in array.ravel()):
        kinds = sorted({type(v).__name__ for v in array.ravel()})
        raise ValueError(f"{name}: found an array of {', '.join(kinds)}, expected numbers or texts")
    numbers = all(_missing(v) or isinstance(v, (int, float, np.number)) and not isinstance(v, bool) for v in array.ravel())
    if numbers:
        return np.array([np.nan if _missing(v) else float(v) for v in array.ravel()]).reshape(array.shape)
    return np.array(["" if _missing(v) else str(v) for v in array.ravel()], dtype=str).reshape(array.shape)


def _columns(frame: Any) -> np.ndarray[Any, Any]:
    """A table with named columns as an array of records."""
    names = [str(c) for c in frame.columns]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ValueError(f"{twice[0]}: found {names.count(twice[0])} columns of that name, expected one; rename them")
    if not names or len(frame) == 0:
        raise ValueError(f"found a table of {len(frame)} rows and {len(names)} columns, expected one of each at least")
    columns, times = [], []
    for name, key in zip(names, frame.columns):
        column = array_of(frame[key])
        if column.dtype.hasobject or column.dtype.kind in "OT":
            column = _text(name, column.astype(object))
        if column.dtype.kind in "mM":
            times.append(name)
        columns.append(column)
    if times:
        said = f"{', '.join(times)}: times are read as numbers, as units are; name the units with units="
        warnings.warn(said, UserWarning, stacklevel=6)
    kinds = [(name, c.dtype) for name, c in zip(names, columns)]
    out = np.empty(len(columns[0]) if columns else 0, dtype=np.dtype(kinds))
    for name, column in zip(names, columns):
        out[name] = column
    return out


def _npy(name: str, value: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The header of an npy, and the bytes of the values behind it: those of the array itself where it lies in one piece."""
    array = array_of(value)
    if array.dtype == np.dtype(object) or array.dtype.kind == "T":
        array = _text(name, array.astype(object))
    if array.dtype.kind in "fc" and array.dtype.itemsize in (12, 16) and array.dtype.kind == "f":
        array = array.astype(np.float64)
    if not (array.flags.c_contiguous or array.flags.f_contiguous):
        array = np.ascontiguousarray(array)
    header = io.BytesIO()
    said = np.lib.format.header_data_from_array_1_0(array)
    try:
        np.lib.format.write_array_header_1_0(header, said)
    except ValueError:
        header = io.BytesIO()
        np.lib.format.write_array_header_2_0(header, said)
    values = array.T if said["fortran_order"] else array
    flat = values.reshape(-1).view(np.ndarray)
    return np.frombuffer(header.getvalue(), dtype=np.uint8), _bytes(flat)


def _bytes(flat: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return flat.view(np.uint8) if flat.size else np.zeros(0, dtype=np.uint8)


def is_table(source: Any) -> bool:
    """Whether `source` is a table with named columns, of pandas or polars."""
    return hasattr(source, "columns") and hasattr(source, "__getitem__") and not hasattr(source, "dtype")


def is_many(value: Any) -> bool:
    """Whether `value` is a table, or numbers in more than one row."""
    return is_table(value) or (hasattr(value, "ndim") and hasattr(value, "shape") and value.ndim > 1)


def _settings_of(module: Any) -> dict[str, str]:
    """What the modules of torch say of themselves beside their weights."""
    found = {}
    for name, part in module.named_modules() if hasattr(module, "named_modules") else ():
        nonlinearity = getattr(part, "nonlinearity", None)
        if isinstance(nonlinearity, str):
            found[f"{name}.nonlinearity" if name else "nonlinearity"] = nonlinearity
    return found


Arrays = list[tuple[str, np.ndarray[Any, Any], np.ndarray[Any, Any]]]


def _file_name(name: str, arrays: Arrays, ending: str, tell: bool) -> str:
    """The name of a file of arrays, with `tell` one by its content: eight hexadecimal digits more."""
    if not tell:
        return f"{name}.{ending}"
    hashed = hashlib.blake2b(digest_size=4)
    for name, header, values in arrays:
        hashed.update(name.encode())
        hashed.update(header.data)
        hashed.update(values.data)
    return f"{name}-{hashed.hexdigest()}.{ending}"


def held(name: str, source: Any, tell: bool = False) -> _native.Held | None:
    """Arrays as a file that is read in memory, with `tell` one whose name tells it from others; none for a path."""
    if path_of(source) is not None:
        return None
    if source is None:
        raise ValueError(f"{name}: found None, expected a path, an array, a dictionary of arrays, a table or a module")
    if hasattr(source, "state_dict"):
        source = {**source.state_dict(), **_settings_of(source)}
    if isinstance(source, Mapping):
        if not source:
            raise ValueError(f"{name}: found no array, expected one at least")
        arrays = [(str(key), *_npy(f"{name}[{key!r}]", value)) for key, value in _flat(source)]
        return _native.Held(_file_name(name, arrays, "npz", tell), arrays)
    if is_table(source):
        source = _columns(source)
    elif isinstance(source, Sequence) and not isinstance(source, (bytes, bytearray)):
        source = np.asarray(source)
    elif not hasattr(source, "__array__") and not hasattr(source, "detach"):
        kind = type(source).__name__
        raise ValueError(
            f"{name}: found {kind}, expected a path, an array, a dictionary of arrays, a table or a module with state_dict"
        )
    arrays = [("", *_npy(name, source))]
    return _native.Held(_file_name(name, arrays, "npy", tell), arrays)


def _flat(arrays: Mapping[Any, Any], above: str = "") -> list[tuple[str, Any]]:
    """Nested dictionaries joined by points."""
    all_of: list[tuple[str, Any]] = []
    for key, value in arrays.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping):
            all_of.extend(_flat(value, f"{name}."))
        else:
            all_of.append((name, value))
    return all_of
