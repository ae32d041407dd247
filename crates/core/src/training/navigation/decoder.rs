//! A network of three layers that tells where a light is.

use crate::linalg::col_mut;
use crate::linalg::random::{Rng, Use, stream, uniform};
use crate::tasks::navigation::{ErrorMap, Light, Retina, lattice};
use crate::training::layers::{Layer, Layers, Tape};
use crate::training::optimiser::{Method, Optimiser};
use faer::Mat;
use rayon::prelude::*;

/// How such a network is trained; the thesis tells none of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deep {
    /// Units of both hidden layers.
    pub hidden: usize,
    /// Positions a step.
    pub batch: usize,
    /// Steps of Adam.
    pub steps: usize,
    /// Its rate at first; it goes to zero linearly.
    pub rate: f64,
    /// Of parameters and positions.
    pub seed: u64,
}

impl Default for Deep {
    /// 256 units, 4000 steps of 256 positions, rate 0.001.
    fn default() -> Self {
        Self { hidden: 256, batch: 256, steps: 4000, rate: 1e-3, seed: 1 }
    }
}

/// The trained network.
#[derive(Clone, Debug)]
pub struct DeepDecoder {
    /// n^2 - hidden - hidden - 2.
    pub layers: Layers,
    /// Their parameters.
    pub theta: Vec<f32>,
    /// Mean squared distance of each step's positions, before the step.
    pub curve: Vec<f64>,
}

impl Deep {
    /// A network fitted to positions uniform in [-reach, reach]^2 of a lone light, from the cells of one colour.
    ///
    /// Source: fanthomme2021, B.2 and Fig. B.2.
    ///
    /// ```
    /// use nullcline_core::tasks::navigation::{Normalisation, Retina};
    /// use nullcline_core::training::navigation::Deep;
    ///
    /// let retina = Retina::new(8, [0.3, 0.5], Normalisation::MeanSquare);
    /// let found = Deep { hidden: 32, batch: 64, steps: 300, rate: 3e-3, seed: 1 }.fit(&retina, 1.0);
    /// // Guessing the middle costs 2 / 3 a square, a root of 0.82.
    /// assert!(found.errors(&retina, 1.0, 20).root_mean_square < 0.3);
    /// ```
    pub fn fit(&self, retina: &Retina, reach: f64) -> DeepDecoder {
        let cells = retina.cells().pow(2);
        let h = self.hidden;
        let layers = Layers::new(vec![Layer::relu(cells, h), Layer::relu(h, h), Layer::linear(h, 2)]);
        let mut theta: Vec<f32> = layers.draw(&mut stream(self.seed, Use::Parameters, 0));
        let mut optimiser = Optimiser::new(Method::ADAM, theta.len());
        let (mut tape, mut grad): (Tape<f32>, _) = (layers.tape(self.batch), vec![0.0; theta.len()]);
        let mut images = Mat::zeros(cells, self.batch);
        let (mut curve, whole) = (Vec::with_capacity(self.steps), 0..self.batch);
        for step in 0..self.steps {
            let mut rng: Rng = stream(self.seed, Use::Samples, step as u64);
            let at: Vec<[f64; 2]> = whole
                .clone()
                .map(|_| [uniform(&mut rng, -reach, reach), uniform(&mut rng, -reach, reach)])
                .collect();
            look(retina, &at, &mut images);
            layers.forward(&theta, images.as_ref(), &mut tape, whole.clone());
            let mut loss = 0.0;
            for (j, at) in at.iter().enumerate() {
                let (mut g, said) = tape.both(j);
                for i in 0..2 {
                    let off = said[(i, 0)] - at[i] as f32;
                    loss += f64::from(off).powi(2) / self.batch as f64;
                    g[(i, 0)] = 2.0 * off / self.batch as f32;
                }
            }
            curve.push(loss);
            layers.pull(&theta, &mut tape, whole.clone(), None);
            grad.fill(0.0);
            layers.gradient(images.as_ref(), &tape, whole.clone(), &mut grad);
            let rate = self.rate * (1.0 - step as f64 / self.steps as f64);
            optimiser.step(&mut theta, &grad, rate);
        }
        DeepDecoder { layers, theta, curve }
    }
}

impl DeepDecoder {
    /// Errors on a lattice.
    pub fn errors(&self, retina: &Retina, reach: f64, grid: usize) -> ErrorMap {
        let at: Vec<[f64; 2]> = lattice(reach, grid).collect();
        let mut images = Mat::zeros(retina.cells().pow(2), at.len());
        look(retina, &at, &mut images);
        let mut tape = self.layers.tape(at.len());
        self.layers.forward(&self.theta, images.as_ref(), &mut tape, 0..at.len());
        let said = Mat::from_fn(2, at.len(), |i, j| f64::from(tape.output()[(i, j)]));
        ErrorMap::of(reach, grid, said.as_ref())
    }
}

/// The cells of the first colour under a red light at each position.
fn look(retina: &Retina, at: &[[f64; 2]], images: &mut Mat<f32>) {
    let cells = retina.cells().pow(2);
    images.as_mut().par_col_chunks_mut(1).zip(at).for_each_init(
        || vec![0f32; retina.len()],
        |all, (mut image, at)| {
            retina.image([0.0; 2], &[Light { at: *at, colour: [1.0, 0.0, 0.0] }], all);
            col_mut(image.as_mut(), 0).copy_from_slice(&all[..cells]);
        },
    );
}
