"""Writes networks of Keras, Flax, Haiku and Equinox as npz, and what they do in one step from a random state.

    KERAS_BACKEND=torch python3 make_frameworks.py       needs keras, flax, dm-haiku, equinox

`frameworks.json` is laid out as `torch.json` of make_torch.py; x, u and y come from the frameworks themselves, in
double precision.
"""
import json
import os

import equinox as eqx
import flax.linen as linen
import h5py
import haiku as hk
import jax
import jax.numpy as jnp
import keras
import numpy as np
from flax import nnx
from flax.traverse_util import flatten_dict

os.chdir(os.path.dirname(os.path.abspath(__file__)))
jax.config.update("jax_enable_x64", True)
keras.backend.set_floatx("float64")
rng = np.random.default_rng(5)
cases = {}
n, d = 3, 2


def note(name, x, u, y, **more):
    flat = [np.concatenate([np.asarray(p, float).ravel() for p in v]).tolist() for v in (x, u, y)]
    cases[name] = {"file": name.split(":")[0], "x": flat[0], "u": flat[1], "y": flat[2], **more}


def random(k):
    return rng.normal(size=k)


# Keras: the model's input, one layer and a read-out.
for name, layer in [
    ("keras_simple", keras.layers.SimpleRNN(n, return_sequences=True)),
    ("keras_gru", keras.layers.GRU(n, return_sequences=True)),
    ("keras_gru_before", keras.layers.GRU(n, return_sequences=True, reset_after=False)),
    ("keras_lstm", keras.layers.LSTM(n, return_sequences=True)),
]:
    model = keras.Sequential([keras.layers.Input((None, d)), layer, keras.layers.Dense(2)])
    model.set_weights([random(w.shape) for w in model.get_weights()])
    np.savez(f"{name}.npz", **{v.path: v.numpy() for v in model.weights})
    x = [random((1, n))] * (2 if "lstm" in name else 1)
    x = [random((1, n)) for _ in x]
    u = random((1, d))
    _, y = layer.cell(keras.ops.convert_to_tensor(u), [keras.ops.convert_to_tensor(v) for v in x])
    y = [v.detach().numpy() for v in y]
    dense = [v.path for v in model.weights if v.path.endswith("kernel")][-1]
    note(f"{name}.npz", x, [u], y, readout=dense, says=["Keras"])
    if name == "keras_gru":
        # The arrays of Keras's own HDF5 file, which numbers them.
        model.save_weights("keras.weights.h5")
        a = {}
        with h5py.File("keras.weights.h5") as file:
            file.visititems(lambda k, v: a.update({k: v[()]}) if isinstance(v, h5py.Dataset) else None)
        np.savez("keras_numbered.npz", **a)
        os.remove("keras.weights.h5")
        note("keras_numbered.npz", x, [u], y, says=["Keras"])
    kind = {"simple": "vanilla", "lstm": "lstm"}.get(name.split("_")[1], "gru")
    own = [v.path for v in layer.weights]
    words = f"w_rec={own[1]},w_in={own[0]},b={own[2]}"
    more = {"activation": "tanh"} if kind == "vanilla" else {}
    note(f"{name}.npz:map", x, [u], y, cell=kind, map=words, **more)

# Flax linen and nnx.
key = jax.random.key(1)
for name, cell in [
    ("flax_simple", linen.SimpleCell(n)),
    ("flax_gru", linen.GRUCell(n)),
    ("flax_lstm", linen.OptimizedLSTMCell(n)),
]:
    u = random((1, d))
    carry = cell.initialize_carry(key, u.shape)
    tree = cell.init(key, carry, u)
    tree = jax.tree.map(lambda v: random(v.shape), tree)
    np.savez(f"{name}.npz", **flatten_dict({"params": {"cell": tree["params"]}}, sep="/"))
    carry = jax.tree.map(lambda v: random(v.shape), carry)
    after, _ = cell.apply(tree, carry, u)
    # Flax's LSTM carries (c, h).
    both = [(c[1], c[0]) if isinstance(c, tuple) else (c,) for c in (carry, after)]
    note(f"{name}.npz", both[0], [u], both[1], says=["Flax"])
for name, cell in [
    ("nnx_simple", nnx.SimpleCell(d, n, rngs=nnx.Rngs(0), dtype=jnp.float64)),
    ("nnx_gru", nnx.GRUCell(d, n, rngs=nnx.Rngs(0))),
    ("nnx_lstm", nnx.OptimizedLSTMCell(d, n, rngs=nnx.Rngs(0))),
]:
    state = nnx.state(cell, nnx.Param)
    state = jax.tree.map(lambda v: random(v.shape), state)
    nnx.update(cell, state)
    flat = {"/".join(map(str, k)): np.asarray(v[...]) for k, v in nnx.to_flat_state(state)}
    np.savez(f"{name}.npz", **{f"cell/{k}": v for k, v in flat.items()})
    u = random((1, d))
    carry = tuple(random((1, n)) for _ in range(2)) if "lstm" in name else random((1, n))
    after, _ = cell(carry, u)
    both = [(c[1], c[0]) if isinstance(c, tuple) else (c,) for c in (carry, after)]
    note(f"{name}.npz", both[0], [u], both[1], says=["Flax"])

# Haiku; its LSTM's state is (h, c).
for name, make in [("haiku_rnn", hk.VanillaRNN), ("haiku_gru", hk.GRU), ("haiku_lstm", hk.LSTM)]:
    net = hk.without_apply_rng(hk.transform(lambda u, s: make(n)(u, s)))
    u = random((1, d))
    x = [random((1, n)) for _ in range(2 if "lstm" in name else 1)]
    state = hk.LSTMState(*x) if "lstm" in name else x[0]
    tree = jax.tree.map(lambda v: random(v.shape), net.init(key, u, state))
    np.savez(f"{name}.npz", **{f"{m}/{k}": np.asarray(v) for m, p in tree.items() for k, v in p.items()})
    _, after = net.apply(tree, u, state)
    note(f"{name}.npz", x, [u], list(after) if "lstm" in name else [after], says=["Haiku"])

# Equinox, columns as PyTorch's.
for name, cell in [("equinox_gru", eqx.nn.GRUCell(d, n, key=key)), ("equinox_lstm", eqx.nn.LSTMCell(d, n, key=key))]:
    leaves = jax.tree_util.tree_leaves_with_path(cell)
    leaves = {jax.tree_util.keystr(k, simple=True, separator="."): v for k, v in leaves}
    np.savez(f"{name}.npz", **{f"cell.{k}": np.asarray(v) for k, v in leaves.items()})
    u = random(d)
    x = [random(n) for _ in range(2 if "lstm" in name else 1)]
    after = cell(u, tuple(x) if "lstm" in name else x[0])
    note(f"{name}.npz", x, [u], list(after) if "lstm" in name else [after])

json.dump(cases, open("frameworks.json", "w"), indent=0)
