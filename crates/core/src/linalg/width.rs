//! How wide the vectors of our kernels are: what the processor has, or less where a test asks for it.

use pulp::Arch;
use std::sync::OnceLock;

/// Environment variable that narrows the vectors: `256` or `scalar`. CONTRIBUTING says what it is for.
const VARIABLE: &str = "NULLCLINE_VECTORS";

/// The widest vectors of this processor, unless `NULLCLINE_VECTORS` asks for narrower ones.
///
/// It reaches the kernels of this crate; faer chooses its own by the processor alone.
pub fn arch() -> Arch {
    static CHOSEN: OnceLock<Arch> = OnceLock::new();
    *CHOSEN.get_or_init(|| std::env::var(VARIABLE).ok().and_then(|v| named(&v)).unwrap_or_default())
}

/// The vectors of that name, where this processor has them.
fn named(name: &str) -> Option<Arch> {
    match name {
        "scalar" => Some(Arch::Scalar),
        #[cfg(target_arch = "x86_64")]
        "256" => pulp::x86::V3::try_new().map(Arch::V3),
        _ => None,
    }
}

/// Whether the variable, where it is set, names vectors that this processor has.
///
/// # Errors
/// What it says, and what it may say.
pub fn check() -> Result<(), String> {
    match std::env::var(VARIABLE) {
        Ok(v) if named(&v).is_none() => {
            Err(format!("{VARIABLE}={v}: expected 256 (where the processor has such vectors) or scalar"))
        }
        _ => Ok(()),
    }
}
