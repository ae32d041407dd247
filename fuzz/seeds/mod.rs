//! Small sound files of every format, the parts of them that a length or a checksum guards, and what is made of them.

mod arrays;
mod frameworks;
pub mod pictures;
mod tables;
mod texts;

use crate::mutate::{Material, Rng, below, flip, mutate, overwrite};
use crate::readers::Reader;
use flate2::Compression;
use flate2::write::GzEncoder;
use rand::SeedableRng;
use std::io::{Cursor, Read, Write};
use std::ops::Range;
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// A part of a file whose length stands elsewhere in it.
#[derive(Clone)]
pub struct Section {
    range: Range<usize>,
    /// Where that length stands, and in how many bytes, the lowest first; none: the section keeps its length.
    length: Option<(usize, usize)>,
}

/// What is in a file that is packed.
enum Packed {
    Not,
    Zip(Vec<Entry>),
    Gzip(Vec<u8>),
}

#[derive(Clone)]
struct Entry {
    name: String,
    bytes: Vec<u8>,
    method: CompressionMethod,
}

/// A sound file.
pub struct Seed {
    pub name: String,
    pub bytes: Vec<u8>,
    sections: Vec<Section>,
    packed: Packed,
    /// Bytes of which a checksum in the file tells a change.
    pub checked: Vec<Range<usize>>,
    /// Parts that are followed by their checksum, which is made anew after most changes.
    sealed: Vec<Range<usize>>,
}

impl Seed {
    /// A file that is not packed.
    fn plain(name: &str, bytes: Vec<u8>) -> Self {
        let (sections, packed, checked) = (sections(&bytes), Packed::Not, vec![]);
        Self { name: name.into(), bytes, sections, packed, checked, sealed: vec![] }
    }

    /// A zip archive: its directory keeps a CRC-32 of every entry.
    fn zip(name: &str, bytes: Vec<u8>) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let entries = (0..archive.len()).map(|i| {
            let mut file = archive.by_index(i).unwrap();
            let mut bytes = vec![];
            file.read_to_end(&mut bytes).unwrap();
            Entry { name: file.name().unwrap().into_owned(), bytes, method: file.compression() }
        });
        let packed = Packed::Zip(entries.collect());
        let checked = std::iter::once(0..bytes.len()).collect();
        Self { name: name.into(), sections: vec![], packed, checked, bytes, sealed: vec![] }
    }

    fn gzip(name: &str, bytes: Vec<u8>) -> Self {
        let (packed, sections, checked) = (Packed::Gzip(bytes.clone()), vec![], vec![]);
        Self { name: name.into(), bytes: gzip(&bytes), sections, packed, checked, sealed: vec![] }
    }

    /// A file of the fixtures, packed or not.
    fn golden(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        let bytes = std::fs::read(path).unwrap();
        if bytes.starts_with(b"PK") { Self::zip(name, bytes) } else { Self::plain(name, bytes) }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive of the entries; none where their names are no archive.
fn zip(entries: &[Entry]) -> Option<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default().compression_method(entry.method);
        archive.start_file(entry.name.as_str(), options.last_modified_time(zip::DateTime::default())).ok()?;
        archive.write_all(&entry.bytes).ok()?;
    }
    Some(archive.finish().ok()?.into_inner())
}

/// The parts of a file behind whose length a format has no further guard.
fn sections(bytes: &[u8]) -> Vec<Section> {
    let number = |at: usize, width: usize| {
        bytes[at..at + width].iter().rev().fold(0, |n, byte| n << 8 | usize::from(*byte))
    };
    let after = |at: usize, width: usize| {
        let start = at + width;
        vec![Section { range: start..start + number(at, width), length: Some((at, width)) }]
    };
    match bytes {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, ..] => after(8, 2),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => after(8, 4),
        [_, _, _, _, _, 0, 0, 0, b'{', ..] => after(0, 8),
        [b'P', b'A', b'R', b'1', ..] => {
            let at = bytes.len() - 8;
            vec![Section { range: at - number(at, 4)..at, length: Some((at, 4)) }]
        }
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => {
            let at = bytes.len() - 10;
            let footer = Section { range: at - number(at, 4)..at, length: Some((at, 4)) };
            messages(bytes).chain([footer]).collect()
        }
        [0xff, 0xff, 0xff, 0xff, ..] => messages(bytes).collect(),
        _ => vec![],
    }
}

/// Metadata of the messages of an Arrow file or stream; each begins with a mark, on a multiple of eight.
fn messages(bytes: &[u8]) -> impl Iterator<Item = Section> {
    let starts =
        (0..bytes.len().saturating_sub(8)).step_by(8).filter(|at| bytes[*at..].starts_with(&[0xff; 4]));
    starts.filter_map(|at| {
        let length = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().ok()?) as usize;
        let range = at + 8..at + 8 + length;
        (length > 0 && range.end <= bytes.len()).then_some(Section { range, length: None })
    })
}

/// The sound files of a format, and the words of its changes.
pub struct Corpus {
    pub seeds: Vec<Seed>,
    words: Vec<&'static [u8]>,
    reader: Reader,
}

/// A file made of a sound one.
pub struct Made {
    pub bytes: Vec<u8>,
    /// Which seed it was made of.
    pub seed: usize,
    /// The one bit by which it differs from its seed, if it is one.
    pub bit: Option<usize>,
}

impl Corpus {
    pub fn new(reader: Reader) -> Self {
        let seeds = match reader {
            Reader::Safetensors => arrays::safetensors(),
            Reader::Npy => arrays::npy(),
            Reader::Npz => arrays::npz(),
            Reader::Pytorch => arrays::pytorch(),
            Reader::Pickle => arrays::pickles(),
            Reader::Matlab => frameworks::matlab(),
            Reader::Hdf5 => frameworks::hdf5(),
            Reader::Keras => frameworks::keras(),
            Reader::Flax => frameworks::flax(),
            Reader::Equinox => frameworks::equinox(),
            Reader::Onnx => frameworks::onnx(),
            Reader::Json => frameworks::json(),
            Reader::Csv => texts::csv(),
            Reader::Parquet => tables::parquet(),
            Reader::Arrow => tables::arrow(),
            Reader::Stream => tables::stream(),
            Reader::Idx => pictures::idx(),
            Reader::Alignment => texts::alignments(),
            Reader::Potts => arrays::potts(),
        };
        Self { seeds, words: texts::words(reader), reader }
    }

    /// File `number` under `seed`: the same bytes whenever it is asked for.
    pub fn file(&self, seed: u64, number: u64) -> Made {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = self.reader as u8;
        let rng = &mut Rng::from_seed(key);
        rng.set_stream(number);
        let chosen = below(rng, self.seeds.len());
        let seed = &self.seeds[chosen];
        let donor = &self.seeds[below(rng, self.seeds.len())].bytes;
        let from = Material { words: &self.words, donor };
        let mut bytes = seed.bytes.clone();
        let mut bit = None;
        match below(rng, 16) {
            0 | 1 => bit = Some(flip(&mut bytes, rng)),
            2..=7 => mutate(&mut bytes, rng, &from),
            _ => match &seed.packed {
                Packed::Zip(entries) => bytes = repacked(entries, rng, &from).unwrap_or(bytes),
                Packed::Gzip(plain) => {
                    let mut plain = plain.clone();
                    mutate(&mut plain, rng, &from);
                    bytes = gzip(&plain);
                }
                Packed::Not if !seed.sealed.is_empty() => {
                    let part = seed.sealed[below(rng, seed.sealed.len())].clone();
                    overwrite(&mut bytes[part], rng);
                }
                Packed::Not => section(&mut bytes, &seed.sections, rng, &from),
            },
        }
        if bit.is_none() && below(rng, 8) > 0 {
            frameworks::seal(&mut bytes, &seed.sealed);
        }
        Made { bytes, seed: chosen, bit }
    }
}

/// Changes one section, and the length that says how long it is.
fn section(bytes: &mut Vec<u8>, sections: &[Section], rng: &mut Rng, from: &Material<'_>) {
    let Some(Section { range, length }) = sections.get(below(rng, sections.len())) else {
        return mutate(bytes, rng, from);
    };
    let Some((at, width)) = *length else {
        return overwrite(&mut bytes[range.clone()], rng);
    };
    let mut part = bytes[range.clone()].to_vec();
    mutate(&mut part, rng, from);
    let said = (part.len() as u64).to_le_bytes();
    bytes[at..at + width].copy_from_slice(&said[..width]);
    bytes.splice(range.clone(), part);
}

/// Changes an entry of an archive, whose checksum is then made anew.
fn repacked(entries: &[Entry], rng: &mut Rng, from: &Material<'_>) -> Option<Vec<u8>> {
    let mut entries = entries.to_vec();
    let chosen = below(rng, entries.len());
    // What the other entries mean stands in the pickle.
    let pickle = entries.iter().position(|e| e.name.ends_with("data.pkl")).filter(|_| below(rng, 4) > 0);
    let chosen = pickle.unwrap_or(chosen);
    match below(rng, 16) {
        0 => {
            let mut name = std::mem::take(&mut entries[chosen].name).into_bytes();
            mutate(&mut name, rng, from);
            entries[chosen].name = String::from_utf8_lossy(&name).into_owned();
        }
        1 => drop(entries.remove(chosen)),
        2 => {
            let other = below(rng, entries.len());
            entries[chosen].bytes = entries[other].bytes.clone();
        }
        3..=8 => {
            let sections = sections(&entries[chosen].bytes);
            section(&mut entries[chosen].bytes, &sections, rng, from);
        }
        _ => mutate(&mut entries[chosen].bytes, rng, from),
    }
    zip(&entries)
}
