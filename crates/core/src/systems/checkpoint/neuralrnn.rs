//! Networks of NeuralRNN, whose `config.json` says what the weights make.

use super::effective::Catalogue;
use super::given::by_map;
use super::orientation::Vectors;
use super::parts::Parts;
use super::{Error, Spec, published};
use crate::io::tensors::Tensors;
use crate::linalg::activation::Activation;
use crate::systems::cells::{CURRENT, RATE, VANILLA};

/// Models with one recurrent layer h2h, perhaps with masks and signs.
const ONE_LAYER: [&str; 7] =
    ["ctrnn", "ei_rnn", "constrained_rnn", "se_rnn", "sparse_rnn", "modular_rnn", "multiarea_rnn"];

fn text<'a>(file: &'a Tensors, key: &str) -> Option<&'a str> {
    file.metadata.get(&format!("config.{key}")).map(String::as_str)
}

/// Whether a file is such a network.
pub fn named(file: &Tensors, all: &Catalogue) -> bool {
    let weights = all.get("h2h.weight").is_some() || all.get("m").is_some() && all.get("n").is_some();
    let model = text(file, "model_type").unwrap_or_default();
    weights && (model == "lowrank_rnn" || ONE_LAYER.contains(&model))
}

/// The network of a file by NeuralRNN 0.4, z' = (1 - a) z + a f(p) with the drive p = W z + U x + b (`pre_activation`);
/// z' = f((1 - a) z + a p) (`post_blend`); or z' = (1 - a) z + a p with p = W f(z) + U x + b (`rate`).
pub fn network<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Option<Result<Parts<'a>, Error>> {
    (named(file, all) && spec.cell.is_none() && spec.vectors.is_none()).then(|| of(file, all, spec))
}

fn of<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Result<Parts<'a>, Error> {
    let model = text(file, "model_type").unwrap_or_default();
    let low_rank = model == "lowrank_rnn";
    let usual = if low_rank { "rate" } else { "pre_activation" };
    let mode = text(file, "nonlinearity_mode").unwrap_or(usual);
    let name = if low_rank { "m" } else { "h2h.weight" };
    let refused = |what: String| {
        let advice = "--cell with --map and --alpha says what is to be read";
        Err(Error::NotRead { name: name.into(), what, advice })
    };
    let named = text(file, "activation").unwrap_or("not told");
    let Some(f) = Activation::parse(named) else {
        return refused(format!("has the activation `{named}` (config.json)"));
    };
    let number = |key: &str| text(file, key).and_then(|a| a.parse::<f64>().ok());
    let alpha = number("alpha").or_else(|| Some(number("dt")? / number("tau")?));
    let Some(alpha) = alpha.filter(|a| *a > 0.0 && *a <= 1.0) else {
        return refused("has no alpha in its config.json".into());
    };
    let (cell, a) = match mode {
        "pre_activation" => (&RATE, None),
        "rate" => (&CURRENT, None),
        "post_blend" => (&VANILLA, Some(alpha)),
        _ => return refused(format!("has the nonlinearity_mode `{mode}` (config.json)")),
    };
    if low_rank && mode == "rate" && text(file, "scale_by_hidden_size") != Some("false") {
        return published_rates(file, all, spec, (f, alpha));
    }
    if low_rank && mode != "pre_activation" {
        return refused(format!(
            "is low-rank of the nonlinearity_mode `{mode}`, with a bias within its rates or not over its units"
        ));
    }
    let map = if low_rank { low_rank_map(file) } else { map(all, a) };
    let own = Spec { cell: Some(cell), map, vectors: Some(Vectors::Column), prefix: None, ..spec.clone() };
    let over_units = low_rank && text(file, "scale_by_hidden_size") != Some("false");
    let own = if over_units { Spec { vectors: None, ..own } } else { own };
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

/// A low-rank model of rates, as lowrank_inference has them: its bias within the rates, m n^T over the units.
fn published_rates<'a>(
    file: &Tensors,
    all: &Catalogue<'a>,
    spec: &Spec,
    (f, alpha): (Activation, f64),
) -> Result<Parts<'a>, Error> {
    let Some(parts) = published::network(all, spec) else {
        let why = "a low-rank model has `m`, `n` and `wi`; were all weights saved?".to_owned();
        return Err(Error::Missing { name: "wi".into(), why });
    };
    let mut parts = parts?;
    let said = format!("By the config.json beside it: lowrank_rnn of NeuralRNN, rate, alpha {alpha}.");
    parts.said.insert(0, said);
    if text(file, "output_activation").is_some_and(|g| Activation::parse(g) != Some(f)) {
        (parts.readout, parts.settled) = (None, true);
        parts
            .said
            .push("Its read-out bends the states otherwise than its recurrence, and is left out.".into());
    }
    Ok(Parts { activation: Some(f), times: Some((1.0, alpha)), ..parts })
}

/// Roles of the tensors of a low-rank model with the bias in its drive.
fn low_rank_map(file: &Tensors) -> Vec<(String, String)> {
    let over_units = text(file, "scale_by_hidden_size") != Some("false");
    let w: &[(&str, &str)] = if over_units { &[("m", "m"), ("n", "n")] } else { &[("w_rec", "m@t(n)")] };
    let u = if over_units { "wi" } else { "t(wi)*si" };
    let beside = [("w_in", u), ("b", "b")];
    w.iter().chain(&beside).map(|(role, name)| ((*role).to_owned(), (*name).to_owned())).collect()
}
