//! The model as an npz keeps it.

use nullcline_core::analyses::potts::PottsModel;
use nullcline_core::inference::potts::Ended;
use nullcline_core::io::tensors::{Tensor, Texts};

/// The arrays of the model: h (n x q) and j (n x n x q x q) as fitted, states beyond those of a site not a number; names of sites
/// and states.
pub fn arrays(m: &PottsModel) -> (Vec<Tensor>, Vec<Texts>) {
    let (sites, n, q) = (&m.fit.model.sites, m.about.sites, m.about.states);
    let array = |name: &str, shape: Vec<usize>, data: Vec<f64>| Tensor {
        name: name.into(),
        shape,
        dtype: "f64".into(),
        data,
    };
    let (mut h, mut j) = (vec![f64::NAN; n * q], vec![f64::NAN; n * n * q * q]);
    for i in 0..n {
        for (a, k) in sites.range(i).enumerate() {
            h[i * q + a] = m.fit.model.fields[k];
            for l in 0..n {
                for (b, c) in sites.range(l).enumerate() {
                    j[((i * n + l) * q + a) * q + b] = m.fit.model.couplings[(k, c)];
                }
            }
        }
    }
    let mut all = vec![
        array("h", vec![n, q], h),
        array("j", vec![n, n, q, q], j),
        array("penalty", vec![2], vec![m.penalty.couplings, m.penalty.fields]),
        array("gamma", vec![], vec![m.chosen.gamma]),
        array("log_z", vec![2], vec![m.partition.log_z.value, m.partition.log_z.error()]),
    ];
    if m.about.kind == "alignment" {
        let letters = m.states[0].iter().filter_map(|s| s.chars().next()).map(|c| f64::from(u32::from(c)));
        all.push(array("alphabet", vec![q], letters.collect()));
    }
    let per_state = |name: &str, width: usize, of: &dyn Fn(usize, usize) -> Option<f64>| {
        let values = (0..n).flat_map(|i| (0..width).map(move |a| (i, a)));
        array(name, vec![n, width], values.map(|(i, a)| of(i, a).unwrap_or(f64::NAN)).collect())
    };
    // Values of states, where they are numbers.
    let values: Option<Vec<Vec<f64>>> =
        m.states.iter().map(|s| s.iter().map(|v| v.parse().ok()).collect()).collect();
    if let Some(values) = values.filter(|_| m.about.kind == "table") {
        all.push(per_state("levels", q, &|i, a| values[i].get(a).copied()));
    }
    if let Some(bounds) = &m.bounds {
        all.push(per_state("bounds", q - 1, &|i, a| bounds[i].get(a).copied()));
    }
    if let Ended::Expansion { log_z, .. } = &m.fit.ended {
        all.push(array("log_z_ace", vec![2], vec![log_z.value, log_z.error()]));
    }
    let states = (0..n).flat_map(|i| (0..q).map(move |a| m.states[i].get(a).cloned().unwrap_or_default()));
    let texts =
        |name: &str, shape: Vec<usize>, values: Vec<String>| Texts { name: name.into(), shape, values };
    (all, vec![texts("sites", vec![n], m.names.clone()), texts("states", vec![n, q], states.collect())])
}
