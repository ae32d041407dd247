//! Networks under the names of published code, each a line that says what they mean.

use super::effective::Catalogue;
use super::entry::{Entry, joined, parted};
use super::given::by_map;
use super::orientation::Vectors;
use super::parts::Parts;
use super::{Error, Spec};
use crate::io::tensors::Tensors;
use crate::linalg::activation::Activation;
use crate::systems::cells::{CURRENT, CellKind, PLRNN, SHALLOW_PLRNN};

/// A code's names, side by side under some prefix, and the network that they make.
struct Known {
    /// Names that must be there, and must not.
    needs: &'static [&'static str],
    without: &'static [&'static str],
    cell: &'static CellKind,
    activation: Activation,
    vectors: Option<Vectors>,
    /// Roles and formulas in which `{name}` stands for a tensor beside the others; what needs a tensor that is not there is left out.
    map: &'static [(&'static str, &'static str)],
    said: &'static str,
}

const OF_STEPS: &str =
    "In its code it is the map of Euler steps of dt / tau, which the file does not hold: --alpha gives it.";

const KNOWN: &[Known] = &[
    // murraylab/PsychRNN, psychrnn/backend/models/rnn.py: `save` writes the effective weights.
    Known {
        needs: &["W_rec", "W_in", "W_out", "b_rec", "init_state", "Dale_rec"],
        without: &[],
        cell: &CURRENT,
        activation: Activation::Relu,
        vectors: Some(Vectors::Column),
        map: &[
            ("w_rec", "{W_rec}"),
            ("w_in", "{W_in}"),
            ("b", "{b_rec}"),
            ("readout_of_rates", "{W_out}"),
            ("readout_bias", "{b_out}"),
        ],
        said: "Names as in PsychRNN: a network of currents with relu, whose weights have the masks and Dale's signs in them. ",
    },
    // briandepasquale/full-FORCE-demos, Python/FF_Demo.py.
    Known {
        needs: &["rec_weights", "inp_weights", "out_weights"],
        without: &[],
        cell: &CURRENT,
        activation: Activation::Tanh,
        vectors: Some(Vectors::Row),
        map: &[
            ("w_rec", "{rec_weights}"),
            ("w_in", "{inp_weights}"),
            ("b", "{bias}"),
            ("readout_of_rates", "{out_weights}"),
        ],
        said: "Names as in full-FORCE's demonstration: a network of currents with tanh, stored for row vectors. ",
    },
    // DurstewitzLab/GTF-shPLRNN, src/models/vanilla_plrnn.jl.
    Known {
        needs: &["A", "W", "h"],
        without: &["alphas", "thetas", "α", "H", "W1", "W₁"],
        cell: &PLRNN,
        activation: Activation::Relu,
        vectors: None,
        map: &[("diagonal", "{A}"), ("w_rec", "{W}"), ("b", "{h}"), ("w_in", "{C}")],
        said: ALMOST_LINEAR,
    },
    // DurstewitzLab/dendPLRNN, BPTT_TF/bptt/PLRNN_model.py: A on the diagonal of one matrix.
    Known {
        needs: &["AW", "h"],
        without: &["alphas", "thetas"],
        cell: &PLRNN,
        activation: Activation::Relu,
        vectors: None,
        map: &[
            ("diagonal", "diag({AW})"),
            ("w_rec", "off({AW})"),
            ("b", "{h}"),
            ("w_in", "{C}"),
            ("readout", "output_layer.weight"),
            ("readout_bias", "output_layer.bias"),
        ],
        said: ALMOST_LINEAR,
    },
    // DurstewitzLab/GTF-shPLRNN, src/models/shallow_plrnn.jl, in Latin letters and as Julia has them.
    Known {
        needs: &["A", "W1", "W2", "h1", "h2"],
        without: &[],
        cell: &SHALLOW_PLRNN,
        activation: Activation::Relu,
        vectors: None,
        map: &[
            ("diagonal", "{A}"),
            ("w_rec", "{W1}"),
            ("w_hidden", "{W2}"),
            ("b", "{h1}"),
            ("b_hidden", "{h2}"),
            ("w_in", "{C}"),
        ],
        said: CLIPPED,
    },
    Known {
        needs: &["A", "W₁", "W₂", "h₁", "h₂"],
        without: &[],
        cell: &SHALLOW_PLRNN,
        activation: Activation::Relu,
        vectors: None,
        map: &[
            ("diagonal", "{A}"),
            ("w_rec", "{W₁}"),
            ("w_hidden", "{W₂}"),
            ("b", "{h₁}"),
            ("b_hidden", "{h₂}"),
            ("w_in", "{C}"),
        ],
        said: CLIPPED,
    },
];

const ALMOST_LINEAR: &str = "Names as of a piecewise-linear network (PLRNN): every unit is taken to bend; an almost linear one, of which some units \
                             do not, has the same names.";
const CLIPPED: &str = "Names as of a shallow piecewise-linear network: taken as h' = A h + W1 relu(W2 h + h2) + h1; the clipped one, less \
                       W1 relu(W2 h), has the same names (--map 'w_rec=W1|-W1,w_hidden=W2;W2,b_hidden=h2;0*h2,...').";

impl Known {
    /// The prefix under which the names stand, if there is one.
    fn prefix(&self, all: &Catalogue) -> Option<String> {
        let first = self.needs[0];
        let mut found = all.entries.iter().filter(|e| parted(e.name()).1 == first).filter_map(|e| {
            let prefix = parted(e.name()).0;
            let there = |leaf: &&str| all.get(&joined(prefix, leaf, e.name())).is_some();
            (self.needs.iter().all(&there) && !self.without.iter().any(there)).then(|| prefix.to_owned())
        });
        let one = found.next()?;
        found.next().is_none().then_some(one)
    }

    /// The roles with their formulas, of what is there.
    fn map(&self, all: &Catalogue, prefix: &str) -> Vec<(String, String)> {
        let like = all.entries.iter().map(Entry::name).find(|n| n.starts_with(prefix)).unwrap_or_default();
        let whole = |formula: &str| -> Option<String> {
            let Some((before, rest)) = formula.split_once('{') else {
                return all.get(formula).map(|_| formula.to_owned());
            };
            let (leaf, after) = rest.split_once('}')?;
            let name = joined(prefix, leaf, like);
            all.get(&name).map(|_| format!("{before}{name}{after}"))
        };
        self.map.iter().filter_map(|(role, f)| Some(((*role).to_owned(), whole(f)?))).collect()
    }
}

/// Whether the names are those of one of these codes.
pub fn named(all: &Catalogue) -> bool {
    KNOWN.iter().any(|k| k.prefix(all).is_some())
}

/// The network of a file by one of these codes; none where the user says that it is another cell.
pub fn network<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Option<Result<Parts<'a>, Error>> {
    let (known, prefix) = KNOWN.iter().find_map(|k| Some((k, k.prefix(all)?)))?;
    if spec.cell.is_some_and(|c| c != known.cell) {
        return None;
    }
    let vectors = spec.vectors.or(known.vectors);
    let spec =
        Spec { cell: Some(known.cell), map: known.map(all, &prefix), vectors, prefix: None, ..spec.clone() };
    Some(by_map(file, all, &spec).map(|mut parts| {
        let steps = if *known.cell == CURRENT { OF_STEPS } else { "" };
        parts.said.insert(0, format!("{}{steps}", known.said));
        Parts { cell: Some(known.cell), activation: Some(known.activation), ..parts }
    }))
}
