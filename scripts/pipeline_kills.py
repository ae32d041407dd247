"""Runs a pipeline of twenty networks, their analyses and ten tables, one of them damaged; kills another run of it at random moments.

    python3 scripts/pipeline_kills.py target/release/nullcline [KILLS] [SEED]

Printed: how many cells were done at each kill; whether the folders are the same byte for byte; which cells failed; how many cells three more
tables compute. Ends with status 1 where anything is otherwise than it must be.
"""

import filecmp
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

PIPELINE = """
out = "reports"
[[job]]
name = "nets"
kind = "train"
task = "sine"
epochs = 6
train_items = 128
validation_items = 16
test_items = 16
steps = 20
units = 16
sweep = { seed = "1..20" }
[[job]]
name = "what"
kind = "analyze"
file = "{nets}/network.safetensors"
modules = ["recurrent", "pca", "fixed_points"]
[[job]]
name = "tables"
kind = "analyze"
file = "data/*.csv"
modules = ["pca", "clusters"]
"""


def table(path, seed):
    draw = random.Random(seed)
    rows = "".join(",".join(f"{draw.gauss(0, 1 + k):.6f}" for k in range(6)) + "\n" for _ in range(300))
    path.write_text("a,b,c,d,e,f\n" + rows)


def place(folder):
    (folder / "data").mkdir(parents=True)
    (folder / "p.toml").write_text(PIPELINE)
    for k in range(10):
        table(folder / "data" / f"t{k}.csv", k)
    (folder / "data" / "t7.csv").write_bytes(b"\x93NUMPY" + bytes(40))
    return folder


def differences(a, b):
    found = filecmp.dircmp(a, b)
    odd = [f"{a}/{n}" for n in found.left_only + found.right_only + found.funny_files]
    _, changed, broken = filecmp.cmpfiles(a, b, found.common_files, shallow=False)
    odd += [f"{a}/{n}" for n in changed + broken]
    for name in found.common_dirs:
        odd += differences(f"{a}/{name}", f"{b}/{name}")
    return odd


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    kills, seed = (int(sys.argv[k]) if len(sys.argv) > k else default for k, default in ((2, 5), (3, 1)))
    draw, wrong = random.Random(seed), []
    with tempfile.TemporaryDirectory() as scratch:
        whole, cut = (place(pathlib.Path(scratch) / n) for n in ("whole", "cut"))

        def run(folder):
            return subprocess.run([binary, "run", "p.toml", "--quiet"], cwd=folder, capture_output=True, text=True)

        start = time.time()
        status = run(whole).returncode
        took = time.time() - start
        print(f"uninterrupted: {took:.1f} s, status {status}")
        done = lambda: len(list((cut / "reports").glob("*/*/summary.json")))
        for _ in range(kills):
            running = subprocess.Popen([binary, "run", "p.toml", "--quiet"], cwd=cut, stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0.02, 1.2 * took / kills))
            running.send_signal(draw.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
            running.wait()
            print(f"killed with {done()} cells done")
        run(cut)
        odd = differences(whole / "reports", cut / "reports")
        print(f"different files: {len(odd)}", *odd[:5])
        failed = [p.stem for p in (whole / "reports/failed").glob("*.json")]
        print(f"failed: {failed}; done: {done()} of 50")
        wrong += odd + (["failures"] if len(failed) != 1 or "t7" not in failed[0] else []) + (["cells"] if done() != 49 else [])
        for k in range(3):
            table(cut / "data" / f"more{k}.csv", 100 + k)
        said = subprocess.run([binary, "run", "p.toml"], cwd=cut, capture_output=True, text=True).stderr
        computed = [line for line in said.splitlines() if line.startswith("[") and "t7" not in line]
        print(f"three more tables: {len(computed)} cells computed")
        wrong += [] if len(computed) == 3 else ["more tables"]
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
