//! Batches drawn from a world.

use super::batch::{Shown, Transitions, Walks};
use crate::linalg::random::{Rng, Use, normal, shuffled, stream};
use crate::linalg::{Real, col_mut};
use crate::tasks::navigation::{Place, Retina, Trajectory, World};
use faer::Mat;
use rand::RngExt;
use rayon::prelude::*;

/// When images are there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Glimpses {
    /// After each action with that probability, independently: of training, 0.2.
    Chance(f64),
    /// After the actions `first`, `first` + `period`, ..., counted from 1: of tests, period 5. The program's first image comes right after the
    /// first action (`first` 1); the thesis says that there is none within five (`first` 5).
    Every {
        /// The first action after which there is one.
        first: usize,
        /// Actions from one to the next.
        period: usize,
    },
}

/// What stands for an image that is not there, and how well actions are felt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cues {
    /// When images are there.
    pub glimpses: Glimpses,
    /// Share of the missing ones whose representation is there in a random order.
    pub shuffled: f64,
    /// Share of the missing ones that are seen black; of the rest, the representation is zero.
    pub black: f64,
    /// Standard deviation of what is felt of each coordinate of an action, epsilon.
    pub noise: f64,
}

impl Default for Cues {
    /// The program's for training without noise: one of five is there, half of the others are shuffled, a quarter is black.
    fn default() -> Self {
        Self { glimpses: Glimpses::Chance(0.2), shuffled: 0.5, black: 0.25, noise: 0.0 }
    }
}

/// Draws batches from a world.
///
/// Trajectory i and transition i of a seed are functions of (seed, i) alone.
///
/// Source: fanthomme2021, B.3.2, and its program: trajectories of 40 actions in batches of 32, 512 transitions, normal actions of
/// standard deviation 1/2.
///
/// ```
/// use nullcline_core::tasks::navigation::{Map, Retina, World};
/// use nullcline_core::training::navigation::{Cues, Sampler, Shown, Walks};
///
/// let (world, retina) = (World::new(Map::named("SnakePath").unwrap(), None).unwrap(), Retina::coded());
/// let sampler = Sampler { world: &world, retina: &retina, spread: 0.5, cues: Cues::default(), representation: 512 };
/// let walks: Walks<f32> = sampler.walks(1, 0, 4, 10);
/// assert_eq!((walks.count, walks.shown.len(), walks.targets.ncols()), (4, 40, 40));
/// // Targets are sums of the actions that took place, which are felt without noise here.
/// let sum = walks.actions[(0, 0)] + walks.actions[(0, 4)];
/// assert!((walks.targets[(0, 4)] - sum).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sampler<'a> {
    /// Where.
    pub world: &'a World,
    /// What is seen.
    pub retina: &'a Retina,
    /// Standard deviation of both coordinates of an action.
    pub spread: f64,
    /// What is felt and shown.
    pub cues: Cues,
    /// Numbers of a representation, which are shuffled.
    pub representation: usize,
}

impl Sampler<'_> {
    /// Trajectories `first`, `first` + 1, ... of `steps` actions, `count` of them.
    pub fn walks<T: Real>(&self, seed: u64, first: u64, count: usize, steps: usize) -> Walks<T> {
        self.along(&self.world.wanders(seed, first, count, steps, self.spread), seed, first)
    }

    /// What is seen and felt on given ways of one length, as trajectories `first`, `first` + 1, ... of a seed.
    ///
    /// # Panics
    /// For ways of several lengths.
    pub fn along<T: Real>(&self, ways: &[Trajectory], seed: u64, first: u64) -> Walks<T> {
        let (count, steps) = (ways.len(), ways.first().map_or(0, |w| w.actions.len()));
        assert!(ways.iter().all(|w| w.actions.len() == steps), "ways of one length");
        let mut streams: Vec<Rng> = (0..count).map(|j| stream(seed, Use::Noise, first + j as u64)).collect();
        let mut places: Vec<Place> = ways.iter().map(|w| w.places[0]).collect();
        let (mut shown, mut dark) = (Vec::with_capacity(steps * count), vec![]);
        for t in 0..steps {
            for (way, rng) in ways.iter().zip(&mut streams) {
                let column = places.len();
                let one = self.shown(t, column, rng);
                match one {
                    Seen::Black => dark.push(shown.len()),
                    Seen::As(Shown::Nothing) => {}
                    Seen::As(_) => places.push(way.places[t + 1]),
                }
                shown.push(if let Seen::As(shown) = one { shown } else { Shown::Nothing });
            }
        }
        let black = places.len();
        for k in &dark {
            shown[*k] = Shown::Image(black);
        }
        let mut images = Mat::zeros(self.retina.len(), black + usize::from(!dark.is_empty()));
        self.paint(&places, &mut images);
        let noise = |rng: &mut Rng| if self.cues.noise > 0.0 { self.cues.noise * normal(rng) } else { 0.0 };
        let (mut actions, mut targets) = (Mat::zeros(2, steps * count), Mat::zeros(2, steps * count));
        for (j, (way, rng)) in ways.iter().zip(&mut streams).enumerate() {
            for (t, (action, sum)) in way.actions.iter().zip(way.displacements()).enumerate() {
                for i in 0..2 {
                    actions[(i, t * count + j)] = T::of(action[i] + noise(rng));
                    targets[(i, t * count + j)] = T::of(sum[i]);
                }
            }
        }
        Walks { steps, count, images, shown, actions, targets }
    }

    /// Single actions `first`, `first` + 1, ... from random starts, `count` of them.
    pub fn transitions<T: Real>(&self, seed: u64, first: u64, count: usize) -> Transitions<T> {
        let way = |k| self.world.wander(1, self.spread, &mut stream(seed, Use::Samples, first + k as u64));
        let ways: Vec<_> = (0..count).map(way).collect();
        let seen = |t: usize| {
            let places: Vec<Place> = ways.iter().map(|w| w.places[t]).collect();
            self.images(&places)
        };
        let actions = Mat::from_fn(2, count, |i, k| T::of(ways[k].actions[0][i]));
        Transitions { before: seen(0), after: seen(1), actions }
    }

    /// Images of places, a column each.
    pub fn images<T: Real>(&self, places: &[Place]) -> Mat<T> {
        let mut images = Mat::zeros(self.retina.len(), places.len());
        self.paint(places, &mut images);
        images
    }

    /// Images of places in the first columns.
    fn paint<T: Real>(&self, places: &[Place], images: &mut Mat<T>) {
        let first = images.as_mut().subcols_mut(0, places.len());
        let columns = first.par_col_chunks_mut(1).zip(places);
        columns.for_each(|(mut image, place)| {
            let lights = &self.world.map().rooms[place.room].lights;
            self.retina.image(place.at, lights, col_mut(image.as_mut(), 0));
        });
    }

    /// What is seen after action t (from 0) by somebody whose next image would stand in that column.
    fn shown(&self, t: usize, column: usize, rng: &mut Rng) -> Seen {
        let there = match self.cues.glimpses {
            Glimpses::Chance(p) => rng.random::<f64>() < p,
            Glimpses::Every { first, period } => t + 1 >= first && (t + 1 - first).is_multiple_of(period),
        };
        if there {
            return Seen::As(Shown::Image(column));
        }
        let u = rng.random::<f64>();
        if u < self.cues.shuffled {
            let order = shuffled(self.representation, rng).into_iter().map(|i| i as u32).collect();
            return Seen::As(Shown::Shuffled(column, order));
        }
        if u < self.cues.shuffled + self.cues.black { Seen::Black } else { Seen::As(Shown::Nothing) }
    }
}

/// What is seen, a black image being everybody's.
enum Seen {
    As(Shown),
    Black,
}
