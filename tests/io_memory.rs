//! Streaming needs memory for a chunk, not for the table.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use nullcline::io::table;

const ROWS: usize = 3 << 20;
const CHUNK: usize = 1 << 14;
/// A chunk of two columns is 256 KiB, one column of the table 24 MiB, the table 72 MiB.
const ALLOWED_KIB: u64 = 16 << 10;

/// A high-water mark of the process, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn value(row: usize, column: usize) -> f64 {
    // Hard to compress: what is stored is as large as what it stands for.
    ((row * 3 + column) as f64 * 0.754_877_666).fract()
}

fn batches() -> impl Iterator<Item = RecordBatch> {
    (0..ROWS).step_by(CHUNK).map(|start| {
        let column = |c: usize| -> ArrayRef {
            Arc::new((start..start + CHUNK).map(|row| Some(value(row, c))).collect::<Float64Array>())
        };
        RecordBatch::try_from_iter([("x0", column(0)), ("x1", column(1)), ("x2", column(2))]).unwrap()
    })
}

fn scratch(name: &str) -> (PathBuf, BufWriter<File>) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let file = BufWriter::new(File::create(&path).unwrap());
    (path, file)
}

fn parquet_file() -> PathBuf {
    let (path, file) = scratch("large.parquet");
    let schema = batches().next().unwrap().schema();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, schema, None).unwrap();
    batches().for_each(|batch| writer.write(&batch).unwrap());
    writer.close().unwrap();
    path
}

fn arrow_file() -> PathBuf {
    let (path, file) = scratch("large.arrow");
    let schema = batches().next().unwrap().schema();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(file, &schema).unwrap();
    batches().for_each(|batch| writer.write(&batch).unwrap());
    writer.finish().unwrap();
    path
}

fn npy_file(name: &str, fortran: bool) -> PathBuf {
    let (path, mut file) = scratch(name);
    let order = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': '<f8', 'fortran_order': {order}, 'shape': ({ROWS}, 3), }}");
    file.write_all(b"\x93NUMPY\x01\0").unwrap();
    file.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    let mut put = |row, column| file.write_all(&value(row, column).to_le_bytes()).unwrap();
    match fortran {
        true => (0..3).for_each(|c| (0..ROWS).for_each(|r| put(r, c))),
        false => (0..ROWS).for_each(|r| (0..3).for_each(|c| put(r, c))),
    }
    path
}

/// An npz whose array is stored, or compressed in C order.
fn npz_file(name: &str, npy: &Path, method: zip::CompressionMethod) -> PathBuf {
    let (path, file) = scratch(name);
    let mut zip = zip::ZipWriter::new(file);
    zip.start_file("x.npy", zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
    std::io::copy(&mut File::open(npy).unwrap(), &mut zip).unwrap();
    zip.finish().unwrap();
    path
}

/// The same values as 1024 trials, in Fortran order: trials of a time step lie side by side.
fn trials_file() -> PathBuf {
    let (path, mut file) = scratch("trials_fortran.npy");
    let (trials, time) = (1 << 10, ROWS >> 10);
    let header = format!("{{'descr': '<f8', 'fortran_order': True, 'shape': ({trials}, {time}, 3), }}");
    file.write_all(b"\x93NUMPY\x01\0").unwrap();
    file.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    for (column, t) in (0..3).flat_map(|c| (0..time).map(move |t| (c, t))) {
        (0..trials).for_each(|k| file.write_all(&value(k * time + t, column).to_le_bytes()).unwrap());
    }
    path
}

fn csv_file() -> PathBuf {
    let (path, mut file) = scratch("large.csv");
    writeln!(file, "x0,x1,x2").unwrap();
    (0..ROWS).for_each(|r| writeln!(file, "{},{},{}", value(r, 0), value(r, 1), value(r, 2)).unwrap());
    path
}

#[test]
fn memory_is_bounded_by_the_chunk() {
    use zip::CompressionMethod::{Deflated, Stored};
    // One file at a time lies on the disk.
    let packed = |name: &str, fortran: bool, method| {
        let npy = npy_file("inside.npy", fortran);
        let path = npz_file(name, &npy, method);
        fs::remove_file(npy).unwrap();
        path
    };
    let files: [&dyn Fn() -> PathBuf; 9] = [
        &parquet_file,
        &arrow_file,
        &|| packed("large.npz", false, Stored),
        &|| packed("large_deflated.npz", false, Deflated),
        &|| packed("large_fortran.npz", true, Stored),
        &|| npy_file("large.npy", false),
        &|| npy_file("large_fortran.npy", true),
        &trials_file,
        &csv_file,
    ];
    for make in files {
        let path = make();
        // Trials in Fortran order: as many as fit into 64 MiB, here all of the two columns.
        let allowed = if path.ends_with("trials_fortran.npy") {
            ALLOWED_KIB + ((ROWS * 16) >> 10) as u64
        } else {
            ALLOWED_KIB
        };
        fs::write("/proc/self/clear_refs", "5").unwrap();
        let before = peak();
        let mut row = 0;
        table::stream(&path, &["x2".into(), "x0".into()], None, CHUNK, &mut |chunk| {
            for (x2, x0) in chunk.columns[0].iter().zip(&chunk.columns[1]) {
                assert!(x2.to_bits() == value(row, 2).to_bits() && x0.to_bits() == value(row, 0).to_bits());
                row += 1;
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(row, ROWS);
        let used = peak() - before;
        assert!(used < allowed, "{}: {used} KiB", path.display());
        // Reading it whole does show, so the measure works.
        if path.ends_with("large.npy") {
            let _table = table::read(&path, &table::ReadTable::default()).unwrap();
            assert!(peak() - before > 3 * ALLOWED_KIB);
        }
        fs::remove_file(path).unwrap();
    }
}
