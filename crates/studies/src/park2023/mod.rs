//! Park, Sagodi and Sokol (2023), "Persistent learning signals and working memory without continuous attractors".

mod benchmarks;
mod exponents;
pub mod fig3;
pub mod fig4;
pub mod fig5a;
pub mod fig5b;
pub mod fig5c;
mod fig6;
mod gradients;
mod memory;
pub mod networks;
mod planar;
pub mod robustness;
pub mod table_s1;
mod text;

use super::Study;

/// Its studies.
pub const STUDIES: &[Study] = &[
    fig3::STUDY,
    fig4::STUDY,
    fig5a::STUDY,
    fig5b::STUDY,
    fig5c::STUDY,
    fig6::STUDY,
    gradients::STUDY,
    memory::STUDY,
    robustness::STUDY,
    table_s1::STUDY,
    text::STUDY,
];

/// Where `inside`, true at `low`, ceases to be before `high`: by so many halvings of the bracket.
fn bisect(mut low: f64, mut high: f64, steps: usize, inside: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..steps {
        let middle = (low + high) / 2.0;
        if inside(middle) { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}
