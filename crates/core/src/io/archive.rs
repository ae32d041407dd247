//! Zip archives (npz and PyTorch), with sizes checked before they are believed.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::error::Problem;
use super::steady;
use crate::memory;

/// Deflate cannot shrink more than 1032 times.
const LARGEST_RATIO: u64 = 1040;
/// Bytes of a local header before the name, and where in it the name's length stands.
const LOCAL_HEADER: usize = 30;
const NAME_LENGTH: usize = 26;
const LOCAL_SIGNATURE: &[u8] = b"PK\x03\x04";

/// An open archive.
pub(crate) struct Archive {
    path: PathBuf,
    zip: ZipArchive<BufReader<File>>,
    length: u64,
    format: &'static str,
}

/// What a file is that starts as a zip archive and does not end as one.
fn without_directory(path: &Path, format: &'static str, error: ZipError) -> Problem {
    let ZipError::InvalidArchive(_) = error else {
        return Problem::damaged(format, "the zip directory", error);
    };
    let extension = path.extension().map_or_else(String::new, |e| e.to_string_lossy().to_lowercase());
    let what = match &*extension {
        "xlsx" | "xlsm" | "ods" => "a workbook, which is a zip archive (save its sheet as CSV)",
        "pt" | "pth" | "ckpt" | "bin" => "a file of PyTorch, which is a zip archive",
        "npz" => "an npz, which is a zip archive",
        _ => "a zip archive",
    };
    let detail = format!("the file starts as {what} and ends before the list of what is in it");
    Problem::damaged(format, "its end", detail)
}

impl Archive {
    pub(crate) fn open(path: &Path, format: &'static str) -> Result<Self, Problem> {
        let file = steady::open(path)?;
        let length = file.metadata().map_err(Problem::reading)?.len();
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|e| without_directory(path, format, e))?;
        Ok(Self { path: path.into(), zip, length, format })
    }

    /// Bytes that its values may take.
    pub(crate) fn allowance(&self) -> u64 {
        memory::allowance(self.length)
    }

    /// Entry names in the order of the file.
    pub(crate) fn names(&self) -> Result<Vec<String>, Problem> {
        self.zip
            .file_names()
            .map(|name| {
                Ok(name.map_err(|e| Problem::damaged(self.format, "the zip directory", e))?.into_owned())
            })
            .collect()
    }

    /// Opens an entry whose claimed size its compressed bytes can honestly hold.
    pub(crate) fn entry(&mut self, name: &str) -> Result<ZipFile<'_, BufReader<File>>, Problem> {
        let (format, length) = (self.format, self.length);
        let place = format!("entry `{name}`");
        let entry = self.zip.by_name(name).map_err(|e| Problem::damaged(format, place.as_str(), e))?;
        if entry.compressed_size() > length {
            return Err(Problem::Truncated {
                format,
                place,
                found: length,
                expected: entry.compressed_size(),
            });
        }
        let limit = entry.compressed_size().saturating_mul(LARGEST_RATIO);
        if entry.size() > limit {
            return Err(Problem::TooLarge { place, unit: "bytes", found: entry.size(), limit });
        }
        Ok(entry)
    }

    /// Reads every entry to its checksum, and says whether directory and entries agree: a damaged entry must not pass for
    /// one that is left out, nor one that the directory lost or renamed for one that was never there.
    ///
    /// `limit`: bytes that they may unpack to in all. Once is enough while the file is held.
    pub(crate) fn verify(&mut self, limit: u64) -> Result<(), Problem> {
        steady::once(&self.path.clone(), || self.sound(limit))
    }

    fn sound(&mut self, limit: u64) -> Result<(), Problem> {
        let (format, length) = (self.format, self.length);
        let (mut all, mut packed) = (0u64, 0u64);
        let mut places = vec![];
        for name in self.names()? {
            let place = format!("entry `{name}`");
            let mut entry = self.entry(&name)?;
            all = all.saturating_add(entry.size());
            Problem::afford(format!("{place} and those before it"), all / 8, limit)?;
            packed = packed.saturating_add(entry.compressed_size());
            if packed > length {
                return Err(Problem::damaged(format, place, "entries that overlap"));
            }
            let most = entry.size().saturating_add(1);
            let copied = io::copy(&mut entry.by_ref().take(most), &mut io::sink());
            let found = copied.map_err(|e| Problem::read(format, &place, e))?;
            if found != entry.size() {
                return Err(Problem::Truncated { format, place, found, expected: entry.size() });
            }
            let data = entry.data_start().ok_or_else(|| Problem::damaged(format, place, "no place"))?;
            let end = data.saturating_add(entry.compressed_size());
            places.push((entry.header_start(), end, entry.name_raw().to_vec()));
        }
        places.sort_unstable();
        let mut file = steady::open(&self.path)?;
        let mut before = 0;
        for (start, end, name) in &places {
            self.gap(&mut file, before, *start)?;
            let header = stretch(&mut file, *start, LOCAL_HEADER + name.len())?;
            let length = header.get(NAME_LENGTH..NAME_LENGTH + 2);
            let own = header.get(LOCAL_HEADER..);
            if length != Some(&(name.len() as u16).to_le_bytes()) || own != Some(name) {
                let place = format!("entry `{}`", String::from_utf8_lossy(name));
                return Err(Problem::damaged(
                    format,
                    place,
                    "the entry has another name than in the directory",
                ));
            }
            before = before.max(*end);
        }
        self.gap(&mut file, before, self.zip.central_directory_start())
    }

    /// Fails at an entry between two others that the directory does not list; a descriptor of 24 bytes may stand before.
    fn gap(&self, file: &mut File, from: u64, to: u64) -> Result<(), Problem> {
        let length = to.saturating_sub(from).min(64) as usize;
        let found = stretch(file, from, length)?;
        if length < LOCAL_HEADER || !found.windows(LOCAL_SIGNATURE.len()).any(|w| w == LOCAL_SIGNATURE) {
            return Ok(());
        }
        let detail = format!("the entry at byte {from} or behind is not listed, or two have one name");
        Err(Problem::damaged(self.format, "the zip directory", detail))
    }

    /// Where the bytes of an entry start in the file, if they stand there as they are.
    pub(crate) fn stored_at(&mut self, name: &str) -> Result<Option<u64>, Problem> {
        let entry = self.entry(name)?;
        let as_is = entry.compression() == CompressionMethod::Stored && !entry.encrypted();
        Ok(entry.data_start().filter(|_| as_is))
    }

    /// All bytes of an entry of at most `limit` bytes, checksum verified.
    pub(crate) fn bytes(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, Problem> {
        let format = self.format;
        let place = format!("entry `{name}`");
        let limit = limit.min(self.allowance());
        let entry = self.entry(name)?;
        if entry.size() > limit {
            return Err(Problem::TooLarge { place, unit: "bytes", found: entry.size(), limit });
        }
        let mut bytes = Vec::new();
        entry
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|e| Problem::read(format, &place, e))?;
        if bytes.len() as u64 > limit {
            return Err(Problem::TooLarge { place, unit: "bytes", found: bytes.len() as u64, limit });
        }
        Ok(bytes)
    }
}

/// At most `length` bytes from byte `start` on.
fn stretch(file: &mut File, start: u64, length: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start)).map_err(Problem::reading)?;
    file.take(length as u64).read_to_end(&mut bytes).map_err(Problem::reading)?;
    Ok(bytes)
}
