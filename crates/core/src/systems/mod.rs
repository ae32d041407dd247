//! Dynamical systems: the rule, its meaning in time, the cells, systems with known answers.

pub mod architecture;
pub mod cells;
pub mod checkpoint;
pub mod recurrence;
pub mod reference;
pub mod rule;
pub mod time;
