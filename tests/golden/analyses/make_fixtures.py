"""Writes activity.csv and expected.json: see SOURCE.md."""

import json
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
from scipy.linalg import subspace_angles
from scipy.spatial.distance import squareform
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import silhouette_score
from statsmodels.stats.multitest import multipletests

HERE = Path(__file__).parent
rng = np.random.default_rng(7)
T, trials = 240, 24
trial = np.repeat(np.arange(trials), T // trials)
level = np.round(np.repeat(rng.normal(size=trials), T // trials) + 0.5 * rng.normal(size=T), 6)
pools = np.stack([rng.normal(size=T), rng.normal(size=T), rng.normal(size=T)])
mixing = np.zeros((9, 3))
mixing[np.arange(9), [0, 1, 2, 0, 1, 2, 0, 1, 1]] = rng.uniform(0.6, 1.4, 9) * [1, 1, 1, 1, 1, 1, 1, 1, -1]
x = mixing @ pools + 0.5 * rng.normal(size=(9, T)) + 0.4 * rng.normal(size=(9, 1)) * level
x[2] += 30.0
x[4] *= 20.0
x = np.round(x, 6)
drive = 0.3 + 1.2 * pools[0] - 0.8 * pools[1] + 0.4 * level
side = (rng.random(T) < 1 / (1 + np.exp(-drive))).astype(int)
names = [f"u{i}" for i in range(9)] + ["side", "level", "trial"]
table = np.column_stack([x.T, side, level, trial])
np.savetxt(HERE / "activity.csv", table, ["%.6f"] * 9 + ["%d", "%.6f", "%d"], ",", header=",".join(names), comments="")


def logit(design):
    fit = sm.Logit(side, design).fit(method="newton", maxiter=100, tol=1e-14, disp=0)
    return {"params": fit.params.tolist(), "bse": fit.bse.tolist(), "llf": fit.llf}


def ridge(weight, intercept):
    fit = LogisticRegression(C=1 / weight, fit_intercept=intercept, solver="newton-cholesky", tol=1e-14, max_iter=1000)
    fit.fit(x.T, side)
    return {"ridge": weight, "weights": fit.coef_[0].tolist(), "intercept": float(np.ravel(fit.intercept_)[0])}


def ols(y, design, groups=None):
    model = sm.OLS(y, design)
    fit = model.fit() if groups is None else model.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    names = ["params", "bse", "tvalues", "pvalues"]
    return {k: np.asarray(getattr(fit, k)).tolist() for k in names} | {"r_squared": fit.rsquared}


both = np.column_stack([side, level])
r = np.corrcoef(x)
distance = 1 - r
np.fill_diagonal(distance, 0)
condensed = squareform((distance + distance.T) / 2, checks=False)
trees = {}
for method in ["average", "complete", "single", "weighted"]:
    z = linkage(condensed, method)
    cuts = {k: fcluster(z, k, "maxclust").tolist() for k in range(2, 6)}
    silhouettes = {k: silhouette_score(distance, cuts[k], metric="precomputed") for k in cuts}
    trees[method] = {"z": z.tolist(), "leaves": leaves_list(z).tolist(), "cuts": cuts, "silhouettes": silhouettes}
a, b = rng.normal(size=(12, 3)), rng.normal(size=(12, 5))
close = a + 1e-9 * rng.normal(size=(12, 3))
slopes = [ols(u, sm.add_constant(both))["pvalues"][2] for u in x]
linear = np.linalg.lstsq(np.column_stack([np.ones(T), x.T]), level, rcond=None)[0]
expected = {
    "logit": {"with": logit(sm.add_constant(x.T)), "without": logit(x.T)},
    "ridge": [ridge(2.0, True), ridge(50.0, True), ridge(2.0, False)],
    "ols": {
        "with": ols(x[0], sm.add_constant(both)),
        "without": ols(x[0], both),
        "large_offset": ols(x[2], sm.add_constant(both)),
        "by_trial": ols(x[0], sm.add_constant(both), trial),
        "far": ols(x[8], sm.add_constant(x[1])),
    },
    "holm": {"p": slopes, "corrected": multipletests(slopes, method="holm")[1].tolist()},
    "linear": linear.tolist(),
    "correlation": r.tolist(),
    "trees": trees,
    "subspaces": {
        "a": a.tolist(),
        "b": b.tolist(),
        "close": close.tolist(),
        "angles": sorted(np.degrees(subspace_angles(a, b)).tolist()),
        "angles_close": sorted(np.degrees(subspace_angles(a, close)).tolist()),
    },
}
(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
