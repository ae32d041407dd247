"""Results: frozen, whole, shown, kept."""

import pickle
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import nullcline
from nullcline import Estimate, Record


@pytest.fixture
def found(datasets):
    return nullcline.analyze(datasets / "ibl_activity.csv", modules="pca")


def test_numbers_are_attributes(found):
    assert found.pca.participation_ratio == found.participation_ratio
    assert isinstance(found.participation_ratio, Estimate) and 1 < float(found.participation_ratio) < 20
    x = np.random.default_rng(1).normal(size=(500, 3))
    assert 0 < nullcline.pca(x).participation_ratio.std_error < 0.2
    assert "participation_ratio" in dir(found) and found.input.kind == "recording"
    with pytest.raises(AttributeError, match="there is no dimensoin"):
        found.dimensoin


def test_nothing_changes(found):
    for thing in (found, found.pca):
        with pytest.raises(AttributeError, match="do not change"):
            thing.pca = 1
    assert pickle.loads(pickle.dumps(found.pca)) == found.pca


def test_frames(found):
    for name in ("pandas", "polars"):
        module = pytest.importorskip(name)
        frame = getattr(found, f"to_{name}")()
        assert isinstance(frame, module.DataFrame)
        assert list(frame.columns) == ["quantity", "value", "std_error", "n"] and len(frame) > 3
        table = next(iter(found.tables.values()))
        assert len(getattr(table, f"to_{name}")()) == len(next(iter(table.columns().values())))
    xarray = pytest.importorskip("xarray")
    assert isinstance(found.to_xarray(), xarray.Dataset) and "pca.participation_ratio" in found.to_xarray()


def test_figures_are_shown(found, tmp_path):
    figure = next(iter(found.figures.values()))
    assert figure._repr_svg_().lstrip().startswith("<") and "<svg" in found._repr_html_()
    figure.save(tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").read_text() == figure.svg


def test_reports_are_kept_and_found_again(found, tmp_path):
    found.save(tmp_path / "kept")
    again = nullcline.load(tmp_path / "kept")
    assert again.to_dict() == found.to_dict()
    with pytest.raises(ValueError, match="choose another"):
        found.save(tmp_path / "kept")
    with pytest.raises(ValueError, match="no summary.json"):
        nullcline.load(tmp_path)


def test_another_report_is_not_replaced(tmp_path):
    x = np.random.default_rng(1).normal(size=(50, 3))
    nullcline.pca(x, out=tmp_path / "out")
    (tmp_path / "out" / "mine.txt").write_text("mine")
    nullcline.pca(x, out=tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


def test_formats(tmp_path):
    x = np.random.default_rng(1).normal(size=(50, 3))
    found = nullcline.pca(x, out=tmp_path / "out", figures=["svg", "png"], tables="parquet")
    assert list(found.folder.rglob("*.png")) and list(found.folder.rglob("*.parquet"))
    with pytest.raises(ValueError, match="gif"):
        nullcline.pca(x, figures="gif")


def test_errors_are_of_two_kinds(tmp_path):
    with pytest.raises(ValueError, match="nothing.pt"):
        nullcline.analyze(tmp_path / "nothing.pt")
    with pytest.raises(RuntimeError):
        nullcline.lyapunov(np.array([[3.0]]), cell="vanilla", activation="linear")


def test_estimates():
    all_of = [(0.238, 0.055), (1234.5, 12.3), (0.5, None), (float("nan"), 1.0), (3e-9, 2e-10), (1.0, 0.0999), (-2.0, 150.0)]
    shown = [repr(Estimate(*a)) for a in all_of]
    assert shown == ["0.238(55)", "1234(12)", "0.5", "nan", "0.00000000300(20)", "1.00(10)", "-2(150)"]
    assert Record({"a": [[1, 2], [3, None]]}).a.shape == (2, 2)


def test_threads_do_not_matter(gru):
    one, two = (nullcline.fixed_points(gru, threads=k) for k in (1, 2))
    assert np.array_equal(one.xstar, two.xstar)


def test_an_interrupt_ends_a_job_and_writes_nothing(tmp_path):
    program = (
        "import nullcline, numpy as np\n"
        "w = np.random.default_rng(1).normal(size=(300, 300)) * 1.5 / 300**0.5\n"
        "print('begun', flush=True)\n"
        f"nullcline.lyapunov(w, cell='vanilla', steps=100000000, tol=1e-9, out={str(tmp_path / 'out')!r})\n"
    )
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout.readline() == "begun\n"
    time.sleep(2)
    begun = time.monotonic()
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=30)[1]
    assert "KeyboardInterrupt" in said and time.monotonic() - begun < 10
    assert not (tmp_path / "out").exists() and not list(tmp_path.iterdir())


def test_training_goes_on_where_it_was(tmp_path):
    options = dict(cell="gru", units=6, bits=1, steps=8, train_items=64, validation_items=32, test_items=32, epochs=2, quiet=True)
    one = nullcline.train("flip-flop", **options)
    two = nullcline.train("flip-flop", out=tmp_path / "net", **options)
    assert one.to_dict() == two.to_dict() and two.weights.is_file()
    assert nullcline.fixed_points(two.weights).n >= 1


def test_pipelines(tmp_path, gru):
    np.savez(tmp_path / "a.npz", **gru)
    np.savez(tmp_path / "b.npz", **{k: 0.5 * v for k, v in gru.items()})
    text = '[[job]]\nkind = "analyze"\nfile = "*.npz"\nmodules = "fixed_points"\n'
    (tmp_path / "p.toml").write_text(text)
    done = nullcline.run(tmp_path / "p.toml", quiet=True)
    assert done.status == 0 and done.page.is_file() and not done.failed
    assert len(set(done.tables["numbers/long"].columns()["cell"])) == 2
    (tmp_path / "q.toml").write_text(text.replace("kind", "knid"))
    with pytest.raises(ValueError, match="line"):
        nullcline.run(tmp_path / "q.toml", quiet=True)
