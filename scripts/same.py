#!/usr/bin/env python3
"""Runs a fixed set of commands with two programs and says in what their results differ.

    scripts/same.py keep PROGRAM FOLDER            run all commands, keep what they wrote and printed
    scripts/same.py compare FOLDER FOLDER [NAME..] say in what two kept folders differ
    scripts/same.py list                           print the commands

Numbers are compared to the last digit, tables and figures byte by byte; times and paths are left out.
Ends with status 1 if anything differs.
"""

import difflib
import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLD = "tests/golden"
# Name, command; OUT is the report, KEPT/name an earlier command's. The status is part of what is kept.
COMMANDS = {
    "analyze-gru": "analyze datasets/flipflop_gru.safetensors --out OUT",
    "analyze-tanh-pt": "analyze datasets/sine_tanh.pt --input 0.5 --out OUT",
    "analyze-all-modules": "analyze datasets/sine_tanh.pt --modules lyapunov,covariant,adjoint,fixed_points,cycles,recurrent,pca --png --out OUT",
    "analyze-lstm": f"analyze {GOLD}/nets/ff2_lstm/ff2_lstm.safetensors --starts 64 --out OUT",
    "analyze-relu-npz": f"analyze {GOLD}/nets/ff2_relu/ff2_relu.npz --starts 64 --out OUT",
    "analyze-ibl-parquet": f"analyze {GOLD}/nets/ibl_tanh/ibl_tanh.safetensors --modules fixed_points,pca,recurrent --tables parquet --out OUT",
    "analyze-exponents": f"analyze {GOLD}/nets/ff3_tanh/ff3_tanh.safetensors --modules lyapunov,adjoint --exponents 3 --steps 500 --tol 0.01 --seed 7 --out OUT",
    "analyze-inputs": f"analyze {GOLD}/cycles/W.npy --cell vanilla --activation tanh --out OUT",
    "analyze-cycles": f"analyze {GOLD}/cycles/W.npy --modules cycles,fixed_points --out OUT",
    "analyze-rate": f"analyze {GOLD}/cycles/W.npy --cell rate --tau 2 --modules lyapunov,fixed_points --out OUT",
    "analyze-recording": "analyze datasets/ibl_activity.csv --out OUT",
    "analyze-decoding": f"analyze {GOLD}/analyses/activity.csv --units u* --targets side,level --trial trial --out OUT",
    "analyze-clusters": f"analyze {GOLD}/analyses/activity.csv --units u* --targets side,level --modules clusters,pca --linkage complete --out OUT",
    "analyze-parquet-table": f"analyze {GOLD}/io/table_zstd.parquet --out OUT",
    "analyze-arrow-table": f"analyze {GOLD}/io/table_stream.arrow --out OUT",
    "analyze-npz-recording": f"analyze {GOLD}/io/recording.npz --out OUT",
    "analyze-missing-file": "analyze nowhere.pt --out OUT",
    "analyze-wrong-option": "analyze datasets/sine_tanh.pt --modules fixedpoints --out OUT",
    "analyze-european-csv": f"analyze {GOLD}/io/european.csv --out OUT",
    "inspect-weights": "inspect datasets/flipflop_gru.safetensors",
    "inspect-pt": "inspect datasets/sine_tanh.pt",
    "inspect-table": "inspect datasets/ibl_activity.csv",
    "inspect-parquet": f"inspect {GOLD}/io/table_zstd.parquet",
    "train-flipflop": "train flip-flop --epochs 2 --units 16 --train-items 200 --validation-items 50 --test-items 50 --out OUT",
    "train-sine-gru": "train sine --cell gru --epochs 2 --units 12 --train-items 100 --validation-items 50 --test-items 50 --out OUT",
    "train-copy-search": "train copy-memory --delay 10 --epochs 1 --units 12 --train-items 100 --validation-items 50 --test-items 50 --search 3 --out OUT",
    "train-ordering": "train temporal-ordering --epochs 1 --cell lstm --units 8 --train-items 100 --validation-items 50 --test-items 50 --out OUT",
    "train-ibl": "train ibl --schedule fast --steps 20 --units 10 --test-blocks 50 --out OUT",
    "analyze-trained": "analyze KEPT/train-flipflop/out/network.safetensors --starts 64 --out OUT",
    "distill-radd-recording": "distill radd datasets/ibl_activity.csv --out OUT",
    "distill-radd-ibl": "distill radd KEPT/train-ibl/out/network.safetensors --inputs KEPT/train-ibl/out/trials.csv --out OUT",
    "distill-radd-units": f"distill radd {GOLD}/analyses/activity.csv --units u* --trial trial --projection units --activation tanh --ridge 0.1 --split 0.2 --out OUT",
    "distill-conventional": "distill conventional datasets/sine_tanh.pt --inputs KEPT/inputs.csv --steps 50 --out OUT",
    "infer-gaussian": f"infer gaussian {GOLD}/analyses/activity.csv --units u* --out OUT",
    "infer-l1": f"infer gaussian {GOLD}/analyses/activity.csv --units u* --penalty l1 --trial trial --out OUT",
    "infer-covariance": f"infer gaussian {GOLD}/gaussian/goe_n50_a2_C_emp.npy --covariance --alpha 2 --truth {GOLD}/gaussian/goe_n50_a2_C_true.npy --out OUT",
    "infer-at": "infer gaussian datasets/ibl_activity.csv --at 0.5 --scale variances --folds 3 --tables parquet --png --out OUT",
    "study-list": "study",
    "study-fanthomme-2.2": "study fanthomme2021/fig2.2 --out OUT",
    "study-fanthomme-2.11": "study fanthomme2021/fig2.11 --out OUT",
    "study-park-fig3": "study park2023/fig3 --out OUT",
    "study-park-fig4": "study park2023/fig4 --out OUT",
    "study-park-fig5a": "study park2023/fig5a --out OUT",
    "study-park-fig6": "study park2023/fig6 --out OUT",
    "study-schaeffer-fig9": "study schaeffer2020/fig9 --out OUT",
    "selftest": "selftest",
    "version": "--version",
    "help": "--help",
    "help-analyze": "analyze --help",
    "help-train": "train --help",
}
TIMES = re.compile(r"\b\d+(\.\d+)?(e-?\d+)? ?(ms|s|min|h)\b|\d+:\d\d(:\d\d)?")


def keep(program, kept):
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "inputs.csv").write_text("u\n" + "".join(f"{((7 * i) % 11) / 11}\n" for i in range(200)))
    for name, command in COMMANDS.items():
        place = kept / name
        place.mkdir(exist_ok=True)
        words = [w.replace("OUT", str(place / "out")).replace("KEPT", str(kept)) for w in shlex.split(command)]
        start = time.time()
        done = subprocess.run([program, *words], cwd=ROOT, capture_output=True, text=True, timeout=900, stdin=subprocess.DEVNULL)
        seconds = time.time() - start
        text = f"status {done.returncode}\n-- out\n{done.stdout}-- err\n{done.stderr}"
        (place / "printed.txt").write_text(text.replace(str(kept), "KEPT"))
        print(f"{name}: status {done.returncode}, {seconds:.1f} s", flush=True)


def plain(text, kept):
    return TIMES.sub("TIME", text.replace(str(kept), "KEPT"))


def flat(value, at=""):
    if isinstance(value, dict):
        for k, v in value.items():
            yield from flat(v, f"{at}.{k}")
    elif isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value):
        for i, v in enumerate(value):
            yield from flat(v, f"{at}[{i}]")
    else:
        yield at, json.dumps(value)


def summary(text, kept):
    return [f"{k} = {v}" for k, v in flat(json.loads(plain(text, kept)))]


def differs(old, new, kept):
    if old.suffix in {".png", ".parquet"}:
        return [] if old.read_bytes() == new.read_bytes() else [f"{old.stat().st_size} bytes, then {new.stat().st_size}"]
    texts = [f.read_bytes().decode("utf-8", "replace") for f in (old, new)]
    read = summary if old.name == "summary.json" else lambda t, k: plain(t, k).splitlines()
    a, b = (read(t, k) for t, k in zip(texts, kept))
    if a == b:
        return []
    lines = [l for l in difflib.unified_diff(a, b, lineterm="", n=0) if l[:2] not in ("--", "++", "@@")]
    return [l[:200] for l in lines[:12]] + ([f"... {len(lines)} lines"] if len(lines) > 12 else [])


def compare(before, after, names):
    wrong = 0
    for name in names or COMMANDS:
        folders = [before / name, after / name]
        files = [{p.relative_to(f) for p in f.rglob("*") if p.is_file() and p.name not in (".nullcline.json",)} for f in folders]
        found = [f"only before: {p}" for p in sorted(files[0] - files[1])]
        found += [f"only after: {p}" for p in sorted(files[1] - files[0])]
        for p in sorted(files[0] & files[1]):
            lines = differs(folders[0] / p, folders[1] / p, (before, after))
            found += [f"{p}:"] + [f"    {l}" for l in lines] if lines else []
        wrong += bool(found)
        print(f"{name}: {'differs' if found else 'same'}", *found, sep="\n    " if found else "")
    print(f"{wrong} of {len(names or COMMANDS)} commands differ")
    return 1 if wrong else 0


def main():
    match sys.argv[1:]:
        case ["list"]:
            print(*(f"{n}: nullcline {c}" for n, c in COMMANDS.items()), sep="\n")
        case ["keep", program, folder]:
            keep(str(Path(program).resolve()), Path(folder).resolve())
        case ["compare", before, after, *names]:
            return compare(Path(before).resolve(), Path(after).resolve(), names)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
