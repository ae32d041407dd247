//! Time constants, steps and leaks that a file holds beside its weights.

use super::effective::Catalogue;
use super::entry::parted;
use super::metadata::Saved;
use super::parts::Parts;
use super::{Error, Spec};
use crate::io::tensors::Tensors;

/// A number of the file and its name.
type Stated = (String, f64);

/// The one positive number under the name `leaf` beside the weights in `module` or above them, among scalars and metadata; none where there
/// are several.
fn number(file: &Tensors, all: &Catalogue, module: &str, leaf: &str) -> Option<Stated> {
    let called = |name: &str| parted(name).1.eq_ignore_ascii_case(leaf) && module.starts_with(parted(name).0);
    let scalars = all.entries.iter().filter(|e| e.tensor.data.len() == 1 && called(e.name()));
    let scalars = scalars.map(|e| (e.name().to_owned(), e.tensor.data[0]));
    let written = file.metadata.iter().filter(|(k, _)| called(k));
    let written = written.filter_map(|(k, v)| Some((k.clone(), v.trim().parse::<f64>().ok()?)));
    let mut found = scalars.chain(written).filter(|(_, v)| *v > 0.0 && v.is_finite());
    let first = found.next()?;
    found.all(|other| (other.1 - first.1).abs() <= 0.0).then_some(first)
}

/// Takes tau, dt and alpha of a flow from the file where neither the command nor the names of a known code say them, and says so: tau and
/// dt make Euler steps, as does a leak alpha with tau = 1; tau alone is the time constant. The names that it took.
///
/// # Errors
/// [`Error::Undecided`] where alpha is not dt/tau.
pub(super) fn times(
    file: &Tensors,
    all: &Catalogue,
    spec: &Spec,
    saved: &mut Saved,
    parts: &mut Parts,
) -> Result<Vec<String>, Error> {
    let known = spec.tau.is_some() || spec.dt.is_some() || spec.leak || parts.tau.is_some();
    if known || parts.times.is_some() || saved.tau.is_some() || file.metadata.contains_key("nullcline") {
        return Ok(vec![]);
    }
    let [tau, dt, alpha] = ["tau", "dt", "alpha"].map(|leaf| number(file, all, &parts.prefix, leaf));
    let alpha = alpha.filter(|a| a.1 <= 1.0);
    let other = "--tau and --dt say otherwise";
    let (said, taken) = match (tau, dt, alpha) {
        (Some(tau), Some(dt), alpha) => {
            if let Some(alpha) = alpha.filter(|a| (a.1 - dt.1 / tau.1).abs() > 1e-6) {
                return Err(Error::Undecided(format!(
                    "the file holds `{}` = {}, `{}` = {} and `{}` = {}, which is not dt/tau: say --alpha, or --tau and --dt",
                    tau.0, tau.1, dt.0, dt.1, alpha.0, alpha.1
                )));
            }
            (saved.tau, saved.dt, saved.euler) = (Some(vec![tau.1]), Some(dt.1), true);
            let said = format!(
                "`{}` = {} and `{}` = {} of the file: Euler steps of dt ({other}).",
                tau.0, tau.1, dt.0, dt.1
            );
            (said, vec![tau.0, dt.0])
        }
        (None, _, Some(alpha)) => {
            (saved.tau, saved.dt, saved.euler) = (Some(vec![1.0]), Some(alpha.1), true);
            (
                format!("`{}` = {} of the file is the leak of Euler steps ({other}).", alpha.0, alpha.1),
                vec![alpha.0],
            )
        }
        (Some(tau), None, _) => {
            saved.tau = Some(vec![tau.1]);
            (
                format!("`{}` = {} of the file is the time constant (--tau says otherwise).", tau.0, tau.1),
                vec![tau.0],
            )
        }
        _ => return Ok(vec![]),
    };
    parts.said.push(said);
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::tensors::Tensor;
    use crate::systems::cells::named;
    use crate::systems::checkpoint::load;
    use crate::systems::rule::linearise;

    fn file(more: &[(&str, f64)]) -> Tensors {
        let tensor = |name: &str, shape: Vec<usize>, data: Vec<f64>| Tensor {
            name: name.into(),
            shape,
            dtype: "f64".into(),
            data,
        };
        let mut tensors = vec![tensor("J", vec![2, 2], vec![0.5, -1.0, 2.0, 0.3])];
        tensors.extend(more.iter().map(|(name, v)| tensor(name, vec![], vec![*v])));
        Tensors { format: "npz", tensors, ..Tensors::default() }
    }

    fn spec() -> Spec {
        Spec {
            cell: named("current"),
            map: vec![("w_rec".into(), "J".into())],
            vectors: Some(crate::systems::checkpoint::Vectors::Column),
            activation: Some(crate::linalg::activation::Activation::Tanh),
            ..Spec::default()
        }
    }

    /// x + a (-x + J tanh(x)).
    fn stepped(a: f64) -> [f64; 2] {
        let (x, t) = ([0.4, -0.7], [0.4f64.tanh(), (-0.7f64).tanh()]);
        [x[0] + a * (0.5 * t[0] - t[1] - x[0]), x[1] + a * (2.0 * t[0] + 0.3 * t[1] - x[1])]
    }

    #[test]
    fn time_constants_of_the_file_are_taken_and_said() {
        for (more, a) in [(vec![("tau", 0.1), ("dt", 0.02)], 0.2), (vec![("alpha", 0.25)], 0.25)] {
            let network = load(&file(&more), &spec()).unwrap();
            let found = linearise(network.system.step(), &[0.4, -0.7], &[]).0;
            for (f, e) in found.iter().zip(stepped(a)) {
                assert!((f - e).abs() < 1e-14, "{found:?} {a}");
            }
            assert!(network.said.iter().any(|s| s.contains("of the file")) && network.unused.is_empty());
            assert!(network.notes.is_empty(), "{:?}", network.notes);
        }
        // The command's come first; what contradicts itself is asked for.
        let told = Spec { tau: Some(1.0), dt: Some(0.5), euler: true, ..spec() };
        let found =
            linearise(load(&file(&[("alpha", 0.25)]), &told).unwrap().system.step(), &[0.4, -0.7], &[]).0;
        assert!((found[0] - stepped(0.5)[0]).abs() < 1e-14);
        let wrong = load(&file(&[("tau", 0.1), ("dt", 0.02), ("alpha", 0.5)]), &spec()).err().unwrap();
        assert!(matches!(wrong, Error::Undecided(_)), "{wrong}");
    }
}
