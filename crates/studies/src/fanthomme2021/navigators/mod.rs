//! Path integrators of chapter 8: trained once for all studies of a run, and what they do on the courses of the tables.

mod network;
mod table;

pub use table::{DONUT, SNAKE};

use network::{Condition, Navigator, Size, navigators};
