//! Messages of links and attributes that lie in a heap of their own, because there are many.

use hdf5_reader::btree_v2::{BTreeV2Header, BTreeV2Record, collect_btree_v2_records_storage};
use hdf5_reader::fractal_heap::{FractalHeap, FractalHeapDirectBlockCache};
use hdf5_reader::io::Cursor;

use super::super::error::Problem;
use super::fail::told;
use super::file::Hdf5;

/// Gives each message of the heap at `heap`, in the order of the tree at `tree`, to `f`; none where there is no heap.
pub(super) fn each(
    file: &Hdf5,
    place: &str,
    heap: u64,
    tree: u64,
    f: &mut dyn FnMut(&[u8]) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let (storage, o, l) = (&file.storage, file.offset_size, file.length_size);
    let failed = |e| told(place, e);
    if Cursor::is_undefined_offset(heap, o) {
        return Ok(());
    }
    let heap = FractalHeap::parse_at_storage(storage, heap, o, l).map_err(failed)?;
    if heap.io_filters_len > 0 {
        return Err(Problem::Unsupported {
            place: place.into(),
            found: "names or attributes that are compressed".into(),
            expected: "them as they are",
            advice: super::REPACK,
        });
    }
    let tree = BTreeV2Header::parse_at_storage(storage, tree, o, l).map_err(failed)?;
    let records = collect_btree_v2_records_storage(storage, &tree, o, l, None, &[], None).map_err(failed)?;
    let mut blocks = FractalHeapDirectBlockCache::default();
    for record in records {
        let id = match record {
            BTreeV2Record::LinkNameHash { heap_id, .. }
            | BTreeV2Record::CreationOrder { heap_id, .. }
            | BTreeV2Record::AttributeNameHash { heap_id, .. }
            | BTreeV2Record::AttributeCreationOrder { heap_id, .. } => heap_id,
            _ => continue,
        };
        f(&heap.get_object_storage_cached(&id, storage, o, l, &mut blocks).map_err(failed)?)?;
    }
    Ok(())
}
