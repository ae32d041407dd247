"""Seconds of one gradient through time: PyTorch against `examples/training_speed`, in one run.

    cargo build --release --example training_speed
    python training_torch.py [--rounds 4] [--window 0.5] [--cells tanh,gru,lstm] [--sizes 64,250,512]

torch.nn.RNN, GRU and LSTM in their default settings (batch second), float32, 10 inputs, a linear read-out of 10,
mean square over all of 100 steps; gradients set to None, forward and backward. Both programs run on two threads and
two cores, taking turns within each cell of the table: the best wall time of all windows counts, for both.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

THREADS = 2
STEPS, INPUTS, OUTPUTS = 100, 10, 10
GATES = {"tanh": 1, "gru": 3, "lstm": 4}

if "OMP_NUM_THREADS" not in os.environ:
    os.environ.update(OMP_NUM_THREADS=str(THREADS), MKL_NUM_THREADS=str(THREADS))
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])

import torch  # noqa: E402

torch.set_num_threads(THREADS)


class Ours:
    """The example, answering lines."""

    def __init__(self, program):
        env = dict(os.environ, RAYON_NUM_THREADS=str(THREADS))
        self.process = subprocess.Popen(
            [program, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
        )

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline().split()[0])


def gradient(cell, n, batch):
    """A function that computes one gradient."""
    torch.manual_seed(0)
    net = {"tanh": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell](INPUTS, n)
    readout = torch.nn.Linear(n, OUTPUTS)
    parameters = [*net.parameters(), *readout.parameters()]
    optimiser = torch.optim.SGD(parameters, lr=0.1)
    inputs, targets = torch.randn(STEPS, batch, INPUTS), torch.randn(STEPS, batch, OUTPUTS)
    loss = torch.nn.MSELoss()

    def run():
        optimiser.zero_grad(set_to_none=True)
        states, _ = net(inputs)
        loss(readout(states), targets).backward()

    return run


def best(run, seconds):
    least, runs, begin = float("inf"), 0, time.perf_counter()
    while runs < 3 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        run()
        least = min(least, time.perf_counter() - start)
        runs += 1
    return least


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--window", type=float, default=0.5)
    parser.add_argument("--cells", default="tanh,gru,lstm")
    parser.add_argument("--sizes", default="64,250,512")
    parser.add_argument("--batches", default="1,32,128")
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--program", default=root / "target/release/examples/training_speed")
    a = parser.parse_args()
    ours = Ours(a.program)
    numbers = lambda text: [int(v) for v in text.split(",")]
    products = {n: max(ours.ask(f"product {n}") for _ in range(3)) for n in numbers(a.sizes)}
    print(f"torch {torch.__version__}, {THREADS} threads; best of {a.rounds} windows of {a.window} s, by turns")
    print("products alone: " + ", ".join(f"n = {n}: {r / 1e9:.0f} GF/s" for n, r in products.items()))
    print("\n| cell | n | batch | nullcline ms | PyTorch ms | ratio | GF/s | of products |\n|---|---|---|---|---|---|---|---|")
    for cell in a.cells.split(","):
        for n in numbers(a.sizes):
            for batch in numbers(a.batches):
                run = gradient(cell, n, batch)
                run()
                mine = theirs = float("inf")
                for _ in range(a.rounds):
                    mine = min(mine, ours.ask(f"{cell} {n} {batch} {a.window}"))
                    theirs = min(theirs, best(run, a.window))
                rate = 6 * GATES[cell] * n * (n + INPUTS) * batch * STEPS / mine
                print(
                    f"| {cell} | {n} | {batch} | {mine * 1e3:.2f} | {theirs * 1e3:.2f} | {theirs / mine:.2f} "
                    f"| {rate / 1e9:.0f} | {rate / products[n]:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    sys.exit(main())
