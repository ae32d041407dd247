//! Potts models: energies and gauges.

use super::{Error, Sites};
use crate::linalg::col;
use crate::linalg::random::{Rng, normal, uniform};
use faer::Mat;

/// A Potts model: P(x) = exp(-E(x)) / Z with E(x) = - sum_{i<j} J_ij(x_i, x_j) - sum_i h_i(x_i).
///
/// Shapes: `fields` has a number for each state of each site, Q in all; `couplings` is Q x Q and symmetric, its block of sites i and j
/// J_ij, its blocks on the diagonal zero.
///
/// Source: Fanthomme 2021, eqs. 2.38 and 2.39.
///
/// ```
/// use nullcline_core::inference::potts::{Potts, Sites};
///
/// let mut model = Potts::free(Sites::alike(2, 2).unwrap());
/// // Two spins that like to be alike.
/// model.couple(0, 1, |a, b| if a == b { 1.0 } else { 0.0 });
/// assert_eq!((model.energy(&[0, 0]), model.energy(&[0, 1])), (-1.0, 0.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Potts {
    /// The sites.
    pub sites: Sites,
    /// h, Q numbers.
    pub fields: Vec<f64>,
    /// J, Q x Q.
    pub couplings: Mat<f64>,
}

/// A choice among models of the same probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gauge {
    /// Rows and columns of each J_ij, and each h_i, sum to zero.
    ZeroSum,
    /// J_ij and h_i vanish in the last state of each site.
    LatticeGas,
}

impl Potts {
    /// A model without fields and couplings.
    pub fn free(sites: Sites) -> Self {
        let total = sites.total();
        Self { sites, fields: vec![0.0; total], couplings: Mat::zeros(total, total) }
    }

    /// Makes `of(a, b)` the coupling of state a of site `i` with state b of site `j`, i != j.
    pub fn couple(&mut self, i: usize, j: usize, of: impl Fn(usize, usize) -> f64) {
        let (rows, columns) = (self.sites.range(i), self.sites.range(j));
        for (b, column) in columns.enumerate() {
            for (a, row) in rows.clone().enumerate() {
                let value = of(a, b);
                (self.couplings[(row, column)], self.couplings[(column, row)]) = (value, value);
            }
        }
    }

    /// A model whose pairs are coupled with probability `degree / n`, h and J normal of the given variances.
    ///
    /// Source: Fanthomme 2021, section 2.3.3 (variances 5 and 1; the print calls them standard deviations).
    pub fn erdos_renyi(sites: Sites, degree: f64, [of_h, of_j]: [f64; 2], rng: &mut Rng) -> Self {
        let n = sites.count();
        let mut model = Self::free(sites);
        model.fields.iter_mut().for_each(|h| *h = of_h.sqrt() * normal(rng));
        for i in 0..n {
            for j in i + 1..n {
                if uniform(rng, 0.0, 1.0) < degree / n as f64 {
                    let (a, b) = (model.sites.states(i), model.sites.states(j));
                    let block = Mat::from_fn(a, b, |_, _| of_j.sqrt() * normal(rng));
                    model.couple(i, j, |a, b| block[(a, b)]);
                }
            }
        }
        model
    }

    /// Whether all numbers are finite.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), Error> {
        let total = self.sites.total();
        if self.fields.len() != total || self.couplings.nrows() != total || self.couplings.ncols() != total {
            return Err(Error::Shape {
                what: "fields and couplings",
                found: format!(
                    "{} and {} x {}",
                    self.fields.len(),
                    self.couplings.nrows(),
                    self.couplings.ncols()
                ),
                expected: format!("{total} and {total} x {total}"),
            });
        }
        if let Some(place) = self.fields.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite { what: "field", place, value: self.fields[place] });
        }
        for k in 0..total {
            if let Some(value) = col(self.couplings.as_ref(), k).iter().find(|v| !v.is_finite()) {
                return Err(Error::NotFinite { what: "coupling of state", place: k, value: *value });
            }
        }
        Ok(())
    }

    /// E of a configuration, a state for each site.
    pub fn energy(&self, x: &[u8]) -> f64 {
        let at: Vec<usize> = x.iter().enumerate().map(|(i, s)| self.sites.at(i, *s)).collect();
        let fields: f64 = at.iter().map(|k| self.fields[*k]).sum();
        let pair = |i: usize| {
            let column = col(self.couplings.as_ref(), at[i]);
            at[..i].iter().map(|k| column[*k]).sum::<f64>()
        };
        -fields - (0..at.len()).map(pair).sum::<f64>()
    }

    /// Pairs of sites with a coupling that is not zero, the first before the second.
    pub fn pairs(&self) -> Vec<[usize; 2]> {
        let n = self.sites.count();
        let all = (0..n).flat_map(|i| (i + 1..n).map(move |j| [i, j]));
        all.filter(|[i, j]| self.sites.range(*j).any(|c| self.block(*i, c).iter().any(|v| *v != 0.0)))
            .collect()
    }

    /// The couplings of site `i` with the state at `column`.
    fn block(&self, i: usize, column: usize) -> &[f64] {
        &col(self.couplings.as_ref(), column)[self.sites.range(i)]
    }

    /// The model of the same probabilities in a gauge; E changes by a constant.
    ///
    /// Formula, zero-sum: J_ij(a,b) - J_ij(.,b) - J_ij(a,.) + J_ij(.,.), h_i(a) - h_i(.) + sum_j (J_ij(a,.) - J_ij(.,.)), dots for
    /// means; lattice gas the same with the last state in the place of the mean.
    ///
    /// Source: Ekeberg et al., Phys. Rev. E 87, 012707 (2013), section II.
    pub fn in_gauge(&self, gauge: Gauge) -> Self {
        let (n, mut out) = (self.sites.count(), self.clone());
        let part = |values: &mut dyn ExactSizeIterator<Item = f64>| -> f64 {
            let count = values.len() as f64;
            match gauge {
                Gauge::ZeroSum => values.sum::<f64>() / count,
                Gauge::LatticeGas => values.last().unwrap_or(0.0),
            }
        };
        for i in 0..n {
            for j in i + 1..n {
                let (rows, columns) = (self.sites.range(i), self.sites.range(j));
                let over_b: Vec<f64> = rows
                    .clone()
                    .map(|r| part(&mut columns.clone().map(|c| self.couplings[(r, c)])))
                    .collect();
                let over_a: Vec<f64> = columns
                    .clone()
                    .map(|c| part(&mut rows.clone().map(|r| self.couplings[(r, c)])))
                    .collect();
                let both = part(&mut over_b.iter().copied());
                out.couple(i, j, |a, b| {
                    self.couplings[(rows.start + a, columns.start + b)] - over_b[a] - over_a[b] + both
                });
                rows.zip(&over_b).for_each(|(r, v)| out.fields[r] += v - both);
                columns.zip(&over_a).for_each(|(c, v)| out.fields[c] += v - both);
            }
        }
        for range in self.sites.ranges() {
            let shift = part(&mut out.fields[range.clone()].iter().copied());
            out.fields[range].iter_mut().for_each(|h| *h -= shift);
        }
        out
    }

    /// The Frobenius norm of each pair's couplings, n x n.
    pub fn norms(&self) -> Mat<f64> {
        let n = self.sites.count();
        Mat::from_fn(n, n, |i, j| match i == j {
            true => 0.0,
            false => self
                .sites
                .range(j)
                .map(|c| self.block(i, c).iter().map(|v| v * v).sum::<f64>())
                .sum::<f64>()
                .sqrt(),
        })
    }

    /// Scores of pairs: Frobenius norms in the zero-sum gauge less what both sites have with all, S_ij - S_i. S_.j / S_.. .
    ///
    /// Shapes: n x n, symmetric, zero on the diagonal; means over the other sites.
    ///
    /// Source: Dunn, Wahl & Gloor, Bioinformatics 24, 333 (2008), the average product correction.
    pub fn scores(&self) -> Mat<f64> {
        corrected(&self.in_gauge(Gauge::ZeroSum).norms())
    }
}

/// A symmetric matrix of pairs less the product of its means over the other sites, over the mean of all.
pub fn corrected(norms: &Mat<f64>) -> Mat<f64> {
    let n = norms.nrows();
    let others = (n - 1).max(1) as f64;
    let mean: Vec<f64> = (0..n).map(|i| (0..n).map(|j| norms[(i, j)]).sum::<f64>() / others).collect();
    let all = mean.iter().sum::<f64>() / n as f64;
    Mat::from_fn(n, n, |i, j| match i == j || all == 0.0 {
        true => 0.0,
        false => norms[(i, j)] - mean[i] * mean[j] / all,
    })
}
