//! Where the values of a dataset lie.

use hdf5_reader::io::Cursor;
use hdf5_reader::messages::layout::{self, ChunkIndexing, DataLayout};

use super::super::error::Problem;
use super::fail::{damaged, told};

/// Bytes of a chunk once unpacked.
pub(super) const LARGEST_CHUNK: u64 = 256 << 20;

/// Where the values lie.
pub(super) enum Layout {
    /// In the header.
    Compact(Vec<u8>),
    /// In one piece.
    Contiguous(u64),
    /// In pieces of equal size, with an index of them.
    Chunked { index: u64, size: Vec<u64>, kind: Option<ChunkIndexing> },
    /// Nowhere: nothing was written.
    Unwritten,
}

/// Reads a layout message, of a dataset of `rank` dimensions and values of `width` bytes; `sizes` are those of addresses and
/// lengths.
pub(super) fn layout(
    place: &str,
    body: &[u8],
    sizes: (u8, u8),
    rank: usize,
    width: usize,
) -> Result<Layout, Problem> {
    if let [1 | 2, ..] = body {
        let parsed = old(body, sizes.0).ok_or_else(|| damaged(place, "a layout that ends too early"))?;
        return placed(place, parsed, sizes.0, rank, width);
    }
    // Version 4 and later: incomplete chunks at the edges may be left as they are. The decoder does not look.
    if let [version, 2, flags, ..] = body
        && *version >= 4
        && flags & 1 > 0
    {
        return Err(Problem::Unsupported {
            place: place.into(),
            found: "chunks that are compressed but for those at the edges".into(),
            expected: "all chunks alike",
            advice: super::REPACK,
        });
    }
    let parsed = layout::parse(&mut Cursor::new(body), sizes.0, sizes.1, body.len());
    placed(place, parsed.map_err(|e| told(place, e))?.layout, sizes.0, rank, width)
}

/// Versions 1 and 2, as programs before HDF5 1.6.3 and MATLAB 7.4 wrote them. Both have five bytes that mean nothing before the
/// address, which compact values do not have; the decoder reads other bytes.
fn old(body: &[u8], offset_size: u8) -> Option<DataLayout> {
    let mut cursor = Cursor::new(body);
    let [_, count, class, ..] = *cursor.read_bytes(8).ok()? else { return None };
    let address = if class == 0 { 0 } else { cursor.read_offset(offset_size).ok()? };
    let mut dims = vec![];
    for _ in 0..count {
        dims.push(cursor.read_u32_le().ok()?);
    }
    match class {
        0 => {
            let size = usize::try_from(cursor.read_u32_le().ok()?).ok()?;
            Some(DataLayout::Compact { data: cursor.read_bytes(size).ok()?.to_vec() })
        }
        1 => Some(DataLayout::Contiguous { address, size: 0 }),
        2 => Some(DataLayout::Chunked { address, dims, element_size: 0, chunk_indexing: None }),
        _ => None,
    }
}

fn placed(
    place: &str,
    layout: DataLayout,
    offset_size: u8,
    rank: usize,
    width: usize,
) -> Result<Layout, Problem> {
    let undefined = |address: u64| Cursor::is_undefined_offset(address, offset_size);
    Ok(match layout {
        DataLayout::Compact { data } => Layout::Compact(data),
        DataLayout::Contiguous { address, .. } | DataLayout::Chunked { address, .. }
            if undefined(address) =>
        {
            Layout::Unwritten
        }
        DataLayout::Contiguous { address, .. } => Layout::Contiguous(address),
        DataLayout::Chunked { address, mut dims, element_size, chunk_indexing } => {
            // The last size is that of a value.
            let own = if dims.len() == rank + 1 { dims.pop() } else { None };
            let own = own.filter(|_| element_size == 0).unwrap_or(element_size);
            if dims.len() != rank || dims.contains(&0) || (own != 0 && own as usize != width) {
                return Err(damaged(place, "chunks of another shape than the dataset"));
            }
            let bytes = dims.iter().fold(width as u64, |n, d| n.saturating_mul(u64::from(*d)));
            if bytes > LARGEST_CHUNK {
                return Err(Problem::TooLarge {
                    place: place.into(),
                    unit: "bytes of a chunk",
                    found: bytes,
                    limit: LARGEST_CHUNK,
                });
            }
            let size = dims.into_iter().map(u64::from).collect();
            Layout::Chunked { index: address, size, kind: chunk_indexing }
        }
    })
}
