"""Numbers with names: what a summary holds, as attributes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Letters of a value in a representation.
_SHOWN = 60


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error, from `n` observations; compared and formatted it is the number.

    >>> Estimate(0.238, 0.055, 12)
    0.238(55)
    >>> float(Estimate(0.5, None)) + 1
    1.5
    """

    value: float
    std_error: float | None = None
    n: int | None = None

    def __float__(self) -> float:
        return float(self.value)

    def __format__(self, how: str) -> str:
        return format(self.value, how) if how else repr(self)

    def __round__(self, digits: int | None = None) -> float:
        return round(self.value, digits)

    def __lt__(self, other: Any) -> bool:
        return self.value < float(other)

    def __le__(self, other: Any) -> bool:
        return self.value <= float(other)

    def __gt__(self, other: Any) -> bool:
        return self.value > float(other)

    def __ge__(self, other: Any) -> bool:
        return self.value >= float(other)

    def __repr__(self) -> str:
        return shown(self.value, self.std_error)


def shown(value: float, error: float | None) -> str:
    """A number with the two digits of its error in parentheses."""
    if error is None or not (math.isfinite(value) and math.isfinite(error)) or error <= 0:
        return f"{value:.6g}"
    place = 1 - math.floor(math.log10(error))
    if place >= 0:
        digits = round(error * 10**place)
        if digits >= 100:
            place, digits = place - 1, round(error * 10 ** (place - 1))
        if 0 <= place <= 12:
            return f"{value:.{place}f}({digits})"
        return f"{value:.6g} +- {error:.2g}"
    return f"{value:.0f}({error:.0f})"


class Record(Mapping[str, Any]):
    """Frozen names and values; every name is an attribute and a key.

    >>> record = Record({"steps": 3, "dimension": {"value": 1.5, "std_error": 0.1}, "exponents": [0.1, None]})
    >>> record.steps, record["dimension"].std_error, record.exponents.shape
    (3, 0.1, (2,))
    """

    __slots__ = ("_plain", "_made")
    _plain: Mapping[str, Any]
    _made: dict[str, Any]

    def __init__(self, plain: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_plain", plain)
        object.__setattr__(self, "_made", {})

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            error = f"{name}_std_error"
            value = self._plain[name]
            if error in self._plain and isinstance(value, (int, float)) and not isinstance(value, bool):
                self._made[name] = Estimate(value, self._plain[error])
            else:
                self._made[name] = made(value, name)
        return self._made[name]

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__") and name in self._plain:
            return self[name]
        known = ", ".join(self._plain)
        raise AttributeError(f"there is no {name}; there are {known}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name}: results do not change")

    __delattr__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._plain]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self._plain == other._plain

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self._plain),)

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists and numbers, as in `summary.json`."""
        return dict(self._plain)

    def __repr__(self) -> str:
        def one(name: str) -> str:
            value = self[name]
            if isinstance(value, np.ndarray):
                return f"{name}: array {value.shape}"
            if isinstance(value, Record):
                return f"{name}: {{{', '.join(value)}}}"[:_SHOWN]
            if isinstance(value, tuple):
                return f"{name}: {len(value)} entries"
            text = repr(value)
            return f"{name}: {text if len(text) <= _SHOWN else text[:_SHOWN] + '...'}"

        return "\n".join(one(name) for name in self)


class Records(tuple[Any, ...]):
    """Several of a kind, one after the other."""

    __slots__ = ()

    def __repr__(self) -> str:
        if self and all(isinstance(v, Record) for v in self):
            return f"<{len(self)} of {', '.join(self[0])}>"
        return super().__repr__()


def _number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _grid(value: list[Any]) -> bool:
    """Whether a list is rows of numbers, all of one length."""
    rows = bool(value) and all(isinstance(row, list) and row for row in value)
    return rows and len({len(row) for row in value}) == 1 and all(_number(v) for row in value for v in row)


def frozen(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array, which nobody writes to any more."""
    array.flags.writeable = False
    return array


def made(value: Any, name: str = "") -> Any:
    """A value of a summary as Python's users have it: arrays of numbers (missing ones NaN), estimates, records."""
    if isinstance(value, dict):
        if "value" in value and "std_error" in value and set(value) <= {"value", "std_error", "n"}:
            number = value["value"]
            return Estimate(math.nan if number is None else number, value["std_error"], value.get("n"))
        return Record(value)
    if isinstance(value, list):
        if value and all(_number(v) for v in value):
            whole = all(isinstance(v, int) for v in value)
            return frozen(np.array(value, dtype=np.int64 if whole else np.float64))
        if _grid(value):
            grid = np.array(value, dtype=np.float64)
            if name.endswith("eigenvalues") and grid.shape[1] == 2:
                return frozen(grid[:, 0] + 1j * grid[:, 1])
            return frozen(grid)
        return Records(made(v) for v in value)
    return value
