"""Keywords are the command's options, and say what they say."""

import inspect
import re
import subprocess
import sys

import pytest

import nullcline
from nullcline import _jobs, _settings

COMMANDS = {
    "analyze": ["analyze"], "infer.gaussian": ["infer", "gaussian"], "infer.potts": ["infer", "potts"],
    "distill.radd": ["distill", "radd"], "distill.conventional": ["distill", "conventional"], "train": ["train"],
    "train.ibl": ["train", "ibl"], "train.integrate": ["train", "integrate"], "train.navigate": ["train", "navigate"],
    "study": ["study"],
}


def helped(kind):
    """Options by name with their defaults, as the command's own help tells them."""
    words = [sys.executable, "-m", "nullcline", *COMMANDS[kind], "--help"]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    parts = re.split(r"\n\s+(?:-\w, |    )?--", text)[1:]
    found = {}
    for part in parts:
        name = re.match(r"[\w-]+", part).group().replace("-", "_")
        said = re.search(r"\[default:\s+([^\]]+)\]", " ".join(part.split()))
        found[name] = said.group(1) if said else None
    return {k: v for k, v in found.items() if k not in ("help", "version")}


@pytest.mark.parametrize("name", [*_jobs.FUNCTIONS, "fixed_points"])
def test_keywords_are_the_commands_options(name):
    function = _jobs.FUNCTIONS.get(name) or _jobs.Function("analyze", "fixed_points", "source", "")
    options = helped(function.kind)
    parameters = inspect.signature(getattr(nullcline, name)).parameters
    own = {"states", "jvp", "vjp", "jacobian", "bounds", "flow"} if name == "fixed_points" else set()
    words = {p.name.rstrip("_"): p for p in parameters.values() if p.kind is p.KEYWORD_ONLY and p.name not in own}
    expected = set(options) - ({"modules"} if function.module else set()) - {str(function.first)}
    assert set(words) == expected
    for option, said in options.items():
        if option not in words:
            continue
        value = words[option].default
        plain = said is not None and re.fullmatch(r"[\w.,+-]+", said)
        if isinstance(value, bool) or value is None or not plain:
            continue
        assert str(value) == said or float(value) == float(said), option


def test_every_job_has_a_function():
    kinds = {f.kind for f in _jobs.FUNCTIONS.values()}
    assert kinds == set(_settings._native.kinds()) == set(COMMANDS)


def test_what_is_mistyped_is_told():
    with pytest.raises(ValueError, match="there is no key modulse; do you mean modules?"):
        nullcline.analyze([[0.0, 1.0], [1.0, 0.0]], modulse="pca")
    with pytest.raises(TypeError, match="source"):
        nullcline.analyze()
    with pytest.raises(ValueError, match="use analyze"):
        nullcline.lyapunov("x.pt", modules="pca")
    with pytest.raises(ValueError, match="memory"):
        nullcline.pca([[0.0, 1.0]], memory="much")
