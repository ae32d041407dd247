//! What a file may still ask for of memory while it is read.

use super::super::error::Problem;

/// What a tensor takes beside its values and its name.
const TENSOR: u64 = 256;

/// Nested long names could make names without end.
const LONGEST_NAMES: u64 = 1 << 26;

/// Bytes that may be asked for, and those that were.
pub(super) struct Budget {
    limit: u64,
    taken: u64,
    /// Characters of all names.
    named: u64,
}

impl Budget {
    /// A budget of `limit` bytes.
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, taken: 0, named: 0 }
    }

    /// Whether `bytes` more are to be had, without taking them.
    pub(super) fn affords(&self, bytes: u64) -> bool {
        self.taken.saturating_add(bytes) <= self.limit
    }

    /// Takes `bytes` for what is at `place`.
    ///
    /// # Errors
    /// More than are left.
    pub(super) fn take(&mut self, place: impl FnOnce() -> String, bytes: u64) -> Result<(), Problem> {
        self.taken = self.taken.saturating_add(bytes);
        match self.taken <= self.limit {
            true => Ok(()),
            false => Err(Problem::Memory {
                place: format!("{} and what is before it", place()),
                needs: self.taken,
                limit: self.limit,
            }),
        }
    }

    /// A name below another, as long as all names together are no longer than an honest file's.
    ///
    /// # Errors
    /// Names without end.
    pub(super) fn join(&mut self, prefix: &str, name: &str) -> Result<String, Problem> {
        self.named = self.named.saturating_add((prefix.len() + name.len() + 1) as u64);
        if self.named > LONGEST_NAMES {
            let (found, limit) = (self.named, LONGEST_NAMES);
            let place = format!("`{}` and what is in it", super::super::shown::name(prefix));
            return Err(Problem::TooLarge { place, unit: "characters of names", found, limit });
        }
        Ok(join(prefix, name))
    }

    /// Takes the place of a tensor of `count` values; while it is turned round there are two of it.
    ///
    /// # Errors
    /// More than is left.
    pub(super) fn tensor(&mut self, name: &str, count: usize) -> Result<(), Problem> {
        let bytes = (count as u64).saturating_mul(8);
        self.take(|| format!("`{name}`"), bytes.saturating_add(TENSOR + 2 * name.len() as u64))?;
        match self.affords(bytes) {
            true => Ok(()),
            false => self.take(|| format!("`{name}`"), bytes),
        }
    }
}

/// The number of values of a shape; none where memory cannot address them.
pub(super) fn count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d)).filter(|n| n.checked_mul(8).is_some())
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.into() } else { format!("{prefix}.{name}") }
}
