//! Environments: what the network does decides what it is shown.

/// A source of episodes that are played, as [`Task`](super::Task) is one of sequences that are only shown.
///
/// Episode `index` of a seed is a function of both and of what is answered, so that many can be played side by side on any
/// number of threads.
///
/// ```
/// use nullcline_core::tasks::{Environment, Episode, ibl::Ibl};
///
/// let task = Ibl::coded(1);
/// let mut observation = vec![0.0; task.inputs()];
/// let mut episode = task.reset(1, 0, &mut observation);
/// let mut reward = 0.0;
/// // Somebody who is never sure times out in every trial.
/// loop {
///     let reaction = episode.step(&[0.5, 0.5], &mut observation);
///     reward += reaction.reward;
///     if reaction.done {
///         break;
///     }
/// }
/// assert!(reward < 0.0 && episode.played().acted() == 0.0);
/// ```
pub trait Environment: Sync {
    /// An episode under way.
    type Episode<'a>: Episode
    where
        Self: 'a;

    /// The name on the command line.
    fn name(&self) -> &'static str;
    /// Inputs d, the length of an observation.
    fn inputs(&self) -> usize;
    /// Outputs o, the possible classes of a step's answer.
    fn outputs(&self) -> usize;
    /// Begins an episode; its first observation goes to `observation`, d numbers.
    fn reset(&self, seed: u64, index: u64, observation: &mut [f64]) -> Self::Episode<'_>;
}

/// One episode, step by step.
pub trait Episode {
    /// What is known of the episode once it has been played.
    type Played: Send;

    /// Takes the answer to the last observation, the probabilities of the o classes, and shows the next one in
    /// `observation`, unless the episode is over.
    fn step(&mut self, answer: &[f64], observation: &mut [f64]) -> Reaction;
    /// What was played so far.
    fn played(self) -> Self::Played;
}

/// What the environment says of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reaction {
    /// The reward.
    pub reward: f64,
    /// Whether the episode is over.
    pub done: bool,
    /// The class that would have been right.
    pub target: usize,
    /// Whether the step showed anything that bears on the answer.
    pub observed: bool,
}
