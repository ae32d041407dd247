"""Writes expected.json: demixed components by the authors' Python program. See SOURCE.md."""
import json
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
from dPCA.dPCA import dPCA

rng = np.random.default_rng(11)
units, stimuli, decisions, steps = 7, 3, 2, 5
JOIN = {"s": ["s", "st"], "d": ["d", "dt"], "sd": ["sd", "sdt"]}
load = {k: rng.normal(size=units) for k in ("t", "s", "d", "sd", "st")}
time = np.arange(steps) / steps


def rate(s, d, t):
    return (
        load["t"] * 3 * np.sin(3 * time[t])
        + load["s"] * (s - 1) * 2
        + load["st"] * (s - 1) * time[t]
        + load["d"] * (d - 0.5) * 3 * time[t]
        + load["sd"] * (s - 1) * (d - 0.5)
    )


def case(name, counts, ridge):
    """Trials, trial by trial, each steps x units, beside what the program finds in their means."""
    trials, of = [], []
    mean = np.zeros((units, stimuli, decisions, steps))
    most = max(counts.values())
    single = np.full((most, units, stimuli, decisions, steps), np.nan)
    for (s, d), count in counts.items():
        for k in range(count):
            x = np.round(np.array([rate(s, d, t) for t in range(steps)]) + 0.8 * rng.normal(size=(steps, units)), 4)
            trials.append(x.tolist())
            of.append([s, d])
            single[k, :, s, d] = x.T
    mean = np.nanmean(single, 0)
    found = dPCA(labels="sdt", join=JOIN, n_components={"t": 3, "s": 3, "d": 2, "sd": 3}, n_iter=200, regularizer=ridge or None)
    found.fit(mean)
    found.transform(mean)
    out = {"name": name, "trials": trials, "conditions": of, "lambda": ridge}
    for key in ("t", "s", "d", "sd"):
        out[key] = {
            "encoders": found.P[key].T.tolist(),
            "decoders": found.D[key].T.tolist(),
            "explained": [float(v) for v in found.explained_variance_ratio_[key]],
        }
    # MATLAB's measures, written out: what a component reconstructs of all and of each marginal.
    x = mean.reshape(units, -1)
    x = x - x.mean(1, keepdims=True)
    total = (x**2).sum()
    parts = found._marginalize(mean)
    for key in ("t", "s", "d", "sd"):
        p, w = found.P[key], found.D[key]
        lost = lambda y, k: ((y - np.outer(p[:, k], w[:, k] @ y)) ** 2).sum()
        out[key]["whole"] = [float(1 - lost(x, k) / total) for k in range(p.shape[1])]
        out[key]["by_marginal"] = [
            [float(((parts[m] ** 2).sum() - lost(parts[m], k)) / total) for m in ("t", "s", "d", "sd")]
            for k in range(p.shape[1])
        ]
        out[key]["share"] = float((parts[key] ** 2).sum() / total)
    # The noise of single trials, condition by condition, and the solution with it: numpy.
    noise = np.zeros((units, units))
    for s in range(stimuli):
        for d in range(decisions):
            xi = single[: counts[s, d], :, s, d] - mean[:, s, d]
            noise += np.einsum("kit,kjt->ij", xi, xi) / counts[s, d]
    out["noise"] = noise.tolist()
    mu = (ridge * total) ** 2
    m = x @ x.T + noise + mu * np.eye(units)
    for key in ("t", "s", "d", "sd"):
        a = parts[key] @ x.T @ np.linalg.inv(m)
        values, vectors = np.linalg.eigh(a @ m @ a.T)
        f = vectors[:, ::-1][:, : found.P[key].shape[1]]
        out[key]["noisy_encoders"] = f.T.tolist()
        out[key]["noisy_decoders"] = (f.T @ a).tolist()
    return out


even = {(s, d): 4 for s in range(stimuli) for d in range(decisions)}
uneven = {(s, d): 2 + s + 3 * d for s in range(stimuli) for d in range(decisions)}
json.dump([case("balanced", even, 0.0), case("balanced, regularised", even, 2e-3), case("unbalanced", uneven, 1e-3)], open("expected.json", "w"))
