"""Faults that users met once."""

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import nullcline
from nullcline import environments


def normal(rows=100, columns=3, seed=1):
    return np.random.default_rng(seed).normal(size=(rows, columns))


def test_masked_numbers_are_missing():
    x = normal()
    hidden = np.ma.array(x, mask=False)
    hidden[5, 0] = 1e9
    hidden[5, 0] = np.ma.masked
    with pytest.raises(ValueError, match="missing|NaN|drop-rows"):
        nullcline.pca(hidden)
    kept = nullcline.pca(hidden, missing="drop-rows")
    assert kept.to_dict() == nullcline.pca(np.delete(x, 5, axis=0)).to_dict()


def test_times_as_units_are_told():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": normal()[:, 0], "b": normal()[:, 1], "when": pandas.date_range("2020", periods=100)})
    with pytest.warns(UserWarning, match="when: times are read as numbers"):
        nullcline.pca(frame, units="a,b")


def test_columns_that_pandas_may_hold():
    pandas = pytest.importorskip("pandas")
    x = normal()
    frame = pandas.DataFrame({"u": x[:, 0], "v": x[:, 1], "ok": pandas.array([True, None, False, True] * 25, dtype="boolean")})
    assert nullcline.selectivity(frame, targets="ok", units="u,v", missing="drop-rows").input["units"] == 2
    frame.columns = ["u", "u", "ok"]
    with pytest.raises(ValueError, match="2 columns of that name"):
        nullcline.pca(frame)
    with pytest.raises(ValueError, match="0 rows"):
        nullcline.pca(pandas.DataFrame({"a": []}))
    with pytest.raises(ValueError, match="without commas"):
        nullcline.pca(x, units=["x0,x1", "x2"])


def test_torch_says_the_nonlinearity():
    torch = pytest.importorskip("torch")
    net = torch.nn.RNN(2, 5, nonlinearity="relu")
    states, inputs = normal(4, 5), normal(4, 2)
    expected = net(torch.tensor(inputs[None], dtype=torch.float32), torch.tensor(states[None], dtype=torch.float32))[1]
    assert np.allclose(nullcline.Network(net).step(states, inputs), expected.detach().numpy()[0], atol=1e-6)


def test_a_bound_on_memory_is_that_jobs_alone():
    with pytest.raises(ValueError, match="kB"):
        nullcline.pca(normal(2000), memory="1kB")
    nullcline.pca(normal(2000))


def test_other_arrays_report_is_not_replaced(tmp_path):
    nullcline.pca(normal(seed=1), out=tmp_path / "out")
    nullcline.pca(normal(seed=1), out=tmp_path / "out")
    with pytest.raises(ValueError, match="force|another"):
        nullcline.pca(normal(seed=2), out=tmp_path / "out")
    nullcline.pca(normal(seed=2), out=tmp_path / "out", force=True)


def test_derivatives_are_of_the_network_that_was_asked(tmp_path):
    weights = 2 * np.eye(2)
    found = nullcline.fixed_points(weights, cell="vanilla", out=tmp_path / "out")
    expected = (1 - found.xstar**2)[:, :, None] * 2 * np.eye(2)
    weights[:] = -9
    assert np.allclose(found.J_xstar, expected)
    again = nullcline.load(tmp_path / "out")
    with pytest.raises(ValueError, match="not there any more"):
        again.J_xstar
    np.savez(tmp_path / "net.npz", weight_hh_l0=2 * np.eye(2), weight_ih_l0=np.zeros((2, 1)))
    nullcline.fixed_points(tmp_path / "net.npz", out=tmp_path / "file")
    assert np.allclose(nullcline.load(tmp_path / "file").J_xstar, expected)
    np.savez(tmp_path / "net.npz", weight_hh_l0=3 * np.eye(2), weight_ih_l0=np.zeros((2, 1)))
    with pytest.raises(ValueError, match="another one by now"):
        nullcline.load(tmp_path / "file").J_xstar


def test_results_travel():
    found = nullcline.fixed_points(2 * np.eye(2), cell="vanilla")
    again = pickle.loads(pickle.dumps(found))
    assert copy.deepcopy(found) is found and np.array_equal(again.J_xstar, found.J_xstar)
    figures = list(found.figures)
    folder = found.folder
    del found
    assert not folder.exists() and list(again.figures) == figures
    network = pickle.loads(pickle.dumps(nullcline.Network(2 * np.eye(2), cell="vanilla")))
    assert network.step([[0.5, 0.5]]).shape == (1, 2)


def test_what_is_gone_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = nullcline.pca(normal(), out="here")
    monkeypatch.chdir("/")
    assert found.figures and found.page.is_file()
    subprocess.run(["rm", "-r", str(found.folder)], check=True)
    with pytest.raises(ValueError, match="no longer there"):
        found.figures


def worker(seed):
    return float(nullcline.pca(normal(seed=seed)).participation_ratio)


@pytest.mark.skipif(os.name != "posix", reason="forks")
def test_other_processes_leave_nothing_and_take_nothing():
    found = nullcline.pca(normal())
    child = os.fork()
    if child == 0:
        del found
        os._exit(0)
    os.waitpid(child, 0)
    assert found.figures
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert len(set(pool.map(worker, range(4)))) == 4
    # What killed processes left goes when the next one begins.
    left = Path(tempfile.mkdtemp(prefix="nullcline-999999999-"))
    (left / ".nullcline-temporary").touch()
    foreign = Path(tempfile.mkdtemp(prefix="nullcline-999999999-"))
    subprocess.run([sys.executable, "-c", "import numpy, nullcline; nullcline.pca(numpy.random.normal(size=(50, 2)))"], check=True)
    assert not left.exists() and foreign.exists()
    foreign.rmdir()


def test_frozen_is_frozen():
    found = nullcline.fixed_points(2 * np.eye(2), cell="vanilla")
    for array in (found.xstar, found.J_xstar, found.points[0].state):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("words, said", [
    ({"threads": 10**9}, "from 1 to"), ({"threads": 0}, "1 or more"), ({"threads": "two"}, "1 or more"), ({"quiet": "no"}, "True or False"),
    ({"memory": 10**30}, "EiB"), ({"seed": -1}, "seed"), ({"ridge": float("nan")}, "ridge"),
])
def test_values_of_no_use_are_told(words, said):
    with pytest.raises(ValueError, match=said):
        nullcline.pca(normal(), **words)


def test_functions_are_checked():
    f, j = lambda x: np.tanh(2 * x), lambda x: (2 / np.cosh(2 * x) ** 2)[:, :, None] * np.eye(2)
    states = normal(40, 2)
    for wrong, said in [
        (dict(source=lambda x: x * np.nan), "not finite"), (dict(jacobian=lambda x: -3 * j(x)), "not the derivative"),
        (dict(jacobian=lambda x: j(x)[0]), "derivatives"), (dict(states=states * np.inf), "not finite"), (dict(states=states + 1j), "complex|real"),
        (dict(bounds=(1, -1)), "bounds"), (dict(jacobian=None, jvp=lambda x, d: d, vjp=lambda x, g: g), "not the derivative"),
    ]:
        given = {"source": f, "jacobian": j, "states": states, **wrong}
        with pytest.raises(ValueError, match=said):
            nullcline.fixed_points(given.pop("source"), **given)
    # A matrix alone may be weights.
    with pytest.raises(ValueError, match="cell='vanilla'"):
        nullcline.fixed_points(2 * np.eye(2))


def test_the_end_of_a_program_waits_for_its_functions():
    program = """
import threading, time, numpy as np, nullcline
f = lambda x: (time.sleep(0.01), np.tanh(2 * x))[1]
j = lambda x: (2 * (1 - np.tanh(2 * x) ** 2))[:, :, None] * np.eye(2)
work = lambda: nullcline.fixed_points(f, jacobian=j, states=np.random.default_rng(1).normal(size=(500, 2)), quiet=True)
threading.Thread(target=work, daemon=True).start()
time.sleep(1)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_failing_cell_does_not_hide_the_others(tmp_path):
    np.save(tmp_path / "good.npy", normal())
    (tmp_path / "bad.npy").write_bytes(b"\x93NUMPY damaged")
    (tmp_path / "p.toml").write_text('[[job]]\nkind = "analyze"\nfile = "*.npy"\nmodules = "pca"\n')
    done = nullcline.run(tmp_path / "p.toml", quiet=True)
    assert done.status != 0 and len(done.failed) == 1 and len(done.tables["numbers/wide"].columns()["cell"]) == 1
    assert "nothing is wrong" in nullcline.run(tmp_path / "p.toml", check=True)
    with pytest.raises(ValueError, match="there is no option help"):
        nullcline.run(tmp_path / "p.toml", help=True)


def test_the_last_observation_is_new():
    world = environments.Navigate(cells=8, steps=2)
    world.reset(seed=1)
    first = world.step([0.1, 0.0])[0]
    last, _, reached, late, info = world.step([0.1, 0.0])
    assert late and not reached and not np.array_equal(first, last) and "room" in info
    with pytest.raises(ValueError, match="finite"):
        world.reset(seed=1)
        world.step([np.nan, 0.0])


def test_estimates_are_numbers():
    found = nullcline.pca(normal(500)).participation_ratio
    assert 2 < found < 3.1 and f"{found:.1f}" == f"{found.value:.1f}" and round(found, 1) == round(found.value, 1)


def test_messages_speak_python():
    with pytest.raises(ValueError) as raised:
        nullcline.decode(normal(), targets="side")
    assert "--" not in str(raised.value) and "<memory" not in str(raised.value)
    with pytest.raises(ValueError) as raised:
        nullcline.pca(normal(), soft_normalise=True, zscore=True)
    assert "soft_normalise" in str(raised.value)


def test_functions_in_single_precision():
    single = lambda a: np.asarray(a, dtype=np.float32)
    f = lambda x: single(np.tanh(2 * single(x)))
    j = lambda x: single(2 * (1 - np.tanh(2 * single(x)) ** 2))[:, :, None] * np.eye(2, dtype=np.float32)
    found = nullcline.fixed_points(f, states=normal(60, 2), jacobian=j, bounds=(-1, 1))
    assert found.n >= 1 and np.abs(found.F_xstar - found.xstar).max() < 1e-3
