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
        self.folder = folder
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


def run(pipeline: str | os.PathLike[str], /, *, out: str | os.PathLike[str] | None = None, **options: Any) -> Comparison:
    """Runs a pipeline, as `nullcline run` does, with its options as keywords (`with_` for `--with`).

    Cells run in processes of their own; what a run that was interrupted has done is not done again.

    >>> import nullcline, pathlib, tempfile
    >>> place = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (place / "a.csv").write_text("u,v\\n" + "".join(f"{k % 7},{k % 5}\\n" for k in range(100)))
    >>> _ = (place / "p.toml").write_text('[[job]]\\nkind = "analyze"\\nfile = "*.csv"\\nmodules = "pca"\\n')
    >>> done = nullcline.run(place / "p.toml", out=place / "done", quiet=True)
    >>> done.status, "numbers/wide" in done.tables
    (0, True)
    """
    file = Path(pipeline)
    words = [sys.executable, "-m", "nullcline", "run", os.fspath(file)]
    if out is not None:
        words += ["--out", os.fspath(out)]
    for key, value in options.items():
        name = f"--{key.rstrip('_').replace('_', '-')}"
        if value is True:
            words.append(name)
        elif value is not None and value is not False:
            text = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else os.fspath(value) if hasattr(value, "__fspath__") else str(value)
            words.append(f"{name}={text}")
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=None if not options.get("quiet") else subprocess.PIPE, text=True, check=False)
    folder = _folder(done.stdout, file, out)
    if done.returncode in (1, 2, 3) and "open " not in done.stdout and not options.get("quiet"):
        raise ValueError(f"{file}: the pipeline was not run; what is wrong was printed")
    if done.returncode in (1, 2, 3) and options.get("quiet"):
        raise ValueError((done.stderr or "").removeprefix("error: ").strip() or f"{file}: status {done.returncode}")
    return Comparison(folder, done.returncode)


def _folder(said: str, file: Path, out: str | os.PathLike[str] | None) -> Path:
    if out is not None:
        return Path(out)
    opened = [line.removeprefix("open ") for line in said.splitlines() if line.startswith("open ")]
    where = Path(opened[-1]).parent if opened else Path("reports") / file.stem
    return where if where.is_absolute() else file.parent / where
