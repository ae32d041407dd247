//! The storages of a file, and the views that tensors take of them.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::super::super::archive::Archive;
use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;

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

/// Opens storages on demand and keeps the last one, since neighbours often share it.
pub(super) struct Storages {
    place: Place,
    big_endian: bool,
    sizes: HashMap<String, u64>,
    last: Option<(String, Rc<[u8]>)>,
    stored: u64,
    viewed: u64,
}

impl Storages {
    pub(super) fn new(place: Place, big_endian: bool) -> Self {
        let (sizes, last) = (HashMap::new(), None);
        Self { place, big_endian, sizes, last, stored: 0, viewed: 0 }
    }

    /// The values of a view in C order, whatever its strides.
    pub(super) fn values(&mut self, name: &str, view: &View) -> Result<Vec<f64>, Problem> {
        let damaged = |detail: &str| Problem::damaged(super::FORMAT, format!("tensor `{name}`"), detail);
        let count = view.shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
        let count = count.ok_or_else(|| damaged("a shape with more values than memory can address"))?;
        if view.shape.len() != view.strides.len() {
            return Err(damaged("as many strides as dimensions were expected"));
        }
        if count == 0 {
            return Ok(Vec::new());
        }
        let last = view.shape.iter().zip(&view.strides).try_fold(view.offset, |at, (size, stride)| {
            (size - 1).checked_mul(*stride).and_then(|step| at.checked_add(step))
        });
        let end = last.and_then(|l| l.checked_add(1)).and_then(|e| e.checked_mul(view.dtype.width()));
        let end = end.ok_or_else(|| damaged("a view beyond any storage"))?;
        let bytes = self.storage(&view.key, view.dtype)?;
        if end > bytes.len() {
            return Err(Problem::Truncated {
                format: super::FORMAT,
                place: format!("tensor `{name}`, storage `{}`", view.key),
                found: bytes.len() as u64,
                expected: end as u64,
            });
        }
        within(&mut self.viewed, count, self.stored, &format!("tensor `{name}`"))?;
        Ok(gather(&bytes, view, count, self.big_endian))
    }

    fn storage(&mut self, key: &str, dtype: Dtype) -> Result<Rc<[u8]>, Problem> {
        if let Some((last, bytes)) = &self.last
            && last == key
        {
            return Ok(bytes.clone());
        }
        let absent = || Problem::damaged(super::FORMAT, format!("storage `{key}`"), "it is not in the file");
        let bytes: Rc<[u8]> = match &mut self.place {
            Place::Archive(archive, folder) => {
                archive.bytes(&format!("{folder}data/{key}"), u64::MAX)?.into()
            }
            Place::File(bytes, places) => {
                let place = places.get(key).cloned().and_then(|p| bytes.get(p));
                place.ok_or_else(absent)?.into()
            }
            Place::Nowhere => return Err(absent()),
        };
        if self.sizes.insert(key.into(), bytes.len() as u64).is_none() {
            self.stored += (bytes.len() / dtype.width()) as u64;
        }
        self.last = Some((key.into(), bytes.clone()));
        Ok(bytes)
    }
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
