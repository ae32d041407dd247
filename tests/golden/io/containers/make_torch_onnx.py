"""Writes `onnx_torch/*.onnx` with PyTorch 2.15.0 (torch.onnx.export, dynamo=False), and beside each the weights of its state_dict,
put into ONNX's order of gates here: PyTorch has i f g o of the LSTM and r z n of the GRU.

    PYTHONPATH=FOLDER_OF_ONNX python make_torch_onnx.py
"""

import json
import pathlib
import sys

# The folder `onnx` beside this script is no module.
sys.path.pop(0)

import numpy as np
import torch

FOLDER = pathlib.Path(__file__).parent / "onnx_torch"
FOLDER.mkdir(exist_ok=True)
ORDER = {"RNN": [0], "GRU": [1, 0, 2], "LSTM": [0, 3, 1, 2]}


class Net(torch.nn.Module):
    def __init__(self, kind, both):
        super().__init__()
        self.rnn = getattr(torch.nn, kind)(2, 3, num_layers=2, bidirectional=both)
        self.fc = torch.nn.Linear(6 if both else 3, 4)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


for kind, order in ORDER.items():
    for both in [False, True]:
        torch.manual_seed(4)
        net = Net(kind, both).eval()
        path = FOLDER / f"{kind.lower()}{'_both' if both else ''}.onnx"
        torch.onnx.export(net, (torch.zeros(5, 1, 2),), str(path), dynamo=False)
        state = {k: v.numpy() for k, v in net.state_dict().items()}
        tensors = {}

        def put(name, array):
            tensors[name] = {"shape": list(array.shape), "dtype": "f32", "data": [float(v) for v in array.ravel()]}

        def gates(array):
            parts = np.split(array, len(order))
            return np.concatenate([parts[k] for k in order])

        for layer in range(2):
            ends = ["", "_reverse"] if both else [""]
            node = f"/rnn/{kind}" + (f"_{layer}" if layer else "")
            put(f"{node}.W", np.stack([gates(state[f"rnn.weight_ih_l{layer}{e}"]) for e in ends]))
            put(f"{node}.R", np.stack([gates(state[f"rnn.weight_hh_l{layer}{e}"]) for e in ends]))
            bias = [np.concatenate([gates(state[f"rnn.bias_{x}_l{layer}{e}"]) for x in ["ih", "hh"]]) for e in ends]
            put(f"{node}.B", np.stack(bias))
        put("fc.bias", state["fc.bias"])
        path.with_name(path.name + ".json").write_text(json.dumps({"tensors": tensors}))
