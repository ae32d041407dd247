//! The command `nullcline`.

mod allocator;

use allocator::Bounded;
use std::alloc::System;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: Bounded<System> = Bounded(System);

fn main() -> ExitCode {
    nullcline::cli::run()
}
