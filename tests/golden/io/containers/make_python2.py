"""Writes pickles with Python 2.7.18 and numpy 1.16.6, whose strings are bytes, and what is to be found in them.

    python2 make_python2.py
"""

import json
import os
import pickle

import numpy as np

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pickle")
arrays = [
    ("W", "f64", np.array([[0.5, -1.25, 3.0], [1e300, -0.0, 7.0]])),
    ("F", "f64", np.asfortranarray(np.arange(6.0).reshape(2, 3) / 8)),
    # Bytes that are UTF-8 of other characters, quotes, line ends and backslashes.
    ("utf8", "u8", np.array([0xC2, 0x80, 0xC3, 0xA9], "u1")),
    ("escapes", "u8", np.array([39, 34, 92, 10, 13, 9, 0, 117, 120], "u1")),
    ("ints", "i64", np.arange(4) - 2),
    ("scalar", "f64", np.array(2.5)),
]
content = dict((name, a) for name, _, a in arrays)
content.update({"text": "it's", "unicode": u"gr\xf6\u03bce\\n", "n": 3, "long": 5L, "x": 0.1, "flag": True, "r": {"gr\xc3\xb6\xc3\x9fe": np.ones(1)}})
expected = dict((n, {"shape": a.shape, "dtype": t, "data": a.astype(float).ravel().tolist()}) for n, t, a in arrays)
expected[u"r.gr\xf6\xdfe"] = {"shape": [1], "dtype": "f64", "data": [1.0]}
metadata = {"text": "it's", "unicode": u"gr\xf6\u03bce\\n", "n": "3", "long": "5", "x": "0.1", "flag": "true"}
for protocol in range(3):
    path = os.path.join(FOLDER, "python2_p%d.pkl" % protocol)
    with open(path, "wb") as f:
        pickle.dump(content, f, protocol)
    with open(path + ".json", "w") as f:
        json.dump({"tensors": expected, "metadata": metadata, "texts": {}, "skipped": []}, f)
