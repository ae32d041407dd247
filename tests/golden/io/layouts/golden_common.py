"""What the golden files share: how they are written, and nullcline's cells in numpy, by their equations."""

import json
import os
import platform

import numpy as np

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
STEPS = 12


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


ACTIVATIONS = {
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "sigmoid": sigmoid,
    "identity": lambda a: a,
}


def rng(name):
    """A generator of its own for every network, by its name."""
    return np.random.default_rng([ord(c) for c in name])


def inputs(r, d):
    """Twelve steps of inputs, none of them zero."""
    u = r.normal(size=(STEPS, d))
    return np.where(np.abs(u) < 0.1, 0.5, u)


def weights(r, *shape, gain=1.2):
    """Weights as large as trained ones: not small, none zero."""
    return r.normal(size=shape) * gain / np.sqrt(max(shape[-1], 1))


def biases(r, *shape):
    return r.uniform(0.1, 0.6, size=shape) * r.choice([-1, 1], size=shape)


# nullcline's cells. Weights multiply columns; gates r, z, n and i, f, g, o; a dictionary of PyTorch's names.


def vanilla(p, f):
    def step(x, u):
        return f(p["weight_hh"] @ x + p["weight_ih"] @ u + p["bias_ih"] + p["bias_hh"])

    return step


def gru(p, before):
    n = p["weight_hh"].shape[1]

    def step(x, u):
        wr, wz, wn = np.split(p["weight_hh"], 3)
        br, bz, bn = np.split(p["bias_hh"], 3)
        a = p["weight_ih"] @ u + p["bias_ih"]
        r = sigmoid(a[:n] + wr @ x + br)
        z = sigmoid(a[n : 2 * n] + wz @ x + bz)
        inner = wn @ (r * x) + bn if before else r * (wn @ x + bn)
        c = np.tanh(a[2 * n :] + inner)
        return (1 - z) * c + z * x

    return step


def lstm(p):
    n = p["weight_hh"].shape[1]

    def step(x, u):
        h, c = x[:n], x[n:]
        a = p["weight_ih"] @ u + p["bias_ih"] + p["weight_hh"] @ h + p["bias_hh"]
        i, f, g, o = np.split(a, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return np.concatenate([sigmoid(o) * np.tanh(c), c])

    return step


def rate(p, f, alpha):
    return lambda x, u: x + alpha * (-x + f(p["weight_hh"] @ x + p["weight_ih"] @ u + p["bias_ih"] + p["bias_hh"]))


def current(p, f, alpha):
    return lambda x, u: x + alpha * (-x + p["weight_hh"] @ f(x) + p["weight_ih"] @ u + p["bias_ih"] + p["bias_hh"])


def integrator(p, f):
    return lambda x, u: f(p["weight_hh"] @ (x + p["weight_ih"] @ u) + p["bias_ih"])


def layer(reading, p):
    """The step of one layer with the parameters `p`."""
    cell = reading["cell"]
    f = ACTIVATIONS[reading.get("activation", "tanh")]
    alpha = np.asarray(reading.get("dt", 1.0)) / np.asarray(reading.get("tau", 1.0))
    return {
        "vanilla": lambda: vanilla(p, f),
        "gru": lambda: gru(p, reading.get("reset_before", False)),
        "lstm": lambda: lstm(p),
        "rate": lambda: rate(p, f, alpha),
        "current": lambda: current(p, f, alpha),
        "integrator": lambda: integrator(p, f),
    }[cell]()


def layers(right):
    """The parameters of each layer, missing biases zero."""
    out = []
    for l in range(100):
        mine = {k.removesuffix(f"_l{l}"): np.asarray(v, float) for k, v in right.items() if k.endswith(f"_l{l}")}
        if not mine:
            return out
        rows = mine["weight_hh"].shape[0]
        mine.setdefault("weight_ih", np.zeros((rows, 0)))
        for b in ("bias_ih", "bias_hh"):
            mine[b] = mine[b].reshape(-1) if b in mine else np.zeros(rows)
        out.append(mine)


def run(reading, right, u, x0):
    """States of all layers, one after the other in a row, by nullcline's equations in double precision."""
    steps = [(layer(reading, p), p["weight_hh"].shape[1]) for p in layers(right)]
    parts = 2 if reading["cell"] == "lstm" else 1
    x = np.asarray(x0, float).copy()
    out = []
    for v in np.asarray(u, float):
        new, at = [], 0
        for step, n in steps:
            y = step(x[at : at + parts * n], v)
            at += parts * n
            v = y[:n]
            new.append(y)
        x = np.concatenate(new)
        out.append(x)
    return np.array(out)


def check(reading, right, readout, u, x0, states, outputs):
    """The largest difference between the framework's numbers and those of the reading."""
    found = run(reading, right, u, x0)
    error = float(np.abs(found - states).max())
    if readout is not None and outputs is not None:
        n = layers(right)[-1]["weight_hh"].shape[1]
        parts = 2 if reading["cell"] == "lstm" else 1
        top = found[:, found.shape[1] - parts * n :][:, :n]
        if readout.get("of") == "f(state)":
            top = ACTIVATIONS[reading["activation"]](top)
        y = top @ np.asarray(readout["weight"]).T + np.asarray(readout.get("bias", 0.0))
        error = max(error, float(np.abs(y - outputs).max()))
    return error


def tensor(name, a):
    a = np.asarray(a)
    return {"name": name, "shape": list(a.shape), "dtype": str(a.dtype), "data": a.astype(float).ravel().tolist()}


def flat(tree, sep):
    """A nested dictionary as names and arrays."""
    out = {}
    for k, v in tree.items():
        if isinstance(v, dict):
            out.update({f"{k}{sep}{n}": a for n, a in flat(v, sep).items()})
        else:
            out[str(k)] = np.asarray(v)
    return out


def write(name, made_by, source, stored, u, x0, states, outputs=None, reading=None, right=None, readout=None,
          refuse=None, tolerance=5e-6, metadata=None, parameters=None):
    """Writes NAME.states.json; fails if the reading does not give the framework's states."""
    found = {
        "name": name,
        "made_by": f"{made_by}; numpy {np.__version__}, Python {platform.python_version()}",
        "source": source,
        "files": list(stored),
        "inputs": np.asarray(u, float).tolist(),
        "initial": np.asarray(x0, float).tolist(),
        "states": np.asarray(states, float).tolist(),
        "outputs": None if outputs is None else np.asarray(outputs, float).tolist(),
        "reading": reading,
        "refuse": refuse,
        "metadata": metadata or {},
        "tolerance": tolerance,
        "parameters": parameters or {},
    }
    if right is not None:
        error = check(reading, right, readout, u, x0, states, outputs)
        assert error < tolerance, (name, error)
        found["error"] = error
        found["right"] = [tensor(k, v) for k, v in right.items()]
        if readout is not None:
            found["readout"] = {k: np.asarray(v).tolist() if k != "of" else v for k, v in readout.items()}
    found["stored"] = {
        file: [tensor(k, v) for k, v in tensors.items()] for file, tensors in stored.items()
    }
    for file in stored:
        assert file.startswith("/") or os.path.exists(os.path.join(FOLDER, file)), file
    with open(os.path.join(FOLDER, f"{name}.states.json"), "w") as f:
        json.dump(found, f)
    print(f"{name:34s} {found.get('error', float('nan')):9.2e} {' '.join(stored)}")


def path(file):
    return os.path.join(FOLDER, file)
