"""Golden files of Keras, Flax, Haiku, Equinox, MATLAB and published code in numpy.

Run by a Python with keras (on JAX), flax, haiku, equinox, onnx, h5py and scipy; make_golden_torch.py writes the rest.
"""

import io
import json
import os
import pickle
import sys
import zipfile

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pylib"))

import equinox as eqx
import flax
import flax.linen as nn
import h5py
import haiku as hk
import hdf5storage
import jax
import jax.numpy as jnp
import keras
import numpy as np
import onnx
import onnxruntime
import safetensors.numpy
import scipy.io
from flax import nnx

from golden_common import biases, flat, inputs, path, rng, sigmoid, weights, write

H, D, O = 5, 2, 2
EQUAL = "keras names gates z r h and i f c o; nullcline r z n and i f g o"


# Keras


def h5(file):
    """Names and arrays of an HDF5 file, or of the weights inside a .keras file."""
    if file.endswith(".keras"):
        source = io.BytesIO(zipfile.ZipFile(path(file)).read("model.weights.h5"))
    else:
        source = path(file)
    out = {}
    with h5py.File(source) as f:
        f.visititems(lambda k, v: out.update({k: v[()]}) if isinstance(v, h5py.Dataset) else None)
    return out


def randomised(model, r):
    model.set_weights([
        (biases(r, *w.shape) if w.ndim == 1 or w.shape[0] == 2 and w.shape[1] % 3 == 0 and w.shape[1] > 9 and k else
         weights(r, *w.shape, gain=1.5)).astype("f4")
        for k, w in enumerate(model.get_weights())
    ])


def columns(reading, kernel, recurrent, bias, layer, units):
    """A layer of Keras in PyTorch's layout."""
    order = {"vanilla": [0], "gru": [1, 0, 2], "lstm": [0, 1, 2, 3]}[reading["cell"]]
    blocks = lambda a: np.concatenate([a[..., g * units : (g + 1) * units] for g in order], axis=-1)
    out = {f"weight_ih_l{layer}": blocks(kernel).T, f"weight_hh_l{layer}": blocks(recurrent).T}
    if bias is not None and bias.ndim == 2:
        out |= {f"bias_ih_l{layer}": blocks(bias[0]), f"bias_hh_l{layer}": blocks(bias[1])}
    elif bias is not None:
        out |= {f"bias_ih_l{layer}": blocks(bias)}
    return out


def keras_golden(name, cells, reading, biased=True, refuse=None, formats=True):
    r = rng(name)
    keras.utils.clear_session()
    seq = keras.Input((12, D))
    x, every = seq, []
    for cell in cells:
        x = cell(x)
        every.append(x)
    y = keras.layers.Dense(O, name="dense")(x)
    model = keras.Model(seq, y)
    randomised(model, r)
    u = inputs(r, D).astype("f4")
    probe = keras.Model(seq, every + [y])
    values = [np.asarray(v)[0] for v in probe.predict(u[None], verbose=0)] if len(every) + 1 > 1 else []
    states, outputs = np.concatenate(values[:-1], axis=1), values[-1]
    files = [f"{name}.h5", f"{name}.weights.h5", f"{name}.keras", f"{name}.npz"]
    model.save(path(files[0]))
    model.save_weights(path(files[1]))
    model.save(path(files[2]))
    np.savez(path(files[3]), *model.get_weights())
    stored = {f: h5(f) for f in files[:3]} | {files[3]: dict(np.load(path(files[3])))}
    with h5py.File(path(files[0])) as f:
        config = f.attrs["model_config"]
    # keras identifies objects by their address: not the same in every run.
    w, right = model.get_weights(), None
    x0 = np.zeros(states.shape[1])
    if refuse is None:
        right = {}
        for l in range(len(cells)):
            kernel, recurrent, *b = w[l * (3 if biased else 2) : (l + 1) * (3 if biased else 2)]
            right |= columns(reading, kernel, recurrent, b[0] if b else None, l, recurrent.shape[0])
        if reading["cell"] == "lstm":
            states, x0 = lstm_states(right, u, states), np.zeros(2 * states.shape[1])
    write(name, f"make_golden.py, keras {keras.__version__} on jax {jax.__version__}", "keras-team/keras", stored, u,
          x0, states, outputs, reading, right, None if refuse else {"weight": w[-2].T, "bias": w[-1]}, refuse,
          metadata={"model_config": config})


def lstm_states(right, u, h):
    """[h; c] of a framework that gives h alone: its own h, and the c that follows from its gates."""
    w = {k[:-3]: np.asarray(v, float) for k, v in right.items()}
    n = h.shape[1]
    c, out, before = np.zeros(n), [], np.zeros(n)
    for t in range(len(u)):
        a = w["weight_ih"] @ u[t] + w["weight_hh"] @ before + w.get("bias_ih", 0) + w.get("bias_hh", 0)
        i, f, g, _ = np.split(a, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        before = np.asarray(h[t], float)
        out.append(np.concatenate([before, c]))
    return np.array(out)


def all_keras():
    L = keras.layers
    row = {"vectors": "row"}
    keras_golden("keras_simple", [L.SimpleRNN(H, return_sequences=True, name="simple_rnn")],
                 {"cell": "vanilla", "activation": "tanh", **row})
    keras_golden("keras_simple_relu", [L.SimpleRNN(H, activation="relu", return_sequences=True, name="simple_rnn")],
                 {"cell": "vanilla", "activation": "relu", **row})
    keras_golden("keras_gru_after", [L.GRU(H, return_sequences=True, name="gru")],
                 {"cell": "gru", "gates": "z,r,h", "reset_before": False, **row})
    keras_golden("keras_gru_before", [L.GRU(H, reset_after=False, return_sequences=True, name="gru")],
                 {"cell": "gru", "gates": "z,r,h", "reset_before": True, **row})
    keras_golden("keras_gru_no_bias_before",
                 [L.GRU(H, reset_after=False, use_bias=False, return_sequences=True, name="gru")],
                 {"cell": "gru", "gates": "z,r,h", "reset_before": True, **row}, biased=False)
    keras_golden("keras_lstm", [L.LSTM(H, return_sequences=True, name="lstm")],
                 {"cell": "lstm", "gates": "i,f,c,o", **row})
    keras_golden("keras_stacked", [L.GRU(H, return_sequences=True, name="gru"),
                                   L.GRU(H + 1, return_sequences=True, name="gru_1")],
                 {"cell": "gru", "gates": "z,r,h", "reset_before": False, "layers": 2, **row})
    keras_golden("keras_mixed", [L.GRU(H, return_sequences=True, name="gru"),
                                 L.LSTM(H + 1, return_sequences=True, name="lstm")], None,
                 refuse="two layers of different cells are not one stack of nullcline's")
    keras_golden("keras_bidirectional", [L.Bidirectional(L.LSTM(H, return_sequences=True), name="bidirectional")], None,
                 refuse="bidirectional: the backward half reads the future")
    keras_golden("keras_backwards", [L.GRU(H, return_sequences=True, go_backwards=True, name="gru")], None,
                 refuse="go_backwards: the layer reads its input from the end; the weights are those of a GRU all the "
                        "same, and the system is autonomous: refuse, or read it and say so")
    keras_golden("keras_hard_sigmoid",
                 [L.GRU(H, recurrent_activation="hard_sigmoid", return_sequences=True, name="gru")], None,
                 refuse="recurrent_activation hard_sigmoid (the default of Keras before 2.3) is no cell of nullcline's")


# Keras 2 (TensorFlow) named its datasets otherwise; written by hand, as documented in its saving code.


def keras2():
    name = "keras2_gru"
    r = rng(name)
    k, w, b = (a.astype("f4") for a in (weights(r, D, 3 * H), weights(r, H, 3 * H), biases(r, 2, 3 * H)))
    dk, db = weights(r, H, O).astype("f4"), biases(r, O).astype("f4")
    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": [
        {"class_name": "GRU", "config": {"name": "gru", "units": H, "activation": "tanh",
                                         "recurrent_activation": "sigmoid", "use_bias": True, "reset_after": True,
                                         "return_sequences": True, "go_backwards": False}},
        {"class_name": "Dense", "config": {"name": "dense", "units": O, "activation": "linear", "use_bias": True}}]}}
    names = {"gru": {"gru/gru_cell/kernel:0": k, "gru/gru_cell/recurrent_kernel:0": w, "gru/gru_cell/bias:0": b},
             "dense": {"dense/kernel:0": dk, "dense/bias:0": db}}
    with h5py.File(path(f"{name}.h5"), "w") as f:
        f.attrs["keras_version"], f.attrs["backend"] = b"2.11.0", b"tensorflow"
        f.attrs["model_config"] = json.dumps(config)
        g = f.create_group("model_weights")
        g.attrs["layer_names"] = np.array([n.encode() for n in names])
        for layer, tensors in names.items():
            one = g.create_group(layer)
            one.attrs["weight_names"] = np.array([n.encode() for n in tensors])
            for n, a in tensors.items():
                one[n] = a
    u = inputs(r, D).astype("f4")
    model = keras.Sequential([keras.Input((12, D)), keras.layers.GRU(H, return_sequences=True)])
    model.set_weights([k, w, b])
    states = np.asarray(model.predict(u[None], verbose=0))[0]
    reading = {"cell": "gru", "gates": "z,r,h", "reset_before": False, "vectors": "row"}
    write(name, f"make_golden.py, layout of Keras 2.11 written by h5py, states by keras {keras.__version__}",
          "keras-team/keras v2.11 keras/saving/hdf5_format.py", {f"{name}.h5": h5(f"{name}.h5")}, u, np.zeros(H),
          states, states @ dk + db, reading, columns(reading, k, w, b, 0, H), {"weight": dk.T, "bias": db},
          metadata={"model_config": json.dumps(config)})


# JAX


def tree_files(name, tree, state_bytes=None):
    """msgpack, npz flattened by / and by ., and safetensors of a nested dictionary of parameters."""
    data = flax.serialization.msgpack_serialize(jax.tree.map(np.asarray, tree)) if state_bytes is None else state_bytes
    with open(path(f"{name}.msgpack"), "wb") as f:
        f.write(data)
    slash, dot = flat(tree, "/"), flat(tree, ".")
    np.savez(path(f"{name}.slash.npz"), **slash)
    np.savez(path(f"{name}.dot.npz"), **dot)
    safetensors.numpy.save_file({k: np.ascontiguousarray(v) for k, v in dot.items()}, path(f"{name}.safetensors"))
    back = flax.serialization.msgpack_restore(open(path(f"{name}.msgpack"), "rb").read())
    return {f"{name}.msgpack": flat(back, "/"), f"{name}.slash.npz": dict(np.load(path(f"{name}.slash.npz"))),
            f"{name}.dot.npz": dict(np.load(path(f"{name}.dot.npz"))), f"{name}.safetensors": dot}


def random_tree(tree, r):
    return jax.tree.map(
        lambda a: (biases(r, *a.shape) if a.ndim == 1 else weights(r, *a.shape, gain=1.5)).astype("f4"), tree)


def stack(tree, i, h, bias_of):
    """PyTorch's layout of kernels a gate each."""
    cat = lambda names, leaf: np.concatenate([np.asarray(tree[n][leaf]).T for n in names])
    right = {"weight_ih_l0": cat(i, "kernel"), "weight_hh_l0": cat(h, "kernel")}
    for block, names in (("bias_ih_l0", i), ("bias_hh_l0", h)):
        if any("bias" in tree[n] for n in names):
            right[block] = np.concatenate([np.asarray(tree[n].get("bias", np.zeros(H))) for n in names])
    assert bias_of
    return right


def linen(name, cell, reading, i, h):
    class Model(nn.Module):
        @nn.compact
        def __call__(self, x):
            s = nn.RNN(cell(H))(x)
            return s, nn.Dense(O, name="head")(s)

    r = rng(name)
    u = inputs(r, D).astype("f4")
    model = Model()
    tree = random_tree(model.init(jax.random.key(0), u[None]), r)
    states, outputs = (np.asarray(a)[0] for a in model.apply(tree, u[None]))
    own = next(v for k, v in tree["params"].items() if k != "head")
    right = stack(own, i, h, True)
    x0 = np.zeros(H)
    if reading["cell"] == "lstm":
        states, x0 = lstm_states(right, u, states), np.zeros(2 * H)
    head = tree["params"]["head"]
    write(name, f"make_golden.py, flax {flax.__version__} (linen)", "google/flax flax/linen/recurrent.py",
          tree_files(name, tree), u, x0, states, outputs, reading, right,
          {"weight": head["kernel"].T, "bias": head["bias"]})


def of_nnx(name, cell, reading, right_of):
    r = rng(name)
    u = inputs(r, D).astype("f4")

    class Model(nnx.Module):
        def __init__(self, rngs):
            self.rnn = nnx.RNN(cell(D, H, rngs=rngs), rngs=rngs)
            self.head = nnx.Linear(H, O, rngs=rngs)

        def __call__(self, x):
            s = self.rnn(x)
            return s, self.head(s)

    model = Model(nnx.Rngs(0))
    graph, params, rest = nnx.split(model, nnx.Param, ...)
    tree = random_tree(nnx.to_pure_dict(params), r)
    nnx.replace_by_pure_dict(params, tree)
    model = nnx.merge(graph, params, rest)
    states, outputs = (np.asarray(a)[0] for a in model(jnp.asarray(u[None])))
    right = right_of(tree["rnn"]["cell"])
    x0 = np.zeros(H)
    if reading["cell"] == "lstm":
        states, x0 = lstm_states(right, u, states), np.zeros(2 * H)
    write(name, f"make_golden.py, flax {flax.__version__} (nnx)", "google/flax flax/nnx/nn/recurrent.py",
          tree_files(name, tree), u, x0, states, outputs, reading, right,
          {"weight": tree["head"]["kernel"].T, "bias": tree["head"]["bias"]})


def dense(tree):
    out = {"weight_ih_l0": tree["dense_i"]["kernel"].T, "weight_hh_l0": tree["dense_h"]["kernel"].T}
    out |= {"bias_ih_l0": tree["dense_i"]["bias"]} if "bias" in tree["dense_i"] else {}
    return out | ({"bias_hh_l0": tree["dense_h"]["bias"]} if "bias" in tree["dense_h"] else {})


def all_flax():
    row = {"vectors": "row"}
    lstm_h, gru_h = ["hi", "hf", "hg", "ho"], ["hr", "hz", "hn"]
    linen("flax_simple", nn.SimpleCell, {"cell": "vanilla", "activation": "tanh", **row}, ["i"], ["h"])
    linen("flax_gru", nn.GRUCell, {"cell": "gru", "reset_before": False, **row}, ["ir", "iz", "in"], gru_h)
    linen("flax_lstm", nn.LSTMCell, {"cell": "lstm", **row}, ["ii", "if", "ig", "io"], lstm_h)
    linen("flax_optimized_lstm", nn.OptimizedLSTMCell, {"cell": "lstm", **row}, ["ii", "if", "ig", "io"], lstm_h)
    of_nnx("nnx_simple", nnx.SimpleCell, {"cell": "vanilla", "activation": "tanh", **row}, dense)
    of_nnx("nnx_gru", nnx.GRUCell, {"cell": "gru", "reset_before": False, **row}, dense)
    of_nnx("nnx_lstm", nnx.LSTMCell, {"cell": "lstm", **row},
           lambda t: stack(t, ["ii", "if_", "ig", "io"], lstm_h, True))
    of_nnx("nnx_optimized_lstm", nnx.OptimizedLSTMCell, {"cell": "lstm", **row}, dense)
    mgu()
    residual()


def mgu():
    r = rng("flax_mgu")
    u = inputs(r, D).astype("f4")
    model = nn.RNN(nn.MGUCell(H))
    tree = random_tree(model.init(jax.random.key(0), u[None]), r)
    write("flax_mgu", f"make_golden.py, flax {flax.__version__} (linen)", "google/flax flax/linen/recurrent.py",
          tree_files("flax_mgu", tree), u, np.zeros(H), np.asarray(model.apply(tree, u[None]))[0],
          refuse="a minimal gated unit (hf, hn, if, in) is no cell of nullcline's")


def residual():
    r = rng("flax_residual")
    u = inputs(r, D).astype("f4")
    model = nn.RNN(nn.SimpleCell(H, residual=True))
    tree = random_tree(model.init(jax.random.key(0), u[None]), r)
    states = np.asarray(model.apply(tree, u[None]))[0]
    own = tree["params"]["cell"] if "cell" in tree["params"] else next(iter(tree["params"].values()))
    right = stack(own, ["i"], ["h"], True)
    right["weight_hh_l0"] = right["weight_hh_l0"] + np.eye(H)
    write("flax_residual", f"make_golden.py, flax {flax.__version__} (linen)", "google/flax flax/linen/recurrent.py",
          tree_files("flax_residual", tree), u, np.zeros(H), states, None,
          {"cell": "vanilla", "activation": "tanh", "vectors": "row",
           "note": "SimpleCell(residual=True): W = I + h^T; the file does not tell it from the plain cell"}, right)


def haiku(name, core, reading, right_of):
    r = rng(name)
    u = inputs(r, D).astype("f4")

    def f(x):
        c = core(H)
        s, _ = hk.dynamic_unroll(c, x, c.initial_state(None))
        return s, hk.Linear(O)(s)

    t = hk.without_apply_rng(hk.transform(f))
    tree = random_tree(hk.data_structures.to_mutable_dict(t.init(jax.random.key(0), u)), r)
    states, outputs = (np.asarray(a) for a in t.apply(tree, u))
    right = right_of(tree)
    x0 = np.zeros(H)
    if reading["cell"] == "lstm":
        states, x0 = lstm_states(right, u, states), np.zeros(2 * H)
    np.savez(path(f"{name}.npz"), **flat(tree, "/"))
    np.savez(path(f"{name}.nested.npz"), **{k: np.array(v, object) for k, v in tree.items()})
    with open(path(f"{name}.pkl"), "wb") as file:
        pickle.dump(tree, file, protocol=4)
    stored = {f"{name}.npz": flat(tree, "/"), f"{name}.pkl": {f"{m}.{k}": a for m, d in tree.items() for k, a in d.items()},
              f"{name}.nested.npz": flat(tree, ".")}
    write(name, f"make_golden.py, dm-haiku {hk.__version__}", "google-deepmind/dm-haiku haiku/_src/recurrent.py", stored,
          u, x0, states, outputs, reading, right, {"weight": tree["linear"]["w"].T, "bias": tree["linear"]["b"]})


def haiku_lstm(tree):
    i, g, f, o = np.split(tree["lstm/linear"]["w"], 4, axis=1)
    bi, bg, bf, bo = np.split(tree["lstm/linear"]["b"], 4)
    w = np.concatenate([i, f, g, o], axis=1).T
    return {"weight_ih_l0": w[:, :D], "weight_hh_l0": w[:, D:], "bias_ih_l0": np.concatenate([bi, bf + 1, bg, bo])}


def haiku_gru(tree):
    put = lambda a: np.concatenate([p * s for p, s in zip(np.split(a, 3, axis=-1), (-1, 1, 1))], axis=-1)
    swap = lambda a: np.concatenate([np.split(a, 3, axis=-1)[k] for k in (1, 0, 2)], axis=-1)
    t = {k: swap(put(v)) for k, v in tree["gru"].items()}
    return {"weight_ih_l0": t["w_i"].T, "weight_hh_l0": t["w_h"].T, "bias_ih_l0": t["b"]}


def all_haiku():
    row = {"vectors": "row"}
    haiku("haiku_vanilla", hk.VanillaRNN, {"cell": "vanilla", "activation": "relu", **row},
          lambda t: {"weight_ih_l0": t["vanilla_rnn/linear"]["w"].T, "weight_hh_l0": t["vanilla_rnn/linear_1"]["w"].T,
                     "bias_ih_l0": t["vanilla_rnn/linear"]["b"], "bias_hh_l0": t["vanilla_rnn/linear_1"]["b"]})
    haiku("haiku_gru", hk.GRU, {"cell": "gru", "gates": "z,r,a", "reset_before": True, **row,
                                "note": "h' = (1-z) h + z a: z has the other sense, so its blocks change sign"}, haiku_gru)
    haiku("haiku_lstm", hk.LSTM, {"cell": "lstm", "gates": "i,g,f,o", **row,
                                  "note": "one matrix for [input; state]; one is added to the forget gate"}, haiku_lstm)


class EqxModel(eqx.Module):
    cell: eqx.Module
    head: eqx.nn.Linear


def equinox(name, cell, reading):
    r = rng(name)
    u = inputs(r, D).astype("f4")
    model = EqxModel(cell(D, H, key=jax.random.key(0)), eqx.nn.Linear(H, O, key=jax.random.key(1)))
    params, static = eqx.partition(model, eqx.is_array)
    params = random_tree(params, r)
    model = eqx.combine(params, static)
    pair = reading["cell"] == "lstm"
    x, states = (jnp.zeros(H), jnp.zeros(H)) if pair else jnp.zeros(H), []
    for v in u:
        x = model.cell(jnp.asarray(v), x)
        states.append(np.concatenate([np.asarray(a) for a in x]) if pair else np.asarray(x))
    states = np.array(states)
    outputs = np.array([model.head(jnp.asarray(s[:H])) for s in states])
    hyper = {"input_size": D, "hidden_size": H, "output_size": O}
    eqx.tree_serialise_leaves(path(f"{name}.eqx"), model)
    with open(path(f"{name}.hyper.eqx"), "wb") as f:
        f.write((json.dumps(hyper) + "\n").encode())
        eqx.tree_serialise_leaves(f, model)
    leaves = {str(k): np.asarray(a) for k, a in enumerate(jax.tree.leaves(params))}
    named = {f"cell.{k}": np.asarray(getattr(model.cell, k)) for k in ("weight_ih", "weight_hh", "bias", "bias_n")
             if hasattr(model.cell, k)}
    named |= {"head.weight": np.asarray(model.head.weight), "head.bias": np.asarray(model.head.bias)}
    safetensors.numpy.save_file({k: np.ascontiguousarray(v) for k, v in named.items()}, path(f"{name}.safetensors"))
    right = {"weight_ih_l0": model.cell.weight_ih, "weight_hh_l0": model.cell.weight_hh, "bias_ih_l0": model.cell.bias}
    if not pair:
        right["bias_hh_l0"] = np.concatenate([np.zeros(2 * H), model.cell.bias_n])
    write(name, f"make_golden.py, equinox {eqx.__version__}", "patrick-kidger/equinox equinox/nn/_rnn.py",
          {f"{name}.eqx": leaves, f"{name}.hyper.eqx": leaves, f"{name}.safetensors": named}, u,
          np.zeros(2 * H if pair else H), states, outputs, reading, right,
          {"weight": model.head.weight, "bias": model.head.bias}, metadata={"hyperparameters": json.dumps(hyper)})


# ONNX, written by hand and run by onnxruntime


def onnx_golden(name, op, gates, reading, right_of, refuse=None, directions=1, **attributes):
    r = rng(name)
    w, rec, b = (a.astype("f4") for a in (weights(r, directions, gates * H, D), weights(r, directions, gates * H, H),
                                          biases(r, directions, 2 * gates * H)))
    out, c = weights(r, directions * H, O).astype("f4"), biases(r, O).astype("f4")
    outs = ["Y", "Y_h"] + (["Y_c"] if op == "LSTM" else [])
    node = onnx.helper.make_node(op, ["X", "W", "R", "B"], outs, hidden_size=H, name="recurrent", **attributes)
    nodes = [node,
             onnx.helper.make_node("Transpose", ["Y"], ["T"], perm=[0, 2, 1, 3]),
             onnx.helper.make_node("Reshape", ["T", "shape"], ["S"]),
             onnx.helper.make_node("MatMul", ["S", "head.weight"], ["M"]),
             onnx.helper.make_node("Add", ["M", "head.bias"], ["out"])]
    tensors = {"W": w, "R": rec, "B": b, "head.weight": out, "head.bias": c}
    info = onnx.helper.make_tensor_value_info
    F = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        nodes, "g", [info("X", F, [12, 1, D])],
        [info("out", F, [12, 1, O]), info("Y", F, [12, directions, 1, H])]
        + ([info("Y_c", F, [directions, 1, H])] if op == "LSTM" else []),
        [onnx.numpy_helper.from_array(a, k) for k, a in tensors.items()]
        + [onnx.numpy_helper.from_array(np.array([12, 1, directions * H]), "shape")])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path(f"{name}.onnx"))
    session = onnxruntime.InferenceSession(path(f"{name}.onnx"), providers=["CPUExecutionProvider"])
    u = inputs(r, D).astype("f4")
    outputs, states = (np.asarray(a) for a in session.run(["out", "Y"], {"X": u[:, None]}))
    states, x0, right = states[:, :, 0].reshape(12, -1), np.zeros(directions * H), None
    if refuse is None:
        right = right_of(w[0], rec[0], b[0])
        if op == "LSTM":
            states, x0 = lstm_states(right, u, states), np.zeros(2 * H)
    write(name, f"make_golden.py, onnx {onnx.__version__}, states by onnxruntime {onnxruntime.__version__}",
          "onnx/onnx docs/Operators.md", {f"{name}.onnx": tensors}, u, x0, states, outputs[:, 0], reading, right,
          None if refuse else {"weight": out.T, "bias": c}, refuse, tolerance=2e-5,
          metadata={"op_type": op, **{k: json.dumps(v) for k, v in attributes.items()}})


def onnx_right(order):
    def of(w, rec, b):
        put = lambda a: np.concatenate([np.split(a, len(order))[k] for k in order])
        half = len(b) // 2
        return {"weight_ih_l0": put(w), "weight_hh_l0": put(rec), "bias_ih_l0": put(b[:half]),
                "bias_hh_l0": put(b[half:])}

    return of


def all_onnx():
    column = {"vectors": "column"}
    onnx_golden("onnx_rnn", "RNN", 1, {"cell": "vanilla", "activation": "tanh", **column}, onnx_right([0]))
    onnx_golden("onnx_rnn_relu", "RNN", 1, {"cell": "vanilla", "activation": "relu", **column}, onnx_right([0]),
                activations=["Relu"])
    onnx_golden("onnx_gru_before", "GRU", 3, {"cell": "gru", "gates": "z,r,h", "reset_before": True, **column},
                onnx_right([1, 0, 2]))
    onnx_golden("onnx_gru_after", "GRU", 3, {"cell": "gru", "gates": "z,r,h", "reset_before": False, **column},
                onnx_right([1, 0, 2]), linear_before_reset=1)
    onnx_golden("onnx_lstm", "LSTM", 4, {"cell": "lstm", "gates": "i,o,f,c", **column}, onnx_right([0, 2, 3, 1]))
    onnx_golden("onnx_hard_sigmoid", "GRU", 3, None, None, activations=["HardSigmoid", "Tanh"],
                refuse="activations HardSigmoid, Tanh are no gated cell of nullcline's")
    onnx_golden("onnx_bidirectional", "GRU", 3, None, None, directions=2, direction="bidirectional",
                refuse="bidirectional: the backward half reads the future")
    onnx_golden("onnx_reverse", "GRU", 3, None, None, direction="reverse",
                refuse="direction=reverse: the input is read from its end")


# MATLAB and published code in numpy


def simulate(step, x0, u, read):
    x, states, outputs = np.asarray(x0, float), [], []
    for v in u:
        x = step(x, v)
        states.append(x)
        outputs.append(read(x))
    return np.array(states), np.array(outputs)


def mat_files(name, tree):
    """Version 5, plain and compressed, and 7.3, of variables, a dictionary being a struct."""
    scipy.io.savemat(path(f"{name}.v5.mat"), tree)
    scipy.io.savemat(path(f"{name}.v5z.mat"), tree, do_compression=True)
    if os.path.exists(path(f"{name}.v73.mat")):
        os.remove(path(f"{name}.v73.mat"))
    hdf5storage.writes(tree, filename=path(f"{name}.v73.mat"), matlab_compatible=True, store_python_metadata=False)
    numbers = {k: v for k, v in flat(tree, ".").items() if np.asarray(v).dtype.kind in "fiub"}
    as_matlab = {k: np.atleast_2d(v) for k, v in numbers.items()}
    return {f"{name}.{kind}.mat": as_matlab for kind in ("v5", "v5z", "v73")}


MAT = f"make_golden.py, equation in numpy, files by scipy {scipy.__version__} and hdf5storage {hdf5storage.__version__}"


def matlab():
    h, d = 6, 3
    r = rng("mat_wub")
    w, u_, b, out, c = weights(r, h, h, gain=1.5), weights(r, h, d), biases(r, h, 1), weights(r, O, h), biases(r, O, 1)
    u = inputs(r, d)
    f = np.tanh
    states, outputs = simulate(lambda x, v: f(w @ x + u_ @ v + b[:, 0]), np.zeros(h), u, lambda x: out @ x + c[:, 0])
    plain = {"cell": "vanilla", "activation": "tanh", "vectors": "column"}
    right = {"weight_ih_l0": u_, "weight_hh_l0": w, "bias_ih_l0": b[:, 0]}
    stored = mat_files("mat_wub", {"W": w, "U": u_, "b": b, "Wout": out, "bout": c})
    write("mat_wub", MAT, "own", stored, u, np.zeros(h), states, outputs, plain, right,
          {"weight": out, "bias": c[:, 0]}, tolerance=1e-12)
    stored = mat_files("mat_n_w", {"n": {"w": w, "B": u_, "b": b, "D": out}})
    write("mat_n_w", MAT, "own; n.w as in struct of a network", stored, u, np.zeros(h), states, None, plain, right,
          tolerance=1e-12)

    # hebbRNN: tau x' = -x + J r + wIn u + wFb z, r = tanh x.
    r = rng("mat_hebb")
    j, win, wfb = weights(r, h, h, gain=1.5), weights(r, h, d), np.zeros((h, O))
    dt, tau = 1.0, 10.0
    r = rng("mat_hebb0")
    x0 = biases(r, h)
    states, outputs = simulate(lambda x, v: x + dt / tau * (-x + j @ np.tanh(x) + win @ v), x0, u,
                               lambda x: np.tanh(x)[:2])
    net = {"I": float(d), "B": float(O), "N": float(h), "p": 1.0, "g": 1.5, "J": j, "wIn": win, "wFb": wfb, "dt": dt,
           "tau": tau, "netNoiseSigma": 0.0, "energyCost": 0.0, "biasValue": np.zeros((0, 0)),
           "outputUnitIdent": np.array([[1.0, 2.0]])}
    write("mat_hebb", MAT, "JonathanAMichaels/hebbRNN core/hebbRNN_run_model.m", mat_files("mat_hebb", {"net": net}), u,
          x0, states, outputs,
          {"cell": "current", "activation": "tanh", "euler": True, "dt": dt, "tau": tau, "vectors": "column",
           "note": "outputs are rates of the units outputUnitIdent (counted from 1)"},
          {"weight_ih_l0": win, "weight_hh_l0": j}, {"weight": np.eye(h)[:2], "of": "f(state)"}, tolerance=1e-12)

    # spikeRNN (Kim, Li & Sejnowski 2019): W = (relu(w) m) o som_m, taus a unit by a sigmoid; r = sigmoid x.
    r = rng("mat_spike")
    raw, m = weights(r, h, h, gain=1.5), np.diag([1.0, 1, 1, 1, -1, -1])
    som = np.ones((h, h))
    som[4, 5] = 0
    win, out, bout, gaus = weights(r, h, d), weights(r, 1, h), 0.3, r.normal(size=(h, 1))
    lo, hi, step = 4.0, 20.0, 1.0
    tau = (sigmoid(gaus) * (hi - lo) + lo)[:, 0]
    full = (np.maximum(raw, 0) @ m) * som
    x0 = biases(r, h)
    states, outputs = simulate(lambda x, v: (1 - step / tau) * x + step / tau * (full @ sigmoid(x) + win @ v), x0, u,
                               lambda x: out @ sigmoid(x) + bout)
    tree = {"w": raw, "m": m, "som_m": som, "w_in": win, "w_out": out, "b_out": bout, "N": float(h),
            "exc": np.array([[1.0]] * 4 + [[0.0]] * 2), "inh": np.array([[0.0]] * 4 + [[1.0]] * 2), "som_N": 1.0,
            "taus": np.array([[lo, hi]]), "taus_gaus": gaus, "activation": "sigmoid", "w0": raw, "w_in0": win,
            "x0": x0[:, None], "r0": sigmoid(x0)[:, None]}
    write("mat_spike", MAT, "rkim35/spikeRNN rate/model.py, rate/main.py", mat_files("mat_spike", tree), u, x0, states,
          outputs, {"cell": "current", "activation": "sigmoid", "euler": True, "dt": step, "tau": tau.tolist(),
                    "vectors": "column", "note": "W = (relu(w) m) * som_m; tau = sigmoid(taus_gaus) (hi - lo) + lo, in "
                    "steps of DeltaT; w is not rectified where Dale's law was not asked for (all exc)"},
          {"weight_ih_l0": win, "weight_hh_l0": full}, {"weight": out, "bias": [bout], "of": "f(state)"},
          tolerance=1e-12)

    # hfopt: theta packs [Wru; x0; Wrr; bx; Wzr; bz], matrices by columns.
    r = rng("mat_hfopt")
    wru, wrr, wzr = weights(r, h, d), weights(r, h, h, gain=1.5), weights(r, O, h)
    x0, bx, bz = biases(r, h), biases(r, h), biases(r, O)
    dt, tau = 1.0, 4.0
    by_columns = lambda a: np.asarray(a).ravel(order="F")
    theta = np.concatenate([by_columns(wru), x0, by_columns(wrr), bx, by_columns(wzr), bz])
    states, outputs = simulate(lambda x, v: (1 - dt / tau) * x + dt / tau * (wrr @ np.tanh(x) + wru @ v + bx), x0, u,
                               lambda x: wzr @ np.tanh(x) + bz)
    layer_ = lambda pre, post, kind: {"nPre": float(pre), "nPost": float(post), "type": kind,
                                      "nParams": float(pre * post + post)}
    tree = {"net": {"type": "RNN", "tau": tau, "dt": dt, "nlayers": 3.0, "theta": theta[:, None], "nICs": 1.0,
                    "layers": {"in": layer_(d, h, "linear"), "rec": layer_(h, h, "tanh"), "out": layer_(h, O, "linear")}}}
    reading = {"cell": "current", "activation": "tanh", "euler": True, "dt": dt, "tau": tau, "vectors": "column",
               "note": "net.theta alone holds all weights; published files have net.layers as a struct array"}
    right = {"weight_ih_l0": wru, "weight_hh_l0": wrr, "bias_ih_l0": bx}
    head = {"weight": wzr, "bias": bz, "of": "f(state)"}
    write("mat_hfopt_theta", MAT, "sussillo/hfopt-matlab rnn/packRNN.m, rnn/init_rnn.m",
          mat_files("mat_hfopt_theta", tree), u, x0, states, outputs, reading, right, head, tolerance=1e-12)
    names = {"n_Wru_v": wru, "n_Wrr_n": wrr, "m_Wzr_n": wzr, "n_x0_c": x0[:, None], "n_bx_1": bx[:, None],
             "m_bz_1": bz[:, None], "dt": dt, "tau": tau}
    write("mat_hfopt_names", MAT, "sussillo/hfopt-matlab rnn/unpackRNN.m", mat_files("mat_hfopt_names", names), u, x0,
          states, outputs, reading, right, head, tolerance=1e-12)
    names = {"J": wrr, "wRR": wrr, "wIn": wru, "wOut": wzr, "b": bx[:, None]}
    write("mat_wrr", MAT, "own; names of MATLAB networks that the brief gave", mat_files("mat_wrr", {
        k: v for k, v in names.items() if k != "J"}), u, x0, states, None, reading, right, tolerance=1e-12)

    # full-FORCE in MATLAB: W = V w, with the learned w (rank x N).
    r = rng("mat_full_force")
    v, low, out, uin = weights(r, h, 3), weights(r, 3, h, gain=2.0), weights(r, O, h), weights(r, h, d)
    dt, tau = 1e-3, 1e-2
    x0 = biases(r, h)
    states, outputs = simulate(lambda x, a: x + dt / tau * (-x + v @ (low @ np.tanh(x)) + uin @ a), x0, u,
                               lambda x: out @ np.tanh(x))
    write("mat_full_force", MAT, "briandepasquale/full-FORCE-demos Matlab/subfunctions/Full_FORCE_only/fullFORCE.m",
          mat_files("mat_full_force", {"V": v, "lrn": {"w": low, "W": out}, "ran": {"fin": uin},
                                       "p": {"dt": dt, "taux": tau}, "g": {"fin": 1.0}}), u, x0, states, outputs,
          {"cell": "current", "activation": "tanh", "euler": True, "dt": dt, "tau": tau, "vectors": "column",
           "note": "W = V lrn.w is N x N; inputs are g.fin ran.fin"},
          {"weight_ih_l0": uin, "weight_hh_l0": v @ low}, {"weight": out, "of": "f(state)"}, tolerance=1e-12)


NUMPY = "make_golden.py, equation in numpy"


def pickled(name, tree):
    with open(path(f"{name}.pkl"), "wb") as f:
        pickle.dump(tree, f, protocol=4)


def psychrnn(name, dale):
    h, d = 5, 2
    r = rng(name)
    w, win, wout = weights(r, h, h, gain=1.5), weights(r, h, d), weights(r, O, h)
    if dale:
        w, win = np.abs(w) @ np.diag([1.0, 1, 1, 1, -1]), np.abs(win)
        wout = np.abs(wout) @ np.diag([1.0, 1, 1, 1, 0])
    b, bo, x0 = biases(r, h), biases(r, O), biases(r, 1, h)
    alpha = 0.1
    arrays = {"W_in": win, "W_rec": w, "W_out": wout, "b_rec": b, "b_out": bo, "init_state": x0,
              "Dale_rec": np.diag([1.0, 1, 1, 1, -1]) if dale else np.eye(h),
              "Dale_out": np.diag([1.0, 1, 1, 1, 0]) if dale else np.eye(h),
              "input_connectivity": np.ones((h, d)), "rec_connectivity": np.ones((h, h)),
              "output_connectivity": np.ones((O, h))}
    arrays = {k: v.astype("f4") for k, v in arrays.items()}
    np.savez(path(f"{name}.npz"), dale_ratio=np.array(0.8 if dale else None), **arrays)
    a = {k: v.astype(float) for k, v in arrays.items()}
    f = lambda x: np.maximum(x, 0)
    u = inputs(r, d)
    states, outputs = simulate(
        lambda x, v: (1 - alpha) * x + alpha * (a["W_rec"] @ f(x) + a["W_in"] @ v + a["b_rec"]), a["init_state"][0], u,
        lambda x: a["W_out"] @ f(x) + a["b_out"])
    write(name, NUMPY, "murraylab/PsychRNN psychrnn/backend/models/basic.py, rnn.py (save)",
          {f"{name}.npz": {**a, **({"dale_ratio": np.array(0.8)} if dale else {})}}, u, a["init_state"][0], states,
          outputs, {"cell": "current", "activation": "relu", "euler": True, "dt": alpha, "tau": 1.0,
                    "vectors": "column", "note": "dt and tau are not in the file; W_rec, W_in, W_out hold masks and "
                    "Dale's signs already: they must not be applied again (abs(W) Dale = W holds, W Dale does not)"},
          {"weight_ih_l0": a["W_in"], "weight_hh_l0": a["W_rec"], "bias_ih_l0": a["b_rec"]},
          {"weight": a["W_out"], "bias": a["b_out"], "of": "f(state)"}, tolerance=1e-12,
          parameters={"alpha": alpha})


def full_force_python():
    name, h, d = "full_force_py", 6, 2
    r = rng(name)
    par = {"inp_weights": weights(r, d, h), "rec_weights": weights(r, h, h, gain=1.5), "out_weights": weights(r, h, O),
           "bias": biases(r, 1, h)}
    dt, tau = 1e-3, 1e-2
    u, x0 = inputs(r, d), biases(r, h)
    states, outputs = simulate(
        lambda x, v: x + dt / tau * (-x + np.tanh(x) @ par["rec_weights"] + v @ par["inp_weights"] + par["bias"][0]), x0,
        u, lambda x: np.tanh(x) @ par["out_weights"])
    np.savez(path(f"{name}.npz"), **par)
    pickled(name, par)
    write(name, NUMPY, "briandepasquale/full-FORCE-demos Python/FF_Demo.py", {f"{name}.npz": par, f"{name}.pkl": par}, u,
          x0, states, outputs, {"cell": "current", "activation": "tanh", "euler": True, "dt": dt, "tau": tau,
                                "vectors": "row"},
          {"weight_ih_l0": par["inp_weights"].T, "weight_hh_l0": par["rec_weights"].T, "bias_ih_l0": par["bias"][0]},
          {"weight": par["out_weights"].T, "of": "f(state)"}, tolerance=1e-12)
    names = {"J": par["rec_weights"].T, "B": par["inp_weights"].T, "w": par["out_weights"].T, "b": par["bias"][0]}
    np.savez(path("force_jbw.npz"), **names)
    write("force_jbw", NUMPY, "own; names of FORCE networks", {"force_jbw.npz": names}, u, x0, states, outputs,
          {"cell": "current", "activation": "tanh", "euler": True, "dt": dt, "tau": tau, "vectors": "column"},
          {"weight_ih_l0": names["B"], "weight_hh_l0": names["J"], "bias_ih_l0": names["b"]},
          {"weight": names["w"], "of": "f(state)"}, tolerance=1e-12)


def train_rnn_brain(name, kind, gamma, slope=1.0, function="relu"):
    h, d = 6, 2
    r = rng(name)
    w, win, out, b = weights(r, h, h, gain=1.3), weights(r, h, d), weights(r, O, h), biases(r, h)
    dt, tau, y0 = 1.0, 10.0, biases(r, h)
    f = {"relu": lambda a: np.maximum(0, slope * a), "tanh": lambda a: np.tanh(slope * a)}[function]
    u = inputs(r, d)

    def step(y, v):
        cubic = gamma * y**3
        drive = w @ f(y) + win @ v + b if kind == "h" else f(w @ y + win @ v + b)
        return y + dt / tau * (-y + drive - cubic)

    states, outputs = simulate(step, y0, u, lambda y: out @ (f(y) if kind == "h" else y))
    tree = {"activation_args": {"name": function, "slope": slope}, "W_out": out.tolist(), "W_inp": win.tolist(),
            "W_rec": w.tolist(), "y_init": y0.tolist(), "bias": b.tolist(), "bias_range": [-1.0, 1.0],
            "bias_trainable": True, "N": h, "dt": dt, "tau": tau, "gamma": gamma, "weight_boundary": "sticky",
            "weight_boundary_eps": 1e-5, "dale_mask": [1.0, 1, 1, 1, 1, -1], "dale": False, "io_nonnegativity": False,
            "self_connections": True, "input_mask": np.ones((h, d)).tolist(),
            "recurrent_mask": np.ones((h, h)).tolist(), "output_mask": np.ones((O, h)).tolist(), "equation_type": kind}
    with open(path(f"{name}.json"), "w") as file:
        json.dump(tree, file, indent=4)
    pickled(name, {k: np.array(v) if isinstance(v, list) else v for k, v in tree.items()})
    arrays = {k: np.array(v) for k, v in tree.items() if isinstance(v, list)}
    arrays |= {k: np.array(float(v)) for k, v in tree.items() if isinstance(v, (int, float))}
    common = {"activation": function, "euler": True, "dt": dt, "tau": tau, "vectors": "column"}
    reading = right = head = refuse = None
    if gamma > 1e-8:
        refuse = f"gamma = {gamma}: a cubic term gamma y^3 is in the equation (0.1 is that code's default), which no cell has"
    elif kind == "s":
        # f(slope a): the slope goes into all weights of the drive.
        reading = {"cell": "rate", **common, "note": "equation_type s: f(slope (W y + U u + b)); slope scales W, U, b"}
        right = {"weight_ih_l0": slope * win, "weight_hh_l0": slope * w, "bias_ih_l0": slope * b}
        head = {"weight": out}
    else:
        reading = {"cell": "current", **common, "note": "equation_type h: W f(y); outputs read f(y)"}
        right = {"weight_ih_l0": win, "weight_hh_l0": w, "bias_ih_l0": b}
        head = {"weight": out, "of": "f(state)"}
    write(name, NUMPY, "engellab/trainRNNbrain trainRNNbrain/rnns/RNN_numpy.py, RNN_torch.py (get_params)",
          {f"{name}.json": arrays, f"{name}.pkl": arrays}, u, y0, states, outputs, reading, right, head, refuse,
          tolerance=1e-12, metadata={"equation_type": kind, "activation_args.name": function})


def masse(name, synapses):
    """Short-term plasticity (Masse et al. 2019): rows; Dale's signs by rows of w_rnn; ReLU of all."""
    h, d = 6, 3
    r = rng(name)
    ei = np.diag([1.0, 1, 1, 1, -1, -1])
    w = {"w_in": np.abs(weights(r, d, h)), "w_rnn": weights(r, h, h), "w_out": weights(r, h, O), "b_rnn": biases(r, h)[None],
         "b_out": biases(r, O)[None], "h": np.abs(biases(r, h))[None]}
    w = {k: v.astype("f4") for k, v in w.items()}
    alpha, dt_sec = 0.1, 0.01
    relu = lambda a: np.maximum(a, 0)
    full = ei @ relu(w["w_rnn"].astype(float))
    stf, std, big_u, dyn = np.full(h, 0.1), np.full(h, 0.2), np.full(h, 0.45), np.ones(h)
    u = inputs(r, d)

    def step(x, v):
        a, sx, su = x[:h], x[h : 2 * h], x[2 * h :]
        post = a
        if synapses:
            nx = sx + (std * (1 - sx) - dt_sec * su * sx * a) * dyn
            su = su + (stf * (big_u - su) + dt_sec * big_u * (1 - su) * a) * dyn
            sx, su = np.minimum(1, relu(nx)), np.minimum(1, relu(su))
            post = su * sx * a
        new = relu((1 - alpha) * a + alpha * (v @ relu(w["w_in"].astype(float)) + post @ full + w["b_rnn"][0]))
        return np.concatenate([new, sx, su])

    x0 = np.concatenate([w["h"][0].astype(float), np.ones(h), big_u])
    states, outputs = simulate(step, x0, u, lambda x: x[:h] @ relu(w["w_out"].astype(float)) + w["b_out"][0])
    par = {"synapse_config": "full" if synapses else None, "EI": True, "EI_matrix": ei.astype("f4"), "EI_list": np.diag(ei),
           "alpha_neuron": alpha, "dt": 10, "dt_sec": dt_sec, "alpha_stf": stf[None], "alpha_std": std[None],
           "U": big_u[None], "dynamic_synapse": (dyn if synapses else 0 * dyn)[None], "syn_x_init": np.ones((1, h)),
           "syn_u_init": big_u[None], "noise_rnn": 0.2, "n_hidden": h}
    pickled(name, {"weights": w, "parameters": par, "accuracy": [0.9]})
    stored = {f"weights.{k}": v for k, v in w.items()} | {f"parameters.{k}": v for k, v in par.items() if
                                                           isinstance(v, np.ndarray)}
    stored |= {f"parameters.{k}": np.array(float(v)) for k, v in par.items() if isinstance(v, (int, float))}
    reading = right = head = refuse = None
    if synapses:
        refuse = "short-term plasticity: each unit has two more state variables (syn_x, syn_u), which no cell has"
    else:
        states, x0 = states[:, :h], x0[:h]
        reading = {"cell": "vanilla", "activation": "relu", "vectors": "row",
                   "note": "h' = relu((1-a) h + a (...)): the leak is inside, so W = (1-a) I + a (EI relu(w_rnn))^T, "
                           "U = a relu(w_in)^T, b = a b_rnn; y = h relu(w_out) + b_out"}
        right = {"weight_ih_l0": alpha * relu(w["w_in"]).T, "bias_ih_l0": alpha * w["b_rnn"][0],
                 "weight_hh_l0": (1 - alpha) * np.eye(h) + alpha * full.T}
        head = {"weight": relu(w["w_out"]).T, "bias": w["b_out"][0]}
    write(name, NUMPY, "nmasse/Short-term-plasticity-RNN model.py, parameters.py", {f"{name}.pkl": stored}, u, x0, states,
          outputs, reading, right, head, refuse, tolerance=1e-6, parameters={"alpha": alpha})


def plrnn():
    m, k = 5, 2
    r = rng("plrnn")
    a, w, h, c = r.uniform(0.3, 0.9, m), weights(r, m, m, gain=0.8) * (1 - np.eye(m)), biases(r, m), weights(r, m, k)
    u, z0 = inputs(r, k), biases(r, m)
    relu = lambda x: np.maximum(x, 0)
    states, _ = simulate(lambda z, s: a * z + w @ relu(z) + h + c @ s, z0, u, lambda z: z[:2])
    tree = {"A": a, "W": w, "h": h, "C": c}
    np.savez(path("plrnn.npz"), **tree)
    gain = 1 / (1 - a)
    write("plrnn", NUMPY, "DurstewitzLab/GTF-shPLRNN src/models/vanilla_plrnn.jl", {"plrnn.npz": tree}, u, z0, states,
          None, {"cell": "current", "activation": "relu", "euler": True, "dt": 1.0, "tau": gain.tolist(), "vectors":
                 "column", "note": "exact where every A < 1: tau = 1 / (1 - A), W, C and h divided by 1 - A"},
          {"weight_ih_l0": gain[:, None] * c, "weight_hh_l0": gain[:, None] * w, "bias_ih_l0": gain * h},
          tolerance=1e-12)
    family = {}
    l = 7
    r = rng("plrnn_shallow")
    w1, w2, h1, h2 = weights(r, m, l, gain=0.8), weights(r, l, m), biases(r, m), biases(r, l)
    shallow = {"A": a, "W1": w1, "W2": w2, "h1": h1, "h2": h2, "C": c}
    family["plrnn_shallow"] = (shallow, lambda z, s: a * z + w1 @ relu(w2 @ z + h2) + h1 + c @ s)
    family["plrnn_shallow_clipped"] = (
        shallow, lambda z, s: a * z + w1 @ (relu(w2 @ z + h2) - relu(w2 @ z)) + h1 + c @ s)
    alphas, thetas = weights(r, 4), weights(r, m, 4)
    family["plrnn_dendritic"] = (
        {"A": a, "W": w, "h": h, "alphas": alphas, "thetas": thetas},
        lambda z, s: a * z + w @ (relu(z[:, None] + thetas) @ alphas) + h)
    family["plrnn_dendritic_clipped"] = (
        {"A": a, "W": w, "h": h, "alphas": alphas, "thetas": thetas},
        lambda z, s: a * z + w @ ((relu(z[:, None] + thetas) - relu(z[:, None])) @ alphas) + h)
    family["plrnn_dendritic_julia"] = (
        {"A": a, "W": w, "h": h, "α": alphas, "H": thetas, "C": c},
        lambda z, s: a * z + w @ (relu(z[:, None] - thetas) @ alphas) + h + c @ s)
    family["plrnn_almost_linear"] = (
        {"A": a, "W": w, "h": h, "C": c},
        lambda z, s: a * z + w @ np.concatenate([z[:3], relu(z[3:])]) + h + c @ s)
    for name, (tree, step) in family.items():
        states, _ = simulate(step, z0, u, lambda z: z)
        np.savez(path(f"{name}.npz"), **tree)
        same = " (the same tensors as another model: the file does not tell)" if name in (
            "plrnn_shallow_clipped", "plrnn_dendritic_clipped", "plrnn_almost_linear") else ""
        write(name, NUMPY, "DurstewitzLab/GTF-shPLRNN src/models, DurstewitzLab/dendPLRNN BPTT_TF/bptt/PLRNN_model.py",
              {f"{name}.npz": tree}, u, z0, states, refuse=f"no cell of nullcline's is a {name}{same}")


def several_areas():
    r = rng("areas")
    n1, n2, d = 3, 4, 2
    j = {"W_11": weights(r, n1, n1), "W_12": weights(r, n1, n2), "W_21": weights(r, n2, n1), "W_22": weights(r, n2, n2),
         "W_in_1": weights(r, n1, d), "W_out_2": weights(r, O, n2), "b_1": biases(r, n1), "b_2": biases(r, n2)}
    w = np.block([[j["W_11"], j["W_12"]], [j["W_21"], j["W_22"]]])
    win = np.concatenate([j["W_in_1"], np.zeros((n2, d))])
    b = np.concatenate([j["b_1"], j["b_2"]])
    out = np.concatenate([np.zeros((O, n1)), j["W_out_2"]], axis=1)
    u, x0 = inputs(r, d), biases(r, n1 + n2)
    states, outputs = simulate(lambda x, v: x + 0.2 * (-x + np.tanh(w @ x + win @ v + b)), x0, u, lambda x: out @ x)
    np.savez(path("areas_blocks.npz"), **j)
    reading = {"cell": "rate", "activation": "tanh", "euler": True, "dt": 0.2, "tau": 1.0, "vectors": "column",
               "note": "W_ij is onto area i from area j; blocks are put side by side"}
    write("areas_blocks", NUMPY, "own; a block a pair of areas", {"areas_blocks.npz": j}, u, x0, states, outputs, reading,
          {"weight_ih_l0": win, "weight_hh_l0": w, "bias_ih_l0": b}, {"weight": out}, tolerance=1e-12)

    # CURBD: tau H' = -H + J tanh(H) + noise, dtRNN; `regions` are index lists.
    r = rng("curbd")
    h, dt, tau = 7, 0.002, 0.1
    jj, x0 = weights(r, h, h, gain=1.5), biases(r, h)
    u = inputs(r, h)
    states, _ = simulate(lambda x, v: x + dt / tau * (-x + jj @ np.tanh(x) + v), x0, u, lambda x: x)
    out = {"J": jj, "J0": weights(r, h, h), "RNN": np.tanh(states).T, "Adata": np.tanh(states).T, "tRNN": dt * np.arange(12.0),
           "dtRNN": dt, "dtData": 0.01, "inputWN": u.T, "iTarget": np.arange(h), "stdData": 1.0,
           "regions": {"A": np.arange(3), "B": np.arange(3, h)}, "params": {"tauRNN": tau, "number_units": h, "g": 1.5}}
    pickled("curbd", out)
    stored = flat(out, ".")
    mat = mat_files("curbd", {"RNN": {k: v for k, v in out.items() if k not in ("regions",)}})
    write("curbd", NUMPY, "rajanlab/CURBD curbd.py, trainMultiRegionRNN.m", {"curbd.pkl": stored, **mat}, u, x0, states,
          None, {"cell": "current", "activation": "tanh", "euler": True, "dt": dt, "tau": tau, "vectors": "column",
                 "note": "J is W; J0 is what training began with, RNN and Adata are activity; the white noise inputWN "
                         "drives each unit by itself (U = I)"},
          {"weight_ih_l0": np.eye(h), "weight_hh_l0": jj}, tolerance=1e-12)


def encoder_decoder():
    """Integrators (Fanthomme & Monasson 2021): h' = f(W (h + E u)), y = D h."""
    r = rng("integrator_ed")
    h, d = 6, 2
    w, e, dec, b = weights(r, h, h), weights(r, h, d), weights(r, O, h), biases(r, h)
    u, x0 = inputs(r, d), np.abs(biases(r, h))
    states, outputs = simulate(lambda x, v: np.maximum(w @ (x + e @ v) + b, 0), x0, u, lambda x: dec @ x)
    reading = {"cell": "integrator", "activation": "relu", "vectors": "column"}
    right = {"weight_ih_l0": e, "weight_hh_l0": w, "bias_ih_l0": b}
    for name, tree in {
        "integrator_ed": {"E": e, "W": w, "D": dec, "b": b},
        "integrator_names": {"encoder.weight": e, "recurrent.weight": w, "recurrent.bias": b, "decoder.weight": dec},
        "integrator_rows": {"encoders": e.T, "W": w, "decoders": dec, "b": b},
    }.items():
        np.savez(path(f"{name}.npz"), **tree)
        write(name, NUMPY, "Fanthomme & Monasson 2021, equations 7.1 and 7.2", {f"{name}.npz": tree}, u, x0, states,
              outputs, reading, right, {"weight": dec}, tolerance=1e-12)


def ambiguous():
    """Names that do not tell, and shapes that do not either."""
    r = rng("ambiguous")
    h = 5
    w, u_, b = weights(r, h, h, gain=1.4), weights(r, h, h), biases(r, h)
    u = inputs(r, h)
    for name, row in (("square_column", False), ("square_row", True)):
        states, _ = simulate(lambda x, v: np.tanh(w @ x + u_ @ v + b), np.zeros(h), u, lambda x: x)
        tree = {"W": w.T if row else w, "U": u_.T if row else u_, "b": b}
        np.savez(path(f"{name}.npz"), **tree)
        write(name, NUMPY, "own", {f"{name}.npz": tree}, u, np.zeros(h), states, None,
              {"cell": "vanilla", "activation": "tanh", "vectors": "row" if row else "column"},
              {"weight_ih_l0": u_, "weight_hh_l0": w, "bias_ih_l0": b}, tolerance=1e-12)


if __name__ == "__main__":
    all_keras()
    keras2()
    all_flax()
    all_haiku()
    equinox("equinox_gru", eqx.nn.GRUCell, {"cell": "gru", "reset_before": False, "vectors": "column"})
    equinox("equinox_lstm", eqx.nn.LSTMCell, {"cell": "lstm", "vectors": "column"})
    all_onnx()
    matlab()
    psychrnn("psychrnn", False)
    psychrnn("psychrnn_dale", True)
    full_force_python()
    train_rnn_brain("trainrnnbrain_s", "s", 0.0)
    train_rnn_brain("trainrnnbrain_h", "h", 0.0, function="tanh")
    train_rnn_brain("trainrnnbrain_slope", "s", 0.0, slope=2.0, function="tanh")
    train_rnn_brain("trainrnnbrain_gamma", "s", 0.1)
    masse("stp_none", False)
    masse("stp_full", True)
    plrnn()
    several_areas()
    encoder_decoder()
    ambiguous()
