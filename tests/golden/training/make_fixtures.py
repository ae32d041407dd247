"""Gradients and trainings by PyTorch in float64, from the same start: writes training.npz beside this file.

Cells: torch.nn.RNN (tanh, relu), GRU, LSTM; the others written here from their papers' equations. Losses: mean
square, cross entropy with classes, cross entropy with probabilities; all with weights, some of them 0. Trainings:
100 steps on one batch with the gradient clipped to a norm of 0.5, by SGD (rate 0.05, momentum 0.9) and by Adam (rate
0.01). Some trainings amplify rounding (tanh with classes by SGD: 1e-15 grows to 6e-7): each is run again from three
starts moved by a relative 1e-15, and the largest difference so far is kept as `spread`.

A flat vector of parameters holds the cell's blocks in the order of `parameters` below, then the read-out's weight and
bias, each column by column.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
UNITS, INPUTS, OUTPUTS, STEPS, SEQUENCES = 6, 2, 3, 8, 4
EPSILON, GAMMA = 0.3, 0.1  # antisymmetric cells: step and damping
DT, STIFFNESS, DAMPING = 0.4, 1.7, 0.6  # coRNN
LINEAR, RECURRENT, EULER = (0.65, 0.05), (0.8, 0.02), 0.2  # Lipschitz: (beta, gamma) of A and W, step


def draw(*shape):
    return torch.nn.Parameter(torch.randn(*shape) / UNITS**0.5)


class Own(torch.nn.Module):
    """A cell given by its equations; a state of shape (batch, state)."""

    def __init__(self, state, **shapes):
        super().__init__()
        self.state = state
        for name, shape in shapes.items():
            setattr(self, name, draw(*shape))

    def forward(self, inputs):
        x, seen = torch.zeros(inputs.shape[1], self.state), []
        for u in inputs:
            x = self.step(x, u)
            seen.append(x[:, :UNITS])
        return torch.stack(seen), None


class Antisymmetric(Own):
    """Chang et al. 2019, eq. 7: h' = h + e tanh((W - W^T - g I) h + V x + b)."""

    def __init__(self):
        super().__init__(UNITS, weight_ih=(UNITS, INPUTS), weight_hh=(UNITS, UNITS), bias=(UNITS,))

    def step(self, h, u):
        a = self.weight_hh - self.weight_hh.T - GAMMA * torch.eye(UNITS)
        return h + EPSILON * torch.tanh(h @ a.T + u @ self.weight_ih.T + self.bias)


class GatedAntisymmetric(Own):
    """Chang et al. 2019, eqs. 9 and 10: z = s(A h + V_z x + b_z), h' = h + e z * tanh(A h + V_h x + b_h)."""

    def __init__(self):
        super().__init__(UNITS, weight_ih=(2 * UNITS, INPUTS), weight_hh=(UNITS, UNITS), bias=(2 * UNITS,))

    def step(self, h, u):
        a = h @ (self.weight_hh - self.weight_hh.T - GAMMA * torch.eye(UNITS)).T
        z, c = (u @ self.weight_ih.T + self.bias).chunk(2, dim=1)
        return h + EPSILON * torch.sigmoid(a + z) * torch.tanh(a + c)


class CoRnn(Own):
    """Rusch & Mishra 2021, eq. 3 with the damping at the old z, as in the authors' code."""

    def __init__(self):
        super().__init__(
            2 * UNITS,
            weight_ih=(UNITS, INPUTS),
            weight_hh=(UNITS, UNITS),
            weight_hz=(UNITS, UNITS),
            bias=(UNITS,),
        )

    def step(self, x, u):
        y, z = x.chunk(2, dim=1)
        drive = torch.tanh(y @ self.weight_hh.T + z @ self.weight_hz.T + u @ self.weight_ih.T + self.bias)
        z = z + DT * (drive - STIFFNESS * y - DAMPING * z)
        return torch.cat([y + DT * z, z], dim=1)


class Lipschitz(Own):
    """Erichson et al. 2021, eqs. 2 and 4, forward Euler: h' = h + e (A h + tanh(W h + U x + b))."""

    def __init__(self):
        super().__init__(
            UNITS,
            weight_ih=(UNITS, INPUTS),
            weight_hh=(UNITS, UNITS),
            weight_hl=(UNITS, UNITS),
            bias=(UNITS,),
        )

    @staticmethod
    def skewed(m, law):
        beta, gamma = law
        return (1 - beta) * (m + m.T) + beta * (m - m.T) - gamma * torch.eye(UNITS)

    def step(self, h, u):
        linear, recurrent = self.skewed(self.weight_hl, LINEAR), self.skewed(self.weight_hh, RECURRENT)
        return h + EULER * (h @ linear.T + torch.tanh(h @ recurrent.T + u @ self.weight_ih.T + self.bias))


CELLS = {
    "tanh": lambda: torch.nn.RNN(INPUTS, UNITS),
    "relu": lambda: torch.nn.RNN(INPUTS, UNITS, nonlinearity="relu"),
    "gru": lambda: torch.nn.GRU(INPUTS, UNITS),
    "lstm": lambda: torch.nn.LSTM(INPUTS, UNITS),
    "antisymmetric": Antisymmetric,
    "gated_antisymmetric": GatedAntisymmetric,
    "cornn": CoRnn,
    "lipschitz": Lipschitz,
}


def parameters(net, readout):
    """In the order of the flat vector: as registered, which for torch.nn is weight_ih, weight_hh, bias_ih, bias_hh."""
    return [*net.parameters(), readout.weight, readout.bias]


def flat(tensors):
    return np.concatenate([t.detach().numpy().ravel(order="F") for t in tensors])


def loss(kind, outputs, data):
    """Weighted means, with outputs of shape (steps, sequences, outputs)."""
    w = data["weights"]
    if kind == "values":
        return (w[..., None] * (outputs - data["values"]) ** 2).sum() / (w.sum() * OUTPUTS)
    if kind == "classes":
        each = cross_entropy(outputs.reshape(-1, OUTPUTS), data["classes"].reshape(-1), reduction="none")
    else:
        each = cross_entropy(
            outputs.reshape(-1, OUTPUTS), data["probabilities"].reshape(-1, OUTPUTS), reduction="none"
        )
    return (w.reshape(-1) * each).sum() / w.sum()


def train(net, readout, start, kind, name, data):
    """Losses before each of 100 steps, and the first gradient."""
    all_parameters = parameters(net, readout)
    with torch.no_grad():
        for p, s in zip(all_parameters, start):
            p.copy_(s)
    if name == "sgd":
        optimiser = torch.optim.SGD(all_parameters, lr=0.05, momentum=0.9)
    else:
        optimiser = torch.optim.Adam(all_parameters, lr=0.01)
    losses, gradient = [], None
    for _ in range(100):
        optimiser.zero_grad()
        value = loss(kind, readout(net(data["inputs"])[0]), data)
        value.backward()
        losses.append(value.item())
        if gradient is None:
            gradient = flat([p.grad for p in all_parameters])
        torch.nn.utils.clip_grad_norm_(all_parameters, 0.5)
        optimiser.step()
    return np.array(losses), gradient


def main():
    torch.manual_seed(11)
    data = {
        "inputs": torch.randn(STEPS, SEQUENCES, INPUTS),
        "values": torch.randn(STEPS, SEQUENCES, OUTPUTS),
        "classes": torch.randint(OUTPUTS, (STEPS, SEQUENCES)),
        "probabilities": torch.softmax(2 * torch.randn(STEPS, SEQUENCES, OUTPUTS), dim=2),
        "weights": torch.tensor([0.0, 0.5, 1.0, 2.0, 0.0])[torch.randint(5, (STEPS, SEQUENCES))],
    }
    data["weights"][0] = 0.0
    out = {name: v.numpy().astype(np.float64) for name, v in data.items()}
    noise = torch.Generator().manual_seed(12)
    for cell, make in CELLS.items():
        net, readout = make(), torch.nn.Linear(UNITS, OUTPUTS)
        all_parameters = parameters(net, readout)
        start = [p.detach().clone() for p in all_parameters]
        out[f"{cell}.start"] = flat(start)
        moved = [[s * (1 + 1e-15 * torch.randn(s.shape, generator=noise)) for s in start] for _ in range(3)]
        for kind in ["values", "classes", "probabilities"]:
            for name in ["sgd", "adam"]:
                losses, out[f"{cell}.{kind}.gradient"] = train(net, readout, start, kind, name, data)
                others = [train(net, readout, m, kind, name, data)[0] for m in moved]
                out[f"{cell}.{kind}.{name}"] = losses
                spread = np.max([np.abs(o - losses) for o in others], axis=0)
                out[f"{cell}.{kind}.{name}.spread"] = np.maximum.accumulate(spread).astype(np.float32)
    np.savez_compressed(Path(__file__).with_name("training.npz"), **out)


if __name__ == "__main__":
    main()
