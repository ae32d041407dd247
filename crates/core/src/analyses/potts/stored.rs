//! A model as an npz keeps it.

use super::Data;
use crate::analyses::Error;
use crate::inference::potts::{Potts, Sites};
use crate::io::error::{self, Problem};
use crate::io::tensors::{Tensor, Tensors, read as read_tensors};
use crate::memory;
use crate::numbers::Estimate;
use std::path::Path;

/// A model of a file, and what its sites and states are called there.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The model.
    pub model: Potts,
    /// Letters of an alignment, in the order of the states.
    pub letters: Option<String>,
    /// Names of the sites.
    pub sites: Option<Vec<String>>,
    /// Names of each site's states.
    states: Option<Vec<Vec<String>>>,
    /// Where the levels of each site end, if its states are levels of numbers.
    pub bounds: Option<Vec<Vec<f64>>>,
    /// log Z as the cluster expansion that inferred the model has it.
    pub expanded: Option<Estimate>,
}

impl Stored {
    /// Names of the sites, or their places from 1.
    pub fn site_names(&self) -> Vec<String> {
        let places = || (1..=self.model.sites.count()).map(|k| k.to_string()).collect();
        self.sites.clone().unwrap_or_else(places)
    }

    /// Names of each site's states: letters, values, or places from 1.
    pub fn state_names(&self) -> Vec<Vec<String>> {
        let name = |i: usize, a: usize| match (&self.letters, &self.states) {
            (Some(letters), _) => letters.chars().nth(a).map_or_else(String::new, String::from),
            (None, Some(states)) => states[i][a].clone(),
            (None, None) => (a + 1).to_string(),
        };
        let of = |(i, r): (usize, std::ops::Range<usize>)| (0..r.len()).map(|a| name(i, a)).collect();
        self.model.sites.ranges().enumerate().map(of).collect()
    }
}

/// Reads a model as `infer potts` writes it: h and j as `read` has them, states beyond those of a site not a number; `alphabet` the
/// letters' numbers, or `states` (n x q) the names of the states, empty beyond those of a site, `levels` their values where they
/// are numbers, `bounds` (n x q - 1) the ends of levels; `sites` the names of the sites; `log_z_ace` log Z of an expansion and its error.
///
/// # Errors
/// A file that cannot be read or holds no model; one whose couplings would take more memory than its length is worth.
pub fn open(path: &Path) -> Result<Stored, Error> {
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
    let all = (sites.total() as u64).pow(2);
    Problem::afford(format!("couplings of {n} sites"), all, memory::allowed(path))
        .map_err(|problem| error::Error::new(path, problem))?;
    let model = read(path, &found, &sites)?;
    let own = Own { path, found: &found, sites: &sites };
    Ok(Stored {
        letters: own.letters()?,
        sites: own.texts("sites", &[n])?.map(<[String]>::to_vec),
        states: own.states()?,
        bounds: own.bounds()?,
        expanded: own.array("log_z_ace", &[2])?.map(|z| Estimate::new(z[0], z[1], 0)),
        model,
    })
}

/// What a file holds beside fields and couplings.
struct Own<'a> {
    path: &'a Path,
    found: &'a Tensors,
    sites: &'a Sites,
}

impl Own<'_> {
    fn wrong(&self, message: String) -> Error {
        Error::input(self.path, message)
    }

    fn size(&self) -> [usize; 2] {
        [self.sites.count(), self.sites.ranges().map(|r| r.len()).max().unwrap_or(0)]
    }

    fn other_shape(&self, name: &str, found: &[usize], expected: &[usize]) -> Error {
        self.wrong(format!("array `{name}` has the shape {found:?}, expected {expected:?}"))
    }

    fn array(&self, name: &str, shape: &[usize]) -> Result<Option<&[f64]>, Error> {
        match self.found.get(name) {
            None => Ok(None),
            Some(a) if a.shape == shape => Ok(Some(&a.data)),
            Some(a) => Err(self.other_shape(name, &a.shape, shape)),
        }
    }

    fn texts(&self, name: &str, shape: &[usize]) -> Result<Option<&[String]>, Error> {
        match self.found.texts.iter().find(|t| t.name == name) {
            None => Ok(None),
            Some(t) if t.shape == shape => Ok(Some(&t.values)),
            Some(t) => Err(self.other_shape(name, &t.shape, shape)),
        }
    }

    fn letters(&self) -> Result<Option<String>, Error> {
        let [_, q] = self.size();
        let Some(codes) = self.array("alphabet", &[q])? else { return Ok(None) };
        // Other numbers are no letters' codes.
        #[allow(clippy::cast_possible_truncation)]
        let letter = |v: &f64| u8::try_from(*v as i64).ok().filter(u8::is_ascii_graphic).map(char::from);
        let own: Option<String> = codes.iter().map(letter).collect();
        let own = own.filter(|l| (1..q).all(|k| !l.as_bytes()[..k].contains(&l.as_bytes()[k])));
        own.map(Some).ok_or_else(|| {
            self.wrong(format!("array `alphabet` is not {q} different letters as numbers (A is 65)"))
        })
    }

    /// Names of states, or their values as names.
    fn states(&self) -> Result<Option<Vec<Vec<String>>>, Error> {
        let [n, q] = self.size();
        let all: Vec<String> = match (self.texts("states", &[n, q])?, self.array("levels", &[n, q])?) {
            (Some(names), _) => names.to_vec(),
            (None, Some(values)) => values.iter().map(f64::to_string).collect(),
            (None, None) => return Ok(None),
        };
        let of = |(i, r): (usize, std::ops::Range<usize>)| all[i * q..][..r.len()].to_vec();
        let names: Vec<Vec<String>> = self.sites.ranges().enumerate().map(of).collect();
        let twice = |own: &Vec<String>| (1..own.len()).any(|k| own[..k].contains(&own[k]));
        match names.iter().position(twice) {
            Some(i) => Err(self.wrong(format!("states of site {}: a name that stands there twice", i + 1))),
            None => Ok(Some(names)),
        }
    }

    fn bounds(&self) -> Result<Option<Vec<Vec<f64>>>, Error> {
        let [n, q] = self.size();
        let Some(all) = self.array("bounds", &[n, q - 1])? else { return Ok(None) };
        let of = |(i, r): (usize, std::ops::Range<usize>)| all[i * (q - 1)..][..r.len() - 1].to_vec();
        let bounds: Vec<Vec<f64>> = self.sites.ranges().enumerate().map(of).collect();
        match bounds.iter().position(|b| !b.iter().all(|v| v.is_finite()) || !b.is_sorted()) {
            Some(i) => Err(self.wrong(format!("array `bounds`, site {}: expected ascending numbers", i + 1))),
            None => Ok(Some(bounds)),
        }
    }
}

/// The true model of data: of the same sites and states, by name where it has names.
///
/// # Errors
/// A file that cannot be read or holds no model; sites or states that are not those of the data.
pub(super) fn truth(path: &Path, data: &Data) -> Result<Potts, Error> {
    let found = open(path)?;
    let wrong = |message: String| Error::input(path, message);
    let (own, of_data) = (&found.model.sites, &data.samples.sites);
    if own.count() != of_data.count() {
        let (own, of_data) = (own.count(), of_data.count());
        return Err(wrong(format!(
            "the true model has {own} sites and the data {of_data}, expected as many"
        )));
    }
    let hint = match data.about.kind {
        "alignment" => "--alphabet says which letters the states are, also those that no sequence has",
        _ => "the values of each column must be those that the true model has",
    };
    if let Some(i) = (0..own.count()).find(|i| own.states(*i) != of_data.states(*i)) {
        return Err(wrong(format!(
            "site {} has {} states in the true model and {} in the data ({}): {hint}",
            i + 1,
            own.states(i),
            of_data.states(i),
            data.states[i].join(", "),
        )));
    }
    if found.letters.is_some() || found.states.is_some() {
        let names = found.state_names();
        if let Some(i) = (0..own.count()).find(|i| names[*i] != data.states[*i]) {
            return Err(wrong(format!(
                "the states of site {} are {} in the true model and {} in the data: {hint}",
                i + 1,
                names[i].join(", "),
                data.states[i].join(", ")
            )));
        }
    }
    if let Some(sites) = found.sites.filter(|_| data.about.kind == "table")
        && let Some(i) = (0..own.count()).find(|i| sites[*i] != data.names[*i])
    {
        return Err(wrong(format!(
            "site {} is `{}` in the true model and `{}` in the data: --units chooses columns in the model's order",
            i + 1,
            sites[i],
            data.names[i]
        )));
    }
    Ok(found.model)
}

/// Reads h (n x q) and j (n x n x q x q), or J (pairs x q x q) with the sites of each pair in `pairs`.
///
/// # Errors
/// No such arrays, or of other sizes than `sites` have.
fn read(path: &Path, found: &Tensors, sites: &Sites) -> Result<Potts, Error> {
    let wrong = |message: String| Error::input(path, message);
    let array = |names: [&str; 2]| {
        let own = names.iter().find_map(|name| found.get(name));
        own.ok_or_else(|| wrong(format!("has no array `{}`, expected h and j of a Potts model", names[0])))
    };
    let (h, j) = (array(["h", "fields"])?, array(["j", "J"])?);
    let (n, q) = (sites.count(), sites.ranges().map(|r| r.len()).max().unwrap_or(0));
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
