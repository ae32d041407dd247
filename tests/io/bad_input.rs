//! Files that are missing, foreign, truncated or damaged: an error that says so, never a panic.

use std::path::{Path, PathBuf};

use nullcline::io::error::{Error, Problem};
use nullcline::io::table::{self, ReadTable};
use nullcline::io::tensors;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io")
}

fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Reads in every way; the values do not matter, only that there is an answer.
fn read_all(path: &Path) -> [Result<(), Error>; 3] {
    let table = table::read(path, &ReadTable { array: None, columns: None }).map(drop);
    let streamed = table::schema(path, None).and_then(|schema| {
        let numbers = schema.columns.iter().filter(|c| c.kind == table::Kind::Number).map(|c| c.name.clone());
        table::stream(path, &numbers.collect::<Vec<_>>(), None, 3, &mut |_| Ok(()))
    });
    [tensors::read(path).map(drop), table, streamed]
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let entries = [folder(), folder().join("weights")].map(|f| std::fs::read_dir(f).unwrap());
    let mut files: Vec<_> = entries
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .filter(|(name, _)| !name.ends_with(".py") && !name.ends_with(".md") && !name.ends_with(".json"))
        .collect();
    files.sort();
    assert!(files.len() > 30);
    files
}

#[test]
fn truncated_files_never_panic_and_are_refused() {
    for (name, bytes) in fixtures() {
        let step = (bytes.len() / 60).max(1);
        for length in (0..bytes.len()).step_by(step) {
            let path = write(&format!("cut_{name}"), &bytes[..length]);
            let results = read_all(&path);
            // A CSV and a stream of batches can be cut between two rows and still be whole.
            if !name.ends_with(".csv") && name != "table_stream.arrow" {
                assert!(results.iter().all(Result::is_err), "{name} cut at {length}");
            }
        }
    }
}

#[test]
fn flipped_bytes_never_panic() {
    flip_bytes(120);
}

#[test]
#[ignore = "two minutes: cargo test --release --test io bad_input -- --ignored"]
fn many_flipped_bytes_never_panic() {
    flip_bytes(4000);
}

fn flip_bytes(rounds: usize) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for (name, bytes) in fixtures() {
        for _ in 0..rounds {
            let mut damaged = bytes.clone();
            for _ in 0..=random(4) {
                let at = random(damaged.len());
                damaged[at] = [0, 0xff, 0x7f, damaged[at] ^ (1 << random(8))][random(4)];
            }
            let _ = read_all(&write(&format!("flip{rounds}_{name}"), &damaged));
        }
    }
}

#[test]
fn missing_files_folders_and_empty_files() {
    let missing = folder().join("no_such.npz");
    for result in read_all(&missing) {
        let error = result.unwrap_err();
        assert!(matches!(error.kind(), Problem::Io { doing: "open", .. }), "{error}");
        assert!(error.to_string().contains("no_such.npz"));
    }
    for result in read_all(&folder()) {
        assert!(matches!(result.unwrap_err().kind(), Problem::Directory));
    }
    for name in ["empty.npz", "empty.parquet", "empty.pt", "empty.csv", "empty.safetensors"] {
        for result in read_all(&write(name, b"")) {
            assert!(matches!(result.unwrap_err().kind(), Problem::Empty), "{name}");
        }
    }
}

#[test]
fn the_content_tells_the_format_before_the_extension() {
    let copy = |from: &str, to: &str| write(to, &std::fs::read(folder().join(from)).unwrap());
    assert_eq!(tensors::read(&copy("types.safetensors", "wrong.npz")).unwrap().format, "safetensors");
    assert_eq!(tensors::read(&copy("gru.pt", "wrong.safetensors")).unwrap().format, "pytorch");
    let table = table::read(&copy("table_zstd.parquet", "wrong.csv"), &ReadTable::default()).unwrap();
    assert_eq!(table.format, "parquet");
    let error = tensors::read(&folder().join("table_zstd.parquet")).unwrap_err();
    assert!(
        error.to_string().contains("a Parquet table") && error.to_string().contains(".safetensors"),
        "{error}"
    );
    let error = table::read(&folder().join("types.safetensors"), &ReadTable::default()).unwrap_err();
    assert!(matches!(error.kind(), Problem::UnknownFormat { .. }), "{error}");
    let error = tensors::read(&write("keras.h5", b"\x89HDF\r\n\x1a\n")).unwrap_err();
    assert!(error.to_string().contains("HDF5"), "{error}");
}

#[test]
fn pickled_arrays_are_refused() {
    let path = folder().join("objects.npy");
    for error in read_all(&path).map(Result::unwrap_err) {
        assert!(matches!(error.kind(), Problem::ObjectArray { .. }), "{error}");
        assert!(error.to_string().contains("nothing is ever executed"), "{error}");
    }
}

#[test]
fn claimed_sizes_are_not_believed() {
    let header = |shape: &str| {
        let text = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}");
        [b"\x93NUMPY\x01\0".to_vec(), (text.len() as u16).to_le_bytes().to_vec(), text.into_bytes()].concat()
    };
    for shape in [
        "1, 99999999999",
        "99999999999, 1",
        "4294967296, 4294967296",
        "0, 99999999999",
        "-1, 2",
        "1,1,1,99999999",
    ] {
        for (i, result) in read_all(&write("claims.npy", &header(shape))).into_iter().enumerate() {
            // No values at all are a fine tensor, and no table.
            assert!(result.is_err() || (i == 0 && shape.starts_with('0')), "{shape}");
        }
    }
    let error = tensors::read(&write("claims.safetensors", b"\0\0\0\0\x01\0\0\0{}")).unwrap_err();
    assert!(matches!(error.kind(), Problem::Truncated { .. }), "{error}");
}

/// A size claimed anywhere, raised to 2^55: allocating it would end the process.
#[test]
fn raised_sizes_are_not_allocated() {
    for name in
        ["table_lz4.feather", "table_zstd.feather", "table_stream.arrow", "table_none.parquet", "weights.npz"]
    {
        let bytes = std::fs::read(folder().join(name)).unwrap();
        for at in (6..bytes.len()).step_by(if name.ends_with("parquet") { 3 } else { 8 }) {
            let mut raised = bytes.clone();
            raised[at] = 0x7f;
            let _ = read_all(&write(&format!("raised_{name}"), &raised));
        }
    }
}

/// A zip directory that claims 2 GiB for some hundred bytes, which deflate cannot reach.
#[test]
fn a_zip_entry_cannot_claim_more_than_its_bytes_can_hold() {
    let mut bytes = std::fs::read(folder().join("weights_compressed.npz")).unwrap();
    let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[directory + 24..directory + 28].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    let error = tensors::read(&write("claimed.npz", &bytes)).unwrap_err();
    assert!(matches!(error.kind(), Problem::TooLarge { found: 0x7fff_ffff, .. }), "{error}");
}

/// 65 MiB in 64 KiB: an honest ratio, and still no pickle of a checkpoint.
#[test]
fn a_pickle_is_bounded_in_size() {
    let path = write("large_pickle.pt", b"");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    zip.start_file("m/data.pkl", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, &vec![b'N'; 65 << 20]).unwrap();
    zip.finish().unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < 1 << 20);
    let error = tensors::read(&path).unwrap_err();
    assert!(matches!(error.kind(), Problem::TooLarge { limit: 0x400_0000, .. }), "{error}");
}

#[test]
fn errors_cross_threads() {
    fn crosses<T: std::error::Error + Send + Sync + 'static>() {}
    crosses::<Error>();
}

#[test]
fn damaged_zip_data_fail_their_checksum() {
    let mut bytes = std::fs::read(folder().join("ff2_relu.npz")).unwrap();
    // Inside the values of the first array.
    bytes[200] ^= 1;
    let error = tensors::read(&write("checksum.npz", &bytes)).unwrap_err();
    assert!(matches!(error.kind(), Problem::Damaged { .. }), "{error}");
}

/// An npy of `rows` records of `width` bytes, described by `descr`.
fn records(descr: &str, rows: usize, width: usize) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': ({rows},), }}\n");
    let length = u32::try_from(header.len()).unwrap().to_le_bytes();
    let values = (0..rows * width / 8).flat_map(|i| (i as f64).to_le_bytes());
    [b"\x93NUMPY\x02\x00".to_vec(), length.to_vec(), header.into_bytes(), values.collect()].concat()
}

#[test]
fn damaged_records_and_times_fail_their_checksum_too() {
    for (name, descr, width) in [("records", "[('a', '<f8'), ('b', '<f8')]", 16), ("times", "'<M8[ns]'", 8)] {
        let path = write(&format!("{name}.npz"), b"");
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("x.npy", stored).unwrap();
        std::io::Write::write_all(&mut zip, &records(descr, 8, width)[..]).unwrap();
        zip.finish().unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.windows(8).position(|w| w == 7f64.to_le_bytes()).unwrap();
        bytes[at] ^= 1;
        let error = table::read(&write(&format!("{name}.npz"), &bytes), &ReadTable::default()).unwrap_err();
        assert!(matches!(error.kind(), Problem::Damaged { .. }), "{name}: {error}");
    }
}

#[test]
fn records_make_no_columns_without_bytes_and_no_names_without_end() {
    let empty = "[('a', '<f8'), ('none', 'S0', (1000000000000,)), ('b', '<f8')]";
    let table =
        table::read(&write("empty_items.npy", &records(empty, 3, 16)), &ReadTable::default()).unwrap();
    assert_eq!(table.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(table.numbers("b").unwrap(), [1.0, 3.0, 5.0]);
    let inner: String = (0..10_000).map(|k| format!("('{k}', 'i1'), ")).collect();
    let long = "n".repeat(10_000);
    let (nested, items) = (format!("[('{long}', [{inner}])]"), format!("[('{long}', 'i1', (10000,))]"));
    for descr in [nested, items] {
        let path = write("long_names.npy", &records(&descr, 10_000, 10_000));
        let error = table::schema(&path, None).unwrap_err();
        assert!(error.to_string().contains("too many names"), "{error}");
    }
}
