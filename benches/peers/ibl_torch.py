"""Seconds of the IBL training schedule (5000 sessions of four blocks, one a gradient step, f64) here and in PyTorch.

    cargo build --release
    python3 benches/peers/ibl_torch.py

PyTorch plays and differentiates 100 sessions, a loop of steps as the authors' program has it; its time is scaled to 5000. Ours is
measured on the first 100 sessions, scaled alike (sessions are longest at the start of training), and on all 5000.
"""
import subprocess
import tempfile
import time

import numpy as np
import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(1)
torch.manual_seed(1)
CONTRASTS = np.linspace(0, 2.5, 6)
BLANK, OBSERVED, THRESHOLD = 2, 10, 0.9


def block_length():
    while True:
        length = rng.geometric(1 / 50)
        if 20 <= length <= 100:
            return length


def session(rnn, readout):
    h = torch.zeros(1, 1, 50)
    feedback, losses, steps = 0.0, [], 0
    side = rng.integers(2)
    for _ in range(4):
        for _ in range(block_length()):
            stimulus = side if rng.random() < 0.8 else 1 - side
            mean = np.zeros(2)
            mean[stimulus] = rng.choice(CONTRASTS)
            for step in range(BLANK + OBSERVED):
                observed = step >= BLANK
                o = rng.normal(mean) if observed else np.zeros(2)
                x = torch.tensor([[[o[0], o[1], feedback]]])
                out, h = rnn(x, h)
                p = torch.softmax(readout(out[0, 0]), 0)
                steps += 1
                feedback = 0.0
                if not observed:
                    continue
                losses.append(-p[stimulus])
                best = int(p.argmax())
                if p[best] > THRESHOLD:
                    feedback = 1.0 if best == stimulus else -1.0
                    break
                feedback = -1.0 if step == BLANK + OBSERVED - 1 else -0.05
        side = 1 - side
    return sum(losses[:-1]) / steps, steps


def main():
    rnn, readout = torch.nn.RNN(3, 50), torch.nn.Linear(50, 2)
    optimiser = torch.optim.SGD([*rnn.parameters(), *readout.parameters()], lr=1e-3, momentum=0.1)
    session(rnn, readout)
    start, steps = time.perf_counter(), 0
    for _ in range(100):
        optimiser.zero_grad()
        loss, count = session(rnn, readout)
        loss.backward()
        optimiser.step()
        steps += count
    theirs = time.perf_counter() - start
    print(f"PyTorch: 100 sessions ({steps} steps) {theirs:.2f} s, scaled to 5000: {50 * theirs:.0f} s")
    with tempfile.TemporaryDirectory() as folder:

        def ours(count):
            start = time.perf_counter()
            command = ["target/release/nullcline", "train", "ibl", "--steps", str(count), "--test-blocks", "1", "--quiet"]
            subprocess.run([*command, "--out", f"{folder}/{count}"], check=True)
            return time.perf_counter() - start

        empty = ours(1)
        first, whole = ours(100) - empty, ours(5000)
    print(f"here: 100 sessions {first:.3f} s, scaled to 5000: {50 * first:.1f} s; all 5000: {whole:.1f} s")
    print(f"ratio on the first 100 sessions {theirs / first:.0f}")


main()
