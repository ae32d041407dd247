"""The jobs of the command as functions."""

from __future__ import annotations

import atexit
import json
import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nullcline import _data, _native, _progress, _settings
from nullcline._fixed_points import FixedPoints, FunctionFixedPoints
from nullcline._kept import Kept
from nullcline._network import READING, Network, _rows
from nullcline._result import Result


class NullclineWarning(UserWarning):
    """What a careful reader of a result should know."""


class Function(NamedTuple):
    """A job as a function: its kind, the one module that it asks for, what comes first, and what it says of itself."""

    kind: str
    module: str | None
    first: str | None
    doc: str


_NET = """
    >>> import numpy as np, nullcline
    >>> weights = 2 * np.eye(2)  # x' = tanh(2 x), unit by unit
"""

#: Every function that is a job.
FUNCTIONS: dict[str, Function] = {
    "analyze": Function("analyze", None, "source", f"""Analyses a network's weights, or a recorded activity.

    `source` is a path; a module of torch or its state_dict; a dictionary of arrays by name; a matrix of weights with
    `cell`; or a recording: an array of rows x units or trials x rows x units, or a table of pandas or polars.
{_NET}
    >>> found = nullcline.analyze(weights, cell="vanilla", modules=["fixed_points", "lyapunov"])
    >>> len(found.fixed_points.points), found.lyapunov.attractors[0].kind
    (9, 'fixed point')
"""),
    "lyapunov": Function("analyze", "lyapunov", "source", f"""Lyapunov exponents of a network, with their errors.
{_NET}
    >>> spectrum = nullcline.lyapunov(weights, cell="vanilla")
    >>> bool((spectrum.attractors[0].exponents < 0).all())
    True
"""),
    "covariant": Function("analyze", "covariant", "source", f"""Covariant Lyapunov vectors of a network and their angles.
{_NET}
    >>> nullcline.covariant(weights, cell="vanilla").negative
    2
"""),
    "adjoint": Function("analyze", "adjoint", "source", f"""How a learning signal grows or dies backwards in time.
{_NET}
    >>> round(float(nullcline.adjoint(weights, cell="vanilla").rate), 3)
    -1.794
"""),
    "cycles": Function("analyze", "cycles", "source", """Cycles of a network, with their multipliers.

    >>> import numpy as np, nullcline
    >>> turn = 1.5 * np.array([[0.0, -1.0], [1.0, 0.0]])  # a quarter of a turn a step
    >>> nullcline.cycles(turn, cell="vanilla").cycles.cycles[0].period
    4.0
"""),
    "pca": Function("analyze", "pca", "source", """Principal components of a recording, or of a network's states.

    >>> import numpy as np, nullcline
    >>> activity = np.random.default_rng(1).normal(size=(500, 6)) * [1, 1, 0, 0, 0, 0]
    >>> round(float(nullcline.pca(activity).participation_ratio), 1)
    2.0
"""),
    "decode": Function("analyze", "decoding", "source", """Decoders of the labels in `targets` (or of the trials of a network), tested on rows that they have not seen.

    >>> import numpy as np, nullcline
    >>> rng = np.random.default_rng(1)
    >>> side = rng.integers(0, 2, size=400).astype(float)
    >>> records = np.rec.fromarrays([side, side + rng.normal(size=400), rng.normal(size=400)], names="side,a,b")
    >>> print(*nullcline.decode(records, targets="side").findings)
    side is decoded with ... % of the rows left out told rightly (chance ...; p = 0.001).
"""),
    "selectivity": Function("analyze", "selectivity", "source", """Which units tell of `targets`, against chance.

    >>> import numpy as np, nullcline
    >>> rng = np.random.default_rng(1)
    >>> side = rng.integers(0, 2, size=400).astype(float)
    >>> records = np.rec.fromarrays([side, side + rng.normal(size=400), rng.normal(size=400)], names="side,a,b")
    >>> nullcline.selectivity(records, targets="side").regressions[0].selective
    1
"""),
    "radd": Function("distill.radd", None, "source", """A small network that does what a large one, or a recording, does, by least squares.

    >>> import numpy as np, nullcline
    >>> rng = np.random.default_rng(1)
    >>> q = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    >>> net = {"weight_hh_l0": 0.8 * q, "weight_ih_l0": rng.normal(size=(12, 1)), "bias_hh_l0": np.zeros(12),
    ...        "bias_ih_l0": np.zeros(12), "readout.weight": rng.normal(size=(2, 12)), "readout.bias": np.zeros(2)}
    >>> student = nullcline.radd(net, inputs=rng.normal(size=(500, 1)))
    >>> student.a.shape, bool(student.one_step_r2[0] > 0.8)
    ((2, 2), True)
"""),
    "conventional": Function("distill.conventional", None, "source", """A small network trained on the output probabilities of a large one.

    >>> import numpy as np, nullcline
    >>> rng = np.random.default_rng(1)
    >>> q = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    >>> net = {"weight_hh_l0": 0.8 * q, "weight_ih_l0": rng.normal(size=(12, 3)), "bias_hh_l0": np.zeros(12),
    ...        "bias_ih_l0": np.zeros(12), "readout.weight": rng.normal(size=(2, 12)), "readout.bias": np.zeros(2)}
    >>> student = nullcline.conventional(net, inputs=rng.normal(size=(100, 3)), units=2, steps=2)
    >>> student.units
    2
"""),
    "gaussian": Function("infer.gaussian", None, "source", """Couplings of a Gaussian model of samples, and how strongly to regularise them.

    >>> import numpy as np, nullcline
    >>> x = np.random.default_rng(1).normal(size=(300, 3))
    >>> x[:, 1] += x[:, 0]
    >>> model = nullcline.gaussian(x)
    >>> model.gamma_predicted
    0.67(12)
"""),
    "potts": Function("infer.potts", None, "source", """Couplings of a Potts or Ising model of spikes, categories or sequences.

    >>> import numpy as np, nullcline
    >>> spikes = (np.random.default_rng(1).uniform(size=(400, 4)) < 0.3).astype(int)
    >>> model = nullcline.potts(spikes, gamma=[0.1, 1.0])
    >>> model.n, model.q
    (4, 2)
"""),
    "train": Function("train", None, "task", """Trains a network on a task; `network` of the result has its weights.

    >>> import nullcline
    >>> trained = nullcline.train("flip-flop", cell="gru", units=8, bits=1, steps=10, train_items=64,
    ...                           validation_items=32, test_items=32, epochs=2)
    >>> trained.network.units
    [8]
"""),
    "train_ibl": Function("train.ibl", None, None, """Trains a network on the decision task of the International Brain Laboratory.

    >>> import nullcline
    >>> nullcline.train_ibl(units=8, steps=2).network.units
    [8]
"""),
    "train_integrate": Function("train.integrate", None, None, """Trains a network to integrate several signals at once.

    >>> import nullcline
    >>> nullcline.train_integrate(units=20, steps=2, batch=8).network.units
    [20]
"""),
    "train_navigate": Function("train.navigate", None, None, """Trains a path integrator that images reset.

    >>> import nullcline
    >>> nullcline.train_navigate(steps=1, batch=2, duration=3, transitions=4, cells=8, test_walks=2, test_steps=3).map
    'DoubleDonut'
"""),
    "study": Function("study", None, "study", """Tests what a paper claims, figure by figure.

    >>> import nullcline
    >>> claims = nullcline.study("fanthomme2021/figB.1").claims
    >>> all(c.verdict == "holds" for c in claims)
    True
"""),
}

# A job that was interrupted may still be at work when the program ends.
atexit.register(_native.close)

_REPORT = {o.name: o for o in [*_settings.REPORT, *_settings.KEPT]}


def _run(name: str, function: Function, first: Any, words: Mapping[str, Any], cls: type[Result]) -> Result:
    """Runs a job."""
    report: dict[str, Any] = {o.name: o.value for o in _REPORT.values()}
    allowed = {o.name for o in _settings.REPORT} | ({o.name for o in _settings.KEPT} if function.kind.startswith("train") else set())
    report.update({k: v for k, v in words.items() if k in allowed and v is not None})
    _settings.checked(report)
    rest = {k: v for k, v in words.items() if k not in allowed}
    if function.module is not None:
        if "modules" in rest:
            raise ValueError(f"{name}: modules is {function.module!r}; use analyze for others")
        rest["modules"] = function.module
    if function.first == "source":
        given = _settings.given(function.kind, first, rest, report["out"] is not None)
    else:
        more = {} if function.first is None else {function.first: first}
        given = _settings.given(function.kind, None, {**more, **rest})
    keep = None if report["out"] is not None else Kept()
    folder = Path(os.path.abspath(report["out"])) if keep is None else Path(keep.folder) / "report"
    shown = [given.shown.get("file", "...")] if function.first == "source" else []
    shown += [f"{k}={v}" for k, v in given.shown.items() if k not in ("file", "modules") or (k == "modules" and function.module is None)]
    bar = None if report["quiet"] else _progress.Bar()
    figures = ",".join(_words(report["figures"])) + (",png" if report["png"] else "")
    try:
        said = json.loads(_native.run(
            function.kind, given.settings, out=folder, force=report["force"], figures=figures, tables=str(report["tables"]),
            command=f"nullcline.{name}({', '.join(shown)})", threads=report["threads"], memory=_settings.bytes_of(report["memory"]),
            checkpoint=float(report["checkpoint"]), restart=report["restart"], progress=bar,
        ))
    except (ValueError, RuntimeError) as e:
        said_ = _settings.in_python(str(e), function.kind)
        raise type(e)(_advised(said_, function, first, rest)) from None
    finally:
        if bar is not None:
            bar.close()
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    result = cls(summary, folder, said, keep)
    for text in result.warnings:
        warnings.warn(_settings.in_python(text, function.kind), NullclineWarning, stacklevel=3)
    return result


def _advised(said: str, function: Function, first: Any, words: Mapping[str, Any]) -> str:
    """A message with what a matrix of weights needs."""
    of_networks = ("lyapunov", "covariant", "adjoint", "cycles", "fixed_points")
    square = getattr(first, "ndim", 0) == 2 and first.shape[0] == first.shape[1]
    if function.module in of_networks and square and "cell" not in words:
        return f"{said}; if the array is a matrix of recurrent weights, say so with cell='vanilla', 'rate' or 'current'"
    return said


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(v) for v in value]


class Trained(Result):
    """A trained network with its curves."""

    @property
    def network(self) -> Network:
        """The network."""
        return Network(self.folder / "network.safetensors")

    @property
    def weights(self) -> Path:
        """The file with the network, which `analyze` and others read."""
        return self.folder / "network.safetensors"


def _made(name: str, function: Function) -> Callable[..., Result]:
    """The function of a job."""
    cls: type[Result] = Trained if function.kind.startswith("train") else Result

    def job(*first: Any, **words: Any) -> Result:
        expected = 0 if function.first is None else 1
        if len(first) != expected:
            what = f"one positional argument, {function.first}" if expected else "keywords alone"
            raise TypeError(f"{name}() takes {what}; {len(first)} were given")
        return _run(name, function, first[0] if first else None, words, cls)

    without = () if function.module is None else ("modules",)
    if function.first not in (None, "source"):
        without = (*without, str(function.first))
    job.__name__ = job.__qualname__ = name
    job.__module__ = "nullcline"
    job.__doc__ = documented(function, without)
    job.__signature__ = _settings.signature(function.kind, function.first, without)  # type: ignore[attr-defined]
    return job


def documented(function: Function, without: tuple[str, ...]) -> str:
    """What a function says of itself, with every option."""
    lines = [function.doc.rstrip(), "", "    Options, as the command has them:", ""]
    for o in _settings.keywords(function.kind, without):
        default = "" if o.value in (None, False) else f" [default: {o.default}]"
        lines.append(f"    {o.keyword}: {o.help}{default}")
    return "\n".join(lines) + "\n"


def fixed_points(
    source: Any,
    /,
    *,
    states: Any = None,
    jvp: Callable[..., Any] | None = None,
    vjp: Callable[..., Any] | None = None,
    jacobian: Callable[..., Any] | None = None,
    bounds: Any = None,
    flow: bool = False,
    **words: Any,
) -> FixedPoints:
    """Fixed and slow points of a network, each with its certificate, under the names of FixedPointFinder and ours.

    `source` is what `analyze` takes. It may also be a function of a batch of states (b x N to b x N), a network of any
    kind, with `states` (rows from which to search), and with `jacobian` (b x N to b x N x N), or `jvp(x, dx)` and
    `vjp(x, gy)`, its products with tangents and cotangents, all of rows; with `flow` its value is dx/dt. `bounds` are the
    interval of all numbers of a state, or one of each (N x 2), where they are known, as -1 and 1 of tanh; slow points
    farther from the mean of `states` than ten times their mean distance from it are left out. Of a function nothing can
    be proven, so that no point is certified, and every step goes through Python: expect it to be a hundred times slower.

    >>> import numpy as np, nullcline
    >>> found = nullcline.fixed_points(2 * np.eye(2), cell="vanilla")
    >>> found.n, int(found.is_stable.sum()), bool(found.certified.all())
    (9, 4, True)
    >>> found.J_xstar.shape
    (9, 2, 2)

    A function of Python:

    >>> f = lambda x: np.tanh(2 * x)
    >>> j = lambda x: (2 / np.cosh(2 * x) ** 2)[:, :, None] * np.eye(2)
    >>> again = nullcline.fixed_points(f, states=np.random.default_rng(1).normal(size=(50, 2)), jacobian=j)
    >>> again.n, bool(np.allclose(np.sort(again.xstar, 0), np.sort(found.xstar, 0), atol=1e-6))
    (9, True)
    """
    module = FUNCTIONS["analyze"]
    if callable(source) and not hasattr(source, "state_dict"):
        return _of_function(source, states, jvp, vjp, jacobian, bounds, flow, words)
    for name, value in [("states", states), ("jvp", jvp), ("vjp", vjp), ("jacobian", jacobian), ("bounds", bounds), ("flow", flow or None)]:
        if value is not None:
            raise ValueError(f"fixed_points: {name} goes with a function; this is {type(source).__name__}")
    function = module._replace(module="fixed_points")
    found = _run("fixed_points", function, source, words, FixedPoints)
    reading = {k: v for k, v in words.items() if k in READING}
    with warnings.catch_warnings():
        # What is assumed was said.
        warnings.simplefilter("ignore")
        found.__dict__["_network"] = Network(source, **reading)
    assert isinstance(found, FixedPoints)
    return found


def _of_function(
    function: Callable[..., Any],
    states: Any,
    jvp: Callable[..., Any] | None,
    vjp: Callable[..., Any] | None,
    jacobian: Callable[..., Any] | None,
    bounds: Any,
    flow: bool,
    words: Mapping[str, Any],
) -> FixedPoints:
    if states is None:
        raise ValueError("fixed_points: found a function without states, expected rows of states to begin from")
    if jacobian is None and (jvp is None or vjp is None):
        raise ValueError("fixed_points: found a function alone, expected jacobian, or jvp and vjp, with it")
    known = ("starts", "noise", "slow_threshold", "seed", "threads", "quiet")
    wrong = [k for k in words if k not in known]
    if wrong:
        raise ValueError(f"fixed_points: {wrong[0]} does not go with a function; there are {', '.join(known)}")

    def array(value: Any) -> np.ndarray[Any, Any]:
        found = _data.array_of(value)
        if found.dtype.kind not in "fiub":
            raise ValueError(f"fixed_points: found an array of {found.dtype}, expected real numbers")
        return np.ascontiguousarray(found, dtype=np.float64)

    def tangents(x: Any, dx: Any) -> np.ndarray[Any, Any]:
        assert jacobian is not None
        return array(np.einsum("kij,kj->ki", array(jacobian(x)), dx))

    def cotangents(x: Any, gy: Any) -> np.ndarray[Any, Any]:
        assert jacobian is not None
        return array(np.einsum("kij,ki->kj", array(jacobian(x)), gy))

    def value(x: Any) -> np.ndarray[Any, Any]:
        return array(function(x))

    along = (lambda x, dx: array(jvp(x, dx))) if jvp is not None else tangents
    back = (lambda x, gy: array(vjp(x, gy))) if vjp is not None else cotangents
    begin = _rows("states", states)
    if not np.isfinite(begin).all():
        raise ValueError("fixed_points: states: found numbers that are not finite, expected states")
    n = begin.shape[1]
    ends = np.zeros((0, 2)) if bounds is None else np.broadcast_to(array(bounds), (n, 2))
    if not (ends[:, 0] < ends[:, 1]).all():
        raise ValueError("fixed_points: bounds: expected a lower end and an upper one above it")
    _agrees(value, along, back, begin)
    _settings.checked(words)
    bar = None if words.get("quiet") else _progress.Bar()
    options: dict[str, Any] = {k: words.get(k) for k in ("starts", "noise", "slow_threshold", "threads")}
    try:
        text, jacobians = _native.fixed_points_of(
            value, along, back, begin, bounds=ends.tolist(), flow=flow, seed=words.get("seed", 1), progress=bar, **options
        )
    finally:
        if bar is not None:
            bar.close()
    module = json.loads(text)
    middle = begin.mean(axis=0)
    reach = 10 * np.linalg.norm(begin - middle, axis=1).mean()
    near = [p["label"] == "fixed" or np.linalg.norm(np.array(p["state"]) - middle) <= reach for p in module["points"]]
    far = len(near) - sum(near)
    module["points"] = [p for p, k in zip(module["points"], near) if k]
    jacobians = [j for j, k in zip(jacobians, near) if k]
    summary = {
        "tool": "nullcline", "version": _native.__version__, "input": {"kind": "function", "state": n, "inputs": 0, "flow": flow},
        "modules": {"fixed_points": module},
    }
    count = len(module["points"])
    stable = sum(p["stability"] == "stable" for p in module["points"])
    left = [f"{far} slow points far from all states were left out; bounds keep the search from there"] if far else []
    said = {"subject": f"a function of {n} numbers", "findings": [f"{count} points, {stable} of them stable", *left]}
    keep = Kept()
    found = FunctionFixedPoints(summary, Path(keep.folder), said, keep)
    x = found.xstar
    found.__dict__["_found"] = (value(x) if count else x, np.array(jacobians).reshape(count, n, n))
    return found


def _agrees(value: Any, along: Any, back: Any, states: np.ndarray[Any, Any]) -> None:
    """Fails where a function is none of states, or its derivatives are another function's."""
    x = states[:: max(1, len(states) // 4)][:4]
    draw = np.random.default_rng(1)
    y = value(x)
    if y.shape != x.shape:
        raise ValueError(f"fixed_points: the function gave an array of shape {y.shape} for states of {x.shape}, expected the same shape")
    if not np.isfinite(y).all():
        raise ValueError("fixed_points: the function gave numbers that are not finite at the states, expected numbers")
    dx, gy = draw.normal(size=x.shape), draw.normal(size=x.shape)
    try:
        forward, backward = along(x, dx), back(x, gy)
    except ValueError as e:
        raise ValueError(f"fixed_points: the derivatives cannot be used: {e}; expected jacobian of shape {(len(x), *2 * x.shape[1:])}") from None
    if forward.shape != x.shape or backward.shape != x.shape:
        raise ValueError(f"fixed_points: the derivatives gave arrays of {forward.shape} and {backward.shape}, expected {x.shape}")
    # Wide enough for functions in single precision.
    step = 1e-3 * (1 + np.abs(x).max())
    ahead, behind = value(x + step * dx), value(x - step * dx)
    near = (ahead - behind) / (2 * step)
    # Beside kinks the two sides differ, and nothing is said.
    bent = np.abs((ahead - y) / step - (y - behind) / step) > 0.1 * (np.abs(near) + 0.1)
    off = np.abs(forward - near) > 2e-2 * (1 + np.abs(near))
    if not np.isfinite(forward).all() or (off & ~bent).any():
        raise ValueError("fixed_points: jacobian, or jvp, is not the derivative of the function: differences of its values are others")
    if not np.allclose((forward * gy).sum(axis=1), (backward * dx).sum(axis=1), rtol=1e-3, atol=1e-4):
        raise ValueError("fixed_points: vjp is not the transpose of jvp")


def load(folder: str | os.PathLike[str]) -> Result:
    """A report that was written before, by this package or by the command.

    >>> import numpy as np, nullcline, tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     found = nullcline.pca(np.random.default_rng(1).normal(size=(100, 3)), out=f"{place}/pca")
    ...     again = nullcline.load(f"{place}/pca")
    >>> again.participation_ratio == found.participation_ratio
    True
    """
    place = Path(folder)
    file = place / "summary.json"
    if not file.is_file():
        raise ValueError(f"{place}: found no summary.json, expected the folder of a report")
    try:
        summary = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as e:
        raise ValueError(f"{file}: is no JSON ({e}); write the report again") from None
    if not isinstance(summary, dict) or summary.get("tool") != "nullcline":
        raise ValueError(f"{file}: found another program's file, expected one of nullcline")
    job = (summary.get("job") or {}).get("name", "")
    cls: type[Result] = Trained if job.startswith("train") else Result
    if job == "analyze" and "fixed_points" in summary.get("modules", {}):
        settings = summary["job"]["settings"]
        found = FixedPoints(summary, place, {})
        reading = {k: v for k, v in settings.items() if k in READING and v}
        file_ = settings["file"]
        if isinstance(file_, str) and Path(file_).is_file():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.__dict__["_network"] = Network(file_, **reading)
        else:
            found.__dict__["_network"] = f"{file_}: the network is not there any more, from which derivatives would come"
        return found
    return cls(summary, place, {})


def _dress() -> None:
    """Gives `fixed_points` the options of the command behind its own."""
    import inspect

    own = [p for p in inspect.signature(fixed_points).parameters.values() if p.kind is not p.VAR_KEYWORD]
    options = _settings.signature("analyze", None, ("modules",)).parameters.values()
    fixed_points.__signature__ = inspect.Signature([*own, *options])  # type: ignore[attr-defined]
    fixed_points.__module__ = "nullcline"
    asked = Function("analyze", "fixed_points", "source", fixed_points.__doc__ or "")
    fixed_points.__doc__ = documented(asked, ("modules",))


_dress()
