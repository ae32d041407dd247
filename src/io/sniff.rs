//! Which format a file has: by its first bytes, then by its extension.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::error::{Error, Problem};

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
    /// A pickle outside any archive.
    Pickle,
    Text,
    /// Known, but not read here; the words say what it is and what to do.
    Foreign(&'static str, &'static str),
    Unknown,
}

/// The family of the file at `path`.
///
/// # Errors
/// A missing or unreadable file, a folder, an empty file.
pub(crate) fn family(path: &Path) -> Result<Family, Error> {
    let fail = |problem| Error::new(path, problem);
    let about = fs::metadata(path).map_err(|e| fail(Problem::Io { doing: "open", source: e }))?;
    if about.is_dir() {
        return Err(fail(Problem::Directory));
    }
    let file = File::open(path).map_err(|e| fail(Problem::Io { doing: "open", source: e }))?;
    let mut head = Vec::new();
    file.take(4096).read_to_end(&mut head).map_err(|e| fail(Problem::reading(e)))?;
    if head.is_empty() {
        return Err(fail(Problem::Empty));
    }
    Ok(match by_content(&head) {
        Family::Unknown => by_extension(path),
        Family::Text if has_extension(path, "json") => Family::Foreign("JSON", JSON),
        family => family,
    })
}

/// What to do with a Keras model.
pub(crate) const KERAS: &str = "save its weights from Keras: np.savez(\"net.npz\", **{v.path: v.numpy() for v in \
                                keras.saving.load_model(\"model.keras\").weights})";
const HDF5: &str = "save its arrays from Python: a = {}; h5py.File(\"FILE\").visititems(lambda k, v: a.update({k: v[()]}) \
                    if isinstance(v, h5py.Dataset) else None); np.savez(\"net.npz\", **a)";
const MATLAB: &str = "save its arrays from Python: np.savez(\"net.npz\", **{k: v for k, v in \
                      scipy.io.loadmat(\"FILE\").items() if k[0] != \"_\"})";
/// MATLAB keeps matrices by columns, which h5py shows turned.
const MATLAB_73: &str = "save its arrays from Python, turned as MATLAB has them: np.savez(\"net.npz\", **{k: v[()].T \
                         for k, v in h5py.File(\"FILE\").items() if isinstance(v, h5py.Dataset)})";
const TAR: &str = "if you trust where it comes from (loading it runs what it says), write it again from Python: \
                   torch.save(torch.load(\"FILE\", weights_only=False), \"net.pt\")";
const JOBLIB: &str = "if you trust where it comes from (loading it runs what it says), and it is a dictionary of arrays, \
                      write it again from Python: np.savez(\"net.npz\", **joblib.load(\"FILE\"))";
const ONNX: &str =
    "save the weights from the framework that made it, as torch.save(model.state_dict(), \"net.pt\")";
const MSGPACK: &str = "save its arrays from Python: np.savez(\"net.npz\", **flax.traverse_util.flatten_dict(\
                       flax.serialization.msgpack_restore(open(\"FILE\", \"rb\").read()), sep=\"/\"))";
const LFS: &str = "fetch the file itself with `git lfs pull`";
const HTML: &str = "download the file itself (on GitHub and the like, the raw file)";
const JSON: &str = "save its arrays from Python: np.savez(\"net.npz\", **{k: np.array(v) for k, v in \
                    json.load(open(\"FILE\")).items()})";

fn by_content(head: &[u8]) -> Family {
    const MAGIC: &[(&[u8], Family)] = &[
        (b"PAR1", Family::Parquet),
        (b"ARROW1", Family::ArrowFile),
        (b"\xff\xff\xff\xff", Family::ArrowStream),
        (b"\x93NUMPY", Family::Npy),
        (b"PK\x03\x04", Family::Zip),
        (b"PK\x05\x06", Family::Zip),
        (b"FEA1", Family::Foreign("a Feather version 1 file", "write it again as Feather version 2")),
        (b"PARE", Family::Foreign("an encrypted Parquet file", "decrypt it first")),
        (b"MATLAB 5.0", Family::Foreign("a MATLAB file", MATLAB)),
        (b"MATLAB 7.3", Family::Foreign("a MATLAB 7.3 file (HDF5)", MATLAB_73)),
        (b"version https://git-lfs", Family::Foreign("a Git LFS pointer in place of the file", LFS)),
        (b"<!DOCTYPE html", Family::Foreign("an HTML page", HTML)),
        (b"<html", Family::Foreign("an HTML page", HTML)),
        (
            b"GGUF",
            Family::Foreign(
                "a GGUF file",
                "save the weights as safetensors from the framework that made them",
            ),
        ),
        (b"\x1f\x8b", Family::Foreign("a gzip archive", "unpack it first")),
        (b"\x28\xb5\x2f\xfd", Family::Foreign("a zstd archive", "unpack it first")),
        (b"BZh", Family::Foreign("a bzip2 archive", "unpack it first")),
        (b"\xfd7zXZ\0", Family::Foreign("an xz archive", "unpack it first")),
        (b"\x78\x9c", Family::Foreign("zlib-compressed data, as joblib writes them", JOBLIB)),
        (b"\x78\x5e", Family::Foreign("zlib-compressed data, as joblib writes them", JOBLIB)),
        (b"\xff\xfe", Family::Foreign("UTF-16 text", "save it as UTF-8")),
        (b"\xfe\xff", Family::Foreign("UTF-16 text", "save it as UTF-8")),
    ];
    if let Some((_, family)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *family;
    }
    // HDF5 may begin behind a block of the user's, as Julia's JLD2 does.
    if [0, 512, 1024, 2048].iter().any(|at| head.get(*at..).is_some_and(|h| h.starts_with(b"\x89HDF\r\n"))) {
        return Family::Foreign("an HDF5 file", HDF5);
    }
    if head.get(257..262) == Some(b"ustar") {
        return match [&b"storages\0"[..], b"tensors\0", b"pickle\0", b"sys_info\0"]
            .iter()
            .any(|n| head.starts_with(n))
        {
            true => Family::Foreign("a tar archive of PyTorch 0.1", TAR),
            false => Family::Foreign("a tar archive", "unpack it first"),
        };
    }
    match head {
        [0x80, 1..=5, ..] if contains(head, b"joblib.numpy_pickle") => {
            Family::Foreign("a file by joblib", JOBLIB)
        }
        [0x80, 1..=5, ..] => Family::Pickle,
        // A safetensors header is a length of 8 bytes and a JSON object.
        [_, _, _, _, _, 0, 0, 0, b'{', ..] => Family::Safetensors,
        // A short map whose first key is a short string.
        [0x81..=0x8f, 0xa1..=0xbf, b' '..=b'~', ..] | [0xde, _, _, 0xa1..=0xbf, b' '..=b'~', ..] => {
            Family::Foreign("msgpack, as Flax writes it", MSGPACK)
        }
        // The version, then the name of the program that wrote the graph.
        [0x08, 1..=31, 0x12, length, name @ ..]
            if name.get(..usize::from(*length)).is_some_and(|n| n.iter().all(u8::is_ascii_graphic)) =>
        {
            Family::Foreign("an ONNX graph", ONNX)
        }
        _ if !head.contains(&0) => Family::Text,
        _ => Family::Unknown,
    }
}

fn contains(head: &[u8], word: &[u8]) -> bool {
    head.windows(word.len()).any(|w| w == word)
}

fn has_extension(path: &Path, name: &str) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case(name))
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
    let (found, advice) = match family {
        Family::Foreign(found, advice) => (found, advice),
        Family::Pickle => ("a pickle", "nothing in it was executed; save it in one of these formats"),
        Family::Parquet => ("a Parquet table", ELSEWHERE),
        Family::ArrowFile | Family::ArrowStream => ("an Arrow table", ELSEWHERE),
        Family::Npy => ("a numpy array", ELSEWHERE),
        Family::Zip => ("a zip archive", ELSEWHERE),
        Family::Safetensors => ("safetensors", ELSEWHERE),
        Family::Text => ("text", ELSEWHERE),
        Family::Unknown => ("bytes of no known format", ELSEWHERE),
    };
    Error::new(path, Problem::UnknownFormat { found: found.into(), expected, advice })
}
