//! Pages, figures, folders, and what the studies write into them.

#[path = "../common/mod.rs"]
mod common;

mod charts;
mod figures;
mod folder;
mod page;
mod schema;
mod structure;
mod studies;
mod view;
