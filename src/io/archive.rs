//! Zip archives (npz and PyTorch), with sizes checked before they are believed.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::error::Problem;

/// Deflate cannot shrink more than 1032 times.
const LARGEST_RATIO: u64 = 1040;

/// An open archive.
pub(crate) struct Archive {
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
        let file = File::open(path).map_err(Problem::reading)?;
        let length = file.metadata().map_err(Problem::reading)?.len();
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|e| without_directory(path, format, e))?;
        Ok(Self { zip, length, format })
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
