//! Fig. 5B: where two units go round by themselves, by times of return, and how fast.

use super::fig5a::{Size, draw, measured, word};
use super::planar::exponents::Sign;
use super::planar::grid::{self, Expected, Grid};
use super::planar::returns::{Course, course, onset};
use super::planar::{Planar, Time};
use crate::common::*;
use nullcline_core::systems::reference::rotation::theta_star;

/// Fig. 5B.
pub const STUDY: Study =
    Study::new("park2023/fig5b", "Spontaneous oscillations of two units by return times", run);

/// Longest run, in blocks.
const BLOCKS: usize = 400_000;
/// Distances from theta* at which the law of the period is measured, rad.
const DISTANCES: [f64; 5] = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4];

fn frequency(planar: &Planar) -> f64 {
    match course(planar, [0.5, 0.1], BLOCKS) {
        Course::Round(f, _) => f,
        _ => f64::NAN,
    }
}

/// Slope of log frequency against log distance from theta*, and its standard error.
fn slowing(alpha: f64, time: Time) -> (Vec<[f64; 2]>, Estimate) {
    let star = theta_star(alpha);
    let at = |d: &f64| [*d, frequency(&Planar::new(alpha, star + d, time))];
    let points: Vec<[f64; 2]> = DISTANCES.iter().map(at).collect();
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().map(|p| (p[0].ln(), p[1].ln())).unzip();
    (points, slope(&x, &y))
}

/// Largest relative deviation from the frequency at onset, just beyond it.
fn small_amplitude(time: Time) -> (f64, usize) {
    let angles: &[f64] = match time {
        Time::Continuous => &[0.3, 0.6, 0.9, 1.2],
        Time::Discrete => &[0.3, 0.7, 1.2, 1.9, 2.6],
    };
    let gain = |theta: f64| if time == Time::Continuous { 1.005 / theta.cos() } else { 1.005 };
    let off = |t: &f64| (frequency(&Planar::new(gain(*t), *t, time)) / onset(*t, time) - 1.0).abs();
    // A missing frequency must not pass for agreement.
    (angles.iter().map(off).fold(0.0, |a, v| if v > a || v.is_nan() { v } else { a }), angles.len())
}

fn table(grid: &Grid, time: Time, courses: &[Course]) -> TableOut {
    let name = |c: &Course| match c {
        Course::Rest => "rest".to_string(),
        Course::Locked(q) => format!("period {q}"),
        Course::Round(..) => "round".into(),
        Course::Open => "open".into(),
    };
    let round = |c: &Course| match c {
        Course::Round(f, error) => [*f, *error],
        _ => [f64::NAN; 2],
    };
    let rows: Vec<_> = courses.iter().enumerate().map(|(k, c)| (grid.at(k), c)).collect();
    Table::of(&rows)
        .columns(["alpha", "theta"], |r| r.0.into())
        .column("course", "", |r| name(r.1))
        .columns(["frequency", "error"], |r| round(r.1))
        .named(
            word(time),
            format!("Course of the orbit in {} time; frequency in turns per unit time.", word(time)),
        )
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(&Size::of(settings.preset), settings.seed, observer)
}

/// What orbits of one time do.
struct Found {
    time: Time,
    courses: Vec<Course>,
    /// Turns per unit time; NaN where the orbit does not go round.
    frequencies: Vec<f64>,
    /// Cells farther than one from the boundary that go round and should not, or the other way about.
    far: usize,
    /// The same against the exponents.
    apart: usize,
    /// Cells that are not told apart: in all, and farther than one from the boundary.
    open: [usize; 2],
    /// Frequencies against distances from theta*, and the exponent of their law.
    slowing: (Vec<[f64; 2]>, Estimate),
}

/// Cells of the grid, as the summary has them.
#[derive(Serialize)]
struct Entry {
    round: usize,
    far: usize,
    apart_from_exponents: usize,
    open: usize,
    lowest_frequency: f64,
    highest_frequency: f64,
}

impl Found {
    fn new(grid: &Grid, size: &Size, time: Time, seed: u64, observer: &dyn Observer) -> Self {
        let what = format!("times of return, {} time", word(time));
        let courses = grid.map(&what, observer, |k, alpha, theta| {
            course(&Planar::new(alpha, theta, time), grid::start(seed, k, size.starts, 0), BLOCKS)
        });
        let round = |k: usize| matches!(courses[k], Course::Round(..));
        let turning: Vec<bool> = grid.expected(time).iter().map(|e| *e == Expected::Turning).collect();
        let inner = grid.inner(&turning);
        let count = |f: &dyn Fn(usize) -> bool| (0..grid.count()).filter(|k| f(*k)).count();
        let open = |k: usize| courses[k] == Course::Open;
        let told = |k: usize| inner[k] && !open(k);
        let m = measured(grid, size, time, seed, observer);
        // A weakly locked orbit goes round as well, with a negative exponent.
        let zero = |k: usize| m.cells[k].sign == Sign::Zero || (turning[k] && m.cells[k].repeats > 1);
        Self {
            time,
            frequencies: courses
                .iter()
                .map(|c| if let Course::Round(f, _) = c { *f } else { f64::NAN })
                .collect(),
            far: count(&|k| told(k) && round(k) != turning[k]),
            apart: count(&|k| told(k) && zero(k) != round(k)),
            open: [count(&open), count(&|k| inner[k] && open(k))],
            slowing: slowing(2.0, time),
            courses,
        }
    }

    /// The unit of time in words.
    fn unit(&self) -> &'static str {
        if self.time == Time::Discrete { "step" } else { "unit of time" }
    }

    /// The lowest frequency and the highest.
    fn range(&self) -> (f64, f64) {
        let finite = || self.frequencies.iter().copied().filter(|f| f.is_finite());
        (finite().fold(f64::INFINITY, f64::min), finite().fold(0.0, f64::max))
    }

    fn claims(&self, grid: &Grid) -> Vec<Claim> {
        let exceptions = |certain: usize| Estimate::exceptions(certain, self.open[1], grid.count());
        let cells = "cells farther than one cell from the boundary";
        let (off, n) = small_amplitude(self.time);
        let limit = if self.time == Time::Discrete { "theta / 2 pi" } else { "tan(theta) / 2 pi" };
        let all = [
            claim("orbits go round by themselves in the analytical region, to one cell")
                .is(cells, exceptions(self.far))
                .predicted(0.0, 0.0)
                .headline(),
            check(
                "orbits go round where the first exponent is zero (or, in a weak tongue, negative), to one \
                 cell of the boundary",
            )
            .is(cells, exceptions(self.apart))
            .predicted(0.0, 0.0),
            theory(format!("small oscillations have the frequency {limit}"))
                .is("largest relative deviation half a percent beyond onset", Estimate::exact(off, n))
                .predicted(0.0, 0.01)
                .headline(),
            theory(
                "at theta* the frequency vanishes as the square root of the distance (saddle-node on the \
                 cycle), alpha = 2",
            )
            .is(
                "exponent of the power law; n: distances less one, for the second coefficient of the line",
                self.slowing.1,
            )
            .predicted(0.5, 0.02)
            .headline(),
        ];
        about(&format!("{} time", word(self.time)), at("park2023 Fig. 5B", all))
    }

    fn facts(&self) -> [(String, String); 2] {
        let ((low, high), time) = (self.range(), word(self.time));
        let range = format!("{low:.4} to {high:.3} turns per {}", self.unit());
        let open = format!("{} cells", self.open[0]);
        [(format!("Frequencies, {time} time"), range), (format!("Not told apart, {time} time"), open)]
    }

    fn entry(&self) -> (String, Value) {
        let (low, high) = self.range();
        let found = Entry {
            round: count(&self.courses, |c| matches!(c, Course::Round(..))),
            far: self.far,
            apart_from_exponents: self.apart,
            open: self.open[0],
            lowest_frequency: low,
            highest_frequency: high,
        };
        (word(self.time).to_string(), written(found))
    }

    /// Frequencies over the grid, of the map also relative to those of small oscillations.
    fn maps(&self, grid: &Grid) -> Result<Vec<Figure>, Error> {
        let missing = "does not go round";
        let logs = self.frequencies.iter().map(|f| f.log10()).collect();
        let label = format!("log\u{2081}\u{2080} turns per {}", self.unit());
        let title = format!("{} time", word(self.time));
        let map = draw(grid, self.time, logs, &label, Some([-2.0, 0.0]), missing)?;
        let mut maps = vec![map.named(word(self.time), &title, &title)?];
        if self.time == Time::Discrete {
            let relative = |k: usize| self.frequencies[k] / onset(grid.at(k).1, self.time) - 1.0;
            let relative = (0..grid.count()).map(relative).collect();
            let label = "Relative to \u{3b8}/2\u{3c0}, less 1";
            let map = draw(grid, self.time, relative, label, Some([-0.5, 0.5]), missing)?;
            let title = "discrete time, against small oscillations";
            maps.push(map.named("relative", title, title)?);
        }
        Ok(maps)
    }
}

/// The square-root law of both times.
fn laws(all: &[Found]) -> Drawn {
    let law = |(i, f): (usize, &Found)| {
        points(&format!("{} time", word(f.time)), f.slowing.0.clone()).ink(Ink::Series(i)).joined()
    };
    let axes = Axes::new("Distance from \u{3b8}* (rad)", "Turns per step or unit of time").log_log();
    let series: Vec<Series> = all.iter().enumerate().map(law).collect();
    let title = "slowing at \u{3b8}*, \u{3b1} = 2";
    let figure = lines(&series, &Axes { height: 140.0, ..axes.wide(250.0) })?;
    figure.named("slowing", title, "Frequency against distance.")
}

fn findings(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let grid = Grid::new(size.cells);
    let all = [Time::Continuous, Time::Discrete].map(|time| Found::new(&grid, size, time, seed, observer));
    let claims: Vec<Claim> = all.iter().flat_map(|f| f.claims(&grid)).collect();
    let maps = all.iter().map(|f| f.maps(&grid)).collect::<Result<Vec<_>, _>>()?;
    let figures = [maps.concat(), vec![laws(&all)?]].concat();
    let caption = "Frequency of orbits that go round by themselves, by times of return: in continuous time \
                   (A), as a map (B), the map's relative to that of small oscillations (C), and the \
                   square-root law at the saddle-node curve (D). Dashed: analytical boundaries.";
    let section = Section {
        facts: all.iter().flat_map(Found::facts).collect(),
        ..Section::new("returns", "Orbits that go round")
            .intro(
                "In continuous time an orbit goes round when its times of return to the half-line x\u{2082} \
                 = 0 < x\u{2081}, and the place of return, stay the same to 1e-6; its frequency is the \
                 inverse of that time. Of the map, an orbit that neither comes to rest nor repeats itself \
                 after 2 or 4 steps goes round; its frequency is the mean turn in a step, averaged with \
                 weights that vanish at both ends. The paper's colour scale is labelled in Hz without a \
                 unit of time; here the unit is that of the equations, or a step.",
            )
            .figures([panels("frequency", "Orbits that go round, and how fast", caption, &figures, 2)?])
            .tables(all.iter().map(|f| table(&grid, f.time, &f.courses)))
    };
    Ok(Findings {
        answer: answer(&claims),
        claims,
        sections: vec![section],
        json: all.iter().map(Found::entry).collect(),
        warnings: vec![],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Preset, Verdict};
    use nullcline_core::job::Silent;

    #[test]
    fn a_coarse_map_bears_out_every_claim() {
        let size = Size { cells: 24, ..Size::of(Preset::Quick) };
        let found = findings(&size, 1, &Silent).unwrap();
        let differs: Vec<&Claim> = found.claims.iter().filter(|c| c.verdict != Verdict::Holds).collect();
        assert!(differs.is_empty(), "{differs:?}");
    }
}
