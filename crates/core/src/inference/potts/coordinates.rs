//! Coordinates in which a fit is round.

use super::fit::Likelihood;
use super::whitened::Whitened;
use super::{Graph, Penalty, Potts, Sites};
use crate::linalg::{col, col_mut};
use faer::Mat;

/// Fields at the mean of the other sites, k_i = T_i + sum_j J_ij f_j, then couplings of pairs, all over `scale`.
///
/// J and T are those of the zero-sum gauge, into which any couplings are brought. Of all gauges of one model the penalty is least
/// where lambda_J sum_b J_ij(a, b) = lambda_h h_i(a): h_i = T_i / (1 + kappa_i), and J_ij(a, b) is larger than in the zero-sum gauge by
/// (lambda_h / lambda_J) (h_i(a) / q_j + h_j(b) / q_i), with kappa_i = sum_j lambda_h / (lambda_J q_j). The penalty is then
/// lambda_h T_i^2 / (1 + kappa_i) and lambda_J J^2, and gauges, along which likelihoods do not change, are no directions of descent.
///
/// Without the means the fields of rare states, which hardly any sample tells of, would be found last and slowly.
pub(super) struct Coordinates {
    sites: Sites,
    frequencies: Vec<f64>,
    penalty: Penalty,
    /// 1 + kappa of each state's site.
    shared: Vec<f64>,
    /// One over the root of each second derivative.
    scale: Vec<f64>,
    /// The couplings of spins have better ones, in place of all that follow those of the fields.
    spins: Option<Whitened>,
    /// The pairs that are coupled; none: all.
    graph: Option<Graph>,
}

/// What the penalty adds.
pub(super) struct Added {
    pub penalty: f64,
    /// Bound on the distance from the minimum.
    pub gap: f64,
}

impl Coordinates {
    pub fn new(likelihood: &dyn Likelihood, penalty: Penalty, graph: Option<&Graph>) -> Self {
        let (sites, f) = (likelihood.sites().clone(), likelihood.frequencies().to_vec());
        let mean: Vec<f64> = f.chunks_exact(2).map(|f| f[1] - f[0]).collect();
        let weight = likelihood.weight();
        let spins = likelihood
            .spin_covariance()
            .filter(|_| graph.is_none())
            .and_then(|c| Whitened::new(&mean, c.as_ref(), weight, penalty.couplings));
        Self { spins, ..Self::on(sites, f, [weight, likelihood.sharpness()], penalty, graph) }
    }

    /// Those of data of frequencies `f` and some weight, where second derivatives of couplings are `sharp` times their variances.
    pub fn of_data(sites: Sites, f: Vec<f64>, weight: f64, sharp: f64, penalty: Penalty) -> Self {
        Self::on(sites, f, [weight, sharp], penalty, None)
    }

    fn on(
        sites: Sites,
        f: Vec<f64>,
        [weight, sharp]: [f64; 2],
        penalty: Penalty,
        graph: Option<&Graph>,
    ) -> Self {
        let ratio = penalty.fields / penalty.couplings;
        let coupled = |i: usize, j: usize| i != j && graph.is_none_or(|g| g.has(i, j));
        let shared: Vec<f64> = sites
            .ranges()
            .enumerate()
            .flat_map(|(i, r)| {
                let others = sites.ranges().enumerate().filter(|(j, _)| coupled(i, *j));
                let own = 1.0 + others.map(|(_, o)| ratio / o.len() as f64).sum::<f64>();
                r.map(move |_| own)
            })
            .collect();
        let seen = |k: usize| f[k].max(0.5 / weight);
        let spread: Vec<f64> = (0..f.len()).map(|k| seen(k) * (1.0 - f[k]).max(0.5 / weight)).collect();
        let of_fields = spread.iter().zip(&shared).map(|(v, s)| weight * v + 2.0 * penalty.fields / s);
        let mut scale: Vec<f64> = of_fields.collect();
        scale.reserve(sites.couplings());
        each(&sites, |row, column| {
            scale.push(sharp * weight * spread[row] * spread[column] + 2.0 * penalty.couplings);
        });
        scale.iter_mut().for_each(|s| *s = 1.0 / s.sqrt());
        if let Some(graph) = graph {
            let mut next = scale[f.len()..].iter_mut();
            let site: Vec<usize> = sites.ranges().enumerate().flat_map(|(i, r)| r.map(move |_| i)).collect();
            each(&sites, |row, column| {
                if let Some(s) = next.next().filter(|_| !graph.has(site[row], site[column])) {
                    *s = 0.0;
                }
            });
        }
        Self { sites, frequencies: f, penalty, shared, scale, spins: None, graph: graph.cloned() }
    }

    fn coupled(&self, i: usize, j: usize) -> bool {
        self.graph.as_ref().is_none_or(|g| g.has(i, j))
    }

    /// Zeros in the blocks of pairs that are not coupled.
    fn clear(&self, couplings: &mut Mat<f64>) {
        if self.graph.is_none() {
            return;
        }
        for (place_j, j) in self.sites.ranges().enumerate() {
            for (_, i) in
                self.sites.ranges().enumerate().take(place_j).filter(|(i, _)| !self.coupled(*i, place_j))
            {
                j.clone().for_each(|column| col_mut(couplings.as_mut(), column)[i.clone()].fill(0.0));
            }
        }
    }

    /// What each coordinate is multiplied by to give a field or a coupling.
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// Over how many coordinates data tell, each by the share that they have of its second derivative; the rest is the penalty's.
    pub fn told(&self) -> f64 {
        let of = |strength: f64, s: &f64| 1.0 - 2.0 * strength * s * s;
        let (fields, couplings) = self.scale.split_at(self.shared.len());
        let fields = fields.iter().zip(&self.shared).map(|(s, shared)| of(self.penalty.fields / shared, s));
        fields.sum::<f64>() + couplings.iter().map(|s| of(self.penalty.couplings, s)).sum::<f64>()
    }

    /// The coordinates of a model.
    pub fn of(&self, model: &Potts) -> Vec<f64> {
        let model = model.in_gauge(super::Gauge::ZeroSum);
        let mut all = shifted(&self.frequencies, &model.fields, &model.couplings, 1.0);
        if let Some(spins) = &self.spins {
            all.iter_mut().zip(&self.scale).for_each(|(v, s)| *v /= s);
            let n = self.sites.count();
            // J(a, b) = a b S in the zero-sum gauge.
            let s =
                Mat::from_fn(n, n, |i, j| if i == j { 0.0 } else { model.couplings[(2 * i + 1, 2 * j + 1)] });
            all.extend(spins.of(s.as_ref()));
            return all;
        }
        all.reserve(self.sites.couplings());
        each(&self.sites, |row, column| all.push(model.couplings[(row, column)]));
        all.iter_mut().zip(&self.scale).for_each(|(v, s)| *v = if *s > 0.0 { *v / s } else { 0.0 });
        all
    }

    /// T and J, in the zero-sum gauge, at some coordinates.
    pub fn model(&self, place: &[f64], fields: &mut [f64], couplings: &mut Mat<f64>) {
        let total = self.sites.total();
        if let Some(spins) = &self.spins {
            let s = spins.couplings(&place[total..]);
            each(&self.sites, |row, column| {
                let sign = if row % 2 == column % 2 { 1.0 } else { -1.0 };
                couplings[(row, column)] = sign * s[(row / 2, column / 2)];
            });
        } else {
            let mut next = place[total..].iter().zip(&self.scale[total..]).map(|(v, s)| v * s);
            each(&self.sites, |row, column| couplings[(row, column)] = next.next().unwrap_or(0.0));
            self.centre(couplings);
        }
        mirror(&self.sites, couplings);
        let at_mean: Vec<f64> = place[..total].iter().zip(&self.scale).map(|(v, s)| v * s).collect();
        fields.copy_from_slice(&shifted(&self.frequencies, &at_mean, couplings, -1.0));
        for range in self.sites.ranges() {
            let mean = fields[range.clone()].iter().sum::<f64>() / range.len() as f64;
            fields[range].iter_mut().for_each(|h| *h -= mean);
        }
    }

    /// The model of the gauge in which its penalty is least.
    pub fn penalised(&self, fields: &[f64], couplings: &Mat<f64>) -> Potts {
        let mut model =
            Potts { sites: self.sites.clone(), fields: fields.to_vec(), couplings: couplings.clone() };
        model.fields.iter_mut().zip(&self.shared).for_each(|(h, s)| *h /= s);
        let ratio = self.penalty.fields / self.penalty.couplings;
        for (place_j, j) in self.sites.ranges().enumerate() {
            for (place_i, i) in self.sites.ranges().enumerate().take(place_j) {
                if !self.coupled(place_i, place_j) {
                    continue;
                }
                for column in j.clone() {
                    for row in i.clone() {
                        let more = model.fields[row] / j.len() as f64 + model.fields[column] / i.len() as f64;
                        model.couplings[(row, column)] += ratio * more;
                    }
                }
            }
        }
        mirror(&self.sites, &mut model.couplings);
        model
    }

    /// Makes rows and columns of each block above the diagonal sum to zero.
    fn centre(&self, couplings: &mut Mat<f64>) {
        let most = self.sites.ranges().map(|r| r.len()).max().unwrap_or(0);
        let mut rows = vec![0.0; most];
        for j in self.sites.ranges() {
            for i in self.sites.ranges().take_while(|i| i.start < j.start) {
                let (a, b) = (i.len() as f64, j.len() as f64);
                rows[..i.len()].fill(0.0);
                for column in j.clone() {
                    let own = &mut col_mut(couplings.as_mut(), column)[i.clone()];
                    let mean = own.iter().sum::<f64>() / a;
                    own.iter_mut().for_each(|v| *v -= mean);
                    rows.iter_mut().zip(own.iter()).for_each(|(r, v)| *r += v / b);
                }
                for column in j.clone() {
                    let own = &mut col_mut(couplings.as_mut(), column)[i.clone()];
                    own.iter_mut().zip(&rows).for_each(|(v, r)| *v -= r);
                }
            }
        }
    }

    /// The derivatives of the penalised objective by the coordinates into `out`, from those of the likelihood by T and J, which are
    /// used up.
    pub fn gradient(
        &self,
        (fields, couplings): (&[f64], &Mat<f64>),
        (of_fields, of_couplings): (&mut [f64], &mut Mat<f64>),
        out: &mut [f64],
    ) -> Added {
        let total = self.sites.total();
        let mut added = Added { penalty: 0.0, gap: 0.0 };
        for ((g, t), s) in of_fields.iter_mut().zip(fields).zip(&self.shared) {
            let strength = self.penalty.fields / s;
            *g += 2.0 * strength * t;
            added.penalty += strength * t * t;
            added.gap += 0.25 * *g * *g / strength;
        }
        let strength = self.penalty.couplings;
        self.clear(of_couplings);
        // Along gauges nothing changes.
        self.centre(of_couplings);
        let (mut squares, mut slopes) = (0.0, 0.0);
        let f = &self.frequencies;
        for j in self.sites.ranges() {
            for column in j.clone() {
                let (own, of) = (&col(couplings.as_ref(), column)[..j.start], of_fields[column]);
                let to = &mut col_mut(of_couplings.as_mut(), column)[..j.start];
                for (row, (g, v)) in to.iter_mut().zip(own).enumerate() {
                    let whole = *g + 2.0 * strength * v;
                    squares += v * v;
                    slopes += whole * whole;
                    *g = whole - of_fields[row] * f[column] - f[row] * of;
                }
            }
        }
        self.centre(of_couplings);
        if let Some(spins) = &self.spins {
            let n = self.sites.count();
            let of_s = Mat::from_fn(n, n, |i, j| match i.cmp(&j) {
                std::cmp::Ordering::Equal => 0.0,
                std::cmp::Ordering::Less => spin(of_couplings, i, j),
                std::cmp::Ordering::Greater => spin(of_couplings, j, i),
            });
            spins.gradient(of_s.as_ref(), &mut out[total..]);
        } else {
            let mut to = out[total..].iter_mut().zip(&self.scale[total..]);
            each(&self.sites, |row, column| {
                if let Some((to, s)) = to.next() {
                    *to = s * of_couplings[(row, column)];
                }
            });
        }
        out.iter_mut().zip(of_fields.iter()).zip(&self.scale).for_each(|((to, g), s)| *to = g * s);
        added.penalty += strength * squares;
        added.gap += 0.25 * slopes / strength;
        added
    }
}

/// The derivative by S_ij, i < j, from those by the states' couplings above the diagonal.
fn spin(of_couplings: &Mat<f64>, i: usize, j: usize) -> f64 {
    let at = |a: usize, b: usize| of_couplings[(2 * i + a, 2 * j + b)];
    at(0, 0) + at(1, 1) - at(0, 1) - at(1, 0)
}

/// Every coupling once: the states of each site with those of the sites before it.
fn each(sites: &Sites, mut f: impl FnMut(usize, usize)) {
    for range in sites.ranges() {
        for column in range.clone() {
            (0..range.start).for_each(|row| f(row, column));
        }
    }
}

/// Fields and `sign` times what the couplings add at the mean of the other sites.
pub(super) fn shifted(frequencies: &[f64], fields: &[f64], couplings: &Mat<f64>, sign: f64) -> Vec<f64> {
    let mut all = fields.to_vec();
    for (k, f) in frequencies.iter().enumerate() {
        let by = sign * f;
        all.iter_mut().zip(col(couplings.as_ref(), k)).for_each(|(h, j)| *h += by * j);
    }
    all
}

/// Copies what is above the diagonal below it, in tiles.
fn mirror(sites: &Sites, couplings: &mut Mat<f64>) {
    for j in sites.ranges() {
        for i in sites.ranges().take_while(|i| i.start < j.start) {
            for row in i.clone() {
                for column in j.clone() {
                    couplings[(column, row)] = couplings[(row, column)];
                }
            }
        }
    }
}
