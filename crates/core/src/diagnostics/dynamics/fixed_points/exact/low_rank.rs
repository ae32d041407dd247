//! All fixed points of a network of low rank, by branch and bound over its few unknowns.

use super::explore::explore;
use super::reduced::{Cube, Reduced};
use super::{Exact, Limits, Method, Reason, Undecided};
use crate::systems::recurrence::Recurrence;

/// A zero, proven to exist and to be the only one in a cube.
struct Root {
    /// Where it is the only one.
    alone: Cube,
    /// Where it is.
    place: Cube,
}

enum Leaf {
    Root(Root),
    /// Neither excluded nor proven, and too small to be cut.
    Unclear(Cube),
}

/// Smallest cubes, relative to the whole.
const SMALLEST: f64 = 1e-10;
/// Undecided cubes after which the search gives up: a continuum has any number of them.
const GIVE_UP: usize = 2000;
/// Share of its volume below which a contracted cube is looked at again before it is cut.
const WORTH: f64 = 0.5;
/// Width below which a coordinate counts as that wide, relative to the widest.
const NARROW: f64 = 0.1;
/// Times that a cube is widened until a map takes it into itself.
const INFLATIONS: usize = 4;

/// All fixed points of a = W f(a) + c with W of low rank or of few units, every one proven; none where it does not
/// apply.
///
/// With W = M N^T + E the r unknowns kappa = N^T f(a) determine a. Cubes that together hold every solution are
/// contracted by linear enclosures of h(kappa) = kappa - N^T f(M kappa + c), preconditioned; a cube is done
/// when it is empty, or when kappa - B h(kappa) maps a cube around it into itself (a zero exists) and
/// |I - B h'| < 1 there (there is one); else it is cut in two.
///
/// Source: Krawczyk 1969, Computing 4, 187; Neumaier, Interval methods for systems of equations, 1990, 5.1.
pub fn enumerate(net: &Recurrence, limits: &Limits) -> Option<Exact> {
    let reduced = Reduced::new(net, limits)?;
    let method = if reduced.is_whole() { Method::Whole } else { Method::LowRank };
    let mut found = Exact::new(method(reduced.rank()));
    let unclear = |leaves: &[Leaf]| leaves.iter().filter(|l| matches!(l, Leaf::Unclear(_))).count();
    let explored = explore(
        vec![reduced.whole()],
        limits.work,
        |cube, known, stack, leaves| visit(&reduced, cube, known, stack, leaves),
        |leaves| unclear(leaves) > GIVE_UP,
    );
    found.work = explored.work;
    let state = |cube: &Cube| net.state(&reduced.polish(net, &cube.centre));
    let (mut roots, mut doubtful): (Vec<Root>, Vec<Cube>) = (Vec::new(), Vec::new());
    for leaf in explored.leaves {
        match leaf {
            Leaf::Root(root) => {
                // Two cubes that each hold one zero hold the same if the place of either lies in both.
                let same = |r: &Root| within(r.place, root.alone) || within(root.place, r.alone);
                if roots.iter().any(same) {
                    continue;
                }
                if roots.iter().any(|r| overlap(r.place, root.place)) {
                    doubtful.push(root.place);
                } else {
                    roots.push(root);
                }
            }
            Leaf::Unclear(cube) => doubtful.push(cube),
        }
    }
    doubtful.retain(|c| !roots.iter().any(|r| within(*c, r.alone)));
    for r in &roots {
        let a = reduced.polish(net, &r.place.centre);
        let radius = reduced.distance(net, &a, &r.place);
        found.push(net.state(&a), radius);
    }
    for cube in regions(doubtful) {
        found.undecided.push(Undecided { reason: Reason::Singular, state: state(&cube) });
    }
    found.finish(explored.open.is_empty());
    Some(found)
}

fn visit(
    reduced: &Reduced,
    cube: Cube,
    known: &[Leaf],
    stack: &mut Vec<Cube>,
    leaves: &mut Vec<Leaf>,
) -> u64 {
    let roots = |leaf: &Leaf| matches!(leaf, Leaf::Root(r) if within(cube, r.alone));
    if known.iter().any(roots) || leaves.iter().any(roots) {
        return known.len() as u64;
    }
    let mut work = reduced.cost() + known.len() as u64;
    let enclosure = reduced.enclose(&cube);
    let Some(less) = reduced.contract(&cube, &enclosure) else { return work };
    let r = reduced.rank();
    let whole = reduced.whole();
    if let Some((shift, radius)) = reduced.image(&cube, &enclosure) {
        // Coordinates that are already narrow are taken for wider: what their image depends on is the others.
        let widest = (0..r).map(|k| cube.radius[k] / whole.radius[k]).fold(SMALLEST, f64::max);
        let width = |k: usize| cube.radius[k].max(NARROW * widest * whole.radius[k]);
        if (0..r).all(|k| radius[k] < 0.7 * width(k) && shift[k].abs() < 3.0 * width(k)) {
            let mut around = cube;
            for k in 0..r {
                around.centre[k] = cube.centre[k] + shift[k];
                let far = (less.centre[k] - around.centre[k]).abs() + less.radius[k];
                around.radius[k] = 1.25 * far + 1e-3 * less.radius[k] + 1e-13 * whole.radius[k];
            }
            if let Some(root) = root(reduced, around, &mut work) {
                leaves.push(Leaf::Root(root));
                return work;
            }
        }
    }
    if (0..r).all(|k| less.radius[k] <= SMALLEST * whole.radius[k]) || reduced.blurred(&enclosure) {
        leaves.push(Leaf::Unclear(less));
        return work;
    }
    let ratio: f64 = (0..r).map(|k| less.radius[k] / cube.radius[k].max(1e-300)).product();
    if ratio < WORTH {
        stack.push(less);
        return work;
    }
    let k = reduced.longest(&cube, &enclosure);
    work += (reduced.cost() / r as u64).max(1);
    let half = 0.5 * less.radius[k];
    for centre in [less.centre[k] + half, less.centre[k] - half] {
        let mut part = less;
        part.centre[k] = centre;
        part.radius[k] = half * (1.0 + 4.0 * f64::EPSILON) + 2.0 * f64::EPSILON * less.centre[k].abs();
        stack.push(part);
    }
    work
}

/// The one zero in `cube` or a cube around it, if that is proven.
fn root(reduced: &Reduced, mut cube: Cube, work: &mut u64) -> Option<Root> {
    let r = reduced.rank();
    let whole = reduced.whole();
    let mut proven = None;
    for _ in 0..INFLATIONS {
        if (0..r).any(|k| cube.centre[k].abs() + cube.radius[k] > 3.0 * whole.radius[k]) {
            return None;
        }
        *work += 3 * reduced.cost();
        let enclosure = reduced.enclose(&cube);
        let (shift, radius) = reduced.image(&cube, &enclosure)?;
        let spread = reduced.spread(&cube, &enclosure)?;
        let need = |k: usize| (shift[k].abs() + radius[k]).max(spread[k]);
        if (0..r).all(|k| need(k) < cube.radius[k]) {
            proven = Some(enclosure);
            break;
        }
        (0..r).for_each(|k| cube.radius[k] = cube.radius[k].max(1.5 * need(k)));
    }
    let enclosure = proven?;
    let mut place = reduced.contract(&cube, &enclosure)?;
    for _ in 0..8 {
        *work += reduced.cost();
        let enclosure = reduced.enclose(&place);
        let next = reduced.contract(&place, &enclosure)?;
        let shrinks = (0..r).any(|k| next.radius[k] < 0.5 * place.radius[k]);
        place = next;
        if !shrinks {
            break;
        }
    }
    Some(Root { alone: cube, place })
}

fn within(inner: Cube, outer: Cube) -> bool {
    let one = |k: usize| {
        (inner.centre[k] - outer.centre[k]).abs() + inner.radius[k]
            <= outer.radius[k] * (1.0 - 4.0 * f64::EPSILON)
    };
    (0..inner.centre.len()).all(|k| outer.radius[k] == 0.0 || one(k))
}

fn overlap(a: Cube, b: Cube) -> bool {
    let one = |k: usize| {
        (a.centre[k] - b.centre[k]).abs() <= (a.radius[k] + b.radius[k]) * (1.0 + 4.0 * f64::EPSILON)
    };
    (0..a.centre.len()).all(one)
}

/// Touching cubes as one, the first of them.
fn regions(cubes: Vec<Cube>) -> Vec<Cube> {
    let mut groups: Vec<Vec<Cube>> = Vec::new();
    for cube in cubes {
        let wide = |c: &Cube| {
            let mut c = *c;
            c.radius.iter_mut().for_each(|r| *r *= 2.0);
            c
        };
        let touches = |g: &Vec<Cube>| g.iter().any(|c| overlap(wide(c), wide(&cube)));
        let (joined, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(touches);
        groups = rest;
        let mut group: Vec<Cube> = joined.into_iter().flatten().collect();
        group.push(cube);
        groups.push(group);
    }
    groups.into_iter().map(|g| g[0]).collect()
}
