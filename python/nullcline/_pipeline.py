"""Pipelines: many jobs from one file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from nullcline._result import Files, Table


class Comparison:
    """What a pipeline laid side by side: its tables, its cells and its page."""

    def __init__(self, folder: Path, status: int) -> None:
        self.folder = Path(os.path.abspath(folder))
        #: 0 when every cell is done.
        self.status = status

    @property
    def tables(self) -> Files:
        """Tables by name: every number of every cell, wide and long, and what was compared."""
        found = Files(self.folder, (".csv", ".parquet", ".arrow"), Table)
        cells = {p.parent.relative_to(self.folder).as_posix() for p in self.folder.rglob("summary.json")} - {"."}
        return found.without(tuple(f"{c}/" for c in cells))

    @property
    def page(self) -> Path:
        """The page to read."""
        return self.folder / "report.html"

    @property
    def failed(self) -> list[Path]:
        """What was written of cells that failed."""
        return sorted((self.folder / "failed").glob("*.json"))

    def __repr__(self) -> str:
        return f"<comparison in {self.folder}; status {self.status}>"


#: The options of the command that print instead of running.
_PRINT = ("check", "list", "plan", "slurm")
_OPTIONS = (*_PRINT, "merge", "shard", "abreast", "with_", "on", "figures", "tables", "threads", "memory", "quiet")


def run(pipeline: str | os.PathLike[str], /, *, out: str | os.PathLike[str] | None = None, **options: Any) -> Any:
    """Runs a pipeline, as `nullcline run` does, with its options as keywords (`with_` for `--with`); gives a `Comparison`.

    Cells run in processes of their own; what a run that was interrupted has done is not done again. A cell that fails is
    among `failed`, the rest goes on. With `check`, `list`, `plan` or `slurm` nothing is run, and what the command prints is
    given as text; with `shard` nothing is laid side by side.

    >>> import nullcline, pathlib, tempfile
    >>> place = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (place / "a.csv").write_text("u,v\\n" + "".join(f"{k % 7},{k % 5}\\n" for k in range(100)))
    >>> _ = (place / "p.toml").write_text('[[job]]\\nkind = "analyze"\\nfile = "*.csv"\\nmodules = "pca"\\n')
    >>> done = nullcline.run(place / "p.toml", out=place / "done", quiet=True)
    >>> done.status, "numbers/wide" in done.tables
    (0, True)
    """
    wrong = [k for k in options if k not in _OPTIONS]
    if wrong:
        raise ValueError(f"run: there is no option {wrong[0]}; there are out, {', '.join(_OPTIONS)}")
    file = Path(pipeline)
    words = [sys.executable, "-m", "nullcline", "run", os.fspath(file)]
    if out is not None:
        words += ["--out", os.path.abspath(out)]
    quiet = bool(options.get("quiet"))
    for key, value in options.items():
        name = f"--{key.rstrip('_')}"
        if key == "quiet" or value is None or value is False:
            continue
        words.append(name if value is True else f"{name}={_text(value)}")
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE if quiet else None, text=True, check=False)
    if any(options.get(k) for k in _PRINT) and done.returncode == 0:
        return done.stdout
    began = "open " in done.stdout or (options.get("shard") is not None and done.returncode in (0, 3, 4))
    if not began:
        said = [line for line in (done.stderr or "").splitlines() if line.startswith("error: ")]
        why = said[-1].removeprefix("error: ") if said else "what is wrong was printed"
        raise (OSError if done.returncode == 1 else ValueError)(f"{file}: the pipeline was not run: {why}")
    return Comparison(_folder(done.stdout, file, out), done.returncode)


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def _folder(said: str, file: Path, out: str | os.PathLike[str] | None) -> Path:
    if out is not None:
        return Path(out)
    opened = [line.removeprefix("open ") for line in said.splitlines() if line.startswith("open ")]
    where = Path(opened[-1]).parent if opened else Path("reports") / file.stem
    return where if where.is_absolute() else file.parent / where
