"""Rate maps and their scores by numpy and scipy alone: see SOURCE.md."""

import json

import numpy as np
import scipy
from scipy.ndimage import gaussian_filter, label

BINS = 12
rng = np.random.default_rng(3)


def walk(rows):
    """Positions in a room from -1 to 1, reflected at the walls."""
    x = np.cumsum(rng.normal(size=(rows, 2)) * 0.35, 0)
    return np.round(1 - np.abs((x + 1) % 4 - 2), 5)


def activity(x):
    """A grid, a wall, a place and a unit of noise."""
    angles = np.radians([10, 70, 130])
    waves = sum(np.cos(2 * np.pi * (x @ [np.cos(a), np.sin(a)]) / 0.62) for a in angles)
    grid = np.maximum(0, waves)
    wall = np.exp(-((x[:, 0] + 1) ** 2) / 0.05)
    place = np.exp(-((x - [0.3, -0.2]) ** 2).sum(1) / 0.1)
    units = np.stack([grid, wall, place, np.ones(len(x))]) + 0.1 * rng.random((4, len(x)))
    return np.round(units, 5)


def rate_map(x, u):
    """Mean activity, smoothed by a Gaussian of one bin as occupancy is; rows are the first coordinate."""
    edges = [np.linspace(-1, 1, BINS + 1)] * 2
    rows = np.histogram2d(*x.T, bins=edges)[0]
    sums = np.histogram2d(*x.T, bins=edges, weights=u)[0]
    smooth = lambda m: gaussian_filter(m, 1.0, mode="constant", truncate=4.0)
    return np.where(rows > 0, smooth(sums) / smooth(rows), np.nan), rows / rows.sum()


def information(m, p):
    seen = p > 0
    mean = (p[seen] * m[seen]).sum()
    ratio = m[seen] / mean
    return float((p[seen] * ratio * np.log2(ratio, where=ratio > 0, out=np.zeros_like(ratio))).sum())


def fields(m, share, least=9):
    marked, count = label(np.nan_to_num(m, nan=-1) > share * np.nanmax(m))
    return [marked == k + 1 for k in range(count) if (marked == k + 1).sum() >= least]


def border(m):
    found = fields(m, 0.3)
    if not found:
        return None
    walls = [np.s_[0, :], np.s_[-1, :], np.s_[:, 0], np.s_[:, -1]]
    c = max((f[w].sum() / np.isfinite(m[w]).sum()) for f in found for w in walls)
    i, j = np.indices(m.shape)
    away = (np.minimum(np.minimum(i, BINS - 1 - i), np.minimum(j, BINS - 1 - j)) + 0.5) / (BINS / 2)
    inside = np.any(found, 0)
    d = (m[inside] * away[inside]).sum() / m[inside].sum()
    return float((c - d) / (c + d))


def autocorrelogram(m):
    n = BINS
    r = np.full((2 * n - 1, 2 * n - 1), np.nan)
    for dx in range(1 - n, n):
        for dy in range(1 - n, n):
            a = m[max(0, -dx) : n - max(0, dx), max(0, -dy) : n - max(0, dy)]
            b = m[max(0, dx) : n - max(0, -dx), max(0, dy) : n - max(0, -dy)]
            both = np.isfinite(a) & np.isfinite(b)
            if both.sum() >= 20:
                r[dx + n - 1, dy + n - 1] = np.corrcoef(a[both], b[both])[0, 1]
    return r


def grid(m):
    r = autocorrelogram(m)
    i, j = np.indices(r.shape) - (BINS - 1.0)
    radius = np.hypot(i, j) / BINS

    def turned(angle):
        """Bilinear; places without weight, as four of each right angle are, need not be known."""
        s, c = np.sin(np.radians(angle)), np.cos(np.radians(angle))
        to = np.round([c * i - s * j + BINS - 1, s * i + c * j + BINS - 1], 12)
        low = np.clip(np.floor(to), 0, 2 * BINS - 3).astype(int)
        u, v = to - low
        inside = np.all((to >= 0) & (to <= 2 * BINS - 2), 0)
        total = np.zeros(r.shape)
        for a, b in ((0, 0), (1, 0), (0, 1), (1, 1)):
            weight = (u if a else 1 - u) * (v if b else 1 - v)
            total += np.where(weight > 0, weight * r[low[0] + a, low[1] + b], 0)
        return np.where(inside, total, np.nan)

    others = {a: turned(a) for a in (30, 60, 90, 120, 150)}
    best = -np.inf
    for outer in np.linspace(0.4, 1.0, 10):
        ring = (radius >= 0.2) & (radius <= outer + 1e-12)
        of = {}
        for a, t in others.items():
            both = ring & np.isfinite(r) & np.isfinite(t)
            of[a] = np.corrcoef(r[both], t[both])[0, 1]
        best = max(best, min(of[60], of[120]) - max(of[30], of[90], of[150]))
    return float(best), r


x = walk(900)
units = activity(x)
heading = np.round(rng.uniform(-np.pi, np.pi, 900), 5)
turn = np.round(1 + np.cos(heading - 0.7) + 0.1 * rng.random(900), 5)
bins = np.minimum(((heading + np.pi) % (2 * np.pi) / (2 * np.pi) * 60).astype(int), 59)
curve = np.array([turn[bins == b].mean() if (bins == b).any() else np.nan for b in range(60)])
at = -np.pi + (np.arange(60) + 0.5) * 2 * np.pi / 60
seen = np.isfinite(curve)
vector = (curve[seen] * np.exp(1j * at[seen])).sum() / curve[seen].sum()

found = []
for u in units:
    m, p = rate_map(x, u)
    score, r = grid(m)
    place = sorted((int(f.sum()) for f in fields(m, 0.2)), reverse=True)
    found.append(
        {
            "map": [None if np.isnan(v) else v for v in m.T.ravel()],
            "information": information(m, p),
            "fields": place,
            "border": border(m),
            "grid": score,
            "middle_of_autocorrelogram": [None if np.isnan(v) else v for v in r[:, BINS - 1]],
        }
    )
json.dump(
    {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
        "bins": BINS,
        "x": x[:, 0].tolist(),
        "y": x[:, 1].tolist(),
        "units": units.tolist(),
        "heading": heading.tolist(),
        "turn": turn.tolist(),
        "mean_vector": float(abs(vector)),
        "direction": float(np.angle(vector)),
        "found": found,
    },
    open("expected.json", "w"),
)
