"""Writes the fixtures of this folder. See SOURCE.md for how to run it.

    python3 make_fixtures.py tables      needs numpy, pandas, pyarrow, safetensors
    python3 make_fixtures.py torch       needs torch
"""
import json
import os
import sys

import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def ramp(*shape):
    """0.5, 1.5, ... with the sign of every third value turned: exact in f16 and bf16 too."""
    values = np.arange(int(np.prod(shape))) + 0.5
    values[::3] *= -1
    return values.reshape(shape)


def tables():
    import decimal

    import pandas as pd
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.ipc
    import pyarrow.parquet as pq
    from safetensors.numpy import save_file

    # Weights.
    save_file(
        {
            "f64": ramp(2, 3),
            "f32": ramp(4).astype("f4"),
            "f16": ramp(3).astype("f2"),
            "i64": np.array([-(2**53), 2**53]),
            "u8": np.array([[1], [255]], "u1"),
            "bool": np.array([True, False]),
            "scalar": np.array(2.5),
        },
        "types.safetensors",
        metadata={"cell": "gru", "note": "naïve"},
    )
    arrays = {
        "w": ramp(2, 3),
        "fortran": np.asfortranarray(ramp(2, 3, 2).astype("f4")),
        "big": ramp(3).astype(">f8"),
        "half": ramp(3).astype("f2"),
        "i2": np.array([-2, 3], ">i2"),
        "flag": np.array([True, False]),
        "zero": np.array(1.25),
        "empty": np.zeros((0, 3)),
        "cell": np.array("lstm α"),
        "labels": np.array(["a", "b"]),
        "objects": np.array([{}, 1], dtype=object),
        "complex": np.array([1 + 2j]),
    }
    np.savez("weights.npz", **arrays)
    np.savez_compressed("weights_compressed.npz", **arrays)

    # Arrays as tables.
    np.save("matrix.npy", ramp(5, 3))
    np.save("matrix_fortran.npy", np.asfortranarray(ramp(5, 3).astype(">f4")))
    np.save("trials.npy", ramp(2, 4, 3))
    np.save("trials_fortran.npy", np.asfortranarray(ramp(2, 4, 3)))
    np.save("vector.npy", np.array([1, -2, 3], "i2"))
    np.save("objects.npy", np.array([{}, 1], dtype=object))
    np.savez_compressed("recording.npz", states=np.asfortranarray(ramp(5, 2)), inputs=ramp(5, 1))

    # One table in every binary format: NaN, nulls, text.
    n = 12
    table = pa.table(
        {
            "t": pa.array(range(n), pa.int32()),
            "x": pa.array([None if i == 3 else i / 4 for i in range(n)], pa.float64()),
            "f4": pa.array(np.arange(n, dtype="f4") / 8),
            "f2": pa.array(np.arange(n, dtype="f2")),
            "u1": pa.array(range(n), pa.uint8()),
            "i8": pa.array([-(2**40) + i for i in range(n)], pa.int64()),
            "flag": pa.array([i % 2 == 0 for i in range(n)]),
            "price": pa.array([decimal.Decimal(i) / 100 for i in range(n)], pa.decimal128(9, 2)),
            "when": pa.array([1000 * i for i in range(n)], pa.timestamp("ms")),
            "label": pa.array([None if i == 2 else "ab"[i % 2] for i in range(n)], pa.string()),
            "block": pa.array(["left", "right"] * (n // 2)).dictionary_encode(),
            "pair": pa.array([[i, -i] for i in range(n)], pa.list_(pa.float32(), 2)),
            "ragged": pa.array([[1.0] * (i % 3) for i in range(n)]),
        }
    )
    for codec in ["none", "snappy", "zstd", "gzip", "brotli", "lz4"]:
        pq.write_table(table, f"table_{codec}.parquet", compression=codec, row_group_size=5)
    # Dictionaries that are given up within a column: pages that look values up, then plain ones.
    rows = range(1200)
    columns = {
        "x": pa.array([i * 37 % 1000 / 8 for i in rows]),
        "n": pa.array([i * i % 1009 for i in rows], pa.int64()),
        "s": pa.array([f"s{i % 700}" for i in rows]),
        "m": pa.array([None if i % 7 == 3 else i * 37 % 1000 / 8 for i in rows]),
        "l": pa.array([[i, i / 2] for i in rows], pa.list_(pa.float64())),
    }
    small = {"dictionary_pagesize_limit": 600, "data_page_size": 256, "row_group_size": 700, "write_batch_size": 32}
    pq.write_table(pa.table(columns), "table_fallback.parquet", compression="zstd", **small)
    # The same over more values than are decoded together.
    long = pa.table({"k": pa.array([i // 40 for i in range(150_000)], pa.int32())})
    pq.write_table(long, "table_long.parquet", compression="zstd", dictionary_pagesize_limit=600, row_group_size=150_000)
    for codec in ["uncompressed", "lz4", "zstd"]:
        pa.feather.write_feather(table, f"table_{codec}.feather", compression=codec, chunksize=5)
    with pa.ipc.new_stream("table_stream.arrow", table.schema) as out:
        out.write_table(table, max_chunksize=5)

    # CSV as pandas writes it.
    frame = pd.DataFrame({"t": [0, 1, 2], "x": [0.5, np.nan, -1e-300], "label": ["a", "b,c", 'd"e']})
    frame.to_csv("pandas.csv", index=False)
    frame.to_csv("pandas_index.csv")
    frame.to_csv("european.csv", index=False, sep=";", decimal=",", lineterminator="\r\n", encoding="utf-8-sig")


def pytorch():
    import torch

    torch.manual_seed(1)
    gru = torch.nn.GRU(2, 3)
    torch.save(gru.state_dict(), "gru.pt")
    golden = {k: v.double().flatten().tolist() for k, v in gru.state_dict().items()}
    json.dump(golden, open("gru.json", "w"), indent=1)

    base = torch.from_numpy(ramp(3, 4).astype("f4"))
    optimiser = torch.optim.Adam(gru.parameters(), lr=1e-3)
    gru(torch.ones(4, 2))[0].sum().backward()
    optimiser.step()
    torch.save({"model": {"w": base, "tied": base}, "optimizer": optimiser.state_dict(), "epoch": 3, "cell": "gru",
                "device": torch.device("cpu"), "shape": torch.Size([2, 3]), "rng": torch.get_rng_state()[:4]},
               "checkpoint.pth")
    views = {
        "transposed": base.T,
        "strided": base[::2, 1::2],
        "offset": base[1],
        "expanded": base[0, :2].expand(3, 2),
        "scalar": torch.tensor(2.5, dtype=torch.float64),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(base),
        "f16": base.half(),
        "bf16": base.bfloat16(),
        "i64": torch.tensor([-(2**53), 7]),
        "i32": torch.tensor([-5], dtype=torch.int32),
        "i16": torch.tensor([-5], dtype=torch.int16),
        "i8": torch.tensor([-5], dtype=torch.int8),
        "u8": torch.tensor([250], dtype=torch.uint8),
        "u16": torch.tensor([65535], dtype=torch.uint16),
        "bool": torch.tensor([True, False]),
        "complex": torch.tensor([1 + 2j]),
        "sparse": torch.eye(2).to_sparse(),
    }
    torch.save(views, "views.pt")
    module = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    torch.save(module, "module.pt")
    torch.save(gru, "gru_module.pt")
    torch.save(base, "bare.pt")
    torch.save({"w": base}, "legacy.pt", _use_new_zipfile_serialization=False)
    torch.jit.script(torch.nn.Linear(1, 1)).save("script.pt")


{"tables": tables, "torch": pytorch}[sys.argv[1]]()
