"""Keywords as the command's options."""

from __future__ import annotations

import functools
import inspect
import json
import keyword
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from nullcline import _data, _native


class Option(NamedTuple):
    """An option of a job as the command documents it."""

    name: str
    takes: str
    default: str | None
    required: bool
    help: str

    @property
    def keyword(self) -> str:
        """Its name in Python."""
        return f"{self.name}_" if keyword.iskeyword(self.name) else self.name

    @property
    def value(self) -> Any:
        """Its default in Python."""
        if self.takes == "flag":
            return False
        if self.default is None:
            return None
        kinds = {"whole": int, "number": float}
        return kinds.get(self.takes, str)(self.default)

    @property
    def annotation(self) -> str:
        """Its type, as stubs have it."""
        kinds = {
            "flag": "bool",
            "whole": "int",
            "number": "float",
            "text": "Words",
            "file": "Data",
        }
        kind = kinds[self.takes]
        return kind if self.value is not None else f"{kind} | None"


#: What no number depends on, in the order of the command's help.
REPORT = [
    Option("out", "file", None, False, "Folder of the report; none: one that goes with the result"),
    Option("force", "flag", None, False, "Replace the report of another input at the place of this one"),
    Option("figures", "text", "svg", False, "Formats of the figures: svg, png and pdf"),
    Option("png", "flag", None, False, "The same as figures='svg,png'"),
    Option("tables", "text", "csv", False, "Format of the tables"),
    Option("threads", "whole", None, False, "Threads; none: all cores. Results do not depend on it"),
    Option("memory", "text", None, False, "Most memory, as '8GB' or bytes"),
    Option("quiet", "flag", None, False, "No progress bar"),
]
#: That of jobs which go on with unfinished work.
KEPT = [
    Option("checkpoint", "number", "30.0", False, "Seconds between two checkpoints, beside `out`"),
    Option("restart", "flag", None, False, "Begin anew where an unfinished training is kept"),
]


@functools.cache
def options(kind: str) -> tuple[Option, ...]:
    """The options of a kind of job."""
    return tuple(Option(*o) for o in _native.options(kind))


def keywords(kind: str, without: Iterable[str] = ()) -> list[Option]:
    """The keywords of a job's function: its options but those that are fixed, then those of its report."""
    of_job = [o for o in options(kind) if o.name not in without and o.name != "file"]
    kept = KEPT if kind.startswith("train") else []
    return [*of_job, *REPORT, *kept]


def signature(kind: str, source: str | None, without: Iterable[str] = ()) -> inspect.Signature:
    """The signature of a job's function."""
    first = []
    if source is not None:
        first.append(inspect.Parameter(source, inspect.Parameter.POSITIONAL_ONLY))
    rest = [
        inspect.Parameter(o.keyword, inspect.Parameter.KEYWORD_ONLY, default=o.value)
        for o in keywords(kind, without)
    ]
    return inspect.Signature([*first, *rest])


def _plain(name: str, value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Mapping):
        return [f"{k}={_plain(name, v)}" for k, v in value.items()]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        # The command says what it expects.
        return repr(value)
    if isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (set, frozenset)):
        raise ValueError(f"{name}: found a set, which has no order; give a list")
    if hasattr(value, "__array__") or hasattr(value, "detach") or isinstance(value, Iterable):
        array = _data.array_of(list(value) if not hasattr(value, "__array__") else value)
        if array.ndim == 0:
            return array.item()
        if array.ndim == 1:
            parted = [v for v in array.tolist() if isinstance(v, str) and "," in v]
            if parted:
                raise ValueError(f"{name}: found {parted[0]!r}, expected names without commas, which part the names")
            return [_plain(name, v) for v in array.tolist()]
        raise ValueError(f"{name}: found an array of shape {array.shape}, expected numbers in a row")
    raise ValueError(f"{name}: found {type(value).__name__}, expected a number, a text or a list")


class Given(NamedTuple):
    """Settings as JSON, and what they hold in memory."""

    settings: str
    held: list[_native.Held]
    shown: dict[str, str]


def _source(source: Any, words: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
    """What stands behind a network, or a result with one, and how it is to be read."""
    from nullcline._jobs import Trained
    from nullcline._network import Network

    if isinstance(source, Trained):
        return source.weights, words
    if isinstance(source, Network):
        return source._source, {**source._options, **words}
    return source, words


def given(kind: str, source: Any, words: Mapping[str, Any], tell: bool = False) -> Given:
    """The settings of a job; arrays in place of files get a path, with `tell` one that tells them from others."""
    source, words = _source(source, words)
    known = {o.name: o for o in options(kind)}
    settings: dict[str, Any] = {}
    kept: list[_native.Held] = []
    shown: dict[str, str] = {}

    def file(name: str, value: Any) -> str:
        path = _data.path_of(value)
        if path is not None:
            shown[name] = repr(path)
            return path
        label = {"file": "array"}.get(name, name)
        one = _data.held(label, value, tell)
        assert one is not None
        kept.append(one)
        shown[name] = "..."
        return one.path

    if "file" in known:
        settings["file"] = file("file", source)
    for key, value in words.items():
        name = key[:-1] if key.endswith("_") and keyword.iskeyword(key[:-1]) else key
        if value is None:
            continue
        option = known.get(name)
        if option is not None and option.takes == "flag" and not isinstance(value, (bool, np.bool_)):
            raise ValueError(f"{key} = {value!r}: expected True or False")
        takes = None if option is None else option.takes
        # Options that name columns or a table take a table itself.
        if takes == "file" or (takes == "text" and _data.is_many(value)):
            settings[name] = file(name, value)
        else:
            settings[name] = _plain(key, value)
            shown[key] = repr(value if isinstance(value, (str, bool, int, float)) else settings[name])
    return Given(json.dumps(settings, allow_nan=False), kept, shown)


_FLAG = re.compile(r"--([a-z][a-z0-9-]*)")
_HELD = re.compile(r"/<memory(?: \d+)?>/([a-z_]+?)(?:-[0-9a-f]{8})?\.np[yz]")


def in_python(said: str, kind: str) -> str:
    """A message of the command with its options as keywords, and arrays as arguments."""
    known = {o.name: o.keyword for o in [*options(kind), *REPORT, *KEPT]}

    def option(match: re.Match[str]) -> str:
        return known.get(match.group(1).replace("-", "_"), match.group(0))

    return _HELD.sub(r"\1", _FLAG.sub(option, said))


def checked(words: Mapping[str, Any]) -> None:
    """Fails at what is no value of the options that are no job's own."""
    for name in ("force", "png", "quiet", "restart"):
        if not isinstance(words.get(name, False), (bool, np.bool_)):
            raise ValueError(f"{name} = {words[name]!r}: expected True or False")
    threads = words.get("threads")
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, (int, np.integer)) or threads < 1):
        raise ValueError(f"threads = {threads!r}: expected a whole number, 1 or more")


_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


def bytes_of(memory: str | float | None) -> int | None:
    """Bytes, as the command reads them."""
    if memory is None:
        return None
    text = str(memory).strip()
    digits = len(text) - len(text.lstrip("0123456789._"))
    try:
        number = float(text[:digits])
        bytes_ = int(number * _UNITS[text[digits:].strip().upper()])
    except (KeyError, ValueError, OverflowError):
        raise ValueError(f"memory = {memory!r}: expected bytes, or a size as '8GB' or '1.5GiB'") from None
    if not 0 < bytes_ < 2**63:
        raise ValueError(f"memory = {memory!r}: expected from 1 byte to 8 EiB")
    return bytes_
