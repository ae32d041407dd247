//! Park, Sagodi and Sokol (2023), "Persistent learning signals and working memory without continuous attractors".

mod fig6;

use super::Study;

/// Its studies.
pub const STUDIES: &[Study] = &[fig6::STUDY];
