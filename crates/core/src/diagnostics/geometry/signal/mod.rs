//! Dimensions of what is signal: activity less its noise, which is known (of spike counts), or is what does not come again.

mod poisson;
mod repeats;

pub use poisson::{AbovePoisson, above_poisson};
pub use repeats::{Repeat, Reproducible, cross_validated_spectrum, reproducible};

use crate::numbers::{Estimate, jackknife};

/// (tr S)^2 / tr S^2 from unbiased `squares` [(tr S)^2, tr S^2], with the error of leaving out each part in turn; none where there is
/// no S to be seen.
fn ratio(squares: [f64; 2], left_out: Vec<[f64; 2]>) -> Estimate {
    let of = |[trace, square]: [f64; 2]| if trace > 0.0 && square > 0.0 { trace / square } else { f64::NAN };
    match of(squares) {
        value if value.is_finite() => jackknife::delete_one(value, left_out.into_iter().map(|s| Some(of(s)))),
        _ => Estimate::NONE,
    }
}
