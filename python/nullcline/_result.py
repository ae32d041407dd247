"""What a job found, with its report."""

from __future__ import annotations

import copy
import csv
import html
import importlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nullcline import _native
from nullcline._kept import Kept
from nullcline._record import Record


class Figure:
    """A figure of a report, as SVG; notebooks show it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def svg(self) -> str:
        """The figure as text."""
        return self.path.read_text(encoding="utf-8")

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | os.PathLike[str]) -> None:
        """Copies it."""
        shutil.copyfile(self.path, path)

    def __repr__(self) -> str:
        return f"<figure {self.path.parent.name}/{self.path.stem}>"


class Table:
    """A table of a report."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def columns(self) -> dict[str, np.ndarray[Any, Any]]:
        """Its columns by name: numbers (missing ones NaN), or texts. Of a table as CSV."""
        if self.path.suffix != ".csv":
            raise ValueError(f"{self.path.name}: columns are read of CSV; use to_polars(), or tables='csv'")
        with open(self.path, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        return {name: _column([row[k] for row in rows[1:]]) for k, name in enumerate(rows[0])}

    def to_pandas(self) -> Any:
        """As a frame of pandas."""
        pandas = _module("pandas")
        if self.path.suffix == ".parquet":
            return pandas.read_parquet(self.path)
        if self.path.suffix == ".csv":
            return pandas.read_csv(self.path)
        return self.to_polars().to_pandas()

    def to_polars(self) -> Any:
        """As a frame of polars."""
        polars = _module("polars")
        if self.path.suffix == ".csv":
            return polars.read_csv(self.path, infer_schema_length=None)
        if self.path.suffix == ".parquet":
            return polars.read_parquet(self.path)
        return polars.read_ipc(self.path)

    def __repr__(self) -> str:
        return f"<table {self.path.parent.name}/{self.path.stem}>"


def _module(name: str) -> Any:
    """A package that is asked for only where it is used."""
    return importlib.import_module(name)


def _column(cells: list[str]) -> np.ndarray[Any, Any]:
    truth = {"true": 1.0, "false": 0.0, "": np.nan}
    try:
        return np.array([truth[c] if c in truth else float(c) for c in cells])
    except ValueError:
        return np.array(cells)


class Files(Mapping[str, Any]):
    """Figures or tables of a report by section and name, as `fixed_points/points`."""

    def __init__(self, folder: Path, endings: tuple[str, ...], kind: type) -> None:
        if not folder.is_dir():
            raise ValueError(f"{folder}: the report is no longer there; run the job again, or save(folder) it while it is")
        found = sorted(p for p in folder.rglob("*") if p.suffix in endings and p.is_file())
        self._all = {p.relative_to(folder).with_suffix("").as_posix(): kind(p) for p in found}

    def __getitem__(self, name: str) -> Any:
        if name in self._all:
            return self._all[name]
        raise KeyError(f"there is no {name}; there are {', '.join(self._all) or 'none'}")

    def without(self, folders: tuple[str, ...]) -> Files:
        """Those that lie in none of `folders`."""
        some = copy.copy(self)
        some._all = {name: file for name, file in self._all.items() if not name.startswith(folders)}
        return some

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return ", ".join(self._all) or "none"


class Result:
    """What a job found: the numbers of its modules as attributes, and its report.

    A name that is none of a result's own is looked for among the modules, and, where there is one module alone, in it:
    `result.lyapunov.attractors` and `nullcline.lyapunov(...).attractors` are the same.
    """

    #: The module of which names are looked for first.
    _module: str | None = None

    def __init__(
        self,
        summary: Mapping[str, Any],
        folder: Path,
        said: Mapping[str, Any],
        keep: Kept | None = None,
    ) -> None:
        folder = Path(os.path.abspath(folder))
        self.__dict__.update(_summary=summary, folder=folder, _said=said, _keep=keep)
        modules = {k: v for k, v in summary.get("modules", {}).items() if v is not None}
        self.__dict__["modules"] = Record(modules)

    def __copy__(self) -> Result:
        return self

    def __deepcopy__(self, memo: Any) -> Result:
        return self

    def __getstate__(self) -> dict[str, Any]:
        state = {k: v for k, v in self.__dict__.items() if k not in ("modules", "_keep", "_points")}
        if self.__dict__["_keep"] is not None:
            # Another process has another folder.
            all_of = sorted(p for p in self.folder.rglob("*") if p.is_file()) if self.folder.is_dir() else []
            state["_files"] = {p.relative_to(self.folder).as_posix(): p.read_bytes() for p in all_of}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        files, keep = state.pop("_files", None), None
        if files is not None:
            keep = Kept()
            state["folder"] = Path(keep.folder) / "report"
            for name, content in files.items():
                place = state["folder"] / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        Result.__init__(self, state["_summary"], state["folder"], state["_said"], keep)
        self.__dict__.update({k: v for k, v in state.items() if k not in self.__dict__})

    modules: Record
    folder: Path
    _summary: Mapping[str, Any]
    _said: Mapping[str, Any]

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name}: results do not change")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        modules = self.__dict__["modules"]
        if name in modules:
            return modules[name]
        one = self._module or (next(iter(modules)) if len(modules) == 1 else None)
        inside = modules.get(one) if one else None
        if isinstance(inside, Record) and name in inside:
            return inside[name]
        known = [*modules, *(inside if isinstance(inside, Record) else ())]
        raise AttributeError(f"there is no {name}; there are {', '.join(known)}")

    def __dir__(self) -> list[str]:
        modules = self.__dict__["modules"]
        one = next(iter(modules.values())) if len(modules) == 1 else ()
        return [*super().__dir__(), *modules, *(one if isinstance(one, Record) else ())]

    @property
    def summary(self) -> dict[str, Any]:
        """`summary.json`, whose layout does not change from one version to the next without being said."""
        return dict(self._summary)

    @property
    def input(self) -> Record:
        """What was read."""
        return Record(self._summary.get("input") or {})

    @property
    def failed(self) -> Record:
        """Modules that could not do what was asked, and why."""
        return Record(self._summary.get("failed") or {})

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a careful reader should know."""
        return tuple(self._summary.get("warnings", ()))

    @property
    def subject(self) -> str:
        """What was looked at, in a line."""
        return str(self._said.get("subject", self._summary.get("job", {}).get("name", "")))

    @property
    def findings(self) -> tuple[str, ...]:
        """What was found, a sentence each."""
        return tuple(self._said.get("findings", ()))

    @property
    def figures(self) -> Files:
        """Figures as SVG, by section and name."""
        return Files(self.folder, (".svg",), Figure)

    @property
    def tables(self) -> Files:
        """Tables, by section and name."""
        return Files(self.folder, (".csv", ".parquet", ".arrow", ".feather"), Table)

    @property
    def page(self) -> Path:
        """The page to read."""
        return self.folder / "report.html"

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Copies the report into a folder that is not there yet."""
        target = Path(folder)
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise ValueError(f"{target}: found something there, expected no folder or an empty one; choose another")
        shutil.copytree(self.folder, target, dirs_exist_ok=True)
        return target

    def to_dict(self) -> dict[str, Any]:
        """The modules as plain dictionaries, lists and numbers."""
        return self.modules.to_dict()

    def _quantities(self) -> list[tuple[str, float, float | None, int | None]]:
        return _native.quantities(json.dumps(self._summary))

    def _long(self) -> dict[str, list[Any]]:
        names = ("quantity", "value", "std_error", "n")
        rows = self._quantities()
        return {name: [row[k] for row in rows] for k, name in enumerate(names)}

    def to_pandas(self) -> Any:
        """Every number by name with its error, as a frame of pandas: quantity, value, std_error, n."""
        return _module("pandas").DataFrame(self._long())

    def to_polars(self) -> Any:
        """Every number by name with its error, as a frame of polars: quantity, value, std_error, n."""
        return _module("polars").DataFrame(self._long())

    def to_xarray(self) -> Any:
        """Every number and array of numbers, as a dataset of xarray; errors are called `<name>_std_error`."""
        xarray = _module("xarray")
        found: dict[str, Any] = {}
        _variables(self.modules, "", found)
        return xarray.Dataset(found, attrs={"nullcline": self._summary.get("version", "")})

    def __repr__(self) -> str:
        lines = [self.subject, *(f"  {f}" for f in self.findings)]
        if not self.findings:
            lines.append(f"  {', '.join(self.modules)}")
        lines.extend(f"warning: {w}" for w in self.warnings)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        def items(texts: tuple[str, ...], style: str = "") -> str:
            return "".join(f"<li{style}>{html.escape(t)}</li>" for t in texts)

        warned = items(self.warnings, " style='color:#b45309'")
        text = f"<p><b>{html.escape(self.subject)}</b></p><ul>{items(self.findings)}{warned}</ul>"
        figures = self.figures
        lead = self._summary.get("lead")
        first = figures[str(lead)] if lead in figures else next(iter(figures.values()), None)
        return text + (f"<div style='max-width:44em'>{first.svg}</div>" if first is not None else "")


def _variables(record: Record, above: str, found: dict[str, Any]) -> None:
    for name, value in record.items():
        _variable(f"{above}{name}", value, found)


def _variable(path: str, value: Any, found: dict[str, Any]) -> None:
    from nullcline._record import Estimate

    if isinstance(value, Record):
        _variables(value, f"{path}.", found)
    elif isinstance(value, Estimate):
        found[path] = ((), value.value)
        if value.std_error is not None:
            found[f"{path}_std_error"] = ((), value.std_error)
    elif isinstance(value, np.ndarray):
        found[path] = ([f"{path}_{k}" for k in range(value.ndim)], value)
    elif isinstance(value, (int, float)):
        found[path] = ((), value)
    elif isinstance(value, tuple) and value and all(isinstance(v, Record) for v in value):
        _stacked(path, value, found)


def _stacked(path: str, records: tuple[Record, ...], found: dict[str, Any]) -> None:
    """Several of a kind along one dimension, called as they are; what differs in shape one by one."""
    from nullcline._record import Estimate

    for name in records[0]:
        values = [r[name] if name in r else None for r in records]
        plain: list[Any] = [float(v) if isinstance(v, (int, float, Estimate)) else v for v in values]
        shapes = {np.shape(v) for v in plain if v is not None}
        texts = all(isinstance(v, str) or v is None for v in values)
        if texts and any(v is not None for v in values):
            found[f"{path}.{name}"] = ([path], np.array([v or "" for v in values]))
        elif len(shapes) == 1 and all(isinstance(v, (float, np.ndarray)) or v is None for v in plain):
            shape = shapes.pop()
            rows = [np.full(shape, np.nan) if v is None else np.asarray(v) for v in plain]
            found[f"{path}.{name}"] = ([path, *(f"{path}.{name}_{k}" for k in range(len(shape)))], np.stack(rows))
        else:
            for k, value in enumerate(values):
                _variable(f"{path}.{k}.{name}", value, found)
