"""Arrays go in as they are, whatever holds them, and give what a file of them gives."""

import subprocess
import sys

import numpy as np
import pytest

import nullcline
from nullcline import _data, _native


def numbers(result):
    return result.to_dict()


def recording(seed=1, rows=300):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(size=(rows, 4)) * [3, 1, 0.5, 0.1], axis=0)


def test_an_array_gives_what_its_file_gives(tmp_path):
    x = recording()
    np.save(tmp_path / "x.npy", x)
    assert numbers(nullcline.pca(x)) == numbers(nullcline.pca(tmp_path / "x.npy"))


@pytest.mark.parametrize("change", [
    lambda x: np.asfortranarray(x), lambda x: np.repeat(x, 2, axis=1)[:, ::2], lambda x: x[::-1][::-1],
    lambda x: x.astype(">f8"), lambda x: x.tolist(), lambda x: np.ma.array(x).data,
])
def test_how_it_lies_in_memory_does_not_matter(change):
    x = recording()
    assert numbers(nullcline.pca(change(x))) == numbers(nullcline.pca(x))


@pytest.mark.parametrize("kind", [np.float32, np.float16, np.int16, np.uint8, np.bool_])
def test_kinds_of_numbers(kind, tmp_path):
    x = (recording() > 0).astype(kind) if kind is np.bool_ else np.abs(recording()).astype(kind)
    np.save(tmp_path / "x.npy", x)
    assert numbers(nullcline.pca(x)) == numbers(nullcline.pca(tmp_path / "x.npy"))


def test_trials_by_time_by_units(tmp_path):
    x = recording().reshape(10, 30, 4)
    np.save(tmp_path / "x.npy", x)
    assert numbers(nullcline.pca(x)) == numbers(nullcline.pca(tmp_path / "x.npy"))


def test_tables_with_names_and_texts():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    x = recording()
    columns = {"side": np.where(np.arange(len(x)) % 3 == 0, "left", "right"), **{f"u{k}": x[:, k] for k in range(4)}}
    found = [
        nullcline.selectivity(frame, targets="side", units="u*")
        for frame in (pandas.DataFrame(columns), polars.DataFrame({k: v.tolist() for k, v in columns.items()}))
    ]
    assert numbers(found[0]) == numbers(found[1])
    assert found[0].input["units"] == 4


def test_categories_and_missing_texts():
    pandas = pytest.importorskip("pandas")
    x = recording()
    labels = pandas.Series(["a", None, "b"] * 100, dtype="category")
    frame = pandas.DataFrame({"label": labels, "u": x[:, 0], "v": x[:, 1]})
    found = nullcline.selectivity(frame, targets="label", units="u,v", missing="drop-rows")
    assert found.input["rows"] <= 300


def test_modules_of_torch(gru, tmp_path):
    torch = pytest.importorskip("torch")

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.readout = torch.nn.GRU(2, 6), torch.nn.Linear(6, 2)

    net = Net()
    net.load_state_dict({k: torch.tensor(v) for k, v in gru.items()})
    torch.save(net.state_dict(), tmp_path / "net.pt")
    of_file, of_module, of_dict = (
        nullcline.fixed_points(s) for s in (tmp_path / "net.pt", net, {k: v for k, v in net.state_dict().items()})
    )
    assert np.array_equal(of_file.xstar, of_module.xstar) and np.array_equal(of_file.xstar, of_dict.xstar)
    h = torch.zeros(1, 1, 6)
    expected = net.rnn(torch.ones(1, 1, 2), h)[1].detach().numpy()[0]
    assert np.allclose(nullcline.Network(net).step(np.zeros((1, 6)), np.ones(2)), expected, atol=1e-6)


def test_texts_beside_weights(gru):
    assert nullcline.Network({**gru, "task": "flip-flop"}).cell == "gru"


@pytest.mark.parametrize("wrong, said", [
    (3.5, "expected a path"), (object(), "expected a path"), ({}, "found no array"),
    (np.array([{}, {}], dtype=object), "expected numbers or texts"), (np.zeros((3, 0)), "array"), (np.zeros((2, 2, 2, 2)), "dimension"),
])
def test_what_is_no_data_is_told(wrong, said):
    with pytest.raises(ValueError, match=said):
        nullcline.pca(wrong)


def test_nothing_is_copied_before_it_is_read(gru):
    arrays = [(k, *_data._npy(k, v)) for k, v in gru.items()]
    for (name, _, values), array in zip(arrays, gru.values()):
        assert np.shares_memory(values, array), name
    held = _native.Held("x.npz", arrays)
    assert held.bytes_read == 0


#: Reads a GRU of 512 units, and says how many bytes were copied and by how much memory grew at most.
MEASURE = """
import json, resource, sys, numpy as np, nullcline
from nullcline import _data, _native
n = 512
rng = np.random.default_rng(1)
one = lambda *s: rng.normal(size=s).astype(np.float32) / 23
net = {"weight_ih_l0": one(3 * n, 8), "weight_hh_l0": one(3 * n, n), "bias_ih_l0": one(3 * n), "bias_hh_l0": one(3 * n)}
nullcline.Network({k: v[:6, :2] if v.ndim == 2 else v[:6] for k, v in {**net, "weight_ih_l0": net["weight_ih_l0"][:6]}.items()})
held = _data.held("array", net)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = peak()
network = _native.Network(json.dumps({"file": held.path}))
print(sum(v.nbytes for v in net.values()), held.bytes_read, peak() - before, sum(v.size for v in net.values()) * 8)
"""


def test_a_model_of_512_units_is_copied_once():
    pytest.importorskip("resource")
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True)
    size, read, grown, as_doubles = map(int, done.stdout.split())
    # Every byte once, and the headers, of which readers look at the beginning again.
    assert size <= read <= size + 4096 * 16, (size, read)
    # The library's own matrices and what it makes of them, never a third set beside them.
    assert grown < 4 * as_doubles, (grown, as_doubles)


def test_names_of_arrays_may_be_anything(gru, tmp_path):
    weights = {k.removeprefix("rnn."): v for k, v in gru.items()}
    np.save(tmp_path / "mine.npy", recording())
    odd = {**weights, str(tmp_path / "mine.npy"): np.zeros((3, 3)), "..": np.ones(2), "": np.ones(2), "a/../b": np.ones(2)}
    kept = _data.held("array", odd)
    # A name that is a path of a file does not stand for it.
    assert nullcline.pca(tmp_path / "mine.npy").input["rows"] == 300
    assert nullcline.Network(weights).units == nullcline.Network(odd, prefix="").units and kept is not None
