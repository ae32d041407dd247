"""Currents of a small integrator and what numpy, scipy and astropy say of them: python3 make_fixtures.py REFERENCE

REFERENCE is integrator_currents.npz: W (64 x 64), currents nu (600 x 64) and integrals ybar (600 x 2) of a ReLU network of two
channels. The first 100 rows are kept.
"""
import json
import sys

import numpy as np
from astropy.stats import kuiper, rayleightest, vtest
from scipy.stats import binom, f, norm

z = np.load(sys.argv[1])
W, nu, y = z["W"], z["nu"][:100], z["ybar"][:100]
np.savez("integrator.npz", W=W, nu=nu, ybar=y)
U, S, Vt = np.linalg.svd(W)
groups = np.arange(100) * 20 // 100

def ratio(P, x):
    inside = np.linalg.norm(x @ P, axis=1)
    outside = np.linalg.norm(x - x @ P @ P.T, axis=1)
    return outside.mean() / inside.mean(), np.sqrt((outside**2).mean() / (x**2).sum(1).mean())

def jackknife(theta):
    leaves = np.array([theta(groups != g) for g in range(20)])
    return np.sqrt(19 / 20 * ((leaves - leaves.mean(0)) ** 2).sum(0))

eigenvalues = np.linalg.eigvalsh(nu.T @ nu)[::-1]
out = {"projections": [], "singular_values": S.tolist()}
for d in (1, 2, 3):
    P = U[:, :d]
    both = ratio(P, nu)
    errors = jackknife(lambda keep: np.array(ratio(P, nu[keep])))
    best = np.sqrt(eigenvalues[d:].sum() / eigenvalues.sum())
    out["projections"].append({"ratio": both[0], "residual": both[1], "errors": errors.tolist(), "best": best})

signs = np.sign(U[np.abs(U).argmax(0), range(64)])
P = U[:, :2] * signs[:2]
alpha = nu @ P

def fit(keep, target, offset):
    A = np.c_[y, np.ones(100)] if offset else y
    return np.linalg.lstsq(A[keep], target[keep], rcond=None)[0]

for name, offset in (("origin", False), ("offset", True)):
    B = fit(slice(None), alpha, offset)
    errors = jackknife(lambda keep: fit(keep, alpha, offset))
    direct = fit(slice(None), nu, offset)
    leaves = np.array([fit(groups != g, nu, offset)[:2] for g in range(20)])
    p = []
    for i in range(64):
        l = leaves[:, :, i] - leaves[:, :, i].mean(0)
        t2 = direct[:2, i] @ np.linalg.solve(19 / 20 * l.T @ l, direct[:2, i])
        p.append(f.sf(18 / (2 * 19) * t2, 2, 18))
    sse = np.zeros((20, 64))
    sst = np.zeros((20, 64))
    for g in range(20):
        out_of = groups == g
        b = fit(~out_of, nu, offset)
        A = np.c_[y, np.ones(100)] if offset else y
        mean = nu[~out_of].mean(0) if offset else 0.0
        sse[g], sst[g] = ((nu[out_of] - A[out_of] @ b) ** 2).sum(0), ((nu[out_of] - mean) ** 2).sum(0)
    leave = np.array([1 - np.delete(sse, g, 0).sum() / np.delete(sst, g, 0).sum() for g in range(20)])
    s = P @ B[:2].T
    theta = np.arctan2(s[:, 1], s[:, 0])
    tests = {}
    for m in (1, 2, 4):
        C = np.exp(1j * m * theta).mean()
        n, R = 64, abs(C)
        tests[f"rayleigh{m}"] = {
            "statistic": R,
            "direction": np.angle(C),
            "p": np.exp(np.sqrt(1 + 4 * n + 4 * (n * n - (n * R) ** 2)) - (1 + 2 * n)),
            "astropy": float(rayleightest(m * theta)),
        }
    v = np.cos(4 * theta).mean()
    tests["towards4"] = {"statistic": v, "p": norm.sf(v * np.sqrt(128)), "astropy": float(vtest(4 * theta, mu=0.0))}
    V, q = kuiper(np.mod(theta, 2 * np.pi) / (2 * np.pi))
    tests["kuiper"] = {"statistic": float(V), "astropy": float(q)}
    out[name] = {
        "map": B[:2].T.tolist(), "map_errors": errors[:2].T.tolist(), "s": s.tolist(), "slopes": direct[:2].T.tolist(), "p": p,
        "r_squared": (1 - sse.sum(0) / sst.sum(0)).tolist(), "r_squared_all": 1 - sse.sum() / sst.sum(),
        "r_squared_all_error": np.sqrt(19 / 20 * ((leave - leave.mean()) ** 2).sum()), "tests": tests,
    }
left = max((U[:, 0] > 0).sum(), (U[:, 0] < 0).sum())
out["signs"] = {"share": left / 64, "p": min(1.0, 2 * binom.sf(left - 1, 64, 0.5))}
json.dump(out, open("expected.json", "w"))
