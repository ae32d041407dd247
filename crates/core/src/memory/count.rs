//! The memory in use, as an allocator counts it, and what one piece of work may take of it.
//!
//! A decoder of others believes what a damaged file claims. Its panics can be caught, but not an allocation that fails:
//! the program's allocator therefore asks here before it gives. Where no allocator asks, as in a library, nothing is counted.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicI64, Ordering};

use super::said;

/// A thread tells the others of its memory when it has taken or given back so much.
const TOLD: i64 = 1 << 20;

static USED: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

/// The most bytes that were in use since [`forget_peak`], to a megabyte a thread; 0 where no allocator counts.
pub fn peak() -> u64 {
    u64::try_from(PEAK.load(Ordering::Relaxed)).unwrap_or(0)
}

/// Begins to look for the [`peak`] anew.
pub fn forget_peak() {
    PEAK.store(USED.load(Ordering::Relaxed), Ordering::Relaxed);
}

#[derive(Clone, Copy)]
struct Here {
    /// Bytes of which the other threads do not know.
    untold: i64,
    /// Bytes that the piece of work has taken, and may take.
    taken: i64,
    most: i64,
}

thread_local! {
    static HERE: Cell<Here> = const { Cell::new(Here { untold: 0, taken: 0, most: i64::MAX }) };
    /// What the piece of work is.
    static WORK: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Counts `bytes` that are asked for; false where they are more than may be had.
pub fn take(bytes: usize) -> bool {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX / 4);
    let mut here = HERE.get();
    here.taken = here.taken.saturating_add(bytes);
    here.untold = here.untold.saturating_add(bytes);
    let mut granted = here.taken <= here.most;
    if here.untold > TOLD {
        let all = USED.fetch_add(here.untold, Ordering::Relaxed).saturating_add(here.untold);
        here.untold = 0;
        PEAK.fetch_max(all, Ordering::Relaxed);
        granted &= said().is_none_or(|bound| all <= i64::try_from(bound).unwrap_or(i64::MAX));
    }
    HERE.set(here);
    granted
}

/// Counts `bytes` that are given back.
pub fn give(bytes: usize) {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX / 4);
    let mut here = HERE.get();
    here.taken = here.taken.saturating_sub(bytes);
    here.untold = here.untold.saturating_sub(bytes);
    if here.untold < -TOLD {
        USED.fetch_add(here.untold, Ordering::Relaxed);
        here.untold = 0;
    }
    HERE.set(here);
}

/// Does a piece of work on this thread that may take `most` bytes more than are in use, under a name for messages.
pub(crate) fn within<T>(most: u64, name: String, work: impl FnOnce() -> T) -> T {
    /// Restores what was, also after a panic.
    struct Outer(Here, String);
    impl Drop for Outer {
        fn drop(&mut self) {
            let inner = HERE.get();
            HERE.set(Here { taken: self.0.taken.saturating_add(inner.taken), most: self.0.most, ..inner });
            WORK.set(std::mem::take(&mut self.1));
        }
    }
    let outer = Outer(HERE.get(), WORK.replace(name));
    HERE.set(Here { taken: 0, most: i64::try_from(most).unwrap_or(i64::MAX), ..outer.0 });
    let result = work();
    drop(outer);
    result
}

/// Says why `bytes` were not granted, and ends the process: with 3 if a file asked for them, else with 2.
///
/// An allocation can neither wait nor fail: whoever asked would end the process without a word.
#[allow(clippy::print_stderr)]
pub fn refuse(bytes: usize) -> ! {
    let here = HERE.get();
    // What is said takes memory, too.
    HERE.set(Here { untold: i64::MIN / 2, taken: i64::MIN / 2, most: i64::MAX });
    let size = super::written;
    if here.taken > here.most {
        let work = WORK.with_borrow(Clone::clone);
        eprintln!(
            "error: {work}: asks for {} of memory, expected at most {}; a damaged file can ask for anything, and a sound \
             one gets more by --memory SIZE",
            size(u64::try_from(here.taken).unwrap_or(bytes as u64)),
            size(u64::try_from(here.most).unwrap_or_default()),
        );
        std::process::exit(3)
    }
    eprintln!(
        "error: asked for {} of memory, with {} in use, expected at most {} in all; make the problem smaller, or say \
         --memory SIZE (three quarters of the machine's unless given)",
        size(bytes as u64),
        size(u64::try_from(USED.load(Ordering::Relaxed)).unwrap_or_default().saturating_sub(bytes as u64)),
        size(super::bound()),
    );
    std::process::exit(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_work_has_its_own_bound() {
        let name = String::from;
        within(1000, name("outer"), || {
            assert!(take(600));
            within(100, name("inner"), || {
                assert!(take(100) && !take(1));
                give(2);
                assert!(take(1));
            });
            assert!(!take(301), "600 + 100 + 301");
            assert_eq!(WORK.with_borrow(Clone::clone), "outer");
        });
        give(1001);
        assert_eq!(HERE.get().most, i64::MAX);
    }

    #[test]
    fn a_panic_restores_what_was() {
        let inside = std::panic::AssertUnwindSafe(|| within(10, String::new(), || panic!("inside")));
        assert!(std::panic::catch_unwind(inside).is_err());
        assert_eq!(HERE.get().most, i64::MAX);
    }
}
