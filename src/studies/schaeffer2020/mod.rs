//! Schaeffer, Khona, Meshulam, IBL and Fiete (2020): networks that solve a hierarchical inference task, and RADD.

mod fig2;
mod fig3;
mod fig4;
mod fig5;
mod fig6;
mod geometry;
pub mod networks;

use super::Study;

/// All studies of the paper.
pub const STUDIES: &[Study] = &[fig2::STUDY, fig3::STUDY, fig4::STUDY, fig5::STUDY, fig6::STUDY];
