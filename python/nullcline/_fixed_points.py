"""Fixed points under the names that users of FixedPointFinder know."""

from __future__ import annotations

from typing import Any

import numpy as np

from nullcline._record import Record, frozen
from nullcline._result import Result

Array = np.ndarray[Any, Any]


def _all(module: Record) -> list[tuple[int, Record]]:
    """Points under the input, then those under each input that trials hold; each with the number of its input."""
    sets = [module.points, *(h.found.points for h in module.get("held", ()))]
    return [(k, p) for k, points in enumerate(sets) for p in points]


class FixedPoints(Result):
    """Fixed and slow points: `points` with their certificates, and arrays, a row a point.

    Of a map F is the state a step later; of a flow it is dx/dt, whose zeros are sought.
    """

    _module = "fixed_points"

    def _rows(self) -> list[tuple[int, Record]]:
        if "_points" not in self.__dict__:
            self.__dict__["_points"] = _all(self.modules["fixed_points"])
        rows: list[tuple[int, Record]] = self.__dict__["_points"]
        return rows

    def _stack(self, name: str, width: int) -> Array:
        rows = [np.asarray(p[name], dtype=float) if p[name] is not None else None for _, p in self._rows()]
        out = np.full((len(rows), width), np.nan)
        for k, row in enumerate(rows):
            if row is not None and row.size:
                out[k] = row
        return frozen(out)

    @property
    def n(self) -> int:
        """Points."""
        return len(self._rows())

    @property
    def _sizes(self) -> tuple[int, int]:
        module = self.modules["fixed_points"]
        first = self._rows()[0][1] if self._rows() else None
        state = int(self._summary["input"]["state"]) if first is None else len(first.state)
        return state, len(np.atleast_1d(module["input"]))

    @property
    def xstar(self) -> Array:
        """The points, n x N."""
        return self._stack("state", self._sizes[0])

    @property
    def x_init(self) -> Array:
        """The state from which the first search that ended at each began, n x N: one that was visited, with noise, or a random one;
        NaN where a proof or a later round found the point."""
        return self._stack("start", self._sizes[0])

    @property
    def inputs(self) -> Array:
        """The constant input at each, n x d."""
        return self._stack("input", self._sizes[1])

    @property
    def cond_id(self) -> Array:
        """Which of the inputs it is, n."""
        return np.array([k for k, _ in self._rows()], dtype=np.int64)

    @property
    def qstar(self) -> Array:
        """q = |F(x) - x|^2 / 2 of a map, |F(x)|^2 / 2 of a flow, n."""
        return np.array([p.speed for _, p in self._rows()], dtype=float)

    @property
    def is_stable(self) -> Array:
        """Whether nearby states return, n; of a slow point, whether no eigenvalue says that they leave."""
        def one(p: Record) -> bool:
            return bool(p.stability == "stable" if p.stability is not None else p.unstable == 0)

        return np.array([one(p) for _, p in self._rows()], dtype=bool)

    @property
    def certified(self) -> Array:
        """Whether exactly one fixed point is proven to lie within `certified_radius`, n."""
        return np.array([p.certified for _, p in self._rows()], dtype=bool)

    @property
    def certified_radius(self) -> Array:
        """The radius of that proof; NaN where there is none, n."""
        radii = [p.certified_radius for _, p in self._rows()]
        return np.array([np.nan if r is None else r for r in radii], dtype=float)

    def _derived(self) -> tuple[Array, Array]:
        if "_derivatives" not in self.__dict__:
            self.__dict__["_derivatives"] = self._evaluate()
        both: tuple[Array, Array] = self.__dict__["_derivatives"]
        return both

    def _evaluate(self) -> tuple[Array, Array]:
        network = self.__dict__["_network"]
        if isinstance(network, str):
            raise ValueError(network)
        x, u = self.xstar, self.inputs
        values = network.field(x, u)
        # A file may be another one by now.
        still = np.abs(values - (0 if network.flow else x)) if self.n else np.zeros((0, 1))
        said = np.sqrt(2 * self.qstar)
        if (np.linalg.norm(still, axis=1) > 2 * said + 1e-6 * (1 + np.linalg.norm(x, axis=1))).any():
            raise ValueError("the network is another one by now: its points are not those that were found; run fixed_points again")
        return frozen(values), frozen(network.jacobian(x, u))

    def __getstate__(self) -> dict[str, Any]:
        if not isinstance(self.__dict__.get("_network", ""), str):
            self._derived()
        state = super().__getstate__()
        if not isinstance(state.get("_network", ""), str):
            state["_network"] = "the network did not come along"
        return state

    @property
    def F_xstar(self) -> Array:
        """F at the points, n x N; of the network as it was when it was asked."""
        return self._derived()[0]

    @property
    def J_xstar(self) -> Array:
        """dF/dx at the points, n x N x N."""
        return self._derived()[1]

    @property
    def eigval_J_xstar(self) -> Array:
        """Its eigenvalues, largest modulus first, n x N."""
        values = np.linalg.eigvals(self.J_xstar) if self.n else np.zeros(self.J_xstar.shape[:2])
        order = np.argsort(-np.abs(values), axis=1, kind="stable")
        return frozen(np.take_along_axis(values.astype(complex), order, axis=1))


class FunctionFixedPoints(FixedPoints):
    """Fixed points of a function of Python."""

    @property
    def inputs(self) -> Array:
        """None: a function has no input here, n x 0."""
        return np.zeros((self.n, 0))

    @property
    def _sizes(self) -> tuple[int, int]:
        return int(self._summary["input"]["state"]), 0

    def _evaluate(self) -> tuple[Array, Array]:
        values, jacobians = self.__dict__["_found"]
        return values, jacobians
