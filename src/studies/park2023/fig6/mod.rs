//! Fig. 6: head direction held by the phase between two oscillators and read by coincidence along delay
//! lines, beside a ring attractor, both with noise on their weights.

mod decay;
mod events;
mod integrate;
mod lesions;
mod neuron;
mod noise;
mod readout;
mod ring;
mod stepped;
