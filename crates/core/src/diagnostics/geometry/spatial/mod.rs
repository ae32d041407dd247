//! Where in space units are active: rate maps and what is read off them.

mod border;
mod fields;
mod grid;
mod heading;
mod linear;
mod map;

pub use border::border_score;
pub use fields::{BORDER, Field, PLACE, fields};
pub use grid::{Autocorrelogram, Rings, autocorrelogram, grid_score};
pub use heading::{Tuning, mean_vector, tuning};
pub use linear::Regressors;
pub use map::{Maps, Places, information, rate_maps};
