//! All values of a dataset: numbers as f64, texts.

use super::super::dtype::Dtype;
use super::super::error::Problem;
use super::dataset::Dataset;
use super::fail::damaged;
use super::file::Hdf5;
use super::layout::Layout;
use super::slab::Reader;
use super::strings::text;
use super::types::Type;

/// Bytes that are unpacked at once, unless one row of chunks is more.
const AT_ONCE: u64 = 4 << 20;

/// The numbers of a dataset in C order.
///
/// # Errors
/// Values that are no numbers, are damaged, or would take more memory than the file may ask for.
pub(super) fn numbers(file: &Hdf5, data: &Dataset) -> Result<Vec<f64>, Problem> {
    match data.kind {
        Type::Number { dtype, big_endian } => typed(file, data, dtype, big_endian),
        _ => Err(no_numbers(data)),
    }
}

/// As [`numbers`], of values of a width that the caller knows to be numbers.
pub(super) fn typed(
    file: &Hdf5,
    data: &Dataset,
    dtype: Dtype,
    big_endian: bool,
) -> Result<Vec<f64>, Problem> {
    let mut out = vec![];
    each_piece(file, data, 8, &mut |all, bytes| {
        // What they take was granted; growing by doubling would take more.
        if out.is_empty() {
            out.reserve_exact(all);
        }
        dtype.decode(bytes, big_endian, &mut out);
        Ok(())
    })?;
    Ok(out)
}

/// The error for a dataset where numbers were needed.
pub(super) fn no_numbers(data: &Dataset) -> Problem {
    let advice = match data.kind {
        Type::Complex => "save their parts as two datasets",
        Type::Text { .. } | Type::Heap { .. } => "name a dataset of numbers",
        _ => "save it with a numeric type",
    };
    Problem::Unsupported { place: data.place(), found: data.kind.name(), expected: "real numbers", advice }
}

/// The texts of a dataset in C order.
///
/// # Errors
/// Values that are no texts, are damaged, or would take more memory than the file may ask for.
pub(super) fn texts(file: &Hdf5, data: &Dataset) -> Result<Vec<String>, Problem> {
    let mut out = vec![];
    each_piece(file, data, size_of::<String>() as u64, &mut |all, bytes| {
        if out.is_empty() {
            out.reserve_exact(all);
        }
        for value in bytes.chunks_exact(data.width) {
            out.push(one_text(file, data, value)?);
        }
        Ok(())
    })?;
    Ok(out)
}

/// The text that a value stands for.
pub(super) fn one_text(file: &Hdf5, data: &Dataset, value: &[u8]) -> Result<String, Problem> {
    match data.kind {
        Type::Text { spaces } => Ok(text(value, spaces)),
        Type::Heap { spaces } => Ok(text(&file.referred(&data.place(), value, 1)?, spaces)),
        _ => Err(Problem::Unsupported {
            place: data.place(),
            found: data.kind.name(),
            expected: "text",
            advice: "name a dataset of text",
        }),
    }
}

/// Takes how many values there are in all, and the bytes of some.
type Piece<'a> = dyn FnMut(usize, &[u8]) -> Result<(), Problem> + 'a;

/// Gives the bytes of all values to `f`, some rows at a time, with the number of all; each value will take `memory` bytes, and
/// its own if it is text.
fn each_piece(file: &Hdf5, data: &Dataset, memory: u64, f: &mut Piece<'_>) -> Result<(), Problem> {
    let place = data.place();
    let all =
        data.elements().ok_or_else(|| damaged(&place, "more values than there are numbers to count them"))?;
    let own = if data.kind.is_text() { data.width as u64 } else { 0 };
    file.take(&place, all.saturating_mul(memory.saturating_add(own)))?;
    let mut reader = Reader::new(file, data)?;
    reader.once = true;
    let Some((rows, inner)) = data.shape.split_first() else {
        return f(1, &reader.slab(&[], &[])?);
    };
    let row = inner.iter().fold(data.width as u64, |n, d| n.saturating_mul(*d)).max(1);
    let high = match &data.layout {
        Layout::Chunked { size, .. } => size.first().copied().unwrap_or(1),
        _ => 1,
    };
    // Whole chunks, so that each is unpacked once.
    let step = (AT_ONCE / row / high).max(1).saturating_mul(high);
    // The bytes of a piece, where that is more than a little.
    let piece = step.min(*rows).saturating_mul(row);
    file.take(&place, piece.saturating_sub(AT_ONCE))?;
    let number = usize::try_from(all).unwrap_or(usize::MAX);
    let mut start = vec![0; data.shape.len()];
    let mut count = data.shape.clone();
    let mut at = 0;
    while all > 0 && at < *rows {
        let n = step.min(rows - at);
        if let (Some(start), Some(count)) = (start.first_mut(), count.first_mut()) {
            (*start, *count) = (at, n);
        }
        f(number, &reader.slab(&start, &count)?)?;
        at += n;
    }
    Ok(())
}
