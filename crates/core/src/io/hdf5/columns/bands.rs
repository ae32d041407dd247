//! Rows of a dataset, unpacked some at a time: each chunk once as long as a row of chunks fits.

use super::super::super::error::Problem;
use super::super::dataset::Dataset;
use super::super::file::Hdf5;
use super::super::layout::Layout;
use super::super::slab::Reader;

/// Bytes that are held unpacked, unless a single row is longer; reading begins with fewer.
const LARGEST_BAND: u64 = 32 << 20;
const FIRST_BAND: u64 = 1 << 20;

/// Trials of `time` rows of `columns` values; one trial unless a dataset has three dimensions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Shape {
    pub trials: u64,
    pub time: u64,
    pub columns: u64,
}

impl Shape {
    /// The shape of a dataset of one to three dimensions; `reversed` where its columns come first, as MATLAB's do.
    pub(in super::super) fn of(data: &Dataset, reversed: bool) -> Option<Self> {
        let mut sizes = data.shape.clone();
        if reversed {
            sizes.reverse();
        }
        match *sizes.as_slice() {
            [time] => Some(Self { trials: 1, time, columns: 1 }),
            [time, columns] => Some(Self { trials: 1, time, columns }),
            [trials, time, columns] => Some(Self { trials, time, columns }),
            _ => None,
        }
    }

    /// None if they cannot be counted.
    pub(in super::super) fn rows(self) -> Option<u64> {
        self.trials.checked_mul(self.time)
    }
}

/// Reads rows one band after the other.
pub(in super::super) struct Bands<'a> {
    reader: Reader<'a>,
    shape: Shape,
    /// The columns that are read: from one up to another.
    columns: (u64, u64),
    /// Whether the dimensions lie in reverse.
    reversed: bool,
    /// Bytes of the columns of a row.
    pub width: usize,
    most: u64,
    band: Vec<u8>,
    rows: (u64, u64),
}

impl<'a> Bands<'a> {
    /// Of the columns from `columns.0` up to `columns.1`.
    pub(in super::super) fn new(
        file: &'a Hdf5,
        data: &'a Dataset,
        shape: Shape,
        columns: (u64, u64),
        reversed: bool,
    ) -> Result<Self, Problem> {
        let width = (columns.1 - columns.0) as usize * data.width;
        let reader = Reader::new(file, data)?;
        Ok(Self { reader, shape, columns, reversed, width, most: FIRST_BAND, band: vec![], rows: (0, 0) })
    }

    /// The bytes of at least one and at most `most` rows from `row` on.
    pub(in super::super) fn at(&mut self, row: u64, most: u64) -> Result<&[u8], Problem> {
        if !(self.rows.0..self.rows.1).contains(&row) {
            self.read(row)?;
        }
        let from = (row - self.rows.0) as usize;
        let n = (self.rows.1 - row).min(most) as usize;
        Ok(self.band.get(from * self.width..(from + n) * self.width).unwrap_or_default())
    }

    fn read(&mut self, row: u64) -> Result<(), Problem> {
        let Shape { trials, time, .. } = self.shape;
        let mut chunk = match &self.reader.data.layout {
            Layout::Chunked { size, .. } => size.clone(),
            _ => vec![],
        };
        if self.reversed {
            chunk.reverse();
        }
        let rank = self.reader.data.shape.len();
        // Chunks of rows in time, and of trials where there are some.
        let (high_trials, high) = match (rank, &chunk[..]) {
            (3, [trials, time, ..]) => (*trials, *time),
            (_, [time, ..]) => (1, *time),
            _ => (1, 1),
        };
        // Nothing but what the new band needs is held.
        self.band = vec![];
        let fit = |most: u64| (most / self.width.max(1) as u64).max(1);
        let rows = fit(self.most).max(high.saturating_mul(high_trials).min(fit(LARGEST_BAND)));
        self.most = (self.most * 2).min(LARGEST_BAND);
        let (columns, n) = (self.columns.0, self.columns.1 - self.columns.0);
        let (trial, at) = (row / time, row % time);
        if rank == 3 && at == 0 && rows >= time {
            let count = aligned(trial, rows / time, high_trials, trials);
            self.band = self.slab(vec![trial, 0, columns], vec![count, time, n])?;
            self.rows = (row, row + count * time);
            return Ok(());
        }
        let count = aligned(at, rows, high, time);
        self.band = match rank {
            1 => self.slab(vec![at], vec![count])?,
            2 => self.slab(vec![at, columns], vec![count, n])?,
            _ => self.slab(vec![trial, at, columns], vec![1, count, n])?,
        };
        self.rows = (row, row + count);
        Ok(())
    }

    fn slab(&mut self, mut start: Vec<u64>, mut count: Vec<u64>) -> Result<Vec<u8>, Problem> {
        if !self.reversed || count.len() < 2 {
            return self.reader.slab(&start, &count);
        }
        start.reverse();
        count.reverse();
        let bytes = self.reader.slab(&start, &count)?;
        count.reverse();
        Ok(turned(&bytes, &count, self.reader.data.width))
    }
}

/// Values whose first index runs fastest, in C order.
fn turned(bytes: &[u8], sizes: &[u64], width: usize) -> Vec<u8> {
    let (trials, time, columns) = match *sizes {
        [time, columns] => (1, time as usize, columns as usize),
        [trials, time, columns] => (trials as usize, time as usize, columns as usize),
        _ => return bytes.to_vec(),
    };
    let mut out = vec![0; bytes.len()];
    let values = out.chunks_exact_mut(width).enumerate();
    for (k, value) in values {
        let (row, column) = (k / columns, k % columns);
        let from = ((column * time + row % time) * trials + row / time) * width;
        if let Some(from) = bytes.get(from..from + width) {
            value.copy_from_slice(from);
        }
    }
    out
}

/// How many from `at` on: at most `most`, up to the edge of a chunk of `high` if there is one so near, not beyond `all`.
fn aligned(at: u64, most: u64, high: u64, all: u64) -> u64 {
    let end = at.saturating_add(most.max(1));
    let edge = end / high * high;
    (if edge > at { edge } else { end }).min(all) - at
}

#[cfg(test)]
mod tests {
    use super::aligned;

    #[test]
    fn bands_end_where_chunks_do() {
        assert_eq!(aligned(0, 25, 10, 100), 20);
        assert_eq!(aligned(20, 25, 10, 100), 20);
        assert_eq!(aligned(0, 5, 10, 100), 5, "a chunk that is too high is unpacked more than once");
        assert_eq!(aligned(5, 7, 10, 100), 5);
        assert_eq!(aligned(90, 25, 10, 95), 5);
    }
}
