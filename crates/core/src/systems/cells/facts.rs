//! Facts of a kind of cell: a second matrix, constants, laws of the initial parameters.

use crate::linalg::activation::Activation;

/// A second recurrent matrix.
#[derive(Clone, Copy, Debug)]
pub struct Second {
    /// Its block of the parameters, which is also its tensor's name in a file.
    pub block: &'static str,
    /// Its role where the user names tensors, and the symbol of the cell's equation that does as well.
    pub role: [&'static str; 2],
    /// What it is called among the recurrent matrices.
    pub shown: &'static str,
}

/// Numbers of each unit's own: a block of a row a unit.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    /// Its block of the parameters, which is also its tensor's name in a file.
    pub block: &'static str,
    /// Its role where the user names tensors.
    pub role: &'static str,
    /// Numbers of each unit.
    pub columns: usize,
    /// What they are, in words.
    pub what: &'static str,
    /// Where training begins, of unit and column; none: as the other blocks.
    pub initial: Option<fn(usize, usize) -> f64>,
}

/// A constant that is not trained.
#[derive(Clone, Copy, Debug)]
pub struct Constant {
    /// Its name.
    pub name: &'static str,
    /// Its smallest value.
    pub least: f64,
    /// Its largest value.
    pub most: f64,
    /// The range in words.
    pub expected: &'static str,
    /// Its value under a nonlinearity where nobody gives one; none: somebody must.
    pub usual: Option<fn(Activation) -> f64>,
    /// Whether it counts something.
    pub whole: bool,
}

impl Constant {
    /// A number above zero.
    pub const fn positive(name: &'static str) -> Self {
        Self {
            name,
            least: f64::from_bits(1),
            most: f64::MAX,
            expected: "a positive number",
            usual: None,
            whole: false,
        }
    }
    /// Zero or a number above.
    pub const fn damping(name: &'static str) -> Self {
        Self {
            name,
            least: 0.0,
            most: f64::MAX,
            expected: "zero or a positive number",
            usual: None,
            whole: false,
        }
    }
    /// Any number.
    pub const fn any(name: &'static str) -> Self {
        Self { name, least: -f64::MAX, most: f64::MAX, expected: "a number", usual: None, whole: false }
    }
    /// A number from 0 to 1.
    pub const fn share(name: &'static str) -> Self {
        Self { name, least: 0.0, most: 1.0, expected: "a number from 0 to 1", usual: None, whole: false }
    }
    /// A whole number of things.
    pub const fn count(name: &'static str) -> Self {
        Self {
            name,
            least: 1.0,
            most: 1e6,
            expected: "a whole number from 1 to 1000000",
            usual: None,
            whole: true,
        }
    }
    /// Whether the constant may have that value.
    pub fn holds(&self, value: f64) -> bool {
        (self.least..=self.most).contains(&value) && !(self.whole && value.fract() != 0.0)
    }
}

/// Laws of a kind's initial parameters; d inputs and n units.
#[derive(Clone, Copy)]
pub struct Initial {
    /// The usual law of every block: uniform in +-1/sqrt of this, of (d, n).
    pub fan_in: fn(usize, usize) -> usize,
    /// In place of it, the standard deviation of a block's Gaussian entries, of its name, d and n; at 0 they are zero.
    pub normal: Option<fn(&str, f64, f64) -> f64>,
    /// Whether the recurrent matrix may be any, so that it may start orthogonal or as the identity.
    pub any_form: bool,
    /// The gate whose recurrent block may be made of the oscillators of a periodic toroidal attractor, and their region.
    pub oscillators: Option<(usize, Region)>,
}

/// Where blocks alpha R(theta) turn for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// In h' = tanh(W h), the nonlinearity being tanh.
    Tanh,
    /// In the candidate of a GRU whose gates are at 1/2.
    Gru,
}

impl Initial {
    /// PyTorch's law: uniform in +-1/sqrt n.
    pub(super) const UNIFORM: Self =
        Self { fan_in: |_, n| n, normal: None, any_form: true, oscillators: None };
}
