//! Full and sparse matrices of numbers, from columns to rows.

use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::Found;
use super::head::Head;
use super::source::{Source, stored};
use crate::memory::written;

pub(super) const COMPLEX: &str = "complex numbers; save real(x) and imag(x)";

/// A full matrix, whose numbers lie in the smallest type that holds them.
pub(super) fn full(
    source: &mut Source<'_>,
    end: u64,
    head: &Head,
    dtype: &str,
    name: &str,
    found: &mut Found,
) -> Result<(), Problem> {
    if head.complex {
        return found.skip(name, COMPLEX);
    }
    let dtype = if head.logical { Dtype::Bool.name() } else { dtype };
    let element = source.element(end)?;
    let kept = stored(element.kind)
        .ok_or_else(|| source.damaged(format!("numbers of the unknown type {}", element.kind)))?;
    if (head.count as u64).checked_mul(kept.width() as u64) != Some(element.length) {
        let n = element.length / kept.width() as u64;
        return Err(source.damaged(format!("`{name}` has {n} values, but the shape {:?}", head.shape)));
    }
    if !found.values {
        found.budget.tensor(name, 0)?;
        found.tensor(name, head.shape.clone(), dtype, vec![]);
        return source.leave(element, end);
    }
    found.budget.tensor(name, head.count)?;
    let data = rows_first(source.numbers(element, kept, end)?, &head.shape);
    found.tensor(name, head.shape.clone(), dtype, data);
    Ok(())
}

/// A sparse matrix, written out where memory allows.
///
/// Rows of the values, then for each column where its values begin, then the values.
pub(super) fn sparse(
    source: &mut Source<'_>,
    end: u64,
    head: &Head,
    name: &str,
    found: &mut Found,
) -> Result<(), Problem> {
    if head.complex {
        return found.skip(name, COMPLEX);
    }
    let [rows, columns] = head.shape[..] else {
        return Err(source.damaged("a sparse array that is no matrix"));
    };
    if !found.budget.affords((head.count as u64).saturating_mul(8)) {
        let size = written((head.count as u64).saturating_mul(8));
        let why = format!(
            "a sparse matrix of {rows} x {columns}, which takes {size} when written out; save full(x) of a part"
        );
        return found.skip(name, why);
    }
    let dtype = if head.logical { Dtype::Bool } else { Dtype::F64 };
    found.budget.tensor(name, if found.values { head.count } else { 0 })?;
    if !found.values {
        found.tensor(name, head.shape.clone(), dtype.name(), vec![]);
        return source.pass(end);
    }
    let mut indices = |source: &mut Source<'_>| {
        let element = source.element(end)?;
        // As f64 and as i64.
        found.budget.take(|| format!("`{name}`"), element.length.saturating_mul(16))?;
        source.integers(element, end)
    };
    let (at, starts) = (indices(source)?, indices(source)?);
    let element = source.element(end)?;
    let count = starts.last().and_then(|n| u64::try_from(*n).ok()).unwrap_or(0);
    // MATLAB writes truth values as bytes under the type of doubles.
    let kept = match head.logical && element.length == count {
        true => Some(Dtype::Bool),
        false => stored(element.kind),
    };
    let kept = kept.ok_or_else(|| source.damaged(format!("numbers of the unknown type {}", element.kind)))?;
    found.budget.take(|| format!("`{name}`"), (element.length / kept.width() as u64).saturating_mul(8))?;
    let values = source.numbers(element, kept, end)?;
    let entries = Entries { rows, columns, at: &at, starts: &starts, values: &values };
    let data = entries
        .full()
        .ok_or_else(|| source.damaged(format!("`{name}`: indices outside of {rows} x {columns}")))?;
    found.tensor(name, head.shape.clone(), dtype.name(), data);
    Ok(())
}

/// Values by columns, each with its row.
pub(in crate::io) struct Entries<'a> {
    pub rows: usize,
    pub columns: usize,
    /// The row of each value.
    pub at: &'a [i64],
    /// Where the values of each column begin, and where those of the last end.
    pub starts: &'a [i64],
    pub values: &'a [f64],
}

impl Entries<'_> {
    /// Rows x columns in C order, values at the same place added as MATLAB does; none where an index is outside.
    pub(in crate::io) fn full(&self) -> Option<Vec<f64>> {
        if self.starts.len() != self.columns.checked_add(1)? {
            return None;
        }
        let mut full = vec![0.0; self.rows.checked_mul(self.columns)?];
        for (column, ends) in self.starts.windows(2).enumerate() {
            let (from, to) = (usize::try_from(*ends.first()?).ok()?, usize::try_from(*ends.last()?).ok()?);
            let (at, values) = (self.at.get(from..to)?, self.values.get(from..to)?);
            for (row, value) in at.iter().zip(values) {
                let row = usize::try_from(*row).ok().filter(|r| *r < self.rows)?;
                *full.get_mut(row * self.columns + column)? += value;
            }
        }
        Some(full)
    }
}

/// Items that lie with the first index fastest, as MATLAB has them, with the last fastest; their number is that of the shape.
pub(in crate::io) fn rows_first<T: Clone>(items: Vec<T>, shape: &[usize]) -> Vec<T> {
    if shape.iter().filter(|d| **d != 1).count() < 2 || items.is_empty() {
        return items;
    }
    let mut strides = vec![1usize; shape.len()];
    for k in 1..shape.len() {
        strides[k] = strides[k - 1] * shape[k - 1];
    }
    let mut out = Vec::with_capacity(items.len());
    let mut index = vec![0usize; shape.len()];
    let mut at = 0;
    while let Some(item) = items.get(at).filter(|_| out.len() < items.len()) {
        out.push(item.clone());
        for k in (0..shape.len()).rev() {
            index[k] += 1;
            at += strides[k];
            if index[k] < shape[k] {
                break;
            }
            at -= strides[k] * index[k];
            index[k] = 0;
        }
    }
    out
}
