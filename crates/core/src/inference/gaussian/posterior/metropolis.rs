//! Metropolis sampling by changes of single entries, with the energy followed incrementally.

use super::adapt::Adapt;
use super::window::Window;
use super::{Error, Point, Posterior};
use crate::inference::gaussian::ensemble::log_z;
use crate::linalg::eigen::symmetric_values;
use crate::linalg::random::{Rng, normal, uniform};
use faer::{Mat, MatRef};
use rand::RngExt;

/// What one proposal changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moves {
    /// Entries i <= j changed at once, drawn with replacement; the thesis's program means 10, of which one survives.
    pub entries: usize,
    /// Standard deviation of the change of an entry; the thesis's is 0.1 mean |J*_ij|.
    pub step: f64,
    /// The acceptance that burn-in adapts the step to; none keeps it as given.
    pub target: Option<f64>,
}

impl Moves {
    /// Single entries, with a step that burn-in adapts to the acceptance 0.44, best in one dimension.
    ///
    /// Source: Roberts and Rosenthal 2001.
    pub const SINGLE: Self = Self { entries: 1, step: 1e-2, target: Some(0.44) };
}

/// One Metropolis chain.
///
/// Entries are changed in windows: r = max(2, sqrt n) indices are drawn, the couplings decomposed once, and r^2
/// proposals made among the entries between them at O(n r^2) each, O(n^2) with the decomposition's share; the diagonal is
/// chosen as often as each other entry. Each window's choice is independent of the state, so that the posterior stays
/// what each proposal leaves unchanged. At a new window log Z is exact again; the drift since the last is recorded.
pub struct Metropolis<'a> {
    posterior: &'a Posterior,
    beta: f64,
    rng: Rng,
    j: Mat<f64>,
    quadratic: f64,
    window: Window,
    left: usize,
    undo: Vec<(usize, usize, f64)>,
    entries: usize,
    adapt: Option<Adapt>,
    /// The step in use.
    pub step: f64,
    /// Proposals so far.
    pub proposals: u64,
    /// Proposals accepted so far.
    pub accepted: u64,
    /// Largest |change of the energy| that exact evaluation at a new window made.
    pub drift: f64,
    /// Proposals whose log Z needed a decomposition of their own.
    pub direct: u64,
}

impl<'a> Metropolis<'a> {
    /// A chain at the inverse temperature `beta` from the symmetric matrix `start` (n x n).
    ///
    /// # Errors
    /// [`Error::Positive`] for beta, the step or no entries, [`Error::Eigen`] for a start that is not finite,
    /// [`Error::Size`].
    pub fn new(
        posterior: &'a Posterior,
        beta: f64,
        moves: Moves,
        start: MatRef<f64>,
        rng: Rng,
    ) -> Result<Self, Error> {
        let n = posterior.n();
        for (name, value) in [("beta", beta), ("step", moves.step), ("entries", moves.entries as f64)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Positive { name, value });
            }
        }
        if start.nrows() != n || start.ncols() != n {
            return Err(Error::Size { found: start.nrows(), expected: n });
        }
        let r = ((n as f64).sqrt().ceil() as usize).max(2).min(n);
        let mut it = Self {
            posterior,
            beta,
            rng,
            j: start.to_owned(),
            quadratic: 0.0,
            window: Window::new(n, r),
            left: 0,
            undo: vec![],
            entries: moves.entries,
            adapt: moves.target.map(|target| Adapt::new(target, moves.step)),
            step: moves.step,
            proposals: 0,
            accepted: 0,
            drift: 0.0,
            direct: 0,
        };
        it.window.open(it.j.as_ref())?;
        it.quadratic = it.quadratic();
        Ok(it)
    }

    /// The couplings.
    pub fn couplings(&self) -> MatRef<'_, f64> {
        self.j.as_ref()
    }

    /// E(J) as followed from change to change.
    pub fn energy(&self) -> f64 {
        self.quadratic + self.posterior.alpha * self.window.log_z()
    }

    /// What is measured on the couplings, in O(n^2).
    pub fn point(&self) -> Point {
        self.posterior.point(self.j.as_ref(), self.window.log_z())
    }

    /// Evaluations of determinant and trace so far.
    pub fn evaluations(&self) -> u64 {
        self.window.evaluations
    }

    /// Ends the adaptation of the step; counts start over.
    pub fn settle(&mut self) {
        if let Some(adapt) = self.adapt.take() {
            self.step = adapt.settled();
        }
        (self.proposals, self.accepted, self.drift, self.direct) = (0, 0, 0.0, 0);
        self.window.evaluations = 0;
    }

    /// One proposal; whether it was accepted.
    ///
    /// # Errors
    /// [`Error::Eigen`] where a decomposition fails.
    pub fn propose(&mut self) -> Result<bool, Error> {
        if self.left == 0 {
            self.reopen(true)?;
        }
        self.left -= 1;
        self.proposals += 1;
        let change = self.change();
        let (log_z, direct) = match self.window.propose() {
            Some(log_z) => (log_z, false),
            None => (self.direct()?, true),
        };
        let difference = change + self.posterior.alpha * (log_z - self.window.log_z());
        let probability = (-self.beta * difference).exp().min(1.0);
        let accept = uniform(&mut self.rng, 0.0, 1.0) < probability;
        if accept {
            self.accepted += 1;
            self.quadratic += change;
            self.window.accept();
            if direct {
                self.reopen(false)?;
            }
        } else {
            for (i, j, value) in self.undo.drain(..).rev() {
                self.j[(i, j)] = value;
                self.j[(j, i)] = value;
            }
            self.window.reject();
        }
        if let Some(adapt) = &mut self.adapt {
            self.step = adapt.learn(probability);
        }
        Ok(accept)
    }

    /// Changes entries; what that does to the energy without log Z.
    fn change(&mut self) -> f64 {
        let (n, r) = (self.posterior.n(), self.window.indices.len());
        let (alpha, gamma) = (self.posterior.alpha, self.posterior.gamma);
        let mut total = 0.0;
        self.undo.clear();
        for _ in 0..self.entries {
            let a = self.rng.random_range(0..r);
            // Of n (n + 1)/2 entries, n lie on the diagonal.
            let diagonal = r == 1 || self.rng.random_range(0..n + 1) < 2;
            let b = if diagonal { a } else { (a + self.rng.random_range(1..r)) % r };
            let change = self.step * normal(&mut self.rng);
            let (i, j) = (self.window.indices[a], self.window.indices[b]);
            let old = self.j[(i, j)];
            self.undo.push((i, j, old));
            self.j[(i, j)] = old + change;
            self.j[(j, i)] = old + change;
            self.window.change(a, b, change);
            let both = if a == b { 1.0 } else { 2.0 };
            let square = change * (2.0 * old + change);
            total += both * (0.25 * gamma * square - 0.5 * alpha * change * self.posterior.data[(i, j)]);
        }
        total
    }

    /// log Z of the couplings as proposed, by decomposition.
    fn direct(&mut self) -> Result<f64, Error> {
        self.direct += 1;
        let values = symmetric_values(self.j.as_ref()).ok_or(Error::Eigen)?;
        Ok(log_z(&values).1)
    }

    /// A new window, at other indices if asked for: energies are exact again.
    fn reopen(&mut self, elsewhere: bool) -> Result<(), Error> {
        let n = self.posterior.n();
        let r = self.window.indices.len();
        if elsewhere {
            for a in 0..r {
                let pick = loop {
                    let pick = self.rng.random_range(0..n);
                    if !self.window.indices[..a].contains(&pick) {
                        break pick;
                    }
                };
                self.window.indices[a] = pick;
            }
            self.left = r * r;
        }
        let before = self.energy();
        self.window.open(self.j.as_ref())?;
        self.quadratic = self.quadratic();
        if elsewhere {
            self.drift = self.drift.max((self.energy() - before).abs());
        }
        Ok(())
    }

    /// The energy without log Z.
    fn quadratic(&self) -> f64 {
        let p = self.posterior;
        let mut total = 0.0;
        for k in 0..p.n() {
            let (j, c) = (crate::linalg::col(self.j.as_ref(), k), crate::linalg::col(p.data.as_ref(), k));
            let terms = j.iter().zip(c).map(|(j, c)| j * (0.25 * p.gamma * j - 0.5 * p.alpha * c));
            total += terms.sum::<f64>();
        }
        total
    }
}
