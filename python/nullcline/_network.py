"""Networks as they were read."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nullcline import _data, _native, _settings

Array = np.ndarray[Any, Any]

#: Options that say how weights are read.
READING = ("cell", "map", "activation", "tau", "dt", "euler", "constants", "reset_before", "vectors", "gates", "prefix")


def _rows(name: str, value: Any) -> Array:
    """Numbers in rows."""
    array = np.asarray(_data.array_of(value))
    if array.dtype.kind == "c":
        raise ValueError(f"{name}: found complex numbers, expected real ones")
    if array.ndim > 2:
        raise ValueError(f"{name}: found an array of shape {array.shape}, expected rows of numbers")
    return np.ascontiguousarray(np.atleast_2d(array), dtype=np.float64)


class Network:
    """A network of a file, a module or a dictionary of arrays: its step, its derivatives, its read-out.

    Options are those of `analyze` that say how weights are read, as `cell`, `map` and `euler`.

    >>> net = Network({"weight_hh_l0": np.eye(2) * 0.5, "weight_ih_l0": np.zeros((2, 1)),
    ...                "bias_hh_l0": np.zeros(2), "bias_ih_l0": np.zeros(2)})
    >>> net.step([[1.0, -1.0]], [[0.0]]).round(4).tolist()
    [[0.4621, -0.4621]]
    """

    def __init__(self, source: Any, /, **options: Any) -> None:
        wrong = [k for k in options if k not in READING]
        if wrong:
            raise ValueError(f"Network: {wrong[0]} says nothing of how weights are read; there are {', '.join(READING)}")
        self._source, self._options = _settings._source(source, options)
        given = _settings.given("analyze", source, options)
        try:
            self._network = _native.Network(given.settings)
        except ValueError as e:
            raise ValueError(_settings.in_python(str(e), "analyze")) from None
        for text in self._network.notes:
            warnings.warn(text, UserWarning, stacklevel=2)

    @property
    def cell(self) -> str:
        """The kind of its cells."""
        return self._network.cell

    @property
    def units(self) -> list[int]:
        """Units of each layer."""
        return self._network.units

    @property
    def state(self) -> int:
        """Length N of the state."""
        return self._network.state

    @property
    def inputs(self) -> int:
        """Number d of inputs."""
        return self._network.inputs

    @property
    def flow(self) -> bool:
        """Whether it is a flow, whose `field` is dx/dt."""
        return self._network.flow

    @property
    def time_step(self) -> float:
        """Time that a step takes."""
        return self._network.time_step

    @property
    def state_names(self) -> list[str]:
        """Names of the state's coordinates."""
        return self._network.state_names

    @property
    def recurrent(self) -> dict[str, Array]:
        """The recurrent weights by name, as they act on the state."""
        return dict(self._network.recurrent)

    @property
    def readout(self) -> tuple[Array, Array] | None:
        """Weights (o x N) and biases (o) of the read-out, if there is one."""
        found = self._network.readout
        return None if found is None else (found[0], np.asarray(found[1]))

    def _pair(self, states: Any, inputs: Any) -> tuple[Array, Array]:
        x = _rows("states", states)
        u = _rows("inputs", np.zeros(self.inputs) if inputs is None else inputs)
        return x, u

    def step(self, states: Any, inputs: Any = None) -> Array:
        """States (b x N) a step later under inputs (b x d, or d for all; none: zero)."""
        return self._network.step(*self._pair(states, inputs))

    def field(self, states: Any, inputs: Any = None) -> Array:
        """F at states (b x N): of a map the states a step later, of a flow dx/dt."""
        return self._network.field(*self._pair(states, inputs))

    def jacobian(self, states: Any, inputs: Any = None) -> Array:
        """dF/dx at states (b x N), b x N x N."""
        return self._network.derivatives(*self._pair(states, inputs))[0]

    def input_jacobian(self, states: Any, inputs: Any = None) -> Array:
        """dF/du at states (b x N), b x N x d."""
        return self._network.derivatives(*self._pair(states, inputs))[1]

    def trajectory(self, initial: Any, inputs: Any = None, steps: int | None = None) -> Array:
        """States after 0, 1, ... steps from `initial` (b x N or N) under inputs (steps x d, or b x steps x d; none: zero for `steps`)."""
        x = _rows("initial", initial)
        if inputs is None:
            if steps is None:
                raise ValueError("trajectory: found neither inputs nor steps, expected one of them")
            u = np.zeros((1, steps, self.inputs))
        else:
            u = np.asarray(inputs, dtype=np.float64)
            u = u[None] if u.ndim == 2 else u
            if u.ndim != 3 or u.shape[2] != self.inputs or u.shape[0] not in (1, len(x)):
                raise ValueError(
                    f"trajectory: found inputs of shape {u.shape}, expected steps x {self.inputs}, or {len(x)} x steps x {self.inputs}"
                )
            if steps is not None and steps != u.shape[1]:
                raise ValueError(f"trajectory: found {u.shape[1]} inputs and steps = {steps}; give one of them")
        out = np.empty((len(x), u.shape[1] + 1, self.state))
        out[:, 0] = x
        for t in range(u.shape[1]):
            out[:, t + 1] = self.step(out[:, t], u[:, t])
        return out

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self._source, dict(self._options))

    def __repr__(self) -> str:
        return f"<{self._network.describe()}>"


def _again(source: Any, options: dict[str, Any]) -> Network:
    return Network(source, **options)
