//! All fixed points of a ReLU network, by branch and bound over its pieces.

use super::explore::explore;
use super::pieces::{Candidate, Leaf, Pieces};
use super::verified::Square;
use super::{Exact, Method, Reason, Undecided};
use crate::linalg::ball::{Ball, dot};
use crate::systems::recurrence::{Read, Recurrence};

/// Units at kinks whose 2^k pieces are looked at, at most.
const KINKS: usize = 12;
/// Undecided pieces after which the enumeration gives up.
const GIVE_UP: usize = 1000;

/// All fixed points of x = [W x + c]+, every one proven.
///
/// Where W x + c has the sign pattern of a set A of units, the points solve (I - W_AA) x_A = c_A. Sets are
/// searched as a tree, unit by unit; a branch is left out when a linear programme in balls proves that no
/// x >= 0 with W x + c - x <= 0 agrees with it. Without drive the points are 0 and rays, which are searched
/// at sum x = 1.
pub fn enumerate(net: &Recurrence, budget: u64) -> Exact {
    let n = net.dim();
    let mut found = Exact::new(Method::Pieces);
    let homogeneous = net.drive.iter().all(|c| c.is_zero());
    let pieces = if homogeneous { Pieces::rays(net) } else { Pieces::points(net) };
    let singular = |leaves: &[Leaf]| leaves.iter().filter(|l| matches!(l, Leaf::Singular { .. })).count();
    let explored = explore(
        vec![pieces.root()],
        budget,
        |node, _, stack, leaves| pieces.visit(node, stack, leaves),
        |leaves| singular(leaves) > GIVE_UP,
    );
    found.work = explored.work;
    let mut candidates = Vec::new();
    if homogeneous {
        found.points.push(vec![0.0; n]);
    }
    for leaf in explored.leaves {
        match leaf {
            Leaf::Point(c) => candidates.push(c),
            Leaf::Singular { proven, rates, .. } => {
                let reason = if proven { Reason::Continuum } else { Reason::Singular };
                found.undecided.push(Undecided { reason, state: state(net, &rates) });
            }
        }
    }
    let (clear, unclear): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|c| c.unclear.is_empty());
    let mut points: Vec<Candidate> = Vec::new();
    for c in clear {
        // Pieces share the points of their common kinks.
        if c.kinks.is_empty() || !points.iter().any(|p| !p.kinks.is_empty() && meet(p, &c)) {
            points.push(c);
        }
    }
    for group in groups(unclear.into_iter().filter(|c| !points.iter().any(|p| contained(c, p)))) {
        if one_for_all(net, &group) {
            points.push(group.into_iter().next().expect("groups are not empty"));
        } else {
            let rates: Vec<f64> = group[0].rates.iter().map(|b| b.mid).collect();
            found.undecided.push(Undecided { reason: Reason::Kink, state: state(net, &rates) });
        }
    }
    let rates = |c: &Candidate| c.rates.iter().map(|b| b.mid.max(0.0)).collect::<Vec<_>>();
    found.points.extend(points.iter().map(|c| state(net, &rates(c))));
    found.finish(explored.open.is_empty());
    found
}

/// The state of those rates.
fn state(net: &Recurrence, rates: &[f64]) -> Vec<f64> {
    if net.read == Read::Rates {
        return rates.to_vec();
    }
    let row = |i: usize| {
        rates.iter().enumerate().map(move |(j, x)| (Ball::exact(net.weight[(i, j)]), Ball::exact(*x)))
    };
    (0..net.dim()).map(|i| (net.drive[i] + dot(row(i))).mid).collect()
}

fn meet(a: &Candidate, b: &Candidate) -> bool {
    a.rates.iter().zip(&b.rates).all(|(a, b)| a.meets(*b))
}

/// Whether `c` is the point `p` seen from another piece: p lies exactly on every kink that parts them.
fn contained(c: &Candidate, p: &Candidate) -> bool {
    let at_kink = |i: &usize| p.kinks.contains(i);
    let parted = (0..c.on.len()).filter(|i| c.on[*i] != p.on[*i]);
    c.unclear.iter().all(at_kink) && parted.into_iter().all(|i| at_kink(&i)) && meet(c, p)
}

/// Candidates in groups that may be one point.
fn groups(candidates: impl Iterator<Item = Candidate>) -> Vec<Vec<Candidate>> {
    let mut groups: Vec<Vec<Candidate>> = Vec::new();
    for c in candidates {
        let (mut joined, rest): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|g| g.iter().any(|other| meet(other, &c)));
        let mut group: Vec<Candidate> = joined.drain(..).flatten().collect();
        group.push(c);
        groups = rest;
        groups.push(group);
    }
    groups
}

/// Whether the pieces around the kinks of a group hold exactly one fixed point, wherever in their rounding the
/// kinks lie: det(I - W_SS) has one sign for all sets S of units on, so that x - [W x + c]+ is a homeomorphism
/// there.
///
/// Source: Samelson, Thrall & Wesler 1958, Proc. AMS 9, 805: P-matrices.
fn one_for_all(net: &Recurrence, group: &[Candidate]) -> bool {
    let n = net.dim();
    let mut free: Vec<usize> = group.iter().flat_map(|c| c.unclear.iter().chain(&c.kinks).copied()).collect();
    free.extend((0..n).filter(|i| group.iter().any(|c| c.on[*i] != group[0].on[*i])));
    free.sort_unstable();
    free.dedup();
    if free.len() > KINKS {
        return false;
    }
    let fixed: Vec<usize> = (0..n).filter(|i| group[0].on[*i] && !free.contains(i)).collect();
    let sign = |subset: usize| {
        let chosen = free.iter().enumerate().filter(|(k, _)| subset >> k & 1 == 1).map(|(_, i)| *i);
        let on: Vec<usize> = fixed.iter().copied().chain(chosen).collect();
        let entry = |i: usize, j: usize| {
            let one = if i == j { Ball::ONE } else { Ball::ZERO };
            one - Ball::exact(net.weight[(on[i], on[j])])
        };
        Square::from_fn(on.len(), entry).sign()
    };
    let first = sign(0);
    first.is_some() && (1..1usize << free.len()).all(|s| sign(s) == first)
}
