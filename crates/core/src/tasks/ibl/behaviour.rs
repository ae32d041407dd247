//! What is plotted of trials, whoever played them: networks, ideal agents, mice.

use super::{Played, Side};
use crate::numbers::Estimate;

/// One trial of anybody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Number of the block, growing over sessions.
    pub block: usize,
    /// Place in the block, from 0.
    pub place: usize,
    /// The likelier side; none where both are alike.
    pub block_side: Option<Side>,
    /// Side of the stimulus.
    pub side: Side,
    /// Contrast.
    pub contrast: f64,
    /// What was chosen; none for no answer.
    pub choice: Option<Side>,
    /// Time to the answer, steps or seconds.
    pub time: f64,
}

impl Choice {
    /// Whether stimulus and block are on one side; none without a likelier side.
    pub fn concordant(&self) -> Option<bool> {
        self.block_side.map(|b| b == self.side)
    }
    /// Whether the choice was the stimulus' side.
    pub fn correct(&self) -> bool {
        self.choice == Some(self.side)
    }
}

/// Trials of a played session; times count observed steps.
pub fn choices(played: &Played, blank: usize) -> Vec<Choice> {
    let one = |t: &super::PlayedTrial| Choice {
        block: t.trial.block,
        place: t.trial.place,
        block_side: Some(t.trial.block_side),
        side: t.trial.side,
        contrast: t.trial.contrast,
        choice: t.action,
        time: (t.steps - blank) as f64,
    };
    played.trials.iter().map(one).collect()
}

/// A mean over trials.
pub fn over_trials(values: impl Iterator<Item = f64>) -> Estimate {
    Estimate::mean_of_all(&values.collect::<Vec<_>>())
}

/// Something of trials by contrast.
#[derive(Clone, Debug, PartialEq)]
pub struct ByContrast {
    /// Contrasts, increasing.
    pub contrasts: Vec<f64>,
    /// A mean over trials each.
    pub cells: Vec<Estimate>,
}

/// Contrasts that occur, increasing.
pub fn contrasts(trials: &[Choice]) -> Vec<f64> {
    let mut all: Vec<f64> = trials.iter().map(|t| t.contrast).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

fn by_contrast(
    trials: &[Choice],
    keep: impl Fn(&Choice) -> bool,
    value: impl Fn(&Choice) -> f64,
) -> ByContrast {
    let contrasts = contrasts(trials);
    let cell = |c: &f64| {
        let here = trials.iter().filter(|t| t.contrast.total_cmp(c).is_eq() && keep(t));
        over_trials(here.map(&value))
    };
    ByContrast { cells: contrasts.iter().map(cell).collect(), contrasts }
}

/// Share of correct answers among answered trials by contrast: of concordant (`Some(true)`), discordant or all trials.
///
/// ```
/// use nullcline_core::tasks::ibl::{Side, behaviour::{Choice, accuracy}};
///
/// let trial = |contrast, choice| Choice {
///     block: 0, place: 0, block_side: None, side: Side::Left, contrast, choice, time: 1.0,
/// };
/// let trials = [trial(0.0, Some(Side::Left)), trial(0.0, Some(Side::Right)), trial(1.0, Some(Side::Left)), trial(1.0, None)];
/// let curve = accuracy(&trials, None);
/// assert_eq!(curve.contrasts, [0.0, 1.0]);
/// // Trials without an answer do not count.
/// assert_eq!([curve.cells[0].value, curve.cells[1].value], [0.5, 1.0]);
/// ```
pub fn accuracy(trials: &[Choice], concordant: Option<bool>) -> ByContrast {
    let keep = |t: &Choice| t.choice.is_some() && concordant.is_none_or(|c| t.concordant() == Some(c));
    by_contrast(trials, keep, |t| f64::from(t.correct()))
}

/// Mean time to the answer by contrast (chronometric curve), among answered trials of known time.
///
/// ```
/// use nullcline_core::tasks::ibl::{Side, behaviour::{Choice, times}};
///
/// let trial = |contrast, time| Choice {
///     block: 0, place: 0, block_side: None, side: Side::Left, contrast, choice: Some(Side::Left), time,
/// };
/// let curve = times(&[trial(0.5, 3.0), trial(0.5, 5.0), trial(1.0, f64::NAN), trial(1.0, 2.0)], None);
/// assert_eq!([curve.cells[0].value, curve.cells[1].value], [4.0, 2.0]);
/// ```
pub fn times(trials: &[Choice], concordant: Option<bool>) -> ByContrast {
    let known = |t: &Choice| t.choice.is_some() && t.time.is_finite();
    let keep = |t: &Choice| known(t) && concordant.is_none_or(|c| t.concordant() == Some(c));
    by_contrast(trials, keep, |t| t.time)
}

/// Share of answers to the right by signed contrast (positive on the right) in blocks of one side, or of none (psychometric curve).
///
/// ```
/// use nullcline_core::tasks::ibl::{Side, behaviour::{Choice, rightward}};
///
/// let trial = |side, choice| Choice {
///     block: 0, place: 0, block_side: Some(Side::Right), side, contrast: 1.0, choice: Some(choice), time: 1.0,
/// };
/// let trials = [trial(Side::Left, Side::Left), trial(Side::Right, Side::Right), trial(Side::Right, Side::Left)];
/// let curve = rightward(&trials, Some(Side::Right));
/// assert_eq!(curve.contrasts, [-1.0, 1.0]);
/// assert_eq!([curve.cells[0].value, curve.cells[1].value], [0.0, 0.5]);
/// // There is no trial in blocks of the left side.
/// assert!(rightward(&trials, Some(Side::Left)).cells.iter().all(|cell| cell.n == 0));
/// ```
pub fn rightward(trials: &[Choice], block: Option<Side>) -> ByContrast {
    let signed: Vec<Choice> =
        trials.iter().map(|t| Choice { contrast: t.contrast * t.side.sign() + 0.0, ..*t }).collect();
    by_contrast(
        &signed,
        |t| t.choice.is_some() && t.block_side == block,
        |t| f64::from(t.choice == Some(Side::Right)),
    )
}

/// Share of correct answers at places 0.. < `places` after a change of block, the first block of all left out; with
/// `contrast` among its trials alone.
///
/// ```
/// use nullcline_core::tasks::ibl::{Side, behaviour::{Choice, after_change}};
///
/// let trial = |block, place, choice| Choice {
///     block, place, block_side: Some(Side::Right), side: Side::Right, contrast: 1.0, choice: Some(choice), time: 1.0,
/// };
/// // Wrong on the first trial of the second block, right from then on.
/// let trials = [trial(0, 0, Side::Left), trial(1, 0, Side::Left), trial(1, 1, Side::Right)];
/// let curve = after_change(&trials, 2, None);
/// assert_eq!([curve[0].value, curve[1].value], [0.0, 1.0]);
/// ```
pub fn after_change(trials: &[Choice], places: usize, contrast: Option<f64>) -> Vec<Estimate> {
    let first = trials.first().map_or(0, |t| t.block);
    let cell = |place: usize| {
        let here = trials.iter().filter(|t| t.block != first && t.block_side.is_some());
        let here = here.filter(|t| t.place == place && t.choice.is_some());
        let here = here.filter(|t| contrast.is_none_or(|c| t.contrast.total_cmp(&c).is_eq()));
        over_trials(here.map(|t| f64::from(t.correct())))
    };
    (0..places).map(cell).collect()
}
