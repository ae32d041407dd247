//! Environments: what the network does decides what it is shown.

use rayon::prelude::*;

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
    /// Outputs o, the length of an answer.
    fn outputs(&self) -> usize;
    /// Begins an episode; its first observation goes to `observation`, d numbers.
    fn reset(&self, seed: u64, index: u64, observation: &mut [f64]) -> Self::Episode<'_>;
}

/// One episode, step by step.
pub trait Episode {
    /// What is known of the episode once it has been played.
    type Played: Send;

    /// Takes the answer to the last observation, o numbers (probabilities of classes, or an action), and shows the next one in
    /// `observation`, unless the episode is over.
    fn step(&mut self, answer: &[f64], observation: &mut [f64]) -> Reaction;
    /// What was played so far.
    fn played(self) -> Self::Played;
}

/// An episode that knows which class would have been right, so that it can be learnt by example.
pub trait Graded: Episode {
    /// What would have been right at the step that was answered last.
    fn grade(&self) -> Grade;
}

/// What the environment says of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reaction {
    /// The reward.
    pub reward: f64,
    /// Whether the episode is over.
    pub done: bool,
}

/// What would have been right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grade {
    /// The class.
    pub target: usize,
    /// Whether the step showed anything that bears on the answer.
    pub observed: bool,
}

/// Episodes of an environment side by side, each moved by its own answer, on all threads.
///
/// An episode that is over begins anew, under the next number that no episode has had, at the step after its end; that step's answer is
/// not looked at and earns nothing, as Gymnasium's vector environments do.
///
/// ```
/// use nullcline_core::tasks::{Abreast, navigation::GridWorld};
///
/// let world = GridWorld::default();
/// let mut many = Abreast::new(&world, 1, 3);
/// let reactions = many.step(&[0.1, 0.0, 0.0, 0.1, -0.1, 0.0]);
/// assert!(reactions.len() == 3 && many.observation(2).iter().any(|v| *v != 0.0));
/// ```
pub struct Abreast<'a, E: Environment> {
    environment: &'a E,
    seed: u64,
    next: u64,
    episodes: Vec<(E::Episode<'a>, bool)>,
    observations: Vec<f64>,
}

impl<'a, E: Environment> Abreast<'a, E>
where
    E::Episode<'a>: Send,
{
    /// `count` episodes from number 0 on.
    ///
    /// # Panics
    /// If the environment has no inputs.
    pub fn new(environment: &'a E, seed: u64, count: usize) -> Self {
        let d = environment.inputs();
        let mut observations = vec![0.0; count * d];
        let begun = observations.par_chunks_mut(d).enumerate();
        let episodes = begun.map(|(k, o)| (environment.reset(seed, k as u64, o), false)).collect();
        Self { environment, seed, next: count as u64, episodes, observations }
    }

    /// What episode `k` shows, d numbers; the last observation of one that is over.
    pub fn observation(&self, k: usize) -> &[f64] {
        &self.observations[k * self.environment.inputs()..][..self.environment.inputs()]
    }

    /// The episodes.
    pub fn episodes(&self) -> impl Iterator<Item = &E::Episode<'a>> {
        self.episodes.iter().map(|e| &e.0)
    }

    /// Moves every episode by its answer, o numbers each, one after the other.
    ///
    /// # Panics
    /// If there are not o answers an episode.
    pub fn step(&mut self, answers: &[f64]) -> Vec<Reaction> {
        let (environment, seed, d, o) =
            (self.environment, self.seed, self.environment.inputs(), self.environment.outputs());
        assert_eq!(answers.len(), o * self.episodes.len(), "answers");
        // Numbers are given out in order, so that threads do not matter.
        let mut next = self.next;
        let numbers: Vec<u64> = (self.episodes.iter())
            .map(|(_, over)| {
                next += u64::from(*over);
                next - 1
            })
            .collect();
        self.next = next;
        let shown = self.observations.par_chunks_mut(d).zip(answers.par_chunks(o)).zip(numbers);
        let all = self.episodes.par_iter_mut().zip(shown);
        all.map(|((episode, over), ((observation, answer), number))| {
            if *over {
                (*episode, *over) = (environment.reset(seed, number, observation), false);
                return Reaction { reward: 0.0, done: false };
            }
            let reaction = episode.step(answer, observation);
            *over = reaction.done;
            reaction
        })
        .collect()
    }
}
