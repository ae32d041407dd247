"""The graphical lasso of scikit-learn against ours, on the same matrices, one thread each, in turns.

    cargo build --release --example glasso_speed
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 taskset -c 1 python glasso_sklearn.py [--sizes 100 300 1000] [--time 2]

Covariances of p = 2 n samples of the spherical models of the thesis, rescaled to trace n, from fixed seeds: couplings
Gaussian with standard deviation 0.5/sqrt(n) (goe) or 0.3 between neighbours on a ring (chain). Prints the table.
`GraphicalLasso` runs as it comes (coordinate descent, tolerance 1e-4) but for its limit of iterations, 200. Ours runs to a gap of 1e-9 n,
and to the duality gap that scikit-learn's estimate has: its objective minus log det W + n, W its inverse moved into the box
|W - C|_ij <= lambda, W_ii = C_ii. "Ratio" is at that equal gap. At n = 1000 only ours runs.
"""
import argparse
import pathlib
import subprocess
import tempfile
import time
import warnings

import numpy as np
from scipy.optimize import brentq
from sklearn.covariance import graphical_lasso
from sklearn.exceptions import ConvergenceWarning

parser = argparse.ArgumentParser()
parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 1000])
parser.add_argument("--penalties", type=float, nargs="+", default=[0.3, 0.1, 0.05, 0.02])
parser.add_argument("--time", type=float, default=2)
parser.add_argument("--limit", type=int, default=200)
options = parser.parse_args()

binary = pathlib.Path(__file__).resolve().parents[2] / "target" / "release" / "examples" / "glasso_speed"
ours = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def covariance(model, n, seed):
    rng = np.random.default_rng(seed)
    if model == "goe":
        upper = np.triu(rng.normal(0, 0.5 / np.sqrt(n), (n, n)), 1)
    else:
        upper = np.zeros((n, n))
        upper[np.arange(n - 1), np.arange(1, n)] = 0.3
        upper[0, n - 1] = 0.3
    j, vectors = np.linalg.eigh(upper + upper.T)
    mu = brentq(lambda m: np.mean(1 / (m - j)) - 1, j[-1] + 1e-9, j[-1] + 2)
    x = (vectors / np.sqrt(mu - j)) @ rng.normal(size=(n, 2 * n))
    c = x @ x.T / (2 * n)
    return c * n / np.trace(c)


def objective(c, theta, penalty):
    off = np.abs(theta).sum() - np.abs(np.diag(theta)).sum()
    return -np.linalg.slogdet(theta)[1] + (c * theta).sum() + penalty * off


def gap(c, theta, penalty):
    w = c + np.clip(np.linalg.inv(theta) - c, -penalty, penalty)
    np.fill_diagonal(w, np.diag(c))
    sign, log_det = np.linalg.slogdet(w)
    inside = np.linalg.eigvalsh(w)[0] > 0
    return objective(c, theta, penalty) - log_det - len(c) if inside else np.inf


def theirs(c, penalty):
    best, begin = np.inf, time.perf_counter()
    while best == np.inf or time.perf_counter() - begin < options.time:
        start = time.perf_counter()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                theta, steps = graphical_lasso(c, penalty, max_iter=options.limit, return_n_iter=True)[1:]
            except FloatingPointError:
                return time.perf_counter() - start, "fails", np.nan, np.inf
        best = min(best, time.perf_counter() - start)
        ended = any(issubclass(w.category, ConvergenceWarning) for w in caught)
    return best, "limit" if ended else steps, objective(c, theta, penalty), gap(c, theta, penalty)


def asked(line):
    ours.stdin.write(line + "\n")
    ours.stdin.flush()
    return ours.stdout.readline().split()


print("| n | model | lambda | nullcline s | gap | scikit-learn s | iterations | above the minimum | its gap | nullcline s to that | ratio |")
print("|" + "---|" * 11)
with tempfile.TemporaryDirectory() as folder:
    for n in options.sizes:
        for seed, model in enumerate(["goe", "chain"]):
            c = covariance(model, n, seed + 1)
            file = pathlib.Path(folder) / f"{model}_{n}.npy"
            np.save(file, c)
            for penalty in options.penalties:
                answer = asked(f"{file} {penalty} {options.time}")
                row = f"| {n} | {model} | {penalty} | {float(answer[0]):.4f} | {answer[2]} |"
                if n <= 300:
                    seconds, steps, value, reached = theirs(c, penalty)
                    # An estimate without a finite gap is met by any of ours.
                    mine = float(asked(f"{file} {penalty} {options.time} {min(reached, 1e-3 * n)}")[0])
                    row += f" {seconds:.3f} | {steps} | {value - float(answer[1]):.1e} | {reached:.1e} | {mine:.4f} | {seconds / mine:.1f} |"
                else:
                    row += " | | | | | |"
                print(row, flush=True)
