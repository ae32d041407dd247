"""Seconds of the L2 estimate in numpy and scipy beside nullcline's, one thread each.

    cargo build --release --example gaussian_speed
    python3 benches/peers/gaussian_numpy.py [n]

Sweep of 60 gammas with one brentq each for mu, gamma_opt and gamma_cross by brentq on their residuals.
"""
import os
import subprocess
import sys
import time

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
import numpy as np
from scipy.optimize import brentq


def best(act, runs=3):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        value = act()
        times.append(time.perf_counter() - start)
    return min(times), value


def spectrum(alpha, gamma, mu, c):
    x = gamma * mu - alpha * c
    d = np.sqrt(x * x + 4 * alpha * gamma)
    return (alpha * c + gamma * mu - d) / (2 * gamma), d


def solve(alpha, gamma, c):
    low, high = 1 + alpha * (c.mean() - 1) / gamma, 1 + alpha * (c.max() - 1) / gamma
    f = lambda mu: np.mean(1 / (mu - spectrum(alpha, gamma, mu, c)[0])) - 1
    mu = brentq(f, low - 1e-9, high + 1e-9, xtol=1e-14)
    return mu, *spectrum(alpha, gamma, mu, c)


def likelihoods(alpha, gamma, c, t):
    mu, j, d = solve(alpha, gamma, c)
    log_z = 0.5 * (len(c) * mu - np.log(mu - j).sum())
    star = 1 / (mu - j)
    return 0.5 * (c * j).sum() - log_z, 0.5 * (t * j).sum() - log_z, 0.5 * (star * j).sum() - log_z


def slope(alpha, gamma, c, t):
    mu, j, d = solve(alpha, gamma, c)
    star = 1 / (mu - j)
    a = 0.5 * (1 - (gamma * mu - alpha * c) / d)
    b = (mu * a - alpha / d) / gamma
    dmu = (star**2 * (b - j / gamma)).sum() / (star**2 * (1 - a)).sum()
    return (0.5 * (t - star) * (a * dmu + b - j / gamma)).sum()


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rng = np.random.default_rng(1)
    g = rng.normal(size=(n, n)) * 0.5 / np.sqrt(n)
    j = np.tril(g, -1)
    j += j.T
    values, vectors = np.linalg.eigh(j)
    mu = brentq(lambda m: np.mean(1 / (m - values)) - 1, values[-1] + 1 / n, values[-1] + 1)
    true = (vectors / (mu - values)) @ vectors.T
    x = vectors @ (rng.normal(size=(n, 2 * n)) / np.sqrt(mu - values)[:, None])
    emp = x @ x.T / (2 * n)
    emp *= n / np.trace(emp)
    eigen, (c, v) = best(lambda: np.linalg.eigh(emp))
    rotation, t = best(lambda: np.einsum("ij,ij->j", v, true @ v))
    gammas = np.geomspace(1e-2, 1e3, 60)
    sweep, _ = best(lambda: [likelihoods(2.0, g, c, t) for g in gammas])
    opt, _ = best(lambda: brentq(lambda g: slope(2.0, np.exp(g), c, t), np.log(0.5), np.log(50)))

    def cross():
        difference = lambda g: (lambda l: l[2] - l[1])(likelihoods(2.0, np.exp(g), c, t))
        return brentq(difference, np.log(0.5), np.log(50))

    crossing, _ = best(cross)
    print(f"numpy: n {n}: eigendecomposition {eigen:.4f} s, rotation {rotation:.4f} s")
    print(f"60 gammas {sweep:.5f} s, gamma_opt {opt:.5f} s, gamma_cross {crossing:.5f} s")
    sys.stdout.flush()
    subprocess.run(["target/release/examples/gaussian_speed", str(n)], check=True)


main()
