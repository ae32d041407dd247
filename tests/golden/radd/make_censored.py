"""Censored fits by torch and numpy: python3 make_censored.py writes censored.npz and censored.json beside this file.

Systems z(t) = f(A z(t-1) + B u(t) + c + e(t)) with noise e inside f, white or autoregressive. The likelihood of normal noise with
targets at an end of the range of f known to lie beyond it is maximised over (beta, log sigma), by L-BFGS and Newton's method on
derivatives of torch's automatic differentiation; errors are the inverse of minus its second derivatives, times rows inside
over those less coefficients, or the sandwich of clusters.py. The library maximises in other variables, with derivatives by hand.
"""

import json
from pathlib import Path

import numpy as np
import torch
from clusters import scatter

here = Path(__file__).parent
torch.set_default_dtype(torch.float64)
A = np.array([[0.8, -0.3, 0.1], [0.4, 0.5, -0.2], [-0.1, 0.3, 0.6]])
B = np.array([[0.6, -0.2], [0.1, 0.7], [-0.5, 0.3]])
c = np.array([0.1, -0.2, 0.0])
ENDS = dict(relu=(0.0, np.inf), tanh=(-1 + 1e-6, 1 - 1e-6), sigmoid=(1e-6, 1 - 1e-6), identity=(-np.inf, np.inf))
F = dict(
    relu=lambda a: np.maximum(a, 0), tanh=np.tanh, sigmoid=lambda a: 1 / (1 + np.exp(-a)), identity=lambda a: a
)
INVERSE = dict(relu=lambda z: z, tanh=np.arctanh, sigmoid=lambda z: np.log(z / (1 - z)), identity=lambda z: z)
CASES = {
    "relu": dict(f="relu", rows=400, noise=0.4),
    "relu_quiet": dict(f="relu", rows=400, noise=1e-6),
    "tanh": dict(f="tanh", rows=400, noise=0.5, gain=8.0),
    "sigmoid": dict(f="sigmoid", rows=400, noise=0.5, gain=14.0),
    "relu_slow": dict(f="relu", rows=1500, noise=0.4, slow=0.8),
    "identity_slow": dict(f="identity", rows=1500, noise=0.4, slow=0.8),
    "relu_sequences": dict(f="relu", rows=1500, noise=0.4, slow=0.95, length=30),
    "relu_ridge": dict(f="relu", rows=400, noise=0.4, ridge=3.0),
}


def tobit(x, y, side, ridge):
    """beta, sigma^2, observed information and scores, by row, of (beta, log sigma), and d log L / d (x beta)."""
    scale = np.r_[1 / np.sqrt((x**2).mean(0)), 1.0]
    inside = torch.tensor(side == 0)
    X, Y, S = (torch.tensor(v.copy()) for v in (x, y, side.astype(float)))

    def rows(w):
        e = (Y - X @ w[:-1]) * torch.exp(-w[-1])
        return torch.where(inside, -w[-1] - e**2 / 2, torch.special.log_ndtr(-S * e))

    def loss(w):
        return -rows(w).sum() + ridge / 2 * (w[:-2] ** 2).sum() * torch.exp(-2 * w[-1])

    start = np.linalg.lstsq(x[side == 0], y[side == 0], rcond=None)[0]
    e = (y - x @ start)[side == 0]
    w = torch.tensor(np.r_[start, np.log(e.std())])
    for _ in range(100):
        g = torch.func.grad(loss)(w)
        H = torch.func.hessian(loss)(w)
        D = torch.diag(torch.tensor(scale))
        values, vectors = torch.linalg.eigh(D @ H @ D)
        step = -D @ vectors @ ((vectors.T @ D @ g) / values.abs().clamp(min=1e-8 * float(values.abs().max())))
        length = 1.0
        while loss(w + length * step) > loss(w) + 1e-12 and length > 1e-6:
            length /= 2
        w = w + length * step
        if abs(float(g @ step)) < 1e-20:
            break
    H = torch.func.hessian(loss)(w).numpy()
    scores = torch.func.jacrev(rows)(w).detach().numpy()
    e = ((Y - X @ w[:-1]) * torch.exp(-w[-1])).numpy()
    tail = torch.exp(-torch.tensor(e) ** 2 / 2 - np.log(2 * np.pi) / 2 - torch.special.log_ndtr(torch.tensor(-side * e)))
    residual = np.where(side == 0, e, side * tail.numpy())
    return w[:-1].numpy(), float(torch.exp(2 * w[-1])), H, scores, residual


out, arrays = {}, {}
for number, (name, case) in enumerate(CASES.items()):
    rng = np.random.default_rng(100 + number)
    n, f, gain = case["rows"], case["f"], case.get("gain", 1.0)
    slow, ridge, length = case.get("slow", 0.0), case.get("ridge", 0.0), case.get("length", n)
    starts = list(range(0, n, length))
    u, z, e = rng.normal(size=(n, 2)), np.zeros((n, 3)), np.zeros(3)
    for t in range(n):
        e = slow * e + np.sqrt(1 - slow**2) * case["noise"] * rng.normal(size=3)
        last = np.zeros(3) if t in starts else z[t - 1]
        z[t] = F[f](gain * (A @ last + B @ u[t] + c + e) if f != "relu" else A @ last + B @ u[t] + c + e)
    pairs = np.array([t for t in range(n) if t not in starts])
    x = np.c_[z[pairs - 1], u[pairs], np.ones(len(pairs))]
    low, high = ENDS[f]
    found = dict(f=f, starts=starts, ridge=ridge, a=[], b=[], c=[], a_std_error=[], b_std_error=[], c_std_error=[])
    found.update(residual=[], errors=[], censored=[])
    for i in range(3):
        target = z[pairs, i]
        side = (target >= high).astype(int) - (target <= low).astype(int)
        y = INVERSE[f](np.clip(target, low, high))
        if (side == 0).all():
            G = np.linalg.inv(x.T @ x)
            beta = np.linalg.lstsq(x, y, rcond=None)[0]
            r = y - x @ beta
            kind, meat = scatter(x, r, x * r[:, None], pairs, starts)
            variance, bread, factor = (r**2).mean(), G, len(x) / (len(x) - x.shape[1])
            if meat is None:
                variance_of = G * variance * factor
        else:
            beta, variance, H, scores, r = tobit(x, y, side, ridge)
            kind, meat = scatter(x, r, scores, pairs, starts)
            bread, rows = np.linalg.inv(H), (side == 0).sum()
            factor = rows / (rows - x.shape[1])
            if meat is None:
                variance_of = bread * factor
        if meat is not None:
            variance_of = bread @ meat @ bread * factor
        error = np.sqrt(np.diag(variance_of))[:6]
        for key, value in (("a", beta), ("a_std_error", error)):
            found[key].append(value[:3].tolist())
            found["b" + key[1:]].append(value[3:5].tolist())
            found["c" + key[1:]].append(value[5])
        found["residual"].append(variance)
        found["errors"].append(kind)
        found["censored"].append([int((side < 0).sum()), int((side > 0).sum())])
    out[name] = found
    arrays[name + "_z"], arrays[name + "_u"] = z, u
np.savez_compressed(here / "censored.npz", **arrays)
(here / "censored.json").write_text(json.dumps(out, indent=1) + "\n")
