//! All fixed points of a ReLU network, by branch and bound over its pieces.

use super::explore::explore;
use super::pieces::{Candidate, Leaf, Pieces};
use super::verified::{Square, radius};
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
    for leaf in explored.leaves {
        match leaf {
            Leaf::Point(c) => candidates.push(c),
            Leaf::Singular { proven, rates, .. } => {
                let reason = if proven { Reason::Continuum } else { Reason::Singular };
                let balls: Vec<Ball> = rates.into_iter().map(Ball::exact).collect();
                found.undecided.push(Undecided { reason, state: state(net, &balls).0 });
            }
        }
    }
    // A ray of fixed points would begin at the origin.
    if homogeneous && explored.open.is_empty() && found.undecided.is_empty() {
        found.push(vec![0.0; n], 0.0);
    }
    let (clear, unclear): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|c| c.unclear.is_empty());
    let mut points: Vec<Candidate> = Vec::new();
    for c in clear {
        if !points.iter().any(|p| seen_from(&c, p)) {
            points.push(c);
        }
    }
    for group in groups(unclear.into_iter().filter(|c| !points.iter().any(|p| seen_from(c, p)))) {
        match one_for_all(net, &group, &points) {
            One::Known => {}
            One::New(point) => points.push(point),
            One::Unknown => {
                found
                    .undecided
                    .push(Undecided { reason: Reason::Kink, state: state(net, &group[0].rates).0 });
            }
        }
    }
    for c in &points {
        let (state, radius) = state(net, &c.rates);
        found.push(state, radius);
    }
    found.finish(explored.open.is_empty());
    found
}

/// A state of those rates, and the distance within which the point is.
fn state(net: &Recurrence, rates: &[Ball]) -> (Vec<f64>, f64) {
    let balls: Vec<Ball> = match net.read {
        Read::Rates => rates.to_vec(),
        Read::Currents => {
            let row = |i: usize| rates.iter().enumerate().map(move |(j, x)| (net.entry(i, j), *x));
            (0..net.dim()).map(|i| net.drive[i] + dot(row(i))).collect()
        }
    };
    // No rate is negative: what rounding made of 0 comes nearer.
    let middle = |b: &Ball| if net.read == Read::Rates { b.mid.max(0.0) } else { b.mid };
    (balls.iter().map(middle).collect(), radius(&balls))
}

fn meet(a: &Candidate, b: &Candidate) -> bool {
    a.rates.iter().zip(&b.rates).all(|(a, b)| a.meets(*b))
}

/// Whether `c` is the point `p` seen from another piece: p lies exactly on every kink that parts them, and so solves
/// the equations of c's piece, which have one solution.
fn seen_from(c: &Candidate, p: &Candidate) -> bool {
    (0..c.on.len()).filter(|i| c.on[*i] != p.on[*i]).all(|i| p.kinks.contains(&i))
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

/// What the pieces around the kinks of a group hold.
enum One {
    /// A point that is on the list.
    Known,
    /// One point, which is not.
    New(Candidate),
    /// None, one or several.
    Unknown,
}

/// Whether the pieces around the kinks of a group hold exactly one fixed point, wherever in their rounding the
/// kinks lie: det(I - W_SS) has one sign for all sets S of units on, so that with the other units on their sides
/// x - [W x + c]+ is a homeomorphism; and wherever its one zero may be, these units are on their sides.
///
/// Source: Samelson, Thrall & Wesler 1958, Proc. AMS 9, 805: P-matrices.
fn one_for_all(net: &Recurrence, group: &[Candidate], known: &[Candidate]) -> One {
    let n = net.dim();
    let mut free: Vec<usize> = group.iter().flat_map(|c| c.unclear.iter().chain(&c.kinks).copied()).collect();
    free.extend((0..n).filter(|i| group.iter().any(|c| c.on[*i] != group[0].on[*i])));
    free.sort_unstable();
    free.dedup();
    if free.len() > KINKS {
        return One::Unknown;
    }
    let (mut sign, mut place) = (None, Option::<Candidate>::None);
    for subset in 0..1usize << free.len() {
        let mut on = group[0].on.clone();
        free.iter().enumerate().for_each(|(k, i)| on[*i] = subset >> k & 1 == 1);
        let Some((own, solution)) = solution(net, on) else { return One::Unknown };
        if *sign.get_or_insert(own > 0.0) != (own > 0.0) {
            return One::Unknown;
        }
        let Solution { candidate, clear, wrong } = solution;
        if free.iter().any(|i| wrong[*i]) {
            continue;
        }
        if !(0..n).all(|i| free.contains(&i) || clear[i]) {
            return One::Unknown;
        }
        match &mut place {
            None => place = Some(candidate),
            Some(all) => all.rates.iter_mut().zip(candidate.rates).for_each(|(a, b)| *a = a.hull(b)),
        }
    }
    let Some(place) = place else { return One::Unknown };
    let same = |p: &Candidate| (0..n).all(|i| free.contains(&i) || p.on[i] == place.on[i]);
    if known.iter().any(|p| p.unclear.is_empty() && same(p)) {
        One::Known
    } else if known.iter().any(|p| meet(p, &place)) {
        One::Unknown
    } else {
        One::New(Candidate { unclear: free, ..place })
    }
}

/// The solution with those units on, and of each unit whether it is surely on its side, or surely not.
struct Solution {
    candidate: Candidate,
    clear: Vec<bool>,
    wrong: Vec<bool>,
}

/// The solution of x = W x + c of the units `on`, x = 0 of the others, with the sign of det(I - W_SS).
fn solution(net: &Recurrence, on: Vec<bool>) -> Option<(f64, Solution)> {
    let n = net.dim();
    let set: Vec<usize> = (0..n).filter(|i| on[*i]).collect();
    let entry = |i: usize, j: usize| {
        let one = if i == j { Ball::ONE } else { Ball::ZERO };
        one - net.entry(set[i], set[j])
    };
    let square = Square::from_fn(set.len(), entry);
    let right: Vec<Ball> = set.iter().map(|i| net.drive[*i]).collect();
    let solved = square.solve(&[right])?;
    let sign = square.sign()?;
    let mut rates = vec![Ball::ZERO; n];
    set.iter().zip(&solved[0]).for_each(|(i, x)| rates[*i] = *x);
    // How far each unit is on its side: its rate, or what is below its threshold.
    let depth = |i: usize| {
        let terms = || set.iter().map(|j| (net.entry(i, *j), rates[*j]));
        if on[i] { rates[i] } else { -(net.drive[i] + dot(terms())) }
    };
    let depths: Vec<Ball> = (0..n).map(depth).collect();
    let clear = depths.iter().map(|d| d.is_positive()).collect();
    let wrong = depths.iter().map(|d| d.is_negative()).collect();
    let candidate = Candidate { on, rates, kinks: vec![], unclear: vec![] };
    Some((sign, Solution { candidate, clear, wrong }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::activation::Activation;
    use faer::mat;

    fn net(weight: faer::Mat<f64>, drive: [Ball; 2]) -> Recurrence {
        let drive = drive.to_vec();
        Recurrence {
            weight,
            rounded: 0.0,
            drive,
            activation: Activation::Relu,
            read: Read::Rates,
            zeros: false,
        }
    }

    fn group(net: &Recurrence, on: [bool; 2], unclear: &[usize]) -> [Candidate; 1] {
        let (_, found) = solution(net, on.to_vec()).unwrap();
        [Candidate { unclear: unclear.to_vec(), ..found.candidate }]
    }

    /// x0 = [x1 / 256 + c0]+, x1 = [512 x0 - 2 x1 + c1]+ has the point (2^-60, 1) exactly. With unit 0 off, x1 is
    /// 1 - 2^-51 / 3, and that unit 0 is then on is lost in its rounding: that group is the point once more.
    #[test]
    fn a_group_is_no_second_point() {
        let drive = [2f64.powi(-60) - 2f64.powi(-8), 3.0 - 2f64.powi(-51)].map(Ball::exact);
        let net = net(mat![[0.0, 2f64.powi(-8)], [512.0, -2.0]], drive);
        let off = group(&net, [false, true], &[0]);
        let One::New(point) = one_for_all(&net, &off, &[]) else { panic!("one point is there") };
        assert!(point.rates[0].meets(Ball::exact(2f64.powi(-60))) && point.rates[1].meets(Ball::ONE));
        let own = group(&net, [true, true], &[]);
        assert!(matches!(one_for_all(&net, &off, &own), One::Known));
    }

    /// Where unit 0 is on, which its drive of 0 +- 1e-17 allows, it may switch unit 1 off: that unit 1 is on where unit
    /// 0 is off tells nothing of the point.
    #[test]
    fn the_other_units_keep_their_sides_wherever_the_kinks_lie() {
        let drive = [Ball { mid: 0.0, rad: 1e-17 }, Ball::exact(1e-12)];
        let far = net(mat![[0.5, 0.0], [-1e6, 0.0]], drive);
        assert!(matches!(one_for_all(&far, &group(&far, [false, true], &[0]), &[]), One::Unknown));
        let near = net(mat![[0.5, 0.0], [-1e3, 0.0]], drive);
        assert!(matches!(one_for_all(&near, &group(&near, [false, true], &[0]), &[]), One::New(_)));
    }
}
