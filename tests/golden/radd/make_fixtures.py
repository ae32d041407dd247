"""RADD by numpy on part of a recorded session: python3 make_fixtures.py SESSION.npz

Writes session.npz (states rounded to float32, observations, projections) and expected.json beside this file.
"""

import json
import sys
from pathlib import Path

import numpy as np
from clusters import scatter

ROWS = 1500
here = Path(__file__).parent
full = np.load(sys.argv[1])
H = full["states"][:ROWS].astype(np.float32)
U = full["observations"][:ROWS]
h = H.astype(np.float64)


def scaled(P, target):
    return P * (target / np.abs(h @ P.T).max())


readout, principal = full["P_scaled0p8"], full["P_pca2_scaled0p8"]
P = {
    "scaled0p8": scaled(readout, 0.8),
    "clipping": scaled(readout, 1.05),
    "pca2": scaled(principal, 0.8),
    "one": scaled(readout[1:], 0.3),
}
cases = {
    "scaled0p8": dict(P="scaled0p8"),
    "pca2": dict(P="pca2"),
    "one_unit": dict(P="one"),
    "ridge": dict(P="scaled0p8", ridge=2.5),
    "two_sequences": dict(P="scaled0p8", starts=[0, 700]),
    "from_zero": dict(P="scaled0p8", starts=[0, 700], from_zero=True),
    "lag": dict(P="scaled0p8", starts=[0, 700], lag=1),
    "half": dict(P="scaled0p8", fitted=750),
}


def r2(found, true):
    return (1 - ((found - true) ** 2).sum(0) / ((true - true.mean(0)) ** 2).sum(0)).tolist()


out = {}
for name, case in cases.items():
    z = h @ P[case["P"]].T
    starts, lag = case.get("starts", [0]), case.get("lag", 0)
    from_zero, ridge = case.get("from_zero", False), case.get("ridge", 0.0)
    m, d = z.shape[1], U.shape[1]
    rows = [t for t in range(ROWS) if t not in starts or from_zero]
    before = lambda t: np.zeros(m) if t in starts else z[t - 1]
    X = np.array([np.r_[before(t), U[t - lag], 1.0] for t in rows])
    Y = np.arctanh(np.clip(z[rows], -1 + 1e-6, 1 - 1e-6))
    fitted = np.array(rows) < case.get("fitted", ROWS)
    x, y = X[fitted], Y[fitted]
    if ridge:
        D = np.diag(np.r_[np.ones(m + d), 0.0])
        G = np.linalg.inv(x.T @ x + ridge * D)
        beta = np.linalg.lstsq(np.r_[x, np.sqrt(ridge) * D], np.r_[y, np.zeros((m + d + 1, m))], rcond=None)[0]
    else:
        G = np.linalg.inv(x.T @ x)
        beta = np.linalg.lstsq(x, y, rcond=None)[0]
    S = x.T @ x
    freedom = len(x) - np.trace(G @ S)
    variance = ((y - x @ beta) ** 2).sum(0) / freedom
    error = np.sqrt(np.outer(np.diag(G @ S @ G), variance))
    kinds = []
    pairs = np.array(rows)[fitted]
    for i in range(m):
        e = (y - x @ beta)[:, i]
        kind, meat = scatter(x, e, x * e[:, None], pairs, starts)
        kinds.append(kind)
        if kind == "clustered":
            error[:, i] = np.sqrt(np.diag(G @ meat @ G) * len(x) / freedom)
        if kind == "unknown":
            error[:, i] = np.nan
    A, B, c = beta[:m].T, beta[m : m + d].T, beta[-1]
    free = np.zeros_like(z)
    for t in range(ROWS):
        if t in starts and not from_zero:
            free[t] = z[t]
        else:
            last = np.zeros(m) if t in starts else free[t - 1]
            free[t] = np.tanh(A @ last + B @ U[t - lag] + c)
    step = np.tanh(X @ beta)
    target = z[rows]
    out[name] = dict(
        projection=case["P"],
        starts=starts,
        lag=lag,
        from_zero=from_zero,
        ridge=ridge,
        fitted=case.get("fitted", ROWS),
        pairs=int(fitted.sum()),
        a=A.tolist(),
        b=B.tolist(),
        c=c.tolist(),
        a_std_error=error[:m].T.tolist(),
        b_std_error=error[m : m + d].T.tolist(),
        c_std_error=error[-1].tolist(),
        errors=kinds,
        clipped=int((np.abs(target[fitted]) > 1 - 1e-6).sum()),
        one_step_mse=((step - target)[fitted] ** 2).mean(0).tolist(),
        one_step_r2=r2(step[fitted], target[fitted]),
        one_step_r2_held_out=r2(step[~fitted], target[~fitted]) if not fitted.all() else None,
        rollout_mse=((free[rows] - target)[fitted] ** 2).mean(0).tolist(),
        rollout_r2=r2(free[rows][fitted], target[fitted]),
        rollout_end=free[-1].tolist(),
        eigenvalues=[[v.real, v.imag] for v in sorted(np.linalg.eigvals(A), key=lambda v: -abs(v))],
    )
np.savez(here / "session.npz", states=H, observations=U, **{f"P_{k}": v for k, v in P.items()})
(here / "expected.json").write_text(json.dumps(out, indent=1) + "\n")
