"""Times the training of krishna2024's spatial network (512 units, batch 200, 100 steps) in nullcline and in PyTorch on the same threads.

    python3 scripts/bench_position.py target/release/nullcline [STEPS] [TURNS]

Both draw new walks and noise at each step, code positions by 512 place cells (unnormalised Gaussians), and take an Adam step in single
precision on the mean square over batch, steps and cells. They run in turns; each turn's time is that of STEPS steps less that of a
tenth of them. Printed: milliseconds a step of both, each turn and their medians, what 2500 batches take, and the share of the rate of a
plain matrix product (512 x 512 by 512 x 20000, PyTorch) at which each works, counted by the products that are needed: forward,
back, and into the gradient, of the recurrent matrix, the read-out and the encoder.
"""

import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch

UNITS, CELLS, BATCH, T = 512, 512, 200, 100
SIDE, SPEED, TURNING, DT, WIDTH, SHARE, NOISE, RATE = 2.2, 0.2, 11.52, 0.02, 0.2, 0.2, 0.01, 1e-3
BORDER, SLOWED = 0.03, 0.25
THREADS = 2


def ours(binary, steps):
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "train", "position", "--units", UNITS, "--cells", CELLS, "--batch", BATCH, "--steps", T]
        command += ["--cell", "rate", "--activation", "relu", "--tau", 0.1, "--dt", 0.02, "--euler", "--no-bias"]
        command += ["--init", "linear", "--noise", NOISE, "--rate", RATE, "--clip", "none", "--fresh", "--epochs", 1]
        command += ["--train-items", BATCH * steps, "--validation-items", 1, "--test-items", 1]
        command += ["--threads", THREADS, "--quiet", "--out", pathlib.Path(folder) / "out"]
        start = time.perf_counter()
        subprocess.run([str(c) for c in command], check=True)
        return time.perf_counter() - start


def walk(rng):
    """Positions 1 to T + 1 of walks, batch x (T + 1) x 2; the wall rule acts where an animal heads for the nearest wall."""
    at, heading = rng.uniform(-SIDE / 2, SIDE / 2, (BATCH, 2)), rng.uniform(0, 2 * math.pi, BATCH)
    speed, turn = rng.rayleigh(SPEED, (T + 1, BATCH)), DT * rng.normal(0, TURNING, (T + 1, BATCH))
    path = []
    for t in range(T + 1):
        gaps = np.concatenate([SIDE / 2 - at, SIDE / 2 + at], axis=1)
        nearest = gaps.argmin(axis=1)
        angle = np.mod(heading - nearest * math.pi / 2 + math.pi, 2 * math.pi) - math.pi
        near = (gaps.min(axis=1) < BORDER) & (np.abs(angle) < math.pi / 2)
        length = DT * np.where(near, SLOWED * speed[t], speed[t])
        at = at + length[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        heading = heading + turn[t] + np.where(near, np.sign(angle) * (math.pi / 2 - np.abs(angle)), 0.0)
        path.append(at)
    return torch.from_numpy(np.stack(path)).float()


def torchs(steps):
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    centres = (torch.rand(CELLS, 2) - 0.5) * SIDE
    linear = lambda inputs, outputs: torch.nn.Linear(inputs, outputs, bias=False)
    w_in, w, d, e = linear(2, UNITS), linear(UNITS, UNITS), linear(UNITS, CELLS), linear(CELLS, UNITS)
    parameters = [p for m in (w_in, w, d, e) for p in m.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=RATE)
    start = time.perf_counter()
    for _ in range(steps):
        path = walk(rng)
        # |x - c|^2 by one product.
        squares = (path**2).sum(-1, keepdim=True) + (centres**2).sum(-1) - 2 * path @ centres.T
        code = torch.exp(squares * (-0.5 / WIDTH**2))
        r, shown, states = e(code[0]), w_in(path[1:] - path[:-1]), []
        for t in range(T):
            r = (1 - SHARE) * r + SHARE * torch.relu(w(r) + shown[t]) + NOISE * torch.randn(BATCH, UNITS)
            states.append(r)
        loss = ((d(torch.stack(states)) - code[1:]) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return time.perf_counter() - start


def product_rate():
    a, b = torch.randn(UNITS, UNITS), torch.randn(UNITS, T * BATCH)
    a @ b
    best = min(timed(lambda: a @ b) for _ in range(10))
    return 2 * UNITS * UNITS * T * BATCH / best


def timed(f):
    start = time.perf_counter()
    f()
    return time.perf_counter() - start


def main():
    binary = sys.argv[1]
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    torch.set_num_threads(THREADS)
    rate = product_rate()
    work = 3 * 2 * BATCH * (T * UNITS * UNITS + T * UNITS * CELLS + UNITS * CELLS)
    few = max(steps // 10, 1)
    print(f"matrix product {rate / 1e9:.1f} GFLOP/s on {THREADS} threads; {work / 1e9:.1f} GFLOP a step")
    sides = {"nullcline": lambda k: ours(binary, k), "PyTorch": torchs}
    each = {name: [] for name in sides}
    for _ in range(turns):
        for name, run in sides.items():
            each[name].append((run(steps) - run(few)) / (steps - few))
    for name, times in each.items():
        middle = statistics.median(times)
        turns_said = ", ".join(f"{1e3 * t:.0f}" for t in times)
        print(
            f"{name}: {1e3 * middle:.0f} ms a step (turns: {turns_said}), {2500 * middle / 60:.1f} min for 2500, "
            f"{work / middle / rate:.0%} of the product's rate"
        )


if __name__ == "__main__":
    main()
