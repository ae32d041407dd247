"""Debiased couplings by numpy and scikit-learn, of goe_n50_a2_C_emp.npy: python3 make_debiased.py"""
import json
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from sklearn.covariance import graphical_lasso

here = Path(__file__).parent
C = np.load(here / "goe_n50_a2_C_emp.npy")
n, alpha, gamma = len(C), 2.0, 1.5
C = C * n / np.trace(C)
c, V = np.linalg.eigh(C)


def star(mu):
    x = gamma * mu - alpha * c
    return 2 * gamma / (x + np.sqrt(x * x + 4 * alpha * gamma))


mu = brentq(lambda m: star(m).sum() - n, -200, 200, xtol=1e-15, rtol=1e-15)
ridge = V @ np.diag(1 / star(mu)) @ V.T
lasso = graphical_lasso(C, alpha=0.1, tol=1e-12, enet_tol=1e-13, max_iter=1000)[1]
pairs = [(0, 1), (3, 40), (17, 22), (49, 5)]
out = {}
for name, T in (("l2", ridge), ("l1", lasso)):
    D = 2 * T - T @ C @ T
    s = 2 * np.trace(C @ C) / n**2
    error = np.sqrt((np.outer(np.diag(T), np.diag(T)) + (1 + s) * T**2) / (alpha * n))
    out[name] = dict(
        pairs=pairs,
        debiased=[-D[p] for p in pairs],
        std_error=[error[p] for p in pairs],
        first_diagonal=np.trace(D) / n - D[0, 0],
    )
out["l2"]["gamma"], out["l1"]["gamma"] = gamma, 0.1
(here / "debiased.json").write_text(json.dumps(out, indent=1) + "\n")
