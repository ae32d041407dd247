"""Runs a pipeline in parts on a Dask cluster whose workers share the folder, and merges them.

    python workflow/dask_run.py monday.toml --out reports/monday --parts 8 [--scheduler tcp://host:8786] [--nullcline PATH]
"""

import argparse
import subprocess
import sys
from pathlib import Path

from dask.distributed import Client, as_completed


def part(command):
    return subprocess.run(command, capture_output=True, text=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--scheduler", help="address of a running scheduler (none: processes of this machine)")
    parser.add_argument("--nullcline", default="nullcline")
    a = parser.parse_args()
    out = (a.out or Path("reports") / a.pipeline.stem).resolve()
    run = [a.nullcline, "run", str(a.pipeline.resolve()), "--out", str(out), "--quiet"]
    with Client(a.scheduler) if a.scheduler else Client(processes=False) as client:
        parts = [run + ["--shard", f"{k}/{a.parts}", "--threads", "1"] for k in range(1, a.parts + 1)]
        for done in as_completed(client.map(part, parts, pure=False, retries=2)):
            sys.stderr.write(done.result().stderr)
    sys.exit(subprocess.run(run + ["--merge"]).returncode)


if __name__ == "__main__":
    main()
