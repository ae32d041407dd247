"""Steps per second of a full Lyapunov spectrum in numpy, QR every step or every few.

    OPENBLAS_NUM_THREADS=1 python lyapunov_numpy.py --processes 2
    OPENBLAS_NUM_THREADS=2 python lyapunov_numpy.py

Tanh map x' = tanh(W x), W normal with standard deviation 1.5/sqrt(n). For each size the fastest
interval between QR steps whose last exponent is right: within 1e-6 of that of QR at every step over
the same steps. The best of three runs counts. Rates are per second of processor time and core, which
other programs disturb less than wall time; wall rates follow in brackets.
"""
import argparse
import time
from multiprocessing import Barrier, Process, Queue

import numpy as np


def run(n, every, steps, seed=1):
    """Wall and processor seconds for `steps` steps after a warm-up, and the exponents."""
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((n, n)) * 1.5 / np.sqrt(n)
    x = rng.standard_normal(n)
    for _ in range(300):
        x = np.tanh(w @ x)
    q = np.linalg.qr(rng.standard_normal((n, n)))[0]
    sums = np.zeros(n)
    begin, cpu = time.perf_counter(), time.process_time()
    for t in range(1, steps + 1):
        x = np.tanh(w @ x)
        q = ((1.0 - x * x)[:, None] * w) @ q
        if t % every == 0:
            q, r = np.linalg.qr(q)
            with np.errstate(divide="ignore"):
                sums += np.log(np.abs(np.diag(r)))
    return (time.perf_counter() - begin, time.process_time() - cpu), sums / steps


def worker(barrier, queue, n, every, steps):
    barrier.wait()
    queue.put(run(n, every, steps)[0])


def rate(n, every, steps, processes):
    """Best steps per core second, and per second of wall time."""
    core = wall = 0.0
    for _ in range(3):
        if processes == 1:
            results = [run(n, every, steps)[0]]
        else:
            barrier, queue = Barrier(processes), Queue()
            jobs = [Process(target=worker, args=(barrier, queue, n, every, steps)) for _ in range(processes)]
            [j.start() for j in jobs]
            results = [queue.get() for _ in jobs]
            [j.join() for j in jobs]
        core = max(core, processes * steps / sum(cpu for _, cpu in results))
        wall = max(wall, processes * steps / max(t for t, _ in results))
    return core, wall


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("sizes", nargs="*", type=int, default=[100, 200, 500])
    arguments = parser.parse_args()
    for n in arguments.sizes:
        steps = {100: 2520, 200: 840}.get(n, 120)
        exact = run(n, 1, 840 if n < 300 else 120)[1]
        right = []
        for every in (2, 3, 4, 5, 6, 7, 8, 10):
            last = run(n, every, 840 if n < 300 else 120)[1][-1]
            if abs(last - exact[-1]) < 1e-6:
                right.append(every)
        core, wall = rate(n, 1, steps, arguments.processes)
        print(f"n {n} processes {arguments.processes}: QR every step {core:.1f} steps per core second (wall {wall:.1f})")
        best = max((rate(n, e, steps, arguments.processes) + (e,) for e in right), default=(0.0, 0.0, 0))
        print(f"    every {best[2]}: {best[0]:.1f} (wall {best[1]:.1f}), right at {right}", flush=True)


if __name__ == "__main__":
    main()
