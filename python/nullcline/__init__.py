"""What a recurrent network computes, read as a dynamical system.

Weights, a recording or an alignment in; fixed points, Lyapunov spectra, dimensions, decoders and couplings out, each with
its error. Every function is a job of the command `nullcline`, with its options as keywords.

>>> import numpy as np, nullcline
>>> found = nullcline.fixed_points(2 * np.eye(2), cell="vanilla")
>>> found.xstar.shape, bool(found.certified.all())
((9, 2), True)
"""

from __future__ import annotations

from nullcline import _jobs
from nullcline._fixed_points import FixedPoints
from nullcline._jobs import NullclineWarning, Trained, fixed_points, load
from nullcline._native import __version__
from nullcline._network import Network
from nullcline._pipeline import Comparison, run
from nullcline._record import Estimate, Record
from nullcline._result import Figure, Result, Table

globals().update({name: _jobs._made(name, function) for name, function in _jobs.FUNCTIONS.items()})

__all__ = [
    "Comparison",
    "Estimate",
    "Figure",
    "FixedPoints",
    "Network",
    "NullclineWarning",
    "Record",
    "Result",
    "Table",
    "Trained",
    "__version__",
    "fixed_points",
    "load",
    "run",
    *_jobs.FUNCTIONS,
]
