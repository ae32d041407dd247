//! How one moves in a map, and the trajectories that come of it.

use super::map::{Edge, Goal, Map, MapError};
use crate::linalg::random::{Rng, Use, normal, stream, uniform};
use rand::RngExt;
use rayon::prelude::*;

/// Where somebody is: a room, and the position from its centre, each coordinate in [-1/2, 1/2].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The room.
    pub room: usize,
    /// From its centre, in sides of a room.
    pub at: [f64; 2],
}

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// Where it ended.
    pub place: Place,
    /// The displacement that took place, a^tr.
    pub action: [f64; 2],
    /// Whether a wall stopped some of it.
    pub wall: bool,
}

/// A map in which one moves.
///
/// Rules: an action is added to the position. If that leaves the room through two edges at once, one of them, by a fair coin, stops its
/// coordinate. What is left goes through the edge if that is open, and both coordinates are stopped by the walls of the room where it ends:
/// at most one edge is passed in an action. The displacement that counts is what took place.
///
/// Readings: the thesis speaks of free foraging; its program has a goal in which a trajectory ends (and is frozen), and does not start there:
/// [`World::new`] takes the goal's name or none.
///
/// Source: fanthomme2021, B.1; the rules are those of its program.
///
/// ```
/// use nullcline_core::tasks::navigation::{Map, Place, World};
///
/// let world = World::new(Map::named("SnakePath").unwrap(), None).unwrap();
/// let middle = Place { room: 0, at: [0.0, 0.0] };
/// // Through the open right edge into room 1, and against the closed upper one.
/// let moved = world.step(middle, [0.7, 0.25], || true);
/// assert_eq!((moved.place.room, moved.wall), (1, false));
/// assert!((moved.place.at[0] + 0.3).abs() < 1e-12 && moved.action == [0.7, 0.25]);
/// let stopped = world.step(middle, [0.0, 0.75], || true);
/// assert_eq!((stopped.place, stopped.action, stopped.wall), (Place { room: 0, at: [0.0, 0.5] }, [0.0, 0.5], true));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    map: Map,
    goal: Option<Goal>,
}

/// A way through a map, T actions between T + 1 places.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    /// Before the first action and after each, T + 1.
    pub places: Vec<Place>,
    /// What took place of each action, a^tr, T; zero once the goal is reached.
    pub actions: Vec<[f64; 2]>,
    /// Actions after which the goal was reached, if it was.
    pub reached: Option<usize>,
}

impl Trajectory {
    /// Before the first action.
    pub(super) fn at(start: Place) -> Self {
        Self { places: vec![start], actions: vec![], reached: None }
    }
    pub(super) fn push(&mut self, moved: Moved, reached: bool) {
        self.places.push(moved.place);
        self.actions.push(moved.action);
        if reached && self.reached.is_none() {
            self.reached = Some(self.actions.len());
        }
    }
    /// The displacement after each action, the target of path integration, T.
    pub fn displacements(&self) -> Vec<[f64; 2]> {
        let sum = |sum: &mut [f64; 2], a: &[f64; 2]| {
            *sum = [sum[0] + a[0], sum[1] + a[1]];
            Some(*sum)
        };
        self.actions.iter().scan([0.0; 2], sum).collect()
    }
}

impl World {
    /// A map in which trajectories end at the goal of that name, if any.
    ///
    /// # Errors
    /// The map has no goal of that name, or the goal covers the only place to start from.
    pub fn new(map: Map, goal: Option<&str>) -> Result<Self, MapError> {
        let found = match goal {
            None => None,
            Some(name) => Some(*map.goals.get(name).ok_or_else(|| MapError::NoGoal {
                map: map.name.clone(),
                found: name.into(),
                expected: map.goals.keys().cloned().collect::<Vec<_>>().join(", "),
            })?),
        };
        let covered =
            |k: &usize| found.is_some_and(|g| g.room == *k && (0..2).all(|i| g.at[i].abs() + 0.5 <= g.half));
        match map.starts.iter().all(covered) {
            true => Err(MapError::NoStart),
            false => Ok(Self { map, goal: found }),
        }
    }

    /// The map.
    pub fn map(&self) -> &Map {
        &self.map
    }
    /// The goal.
    pub fn goal(&self) -> Option<Goal> {
        self.goal
    }
    /// Whether the goal is reached.
    pub fn reached(&self, place: Place) -> bool {
        self.goal.is_some_and(|g| g.holds(place.room, place.at))
    }

    /// A place uniform in a room drawn uniformly from those to start in, outside the goal.
    pub fn start(&self, rng: &mut Rng) -> Place {
        loop {
            let room = self.map.starts[rng.random_range(0..self.map.starts.len())];
            let at = [uniform(rng, -0.5, 0.5), uniform(rng, -0.5, 0.5)];
            let place = Place { room, at };
            if !self.reached(place) {
                return place;
            }
        }
    }

    /// Moves by `action`; `first` says whether x is stopped where both edges of a corner are met.
    pub fn step(&self, from: Place, mut action: [f64; 2], first: impl FnOnce() -> bool) -> Moved {
        let wanted = action;
        let mut to = [from.at[0] + action[0], from.at[1] + action[1]];
        let mut leaves = to.map(|v| v.abs() > 0.5);
        if leaves == [true, true] {
            let stopped = usize::from(!first());
            let edge = to[stopped].clamp(-0.5, 0.5);
            action[stopped] = edge - from.at[stopped];
            (to[stopped], leaves[stopped]) = (edge, false);
        }
        let edge = match leaves {
            [true, _] if to[0] > 0.0 => Some(Edge::Right),
            [true, _] => Some(Edge::Left),
            [_, true] if to[1] > 0.0 => Some(Edge::Top),
            [_, true] => Some(Edge::Bottom),
            _ => None,
        };
        let mut room = from.room;
        if let Some((edge, next)) = edge.and_then(|e| Some((e, self.map.rooms[room].exit(e)?))) {
            // One side along the edge's way, whatever the centres' rounding.
            let away = edge.outwards();
            (0..2).for_each(|i| to[i] -= away[i]);
            room = next;
        }
        let at = to.map(|v| v.clamp(-0.5, 0.5));
        for i in 0..2 {
            if (at[i] - to[i]).abs() > 0.0 {
                action[i] += at[i] - to[i];
            }
        }
        let wall = (0..2).any(|i| (action[i] - wanted[i]).abs() > 0.0);
        Moved { place: Place { room, at }, action, wall }
    }

    /// The way of `actions` from `start`; coins are drawn from `rng`.
    pub fn follow(&self, start: Place, actions: &[[f64; 2]], rng: &mut Rng) -> Trajectory {
        let mut given = actions.iter();
        self.way(start, actions.len(), rng, |_| *given.next().expect("as many as steps"))
    }

    /// A trajectory of `steps` actions of independent normal coordinates of standard deviation `spread` (1/2 in the thesis), from a
    /// random start.
    pub fn wander(&self, steps: usize, spread: f64, rng: &mut Rng) -> Trajectory {
        let start = self.start(rng);
        self.way(start, steps, rng, |rng| [spread * normal(rng), spread * normal(rng)])
    }

    fn way(
        &self,
        start: Place,
        steps: usize,
        rng: &mut Rng,
        mut action: impl FnMut(&mut Rng) -> [f64; 2],
    ) -> Trajectory {
        let mut trajectory = Trajectory::at(start);
        for t in 0..steps {
            let (place, wanted) = (trajectory.places[t], action(rng));
            let moved = match trajectory.reached {
                Some(_) => Moved { place, action: [0.0; 2], wall: false },
                None => self.step(place, wanted, || rng.random()),
            };
            trajectory.push(moved, self.reached(moved.place));
        }
        trajectory
    }

    /// Trajectories `first`, `first` + 1, ... of a seed, made side by side: trajectory i is a function of (seed, i) alone.
    ///
    /// ```
    /// use nullcline_core::tasks::navigation::{Map, World};
    ///
    /// let world = World::new(Map::named("DoubleDonut").unwrap(), None).unwrap();
    /// let ways = world.wanders(1, 0, 1000, 40, 0.5);
    /// assert!(ways.len() == 1000 && ways[7] == world.wanders(1, 7, 1, 40, 0.5)[0]);
    /// ```
    pub fn wanders(&self, seed: u64, first: u64, count: usize, steps: usize, spread: f64) -> Vec<Trajectory> {
        let one = |k: usize| self.wander(steps, spread, &mut stream(seed, Use::Task, first + k as u64));
        (0..count).into_par_iter().map(one).collect()
    }
}
