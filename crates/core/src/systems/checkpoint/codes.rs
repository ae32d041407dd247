//! Networks of currents under the names of MATLAB files of published code: spikeRNN and hebbRNN.

use super::effective::Catalogue;
use super::entry::{Entry, joined, parted};
use super::given::by_map;
use super::orientation::Vectors;
use super::parts::Parts;
use super::{Error, Spec};
use crate::io::tensors::Tensors;
use crate::linalg::activation::Activation;
use crate::systems::cells::CURRENT;

/// Names that must be there side by side.
const SPIKE: [&str; 6] = ["w", "w_in", "w_out", "m", "som_m", "taus_gaus"];
const HEBB: [&str; 4] = ["J", "wIn", "wFb", "outputUnitIdent"];

/// The prefix under which all of the names stand, with the entry of the first.
fn place<'b, 'a>(all: &'b Catalogue<'a>, names: &[&str]) -> Option<(&'b Entry<'a>, String)> {
    all.entries.iter().filter(|e| parted(e.name()).1 == names[0]).find_map(|e| {
        let prefix = parted(e.name()).0;
        let there = |leaf: &&str| all.get(&joined(prefix, leaf, e.name())).is_some();
        names.iter().all(there).then(|| (e, prefix.to_owned()))
    })
}

/// Whether the names are those of one of these codes.
pub fn named(all: &Catalogue) -> bool {
    place(all, &SPIKE).is_some() || place(all, &HEBB).is_some()
}

/// The network of a file by one of these codes; none where the user says that it is another cell.
pub fn network<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Option<Result<Parts<'a>, Error>> {
    if spec.cell.is_some_and(|c| *c != CURRENT) || spec.vectors.is_some() {
        return None;
    }
    match (place(all, &SPIKE), place(all, &HEBB)) {
        (Some((w, prefix)), _) => Some(spike(file, all, spec, w.name(), &prefix)),
        (_, Some((j, prefix))) => Some(hebb(file, all, spec, j, &prefix)),
        _ => None,
    }
}

/// The network that roles and formulas make.
fn made<'a>(
    file: &Tensors,
    all: &Catalogue<'a>,
    spec: &Spec,
    map: &[(&str, String)],
) -> Result<Parts<'a>, Error> {
    let map = map.iter().map(|(role, f)| ((*role).to_owned(), f.clone())).collect();
    by_map(
        file,
        all,
        &Spec { cell: Some(&CURRENT), map, vectors: Some(Vectors::Column), prefix: None, ..spec.clone() },
    )
}

/// x' = (1 - 1/tau) x + 1/tau (W f(x) + w_in u), W = (w m) * som_m, o = w_out f(x) + b_out, tau between the two numbers `taus` (in steps)
/// by a sigmoid of `taus_gaus` (rkim35/spikeRNN, rate/model.py; Kim, Li & Sejnowski 2019, PNAS 116, 22811).
fn spike<'a>(
    file: &Tensors,
    all: &Catalogue<'a>,
    spec: &Spec,
    like: &str,
    prefix: &str,
) -> Result<Parts<'a>, Error> {
    let name = |leaf: &str| joined(prefix, leaf, like);
    let said = file.metadata.get(&name("activation")).map(|a| a.trim());
    let told = said.unwrap_or("sigmoid");
    let Some(activation) = Activation::parse(told).filter(|_| told == "sigmoid") else {
        let what = format!("has the activation `{told}`, clipped at 20");
        return Err(Error::NotRead { name: name("w"), what, advice: "only its sigmoid networks are read" });
    };
    let mut map = vec![
        ("w_rec", format!("({}@{})*{}", name("w"), name("m"), name("som_m"))),
        ("w_in", name("w_in")),
        ("readout_of_rates", name("w_out")),
    ];
    map.extend(all.get(&name("b_out")).map(|_| ("readout_bias", name("b_out"))));
    let mut parts = made(file, all, spec, &map)?;
    let (Some(own), Some(span)) = (all.get(&name("taus_gaus")), all.get(&name("taus"))) else {
        let why = "the time constants lie between its two numbers".into();
        return Err(Error::Missing { name: name("taus"), why });
    };
    let n = parts.layers[0].units();
    let tau: Vec<f64> = match (&span.tensor.data[..], own.tensor.data.len()) {
        ([one], _) => vec![*one; n],
        ([low, high], len) if len == n => {
            own.tensor.data.iter().map(|g| low + (high - low) / (1.0 + (-g).exp())).collect()
        }
        _ => {
            let expected = format!("{n} x 1, a number a unit, beside one or two in `{}`", name("taus"));
            return Err(Error::Shape { name: name("taus_gaus"), found: own.tensor.shape.clone(), expected });
        }
    };
    let mut tau = own.with(vec![n], tau);
    tau.from.extend(span.from.iter().copied());
    parts.tau = Some(tau);
    parts.said.insert(
        0,
        "Names as in spikeRNN: a network of currents, signs and masks multiplied in, in time steps of its training, without its noise."
            .into(),
    );
    if said.is_none() {
        parts.said.push(
            "The file does not say the nonlinearity: sigmoid, the usual one of spikeRNN, is assumed.".into(),
        );
    }
    Ok(Parts { cell: Some(&CURRENT), activation: Some(activation), times: Some((1.0, 1.0)), ..parts })
}

/// x' = x + dt/tau (-x + J f(x) + wIn u + wFb z), z the rates of the output units (JonathanAMichaels/hebbRNN, core/hebbRNN_run_model.m).
fn hebb<'a>(
    file: &Tensors,
    all: &Catalogue<'a>,
    spec: &Spec,
    j: &Entry<'a>,
    prefix: &str,
) -> Result<Parts<'a>, Error> {
    let name = |leaf: &str| joined(prefix, leaf, j.name());
    let number = |leaf: &str| all.get(&name(leaf)).and_then(|e| e.tensor.data.first().copied());
    if number("useBiasNeurons").is_some_and(|v| v != 0.0) {
        let what = "has units that are held at a value (useBiasNeurons)".into();
        return Err(Error::NotRead {
            name: name("J"),
            what,
            advice: "take them out, as inputs that never change",
        });
    }
    let mut parts = made(file, all, spec, &[("w_rec", name("J")), ("w_in", name("wIn"))])?;
    let n = parts.layers[0].units();
    let (units, feedback) = (&all.get(&name("outputUnitIdent")), &all.get(&name("wFb")));
    let (Some(units), Some(feedback)) = (units, feedback) else { return Ok(parts) };
    let outputs: Option<Vec<usize>> =
        units.tensor.data.iter().map(|v| (*v as usize).checked_sub(1).filter(|k| *k < n)).collect();
    let Some(outputs) = outputs.filter(|o| feedback.matrix() == Some((n, o.len()))) else {
        let what = format!(
            "holds {} (the numbers of output units, from 1 to {n}), beside `{}` {:?} of units x outputs",
            units.tensor.data.iter().take(8).map(f64::to_string).collect::<Vec<_>>().join(", "),
            feedback.name(),
            feedback.tensor.shape
        );
        return Err(Error::NotRead {
            name: name("outputUnitIdent"),
            what,
            advice: "save the net as hebbRNN made it",
        });
    };
    let mut w = parts.layers[0].w.clone();
    if w.matrix() != Some((n, n)) {
        return Err(Error::shape(&w.tensor, "a square matrix"));
    }
    let mut values = w.tensor.data.clone();
    for (k, unit) in outputs.iter().enumerate() {
        (0..n).for_each(|i| values[i * n + unit] += feedback.tensor.data[i * outputs.len() + k]);
    }
    w = w.with(vec![n, n], values);
    let settings = ["dt", "tau", "useBiasNeurons"].map(name);
    let told = settings.iter().filter_map(|n| all.get(n)).chain([*feedback]);
    w.from.extend(told.flat_map(|e| e.from.iter().copied()));
    parts.layers[0].w = w;
    let read = (0..outputs.len() * n).map(|k| f64::from(u8::from(k % n == outputs[k / n]))).collect();
    (parts.readout, parts.of_rates) = (Some((units.with(vec![outputs.len(), n], read), None)), true);
    parts.said.insert(
        0,
        "Names as in hebbRNN: a network of currents, taken with tanh, its usual nonlinearity (the file holds a function; --activation says \
         another), and with outputs that are the rates of its output units and fed back by wFb."
            .into(),
    );
    let times = number("tau").zip(number("dt")).filter(|(tau, dt)| *tau > 0.0 && *dt > 0.0);
    if times.is_none() {
        parts.tau = all.get(&name("tau")).cloned();
    }
    Ok(Parts { cell: Some(&CURRENT), activation: Some(Activation::Tanh), times, ..parts })
}
