//! Networks of NeuralRNN, whose `config.json` says what the weights make.

use super::effective::Catalogue;
use super::given::by_map;
use super::orientation::Vectors;
use super::parts::Parts;
use super::{Error, Spec};
use crate::io::tensors::Tensors;
use crate::linalg::activation::Activation;
use crate::systems::cells::{CURRENT, CellKind, RATE, VANILLA};

/// Models with one recurrent layer h2h, perhaps with masks and signs.
const ONE_LAYER: [&str; 7] =
    ["ctrnn", "ei_rnn", "constrained_rnn", "se_rnn", "sparse_rnn", "modular_rnn", "multiarea_rnn"];

fn text<'a>(file: &'a Tensors, key: &str) -> Option<&'a str> {
    file.metadata.get(&format!("config.{key}")).map(String::as_str)
}

/// Whether a file is such a network.
pub fn named(file: &Tensors, all: &Catalogue) -> bool {
    let weights = all.get("h2h.weight").is_some() || all.get("m").is_some() && all.get("n").is_some();
    weights && text(file, "model_type").is_some() && text(file, "nonlinearity_mode").is_some()
}

/// The network of a file by NeuralRNN 0.4, z' = (1 - a) z + a f(p) with the drive p = W z + U x + b (`pre_activation`);
/// z' = f((1 - a) z + a p) (`post_blend`); or z' = (1 - a) z + a p with p = W f(z) + U x + b (`rate`).
pub fn network<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Option<Result<Parts<'a>, Error>> {
    (named(file, all) && spec.cell.is_none() && spec.vectors.is_none()).then(|| of(file, all, spec))
}

fn of<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Result<Parts<'a>, Error> {
    let (model, mode) =
        (text(file, "model_type").unwrap_or_default(), text(file, "nonlinearity_mode").unwrap_or_default());
    let low_rank = model == "lowrank_rnn";
    let name = if low_rank { "m" } else { "h2h.weight" };
    let refused = |kind, advice| Err(Error::Unsupported { name: name.into(), kind, advice });
    if !low_rank && !ONE_LAYER.contains(&model) {
        return refused(
            "of another model of NeuralRNN (model_type)",
            "--cell with --map says what is to be read",
        );
    }
    let Some(f) = text(file, "activation").and_then(Activation::parse) else {
        return refused("bent by another activation", "tanh, relu, sigmoid and identity are read");
    };
    let Some(alpha) =
        text(file, "alpha").and_then(|a| a.parse::<f64>().ok()).filter(|a| *a > 0.0 && *a <= 1.0)
    else {
        return refused(
            "without alpha in its config.json",
            "--cell with --map and --alpha says what is to be read",
        );
    };
    let (cell, a) = match mode {
        "pre_activation" => (&RATE, None),
        "rate" => (&CURRENT, None),
        "post_blend" => (&VANILLA, Some(alpha)),
        _ => return refused("of another nonlinearity_mode", "--cell with --map says what is to be read"),
    };
    let map = if low_rank { low_rank_map(file, cell) } else { Some(map(all, a)) };
    let Some(map) = map else {
        return refused(
            "low-rank with a bias within its rates, or blended",
            "--cell with --map says what is to be read",
        );
    };
    let own = Spec { cell: Some(cell), map, vectors: Some(Vectors::Column), prefix: None, ..spec.clone() };
    let own = if low_rank { Spec { vectors: None, ..own } } else { own };
    let mut parts = by_map(file, all, &own)?;
    parts
        .said
        .insert(0, format!("By the config.json beside it: {model} of NeuralRNN, {mode}, alpha {alpha}."));
    if parts.readout.is_none() {
        parts.said.push("Its read-out is of some units, or bent, and is left out.".into());
    }
    let times = if a.is_none() { Some((1.0, alpha)) } else { None };
    Ok(Parts { cell: Some(cell), activation: Some(f), times, ..parts })
}

/// Roles of the tensors of a model with one layer; blended by `a` where the nonlinearity stands outside of the sum.
fn map(all: &Catalogue, a: Option<f64>) -> Vec<(String, String)> {
    let has = |name: &str| all.get(name).is_some();
    let masked = if has("rec_mask") { "(h2h.weight*rec_mask)" } else { "h2h.weight" };
    let w = if has("dale_mask") { format!("(abs({masked})@dale_mask)") } else { masked.to_owned() };
    let u = if has("in_mask") { "(input2h.weight*t(in_mask))" } else { "input2h.weight" };
    let scaled = |e: &str| a.map_or_else(|| e.to_owned(), |a| format!("{a}*{e}"));
    let w = a.map_or_else(|| w.clone(), |a| format!("{}*eye(h2h.weight)+{a}*{w}", 1.0 - a));
    let mut map = vec![
        ("w_rec".to_owned(), w),
        ("w_in".into(), scaled(u)),
        ("b".into(), format!("{}+{}", scaled("input2h.bias"), scaled("h2h.bias"))),
    ];
    // A read-out of the excitatory units alone is narrower.
    let units = all.get("h2h.weight").and_then(|w| w.matrix()).map(|m| m.1);
    if all.get("readout_layer.weight").and_then(|d| d.matrix()).map(|m| m.1) == units && units.is_some() {
        let d = if has("out_mask") { "readout_layer.weight*t(out_mask)" } else { "readout_layer.weight" };
        map.push(("readout".into(), d.into()));
        map.push(("readout_bias".into(), "readout_layer.bias".into()));
    }
    map
}

/// Roles of the tensors of a low-rank model, which is divided by the number of units.
fn low_rank_map(file: &Tensors, cell: &CellKind) -> Option<Vec<(String, String)>> {
    let over_units = text(file, "scale_by_hidden_size") != Some("false");
    (*cell == RATE && over_units).then(|| {
        let roles = [("m", "m"), ("n", "n"), ("w_in", "wi"), ("b", "b")];
        roles.map(|(role, name)| (role.to_owned(), name.to_owned())).to_vec()
    })
}
