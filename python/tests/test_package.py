"""The package itself: examples run, types agree, environments keep to their contract, the notebook runs."""

import doctest
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nullcline
from nullcline import _jobs, _stubs, environments

HERE = Path(__file__).resolve().parent
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("name", [*_jobs.FUNCTIONS, "fixed_points", "load", "run"])
def test_every_functions_example_runs(name):
    test = doctest.DocTestParser().get_doctest(getattr(nullcline, name).__doc__, {}, name, None, 0)
    assert test.examples, "no example"
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    assert runner.run(test).failed == 0


@pytest.mark.parametrize("name", ["nullcline", "nullcline._record", "nullcline._network", "nullcline.environments"])
def test_every_modules_example_runs(name):
    done = doctest.testmod(importlib.import_module(name), extraglobs={"np": np}, optionflags=FLAGS)
    assert done.failed == 0 and done.attempted > 0


def test_types_are_those_of_the_options():
    written = (Path(nullcline.__file__).parent / "__init__.pyi").read_text(encoding="utf-8")
    assert written == _stubs.text(), "run python -m nullcline._stubs nullcline/__init__.pyi"


def test_types_agree_with_the_module():
    pytest.importorskip("mypy")
    tool = [sys.executable, "-m", "mypy.stubtest", "nullcline", "--ignore-missing-stub", "--allowlist", str(HERE / "stubtest.txt")]
    done = subprocess.run(tool, capture_output=True, text=True, cwd=HERE)
    assert done.returncode == 0, done.stdout


def test_the_package_is_typed(tmp_path):
    pytest.importorskip("mypy")
    # Not from where others' packages lie, whose files would be taken for its own.
    place = tmp_path / "nullcline"
    shutil.copytree(Path(nullcline.__file__).parent, place, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    tool = [sys.executable, "-m", "mypy", "--config-file", str(HERE.parent / "pyproject.toml"), str(place)]
    done = subprocess.run(tool, capture_output=True, text=True, cwd=place.parent)
    assert done.returncode == 0, done.stdout
    use = "import nullcline\nreveal_type(nullcline.fixed_points('x.pt', seed=2).xstar)\nnullcline.pca('x.csv', sede=1)\n"
    done = subprocess.run([sys.executable, "-m", "mypy", "--config-file", "", "-c", use], capture_output=True, text=True, cwd=HERE)
    assert "ndarray" in done.stdout and "sede" in done.stdout, done.stdout


@pytest.mark.parametrize("make", [environments.Navigate, lambda: environments.Navigate("DoubleDonut", cells=8), environments.Ibl])
def test_gymnasium_checks_the_environments(make):
    pytest.importorskip("gymnasium")
    from gymnasium.utils.env_checker import check_env

    check_env(make(), skip_render_check=True)


def test_episodes_are_those_of_their_seed():
    one, two = environments.Ibl(), environments.Ibl()
    begun = [e.reset(seed=5)[0].tolist() for e in (one, two)]
    assert begun[0] == begun[1]
    steps = [[e.step([0.05, 0.95])[:3] for _ in range(40)] for e in (one, two)]
    assert str(steps[0]) == str(steps[1])
    with pytest.raises(ValueError, match="reset"):
        environments.Navigate().step([0.0, 0.0])
    with pytest.raises(ValueError, match="SnakePath|map"):
        environments.Navigate("SnakPath")


def test_the_command_is_in_the_package():
    done = subprocess.run([sys.executable, "-m", "nullcline", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["nullcline", nullcline.__version__]
    script = shutil.which("nullcline", path=os.path.dirname(sys.executable))
    if script is not None:
        done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout.split()[1] == nullcline.__version__


def test_the_notebook_runs():
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    book = nbformat.read(HERE.parent / "examples" / "flip_flop.ipynb", as_version=4)
    nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": str(HERE.parent / "examples")}}).execute()
    shown = [o for c in book.cells if c.cell_type == "code" for o in c.outputs if "image/svg+xml" in o.get("data", {})]
    assert shown, "no figure was shown"
