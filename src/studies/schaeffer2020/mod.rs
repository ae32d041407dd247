//! Schaeffer, Khona, Meshulam, IBL and Fiete (2020): networks that solve a hierarchical inference task, and RADD.

mod behaviour;
mod dynamics;
mod fig2;
mod fig3;
mod fig4;
mod fig5;
mod fig6;
mod fig7;
mod fig8;
mod fig9;
mod geometry;
mod measured;
pub mod networks;
mod reduced;
mod sizes;

use super::Study;

/// All studies of the paper.
pub const STUDIES: &[Study] = &[
    fig2::STUDY,
    fig3::STUDY,
    fig4::STUDY,
    fig5::STUDY,
    fig6::STUDY,
    fig7::STUDY,
    fig8::STUDY,
    fig9::STUDY,
    sizes::STUDY,
];
