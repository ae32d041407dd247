//! A model as an npz keeps it.

use crate::analyses::Error;
use crate::inference::potts::{Potts, Sites};
use crate::io::tensors::{Tensor, read as read_tensors};
use std::path::Path;

/// A model of a file, and what its states are called there.
pub(super) struct Stored {
    pub model: Potts,
    /// Letters of an alignment, in the order of the states.
    pub letters: Option<String>,
    /// Values of a table's states, n x q, not a number beyond those of a site.
    levels: Option<Vec<f64>>,
}

impl Stored {
    /// Names of each site's states: letters, values, or places from 1.
    pub fn names(&self) -> Vec<Vec<String>> {
        let most = self.model.sites.ranges().map(|r| r.len()).max().unwrap_or(0);
        let name = |i: usize, a: usize| match (&self.letters, &self.levels) {
            (Some(letters), _) => letters.chars().nth(a).map_or_else(String::new, String::from),
            (None, Some(levels)) => levels[i * most + a].to_string(),
            (None, None) => (a + 1).to_string(),
        };
        let of = |(i, r): (usize, std::ops::Range<usize>)| (0..r.len()).map(|a| name(i, a)).collect();
        self.model.sites.ranges().enumerate().map(of).collect()
    }
}

/// Reads a model as `infer potts` writes it: h and j as [`read`] has them, states beyond those of a site not a number, `alphabet` the
/// letters' numbers or `levels` (n x q) the values of the states.
///
/// # Errors
/// A file that cannot be read or holds no model.
pub(super) fn open(path: &Path) -> Result<Stored, Error> {
    let found = read_tensors(path)?;
    let wrong = |message: String| Error::input(path, message);
    let h = found.get("h").or_else(|| found.get("fields")).filter(|h| h.shape.len() == 2);
    let h = h.ok_or_else(|| wrong("has no array `h` of sites x states, expected a Potts model".into()))?;
    let (n, q) = (h.shape[0], h.shape[1]);
    let states = |i: usize| h.data[i * q..(i + 1) * q].iter().take_while(|v| !v.is_nan()).count();
    if let Some(i) = (0..n).find(|i| states(*i) < 2) {
        let message = format!(
            "array `h`, site {}: {} numbers before one that is none, expected a field for each of two states at least",
            i + 1,
            states(i)
        );
        return Err(wrong(message));
    }
    let sites = Sites::new(&(0..n).map(states).collect::<Vec<_>>()).map_err(|e| wrong(e.to_string()))?;
    let array =
        |name: &str, shape: &[usize]| found.get(name).filter(|a| a.shape == shape).map(|a| a.data.clone());
    let letter = |v: f64| u8::try_from(v as i64).ok().filter(u8::is_ascii_graphic).map(char::from);
    let letters: Option<String> = match found.get("alphabet") {
        None => None,
        Some(_) => {
            let own =
                array("alphabet", &[q]).and_then(|a| a.into_iter().map(letter).collect::<Option<String>>());
            let own = own.filter(|l| (1..q).all(|k| !l.as_bytes()[..k].contains(&l.as_bytes()[k])));
            Some(own.ok_or_else(|| {
                wrong(format!("array `alphabet` is not {q} different letters as numbers (A is 65)"))
            })?)
        }
    };
    let levels = array("levels", &[n, q]);
    Ok(Stored { model: read(path, &sites)?, letters, levels })
}

/// Reads h (n x q) and j (n x n x q x q), or J (pairs x q x q) with the sites of each pair in `pairs`.
///
/// # Errors
/// A file that cannot be read, without these arrays, or of other sizes than `sites` have.
pub(super) fn read(path: &Path, sites: &Sites) -> Result<Potts, Error> {
    let found = read_tensors(path)?;
    let wrong = |message: String| Error::input(path, message);
    let array = |names: [&str; 2]| {
        let own = names.iter().find_map(|name| found.get(name));
        own.ok_or_else(|| wrong(format!("has no array `{}`, expected h and j of a Potts model", names[0])))
    };
    let (h, j) = (array(["h", "fields"])?, array(["j", "J"])?);
    let (n, q) = (sites.count(), sites.ranges().map(|r| r.len()).max().unwrap_or(0));
    if h.shape != [n, q] {
        return Err(wrong(format!(
            "array `{}` has the shape {:?}, expected {n} sites x {q} states, as the data have",
            h.name, h.shape
        )));
    }
    let mut model = Potts::free(sites.clone());
    for i in 0..n {
        for (a, k) in sites.range(i).enumerate() {
            model.fields[k] = h.data[i * q + a];
        }
    }
    let block = |first: usize| move |a: usize, b: usize| j.data[first + a * q + b];
    match j.shape[..] {
        [a, b, c, d] if [a, b, c, d] == [n, n, q, q] => {
            symmetric(j, [n, q]).map_err(wrong)?;
            let own =
                |i: &usize| j.data[(i * n + i) * q * q..][..q * q].iter().any(|v| *v != 0.0 && !v.is_nan());
            if let Some(i) = (0..n).find(own) {
                return Err(wrong(format!(
                    "array `{}`: site {} is coupled with itself, expected zeros there",
                    j.name,
                    i + 1
                )));
            }
            for i in 0..n {
                (i + 1..n).for_each(|l| model.couple(i, l, block((i * n + l) * q * q)));
            }
        }
        [pairs, c, d] if [c, d] == [q, q] => {
            let ends = found.get("pairs").filter(|p| p.shape == [pairs, 2]);
            let ends = ends.ok_or_else(|| {
                wrong(format!(
                    "array `{}` holds {pairs} pairs, expected an array `pairs` of {pairs} x 2 sites",
                    j.name
                ))
            })?;
            for k in 0..pairs {
                let site = |e: usize| {
                    let v = ends.data[2 * k + e];
                    let fits = v.fract() == 0.0 && (0.0..n as f64).contains(&v);
                    fits.then_some(v as usize)
                        .ok_or_else(|| wrong(format!("pair {}: site {v}, expected 0 to {}", k + 1, n - 1)))
                };
                let (i, l) = (site(0)?, site(1)?);
                if i == l {
                    return Err(wrong(format!("pair {}: couples site {i} with itself", k + 1)));
                }
                model.couple(i, l, block(k * q * q));
            }
        }
        _ => {
            return Err(wrong(format!(
                "array `{}` has the shape {:?}, expected {n} x {n} x {q} x {q}, or pairs x {q} x {q}",
                j.name, j.shape
            )));
        }
    }
    model.check().map_err(|e| wrong(e.to_string()))?;
    Ok(model)
}

/// Whether J_ij(a, b) = J_ji(b, a).
fn symmetric(j: &Tensor, [n, q]: [usize; 2]) -> Result<(), String> {
    let at = |i: usize, l: usize, a: usize, b: usize| j.data[((i * n + l) * q + a) * q + b];
    for i in 0..n {
        for l in 0..i {
            for (a, b) in (0..q).flat_map(|a| (0..q).map(move |b| (a, b))) {
                let (x, y) = (at(i, l, a, b), at(l, i, b, a));
                // Blocks below the diagonal may be left empty.
                if x != 0.0 && (x - y).abs() > 1e-9 * (x.abs() + y.abs()) {
                    return Err(format!(
                        "array `{}`: J of sites {i} and {l} is not that of {l} and {i} turned ({x} and {y}), expected a symmetric array",
                        j.name
                    ));
                }
            }
        }
    }
    Ok(())
}
