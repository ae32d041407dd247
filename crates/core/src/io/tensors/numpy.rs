//! Tensors in npy and npz files.

use std::io::{BufReader, Read, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;

use super::super::archive::Archive;
use super::super::atomic;
use super::super::error::{Error, Problem};
use super::super::held;
use super::super::npy::{self, Element, Header};
use super::{Tensor, Tensors, Texts, check_shape};

/// Longer pickles are no dictionary of arrays.
const LONGEST_PICKLE: u64 = 64 << 20;
/// The type of a structured array in an outline.
pub const STRUCTURED: &str = "structured";
/// Longer strings are no metadata.
const LONGEST_TEXT: usize = 1 << 20;
/// Larger arrays of text are no names of anything.
const LONGEST_TEXTS: usize = 1 << 24;

pub(super) fn read_npy(path: &Path, values: bool) -> Result<Tensors, Problem> {
    let name = path.file_stem().map_or_else(|| "array".into(), |s| s.to_string_lossy().into_owned());
    let mut reader = BufReader::new(held::Opened::open(path)?);
    let header = Header::read(&mut reader, &name)?;
    if header.element == Element::Object {
        let mut pickle = Vec::new();
        reader.take(LONGEST_PICKLE + 1).read_to_end(&mut pickle).map_err(Problem::reading)?;
        return objects(&pickle)?.ok_or_else(|| header.not_numbers(&name));
    }
    npy::alone(path, &header, &name)?;
    let tensor = match values {
        true => tensor(&mut reader, &header, name)?,
        false => outlined(&header, name),
    };
    Ok(Tensors { format: "npy", tensors: vec![tensor], ..Tensors::default() })
}

/// A tensor without its values.
fn outlined(header: &Header, name: String) -> Tensor {
    let dtype = match &header.element {
        Element::Number { dtype, .. } => dtype.name(),
        Element::Structured { .. } => STRUCTURED,
        _ => "other",
    };
    Tensor { name, shape: header.shape.clone(), dtype: dtype.into(), data: vec![] }
}

/// The arrays of an npz, their values only if asked for.
pub(super) fn read_npz(mut archive: Archive, names: &[String], values: bool) -> Result<Tensors, Problem> {
    let limit = if values { archive.allowance() } else { u64::MAX };
    archive.verify(limit)?;
    let mut taken = Taken::new(values, limit);
    for entry_name in names {
        let Some(name) = entry_name.strip_suffix(".npy") else {
            taken.out.skipped.push((entry_name.clone(), "not a numpy array".into()));
            continue;
        };
        let mut entry = archive.entry(entry_name)?;
        let length = entry.size();
        taken.array(name, &mut entry, length)?;
    }
    Ok(taken.out)
}

/// The arrays of a set in memory.
pub(super) fn read_held(path: &Path, values: bool) -> Result<Tensors, Problem> {
    let mut taken = Taken::new(values, if values { held::allowed(path) } else { u64::MAX });
    for (name, mut reader) in held::arrays(path).unwrap_or_default() {
        let length = reader.length();
        taken.array(&name, &mut reader, length)?;
    }
    Ok(taken.out)
}

/// Arrays of a set, taken one after the other.
struct Taken {
    out: Tensors,
    values: bool,
    /// Numbers so far, and bytes that they may take.
    all: u64,
    limit: u64,
}

impl Taken {
    fn new(values: bool, limit: u64) -> Self {
        Self { out: Tensors { format: "npz", ..Tensors::default() }, values, all: 0, limit }
    }

    fn array(&mut self, name: &str, reader: &mut impl Read, length: u64) -> Result<(), Problem> {
        let skipped = |why: &str| (name.to_owned(), why.to_owned());
        let header = Header::read(reader, name)?;
        header.fill(name, length)?;
        self.all = self.all.saturating_add(header.count as u64);
        Problem::afford(format!("array `{name}` and those before it"), self.all, self.limit)?;
        match &header.element {
            Element::Number { .. } | Element::Structured { .. } if !self.values => {
                self.out.tensors.push(outlined(&header, name.into()));
            }
            Element::Number { .. } => self.out.tensors.push(tensor(reader, &header, name.into())?),
            Element::Unicode { characters, big_endian }
                if header.shape.is_empty() && *characters < LONGEST_TEXT =>
            {
                let value = text(reader, *characters, *big_endian, name)?;
                self.out.metadata.insert(name.into(), value);
            }
            Element::Object => {
                let mut pickle = Vec::new();
                let read = reader.take(LONGEST_PICKLE + 1).read_to_end(&mut pickle);
                read.map_err(|e| Problem::read("npz", &format!("array `{name}`"), e))?;
                match objects(&pickle) {
                    Ok(Some(inner)) => {
                        let below = |n: &str| format!("{name}.{n}");
                        self.out
                            .tensors
                            .extend(inner.tensors.into_iter().map(|t| Tensor { name: below(&t.name), ..t }));
                        self.out.metadata.extend(inner.metadata.into_iter().map(|(k, v)| (below(&k), v)));
                        self.out.skipped.extend(inner.skipped.into_iter().map(|(n, why)| (below(&n), why)));
                    }
                    _ => self
                        .out
                        .skipped
                        .push(skipped("pickled Python objects; nothing is ever executed here")),
                }
            }
            Element::Structured { .. } => {
                self.out.skipped.push(skipped("a structured array, which is a table and no weights"));
            }
            Element::Time { .. } => self.out.skipped.push(skipped("dates or durations")),
            Element::Unicode { characters, big_endian } => {
                self.out.skipped.push(skipped("an array of text"));
                let size = header.count.checked_mul((*characters).max(8)).filter(|s| *s <= LONGEST_TEXTS);
                if size.is_some() && self.values && !header.fortran_order {
                    let one = |_| text(reader, *characters, *big_endian, name);
                    let values = (0..header.count).map(one).collect::<Result<_, _>>()?;
                    self.out.texts.push(Texts { name: name.into(), shape: header.shape.clone(), values });
                }
            }
            Element::Bytes { .. } => self.out.skipped.push(skipped("an array of text")),
            Element::Other(descr) => {
                self.out.skipped.push(skipped(&format!("dtype {descr} is not a real number")))
            }
        }
        Ok(())
    }
}

fn tensor(reader: &mut impl Read, header: &Header, name: String) -> Result<Tensor, Problem> {
    let data = header.numbers(reader, &name)?;
    let dtype = match header.element {
        Element::Number { dtype, .. } => dtype.name().to_string(),
        _ => return Err(header.not_numbers(&name)),
    };
    Ok(Tensor { name, shape: header.shape.clone(), dtype, data })
}

/// The arrays of a dictionary that numpy pickled as an array of one object; none where there are none.
fn objects(pickle: &[u8]) -> Result<Option<Tensors>, Problem> {
    if pickle.len() as u64 > LONGEST_PICKLE {
        return Ok(None);
    }
    let found = super::pytorch::pickled("npy", pickle)?;
    Ok(Some(found).filter(|f| !f.tensors.is_empty()))
}

fn text(reader: &mut impl Read, characters: usize, big_endian: bool, name: &str) -> Result<String, Problem> {
    let place = format!("array `{name}`");
    let mut bytes = Vec::new();
    reader
        .take(4 * characters as u64)
        .read_to_end(&mut bytes)
        .map_err(|e| Problem::read("npz", &place, e))?;
    let text: Option<String> = npy::characters(&bytes, big_endian).collect();
    text.ok_or_else(|| Problem::damaged("npz", place, "text that is not Unicode"))
}

/// Writes one tensor as npy, in f64 and C order; its name is not stored.
///
/// # Errors
/// A shape that does not fit its values, or a file that cannot be written.
///
/// ```
/// use nullcline_core::io::tensors::{Tensor, read, write_npy};
///
/// let path = std::env::temp_dir().join(format!("nullcline-doc-{}.npy", std::process::id()));
/// let w = Tensor { name: "W".into(), shape: vec![2, 2], dtype: "f64".into(), data: vec![1.0, 2.0, 3.0, 4.0] };
/// write_npy(&path, &w).unwrap();
/// let again = read(&path).unwrap().tensors.remove(0);
/// std::fs::remove_file(&path).unwrap();
/// assert_eq!((again.shape, again.data), (w.shape, w.data));
/// ```
pub fn write_npy(path: &Path, tensor: &Tensor) -> Result<(), Error> {
    atomic::write(path, |writer| {
        check_shape(tensor)?;
        npy::write(writer, &tensor.shape, &tensor.data).map_err(Problem::writing)
    })
}

/// Writes tensors as an uncompressed npz, in f64 and C order.
///
/// # Errors
/// A shape that does not fit its values, a name used twice, or a file that cannot be written.
///
/// ```
/// use nullcline_core::io::tensors::{Tensor, read, write_npz};
///
/// let path = std::env::temp_dir().join(format!("nullcline-doc-{}.npz", std::process::id()));
/// let w = Tensor { name: "W".into(), shape: vec![1, 3], dtype: "f64".into(), data: vec![0.1, f64::NAN, -0.0] };
/// write_npz(&path, std::slice::from_ref(&w)).unwrap();
/// let again = read(&path).unwrap().tensors.remove(0);
/// std::fs::remove_file(&path).unwrap();
/// let bits = |t: &Tensor| t.data.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
/// assert_eq!((&again.shape, bits(&again)), (&w.shape, bits(&w)));
/// ```
pub fn write_npz(path: &Path, tensors: &[Tensor]) -> Result<(), Error> {
    write_npz_with(path, tensors, &[])
}

/// Writes tensors and arrays of text as an uncompressed npz: in f64 and as numpy's `U`, in C order.
///
/// # Errors
/// Those of [`write_npz`].
///
/// ```
/// use nullcline_core::io::tensors::{Texts, read, write_npz_with};
///
/// let path = std::env::temp_dir().join(format!("nullcline-doc-texts-{}.npz", std::process::id()));
/// let sites = Texts { name: "sites".into(), shape: vec![2], values: vec!["unité".into(), "b".into()] };
/// write_npz_with(&path, &[], std::slice::from_ref(&sites)).unwrap();
/// let again = read(&path).unwrap();
/// std::fs::remove_file(&path).unwrap();
/// assert_eq!(again.texts, [sites]);
/// ```
pub fn write_npz_with(path: &Path, tensors: &[Tensor], texts: &[Texts]) -> Result<(), Error> {
    atomic::write(path, |writer| {
        let failed = |e: zip::result::ZipError| Problem::writing(e.into());
        let mut archive = zip::ZipWriter::new(writer);
        let names: Vec<&String> =
            tensors.iter().map(|t| &t.name).chain(texts.iter().map(|t| &t.name)).collect();
        if let Some(k) = (0..names.len()).find(|k| names[..*k].contains(&names[*k])) {
            return Err(Problem::DuplicateTensor { name: names[k].clone() });
        }
        let options = |numbers: usize| {
            SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Stored)
                .last_modified_time(zip::DateTime::default())
                .large_file(numbers >= 1 << 28)
        };
        for tensor in tensors {
            check_shape(tensor)?;
            archive.start_file(format!("{}.npy", tensor.name), options(tensor.data.len())).map_err(failed)?;
            npy::write(&mut archive, &tensor.shape, &tensor.data).map_err(Problem::writing)?;
        }
        for t in texts {
            archive.start_file(format!("{}.npy", t.name), options(0)).map_err(failed)?;
            npy::write_texts(&mut archive, &t.shape, &t.values).map_err(Problem::writing)?;
        }
        archive.finish().map_err(failed)?.flush().map_err(Problem::writing)
    })
}
