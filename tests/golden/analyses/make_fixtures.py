"""Writes activity.csv and expected.json: see SOURCE.md."""

import json
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
from scipy.linalg import subspace_angles
from scipy.spatial.distance import squareform
from scipy.stats import norm
from scipy.stats import t as student
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


def ols(y, design):
    fit = sm.OLS(y, design).fit()
    names = ["params", "bse", "tvalues", "pvalues"]
    return {k: np.asarray(getattr(fit, k)).tolist() for k in names} | {"r_squared": fit.rsquared}


def left_out(fit_without):
    """Standard errors by leaving out a trial, about the whole fit, widened to Student's 95.45 % quantile over two."""
    whole, without = fit_without(np.full(T, True)), [fit_without(trial != g) for g in range(trials)]
    plain = np.sqrt((trials - 1) / trials * ((np.array(without) - whole) ** 2).sum(0))
    return {"bse": (plain * student.ppf(norm.cdf(2), trials - 1) / 2).tolist(), "tvalues": (whole / plain).tolist(),
            "pvalues": (2 * student.sf(abs(whole / plain), trials - 1)).tolist()}


def one_step(labels, design, params, classes):
    """The same for multinomial weights (a row a class but the first, sums of scores as given) by one Newton step a trial."""
    z = np.column_stack([np.zeros((T, 0)), design])
    p = np.exp(np.column_stack([np.zeros(T), z @ params.T]))
    p /= p.sum(1, keepdims=True)
    score = np.einsum("tc,ti->tci", (labels[:, None] == np.arange(classes)) - p, z)[:, 1:].reshape(T, -1)
    curve = np.einsum("tc,cd->tcd", p, np.eye(classes)) - np.einsum("tc,td->tcd", p, p)
    information = np.einsum("tcd,ti,tj->tcidj", curve[:, 1:, 1:], z, z).reshape(T, score.shape[1], -1)
    steps = np.array([np.linalg.solve(information[trial != g].sum(0), score[trial == g].sum(0)) for g in range(trials)])
    widened = student.ppf(norm.cdf(2), trials - 1) / 2
    return widened**2 * (trials - 1) / trials * steps.T @ steps


def multinomial():
    """Weights of four quarters of `level`, a row a class, their sum zero, the intercept last, and their errors by trial."""
    labels = np.searchsorted(np.quantile(level, [0.25, 0.5, 0.75]), level)
    design = np.column_stack([x[:4].T, np.ones(T)])
    scale = design.std(0) + (design.std(0) == 0)
    centre = np.append(x[:4].mean(1), 0)
    standard = (design - centre) / scale
    fit = sm.MNLogit(labels, standard).fit(method="newton", maxiter=100, tol=1e-14, disp=0)
    # Of the standard columns to those of the table.
    back = np.diag(1 / scale)
    back[-1, :-1] = -centre[:-1] / scale[:-1]
    params = fit.params.T @ back.T
    covariance = one_step(labels, standard, fit.params.T, 4)
    turn = np.kron(np.vstack([np.zeros(3), np.eye(3)]) - 1 / 4, back)
    weights = np.vstack([np.zeros(5), params])
    by_trial = np.sqrt(np.diag(turn @ covariance @ turn.T)).reshape(4, 5)
    independent = np.sqrt(np.diag(turn @ np.asarray(fit.cov_params()) @ turn.T)).reshape(4, 5)
    ridge = LogisticRegression(C=1 / 3.0, solver="newton-cholesky", tol=1e-14, max_iter=1000).fit(x[:4].T, labels)
    return {"labels": labels.tolist(), "weights": (weights - weights.mean(0)).tolist(), "bse": independent.tolist(),
            "by_trial": by_trial.tolist(), "llf": fit.llf,
            "ridge": {"ridge": 3.0, "weights": ridge.coef_.tolist(), "intercept": ridge.intercept_.tolist()}}


def logit_by_trial():
    design = sm.add_constant(((x.T - x.mean(1)) / x.std(1)))
    fit = sm.Logit(side, design).fit(method="newton", maxiter=100, tol=1e-14, disp=0)
    covariance = one_step(side, design, fit.params[None], 2)
    back = np.diag(np.append(1, 1 / x.std(1)))
    back[0, 1:] = -x.mean(1) / x.std(1)
    return np.sqrt(np.diag(back @ covariance @ back.T)).tolist()


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
    "logit_by_trial": logit_by_trial(),
    "multinomial": multinomial(),
    "ridge": [ridge(2.0, True), ridge(50.0, True), ridge(2.0, False)],
    "ols": {
        "with": ols(x[0], sm.add_constant(both)),
        "without": ols(x[0], both),
        "large_offset": ols(x[2], sm.add_constant(both)),
        "by_trial": ols(x[0], sm.add_constant(both))
        | left_out(lambda t: sm.OLS(x[0][t], sm.add_constant(both)[t]).fit().params),
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
