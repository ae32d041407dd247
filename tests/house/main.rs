//! The sources themselves: who imports whom, and known faults of dependencies.

mod advisories;
mod architecture;
mod network;
