//! Fanthomme (2021), thesis, chapter 2: "Regularization in Gaussian Model inference".

pub mod fig2_10;
pub mod fig2_11;
pub mod fig2_2;
pub mod fig2_3;
pub mod fig2_4;
pub mod fig2_5;
mod models;
mod potts;
mod strengths;

use super::{Claim, Study};

/// Its studies.
pub const STUDIES: &[Study] = &[
    fig2_2::STUDY,
    fig2_3::STUDY,
    fig2_4::STUDY,
    fig2_5::STUDY,
    potts::LIKELIHOODS,
    potts::SITES,
    potts::STATES,
    potts::DEGREES,
    fig2_10::STUDY,
    fig2_11::STUDY,
];

/// Claims as a run of `n` variables can ask them, where the thesis has `printed`.
fn at_size(claims: Vec<Claim>, n: usize, printed: usize) -> Vec<Claim> {
    let words = format!("n = {n}, not {printed}");
    let one = |c: Claim| if n == printed { c } else { c.at_other_size(&words) };
    claims.into_iter().map(one).collect()
}
