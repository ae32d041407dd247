//! Behaviour in the IBL task: figures and tables of anybody's trials.

use crate::figures::{Axes, Ink, Reference, Series, THIRD, lines, panels, scatter};
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::numbers::Estimate;
use nullcline_core::tasks::ibl::Side;
use nullcline_core::tasks::ibl::behaviour::{ByContrast, Choice, accuracy, after_change, rightward, times};

/// Somebody's trials under a name.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// As in legends.
    pub name: &'a str,
    /// Their trials.
    pub trials: &'a [Choice],
}

impl Subject<'_> {
    /// Whether any trial is in a block with a likelier side.
    fn has_blocks(&self) -> bool {
        self.trials.iter().any(|t| t.block_side.is_some())
    }
}

/// Places after a change of block that are shown.
pub const PLACES: usize = 20;

fn series(label: &str, curve: &ByContrast, ink: usize, dashed: bool) -> Series {
    let values: Vec<f64> = curve.cells.iter().map(|c| c.value).collect();
    let errors: Vec<f64> = curve.cells.iter().map(|c| c.error()).collect();
    let series = Series::new(label, &curve.contrasts, &values).errors(&errors).ink(Ink::Series(ink)).joined();
    if dashed { series.dashed() } else { series }
}

fn places(label: &str, cells: &[Estimate], ink: usize) -> Series {
    let x: Vec<f64> = (1..=cells.len()).map(|k| k as f64).collect();
    let values: Vec<f64> = cells.iter().map(|c| c.value).collect();
    let errors: Vec<f64> = cells.iter().map(|c| c.error()).collect();
    Series::new(label, &x, &values).errors(&errors).ink(Ink::Series(ink))
}

/// Share of correct answers by contrast, one curve a subject (Fig. 2a).
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn accuracy_figure(subjects: &[Subject], width: f64) -> Result<Figure, Error> {
    let all: Vec<Series> = subjects
        .iter()
        .enumerate()
        .map(|(i, s)| series(s.name, &accuracy(s.trials, None), i, false))
        .collect();
    scatter(&all, &Axes::new("contrast", "correct of answered").wide(width))?.named(
        "accuracy",
        "Correct by contrast",
        "Share of answered trials that are correct. Bars are one standard error over trials.",
    )
}

/// Steps or seconds to the answer by contrast, concordant and discordant trials apart (Fig. 2b, c) where there are blocks.
///
/// # Errors
/// As above.
pub fn times_figure(subject: &Subject, unit: &str, width: f64) -> Result<Figure, Error> {
    let all = match subject.has_blocks() {
        true => vec![
            series("concordant", &times(subject.trials, Some(true)), 0, false),
            series("discordant", &times(subject.trials, Some(false)), 1, false),
        ],
        false => vec![series("", &times(subject.trials, None), 0, false)],
    };
    scatter(&all, &Axes::new("contrast", &format!("time to answer ({unit})")).wide(width))?.named(
        "times",
        subject.name,
        "Mean time to an answer; concordant: stimulus and block on one side.",
    )
}

/// Share of correct answers by contrast, concordant and discordant apart (Fig. 3a).
///
/// # Errors
/// As above.
pub fn concordance_figure(subjects: &[Subject], width: f64) -> Result<Figure, Error> {
    let mut all = vec![];
    for (i, s) in subjects.iter().enumerate() {
        let of = |kind: &str| if s.name.is_empty() { kind.to_owned() } else { format!("{}, {kind}", s.name) };
        all.push(series(&of("concordant"), &accuracy(s.trials, Some(true)), i, false));
        all.push(series(&of("discordant"), &accuracy(s.trials, Some(false)), i, true));
    }
    scatter(&all, &Axes::new("contrast", "correct of answered").wide(width))?.named(
        "concordance",
        "Correct by concordance",
        "Share of answered trials that are correct, by whether the stimulus is on the block's likelier side.",
    )
}

/// Share of answers to the right by signed contrast, a curve a kind of block (psychometric curves).
///
/// # Errors
/// As above.
pub fn rightward_figure(subject: &Subject, width: f64) -> Result<Figure, Error> {
    let kinds =
        [("left block", Some(Side::Left), 0), ("no block", None, 2), ("right block", Some(Side::Right), 1)];
    let curve = |(name, block, ink): (&str, Option<Side>, usize)| {
        let curve = rightward(subject.trials, block);
        curve.cells.iter().any(|c| c.n > 0).then(|| series(name, &curve, ink, false))
    };
    let all: Vec<Series> = kinds.into_iter().filter_map(curve).collect();
    scatter(&all, &Axes::new("signed contrast, right positive", "answers to the right").wide(width))?.named(
        "rightward",
        subject.name,
        "Share of answers to the right.",
    )
}

/// Share of correct answers after a change of block (Fig. 3b), of trials of one contrast if given (Fig. 3c).
///
/// # Errors
/// As above.
pub fn recovery_figure(subjects: &[Subject], contrast: Option<f64>, width: f64) -> Result<Figure, Error> {
    let all: Vec<Series> = subjects
        .iter()
        .enumerate()
        .map(|(i, s)| places(s.name, &after_change(s.trials, PLACES, contrast), i))
        .collect();
    let mut axes = Axes::new("trial after the change", "correct of answered").wide(width);
    axes.x_whole = true;
    if contrast.is_some() {
        axes = axes.reference("0.2", Reference::Across(0.2)).reference("0.8", Reference::Across(0.8));
    }
    let (name, title) = match contrast {
        Some(_) => ("recovery_without_contrast", "Zero contrast, after a change of block"),
        None => ("recovery", "After a change of block"),
    };
    lines(&all, &axes)?.named(
        name,
        title,
        "Share of answered trials that are correct. Bands are one standard error.",
    )
}

/// All of them for one subject, in one figure.
///
/// # Errors
/// As above.
pub fn overview(subject: &Subject, unit: &str) -> Result<Figure, Error> {
    let one = std::slice::from_ref(subject);
    let unnamed = [Subject { name: "", ..*subject }];
    let mut all = vec![
        if subject.has_blocks() {
            concordance_figure(&unnamed, THIRD)?
        } else {
            accuracy_figure(&unnamed, THIRD)?
        },
        times_figure(&Subject { name: "Time to answer", ..*subject }, unit, THIRD)?,
        rightward_figure(&Subject { name: "Answers to the right", ..*subject }, THIRD)?,
    ];
    if subject.has_blocks() {
        all.push(recovery_figure(one, None, THIRD)?);
        all.push(recovery_figure(one, Some(0.0), THIRD)?);
    }
    panels("behaviour", subject.name, "Behaviour by contrast, block and place in the block.", &all, 3)
}

/// The curves of the figures as one table: subject, curve, x, value, its error, trials.
pub fn table(name: &str, subjects: &[Subject]) -> TableOut {
    let mut rows = vec![];
    for s in subjects {
        for (kind, c) in [
            ("accuracy", accuracy(s.trials, None)),
            ("accuracy_concordant", accuracy(s.trials, Some(true))),
            ("accuracy_discordant", accuracy(s.trials, Some(false))),
            ("time_concordant", times(s.trials, Some(true))),
            ("time_discordant", times(s.trials, Some(false))),
            ("rightward_left_block", rightward(s.trials, Some(Side::Left))),
            ("rightward_no_block", rightward(s.trials, None)),
            ("rightward_right_block", rightward(s.trials, Some(Side::Right))),
        ] {
            rows.extend(c.contrasts.into_iter().zip(c.cells).map(|(at, cell)| (s.name, kind, at, cell)));
        }
        for (kind, contrast) in [("after_change", None), ("after_change_zero_contrast", Some(0.0))] {
            let cells = after_change(s.trials, PLACES, contrast);
            rows.extend(cells.into_iter().enumerate().map(|(k, cell)| (s.name, kind, (k + 1) as f64, cell)));
        }
    }
    Table::of(&rows)
        .column("subject", "", |r| r.0)
        .column("curve", "", |r| r.1)
        .column("x", "", |r| r.2)
        .columns(["value", "std_error"], |r| [r.3.value, r.3.error()])
        .column("trials", "", |r| r.3.n)
        .named(name, "Curves of the behaviour with standard errors over trials.")
}
