//! Nothing lost: kills, damaged progress, full disks.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/killed.rs"]
mod killed;

mod damaged_progress;
mod full_disk;
mod kills;
mod pipeline;
