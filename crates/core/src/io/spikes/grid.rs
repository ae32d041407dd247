//! Bins in time, and counts of events in them.

use super::super::error::Problem;

/// Intervals that may cover one moment.
const MOST_AT_ONCE: usize = 64;
/// A trial of 0.3 s has three bins of 0.1 s, although 0.3 / 0.1 is less than 3 by a rounding error.
const ROUNDING: f64 = 1e-9;

/// Bins in time; a row for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    width: f64,
    rows: u64,
    intervals: Vec<Interval>,
    /// Where the intervals that cover a moment change, and which cover it from there on.
    changes: Vec<(f64, Vec<u32>)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Interval {
    start: f64,
    bins: u64,
    row: u64,
}

impl Grid {
    /// Bins [k width, (k + 1) width) from the one with the event at `first` to that with the event at `last`, times in seconds.
    pub fn whole(first: f64, last: f64, width: f64) -> Self {
        let (a, b) = ((first / width).floor(), (last / width).floor());
        let bins = (b - a + 1.0).max(0.0) as u64;
        // The start as a whole number of widths: t - start would round otherwise than t / width does.
        Self { width, rows: bins, intervals: vec![Interval { start: a, bins, row: 0 }], changes: vec![] }
    }

    /// The whole bins [start + k width, start + (k + 1) width) of each interval (start, stop), one interval after the other;
    /// intervals without times have none.
    ///
    /// # Errors
    /// More than 64 intervals that cover one moment.
    pub fn intervals(all: &[(f64, f64)], width: f64) -> Result<Self, Problem> {
        let (mut intervals, mut row) = (Vec::with_capacity(all.len()), 0u64);
        for (start, stop) in all {
            let bins = ((stop - start) / width * (1.0 + ROUNDING)).floor();
            let bins = if bins.is_finite() { bins.max(0.0) as u64 } else { 0 };
            intervals.push(Interval { start: *start, bins, row });
            row = row.saturating_add(bins);
        }
        let changes = changes(&intervals, width)?;
        Ok(Self { width, rows: row, intervals, changes })
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Intervals that have a bin.
    pub fn filled(&self) -> usize {
        self.intervals.iter().filter(|i| i.bins > 0).count()
    }

    /// The interval of a row, and the time from its start to the bin's (s); for bins of a whole recording the time itself.
    pub fn place(&self, row: u64) -> (usize, f64) {
        let k = self.intervals.partition_point(|i| i.row <= row).saturating_sub(1);
        let Some(interval) = self.intervals.get(k) else { return (0, f64::NAN) };
        // Those without bins share their row with the next.
        let bin = (row - interval.row) as f64;
        match self.changes.is_empty() {
            true => (k, (interval.start + bin) * self.width),
            false => (k, bin * self.width),
        }
    }

    /// Gives the rows of an event at time `t` (s) to `f`.
    pub fn each_row(&self, t: f64, f: &mut dyn FnMut(u64)) {
        if self.changes.is_empty() {
            let bin = self.intervals.first().map_or(-1.0, |i| (t / self.width).floor() - i.start);
            if bin >= 0.0 && bin < self.rows as f64 {
                f(bin as u64);
            }
            return;
        }
        let k = self.changes.partition_point(|(from, _)| *from <= t);
        let Some((_, covering)) = k.checked_sub(1).and_then(|k| self.changes.get(k)) else { return };
        for interval in covering.iter().filter_map(|i| self.intervals.get(*i as usize)) {
            let bin = ((t - interval.start) / self.width).floor();
            if bin >= 0.0 && bin < interval.bins as f64 {
                f(interval.row + bin as u64);
            }
        }
    }
}

/// Where intervals begin and end: a little later than their last bin does, for rounding.
fn changes(intervals: &[Interval], width: f64) -> Result<Vec<(f64, Vec<u32>)>, Problem> {
    let mut edges = vec![(f64::NEG_INFINITY, 0, false)];
    for (k, i) in intervals.iter().enumerate().filter(|(_, i)| i.bins > 0) {
        let k = u32::try_from(k).unwrap_or(u32::MAX);
        edges.push((i.start, k, true));
        edges.push((i.start + (i.bins as f64 + 0.5) * width, k, false));
    }
    edges.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut now, mut all) = (vec![], vec![]);
    for (time, k, begins) in edges {
        if begins {
            now.push(k);
        } else {
            now.retain(|other| *other != k);
        }
        if now.len() > MOST_AT_ONCE {
            return Err(Problem::Unsupported {
                place: format!("the intervals at {time} s"),
                found: format!("{} that cover one moment", now.len()),
                expected: "64 at most",
                advice: "give fewer of them, or others that do not overlap",
            });
        }
        all.push((time, now.clone()));
    }
    Ok(all)
}

/// Counts of events of several sources in some rows of a grid: memory for these rows alone, however long the stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    first: u64,
    rows: u64,
    counts: Vec<u32>,
}

impl Counts {
    /// For `rows` rows from `first` on and so many sources: 4 bytes for each of both.
    pub fn new(first: u64, rows: u64, sources: usize) -> Self {
        let all = usize::try_from(rows).unwrap_or(0).saturating_mul(sources);
        Self { first, rows, counts: vec![0; all] }
    }

    /// Counts an event of a source at time `t` (s).
    pub fn add(&mut self, grid: &Grid, source: usize, t: f64) {
        let (first, rows) = (self.first, self.rows);
        grid.each_row(t, &mut |row| {
            let row = row.checked_sub(first).filter(|r| *r < rows);
            let place = row.map(|r| source * rows as usize + r as usize);
            if let Some(count) = place.and_then(|p| self.counts.get_mut(p)) {
                *count = count.saturating_add(1);
            }
        });
    }

    /// The counts of a source, one a row.
    pub fn of(&self, source: usize) -> Vec<f64> {
        let rows = self.rows as usize;
        let own = self.counts.get(source * rows..(source + 1) * rows);
        own.unwrap_or_default().iter().map(|c| f64::from(*c)).collect()
    }
}
