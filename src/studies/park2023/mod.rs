//! Park, Sagodi and Sokol (2023), "Persistent learning signals and working memory without continuous attractors".

mod benchmarks;
mod exponents;
pub mod fig3;
pub mod fig4;
pub mod fig5a;
pub mod fig5b;
pub mod fig5c;
mod fig6;
pub mod networks;
mod planar;
pub mod robustness;
pub mod table_s1;

use super::Study;

/// Its studies.
pub const STUDIES: &[Study] = &[
    fig3::STUDY,
    fig4::STUDY,
    fig5a::STUDY,
    fig5b::STUDY,
    fig5c::STUDY,
    fig6::STUDY,
    robustness::STUDY,
    table_s1::STUDY,
];
