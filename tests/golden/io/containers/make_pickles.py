"""Writes pickles into the folder `pickle`, and beside each what is to be found in it.

    JAX_PLATFORMS=cpu python make_pickles.py TAG

Run once by a Python with numpy 2.4.6, pandas 3.1.1 and jax 0.10.2 (TAG `n2`), once by one with numpy 1.26, pandas 2,
scikit-learn and joblib (TAG `n1`).
"""

import gzip
import pathlib
import pickle
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from make_golden import HERE, Expected, expect_tree  # noqa: E402

TAG = sys.argv[1]
FOLDER = HERE / "pickle"
FOLDER.mkdir(exist_ok=True)
OTHER = FOLDER / "other"
OTHER.mkdir(exist_ok=True)


class Net:
    """An object of the user's own."""

    def __init__(self, rng):
        self.W = rng.normal(size=(2, 3))
        self.name = "net"
        self.layers = [rng.normal(size=2), rng.normal(size=(1, 2))]


def main():
    rng = np.random.default_rng(5)
    content = {
        "W": rng.normal(size=(3, 2)),
        "F": np.asfortranarray(rng.normal(size=(2, 3))),
        "strided": rng.normal(size=(4, 4))[::2, ::2],
        "big": np.arange(4, dtype=">f4"),
        "half": np.arange(3, dtype="f2"),
        "ints": np.arange(5) - 2,
        "bytes": np.arange(5, dtype="u1"),
        "flags": np.array([True, False]),
        "scalar": np.array(2.5),
        "empty": np.zeros((0, 3)),
        "odd": np.array([np.nan, np.inf, -np.inf, -0.0]),
        "nested": {"a": [rng.normal(size=2), (rng.normal(size=(1, 2)),)], 3: np.ones(1)},
        "lr": 0.1,
        "n": 3,
        "np_scalar": np.float64(0.25),
        "name": "gru",
        "flag": True,
        "none": None,
        "complex": np.array([1 + 2j]),
    }
    # Bare values in lists are no metadata.
    expected = Expected()
    expect_tree(content, "", expected)
    for protocol in range(6):
        path = FOLDER / f"dict_{TAG}_p{protocol}.pkl"
        path.write_bytes(pickle.dumps(content, protocol))
        expected.write(path)
    path = FOLDER / f"gzip_{TAG}.pkl.gz"
    path.write_bytes(gzip.compress(pickle.dumps(content), mtime=0))
    expected.write(path)
    for name, value in [("array", content["W"]), ("list", [content["W"], content["ints"]]), ("tuple", (content["W"],))]:
        path = FOLDER / f"{name}_{TAG}.pkl"
        path.write_bytes(pickle.dumps(value))
        out = Expected()
        expect_tree(value, "", out)
        out.write(path)
    (OTHER / f"object_{TAG}.pkl").write_bytes(pickle.dumps(Net(rng)))
    (OTHER / f"masked_{TAG}.pkl").write_bytes(pickle.dumps({"m": np.ma.array([1.0, 2.0], mask=[0, 1])}))
    (OTHER / f"record_{TAG}.pkl").write_bytes(pickle.dumps({"r": np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])}))
    (OTHER / f"structured_{TAG}.pkl").write_bytes(pickle.dumps({"r": np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), "W": np.ones(2)}))
    (OTHER / f"objects_{TAG}.pkl").write_bytes(pickle.dumps({"trials": np.array([np.ones((2, 3)), np.ones((4, 3))], dtype=object), "names": np.array(["a", "b"])}))
    try:
        import pandas as pd

        frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3, 4], "c": ["x", "y"]})
        (OTHER / f"frame_{TAG}.pkl").write_bytes(pickle.dumps(frame))
        (OTHER / f"series_{TAG}.pkl").write_bytes(pickle.dumps({"s": frame["a"], "W": np.ones(2)}))
    except ImportError:
        pass
    try:
        import jax.numpy as jnp

        tree = {"gru": {"w_i": jnp.arange(6.0).reshape(2, 3), "b": jnp.zeros(3, jnp.bfloat16)}}
        path = FOLDER / "haiku_jax.pkl"
        path.write_bytes(pickle.dumps(tree))
        out = Expected()
        expect_tree(tree, "", out)
        out.write(path)
    except ImportError:
        pass
    try:
        import joblib
        from sklearn.decomposition import PCA
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        x = rng.normal(size=(20, 3))
        pca = PCA(2).fit(x)
        for name, model in [("pca", pca), ("pipeline", make_pipeline(PCA(2), LogisticRegression()).fit(x, x[:, 0] > 0))]:
            (OTHER / f"sklearn_{name}.pkl").write_bytes(pickle.dumps(model))
        plain = {k: content[k] for k in ["W", "F", "ints", "half", "scalar", "lr", "name"]} | {"nested": {"a": [content["W"]]}}
        out = Expected()
        expect_tree(plain, "", out)
        for name, compress in [("plain", 0), ("zlib", ("zlib", 3)), ("gzip", ("gzip", 3)), ("lzma", ("lzma", 3)), ("bz2", ("bz2", 3))]:
            folder = FOLDER if name in ["plain", "zlib", "gzip"] else OTHER
            path = folder / f"joblib_{name}.joblib"
            joblib.dump(plain, path, compress=compress)
            if folder == FOLDER:
                out.write(path)
        joblib.dump(pca, OTHER / "joblib_pca.joblib")
    except ImportError:
        pass


main()
