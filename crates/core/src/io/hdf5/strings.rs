//! Texts, and what lies in global heaps: values of no fixed length.

use std::collections::HashMap;
use std::rc::Rc;

use hdf5_reader::global_heap::GlobalHeapCollection;
use hdf5_reader::io::Cursor;

use super::super::error::Problem;
use super::fail::{damaged, told};
use super::file::Hdf5;

/// Collections of a heap that are kept: texts of one dataset lie one behind the other.
const KEPT: usize = 4;

/// A heap's objects by their numbers.
type Objects = HashMap<u16, Vec<u8>>;

/// The collections that were read last.
#[derive(Default)]
pub(super) struct Heaps(Vec<(u64, Rc<Objects>)>);

impl Hdf5 {
    fn heap(&self, place: &str, address: u64) -> Result<Rc<Objects>, Problem> {
        let heaps = &self.heaps;
        if let Some((_, found)) = heaps.borrow().0.iter().find(|(a, _)| *a == address) {
            return Ok(found.clone());
        }
        let (storage, o, l) = (&self.storage, self.offset_size, self.length_size);
        let read = GlobalHeapCollection::parse_at_storage(storage, address, o, l);
        let objects = read.map_err(|e| told(place, e))?.objects.into_iter();
        let found: Rc<Objects> = Rc::new(objects.map(|o| (o.index, o.data)).collect());
        let kept = &mut heaps.borrow_mut().0;
        kept.truncate(KEPT - 1);
        kept.insert(0, (address, found.clone()));
        Ok(found)
    }

    /// The values, of `width` bytes each, to which a reference leads.
    pub(super) fn referred(&self, place: &str, reference: &[u8], width: usize) -> Result<Vec<u8>, Problem> {
        let mut cursor = Cursor::new(reference);
        let failed = |e| told(place, e);
        let count = cursor.read_u32_le().map_err(failed)? as usize;
        let address = cursor.read_offset(self.offset_size).map_err(failed)?;
        let index = cursor.read_u32_le().map_err(failed)?;
        if count == 0 || address == 0 || Cursor::is_undefined_offset(address, self.offset_size) {
            return Ok(vec![]);
        }
        let heap = self.heap(place, address)?;
        let object = u16::try_from(index).ok().and_then(|index| heap.get(&index));
        let object = object.ok_or_else(|| damaged(place, "a value that is not in its heap"))?;
        let bytes = count.checked_mul(width).and_then(|n| object.get(..n));
        let bytes =
            bytes.ok_or_else(|| damaged(place, "a value that is longer than its place in the heap"))?;
        self.take(place, bytes.len() as u64 + 64)?;
        Ok(bytes.to_vec())
    }
}

/// A text without what follows its first zero, or spaces at its end.
pub(super) fn text(bytes: &[u8], spaces: bool) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let text = String::from_utf8_lossy(&bytes[..end]);
    if spaces { text.trim_end_matches(' ').to_owned() } else { text.into_owned() }
}
