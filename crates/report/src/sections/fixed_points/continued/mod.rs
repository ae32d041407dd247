//! Fixed points followed in a parameter.

mod drawn;
mod said;
mod tables;

use crate::Error;
use crate::figure::Figure;
use crate::sections::Context;
use crate::tables::TableOut;
use nullcline_core::analyses::network::Points;

pub use said::{curves, notes, sentences, short};

/// A diagram of each parameter.
pub fn figures(found: &Points) -> Result<Vec<Figure>, Error> {
    found.continued.iter().enumerate().map(|(k, c)| drawn::diagram(c, &name("bifurcations", k))).collect()
}

/// The branches, what happens on them, and cycles, of each parameter.
pub fn tables(found: &Points, context: &Context) -> Vec<TableOut> {
    found.continued.iter().enumerate().flat_map(|(k, c)| tables::all(c, context, k)).collect()
}

/// A name in the folder, with a number from the second parameter on.
fn name(what: &str, k: usize) -> String {
    if k == 0 { what.into() } else { format!("{what}_{}", k + 1) }
}
