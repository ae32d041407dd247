"""Writes cells.npz: states, Jacobians and gradients of the antisymmetric, gated antisymmetric, coRNN,
Lipschitz, update gate, integrator and continuous-time GRU cells by PyTorch's automatic differentiation, in float64, from the papers' equations alone."""

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(2019)
N, D, STEPS, BATCH = 5, 3, 12, 2
EYE = torch.eye(N)


def antisymmetric(p, h, u, epsilon=0.3, gamma=0.05):
    a = h @ (p["weight_hh"] - p["weight_hh"].T - gamma * EYE).T + u @ p["weight_ih"].T + p["bias"]
    return h + epsilon * torch.tanh(a)


def gated_antisymmetric(p, h, u, epsilon=0.3, gamma=0.05):
    a = h @ (p["weight_hh"] - p["weight_hh"].T - gamma * EYE).T
    z_in, h_in = (u @ p["weight_ih"].T + p["bias"]).chunk(2, dim=-1)
    return h + epsilon * torch.sigmoid(a + z_in) * torch.tanh(a + h_in)


def cornn(p, x, u, dt=0.2, gamma=2.7, epsilon=1.3):
    y, z = x.chunk(2, dim=-1)
    drive = torch.tanh(y @ p["weight_hh"].T + z @ p["weight_hz"].T + u @ p["weight_ih"].T + p["bias"])
    z = z + dt * (drive - gamma * y - epsilon * z)
    return torch.cat([y + dt * z, z], dim=-1)


def skewed(m, beta, gamma):
    return (1 - beta) * (m + m.T) + beta * (m - m.T) - gamma * EYE


def lipschitz_field(p, h, u):
    a, w = skewed(p["weight_hl"], 0.65, 0.2), skewed(p["weight_hh"], 0.8, 0.01)
    return h @ a.T + torch.tanh(h @ w.T + u @ p["weight_ih"].T + p["bias"])


def lipschitz_euler(p, h, u, dt=0.1):
    return h + dt * lipschitz_field(p, h, u)


def lipschitz_rk4(p, h, u, dt=0.1):
    k1 = lipschitz_field(p, h, u)
    k2 = lipschitz_field(p, h + dt / 2 * k1, u)
    k3 = lipschitz_field(p, h + dt / 2 * k2, u)
    k4 = lipschitz_field(p, h + dt * k3, u)
    return h + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def ugrnn(p, h, u):
    a = h @ p["weight_hh"].T + u @ p["weight_ih"].T + p["bias_ih"] + p["bias_hh"]
    gate, candidate = a.chunk(2, dim=-1)
    g = torch.sigmoid(gate)
    return g * h + (1 - g) * torch.tanh(candidate)


def integrator(f):
    """f(W (h + E u) + b), Fanthomme and Monasson 2021, (7.1) and (7.2)."""
    return lambda p, h, u: f((h + u @ p["weight_ih"].T) @ p["weight_hh"].T + p["bias"])


def gru_flow(before, share=0.2):
    """h + share (z - 1) (h - c), as krishna2024's program has it, c with the reset gate before or after the product."""

    def step(p, h, u):
        i_r, i_z, i_c = (u @ p["weight_ih"].T + p["bias_ih"]).chunk(3, dim=-1)
        w_r, w_z, w_c = p["weight_hh"].chunk(3)
        b_r, b_z, b_c = p["bias_hh"].chunk(3)
        r, z = torch.sigmoid(i_r + h @ w_r.T + b_r), torch.sigmoid(i_z + h @ w_z.T + b_z)
        c = torch.tanh(i_c + ((r * h) @ w_c.T + b_c if before else r * (h @ w_c.T + b_c)))
        return h + share * (z - 1) * (h - c)

    return step


SHAPES = {"weight_ih": (N, D), "weight_hh": (N, N), "bias": (N,)}
CELLS = {
    "antisymmetric": (antisymmetric, SHAPES, N),
    "gated_antisymmetric": (gated_antisymmetric, SHAPES | {"weight_ih": (2 * N, D), "bias": (2 * N,)}, N),
    "cornn": (cornn, SHAPES | {"weight_hz": (N, N)}, 2 * N),
    "lipschitz_euler": (lipschitz_euler, SHAPES | {"weight_hl": (N, N)}, N),
    "lipschitz_rk4": (lipschitz_rk4, SHAPES | {"weight_hl": (N, N)}, N),
    "ugrnn": (
        ugrnn,
        {"weight_ih": (2 * N, D), "weight_hh": (2 * N, N), "bias_ih": (2 * N,), "bias_hh": (2 * N,)},
        N,
    ),
    "integrator_identity": (integrator(lambda a: a), SHAPES, N),
    "integrator_relu": (integrator(torch.relu), SHAPES, N),
    "integrator_sigmoid": (integrator(lambda a: torch.sigmoid(50 * (a - 0.1))), SHAPES, N),
    "integrator_tanh": (integrator(lambda a: torch.tanh(1.5 * (a + 0.2))), SHAPES, N),
}
GATES = {"weight_ih": (3 * N, D), "weight_hh": (3 * N, N), "bias_ih": (3 * N,), "bias_hh": (3 * N,)}
CELLS |= {"gru_flow_before": (gru_flow(True), GATES, N), "gru_flow_after": (gru_flow(False), GATES, N)}

out = {}
for name, (step, shapes, dim) in CELLS.items():
    p = {k: (0.7 * torch.randn(s)).requires_grad_() for k, s in shapes.items()}
    x0 = torch.randn(BATCH, dim, requires_grad=True)
    u = torch.randn(STEPS, BATCH, D, requires_grad=True)
    g = torch.randn(STEPS, BATCH, dim)
    x, states = x0, []
    for t in range(STEPS):
        x = step(p, x, u[t])
        states.append(x)
    states = torch.stack(states)
    # L = sum over steps of <g, x>.
    (states * g).sum().backward()
    jx, ju = torch.autograd.functional.jacobian(lambda a, b: step(p, a, b), (x0[0], u[0, 0]))
    keep = {"x0": x0, "u": u, "g": g, "states": states, "jacobian": jx, "jacobian_u": ju}
    keep |= {"grad_x0": x0.grad, "grad_u": u.grad}
    keep |= p | {f"grad_{k}": v.grad for k, v in p.items()}
    out |= {f"{name}.{k}": v.detach().numpy() for k, v in keep.items()}

np.savez_compressed("cells.npz", **out)
