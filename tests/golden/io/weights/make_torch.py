"""Writes weight files by PyTorch and numpy, and what their networks do: one step from a random state.

    python3 make_torch.py        needs torch, numpy, safetensors

`torch.json` holds, for each case: the file, the options, the state x, the input u and the next state y (double
precision arithmetic on the weights that act, by torch or numpy), the read-out expected, words that must be said; or
words of the error expected.
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import pickle

import numpy as np
import torch
import torch.nn.utils.parametrizations as parametrizations
import torch.nn.utils.parametrize as parametrize
import torch.nn.utils.prune as prune
from safetensors.torch import save_file
from torch import nn

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(11)
rng = np.random.default_rng(11)
cases = {}


def note(name, **more):
    cases[name] = {"file": name.split(":")[0], **more}


def step(name, cell, n, d, biases=True, nonlinearity="tanh", **more):
    """One step of the module `cell` (an nn.RNN, nn.GRU or nn.LSTM of one or more layers), in double precision."""
    layers = cell.num_layers
    cell = cell.double().eval()
    u = torch.from_numpy(rng.normal(size=(1, 1, d)))
    h = torch.from_numpy(rng.normal(size=(layers, 1, n)))
    with torch.no_grad():
        if isinstance(cell, nn.LSTM):
            c = torch.from_numpy(rng.normal(size=(layers, 1, n)))
            _, (h1, c1) = cell(u, (h, c))
            x, y = torch.cat([h, c], 2), torch.cat([h1, c1], 2)
        else:
            _, h1 = cell(u, h)
            x, y = h, h1
    note(name, x=x.flatten().tolist(), u=u.flatten().tolist(), y=y.flatten().tolist(), **more)


class Net(nn.Module):
    def __init__(self, rnn, n, outputs=2):
        super().__init__()
        self.rnn = rnn
        self.readout = nn.Linear(n, outputs)


import __main__

__main__.Net = Net


def named(prefix, module):
    return {prefix + k: v.detach() for k, v in module.state_dict().items()}


# Weights in parts.
net = Net(nn.GRU(2, 4), 4)
nn.utils.weight_norm(net.rnn, "weight_hh_l0")
with torch.no_grad():
    net.rnn.weight_hh_l0_g.mul_(1.7)
torch.save(net.state_dict(), "weight_norm_old.pt")
net.rnn(torch.zeros(1, 1, 2))
plain = nn.GRU(2, 4)
plain.load_state_dict({k: getattr(net.rnn, k).detach() for k in plain.state_dict()})
step("weight_norm_old.pt", plain, 4, 2, readout="readout.weight", says=["weight norm"])

net = Net(nn.RNN(2, 4, 2), 4)
parametrizations.weight_norm(net.rnn, "weight_hh_l0")
parametrizations.spectral_norm(net.rnn, "weight_hh_l1")
with torch.no_grad():
    net.rnn.parametrizations.weight_hh_l0.original0.mul_(1.3)
net.eval()
torch.save(net.state_dict(), "parametrised.pt")
plain = nn.RNN(2, 4, 2)
plain.load_state_dict({k: getattr(net.rnn, k).detach() for k in plain.state_dict()})
step("parametrised.pt", plain, 4, 2, readout="readout.weight", says=["weight norm", "spectral norm"])

net = Net(nn.LSTM(2, 3), 3)
nn.utils.spectral_norm(net.rnn, "weight_hh_l0")
prune.random_unstructured(net.rnn, "weight_ih_l0", amount=0.4)
net.eval()
net.rnn(torch.zeros(1, 1, 2))
torch.save(net.state_dict(), "spectral_pruned.pt")
plain = nn.LSTM(2, 3)
plain.load_state_dict({k: getattr(net.rnn, k).detach() for k in plain.state_dict()})
step("spectral_pruned.pt", plain, 3, 2, readout="readout.weight", says=["spectral norm", "pruning"])

net = Net(nn.RNN(2, 4), 4)
parametrizations.orthogonal(net.rnn, "weight_hh_l0")
torch.save(net.state_dict(), "orthogonal.pt")
words = ["orthogonal parametrisation", 'remove_parametrizations(model.rnn, "weight_hh_l0")']
note("orthogonal.pt", error=words)
parametrize.remove_parametrizations(net.rnn, "weight_hh_l0")
torch.save(net.state_dict(), "orthogonal_removed.pt")
plain = nn.RNN(2, 4)
plain.load_state_dict({k: v for k, v in net.rnn.state_dict().items()})
step("orthogonal_removed.pt", plain, 4, 2, readout="readout.weight")

# Weight drop as in awd-lstm-lm and fastai: the copy inside is that of the last training step.
plain = nn.LSTM(3, 4)
kept = named("rnns.0.module.", plain)
kept["rnns.0.weight_hh_l0_raw"] = kept["rnns.0.module.weight_hh_l0"]
kept["rnns.0.module.weight_hh_l0"] = nn.functional.dropout(kept["rnns.0.weight_hh_l0_raw"], 0.5)
kept = {"encoder.weight": torch.randn(6, 3), **kept, **named("decoder.", nn.Linear(4, 6))}
torch.save(kept, "weight_drop.pt")
step("weight_drop.pt", plain, 4, 3, readout="decoder.weight", says=["undropped"])

# The module's own nonlinearity, in the formats of now and before 1.6.
net = Net(nn.RNN(2, 4, nonlinearity="relu"), 4)
torch.save(net, "relu_module.pt")
# Without the sources of PyTorch's classes, which that format would keep beside them.
torch.serialization.get_source_lines_and_file = None
torch.save(net, "relu_module_legacy.pt", _use_new_zipfile_serialization=False)
plain = nn.RNN(2, 4, nonlinearity="relu")
plain.load_state_dict(net.rnn.state_dict())
for name in ["relu_module.pt", "relu_module_legacy.pt"]:
    step(name, plain, 4, 2, readout="readout.weight", silent=["assumed"])
torch.save(
    {"state_dict": net.state_dict(), "hyper_parameters": {"nonlinearity": "relu"}}, "hyper_parameters.pt"
)
step("hyper_parameters.pt", plain, 4, 2, says=["`hyper_parameters.nonlinearity`"], silent=["assumed"])

# Read-outs.
encoder, decoder = nn.GRU(3, 4), nn.GRU(2, 4)
torch.save(
    {**named("encoder.gru.", encoder), **named("decoder.gru.", decoder), **named("decoder.out.", nn.Linear(4, 2))},
    "seq2seq.pt",
)
step("seq2seq.pt:encoder", encoder, 4, 3, prefix="encoder.gru", readout=None)
step("seq2seq.pt:decoder", decoder, 4, 2, prefix="decoder.gru", readout="decoder.out.weight")
plain = nn.GRU(4, 4)
torch.save({**named("words.", nn.Embedding(5, 4)), **named("rnn.", plain)}, "embedding.pt")
step("embedding.pt", plain, 4, 4, readout=None)
save_file({**named("words.", nn.Embedding(5, 4)), **named("rnn.", plain)}, "embedding.safetensors")
step("embedding.safetensors", plain, 4, 4, readout=None, says=["--map readout=words.weight"])
step("embedding.safetensors:map", plain, 4, 4, map="readout=words.weight", readout="words.weight")
torch.save({**named("rnn.", plain), **named("head.0.", nn.Linear(4, 5)), **named("head.2.", nn.Linear(5, 2))}, "mlp.pt")
step("mlp.pt", plain, 4, 4, readout=None)

# A bias or a normalisation that has no part.
torch.save({**named("rnn.", plain), "rnn.bias_x": torch.randn(12)}, "bias.pt")
note("bias.pt", error=["rnn.bias_x", "a bias"])
torch.save({**named("rnn.", plain), "rnn.norm.weight": torch.randn(4)}, "norm.pt")
note("norm.pt", error=["rnn.norm.weight", "a normalisation"])

# numpy arrays, pickles, float8.
plain = nn.GRU(2, 3)
arrays = {k: v.numpy() for k, v in named("rnn.", plain).items()}
torch.save(arrays, "numpy.pt")
step("numpy.pt", plain, 3, 2)
for protocol in [2, 4, 5]:
    turned = {k: np.asfortranarray(v.astype(">f8")) if protocol == 4 else v for k, v in arrays.items()}
    with open(f"numpy_{protocol}.pkl", "wb") as file:
        pickle.dump(turned, file, protocol=protocol)
    step(f"numpy_{protocol}.pkl", plain, 3, 2)
np.save("dictionary.npy", {"model": arrays})
step("dictionary.npy", plain, 3, 2)
np.savez("dictionary.npz", params=np.array(arrays, dtype=object))
step("dictionary.npz", plain, 3, 2)
small = {k: v.to(torch.float8_e4m3fn) for k, v in named("rnn.", plain.float()).items()}
torch.save(small, "float8.pt")
plain.load_state_dict({k.removeprefix("rnn."): v.double() for k, v in small.items()})
step("float8.pt", plain, 3, 2)

# Row vectors, in names of one's own.
w, u, b, d = rng.normal(size=(4, 4)), rng.normal(size=(2, 4)), rng.normal(size=4), rng.normal(size=(4, 3))
np.savez("rows.npz", W=w, U=u, V=rng.normal(size=(4, 4)), b=b, c=2 * b, D=d)
v = np.load("rows.npz")["V"]
x, v2, v4 = rng.normal(size=4), rng.normal(size=2), rng.normal(size=4)
options = {"cell": "vanilla", "activation": "tanh"}
y = np.tanh(x @ w + v2 @ u + b)
more = {**options, "map": "w_rec=W,w_in=U,b=b,readout=D"}
note("rows.npz:shape", x=x.tolist(), u=v2.tolist(), y=y.tolist(), readout="D", says=["`W`", "it is turned"], **more)
more = {**options, "map": "w_rec=W,w_in=U,b=b+c"}
y = np.tanh(x @ w + v2 @ u + 3 * b)
note("rows.npz:sum", x=x.tolist(), u=v2.tolist(), y=y.tolist(), **more)
more = {**options, "map": "w_rec=W,w_in=V,b=b"}
note("rows.npz:square", error=["--vectors column", "--vectors row", "`W` and `V`"], **more)
y = np.tanh(x @ w + v4 @ v + b)
note("rows.npz:row", x=x.tolist(), u=v4.tolist(), y=y.tolist(), vectors="row", **more)
y = np.tanh(w @ x + v @ v4 + b)
note("rows.npz:column", x=x.tolist(), u=v4.tolist(), y=y.tolist(), vectors="column", **more)
names = {"cell.weight_hh": w, "cell.weight_ih": u, "cell.bias": b}
torch.save({k: torch.from_numpy(t) for k, t in names.items()}, "rows.pt")
note("rows.pt", x=x.tolist(), u=v2.tolist(), y=np.tanh(x @ w + v2 @ u + b).tolist(), says=["it is turned"])


def s(a):
    return 1 / (1 + np.exp(-a))


# Gated cells of one's own for row vectors: the order of the gates is asked for.
w, u, b, x, c, v = (rng.normal(size=k) for k in [(3, 12), (2, 12), 12, 3, 3, 2])
np.savez("rows_lstm.npz", U=w, W=u, b=b)
i, f, g, o = np.split(x @ w + v @ u + b, 4)
c1 = s(f) * c + s(i) * np.tanh(g)
more = {"cell": "lstm", "map": "w_rec=U,w_in=W,b=b"}
note("rows_lstm.npz:ask", error=["--gates i,f,g,o"], **more)
both = {"x": [*x, *c], "u": [*v], "y": [*(s(o) * np.tanh(c1)), *c1]}
note("rows_lstm.npz:gates", **both, gates="i,f,c,o", **more)

# Low rank, as in the public code lowrank_inference, in steps of 0.1.
m, n, wi, si = rng.normal(size=(8, 2)), rng.normal(size=(8, 2)), rng.normal(size=(3, 8)), rng.normal(size=3)
b, wo = rng.normal(size=8), rng.normal(size=(8, 1))
np.savez("low_rank.npz", m=m, n=n, wi=wi, si=si, b=b, wo=wo, so=np.ones(1), h0=np.zeros(8))
x, v = rng.normal(size=8), rng.normal(size=3)
y = x + 0.1 * (-x + m @ (n.T @ np.tanh(x)) / 8 + (v * si) @ wi + b)
euler = {"tau": 1.0, "dt": 0.1, "euler": True}
both = {"x": [*x], "u": [*v], "y": [*y]}
note("low_rank.npz", **both, **euler, says=["`m` `n`^T / 8", "`wi` times the strengths `si`", "`wo`"])
more = {"cell": "current", "activation": "tanh", **euler}
note("low_rank.npz:m", **both, map="w_rec=m,w_in=wi,b=b", **more)
note("low_rank.npz:mn", **both, map="m=m,n=n,w_in=wi,b=b", **more)

json.dump(cases, open("torch.json", "w"), indent=0)

# What the reader itself is tested on.
floats = {}
for kind in ["e4m3fn", "e5m2"]:
    bits = torch.arange(256, dtype=torch.uint8)
    floats[kind] = bits.view(getattr(torch, f"float8_{kind}"))
    floats[f"{kind}_f64"] = floats[kind].double()
save_file(floats, "float8_all.safetensors")


class Config:
    pass


__main__.Config = Config
config = Config()
config.values = torch.ones(2)
args = argparse.Namespace(rate=0.5, path=pathlib.Path("/a/b"))
torch.save(
    {
        "state_dict": named("rnn.", nn.GRU(1, 2)),
        "args": args,
        "counts": collections.Counter("aab"),
        "best": np.float64(0.25),
        "seed": np.int64(7),
        "when": datetime.datetime(2020, 1, 1),
        "config": config,
    },
    "objects.pt",
)
torch.save({"config": config}, "object_alone.pt")


class Code:
    def __reduce__(self):
        return os.system, ("true",)


torch.save({"rnn.weight_hh_l0": torch.ones(1, 1), "x": Code()}, "code.pt")
net = torch.ao.quantization.quantize_dynamic(Net(nn.LSTM(2, 3), 3), {nn.LSTM, nn.Linear}, dtype=torch.qint8)
torch.save(net.state_dict(), "quantised.pt")
with open("dumped.pkl", "wb") as file:
    pickle.dump(named("rnn.", nn.GRU(1, 1)), file)
base = torch.arange(12, dtype=torch.float32)
views = {
    "every_second": base[::2],
    "turned": base.reshape(3, 4).T,
    "bf16": base.bfloat16(),
    "complex": torch.ones(3, dtype=torch.complex64),
}
torch.save(views, "legacy_views.pt", _use_new_zipfile_serialization=False)
