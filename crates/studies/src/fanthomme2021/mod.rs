//! Fanthomme (2021), thesis, chapter 2: "Regularization in Gaussian Model inference", and chapter 7
//! with appendix A: "Low-dimensional manifolds in recurrent neural networks".

pub mod fig2_10;
pub mod fig2_11;
pub mod fig2_2;
pub mod fig2_3;
pub mod fig2_4;
pub mod fig2_5;
pub mod fig7_10;
pub mod fig7_11;
pub mod fig7_12;
pub mod fig7_2;
pub mod fig7_3;
pub mod fig7_4;
pub mod fig7_6;
pub mod fig7_7;
pub mod fig7_8;
pub mod fig7_9;
pub mod figa_1;
pub mod figa_2;
pub mod figa_3;
pub mod figa_4;
pub mod figa_5;
pub mod figa_6;
pub mod figa_7;
pub mod integrators;
mod models;
pub mod navigators;
mod potts;
mod strengths;
pub mod table7_1;
pub mod text2_1;
pub mod text2_2;
pub mod text2_3;
pub mod text7_3;

use super::{Claim, Study};

/// Its studies of chapters 2 and 7; [`navigators::STUDIES`] are those of chapter 8.
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
    text2_1::STUDY,
    text2_2::STUDY,
    text2_3::STUDY,
    fig7_2::STUDY,
    fig7_3::STUDY,
    fig7_4::CURRENTS,
    fig7_4::CONTRIBUTIONS,
    fig7_6::STUDY,
    fig7_7::STUDY,
    fig7_8::STUDY,
    fig7_9::STUDY,
    table7_1::STUDY,
    fig7_10::STUDY,
    fig7_11::STUDY,
    fig7_12::STUDY,
    figa_1::STUDY,
    figa_2::STUDY,
    figa_3::STUDY,
    figa_4::STUDY,
    figa_5::STUDY,
    figa_6::STUDY,
    figa_7::STUDY,
    text7_3::STUDY,
];

/// Claims as a run of `n` variables can ask them, where the thesis has `printed`.
fn at_size(claims: Vec<Claim>, n: usize, printed: usize) -> Vec<Claim> {
    let words = format!("n = {n}, not {printed}");
    let one = |c: Claim| if n == printed { c } else { c.at_other_size(&words) };
    claims.into_iter().map(one).collect()
}
