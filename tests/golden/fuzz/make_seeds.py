"""Small Parquet and Arrow files of every kind, from which the fuzz test makes damaged ones: python make_seeds.py"""

import decimal

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

ROWS = range(12)
WORDS = ["stay", "left", "right"]


def batch(every):
    """A column of every kind, or the plainest."""
    columns = {
        "x": pa.array([None if i == 3 else i / 8 for i in ROWS]),
        "n": pa.array([i - 4 for i in ROWS], pa.int32()),
    }
    if every:
        columns |= {
            "f4": pa.array(list(map(float, ROWS)), pa.float32()),
            "long": pa.array([1 << (5 * i) for i in ROWS], pa.int64()),
            "byte": pa.array(list(ROWS), pa.uint8()),
            "flag": pa.array([i % 3 == 0 for i in ROWS]),
            "text": pa.array([None if i == 7 else WORDS[i % 3] for i in ROWS]),
            "word": pa.array([WORDS[i % 3] for i in ROWS]).dictionary_encode(),
            "pair": pa.array([None if i == 5 else [float(i), 0.25] for i in ROWS], pa.list_(pa.float64())),
            "fixed": pa.array([[float(i), 0.5] for i in ROWS], pa.list_(pa.float64(), 2)),
            "money": pa.array([decimal.Decimal(i * 101) / 100 for i in ROWS], pa.decimal128(9, 2)),
            "when": pa.array([i * 1000 for i in ROWS], pa.timestamp("ms")),
        }
    return pa.table(columns)


FEW, ALL = batch(False), batch(True)


def parquet(name, table, **options):
    options = {"use_dictionary": True, "compression": "none"} | options
    pq.write_table(table, f"{name}.parquet", **options)


def main():
    parquet("plain", FEW, use_dictionary=False)
    parquet("every_kind", ALL)
    parquet("second_version", ALL, use_dictionary=False, data_page_version="2.0")
    encoded = {"use_dictionary": False, "row_group_size": 5}
    parquet("delta", FEW, column_encoding={"n": "DELTA_BINARY_PACKED"}, **encoded)
    split = {"x": "BYTE_STREAM_SPLIT", "n": "BYTE_STREAM_SPLIT"}
    parquet("split", FEW, column_encoding=split, **encoded)
    texts = ALL.select(["text", "word"]).set_column(1, "word", ALL["word"].cast(pa.string()))
    encodings = {"text": "DELTA_BYTE_ARRAY", "word": "DELTA_LENGTH_BYTE_ARRAY"}
    parquet("texts", texts, use_dictionary=False, column_encoding=encodings)
    parquet("lists", ALL.select(["pair", "fixed"]), data_page_size=40, write_batch_size=4)
    parquet("checksums", FEW, write_page_checksum=True)
    for codec in ["snappy", "gzip", "zstd", "lz4", "brotli"]:
        parquet(codec, FEW, compression=codec)
    files = {
        "plain": (FEW, None, 5),
        "every_kind": (ALL, None, 12),
        "lz4": (FEW, "lz4", 12),
        "zstd": (ALL.select(["x", "text", "pair"]), "zstd", 12),
        "words": (ALL.select(["word"]), None, 12),
        "lists": (ALL.select(["pair", "fixed"]), None, 12),
    }
    for name, (table, codec, rows) in files.items():
        options = ipc.IpcWriteOptions(compression=codec)
        for kind, new in [("arrow", ipc.new_file), ("stream", ipc.new_stream)]:
            with new(f"{name}.{kind}", table.schema, options=options) as writer:
                writer.write_table(table, rows)


if __name__ == "__main__":
    main()
