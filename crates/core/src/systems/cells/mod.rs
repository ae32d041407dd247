//! Recurrent cells, one a file with all their facts, and stacks of them.

mod antisymmetric;
mod cornn;
mod current;
mod facts;
mod gated_antisymmetric;
mod gru;
mod gru_flow;
mod gru_reset_before;
mod integrator;
mod kind;
mod leak;
mod lipschitz;
mod lstm;
mod params;
mod plrnn;
mod proof;
mod rate;
mod response;
mod skewed;
mod stack;
mod stp;
mod ugrnn;
mod vanilla;

pub use antisymmetric::{ANTISYMMETRIC, Antisymmetric};
pub use cornn::{CORNN, CoRnn};
pub use current::{CURRENT, Current};
pub use facts::{Constant, Initial, Own, Region, Second};
pub use gated_antisymmetric::{GATED_ANTISYMMETRIC, GatedAntisymmetric};
pub use gru::{GRU, Gru};
pub use gru_flow::GRU_FLOW;
pub use gru_reset_before::GruResetBefore;
pub use integrator::{INTEGRATOR, Integrator};
pub use kind::{Acting, Cell, CellKind, FlowKind, Layer, Maker, Scheme};
pub use leak::Leaky;
pub use lipschitz::{LIPSCHITZ, Lipschitz};
pub use lstm::{LSTM, Lstm};
pub use params::Params;
pub use plrnn::{PLRNN, Plrnn, SHALLOW_PLRNN};
pub use rate::{RATE, Rate};
pub use skewed::Skewed;
pub use stack::Stack;
pub use stp::{Plastic, STP};
pub use ugrnn::{UGRNN, Ugrnn};
pub use vanilla::{VANILLA, Vanilla};

/// Every kind of cell.
pub static KINDS: &[&CellKind] = &[
    &VANILLA,
    &GRU,
    &LSTM,
    &RATE,
    &CURRENT,
    &ANTISYMMETRIC,
    &GATED_ANTISYMMETRIC,
    &CORNN,
    &LIPSCHITZ,
    &UGRNN,
    &INTEGRATOR,
    &GRU_FLOW,
    &PLRNN,
    &SHALLOW_PLRNN,
    &STP,
];

/// The names of all kinds, for messages.
pub fn names() -> String {
    KINDS.iter().map(|k| k.name).collect::<Vec<_>>().join(", ")
}

/// The kind of that name; `-` does for `_`.
///
/// ```
/// use nullcline_core::systems::cells::{KINDS, named, usual};
///
/// assert_eq!(named("gated-antisymmetric").unwrap().name, "gated_antisymmetric");
/// assert!(named("elman").is_none());
/// // A recurrent matrix of 3H rows is a GRU's, if nothing else is said.
/// assert_eq!(usual(3).unwrap().gates, ["r", "z", "n"]);
/// assert!(KINDS.iter().any(|k| k.is_flow() && k.has_tau()));
/// ```
pub fn named(name: &str) -> Option<&'static CellKind> {
    let name = name.replace('-', "_");
    KINDS.iter().copied().find(|k| k.name == name)
}

/// The kind that a recurrent matrix of so many gates means where nothing else tells.
pub fn usual(gates: usize) -> Option<&'static CellKind> {
    KINDS.iter().copied().find(|k| k.usual && k.gates.len() == gates)
}
