//! Two neurons that excite each other across the midline: the oscillator and its parameters.

/// Milliseconds of a step of the authors' program. The step is the unit of time of this study.
pub const STEP_MS: f64 = 0.005;

/// The period of either oscillator, in steps.
pub const PERIOD: f64 = 240.0;

/// One neuron and the synapse on it: a perfect integrator with a threshold.
///
/// Formula: v' = input + epsp / window while a delayed spike of the partner lasts, v = 0 at a spike,
/// which comes when v reaches `gap`. v is measured from rest. Times in steps, potentials in volts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neuron {
    /// Conduction delay of the partner's spikes.
    pub delay: f64,
    /// By how much one whole spike of the partner raises the potential.
    pub epsp: f64,
    /// How long that takes; 0 for an instantaneous synapse.
    pub window: f64,
    /// Distance from rest to threshold.
    pub gap: f64,
    /// Time after its own spike in which the synapse has no effect.
    pub refractory: f64,
}

impl Neuron {
    /// Time from the arrival of a spike to the neuron's own, without input; none if it never comes, or if
    /// the threshold is no higher than rest, so that the neuron needs no spike.
    pub fn rise(&self) -> Option<f64> {
        (self.gap > 0.0 && self.epsp >= self.gap).then(|| self.window * self.gap / self.epsp)
    }
    /// Rise of the potential per step while a spike arrives.
    pub fn slope(&self) -> f64 {
        self.epsp / self.window
    }
}

/// The two neurons of an oscillator, left and right: one spike runs round between them.
pub type Pair = [Neuron; 2];

/// The pair as the paper describes it: the conduction delay is half a period (Fig. 6A), and a spike that
/// arrives is answered at once. The size of the EPSP, which the paper does not give, is the program's.
pub fn printed() -> Pair {
    [Neuron { delay: PERIOD / 2.0, window: 0.0, ..program()[0] }; 2]
}

/// The pair of the authors' program: a delay of 95 steps, and a rise to threshold that takes half of the
/// 50 steps over which a spike acts (coupling 1.6 V/ms, threshold 4 mV above rest).
pub fn program() -> Pair {
    finite_rise(25.0)
}

/// A pair of period 240 whose neurons take `rise` steps from the arrival of a spike to their own.
pub fn finite_rise(rise: f64) -> Pair {
    let delay = PERIOD / 2.0 - rise;
    [Neuron { delay, epsp: 1.6 * STEP_MS, window: 2.0 * rise, gap: 0.004, refractory: 52.0 }; 2]
}

/// Period: both delays and both rises; none if a spike is not passed on.
pub fn period(pair: &Pair) -> Option<f64> {
    Some(pair[0].delay + pair[0].rise()? + pair[1].delay + pair[1].rise()?)
}

/// Share of the period in which a potential rises, when synaptic weights count and inputs can act.
pub fn rise_fraction(pair: &Pair) -> Option<f64> {
    Some((pair[0].rise()? + pair[1].rise()?) / period(pair)?)
}
