"""A Parquet file whose lists go on from one page to the next, as Arrow C++ wrote them before 2023: python3 make_split.py

Row r holds the list [(r % 16) / 4, -(r % 9)]. Pages of the first form hold 33001, 33002, 33001, 50001 and 50995 values.
"""

import struct
import zlib

ROWS = 100_000
PAGES = [33001, 33002, 33001, 50001, 50995]
I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12


def varint(n):
    out = b""
    while n >= 0x80:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def number(n):
    return varint((n << 1) ^ (n >> 63))


def text(s):
    return varint(len(s)) + s.encode()


def many(kind, items):
    return bytes([len(items) << 4 | kind]) + b"".join(items)


def structure(*fields):
    out, last = b"", 0
    for field, kind, content in fields:
        out, last = out + bytes([(field - last) << 4 | kind]) + content, field
    return out + b"\0"


def levels(bits):
    """Of width one: a run of groups of eight bits."""
    bits = bits + [0] * (-len(bits) % 8)
    packed = bytes(sum(bits[k + j] << j for j in range(8)) for k in range(0, len(bits), 8))
    runs = varint(len(packed) << 1 | 1) + packed
    return struct.pack("<i", len(runs)) + runs


def page(start, count):
    values = [(k // 2 % 16) / 4 if k % 2 == 0 else -float(k // 2 % 9) for k in range(start, start + count)]
    repeated = levels([k % 2 for k in range(start, start + count)])
    body = repeated + levels([1] * count) + struct.pack(f"<{count}d", *values)
    packer = zlib.compressobj(9, wbits=31)
    packed = packer.compress(body) + packer.flush()
    first = structure((1, I32, number(count)), (2, I32, number(0)), (3, I32, number(3)), (4, I32, number(3)))
    sizes = (2, I32, number(len(body))), (3, I32, number(len(packed)))
    return structure((1, I32, number(0)), *sizes, (5, STRUCT, first)) + packed


def main():
    starts = [sum(PAGES[:k]) for k in range(len(PAGES))]
    pages = b"".join(map(page, starts, PAGES))
    schema = [
        structure((4, BINARY, text("schema")), (5, I32, number(1))),
        structure((3, I32, number(0)), (4, BINARY, text("v")), (5, I32, number(1)), (6, I32, number(3))),
        structure((3, I32, number(2)), (4, BINARY, text("list")), (5, I32, number(1))),
        structure((1, I32, number(5)), (3, I32, number(0)), (4, BINARY, text("element"))),
    ]
    path = many(BINARY, [text("v"), text("list"), text("element")])
    size = number(len(pages))
    about = structure(
        (1, I32, number(5)), (2, LIST, many(I32, [number(0), number(3)])), (3, LIST, path), (4, I32, number(2)),
        (5, I64, number(2 * ROWS)), (6, I64, size), (7, I64, size), (9, I64, number(4)),
    )
    column = structure((2, I64, number(4)), (3, STRUCT, about))
    group = structure((1, LIST, many(STRUCT, [column])), (2, I64, size), (3, I64, number(ROWS)))
    footer = structure(
        (1, I32, number(1)), (2, LIST, many(STRUCT, schema)), (3, I64, number(ROWS)), (4, LIST, many(STRUCT, [group])),
    )
    with open("split_lists.parquet", "wb") as file:
        file.write(b"PAR1" + pages + footer + struct.pack("<i", len(footer)) + b"PAR1")


if __name__ == "__main__":
    main()
