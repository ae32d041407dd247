//! Progress bars on the terminal.

use crate::io::shown::line;
use crate::job::Observer;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Mutex;
use std::time::Duration;

/// Bars that are drawn only on a terminal, and gone when the work is done.
pub(super) struct Bars {
    shown: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Bars {
    pub(super) fn new(shown: bool) -> Self {
        Self { shown, bar: Mutex::new(None) }
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
    fn start(&self, what: &str, total: u64) {
        if !self.shown {
            return;
        }
        let bar = if total > 0 { ProgressBar::new(total) } else { ProgressBar::new_spinner() };
        bar.set_draw_target(ProgressDrawTarget::stderr());
        let template = if total > 0 {
            "{msg:24} {bar:32} {percent:>3} %  {eta} left  {prefix}"
        } else {
            "{msg:24} {spinner} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(line(what));
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
                // Work that was done in an earlier run tells nothing of the time left.
                let first = b.position() == 0;
                b.set_position(done);
                if first {
                    b.reset_eta();
                }
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
