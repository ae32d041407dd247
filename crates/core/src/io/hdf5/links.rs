//! Links of a group: the names of what is in it, and where that is.

use std::rc::Rc;

use hdf5_reader::Storage;
use hdf5_reader::btree_v1::collect_btree_v1_leaves_storage;
use hdf5_reader::io::Cursor;
use hdf5_reader::local_heap::LocalHeap;
use hdf5_reader::messages::link::{LinkMessage, LinkTarget};
use hdf5_reader::messages::{MSG_LINK, MSG_LINK_INFO, MSG_SYMBOL_TABLE, link, link_info, symbol_table_msg};
use hdf5_reader::symbol_table::SymbolTableNode;

use super::super::error::Problem;
use super::dense;
use super::fail::{damaged, told};
use super::file::Hdf5;
use super::header::{self, Message};

/// Links that one group may have, and bytes that a name and all names of a group may have.
const MOST_LINKS: usize = 1 << 17;
const LONGEST_NAME: usize = 4096;
const LONGEST_NAMES: usize = 32 << 20;
/// Groups whose links are kept: paths lead through the same ones again and again.
const KEPT: usize = 8;
/// The kind of an entry of an old group that is a soft link.
const SOFT: u32 = 2;

/// Where a link leads.
pub(super) enum Target {
    Object(u64),
    Soft(String),
    External { file: String, path: String },
}

/// A name in a group.
pub(super) struct Link {
    pub name: String,
    pub target: Target,
    order: Option<u64>,
}

/// The groups that were read last.
#[derive(Default)]
pub(super) struct Groups(Vec<(u64, Rc<Vec<Link>>)>);

/// The links of the group at `address`; none if it is no group.
pub(super) fn of(file: &Hdf5, place: &str, address: u64) -> Result<Option<Rc<Vec<Link>>>, Problem> {
    if let Some((_, found)) = file.groups.borrow().0.iter().find(|(a, _)| *a == address) {
        return Ok(Some(found.clone()));
    }
    let messages = header::messages(file, place, address)?;
    if !is_group(&messages) {
        return Ok(None);
    }
    let found = Rc::new(links(file, place, &messages)?);
    let kept = &mut file.groups.borrow_mut().0;
    kept.truncate(KEPT - 1);
    kept.insert(0, (address, found.clone()));
    Ok(Some(found))
}

/// Whether an object is a group.
pub(super) fn is_group(messages: &[Message]) -> bool {
    messages.iter().any(|m| [MSG_SYMBOL_TABLE, MSG_LINK_INFO, MSG_LINK].contains(&m.kind))
}

/// The links of a group, in the order of their creation where the file keeps it, else of their names.
fn links(file: &Hdf5, place: &str, messages: &[Message]) -> Result<Vec<Link>, Problem> {
    let mut all = Links { file, place, found: vec![], bytes: 0 };
    for message in messages {
        match message.kind {
            MSG_SYMBOL_TABLE => all.old(&message.body)?,
            MSG_LINK => all.add(&message.body)?,
            MSG_LINK_INFO => all.dense(&message.body)?,
            _ => {}
        }
    }
    match all.found.iter().all(|l| l.order.is_some()) {
        true => all.found.sort_by_key(|l| l.order),
        false => all.found.sort_by(|a, b| a.name.cmp(&b.name)),
    }
    Ok(all.found)
}

struct Links<'a> {
    file: &'a Hdf5,
    place: &'a str,
    found: Vec<Link>,
    bytes: usize,
}

impl Links<'_> {
    fn push(&mut self, name: String, target: Target, order: Option<u64>) -> Result<(), Problem> {
        let place = || format!("group `{}`", self.place);
        let (found, limit) = (name.len() as u64, LONGEST_NAME as u64);
        if found > limit {
            return Err(Problem::TooLarge { place: place(), unit: "bytes of a name", found, limit });
        }
        if self.found.len() >= MOST_LINKS {
            let (found, limit) = (self.found.len() as u64 + 1, MOST_LINKS as u64);
            return Err(Problem::TooLarge { place: place(), unit: "members", found, limit });
        }
        self.bytes += name.len();
        if self.bytes > LONGEST_NAMES {
            let (found, limit) = (self.bytes as u64, LONGEST_NAMES as u64);
            return Err(Problem::TooLarge { place: place(), unit: "bytes of names", found, limit });
        }
        self.found.push(Link { name, target, order });
        Ok(())
    }

    /// One link message.
    fn add(&mut self, body: &[u8]) -> Result<(), Problem> {
        let (o, l) = (self.file.offset_size, self.file.length_size);
        let parsed = link::parse(&mut Cursor::new(body), o, l, body.len());
        let LinkMessage { name, target, creation_order } = parsed.map_err(|e| told(self.place, e))?;
        let target = match target {
            LinkTarget::Hard { address } => Target::Object(address),
            LinkTarget::Soft { path } => Target::Soft(path),
            LinkTarget::External { filename, path } => Target::External { file: filename, path },
        };
        self.push(name, target, creation_order)
    }

    /// Links in a heap, with a tree of their names.
    fn dense(&mut self, body: &[u8]) -> Result<(), Problem> {
        let (place, file) = (self.place, self.file);
        let (o, l) = (file.offset_size, file.length_size);
        let info = link_info::parse(&mut Cursor::new(body), o, l, body.len()).map_err(|e| told(place, e))?;
        let (heap, tree) = (info.fractal_heap_address, info.btree_name_index_address);
        dense::each(file, place, heap, tree, &mut |body| self.add(body))
    }

    /// Links of a group as HDF5 before 1.8 has them: a tree of tables, the names in a heap.
    fn old(&mut self, body: &[u8]) -> Result<(), Problem> {
        let (place, file) = (self.place, self.file);
        let (storage, o, l) = (&file.storage, file.offset_size, file.length_size);
        let failed = |e| told(place, e);
        let table = symbol_table_msg::parse(&mut Cursor::new(body), o, l, body.len()).map_err(failed)?;
        let leaves = collect_btree_v1_leaves_storage(storage, table.btree_address, o, l, None, &[], None)
            .map_err(failed)?;
        if leaves.is_empty() {
            return Ok(());
        }
        let heap = LocalHeap::parse_at_storage(storage, table.heap_address, o, l).map_err(failed)?;
        let length = usize::try_from(heap.data_segment_size).unwrap_or(usize::MAX);
        let names = storage.read_range(heap.data_segment_address, length).map_err(failed)?;
        let text = |at: u64| {
            let rest = usize::try_from(at).ok().and_then(|at| names.get(at..));
            let rest = rest.ok_or_else(|| damaged(place, "a name outside its heap"))?;
            let end = rest.iter().take(LONGEST_NAME + 1).position(|b| *b == 0);
            let end = end.ok_or_else(|| damaged(place, "a name without an end"))?;
            Ok(String::from_utf8_lossy(&rest[..end]).into_owned())
        };
        for (_, address) in leaves {
            let head = storage.read_range(address, 8).map_err(failed)?;
            let count = head.get(6..8).map_or(0, |b| usize::from(b[0]) | usize::from(b[1]) << 8);
            let node = storage.read_range(address, 8 + count * (2 * usize::from(o) + 24)).map_err(failed)?;
            let node = SymbolTableNode::parse(&mut Cursor::new(&node), o, l).map_err(failed)?;
            for entry in node.entries {
                let target = match (entry.cache_type, entry.scratch) {
                    (SOFT, [a, b, c, d, ..]) => Target::Soft(text(u32::from_le_bytes([a, b, c, d]).into())?),
                    _ => Target::Object(entry.object_header_address),
                };
                self.push(text(entry.link_name_offset)?, target, None)?;
            }
        }
        Ok(())
    }
}
