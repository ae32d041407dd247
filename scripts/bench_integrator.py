"""Times the batch loss of an integrator (n = 1000, batch 1024, T = 3, SGD) in nullcline and in PyTorch on the same threads.

    python3 scripts/bench_integrator.py target/release/nullcline [STEPS]

Both draw new white noise at each step, train W alone from zero with ReLU in single precision, and take the time of STEPS steps less that
of a tenth of them. Printed: seconds a step of both, what 5000 steps take, and the share of the rate of a plain matrix product
(1000 x 1000 by 1000 x 1024, PyTorch) at which each works, counted by the products that backpropagation needs: 3 (T - 1) of 2 n^2 batch
operations, since the first step has no state before it.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

import torch

N, BATCH, T, SCALE, DECAY, RATE = 1000, 1024, 3, 1.0, 0.995, 0.01
THREADS = 2


def ours(binary, steps):
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "train", "integrate", "--units", N, "--batch", BATCH, "--duration", T, "--scale", SCALE]
        command += ["--decay", DECAY, "--rate", RATE, "--activation", "relu", "--loss", "batch", "--optimiser", "sgd"]
        command += ["--steps", steps, "--threads", THREADS, "--quiet", "--out", pathlib.Path(folder) / "out"]
        start = time.perf_counter()
        subprocess.run([str(c) for c in command], check=True)
        return time.perf_counter() - start


def torchs(steps):
    torch.manual_seed(1)
    e, d = torch.randn(N), torch.randn(N)
    e, d = e / e.norm(), d / d.norm()
    # clamp has slope one at zero, where relu has none and W = 0 would stay.
    w = torch.zeros(N, N, requires_grad=True)
    optimiser = torch.optim.SGD([w], lr=RATE)
    start = time.perf_counter()
    for _ in range(steps):
        x = torch.randn(BATCH, T)
        h, y, loss = torch.zeros(BATCH, N), torch.zeros(BATCH), 0.0
        for t in range(T):
            h = torch.clamp((h + x[:, t : t + 1] * e) @ w.T, min=0)
            y = DECAY * (y + SCALE * x[:, t])
            loss = loss + ((h @ d - y) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return time.perf_counter() - start


def product_rate():
    a, b = torch.randn(N, N), torch.randn(N, BATCH)
    a @ b
    best = min(timed(lambda: a @ b) for _ in range(20))
    return 2 * N * N * BATCH / best


def timed(f):
    start = time.perf_counter()
    f()
    return time.perf_counter() - start


def main():
    binary, steps = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200
    torch.set_num_threads(THREADS)
    rate = product_rate()
    work = 3 * (T - 1) * 2 * N * N * BATCH
    few = max(steps // 10, 1)
    print(f"matrix product {rate / 1e9:.1f} GFLOP/s on {THREADS} threads; {work / 1e9:.1f} GFLOP a step")
    for name, run in [("nullcline", lambda k: ours(binary, k)), ("PyTorch", torchs)]:
        each = (run(steps) - run(few)) / (steps - few)
        print(f"{name}: {each * 1e3:.1f} ms a step, {each * 5000:.0f} s for 5000, {work / each / rate:.0%} of the product's rate")


if __name__ == "__main__":
    main()
