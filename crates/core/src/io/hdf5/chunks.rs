//! Which chunks hold a region of a dataset, and where they lie in the file.

use hdf5_reader::Storage;
use hdf5_reader::chunk_index::{
    ChunkEntry, collect_implicit_chunk_entries, collect_v2_chunk_entries_storage, single_chunk_entry,
};
use hdf5_reader::extensible_array::collect_extensible_array_chunk_entries_storage;
use hdf5_reader::fixed_array::collect_fixed_array_chunk_entries_storage;
use hdf5_reader::messages::layout::ChunkIndexing;

use super::super::error::Problem;
use super::btree;
use super::dataset::Dataset;
use super::fail::{damaged, told};
use super::file::Hdf5;

/// Chunks that one region may need: a place is kept of each.
const MOST_CHUNKS: u64 = 1 << 20;

/// A chunk in the file.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    pub address: u64,
    /// Bytes in the file; 0 where all chunks are as long as unpacked.
    pub size: u64,
    /// Filters that were not applied.
    pub mask: u32,
    /// Its first value's place in the dataset.
    pub at: Vec<u64>,
}

/// Chunks from one corner to another, counted in chunks, both included.
pub(super) struct Region<'a> {
    pub size: &'a [u64],
    pub first: Vec<u64>,
    pub last: Vec<u64>,
    /// How many there are.
    pub count: u64,
}

impl<'a> Region<'a> {
    /// The chunks of `size` that hold `count` values (none of them 0) from `start` on.
    pub(super) fn new(place: &str, size: &'a [u64], start: &[u64], count: &[u64]) -> Result<Self, Problem> {
        let first: Vec<u64> = start.iter().zip(size).map(|(at, size)| at / size).collect();
        let last = start.iter().zip(count).zip(size).map(|((at, n), size)| (at + n - 1) / size);
        let last: Vec<u64> = last.collect();
        let number = first.iter().zip(&last).fold(1u64, |n, (a, b)| n.saturating_mul(b - a + 1));
        if number > MOST_CHUNKS {
            return Err(Problem::Unsupported {
                place: place.into(),
                found: format!("{number} chunks where {MOST_CHUNKS} are held at most"),
                expected: "larger chunks",
                advice: "write it again in larger ones: h5repack -l CHUNK=1024x64 old.h5 new.h5",
            });
        }
        Ok(Self { size, first, last, count: number })
    }

    /// The place of the first chunk's, or the last one's, first value.
    pub(super) fn first_value(&self) -> Vec<u64> {
        self.first.iter().zip(self.size).map(|(k, size)| k * size).collect()
    }

    pub(super) fn last_value(&self) -> Vec<u64> {
        self.last.iter().zip(self.size).map(|(k, size)| k * size).collect()
    }

    /// Whether the chunk whose first value is at `at` is one of them.
    pub(super) fn holds(&self, at: &[u64]) -> bool {
        let sides = self.size.iter().zip(self.first.iter().zip(&self.last));
        at.len() == self.size.len()
            && at
                .iter()
                .zip(sides)
                .all(|(at, (size, (a, b)))| at % size == 0 && (*a..=*b).contains(&(at / size)))
    }

    /// Fails at more chunks than there can be.
    pub(super) fn check(&self, place: &str, found: usize) -> Result<(), Problem> {
        match found as u64 > self.count {
            true => Err(damaged(place, "a chunk that is there twice")),
            false => Ok(()),
        }
    }
}

/// The chunks of a region that were written, in the order of their places.
pub(super) fn chunks(
    file: &Hdf5,
    data: &Dataset,
    index: u64,
    kind: Option<&ChunkIndexing>,
    region: &Region<'_>,
) -> Result<Vec<Chunk>, Problem> {
    let place = &data.place()[..];
    let mut found = vec![];
    match kind {
        None => btree::chunks(file, place, region, index, None, &mut found)?,
        Some(kind) => {
            let entries = listed(file, data, index, kind, region).map_err(|e| told(place, e))?.into_iter();
            found.extend(entries.filter(|e| region.holds(&e.offsets)).map(|e| Chunk {
                address: e.address,
                size: e.size,
                mask: e.filter_mask,
                at: e.offsets,
            }));
        }
    }
    found.sort_by(|a, b| a.at.cmp(&b.at));
    match found.array_windows().any(|[a, b]| a.at == b.at) {
        true => Err(damaged(place, "a chunk that is there twice")),
        false => Ok(found),
    }
}

/// What the decoder finds in an index of later formats.
fn listed(
    file: &Hdf5,
    data: &Dataset,
    index: u64,
    kind: &ChunkIndexing,
    region: &Region<'_>,
) -> hdf5_reader::error::Result<Vec<ChunkEntry>> {
    let (storage, o, l, shape) = (&file.storage, file.offset_size, file.length_size, &data.shape[..]);
    let size: Vec<u32> = region.size.iter().map(|s| u32::try_from(*s).unwrap_or(u32::MAX)).collect();
    let bounds = Some((&region.first[..], &region.last[..]));
    match kind {
        ChunkIndexing::SingleChunk { filtered_size, filters } => {
            Ok(vec![single_chunk_entry(index, *filtered_size, *filters, shape.len())])
        }
        ChunkIndexing::Implicit => {
            collect_implicit_chunk_entries(index, shape, &size, data.width, bounds, storage.len())
        }
        ChunkIndexing::FixedArray { .. } => {
            collect_fixed_array_chunk_entries_storage(storage, index, o, l, shape, &size, bounds)
        }
        ChunkIndexing::ExtensibleArray { .. } => collect_extensible_array_chunk_entries_storage(
            storage,
            index,
            o,
            l,
            shape,
            data.most.as_deref(),
            &size,
            bounds,
        ),
        ChunkIndexing::BTreeV2 => {
            let rank = u32::try_from(shape.len()).unwrap_or(u32::MAX);
            collect_v2_chunk_entries_storage(storage, index, o, l, rank, &size, bounds)
        }
    }
}
