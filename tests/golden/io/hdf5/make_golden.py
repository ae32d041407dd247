"""Writes the golden files of the HDF5 reader and, beside each, what the library that wrote it reads back.

Run: KERAS_BACKEND=jax python make_golden.py; versions are printed and kept in VERSIONS.txt.
"""
import json, os, sys, zipfile
os.environ.setdefault("KERAS_BACKEND", "jax")
import h5py, hdf5storage, keras, ml_dtypes, netCDF4, numpy as np, pynwb, scipy, xarray as xr

OUT = os.path.dirname(os.path.abspath(__file__))


def number(v):
    """Floats as hexadecimal text, so that every bit and NaN survive JSON."""
    return float(v).hex()


def array(a, dtype=None):
    a = np.asarray(a)
    return {"shape": list(a.shape), "dtype": dtype or str(a.dtype), "data": [number(v) for v in a.astype(float).ravel()]}


def keep(name, expected):
    with open(f"{OUT}/{name}.json", "w") as f:
        json.dump(expected, f, indent=0)


def tensors_of(path, skip=()):
    """Every numeric dataset by its path joined by dots, as h5py reads it."""
    found = {}
    with h5py.File(path, "r") as f:
        def visit(name, item):
            if isinstance(item, h5py.Dataset) and item.shape is not None and name not in skip:
                kind = item.dtype
                if h5py.check_string_dtype(kind) or kind.kind in "OSVc":
                    return
                found[name.replace("/", ".")] = array(item[()])
        f.visititems(visit)
    return found


rng = np.random.default_rng(21)


def chunks(name, libver, half):
    path = f"{OUT}/{name}.h5"
    with h5py.File(path, "w", libver=libver) as f:
        c = f.create_group("chunked")
        b = np.cumsum(rng.normal(size=(23, 7)), axis=0).round(2)
        if half:
            more_chunks(f, c, b)
        else:
            some_chunks(c, b)
    keep(name, {"tensors": tensors_of(path)})


def some_chunks(c, b):
    c.create_dataset("gzip", data=b, chunks=(5, 3), compression="gzip")
    c.create_dataset("all", data=b, chunks=(5, 3), compression="gzip", shuffle=True, fletcher32=True)
    c.create_dataset("lzf", data=b, chunks=(6, 7), compression="lzf", shuffle=True)
    c.create_dataset("lzf_noise", data=rng.integers(0, 256, (40, 2)).astype("u1"), chunks=(20, 2), compression="lzf")
    c.create_dataset("plain", data=b.astype("f4"), chunks=(10, 2))
    c.create_dataset("grown", data=b, chunks=(4, 7), maxshape=(None, 7), compression="gzip")
    c.create_dataset("grown2", data=b[:11, :5], chunks=(4, 2), maxshape=(None, None), compression="gzip")


def more_chunks(f, c, b):
    c.create_dataset("grown_plain", data=b[:9], chunks=(2, 7), maxshape=(None, 7))
    c.create_dataset("one", data=b, chunks=(23, 7), compression="gzip")
    c.create_dataset("cube", data=np.arange(4 * 6 * 5).reshape(4, 6, 5).astype("i4"), chunks=(3, 4, 5), compression="gzip")
    d = c.create_dataset("holes", shape=(9, 4), chunks=(2, 3), dtype="f8", fillvalue=7.25)
    d[2:4, 0:3] = [[1, 2, 3], [4, 5, 6]]
    c.create_dataset("unwritten", shape=(3, 2), chunks=(2, 2), dtype="i4", fillvalue=-3)
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((2, 3)); early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    d = h5py.h5d.create(f.id, b"early", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((5, 4)), early)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(20.).reshape(5, 4))


def layouts(name, libver):
    path = f"{OUT}/{name}.h5"
    new = libver != "earliest"
    with h5py.File(path, "w", libver=libver) as f:
        f.attrs["title"] = "new" if new else "old"
        f.attrs["fixed"] = np.bytes_("four")
        f.attrs["list"] = np.array(["a", "bb", "größe"], dtype=h5py.string_dtype())
        f.attrs["count"] = np.int16(-7)
        f.attrs["rates"] = np.array([0.5, 1.25], dtype=">f4")
        f.attrs["on"] = True
        g = f.create_group("floats")
        a = rng.normal(size=(4, 3))
        for kind in ["f8", "f4", "f2", ">f8", ">f4", ">f2"]:
            n = ("f" if kind[0] != ">" else "be") + {"8": "64", "4": "32", "2": "16"}[kind[-1]]
            g[n] = a.astype(kind)
        special = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.7976931348623157e308])
        g["special"] = special
        g = f.create_group("ints")
        for kind in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i2", ">u8"]:
            info = np.iinfo(kind)
            g[kind.replace(">", "be_")] = np.array([info.min, 0, 1, info.max], dtype=kind)
        f["bool"] = np.array([True, False, True])
        f["enum"] = np.array([2, 0, 1], dtype="u1")
        e = h5py.enum_dtype({"RED": 0, "GREEN": 1, "BLUE": 2}, basetype="i2")
        f.create_dataset("colours", data=np.array([2, 0], dtype="i2"), dtype=e)
        f["scalar"] = 2.5
        f["nothing"] = h5py.Empty("f8")
        f["no_rows"] = np.zeros((0, 3))
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        d = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((2, 2)), compact)
        d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([[1.5, 2.5], [3.5, 4.5]]))
        f.create_dataset("unwritten", shape=(2, 2), dtype="f4", fillvalue=1.5)
        s = f.create_group("texts")
        s["scalar"] = "wörter"
        s["fixed"] = np.array([b"one", b"three"])
        s.create_dataset("heap", data=["left", "right", ""], dtype=h5py.string_dtype())
        o = f.create_group("others")
        o["complex"] = np.array([1 + 2j, 3 - 1j])
        o["records"] = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
        o["references"] = np.array([f["bool"].ref], dtype=h5py.ref_dtype)
        v = o.create_dataset("ragged", (2,), dtype=h5py.vlen_dtype("i4"))
        v[0], v[1] = [1, 2], [3]
        o["opaque"] = np.array([b"ab", b"cd"]).view("V2")
        f["committed"] = np.dtype("f4")
        f.create_dataset("of_committed", data=np.array([1., 2.], "f4"), dtype=f["committed"])
        f["hard"] = f["floats/f64"]
        f["soft"] = h5py.SoftLink("/floats/f32")
        f["groups_soft"] = h5py.SoftLink("/floats")
        f["dangling"] = h5py.SoftLink("/nowhere")
        f["circle"] = h5py.SoftLink("/circle")
        f["outside"] = h5py.ExternalLink("elsewhere.h5", "/data")
        f["floats/up"] = f["/"]
    expected = tensors_of(path)
    for alias in ["hard"]:
        expected.pop(alias, None)
    # h5py gives an enumeration's numbers.
    expected["colours"]["dtype"] = "int16"
    with h5py.File(path) as f:
        listed = sorted({o.name for o in [f[n] for n in names(f)]})
    keep(name, {"tensors": expected, "paths": listed})


def names(f):
    found = []
    f.visit(found.append)
    return found


layouts("layouts_old", "earliest")
layouts("layouts_new", "latest")
for half in range(2):
    chunks(f"chunked_old{half}", "earliest", half)
    chunks(f"chunked_new{half}", "latest", half)
# An index of chunks of two levels, chunks missing in between; the same for the later indices.
for name, libver, most in [("deep_old", "earliest", (None, None)), ("deep_tree", "latest", (None, None)), ("deep_array", "latest", (None, 6))]:
    path = f"{OUT}/{name}.h5"
    with h5py.File(path, "w", libver=libver) as f:
        d = f.create_dataset("x", shape=(150, 6), chunks=(2, 3), maxshape=most, dtype="i2", fillvalue=-1)
        a = rng.integers(0, 99, (150, 6))
        d[0:101] = a[0:101]
        d[120:150, 3:6] = a[120:150, 3:6]
    keep(name, {"tensors": tensors_of(path)})

# Filters that are not read; a user's block before the file; 8-bit floats and bf16 of HDF5 2.0.
with h5py.File(f"{OUT}/filters.h5", "w") as f:
    f.create_dataset("scaled", data=np.arange(12.), chunks=(4,), scaleoffset=2)
    f.create_dataset("plain", data=np.arange(3.))
with h5py.File(f"{OUT}/userblock.h5", "w", userblock_size=512) as f:
    f.create_dataset("x", data=np.arange(6.).reshape(2, 3), chunks=(1, 2), compression="gzip")
keep("userblock", {"tensors": tensors_of(f"{OUT}/userblock.h5")})
with h5py.File(f"{OUT}/small_floats.h5", "w") as f:
    a = np.array([0.5, -1.75, 3.0, 240.0])
    expected = {}
    for name, base, fields in [("bf16", h5py.h5t.IEEE_F16LE, (15, 7, 8, 0, 7, 127)), ("e4m3", None, (7, 3, 4, 0, 3, 7)), ("e5m2", None, (7, 2, 5, 0, 2, 15))]:
        t = h5py.h5t.IEEE_F16LE.copy()
        sign, epos, esize, mpos, msize, bias = fields
        t.set_fields(sign, epos, esize, mpos, msize); t.set_ebias(bias)
        if name != "bf16":
            t.set_precision(8); t.set_size(1)
        d = h5py.h5d.create(f.id, name.encode(), t, h5py.h5s.create_simple((4,)))
        d.write(h5py.h5s.ALL, h5py.h5s.ALL, a, mtype=h5py.h5t.NATIVE_DOUBLE)
        back = np.zeros(4)
        d.read(h5py.h5s.ALL, h5py.h5s.ALL, back, mtype=h5py.h5t.NATIVE_DOUBLE)
        expected[name] = array(back, name)
    keep("small_floats", {"tensors": expected})

# Groups and attributes that need trees of several levels.
for name, libver in [("many_old", "earliest"), ("many_new", "latest")]:
    path = f"{OUT}/{name}.h5"
    with h5py.File(path, "w", libver=libver) as f:
        for k in range(60):
            f.attrs[f"attribute_{k:02}"] = k * 0.5
        g = f.create_group("group", track_order=(name == "many_new"))
        for k in reversed(range(120)):
            g[f"member_{k:03}"] = h5py.SoftLink("/x") if k % 10 else h5py.ExternalLink("o.h5", "/x")
        f["x"] = np.arange(3.)
    keep(name, {"tensors": tensors_of(path)})

# Weights of Keras: whole model and weights alone as before Keras 3, weights of Keras 3, and what is in a .keras archive.
keras.utils.set_random_seed(3)
model = keras.Sequential([keras.Input((None, 2)), keras.layers.SimpleRNN(3, name="rnn", return_sequences=True),
                          keras.layers.GRU(2, name="gru"), keras.layers.Dense(1, name="readout")])
for w in model.weights:
    w.assign(rng.normal(size=w.shape).astype("f4").round(3))
model.save(f"{OUT}/keras_model.h5")
model.save_weights(f"{OUT}/keras3.weights.h5")
model.save(f"{OUT}/model.keras")
with zipfile.ZipFile(f"{OUT}/model.keras") as z:
    open(f"{OUT}/keras_archive.weights.h5", "wb").write(z.read("model.weights.h5"))
os.remove(f"{OUT}/model.keras")
from keras.src.legacy.saving import legacy_h5_format
with h5py.File(f"{OUT}/keras_weights.h5", "w") as f:
    legacy_h5_format.save_weights_to_hdf5_group(f, model)
for name in ["keras_model.h5", "keras_weights.h5", "keras3.weights.h5", "keras_archive.weights.h5"]:
    t = tensors_of(f"{OUT}/{name}")
    with h5py.File(f"{OUT}/{name}") as f:
        meta = {k: (v.decode() if isinstance(v, bytes) else v) for k, v in f.attrs.items() if isinstance(v, (str, bytes))}
    keep(name.removesuffix(".h5"), {"tensors": t, "metadata": meta, "weights": [array(w.numpy()) for w in model.weights]})
keras.config.set_dtype_policy("bfloat16")
half = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, name="d")])
half.layers[0].kernel.assign(np.array([[0.5, 1.25, -3], [1, 0, 2]]))
half.save_weights(f"{OUT}/keras_bf16.weights.h5")
keras.config.set_dtype_policy("float32")
with h5py.File(f"{OUT}/keras_bf16.weights.h5") as f:
    d = f["layers/dense/vars/0"] if "layers/dense" in f else None
    print("bf16 by Keras:", d and (d.dtype, dict(d.attrs)))
    keep("keras_bf16.weights", {"kernel": array(np.array(half.layers[0].kernel).astype("f8"), "bf16")})

# MATLAB 7.3, as hdf5storage writes it.
m = {"W": np.arange(6.).reshape(2, 3), "row": np.array([[1., 2., 3.]]), "column": np.array([[1.], [2.]]),
     "cube": np.arange(24.).reshape(2, 3, 4), "single": np.float32([[0.5, 1.5]]), "scalar": np.array([[4.]]),
     "whole": np.int16([[1, -2], [3, 4]]), "logical": np.array([[True, False]]), "name": "größe", "two": np.array(["ab", "cd"]),
     "nested": {"inner": np.arange(4.).reshape(2, 2), "label": "x"}, "z": np.array([[1 + 2j, 3.]]),
     "cells": np.array([np.arange(2.), "text"], dtype=object), "empty": np.zeros((0, 3))}
hdf5storage.savemat(f"{OUT}/matlab73.mat", m, format="7.3", oned_as="row", store_python_metadata=False, matlab_compatible=True)
back = hdf5storage.loadmat(f"{OUT}/matlab73.mat")
expected = {k: array(back[k]) for k in ["W", "row", "column", "cube", "single", "scalar", "whole", "logical", "empty"]}
expected["nested.inner"] = array(np.arange(4.).reshape(2, 2))
keep("matlab73", {"tensors": expected, "metadata": {"name": "größe", "nested.label": "x"}})
# A sparse matrix as MATLAB 7.3 writes one: the numbers that are not zero, their rows, and where the columns begin.
with h5py.File(f"{OUT}/matlab73.mat", "a") as f:
    g = f.create_group("sparse")
    g.attrs["MATLAB_sparse"] = np.uint64(3)
    g.attrs["MATLAB_class"] = np.bytes_("double")
    g["data"] = np.array([2., 5.]); g["ir"] = np.array([0, 2], "u8"); g["jc"] = np.array([0, 1, 2], "u8")

# LFADS: trials x time x columns, several arrays.
with h5py.File(f"{OUT}/lfads_output_s1.h5", "w") as f:
    for part, n in [("train", 5), ("valid", 2)]:
        f.create_dataset(f"{part}_factors", data=rng.normal(size=(n, 6, 3)).astype("f4"))
        f.create_dataset(f"{part}_rates", data=rng.gamma(2, size=(n, 6, 4)).astype("f4"), chunks=(2, 4, 4), compression="gzip")
        f[f"{part}_inds"] = np.arange(n)
keep("lfads_output_s1", {"tensors": tensors_of(f"{OUT}/lfads_output_s1.h5")})

# netCDF-4 by xarray: packed values, missing ones, scales that name the columns.
time = np.arange(12) * 0.5
rates = rng.normal(size=(12, 3)).round(2); rates[4, 1] = np.nan
x = xr.Dataset({"rates": (("time", "unit"), rates), "pulse": (("time",), np.arange(12.) % 3)},
               coords={"time": time, "unit": ["a", "b", "c"]})
pack = {"rates": {"dtype": "i2", "scale_factor": 0.01, "add_offset": 1.0, "_FillValue": -9999, "zlib": True, "chunksizes": (5, 2)}}
x.to_netcdf(f"{OUT}/xarray.nc", engine="netcdf4", encoding=pack)
back = xr.open_dataset(f"{OUT}/xarray.nc")
keep("xarray", {"rates": array(back["rates"].values, "f8"), "time": array(time), "pulse": array(back["pulse"].values)})
n = netCDF4.Dataset(f"{OUT}/netcdf4.nc", "w", format="NETCDF4")
n.createDimension("time", None); n.createDimension("cell", 3)
v = n.createVariable("v", "f4", ("time", "cell"), fill_value=-1.0); v[0:4] = np.ma.masked_equal(np.arange(12.).reshape(4, 3) - 5, -1)
c = n.createVariable("cell", "i4", ("cell",)); c[:] = [11, 12, 17]
u = n.createVariable("unwritten", "f8", ("time",)); u[0] = 1.5; u[3] = 2.5
n.close()
n = netCDF4.Dataset(f"{OUT}/netcdf4.nc")
keep("netcdf4", {k: array(np.ma.filled(n[k][:].astype("f8"), np.nan)) for k in ["v", "unwritten"]})
n.close()

exec(open(f"{OUT}/make_golden_nwb.py").read())

versions = f"""python {sys.version.split()[0]}, numpy {np.__version__}, h5py {h5py.__version__} with HDF5 {h5py.version.hdf5_version}, pynwb {pynwb.__version__},
xarray {xr.__version__}, netCDF4 {netCDF4.__version__} with netCDF {netCDF4.__netcdf4libversion__}, keras {keras.__version__}, hdf5storage {hdf5storage.__version__}, ml_dtypes {ml_dtypes.__version__}
"""
print(versions)
open(f"{OUT}/VERSIONS.txt", "w").write(versions)
for name in sorted(os.listdir(OUT)):
    size = os.path.getsize(f"{OUT}/{name}")
    print(f"{size:8} {name}", "TOO LARGE" if size > 30_000 and not name.endswith("json") else "")
