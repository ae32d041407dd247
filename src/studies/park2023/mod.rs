//! Park, Sagodi and Sokol (2023), "Persistent learning signals and working memory without continuous attractors".

use super::Study;

/// Its studies.
pub const STUDIES: &[Study] = &[];
