//! The index of chunks that HDF5 writes unless it is asked for later formats: a tree ordered by the chunks' places.
//!
//! Only the branches that can hold chunks of the region are read, so that a long recording is passed over in pieces without
//! its whole index in memory. The decoder's own walk reads all of the tree for each piece.

use hdf5_reader::Storage;
use hdf5_reader::btree_v1::{BTreeV1Key, BTreeV1Node};
use hdf5_reader::io::Cursor;

use super::super::error::Problem;
use super::chunks::{Chunk, Region};
use super::fail::{damaged, told};
use super::file::Hdf5;

/// The kind of a tree of chunks.
const CHUNKS: u8 = 1;

/// Appends the chunks of `region` below the node at `address`; `level` is that of the node above.
pub(super) fn chunks(
    file: &Hdf5,
    place: &str,
    region: &Region<'_>,
    address: u64,
    level: Option<u8>,
    found: &mut Vec<Chunk>,
) -> Result<(), Problem> {
    let node = node(file, place, region.size.len(), address)?;
    if node.node_type != CHUNKS || level.is_some_and(|above| node.level.checked_add(1) != Some(above)) {
        return Err(damaged(place, "an index of chunks that leads elsewhere"));
    }
    let (first, last) = (region.first_value(), region.last_value());
    for (k, child) in node.children.iter().enumerate() {
        let Some((size, mask, at)) = node.keys.get(k).and_then(|key| place_of(key, first.len())) else {
            continue;
        };
        if node.level == 0 {
            if region.holds(at) {
                found.push(Chunk { address: *child, size: size.into(), mask, at: at.to_vec() });
                region.check(place, found.len())?;
            }
            continue;
        }
        let next = node.keys.get(k + 1).and_then(|key| place_of(key, first.len()));
        // Places are ordered as words are: those of the branch lie from this key up to the next.
        let behind = at > &last[..];
        let before = next.is_some_and(|(_, _, next)| next <= &first[..]);
        if !behind && !before {
            chunks(file, place, region, *child, Some(node.level), found)?;
        }
    }
    Ok(())
}

fn place_of(key: &BTreeV1Key, rank: usize) -> Option<(u32, u32, &[u64])> {
    match key {
        BTreeV1Key::RawData { chunk_size, filter_mask, offsets } => {
            offsets.get(..rank).map(|at| (*chunk_size, *filter_mask, at))
        }
        BTreeV1Key::Group { .. } => None,
    }
}

fn node(file: &Hdf5, place: &str, rank: usize, address: u64) -> Result<BTreeV1Node, Problem> {
    let failed = |e| told(place, e);
    let offset = usize::from(file.offset_size);
    let start = file.storage.read_range(address, 8 + 2 * offset).map_err(failed)?;
    let count = start.get(6..8).map_or(0, |b| usize::from(b[0]) | usize::from(b[1]) << 8);
    // A key is the size, the mask of filters, a place in each dimension and one in the value.
    let key = 8 + 8 * (rank + 1);
    let length = start.len() + (count + 1) * key + count * offset;
    let bytes = file.storage.read_range(address, length).map_err(failed)?;
    let rank = u32::try_from(rank).ok();
    BTreeV1Node::parse(&mut Cursor::new(&bytes), file.offset_size, file.length_size, rank).map_err(failed)
}
