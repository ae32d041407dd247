//! Which format a file has: by its first bytes, then by its extension.

use std::io::Read;
use std::path::Path;

use super::advice;
use super::error::{Error, Problem};
use super::foreign;
use super::held::Opened;
use super::tensors;

/// A family of formats, as far as the first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Parquet,
    ArrowFile,
    ArrowStream,
    Npy,
    /// npz, or PyTorch.
    Zip,
    Safetensors,
    /// MATLAB's before version 7.3.
    Matlab,
    /// HDF5, alone or as MATLAB 7.3, netCDF-4, NWB or Keras write it.
    Hdf5,
    /// msgpack of Flax.
    Flax,
    /// Arrays of numpy's one after the other.
    Equinox,
    Onnx,
    /// A pickle outside any archive.
    Pickle,
    /// A pickle by gzip or zlib.
    CompressedPickle,
    Json,
    Text,
    /// Known, but not read here; the words say what it is and what to do.
    Foreign(&'static str, &'static str),
    Unknown,
}

const POINTER: Family =
    Family::Foreign("a Git LFS pointer, not the file itself", "fetch the file: git lfs pull");

/// The family of the file at `path`.
///
/// # Errors
/// A missing or unreadable file, a folder, a pipe or device, an empty file.
pub(crate) fn family(path: &Path) -> Result<Family, Error> {
    let fail = |problem| Error::new(path, problem);
    if let Some((found, advice)) = foreign::folder(path).or_else(|| foreign::by_name(path)) {
        return Ok(Family::Foreign(found, advice));
    }
    let file = Opened::open(path).map_err(fail)?;
    let mut head = Vec::new();
    file.take(4096).read_to_end(&mut head).map_err(|e| fail(Problem::reading(e)))?;
    if head.is_empty() {
        return Err(fail(Problem::Empty));
    }
    Ok(match by_content(&head) {
        Family::Unknown => by_extension(path),
        family => family,
    })
}

const NETCDF_3: Family = Family::Foreign(
    "a netCDF file of the classic format",
    "write it as netCDF-4, which is read: nccopy -k nc4 old.nc new.nc",
);

/// First bytes of a format.
const MAGIC: &[(&[u8], Family)] = &[
    (b"PAR1", Family::Parquet),
    (b"ARROW1", Family::ArrowFile),
    (b"\xff\xff\xff\xff", Family::ArrowStream),
    (b"\x93NUMPY", Family::Npy),
    (b"PK\x03\x04", Family::Zip),
    (b"PK\x05\x06", Family::Zip),
    (b"FEA1", Family::Foreign("a Feather version 1 file", "write it again as Feather version 2")),
    (b"PARE", Family::Foreign("an encrypted Parquet file", "decrypt it first")),
    (
        b"MATLAB 5.0",
        Family::Foreign("a MATLAB file whose head is cut or damaged", "copy or save the file again"),
    ),
    (b"MATLAB 7.3", Family::Hdf5),
    (
        b"GGUF",
        Family::Foreign("a GGUF file", "save the weights as safetensors from the framework that made them"),
    ),
    (b"CDF\x01", NETCDF_3),
    (b"CDF\x02", NETCDF_3),
    (b"version https://git-lfs.github.com", POINTER),
    (b"version https://hawser.github.com", POINTER),
    (
        b"/annex/objects/",
        Family::Foreign("a git-annex pointer, not the file itself", "fetch the file: git annex get"),
    ),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        Family::Foreign("an Excel 97 workbook (.xls)", "save the sheet as CSV"),
    ),
    (b"SQLite format 3\0", Family::Foreign("an SQLite database", "export the table as CSV")),
    (b"%PDF-", Family::Foreign("a PDF", "read the file that it was made from")),
    (b"RDX", Family::Foreign("an R workspace", "write the table with write.csv(x, file, row.names = FALSE)")),
    (b"\x1f\x8b", Family::Foreign("a gzip archive", "unpack it first: gunzip")),
    (b"\x28\xb5\x2f\xfd", Family::Foreign("a zstd archive", "unpack it first: unzstd")),
    (b"BZh", Family::Foreign("a bzip2 archive", "unpack it first: bunzip2")),
    (b"\xfd7zXZ\0", Family::Foreign("an xz archive", "unpack it first: unxz")),
    (b"7z\xbc\xaf", Family::Foreign("a 7z archive", "unpack it first")),
    (b"Rar!", Family::Foreign("a rar archive", "unpack it first")),
    (b"\x78\x9c", Family::Foreign("zlib-compressed data, as joblib writes them", advice::JOBLIB)),
    (b"\x78\x5e", Family::Foreign("zlib-compressed data, as joblib writes them", advice::JOBLIB)),
    (b"\xff\xfe", Family::Foreign("UTF-16 text", "save it as UTF-8")),
    (b"\xfe\xff", Family::Foreign("UTF-16 text", "save it as UTF-8")),
];

fn by_content(head: &[u8]) -> Family {
    // A safetensors header is a length of 8 bytes, which may be any number and look like any magic, and a JSON object.
    if matches!(head, [_, _, _, _, _, 0, 0, 0, b'{', ..]) {
        return Family::Safetensors;
    }
    if tensors::equinox::is(head) {
        return Family::Equinox;
    }
    if tensors::matlab::is(head) {
        return Family::Matlab;
    }
    if tensors::pytorch::is_compressed(head) {
        return Family::CompressedPickle;
    }
    if let Some((_, family)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *family;
    }
    // HDF5 may begin behind a block of the user's, as Julia's JLD2 does.
    if [0, 512, 1024, 2048].iter().any(|at| head.get(*at..).is_some_and(|h| h.starts_with(b"\x89HDF\r\n"))) {
        return Family::Hdf5;
    }
    if head.get(257..262) == Some(b"ustar") {
        return tar(head);
    }
    match head {
        [0x80, 1..=5, ..] => Family::Pickle,
        _ if tensors::pytorch::is_old(head) => Family::Pickle,
        _ if tensors::flax::is(head) => Family::Flax,
        _ if tensors::onnx::is(head) => Family::Onnx,
        _ if foreign::by_content(head).is_some() => foreign::by_content(head)
            .map_or(Family::Unknown, |(found, advice)| Family::Foreign(found, advice)),
        _ if starts_page(head) => Family::Foreign(
            "an HTML page, as a server sends in place of a file",
            "download the file itself, signed in if need be",
        ),
        [b'{', ..] => Family::Json,
        _ if !head.contains(&0) => Family::Text,
        _ => Family::Unknown,
    }
}

fn tar(head: &[u8]) -> Family {
    let pytorch = [&b"storages\0"[..], b"tensors\0", b"pickle\0", b"sys_info\0"];
    match pytorch.iter().any(|name| head.starts_with(name)) {
        true => Family::Foreign("a tar archive of PyTorch 0.1", advice::TAR),
        false => Family::Foreign("a tar archive", "unpack it first"),
    }
}

fn starts_page(head: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&head[..head.len().min(64)]).trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// The error for a zip archive that holds neither arrays nor weights.
pub(crate) fn foreign_zip(names: &[String], expected: &'static str) -> Problem {
    let any = |part: &str| names.iter().any(|n| n.starts_with(part));
    let (found, advice) = match names {
        _ if any("xl/") => ("an Excel workbook (.xlsx)".into(), "save the sheet as CSV"),
        _ if any("META-INF/manifest") && any("content.xml") => {
            ("an OpenDocument sheet (.ods)".into(), "save the sheet as CSV")
        }
        [] => ("an empty zip archive".into(), "check that this is the file you meant"),
        [one] => (format!("a zip archive that holds `{one}`"), "unpack it first: unzip"),
        [one, ..] => (
            format!("a zip archive of {} entries without .npy (`{one}`, ...)", names.len()),
            "unpack it first: unzip",
        ),
    };
    Problem::UnknownFormat { found, expected, advice }
}

fn by_extension(path: &Path) -> Family {
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("safetensors") => Family::Safetensors,
        Some("npy") => Family::Npy,
        Some("npz" | "pt" | "pth") => Family::Zip,
        Some("parquet") => Family::Parquet,
        Some("arrow" | "feather") => Family::ArrowFile,
        Some("csv" | "tsv" | "txt") => Family::Text,
        _ => Family::Unknown,
    }
}

/// The error for a file of another family than `expected`.
pub(crate) fn unexpected(path: &Path, family: Family, expected: &'static str) -> Error {
    const ELSEWHERE: &str = "check that this is the file you meant";
    const TABLES: &str = match cfg!(feature = "tables") {
        true => ELSEWHERE,
        false => {
            "this build has no reader of Parquet and Arrow: build it with the feature `tables`, or save as CSV or npy"
        }
    };
    let (found, advice) = match family {
        Family::Foreign(found, advice) => (found, advice),
        Family::Json => ("JSON", advice::JSON),
        Family::Pickle | Family::CompressedPickle => {
            ("a pickle", "nothing in it was executed; save it in one of these formats")
        }
        Family::Parquet => ("a Parquet table", TABLES),
        Family::ArrowFile | Family::ArrowStream => ("an Arrow table", TABLES),
        Family::Npy => ("a numpy array", ELSEWHERE),
        Family::Zip => ("a zip archive", ELSEWHERE),
        Family::Safetensors => ("safetensors", ELSEWHERE),
        Family::Matlab => ("a MATLAB file", ELSEWHERE),
        Family::Hdf5 => ("an HDF5 file", ELSEWHERE),
        Family::Flax => ("msgpack of Flax", ELSEWHERE),
        Family::Equinox => ("leaves by Equinox", ELSEWHERE),
        Family::Onnx => ("an ONNX graph", ELSEWHERE),
        Family::Text => ("text", ELSEWHERE),
        Family::Unknown => ("bytes of no known format", ELSEWHERE),
    };
    Error::new(path, Problem::UnknownFormat { found: found.into(), expected, advice })
}

#[cfg(all(test, not(feature = "tables")))]
mod tests {
    use super::super::table::{ReadTable, read};
    use std::path::Path;

    /// `cargo test -p nullcline-core --no-default-features`
    #[test]
    fn a_build_without_tables_says_that_it_has_no_reader() {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/io");
        for (name, found) in [
            ("table_zstd.parquet", "found a Parquet table, expected a table as CSV, npy, npz or mat;"),
            ("table_zstd.feather", "found an Arrow table, "),
            ("table_stream.arrow", "found an Arrow table, "),
        ] {
            let said = read(&golden.join(name), &ReadTable::default()).unwrap_err().to_string();
            let advice = "this build has no reader of Parquet and Arrow: build it with the feature `tables`";
            assert!(said.contains(found) && said.contains(advice), "{said}");
        }
    }
}

#[cfg(test)]
mod told {
    use super::*;
    use std::path::PathBuf;

    /// The first bytes of the golden files in `folder`.
    fn heads(folder: &str) -> Vec<(String, Vec<u8>)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/io").join(folder);
        let files = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        let kept =
            |p: &PathBuf| p.is_file() && p.extension().is_none_or(|e| e != "json" && e != "py" && e != "md");
        let head = |p: &Path| std::fs::read(p).unwrap().into_iter().take(4096).collect();
        files.filter(kept).map(|p| (p.display().to_string(), head(&p))).collect()
    }

    #[test]
    fn every_format_is_told_by_its_first_bytes_and_none_by_anothers() {
        type Is = fn(&[u8]) -> bool;
        let formats: [(&str, Is); 4] = [
            ("matlab", tensors::matlab::is),
            ("flax", tensors::flax::is),
            ("equinox", tensors::equinox::is),
            ("onnx", tensors::onnx::is),
        ];
        for folder in ["matlab", "flax", "equinox", "onnx", "onnx_torch", "pickle", "pickle/other"] {
            for (place, head) in heads(folder) {
                for (format, is) in formats {
                    // Leaves beyond the first bytes are found by `equinox::several`.
                    let own = folder.starts_with(format) && !place.ends_with("large.eqx");
                    assert_eq!(is(&head), own, "{place} as {format}");
                }
                let pickle = matches!(by_content(&head), Family::Pickle | Family::CompressedPickle);
                assert!(pickle == (folder == "pickle") || folder == "pickle/other", "{place}");
            }
        }
    }

    #[test]
    fn what_begins_alike_is_something_else() {
        let unlike: [&[u8]; 9] = [
            b"",
            b"a,b\n1,2\n",
            b"]q,b\n",
            b"}q\n",
            b"(1, 2)\n",
            b"cnt,x\n",
            b"\x08\x07",
            b"\x81\xa1",
            b"{\"a\": 1}",
        ];
        for head in unlike {
            let told = [tensors::matlab::is, tensors::flax::is, tensors::equinox::is, tensors::onnx::is];
            assert!(told.iter().all(|is| !is(head)) && !tensors::pytorch::is_old(head), "{head:?}");
            assert!(!tensors::pytorch::is_compressed(head));
        }
        // Pictures in idx: a matrix of level 4 begins with a number as small.
        assert!(!tensors::matlab::is(
            &[&[0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 28, 0, 0, 0, 28][..], &[0; 300]].concat()
        ));
        // A text compressed by gzip.
        let mut packed = vec![];
        flate2::read::GzEncoder::new(&b"a,b\n1,2\n"[..], flate2::Compression::fast())
            .read_to_end(&mut packed)
            .unwrap();
        assert!(matches!(by_content(&packed), Family::Foreign("a gzip archive", _)));
    }
}
