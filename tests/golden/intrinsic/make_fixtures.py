"""Writes expected.json: dimensions by scikit-dimension, DADApy, numpy and scipy. See SOURCE.md."""
import json

import numpy as np
import skdim
from dadapy import Data
from scipy.optimize import brentq
from scipy.spatial.distance import pdist, squareform

rng = np.random.default_rng(3)
out = []
angle = rng.uniform(0, 2 * np.pi, (2, 200))
henon = np.zeros((200, 2))
for i in range(199):
    henon[i + 1] = [1 - 1.4 * henon[i, 0] ** 2 + henon[i, 1], 0.3 * henon[i, 0]]
sets = [
    ("torus", np.c_[np.cos(angle[0]), np.sin(angle[0]), np.cos(angle[1]), np.sin(angle[1])], 0),
    ("normal", rng.normal(size=(150, 5)), 0),
    ("henon", henon, 4),
]
for name, x, window in sets:
    x = np.round(x, 6)
    d = squareform(pdist(x))
    n = len(x)
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= window
    d[apart] = np.inf
    near = np.sort(d, axis=1)
    log = np.sort(np.log(near[:, 1] / near[:, 0]))
    m = int(0.9 * n)
    if window == 0:
        fit = skdim.id.TwoNN(discard_fraction=0.1).fit(x).dimension_
        data = Data(x)
        data.compute_distances(maxk=3)
        base = data.compute_id_2NN(algorithm="base", mu_fraction=0.9)[0]
        print(name, "scikit-dimension", fit, "DADApy", base)
    else:
        y = -np.log(1 - np.arange(1, m + 1) / n)
        fit = (log[:m] * y).sum() / (log[:m] ** 2).sum()
    likelihood = (m - 1) / (log[:m].sum() + (n - m) * log[m - 1])
    pairs = np.sort(d[np.triu_indices(n, 1)])
    low, high = int(0.1 * n), n
    inside, a = np.log(pairs[low:high] / pairs[high]).mean(), np.log(pairs[low] / pairs[high])
    slope = brentq(lambda v: -1 / v - a * np.exp(v * a) / (1 - np.exp(v * a)) - inside, 1e-3, 1e3, xtol=1e-13)
    out.append(
        {
            "name": name,
            "window": window,
            "x": x.tolist(),
            "fit": fit,
            "likelihood": likelihood,
            "correlation": slope,
            "low": pairs[low],
            "high": pairs[high],
        }
    )
json.dump(out, open("expected.json", "w"))
