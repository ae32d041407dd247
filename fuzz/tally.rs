//! Counts of a run: a worker keeps them in a file, so that they outlive it.

use crate::readers::KINDS;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// What a worker knows of its run so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// The file that is being read.
    pub current: u64,
    /// Files that were read to the end.
    pub files: u64,
    pub accepted: u64,
    /// Panics of a decoder that the library made errors of.
    pub contained: u64,
    /// The longest time that a file took, and which; microseconds.
    pub slowest: (u64, u64),
    /// The most memory that was in use at once, and from which file on; bytes.
    pub peak: (u64, u64),
    /// Errors of the first way of reading, by [`KINDS`].
    pub kinds: [u64; KINDS.len()],
}

const NUMBERS: usize = 8 + KINDS.len();

impl Tally {
    fn numbers(&self) -> [u64; NUMBERS] {
        let mut all = [0; NUMBERS];
        let (slowest, peak) = (self.slowest, self.peak);
        all[..4].copy_from_slice(&[self.current, self.files, self.accepted, self.contained]);
        all[4..8].copy_from_slice(&[slowest.0, slowest.1, peak.0, peak.1]);
        all[8..].copy_from_slice(&self.kinds);
        all
    }

    pub fn write(&self, file: &File) -> io::Result<()> {
        let mut bytes = [0; 8 * NUMBERS];
        bytes.as_chunks_mut::<8>().0.iter_mut().zip(self.numbers()).for_each(|(b, n)| *b = n.to_le_bytes());
        file.write_all_at(&bytes, 0)
    }

    pub fn read(file: &File) -> io::Result<Self> {
        let mut bytes = [0; 8 * NUMBERS];
        file.read_exact_at(&mut bytes, 0)?;
        let mut all = bytes.as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b));
        let mut next = || all.next().unwrap_or(0);
        let (current, files, accepted, contained) = (next(), next(), next(), next());
        let (slowest, peak) = ((next(), next()), (next(), next()));
        Ok(Self {
            current,
            files,
            accepted,
            contained,
            slowest,
            peak,
            kinds: std::array::from_fn(|_| next()),
        })
    }

    /// Takes in the counts of another part of the run.
    pub fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.accepted += other.accepted;
        self.contained += other.contained;
        self.slowest = self.slowest.max(other.slowest);
        self.peak = self.peak.max(other.peak);
        self.kinds.iter_mut().zip(other.kinds).for_each(|(all, more)| *all += more);
    }
}
