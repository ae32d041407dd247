//! The asymmetric pseudo-likelihood: each site is fitted alone, and the two couplings of a pair are averaged.

use super::minimum::{Convex, Value, minimum};
use super::{Ended, Error, Fit, Penalty, Potts, Samples, Settings, Sites};
use crate::linalg::activation::exp;
use crate::linalg::vectorised;
use rayon::prelude::*;

/// Numbers that registers hold side by side: states of a site are padded to a multiple.
const LANE: usize = 8;

/// The fit of each site given the others, couplings of both sites of a pair averaged.
///
/// Formula: site i is least in - sum_s w_s log P(x_i | others) + lambda_h sum h_i^2 + (lambda_J / 2) sum_j sum J_ij^2, so that the sum over
/// sites is the symmetric objective where the two couplings of each pair agree; J_ij is the mean of both. Sites need the memory of
/// their own couplings alone, one at a time and thread.
///
/// The objective, loss, gap and evaluations are sums over sites, before the average.
///
/// Source: Ekeberg, Hartonen & Aurell, J. Comput. Phys. 276, 341 (2014), whose lambda_J is half of ours over the samples' weight.
///
/// # Errors
/// [`Error::NotConverged`] of a site.
///
/// ```
/// use nullcline_core::inference::potts::{Penalty, Samples, Settings, Sites, asymmetric};
///
/// let rows = [[0u8, 0], [1, 1], [0, 0], [1, 1], [0, 0], [1, 1], [0, 1], [1, 0]];
/// let seen = Samples::new(Sites::alike(2, 2).unwrap(), rows).unwrap();
/// let found = asymmetric(&seen, Penalty::new(0.01, 0.01).unwrap(), &Settings::default()).unwrap();
/// assert!((2.0 * found.model.couplings[(0, 2)] - 3f64.ln()).abs() < 0.02);
/// ```
pub fn asymmetric(samples: &Samples, penalty: Penalty, settings: &Settings) -> Result<Fit, Error> {
    let sites = samples.sites.clone();
    let data = Data::new(samples, penalty);
    let total = sites.total();
    let mut model = Potts::free(sites.clone());
    let mut found = Fit {
        model: Potts::free(Sites::alike(2, 2)?),
        objective: 0.0,
        loss: 0.0,
        gap: 0.0,
        evaluations: 0,
        ended: Ended::Descent,
    };
    // As many at a time as threads, so that their results need no more room.
    let width = rayon::current_num_threads().max(1);
    for first in (0..sites.count()).step_by(width) {
        let some = first..sites.count().min(first + width);
        let fits: Vec<Result<SiteFit, Error>> =
            some.clone().into_par_iter().map(|i| data.site(i, settings)).collect();
        for (i, fit) in some.zip(fits) {
            let fit = fit?;
            found.objective += fit.objective;
            found.loss += fit.loss;
            found.gap += fit.gap;
            found.evaluations += fit.evaluations;
            for (a, row) in sites.range(i).enumerate() {
                model.fields[row] = fit.fields[a];
                for k in (0..total).filter(|k| !sites.range(i).contains(k)) {
                    // Row i of the matrix; the mean with its mirror image follows.
                    model.couplings[(row, k)] = fit.couplings[k * fit.states + a];
                }
            }
        }
    }
    for j in 0..total {
        for i in 0..j {
            let mean = 0.5 * (model.couplings[(i, j)] + model.couplings[(j, i)]);
            (model.couplings[(i, j)], model.couplings[(j, i)]) = (mean, mean);
        }
    }
    Ok(Fit { model, ..found })
}

/// The fit of one site alone, as [`asymmetric`] averages them.
///
/// # Errors
/// [`Error::NotConverged`]; a site that there is not.
pub fn asymmetric_site(
    samples: &Samples,
    penalty: Penalty,
    site: usize,
    settings: &Settings,
) -> Result<SiteFit, Error> {
    let count = samples.sites.count();
    if site >= count {
        let expected = format!("0 to {}", count - 1);
        return Err(Error::Shape { what: "site", found: site.to_string(), expected });
    }
    Data::new(samples, penalty).site(site, settings)
}

/// The fit of one site.
#[derive(Clone, Debug)]
pub struct SiteFit {
    /// Its fields, q numbers, in the gauge that the penalty chooses.
    pub fields: Vec<f64>,
    /// Its couplings with every state of all sites, Q x q, q numbers a state; zero with its own.
    pub couplings: Vec<f64>,
    /// Its states, q.
    pub states: usize,
    /// Minus its log likelihood given the others, and the penalty.
    pub objective: f64,
    /// The first of both.
    pub loss: f64,
    /// Bound on the objective's distance from its minimum.
    pub gap: f64,
    /// Evaluations.
    pub evaluations: usize,
}

/// What all sites' problems share.
struct Data<'a> {
    samples: &'a Samples,
    frequencies: Vec<f64>,
    /// Where the states of each sample stand among all.
    at: Vec<u32>,
    penalty: Penalty,
    weight: f64,
}

impl<'a> Data<'a> {
    fn new(samples: &'a Samples, penalty: Penalty) -> Self {
        let sites = &samples.sites;
        let at = |row: &[u8]| -> Vec<u32> {
            row.iter().enumerate().map(|(i, s)| u32::try_from(sites.at(i, *s)).unwrap_or(u32::MAX)).collect()
        };
        Self {
            at: samples.rows().flat_map(at).collect(),
            frequencies: samples.frequencies(),
            weight: samples.total(),
            samples,
            penalty,
        }
    }

    fn site(&self, i: usize, settings: &Settings) -> Result<SiteFit, Error> {
        let mut problem = Site::new(self, i);
        let start = problem.start();
        let found = minimum(&mut problem, &start, false, settings)?;
        problem.hold(&found.place);
        Ok(problem.fit(found.value, found.evaluations))
    }
}

/// The problem of one site, in coordinates like those of the symmetric fit: fields at the mean of the others, couplings that sum to zero
/// over either site's states, all over the roots of their second derivatives.
struct Site<'a> {
    data: &'a Data<'a>,
    i: usize,
    states: usize,
    /// States, padded.
    wide: usize,
    /// 1 + sum_j lambda_h / (lambda q_j), lambda half of the penalty's.
    shared: f64,
    scale: Vec<f64>,
    fields: Vec<f64>,
    couplings: Vec<f64>,
    /// A direction.
    along: (Vec<f64>, Vec<f64>),
    of_fields: Vec<f64>,
    of_couplings: Vec<f64>,
}

impl<'a> Site<'a> {
    fn new(data: &'a Data<'a>, i: usize) -> Self {
        let sites = &data.samples.sites;
        let (states, total) = (sites.states(i), sites.total());
        let wide = states.next_multiple_of(LANE);
        let (of_j, of_h) = (0.5 * data.penalty.couplings, data.penalty.fields);
        let others = sites.ranges().enumerate().filter(|(j, _)| *j != i);
        let shared = 1.0 + others.map(|(_, r)| of_h / (of_j * r.len() as f64)).sum::<f64>();
        let seen = |k: usize| data.frequencies[k].max(0.5 / data.weight);
        let spread = |k: usize| seen(k) * (1.0 - data.frequencies[k]).max(0.5 / data.weight);
        let own = sites.range(i);
        let mut scale: Vec<f64> =
            own.clone().map(|k| data.weight * spread(k) + 2.0 * of_h / shared).collect();
        for k in 0..total {
            scale.extend(own.clone().map(|a| match own.contains(&k) {
                true => f64::INFINITY,
                false => data.weight * spread(a) * spread(k) + 2.0 * of_j,
            }));
        }
        scale.iter_mut().for_each(|s| *s = 1.0 / s.sqrt());
        let room = || (vec![0.0; wide], vec![0.0; total * wide]);
        let ((fields, couplings), along, (of_fields, of_couplings)) = (room(), room(), room());
        Self { data, i, states, wide, shared, scale, fields, couplings, along, of_fields, of_couplings }
    }

    /// Fields of an independent site, each state seen half a time more.
    fn start(&self) -> Vec<f64> {
        let own = self.data.samples.sites.range(self.i);
        let logs: Vec<f64> = own.map(|k| (self.data.frequencies[k] + 0.5 / self.data.weight).ln()).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let mut place = vec![0.0; self.scale.len()];
        place.iter_mut().zip(&self.scale).zip(logs).for_each(|((p, s), l)| *p = (l - mean) / s);
        place
    }

    /// Fields and couplings of the zero-sum gauge at some coordinates.
    fn lift(&self, place: &[f64], fields: &mut [f64], couplings: &mut [f64]) {
        let (q, wide) = (self.states, self.wide);
        for (k, to) in couplings.chunks_exact_mut(wide).enumerate() {
            let from = q * (k + 1);
            let own = place[from..from + q].iter().zip(&self.scale[from..from + q]);
            to[..q].iter_mut().zip(own).for_each(|(t, (p, s))| *t = p * s);
        }
        self.centre(couplings);
        for a in 0..q {
            fields[a] = place[a] * self.scale[a];
        }
        for (to, f) in couplings.chunks_exact(wide).zip(&self.data.frequencies) {
            (0..q).for_each(|a| fields[a] -= f * to[a]);
        }
        let mean = fields[..q].iter().sum::<f64>() / q as f64;
        fields[..q].iter_mut().for_each(|h| *h -= mean);
    }

    /// Makes the couplings with each site sum to zero over its states, and over those of this site.
    fn centre(&self, couplings: &mut [f64]) {
        let (q, wide) = (self.states, self.wide);
        let mut rows = vec![0.0; q];
        for range in self.data.samples.sites.ranges() {
            rows.fill(0.0);
            let count = range.len() as f64;
            let block = &mut couplings[range.start * wide..range.end * wide];
            for to in block.chunks_exact_mut(wide) {
                let mean = to[..q].iter().sum::<f64>() / q as f64;
                to[..q].iter_mut().for_each(|v| *v -= mean);
                rows.iter_mut().zip(to.iter()).for_each(|(r, v)| *r += v / count);
            }
            for to in block.chunks_exact_mut(wide) {
                to.iter_mut().zip(&rows).for_each(|(v, r)| *v -= r);
            }
        }
    }

    /// The derivatives by the coordinates from those by fields and couplings, which are used up; the penalty of `at` and what its gradient
    /// says of the gap.
    fn pull(&mut self, along: bool, out: &mut [f64]) -> [f64; 2] {
        let (q, wide) = (self.states, self.wide);
        let mut of_couplings = std::mem::take(&mut self.of_couplings);
        let (fields, couplings) =
            if along { (&self.along.0, &self.along.1) } else { (&self.fields, &self.couplings) };
        let strength = self.data.penalty.fields / self.shared;
        let (mut penalty, mut gap) = (0.0, 0.0);
        for (g, t) in self.of_fields[..q].iter_mut().zip(fields) {
            *g += 2.0 * strength * t;
            penalty += strength * t * t;
            gap += 0.25 * *g * *g / strength;
        }
        self.centre(&mut of_couplings);
        let strength = 0.5 * self.data.penalty.couplings;
        let (mut squares, mut slopes) = (0.0, 0.0);
        let rows = of_couplings.chunks_exact_mut(wide).zip(couplings.chunks_exact(wide));
        for ((to, own), f) in rows.zip(&self.data.frequencies) {
            for a in 0..q {
                let whole = to[a] + 2.0 * strength * own[a];
                squares += own[a] * own[a];
                slopes += whole * whole;
                to[a] = whole - self.of_fields[a] * f;
            }
        }
        self.centre(&mut of_couplings);
        out[..q].iter_mut().zip(&self.of_fields).zip(&self.scale).for_each(|((o, g), s)| *o = g * s);
        for (k, from) in of_couplings.chunks_exact(wide).enumerate() {
            let place = q * (k + 1)..q * (k + 2);
            let to = out[place.clone()].iter_mut().zip(&self.scale[place]);
            to.zip(from).for_each(|((o, s), g)| *o = g * s);
        }
        self.of_couplings = of_couplings;
        [penalty + strength * squares, gap + 0.25 * slopes / strength]
    }

    /// Minus the log pseudo-likelihood and its derivatives, or, along a direction, the derivatives' change.
    fn sweep(&mut self, along: bool) -> f64 {
        let (n, wide, q) = (self.data.samples.sites.count(), self.wide, self.states);
        let own = self.data.samples.sites.range(self.i);
        let (fields, couplings, direction) = (&self.fields, &self.couplings, &self.along);
        let (of_fields, of_couplings) = (&mut self.of_fields, &mut self.of_couplings);
        of_fields.fill(0.0);
        of_couplings.fill(0.0);
        let (mut left, mut turn) = (vec![0.0; wide], vec![0.0; wide]);
        let mut loss = 0.0;
        for (at, w) in self.data.at.chunks_exact(n).zip(&self.data.samples.weights) {
            logits(&mut left, fields, couplings, at);
            let k = at[self.i] as usize - own.start;
            let most = left[..q].iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
            left[..q].iter_mut().for_each(|v| *v -= most);
            loss -= w * left[k];
            exp(&mut left[..q]);
            let sum = left[..q].iter().sum::<f64>();
            loss += w * sum.ln();
            left[..q].iter_mut().for_each(|v| *v *= w / sum);
            if along {
                logits(&mut turn, &direction.0, &direction.1, at);
                let mean = left[..q].iter().zip(&turn).map(|(p, t)| p * t).sum::<f64>() / w.max(1e-300);
                left[..q].iter_mut().zip(&turn).for_each(|(p, t)| *p *= t - mean);
            } else {
                left[k] -= w;
            }
            of_fields[..q].iter_mut().zip(&left).for_each(|(g, l)| *g += l);
            scatter(of_couplings, &left, at);
        }
        // What was added for its own state is no coupling.
        of_couplings[own.start * wide..own.end * wide].fill(0.0);
        loss
    }

    fn fit(&self, value: Value, evaluations: usize) -> SiteFit {
        let (q, wide) = (self.states, self.wide);
        let (of_j, of_h) = (0.5 * self.data.penalty.couplings, self.data.penalty.fields);
        let fields: Vec<f64> = self.fields[..q].iter().map(|h| h / self.shared).collect();
        let mut couplings = vec![0.0; self.couplings.len() / wide * q];
        for (_, range) in self.data.samples.sites.ranges().enumerate().filter(|(j, _)| *j != self.i) {
            for k in range.clone() {
                for a in 0..q {
                    // The gauge in which the penalty is least.
                    let shared = of_h / of_j * fields[a] / range.len() as f64;
                    couplings[k * q + a] = self.couplings[k * wide + a] + shared;
                }
            }
        }
        let Value { objective, loss, gap } = value;
        SiteFit { fields, couplings, states: q, objective, loss, gap, evaluations }
    }
}

/// h + sum of the couplings with the states at `at`.
fn logits(left: &mut [f64], fields: &[f64], couplings: &[f64], at: &[u32]) {
    let wide = left.len();
    vectorised(
        #[inline(always)]
        move || {
            left.copy_from_slice(fields);
            for k in at {
                let from = &couplings[*k as usize * wide..][..wide];
                left.iter_mut().zip(from).for_each(|(l, c)| *l += c);
            }
        },
    );
}

/// Adds to the couplings with the states at `at`.
fn scatter(couplings: &mut [f64], left: &[f64], at: &[u32]) {
    let wide = left.len();
    vectorised(
        #[inline(always)]
        move || {
            for k in at {
                let to = &mut couplings[*k as usize * wide..][..wide];
                to.iter_mut().zip(left).for_each(|(c, l)| *c += l);
            }
        },
    );
}

impl Convex for Site<'_> {
    fn evaluate(&mut self, place: &[f64], gradient: &mut [f64]) -> Value {
        self.hold(place);
        let loss = self.sweep(false);
        let [penalty, gap] = self.pull(false, gradient);
        Value { objective: loss + penalty, loss, gap }
    }

    fn hold(&mut self, place: &[f64]) {
        let (mut fields, mut couplings) =
            (std::mem::take(&mut self.fields), std::mem::take(&mut self.couplings));
        self.lift(place, &mut fields, &mut couplings);
        (self.fields, self.couplings) = (fields, couplings);
    }

    fn curvature(&mut self, direction: &[f64], out: &mut [f64]) {
        let (mut fields, mut couplings) = std::mem::take(&mut self.along);
        self.lift(direction, &mut fields, &mut couplings);
        self.along = (fields, couplings);
        self.sweep(true);
        self.pull(true, out);
    }
}
