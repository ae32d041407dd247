//! Tasks by name, with their options.

use super::{
    ContextIntegration, CopyMemory, Counted, Digits, DigitsError, FlipFlop, PermutedDigits, Sine, Sizes,
    Task, TemporalOrdering,
};
use std::ops::RangeInclusive;

/// The names on the command line.
pub const NAMES: [&str; 7] = [
    "copy-memory",
    "random-delay-copy",
    "temporal-ordering",
    "permuted-mnist",
    "flip-flop",
    "context-integration",
    "sine",
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
    /// Steps of flip-flop, context-integration and sine: 100.
    pub steps: Option<usize>,
    /// Seconds a step of sine: 0.1.
    pub time_step: Option<f64>,
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
        _ => {
            let dt = rest.time_step.take().unwrap_or(0.1);
            check(
                task,
                "time_step",
                dt > 0.0 && dt.is_finite(),
                dt.to_string(),
                "a positive number of seconds",
            )?;
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
