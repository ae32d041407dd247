"""Recordings and networks made on the spot, analysed by nullcline and checked against other programs.

    python tests/peers/check_recordings.py [--nullcline target/release/nullcline] [--seed N] [recordings|labels|accuracies|students|odd ...]

Needs numpy, pandas, scipy, scikit-learn, statsmodels, torch; pyarrow if installed. Without a part, all run (a minute). Exit status 1
if a check fails. Regressions come from statsmodels, logistic ones with a ridge from scikit-learn, trees from scipy, students from
numpy's lstsq, planes that part labels from linear programming. A line gives the largest difference of a case, and where it is.
"""

import argparse, importlib.util, json, os, subprocess, sys, tempfile, warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np, pandas, statsmodels.api as sm, torch
from scipy import cluster, linalg, optimize, spatial, stats
from sklearn import linear_model, metrics, model_selection

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64), torch.set_num_threads(1)
WORK, FAILURES, ARROW = (
    Path(tempfile.mkdtemp(prefix="nullcline-peer-")),
    [],
    importlib.util.find_spec("pyarrow") is not None,
)


class Case:
    def __init__(self, name):
        self.name, self.worst, self.wrong, self.count = name, (0.0, 0.0, "-"), [], 0

    def near(self, what, ours, theirs, tol=1e-6, scale=None):
        ours, theirs = (np.array(v, dtype=float) for v in (ours, theirs))
        self.count += ours.size
        if self.same(f"shape of {what}", ours.shape, theirs.shape) and ours.size:
            difference = np.nan_to_num(
                np.abs(ours - theirs).max() / (scale or max(np.abs(theirs).max(), 1e-8)), nan=np.inf
            )
            # The largest is the one nearest to its tolerance or furthest beyond it.
            self.worst = max(self.worst, (difference / tol, difference, what))
            if difference > tol:
                self.wrong.append(
                    f"{what} differs by {difference:.1e}: {str(ours.ravel().tolist())[:110]}, expected {str(theirs.ravel().tolist())[:110]}"
                )

    def ratio(self, what, ours, theirs, tol=1e-6):
        self.near(what, np.array(ours, dtype=float) / theirs, np.ones(np.shape(theirs)), tol)

    def same(self, what, ours, theirs):
        self.wrong += [] if ours == theirs else [f"{what}: {ours}, expected {theirs}"]
        return ours == theirs

    def end(self, remark=""):
        FAILURES.extend(f"{self.name}: {w}" for w in self.wrong)
        worst = f"{self.count} numbers, {self.worst[1]:.1e} at {self.worst[2]}" if self.count else ""
        print(
            "FAIL" if self.wrong else "ok  ",
            f"{self.name}: {worst} {remark}",
            *(f"\n     {w}" for w in self.wrong),
            flush=True,
        )


def run(*arguments):
    """Exit status, messages, the modules and warnings of the summary, the folder."""
    out = WORK / f"report-{len(list(WORK.iterdir()))}"
    done = subprocess.run(
        [BINARY, *map(str, arguments), "--out", out, "--threads", "1"], capture_output=True, text=True, timeout=600
    )
    summary = json.loads((out / "summary.json").read_text()) if done.returncode == 0 else {}
    return done.returncode, done.stderr.strip(), summary.get("modules", {}), summary.get("warnings", []), out


named = lambda letter, x: {f"{letter}{j}": x[:, j] for j in range(x.shape[1])}


def table(columns, form="csv"):
    path, frame = WORK / f"table-{len(list(WORK.iterdir()))}.{form}", pandas.DataFrame(columns)
    frame.to_parquet(path, index=False, row_group_size=97) if form == "parquet" else frame.to_csv(path, index=False)
    return path


# --- recordings: units, rows, file, targets, trials, options -------------------------------------------
LABELS = {
    "pm": [-1, 1],
    "01": [0, 1],
    "text": ["left", "right"],
    "rare": [3.5, 7.25],
    "block": ["A", "b"],
    "gaps": [1.0, 2.0],
}
RECORDINGS = """2 50 csv pm 0; 3 120 parquet 01,number 12; 5 300 npz 01,number 0 --linkage complete; 8 200 csv text,rare,number 20 --linkage single;
12 1000 parquet rare,text 0 --linkage weighted; 20 800 csv gaps,block,number,number 40 --clusters 3; 60 5000 parquet pm,rare,number 100;
60 400 csv number,number 0 --linkage complete; 30 60 csv 01,number 0; 6 240 npz3 pm,01,number 24 --ridge 2.5; 5 400 csv text,number 5;
15 500 csv text,gaps 0 --ridge 0.01 --linkage single; 40 3000 npz rare,pm 0 --linkage weighted --clusters 7;
10 700 parquet block,text,01 35 --clusters 10; 4 2000 csv rare,gaps,pm,number 11 --folds 3""".split(
    ";"
)


def recording(rng, units, rows, kinds, trials):
    groups = rng.integers(0, max(2, units // 5), units)  # of correlated units
    x = rng.normal(size=(rows, units))[:, groups] * rng.uniform(0.5, 2, units) + rng.normal(
        size=(rows, units)
    ) * rng.uniform(0.3, 1.5, units)
    trial, targets = np.arange(rows) * trials // rows if trials else None, {}
    for k, kind in enumerate(kinds):
        drive = x / x.std(0) @ rng.normal(size=units) / units**0.5 * 1.5
        chosen = (rng.random(rows) < 1 / (1 + np.exp((3.5 if kind == "rare" else 0) - drive))).astype(int)
        which = rng.integers(0, 2, trials)[trial] if kind == "block" else chosen
        values = drive + rng.normal(size=rows) if kind == "number" else np.array(LABELS[kind])[which]
        targets[f"y{k}"] = np.where(rng.random(rows) < 0.1, np.nan, values) if kind == "gaps" else values
    return x * 10 ** rng.uniform(-1, 1, units) + rng.normal(size=units), targets, trial


def separation(x, y):
    """Whether a plane w.x = 0 parts the labels."""
    z = (2 * y - 1)[:, None] * x / np.abs(x).max(0)
    if optimize.linprog(np.zeros(z.shape[1]), A_ub=-z, b_ub=-np.ones(len(z)), bounds=(None, None)).status == 0:
        return "complete"
    return (
        "quasi-complete"
        if -optimize.linprog(-z.sum(0), A_ub=-z, b_ub=np.zeros(len(z)), bounds=(-1, 1)).fun > 1e-7 * len(z)
        else "none"
    )


def logistic(x, y, intercept=True, ridge=0.0, weak=False):
    """Weights and then the intercept, their errors, the log-likelihood; a weak ridge is one on units of size one."""
    if weak:
        size = x.std(0) if intercept else np.sqrt((x**2).mean(0))
        w, error, likelihood = logistic(x / size, y, intercept, ridge)
        size = np.append(size, 1.0)[: len(w)]
        return w / size, error / size, likelihood
    z = sm.add_constant(x, prepend=False, has_constant="add") if intercept else x
    if not ridge:
        scale = np.abs(z).max(0)  # Newton's steps at unit scale
        fit = sm.Logit(y, z / scale).fit(method="newton", maxiter=100, tol=1e-14, disp=0)
        return fit.params / scale, fit.bse / scale, fit.llf
    model = linear_model.LogisticRegression(
        C=1 / ridge, fit_intercept=intercept, solver="newton-cholesky", tol=1e-12, max_iter=1000
    ).fit(x, y)
    w = np.append(model.coef_[0], model.intercept_)[: z.shape[1]]
    information = z.T @ (z / (2 + 2 * np.cosh(z @ w))[:, None]) + ridge * np.diag(
        [1.0] * x.shape[1] + [0.0] * intercept
    )
    return w, np.sqrt(np.diag(np.linalg.inv(information))), -np.logaddexp(0, -(2 * y - 1) * (z @ w)).sum()


widening = lambda groups: stats.t.ppf(stats.norm.cdf(2), groups - 1) / 2


def by_trial(z, y, weights, trial, ridge=0.0, free=0):
    """Errors of multinomial weights (a row a class but the first, columns as z) by one Newton step without each trial; all
    covariances of the weights row by row. The last `free` columns have no ridge."""
    k = len(weights) + 1
    p = np.exp(np.column_stack([np.zeros(len(z)), z @ weights.T]))
    p /= p.sum(1, keepdims=True)
    score = np.einsum("tc,ti->tci", (y[:, None] == np.arange(k)) - p, z)[:, 1:].reshape(len(z), -1)
    curve = (np.einsum("tc,cd->tcd", p, np.eye(k)) - np.einsum("tc,td->tcd", p, p))[:, 1:, 1:]
    whole = lambda rows: np.einsum("tcd,ti,tj->cidj", curve[rows], z[rows], z[rows]).reshape(score.shape[1], -1)
    prior = ridge * np.kron(np.eye(k - 1), np.diag([1.0] * (z.shape[1] - free) + [0.0] * free))
    names = np.unique(trial)
    steps = np.array([np.linalg.solve(prior + whole(trial != g), score[trial == g].sum(0)) for g in names])
    return widening(len(names)) ** 2 * (1 - 1 / len(names)) * steps.T @ steps


def decoding(case, report, x, targets, trial=None, ridge=0.0):
    """Compares the fits; the ridge of each target's read-out from all units with an intercept."""
    plane, used = (x - x.mean(0)) @ np.linalg.svd(x - x.mean(0), full_matrices=False)[2][:2].T, {}
    two = {k: v for k, v in targets.items() if len(set(v[v == v])) == 2}
    for t, values in zip(report["targets"], two.values()):
        rows, labels, flip = np.flatnonzero(values == values), sorted(set(values[values == values].tolist())), 1
        y = (values[rows] == labels[1]).astype(int)
        expected = [
            list(two),
            [f"{l:g}" if isinstance(l, (int, float)) else l for l in labels],
            [len(y) - y.sum(), y.sum()],
            None if trial is None else len(set(trial[rows])),
        ]
        case.same(
            "targets, labels, counts, trials",
            [[t["name"] for t in report["targets"]], t["labels"], t["counts"], t["trials"]],
            expected,
        )
        for f in t["fits"]:
            what, z = (
                f"{t['name']}, {f['features']} {'with' if f['intercept'] else 'without'}",
                (x if f["features"] == "units" else plane)[rows],
            )
            kind = (
                "untested" if ridge else separation(np.column_stack([z, np.ones(len(z))]) if f["intercept"] else z, y)
            )
            parted = kind in ("complete", "quasi-complete")
            case.same(
                f"separation and ridge of {what}",
                [f["separation"], f["ridge"]],
                [kind, 1e-4 * z.shape[1] if parted else ridge],
            )
            weights, error, likelihood = logistic(z, y, f["intercept"], f["ridge"], parted)
            used |= {t["name"]: f["ridge"]} if what.endswith("units with") else {}
            flip = (
                np.sign(weights[:2] * f["weights"]) if what.endswith("plane with") else flip
            )  # a component has no sign
            weights[:2] *= flip if f["features"] == "plane" else 1
            tol = 1e-6 if f["ridge"] == ridge else 1e-4  # scikit-learn stops early on weak ridges
            ours, errors = (
                f["weights"] + [f["bias"]] * f["intercept"],
                f["weights_std_error"] + [f["bias_std_error"]] * f["intercept"],
            )
            case.near(f"log-likelihood of {what}", f["log_likelihood"], likelihood, tol)
            case.near(f"weights of {what} in errors", (ours - weights) / error, np.zeros(len(ours)), tol, 1)
            if f["ridge"] == ridge:
                if trial is not None:
                    size = np.abs(z).max(0)
                    one = np.column_stack([z / size, np.ones(len(z))]) if f["intercept"] else z / size
                    scale = np.append(size, 1.0)[: one.shape[1]]
                    sign = np.append(np.resize(flip, 2) if f["features"] == "plane" else [], np.ones(one.shape[1]))
                    given = (weights * sign[: len(weights)] * scale)[None]
                    error = None if ridge else np.sqrt(np.diag(by_trial(one, y, given, trial[rows]))) / scale
                if error is not None:
                    case.ratio(f"errors of {what}", errors, error, 1e-5)
            folds, ours = np.array(f["folds"]), [f["accuracy_cross_validated"], t["chance"], sum(f["split"])]
            case.near(f"folds of {what}", ours, [folds.mean(), max(y.mean(), 1 - y.mean()), len(y)], 1e-12)
            told, tested = np.array(f["confusion"]), f["permutation"]
            case.near(f"confusion of {what}", told.sum(1), t["counts"], 1e-12)
            spread = (folds.mean() * (1 - folds.mean()) / (len(y) if trial is None else len(set(trial[rows])))) ** 0.5
            case.same(
                f"error and test of {what}",
                [
                    0 < f["accuracy_cross_validated_std_error"] < 4 * spread + 1,
                    1 / (1 + tested["count"]) <= tested["p"] * (1 + 1e-9) <= 1 + 1e-9,
                ],
                [True, True],
            )
    return used


def selectivity(case, report, x, targets, trial, ridges, ridge=0.0):
    number = lambda t: (
        t if len(set(t[t == t])) > 2 else np.where(t == t, t == max(t[t == t].tolist()), np.nan).astype(float)
    )
    coded, plane = {k: number(t) for k, t in targets.items()}, np.linalg.svd(x - x.mean(0), full_matrices=False)[2][
        :2
    ].T
    part = np.arange(len(x)) * 10 // len(x) if trial is None else trial * 10 // (trial.max() + 1)
    pairs, outs, unit = [a["targets"] for a in report["angles"]], report["targets"], lambda v: v / np.linalg.norm(v)

    def direction(name, rows):
        rows = rows[np.isfinite(coded[name][rows])]
        y, size = coded[name][rows], x.std(0)
        if len(set(y)) > 2:
            fit = sm.OLS(y, sm.add_constant((x[rows] - x.mean(0)) / size)).fit()
            return fit.params[1:] / size, fit.rsquared
        w, _, likelihood = logistic(x[rows], y, True, ridges[name], ridges[name] != ridge)
        return w[:-1], 1 - likelihood / sm.Logit(y, np.ones(len(y))).fit(disp=0).llf

    def measures(rows):
        w = {k: direction(k, rows)[0] for k in coded}
        angle = lambda a, b: np.degrees(
            2 * np.arctan2(np.linalg.norm(unit(a) - unit(b)), np.linalg.norm(unit(a) + unit(b)))
        )
        share = [np.cos(linalg.subspace_angles(w[k][:, None], plane)[0]) ** 2 for k in coded]
        return np.array(
            [angle(w[a], w[b]) for a, b in pairs] + [angle(w[a] @ plane, w[b] @ plane) for a, b in pairs] + share
        )

    for t, (w, explained) in ((t, direction(t["name"], np.arange(len(x)))) for t in outs):
        case.near(f"direction of {t['name']}", t["direction"] + [t["explained"]], [*unit(w), explained], 1e-5)
    if x.shape[1] > 2 and np.ptp(np.log10(x.std(0))) < 12:  # else a plane is one unit's to rounding
        given = lambda end: [a[k + end] for k in ("angle", "angle_in_plane") for a in report["angles"]] + [
            t["share_in_plane" + end] for t in outs
        ]
        case.near("angles and shares", given(""), measures(np.arange(len(x))), 1e-5)
        # Where a plane parts the labels on what one tenth leaves, another estimate stands for the one that does not exist.
        kept = [
            (y, (part != p) & (y == y))
            for y in coded.values()
            for p in set(part)
            if len(x) <= 1000 and len(set(y[y == y])) == 2
        ]
        if set(ridges.values()) <= {ridge} and all(
            separation(np.column_stack([x[k], y[k] * 0 + 1]), y[k]) == "none" for y, k in kept
        ):
            left = np.array([measures(np.flatnonzero(part != p)) for p in set(part)])
            case.ratio(
                "errors of angles and shares",
                given("_std_error"),
                np.sqrt((1 - 1 / len(left)) * ((left - left.mean(0)) ** 2).sum(0)),
                1e-4,
            )
    design = np.column_stack(list(coded.values()))
    rows, size = np.flatnonzero(np.isfinite(design).all(1)), np.nanstd(design, 0)
    columns = sm.add_constant(design[rows] / size)
    fits = [sm.OLS(c, columns).fit() for c in x[rows].T]
    params, errors, ps, wide = *(np.array([getattr(f, a) for f in fits]) for a in ("params", "bse", "pvalues")), 1.0
    if trial is not None:
        names = np.unique(trial[rows])
        kept = [trial[rows] != g for g in names]
        without = np.array([np.linalg.lstsq(columns[k], x[rows][k], rcond=None)[0].T for k in kept])
        errors = np.sqrt((1 - 1 / len(names)) * ((without - params) ** 2).sum(0))
        ps, wide = 2 * stats.t.sf(np.abs(params / errors), len(names) - 1), widening(len(names))
    for k, r in enumerate(report["regressions"], 1):
        p, slopes = ps[:, k], np.array([params[:, k], wide * errors[:, k]])
        case.ratio(f"slopes and errors on {r['name']}", [r["slope"], r["std_error"]], slopes / size[k - 1])
        case.near(
            f"R2 and rows on {r['name']}",
            [*r["r_squared"], r["rows"] / len(x)],
            [*(f.rsquared for f in fits), len(rows) / len(x)],
        )
        logs = [
            np.log(np.maximum(q, 1e-280))
            for q in (r["p"], p, r["p_corrected"], sm.stats.multipletests(p, method="holm")[1])
        ]
        case.near(f"log p on {r['name']}", logs[::2], logs[1::2], 1e-6, 1)


def clusters(case, report, x, out, method="average", count=0):
    distance, n = np.clip(1 - np.corrcoef(x.T), 0, 2) * (1 - np.eye(x.shape[1])), x.shape[1]
    tree, ours = cluster.hierarchy.linkage(spatial.distance.squareform(distance, checks=False), method), np.genfromtxt(
        out / "clusters" / "tree.csv", delimiter=",", skip_header=1
    )
    case.near("tree", ours.reshape(-1, 4)[:, 2:], tree[:, 2:])
    cut = lambda k: cluster.hierarchy.fcluster(tree, k, "maxclust")
    tried = {
        k: metrics.silhouette_score(distance, cut(k), metric="precomputed")
        for k in ([count] if count else range(2, min(20, n - 1) + 1))
        if k < n
    }
    best = count or max(tried, key=tried.get, default=1)
    ours = [[k, s] for k, s in report["silhouettes"] if s is not None] + [
        [report["clusters"], metrics.adjusted_rand_score(report["label"], cut(best))]
    ]
    case.near("silhouettes, clusters and their units (Rand)", ours, [*map(list, tried.items()), [best, 1]])


def everything(name, found, x, targets, trial=None, ridge=0.0, method="average", count=0):
    case, (status, message, report, _, out) = Case(name), found
    if case.same("exit status", status, 0):
        ridges = decoding(case, report["decoding"], x, targets, trial, ridge) if "decoding" in report else {}
        selectivity(case, report["selectivity"], x, targets, trial, ridges, ridge)
        clusters(case, report["clusters"], x, out, method, count)
    case.end(message if status else "")


def recordings():
    for k, line in enumerate(RECORDINGS):
        units, rows, form, kinds, trials, *extra = line.split()
        rows, trials, kinds, option = int(rows), int(trials), kinds.split(","), dict(zip(extra[::2], extra[1::2]))
        x, targets, trial = recording(np.random.default_rng(SEED + k), int(units), rows, kinds, trials)
        which = [
            "--units",
            "u*",
            "--targets",
            "y*",
            "--modules",
            ("" if set(kinds) == {"number"} else "decoding,") + "selectivity,clusters",
        ]
        if form.startswith("npz"):
            targets, shape = named("y", np.column_stack(list(targets.values()))), (
                (rows,) if form == "npz" else (trials, rows // trials)
            )
            path, which[1], which[3] = WORK / f"recording-{k}.npz", "u", "y"
            np.savez(path, u=x.reshape(*shape, -1), y=np.column_stack(list(targets.values())).reshape(*shape, -1))
        else:
            # Rows of a trial need not be neighbours; trials count by their first row.
            trial = pandas.factorize(np.random.default_rng(k).permutation(trial))[0] if trials and k % 2 else trial
            path = table(
                named("u", x) | targets | ({"trial": (trial * 7919 + 13) % 10007} if trials else {}),
                form if ARROW else "csv",
            )
            which += ["--trial", "trial"] if trials else []
        settings = float(option.get("--ridge", 0)), option.get("--linkage", "average"), int(option.get("--clusters", 0))
        everything(f"recording {k}: {line.strip()}", run("analyze", path, *which, *extra), x, targets, trial, *settings)


def labels():
    """Three and more labels against statsmodels' MNLogit and, with a ridge, scikit-learn."""
    for k, (units, rows, kinds, trials, ridge) in enumerate(
        [(3, 300, 3, 0, 0), (5, 600, 4, 30, 0), (2, 400, 6, 0, 0), (6, 500, 3, 25, 2.0), (4, 900, 3, 45, 0)]
    ):
        rng, case = np.random.default_rng(SEED + 700 + k), Case(f"labels {k}: {kinds} of {units} units, {rows} rows")
        x = rng.normal(size=(rows, units)) * 10 ** rng.uniform(-1, 1, units) + rng.normal(size=units)
        drive = (x - x.mean(0)) / x.std(0) @ rng.normal(size=(units, kinds)) + rng.gumbel(size=(rows, kinds))
        y, trial = drive.argmax(1), np.arange(rows) * trials // rows if trials else None
        names = np.array([f"label {c}" for c in range(kinds)] if k % 2 else range(10, 10 + kinds))
        path = table(named("u", x) | {"y": names[y]} | ({"trial": trial} if trials else {}))
        which = ["--units", "u*", "--targets", "y", "--modules", "decoding", "--ridge", ridge]
        status, _, report, _, out = run("analyze", path, *which, *["--trial", "trial"][: 2 * bool(trials)])
        if case.same("exit status", status, 0):
            t = report["decoding"]["targets"][0]
            f, size, z = t["fits"][0], x.std(0), sm.add_constant((x - x.mean(0)) / x.std(0), prepend=False)
            case.same("labels and counts", [t["labels"], t["counts"]], [[str(n) for n in names], np.bincount(y).tolist()])
            if ridge:
                model = linear_model.LogisticRegression(C=1 / ridge, solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(x, y)
                case.near("weights under a ridge", f["class_weights"], model.coef_, 1e-6)
                case.near("biases under a ridge", f["class_bias"], model.intercept_, 1e-6)
            else:
                fit = sm.MNLogit(y, z).fit(method="newton", maxiter=100, tol=1e-14, disp=0)
                whole = np.vstack([np.zeros(units + 1), fit.params.T])
                weights = (whole - whole.mean(0))[:, :-1] / size
                case.near("weights", f["class_weights"], weights)
                case.near("likelihood", f["log_likelihood"], fit.llf)
                covariance = by_trial(z, y, fit.params.T, trial) if trials else np.asarray(fit.cov_params())
                turn = np.kron(np.vstack([np.zeros(kinds - 1), np.eye(kinds - 1)]) - 1 / kinds, np.eye(units + 1))
                error = np.sqrt(np.diag(turn @ covariance @ turn.T)).reshape(kinds, -1)[:, :-1] / size
                case.ratio("errors", f["class_weights_std_error"], error, 1e-5)
            told = pandas.read_csv(out / "decoding" / "confusion.csv").rows.to_numpy().reshape(kinds, kinds)
            case.same("confusion", told.tolist(), f["confusion"])
            maker = model_selection.GroupKFold(5, shuffle=True, random_state=1) if trials else model_selection.KFold(5, shuffle=True, random_state=1)
            model = linear_model.LogisticRegression(C=1 / ridge if ridge else np.inf, max_iter=2000)
            theirs = model_selection.cross_val_score(model, x / size, y, groups=trial, cv=maker).mean()
            case.near("accuracy less scikit-learn's, in errors", (f["accuracy_cross_validated"] - theirs) / f["accuracy_cross_validated_std_error"], 0, 2, 1)
        case.end()


def accuracies():
    """Against scikit-learn's splits of the same recordings, and errors against what the read-out does on many new rows."""
    for k, (units, rows, trials, shift) in enumerate(
        [(3, 240, 0, 0), (6, 600, 0, -1.5), (5, 500, 25, 0), (4, 900, 30, -1), (8, 400, 0, 0)]
    ):
        rng, case, found = (
            np.random.default_rng(SEED + 900 + k),
            Case(f"accuracies {k}: {units} units, {rows} rows, {trials} trials"),
            [],
        )
        weights, g, model = (
            rng.normal(size=units) * 0.7,
            np.arange(rows * 80) // (rows // trials if trials else 1),
            linear_model.LogisticRegression(C=np.inf),
        )
        for seed in range(1, 31):
            x = rng.normal(size=(len(g), units)) + (0.8 * rng.normal(size=(g.max() + 1, units))[g] if trials else 0)
            y = (rng.random(len(x)) < 1 / (1 + np.exp(-x @ weights - shift))).astype(int)
            which = [
                "--units",
                "u*",
                "--targets",
                "y",
                "--modules",
                "decoding",
                "--seed",
                seed,
                *["--trial", "trial"][: 2 * bool(trials)],
            ]
            report = run("analyze", table(named("u", x[:rows]) | {"y": y[:rows], "trial": g[:rows]}), *which)[2][
                "decoding"
            ]
            f, score = report["targets"][0]["fits"][0], lambda a, b: [
                model.fit(x[a], y[a]).score(x[a], y[a]),
                model.score(x[b], y[b]),
            ]
            makers = model_selection.GroupShuffleSplit(
                4, test_size=1 / 3, random_state=seed
            ), model_selection.GroupKFold(5, shuffle=True, random_state=seed)
            splits, folds = (np.mean([score(*s) for s in m.split(x[:rows], y[:rows], g[:rows])], 0) for m in makers)
            ours, truth = [f[f"accuracy_{a}"] for a in ("train", "test", "cross_validated")], score(
                range(rows), range(rows, len(x))
            )[1]
            errors = np.subtract(ours[1:], truth) / [
                f["accuracy_test_std_error"],
                f["accuracy_cross_validated_std_error"],
            ]
            found.append([*np.subtract(ours, [*splits, folds[1]]), *errors])
        z, rms = (
            np.mean(found, 0)[:3] / np.std(found, 0, ddof=1)[:3] * len(found) ** 0.5,
            np.sqrt(np.mean(np.square(found), 0))[3:],
        )
        case.near("train, test, cross-validated less scikit-learn's, in standard errors", z, np.zeros(3), 4, 1)
        case.near(
            "log rms of (accuracy - truth) / error", np.log(rms / 0.85), [0, 0], np.log(1.7), 1
        )  # errors are widened to Student's quantile
        case.end(f"(z {np.round(z, 1)}, rms {np.round(rms, 2)})")


# --- students: f, units of the student and of the table, inputs, trials, noise, projection, options --------
F = {
    "tanh": np.tanh,
    "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
    "relu": lambda v: np.maximum(v, 0),
    "identity": lambda v: v,
}
INVERSE = {
    "tanh": (np.arctanh, -1 + 1e-6, 1 - 1e-6),
    "sigmoid": (lambda v: np.log(v / (1 - v)), 1e-6, 1 - 1e-6),
    "relu": (np.array, 0, np.inf),
    "identity": (np.array, -np.inf, np.inf),
}
STUDENTS = """tanh 2 2 1 1 0 units --scale none; tanh 3 12 2 5 0 file --scale none; tanh 3 8 2 4 0.1 file --scale 0.9 --ridge 0.5; tanh 2 9 1 6 0.3 pca;
tanh 4 15 0 3 0.2 pca --components 4 --scale 1.7 --split 0.3; tanh 3 3 2 1 0.2 units --scale 0.7 --lag 1 --split 0.25;
sigmoid 2 2 2 4 0 units --scale none --lag 1; sigmoid 3 10 1 7 0.4 file --ridge 2 --split 0.2; sigmoid 2 5 0 2 0.3 pca --scale none;
relu 3 3 2 3 0 units --ridge 0.01; relu 2 6 1 5 0.2 file --scale 2.5 --lag 1; identity 4 4 1 2 0.5 units --split 0.4 --ridge 10;
identity 3 20 3 8 0.3 pca --components 3 --lag 1; identity 2 7 0 1 1.0 file --scale 5; tanh 3 10 2 4 0 RNN --ridge 0.1;
relu 3 10 2 4 0 RNN --teacher-activation relu; tanh 3 10 2 4 0 GRU --split 0.25; sigmoid 3 10 2 4 0 LSTM --scale 0.8""".split(
    ";"
)


def student(z, u, starts, f, rest, ridge=0.0, lag=0, split=0.0):
    """What numpy makes of rows z under rows u; sequences begin at `starts`, from a state of zeros with `rest`."""
    m, ends, first = z.shape[1], [*starts[1:], len(z)], [s + max(lag, 0 if rest else 1) for s in starts]
    pairs = np.array([t for a, e in zip(first, ends) for t in range(a, e)])
    before = np.vstack([np.zeros(m), z[:-1]]) * ~np.isin(np.arange(len(z)), starts)[:, None]
    x, y, held = (
        np.column_stack([before[pairs], u[pairs - lag], np.ones(len(pairs))]),
        z[pairs],
        len(pairs) - int(split * len(pairs) + 0.5),
    )
    (inverse, low, high), fitted, k = INVERSE[f], x[:held], x.shape[1]
    target, root = inverse(np.clip(y[:held], low, high)), np.vstack([fitted, np.eye(k - 1, k) * ridge**0.5])
    beta = np.linalg.lstsq(root, np.vstack([target, np.zeros((k - 1, m))]), rcond=None)[0]
    left, inner, free = ((target - fitted @ beta) ** 2).sum(0), np.linalg.pinv(root.T @ root), y.copy()
    error = np.sqrt(
        np.outer(left / (held - np.trace(inner @ fitted.T @ fitted)), np.diag(inner @ fitted.T @ fitted @ inner))
    )
    for i, t in enumerate(pairs):
        free[i] = F[f](np.concatenate([before[t] if t in first else free[i - 1], u[t - lag], [1]]) @ beta)
    found = dict(
        a=beta[:m].T,
        b=beta[m:-1].T,
        c=beta[-1],
        a_std_error=error[:, :m],
        b_std_error=error[:, m:-1],
        c_std_error=error[:, -1],
    )
    found |= dict(
        residual=left / held,
        pairs=held,
        clipped=((y[:held] < low) | (y[:held] > high)).sum(),
        condition=np.linalg.cond(root / np.linalg.norm(root, axis=0)),
    )
    for name, z_hat in (("one_step", F[f](x @ beta)), ("rollout", free)):
        for part, rows in (("", slice(0, held)), ("held_out ", slice(held, None)))[: 1 + (held < len(y))]:
            found[f"{part}{name}_mse"] = ((y[rows] - z_hat[rows]) ** 2).mean(0)
            found[f"{part}{name}_r2"] = 1 - found[f"{part}{name}_mse"] / y[rows].var(0)
    return found


def students():
    for k, line in enumerate(STUDENTS):
        f, *sizes, noise, kind = line.split("--")[0].split()
        (m, n, d, trials), noise, extra, rng = (
            map(int, sizes),
            float(noise),
            line.split()[7:],
            np.random.default_rng(SEED + 100 + k),
        )
        option, network, lengths = (
            {a[2:]: b for a, b in zip(extra[::2], extra[1::2])},
            kind.isupper(),
            rng.integers(20, 80, trials) if kind.islower() else np.full(trials, 90),
        )
        lag, settings = int(option.get("lag", 0)), {s: float(option.get(s, 0)) for s in ("ridge", "split")}
        starts, rows, a = [0, *np.cumsum(lengths)[:-1].tolist()], int(lengths.sum()), rng.normal(size=(m, m))
        u, x = rng.normal(size=(rows, d)), np.zeros((rows, m))
        a, b, c = (
            a * 0.8 / max(abs(np.linalg.eigvals(a))),
            rng.normal(size=(m, d)) * 0.6,
            rng.normal(size=m) * 0.3 + (0.8 if f == "relu" else 0),
        )
        columns, file, given = (
            named("in", u) | {"trial": np.repeat(np.arange(trials)[::-1], lengths)},
            WORK / f"network-{k}.pt",
            ["--activation", f],
        )
        if network:
            torch.manual_seed(SEED + k)
            options = {"nonlinearity": option["teacher-activation"]} if "teacher-activation" in option else {}
            net = torch.nn.ModuleDict(
                {"rnn": getattr(torch.nn, kind)(d, n, **options), "readout": torch.nn.Linear(n, m)}
            )
            torch.save(net.state_dict(), file)
            h = (
                net["rnn"](torch.tensor(u).reshape(trials, -1, d).transpose(0, 1))[0]
                .transpose(0, 1)
                .reshape(rows, n)
                .detach()
                .numpy()
            )
            p, given = net["readout"].weight.detach().numpy(), [
                *given,
                "--inputs",
                table(columns),
                "--projection",
                "readout",
            ]
        else:
            for t in range(rows):
                x[t] = F[f](a @ x[t - 1] * (t not in starts) + b @ u[t - lag] + c + noise * rng.normal(size=m))
            p = np.eye(m) if kind == "units" else np.linalg.qr(rng.normal(size=(n, m)))[0].T
            h = x @ p + (noise * 0.1 * rng.normal(size=(rows, n)) if kind == "pca" else 0)
            p = (
                np.linalg.svd(h - h.mean(0), full_matrices=False)[2][: int(option.get("components", 2))]
                if kind == "pca"
                else p
            )
            np.save(WORK / f"p-{k}.npy", p)
            file, given = table(named("h", h) | columns, "parquet" if ARROW and k % 3 == 0 else "csv"), given + (
                ["--inputs", "in*"] if d else []
            )
            given += [
                "--units",
                "h*",
                "--trial",
                "trial",
                "--projection",
                WORK / f"p-{k}.npy" if kind == "file" else kind,
            ]
        case, (status, message, report, _, out) = Case(f"student {k}: {line.strip()}"), run(
            "distill", "radd", file, *given, *extra
        )
        if case.same("exit status", status, 0):
            report, used = (
                report["distillation"],
                np.genfromtxt(out / "distillation" / "projection.csv", delimiter=",", skip_header=1)[:, 1:],
            )
            p = p * np.sign((p * used).sum(1))[:, None] if kind == "pca" else p
            factor, inside = (report["scale"] or 0) / np.abs(h @ p.T).max() or 1.0, np.trace(
                np.linalg.pinv(p) @ p @ np.cov(h.T)
            ) / np.trace(np.cov(h.T))
            case.near(
                "projection",
                [*used.ravel(), report["factor"], report["explained_variance"]],
                [*(p * factor).ravel(), factor, inside],
                1e-9,
            )
            found = student(h @ p.T * factor, u, starts, f, network, lag=lag, **settings)
            for name, theirs in found.items():
                ours = (report["held_out"] if name.startswith("held_out") else report)[name.split()[-1]]
                case.near(
                    name,
                    ours if np.size(theirs) else theirs,
                    theirs,
                    1e-8 if len(name) == 1 else 1e-6,
                    np.max(np.abs(theirs), initial=1e-3),
                )
            ours, theirs = np.array(report["eigenvalues"]) @ [1, 1j], np.linalg.eigvals(found["a"])
            case.near(
                "eigenvalues",
                [[np.abs(ours - v).min(), np.abs(theirs - v).min()] for v in (*ours, *theirs)],
                np.zeros((2 * m, 2)),
                1e-7,
                1,
            )
            for point in [q["z"] for q in report["fixed_points"] if q["label"] == "fixed"]:
                case.near("fixed points", F[f](found["a"] @ point + found["c"]), point, 1e-7)
            if not noise and option.get("scale") == "none":
                case.near("the system itself", report["a"], a)
        case.end(message.replace("\n", " ")[:110])


def odd():
    x, targets, _ = recording(np.random.default_rng(SEED), 4, 200, ["01", "number"], 0)
    x, y, v, row, dropped = (
        (x - x.mean(0)) / x.std(0) + 1,
        targets["y0"],
        targets["y1"],
        np.arange(200),
        ["--missing", "drop-rows"],
    )
    go = lambda x, y, *extra, modules="decoding,selectivity,clusters", **more: run(
        "analyze",
        table(named("u", x) | {"y0": y} | more),
        "--units",
        "u*",
        "--targets",
        "y*",
        "--modules",
        modules,
        *extra,
    )
    holes, by_trial = np.where(np.random.default_rng(1).random(x.shape) < 0.02, np.nan, x), lambda t: go(
        x, y, "--trial", "trial", trial=t
    )
    for name, found, status, words in [
        ("missing values", go(holes, y), 3, ["missing value", "drop-rows"]), ("a missing trial", by_trial(np.where(row == 7, np.nan, row // 10)), 3, ["trial"]),
        ("a unit without a value", go(np.where(np.arange(4) == 1, np.nan, x), y, *dropped), 3, ["row"]), ("an infinite value", go(np.where(row[:, None] == 5, np.inf, x), y), 3, ["inf", "row 5"]),
        ("one class", go(x, y * 0), 3, ["`y0` has one value only"]), ("three classes", go(x, np.array(["a", "b", "c", "b"] * 50)), 3, ["`y0`", "3 labels"]),
        ("one row of a class", go(x, (row == 5) * 1), 3, ["one class only"]), ("three trials", by_trial(row // 70), 3, ["--folds 5", "3 trials"]),
        ("constant units", go(x * 0 + 2, y), 3, ["no unit varies"]), ("one unit to cluster", go(x[:, :1], y), 3, ["at least two"]),
    ]:  # fmt: skip
        case = Case(f"odd, refused: {name}")
        case.same(
            "exit status and what is not said",
            [found[0], *(w for w in words if w not in found[1]), "panicked" in found[1]],
            [status, False],
        )
        case.end(found[1].split("csv: ")[-1])
    parted = (x[:, 1] > 1) * 1
    for name, x1, y1, v1, ridge in [
        ("rows with missing values left out", holes, y, v, 0), ("a scale of 1e8", x * 1e8, y, v, 0), ("a scale of 1e-8", x * 1e-8, y, v * 1e-8, 0), ("a unit of scale 1e8", x * [1, 1e8, 1, 1], y, v * 1e8, 0),
        ("units of scales 1e8 and 1e-8", x * [1, 1e8, 1e-8, 1], y, v, 0), ("parted labels", x, parted, v, 0), ("parted labels with a ridge", x, parted, v, 0.1),
        ("parted but for rows on the plane", np.maximum(x, 1), np.where(x[:, 1] > 1, y, 0), v, 0),
    ]:  # fmt: skip
        kept = np.isfinite(x1).all(1)
        everything(
            f"odd: {name}",
            go(x1, y1, *dropped, "--ridge", ridge, y1=v1),
            x1[kept],
            {"y0": y1[kept], "y1": v1[kept]},
            None,
            ridge,
        )
    first, case = lambda *a: go(*a, modules="decoding")[2]["decoding"]["targets"][0]["fits"][0], Case(
        "odd: units that add nothing, or little"
    )
    for name, more in ("constant", x[:, 0] * 0 + 7.3), ("a copy", x[:, 0]), ("a copy of another scale", x[:, 0] * 3):
        f, plain = first(np.column_stack([x, more]), y), first(x, y)
        case.near(
            f"likelihood and other weights, {name}",
            [f["log_likelihood"], *f["weights"][1:4]],
            [plain["log_likelihood"], *plain["weights"][1:]],
        )
        case.same(
            f"weight and error of a unit that is {name}",
            [bool(f["weights"][4]), bool(f["weights_std_error"][4])],
            [name != "constant"] * 2,
        )
    case.near(
        "accuracy where one unit of scale 1e-5 parts the labels",
        first(x * [1, 1e-5, 1, 1], parted)["accuracy_train"],
        1,
        0.05,
    )
    case.end()
    case, rng, which = (
        Case("odd: what is not determined"),
        np.random.default_rng(2),
        ["--inputs", "i*", "--projection", "units", "--units", "h*"],
    )
    wide, radd = rng.normal(size=(30, 50)), lambda h, u, *a: run(
        "distill", "radd", table(named("h", h) | named("i", u)), *which, *a
    )
    case.same(
        "R2 of 50 units in 30 rows: a warning",
        bool(go(wide, y[:30], modules="selectivity", y1=wide[:, 0] + v[:30])[3]),
        True,
    )
    case.same(
        "no errors of angles, all of a class in one tenth: a warning",
        bool(go(x, ((row > 19) & (row < 26)) * 1, modules="selectivity", y1=v)[3]),
        True,
    )
    case.same("6 coefficients from 6 pairs: a warning", bool(radd(np.tanh(x[:7, :3]), x[7:14, :2])[3]), True)
    case.end()
    z, u, case, known = (
        np.zeros((150, 3)),
        rng.normal(size=(150, 2)),
        Case("odd: students of redundant and of scaled units"),
        None,
    )
    for t in range(150):
        z[t] = (
            [[0.5, 0.2, 0], [-0.3, 0.4, 0.1], [0.1, 0, 0.6]] @ z[t - 1]
            + u[t] @ [[1, 0, 1], [0, 1, 1]]
            + 0.1 * rng.normal(size=3)
        )
    for name, h, size in (
        ("plain", z, 1),
        ("constant", np.c_[z, z[:, 0] * 0 + 0.3], 1),
        ("a copy", np.c_[z, z[:, 0] / 2], 1),
        ("scales 1e3 and 1e-3", z, np.array([1, 1e3, 1e-3])),
    ):
        report, found = radd(h * size, u, "--scale", "none", "--activation", "identity")[2]["distillation"], student(
            h, u, [0], "identity", False
        )
        case.near(f"A, {name}", np.array(report["a"]) * size / np.reshape(size, (-1, 1)), found["a"], 1e-8)
        known = known or report["exponents"]["values"]
        case.near(
            f"R2 of one step and exponents, {name}",
            [report["one_step_r2"][:3], report["exponents"]["values"][:3]],
            [found["one_step_r2"][:3], known],
        )
    case.end()


if __name__ == "__main__":
    parser, parts = argparse.ArgumentParser(), {p.__name__: p for p in (recordings, labels, accuracies, students, odd)}
    parser.add_argument("--nullcline", default="target/release/nullcline", type=lambda p: str(Path(p).resolve()))
    parser.add_argument("--seed", default=500, type=int, help="other numbers")
    parser.add_argument("parts", nargs="*", default=list(parts))
    options = parser.parse_args()
    BINARY, SEED = options.nullcline, options.seed
    for part in options.parts:
        parts[part]()
    print(f"{len(FAILURES)} failed" + "".join(f"\n  {f}" for f in FAILURES))
    sys.exit(bool(FAILURES))
