//! Progress bars on the terminal.

use crate::io::shown::line;
use crate::job::Observer;
use indicatif::style::ProgressTracker;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Bars that are drawn only on a terminal, and gone when the work is done.
pub(super) struct Bars {
    shown: bool,
    bar: Mutex<Option<ProgressBar>>,
    /// The stage, and of how many.
    stage: Mutex<Option<(usize, usize)>>,
}

/// The time left as it is told: that of the mean speed so far, and never more than was told before.
#[derive(Clone, Default)]
struct Left {
    /// Where work was taken up, and when.
    start: Option<(u64, Instant)>,
    told: Option<Duration>,
}

impl ProgressTracker for Left {
    fn clone_box(&self) -> Box<dyn ProgressTracker> {
        Box::new(self.clone())
    }

    fn tick(&mut self, state: &ProgressState, now: Instant) {
        // What is done when it is first told may be of an earlier run, which tells nothing of the time left.
        if state.pos() == 0 {
            return;
        }
        let (first, since) = *self.start.get_or_insert((state.pos(), now));
        let (done, all) = (state.pos().saturating_sub(first), state.len().unwrap_or(0));
        if done == 0 {
            return;
        }
        let left =
            now.duration_since(since).as_secs_f64() / done as f64 * all.saturating_sub(state.pos()) as f64;
        let left = Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX);
        self.told = Some(self.told.map_or(left, |told| told.min(left)));
    }

    fn reset(&mut self, _: &ProgressState, _: Instant) {
        *self = Self::default();
    }

    fn write(&self, _: &ProgressState, w: &mut dyn Write) {
        if let Some(left) = self.told {
            let _ = write!(w, "{} left", spoken(left));
        }
    }
}

/// A time in the largest unit of which there are two.
fn spoken(time: Duration) -> String {
    match time.as_secs() {
        s @ 0..120 => format!("{} s", s + 1),
        s @ 120..7200 => format!("{} min", s.div_ceil(60)),
        s => format!("{} h", s.div_ceil(3600)),
    }
}

impl Bars {
    pub(super) fn new(shown: bool) -> Self {
        Self { shown, bar: Mutex::new(None), stage: Mutex::new(None) }
    }

    /// Removes the bar of work that failed.
    pub(super) fn clear(&self) {
        self.with(|bar| {
            if let Some(b) = bar.take() {
                b.finish_and_clear();
            }
        });
    }

    fn with(&self, f: impl FnOnce(&mut Option<ProgressBar>)) {
        f(&mut self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

impl Observer for Bars {
    fn stage(&self, k: usize, of: usize) {
        *self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((k, of));
    }
    fn start(&self, what: &str, total: u64) {
        if !self.shown {
            return;
        }
        let bar = if total > 0 { ProgressBar::new(total) } else { ProgressBar::new_spinner() };
        bar.set_draw_target(ProgressDrawTarget::stderr());
        let template = if total > 0 {
            "{msg:28} {bar:24} {percent:>3} %  {left}  {prefix}"
        } else {
            "{msg:28} {spinner} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("left", Left::default()));
        }
        let stage = *self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let stage = stage.map_or_else(String::new, |(k, of)| format!("{k} of {of}: "));
        bar.set_message(format!("{stage}{}", line(what)));
        bar.enable_steady_tick(Duration::from_millis(200));
        self.with(|slot| {
            if let Some(old) = slot.replace(bar) {
                old.finish_and_clear();
            }
        });
    }
    fn at(&self, done: u64) {
        self.with(|bar| {
            if let Some(b) = bar {
                b.set_position(done);
            }
        });
    }
    fn say(&self, what: &str) {
        self.with(|bar| {
            if let Some(b) = bar {
                b.set_prefix(line(what));
            }
        });
    }
    fn finish(&self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_never_climbs_and_is_said_in_one_unit() {
        let bar = ProgressBar::hidden();
        bar.set_length(100);
        let (mut left, start) = (Left::default(), Instant::now());
        let mut told = vec![];
        let mut at = |position: u64, seconds: u64| {
            bar.set_position(position);
            bar.update(|state| left.tick(state, start + Duration::from_secs(seconds)));
            told.push(left.told.map(|t| t.as_secs()));
        };
        // Taken up at 20; ten parts a second, then a stall, then ten a second.
        at(20, 0);
        at(30, 1);
        at(30, 60);
        at(60, 63);
        at(100, 67);
        assert_eq!(told, [None, Some(7), Some(7), Some(7), Some(0)]);
        assert_eq!([59, 300, 9000].map(|s| spoken(Duration::from_secs(s))), ["60 s", "5 min", "3 h"]);
    }
}
