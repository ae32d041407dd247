//! The order of a recording's rows: by trial, and by time within it.

use super::Error;
use crate::io::shown::count;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The order of rows, and which of them follow one another.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The row of the file at each place; none: as in the file.
    pub rows: Option<Vec<usize>>,
    /// Whether a place continues the one before it, in the same trial and one time step later; none: all do.
    pub follows: Option<Vec<bool>>,
    /// Time steps from the place before, in the same sequence, of places that do not continue it: more than one at a gap.
    pub gaps: BTreeMap<usize, usize>,
    /// What is to be said of the times.
    pub notes: Vec<String>,
    /// The time from most rows to the next.
    pub step: Option<f64>,
    /// Trials that begin at another time than most, where most begin at one: their steps are not those of the others.
    pub late: BTreeSet<usize>,
}

/// The column of time.
pub(super) struct Times<'a> {
    pub file: &'a Path,
    pub name: &'a str,
    pub values: &'a [f64],
}

impl Times<'_> {
    /// Puts rows into the order of their trials (numbered by appearance) and times.
    ///
    /// Where no trials are known and times start again, each start begins a new sequence.
    ///
    /// # Errors
    /// Times that are missing, or in such disorder that trials are needed to tell what follows what.
    pub(super) fn order(&self, trials: Option<&[usize]>) -> Result<Order, Error> {
        if let Some(row) = self.values.iter().position(|t| !t.is_finite()) {
            let message = format!(
                "column `{}`, row {}: no time, expected one in every row: fill it in or take the row out",
                self.name,
                row + 1
            );
            return Err(Error::input(self.file, message));
        }
        let mut order = Order::default();
        let starts_again = match trials {
            _ if self.values.windows(2).all(|w| w[0] < w[1]) => false,
            Some(trials) => {
                order.rows = self.by_trial(trials, &mut order.notes);
                false
            }
            None => self.without_trials(&mut order)?,
        };
        let trial = |row: usize| trials.map_or(0, |t| t[row]);
        order.follow(self, &trial, starts_again);
        if let Some(trials) = trials {
            order.begin(self, trials);
        }
        Ok(order)
    }

    fn by_trial(&self, trials: &[usize], notes: &mut Vec<String>) -> Option<Vec<usize>> {
        // The place of the last row of each trial so far.
        let mut last = vec![None; trials.iter().max().map_or(0, |m| m + 1)];
        let mut disorder = None;
        for (row, trial) in trials.iter().enumerate() {
            let falls = last[*trial].is_some_and(|before: usize| self.values[before] > self.values[row]);
            let apart = last[*trial].is_some_and(|before| before + 1 != row);
            if falls {
                disorder = Some((row, true));
                break;
            }
            if apart {
                disorder = disorder.or(Some((row, false)));
            }
            last[*trial] = Some(row);
        }
        let (row, falls) = disorder?;
        notes.push(match falls {
            true => format!(
                "`{}` falls within a trial (row {}): the rows of each trial were put in the order of time.",
                self.name,
                row + 1
            ),
            false => {
                "The rows of trials stand mixed: they were put together, each in the order of time.".into()
            }
        });
        Some(self.sorted(&|row| trials[row]))
    }

    fn sorted(&self, trial: &dyn Fn(usize) -> usize) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.values.len()).collect();
        rows.sort_by(|a, b| trial(*a).cmp(&trial(*b)).then(self.values[*a].total_cmp(&self.values[*b])));
        rows
    }

    /// Sorts times that are all different; otherwise tells whether they start again.
    fn without_trials(&self, order: &mut Order) -> Result<bool, Error> {
        let falls: Vec<usize> =
            (1..self.values.len()).filter(|i| self.values[*i] < self.values[i - 1]).collect();
        let Some(first) = falls.first().map(|i| i + 1) else { return Ok(false) };
        let sorted = self.sorted(&|_| 0);
        if sorted.windows(2).all(|w| self.values[w[0]] < self.values[w[1]]) {
            order.notes.push(format!("`{}` falls (row {first}): the rows were put in its order.", self.name));
            order.rows = Some(sorted);
            return Ok(false);
        }
        let rises: Vec<usize> =
            (1..self.values.len()).filter(|i| self.values[*i] > self.values[i - 1]).collect();
        let (starts, falling) = if falls.len() > rises.len() { (rises, true) } else { (falls, false) };
        if 3 * (starts.len() + 1) > self.values.len() {
            let message = format!(
                "column `{}`: times fall (row {first}) and stand twice, expected times that rise or start again: name the \
                 trials by --trial",
                self.name
            );
            return Err(Error::input(self.file, message));
        }
        order.notes.push(format!(
            "`{}` starts again {} (first in row {}), and no trials are named: each start begins a new sequence; --trial \
             tells trials apart.",
            self.name,
            times(starts.len()),
            starts.first().map_or(first, |s| s + 1)
        ));
        if falling {
            let mut rows = Vec::with_capacity(self.values.len());
            let mut begin = 0;
            for end in starts.iter().copied().chain([self.values.len()]) {
                rows.extend((begin..end).rev());
                begin = end;
            }
            order.rows = Some(rows);
        }
        Ok(true)
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{n} times"),
    }
}

impl Order {
    /// Which places continue the one before.
    fn follow(&mut self, times: &Times, trial: &dyn Fn(usize) -> usize, starts_again: bool) {
        let rows = |place: usize| self.rows.as_ref().map_or(place, |r| r[place]);
        let all = times.values.len();
        let step_at = |place: usize| {
            let (before, row) = (rows(place - 1), rows(place));
            let step = times.values[row] - times.values[before];
            (trial(before) == trial(row) && !(starts_again && step < 0.0)).then_some(step)
        };
        let mut steps: Vec<f64> = (1..all).filter_map(step_at).filter(|s| *s > 0.0).collect();
        steps.sort_unstable_by(f64::total_cmp);
        let Some(step) = steps.get(steps.len() / 2).copied() else {
            self.follows = Some(vec![false; all]);
            return;
        };
        self.step = Some(step);
        let (mut gaps, mut repeats) = (vec![], vec![]);
        let mut follows = vec![false; all];
        for place in 1..all {
            let Some(own) = step_at(place) else { continue };
            follows[place] = own > 0.0 && own <= 1.5 * step;
            match own {
                own if own <= 0.0 => repeats.push(place),
                own if own > 1.5 * step => gaps.push(place),
                _ => {}
            }
            if !follows[place] {
                self.gaps.insert(place, (own / step).round().max(0.0) as usize);
            }
        }
        let name = times.name;
        let at = |place: usize| (rows(place - 1) + 1, rows(place) + 1);
        if let Some(place) = repeats.first() {
            let (a, b) = at(*place);
            self.notes.push(format!(
                "`{name}` has one time more than once in a trial ({} in rows {a} and {b}; {} in all): these rows do not \
                 follow one another.",
                times.values[a - 1],
                repeats.len()
            ));
        }
        if let Some(place) = gaps.first() {
            let (a, b) = at(*place);
            self.notes.push(format!(
                "`{name}` has {} (first from {} in row {a} to {} in row {b}, where most steps are {}): rows on the two \
                 sides do not follow one another.",
                if gaps.len() == 1 { "1 gap".into() } else { format!("{} gaps", gaps.len()) },
                times.values[a - 1],
                times.values[b - 1],
                rounded(step)
            ));
        }
        let usual: Vec<f64> = steps.into_iter().filter(|s| *s <= 1.5 * step).collect();
        if let [least, .., most] = usual[..]
            && most > 1.2 * least
        {
            let (least, most) = (rounded(least), rounded(most));
            self.notes.push(format!("The steps of `{name}` are not even: from {least} to {most}."));
        }
        self.follows = Some(follows);
    }

    /// Which trials begin at another time than more than half of them.
    fn begin(&mut self, times: &Times, trials: &[usize]) {
        let Some(step) = self.step else { return };
        let mut first = vec![f64::INFINITY; trials.iter().max().map_or(0, |m| m + 1)];
        trials.iter().zip(times.values).for_each(|(trial, t)| first[*trial] = first[*trial].min(*t));
        let mut starts = first.clone();
        starts.sort_unstable_by(f64::total_cmp);
        // Of more than half of them that begin together the middle one is one.
        let Some(usual) = starts.get(starts.len() / 2).copied() else { return };
        let late = |t: &f64| (t - usual).abs() > 0.5 * step;
        let others: Vec<usize> = (0..first.len()).filter(|t| late(&first[*t])).collect();
        let (Some(one), true) = (others.first(), 2 * others.len() < first.len()) else { return };
        let row =
            trials.iter().zip(times.values).position(|(t, v)| t == one && v.total_cmp(&first[*one]).is_eq());
        self.notes.push(format!(
            "`{}` begins at {} in most trials and otherwise in {} (first at {} in row {}): the steps of these are not those \
             of the others, and what compares trials step by step leaves them out.",
            times.name,
            usual,
            count(others.len(), "trial"),
            first[*one],
            row.map_or(0, |r| r + 1)
        ));
        self.late = others.into_iter().collect();
    }
}

/// A time step without the rounding of a difference.
pub(super) fn rounded(step: f64) -> f64 {
    format!("{step:.6e}").parse().unwrap_or(step)
}

/// Seconds of a written time: `2026-11-28 10:15:00.02`, with a zone or not, `10:15:00.02`, `1 days 00:00:02`.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let text = text.trim().trim_matches('"');
    if let Some((days, clock)) = text.split_once(" days ") {
        return Some(days.parse::<f64>().ok()? * 86_400.0 + of_day(clock.trim_start_matches('+'))?);
    }
    let Some((date, clock)) = text.split_once(['T', ' ']) else {
        return of_day(text).or_else(|| days(text).map(|d| d * 86_400.0));
    };
    let clock = clock.trim_end_matches('Z');
    let (clock, zone) = match clock.rfind(['+', '-']) {
        Some(at) => {
            (&clock[..at], of_day(&clock[at + 1..])? * if clock[at..].starts_with('-') { -1.0 } else { 1.0 })
        }
        None => (clock, 0.0),
    };
    Some(days(date)? * 86_400.0 + of_day(clock)? - zone)
}

fn of_day(clock: &str) -> Option<f64> {
    let mut parts = clock.split(':');
    let whole = |p: Option<&str>| p?.parse::<u32>().ok().map(f64::from);
    let (hours, minutes) = (whole(parts.next())?, whole(parts.next())?);
    let seconds = match parts.next() {
        Some(s) if s.starts_with(|c: char| c.is_ascii_digit()) => s.parse::<f64>().ok()?,
        Some(_) => return None,
        None => 0.0,
    };
    parts.next().is_none().then_some(hours * 3600.0 + minutes * 60.0 + seconds)
}

/// Days since 1970-01-01 in the Gregorian calendar (Hinnant, days_from_civil).
fn days(date: &str) -> Option<f64> {
    let mut parts = date.split(['-', '/']).map(|p| p.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some()
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || !(1000..3000).contains(&year)
    {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = (year % 400) * 365 + (year % 400) / 4 - (year % 400) / 100 + of_year;
    Some((year / 400 * 146_097 + of_era - 719_468) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(values: &[f64], trials: Option<&[usize]>) -> Result<Order, Error> {
        Times { file: Path::new("a.csv"), name: "t", values }.order(trials)
    }

    #[test]
    fn rows_are_sorted_within_trials() {
        let found = order(&[2.0, 1.0, 0.0, 1.0, 0.0], Some(&[0, 0, 0, 1, 1])).unwrap();
        assert_eq!(found.rows, Some(vec![2, 1, 0, 4, 3]));
        assert_eq!(found.follows, Some(vec![false, true, true, false, true]));
        assert!(found.notes[0].contains("falls within a trial (row 2)"), "{:?}", found.notes);
        // Mixed trials, and trials one after the other.
        let found = order(&[0.0, 0.0, 1.0, 1.0], Some(&[0, 1, 0, 1])).unwrap();
        assert_eq!(found.rows, Some(vec![0, 2, 1, 3]));
        let found = order(&[0.0, 1.0, 0.0, 1.0], Some(&[0, 0, 1, 1])).unwrap();
        assert!(found.rows.is_none() && found.notes.is_empty());
        assert_eq!(found.follows, Some(vec![false, true, false, true]));
    }

    #[test]
    fn gaps_and_repeated_times_are_said_and_part_rows() {
        let found = order(&[0.0, 0.1, 0.2, 0.5, 0.6, 0.6, 0.7], Some(&[0; 7])).unwrap();
        assert_eq!(found.follows, Some(vec![false, true, true, false, true, false, true]));
        assert!(found.rows.is_none());
        let said = found.notes.join(" ");
        for words in [
            "0.6 in rows 5 and 6; 1 in all",
            "1 gap (first from 0.2 in row 3 to 0.5 in row 4",
            "steps are 0.1)",
        ] {
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn times_without_trials() {
        assert_eq!(order(&[3.0, 1.0, 2.0], None).unwrap().rows, Some(vec![1, 2, 0]));
        let found = order(&[0.0, 1.0, 2.0, 0.0, 1.0, 2.0], None).unwrap();
        assert!(
            found.rows.is_none() && found.notes[0].contains("once (first in row 4)"),
            "{:?}",
            found.notes
        );
        assert_eq!(found.follows, Some(vec![false, true, true, false, true, true]));
        let found = order(&[2.0, 1.0, 0.0, 2.0, 1.0, 0.0], None).unwrap();
        assert_eq!(found.rows, Some(vec![2, 1, 0, 5, 4, 3]));
        assert_eq!(found.follows, Some(vec![false, true, true, false, true, true]));
        assert!(order(&[0.0, 2.0, 0.0, 2.0, 0.0, 1.0], None).is_err());
        let error = order(&[0.0, f64::NAN], None).unwrap_err().to_string();
        assert!(error.contains("column `t`, row 2"), "{error}");
    }

    #[test]
    fn written_times() {
        // datetime.fromisoformat(...).replace(tzinfo=utc).timestamp() of Python 3.11
        for (text, expected) in [
            ("2026-11-28 10:15:00.5", 1_795_860_900.5),
            ("2026-11-28T10:15:00.5Z", 1_795_860_900.5),
            ("2026-11-28T12:15:00.500000+02:00", 1_795_860_900.5),
            ("1970-01-01", 0.0),
            ("2000-02-29", 951_782_400.0),
            ("00:01:02.5", 62.5),
            ("1 days 00:00:02", 86_402.0),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in ["left", "1", "2026-13-01", "10:15:xx", ""] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
