//! How much memory the program may ask for, and what it has.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

mod count;

pub(crate) use count::within;
pub use count::{forget_peak, give, peak, refuse, take};

/// What is assumed of a machine that does not tell.
const UNKNOWN: u64 = 8 << 30;

/// A file may ask for so much, whatever its length, and for so many times its length beyond.
const FREE: u64 = 1 << 27;
const EXPANSION: u64 = 256;

/// Bytes; 0 before anybody asked or said.
static BOUND: AtomicU64 = AtomicU64::new(0);
static CHOSEN: AtomicBool = AtomicBool::new(false);

/// Bytes that the program may ask for: what [`set_bound`] said, else three quarters of what the machine has.
pub fn bound() -> u64 {
    let first = |old| (old == 0).then(|| (machine() / 4 * 3).max(1));
    match BOUND.load(Ordering::Relaxed) {
        // Whoever said otherwise in the meantime is right.
        0 => match BOUND.fetch_update(Ordering::Relaxed, Ordering::Relaxed, first) {
            Ok(_) => BOUND.load(Ordering::Relaxed),
            Err(said) => said,
        },
        said => said,
    }
}

/// Sets what [`bound`] gives: so much one file may ask for, too, however small it is.
pub fn set_bound(bytes: u64) {
    BOUND.store(bytes.max(1), Ordering::Relaxed);
    CHOSEN.store(true, Ordering::Relaxed);
}

/// Sets the bound, or, with none, leaves it to the machine; gives what was set before. For programs that bound one piece of work.
pub fn swap_bound(bytes: Option<u64>) -> Option<u64> {
    let before = CHOSEN.swap(bytes.is_some(), Ordering::Relaxed);
    let old = BOUND.swap(bytes.map_or(0, |b| b.max(1)), Ordering::Relaxed);
    before.then_some(old)
}

/// The bound, if somebody asked for it or set it.
fn said() -> Option<u64> {
    Some(BOUND.load(Ordering::Relaxed)).filter(|b| *b > 0)
}

/// Bytes that may be asked for to read a file of `length` bytes: values take up to eight times their place in it, and
/// compression makes them smaller, but not beyond all measure unless they are all alike.
pub(crate) fn allowance(length: u64) -> u64 {
    match CHOSEN.load(Ordering::Relaxed) {
        true => bound(),
        false => bound().min(length.saturating_mul(EXPANSION).saturating_add(FREE)),
    }
}

/// Bytes that may be asked for to read the file at `path`.
pub fn allowed(path: &Path) -> u64 {
    allowance(std::fs::metadata(path).map_or(0, |m| m.len()))
}

/// Bytes in words: 1.5 GB.
///
/// ```
/// use nullcline_core::memory::written;
///
/// assert_eq!(written(512), "512 bytes");
/// assert_eq!(written(1_500_000_000), "1.5 GB");
/// ```
pub fn written(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 999.95 && unit + 1 < UNITS.len() {
        (value, unit) = (value / 1000.0, unit + 1);
    }
    let more = if bytes == u64::MAX { "more than " } else { "" };
    let digits = usize::from(unit > 0 && value < 100.0);
    format!("{more}{value:.digits$} {}", UNITS[unit])
}

/// Memory of the machine, or of the control group that the process is in.
fn machine() -> u64 {
    let total = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits =
        files(&groups).into_iter().filter_map(|f| std::fs::read_to_string(f).ok()?.trim().parse().ok());
    limits.chain(total).min().unwrap_or(UNKNOWN)
}

/// Bytes of `MemTotal`, which is given in kilobytes.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Where the limits stand of the process' control groups and of all above them: each holds for what is below.
fn files(groups: &str) -> Vec<String> {
    let mut all = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let (folders, file): (&[&str], _) = match controllers {
            "" => (&["", "/unified"], "memory.max"),
            c if c.split(',').any(|c| c == "memory") => (&["/memory"], "memory.limit_in_bytes"),
            _ => continue,
        };
        for above in std::path::Path::new(path).ancestors() {
            let inside = above.to_str().unwrap_or_default().trim_end_matches('/');
            all.extend(folders.iter().map(|f| format!("/sys/fs/cgroup{f}{inside}/{file}")));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_read() {
        assert_eq!(total("Foo: 1 kB\nMemTotal:       16384 kB\nMemFree: 2 kB\n"), Some(16384 * 1024));
        assert_eq!(total("MemTotal: many kB\n"), None);
        assert!((1 << 20..u64::MAX).contains(&machine()));
    }

    #[test]
    fn a_small_file_may_ask_for_little() {
        assert!(allowance(1000) <= FREE + 256_000 && allowance(u64::MAX) <= machine());
        assert_eq!(
            [999, 1000, 123_456_789, 18_250_000_000].map(written),
            ["999 bytes", "1.0 kB", "123 MB", "18.2 GB"]
        );
    }

    #[test]
    fn limits_of_all_groups_above_are_looked_at() {
        assert_eq!(
            files("4:cpu,memory:/a/b\n3:cpu:/x\n"),
            ["/a/b", "/a", ""].map(|p| format!("/sys/fs/cgroup/memory{p}/memory.limit_in_bytes"))
        );
        let v2 = files("0::/user\n");
        assert!(v2.contains(&"/sys/fs/cgroup/user/memory.max".into()), "{v2:?}");
        assert!(v2.contains(&"/sys/fs/cgroup/unified/memory.max".into()), "{v2:?}");
    }
}
