"""Fixed points of the flip-flop GRU by joint Adam on q in float32 PyTorch, the way of FixedPointFinder.

    python fixed_points_adam.py POINTS.csv [--rate 0.01] [--iterations 5000]

POINTS.csv is fixed_points/states.csv of `nullcline analyze datasets/flipflop_gru.safetensors`; 512 starts are drawn
around its states. Prints the time, the number of unique points (distance 1e-3) and how many of the given points lie
within 0.01 of one. Set OMP_NUM_THREADS=2.
"""
import argparse
import csv
import pathlib
import time

import torch
from safetensors.torch import load_file

parser = argparse.ArgumentParser()
parser.add_argument("points")
parser.add_argument("--rate", type=float, default=0.01)
parser.add_argument("--iterations", type=int, default=5000)
options = parser.parse_args()

torch.manual_seed(1)
data = pathlib.Path(__file__).resolve().parents[2] / "datasets" / "flipflop_gru.safetensors"
weights = {k.removeprefix("rnn."): v for k, v in load_file(data).items() if k.startswith("rnn.")}
cell = torch.nn.GRUCell(3, 32)
cell.load_state_dict({k.removesuffix("_l0"): v for k, v in weights.items()})
for p in cell.parameters():
    p.requires_grad_(False)
with open(options.points) as f:
    known = torch.tensor([[float(v) for v in row[1:]] for row in list(csv.reader(f))[1:]])

start = known[torch.randint(len(known), (512,))] + 0.5 * known.std(0) * torch.randn(512, 32)
begin = time.time()
x = start.clone().requires_grad_(True)
u = torch.zeros(512, 3)
adam = torch.optim.Adam([x], lr=options.rate)
for _ in range(options.iterations):
    adam.zero_grad()
    q = 0.5 * ((cell(u, x) - x) ** 2).sum(1)
    if q.max() < 1e-12:
        break
    q.mean().backward()
    adam.step()
x = x.detach()
unique = []
for row in x:
    if not any(torch.dist(row, other) < 1e-3 for other in unique):
        unique.append(row)
unique = torch.stack(unique)
near = (torch.cdist(known, unique).min(1).values < 0.01).sum().item()
print(f"{time.time() - begin:.1f} s, {len(unique)} unique points, {near} of {len(known)} known ones within 0.01")
