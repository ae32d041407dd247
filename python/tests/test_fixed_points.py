"""Fixed points are those of the command, under all their names."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nullcline


def of_command(file, folder, *options):
    words = [sys.executable, "-m", "nullcline", "analyze", str(file), "--modules", "fixed_points", "--out", str(folder), "--quiet"]
    subprocess.run([*words, *options], check=True)
    return json.loads((Path(folder) / "summary.json").read_text())["modules"]["fixed_points"]["points"]


def check(file, folder):
    found, points = nullcline.fixed_points(file), of_command(file, folder)
    assert np.array_equal(found.xstar, [p["state"] for p in points])
    assert np.array_equal(found.qstar, [p["speed"] for p in points])
    assert np.array_equal(found.is_stable, [p["stability"] == "stable" for p in points])
    assert np.array_equal(found.certified, [p["certified"] for p in points])
    leading = [[re + 1j * im for re, im in p["leading_eigenvalues"]] for p in points]
    assert np.allclose(np.abs(found.eigval_J_xstar[:, :5]), np.abs(leading), rtol=1e-9, atol=1e-12)
    assert np.allclose(found.F_xstar, found.xstar, atol=1e-12)
    return found


def test_the_flip_flop_of_the_repository(datasets, tmp_path):
    found = check(datasets / "flipflop_gru.safetensors", tmp_path / "out")
    assert found.n == 27 and found.certified.all() and found.is_stable.sum() == 8
    assert (found.cond_id == 0).all() and found.inputs.shape == (27, 3)
    began = ~np.isnan(found.x_init).any(axis=1)
    assert began.sum() >= 20, "most points were reached from a start"
    # Following the rule from a start of a stable point leads there, or to another stable one.
    network = nullcline.Network(datasets / "flipflop_gru.safetensors")
    ends = network.trajectory(found.x_init[found.is_stable & began], steps=2000)[:, -1]
    stable = found.xstar[found.is_stable]
    assert all(np.abs(stable - e).max(axis=1).min() < 1e-6 for e in ends)


@pytest.mark.skipif("NULLCLINE_SHARED" not in os.environ, reason="NULLCLINE_SHARED names no folder of others' fixtures")
def test_the_published_flip_flop(tmp_path):
    found = check(Path(os.environ["NULLCLINE_SHARED"]) / "reference/nets/ff3_gru/ff3_gru.pt", tmp_path / "out")
    assert found.n == 27 and found.certified.all()


def test_a_function_gives_what_its_weights_give(gru):
    network = nullcline.Network(gru)
    by_weights = nullcline.fixed_points(gru)
    rng = np.random.default_rng(1)
    by_function = nullcline.fixed_points(network.step, states=rng.normal(size=(60, 6)), jacobian=network.jacobian, bounds=(-1, 1))
    by_products = nullcline.fixed_points(
        network.step,
        states=rng.normal(size=(60, 6)),
        bounds=[[-1, 1]] * 6,
        jvp=lambda x, dx: np.einsum("kij,kj->ki", network.jacobian(x), dx),
        vjp=lambda x, gy: np.einsum("kij,ki->kj", network.jacobian(x), gy),
    )

    def fixed(found):
        return found.xstar[[p.label == "fixed" for p in found.points]]

    assert len(fixed(by_weights)) == 1 and by_weights.certified.sum() == 1
    for found in (by_function, by_products):
        assert np.allclose(fixed(found), fixed(by_weights), atol=1e-8) and not found.certified.any()
        assert np.abs(found.xstar).max() < 1 and found.J_xstar.shape == (found.n, 6, 6)


def test_a_flow_of_python():
    # dx/dt = x - x^3: three points, of which the outer ones are stable.
    found = nullcline.fixed_points(
        lambda x: x - x**3, states=np.linspace(-2, 2, 21)[:, None], jacobian=lambda x: (1 - 3 * x**2)[:, :, None], flow=True
    )
    assert np.allclose(np.sort(found.xstar[:, 0]), [-1, 0, 1]) and found.is_stable.sum() == 2


@pytest.mark.parametrize("options, said", [
    ({}, "states"), ({"states": np.zeros((3, 2))}, "jacobian"),
    ({"states": np.zeros((3, 2)), "jacobian": lambda x: x, "cell": "gru"}, "does not go with a function"),
])
def test_what_a_function_needs_is_told(options, said):
    with pytest.raises(ValueError, match=said):
        nullcline.fixed_points(lambda x: x, **options)


def test_what_a_function_raises_is_raised():
    def broken(x):
        raise KeyError("weights")

    with pytest.raises(KeyError, match="weights"):
        nullcline.fixed_points(broken, states=np.ones((5, 2)), jacobian=lambda x: np.zeros((len(x), 2, 2)))
    with pytest.raises(ValueError, match="expected the same shape"):
        nullcline.fixed_points(lambda x: x[:, :1], states=np.ones((5, 2)), jacobian=lambda x: np.zeros((len(x), 2, 2)))
