//! Whether what was asked for has room in memory, before it is begun.

use super::Error;
use crate::memory::{self, written};

/// Refuses what takes more memory than may be used: `bytes` for each of the product of `factors`, which are options or
/// what a file has, by name.
///
/// # Errors
/// [`Error::Config`] that names the factors, what they would take and what there is.
///
/// ```
/// use nullcline_core::analyses::fits;
///
/// assert!(fits("the states", &[("--trajectories", 10), ("--length", 100)], 8).is_ok());
/// let error = fits("the states", &[("--trajectories", usize::MAX)], 8).unwrap_err();
/// assert!(error.to_string().contains("lower --trajectories"));
/// ```
pub fn fits(what: &str, factors: &[(&str, usize)], bytes: usize) -> Result<(), Error> {
    within(what, factors, bytes, memory::bound())
}

fn within(what: &str, factors: &[(&str, usize)], bytes: usize, bound: u64) -> Result<(), Error> {
    let whole = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let need = factors.iter().fold(whole(bytes), |all, f| all.saturating_mul(whole(f.1)));
    if need <= bound {
        return Ok(());
    }
    let option = |name: &str| name.starts_with("--");
    let factor = |(name, value): &(&str, usize)| match option(name) {
        true => format!("{name} {value}"),
        false => format!("{value} {name}"),
    };
    // Options stand as such, or in words: steps of --horizon.
    let words = factors.iter().flat_map(|f| f.0.split([' ', ',', '(', ')']));
    let mut options: Vec<&str> = words.filter(|word| option(word)).collect();
    options.dedup();
    Err(Error::Config(format!(
        "{}: {what} would take {}, expected at most {}, the memory that may be used; lower {}",
        factors.iter().map(factor).collect::<Vec<_>>().join(" times "),
        written(need),
        written(bound),
        options.join(" or ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_named_with_its_factors() {
        let factors = [("--trajectories", 1000), ("--length", 500), ("state variables", 4)];
        assert!(within("the states", &factors, 8, 16_000_000).is_ok());
        let said = within("the states", &factors, 8, 15_999_999).unwrap_err().to_string();
        assert_eq!(
            said,
            "--trajectories 1000 times --length 500 times 4 state variables: the states would take 16.0 MB, expected \
             at most 16.0 MB, the memory that may be used; lower --trajectories or --length"
        );
    }

    #[test]
    fn no_product_overflows() {
        let said =
            within("all", &[("--units", usize::MAX), ("--units", usize::MAX)], 8, 1 << 30).unwrap_err();
        assert!(
            said.to_string().contains("more than 18.4 EB") && said.to_string().ends_with("lower --units")
        );
    }
}
