//! What the Python package `nullcline` is made of: jobs, networks, tasks and the command, for `nullcline/*.py` to dress.

mod array;
mod environment;
mod function;
mod held;
mod job;
mod network;
mod options;

use pyo3::prelude::*;

/// The compiled part of nullcline.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::environment::{Ibl, Navigate};
    #[pymodule_export]
    use super::function::fixed_points_of;
    #[pymodule_export]
    use super::held::Held;
    #[pymodule_export]
    use super::job::{close, command, quantities, run};
    #[pymodule_export]
    use super::network::Network;
    #[pymodule_export]
    use super::options::{kinds, options};

    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
