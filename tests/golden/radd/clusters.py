"""What standard errors rest on, by numpy: blocks or sequences of scores, as documented at `scatter` in radd/errors.rs."""

import numpy as np


def scatter(x, e, scores, pairs, starts):
    """Name, and sum over clusters of s s^T (None for independent residuals), of scores (rows) at columns `pairs`."""
    pairs, n = np.array(pairs), len(pairs)
    follows = np.r_[False, (np.diff(pairs) == 1) & ~np.isin(pairs[1:], starts)]
    here = np.where(follows)[0]
    product = e[here] * e[here - 1]
    if not abs(product.sum()) > 3 * np.sqrt((product**2).sum()):
        return "independent", None
    sequence = np.searchsorted(starts, pairs, side="right")
    effective = lambda c: n**2 / (np.unique(c, return_counts=True)[1].astype(float) ** 2).sum()
    cluster = sequence
    if effective(sequence) < 20:
        s = x * e[:, None]
        square, lagged = (s**2).sum(0), (s[here] * s[here - 1]).sum(0)
        length = np.ceil(max(np.sqrt(n), 10 * ((square + lagged) / (square - lagged)).max()))
        cluster, first = [], 0
        runs = np.split(np.arange(n), np.where(~follows[1:])[0] + 1)
        for run in runs:
            parts = max(int(len(run) // length), 1)
            cluster += [first + t * parts // len(run) for t in range(len(run))]
            first += parts
        cluster = np.array(cluster)
        if effective(cluster) < 10:
            return "unknown", None
    names = np.unique(cluster)
    sums = np.array([scores[cluster == c].sum(0) for c in names])
    return "clustered", sums.T @ sums * len(names) / (len(names) - 1)
