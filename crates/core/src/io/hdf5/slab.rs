//! Values of a dataset from one corner to another, as they lie in the file but unpacked and in C order.

use super::super::error::Problem;
use super::chunks::{Chunk, Region, chunks};
use super::dataset::Dataset;
use super::fail::damaged;
use super::file::Hdf5;
use super::filters;
use super::layout::Layout;
use hdf5_reader::messages::layout::ChunkIndexing;

/// Bytes of a contiguous dataset that are read at once although not all of them are asked for.
const STRETCH: u64 = 1 << 20;

/// Reads a dataset.
pub(super) struct Reader<'a> {
    pub file: &'a Hdf5,
    pub data: &'a Dataset,
    /// All chunks, where the index cannot be asked for some of them.
    all: Option<Vec<Chunk>>,
    /// Whether each stored byte is read but once: then overlapping data are damage.
    pub once: bool,
}

impl<'a> Reader<'a> {
    /// # Errors
    /// Filters that are not read here.
    pub(super) fn new(file: &'a Hdf5, data: &'a Dataset) -> Result<Self, Problem> {
        filters::check(&data.place(), &data.filters)?;
        Ok(Self { file, data, all: None, once: false })
    }

    /// The bytes of `count` values in each dimension from `start` on. The caller has seen to it that they can be held.
    pub(super) fn slab(&mut self, start: &[u64], count: &[u64]) -> Result<Vec<u8>, Problem> {
        let (data, place) = (self.data, self.data.place());
        let inside = start
            .iter()
            .zip(count)
            .zip(&data.shape)
            .all(|((a, n), d)| a.checked_add(*n).is_some_and(|e| e <= *d));
        let bytes = count.iter().try_fold(data.width as u64, |n, c| n.checked_mul(*c));
        let bytes =
            bytes.and_then(|n| usize::try_from(n).ok()).filter(|_| inside && count.len() == data.shape.len());
        let bytes = bytes.ok_or_else(|| damaged(&place, "values outside of it"))?;
        if bytes == 0 || data.null {
            return Ok(vec![]);
        }
        match &data.layout {
            Layout::Unwritten => self.filled(bytes),
            Layout::Compact(whole) => {
                let all: u64 = data.shape.iter().fold(data.width as u64, |n, d| n.saturating_mul(*d));
                if whole.len() as u64 != all {
                    return Err(damaged(&place, format!("{} bytes, expected {all}", whole.len())));
                }
                let mut out = vec![0; bytes];
                overlap(whole, &vec![0; start.len()], &data.shape, &mut out, start, count, data.width);
                Ok(out)
            }
            Layout::Contiguous(address) => self.contiguous(*address, start, count, bytes),
            Layout::Chunked { index, size, kind } => {
                let region = Region::new(&place, size, start, count)?;
                let found = self.listed(*index, kind.as_ref(), &region)?;
                self.chunked(&region, found, start, count, bytes)
            }
        }
    }

    fn filled(&self, bytes: usize) -> Result<Vec<u8>, Problem> {
        let fill = &self.data.fill;
        if fill.iter().all(|b| *b == 0) {
            return Ok(vec![0; bytes]);
        }
        Ok(fill.iter().copied().cycle().take(bytes).collect())
    }

    fn contiguous(
        &self,
        address: u64,
        start: &[u64],
        count: &[u64],
        bytes: usize,
    ) -> Result<Vec<u8>, Problem> {
        let (data, place) = (self.data, self.data.place());
        let whole = data.shape.iter().try_fold(data.width as u64, |n, d| n.checked_mul(*d));
        self.file.storage.within(&place, address, whole.unwrap_or(u64::MAX))?;
        if self.once {
            self.file.read_once(&place, bytes as u64)?;
        }
        let mut out = vec![0; bytes];
        self.gather(&place, address, &data.shape, start, count, &mut out)?;
        Ok(out)
    }

    /// Reads a box of values out of one of `shape` at `address`.
    fn gather(
        &self,
        place: &str,
        address: u64,
        shape: &[u64],
        start: &[u64],
        count: &[u64],
        out: &mut [u8],
    ) -> Result<(), Problem> {
        let (data, storage) = (self.data, &self.file.storage);
        let ([_, inner @ ..], [row, rest @ ..], [rows, counts @ ..]) = (shape, start, count) else {
            return storage.data(place, address, out);
        };
        let stride = inner.iter().fold(data.width as u64, |n, d| n.saturating_mul(*d));
        if inner == counts {
            return storage.data(place, address + row * stride, out);
        }
        // Short rows many at a time, of which a part is taken; of long ones that part alone.
        let part = (out.len() / usize::try_from(*rows).unwrap_or(usize::MAX).max(1)).max(1);
        let at_once = usize::try_from(STRETCH / stride.max(1)).unwrap_or(0);
        let mut at = *row;
        if at_once < 2 {
            for part in out.chunks_exact_mut(part) {
                self.gather(place, address + at * stride, inner, rest, counts, part)?;
                at += 1;
            }
            return Ok(());
        }
        let from = vec![0; shape.len()];
        for parts in out.chunks_mut(part * at_once) {
            let n = (parts.len() / part) as u64;
            let mut stretch = vec![0; usize::try_from(n * stride).unwrap_or(0)];
            storage.data(place, address + at * stride, &mut stretch)?;
            let (size, to, wanted) = ([&[n], inner].concat(), [&[0], rest].concat(), [&[n], counts].concat());
            overlap(&stretch, &from, &size, parts, &to, &wanted, data.width);
            at += n;
        }
        Ok(())
    }

    fn listed(
        &mut self,
        index: u64,
        kind: Option<&ChunkIndexing>,
        region: &Region<'_>,
    ) -> Result<Vec<Chunk>, Problem> {
        if kind != Some(&ChunkIndexing::BTreeV2) {
            return chunks(self.file, self.data, index, kind, region);
        }
        // This tree is read whole by the decoder, so once is enough.
        if self.all.is_none() {
            let whole = Region::new(
                &self.data.place(),
                region.size,
                &vec![0; self.data.shape.len()],
                &self.data.shape,
            )?;
            self.all = Some(chunks(self.file, self.data, index, kind, &whole)?);
        }
        Ok(self.all.iter().flatten().filter(|c| region.holds(&c.at)).cloned().collect())
    }

    fn chunked(
        &self,
        region: &Region<'_>,
        found: Vec<Chunk>,
        start: &[u64],
        count: &[u64],
        bytes: usize,
    ) -> Result<Vec<u8>, Problem> {
        let data = self.data;
        let length = region.size.iter().fold(data.width as u64, |n, d| n.saturating_mul(*d));
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let mut out = if (found.len() as u64) < region.count { self.filled(bytes)? } else { vec![0; bytes] };
        let mut stored = 0u64;
        for chunk in found {
            let place = format!("the chunk at {:?} of {}", chunk.at, data.place());
            let size = if chunk.size == 0 { length as u64 } else { chunk.size };
            stored = stored.saturating_add(size);
            if stored > self.file.storage.whole() {
                return Err(damaged(&place, "chunks that lie on each other"));
            }
            if self.once {
                self.file.read_once(&place, size)?;
            }
            self.file.storage.within(&place, chunk.address, size)?;
            if data.filters.is_empty() && size != length as u64 {
                return Err(damaged(&place, format!("{size} bytes, expected {length}")));
            }
            let mut packed = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
            self.file.storage.data(&place, chunk.address, &mut packed)?;
            let values = filters::unpack(&place, &data.filters, chunk.mask, packed, length)?;
            overlap(&values, &chunk.at, region.size, &mut out, start, count, data.width);
        }
        Ok(out)
    }
}

/// Copies what two boxes of values have in common, from one to the other; both in C order, their corners in the same
/// coordinates.
fn overlap(
    from: &[u8],
    from_at: &[u64],
    from_size: &[u64],
    to: &mut [u8],
    to_at: &[u64],
    to_size: &[u64],
    width: usize,
) {
    let (Some(([fa, f_at @ ..], [fs, f_size @ ..])), Some(([ta, t_at @ ..], [ts, t_size @ ..]))) =
        (Some((from_at, from_size)), Some((to_at, to_size)))
    else {
        let n = from.len().min(to.len()).min(width);
        to[..n].copy_from_slice(&from[..n]);
        return;
    };
    let (begin, end) = (*fa.max(ta), fa.saturating_add(*fs).min(ta.saturating_add(*ts)));
    let (from_step, to_step) = (from.len() / (*fs).max(1) as usize, to.len() / (*ts).max(1) as usize);
    if begin >= end || from_step == 0 || to_step == 0 {
        return;
    }
    let (n, f, t) = ((end - begin) as usize, (begin - fa) as usize, (begin - ta) as usize);
    // One piece where the boxes are alike in all other dimensions.
    if f_size == t_size && f_at == t_at {
        let from = from.get(f * from_step..(f + n) * from_step);
        let to = to.get_mut(t * to_step..(t + n) * to_step);
        if let (Some(from), Some(to)) = (from, to) {
            to.copy_from_slice(from);
        }
        return;
    }
    let rows = from.chunks_exact(from_step).skip(f).zip(to.chunks_exact_mut(to_step).skip(t)).take(n);
    // Two dimensions are nearly all there are: a stretch of each row.
    if let (&[f_at], &[f_size], &[t_at], &[t_size]) = (f_at, f_size, t_at, t_size) {
        let begin = f_at.max(t_at);
        let n = f_at.saturating_add(f_size).min(t_at.saturating_add(t_size)).saturating_sub(begin) as usize
            * width;
        let (f, t) = ((begin - f_at) as usize * width, (begin - t_at) as usize * width);
        for (from, to) in rows {
            if let (Some(from), Some(to)) = (from.get(f..f + n), to.get_mut(t..t + n)) {
                to.copy_from_slice(from);
            }
        }
        return;
    }
    rows.for_each(|(from, to)| overlap(from, f_at, f_size, to, t_at, t_size, width));
}
