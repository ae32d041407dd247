//! Fig. 5A: both exponents of two units over (alpha, theta), in continuous and in discrete time.

mod second;

use super::bisect;
use super::planar::exponents::{Cell, Plan, Sign, measure};
use super::planar::grid::{self, Expected, Grid};
use super::planar::{Planar, Time};
use crate::common::*;
use nullcline_core::systems::reference::rotation::theta_star;
use nullcline_report::figures::{HeatMap, Palette, heat_map};
use second::signs;
use std::f64::consts::{FRAC_PI_2, PI};

/// Fig. 5A.
pub const STUDY: Study = Study::new("park2023/fig5a", "Exponents of two units over angle and gain", run);

const WIDTH: f64 = 250.0;
/// Distance within which an exponent is that of an eigenvalue, nats per unit time.
const EIGENVALUE: f64 = 1e-6;
/// How much more is discarded where it is not, to find out why.
const LATER: usize = 30;

/// Cells a side, starts a cell, and how much longer than for `quick` to average.
pub(super) struct Size {
    pub(super) cells: usize,
    pub(super) starts: usize,
    pub(super) longer: usize,
}

impl Size {
    pub(super) fn of(preset: Preset) -> Self {
        match preset {
            Preset::Quick => Self { cells: 128, starts: 1, longer: 1 },
            Preset::Paper => Self { cells: 256, starts: 2, longer: 2 },
        }
    }

    /// Tolerances of zero are those of an independent grid (40000 steps, 1000 time units).
    pub(super) fn plan(&self, time: Time) -> Plan {
        let l = self.longer;
        match time {
            Time::Discrete => {
                Plan { discarded: 500 * l, blocks: 1024 * l, most: 65_536 * l, tolerance: 1e-4 }
            }
            Time::Continuous => {
                Plan { discarded: 600 * l, blocks: 1000 * l, most: 64_000 * l, tolerance: 2e-3 }
            }
        }
    }
}

/// The cells of one time: that of the first start, and how many have starts of different signs.
pub(super) struct Measured {
    pub(super) time: Time,
    pub(super) cells: Vec<Cell>,
    expected: Vec<Expected>,
    mixed: usize,
}

pub(super) fn word(time: Time) -> &'static str {
    match time {
        Time::Continuous => "continuous",
        Time::Discrete => "discrete",
    }
}

pub(super) fn measured(grid: &Grid, size: &Size, time: Time, seed: u64, observer: &dyn Observer) -> Measured {
    let plan = size.plan(time);
    let what = format!("exponents, {} time", word(time));
    let all = grid.map(&what, observer, |k, alpha, theta| {
        let planar = Planar::new(alpha, theta, time);
        let one = |s| measure(&planar, grid::start(seed, k, size.starts, s), &plan);
        let first = one(0);
        (first, (1..size.starts).any(|s| one(s).sign != first.sign))
    });
    let mixed = all.iter().filter(|(_, m)| *m).count();
    Measured { time, cells: all.into_iter().map(|(c, _)| c).collect(), expected: grid.expected(time), mixed }
}

/// How the measured zero region compares with the expected one.
struct Comparison {
    region: usize,
    /// Expected zero or not, and found otherwise.
    wrong: usize,
    /// Of these, farther than one cell from the boundary.
    far: usize,
    /// Of these, on orbits that are found to repeat after more than one step.
    far_locked: usize,
    /// Of these, whose sign is decided.
    far_certain: usize,
    /// Of these, that are not locked.
    free_certain: usize,
    /// Cells farther than one from the boundary, right or wrong, whose sign is not decided.
    open_inner: usize,
    /// Their periods and how many cells have each.
    periods: Vec<(usize, usize)>,
    undecided: usize,
    /// Cells whose sign is decided and positive.
    positive: usize,
}

fn compare(grid: &Grid, m: &Measured) -> Comparison {
    let zero: Vec<bool> = m.expected.iter().map(|e| *e == Expected::Turning).collect();
    let inner = grid.inner(&zero);
    let wrong: Vec<usize> =
        (0..grid.count()).filter(|k| (m.cells[*k].sign == Sign::Zero) != zero[*k]).collect();
    let far: Vec<usize> = wrong.iter().copied().filter(|k| inner[*k]).collect();
    let locked: Vec<usize> = far.iter().copied().filter(|k| zero[*k] && m.cells[*k].repeats > 1).collect();
    let mut periods: Vec<(usize, usize)> = Vec::new();
    for q in locked.iter().map(|k| m.cells[*k].repeats) {
        match periods.iter_mut().find(|p| p.0 == q) {
            Some(p) => p.1 += 1,
            None => periods.push((q, 1)),
        }
    }
    periods.sort_by_key(|p| (std::cmp::Reverse(p.1), p.0));
    let count = |f: &dyn Fn(&Cell) -> bool| m.cells.iter().filter(|c| f(c)).count();
    Comparison {
        region: zero.iter().filter(|z| **z).count(),
        wrong: wrong.len(),
        far: far.len(),
        far_locked: locked.len(),
        far_certain: far.iter().filter(|k| m.cells[**k].decided).count(),
        free_certain: far.iter().filter(|k| m.cells[**k].decided && !locked.contains(k)).count(),
        open_inner: (0..grid.count()).filter(|k| inner[*k] && !m.cells[*k].decided).count(),
        periods,
        undecided: count(&|c| !c.decided),
        positive: count(&|c| c.decided && c.sign == Sign::Positive),
    }
}

/// Cells farther than one from every boundary whose orbit is not the expected one, by its period.
fn wrong_orbits(grid: &Grid, m: &Measured) -> (usize, usize) {
    let inner = grid.inner(&m.expected);
    let strong = (0..grid.count()).filter(|k| inner[*k] && m.expected[*k] != Expected::Turning);
    let wanted = |k: &usize| match m.expected[*k] {
        Expected::Locked(q) => q,
        _ => 1,
    };
    let all: Vec<usize> = strong.collect();
    (all.iter().filter(|k| m.cells[**k].repeats != wanted(k)).count(), all.len())
}

/// The first exponent against the origin's eigenvalue, where the origin attracts.
struct AtOrigin {
    cells: usize,
    /// Cells farther than [`EIGENVALUE`].
    beyond: Vec<usize>,
    /// The largest distance.
    worst: f64,
    /// The same of those beyond, when [`LATER`] times as much is discarded.
    later: f64,
    /// Their smallest alpha cos(theta).
    nearest: f64,
}

fn at_the_origin(grid: &Grid, m: &Measured, size: &Size, seed: u64) -> AtOrigin {
    let miss = |k: usize, cell: &Cell| {
        let (alpha, theta) = grid.at(k);
        let exact = match m.time {
            Time::Continuous => alpha * theta.cos() - 1.0,
            Time::Discrete => alpha.ln(),
        };
        (cell.exponents[0] - exact).abs()
    };
    let origin: Vec<usize> = (0..grid.count()).filter(|k| m.expected[*k] == Expected::Origin).collect();
    let beyond: Vec<usize> = origin.iter().copied().filter(|k| miss(*k, &m.cells[*k]) > EIGENVALUE).collect();
    let plan = size.plan(m.time);
    let plan = Plan { discarded: LATER * plan.discarded, ..plan };
    let again = |k: usize| {
        let (alpha, theta) = grid.at(k);
        miss(k, &measure(&Planar::new(alpha, theta, m.time), grid::start(seed, k, size.starts, 0), &plan))
    };
    let cosine = |k: &usize| grid.at(*k).0 * grid.at(*k).1.cos();
    AtOrigin {
        cells: origin.len(),
        worst: origin.iter().map(|k| miss(*k, &m.cells[*k])).fold(0.0, f64::max),
        later: beyond.iter().map(|k| again(*k)).fold(0.0, f64::max),
        nearest: beyond.iter().map(cosine).fold(f64::INFINITY, f64::min),
        beyond,
    }
}

/// Largest distance, in radians, of the ends of locking from theta*, and their number.
fn folds(time: Time, plan: &Plan) -> (f64, usize) {
    let ends: &[(f64, f64, usize)] = match time {
        Time::Continuous => &[(0.0, 1.0, 1)],
        Time::Discrete => &[(0.0, 1.0, 1), (FRAC_PI_2, -1.0, 4), (FRAC_PI_2, 1.0, 4), (PI, -1.0, 2)],
    };
    let (mut worst, mut count) = (0.0f64, 0);
    for alpha in [1.2, 1.5, 2.0, 3.0, 5.0, 8.0] {
        let star = theta_star(alpha);
        for (centre, side, period) in ends {
            let locked = |d: f64| {
                let planar = Planar::new(alpha, centre + side * d, time);
                measure(&planar, [0.5, 0.1], plan).repeats == *period
            };
            worst = worst.max((bisect(star - 0.01, star + 0.01, 15, locked) - star).abs());
            count += 1;
        }
    }
    (worst, count)
}

/// Largest distance from one of alpha (map) or alpha cos theta (flow) where the origin stops attracting.
fn births(time: Time, plan: &Plan) -> (f64, usize) {
    let angles: &[f64] = match time {
        Time::Continuous => &[0.2, 0.5, 0.8, 1.1],
        Time::Discrete => &[0.5, 1.0, 2.0, 2.5],
    };
    let at = |theta: &f64| {
        let unit = if time == Time::Continuous { 1.0 / theta.cos() } else { 1.0 };
        let damped = |gain: f64| {
            measure(&Planar::new(gain * unit, *theta, time), [0.5, 0.1], plan).sign == Sign::Negative
        };
        (bisect(0.97, 1.03, 16, damped) - 1.0).abs()
    };
    (angles.iter().map(at).fold(0.0, f64::max), angles.len())
}

fn claims(grid: &Grid, m: &Measured, c: &Comparison, o: &AtOrigin, plan: &Plan) -> Vec<Claim> {
    let all = [
        regions(m, c, grid.count()),
        orbits(grid, m, o),
        signs(grid, m, c, plan.tolerance),
        boundaries(m.time, plan),
    ];
    about(&format!("{} time", word(m.time)), at("park2023 Fig. 5A", all.into_iter().flatten()))
}

/// Where the first exponent is zero.
fn regions(m: &Measured, c: &Comparison, total: usize) -> Vec<Claim> {
    // Cells whose sign is not decided may be exceptions, and are not known to be.
    let exceptions = |certain: usize| Estimate::exceptions(certain, c.open_inner, total);
    let free = "misclassified cells farther than one cell from the boundary, without locked ones";
    let text = "outside resonance tongues, the region where the first exponent is zero is the analytical \
                one to one cell";
    let mut out = vec![claim(text).is(free, exceptions(c.free_certain)).predicted(0.0, 0.0).headline()];
    if m.time == Time::Discrete {
        let share = 100.0 * c.far_locked as f64 / c.region.max(1) as f64;
        let most: Vec<String> = c.periods.iter().take(8).map(|(q, n)| format!("{q} ({n})")).collect();
        out.push(
            claim("the first exponent is zero in the whole region")
                .is("misclassified cells farther than one cell from the boundary", exceptions(c.far_certain))
                .predicted(0.0, 0.0)
                .headline()
                .if_differs(format!(
                    "{share:.1} % of the region's cells lie in weaker resonance tongues: their orbits \
                     repeat exactly, after {} steps (cells), ...",
                    most.join(", ")
                )),
        );
    }
    out
}

/// What orbits do outside the region.
fn orbits(grid: &Grid, m: &Measured, o: &AtOrigin) -> Vec<Claim> {
    let (wrong, all) = wrong_orbits(grid, m);
    let origin = theory("where the origin attracts, the first exponent is that of its eigenvalue")
        .is("largest distance, nats per unit time", Estimate::exact(o.worst, o.cells))
        .predicted(0.0, EIGENVALUE);
    let neutral = || {
        format!(
            "{} cells, all at alpha cos(theta) > {:.4}, where the origin is all but neutral and the orbit \
             still on its way to it when the average begins; with {LATER} times as much discarded their \
             largest distance is {:.1e}.",
            o.beyond.len(),
            o.nearest - 5e-5,
            o.later
        )
    };
    vec![
        theory(
            "outside the region the orbit is the expected one: the origin, or the locked one of the nearest \
             strong tongue",
        )
        .is("cells farther than one cell from each boundary with another period", Estimate::count(wrong, all))
        .predicted(0.0, 0.0),
        if o.beyond.is_empty() { origin } else { origin.because(neutral()) },
    ]
}

/// Where locking ends and oscillations begin, by bisection without noise.
fn boundaries(time: Time, plan: &Plan) -> Vec<Claim> {
    let exact = |(value, n): (f64, usize)| Estimate::exact(value, n);
    let (text, slack) = match time {
        Time::Continuous => (
            "the origin loses stability in a Hopf bifurcation at alpha cos(theta) = 1",
            "largest distance of alpha cos(theta) from 1",
        ),
        Time::Discrete => (
            "the origin loses stability in a Neimark-Sacker bifurcation at alpha = 1",
            "largest distance of alpha from 1",
        ),
    };
    vec![
        theory("locking to the strong tongues ends at theta*(alpha)")
            .is("largest distance, rad", exact(folds(time, plan)))
            .predicted(0.0, 1e-4)
            .headline(),
        // The sign test itself moves the boundary by its tolerance.
        theory(text).is(slack, exact(births(time, plan))).predicted(0.0, 1.1 * plan.tolerance),
    ]
}

/// A map of `value` over the grid, with the boundaries of `time`.
pub(super) fn draw(
    grid: &Grid,
    time: Time,
    values: Vec<f64>,
    label: &str,
    range: Option<[f64; 2]>,
    missing: &str,
) -> Drawn {
    // A range with two sides about zero has two sides of colour.
    let palette = match range {
        Some([lo, hi]) if (lo + hi).abs() < f64::EPSILON => Palette::Diverging(0.0),
        _ => Palette::Sequential,
    };
    let map = HeatMap {
        x: grid.theta.clone(),
        y: grid.alpha.clone(),
        values,
        label: label.into(),
        range,
        missing: missing.into(),
        palette,
    };
    heat_map(&map, &grid::boundaries(time), &grid::axes(WIDTH))
}

fn table(grid: &Grid, m: &Measured) -> TableOut {
    let sign = |c: &Cell| match c.sign {
        Sign::Negative => -1,
        Sign::Zero => 0i64,
        Sign::Positive => 1,
    };
    let rows: Vec<_> =
        m.cells.iter().zip(&m.expected).enumerate().map(|(k, (c, e))| (grid.at(k), c, e)).collect();
    Table::of(&rows)
        .columns(["alpha", "theta"], |r| r.0.into())
        .columns(["exponent_1", "exponent_2"], |r| r.1.exponents)
        .column("error_1", "", |r| r.1.error)
        .column("sign", "", |r| sign(r.1))
        .column("decided", "", |r| i64::from(r.1.decided))
        .column("period", "", |r| r.1.repeats)
        .column("time_averaged", "", |r| (r.1.blocks as f64 * m.time.block()) as i64)
        .column("zero_expected", "", |r| i64::from(*r.2 == Expected::Turning))
        .named(
            word(m.time),
            format!(
                "Exponents in {} time, nats per unit time; period 0: the orbit does not repeat within 1024 \
                 steps; where it does, no time is averaged.",
                word(m.time)
            ),
        )
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(&Size::of(settings.preset), settings.seed, observer)
}

/// Everything that is known of one time.
struct Found {
    m: Measured,
    compared: Comparison,
    origin: AtOrigin,
    plan: Plan,
}

impl Found {
    fn new(grid: &Grid, size: &Size, time: Time, seed: u64, observer: &dyn Observer) -> Self {
        let m = measured(grid, size, time, seed, observer);
        let origin = at_the_origin(grid, &m, size, seed);
        Self { compared: compare(grid, &m), origin, plan: size.plan(time), m }
    }

    fn claims(&self, grid: &Grid) -> Vec<Claim> {
        claims(grid, &self.m, &self.compared, &self.origin, &self.plan)
    }

    /// Both exponents over the grid.
    fn maps(&self, grid: &Grid) -> Result<Vec<Figure>, nullcline_report::Error> {
        let (time, word) = (self.m.time, word(self.m.time));
        let unit = if time == Time::Discrete { "step" } else { "time" };
        let map = |(i, low): (usize, f64)| {
            let values = self.m.cells.iter().map(|c| c.exponents[i]).collect();
            let label = format!("Exponent {} (nats per {unit})", i + 1);
            let title = format!("{word} time, exponent {}", i + 1);
            let figure = draw(grid, time, values, &label, Some([low, 0.0]), "")?;
            figure.named(&format!("{word}_{}", i + 1), &title, &title)
        };
        [(0, -2.0), (1, -10.0)].into_iter().map(map).collect()
    }

    /// Periods of the map over the grid.
    fn periods(&self, grid: &Grid) -> Drawn {
        let log = |c: &Cell| if c.repeats == 0 { f64::NAN } else { (c.repeats as f64).log2() };
        let (values, range) = (list(&self.m.cells, log), Some([0.0, 7.0]));
        let caption = "Period of the orbit of the map. Inside the dashed region of oscillation, tongues of \
                       weaker resonances fan out from the line \u{3b1} = 1; at grey cells the orbit does \
                       not repeat within 1024 steps and its first exponent is zero.";
        let figure = draw(grid, self.m.time, values, "log\u{2082} period", range, "no period up to 1024")?;
        figure.named("periods", "Resonance tongues of the map", caption)
    }

    fn facts(&self, grid: &Grid, starts: usize) -> Vec<(String, String)> {
        let (c, time) = (&self.compared, format!("{} time", word(self.m.time)));
        let wrong = format!(
            "{}; {} farther than one cell from the boundary, {} of these locked",
            c.wrong, c.far, c.far_locked
        );
        let mut facts = vec![
            (format!("Region of zero, {time}"), format!("{} of {} cells", c.region, grid.count())),
            (format!("Misclassified, {time}"), wrong),
        ];
        if starts > 1 {
            facts.push((format!("Starts of different sign, {time}"), format!("{} cells", self.m.mixed)));
        }
        facts
    }

    fn entry(&self, grid: &Grid) -> (String, Value) {
        let c = &self.compared;
        let found = Entry {
            cells: grid.count(),
            region: c.region,
            misclassified: c.wrong,
            far: c.far,
            far_locked: c.far_locked,
            undecided: c.undecided,
            positive: c.positive,
            mixed_starts: self.m.mixed,
            tolerance: self.plan.tolerance,
        };
        (word(self.m.time).to_string(), written(found))
    }
}

/// Cells of the grid, as the summary has them.
#[derive(Serialize)]
struct Entry {
    cells: usize,
    region: usize,
    misclassified: usize,
    far: usize,
    far_locked: usize,
    undecided: usize,
    positive: usize,
    mixed_starts: usize,
    tolerance: f64,
}

fn findings(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let grid = Grid::new(size.cells);
    let all = [Time::Continuous, Time::Discrete].map(|time| Found::new(&grid, size, time, seed, observer));
    let claims: Vec<Claim> = all.iter().flat_map(|f| f.claims(&grid)).collect();
    Ok(Findings {
        answer: answer(&claims),
        claims,
        sections: vec![section(&grid, size, &all)?],
        json: all.iter().map(|f| f.entry(&grid)).collect(),
        warnings: vec![],
    })
}

fn section(grid: &Grid, size: &Size, all: &[Found; 2]) -> Result<Section, Error> {
    let maps = [all[0].maps(grid)?, all[1].maps(grid)?].concat();
    let caption = "Lyapunov exponents of two units with W = \u{3b1} R(\u{3b8}), in continuous (A, B) and \
                   discrete (C, D) time. Dashed: analytical boundaries of the region with an oscillation, \
                   where the first exponent is zero: the saddle-node curve \u{3b8}*(\u{3b1}), its mirror \
                   images, and the Hopf or Neimark-Sacker line. Colours end at the range of the bar.";
    let whole = panels("exponents", "Exponents over angle and gain", caption, &maps, 2)?;
    let section = Section::new("exponents", "Exponents over angle and gain")
        .intro(
            "Two units with weights \u{3b1} R(\u{3b8}), R a rotation, in continuous time, dx/dt = -x + \
             tanh(Wx), and as a map, x(t+1) = tanh(W x(t)). The first exponent is averaged along the orbit \
             with weights that vanish at both ends; an orbit that stands still or repeats itself has the \
             exponents of its eigenvalues. It counts as zero within 0.002 per unit time (flow) or 0.0001 \
             per step (map); cells whose error reaches that limit are followed up to 64 times longer.",
        )
        .intro(
            "The map is bounded by the same saddle-node curve around \u{3b8} = 0, \u{3c0}/2 and \u{3c0}, \
             because tanh commutes with the quarter turn; the flow, which cannot jump, has only the first, \
             and its origin is stable wherever \u{3b1} cos \u{3b8} < 1.",
        )
        .figures([whole, all[1].periods(grid)?])
        .tables(all.iter().map(|f| table(grid, &f.m)));
    Ok(Section { facts: all.iter().flat_map(|f| f.facts(grid, size.starts)).collect(), ..section })
}

#[cfg(test)]
mod tests;
