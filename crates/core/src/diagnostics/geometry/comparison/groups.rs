//! What the groups of two samples have to do with one another.

use crate::linalg::random::{Rng, shuffled};
use rand::RngExt;

/// What the groups of two samples have to do with one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Groups {
    /// Nothing: all are drawn independently.
    Apart,
    /// Group k of either belongs to group k of the other, as two runs from one start do: it is no independent draw. A point looks for
    /// neighbours in neither of them, both are drawn, left out and dealt out together.
    Paired,
}

impl Groups {
    /// The groups of two samples, those of the second counted on, dealt out at random: as many to either as it has, or each pair by
    /// itself.
    pub(super) fn dealt(self, [n, m]: [usize; 2], rng: &mut Rng) -> [Vec<usize>; 2] {
        match self {
            Self::Apart => {
                let mut first = shuffled(n + m, rng);
                let second = first.split_off(n);
                [first, second]
            }
            Self::Paired => {
                let turned: Vec<bool> = (0..n.min(m)).map(|_| rng.random_bool(0.5)).collect();
                let place = |g: usize, other: bool| if other == turned[g] { g } else { n + g };
                [false, true].map(|other| (0..turned.len()).map(|g| place(g, other)).collect())
            }
        }
    }
}
