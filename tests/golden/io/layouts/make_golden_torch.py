"""Golden files that need PyTorch: ONNX exports, published PyTorch code, NeuralRNN.

Run by a Python with torch; pylib_torch has onnx, onnxscript and safetensors, dl/n the package neuralrnn 0.4.0.
"""

import json
import os
import shutil
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "pylib_torch")]
# neuralrnn's own __init__ asks for matplotlib; its models do not.
package = types.ModuleType("neuralrnn")
package.__path__ = [os.path.join(HERE, "dl", "n", "neuralrnn")]
sys.modules["neuralrnn"] = package

import numpy as np
import onnx
import torch
from torch import nn

from golden_common import biases, inputs, path, rng, weights, write

O = 2
torch.set_num_threads(1)


def np64(t):
    return t.detach().double().numpy()


def randomised(module, r, gain=1.2):
    """Weights by the generator, in the order of the state dictionary; none zero."""
    state = module.state_dict()
    for k, v in state.items():
        if v.is_floating_point():
            a = biases(r, *v.shape) if v.ndim == 1 else weights(r, *v.shape, gain=gain)
            state[k] = torch.tensor(a, dtype=v.dtype)
    module.load_state_dict(state)
    return module


def stored(state):
    return {k: v.detach().numpy() for k, v in state.items()}


def save(name, state):
    torch.save(state, path(f"{name}.pt"))
    return {f"{name}.pt": stored(state)}


BY = f"make_golden_torch.py, torch {torch.__version__}"


# ONNX by torch.onnx.export


class Net(nn.Module):
    def __init__(self, cell, layers=1):
        super().__init__()
        self.rnn = cell(2, 5, num_layers=layers)
        self.head = nn.Linear(5, O)

    def forward(self, x):
        s, _ = self.rnn(x)
        return self.head(s), s


def exported(name, cell, reading, dynamo, layers=1):
    r = rng(name)
    net = randomised(Net(cell, layers), r).eval()
    u = inputs(r, 2).astype("f4")
    x = torch.tensor(u)[:, None]
    torch.onnx.export(net, (x,), path(f"{name}.onnx"), dynamo=dynamo, external_data=False,
                      input_names=["input"], output_names=["output", "states"])
    model = onnx.load(path(f"{name}.onnx"))
    tensors = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    tensors = {k: v for k, v in tensors.items() if v.dtype.kind == "f"}
    right = {k[4:]: np64(v) for k, v in net.state_dict().items() if k.startswith("rnn.")}
    with torch.no_grad():
        outputs, _ = net(x)
        state, all_states = None, []
        for t in range(12):
            _, state = net.rnn(x[t : t + 1], state)
            parts = [state] if torch.is_tensor(state) else list(state)
            all_states.append(np.concatenate([np64(p[l, 0]) for l in range(layers) for p in parts]))
    states = np.array(all_states)
    write(name, f"{BY}, onnx {onnx.__version__}, {'dynamo' if dynamo else 'TorchScript'} exporter", "pytorch/pytorch torch/onnx",
          {f"{name}.onnx": tensors}, u, np.zeros(states.shape[1]), states, outputs[:, 0].numpy(), reading, right,
          {"weight": np64(net.head.weight), "bias": np64(net.head.bias)}, tolerance=2e-5,
          metadata={"nodes": ";".join(f"{n.op_type}({','.join(n.input)})" for n in model.graph.node)})


def all_onnx():
    for dynamo in (False, True):
        end = "_dynamo" if dynamo else ""
        for kind, cell, reading in (("rnn", nn.RNN, {"cell": "vanilla", "activation": "tanh"}),
                                    ("gru", nn.GRU, {"cell": "gru", "reset_before": False}), ("lstm", nn.LSTM, {"cell": "lstm"})):
            try:
                exported(f"onnx_torch_{kind}{end}", cell, {**reading, "vectors": "column"}, dynamo)
            except Exception as e:  # what an exporter cannot do is a fact to be written down
                print(f"onnx_torch_{kind}{end}: {type(e).__name__}: {str(e)[:200]}")
    exported("onnx_torch_gru2", nn.GRU, {"cell": "gru", "reset_before": False, "vectors": "column"}, False, layers=2)


# Published code: equations of the repositories named, in torch


def simulate(name, step, x0, u, read):
    x, states, outputs = torch.tensor(x0, dtype=torch.float32), [], []
    with torch.no_grad():
        for v in torch.tensor(u, dtype=torch.float32):
            x = step(x, v)
            states.append(np64(x))
            outputs.append(np64(read(x)))
    return np.array(states), np.array(outputs)


def leaky(d=2, h=6, names=("rnn.input2h", "rnn.h2h", "fc")):
    a, b, c = names
    return {f"{a}.weight": (h, d), f"{a}.bias": (h,), f"{b}.weight": (h, h), f"{b}.bias": (h,), f"{c}.weight": (O, h),
            f"{c}.bias": (O,)}


def state_of(r, shapes):
    return {k: torch.tensor(biases(r, *s) if len(s) == 1 else weights(r, *s), dtype=torch.float32)
            for k, s in shapes.items()}


def ctrnn():
    alpha, h = 0.2, 6
    for name, names, blend in (
        ("pt_ctrnn_blend", ("rnn.input2h", "rnn.h2h", "fc"), True),
        ("pt_ctrnn_pre", ("input2h", "h2h", "h2out"), False),
        ("pt_i2h_h2h", ("i2h", "h2h", "h2o"), False),
    ):
        r = rng(name)
        s = state_of(r, leaky(names=names))
        wi, bi, w, b, wo, bo = s.values()
        u, x0 = inputs(r, 2), np.abs(biases(r, h))
        if blend:
            step = lambda x, v: torch.relu((1 - alpha) * x + alpha * (wi @ v + bi + w @ x + b))
            reading = {"cell": "vanilla", "activation": "relu", "vectors": "column",
                       "note": "r' = relu((1-a) r + a (...)): W = (1-a) I + a h2h, U = a input2h, b = a (both biases)"}
            right = {"weight_ih_l0": alpha * np64(wi), "weight_hh_l0": (1 - alpha) * np.eye(h) + alpha * np64(w),
                     "bias_ih_l0": alpha * np64(bi), "bias_hh_l0": alpha * np64(b)}
            source = "gyyang/nn-brain RNN+DynamicalSystemAnalysis.ipynb"
        elif name == "pt_i2h_h2h":
            step = lambda x, v: torch.tanh(wi @ v + bi + w @ x + b)
            reading = {"cell": "vanilla", "activation": "tanh", "vectors": "column"}
            right = {"weight_ih_l0": wi, "weight_hh_l0": w, "bias_ih_l0": bi, "bias_hh_l0": b}
            source = "own; names of many tutorials"
        else:
            step = lambda x, v: (1 - alpha) * x + alpha * torch.relu(wi @ v + bi + w @ x + b)
            reading = {"cell": "rate", "activation": "relu", "euler": True, "dt": alpha, "tau": 1.0, "vectors": "column"}
            right = {"weight_ih_l0": wi, "weight_hh_l0": w, "bias_ih_l0": bi, "bias_hh_l0": b}
            source = "aegeorge42/DCS521_project CTRNN.py, neurogym examples"
        states, outputs = simulate(name, step, x0, u, lambda x: wo @ x + bo)
        write(name, BY, source, save(name, s), u, x0, states, outputs, reading, {k: np64(torch.as_tensor(v)) for k, v in
              right.items()}, {"weight": np64(wo), "bias": np64(bo)}, parameters={"alpha": alpha})
    rate_form()
    combined()
    ei()


def rate_form():
    """The same names with the nonlinearity inside the product."""
    name, alpha, h = "pt_ctrnn_rate", 0.2, 6
    r = rng(name)
    s = state_of(r, leaky())
    wi, bi, w, b, wo, bo = s.values()
    u, x0 = inputs(r, 2), biases(r, h)
    states, outputs = simulate(name, lambda x, v: (1 - alpha) * x + alpha * (wi @ v + bi + w @ torch.relu(x) + b), x0, u,
                               lambda x: wo @ torch.relu(x) + bo)
    write(name, BY, "gyyang/nn-brain EI_RNN.ipynb without its signs", save(name, s), u, x0, states, outputs,
          {"cell": "current", "activation": "relu", "euler": True, "dt": alpha, "tau": 1.0, "vectors": "column"},
          {"weight_ih_l0": np64(wi), "weight_hh_l0": np64(w), "bias_ih_l0": np64(bi), "bias_hh_l0": np64(b)},
          {"weight": np64(wo), "bias": np64(bo), "of": "f(state)"}, parameters={"alpha": alpha})


def combined():
    """i2h acts on [input, hidden] together, as in the old tutorial on names."""
    name, d, h = "pt_i2h_combined", 2, 6
    r = rng(name)
    s = state_of(r, {"i2h.weight": (h, d + h), "i2h.bias": (h,), "h2o.weight": (O, h), "h2o.bias": (O,)})
    w, b, wo, bo = s.values()
    u, x0 = inputs(r, d), biases(r, h)
    states, outputs = simulate(name, lambda x, v: torch.tanh(w @ torch.cat([v, x]) + b), x0, u, lambda x: wo @ x + bo)
    write(name, BY, "pytorch/tutorials char_rnn_classification_tutorial (before 2024; there without tanh)", save(name, s), u, x0,
          states, outputs, {"cell": "vanilla", "activation": "tanh", "vectors": "column",
                            "note": "columns of i2h: inputs first, then units"},
          {"weight_ih_l0": np64(w[:, :d]), "weight_hh_l0": np64(w[:, d:]), "bias_ih_l0": np64(b)},
          {"weight": np64(wo), "bias": np64(bo)})


def ei():
    """Excitatory and inhibitory units: |W| mask; the mask is no part of the file."""
    name, alpha, h, e = "pt_eirnn", 0.2, 6, 4
    r = rng(name)
    s = state_of(r, leaky())
    s["fc.weight"] = s["fc.weight"][:, :e].clone()
    wi, bi, w, b, wo, bo = s.values()
    mask = torch.tensor(np.tile([1.0] * e + [-1.0] * (h - e), (h, 1)) * (1 - np.eye(h)), dtype=torch.float32)
    full = w.abs() * mask
    u, x0 = inputs(r, 2), biases(r, h)
    states, outputs = simulate(name, lambda x, v: (1 - alpha) * x + alpha * (wi @ v + bi + full @ torch.relu(x) + b), x0, u,
                               lambda x: wo @ torch.relu(x)[:e] + bo)
    write(name, BY, "gyyang/nn-brain EI_RNN.ipynb", save(name, s), u, x0, states, outputs,
          {"cell": "current", "activation": "relu", "euler": True, "dt": alpha, "tau": 1.0, "vectors": "column",
           "note": "W = |h2h| mask, mask = +1 in the columns of the first e units, -1 in the others, 0 on the diagonal; e is "
                   "the width of fc where fc is narrower than h2h, which tells this network from the others"},
          {"weight_ih_l0": np64(wi), "weight_hh_l0": np64(full), "bias_ih_l0": np64(bi), "bias_hh_l0": np64(b)},
          {"weight": np.concatenate([np64(wo), np.zeros((O, h - e))], axis=1), "bias": np64(bo), "of": "f(state)"},
          parameters={"alpha": alpha, "excitatory": e})


# lowrank_inference


def lowrank(name, state, u, alpha, files, tolerance=5e-6, units=None):
    """h' = h + a (-h + W r + u wi si), r = tanh(h + b) but tanh(h0) at first; W = m n^T / N or wrec."""
    s = {k: v.double() for k, v in state.items()}
    n_units = s["wi"].shape[1]
    full = "wrec" in s
    w = s["wrec"] if full else s["m"] @ s["n"].T / n_units
    wi = (s["wi"].T * s["si"]).T
    wo = s["wo"] * s["so"] / (1 if full else n_units)
    h, states, outputs = s["h0"].clone(), [], []
    rates = torch.tanh(h)
    for v in torch.tensor(u).double():
        h = h + alpha * (-h + w @ rates + v @ wi)
        rates = torch.tanh(h + s["b"])
        states.append(np64(h + s["b"]))
        outputs.append(np64(torch.tanh(h) @ wo))
    # The first rate is tanh(h0), without b, which no state x = h + b gives: where b is not zero, step 1 is the start.
    x0 = np64(s["h0"])
    biased = bool(s["b"].abs().max() > 0)
    states = np.array(states)
    right = {"weight_ih_l0": np64(wi.T), "weight_hh_l0": np64(w), "bias_ih_l0": np64(s["b"])}
    start, u_ = (states[0], u[1:]) if biased else (x0, u)
    rest = states[1:] if biased else states
    out = np.array(outputs)
    reading = {"cell": "current", "activation": "tanh", "euler": True, "dt": alpha, "tau": 1.0, "vectors": "column",
               "note": "state x = h + b" + ("; the first step is left out: there r = tanh(h0), without b" if biased else "")
                       + "; y = tanh(h) wo so" + ("" if full else " / N") + ", which reads f(x) only where b = 0"}
    head = None if biased else {"weight": np64(wo.T), "of": "f(state)"}
    if units is not None:
        from golden_common import check
        error = check(reading, right, head, u_, start, rest, out)
        assert error < tolerance, (name, error)
        small = {"units_written": units, "error": error}
        with open(path(f"{name}.states.json"), "w") as f:
            json.dump({"name": name, "made_by": f"{BY}, equation in double precision",
                       "source": "adrian-valente/lowrank_inference low_rank_rnns/modules.py", "files": files,
                       "inputs": np.asarray(u).tolist(), "initial": x0.tolist(),
                       "states": states[:, :units].tolist(), "norms": np.linalg.norm(states, axis=1).tolist(),
                       "outputs": out.tolist(), "reading": reading, "refuse": None, "metadata": {}, **small}, f)
        print(f"{name:34s} {error:9.2e} {files[0]}")
        return
    write(name, BY, "adrian-valente/lowrank_inference low_rank_rnns/modules.py", save(name, state), u_, start, rest,
          None if biased else out, reading, right, head, tolerance=tolerance, parameters={"alpha": alpha})


def all_lowrank():
    d, h, rank = 2, 6, 2
    for name, full, biased in (("lowrank_small", False, True), ("lowrank_zero_bias", False, False),
                               ("lowrank_full_rank", True, False)):
        r = rng(name)
        shapes = {"wi": (d, h), "si": (d,)} | ({"wrec": (h, h)} if full else {"m": (h, rank), "n": (h, rank)})
        shapes |= {"b": (h,), "wo": (h, O), "so": (O,), "h0": (h,)}
        s = state_of(r, shapes)
        if not full:
            s["m"], s["n"] = 3 * s["m"], 3 * s["n"]
        if not biased:
            s["b"] *= 0
        lowrank(name, s, inputs(r, d), 0.2, [])
    without_bias()
    for file in ("rdm", "dms", "mante", "mante_full"):
        source = f"{os.environ['LOWRANK']}/{file}.pt"
        s = torch.load(source, map_location="cpu", weights_only=True)
        lowrank(f"lowrank_{file}", s, inputs(rng(file), s["wi"].shape[0]), 0.2, [source], units=16, tolerance=1e-9)


def without_bias():
    """OptimizedLowRankRNN (W = m n^T, not over N) and FullRankRNNScaled (W = wrec / N): the names but for b."""
    d, h, rank, alpha = 2, 6, 2, 0.2
    for name, shapes, of in (
        ("lowrank_optimized", {"m": (h, rank), "n": (h, rank)}, lambda s: s["m"] @ s["n"].T),
        ("lowrank_full_scaled", {"wrec": (h, h)}, lambda s: s["wrec"] / h),
    ):
        r = rng(name)
        s = state_of(r, {"wi": (d, h), "si": (d,)} | shapes | {"wo": (h, O), "so": (O,), "h0": (h,)})
        s |= {"wrec": s["wrec"] * h} if "wrec" in s else {}
        q = {k: v.double() for k, v in s.items()}
        w, wi, wo = of(q), q["wi"] * q["si"][:, None], q["wo"] * q["so"] / (h if "wrec" in q else 1)
        u, x0 = inputs(r, d), np64(s["h0"])
        x, states, outputs = q["h0"], [], []
        for v in torch.tensor(u).double():
            x = x + alpha * (-x + w @ torch.tanh(x) + v @ wi)
            states.append(np64(x))
            outputs.append(np64(torch.tanh(x) @ wo))
        write(name, BY, "adrian-valente/lowrank_inference low_rank_rnns/modules.py", save(name, s), u, x0, np.array(states),
              np.array(outputs), {"cell": "current", "activation": "tanh", "euler": True, "dt": alpha, "tau": 1.0,
                                  "vectors": "column", "note": "told from the others by b, which is not there (or an older version)"},
              {"weight_ih_l0": np64(wi.T), "weight_hh_l0": np64(w)}, {"weight": np64(wo.T), "of": "f(state)"}, tolerance=1e-9)


# PLRNNs of BPTT_TF, multi-region networks


def plrnn():
    m = 5
    r = rng("pt_plrnn")
    a = r.uniform(0.3, 0.9, m)
    aw = weights(r, m, m, gain=0.8) * (1 - np.eye(m)) + np.diag(a)
    s = {"latent_model.latent_step.AW": aw, "latent_model.latent_step.h": biases(r, m), "output_layer.weight": weights(r, 3, m)}
    s = {k: torch.tensor(v, dtype=torch.float32) for k, v in s.items()}
    aw, h, out = s.values()
    diag = torch.diag(aw)
    off = aw - torch.diag(diag)
    z0 = biases(r, m)
    u = np.zeros((12, 0))
    states, outputs = simulate("", lambda z, v: diag * z + torch.relu(z) @ off.T + h, z0, u, lambda z: out @ z)
    gain = 1 / (1 - np64(diag))
    write("pt_plrnn", BY, "DurstewitzLab/dendPLRNN BPTT_TF/bptt/PLRNN_model.py", save("pt_plrnn", s), u, z0, states, outputs,
          {"cell": "current", "activation": "relu", "euler": True, "dt": 1.0, "tau": gain.tolist(), "vectors": "column",
           "note": "AW holds A on its diagonal and W off it; clip_range (a hyperparameter) clamps the state"},
          {"weight_ih_l0": np.zeros((m, 0)), "weight_hh_l0": gain[:, None] * np64(off), "bias_ih_l0": gain * np64(h)},
          {"weight": np64(out)})
    b = 4
    s2 = dict(s) | {"latent_model.latent_step.thetas": torch.tensor(weights(r, m, b), dtype=torch.float32),
                    "latent_model.latent_step.alphas": torch.tensor(weights(r, b), dtype=torch.float32)}
    th, al = s2["latent_model.latent_step.thetas"], s2["latent_model.latent_step.alphas"]
    states, outputs = simulate("", lambda z, v: diag * z + (torch.relu(z[:, None] + th) @ al) @ off.T + h, z0, u, lambda z: out @ z)
    write("pt_plrnn_dendritic", BY, "DurstewitzLab/dendPLRNN BPTT_TF/bptt/PLRNN_model.py", save("pt_plrnn_dendritic", s2), u, z0,
          states, outputs, refuse="no cell of nullcline's is a dendritic PLRNN (thetas are added there, H subtracted in Julia)")


def mrnntorch():
    """Regions: W = mask |W| sign, constrained; current network with a tonic input that is not in the file."""
    name, h, d, alpha = "pt_mrnntorch", 7, 2, 0.1
    r = rng(name)
    s = state_of(r, {"rnn.W_rec": (h, h), "rnn.W_inp": (h, d), "out_layer.weight": (O, h), "out_layer.bias": (O,)})
    mask = torch.tensor((r.random((h, h)) < 0.8) * 1.0, dtype=torch.float32)
    sign = torch.tensor(np.tile([1.0, 1, 1, 1, -1, -1, -1], (h, 1)), dtype=torch.float32)
    s = {"rnn.W_rec": s["rnn.W_rec"], "rnn.W_rec_mask": mask, "rnn.W_rec_sign_matrix": sign, "rnn.W_inp": s["rnn.W_inp"],
         "rnn.W_inp_mask": torch.ones(h, d), "rnn.W_inp_sign_matrix": torch.ones(h, d),
         "out_layer.weight": s["out_layer.weight"], "out_layer.bias": s["out_layer.bias"]}
    w, wi = mask * s["rnn.W_rec"].abs() * sign, s["rnn.W_inp"].abs()
    out, c = s["out_layer.weight"], s["out_layer.bias"]
    u, x0 = inputs(r, d), biases(r, h)
    relu = torch.relu
    states, outputs = simulate(name, lambda x, v: x + alpha * (-x + w @ relu(x) + wi @ v), x0, u, lambda x: out @ relu(x) + c)
    write(name, BY, "JohnLazzari/mRNNTorch src/mrnntorch/mrnn/leaky_mrnn.py, mrnn_base.py", save(name, s), u, x0, states, outputs,
          {"cell": "current", "activation": "relu", "euler": True, "dt": alpha, "tau": 1.0, "vectors": "column",
           "note": "W = mask |W_rec| sign where rec_constrained (default), else mask W_rec; base_firing is not in the file; "
                   "elman_mrnn has the same tensors"},
          {"weight_ih_l0": np64(wi), "weight_hh_l0": np64(w)}, {"weight": np64(out), "bias": np64(c), "of": "f(state)"},
          parameters={"alpha": alpha})


# NeuralRNN: model.safetensors beside config.json


def neuralrnn():
    from neuralrnn.models.constrained_rnn.modeling_constrained_rnn import ConstrainedRNNModel
    from neuralrnn.models.ctrnn.configuration_ctrnn import CTRNNConfig, EIRNNConfig
    from neuralrnn.models.ctrnn.modeling_ctrnn import CTRNNModel, EIRNNModel
    from neuralrnn.models.lowrank.configuration_lowrank import LowrankRNNConfig
    from neuralrnn.models.lowrank.modeling_lowrank import LowrankRNNModel
    from neuralrnn.models.multiarea_rnn.configuration_multiarea_rnn import MultiAreaRNNConfig
    from neuralrnn.models.multiarea_rnn.modeling_multiarea_rnn import MultiAreaRNNModel
    from neuralrnn.models.plrnn.configuration_plrnn import ALRNNConfig, DendPLRNNConfig, ShallowPLRNNConfig
    from neuralrnn.models.plrnn.modeling_plrnn import ALRNNModel, DendPLRNNModel, ShallowPLRNNModel

    assert ConstrainedRNNModel
    d, h, alpha = 2, 6, 0.2
    size = {"input_dim": d, "latent_dim": h, "output_dim": O}

    def golden(name, model, reading, right_of, head_of, refuse=None):
        r = rng(name)
        state = model.state_dict()
        for k, v in state.items():
            if "mask" in k or k == "si" or k == "so":
                continue
            if k == "A":
                state[k] = torch.tensor(r.uniform(0.3, 0.9, v.shape), dtype=v.dtype)
            else:
                state[k] = torch.tensor(biases(r, *v.shape) if v.ndim == 1 else weights(r, *v.shape), dtype=v.dtype)
        model.load_state_dict(state)
        model.eval()
        folder = path(name)
        shutil.rmtree(folder, ignore_errors=True)
        model.save_pretrained(folder)
        u = inputs(r, d).astype("f4")
        x = model.init_state(1)
        with torch.no_grad():
            states, outputs, x0 = [], [], np64(x[0])
            for v in torch.tensor(u):
                x = model.recurrence(v[None], x)
                states.append(np64(x[0]))
                outputs.append(np64(model.readout(x)[0]))
        s = {k: np64(v) for k, v in model.state_dict().items()}
        right = None if refuse else right_of(s, model)
        write(name, f"{BY}, neuralrnn 0.4.0", "ChenHH730/NeuralRNN (PyPI neuralrnn 0.4.0)",
              {f"{name}/model.safetensors": stored(model.state_dict())}, u, x0, np.array(states), np.array(outputs),
              reading, right, None if refuse else head_of(s), refuse,
              metadata={"config.json": open(os.path.join(folder, "config.json")).read()}, parameters={"alpha": alpha})

    plain = lambda s, m: {"weight_ih_l0": s["input2h.weight"], "bias_ih_l0": s["input2h.bias"],
                          "weight_hh_l0": np64(m._recurrent_weight()), "bias_hh_l0": s["h2h.bias"]}
    head = lambda s: {"weight": s["readout_layer.weight"], "bias": s["readout_layer.bias"]}
    euler = {"euler": True, "dt": alpha, "tau": 1.0, "vectors": "column"}

    def blend(s, m):
        p = plain(s, m)
        return {k: alpha * v + ((1 - alpha) * np.eye(h) if k == "weight_hh_l0" else 0) for k, v in p.items()}

    golden("neuralrnn_ctrnn_pre", CTRNNModel(CTRNNConfig(**size, alpha=alpha, activation="tanh")),
           {"cell": "rate", "activation": "tanh", **euler}, plain, head)
    golden("neuralrnn_ctrnn_rate", CTRNNModel(CTRNNConfig(**size, alpha=alpha, activation="relu", nonlinearity_mode="rate")),
           {"cell": "current", "activation": "relu", **euler, "note": "the read-out reads the state itself"}, plain, head)
    golden("neuralrnn_ctrnn_blend", CTRNNModel(CTRNNConfig(**size, alpha=alpha, activation="relu",
                                                           nonlinearity_mode="post_blend")),
           {"cell": "vanilla", "activation": "relu", "vectors": "column", "note": "W = (1-a) I + a h2h and so on"}, blend, head)
    golden("neuralrnn_ei", EIRNNModel(EIRNNConfig(**size, alpha=alpha, activation="relu", ei_ratio=0.7)),
           {"cell": "rate", "activation": "relu", **euler, "note": "W = |h2h| diag(sign), dale_mask is in the file; the "
            "read-out sees the first e units"}, plain,
           lambda s: {"weight": np.pad(s["readout_layer.weight"], ((0, 0), (0, h - s["readout_layer.weight"].shape[1]))),
                      "bias": s["readout_layer.bias"]})
    golden("neuralrnn_areas", MultiAreaRNNModel(MultiAreaRNNConfig(
        input_dim=d, output_dim=O, area_sizes=[3, 3], alpha=alpha, activation="relu", ff_ee_density=0.7,
        fb_density=0.6)), {"cell": "rate", "activation": "relu", **euler,
                           "note": "W = |h2h rec_mask| diag(sign); U = input2h in_mask^T"},
        lambda s, m: plain(s, m) | {"weight_ih_l0": s["input2h.weight"] * s["in_mask"].T},
        lambda s: {"weight": s["readout_layer.weight"] * s["out_mask"].T, "bias": s["readout_layer.bias"]})
    golden("neuralrnn_lowrank", LowrankRNNModel(LowrankRNNConfig(**size, rank=2, alpha=alpha, nonlinearity_mode="pre_activation")),
           {"cell": "rate", "activation": "tanh", **euler, "note": "pre_activation: f(W z + U u + b), W = m n^T / N"},
           lambda s, m: {"weight_ih_l0": (s["wi"].T * s["si"]), "weight_hh_l0": s["m"] @ s["n"].T / h, "bias_ih_l0": s["b"]},
           lambda s: None)
    no = "no cell of nullcline's is a {} PLRNN"
    golden("neuralrnn_shallow", ShallowPLRNNModel(ShallowPLRNNConfig(**size, hidden_dim=7, autonomous=False)), None, None, None,
           refuse=no.format("shallow"))
    golden("neuralrnn_dend", DendPLRNNModel(DendPLRNNConfig(**size, n_bases=4, autonomous=False)), None, None, None,
           refuse=no.format("dendritic"))
    golden("neuralrnn_alrnn", ALRNNModel(ALRNNConfig(**size, n_linear=3, autonomous=False)), None, None, None,
           refuse=no.format("almost linear"))


if __name__ == "__main__":
    all_onnx()
    ctrnn()
    all_lowrank()
    plrnn()
    mrnntorch()
    neuralrnn()
