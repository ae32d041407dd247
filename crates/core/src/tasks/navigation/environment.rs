//! A map to be walked and looked at, as an environment.

use super::map::{Map, MapError};
use super::retina::Retina;
use super::world::{Place, Trajectory, World};
use crate::linalg::random::{Rng, Use, stream};
use crate::tasks::{Environment, Episode, Reaction};
use rand::RngExt;

/// The continuous grid world: an observation is the image on the retina, an answer a displacement.
///
/// Rewards, where there is a goal: 1 on reaching it, which ends the episode, -0.05 for an action that a wall stopped, -0.01 for any
/// other; both of the former where a wall and the goal are met at once. Without a goal nothing is rewarded (free foraging). An episode
/// ends after `steps` actions.
///
/// Shapes: an observation has the numbers of an image ([`Retina`]), an answer two: x and y in sides of a room; one that is not a number
/// does not move.
///
/// Source: fanthomme2021, B.1; rewards are those of its program, but for one: there rounding of a displacement counts as a wall.
///
/// ```
/// use nullcline_core::tasks::{Environment, Episode, navigation::GridWorld};
///
/// let world = GridWorld::default();
/// let mut image = vec![0.0; world.inputs()];
/// let mut episode = world.reset(1, 0, &mut image);
/// let before = image.clone();
/// let reaction = episode.step(&[0.1, 0.0], &mut image);
/// assert!(reaction.reward == 0.0 && !reaction.done && image != before);
/// // The same episode again.
/// world.reset(1, 0, &mut image);
/// assert_eq!(image, before);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GridWorld {
    /// Where.
    pub world: World,
    /// What is seen.
    pub retina: Retina,
    /// Actions of an episode that does not end before.
    pub steps: usize,
}

impl GridWorld {
    /// The map of that name, its goal (if any), the program's retina.
    ///
    /// # Errors
    /// There is no such map, or it has no such goal.
    pub fn named(map: &str, goal: Option<&str>, steps: usize) -> Result<Self, MapError> {
        Ok(Self { world: World::new(Map::named(map)?, goal)?, retina: Retina::coded(), steps })
    }
}

impl Default for GridWorld {
    /// SnakePath without a goal, 40 actions, the program's retina.
    fn default() -> Self {
        Self::named("SnakePath", None, 40).expect("a map of the thesis")
    }
}

/// A walk under way.
pub struct Visit<'a> {
    of: &'a GridWorld,
    rng: Rng,
    trajectory: Trajectory,
}

impl Visit<'_> {
    /// Where it is.
    pub fn place(&self) -> Place {
        self.trajectory.places[self.trajectory.actions.len()]
    }
    /// The way until now.
    pub fn trajectory(&self) -> &Trajectory {
        &self.trajectory
    }
    fn look(&self, observation: &mut [f64]) {
        let place = self.place();
        self.of.retina.image(place.at, &self.of.world.map().rooms[place.room].lights, observation);
    }
}

impl Environment for GridWorld {
    type Episode<'a> = Visit<'a>;

    fn name(&self) -> &'static str {
        "navigate"
    }
    fn inputs(&self) -> usize {
        self.retina.len()
    }
    fn outputs(&self) -> usize {
        2
    }
    fn reset(&self, seed: u64, index: u64, observation: &mut [f64]) -> Visit<'_> {
        let mut rng = stream(seed, Use::Task, index);
        let start = self.world.start(&mut rng);
        let visit = Visit { of: self, rng, trajectory: Trajectory::at(start) };
        visit.look(observation);
        visit
    }
}

impl Episode for Visit<'_> {
    type Played = Trajectory;

    fn step(&mut self, answer: &[f64], observation: &mut [f64]) -> Reaction {
        let action = [answer[0], answer[1]].map(|v| if v.is_nan() { 0.0 } else { v });
        let (world, rng) = (&self.of.world, &mut self.rng);
        let from = self.trajectory.places[self.trajectory.actions.len()];
        let moved = world.step(from, action, || rng.random());
        let reached = world.reached(moved.place);
        self.trajectory.push(moved, reached);
        let reward = match (world.goal().is_some(), reached, moved.wall) {
            (false, ..) => 0.0,
            (true, false, false) => -0.01,
            (true, ..) => f64::from(u8::from(reached)) - 0.05 * f64::from(u8::from(moved.wall)),
        };
        let done = reached || self.trajectory.actions.len() >= self.of.steps;
        // Of the last one, too: what comes after an episode that time ended is worth what it shows.
        self.look(observation);
        Reaction { reward, done }
    }
    fn played(self) -> Trajectory {
        self.trajectory
    }
}
