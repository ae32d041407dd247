"""Writes activity.csv and expected.json: see SOURCE.md."""

import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
rng = np.random.default_rng(20)
latent = rng.normal(size=(60, 3)).cumsum(0) * [1.0, 0.6, 0.3]
activity = np.round(latent @ rng.normal(size=(3, 8)) + 0.2 * rng.normal(size=(60, 8)) + rng.normal(size=8), 6)
np.savetxt(HERE / "activity.csv", activity, "%.6f", ",", header=",".join(f"h{j}" for j in range(8)), comments="")
centred = activity - activity.mean(0)
_, s, vt = np.linalg.svd(centred, full_matrices=False)
variance = s**2 / (len(activity) - 1)
signs = np.sign(vt[np.arange(8), np.abs(vt).argmax(1)])
ratio = variance / variance.sum()
expected = {
    "mean": activity.mean(0).tolist(),
    "explained_variance": variance.tolist(),
    "explained_variance_ratio": ratio.tolist(),
    "participation_ratio": variance.sum() ** 2 / (variance**2).sum(),
    "components_for_90": int(np.searchsorted(ratio.cumsum(), 0.9) + 1),
    "components": (vt * signs[:, None]).tolist(),
}
(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
