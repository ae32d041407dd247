"""Tables as pandas, pyarrow and numpy write them: python3 make_tables.py (Python 3.11, pandas, pyarrow, numpy)."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

i = np.arange(12)
frame = pd.DataFrame({"u0": i / 4.0, "u1": -(i**2) / 8.0})

frame[frame.index % 3 > 0].to_parquet("filtered.parquet")
levels = pd.MultiIndex.from_product([range(3), range(4)], names=["trial", "time"])
frame.set_index(levels).to_parquet("multi_index.parquet")
feather.write_feather(frame.set_index(levels), "multi_index.feather")

rows = [[float(a), float(b)] for a, b in frame.values]
missing = [None if k == 5 else row for k, row in enumerate(rows)]
late = rows[:10] + [[1.0]] + rows[11:]
lists = pa.table({
    "v": pa.array(rows),
    "large": pa.array(rows, type=pa.large_list(pa.float64())),
    "fixed": pa.array(rows, type=pa.list_(pa.float64(), 2)),
    "holes": pa.array(missing),
})
pq.write_table(lists, "lists.parquet")
with ipc.new_stream("lists.arrow", lists.schema) as writer:
    writer.write_table(lists, max_chunksize=5)
with ipc.new_stream("lists_late.arrow", pa.schema([("v", pa.list_(pa.float64()))])) as writer:
    writer.write_table(pa.table({"v": pa.array(late)}), max_chunksize=5)

ids = 20240101120000001 + i // 4
pq.write_table(
    pa.table({
        "trial": pa.array(ids),
        "u64": pa.array(np.uint64(2**63 + 1) + (i // 4).astype("uint64")),
        "word": pa.array([["07", "7", "x"][k // 4] for k in i]).dictionary_encode(),
        "when": pa.array(ids, type=pa.timestamp("ns")),
        "u0": pa.array(i / 4.0),
    }),
    "ids.parquet",
)

records = np.zeros(12, dtype=np.dtype(
    [("trial", "<i8"), ("t", ">f4"), ("v", "<f8", (2,)), ("pos", [("x", "<i2")]), ("word", "<U3"), ("tag", "S2"),
     ("when", "<m8[ms]")], align=True))
records["trial"], records["t"] = ids, i / 2
records["v"], records["pos"]["x"] = frame.values, i
records["word"], records["tag"] = "aµ", b"b"
records["when"] = i.astype("m8[ms]")
records["when"][3] = np.timedelta64("NaT")
np.save("records.npy", records)
np.savez("records.npz", table=records)

trials = np.empty(3, dtype=object)
trials[:] = [frame.values[:3], frame.values[3:4], frame.values[4:]]
np.save("ragged.npy", trials)
np.savez("fortran.npz", a=np.asfortranarray(np.arange(30.0).reshape(5, 6)))
np.savez_compressed("fortran_compressed.npz", a=np.asfortranarray(np.arange(30.0).reshape(5, 2, 3)))
