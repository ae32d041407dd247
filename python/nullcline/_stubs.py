"""Writes the types of the package from the options of the command: `python -m nullcline._stubs nullcline/__init__.pyi`."""

from __future__ import annotations

import sys
from pathlib import Path

from nullcline import _jobs, _settings

_HEAD = '''"""Types of the package; written by `python -m nullcline._stubs`, from the options of the command."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from nullcline._fixed_points import FixedPoints as FixedPoints
from nullcline._jobs import NullclineWarning as NullclineWarning
from nullcline._jobs import Trained as Trained
from nullcline._jobs import load as load
from nullcline._native import __version__ as __version__
from nullcline._network import Network as Network
from nullcline._pipeline import Comparison as Comparison
from nullcline._pipeline import run as run
from nullcline._record import Estimate as Estimate
from nullcline._record import Record as Record
from nullcline._result import Figure as Figure
from nullcline._result import Result as Result
from nullcline._result import Table as Table

_Data: TypeAlias = Any
_Words: TypeAlias = str | float | Sequence[Any] | Mapping[str, Any]

'''


def _parameters(kind: str, without: tuple[str, ...]) -> list[str]:
    lines = []
    for o in _settings.keywords(kind, without):
        kind_ = o.annotation.replace("Words", "_Words").replace("Data", "_Data")
        lines.append(f"    {o.keyword}: {kind_} = ...,")
    return lines


def text() -> str:
    """The stub of the package."""
    parts = [_HEAD]
    for name, function in _jobs.FUNCTIONS.items():
        without = ("modules",) if function.module is not None else ()
        first = [] if function.first is None else [f"    {function.first}: {'_Data' if function.first == 'source' else 'str'},", "    /,"]
        if function.first not in (None, "source"):
            without = (*without, str(function.first))
        found = "Trained" if function.kind.startswith("train") else "Result"
        lines = [f"def {name}(", *first, "    *,", *_parameters(function.kind, without), f") -> {found}: ...", ""]
        parts.append("\n".join(lines))
    own = [
        "    states: _Data = ...,",
        "    jvp: Callable[..., Any] | None = ...,",
        "    vjp: Callable[..., Any] | None = ...,",
        "    jacobian: Callable[..., Any] | None = ...,",
        "    bounds: _Data = ...,",
        "    flow: bool = ...,",
    ]
    lines = ["def fixed_points(", "    source: _Data,", "    /,", "    *,", *own, *_parameters("analyze", ("modules",)), ") -> FixedPoints: ...", ""]
    parts.append("\n".join(lines))
    return "".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
