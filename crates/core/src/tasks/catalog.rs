//! Tasks by name, with their options.

use super::{
    Code, ContextIntegration, CopyMemory, Counted, Digits, DigitsError, FlipFlop, HeadCells, HeadDirection,
    PermutedDigits, PlaceCells, Position, Shown, Sine, Sizes, Task, TemporalOrdering, Turning, Walk,
};
use std::ops::RangeInclusive;

/// The names on the command line.
pub const NAMES: [&str; 9] = [
    "copy-memory",
    "random-delay-copy",
    "temporal-ordering",
    "permuted-mnist",
    "flip-flop",
    "context-integration",
    "sine",
    "position",
    "head-direction",
];

/// Steps of a sequence are at most this many.
const LONGEST: usize = 1_000_000;

/// What a task may be told; `None` leaves the default, and an option that the task does not know is an error.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Items of each split, 10,000, 1,000 and 1,000 unless given.
    pub sizes: Option<Sizes>,
    /// Steps of delay k, both ends included. copy-memory: 100; random-delay-copy: 100 to 120;
    /// temporal-ordering: 50 to 60.
    pub delay: Option<RangeInclusive<usize>>,
    /// Tokens of copy-memory and random-delay-copy: 10.
    pub tokens: Option<usize>,
    /// Which steps of copy-memory and random-delay-copy count: the recalled ones.
    pub counted: Option<Counted>,
    /// Distractors of temporal-ordering: 4.
    pub distractors: Option<usize>,
    /// Channels of flip-flop: 3.
    pub bits: Option<usize>,
    /// Probability of a pulse of flip-flop, a channel and step: 0.1.
    pub pulse: Option<f64>,
    /// Steps of flip-flop, context-integration, sine, position and head-direction: 100.
    pub steps: Option<usize>,
    /// Seconds a step. sine: 0.1; position, head-direction: 0.02.
    pub time_step: Option<f64>,
    /// How the cells of position and head-direction say where: gaussian; density.
    pub code: Option<Code>,
    /// Cells of position and head-direction: 512.
    pub cells: Option<usize>,
    /// Width of their tuning. position: 0.2 m; head-direction: pi/6 rad.
    pub cell_width: Option<f64>,
    /// Scale of the Rayleigh law of the speed of position: 0.2 m/s.
    pub speed: Option<f64>,
    /// Standard deviation of the turning rate of position and head-direction: 11.52 rad/s.
    pub turning: Option<f64>,
    /// Side of the box of position: 2.2 m.
    pub side: Option<f64>,
    /// Share of the way to the anchor that a walk of position drifts in a step: 0.
    pub drift: Option<f64>,
    /// Where a walk of position drifts to, in m: the middle of the box.
    pub anchor: Option<[f64; 2]>,
    /// Whether all turns of head-direction go one way.
    pub biased: bool,
    /// What position and head-direction show: changes.
    pub shown: Option<Shown>,
    /// Training and test pictures of permuted-mnist; there is no default.
    pub digits: Option<(Digits, Digits)>,
}

/// Why there is no such task.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// No task of that name.
    #[error("task `{name}`: not known, expected one of {}", NAMES.join(", "))]
    Name {
        /// The name.
        name: String,
    },
    /// The task does not know the option.
    #[error("task {task}: found the option {option}, which it does not take; leave it out")]
    Option {
        /// The task.
        task: &'static str,
        /// The option.
        option: &'static str,
    },
    /// A value out of range.
    #[error("task {task}: found {option} {found}, expected {expected}")]
    Value {
        /// The task.
        task: &'static str,
        /// The option.
        option: &'static str,
        /// Its value.
        found: String,
        /// What would do.
        expected: &'static str,
    },
    /// permuted-mnist without pictures.
    #[error("task permuted-mnist: found no pictures; name the folder of the four MNIST files")]
    NoPictures,
    /// The pictures are no task.
    #[error("task permuted-mnist: {0}")]
    Pictures(DigitsError),
}

/// The task `name` with `options`, its items drawn from `seed`.
///
/// # Errors
/// An unknown name, an option that the task does not take, a value out of range, missing or wrong pictures.
///
/// ```
/// use nullcline_core::tasks::{Options, build};
///
/// let task = build("flip-flop", Options { bits: Some(2), ..Options::default() }, 1).unwrap();
/// assert_eq!((task.inputs(), task.outputs(), task.steps()), (2, 2, 100));
/// // An option that the task does not know is refused, not ignored.
/// assert!(build("sine", Options { bits: Some(2), ..Options::default() }, 1).is_err());
/// ```
pub fn build(name: &str, options: Options, seed: u64) -> Result<Box<dyn Task>, Error> {
    let task = NAMES.into_iter().find(|n| *n == name).ok_or_else(|| Error::Name { name: name.into() })?;
    let mut rest = options;
    let sizes = rest.sizes.take();
    if let Some(s) = sizes {
        let found = format!("{} {} {}", s.train, s.validation, s.test);
        let holds = [s.train, s.validation, s.test].iter().all(|n| (1..1 << 40).contains(n));
        check(task, "sizes", holds, found, "at least one item in each split")?;
    }
    let built: Box<dyn Task> = match task {
        "copy-memory" => {
            let delay = delays(task, rest.delay.take(), 100..=100)?;
            let found = format!("{} to {}", delay.start(), delay.end());
            check(
                task,
                "delay",
                delay.start() == delay.end(),
                found,
                "one number; random-delay-copy has a range",
            )?;
            let counted = rest.counted.take().unwrap_or(Counted::Recall);
            let tokens = tokens(task, rest.tokens.take())?;
            Box::new(CopyMemory::new(*delay.start(), counted, sizes.unwrap_or_default(), seed).of(tokens))
        }
        "random-delay-copy" => {
            let delay = delays(task, rest.delay.take(), 100..=120)?;
            let found = delay.start().to_string();
            check(task, "delay", delay.start() < delay.end(), found, "a range; copy-memory has one number")?;
            let counted = rest.counted.take().unwrap_or(Counted::Recall);
            let tokens = tokens(task, rest.tokens.take())?;
            Box::new(CopyMemory::random_delay(delay, counted, sizes.unwrap_or_default(), seed).of(tokens))
        }
        "temporal-ordering" => {
            let delay = delays(task, rest.delay.take(), 50..=60)?;
            let distractors = rest.distractors.take().unwrap_or(4);
            let few = (1..=1000).contains(&distractors);
            check(task, "distractors", few, distractors.to_string(), "1 to 1000")?;
            Box::new(
                TemporalOrdering::new(delay, sizes.unwrap_or_default(), seed).among(10..=20, distractors),
            )
        }
        "permuted-mnist" => {
            let (train, test) = rest.digits.take().ok_or(Error::NoPictures)?;
            // Without sizes the whole set, a sixth of MNIST's training pictures held out.
            let validation = sizes.map_or(train.labels.len() / 6, |s| s.validation);
            let all = PermutedDigits::new(train, test, validation, seed).map_err(Error::Pictures)?;
            Box::new(match sizes {
                Some(s) => all.at_most(s.train, s.test),
                None => all,
            })
        }
        "flip-flop" => {
            let (bits, pulse) = (rest.bits.take().unwrap_or(3), rest.pulse.take().unwrap_or(0.1));
            check(task, "bits", (1..=1000).contains(&bits), bits.to_string(), "1 to 1000")?;
            check(task, "pulse", (0.0..=1.0).contains(&pulse), pulse.to_string(), "a probability")?;
            let steps = steps(task, rest.steps.take())?;
            Box::new(FlipFlop::new(bits, pulse, steps, sizes.unwrap_or_default(), seed))
        }
        "context-integration" => {
            let steps = steps(task, rest.steps.take())?;
            check(task, "steps", steps >= 4, steps.to_string(), "4 or more")?;
            Box::new(ContextIntegration::new(steps, sizes.unwrap_or_default(), seed))
        }
        "position" => Box::new(position(&mut rest, sizes.unwrap_or_default(), seed)?),
        "head-direction" => Box::new(head_direction(&mut rest, sizes.unwrap_or_default(), seed)?),
        _ => {
            let dt = positive(task, "time_step", rest.time_step.take(), 0.1, "a positive number of seconds")?;
            Box::new(Sine::new(dt, steps(task, rest.steps.take())?, sizes.unwrap_or_default(), seed))
        }
    };
    match left(&rest) {
        Some(option) => Err(Error::Option { task, option }),
        None => Ok(built),
    }
}

/// The first option that nobody took.
fn left(rest: &Options) -> Option<&'static str> {
    let given = [
        ("delay", rest.delay.is_some()),
        ("tokens", rest.tokens.is_some()),
        ("counted", rest.counted.is_some()),
        ("distractors", rest.distractors.is_some()),
        ("bits", rest.bits.is_some()),
        ("pulse", rest.pulse.is_some()),
        ("steps", rest.steps.is_some()),
        ("time_step", rest.time_step.is_some()),
        ("code", rest.code.is_some()),
        ("cells", rest.cells.is_some()),
        ("cell_width", rest.cell_width.is_some()),
        ("speed", rest.speed.is_some()),
        ("turning", rest.turning.is_some()),
        ("box_side", rest.side.is_some()),
        ("drift", rest.drift.is_some()),
        ("anchor", rest.anchor.is_some()),
        ("biased", rest.biased),
        ("shown", rest.shown.is_some()),
        ("digits", rest.digits.is_some()),
    ];
    given.into_iter().find(|(_, is)| *is).map(|(option, _)| option)
}

fn check(
    task: &'static str,
    option: &'static str,
    holds: bool,
    found: String,
    expected: &'static str,
) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Value { task, option, found, expected }) }
}

fn positive(
    task: &'static str,
    option: &'static str,
    given: Option<f64>,
    usual: f64,
    expected: &'static str,
) -> Result<f64, Error> {
    let value = given.unwrap_or(usual);
    check(task, option, value > 0.0 && value.is_finite(), value.to_string(), expected)?;
    Ok(value)
}

fn cells(task: &'static str, given: Option<usize>) -> Result<usize, Error> {
    let cells = given.unwrap_or(512);
    check(task, "cells", (3..=100_000).contains(&cells), cells.to_string(), "3 to 100,000")?;
    Ok(cells)
}

/// Seconds a step.
fn seconds(task: &'static str, o: &mut Options, usual: f64) -> Result<f64, Error> {
    positive(task, "time_step", o.time_step.take(), usual, "a positive number of seconds")
}

fn position(o: &mut Options, sizes: Sizes, seed: u64) -> Result<Position, Error> {
    let task = "position";
    let usual = Walk::default();
    let side = positive(task, "box_side", o.side.take(), usual.side, "a positive number of metres")?;
    let (drift, anchor) = (o.drift.take().unwrap_or(0.0), o.anchor.take());
    check(task, "drift", (0.0..1.0).contains(&drift), drift.to_string(), "a share in [0, 1)")?;
    let [x, y] = anchor.unwrap_or_default();
    let place = format!("{x},{y}");
    let inside = x.abs() <= 0.5 * side && y.abs() <= 0.5 * side && (anchor.is_none() || drift > 0.0);
    check(task, "anchor", inside, place, "a place in the box, with --drift above 0")?;
    let walk = Walk {
        side,
        speed: positive(task, "speed", o.speed.take(), usual.speed, "a positive number of m/s")?,
        turning: positive(task, "turning", o.turning.take(), usual.turning, "a positive number of rad/s")?,
        time_step: seconds(task, o, usual.time_step)?,
        drift,
        anchor: [x, y],
    };
    let code = o.code.take().unwrap_or(Code::Gaussian);
    check(task, "code", code.is_of_positions(), code.name().into(), "gaussian or softmax")?;
    let width = positive(task, "cell_width", o.cell_width.take(), 0.2, "a positive number of metres")?;
    let cells = PlaceCells::new(cells(task, o.cells.take())?, side, width, code, seed);
    let shown = o.shown.take().unwrap_or(Shown::Changes);
    Ok(Position::new(walk, cells, shown, steps(task, o.steps.take())?, sizes, seed))
}

fn head_direction(o: &mut Options, sizes: Sizes, seed: u64) -> Result<HeadDirection, Error> {
    let task = "head-direction";
    let usual = Turning::default();
    let turning = Turning {
        deviation: positive(
            task,
            "turning",
            o.turning.take(),
            usual.deviation,
            "a positive number of rad/s",
        )?,
        time_step: seconds(task, o, usual.time_step)?,
        biased: std::mem::take(&mut o.biased),
    };
    let code = o.code.take().unwrap_or(Code::Density);
    check(task, "code", !code.is_of_positions(), code.name().into(), "density or peak")?;
    let spread = std::f64::consts::PI / 6.0;
    let width = positive(task, "cell_width", o.cell_width.take(), spread, "a positive number of radians")?;
    let cells = HeadCells::new(cells(task, o.cells.take())?, width, code);
    let shown = o.shown.take().unwrap_or(Shown::Changes);
    Ok(HeadDirection::new(turning, cells, shown, steps(task, o.steps.take())?, sizes, seed))
}

fn delays(
    task: &'static str,
    given: Option<RangeInclusive<usize>>,
    usual: RangeInclusive<usize>,
) -> Result<RangeInclusive<usize>, Error> {
    let delay = given.unwrap_or(usual);
    let holds = !delay.is_empty() && *delay.end() <= LONGEST;
    let found = format!("{} to {}", delay.start(), delay.end());
    check(task, "delay", holds, found, "a first delay not above the last, which is at most 1,000,000")?;
    Ok(delay)
}

fn tokens(task: &'static str, given: Option<usize>) -> Result<usize, Error> {
    let tokens = given.unwrap_or(10);
    check(task, "tokens", (1..=LONGEST).contains(&tokens), tokens.to_string(), "1 to 1,000,000")?;
    Ok(tokens)
}

fn steps(task: &'static str, given: Option<usize>) -> Result<usize, Error> {
    let steps = given.unwrap_or(100);
    check(task, "steps", (1..=LONGEST).contains(&steps), steps.to_string(), "1 to 1,000,000")?;
    Ok(steps)
}
