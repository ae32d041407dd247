"""Losses and gradients of a small resetting path integrator by torch.autograd, float64: python make_fixtures.py"""
import numpy as np
import torch
from torch import nn

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
M, SIDE, T, B, C = 6, 7, 5, 3, 4
two = lambda d, h, o: nn.Sequential(nn.Linear(d, h), nn.ReLU(), nn.Linear(h, o))
V = nn.Sequential(nn.Conv2d(3, 2, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(32, 9), nn.ReLU(), nn.Linear(9, M))
P, D, I = two(2, 5, M), two(2 * M, 8, M), two(2 * M, 7, 2)
G = nn.Sequential(nn.Linear(2 * M, 5), nn.ReLU(), nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 2), nn.LogSoftmax(dim=1))
modules = [V, P, D, I, G]

rng = np.random.default_rng(3)
draw = lambda *shape: rng.standard_normal(shape)
images, actions, targets = draw(B + 4, 3, SIDE, SIDE), draw(T, B, 2), draw(T, B, 2)
before, after, steps = draw(C, 3, SIDE, SIDE), draw(C, 3, SIDE, SIDE), draw(C, 2)
kind = rng.integers(0, 3, (T, B))  # an image, one in another order, nothing
column = rng.integers(0, B + 4, (T, B))
order = np.array([[rng.permutation(M) for _ in range(B)] for _ in range(T)])

t = torch.from_numpy
R = V(t(images))
start = R[:B]
h, told = start, []
for k in range(T):
    seen = []
    for j in range(B):
        r = R[column[k, j]]
        seen.append([r, r[t(order[k, j])], torch.zeros(M)][kind[k, j]])
    seen = torch.stack(seen)
    g = G(torch.cat([torch.zeros(B, M), seen], 1)).exp()
    h = g[:, :1] * D(torch.cat([h, P(t(actions[k]))], 1)) + g[:, 1:] * seen
    told.append(I(torch.cat([start, h], 1)))
mse = nn.MSELoss()
integration = mse(torch.stack(told), t(targets))
rb, ra = V(t(before)), V(t(after))
direct = mse(ra, D(torch.cat([rb, P(t(steps))], 1)))
inverse = mse(I(torch.cat([rb, ra], 1)), t(steps))
(integration + 10 * direct + 10 * inverse).backward()


def flat(what):
    out = []
    for p in (p for m in modules for p in m.parameters()):
        a = what(p).detach().numpy()
        out.append((a.T if a.ndim == 2 else a).ravel())  # dense weights column by column
    return np.concatenate(out)


columns = lambda a: a.reshape(len(a), -1)  # an image a row
np.savez(
    "integrator.npz", theta=flat(lambda p: p), gradient=flat(lambda p: p.grad), images=columns(images),
    actions=actions.reshape(-1, 2), targets=targets.reshape(-1, 2), before=columns(before), after=columns(after), steps=steps,
    kind=kind.ravel().astype(float), column=column.ravel().astype(float), order=order.reshape(-1, M).astype(float),
    losses=np.array([integration.item(), direct.item(), inverse.item()]), told=torch.stack(told).detach().numpy().reshape(-1, 2),
)
