//! Streaming needs memory for a chunk, not for the table.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use nullcline::io::table::{self, Cells, TableFormat};
use nullcline::polars::prelude::{IntoLazy, col};
use polars_arrow::array::{Array, PrimitiveArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::io::ipc::write::{FileWriter, WriteOptions as Plain};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::write::{
    self as parquet, CompressionOptions, Encoding, StatisticsOptions, Version, WriteOptions,
};

const ROWS: usize = 3 << 20;
const CHUNK: usize = 1 << 14;
/// What one test takes, the other must not measure.
static ALONE: Mutex<()> = Mutex::new(());
/// The variable that tells a process which file to write.
const NAME: &str = "NULLCLINE_LARGE_FILE";
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

fn schema() -> Arc<ArrowSchema> {
    let field = |name: &str| Field::new(name.into(), ArrowDataType::Float64, true);
    Arc::new(["x0", "x1", "x2"].map(field).into_iter().collect())
}

fn batches(rows: usize) -> impl Iterator<Item = RecordBatchT<Box<dyn Array>>> {
    (0..ROWS).step_by(rows).map(move |start| {
        let column = |c: usize| {
            PrimitiveArray::<f64>::from_iter((start..start + rows).map(|row| Some(value(row, c)))).boxed()
        };
        RecordBatchT::new(rows, schema(), (0..3).map(column).collect())
    })
}

fn scratch(name: &str) -> (PathBuf, BufWriter<File>) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let file = BufWriter::new(File::create(&path).unwrap());
    (path, file)
}

/// Writes a file in a process of its own: what a writer gave back would otherwise hide what a reader takes.
fn elsewhere(name: &str) -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let arguments = ["--ignored", "--exact", "writes_elsewhere"];
    let status = Command::new(program).args(arguments).env(NAME, name).status().unwrap();
    assert!(status.success());
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
#[ignore = "the process in which the other test writes"]
fn writes_elsewhere() {
    match std::env::var(NAME).as_deref() {
        Ok("large.parquet") => parquet_file(scratch("large.parquet").1),
        Ok("large.arrow") => arrow_file(scratch("large.arrow").1),
        _ => {}
    }
}

/// Row groups of a million rows, pages of a megabyte.
fn parquet_file(file: BufWriter<File>) {
    let (statistics, compression) = (StatisticsOptions::default(), CompressionOptions::Uncompressed);
    let options = WriteOptions { statistics, version: Version::V1, compression, data_page_size: None };
    let fields = parquet::to_parquet_schema(&schema()).unwrap().fields().to_vec();
    let mut writer = parquet::FileWriter::try_new(file, schema().as_ref().clone(), options).unwrap();
    for batch in batches(1 << 20) {
        let encodings = (0..3).map(|_| vec![Encoding::Plain]).collect();
        let group = parquet::row_group_iter(batch, encodings, fields.clone(), options);
        writer.write(1 << 20, group).unwrap();
    }
    writer.end(None).unwrap();
}

fn arrow_file(file: BufWriter<File>) {
    let mut writer = FileWriter::try_new(file, schema(), None, Plain::default()).unwrap();
    batches(CHUNK).for_each(|batch| writer.write(&batch, None).unwrap());
    writer.finish().unwrap();
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

/// Threads of polars in this process.
fn threads() -> usize {
    let name = |task: std::io::Result<fs::DirEntry>| fs::read_to_string(task.unwrap().path().join("comm"));
    let names = fs::read_dir("/proc/self/task").unwrap().filter_map(|task| name(task).ok());
    names.filter(|name| name.starts_with("polars")).count()
}

/// `--threads` is all that a command takes: polars would start as many threads as the machine has cores beside them.
#[test]
fn tables_start_no_threads_of_polars() {
    let _alone = ALONE.lock();
    let (path, _) = scratch("threads.parquet");
    let numbers = (0..3000).map(|i| f64::from(i) / 8.0).collect();
    let words = (0..3000).map(|i| (i % 7).to_string()).collect();
    let columns = [("x", Cells::Float(numbers)), ("word", Cells::Text(words))];
    table::write(&path, TableFormat::Parquet, &columns).unwrap();
    let frame = table::read(&path, &table::ReadTable::default()).unwrap().frame().unwrap();
    assert_eq!(table::cells(&frame).unwrap().len(), 2);
    let arrow = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io/table_zstd.feather");
    table::read(&arrow, &table::ReadTable::default()).unwrap();
    assert_eq!(threads(), 0);
    // A query does start them, so the measure works.
    frame.lazy().group_by_stable([col("word")]).agg([col("x").mean()]).collect().unwrap();
    assert!(threads() > 0);
    fs::remove_file(path).unwrap();
}

#[test]
fn memory_is_bounded_by_the_chunk() {
    let _alone = ALONE.lock();
    use zip::CompressionMethod::{Deflated, Stored};
    // One file at a time lies on the disk.
    let packed = |name: &str, fortran: bool, method| {
        let npy = npy_file("inside.npy", fortran);
        let path = npz_file(name, &npy, method);
        fs::remove_file(npy).unwrap();
        path
    };
    let files: [&dyn Fn() -> PathBuf; 9] = [
        &|| elsewhere("large.parquet"),
        &|| elsewhere("large.arrow"),
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
        // The peak may have been read before pages were given back.
        let used = peak().saturating_sub(before);
        assert!(used < allowed, "{}: {used} KiB", path.display());
        // Reading it whole does show, so the measure works.
        if path.ends_with("large.npy") {
            let _table = table::read(&path, &table::ReadTable::default()).unwrap();
            assert!(peak() - before > 3 * ALLOWED_KIB);
        }
        fs::remove_file(path).unwrap();
    }
}
