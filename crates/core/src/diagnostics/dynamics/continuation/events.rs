//! Between which points of a branch something happens, and what it can be.

use super::step::{Failure, Node, Stepper};
use faer::{MatRef, c64};

/// Length of a bracket below which several events count as one.
const TOGETHER: f64 = 1e-6;
/// Steps of the search for the zero of one test function.
const SECANTS: usize = 60;
/// Change of the Jacobian, relative to its size, across a bracket of next to no length that tells of a corner.
const JUMP: f64 = 1e-4;
/// Distance of a bracket's ends, in units of the distance along the tangent, beyond which they are on two branches.
const APART: f64 = 3.0;

/// What a bracket holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The branch turns in p.
    Fold,
    /// The determinant of the bordered derivative changes sign.
    Branch,
    /// A real eigenvalue passes -1.
    Flip,
    /// Two eigenvalues become critical, of a complex pair as a rule.
    Pair,
    /// More than one of these.
    Several,
    /// The Jacobian jumps.
    Corner,
}

/// Two points of a branch between which something happens, by their distances along the tangent of a third.
pub struct Bracket {
    /// Distance and point before.
    pub low: (f64, Node),
    /// Distance and point behind.
    pub high: (f64, Node),
    /// What happens.
    pub event: Event,
    /// Unstable eigenvalues before and behind, seen from further away.
    pub counts: [usize; 2],
}

impl Bracket {
    /// Place of the eigenvalue that becomes critical, in the order of growth.
    pub fn place(&self) -> usize {
        self.counts[0].min(self.counts[1])
    }

    /// Eigenvalues that are critical here: those that change sides, else the one nearest to critical.
    pub fn critical(&self) -> Vec<c64> {
        let b = &self.high.1.spectrum;
        let (first, last) = (self.place(), self.counts[0].max(self.counts[1]));
        if last > first {
            return (first..last).filter_map(|k| b.values.get(k).copied()).collect();
        }
        let nearest = (0..b.values.len()).min_by(|i, j| b.growth(*i).abs().total_cmp(&b.growth(*j).abs()));
        nearest.and_then(|k| b.values.get(k).copied()).into_iter().collect()
    }
}

/// What one step shows: nothing, one event, or more than one explains.
///
/// Numbers of unstable eigenvalues do not tell of two that pass the border in opposite directions, nor a pair from two that are real;
/// each eigenvalue's own way does.
fn explained(a: &Node, b: &Node) -> Option<Event> {
    let counted = counted(a, b);
    let passing = a.spectrum.passing(&b.spectrum);
    let moved = a.spectrum.unstable.abs_diff(b.spectrum.unstable);
    let open = a.spectrum.neutral > 0 || b.spectrum.neutral > 0;
    let one = match counted {
        Some(Event::Several) => return counted,
        Some(Event::Pair) => passing.number == moved && passing.real + passing.mixed == 0,
        _ => passing.number == moved,
    };
    if one || open { counted } else { Some(Event::Several) }
}

/// What the numbers of eigenvalues, the signs of the determinant and of the tangent show.
fn counted(a: &Node, b: &Node) -> Option<Event> {
    let n = a.t.len().saturating_sub(1);
    let up = |v: &Node| v.t.get(n).is_some_and(|t| *t > 0.0);
    let fold = up(a) != up(b);
    let branch = a.det != b.det;
    let flip = a.spectrum.below != b.spectrum.below;
    let moved = a.spectrum.unstable.abs_diff(b.spectrum.unstable);
    let open = a.spectrum.neutral > 0 || b.spectrum.neutral > 0;
    match (fold, branch, flip, moved) {
        (false, false, false, 0) => None,
        (true, false, false, 1) => Some(Event::Fold),
        (true, false, false, 0) if open => Some(Event::Fold),
        (false, true, false, 1) => Some(Event::Branch),
        (false, false, true, 1) => Some(Event::Flip),
        (false, false, false, 2) => Some(Event::Pair),
        // One at the border to rounding is none that has passed it.
        (false, false, false, m) if open && m <= a.spectrum.neutral.max(b.spectrum.neutral) => None,
        _ => Some(Event::Several),
    }
}

/// All brackets between `from` and `to`, which lies at the distance `sigma` along its tangent.
///
/// # Errors
/// [`Failure::Astray`] where the two are on different branches.
pub fn brackets(stepper: &mut Stepper, from: &Node, to: &Node, sigma: f64) -> Result<Vec<Bracket>, Failure> {
    let mut found = vec![];
    let mut open = vec![((0.0, from.clone()), (sigma, to.clone()))];
    while let Some((low, high)) = open.pop() {
        let width = high.0 - low.0;
        let event = if width < TOGETHER { counted(&low.1, &high.1) } else { explained(&low.1, &high.1) };
        let Some(event) = event else { continue };
        if event != Event::Several || width < TOGETHER {
            let counts = [low.1.spectrum.unstable, high.1.spectrum.unstable];
            found.push(Bracket { low, high, event, counts });
            continue;
        }
        let middle = between(stepper, from, &low, &high, 0.5)?;
        open.push((middle.clone(), high));
        open.push((low, middle));
    }
    Ok(found)
}

/// The point at the share `share` of the way.
fn between(
    stepper: &mut Stepper,
    from: &Node,
    low: &(f64, Node),
    high: &(f64, Node),
    share: f64,
) -> Result<(f64, Node), Failure> {
    let sigma = low.0 + share * (high.0 - low.0);
    let guess = low.1.z.iter().zip(&high.1.z).map(|(a, b)| a + share * (b - a)).collect();
    Ok((sigma, stepper.at(from, sigma, guess)?))
}

/// Where the test function of a bracket vanishes, by false position and the cubic through both ends with their tangents.
pub fn guessed(bracket: &Bracket) -> Vec<f64> {
    let (a, b) = (&bracket.low.1, &bracket.high.1);
    let (f, g) = (test(bracket, a), test(bracket, b));
    let share = if (f > 0.0) == (g > 0.0) { 0.5 } else { f / (f - g) };
    let s = if share.is_finite() { share } else { 0.5 };
    let ds = bracket.high.0 - bracket.low.0;
    let (from, to) = ((1.0 + 2.0 * s) * (1.0 - s).powi(2), s * s * (3.0 - 2.0 * s));
    let (leaves, comes) = (ds * s * (1.0 - s).powi(2), ds * s * s * (s - 1.0));
    (0..a.z.len()).map(|i| from * a.z[i] + to * b.z[i] + leaves * a.t[i] + comes * b.t[i]).collect()
}

/// The test function of an event: its values at both ends have different signs.
fn test(bracket: &Bracket, node: &Node) -> f64 {
    let n = node.t.len().saturating_sub(1);
    match bracket.event {
        Event::Fold => node.t.get(n).copied().unwrap_or(f64::NAN),
        Event::Branch => node.regular,
        Event::Flip | Event::Pair => node.spectrum.growth(bracket.place()),
        Event::Several | Event::Corner => {
            let moved = bracket.counts[0] != bracket.counts[1];
            if moved { node.spectrum.growth(bracket.place()) } else { node.regular }
        }
    }
}

/// The bracket narrowed to the share `to` of its width by false position (the Illinois rule) with bisection where that is slow.
pub fn narrowed(stepper: &mut Stepper, from: &Node, mut b: Bracket, to: f64) -> Bracket {
    let width = b.high.0 - b.low.0;
    let (mut f, mut g) = (test(&b, &b.low.1), test(&b, &b.high.1));
    let mut kept = 0i32;
    for k in 0..SECANTS {
        let left = b.high.0 - b.low.0;
        if left < to * width || left < 4.0 * f64::EPSILON {
            break;
        }
        let share = if (f > 0.0) == (g > 0.0) || k % 4 == 3 { 0.5 } else { f / (f - g) };
        let share = if share.is_finite() { share.clamp(0.02, 0.98) } else { 0.5 };
        // Where it lands on a singular point, a little aside it does not.
        let shares = [share, 0.999 * share + 0.0005, 0.9 * share + 0.05];
        let middle = shares.iter().find_map(|s| between(stepper, from, &b.low, &b.high, *s).ok());
        // Too near to one for Newton's method: the bracket is as narrow as it gets.
        let Some(middle) = middle else { break };
        let h = test(&b, &middle.1);
        if (h > 0.0) == (f > 0.0) {
            (b.low, f) = (middle, h);
            g = if kept < 0 { 0.5 * g } else { g };
            kept = -1;
        } else {
            (b.high, g) = (middle, h);
            f = if kept > 0 { 0.5 * f } else { f };
            kept = 1;
        }
    }
    b
}

/// The bracket as narrow as it gets.
///
/// # Errors
/// [`Failure::Astray`] where its ends are on two branches.
pub fn closest(stepper: &mut Stepper, from: &Node, b: Bracket) -> Result<Bracket, Failure> {
    let width = (b.high.0 - b.low.0).max(TOGETHER);
    let to = 1e-9 * width / (b.high.0 - b.low.0).max(f64::MIN_POSITIVE);
    let mut b = narrowed(stepper, from, b, to);
    let left = b.high.0 - b.low.0;
    let apart = stepper.equation.metric.distance(&b.low.1.z, &b.high.1.z);
    if left > 1e-12 && apart > APART * left {
        return Err(Failure::Astray);
    }
    if left < TOGETHER && jumps(stepper, &b) {
        // A smooth rule has no corners: these are two branches.
        if stepper.equation.family.is_smooth() {
            return Err(Failure::Astray);
        }
        b.event = Event::Corner;
    }
    Ok(b)
}

/// Whether the Jacobian is another one on the other side of a bracket of next to no length.
fn jumps(stepper: &Stepper, b: &Bracket) -> bool {
    let (i, j) = (stepper.equation.jacobian(&b.low.1.z), stepper.equation.jacobian(&b.high.1.z));
    apart(i.as_ref(), j.as_ref()) > JUMP
}

/// |a - b| relative to their sizes.
pub fn apart(a: MatRef<f64>, b: MatRef<f64>) -> f64 {
    (a - b).norm_l2() / (1.0 + a.norm_l2().min(b.norm_l2()))
}
