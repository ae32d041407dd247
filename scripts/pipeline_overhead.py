"""Times a shard of about a minute beside its cells run one by one by their own commands, in turns.

    python3 scripts/pipeline_overhead.py target/release/nullcline [CELLS] [TURNS]

Printed: seconds of both in each turn, and what the shard takes beyond the cells' own work, where each command's start and end, of which
a shard has one in all, are taken from the commands' side (by as many runs of `nullcline --version`).
"""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    cells, turns = (int(sys.argv[k]) if len(sys.argv) > k else default for k, default in ((2, 40), (3, 3)))
    shares = []
    for turn in range(turns):
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            for k in range(cells):
                w = np.random.default_rng([turn, k]).normal(size=(100, 100)) * 1.5 / 10
                np.savez(folder / f"n{k:03}.npz", weight_hh_l0=w, weight_ih_l0=np.zeros((100, 1)))
            (folder / "p.toml").write_text(
                'out = "reports"\n[[job]]\nkind = "analyze"\nfile = "n*.npz"\nmodules = ["lyapunov"]\nsteps = 12000\ntol = 1e-9\n'
            )

            def timed(*words):
                start = time.time()
                subprocess.run([binary, *words], cwd=folder, check=True, capture_output=True)
                return time.time() - start

            empty = statistics.median(timed("--version") for _ in range(20))
            alone = lambda: sum(
                timed("analyze", f"n{k:03}.npz", "--modules", "lyapunov", "--steps", "12000", "--tol", "1e-9", "--threads", "1", "--quiet",
                      "--out", f"alone/{k}") - empty
                for k in range(cells)
            )
            shard = lambda: timed("run", "p.toml", "--shard", "1/1", "--threads", "1", "--quiet")
            if turn % 2:
                s, a = shard(), alone()
            else:
                a, s = alone(), shard()
            shares.append(s / a - 1)
            print(f"cells alone {a:.2f} s, shard {s:.2f} s: {100 * shares[-1]:+.2f} %")
    print(f"overhead of a shard: {100 * statistics.median(shares):+.2f} % (median)")


if __name__ == "__main__":
    main()
