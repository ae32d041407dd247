//! Parquet and Arrow.

use super::Seed;
use flate2::Crc;

const ROWS: usize = 12;

fn of<T>(f: impl Fn(usize) -> T) -> impl Iterator<Item = T> {
    (0..ROWS).map(f)
}

/// Files of pyarrow.
fn goldens(names: &[&str], extension: &str) -> Vec<Seed> {
    names.iter().map(|name| Seed::golden(&format!("fuzz/{name}.{extension}"))).collect()
}

pub fn parquet() -> Vec<Seed> {
    let kinds = ["plain", "every_kind", "second_version", "delta", "split", "texts", "lists", "checksums"];
    let codecs = ["snappy", "gzip", "zstd", "lz4", "brotli"];
    let mut seeds = goldens(&[&kinds[..], &codecs[..]].concat(), "parquet");
    seeds.extend([checked(), Seed::golden("tables/ids.parquet"), Seed::golden("tables/filtered.parquet")]);
    seeds
}

/// A number as thrift writes those that may be negative.
fn zigzag(value: i64) -> Vec<u8> {
    let mut left = ((value << 1) ^ (value >> 63)) as u64;
    let mut bytes = vec![];
    while left >= 0x80 {
        bytes.push(left as u8 | 0x80);
        left >>= 7;
    }
    bytes.push(left as u8);
    bytes
}

/// A structure of thrift: fields by number, type and content.
fn structure(fields: &[(u8, u8, Vec<u8>)]) -> Vec<u8> {
    let (mut bytes, mut last) = (vec![], 0);
    for (id, kind, content) in fields {
        bytes.push((id - last) << 4 | kind);
        bytes.extend(content);
        last = *id;
    }
    bytes.push(0);
    bytes
}

/// Two columns of numbers, each a page with its checksum, which guards its bytes.
fn checked() -> Seed {
    const DOUBLE: i64 = 5;
    let (int32, int64, text, list, inner) = (5, 6, 8, 9, 12);
    let word = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
    let many =
        |kind: u8, items: &[Vec<u8>]| [&[(items.len() as u8) << 4 | kind], &items.concat()[..]].concat();
    let (mut bytes, mut columns, mut checked) = (b"PAR1".to_vec(), vec![], vec![]);
    let mut schema = vec![structure(&[(4, text, word("schema")), (5, int32, zigzag(2))])];
    for (k, name) in ["a", "b"].iter().enumerate() {
        let values: Vec<u8> = of(|i| (i * (k + 1)) as f64 + 0.5).flat_map(f64::to_le_bytes).collect();
        let mut crc = Crc::new();
        crc.update(&values);
        let size = zigzag(values.len() as i64);
        let page = [zigzag(ROWS as i64), zigzag(0), zigzag(3), zigzag(3)];
        let page: Vec<_> = page.into_iter().zip(1..).map(|(value, id)| (id, int32, value)).collect();
        let check = zigzag(i64::from(crc.sum() as i32));
        let header = structure(&[
            (1, int32, zigzag(0)),
            (2, int32, size.clone()),
            (3, int32, size),
            (4, int32, check),
            (5, inner, structure(&page)),
        ]);
        let start = bytes.len() as i64;
        let total = zigzag((header.len() + values.len()) as i64);
        bytes.extend(header);
        checked.push(bytes.len()..bytes.len() + values.len());
        bytes.extend(values);
        let about = structure(&[
            (1, int32, zigzag(DOUBLE)),
            (2, list, many(int32, &[zigzag(0)])),
            (3, list, many(text, &[word(name)])),
            (4, int32, zigzag(0)),
            (5, int64, zigzag(ROWS as i64)),
            (6, int64, total.clone()),
            (7, int64, total),
            (9, int64, zigzag(start)),
        ]);
        columns.push(structure(&[(2, int64, zigzag(start)), (3, inner, about)]));
        schema.push(structure(&[(1, int32, zigzag(DOUBLE)), (3, int32, zigzag(0)), (4, text, word(name))]));
    }
    let size = zigzag(bytes.len() as i64 - 4);
    let group =
        structure(&[(1, list, many(inner, &columns)), (2, int64, size), (3, int64, zigzag(ROWS as i64))]);
    let footer = structure(&[
        (1, int32, zigzag(1)),
        (2, list, many(inner, &schema)),
        (3, int64, zigzag(ROWS as i64)),
        (4, list, many(inner, &[group])),
    ]);
    bytes.extend(&footer);
    bytes.extend((footer.len() as u32).to_le_bytes());
    bytes.extend(b"PAR1");
    Seed { checked, ..Seed::plain("checked", bytes) }
}

const IPC: [&str; 6] = ["plain", "every_kind", "lz4", "zstd", "words", "lists"];

pub fn arrow() -> Vec<Seed> {
    let others = ["tables/lists.arrow", "tables/multi_index.feather", "io/table_lz4.feather"];
    goldens(&IPC, "arrow").into_iter().chain(others.map(Seed::golden)).collect()
}

pub fn stream() -> Vec<Seed> {
    goldens(&IPC, "stream").into_iter().chain([Seed::golden("io/table_stream.arrow")]).collect()
}
