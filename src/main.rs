//! The command `nullcline`.

use std::process::ExitCode;

fn main() -> ExitCode {
    nullcline::cli::run()
}
