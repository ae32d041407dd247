//! IDX files (MNIST): unsigned bytes behind a big-endian header, gzip or not.

use super::error::{Error, Problem};
use super::steady;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

const FORMAT: &str = "IDX";
/// First bytes of a gzip stream.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// More values than any set of this family holds; EMNIST has 640 million.
const LARGEST: u64 = 1 << 30;
const IMAGES: &str = "images, magic number 2051 (00 00 08 03)";
const LABELS: &str = "labels, magic number 2049 (00 00 08 01)";

/// Pictures and their labels, as they stand in the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// Rows of a picture.
    pub rows: usize,
    /// Columns of a picture.
    pub columns: usize,
    /// Grey values row by row, picture after picture.
    pub values: Vec<u8>,
    /// One label a picture.
    pub labels: Vec<u8>,
}

/// Training and test set of the folder: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
/// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, also with a dot for the last hyphen and with `.gz`.
///
/// # Errors
/// A missing file, named with its usual names; wrong magic numbers, truncated files, trailing bytes,
/// counts of images and labels that differ.
///
/// ```
/// use nullcline_core::io::idx::mnist;
///
/// // The error says which files were looked for.
/// let error = mnist("../../datasets".as_ref()).unwrap_err();
/// assert!(error.to_string().contains("train-images-idx3-ubyte"));
/// ```
pub fn mnist(folder: &Path) -> Result<(Labelled, Labelled), Error> {
    Ok((labelled(folder, "train")?, labelled(folder, "t10k")?))
}

fn labelled(folder: &Path, set: &str) -> Result<Labelled, Error> {
    let images = find(folder, &format!("{set}-images"), "idx3-ubyte")?;
    let labels = find(folder, &format!("{set}-labels"), "idx1-ubyte")?;
    let (shape, values) = read(&images, 3, IMAGES)?;
    let (counts, tags) = read(&labels, 1, LABELS)?;
    if counts[0] != shape[0] {
        let detail = format!(
            "found {} labels, expected {} as there are pictures in {}",
            counts[0],
            shape[0],
            images.display()
        );
        return Err(Error::new(labels, Problem::damaged(FORMAT, "the counts", detail)));
    }
    Ok(Labelled { rows: shape[1], columns: shape[2], values, labels: tags })
}

/// The first of the usual names that is there.
fn find(folder: &Path, stem: &str, kind: &str) -> Result<PathBuf, Error> {
    let names = [
        format!("{stem}-{kind}"),
        format!("{stem}-{kind}.gz"),
        format!("{stem}.{kind}"),
        format!("{stem}.{kind}.gz"),
    ];
    let found = names.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| {
        let problem = Problem::MissingSet { names: names.to_vec() };
        Error::new(folder, problem)
    })
}

/// The dimensions and the bytes of the file at `path`.
fn read(path: &Path, dimensions: u8, expected: &'static str) -> Result<(Vec<usize>, Vec<u8>), Error> {
    steady::reading(path, || attempt(path, dimensions, expected))
}

fn attempt(path: &Path, dimensions: u8, expected: &'static str) -> Result<(Vec<usize>, Vec<u8>), Error> {
    let fail = |problem| Error::new(path, problem);
    let open = || Ok(BufReader::new(steady::open(path).map_err(fail)?));
    let mut start = Vec::new();
    open()?.take(2).read_to_end(&mut start).map_err(|e| fail(Problem::reading(e)))?;
    let result = match start == GZIP {
        true => values(&mut flate2::bufread::MultiGzDecoder::new(open()?), dimensions, expected),
        false => values(&mut open()?, dimensions, expected),
    };
    result.map_err(fail)
}

fn values(
    from: &mut dyn Read,
    dimensions: u8,
    expected: &'static str,
) -> Result<(Vec<usize>, Vec<u8>), Problem> {
    let magic = word(from, "the magic number")?;
    if magic != [0, 0, 8, dimensions] {
        return Err(Problem::UnknownFormat {
            found: format!("magic number {}", u32::from_be_bytes(magic)),
            expected,
            advice: "put the MNIST file of that name there",
        });
    }
    let mut shape = Vec::new();
    for _ in 0..dimensions {
        shape.push(u32::from_be_bytes(word(from, "the dimensions")?));
    }
    let count = shape.iter().try_fold(1u64, |all, &n| all.checked_mul(n.into()));
    let count = match count {
        Some(0) => {
            return Err(Problem::damaged(
                FORMAT,
                "the dimensions",
                format!("found {shape:?}, expected no zero"),
            ));
        }
        Some(count) if count <= LARGEST => count,
        found => {
            let found = found.unwrap_or(u64::MAX);
            return Err(Problem::TooLarge {
                place: "the dimensions".into(),
                unit: "values",
                found,
                limit: LARGEST,
            });
        }
    };
    let mut bytes = Vec::new();
    from.take(count + 1).read_to_end(&mut bytes).map_err(|e| Problem::read(FORMAT, "the values", e))?;
    let found = bytes.len() as u64;
    if found < count {
        let place = "the values".into();
        return Err(Problem::Truncated { format: FORMAT, place, found, expected: count });
    }
    if found > count {
        let detail = format!("found more bytes than the {count} of its dimensions {shape:?}");
        return Err(Problem::damaged(FORMAT, "the end", detail));
    }
    Ok((shape.into_iter().map(|n| n as usize).collect(), bytes))
}

/// The next four bytes.
fn word(from: &mut dyn Read, place: &str) -> Result<[u8; 4], Problem> {
    let mut bytes = Vec::new();
    from.take(4).read_to_end(&mut bytes).map_err(|e| Problem::read(FORMAT, place, e))?;
    let found = bytes.len() as u64;
    bytes.try_into().map_err(|_| match found {
        0 if place == "the magic number" => Problem::Empty,
        _ => Problem::Truncated { format: FORMAT, place: place.into(), found, expected: 4 },
    })
}
