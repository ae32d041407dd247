"""Symmetric pseudo-likelihood fits by plmc (built from its own source with -fopenmp) and by `infer potts`, in turns on the same data.

usage: python3 potts_plmc.py NULLCLINE PLMC [N Q P]...        (default: 50 10 1000, 100 20 1000)

Data are Gibbs samples of an Erdos-Renyi model (2.5 / n, variances 5 and 1); gamma = 0.5, that is plmc's -le n / 2 and -lh 0.05. Printed are
wall seconds, the most memory and the objective: plmc's after its own stop (at most 1000 iterations) or after a limit of 300 s. The time of
`infer potts` holds its log Z, generated samples and page as well.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

LETTERS = "ACDEFGHIKLMNPQRSTVWY"


def samples(n, q, p, path, sweeps=100, seed=101):
    rng = np.random.default_rng(seed)
    h, j = rng.normal(size=(n, q)) * 5**0.5, {}
    for a in range(n):
        for b in range(a + 1, n):
            if rng.random() < 2.5 / n:
                j[a, b] = rng.normal(size=(q, q))
                j[b, a] = j[a, b].T
    near = [[b for b in range(n) if (a, b) in j] for a in range(n)]
    x = np.array([(np.tile(h[a], (p, 1)) + rng.gumbel(size=(p, q))).argmax(1) for a in range(n)]).T
    for _ in range(sweeps):
        for a in range(n):
            logits = np.tile(h[a], (p, 1))
            for b in near[a]:
                logits += j[a, b].T[x[:, b]]
            x[:, a] = (logits + rng.gumbel(size=(p, q))).argmax(1)
    with open(path, "w") as out:
        out.writelines(f">s{k}\n{''.join(LETTERS[s] for s in row)}\n" for k, row in enumerate(x))


def timed(command, limit=300):
    """Wall and processor seconds, megabytes at most, and what was said."""
    start = time.time()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        stopped = False
        while True:
            pid, _, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.time() - start > limit and not stopped:
                stopped = True
                process.kill()
            time.sleep(0.005)
        said.seek(0)
        text = said.read() + ("[stopped]" if stopped else "")
    return time.time() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text


def main():
    nullcline, plmc, rest = sys.argv[1], sys.argv[2], [int(v) for v in sys.argv[3:]] or [50, 10, 1000, 100, 20, 1000]
    for n, q, p in zip(rest[::3], rest[1::3], rest[2::3]):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "x.fasta")
            samples(n, q, p, file)
            ours = [nullcline, "infer", "potts", file, "--at", "0.5", "--folds", "0", "--tolerance", "1e-6", "--alphabet", LETTERS[:q]]
            out = os.path.join(folder, "out")
            wall, cpu, most, _ = timed([*ours, "--out", out])
            found = json.load(open(os.path.join(out, "summary.json")))["modules"]["potts"]
            print(f"n {n} q {q} p {p} infer potts: {wall:.2f} s, {cpu:.2f} CPU s, {most:.0f} MB, objective {found['objective'][0]:.3f} (gap {found['gap'][0]:.1e})", flush=True)
            theirs = [plmc, "-a", LETTERS[:q], "-t", "-1", "-le", str(n * 0.5), "-lh", "0.05", "-m", "1000", "-n", "2", "-o", os.path.join(folder, "p"), file]
            wall, cpu, most, text = timed(theirs)
            lines = [l.split() for l in text.splitlines() if re.match(r"^\s*\d+\s", l)]
            last = lines[-1] if lines else []
            print(f"n {n} q {q} p {p} plmc:        {wall:.2f} s, {cpu:.2f} CPU s, {most:.0f} MB, {' '.join(last)}{' stopped' if '[stopped]' in text else ''}", flush=True)


if __name__ == "__main__":
    main()
