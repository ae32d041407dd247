//! The storages of a file, and the views that tensors take of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::super::super::archive::Archive;
use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::super::Tensor;

/// Views may repeat storages (tied weights, expanded tensors) this often, and this much beyond.
const REPEATS: u64 = 16;
const FREE_VALUES: u64 = 1 << 20;

/// A tensor as the pickle describes it.
pub(super) struct View {
    pub key: String,
    pub dtype: Dtype,
    pub offset: usize,
    pub shape: Vec<usize>,
    pub strides: Vec<usize>,
}

/// Where storages lie.
pub(super) enum Place {
    /// Each an entry of a zip archive, below a folder.
    Archive(Archive, String),
    /// Each a stretch of a file held in memory.
    File(Vec<u8>, HashMap<String, Range<usize>>),
    /// In a pickle without storages.
    Nowhere,
}

/// The storages of a file, each of which is read once.
pub(super) struct Storages {
    place: Place,
    big_endian: bool,
}

impl Storages {
    pub(super) fn new(place: Place, big_endian: bool) -> Self {
        Self { place, big_endian }
    }

    /// Gives tensors the values of their views in C order, whatever their strides: storage by storage, as views of two may
    /// take turns.
    pub(super) fn read(&mut self, views: &[(usize, View)], tensors: &mut [Tensor]) -> Result<(), Problem> {
        let mut sizes: HashMap<&str, u64> = HashMap::new();
        let mut by_storage: Vec<Vec<(usize, &View, usize)>> = vec![];
        let mut groups: HashMap<&str, usize> = HashMap::new();
        let (mut stored, mut viewed) = (0u64, 0u64);
        for (index, view) in views {
            let name = &tensors[*index].name;
            let (count, end) = extent(name, view)?;
            if count == 0 {
                continue;
            }
            let size = match sizes.get(&*view.key) {
                Some(size) => *size,
                None => {
                    let size = self.size(&view.key)?;
                    stored = stored.saturating_add(size / view.dtype.width() as u64);
                    *sizes.entry(&view.key).or_insert(size)
                }
            };
            if end as u64 > size {
                let place = format!("tensor `{name}`, storage `{}`", view.key);
                let (format, expected) = (super::FORMAT, end as u64);
                return Err(Problem::Truncated { format, place, found: size, expected });
            }
            within(&mut viewed, count, stored, &format!("tensor `{name}`"))?;
            let group = *groups.entry(&view.key).or_insert(by_storage.len());
            by_storage.resize_with(by_storage.len().max(group + 1), Vec::new);
            by_storage[group].push((*index, view, count));
        }
        let big_endian = self.big_endian;
        for group in by_storage {
            let bytes = self.storage(&group[0].1.key)?;
            for (index, view, count) in group {
                tensors[index].data = gather(&bytes, view, count, big_endian);
            }
        }
        Ok(())
    }

    /// Bytes of a storage.
    fn size(&mut self, key: &str) -> Result<u64, Problem> {
        match &mut self.place {
            Place::Archive(archive, folder) => Ok(archive.entry(&format!("{folder}data/{key}"))?.size()),
            Place::File(_, places) => places.get(key).map(|p| p.len() as u64).ok_or_else(|| absent(key)),
            Place::Nowhere => Err(absent(key)),
        }
    }

    fn storage(&mut self, key: &str) -> Result<Cow<'_, [u8]>, Problem> {
        match &mut self.place {
            Place::Archive(archive, folder) => {
                archive.bytes(&format!("{folder}data/{key}"), u64::MAX).map(Cow::Owned)
            }
            Place::File(bytes, places) => {
                let place = places.get(key).cloned().and_then(|p| bytes.get(p));
                place.map(Cow::Borrowed).ok_or_else(|| absent(key))
            }
            Place::Nowhere => Err(absent(key)),
        }
    }
}

fn absent(key: &str) -> Problem {
    Problem::damaged(super::FORMAT, format!("storage `{key}`"), "it is not in the file")
}

/// How many values a view has, and the byte behind its last.
fn extent(name: &str, view: &View) -> Result<(usize, usize), Problem> {
    let damaged = |detail: &str| Problem::damaged(super::FORMAT, format!("tensor `{name}`"), detail);
    let count = view.shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    let count = count.ok_or_else(|| damaged("a shape with more values than memory can address"))?;
    if view.shape.len() != view.strides.len() {
        return Err(damaged("as many strides as dimensions were expected"));
    }
    if count == 0 {
        return Ok((0, 0));
    }
    let last = view.shape.iter().zip(&view.strides).try_fold(view.offset, |at, (size, stride)| {
        (size - 1).checked_mul(*stride).and_then(|step| at.checked_add(step))
    });
    let end = last.and_then(|l| l.checked_add(1)).and_then(|e| e.checked_mul(view.dtype.width()));
    Ok((count, end.ok_or_else(|| damaged("a view beyond any storage"))?))
}

/// Counts `more` values to those read so far, of what holds `stored` ones: they may be read again, but not without bound.
pub(super) fn within(read: &mut u64, more: usize, stored: u64, what: &str) -> Result<(), Problem> {
    *read = read.saturating_add(more as u64);
    let limit = stored.saturating_mul(REPEATS).saturating_add(FREE_VALUES);
    if *read > limit {
        let place = format!("{what} and those before it");
        return Err(Problem::TooLarge { place, unit: "values", found: *read, limit });
    }
    Ok(())
}

/// Collects the values of a view that is known to lie inside `bytes`.
fn gather(bytes: &[u8], view: &View, count: usize, big_endian: bool) -> Vec<f64> {
    let width = view.dtype.width();
    let mut values = Vec::with_capacity(count);
    // One run along the last dimension at a time.
    let (run, stride) = match (view.shape.last(), view.strides.last()) {
        (Some(run), Some(stride)) => (*run, *stride),
        _ => (1, 1),
    };
    let outer = view.shape.len().saturating_sub(1);
    let mut index = vec![0usize; outer];
    while values.len() < count {
        let at = view.offset + index.iter().zip(&view.strides).map(|(i, s)| i * s).sum::<usize>();
        if stride == 1 {
            view.dtype.decode(&bytes[at * width..(at + run) * width], big_endian, &mut values);
        } else {
            for j in 0..run {
                let place = (at + j * stride) * width;
                view.dtype.decode(&bytes[place..place + width], big_endian, &mut values);
            }
        }
        for k in (0..outer).rev() {
            index[k] += 1;
            if index[k] < view.shape[k] {
                break;
            }
            index[k] = 0;
        }
    }
    values
}
