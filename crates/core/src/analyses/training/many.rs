//! Many trainings side by side, each on one thread.

use super::{Error, Keeping, Plan, Trained, train};
use crate::job::Observer;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Trains all `plans`, each in its folder, if it has one, as many at a time as there are threads, each on one thread.
///
/// The results are in the order of the plans and depend on nothing but them.
///
/// # Errors
/// That of [`train`] for the first plan that has one; then no further plan is begun, and what is done
/// stays in its folder.
///
/// ```
/// use nullcline_core::analyses::training::{Keeping, Train, train, train_all};
/// use nullcline_core::job::Silent;
/// use serde_json::json;
///
/// let plan = |seed: u64| {
///     let settings = json!({ "task": "flip-flop", "cell": "gru", "units": 3, "bits": 1, "steps": 6, "train_items": 32,
///                            "validation_items": 8, "test_items": 8, "epochs": 1, "seed": seed });
///     serde_json::from_value::<Train>(settings).unwrap().plan().unwrap().0
/// };
/// let both = train_all(&[(plan(1), None), (plan(2), None)], Keeping::default(), &Silent).unwrap();
/// // Beside others or alone, a training is the same.
/// assert_eq!(both[1].theta, train(&plan(2), None, Keeping::default(), &Silent).unwrap().theta);
/// ```
pub fn train_all(
    plans: &[(Plan, Option<PathBuf>)],
    keeping: Keeping,
    observer: &dyn Observer,
) -> Result<Vec<Trained>, Error> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<Trained, Error>)>> = Mutex::new(vec![]);
    let tally = Tally { observer, plans: plans.len(), done: AtomicUsize::new(0), parts: AtomicU64::new(0) };
    observer.start("training", plans.len() as u64 * WHOLE);
    let work = || {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some((plan, folder)) = plans.get(i) else { return };
            let part = Part { tally: &tally, total: AtomicU64::new(0), done: AtomicU64::new(0) };
            let result = match &pool {
                Ok(pool) => pool.install(|| train(plan, folder.as_deref(), keeping, &part)),
                Err(e) => Err(Error::Config(format!("cannot start a thread: {e}; try --threads 1"))),
            };
            part.close();
            if result.is_err() {
                next.store(plans.len(), Ordering::Relaxed);
            }
            results.lock().unwrap_or_else(PoisonError::into_inner).push((i, result));
        }
    };
    std::thread::scope(|s| {
        for _ in 0..rayon::current_num_threads().min(plans.len()) {
            s.spawn(work);
        }
    });
    observer.finish();
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Parts of progress that each training is worth.
const WHOLE: u64 = 1000;

/// How far all of them are.
struct Tally<'a> {
    observer: &'a dyn Observer,
    plans: usize,
    done: AtomicUsize,
    parts: AtomicU64,
}

/// How far one of them is.
struct Part<'a> {
    tally: &'a Tally<'a>,
    /// Of its own steps.
    total: AtomicU64,
    /// Parts counted so far.
    done: AtomicU64,
}

impl Part<'_> {
    fn reach(&self, parts: u64) {
        let more = parts.saturating_sub(self.done.swap(parts, Ordering::Relaxed));
        let all = self.tally.parts.fetch_add(more, Ordering::Relaxed) + more;
        self.tally.observer.at(all);
    }

    fn close(&self) {
        self.reach(WHOLE);
        let done = self.tally.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.tally.observer.say(&format!("{done} of {} trainings done", self.tally.plans));
    }
}

impl Observer for Part<'_> {
    fn start(&self, _: &str, total: u64) {
        // A test at the end has no parts of its own.
        if total > 0 {
            self.total.store(total, Ordering::Relaxed);
        }
    }
    fn at(&self, done: u64) {
        self.reach((done * WHOLE).checked_div(self.total.load(Ordering::Relaxed)).unwrap_or(0));
    }
    fn finish(&self) {}
}
