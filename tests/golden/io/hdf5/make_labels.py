"""Arrays with what tells something of their trials or rows beside them (h5py 3.16.0): python3 make_labels.py ."""

import sys

import h5py
import numpy as np

OUT = sys.argv[1]
rng = np.random.default_rng(7)
trials, time, units = 6, 5, 3
with h5py.File(f"{OUT}/labels.h5", "w") as f:
    f["session/rates"] = rng.normal(size=(trials, time, units)).round(3)
    f["session/contrast"] = np.array([0.25, 0.5, 1.0, np.nan, 0.25, 0.5])
    f["session/choice"] = np.array(["left", "right", "left", "left", "right", "right"], dtype=object)
    f["session/units"] = np.arange(units)
    f["other/length"] = np.arange(trials)
with h5py.File(f"{OUT}/rows.h5", "w") as f:
    f["x"] = np.arange(8.0).reshape(4, 2)
    f["trial"] = np.array([0, 0, 1, 1])
    f["block"] = np.array([b"a", b"a", b"b", b"b"])
