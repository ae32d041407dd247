//! Damage that a checksum or a count of bytes shows: refused wherever it lies, also in what is not used.

use nullcline::io::error::{Error, Problem};
use nullcline::io::table::{self, ReadTable};
use nullcline::io::tensors;
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io");
    std::fs::read(folder.join(name)).unwrap()
}

fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn damaged(error: &Error) -> bool {
    matches!(error.kind(), Problem::Damaged { .. } | Problem::Truncated { .. })
}

/// Every bit of the file, one at a time: an error, or the same content.
fn no_flip_changes(name: &str, bytes: &[u8]) {
    let whole = tensors::read(&write(&format!("whole_{name}"), bytes)).unwrap();
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(found) = tensors::read(&write(&format!("bit_{name}"), &flipped)) {
            assert_eq!(found, whole, "{name}: bit {} of byte {}", bit % 8, bit / 8);
        }
    }
}

fn zipped(entries: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An npy whose header is `descr` and `shape`, with `values` behind it.
fn npy(descr: &str, shape: &str, values: &[f64]) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    let values = values.iter().flat_map(|v| v.to_le_bytes());
    [b"\x93NUMPY\x01\x00".to_vec(), length.to_vec(), header.into_bytes(), values.collect()].concat()
}

#[test]
fn no_bit_of_an_archive_changes_what_is_read() {
    no_flip_changes("rnn.npz", &golden("checksums/rnn_good.npz"));
    let entries: Vec<(&str, Vec<u8>)> =
        vec![("a.npy", npy("'<f8'", "(2,)", &[1.0, 2.0])), ("b.npy", npy("'<f8'", "(3,)", &[3.0, 4.0, 5.0]))];
    let entries: Vec<(&str, &[u8])> = entries.iter().map(|(n, b)| (*n, &b[..])).collect();
    no_flip_changes("packed.npz", &zipped(&entries, zip::CompressionMethod::Deflated));
}

#[test]
fn entries_that_are_left_out_are_read_to_their_checksums() {
    let (numbers, text) = (npy("'<f8'", "(2,)", &[1.0, 2.0]), b"a note of no array".to_vec());
    let complex = npy("'<c16'", "(2,)", &[3.0, 4.0, 5.0, 7.0]);
    let entries: [(&str, &[u8]); 3] = [("a.npy", &numbers), ("note.txt", &text), ("c.npy", &complex)];
    let bytes = zipped(&entries, zip::CompressionMethod::Stored);
    assert_eq!(tensors::read(&write("whole_left_out.npz", &bytes)).unwrap().skipped.len(), 2);
    for part in [&b"of no array"[..], &7f64.to_le_bytes()] {
        let at = bytes.windows(part.len()).position(|w| w == part).unwrap();
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        let error = tensors::read(&write("left_out.npz", &flipped)).unwrap_err();
        assert!(damaged(&error), "{error}");
    }
}

#[test]
fn an_entry_that_the_directory_lost_is_missed() {
    let (a, b) = (npy("'<f8'", "(2,)", &[1.0, 2.0]), npy("'<f8'", "(1,)", &[3.0]));
    let one = zipped(&[("a.npy", &a)], zip::CompressionMethod::Stored);
    let two = zipped(&[("a.npy", &a), ("b.npy", &b)], zip::CompressionMethod::Stored);
    // The directory of the first alone behind the entries of both.
    let directory = |bytes: &[u8]| bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let (from, to) = (directory(&one), directory(&two));
    let mut bytes = [&two[..to], &one[from..]].concat();
    let end = bytes.len() - 22;
    bytes[end + 16..end + 20].copy_from_slice(&u32::try_from(to).unwrap().to_le_bytes());
    let error = tensors::read(&write("lost.npz", &bytes)).unwrap_err();
    assert!(damaged(&error) && error.to_string().contains("is not listed"), "{error}");
}

#[test]
fn an_array_has_as_many_values_as_its_shape() {
    let values = [1.0, 2.0, 3.0, 4.0];
    for shape in ["(3, 1)", "(5, 1)"] {
        let bytes = npy("'<f8'", shape, &values);
        let packed = zipped(&[("x.npy", &bytes)], zip::CompressionMethod::Deflated);
        for path in [write("odd.npy", &bytes), write("odd.npz", &packed)] {
            assert!(damaged(&tensors::read(&path).unwrap_err()), "{shape}");
            let error = table::read(&path, &ReadTable::default()).unwrap_err();
            assert!(damaged(&error), "{shape}: {error}");
            assert!(damaged(&table::schema(&path, None).unwrap_err()), "{shape}");
        }
    }
}

#[test]
fn no_bit_of_a_table_in_an_archive_changes_its_values() {
    let bytes = golden("checksums/inputs_good.npz");
    let whole = table::read(&write("whole_inputs.npz", &bytes), &ReadTable::default()).unwrap();
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(found) = table::read(&write("bit_inputs.npz", &flipped), &ReadTable::default()) {
            assert_eq!(found, whole, "bit {} of byte {}", bit % 8, bit / 8);
        }
    }
}

#[test]
fn pages_of_parquet_are_compared_with_their_checksums() {
    let mut bytes = golden("checksums/crc_good.parquet");
    assert!(table::read(&write("crc_good.parquet", &bytes), &ReadTable::default()).is_ok());
    // In the values of the first column's dictionary.
    bytes[31] ^= 0x40;
    let error = table::read(&write("crc_flipped.parquet", &bytes), &ReadTable::default()).unwrap_err();
    assert!(damaged(&error) && error.to_string().to_lowercase().contains("crc"), "{error}");
}

#[test]
fn bytes_after_the_last_storage_are_an_error() {
    let mut bytes = golden("legacy.pt");
    bytes.push(0);
    let error = tensors::read(&write("legacy_longer.pt", &bytes)).unwrap_err();
    assert!(damaged(&error), "{error}");
}

#[test]
fn what_is_of_an_unread_type_is_named_with_its_type() {
    use nullcline::systems::checkpoint::{Spec, load};
    let header = r#"{"weight_ih_l0":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},
        "weight_hh_l0":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]},
        "bias":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[8,9]},
        "gain.scale":{"dtype":"F8_E8M0","shape":[1],"data_offsets":[9,10]}}"#;
    // 0x38 is 1 in e4m3 (Micikevicius et al. 2022, table 1).
    let values = [&0.5f32.to_le_bytes()[..], &0.25f32.to_le_bytes(), &[0x38, 0x7f]].concat();
    let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &values].concat();
    let file = tensors::read(&write("unread.safetensors", &bytes)).unwrap();
    assert_eq!(file.get("bias").map(|t| &t.data[..]), Some(&[1.0][..]));
    let said = load(&file, &Spec::default()).unwrap_or_else(|e| panic!("{e}")).left_out;
    assert!(said.iter().any(|s| s.contains("F8_E8M0") && s.contains("`gain.scale`")), "{said:?}");
}
