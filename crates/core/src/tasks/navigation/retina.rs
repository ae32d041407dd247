//! What is seen of lights: a square array of difference-of-Gaussians cells, once for each colour.

use super::map::{Light, Map};
use super::world::Place;
use crate::linalg::{Real, parts, vectorised};
use rayon::prelude::*;

/// Positions of a light along a coordinate over which cells are normalised.
const GRID: usize = 100;

/// What has mean one over positions of a lone light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalisation {
    /// The root mean square over cells, over positions in [-1, 1]^2: the program's.
    MeanSquare,
    /// The Euclidean norm of all cells, over positions in [-1/2, 1/2]^2, a room of side 1 around the retina: the thesis's.
    Norm,
}
named!(Normalisation: Self::MeanSquare => "mean_square", Self::Norm => "norm");

/// A retina.
///
/// Formula: a cell at c answers a light at distance d with
/// A / sqrt(2 pi s+) exp(-d^2 / (2 s+^2)) - A / sqrt(2 pi s-) exp(-d^2 / (2 s-^2)), times each of the light's three colours; lights add. Cells lie at
/// n equidistant points of [-1/2, 1/2] in both coordinates around the eye. Both Gaussians are products of one of x and one of y, so
/// that a light costs two outer products of n numbers a colour.
///
/// Readings: the thesis's text has s+ = 0.4, its program 0.3 ([`Retina::new`] takes any); [`Normalisation`].
///
/// Shapes: an image has 3 n^2 numbers, colour by colour, and in each row by row of y, so that x runs fastest.
///
/// Source: fanthomme2021, B.2, eq. B.1.
///
/// ```
/// use nullcline_core::tasks::navigation::{Light, Normalisation, Retina};
///
/// let retina = Retina::new(64, [0.3, 0.5], Normalisation::MeanSquare);
/// assert!((retina.gain() - 9.28).abs() < 0.005);
/// let mut image = vec![0.0f64; retina.len()];
/// retina.image([0.0; 2], &[Light { at: [0.0; 2], colour: [1.0, 0.0, 0.0] }], &mut image);
/// // A red light in the middle: four cells around it answer alike, and no other colour.
/// assert!((image[31 * 64 + 31] - image[32 * 64 + 32]).abs() < 1e-12 && image[64 * 64..].iter().all(|v| *v == 0.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Retina {
    /// Cells' coordinates.
    centres: Vec<f64>,
    /// s+ and s-.
    widths: [f64; 2],
    /// A.
    gain: f64,
}

impl Retina {
    /// A retina of `cells` x `cells`, widths s+ and s-.
    ///
    /// # Panics
    /// With fewer than two cells, or widths that are not positive or alike.
    pub fn new(cells: usize, widths: [f64; 2], normalisation: Normalisation) -> Self {
        let sound = widths.iter().all(|s| *s > 0.0) && (widths[0] - widths[1]).abs() > 0.0;
        assert!(cells > 1 && sound, "a retina of {cells} cells of widths {widths:?}");
        let centres = (0..cells).map(|i| i as f64 / (cells - 1) as f64 - 0.5).collect();
        let mut new = Self { centres, widths, gain: 1.0 };
        let (reach, share) = match normalisation {
            Normalisation::MeanSquare => (1.0, ((cells * cells) as f64).recip()),
            Normalisation::Norm => (0.5, 1.0),
        };
        new.gain = (share.sqrt() * new.mean_norm(reach)).recip();
        new
    }

    /// The program's: 64 x 64 cells, widths 0.3 and 0.5, root mean square one.
    pub fn coded() -> Self {
        Self::new(64, [0.3, 0.5], Normalisation::MeanSquare)
    }
    /// The thesis's text: 64 x 64 cells, widths 0.4 and 0.5, norm one.
    pub fn printed() -> Self {
        Self::new(64, [0.4, 0.5], Normalisation::Norm)
    }

    /// Cells along a coordinate, n.
    pub fn cells(&self) -> usize {
        self.centres.len()
    }
    /// Numbers of an image, 3 n^2.
    pub fn len(&self) -> usize {
        3 * self.cells().pow(2)
    }
    /// Whether an image has no numbers; it always has.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// A.
    pub fn gain(&self) -> f64 {
        self.gain
    }
    /// Cells' coordinates around the eye, n.
    pub fn centres(&self) -> &[f64] {
        &self.centres
    }

    /// exp(-(c - at)^2 / (2 s^2)) for both widths of a light at `at` along one coordinate, n each.
    pub(super) fn profile<T: Real>(&self, at: f64, [plus, minus]: [&mut [T]; 2]) {
        let [p, m] = self.widths.map(|s| T::of((2.0 * s * s).recip()));
        let at = T::of(at);
        vectorised(
            #[inline(always)]
            || fill(&self.centres, at, p, m, plus, minus),
        );
    }
    /// A / sqrt(2 pi s) for both widths.
    pub(super) fn factors(&self) -> [f64; 2] {
        self.widths.map(|s| self.gain / (std::f64::consts::TAU * s).sqrt())
    }

    /// Mean over a grid of [-reach, reach]^2 of the norm of all cells.
    fn mean_norm(&self, reach: f64) -> f64 {
        let n = self.cells();
        let [p, m] = self.factors();
        // Sums over cells of the products of the two Gaussians along one coordinate.
        let sums: Vec<[f64; 3]> = (0..GRID)
            .map(|k| {
                let (mut a, mut b) = (vec![0.0; n], vec![0.0; n]);
                self.profile(reach * (2.0 * k as f64 / (GRID - 1) as f64 - 1.0), [&mut a, &mut b]);
                let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
                [dot(&a, &a), dot(&a, &b), dot(&b, &b)]
            })
            .collect();
        let square = |x: &[f64; 3], y: &[f64; 3]| {
            p * p * x[0] * y[0] - 2.0 * p * m * x[1] * y[1] + m * m * x[2] * y[2]
        };
        let all = sums.iter().flat_map(|x| sums.iter().map(move |y| square(x, y).max(0.0).sqrt()));
        all.sum::<f64>() / (GRID * GRID) as f64
    }

    /// What an eye at `eye` sees of `lights`, both in one room's coordinates.
    pub fn image<T: Real>(&self, eye: [f64; 2], lights: &[Light], image: &mut [T]) {
        self.paint(eye, lights, image, &mut vec![T::ZERO; 4 * self.cells()]);
    }

    fn paint<T: Real>(&self, eye: [f64; 2], lights: &[Light], image: &mut [T], room: &mut [T]) {
        let n = self.cells();
        let [p, m] = self.factors();
        image.fill(T::ZERO);
        for light in lights {
            let (x, y) = room.split_at_mut(2 * n);
            let ((px, mx), (py, my)) = (x.split_at_mut(n), y.split_at_mut(n));
            self.profile(light.at[0] - eye[0], [px, mx]);
            self.profile(light.at[1] - eye[1], [py, my]);
            for (plane, colour) in image.chunks_mut(n * n).zip(light.colour) {
                if colour > 0.0 {
                    let weights = [p, m].map(|f| T::of(f * colour));
                    vectorised(
                        #[inline(always)]
                        || add(plane, parts(room, n), weights),
                    );
                }
            }
        }
    }

    /// What is seen at `places` of a map, an image each, side by side on all threads.
    ///
    /// # Panics
    /// If `images` does not hold as many images.
    pub fn images<T: Real>(&self, map: &Map, places: &[Place], images: &mut [T]) {
        assert_eq!(images.len(), places.len() * self.len(), "room for images");
        let all = images.par_chunks_mut(self.len()).zip(places);
        all.for_each_init(
            || vec![T::ZERO; 4 * self.cells()],
            |room, (image, place)| self.paint(place.at, &map.rooms[place.room].lights, image, room),
        );
    }
}

#[inline(always)]
fn fill<T: Real>(centres: &[f64], at: T, p: T, m: T, plus: &mut [T], minus: &mut [T]) {
    let n = centres.len();
    let (plus, minus) = (&mut plus[..n], &mut minus[..n]);
    for i in 0..n {
        let d = T::of(centres[i]) - at;
        let square = d * d;
        plus[i] = (T::ZERO - square * p).exp_below();
        minus[i] = (T::ZERO - square * m).exp_below();
    }
}

/// Adds the two outer products of a light.
#[inline(always)]
fn add<T: Real>(plane: &mut [T], [px, mx, py, my]: [&[T]; 4], [p, m]: [T; 2]) {
    let n = px.len();
    for (row, (py, my)) in plane.chunks_exact_mut(n).zip(py.iter().zip(my)) {
        let (p, m) = (p * *py, m * *my);
        for i in 0..n {
            row[i] += p * px[i] - m * mx[i];
        }
    }
}
