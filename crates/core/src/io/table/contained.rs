//! Decoders that may panic on damaged files, or ask for all memory: the panic becomes an error, and nothing reaches stderr.

use std::cell::Cell;
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;

use super::super::error::Problem;
use super::super::shown;
use crate::memory;

thread_local! {
    /// Is a decoder running on this thread?
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Calls a decoder of polars, which may panic on some damaged files: that is damage too.
///
/// The panic hook is the process's, so it is wrapped once and for all threads; on a thread that runs no
/// decoder the earlier hook speaks as before. What the decoder asks for beyond what a file of that length may ends the
/// program, if its allocator counts.
pub(super) fn contained<T, E: Display>(
    path: &Path,
    format: &'static str,
    place: &str,
    decode: impl FnOnce() -> Result<T, E>,
) -> Result<T, Problem> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let earlier = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                earlier(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let name = shown::line(&format!("{}: {format} at {place}", path.display()));
    let result =
        memory::within(memory::allowed(path), name, || panic::catch_unwind(AssertUnwindSafe(decode)));
    GUARDED.set(outer);
    match result {
        Ok(result) => result.map_err(|e| Problem::damaged(format, place, e)),
        Err(_) => Err(Problem::damaged(format, place, "the decoder gave up on inconsistent data")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const CHILD: &str = "NULLCLINE_TEST_CHILD";

    #[test]
    fn a_decoder_panics_in_silence() {
        if std::env::var_os(CHILD).is_some() {
            let other = std::thread::spawn(|| {
                let inside = || -> Result<(), String> { panic!("inside a decoder") };
                assert!(contained(Path::new("x"), "parquet", "the footer", inside).is_err());
                panic!("on a free thread");
            });
            assert!(other.join().is_err());
            let nested = contained(Path::new("x"), "arrow", "the rows", || -> Result<(), String> {
                assert!(
                    contained(Path::new("x"), "arrow", "the rows", || -> Result<(), String> {
                        panic!("nested")
                    })
                    .is_err()
                );
                panic!("still inside")
            });
            assert!(nested.is_err() && !GUARDED.get());
            return;
        }
        let name = "io::table::contained::tests::a_decoder_panics_in_silence";
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success() && said.contains("on a free thread"), "{said}");
        for silent in ["inside a decoder", "nested", "still inside"] {
            assert!(!said.contains(silent), "{said}");
        }
    }
}
