//! The backward half: coefficients of the vectors, their growth and their angles.

use super::angles::{Gathered, between, smallest};
use super::estimate;
use super::orbit::{Orbit, Place};
use super::results::{Covariant, Neutral, Sample};
use crate::linalg::random::{Rng, normal};
use crate::linalg::{col, col_mut, norm};
use crate::numbers::Estimate;
use crate::systems::rule::{Workspace, column, column_mut};
use crate::systems::time::{Drive, System};
use faer::linalg::triangular_solve::solve_upper_triangular_in_place;
use faer::{Mat, Par};

/// Work, in multiples of k^3, that the angle of the subspaces may take.
const SPLITTINGS: usize = 200_000_000;

/// Coefficients of the vectors in the orthonormal tangents, and what is gathered on the way.
pub(super) struct Backward {
    k: usize,
    recorded: usize,
    time: f64,
    c: Mat<f64>,
    r: Mat<f64>,
    /// Rates of growth of each vector, interval by interval, latest first.
    growth: Vec<Vec<f64>>,
    pairs: Vec<Gathered>,
    signs: [usize; 3],
    /// The angle between the vectors that grow and those that shrink, every so many intervals.
    splitting: Option<(usize, Gathered)>,
    samples: Vec<Sample>,
    residual: f64,
}

impl Backward {
    /// Random upper triangular coefficients; `recorded` intervals of `time` each count. `signs`: how many
    /// exponents are positive, zero and negative.
    pub(super) fn new(k: usize, recorded: usize, time: f64, signs: [usize; 3], rng: &mut Rng) -> Self {
        let mut c = Mat::from_fn(k, k, |i, j| if i <= j { normal(rng) } else { 0.0 });
        unit_columns(&mut c);
        let every = (recorded * k.pow(3)).div_ceil(SPLITTINGS).max(1);
        let splitting =
            (signs[0] > 0 && signs[2] > 0).then(|| (every, Gathered::new(recorded.div_ceil(every))));
        Self {
            k,
            recorded,
            time,
            c,
            r: Mat::zeros(k, k),
            growth: vec![Vec::with_capacity(recorded); k],
            pairs: vec![Gathered::new(recorded); k * (k - 1) / 2],
            signs,
            splitting,
            samples: Vec::new(),
            residual: 0.0,
        }
    }

    pub(super) fn coefficients(&self) -> Mat<f64> {
        self.c.clone()
    }

    /// Goes back over interval `j`, whose factor is given packed.
    pub(super) fn step(&mut self, j: usize, packed: &[f64]) {
        for c in 0..self.k {
            let first = c * (c + 1) / 2;
            col_mut(self.r.as_mut(), c)[..=c].copy_from_slice(&packed[first..=first + c]);
        }
        solve_upper_triangular_in_place(self.r.as_ref(), self.c.as_mut(), Par::Seq);
        let lengths = unit_columns(&mut self.c);
        if j >= self.recorded {
            return;
        }
        for (g, length) in self.growth.iter_mut().zip(lengths) {
            g.push(-length.ln() / self.time);
        }
        let c = self.c.as_ref();
        let mut pairs = self.pairs.iter_mut();
        for a in 0..self.k {
            for b in a + 1..self.k {
                if let Some(pair) = pairs.next() {
                    // Below row b both are zero.
                    pair.add(between(&col(c, a)[..=b], &col(c, b)[..=b]));
                }
            }
        }
        if let Some((every, gathered)) = &mut self.splitting
            && j.is_multiple_of(*every)
        {
            gathered.add(smallest(c, self.signs[0], self.signs[0] + self.signs[1]));
        }
    }

    /// Keeps the vectors at a place, and holds J v against those at the next place, whose coefficients are
    /// `next`.
    pub(super) fn sample(&mut self, orbit: &mut Orbit, places: &[Place; 2], next: &Mat<f64>, step: usize) {
        let at = |place: &Place, c: &Mat<f64>| place.q.subcols(0, self.k) * c;
        let (vectors, after) = (at(&places[0], &self.c), at(&places[1], next));
        let mut carried = orbit.carry(&places[0], &vectors);
        unit_columns(&mut carried);
        for i in 0..self.k {
            let sine = between(col(carried.as_ref(), i), col(after.as_ref(), i)).sin();
            self.residual = self.residual.max(sine);
        }
        self.samples.push(Sample { step, state: places[0].x.clone(), vectors });
    }

    /// The vector nearest to neutral beside the flow's direction; none for a map, at a fixed point, or where
    /// it is not defined.
    pub(super) fn neutral(
        &self,
        system: &dyn System,
        drive: Drive,
        exponents: &[Estimate],
        defined: &[bool],
    ) -> Option<Neutral> {
        let Drive::Constant(u) = drive else { return None };
        if !system.is_flow() {
            return None;
        }
        let index =
            (0..self.k).min_by(|a, b| exponents[*a].value.abs().total_cmp(&exponents[*b].value.abs()))?;
        if !defined[index] {
            return None;
        }
        let field = system.field();
        let mut ws = Workspace::new(field, 1, 1);
        let mut f = vec![0.0; field.dim()];
        let (mut sum, mut largest) = (0.0, 0.0f64);
        for s in &self.samples {
            ws.eval(field, column(&s.state), column(u), column_mut(&mut f));
            let size = norm(&f);
            if size <= 1e-8 * (1.0 + norm(&s.state)) {
                return None;
            }
            f.iter_mut().for_each(|v| *v /= size);
            let angle = between(&f, col(s.vectors.as_ref(), index));
            sum += angle;
            largest = largest.max(angle);
        }
        Some(Neutral { index, mean: sum / self.samples.len().max(1) as f64, largest })
    }

    /// The result.
    pub(super) fn finish(
        mut self,
        exponents: Vec<Estimate>,
        defined: Vec<bool>,
        neutral: Option<Neutral>,
        memory: usize,
        asked: usize,
        interval: usize,
        time_step: f64,
    ) -> Covariant {
        let growth: Vec<_> = self.growth.iter().map(|g| estimate(g)).collect();
        let indices = (0..self.k).flat_map(|i| (i + 1..self.k).map(move |j| (i, j)));
        let pairs = self.pairs.iter().zip(indices);
        let pairs = pairs.map(|(p, (i, j))| p.pair(i, j, defined[i] && defined[j])).collect();
        let growth_deviation = self.growth.iter().zip(&growth).map(|(g, mean)| deviation(g, mean.value));
        let growth_deviation = growth_deviation.collect();
        let growth_quantiles = self.growth.iter_mut().map(|g| quantiles(g)).collect();
        self.samples.reverse();
        Covariant {
            exponents,
            growth,
            growth_deviation,
            growth_quantiles,
            pairs,
            splitting: self.splitting.map(|s| s.1.splitting()),
            signs: self.signs,
            neutral,
            covariance_residual: self.residual,
            samples: self.samples,
            defined,
            asked,
            interval,
            intervals: self.recorded,
            time_step,
            memory,
        }
    }
}

fn deviation(v: &[f64], mean: f64) -> f64 {
    (v.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (v.len().max(2) - 1) as f64).sqrt()
}

fn quantiles(v: &mut [f64]) -> [f64; 5] {
    v.sort_by(f64::total_cmp);
    // Within the list by construction.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    [0.05, 0.25, 0.5, 0.75, 0.95].map(|q| v[((v.len() - 1) as f64 * q).round() as usize])
}

/// Makes the columns unit vectors; returns their lengths.
fn unit_columns(m: &mut Mat<f64>) -> Vec<f64> {
    let mut lengths = Vec::with_capacity(m.ncols());
    for j in 0..m.ncols() {
        let v = col_mut(m.as_mut(), j);
        let length = norm(v);
        v.iter_mut().for_each(|v| *v /= length);
        lengths.push(length);
    }
    lengths
}
