//! Exploration of a tree on all threads, whose results and end do not depend on how many there are.

use rayon::prelude::*;

/// Nodes that a branch visits before its leaves are handed in.
const QUOTA: usize = 64;
/// Branches that advance at once.
const BRANCHES: usize = 256;

/// What is known when an exploration ends.
pub struct Explored<N, L> {
    /// What the visits handed in, in an order of its own.
    pub leaves: Vec<L>,
    /// Nodes not visited: none where the exploration is whole.
    pub open: Vec<N>,
    /// Work done, as the visits count it.
    pub work: u64,
}

/// Visits every node below `roots`, depth first in many branches at once, until `budget` is spent.
///
/// `visit` gets the node, the leaves of all earlier rounds, a stack for the node's children and a list for
/// its leaves, and returns what the visit cost. `enough` looks at the leaves after each round.
pub fn explore<N: Send + Clone, L: Send + Sync>(
    roots: Vec<N>,
    budget: u64,
    visit: impl Fn(N, &[L], &mut Vec<N>, &mut Vec<L>) -> u64 + Sync,
    enough: impl Fn(&[L]) -> bool,
) -> Explored<N, L> {
    let mut all = Explored { leaves: Vec::new(), open: roots, work: 0 };
    while !all.open.is_empty() && all.work < budget && !enough(&all.leaves) {
        let branches = all.open.split_off(all.open.len().saturating_sub(BRANCHES));
        // Few branches hand in early, so that all threads get some.
        let quota = if branches.len() < BRANCHES / 4 { QUOTA / 16 } else { QUOTA };
        let known = &all.leaves;
        let done: Vec<(Vec<N>, Vec<L>, u64)> = branches
            .into_par_iter()
            .map(|root| {
                let (mut stack, mut leaves, mut work) = (vec![root], Vec::new(), 0);
                for _ in 0..quota {
                    let Some(node) = stack.pop() else { break };
                    work += visit(node, known, &mut stack, &mut leaves);
                }
                (stack, leaves, work)
            })
            .collect();
        for (stack, leaves, work) in done {
            all.open.extend(stack);
            all.leaves.extend(leaves);
            all.work += work;
        }
    }
    all
}
