# A part of make_golden.py: NWB by pynwb, and numpy's own count of the spikes.
from datetime import datetime, timezone
from pynwb import NWBHDF5IO, NWBFile, TimeSeries

nwb = NWBFile("golden", "golden-1", datetime(2020, 1, 1, tzinfo=timezone.utc))
spikes = {7: np.sort(rng.uniform(0.2, 5.9, 40)), 11: np.array([]), 23: np.sort(rng.uniform(0, 5.5, 25))}
nwb.add_unit_column("quality", "how good")
for k, t in spikes.items():
    nwb.add_unit(id=k, spike_times=t, quality="good" if k > 10 else "poor")
nwb.add_trial_column("side", "which side")
nwb.add_trial_column("contrast", "how strong")
trials = [(0.5, 1.5, "left", 0.25), (2.0, 2.95, "right", 1.0), (2.5, 4.0, "left", 0.5)]
for a, b, s, c in trials:
    nwb.add_trial(start_time=a, stop_time=b, side=s, contrast=c)
run = TimeSeries("running", data=(np.arange(20) * 3).astype("i2"), unit="m/s", conversion=0.5, offset=1.0, rate=10.0, starting_time=2.0)
eye = TimeSeries("eye", data=rng.normal(size=(8, 2)), unit="deg", timestamps=np.arange(8) * 0.25 + 1)
nwb.add_acquisition(run); nwb.add_acquisition(eye)
with NWBHDF5IO(f"{OUT}/session_whole.nwb", "w") as io:
    io.write(nwb, cache_spec=False)
# The same objects without the holes that pynwb leaves; attributes and references are kept.
with h5py.File(f"{OUT}/session_whole.nwb") as f, h5py.File(f"{OUT}/session.nwb", "w", libver="latest") as g:
    for k, v in f.attrs.items():
        if not isinstance(v, h5py.Reference):
            g.attrs[k] = v
    for k in f:
        if k not in ["specifications"]:
            f.copy(k, g, expand_refs=False)
    # Short columns in one piece: an index of chunks for each would take 2.6 kB.
    for k in ["units/id", "units/quality", "intervals/trials/id", "intervals/trials/contrast", "intervals/trials/start_time", "intervals/trials/stop_time"]:
        old = g[k]
        about = [(n, v) for n, v in old.attrs.items() if not isinstance(v, h5py.Reference)]
        data, kind = old[()], old.dtype
        del g[k]
        new = g.create_dataset(k, data=data, dtype=kind)
        for n, v in about:
            new.attrs[n] = v
    g.close()
    # Rewritten once more, without the room that the old columns took.
    with h5py.File(f"{OUT}/session.nwb") as old, h5py.File(f"{OUT}/session2.nwb", "w", libver="latest") as g:
        for k, v in old.attrs.items():
            g.attrs[k] = v
        for k in old:
            if k not in ["processing", "analysis", "stimulus"]:
                old.copy(k, g, expand_refs=False)
os.replace(f"{OUT}/session2.nwb", f"{OUT}/session.nwb")
os.remove(f"{OUT}/session_whole.nwb")
with h5py.File(f"{OUT}/session.nwb") as f:
    index = f["units/spike_times_index"][()]; times = f["units/spike_times"][()]; ids = f["units/id"][()]
    parts = np.split(times, index[:-1])
    width = 0.25
    first = int(np.floor(times.min() / width)); last = int(np.floor(times.max() / width))
    counts = np.zeros((last - first + 1, len(ids)))
    for k, t in enumerate(parts):
        np.add.at(counts[:, k], np.floor(t / width).astype(int) - first, 1)
    by_trial = []
    for k, (a, b) in enumerate(zip(f["intervals/trials/start_time"], f["intervals/trials/stop_time"])):
        bins = int(np.floor((b - a) / width * (1 + 1e-9)))
        for j in range(bins):
            row = [k] + [int(((np.floor((t - a) / width) == j) & (t >= a)).sum()) for t in parts]
            by_trial.append(row)
    e = f["acquisition/running"]
    running = e["data"][()] * e["data"].attrs["conversion"] + e["data"].attrs["offset"]
    keep("session", {"ids": [int(i) for i in ids], "first": first * width, "counts": array(counts), "trials": array(np.array(by_trial)),
                     "running": array(running), "running_time": array(2.0 + np.arange(20) / 10.0), "eye": array(f["acquisition/eye/data"][()]),
                     "eye_time": array(f["acquisition/eye/timestamps"][()])})
