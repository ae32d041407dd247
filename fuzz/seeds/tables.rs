//! Parquet and Arrow.

use super::Seed;
use arrow_array::builder::{FixedSizeListBuilder, Float64Builder, ListBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int32Array,
    Int64Array, RecordBatch, StringArray, TimestampMillisecondArray, UInt8Array,
};
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_ipc::{CompressionType, MetadataVersion};
use flate2::Crc;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use std::sync::Arc;

const ROWS: usize = 12;

fn of<T>(f: impl Fn(usize) -> T) -> impl Iterator<Item = T> {
    (0..ROWS).map(f)
}

/// Lists of two numbers, of a length that is written or of one that the type says.
fn lists(fixed: bool) -> ArrayRef {
    if fixed {
        let mut builder = FixedSizeListBuilder::new(Float64Builder::new(), 2);
        for i in 0..ROWS {
            builder.values().append_slice(&[i as f64, 0.5]);
            builder.append(true);
        }
        return Arc::new(builder.finish());
    }
    let mut builder = ListBuilder::new(Float64Builder::new());
    for i in 0..ROWS {
        builder.values().append_slice(&[i as f64, 0.25]);
        builder.append(i != 5);
    }
    Arc::new(builder.finish())
}

/// A column of every kind, or the plainest.
fn batch(all: bool) -> RecordBatch {
    let numbers: ArrayRef = Arc::new(of(|i| (i != 3).then_some(i as f64 / 8.0)).collect::<Float64Array>());
    let whole: ArrayRef = Arc::new(Int32Array::from_iter_values(of(|i| i as i32 - 4)));
    if !all {
        return RecordBatch::try_from_iter([("x", numbers), ("n", whole)]).unwrap();
    }
    let words = ["stay", "left", "right"];
    let decimals = Decimal128Array::from_iter_values(of(|i| i as i128 * 101)).with_precision_and_scale(9, 2);
    RecordBatch::try_from_iter([
        ("x", numbers),
        ("n", whole),
        ("f4", Arc::new(Float32Array::from_iter_values(of(|i| i as f32))) as ArrayRef),
        ("long", Arc::new(Int64Array::from_iter_values(of(|i| 1 << (5 * i))))),
        ("byte", Arc::new(UInt8Array::from_iter_values(of(|i| i as u8)))),
        ("flag", Arc::new(BooleanArray::from_iter(of(|i| Some(i % 3 == 0))))),
        ("text", Arc::new(StringArray::from_iter(of(|i| (i != 7).then_some(words[i % 3]))))),
        ("word", Arc::new(of(|i| words[i % 3]).collect::<DictionaryArray<Int32Type>>())),
        ("pair", lists(false)),
        ("fixed", lists(true)),
        ("money", Arc::new(decimals.unwrap())),
        ("when", Arc::new(TimestampMillisecondArray::from_iter_values(of(|i| i as i64 * 1000)))),
    ])
    .unwrap()
}

fn written(name: &str, batch: &RecordBatch, options: WriterPropertiesBuilder) -> Seed {
    let mut bytes = vec![];
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(options.build())).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    Seed::plain(name, bytes)
}

pub fn parquet() -> Vec<Seed> {
    let (few, all) = (batch(false), batch(true));
    let options = || WriterProperties::builder().set_created_by("fuzz".into());
    let encoded = |encoding| {
        options()
            .set_dictionary_enabled(false)
            .set_column_encoding("n".into(), encoding)
            .set_max_row_group_row_count(Some(5))
    };
    let second = options().set_writer_version(WriterVersion::PARQUET_2_0).set_dictionary_enabled(false);
    let split =
        encoded(Encoding::BYTE_STREAM_SPLIT).set_column_encoding("x".into(), Encoding::BYTE_STREAM_SPLIT);
    let texts = options()
        .set_dictionary_enabled(false)
        .set_column_encoding("text".into(), Encoding::DELTA_BYTE_ARRAY)
        .set_column_encoding("word".into(), Encoding::DELTA_LENGTH_BYTE_ARRAY);
    let mut seeds = vec![
        written("plain", &few, options().set_dictionary_enabled(false)),
        written("every kind", &all, options()),
        written("second version", &all, second),
        written("delta", &few, encoded(Encoding::DELTA_BINARY_PACKED)),
        written("split", &few, split),
        written("texts", &all.project(&[6, 7]).unwrap(), texts),
        written("lists", &all.project(&[8, 9]).unwrap(), options()),
        checked(),
        Seed::golden("tables/ids.parquet"),
        Seed::golden("tables/filtered.parquet"),
    ];
    let codecs = [
        ("snappy", Compression::SNAPPY),
        ("gzip", Compression::GZIP(Default::default())),
        ("zstd", Compression::ZSTD(Default::default())),
        ("lz4", Compression::LZ4_RAW),
        ("brotli", Compression::BROTLI(Default::default())),
    ];
    seeds.extend(codecs.map(|(name, codec)| written(name, &few, options().set_compression(codec))));
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

/// Two columns of numbers, each a page with its checksum: the library's own writer makes none.
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

/// A batch as an Arrow file, or as a stream.
fn ipc(name: &str, batches: &[RecordBatch], packed: Option<CompressionType>, file: bool) -> Seed {
    let options = IpcWriteOptions::try_new(8, false, MetadataVersion::V5).unwrap();
    let options = options.try_with_compression(packed).unwrap();
    let (mut bytes, schema) = (vec![], batches[0].schema());
    if file {
        let mut writer = FileWriter::try_new_with_options(&mut bytes, &schema, options).unwrap();
        batches.iter().for_each(|b| writer.write(b).unwrap());
        writer.finish().unwrap();
    } else {
        let mut writer = StreamWriter::try_new_with_options(&mut bytes, &schema, options).unwrap();
        batches.iter().for_each(|b| writer.write(b).unwrap());
        writer.finish().unwrap();
    }
    Seed::plain(name, bytes)
}

fn both(file: bool) -> Vec<Seed> {
    let (few, all) = (batch(false), batch(true));
    vec![
        ipc("plain", &[few.slice(0, 5), few.slice(5, 7)], None, file),
        ipc("every kind", std::slice::from_ref(&all), None, file),
        ipc("lz4", std::slice::from_ref(&few), Some(CompressionType::LZ4_FRAME), file),
        ipc("zstd", &[all.project(&[0, 6, 8]).unwrap()], Some(CompressionType::ZSTD), file),
        ipc("words", &[all.project(&[7]).unwrap()], None, file),
        ipc("lists", &[all.project(&[8, 9]).unwrap()], None, file),
    ]
}

pub fn arrow() -> Vec<Seed> {
    let golden = ["tables/lists.arrow", "tables/multi_index.feather", "io/table_lz4.feather"];
    both(true).into_iter().chain(golden.map(Seed::golden)).collect()
}

pub fn stream() -> Vec<Seed> {
    both(false).into_iter().chain([Seed::golden("io/table_stream.arrow")]).collect()
}
