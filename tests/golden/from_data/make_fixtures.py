"""Dynamical similarity and state-space measures by their authors' programs: see SOURCE.md.

    python3 make_fixtures.py FOLDER_OF_DSA FOLDER_OF_KLX

The first holds dmd.py and simdist.py of mitchellostrow/DSA, the second klx.py and klx_gmm.py of DurstewitzLab/dendPLRNN.
"""

import json
import sys

import numpy as np
import scipy
import torch
from scipy.ndimage import gaussian_filter1d

# Their matrices of single precision are made double: what is compared is the method.
torch.set_default_dtype(torch.float64)
torch.Tensor.float = torch.Tensor.double
sys.path[:0] = sys.argv[1:3]
import klx
import klx_gmm
from dmd import DMD, embed_signal_torch
from simdist import SimilarityTransformDist

torch.set_num_threads(1)


def oscillator(rng, trials, rows, angle, decay, mix):
    """A noisy rotation beside a decay, seen through a mixture: trials x rows x 3."""
    a = decay * np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 0.6]])
    x = np.zeros((trials, rows, 3))
    x[:, 0] = rng.normal(size=(trials, 3))
    for t in range(1, rows):
        x[:, t] = x[:, t - 1] @ a.T + 0.3 * rng.normal(size=(trials, 3))
    return np.round(x @ mix.T, 5)


def score(a, b):
    """Both metrics at the best of several fits of their program."""
    best = None
    for seed in range(3):
        for rate in (1e-2, 1e-3):
            torch.manual_seed(seed)
            fit = SimilarityTransformDist(iters=4000, lr=rate, score_method="angular")
            angle = float(fit.fit_score(a.clone(), b.clone()))
            distance = float(fit.score(score_method="euclidean"))
            if best is None or distance < best[1]:
                best = (angle, distance)
    return best


rng = np.random.default_rng(8)
mix = rng.normal(size=(2, 3, 3))
one = oscillator(rng, 4, 40, 0.5, 0.95, mix[0])
two = oscillator(rng, 4, 40, 0.8, 0.9, mix[1])
cases = []
for delays, interval, rank, ridge in [(3, 1, 4, 0.0), (4, 2, 3, 0.01)]:
    maps = []
    for data in (one, two):
        fit = DMD(data, n_delays=delays, delay_interval=interval, rank=rank, lamb=ridge)
        fit.fit()
        maps.append(fit.A_v)
    angle, distance = score(*maps)
    cases.append(
        {
            "delays": delays,
            "interval": interval,
            "rank": rank,
            "ridge": ridge,
            # The signs of singular vectors are free: eigenvalues and norms are not.
            "eigenvalues": [sorted([z.real, z.imag] for z in np.linalg.eigvals(m.numpy())) for m in maps],
            "norms": [float(torch.linalg.norm(m)) for m in maps],
            "angle": angle,
            "distance": distance,
        }
    )
drawn = np.round(rng.normal(size=(3, 2, 5, 5)), 5)
pairs = []
for a, b in drawn:
    angle, distance = score(torch.from_numpy(a), torch.from_numpy(b))
    pairs.append({"a": a.tolist(), "b": b.tolist(), "angle": angle, "distance": distance})

truth = np.round(rng.normal(size=(400, 2)), 5)
made = np.round(0.9 * rng.normal(size=(300, 2)) + [0.2, 0.0], 5)
at = np.round(rng.normal(size=(50, 1, 2)), 5)
t = torch.from_numpy
likelihood = lambda mu: klx_gmm.eval_likelihood_gmm_for_diagonal_cov(t(at), t(mu), torch.ones(len(mu), 2) * np.sqrt(0.3))
p, q, _ = *klx_gmm.clean_from_outliers(likelihood(made), likelihood(truth))[:2], None


def spectrum(x, smoothing):
    """Mean power over trials of one coordinate, smoothed, of sum one."""
    z = (x - x.mean()) / x.std()
    power = (np.abs(np.fft.rfft(z, axis=1)) ** 2).mean(0)
    power = gaussian_filter1d(power, smoothing) if smoothing else power
    return power / power.sum()


def hellinger(a, b, smoothing):
    return [
        float(np.sqrt(0.5 * ((np.sqrt(spectrum(a[..., i], smoothing)) - np.sqrt(spectrum(b[..., i], smoothing))) ** 2).sum()))
        for i in range(3)
    ]


json.dump(
    {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "torch": torch.__version__},
        "one": one.tolist(),
        "two": two.tolist(),
        "cases": cases,
        "pairs": pairs,
        "truth": truth.tolist(),
        "made": made.tolist(),
        "binned": {str(n): float(klx.klx_metric(t(made), t(truth), n_bins=n)) for n in (10, 30)},
        "at": at[:, 0].tolist(),
        "mixture": float((torch.log(q) - torch.log(p)).mean()),
        "hellinger": {str(s): hellinger(one, two, s) for s in (0, 2)},
    },
    open("expected.json", "w"),
)
