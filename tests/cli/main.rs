//! The command, run as a program.

#[path = "../common/mod.rs"]
mod common;

mod attack;
mod command;
mod comparison;
mod continued;
mod cycles;
mod decoding;
mod distill;
mod formats;
mod guide;
mod ibl;
mod infer;
mod inspect;
mod integrator;
mod interrupt;
mod left_out;
mod maps;
mod names;
mod navigate;
mod numbers;
mod options;
mod outputs;
mod pipeline;
mod potts;
mod prepared;
mod round_trip;
mod sensitivity;
mod silent;
mod study;
mod tables;
mod task;
mod terminal;
mod time;
mod train;
mod train_interrupt;
mod weights;
