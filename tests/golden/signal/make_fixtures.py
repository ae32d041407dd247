"""Writes expected.json: covariances of counts less Poisson noise, and a cross-validated spectrum. See SOURCE.md."""
import json
import sys

import numpy as np

rng = np.random.default_rng(7)

# A spectrum between two repeats. The published program takes the mean over units off each stimulus of the first
# repeat, ours the mean over stimuli off each unit: of what has neither the two are the same.
units, stimuli = 12, 9
signal = rng.normal(size=(units, 3)) @ rng.normal(size=(3, stimuli))
a, b = (np.round(signal + 0.7 * rng.normal(size=(units, stimuli)), 3) for _ in range(2))
a -= a.mean(1, keepdims=True)
a -= a.mean(0, keepdims=True)
values, vectors = np.linalg.eigh(a @ a.T)
order = np.argsort(values)[::-1]
u = vectors[:, order]
spectrum = ((u.T @ a) * (u.T @ b)).sum(1) / stimuli
if len(sys.argv) > 1:
    # A clone of MouseLand/stringer-pachitariu-et-al-2018b, its python/utils.py.
    sys.path.insert(0, sys.argv[1])
    from utils import cvPCA

    theirs = cvPCA(np.stack([a.T, b.T]))[: stimuli - 1] / stimuli
    print("largest difference to cvPCA:", np.abs(theirs - spectrum[: stimuli - 1]).max())
    spectrum[: stimuli - 1] = theirs

# Counts in ten groups of thirty rows.
n, rows, groups = 8, 300, 10
latent = np.sin(np.arange(rows) / 9)[:, None] * rng.normal(size=n) + np.cos(np.arange(rows) / 5)[:, None] * rng.normal(size=n)
y = rng.poisson(np.exp(0.3 + 0.3 * latent)).T.astype(float)
mean = y.mean(1)
z = (y - mean[:, None]) / np.sqrt(mean)[:, None]
eigenvalues = np.linalg.eigvalsh(np.cov(z))[::-1]


def moments(kept):
    """Share and participation ratio of the rates over some groups, means those of all rows."""
    s = []
    for g in kept:
        part = y[:, g * 30 : (g + 1) * 30]
        c = part - mean[:, None]
        s.append(c @ c.T - np.diag(part.sum(1)))
    pairs = [(i, j) for i in range(len(s)) for j in range(len(s)) if i != j]
    first = sum(np.trace(s[i]) * np.trace(s[j]) for i, j in pairs)
    second = sum(np.sum(s[i] * s[j]) for i, j in pairs)
    used = np.concatenate([y[:, g * 30 : (g + 1) * 30] for g in kept], 1)
    t = used.shape[1]
    variance = ((used - mean[:, None]) ** 2).sum() / (t - 1)
    return 1 - used.mean(1).sum() / variance, first / second


whole = moments(range(groups))
left = np.array([moments([h for h in range(groups) if h != g]) for g in range(groups)])
error = np.sqrt((groups - 1) * left.var(0))
expected = {
    "a": a.tolist(),
    "b": b.tolist(),
    "cv_spectrum": spectrum.tolist(),
    "counts": y.astype(int).tolist(),
    "eigenvalues": eigenvalues.tolist(),
    "share": whole[0],
    "share_std_error": error[0],
    "participation_ratio": whole[1],
    "participation_ratio_std_error": error[1],
}
json.dump(expected, open("expected.json", "w"))
