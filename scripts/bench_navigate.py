"""A training step of the resetting path integrator by PyTorch, as benches/navigate.rs times it: bench_navigate.py [threads]

The program's modules, 32 trajectories of 40 actions, 512 transitions, one image of five seen, half of the others shuffled, a quarter black;
images that are not looked at are not encoded, as there.
"""

import sys
import time

import torch
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
M, T, B, C = 512, 40, 32, 512
two = lambda d, h, o: nn.Sequential(nn.Linear(d, h), nn.ReLU(), nn.Linear(h, o))
conv = lambda i, k: [nn.Conv2d(i, 64, k, stride=3, padding=2), nn.ReLU()]
V = nn.Sequential(
    *conv(3, 5), *conv(64, 3), *conv(64, 3), nn.Flatten(),
    nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 512), nn.ReLU(), nn.Linear(512, M),
)
P, D, I = two(2, 256, M), two(2 * M, 512, M), two(2 * M, 256, 2)
G = nn.Sequential(
    nn.Linear(2 * M, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 2), nn.LogSoftmax(dim=1)
)
adam = torch.optim.Adam([p for m in (V, P, D, I, G) for p in m.parameters()], lr=1e-3)
mse = nn.MSELoss()

kind = torch.rand(T, B)
looks = kind < 0.6  # an image, or its representation in another order
seen_at = looks.nonzero()
images = torch.randn(B + len(seen_at) + 1, 3, 64, 64)
column = torch.zeros(T, B, dtype=torch.long)
column[looks] = B + torch.arange(len(seen_at))
column[~looks] = B + len(seen_at)  # black
order = torch.arange(M).repeat(T, B, 1)
for k, j in ((kind >= 0.2) & looks).nonzero():
    order[k, j] = torch.randperm(M)
keep = (kind < 0.8).float()[:, :, None]
actions, targets = torch.randn(T, B, 2), torch.randn(T, B, 2)
before, after, steps = torch.randn(C, 3, 64, 64), torch.randn(C, 3, 64, 64), torch.randn(C, 2)


def step():
    adam.zero_grad()
    reps = V(torch.cat([images, before, after]))
    walk, rb, ra = reps.split([len(images), C, C])
    seen = torch.gather(walk[column], 2, order) * keep
    g = G(torch.cat([torch.zeros(T * B, M), seen.reshape(T * B, M)], 1)).exp().reshape(T, B, 2)
    codes = P(actions.reshape(T * B, 2)).reshape(T, B, M)
    start = walk[:B]
    h, states = start, []
    for k in range(T):
        h = g[k, :, :1] * D(torch.cat([h, codes[k]], 1)) + g[k, :, 1:] * seen[k]
        states.append(h)
    told = I(torch.cat([start.repeat(T, 1), torch.cat(states)], 1)).reshape(T, B, 2)
    loss = mse(told, targets)
    loss = loss + 10 * mse(ra, D(torch.cat([rb, P(steps)], 1))) + 10 * mse(I(torch.cat([rb, ra], 1)), steps)
    loss.backward()
    adam.step()


step()
times = []
for _ in range(5):
    before_step = time.perf_counter()
    step()
    times.append(time.perf_counter() - before_step)
print(f"torch {torch.__version__}, {torch.get_num_threads()} threads: {min(times):.3f} s a step (of {times})")
