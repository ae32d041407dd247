//! What the report says of the network itself.

use crate::pipeline::Config;
use nullcline_core::systems::checkpoint::Network;
use serde_json::json;

/// Names and values for the head of the page.
pub(super) fn facts(network: &Network) -> Vec<(String, String)> {
    let mut facts = vec![("Network".into(), network.describe())];
    if let Some(r) = &network.readout {
        facts.push(("Read-out".into(), format!("{} ({} outputs)", r.name, r.weight.nrows())));
    }
    if !network.unused.is_empty() {
        facts.push(("Tensors not used".into(), network.unused.join(", ")));
    }
    if !network.said.is_empty() {
        facts.push(("Understood".into(), network.said.join(" ")));
    }
    if !network.notes.is_empty() {
        facts.push(("Assumed".into(), network.notes.join(" ")));
    }
    facts
}

/// Entry `input` of the summary.
pub(super) fn input(network: &Network, config: &Config) -> serde_json::Value {
    json!({
        "file": config.file.display().to_string(),
        "kind": "network",
        "cell": network.cell.name,
        "activation": network.activation.map(|a| a.name()),
        "units": network.units,
        "inputs": network.inputs,
        "state": network.system.step().dim(),
        "time_step": network.system.time_step(),
        "flow": network.system.is_flow(),
        "readout": network.readout.as_ref().map(|r| r.name.clone()),
        "unused": network.unused,
    })
}

/// What is wrong with a step that is longer than the smallest time constant; none of others.
pub(super) fn coarse(network: &Network) -> Option<String> {
    let cell = network.architecture.cell();
    let scheme = cell.scheme().filter(|_| cell.kind().has_tau())?;
    let least = cell.tau().iter().copied().fold(f64::INFINITY, f64::min);
    (scheme.dt > least).then(|| {
        format!(
            "the step dt = {} exceeds the smallest time constant, {least}, so that it may be the step that makes them grow: give \
             --dt below {least}",
            scheme.dt
        )
    })
}
