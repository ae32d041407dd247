//! The oscillator as the authors' program steps it, potentials and all.

use super::neuron::STEP_MS;

const CAPACITANCE: f64 = 10.0;
const RESISTANCE: f64 = 10_000.0;
const REST: f64 = -0.007;
const THRESHOLD: f64 = -0.003;

/// A pair in steps of `STEP_MS / refine`; [`Default`] is the authors' program.
///
/// A spike counts as one of the program's steps whatever the sub-step, so that the EPSP does not depend on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stepped {
    /// Coupling onto either neuron, V/ms.
    pub weight: [f64; 2],
    /// Conduction delay, in steps of the program.
    pub delay: usize,
    /// Window over which arriving spikes are averaged, in steps of the program.
    pub window: usize,
    /// Whether the leak towards rest goes on after the first delay; the program multiplies it by 0.
    pub leak: bool,
    /// Sub-steps of a step.
    pub refine: usize,
}

impl Default for Stepped {
    fn default() -> Self {
        Self { weight: [4.0 * 0.4; 2], delay: 95, window: 50, leak: false, refine: 1 }
    }
}

impl Stepped {
    /// Spikes of both neurons, in sub-steps, over `steps` steps of the program.
    ///
    /// The first neuron starts `offset` V above rest, the second at threshold; `current(i)` is the input
    /// to both during sub-step i, in units in which the capacitance is 10. Until the first delay is over
    /// there is no synapse, and the leak pulls towards 0 instead of rest: so the program has it.
    pub fn run(&self, offset: f64, steps: usize, current: impl Fn(usize) -> f64) -> [Vec<usize>; 2] {
        let dt = STEP_MS / self.refine as f64;
        let [delay, window, refractory] = [self.delay, self.window, 51].map(|n| n * self.refine);
        let mut v = [REST + offset, REST + 0.004];
        let mut spikes = [Vec::new(), Vec::new()];
        for i in 0..(steps * self.refine).saturating_sub(1) {
            if i < delay {
                for (v, spikes) in v.iter_mut().zip(&mut spikes) {
                    *v += (current(i) - *v / RESISTANCE) / CAPACITANCE * dt;
                    if *v >= THRESHOLD {
                        *v = REST;
                        spikes.push(i + 1);
                    }
                }
                continue;
            }
            for j in 0..2 {
                if v[j] >= THRESHOLD {
                    v[j] = REST;
                    spikes[j].push(i);
                }
                let leak = if self.leak { (v[j] - REST) / RESISTANCE } else { 0.0 };
                v[j] += (current(i) - leak) / CAPACITANCE * dt;
                if spikes[j].last().is_none_or(|s| *s + refractory < i) {
                    let from = (i - delay + 1).saturating_sub(window);
                    let recent = spikes[1 - j].iter().rev().skip_while(|s| **s > i - delay);
                    let mean = recent.take_while(|s| **s >= from).count() as f64 / self.window as f64;
                    v[j] += self.weight[j] * mean * dt;
                }
            }
        }
        spikes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(s: &Stepped, offset: f64) -> [(usize, Option<usize>, Option<usize>); 2] {
        s.run(offset, 4000, |_| 0.0).map(|t| (t.len(), t.first().copied(), t.last().copied()))
    }

    // Golden: a NumPy transcription of the published loop (arrays of 0 and 1, numpy.mean of the window)
    // run for T = 20 ms at dt 0.005 ms; number, first and last spike of both neurons.
    #[test]
    fn spikes_are_those_of_the_published_loop() {
        let at = |weight: f64, delay| Stepped { weight: [weight; 2], delay, ..Stepped::default() };
        let p = Stepped::default();
        assert_eq!(ends(&p, 0.0), [(17, Some(121), Some(3961)), (17, Some(1), Some(3841))]);
        assert_eq!(ends(&p, 0.0001), [(17, Some(121), Some(3961)), (17, Some(1), Some(3841))]);
        assert_eq!(ends(&p, 0.002), [(17, Some(109), Some(3949)), (17, Some(1), Some(3829))]);
        assert_eq!(ends(&at(1.5, 95), 0.0), [(16, Some(123), Some(3783)), (17, Some(1), Some(3905))]);
        assert_eq!(ends(&at(0.75, 95), 0.0), [(0, None, None), (1, Some(1), Some(1))]);
        assert_eq!(ends(&at(2.0, 60), 0.0), [(25, Some(81), Some(3968)), (25, Some(1), Some(3887))]);
    }
}
