//! Signals that end a run: what is half-written goes first. One that was ignored at the start, as under `nohup` or in
//! the background of a script, stays ignored.

use std::io;

/// Calls `end` at the first interrupt, hang-up or request to terminate.
///
/// # Errors
/// What the system says.
pub(super) fn listen(end: impl Fn() + Send + 'static) -> io::Result<()> {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let ignored = ignored(&std::fs::read_to_string("/proc/self/status").unwrap_or_default());
        let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|s| ignored >> (s - 1) & 1 == 0);
        let mut signals = signal_hook::iterator::Signals::new(heard)?;
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            if signals.forever().next().is_some() {
                end();
            }
        })?;
        Ok(())
    }
    #[cfg(not(unix))]
    ctrlc::set_handler(end).map_err(io::Error::other)
}

/// The signals that a process ignores, bit s - 1 for signal s, as Linux says; elsewhere none are known to be.
#[cfg(unix)]
fn ignored(status: &str) -> u64 {
    let line = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
