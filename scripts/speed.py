"""Every claim of speed in one table: each pair of programs side by side, one after the other, on two threads of a quiet machine.

    cargo build --release --workspace --exclude nullcline-python --examples --bins
    cargo bench --no-run
    pip install -r benches/peers/requirements.txt
    python3 scripts/speed.py [--only PART ...] [--plmc PLMC] [--large]

A row says what was measured, the seconds (or milliseconds) here and there, their ratio, the target, and the command that measures
this row alone. `--large` adds what takes minutes and gigabytes: 100 exponents of 10,000 units and the principal components of a
recording of 10,000 units by 135,000 steps, which is written first (5.4 GB, removed at the end). The table goes to the terminal and,
with what the parts printed, to reports/speed.
"""

import argparse
import os
import pathlib
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINARY = ROOT / "target/release/nullcline"
PEERS = "benches/peers"
THREADS = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "RAYON_NUM_THREADS": "2"}
ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

parser = argparse.ArgumentParser()
parser.add_argument("--only", nargs="+", default=[])
parser.add_argument("--plmc", help="the program of Potts models, from its own source")
parser.add_argument("--large", action="store_true")
options = parser.parse_args()


def run(command, env=THREADS, log=[]):
    """What a command prints; kept beside the table."""
    words = [str(c) for c in command]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **env}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    log.append(f"$ {' '.join(words)}\n{done.stdout}")
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed:\n{done.stdout}")
    return done.stdout


def python(script, *arguments, env=THREADS):
    return run([sys.executable, script, *arguments], env)


def cells(text):
    """The rows of a table in Markdown, without its head."""
    rows = [[c.strip() for c in line.strip("| \n").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [r for r in rows if not set(r[0]) <= set("-") and any(c[:1].isdigit() for c in r)]


def lyapunov():
    for n, target in ((100, 1.5), (200, 1.5), (500, 1.5)):
        ours = run(["target/release/examples/lyapunov_speed", n])
        theirs = python(f"{PEERS}/lyapunov_numpy.py", "--processes", 2, n, env=ONE)
        mine = float(re.search(r"wall ([\d.]+) steps/s", ours)[1])
        share = re.search(r"share ([\d.]+)", ours)[1]
        every, right = re.search(r"every (\d+): [\d.]+ \(wall ([\d.]+)\)", theirs).groups()
        what = f"all exponents, n = {n}, a step; numpy with QR every {every} steps, its fastest right interval"
        yield what, 1 / mine, 1 / float(right), target, f"{share} of the product's rate"


def training():
    for cell, n, batch in (("tanh", 250, 32), ("gru", 250, 32), ("lstm", 250, 1), ("lstm", 250, 32), ("lstm", 512, 1), ("lstm", 512, 32)):
        text = python(f"{PEERS}/training_torch.py", "--cells", cell, "--sizes", n, "--batches", batch)
        row = cells(text)[0]
        yield f"gradient through 100 steps, {cell}, n = {n}, batch {batch}; PyTorch", float(row[3]) / 1e3, float(row[4]) / 1e3, 1, f"{row[7]} of the product's rate"


def lasso():
    penalties = ["--penalties", 0.1, 0.05, 0.02, "--time", 2]
    for row in cells(python(f"{PEERS}/glasso_sklearn.py", "--sizes", 300, *penalties, env=ONE)):
        yield f"graphical lasso, n = 300, {row[1]}, lambda = {row[2]}, to one gap; scikit-learn", float(row[9]), float(row[5]), 3, f"gap {row[8]}"
    for row in cells(python(f"{PEERS}/glasso_sklearn.py", "--sizes", 1000, "--penalties", 0.02, "--time", 0, env=ONE)):
        yield f"graphical lasso, n = 1000, {row[1]}, lambda = 0.02, to 1e-9 a variable; under 5 s", float(row[3]), 5.0, 1, f"gap {row[4]}"


def points():
    with tempfile.TemporaryDirectory() as folder:
        command = [BINARY, "analyze", "datasets/flipflop_gru.safetensors", "--modules", "fixed_points", "--quiet", "--out", f"{folder}/out"]
        ours = min(timed(command) for _ in range(3))
        text = python(f"{PEERS}/fixed_points_adam.py", f"{folder}/out/fixed_points/states.csv")
    seconds, unique, near = re.search(r"([\d.]+) s, (\d+) unique points, (\d+) of", text).groups()
    yield "fixed points of a GRU of 32 units, 512 starts, the whole command; Adam on q in PyTorch", ours, float(seconds), 10, f"27 here, {near} of them among {unique} there"


def timed(command):
    start = time.perf_counter()
    run(command)
    return time.perf_counter() - start


def ibl():
    text = python(f"{PEERS}/ibl_torch.py")
    theirs = float(re.search(r"PyTorch: .* ([\d.]+) s, scaled", text)[1])
    yield "100 sessions of the IBL task, gradients in double precision; PyTorch", float(re.search(r"100 sessions ([\d.]+) s", text)[1]), theirs, 10, ""


def navigate():
    text = run(["cargo", "bench", "--bench", "navigate", "--", "step"])
    value, unit = re.search(r"coded\s+[\d.]+ m?s\s+│\s+[\d.]+ m?s\s+│\s+([\d.]+) (m?s)", text).groups()
    ours = float(value) * (1e-3 if unit == "ms" else 1)
    theirs = re.search(r"([\d.]+) s a step", python("scripts/bench_navigate.py", 2))[1]
    yield "a step of the resetting integrator (32 x 40 actions, 512 transitions); PyTorch", ours, float(theirs), 1, ""


def turns(script, *arguments):
    text = python(script, BINARY, *arguments)
    ours, theirs = (float(re.search(rf"{name}: ([\d.]+) ms a step", text)[1]) / 1e3 for name in ("nullcline", "PyTorch"))
    share = re.search(r"nullcline: .*?(\d+)% of", text)[1]
    return ours, theirs, 1, f"{share} % of the product's rate"


def integrate():
    yield "a step of an integrator, n = 1000, batch 1024; PyTorch", *turns("scripts/bench_integrator.py", 200)


def position():
    yield "a step of the spatial network, 512 units, 200 walks of 100 steps; PyTorch", *turns("scripts/bench_position.py", 10, 2)


def potts():
    if options.plmc:
        row = cells(python(f"{PEERS}/potts_plmc.py", BINARY, options.plmc))[0]
        theirs, ours = (float(row[i].split()[0]) for i in (1, 3))
        yield "Potts model, n = 50, q = 10, p = 1000, pseudo-likelihood; plmc", ours, theirs, 1, ""


def continuation():
    with tempfile.TemporaryDirectory() as folder:
        # W = 1.2 / sqrt(n) g, its gain from a half to one and a half.
        script = (
            "import numpy as np; g = np.random.default_rng(1).standard_normal((200, 200));"
            f"np.savez(r'{folder}/net.npz', W_rec=1.2 * g / 200**0.5, W_in=np.ones((200, 1)))"
        )
        run([sys.executable, "-c", script])
        command = [BINARY, "analyze", f"{folder}/net.npz", "--cell", "rate", "--tau", 1, "--activation", "tanh", "--vectors", "column"]
        command += ["--map", "w_rec=W_rec,w_in=W_in", "--modules", "fixed_points", "--quiet", "--out"]
        points = timed([*command, f"{folder}/points"])
        branch = timed([*command, f"{folder}/branch", "--continue", "input=0:-1:1"]) - points
        yield "branch of 200 units over an input, what it adds to the command; under 10 s", branch, 10.0, 1, f"fixed points {points:.1f} s"


def large():
    if not options.large:
        return
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder:
        script = (
            "import numpy as np; n = 10_000; g = np.random.default_rng(1);"
            f"w = np.lib.format.open_memmap(r'{folder}/w.npy', mode='w+', dtype='f4', shape=(n, n));\n"
            "for i in range(n): w[i] = 1.5 / n**0.5 * g.standard_normal(n, dtype='f4')"
        )
        run([sys.executable, "-c", script])
        command = [BINARY, "analyze", f"{folder}/w.npy", "--cell", "vanilla", "--activation", "tanh", "--vectors", "column", "--map", "w_rec=w"]
        command += ["--modules", "lyapunov", "--exponents", 100, "--steps", 1000, "--warmup", 100, "--trajectories", 1, "--tol", 1e-9, "--quiet", "--out", f"{folder}/out"]
        seconds = timed(command)
        yield "100 exponents of 10,000 units for 1,000 steps, the whole command; under 30 min", seconds, 1800.0, 1, memory()
        script = (
            "import numpy as np; n, t = 10_000, 135_000; g = np.random.default_rng(1); a = g.standard_normal((20, n), dtype='f4');"
            f"x = np.lib.format.open_memmap(r'{folder}/x.npy', mode='w+', dtype='f4', shape=(t, n));\n"
            "for i in range(0, t, 1000): x[i:i + 1000] = g.standard_normal((1000, 20), dtype='f4') @ a + g.standard_normal((1000, n), dtype='f4')"
        )
        run([sys.executable, "-c", script])
        command = [BINARY, "analyze", f"{folder}/x.npy", "--modules", "pca", "--quiet", "--out", f"{folder}/out2"]
        yield "principal components of 10,000 units x 135,000 steps, the whole command", timed(command), float("nan"), 0, memory()


def memory():
    return f"at most {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2:.1f} GB"


PARTS = [lyapunov, training, lasso, points, ibl, navigate, integrate, position, potts, continuation, large]


def machine():
    info = pathlib.Path("/proc/cpuinfo")
    name = re.search(r"model name\s*: (.*)", info.read_text())[1] if info.exists() else platform.processor()
    return f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} at the start, {platform.platform()}"


def main():
    lines = [machine(), "", "| what; beside what | here s | there s | ratio | target | | part |", "|---|---|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    for part in PARTS:
        name = part.__name__
        if options.only and name not in options.only:
            continue
        for what, ours, theirs, target, note in part():
            below = " BELOW" if theirs / ours < target else ""
            lines.append(f"| {what} | {ours:.3g} | {theirs:.3g} | {theirs / ours:.2f}{below} | {target} | {note} | `--only {name}` |")
            print(lines[-1], flush=True)
    folder = ROOT / "reports/speed"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "table.md").write_text("\n".join(lines) + "\n")
    (folder / "printed.txt").write_text("\n".join(run.__defaults__[1]))


if __name__ == "__main__":
    main()
