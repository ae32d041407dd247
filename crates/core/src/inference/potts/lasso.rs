//! Group lasso: whole pairs of sites are coupled or not.

use super::coordinates::shifted;
use super::fit::{Likelihood, independent};
use super::{Error, Penalty, Potts, PseudoLikelihood, Samples};
use crate::linalg::{col, col_mut};
use faer::Mat;

/// A fit whose penalty leaves pairs without couplings.
#[derive(Clone, Debug)]
pub struct GroupFit {
    /// The model, in the zero-sum gauge.
    pub model: Potts,
    /// Minus the log pseudo-likelihood and the penalty.
    pub objective: f64,
    /// How far the conditions of the minimum are from being met, over lambda.
    pub violation: f64,
    /// Evaluations.
    pub evaluations: usize,
}

/// The least strength at which no pair is coupled.
///
/// Formula: max over pairs of the Frobenius norm of the derivatives by its couplings, in the zero-sum gauge, at independent sites.
pub fn largest_group(samples: &Samples) -> f64 {
    let mut problem = Problem::new(samples, 0.0);
    let start = independent(&problem.likelihood);
    problem.evaluate(&start);
    problem.blocks().into_iter().map(|b| norm(&problem.of_couplings, &b)).fold(0.0, f64::max)
}

/// The minimum of minus the log pseudo-likelihood plus `group` sum over pairs of |J_ij|, Frobenius norms in the zero-sum gauge, and
/// lambda_h sum h^2.
///
/// Method: accelerated proximal gradients with restarts (O'Donoghue and Candes), steps that halve until the quadratic bound holds, fields
/// taken at the mean of the other sites. It ends where every condition of the minimum (derivatives of coupled pairs are -lambda J / |J|,
/// those of others at most lambda) is met to `tolerance` of lambda.
///
/// Source: Yuan & Lin, J. R. Stat. Soc. B 68, 49 (2006); plmc's `-lg` is `group`, in plmc's own gauge.
///
/// # Errors
/// [`Error::NotConverged`] after 20,000 evaluations; strengths that are not positive.
///
/// ```
/// use nullcline_core::inference::potts::{Gibbs, Potts, Sites, group_lasso, largest_group};
///
/// let mut truth = Potts::free(Sites::alike(4, 3).unwrap());
/// truth.couple(0, 2, |a, b| if a == b { 1.0 } else { -0.5 });
/// let seen = Gibbs::new(&truth).unwrap().samples(20, 50, 50, 3, 1).unwrap();
/// let most = largest_group(&seen);
/// assert_eq!(group_lasso(&seen, 0.3 * most, 0.1, None, 1e-4).unwrap().model.pairs(), [[0, 2]]);
/// assert!(group_lasso(&seen, 1.01 * most, 0.1, None, 1e-4).unwrap().model.pairs().is_empty());
/// ```
pub fn group_lasso(
    samples: &Samples,
    group: f64,
    fields: f64,
    start: Option<&Potts>,
    tolerance: f64,
) -> Result<GroupFit, Error> {
    const MOST: usize = 20_000;
    Penalty::new(group, fields)?;
    let mut problem = Problem::new(samples, fields);
    let start = start.cloned().unwrap_or_else(|| independent(&problem.likelihood));
    let mut at = problem.at_mean(&start.in_gauge(super::Gauge::ZeroSum));
    let (mut ahead, mut momentum, mut curvature) = (at.clone(), 1.0f64, samples.total());
    let mut objective = f64::INFINITY;
    for evaluations in 1..=MOST {
        let smooth = problem.evaluate(&problem.model(&ahead));
        let gradient = problem.gradient();
        let next = loop {
            let next = problem.step(&ahead, &gradient, group, curvature);
            let reached = problem.evaluate(&problem.model(&next));
            let apart = difference(&next, &ahead);
            let linear = dot(&gradient, &apart);
            // A hundred times the rounding of the values, below which nothing can be told.
            let slack = 1e-13 * smooth.abs();
            if reached <= smooth + linear + 0.5 * curvature * dot(&apart, &apart) + slack || curvature > 1e300
            {
                break next;
            }
            curvature *= 2.0;
        };
        let violation = problem.violation(&next, group);
        let reached = problem.value + group * problem.norms(&next);
        if violation <= tolerance {
            return Ok(GroupFit { model: problem.model(&next), objective: reached, violation, evaluations });
        }
        let faster = 0.5 * (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt());
        let restart = reached > objective;
        let by = if restart { 0.0 } else { (momentum - 1.0) / faster };
        momentum = if restart { 1.0 } else { faster };
        ahead = combined(&next, &difference(&next, &at), by);
        (at, objective) = (next, reached);
        curvature *= 0.95;
    }
    Err(Error::NotConverged {
        gap: problem.violation(&at, group) * group,
        objective,
        asked: tolerance * group,
        evaluations: MOST,
    })
}

/// Fields at the mean of the other sites, and couplings of the zero-sum gauge, symmetric.
#[derive(Clone)]
struct Place {
    fields: Vec<f64>,
    couplings: Mat<f64>,
}

fn difference(a: &Place, b: &Place) -> Place {
    combined(a, b, -1.0)
}

fn combined(a: &Place, b: &Place, by: f64) -> Place {
    Place {
        fields: a.fields.iter().zip(&b.fields).map(|(a, b)| a + by * b).collect(),
        couplings: &a.couplings + faer::Scale(by) * &b.couplings,
    }
}

/// Each pair counts once.
fn dot(a: &Place, b: &Place) -> f64 {
    let fields: f64 = a.fields.iter().zip(&b.fields).map(|(a, b)| a * b).sum();
    let columns = (0..a.couplings.ncols()).map(|k| {
        let (x, y) = (col(a.couplings.as_ref(), k), col(b.couplings.as_ref(), k));
        x[..k].iter().zip(y).map(|(x, y)| x * y).sum::<f64>()
    });
    fields + columns.sum::<f64>()
}

/// Rows and columns of a pair's block.
type Block = [std::ops::Range<usize>; 2];

fn norm(m: &Mat<f64>, [rows, columns]: &Block) -> f64 {
    let column = |k: usize| col(m.as_ref(), k)[rows.clone()].iter().map(|v| v * v).sum::<f64>();
    columns.clone().map(column).sum::<f64>().sqrt()
}

struct Problem {
    likelihood: PseudoLikelihood,
    penalty: f64,
    value: f64,
    of_fields: Vec<f64>,
    of_couplings: Mat<f64>,
}

impl Problem {
    fn new(samples: &Samples, penalty: f64) -> Self {
        let total = samples.sites.total();
        let likelihood = PseudoLikelihood::new(samples);
        Self {
            likelihood,
            penalty,
            value: 0.0,
            of_fields: vec![0.0; total],
            of_couplings: Mat::zeros(total, total),
        }
    }

    fn blocks(&self) -> Vec<Block> {
        let ranges: Vec<_> = self.likelihood.sites().ranges().collect();
        (0..ranges.len())
            .flat_map(|j| (0..j).map(move |i| [i, j]))
            .map(|[i, j]| [ranges[i].clone(), ranges[j].clone()])
            .collect()
    }

    fn at_mean(&self, model: &Potts) -> Place {
        let fields = shifted(self.likelihood.frequencies(), &model.fields, &model.couplings, 1.0);
        Place { fields, couplings: model.couplings.clone() }
    }

    fn model(&self, place: &Place) -> Potts {
        let mut fields = shifted(self.likelihood.frequencies(), &place.fields, &place.couplings, -1.0);
        for range in self.likelihood.sites().ranges() {
            let mean = fields[range.clone()].iter().sum::<f64>() / range.len() as f64;
            fields[range].iter_mut().for_each(|h| *h -= mean);
        }
        Potts { sites: self.likelihood.sites().clone(), fields, couplings: place.couplings.clone() }
    }

    /// The smooth part of the objective; its derivatives by fields at the mean and couplings are kept, centred.
    fn evaluate(&mut self, model: &Potts) -> f64 {
        let loss = self.likelihood.evaluate(
            &model.fields,
            &model.couplings,
            &mut self.of_fields,
            &mut self.of_couplings,
        );
        let mut squares = 0.0;
        for (g, h) in self.of_fields.iter_mut().zip(&model.fields) {
            *g += 2.0 * self.penalty * h;
            squares += h * h;
        }
        let f = self.likelihood.frequencies().to_vec();
        for block in self.blocks() {
            self.centre(&block, &f);
        }
        self.value = loss + self.penalty * squares;
        self.value
    }

    /// The derivatives of a block at fixed fields at the mean, along zero-sum couplings, in both halves.
    fn centre(&mut self, [rows, columns]: &Block, f: &[f64]) {
        let (a, b) = (rows.len() as f64, columns.len() as f64);
        let g = &self.of_fields;
        let at = |m: &Mat<f64>, r: usize, c: usize| m[(r, c)] - g[r] * f[c] - f[r] * g[c];
        let m = &self.of_couplings;
        let over_rows: Vec<f64> =
            columns.clone().map(|c| rows.clone().map(|r| at(m, r, c)).sum::<f64>() / a).collect();
        let over_columns: Vec<f64> =
            rows.clone().map(|r| columns.clone().map(|c| at(m, r, c)).sum::<f64>() / b).collect();
        let all = over_rows.iter().sum::<f64>() / b;
        let block = Mat::from_fn(rows.len(), columns.len(), |r, c| {
            at(m, rows.start + r, columns.start + c) - over_rows[c] - over_columns[r] + all
        });
        for (c, column) in columns.clone().enumerate() {
            col_mut(self.of_couplings.as_mut(), column)[rows.clone()].copy_from_slice(col(block.as_ref(), c));
        }
    }

    fn gradient(&self) -> Place {
        Place { fields: self.of_fields.clone(), couplings: self.of_couplings.clone() }
    }

    /// A gradient step, whose pairs are then shrunk.
    fn step(&self, from: &Place, gradient: &Place, group: f64, curvature: f64) -> Place {
        let fields = from.fields.iter().zip(&gradient.fields).map(|(k, g)| k - g / curvature).collect();
        let mut couplings = Mat::zeros(from.fields.len(), from.fields.len());
        for [rows, columns] in self.blocks() {
            let moved = |r: usize, c: usize| from.couplings[(r, c)] - gradient.couplings[(r, c)] / curvature;
            let cells = columns.clone().flat_map(|c| rows.clone().map(move |r| (r, c)));
            let size = cells.map(|(r, c)| moved(r, c).powi(2)).sum::<f64>().sqrt();
            let kept = (1.0 - group / (curvature * size)).max(0.0);
            if kept > 0.0 {
                for (r, c) in columns.clone().flat_map(|c| rows.clone().map(move |r| (r, c))) {
                    let value = kept * moved(r, c);
                    (couplings[(r, c)], couplings[(c, r)]) = (value, value);
                }
            }
        }
        Place { fields, couplings }
    }

    fn norms(&self, place: &Place) -> f64 {
        self.blocks().iter().map(|b| norm(&place.couplings, b)).sum()
    }

    /// The largest violation of the conditions of the minimum over lambda, by the derivatives that are kept.
    fn violation(&self, place: &Place, group: f64) -> f64 {
        let fields = self.of_fields.iter().map(|g| g * g).sum::<f64>().sqrt();
        let pair = |block: Block| {
            let size = norm(&place.couplings, &block);
            let [rows, columns] = &block;
            if size == 0.0 {
                return (norm(&self.of_couplings, &block) - group).max(0.0);
            }
            let cells = columns.clone().flat_map(|c| rows.clone().map(move |r| (r, c)));
            let off =
                |(r, c): (usize, usize)| self.of_couplings[(r, c)] + group * place.couplings[(r, c)] / size;
            cells.map(|p| off(p).powi(2)).sum::<f64>().sqrt()
        };
        self.blocks().into_iter().map(pair).fold(fields, f64::max) / group
    }
}
