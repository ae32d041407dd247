//! The five modules of which path integrators are made, and their parameters.

use super::memory::Memory;
use crate::linalg::Real;
use crate::linalg::random::{Rng, Use, stream};
use crate::training::layers::{Convolution, Layer, Layers};
use std::ops::Range;

/// How much of the integrated state is kept when an image is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// log softmax of two outputs of [0; v], v being what is seen of the image: the program's.
    Softmax,
    /// The logistic function of one output of v: the thesis's.
    Sigmoid,
}
named!(Gate: Self::Softmax => "softmax", Self::Sigmoid => "sigmoid");

/// How the state comes from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recurrence {
    /// By the direct model, reset by what is seen as the gate has it.
    Resetting,
    /// By an LSTM on what is seen and the action's code; I looks at the state alone.
    Memory,
    /// By an LSTM; I looks at the first representation and at the state.
    MemoryAndStart,
}
named!(Recurrence: Self::Resetting => "rpi", Self::Memory => "lstm", Self::MemoryAndStart => "start");

/// One of the modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// V: an image to its representation.
    Visual,
    /// P: an action to its code.
    Action,
    /// D: a representation and an action's code to the next representation.
    Direct,
    /// I: two representations, the earlier one first, to the displacement between them.
    Inverse,
    /// G: a representation to the share of the integrated state that is kept.
    Gate,
    /// The LSTM, of networks that have one.
    Memory,
}
named!(Module: Self::Visual => "visual", Self::Action => "action", Self::Direct => "direct", Self::Inverse => "inverse", Self::Gate => "gate", Self::Memory => "memory");

impl Module {
    /// All of them, in their order.
    pub const ALL: [Self; 6] =
        [Self::Visual, Self::Action, Self::Direct, Self::Inverse, Self::Gate, Self::Memory];
}

/// Modules V, P, D, I and G on representations of m numbers.
///
/// Parameters are one flat slice, module after module in that order.
///
/// Source: fanthomme2021, sections 8.2 and 8.3, B.3.1.
///
/// ```
/// use nullcline_core::training::navigation::{Gate, Module, Modules};
///
/// let thesis = Modules::printed(64);
/// assert_eq!((thesis.representation(), thesis.gate), (512, Gate::Sigmoid));
/// // 5 x 5 x 32 numbers after the convolutions.
/// assert_eq!(thesis.layers(Module::Visual).all()[2].inputs(), 800);
/// assert_eq!(Modules::coded(64).layers(Module::Visual).all()[3].inputs(), 1024);
/// assert_eq!(thesis.range(Module::Gate).end, thesis.parameters());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    all: [Layers; 5],
    recurrence: Recurrence,
    /// What the gate's outputs mean.
    pub gate: Gate,
}

impl Modules {
    /// Modules of those layers.
    ///
    /// # Panics
    /// Where they do not fit: V gives m numbers and P m, D takes 2 m and gives m, I takes 2 m and gives 2, G takes 2 m and gives two
    /// ([`Gate::Softmax`]), or takes m and gives one.
    pub fn new(
        visual: Layers,
        action: Layers,
        direct: Layers,
        inverse: Layers,
        gating: Layers,
        gate: Gate,
    ) -> Self {
        let m = visual.outputs();
        let ends = |l: &Layers| (l.inputs(), l.outputs());
        let known = if gate == Gate::Softmax { (2 * m, 2) } else { (m, 1) };
        let found = [ends(&action), ends(&direct), ends(&inverse), ends(&gating)];
        assert_eq!(found, [(2, m), (2 * m, m), (2 * m, 2), known], "inputs and outputs of P, D, I and G");
        Self { all: [visual, action, direct, inverse, gating], recurrence: Recurrence::Resetting, gate }
    }

    /// The same with another recurrence; I of a memory alone has layers like those it had, on m numbers.
    #[must_use]
    pub fn with(mut self, recurrence: Recurrence) -> Self {
        if recurrence == Recurrence::Memory {
            let (m, old) = (self.representation(), self.layers(Module::Inverse).all());
            let hidden = old[0].outputs();
            self.all[Module::Inverse as usize] =
                Layers::new([&[Layer::relu(m, hidden)][..], &old[1..]].concat());
        }
        self.recurrence = recurrence;
        self
    }

    /// How states come from those before.
    pub fn recurrence(&self) -> Recurrence {
        self.recurrence
    }
    /// The LSTM.
    pub fn memory(&self) -> Memory {
        Memory { units: self.representation() }
    }
    /// Whether a module has a part in path integration or in the losses of models.
    pub fn uses(&self, module: Module, models: bool) -> bool {
        match (module, self.recurrence) {
            (Module::Gate, r) => r == Recurrence::Resetting,
            (Module::Direct, r) => models || r == Recurrence::Resetting,
            (Module::Memory, r) => r != Recurrence::Resetting,
            _ => true,
        }
    }

    /// The thesis's, for images of three planes of `side` x `side`: two convolutions, two dense layers, m = 512; the gate of v.
    pub fn printed(side: usize) -> Self {
        let first =
            Convolution { planes: 3, filters: 16, side, kernel: 5, stride: 3, padding: 2, relu: true };
        let second = Convolution { planes: 16, filters: 32, side: first.out_side(), stride: 5, ..first };
        let visual = vec![
            Layer::Convolution(first),
            Layer::Convolution(second),
            Layer::relu(second.outputs(), 512),
            Layer::linear(512, 512),
        ];
        let gate = vec![Layer::relu(512, 128), Layer::relu(128, 64), Layer::linear(64, 1)];
        Self::around(visual, gate, Gate::Sigmoid)
    }

    /// The program's: three convolutions of 64 planes, three dense layers, m = 512; the gate of [0; v].
    pub fn coded(side: usize) -> Self {
        let first =
            Convolution { planes: 3, filters: 64, side, kernel: 5, stride: 3, padding: 2, relu: true };
        let second = Convolution { planes: 64, side: first.out_side(), kernel: 3, ..first };
        let third = Convolution { side: second.out_side(), ..second };
        let mut visual = [first, second, third].map(Layer::Convolution).to_vec();
        visual.extend([Layer::relu(third.outputs(), 1024), Layer::relu(1024, 512), Layer::linear(512, 512)]);
        let gate = vec![Layer::relu(1024, 128), Layer::relu(128, 64), Layer::linear(64, 2)];
        Self::around(visual, gate, Gate::Softmax)
    }

    /// P 2-256-512, D 1024-512-512 and I 1024-256-2 between those ends.
    fn around(visual: Vec<Layer>, gating: Vec<Layer>, gate: Gate) -> Self {
        let two = |d, h, o| Layers::new(vec![Layer::relu(d, h), Layer::linear(h, o)]);
        let (action, direct, inverse) = (two(2, 256, 512), two(1024, 512, 512), two(1024, 256, 2));
        Self::new(Layers::new(visual), action, direct, inverse, Layers::new(gating), gate)
    }

    /// The same modules with a gate of that kind.
    #[must_use]
    pub fn gated(self, gate: Gate) -> Self {
        let m = self.representation();
        let last = Layers::new(match gate {
            Gate::Softmax => vec![Layer::relu(2 * m, 128), Layer::relu(128, 64), Layer::linear(64, 2)],
            Gate::Sigmoid => vec![Layer::relu(m, 128), Layer::relu(128, 64), Layer::linear(64, 1)],
        });
        let [visual, action, direct, inverse, _] = self.all;
        let recurrence = self.recurrence;
        Self::new(visual, action, direct, inverse, last, gate).with(recurrence)
    }

    /// Numbers of a representation, m.
    pub fn representation(&self) -> usize {
        self.all[0].outputs()
    }
    /// Numbers of an image.
    pub fn image(&self) -> usize {
        self.all[0].inputs()
    }
    /// The layers of a module.
    ///
    /// # Panics
    /// Of the memory, which has none.
    pub fn layers(&self, module: Module) -> &Layers {
        &self.all[module as usize]
    }
    /// Numbers in a module.
    fn count(&self, module: Module) -> usize {
        match module {
            Module::Memory if self.recurrence == Recurrence::Resetting => 0,
            Module::Memory => self.memory().parameters(),
            _ => self.layers(module).parameters(),
        }
    }
    /// Numbers in the parameters.
    pub fn parameters(&self) -> usize {
        Module::ALL.iter().map(|m| self.count(*m)).sum()
    }
    /// Where a module's parameters are; nowhere for a memory that is not there.
    pub fn range(&self, module: Module) -> Range<usize> {
        let start = Module::ALL[..module as usize].iter().map(|m| self.count(*m)).sum();
        start..start + self.count(module)
    }

    /// Parameters drawn as PyTorch draws those of such layers, a stream a module.
    pub fn draw<T: Real>(&self, seed: u64) -> Vec<T> {
        let one = |(k, l): (usize, &Layers)| {
            let mut rng: Rng = stream(seed, Use::Parameters, k as u64);
            l.draw::<T>(&mut rng)
        };
        let mut all: Vec<T> = self.all.iter().enumerate().flat_map(one).collect();
        if self.recurrence != Recurrence::Resetting {
            all.extend(self.memory().draw::<T>(&mut stream(seed, Use::Parameters, Module::Memory as u64)));
        }
        all
    }
}
