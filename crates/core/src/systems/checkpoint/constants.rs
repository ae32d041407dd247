//! A cell's constants: from the command line, from the file's metadata, or assumed and said.

use super::metadata::Saved;
use super::parts::Parts;
use super::{Error, Note, Spec};
use crate::io::tensors::Tensor;
use crate::linalg::activation::Activation;
use crate::systems::cells::{Cell, CellKind, Scheme};

/// The cell with its constants, from the command line, the file or an assumption noted.
pub(super) fn constants(
    kind: &'static CellKind,
    spec: &Spec,
    saved: &Saved,
    parts: &Parts,
    n: usize,
    notes: &mut Vec<Note>,
) -> Result<Cell, Error> {
    let activation = activation(kind, spec, saved.activation.or(parts.activation), saved, notes)?;
    let tau = parts.tau.as_ref().map(|t| &*t.tensor);
    if !kind.is_flow() {
        let dt = spec.dt.is_some() && kind.constants.iter().all(|c| c.name != "dt");
        let given =
            [("--alpha", spec.leak), ("--tau", spec.tau.is_some()), ("--dt", dt), ("--euler", spec.euler)];
        if let Some((option, _)) = given.into_iter().find(|g| g.1) {
            let advice = "; they are maps (rate and current networks have time constants)".to_owned();
            return Err(Error::Setting { option, cell: kind, advice });
        }
    }
    if let (Some(why), Some(_)) = (kind.flow.and_then(|f| f.untimed), spec.tau) {
        let option = if spec.leak { "--alpha" } else { "--tau" };
        return Err(Error::Setting { option, cell: kind, advice: format!("; {why}") });
    }
    kind.knows(&spec.constants).map_err(|why| Error::Command(format!("--constants {why}")))?;
    let hidden = parts.layers[0].w.matrix().map(|m| m.1 as f64);
    let number = |name: &'static str| {
        let given = spec.constants.iter().find(|c| c.0 == name).map(|c| c.1);
        // The shape tells it.
        if let ("hidden", Some(own)) = (name, hidden) {
            return match given.filter(|g| (g - own).abs() > 0.0) {
                Some(g) => Err(Error::Command(format!(
                    "--constants hidden={g}: the weights are of {own} hidden units"
                ))),
                None => Ok(own),
            };
        }
        let dt = spec.dt.filter(|_| name == "dt");
        let saved = saved.constants.iter().find(|c| c.0 == name).map(|c| c.1);
        given.or(dt).or(saved).or(kind.usual(name, activation)).ok_or(Error::Constant { name, cell: kind })
    };
    let reset_before = spec.reset_before || parts.reset_before.unwrap_or(saved.reset_before);
    Cell::of(kind, (activation, reset_before), number, |units| {
        let tau = if units { time_constants(spec, saved, tau, n, notes)? } else { vec![] };
        let scheme = scheme(spec, saved, &tau, notes);
        Ok((tau, scheme))
    })
}

fn activation(
    cell: &'static CellKind,
    spec: &Spec,
    file: Option<Activation>,
    saved: &Saved,
    notes: &mut Vec<Note>,
) -> Result<Activation, Error> {
    if !cell.has_activation && spec.activation.is_some() {
        let advice = "; its nonlinearities are fixed".to_owned();
        return Err(Error::Setting { option: "--activation", cell, advice });
    }
    Ok(spec.activation.or(file).unwrap_or_else(|| {
        if cell.has_activation {
            notes.push(Note::Activation(cell.activation, saved.elsewhere.clone()));
        }
        cell.activation
    }))
}

fn time_constants(
    spec: &Spec,
    saved: &Saved,
    tensor: Option<&Tensor>,
    n: usize,
    notes: &mut Vec<Note>,
) -> Result<Vec<f64>, Error> {
    Ok(match (spec.tau, tensor, saved.tau.as_deref()) {
        (Some(tau), ..) => vec![tau; n],
        (None, Some(t), _) if t.data.len() == 1 => vec![t.data[0]; n],
        (None, Some(t), _) if t.data.len() == n => t.data.clone(),
        (None, Some(t), _) => return Err(Error::shape(t, &format!("1 or {n} time constants"))),
        (None, None, Some([tau])) => vec![*tau; n],
        (None, None, Some(tau)) if tau.len() == n => tau.to_vec(),
        (None, None, _) => {
            notes.push(Note::TimeConstant);
            vec![1.0; n]
        }
    })
}

/// The discretisation of a flow; without time constants its step is a tenth of the unit of time.
fn scheme(spec: &Spec, saved: &Saved, tau: &[f64], notes: &mut Vec<Note>) -> Scheme {
    let dt = spec.dt.or(saved.dt).unwrap_or_else(|| {
        let shortest = tau.iter().copied().reduce(f64::min);
        let step = shortest.unwrap_or(1.0) / 10.0;
        notes.push(Note::TimeStep { step, shortest: shortest.is_some() });
        step
    });
    Scheme { dt, euler: spec.euler || saved.euler }
}
