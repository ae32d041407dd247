//! Networks with short-term plasticity under the names of the code of Masse et al. 2019.

use super::effective::Catalogue;
use super::entry::{Entry, joined, parted};
use super::given::by_map;
use super::orientation::Vectors;
use super::parts::Parts;
use super::{Error, Spec, expression};
use crate::io::tensors::Tensors;
use crate::linalg::activation::Activation;
use crate::systems::cells::{STP, VANILLA};

/// Names of the weights.
const WEIGHTS: [&str; 4] = ["w_rnn", "w_in", "b_rnn", "w_out"];

/// What the code saves: where the weights are, and the parameters beside them.
struct Saved<'b, 'a> {
    file: &'b Tensors,
    all: &'b Catalogue<'a>,
    weights: String,
    parameters: String,
}

fn find<'b, 'a>(file: &'b Tensors, all: &'b Catalogue<'a>) -> Option<Saved<'b, 'a>> {
    all.entries.iter().filter(|e| parted(e.name()).1 == WEIGHTS[0]).find_map(|e| {
        let weights = parted(e.name()).0;
        let there = WEIGHTS.iter().all(|leaf| all.get(&joined(weights, leaf, e.name())).is_some());
        let above = parted(weights).0;
        let parameters = joined(above, "parameters", weights);
        let saved = Saved { file, all, weights: weights.to_owned(), parameters };
        (there && saved.number("alpha_neuron").is_some()).then_some(saved)
    })
}

/// Whether the names are those of this code.
pub fn named(file: &Tensors, all: &Catalogue) -> bool {
    find(file, all).is_some()
}

/// The network of a file by nmasse/Short-term-plasticity-RNN, model.py: rows of vectors, weights of the inputs and of the read-out
/// behind relu, those of recurrence too where units are excitatory or inhibitory (`EI_matrix`); without plasticity a map of one
/// nonlinearity. None where the names are others.
pub fn network<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Option<Result<Parts<'a>, Error>> {
    let saved = find(file, all)?;
    let plastic = saved.plastic();
    let cell = if plastic { &STP } else { &VANILLA };
    spec.cell.is_none_or(|c| c == cell).then(|| {
        let alpha = saved.number("alpha_neuron").unwrap_or(1.0);
        let own = Spec {
            cell: Some(cell),
            map: saved.map(alpha, plastic),
            vectors: Some(Vectors::Row),
            prefix: None,
            ..spec.clone()
        };
        let mut parts = by_map(file, all, &own)?;
        if plastic {
            parts.layers[0].own = Some(saved.synapses(&parts.layers[0].w, alpha)?);
        }
        if saved.dale() && all.get(&saved.parameter("EI_matrix")).is_none() {
            return Err(Error::Missing {
                name: saved.parameter("EI_matrix"),
                why: "the units are excitatory and inhibitory (EI), and it has their signs".into(),
            });
        }
        let what = if plastic { "short-term plasticity" } else { "synapses that stay as they are" };
        parts.said.insert(
            0,
            format!(
                "Names as in the code of Masse et al. 2019: relu, {what}, alpha {alpha}, without its noise."
            ),
        );
        Ok(Parts { cell: Some(cell), activation: Some(Activation::Relu), ..parts })
    })
}

impl<'a> Saved<'_, 'a> {
    fn name(&self, leaf: &str) -> String {
        joined(&self.weights, leaf, &format!("{}.{leaf}", self.weights))
    }
    fn parameter(&self, key: &str) -> String {
        format!("{}.{key}", self.parameters)
    }
    /// A number of the parameters, which a file may hold as one or as an array.
    fn number(&self, key: &str) -> Option<f64> {
        let told = self.file.metadata.get(&self.parameter(key)).and_then(|v| v.parse().ok());
        told.or_else(|| match &self.all.get(&self.parameter(key))?.tensor.data[..] {
            [one] => Some(*one),
            _ => None,
        })
    }
    /// Whether any synapse depresses or facilitates.
    fn plastic(&self) -> bool {
        let dynamic = self.all.get(&self.parameter("dynamic_synapse"));
        let told = self.file.metadata.get(&self.parameter("synapse_config"));
        told.is_none_or(|c| c != "None" && c != "none")
            && dynamic.is_some_and(|d| d.tensor.data.iter().any(|v| *v != 0.0))
    }
    /// Whether the file says that units are excitatory or inhibitory.
    fn dale(&self) -> bool {
        let told = self.file.metadata.get(&self.parameter("EI")).map(|v| v.to_lowercase());
        told.is_some_and(|v| v != "false" && v != "0")
    }
    fn map(&self, alpha: f64, plastic: bool) -> Vec<(String, String)> {
        let [w, u, b, out] = WEIGHTS.map(|leaf| self.name(leaf));
        let signs = self.parameter("EI_matrix");
        let untold = !self.file.metadata.contains_key(&self.parameter("EI"));
        let w = if (self.dale() || untold) && self.all.get(&signs).is_some() {
            format!("({signs}@relu({w}))")
        } else {
            w
        };
        let recurrent = match plastic {
            true => format!("{alpha}*{w}"),
            false => format!("{}*eye({})+{alpha}*{w}", 1.0 - alpha, self.name(WEIGHTS[0])),
        };
        let all = [
            ("w_rec", recurrent),
            ("w_in", format!("{alpha}*relu({u})")),
            ("b", format!("{alpha}*{b}")),
            ("readout", format!("relu({out})")),
            ("readout_bias", self.name("b_out")),
        ];
        let there = |f: &String| *f != self.name("b_out") || self.all.get(f).is_some();
        all.into_iter().filter(|(_, f)| there(f)).map(|(r, f)| (r.to_owned(), f)).collect()
    }
    /// Leak, recovery, facilitation, release and use of each unit.
    fn synapses(&self, w: &Entry<'a>, alpha: f64) -> Result<Entry<'a>, Error> {
        let n = w.matrix().map_or(0, |m| m.0);
        let of = |key: &str| {
            let name = self.parameter(key);
            let found = expression::read(self.all, &name)?.ok_or_else(|| Error::Missing {
                name: name.clone(),
                why: "short-term plasticity needs it for each unit".into(),
            })?;
            match found.tensor.data.len() {
                len if len == n => Ok(found),
                _ => Err(Error::Shape {
                    name,
                    found: found.tensor.shape.clone(),
                    expected: format!("[{n}], a number a unit"),
                }),
            }
        };
        let (dynamic, std, stf, release) =
            (of("dynamic_synapse")?, of("alpha_std")?, of("alpha_stf")?, of("U")?);
        let dt = self.number("dt_sec").ok_or_else(|| Error::Missing {
            name: self.parameter("dt_sec"),
            why: "short-term plasticity needs the time step in seconds".into(),
        })?;
        let value = |e: &Entry, i: usize| e.tensor.data[i];
        let row = |i: usize| {
            let on = value(&dynamic, i);
            [1.0 - alpha, on * value(&std, i), on * value(&stf, i), value(&release, i), on * dt]
        };
        let mut own = release.with(vec![n, 5], (0..n).flat_map(row).collect());
        for e in [&dynamic, &std, &stf] {
            own.from.extend(e.from.iter().copied());
        }
        Ok(own)
    }
}
