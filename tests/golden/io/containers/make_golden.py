"""Writes the golden files of this folder with the frameworks themselves, and beside each what they read back from it.

    KERAS_BACKEND=jax JAX_PLATFORMS=cpu python make_golden.py

Made with scipy 1.17.1, numpy 2.4.6, flax 0.12.8, jax 0.10.2, equinox 0.13.8, onnx 1.23.2, onnxruntime 1.32.0. The files
`matlab/*_SOL2.mat`, `*_GLNX86.mat`, `*_WIN64.mat`, `big_endian.mat`, `little_endian.mat`, `parabola.mat`, `sqr.mat` and some more
are copies of scipy's own test data (scipy/io/matlab/tests/data, BSD-3-Clause), which MATLAB 4.2c to 8 and Octave wrote; what
stands beside them is what `scipy.io.loadmat` makes of them. The numbers of pickles are those of the program that
`make_pickles.py` is run by.
"""

import json
import math
import pathlib
import shutil
import struct

import numpy as np

HERE = pathlib.Path(__file__).parent
SHORT = {"float64": "f64", "float32": "f32", "float16": "f16", "bfloat16": "bf16", "bool": "bool"}


def short(dtype):
    name = np.dtype(dtype).name
    return SHORT.get(name, name.replace("uint", "u").replace("int", "i"))


def number(x):
    x = float(x)
    return x if math.isfinite(x) else str(x)


class Expected:
    """What a reader should find."""

    def __init__(self):
        self.tensors, self.metadata, self.texts, self.skipped = {}, {}, {}, []

    def tensor(self, name, array, dtype=None):
        array = np.asarray(array)
        values = array.astype(np.float64) if array.dtype != np.float64 else array
        self.tensors[name] = {
            "shape": list(array.shape),
            "dtype": dtype or short(array.dtype),
            "data": [number(v) for v in values.ravel(order="C")],
        }

    def write(self, path):
        text = json.dumps(self.__dict__, ensure_ascii=False)
        path.with_name(path.name + ".json").write_text(text, encoding="utf-8")
        assert path.stat().st_size < 20_000, path


# MATLAB -----------------------------------------------------------------------------------------------------------------


def join(prefix, name):
    return f"{prefix}.{name}" if prefix else str(name)


def flatten(value, name, out, plain):
    """Entries of `value`, read with MATLAB's types; those of `plain`, read with scipy's, keep imaginary parts."""
    from scipy.io.matlab import MatlabFunction, MatlabObject, MatlabOpaque

    if isinstance(value, (MatlabFunction, MatlabOpaque, MatlabObject)):
        out.skipped.append(name)
    elif hasattr(value, "toarray"):
        if np.iscomplexobj(value):
            out.skipped.append(name)
        else:
            full = value.toarray()
            out.tensor(name, full, "bool" if full.dtype == bool else "f64")
    elif value.dtype.names:
        order = value.ravel(order="F")
        if order.size == 0:
            out.skipped.append(name)
        for k, (item, other) in enumerate(zip(order, plain.ravel(order="F"))):
            for field in value.dtype.names:
                flatten(item[field], join(name if order.size == 1 else join(name, k), field), out, other[field])
    elif value.dtype == object:
        order = value.ravel(order="F")
        # A struct without fields.
        if any(v is None for v in order):
            out.skipped.append(name)
            return
        text = [v.dtype.kind == "U" and v.size <= 1 for v in order]
        if order.size > 1 and all(text):
            out.texts[name] = {"shape": list(value.shape), "values": [str(v.item()) if v.size else "" for v in value.ravel()]}
            out.skipped.append(name)
        elif order.size == 0:
            out.skipped.append(name)
        else:
            for k, (item, other) in enumerate(zip(order, plain.ravel(order="F"))):
                flatten(item, join(name, k), out, other)
    elif value.dtype.kind == "U":
        if value.size > 1:
            out.texts[name] = {"shape": list(value.shape), "values": [str(v).rstrip() for v in value.ravel()]}
            out.skipped.append(name)
        else:
            out.metadata[name] = str(value.item()) if value.size else ""
    elif np.iscomplexobj(plain):
        out.skipped.append(name)
    elif value.dtype.kind in "fiub":
        out.tensor(name, value)
    else:
        out.skipped.append(name)


def expect_mat(path):
    import scipy.io

    out = Expected()
    # With its own types, a matrix loses its imaginary part.
    plain = scipy.io.loadmat(path)
    for name, value in scipy.io.loadmat(path, mat_dtype=True).items():
        if not name.startswith("__"):
            flatten(value, name, out, plain[name])
    out.write(path)


def matlab():
    import scipy.io
    import scipy.sparse

    folder = HERE / "matlab"
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(1)
    types = {
        f"x_{np.dtype(t).name}": (rng.normal(size=(3, 4)) * 50).astype(t)
        for t in ["f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]
    }
    content = types | {
        "flag": np.array([[True, False, True]]),
        "odd": np.array([[np.nan, np.inf, -np.inf, -0.0]]),
        "cube": rng.normal(size=(2, 3, 4)),
        "row": np.arange(5.0),
        "scalar": 3,
        "empty": np.zeros((0, 3)),
        "cell_type": "gru",
        "unicode": "größe µ",
        "names": np.array(["a", "bcd", "ef"]),
        "cellstr": np.array(["left", "right", "up", "down"], dtype=object).reshape(2, 2),
        "net": {"W": rng.normal(size=(2, 2)), "b": rng.normal(size=2), "opt": {"lr": 0.01, "name": "adam"}},
        "trials": np.array([(rng.normal(size=(2, 3)), 1), (rng.normal(size=(4, 3)), 2)], dtype=[("rate", "O"), ("side", "O")]),
        "cells": np.array([rng.normal(size=(2, 2)), "text", np.arange(3)], dtype=object),
        "sparse": scipy.sparse.csc_matrix(np.array([[0, 1.5, 0], [2.5, 0, 0]])),
        "z": np.array([1 + 2j]),
    }
    for name, compress in [("scipy_v6", False), ("scipy_v7", True)]:
        path = folder / f"{name}.mat"
        scipy.io.savemat(path, content, do_compression=compress, oned_as="column")
        expect_mat(path)
    path = folder / "scipy_v4.mat"
    small = {"W": rng.normal(size=(3, 2)), "n": types["x_int16"], "s": content["sparse"], "t": "hello", "names": content["names"], "z": content["z"], "f": types["x_float32"], "u": types["x_uint8"]}
    scipy.io.savemat(path, small, format="4")
    expect_mat(path)
    data = pathlib.Path(scipy.io.__file__).parent / "matlab" / "tests" / "data"
    names = """big_endian little_endian parabola sqr one_by_zero_char single_empty_string logical_sparse some_functions
        test3dmatrix_7.4_GLNX86 test_empty_struct test_mat4_le_floats testbool_8_WIN64 testcell_6.1_SOL2 testcell_7.4_GLNX86
        testcellnest_7.4_GLNX86 testcomplex_4.2c_SOL2 testcomplex_7.4_GLNX86 testdouble_4.2c_SOL2 testdouble_6.1_SOL2
        testemptycell_7.4_GLNX86 testfunc_7.4_GLNX86 testmatrix_4.2c_SOL2 testmatrix_7.4_GLNX86 testminus_7.4_GLNX86
        testmulti_7.4_GLNX86 testobject_7.4_GLNX86 testonechar_7.4_GLNX86 testsimplecell testsparse_4.2c_SOL2
        testsparse_6.1_SOL2 testsparse_7.4_GLNX86 testsparsecomplex_4.2c_SOL2 testsparsecomplex_7.4_GLNX86
        testsparsefloat_7.4_GLNX86 teststring_4.2c_SOL2 teststring_7.4_GLNX86 teststringarray_4.2c_SOL2
        teststringarray_7.4_GLNX86 teststruct_6.1_SOL2 teststruct_7.4_GLNX86 teststructarr_7.4_GLNX86
        teststructnest_7.4_GLNX86 testunicode_7.4_GLNX86 testvec_4_GLNX86 miuint32_for_miint32 miutf8_array_name
        testscalarcell_7.4_GLNX86""".split()
    for name in names:
        path = folder / f"{name}.mat"
        shutil.copy(data / path.name, path)
        expect_mat(path)
    refused = folder / "refused"
    refused.mkdir(exist_ok=True)
    for name in "corrupted_zlib_checksum corrupted_zlib_data malformed1 testhdf5_7.4_GLNX86 bad_miuint32".split():
        shutil.copy(data / f"{name}.mat", refused / f"{name}.mat")


# Flax -------------------------------------------------------------------------------------------------------------------


def expect_tree(value, name, out):
    """Names of a tree of dictionaries and lists, scalars of numpy and Python as metadata."""
    if isinstance(value, dict):
        for key, inner in value.items():
            expect_tree(inner, join(name, key), out)
    elif isinstance(value, (list, tuple)):
        for k, inner in enumerate(value):
            expect_tree(inner, join(name, k), out)
    elif value is None:
        pass
    elif isinstance(value, bool):
        out.metadata[name] = str(value).lower()
    elif isinstance(value, (int, str)):
        out.metadata[name] = str(value)
    elif isinstance(value, complex) or np.iscomplexobj(value):
        out.skipped.append(name)
    elif isinstance(value, (float, np.generic)):
        out.metadata[name] = np.format_float_positional(float(value), trim="-")
    else:
        out.tensor(name or "array", value)


def flax_files():
    import flax.core
    import flax.linen as nn
    import flax.serialization as s
    import jax
    import jax.numpy as jnp
    import optax
    from flax.training.train_state import TrainState

    folder = HERE / "flax"
    folder.mkdir(exist_ok=True)

    def write(name, data):
        path = folder / f"{name}.msgpack"
        path.write_bytes(data)
        out = Expected()
        expect_tree(s.msgpack_restore(data), "", out)
        out.write(path)

    key = jax.random.key(0)
    gru = nn.GRUCell(features=3)
    params = gru.init(key, gru.initialize_carry(key, (1, 2)), jnp.ones((1, 2)))
    write("gru", s.to_bytes(params))
    write("frozen", s.to_bytes(flax.core.freeze(params)))
    lstm = nn.OptimizedLSTMCell(features=2)
    params = lstm.init(key, lstm.initialize_carry(key, (1, 2)), jnp.ones((1, 2)))
    state = TrainState.create(apply_fn=lstm.apply, params=params["params"], tx=optax.adam(1e-3))
    write("train_state", s.to_bytes(state))
    everything = {f"x_{t}": (np.arange(6).reshape(2, 3) - 2.5).astype(t) for t in ["f8", "f4", "f2", "i8", "i4", "i2", "i1"]}
    everything |= {f"x_{t}": np.arange(6).reshape(3, 2).astype(t) for t in ["u8", "u4", "u2", "u1", "?"]}
    everything |= {
        "bf16": jnp.array([1.0, -2.5, 3e38, jnp.nan], jnp.bfloat16),
        "odd": np.array([np.nan, np.inf, -np.inf, -0.0]),
        "scalar": np.float32(0.5),
        "scalar_array": jnp.float32(0.25),
        "c": 1 + 2j,
        "carray": np.array([1 + 2j]),
        "none": None,
        "flag": True,
        "n": -70000,
        "big": 2**63,
        "x": 0.1,
        "text": "größe",
        "list": [np.arange(2), 3, {"a": np.eye(2)}],
        "empty": np.zeros((0, 4), "f4"),
    }
    write("everything", s.msgpack_serialize(everything))
    write("bare", s.msgpack_serialize(np.arange(6, dtype="f4").reshape(2, 3)))
    s.MAX_CHUNK_SIZE = 16
    data = s.msgpack_serialize({"p": {"w": np.arange(12, dtype="f4").reshape(4, 3), "b": np.arange(2, dtype="f4")}})
    assert b"__msgpack_chunked_array__" in data
    write("chunked", data)


# Equinox ----------------------------------------------------------------------------------------------------------------


def equinox_files():
    import equinox as eqx
    import jax
    import jax.numpy as jnp

    folder = HERE / "equinox"
    folder.mkdir(exist_ok=True)

    def write(name, tree, hyper=None):
        path = folder / f"{name}.eqx"
        with open(path, "wb") as f:
            if hyper is not None:
                f.write((json.dumps(hyper) + "\n").encode())
            eqx.tree_serialise_leaves(f, tree)
        out = Expected()
        expect_tree(hyper or {}, "", out)
        leaves = [x for x in jax.tree_util.tree_leaves(tree) if eqx.is_array_like(x)]
        for k, leaf in enumerate(leaves):
            if np.iscomplexobj(leaf):
                out.skipped.append(f"leaf{k}")
            else:
                out.tensor(f"leaf{k}", leaf)
        out.write(path)

    key = jax.random.key(1)
    gru = eqx.nn.GRUCell(2, 3, key=key)
    write("gru", gru)
    write("gru_json", gru, {"input_size": 2, "hidden_size": 3, "use_bias": True, "name": "größe", "lr": 0.001, "nested": {"layers": [8, 16], "none": None}})
    # Larger than what is looked at to tell a format.
    write("large", (jnp.linspace(-1, 1, 1100, dtype=jnp.float32).reshape(55, 20), jnp.ones(3)))
    write("scalars", (jnp.array([[1.5, -2.5]], jnp.bfloat16), 1, 2.5, True, 1 + 2j, np.arange(3), jnp.float32(3), "text", jax.nn.relu, np.asfortranarray(np.arange(6.0).reshape(2, 3)), None))


# ONNX -------------------------------------------------------------------------------------------------------------------


def onnx_files():
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    folder = HERE / "onnx"
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(3)

    def f32(*shape):
        return rng.normal(size=shape).astype("f4")

    def write(name, nodes, constants, inputs, outputs, expected, metadata, producer="golden", run=True):
        graph = helper.make_graph(nodes, "g", inputs, outputs, constants)
        model = helper.make_model(graph, producer_name=producer, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
        onnx.checker.check_model(model)
        path = folder / f"{name}.onnx"
        path.write_bytes(model.SerializeToString())
        if run:
            session = onnxruntime.InferenceSession(str(path))
            feeds = {i.name: np.zeros([d or 1 for d in i.shape], "f4") for i in session.get_inputs()}
            session.run(None, feeds)
        out = Expected()
        for key, value in expected.items():
            out.tensor(key, value)
        out.metadata = metadata
        out.write(path)

    H, I = 3, 2
    for kind, gates, extra in [("LSTM", 4, {"input_forget": "0"}), ("GRU", 3, {"linear_before_reset": "1"}), ("RNN", 1, {})]:
        for d, direction in [(1, "forward"), (2, "bidirectional")]:
            W, R, B = f32(d, gates * H, I), f32(d, gates * H, H), f32(d, 2 * gates * H)
            fc, fb = f32(4, d * H), f32(4)
            attributes = {"hidden_size": H}
            if d == 2:
                attributes["direction"] = direction
            if kind == "GRU":
                attributes["linear_before_reset"] = 1
            if kind == "RNN":
                attributes["activations"] = ["Relu"] * d
            functions = {"LSTM": "Sigmoid,Tanh,Tanh", "GRU": "Sigmoid,Tanh", "RNN": "Relu"}[kind]
            node = helper.make_node(kind, ["x", "w0", "r0", "b0"], ["y", "h"], name=f"/rnn/{kind}", **attributes)
            gemm = helper.make_node("Gemm", ["flat", "fc.weight", "fc.bias"], ["out"], transB=1)
            nodes = [
                node,
                helper.make_node("Transpose", ["h"], ["ht"], perm=[1, 0, 2]),
                helper.make_node("Flatten", ["ht"], ["flat"]),
                gemm,
            ]
            constants = [numpy_helper.from_array(a, n) for a, n in [(W, "w0"), (R, "r0"), (B, "b0"), (fc, "fc.weight"), (fb, "fc.bias")]]
            at = f"/rnn/{kind}"
            metadata = {
                "producer_name": "golden", f"{at}.op_type": kind, f"{at}.hidden_size": "3", f"{at}.direction": direction,
                f"{at}.layout": "0", f"{at}.activations": ",".join([functions] * d), f"{at}.inputs": "x,w0,r0,b0",
                f"{at}.outputs": "y,h", "dense0.op_type": "Gemm", "dense0.inputs": "flat,fc.weight,fc.bias",
                "dense0.outputs": "out", "dense0.transA": "0", "dense0.transB": "1", "dense0.alpha": "1", "dense0.beta": "1",
            } | {f"{at}.{k}": v for k, v in extra.items()}
            write(
                f"{kind.lower()}_{direction}", nodes, constants,
                [helper.make_tensor_value_info("x", TensorProto.FLOAT, [5, 1, I])],
                [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 4])],
                {f"{at}.W": W, f"{at}.R": R, f"{at}.B": B, "fc.weight": fc, "fc.bias": fb}, metadata,
            )
    # Two unnamed LSTMs with peepholes and states, one's recurrent weights a constant node's output under another name.
    W, R, B, P, h0, c0 = f32(1, 8, 2), f32(1, 8, 2), f32(1, 16), f32(1, 6), f32(1, 1, 2), f32(1, 1, 2)
    nodes = [
        helper.make_node("Constant", [], ["rc"], value=numpy_helper.from_array(R, "inner")),
        helper.make_node("Identity", ["rc"], ["r"]),
        helper.make_node("LSTM", ["x", "w", "r", "b", "", "h0", "c0", "p"], ["", "h"], hidden_size=2, clip=3.5),
        helper.make_node("LSTM", ["x", "w", "r"], ["", "k"], hidden_size=2, input_forget=1),
        helper.make_node("Add", ["h", "k"], ["sum"]),
        helper.make_node("MatMul", ["sum", "m"], ["prod"]),
        helper.make_node("Add", ["prod", "a"], ["out"]),
    ]
    m, a = f32(2, 3), f32(3)
    constants = [numpy_helper.from_array(v, n) for v, n in [(W, "w"), (B, "b"), (P, "p"), (h0, "h0"), (c0, "c0"), (m, "m"), (a, "a")]]
    metadata = {
        "lstm0.op_type": "LSTM", "lstm0.hidden_size": "2", "lstm0.clip": "3.5", "lstm0.direction": "forward",
        "lstm0.layout": "0", "lstm0.activations": "Sigmoid,Tanh,Tanh", "lstm0.input_forget": "0",
        "lstm0.inputs": "x,w,r,b,,h0,c0,p", "lstm0.outputs": ",h",
        "lstm1.op_type": "LSTM", "lstm1.hidden_size": "2", "lstm1.direction": "forward", "lstm1.layout": "0",
        "lstm1.activations": "Sigmoid,Tanh,Tanh", "lstm1.input_forget": "1", "lstm1.inputs": "x,w,r", "lstm1.outputs": ",k",
        "dense0.op_type": "MatMul", "dense0.inputs": "sum,m", "dense0.outputs": "prod",
        "dense1.op_type": "Add", "dense1.inputs": "prod,a", "dense1.outputs": "out",
    }
    expected = {
        "lstm0.W": W, "lstm0.R": R, "lstm0.B": B, "lstm0.P": P, "lstm0.initial_h": h0, "lstm0.initial_c": c0,
        "lstm1.W": W, "lstm1.R": R, "m": m, "a": a,
    }
    write("peephole", nodes, constants, [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4, 1, 2])],
          [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 1, 3])], expected, metadata, producer="", run=False)
    # Every type, as bytes and as repeated fields.
    constants, expected = [], {}
    types = {"FLOAT": "f4", "DOUBLE": "f8", "FLOAT16": "f2", "INT8": "i1", "INT16": "i2", "INT32": "i4", "INT64": "i8",
             "UINT8": "u1", "UINT16": "u2", "UINT32": "u4", "UINT64": "u8", "BOOL": "?"}
    for name, code in types.items():
        values = (np.arange(6).reshape(2, 3) - (0 if code[0] in "u?" else 2)).astype(code)
        constants.append(numpy_helper.from_array(values, f"raw_{name}"))
        constants.append(helper.make_tensor(f"typed_{name}", getattr(TensorProto, name), [2, 3], values.ravel().tolist()))
        expected[f"raw_{name}"] = expected[f"typed_{name}"] = values
    import ml_dtypes

    half = np.array([1.5, -2.0, 1e30], ml_dtypes.bfloat16)
    constants += [numpy_helper.from_array(half, "raw_bf16"), helper.make_tensor("typed_bf16", TensorProto.BFLOAT16, [3], half.astype("f4").tolist())]
    expected |= {"raw_bf16": half, "typed_bf16": half, "scalar": np.float32(7.5)}
    constants.append(numpy_helper.from_array(np.float32(7.5).reshape(()), "scalar"))
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    write("types", [helper.make_node("Relu", ["x"], ["y"])], constants, [x], [y], expected, {"producer_name": "golden"}, run=False)
    # Weights in another file.
    refused = folder / "refused"
    refused.mkdir(exist_ok=True)
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [x], [y], [numpy_helper.from_array(f32(64, 64), "w")])
    onnx.save(helper.make_model(graph), refused / "external.onnx", save_as_external_data=True, location="weights.bin")
    onnx.save(onnx.load(refused / "external.onnx"), refused / "whole.onnx")
    assert np.array_equal(numpy_helper.to_array(onnx.load(refused / "whole.onnx").graph.initializer[0]).shape, (64, 64))
    (refused / "weights.bin").unlink()
    (refused / "whole.onnx").unlink()


if __name__ == "__main__":
    matlab()
    flax_files()
    equinox_files()
    onnx_files()
