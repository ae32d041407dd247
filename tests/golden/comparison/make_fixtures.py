"""Numbers of a comparison by numpy and scipy alone: see SOURCE.md."""

import json

import numpy as np
import scipy
from scipy.linalg import subspace_angles
from scipy.special import digamma
from scipy.stats import gaussian_kde, ncx2


def divergence(p, q, group, dimension, k):
    """Wang, Kulkarni & Verdu 2009, eq. 29, by looking at all distances; neighbours of the own group are none."""
    total = 0.0
    for i, x in enumerate(p):
        own = np.sort(np.linalg.norm(p[group != group[i]] - x, axis=1))
        other = np.sort(np.linalg.norm(q - x, axis=1))
        reach = max(own[k - 1], other[k - 1])
        l, j = int((own <= reach).sum()), int((other <= reach).sum())
        total += dimension * np.log(other[j - 1] / own[l - 1]) + digamma(l) - digamma(j) + np.log(len(q) / len(own))
    return total / len(p)


def log_density(at, x, kept, k):
    """ln of the density at a point by its k-th neighbour among the kept points, about the Gaussian of all."""
    covariance = np.cov(x.T)
    half = np.linalg.inv(np.linalg.cholesky(covariance))
    z = half @ (at - x.mean(0))
    reach = np.sort(np.linalg.norm((x[kept] - at) @ half.T, axis=1))[k - 1]
    share = ncx2.cdf(reach**2, len(z), z @ z)
    return digamma(k) - digamma(kept.sum() + 1) - np.log(share) - z @ z / 2 - np.linalg.slogdet(covariance)[1] / 2


def about_gaussians(p, q, group, dimension, k):
    """The same by shares of Gaussians instead of volumes."""
    all_q = np.ones(len(q), bool)
    return np.mean([log_density(x, p, group != group[i], k) - log_density(x, q, all_q, k) for i, x in enumerate(p)])


def captured(a, b, k):
    """Variance of b in the first k components of a, over that in its own; principal angles, degrees."""
    basis = lambda x: np.linalg.svd(x - x.mean(0), full_matrices=False)[2][:k].T
    cov = np.cov(b.T)
    u, v = basis(a), basis(b)
    shared = np.trace(u.T @ cov @ u) / np.trace(v.T @ cov @ v)
    return float(shared), np.sort(np.degrees(subspace_angles(u, v))).tolist()


rng = np.random.default_rng(5)
p = np.round(rng.normal(size=(60, 2)), 6)
q = np.round(rng.normal(size=(50, 2)) @ np.array([[1.5, 0.3], [0.0, 0.7]]) + [0.6, -0.2], 6)
alone, trials = np.arange(60), np.arange(60) // 6
at = np.round(rng.uniform(-2, 2, size=(40, 2)), 6)
kp, kq = gaussian_kde(p.T), gaussian_kde(q.T)
ratio = np.clip(kq(at.T) / kp(at.T), 1e-7, 1e7)
a = np.round(rng.normal(size=(80, 5)) * [3, 2, 1, 0.5, 0.2], 6)
b = np.round(rng.normal(size=(70, 5)) * [1, 2, 3, 0.5, 0.2] + rng.normal(size=(70, 1)), 6)
ab, ba = captured(a, b, 2), captured(b, a, 2)

json.dump(
    {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
        "p": p.tolist(),
        "q": q.tolist(),
        "kl": {
            name: {
                "alone_1": of(p, q, alone, 2, 1),
                "alone_5": of(p, q, alone, 2, 5),
                "trials_3": of(p, q, trials, 2, 3),
                "other_1": of(q, p, np.arange(50), 2, 1),
            }
            for name, of in (("plain", divergence), ("about_gaussians", about_gaussians))
        },
        "at": at.tolist(),
        "density_p": kp(at.T).tolist(),
        "density_q": kq(at.T).tolist(),
        "clipped": float(np.log(ratio).mean()),
        "a": a.tolist(),
        "b": b.tolist(),
        "shared": [ba[0], ab[0]],
        "angles": ab[1],
    },
    open("expected.json", "w"),
)
