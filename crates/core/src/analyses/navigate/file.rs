//! A trained path integrator as tensors, and back.

use crate::io::tensors::{Tensor, Tensors};
use crate::training::layers::Layer;
use crate::training::navigation::{Module, Modules, Recurrence};
use std::ops::Range;

/// The parameters of modules that are used by PyTorch's names, as `visual.0.weight`, in its order of numbers.
pub(super) fn tensors(modules: &Modules, theta: &[f32], models: bool) -> Vec<Tensor> {
    let used = Module::ALL.into_iter().filter(|m| modules.uses(*m, models));
    used.flat_map(|m| arrays(modules, m)).map(|a| a.tensor(theta)).collect()
}

/// Puts the modules that a file holds in the place of those of `theta`; their names.
///
/// # Errors
/// What of `wanted` is not there or has another shape; where nothing is wanted by name, no module is there.
pub(super) fn take(
    modules: &Modules,
    file: &Tensors,
    wanted: Option<&[Module]>,
    theta: &mut [f32],
) -> Result<Vec<&'static str>, String> {
    let there = |m: &Module| {
        let all = arrays(modules, *m);
        !all.is_empty() && all.iter().all(|a| file.get(&a.name).is_some_and(|t| t.shape == a.shape))
    };
    let taken: Vec<Module> = match wanted {
        Some(all) => all.to_vec(),
        None => Module::ALL.into_iter().filter(there).collect(),
    };
    if taken.is_empty() {
        let first = &arrays(modules, Module::Visual)[0];
        return Err(format!(
            "found no module of this network's shapes, expected for instance `{}` of shape {:?}; name a network.safetensors of `train \
             navigate`",
            first.name, first.shape
        ));
    }
    for module in &taken {
        let all = arrays(modules, *module);
        if all.is_empty() {
            return Err(format!("this network has no module {}; leave it out of --take", module.name()));
        }
        for a in all {
            let found = file.get(&a.name).ok_or_else(|| {
                format!("found no tensor `{}`, expected one; leave {} out of --take", a.name, module.name())
            })?;
            if found.shape != a.shape {
                return Err(format!(
                    "`{}`: found shape {:?}, expected {:?}; leave {} out of --take, or choose --reading and --cells as there",
                    a.name,
                    found.shape,
                    a.shape,
                    module.name()
                ));
            }
            if let Some(k) = found.data.iter().position(|v| !v.is_finite()) {
                return Err(format!(
                    "`{}`: found {} at number {k}, expected finite numbers",
                    a.name, found.data[k]
                ));
            }
            a.write(&found.data, theta);
        }
    }
    Ok(taken.iter().map(|m| m.name()).collect())
}

/// One array of the parameters.
struct Array {
    name: String,
    shape: Vec<usize>,
    /// Where it stands among all.
    at: Range<usize>,
    /// Whether ours is column by column.
    columns: bool,
}

impl Array {
    /// Where our k-th number stands in PyTorch's order.
    fn place(&self, k: usize) -> usize {
        match (self.columns, &self.shape[..]) {
            (true, [rows, columns]) => k % rows * columns + k / rows,
            _ => k,
        }
    }

    fn tensor(&self, theta: &[f32]) -> Tensor {
        let own = &theta[self.at.clone()];
        let mut data = vec![0.0; own.len()];
        own.iter().enumerate().for_each(|(k, v)| data[self.place(k)] = f64::from(*v));
        Tensor { name: self.name.clone(), shape: self.shape.clone(), dtype: "f32".into(), data }
    }

    #[allow(clippy::cast_possible_truncation, reason = "they were written from single precision")]
    fn write(&self, data: &[f64], theta: &mut [f32]) {
        let own = &mut theta[self.at.clone()];
        own.iter_mut().enumerate().for_each(|(k, v)| *v = data[self.place(k)] as f32);
    }
}

/// The arrays of a module, in the order of the parameters; none of a memory that is not there.
fn arrays(modules: &Modules, module: Module) -> Vec<Array> {
    let mut from = modules.range(module).start;
    let mut next = |name: String, shape: Vec<usize>, columns: bool| {
        let at = from..from + shape.iter().product::<usize>();
        from = at.end;
        Array { name, shape, at, columns }
    };
    if module == Module::Memory {
        if modules.recurrence() == Recurrence::Resetting {
            return vec![];
        }
        let m = modules.representation();
        return vec![
            next("memory.weight_ih_l0".into(), vec![4 * m, 2 * m], true),
            next("memory.weight_hh_l0".into(), vec![4 * m, m], true),
            next("memory.bias_ih_l0".into(), vec![4 * m], false),
            next("memory.bias_hh_l0".into(), vec![4 * m], false),
        ];
    }
    let mut all = vec![];
    for (k, layer) in modules.layers(module).all().iter().enumerate() {
        let (shape, columns) = match layer {
            Layer::Dense(l) => (vec![l.outputs, l.inputs], true),
            Layer::Convolution(l) => (vec![l.filters, l.planes, l.kernel, l.kernel], false),
        };
        let outputs = shape[0];
        all.push(next(format!("{}.{k}.weight", module.name()), shape, columns));
        all.push(next(format!("{}.{k}.bias", module.name()), vec![outputs], false));
    }
    all
}
