//! A branch of cycles, step by step.

use super::super::equation::{Equation, Metric};
use super::super::error::Error;
use super::super::extended::{Critical, null_vector};
use super::super::family::{Family, Kind};
use super::super::options::Options;
use super::super::results::{Bifurcation, BifurcationKind};
use super::super::step::Failure;
use super::collocation::Turn;
use super::mesh::{DEGREE, moved, range, spread};
use super::orbit::{Orbit, Pins, Solver, coordinates};
use super::{CycleBifurcation, CycleBranch, CycleEnd, CycleEvent, CycleOptions, CyclePoint};
use crate::linalg::norm;
use faer::{Mat, c64};
use std::f64::consts::TAU;

/// Amplitudes tried at the Hopf point, in scales of the state.
const AMPLITUDES: [f64; 4] = [1e-2, 3e-3, 1e-3, 1e-4];
/// Share of the first amplitude at which a cycle has shrunk to a point.
const SHRUNK: f64 = 0.5;
/// |m - 1| of the multiplier of the motion from which the mesh no longer resolves a cycle.
const LOST: f64 = 1e-3;
/// Cycles over which p moves by less than this share of the range, while the period grows: it grows without end.
const STILL: (usize, f64) = (10, 1e-8);
/// The same where the mesh no longer resolves the cycle.
const NEARLY_STILL: (usize, f64) = (4, 1e-5);
/// Growth of the period over these cycles.
const LONGER: f64 = 1.02;
/// Times the angle aimed at that a step may turn.
const TURN: f64 = 3.0;
/// Secants of the search for a bifurcation.
const SECANTS: usize = 30;

/// The cycles born at the Hopf point `hopf`, continued in p.
///
/// Formula: x' = T F(x, p) on (0, 1) with x(1) = x(0), by piecewise polynomials of degree 4 that satisfy it at the Gauss points (errors of
/// order 8 at the mesh points), a phase condition F(x_0) . dx_0 = 0 and pseudo-arclength in (x_0, T, p). Multipliers are eigenvalues of
/// the product of the intervals' matrices; those below eps times the largest are rounding.
///
/// # Errors
/// [`Error::NoFlow`], [`Error::NoCycle`], [`Error::Length`].
///
/// Source: Doedel, Keller, Kernevez, Int. J. Bifurcation Chaos 1 (1991) 745.
pub fn cycles_from(
    family: &dyn Family,
    hopf: &Bifurcation,
    options: &Options,
    cycle: &CycleOptions,
) -> Result<CycleBranch, Error> {
    let n = family.dim();
    if hopf.state.len() != n {
        return Err(Error::Length { found: hopf.state.len(), expected: n });
    }
    let frequency = hopf.frequency.filter(|w| *w > 0.0 && hopf.kind == BifurcationKind::Hopf);
    let (Kind::Flow, Some(frequency)) = (family.kind(), frequency) else { return Err(Error::NoFlow) };
    let width = options.high - options.low;
    let scale = options.state_scale.unwrap_or_else(|| norm(&hopf.state).max(1.0));
    let equation = Equation::new(family, Metric::new(scale, if width > 0.0 { width } else { 1.0 }));
    let solver = Solver::new(equation, scale, TAU / frequency, if width > 0.0 { width } else { 1.0 });
    let first =
        AMPLITUDES.iter().find_map(|a| born(&solver, hopf, frequency, a * scale, cycle.intervals.max(4)));
    let first = first.ok_or(Error::NoCycle)?;
    Ok(Path { solver, options, cycle, extent: extent(&first.turn), period: TAU / frequency }.walk(first))
}

/// A cycle of that amplitude next to the Hopf point.
fn born(
    solver: &Solver,
    hopf: &Bifurcation,
    frequency: f64,
    amplitude: f64,
    intervals: usize,
) -> Option<Orbit> {
    let n = hopf.state.len();
    let z: Vec<f64> = hopf.state.iter().copied().chain([hopf.p]).collect();
    let q = null_vector(&solver.equation, &z, Critical::Imaginary(frequency))?;
    // Turned so that real and imaginary part are orthogonal, the longer one first.
    let square = q.iter().fold(c64::new(0.0, 0.0), |s, q| s + q * q);
    let half = -0.5 * square.im.atan2(square.re);
    let q: Vec<c64> = q.iter().map(|q| q * c64::new(half.cos(), half.sin())).collect();
    let re: Vec<f64> = q.iter().map(|q| q.re).collect();
    let size = norm(&re);
    let mesh: Vec<f64> = (0..=intervals).map(|k| k as f64 / intervals as f64).collect();
    let at = |r: usize, k: usize| {
        let t = TAU * k as f64 / (DEGREE * intervals) as f64;
        hopf.state[r] + amplitude / size * (q[r].re * t.cos() - q[r].im * t.sin())
    };
    let nodes = Mat::from_fn(n, DEGREE * intervals + 1, at);
    let mut turn = Turn { mesh, nodes, period: TAU / frequency, p: hopf.p };
    let place: Vec<f64> = re.iter().map(|r| r / size).chain([0.0, 0.0]).collect();
    let phase: Vec<f64> = q.iter().map(|q| -q.im).chain([0.0, 0.0]).collect();
    let value = |row: &[f64]| row.iter().zip(&hopf.state).map(|(a, b)| a * b).sum::<f64>();
    let pins =
        Pins { phase: (phase.clone(), value(&phase)), place: (place.clone(), value(&place) + amplitude) };
    let iterations = solver.correct(&mut turn, &pins).ok()?;
    let grown = extent(&turn);
    if !(grown > 0.5 * amplitude && grown < 20.0 * amplitude * (1.0 + norm(&phase) / size)) {
        return None;
    }
    solver.orbit(turn, &place, iterations).ok()
}

/// Norm of the sides of the smallest box that holds the cycle.
fn extent(turn: &Turn) -> f64 {
    norm(&ranges(turn).iter().map(|r| r[1] - r[0]).collect::<Vec<_>>())
}

/// Least and largest projection onto `axis`.
fn along(turn: &Turn, axis: &[f64]) -> [f64; 2] {
    let u = &turn.nodes;
    let project = |c: usize| (0..u.nrows()).zip(axis).map(|(r, a)| a * u[(r, c)]).sum::<f64>();
    range(&(0..u.ncols()).map(project).collect::<Vec<_>>())
}

fn ranges(turn: &Turn) -> Vec<[f64; 2]> {
    let u = &turn.nodes;
    (0..u.nrows()).map(|r| range(&(0..u.ncols()).map(|c| u[(r, c)]).collect::<Vec<_>>())).collect()
}

/// What all steps share.
struct Path<'a> {
    solver: Solver<'a>,
    options: &'a Options,
    cycle: &'a CycleOptions,
    extent: f64,
    period: f64,
}

impl Path<'_> {
    fn point(&self, o: &Orbit) -> CyclePoint {
        CyclePoint {
            p: o.turn.p,
            period: o.turn.period,
            state: o.turn.head(),
            range: ranges(&o.turn),
            along: self.cycle.axis.as_deref().map(|axis| along(&o.turn, axis)),
            multipliers: o.multipliers.iter().take(self.cycle.leading).copied().collect(),
            trivial: o.trivial,
            unstable: o.unstable,
        }
    }

    fn walk(&self, first: Orbit) -> CycleBranch {
        let mut branch =
            CycleBranch { points: vec![self.point(&first)], bifurcations: vec![], end: CycleEnd::MostPoints };
        let (mut from, mut ds) = (first, self.options.first_step);
        while branch.points.len() < self.options.points {
            if branch.points.len().is_multiple_of(self.cycle.remesh.max(1)) {
                from = self.remeshed(&from, None).unwrap_or(from);
            }
            let to = match self.step(&from, &mut ds) {
                Ok(to) => to,
                Err(end) => {
                    branch.end = end;
                    break;
                }
            };
            let (o, sigma) = to;
            if passes_a_point(&from, &o) {
                branch.end = CycleEnd::Shrunk;
                break;
            }
            if !(o.trivial <= LOST) {
                branch.end = if self.grows(&branch.points, NEARLY_STILL) {
                    CycleEnd::LongPeriod
                } else {
                    CycleEnd::Unresolved
                };
                break;
            }
            if let Some(mut found) = self.event(&from, &o, sigma) {
                found.after = branch.points.len() - 1;
                branch.bifurcations.push(found);
            }
            branch.points.push(self.point(&o));
            if let Some(end) = self.over(&o) {
                branch.end = end;
                break;
            }
            if self.grows(&branch.points, STILL) {
                branch.end = CycleEnd::LongPeriod;
                break;
            }
            from = o;
        }
        branch
    }

    /// Whether the period grows while the parameter stands still, as next to a homoclinic orbit.
    fn grows(&self, points: &[CyclePoint], (count, share): (usize, f64)) -> bool {
        let late = &points[points.len().saturating_sub(count)..];
        let width = self.options.high - self.options.low;
        let (Some(first), Some(last)) = (late.first(), late.last()) else { return false };
        late.len() == count
            && late.windows(2).all(|w| w[1].period > w[0].period)
            && last.period > LONGER * first.period
            && late.iter().all(|c| (c.p - last.p).abs() <= share * width)
    }

    fn over(&self, o: &Orbit) -> Option<CycleEnd> {
        match o.turn.p {
            p if p >= self.options.high => Some(CycleEnd::High),
            p if p <= self.options.low => Some(CycleEnd::Low),
            _ if o.turn.nodes.norm_max() > self.options.bound => Some(CycleEnd::Diverged),
            _ if o.turn.period > self.cycle.longest * self.period => Some(CycleEnd::LongPeriod),
            _ if extent(&o.turn) < SHRUNK * self.extent => Some(CycleEnd::Shrunk),
            _ => None,
        }
    }

    fn step(&self, from: &Orbit, ds: &mut f64) -> Result<(Orbit, f64), CycleEnd> {
        loop {
            *ds = ds.clamp(self.options.min_step, self.options.max_step);
            match self.at(from, *ds).and_then(|to| self.accepted(from, to, *ds)) {
                Ok((to, sigma)) => {
                    let turn = self.solver.dot(&from.t, &to.t).clamp(-1.0, 1.0).acos().max(1e-3);
                    let slow = if to.iterations > 6 { 0.7 } else { 1.0 };
                    *ds *= slow * (self.options.angle / turn).clamp(0.5, 1.7);
                    return Ok((to, sigma));
                }
                Err(failure) if *ds <= self.options.min_step.max(1e-8) => {
                    let not_finite = failure == Failure::NotFinite;
                    return Err(if not_finite { CycleEnd::NotFinite } else { CycleEnd::StepTooSmall });
                }
                Err(_) => *ds *= 0.5,
            }
        }
    }

    /// The cycle at the distance `sigma` along the tangent of `from`.
    fn at(&self, from: &Orbit, sigma: f64) -> Result<Orbit, Failure> {
        let mut turn = from.turn.clone();
        turn.nodes += &from.nodes_rate * faer::Scale(sigma);
        let n = from.t.len() - 2;
        turn.period += sigma * from.t[n];
        turn.p += sigma * from.t[n + 1];
        let row: Vec<f64> = self.solver.weights.iter().zip(&from.t).map(|(w, t)| w * t).collect();
        let target = row.iter().zip(&coordinates(&from.turn)).map(|(r, c)| r * c).sum::<f64>() + sigma;
        let pins = Pins { phase: self.solver.phase(&from.turn), place: (row, target) };
        let iterations = self.solver.correct(&mut turn, &pins)?;
        self.solver.orbit(turn, &from.t, iterations)
    }

    /// The step's end, at the border of p where it goes beyond.
    fn accepted(&self, from: &Orbit, to: Orbit, ds: f64) -> Result<(Orbit, f64), Failure> {
        let apart: Vec<f64> =
            coordinates(&to.turn).iter().zip(&coordinates(&from.turn)).map(|(a, b)| a - b).collect();
        let turns = self.solver.dot(&from.t, &to.t).clamp(-1.0, 1.0).acos() > TURN * self.options.angle;
        if turns || self.solver.dot(&apart, &apart).sqrt() > 1.5 * ds {
            return Err(Failure::Astray);
        }
        let target = to.turn.p.clamp(self.options.low, self.options.high);
        if (to.turn.p - target).abs() <= 0.0 {
            return Ok((to, ds));
        }
        let n = from.t.len() - 2;
        let mut turn = to.turn.clone();
        let mut row = vec![0.0; n + 2];
        row[n + 1] = 1.0;
        let pins = Pins { phase: self.solver.phase(&from.turn), place: (row, target) };
        let iterations = self.solver.correct(&mut turn, &pins)?;
        turn.p = target;
        let apart: Vec<f64> =
            coordinates(&turn).iter().zip(&coordinates(&from.turn)).map(|(a, b)| a - b).collect();
        let sigma = self.solver.dot(&from.t, &apart);
        Ok((self.solver.orbit(turn, &from.t, iterations)?, sigma))
    }

    /// The same cycle on a mesh that suits it, or on the one given.
    fn remeshed(&self, o: &Orbit, mesh: Option<Vec<f64>>) -> Option<Orbit> {
        let mesh = mesh.unwrap_or_else(|| spread(&o.turn.mesh, &o.turn.nodes));
        let nodes = moved(&o.turn.mesh, &o.turn.nodes, &mesh);
        let mut turn = Turn { mesh, nodes, ..o.turn };
        let row: Vec<f64> = self.solver.weights.iter().zip(&o.t).map(|(w, t)| w * t).collect();
        let target = row.iter().zip(&coordinates(&o.turn)).map(|(r, c)| r * c).sum();
        let pins = Pins { phase: self.solver.phase(&o.turn), place: (row, target) };
        let iterations = self.solver.correct(&mut turn, &pins).ok()?;
        self.solver.orbit(turn, &o.t, iterations).ok()
    }

    /// What happens between two cycles, refined; once more on a mesh twice as fine for its error.
    fn event(&self, from: &Orbit, to: &Orbit, sigma: f64) -> Option<CycleBifurcation> {
        let kind = kind(from, to)?;
        let (p, width, cycle) = self.located(from, to, sigma, kind);
        let fine = self.remeshed(from, Some(halved(&from.turn.mesh))).and_then(|from| {
            let to = self.at(&from, sigma).ok()?;
            (self::kind(&from, &to) == Some(kind)).then(|| self.located(&from, &to, sigma, kind))
        });
        let (cycle, error) = match fine {
            Some((q, width, cycle)) => (cycle, (p - q).abs() + width),
            None => (cycle, width.max(1e-6 * (1.0 + p.abs()))),
        };
        Some(CycleBifurcation { kind, cycle, error, after: 0, unstable: [from.unstable, to.unstable] })
    }

    /// p of the zero of the test function, the width of its bracket, and the cycle there.
    fn located(&self, from: &Orbit, to: &Orbit, sigma: f64, kind: CycleEvent) -> (f64, f64, CyclePoint) {
        let place = from.unstable.min(to.unstable);
        let test = |o: &Orbit| match kind {
            CycleEvent::Fold => o.t.last().copied().unwrap_or(f64::NAN),
            _ => o.growth(place),
        };
        let (mut a, mut b) = ((0.0, from.clone(), test(from)), (sigma, to.clone(), test(to)));
        for k in 0..SECANTS {
            if b.0 - a.0 < 1e-11 {
                break;
            }
            let share = if (a.2 > 0.0) == (b.2 > 0.0) || k % 4 == 3 { 0.5 } else { a.2 / (a.2 - b.2) };
            let share = if share.is_finite() { share.clamp(1e-3, 1.0 - 1e-3) } else { 0.5 };
            let s = a.0 + share * (b.0 - a.0);
            let Ok(o) = self.at(from, s) else { break };
            let f = test(&o);
            let tiny = f.abs() < 1e-13;
            if (f > 0.0) == (a.2 > 0.0) {
                a = (s, o, f)
            } else {
                b = (s, o, f)
            }
            if tiny {
                break;
            }
        }
        let best = if a.2.abs() < b.2.abs() { &a } else { &b };
        // The zero of the chord through the bracket's ends is off by no more than the nearer end.
        let share = (best.2 / (a.2 - b.2)).abs().min(1.0);
        ((best.1).turn.p, share * (a.1.turn.p - b.1.turn.p).abs(), self.point(&best.1))
    }
}

/// Whether the cycles shrank to a point and grew again on the way: the state where they begin came to the other side of their middle, and
/// they are no larger than a few times the way that it went.
fn passes_a_point(a: &Orbit, b: &Orbit) -> bool {
    let beside = |o: &Orbit| -> Vec<f64> {
        let middle = ranges(&o.turn).into_iter().map(|[low, high]| 0.5 * (low + high));
        o.turn.head().iter().zip(middle).map(|(x, m)| x - m).collect()
    };
    let (from, to) = (beside(a), beside(b));
    let across = from.iter().zip(&to).map(|(a, b)| a * b).sum::<f64>() < 0.0;
    let way = norm(&from.iter().zip(&to).map(|(a, b)| a - b).collect::<Vec<_>>());
    across && extent(&a.turn).max(extent(&b.turn)) <= 8.0 * way
}

fn halved(mesh: &[f64]) -> Vec<f64> {
    let mut out: Vec<f64> = mesh.windows(2).flat_map(|w| [w[0], 0.5 * (w[0] + w[1])]).collect();
    out.extend(mesh.last());
    out
}

fn kind(a: &Orbit, b: &Orbit) -> Option<CycleEvent> {
    let up = |o: &Orbit| o.t.last().is_some_and(|t| *t > 0.0);
    let moved = a.unstable.abs_diff(b.unstable);
    match (up(a) != up(b), a.below != b.below, moved) {
        (false, false, 0) => None,
        (true, false, 0 | 1) => Some(CycleEvent::Fold),
        (false, true, 1) => Some(CycleEvent::PeriodDoubling),
        (false, false, 2) => Some(CycleEvent::Torus),
        (false, false, 1) => Some(CycleEvent::BranchPoint),
        _ => Some(CycleEvent::Several),
    }
}
