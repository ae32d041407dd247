//! Park, Sagodi and Sokol (2023), "Persistent learning signals and working memory without continuous attractors".

pub mod fig3;
pub mod networks;

use super::Study;

/// Its studies.
pub const STUDIES: &[Study] = &[fig3::STUDY];
