//! Park, Sagodi and Sokol (2023), "Persistent learning signals and working memory without continuous attractors".

mod fig5a;
mod fig5b;
mod planar;

use super::Study;

/// Its studies.
pub const STUDIES: &[Study] = &[
    Study { name: "park2023/fig5a", title: "Exponents of two units over angle and gain", run: fig5a::run },
    Study {
        name: "park2023/fig5b",
        title: "Spontaneous oscillations of two units by return times",
        run: fig5b::run,
    },
];
