//! Chapter 8 and appendix B: path integrators that see, trained once for all studies of a run.

mod curricula;
mod errors;
mod gates;
mod memories;
mod models;
mod network;
mod places;
mod retinas;
mod size;
mod table;
mod tours;
mod twins;
mod units;

use crate::Study;

/// Its studies, in the order of the thesis.
pub const STUDIES: [Study; 18] = [
    tours::SNAKE,
    errors::STUDY,
    twins::STATES,
    table::SNAKE,
    retinas::RETINA,
    retinas::DECODERS,
    memories::PARTS,
    models::MAPS,
    models::TABLE,
    table::MEMORIES,
    curricula::STUDY,
    table::DONUT,
    units::ABSOLUTE,
    units::RELATIVE,
    gates::STUDY,
    memories::GATES,
    tours::TWINS,
    twins::RESETS,
];
