"""Writes expected.json: axes of task variables by numpy. See SOURCE.md."""
import json

import numpy as np

rng = np.random.default_rng(5)
units, steps, trials = 6, 4, 30
choice = rng.choice([-1.0, 1.0], trials)
motion = rng.choice([-1.0, -0.25, 0.25, 1.0], trials)
load = rng.normal(size=(3, units))
time = np.arange(steps) / (steps - 1)
x = np.round(
    3
    + choice[:, None, None] * time[None, :, None] * load[0]
    + motion[:, None, None] * (1 - (time[None, :, None] - 0.5) ** 2) * load[1]
    + np.sin(4 * time)[None, :, None] * load[2]
    + 0.5 * rng.normal(size=(trials, steps, units)),
    4,
)
condition = (choice > 0) * 4 + np.searchsorted([-1.0, -0.25, 0.25, 1.0], motion)
z = (x - x.mean((0, 1))) / x.std((0, 1))
design = np.c_[choice, motion, np.ones(trials)]
beta = np.stack([np.linalg.lstsq(design, z[:, t], rcond=None)[0][:2] for t in range(steps)])
means = np.concatenate([z[condition == c].mean(0) for c in sorted(set(condition))])
means -= means.mean(0)
kept = 3
space = np.linalg.svd(means, full_matrices=False)[2][:kept].T
denoised = beta @ space @ space.T
norms = np.linalg.norm(denoised, axis=2)
at = norms.argmax(0)
raw = np.stack([denoised[at[v], v] for v in range(2)], 1)
q, r = np.linalg.qr(raw)
q = q * np.sign(np.diag(r))
expected = {
    "x": x.tolist(),
    "variables": [choice.tolist(), motion.tolist()],
    "condition": condition.tolist(),
    "components": kept,
    "norms": norms.T.tolist(),
    "at": at.tolist(),
    "raw": raw.T.tolist(),
    "axes": q.T.tolist(),
}
json.dump(expected, open("expected.json", "w"))
