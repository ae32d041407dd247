//! Networks whose file describes them: the parameters of trainRNNbrain.

use super::effective::Catalogue;
use super::entry::{joined, parted};
use super::given::by_map;
use super::orientation::Vectors;
use super::parts::Parts;
use super::{Error, Spec};
use crate::io::tensors::Tensors;
use crate::linalg::activation::Activation;
use crate::systems::cells::{CURRENT, RATE};

/// A cubic term as small as this is none.
const NO_CUBE: f64 = 1e-8;

/// The prefix of parameters as trainRNNbrain writes them.
fn prefix(file: &Tensors, all: &Catalogue) -> Option<String> {
    let w = all.entries.iter().find(|e| parted(e.name()).1 == "W_inp")?;
    let prefix = parted(w.name()).0;
    let there = ["W_rec", "W_out"].iter().all(|n| all.get(&joined(prefix, n, w.name())).is_some());
    let described = file.metadata.contains_key(&joined(prefix, "activation_args.name", "."));
    (there && described).then(|| prefix.to_owned())
}

/// Whether a file has parameters as trainRNNbrain writes them.
pub fn named(file: &Tensors, all: &Catalogue) -> bool {
    prefix(file, all).is_some()
}

/// The network of a file by trainRNNbrain (engellab/trainRNNbrain, RNN_numpy.py): of its equation `s`,
/// y' = y + dt/tau (-y + f(slope (W y + U u + b))), a rate network; of `h`, y' = y + dt/tau (-y + W f(y) + U u + b), one of currents.
pub fn network<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Option<Result<Parts<'a>, Error>> {
    let prefix = prefix(file, all)?;
    (spec.cell.is_none() && spec.vectors.is_none()).then(|| of(file, all, spec, &prefix))
}

fn of<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec, prefix: &str) -> Result<Parts<'a>, Error> {
    let name = |leaf: &str| joined(prefix, leaf, ".");
    let text = |leaf: &str| file.metadata.get(&name(leaf)).map(String::as_str);
    let number = |leaf: &str| text(leaf).and_then(|v| v.parse::<f64>().ok()).filter(|v| v.is_finite());
    let unsupported = |kind, advice| Error::Unsupported { name: name("W_rec"), kind, advice };
    if number("gamma").is_some_and(|g| g.abs() > NO_CUBE) {
        return Err(unsupported(
            "cubic (gamma is not 0: -gamma y^3 stands in its equation)",
            "train it with gamma=0, or say with --cell and --map what is to be read without that term",
        ));
    }
    let Some(activation) = text("activation_args.name").and_then(Activation::parse) else {
        return Err(unsupported(
            "trainRNNbrain (its nonlinearity is none of tanh, relu, sigmoid and identity)",
            "train it with one of these",
        ));
    };
    let (slope, currents) =
        (number("activation_args.slope").unwrap_or(1.0), text("equation_type") == Some("h"));
    if currents && (slope - 1.0).abs() > 0.0 {
        return Err(unsupported("scaled (a slope within W f(slope y))", "train it with slope 1"));
    }
    let w = |leaf: &str| {
        let name = name(leaf);
        if (slope - 1.0).abs() > 0.0 { format!("{slope}*{name}") } else { name }
    };
    let mut map = vec![("w_rec".to_owned(), w("W_rec")), ("w_in".into(), w("W_inp"))];
    map.extend(all.get(&name("bias")).map(|_| ("b".to_owned(), w("bias"))));
    map.push(((if currents { "readout_of_rates" } else { "readout" }).into(), name("W_out")));
    let cell = if currents { &CURRENT } else { &RATE };
    let spec = Spec { cell: Some(cell), map, vectors: Some(Vectors::Column), prefix: None, ..spec.clone() };
    let mut parts = by_map(file, all, &spec)?;
    let kind = if currents { "h, a network of currents" } else { "s, a network of rates" };
    parts.said.insert(
        0,
        format!("Parameters as trainRNNbrain writes them: equation {kind}, masks and signs in the weights already."),
    );
    if (slope - 1.0).abs() > 0.0 {
        parts.said.push(format!("Its slope {slope} is multiplied into W, U and b."));
    }
    let times = number("tau").zip(number("dt")).filter(|(tau, dt)| *tau > 0.0 && *dt > 0.0);
    Ok(Parts { cell: Some(cell), activation: Some(activation), times, ..parts })
}
