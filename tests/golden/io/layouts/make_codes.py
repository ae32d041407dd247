"""Networks of published MATLAB code, and layers of an ONNX graph in a row, added to layouts.json:

    python3 make_codes.py .            # numpy 2.4.6, scipy 1.17.1, onnx 1.23.2

States of the codes are by their equations in numpy, those of graphs by onnx's own reference implementation.
"""

import json
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from scipy.io import savemat

OUT = sys.argv[1]
STEPS = 12
NUMPY = f"make_codes.py, equation in numpy; numpy {np.__version__}"
cases = json.load(open(f"{OUT}/layouts.json"))


def keep(name, made_by, source, file, initial, inputs, states, outputs, tolerance):
    cases[name] = {
        "made_by": made_by, "source": source, "initial": list(map(float, initial)),
        "inputs": np.asarray(inputs, float).tolist(), "states": np.asarray(states, float).tolist(),
        "outputs": np.asarray(outputs, float).tolist(), "tolerance": tolerance, "files": [{"file": file}],
    }


def spike(name, taus, dale, rng):
    """rkim35/spikeRNN, rate/model.py: construct_tf without its noise; `w` is saved behind its relu."""
    n, d = 9, 2
    w = rng.normal(size=(n, n)) * 1.5 / np.sqrt(n) * (rng.random((n, n)) < 0.6)
    inh = rng.random((n, 1)) < (0.3 if dale else 0.0)
    w = np.maximum(w, 0) if dale else w
    m, som = np.eye(n), np.ones((n, n))
    m[inh[:, 0], inh[:, 0]] = -1
    if dale:
        som[np.where(inh)[0][0], np.where(inh)[0]] = 0
    w_in, w_out, b_out = rng.normal(size=(n, d)), rng.normal(size=(1, n)) / 3, 0.25
    gaus = rng.normal(size=(n, 1))
    tau = (taus[0] + (taus[1] - taus[0]) / (1 + np.exp(-gaus[:, 0]))) if len(taus) > 1 else np.full(n, taus[0])
    ww = (w @ m) * som
    f = lambda x: 1 / (1 + np.exp(-x))
    x0, u = rng.normal(size=n) / 10, rng.normal(size=(STEPS, d))
    x, states, outputs = x0, [], []
    for v in u:
        x = (1 - 1 / tau) * x + (ww @ f(x) + w_in @ v) / tau
        states.append(x)
        outputs.append(w_out @ f(x) + b_out)
    savemat(f"{OUT}/{name}.mat", {
        "x0": x0[:, None], "r0": f(x0)[:, None], "w0": rng.normal(size=(n, n)), "taus_gaus0": rng.normal(size=(n, 1)), "u": u.T,
        "o": np.array(outputs), "w": w, "x": np.array(states), "target": np.zeros(STEPS), "w_out": w_out, "m": m, "som_m": som,
        "N": n, "exc": ~inh, "inh": inh, "w_in": w_in, "b_out": b_out, "som_N": int(dale), "losses": np.ones(5),
        "taus": np.array(taus, float), "taus_gaus": gaus, "tr": 5, "activation": "sigmoid",
    }, do_compression=True)
    keep(name, NUMPY, "rkim35/spikeRNN rate/model.py, rate/main.py", f"{name}.mat", x0, u, states, outputs, 1e-12)


def hebb(name, feedback, rng):
    """JonathanAMichaels/hebbRNN, core/hebbRNN_run_model.m without its noise, with the usual output and nonlinearity."""
    n, d, b = 8, 3, 2
    j = rng.normal(size=(n, n)) * 1.5 / np.sqrt(n)
    w_in, w_fb = 2 * rng.random((n, d)) - 1, (2 * rng.random((n, b)) - 1) * feedback
    units, dt, tau = np.array([[2, 5]]), 1.0, 10.0
    x0, u = rng.normal(size=n), rng.normal(size=(STEPS, d))
    x, states, outputs = x0, [], []
    for v in u:
        r = np.tanh(x)
        x = x + dt / tau * (-x + j @ r + w_in @ v + w_fb @ r[units[0] - 1])
        states.append(x)
        outputs.append(np.tanh(x)[units[0] - 1])
    savemat(f"{OUT}/{name}.mat", {"net": {
        "biasUnitIdent": np.zeros((0, 0)), "I": d, "B": b, "N": n, "p": 1.0, "g": 1.5, "J": j, "outputUnitIdent": units,
        "netNoiseSigma": 0.0, "dt": dt, "tau": tau, "wIn": w_in, "wFb": w_fb, "useBiasNeurons": False, "biasValue": np.zeros((0, 0)),
        "energyCost": 0.0}})
    keep(name, NUMPY, "JonathanAMichaels/hebbRNN core/hebbRNN_create_model.m, hebbRNN_run_model.m", f"{name}.mat", x0, u, states,
         outputs, 1e-12)


def stacked(name, op, gates, sizes, d, rng, **attributes):
    """Two recurrent nodes with a Squeeze between them and a Gemm behind, as PyTorch's exporter lays layers out."""
    nodes, weights, layers = [], [], []
    below, signal = d, "x"
    for k, h in enumerate(sizes):
        for leaf, shape in (("W", (1, gates * h, below)), ("R", (1, gates * h, h)), ("B", (1, 2 * gates * h))):
            weights.append(numpy_helper.from_array(rng.uniform(-0.6, 0.6, shape).astype(np.float32), f"{leaf}{k}"))
        outs = [f"y{k}", f"h{k}"] + ([f"c{k}"] if op == "LSTM" else [])
        nodes.append(helper.make_node(op, [signal, f"W{k}", f"R{k}", f"B{k}"], outs, name=f"/rnn/layer{k}", hidden_size=h, **attributes))
        nodes.append(helper.make_node("Squeeze", [f"y{k}", "axis"], [f"s{k}"], name=f"/rnn/squeeze{k}"))
        layers.append(outs[1:])
        below, signal = h, f"s{k}"
    out = rng.uniform(-1, 1, (2, below)).astype(np.float32)
    weights += [numpy_helper.from_array(np.array([1], np.int64), "axis"), numpy_helper.from_array(out, "head.weight")]
    nodes.append(helper.make_node("MatMul", [signal, "head"], ["z"], name="/head/MatMul"))
    weights[-1] = numpy_helper.from_array(out.T.copy(), "head")
    seen = [o for layer in layers for o in layer]
    value = lambda n: helper.make_tensor_value_info(n, TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "net", [value("x")], [value(o) for o in [*seen, "z"]], initializer=weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="make_codes.py")
    onnx.save(model, f"{OUT}/{name}.onnx")
    run, u = ReferenceEvaluator(model), rng.normal(size=(STEPS, d)).astype(np.float32)
    states, outputs = [], []
    for t in range(1, STEPS + 1):
        found = run.run(None, {"x": u[:t, None, :]})
        states.append(np.concatenate([np.ravel(v) for v in found[:-1]]))
        outputs.append(np.ravel(found[-1][-1]))
    keep(name, f"make_codes.py, onnx {onnx.__version__} ReferenceEvaluator", "onnx/onnx docs/Operators.md", f"{name}.onnx",
         np.zeros(len(states[0])), u, states, outputs, 2e-6)


rng = np.random.default_rng(20261130)
spike("spikernn", [4.0, 25.0], True, rng)
spike("spikernn_one_tau", [20.0], False, rng)
hebb("hebbrnn", 0.0, rng)
hebb("hebbrnn_feedback", 1.0, rng)
stacked("onnx_lstm_layers", "LSTM", 4, (4, 3), 2, rng)
stacked("onnx_gru_layers", "GRU", 3, (4, 5), 3, rng, linear_before_reset=1)
cases["stp_full"].pop("refuse", None)
json.dump(cases, open(f"{OUT}/layouts.json", "w"), separators=(",", ":"))
print(len(cases))
