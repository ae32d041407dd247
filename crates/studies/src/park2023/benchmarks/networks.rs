//! The nine networks of Table S1, in its order.

use nullcline_core::linalg::activation::Activation;
use nullcline_core::systems::cells::{
    Antisymmetric, Cell, CoRnn, Gru, Lipschitz, Lstm, Scheme, Skewed, Vanilla,
};
use nullcline_core::training::init::Init;

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Antisymmetric RNN (Chang et al. 2019).
    Antisymmetric,
    /// coRNN (Rusch and Mishra 2021).
    CoRnn,
    /// GRU under PyTorch's defaults.
    Gru,
    /// GRU made of oscillators.
    GruPta,
    /// LSTM under PyTorch's defaults.
    Lstm,
    /// Lipschitz RNN (Erichson et al. 2021).
    Lipschitz,
    /// Tanh network under PyTorch's defaults.
    Tanh,
    /// Tanh network made of oscillators.
    TanhPta,
    /// Tanh network with a random orthogonal recurrent matrix.
    TanhOrthogonal,
}

impl Network {
    /// Every column.
    pub const ALL: [Self; 9] = [
        Self::Antisymmetric,
        Self::CoRnn,
        Self::Gru,
        Self::GruPta,
        Self::Lstm,
        Self::Lipschitz,
        Self::Tanh,
        Self::TanhPta,
        Self::TanhOrthogonal,
    ];

    /// As in tables and legends, and as in names of folders.
    fn names(self) -> [&'static str; 2] {
        match self {
            Self::Antisymmetric => ["antisymmetric"; 2],
            Self::CoRnn => ["coRNN", "cornn"],
            Self::Gru => ["GRU, default", "gru"],
            Self::GruPta => ["GRU, PTA", "gru-pta"],
            Self::Lstm => ["LSTM", "lstm"],
            Self::Lipschitz => ["Lipschitz", "lipschitz"],
            Self::Tanh => ["tanh, default", "tanh"],
            Self::TanhPta => ["tanh, PTA", "tanh-pta"],
            Self::TanhOrthogonal => ["tanh, orthogonal", "tanh-orthogonal"],
        }
    }
    /// As in tables and legends.
    pub fn label(self) -> &'static str {
        self.names()[0]
    }
    /// As in names of folders.
    pub fn id(self) -> &'static str {
        self.names()[1]
    }
    /// Initial parameters. The paper's oscillators are drawn "from the identified region", without numbers;
    /// of the two upper ends of gain that were tried on validation items, the authors' 10 and 1.5, only the
    /// second learns copy memory within the epochs here.
    pub fn init(self) -> Init {
        match self {
            Self::GruPta | Self::TanhPta => Init::PtaOnset,
            Self::TanhOrthogonal => Init::Orthogonal,
            _ => Init::Default,
        }
    }
    /// The cell. Constants of the three that have them are inside the ranges of their publications.
    pub fn cell(self) -> Cell {
        match self {
            Self::Antisymmetric => Antisymmetric::cell(0.01, 0.01),
            Self::CoRnn => CoRnn::cell(0.016, 94.5, 9.5),
            Self::Gru | Self::GruPta => Gru::cell(),
            Self::Lstm => Lstm::cell(),
            Self::Lipschitz => {
                let law = Skewed { beta: 0.75, gamma: 0.001 };
                let scheme = Scheme { dt: 0.03, euler: true };
                Lipschitz::cell(law, law, scheme)
            }
            Self::Tanh | Self::TanhPta | Self::TanhOrthogonal => Vanilla::cell(Activation::Tanh),
        }
    }
}
