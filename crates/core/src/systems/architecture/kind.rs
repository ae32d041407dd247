//! The kinds of cell by name.

/// The kinds of cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// h' = f(W h + U u + b).
    Vanilla,
    /// Gated recurrent unit.
    Gru,
    /// Long short-term memory.
    Lstm,
    /// tau x' = -x + f(W x + U u + b).
    Rate,
    /// tau x' = -x + W f(x) + U u + b.
    Current,
    /// h' = h + epsilon tanh((W - W^T - gamma I) h + V u + b).
    Antisymmetric,
    /// The same with an input gate.
    GatedAntisymmetric,
    /// Coupled oscillators y'' = tanh(W y + Wc y' + V u + b) - gamma y - epsilon y'.
    CoRnn,
    /// dh/dt = A h + tanh(W h + U u + b).
    Lipschitz,
}

impl CellKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Vanilla,
        Self::Gru,
        Self::Lstm,
        Self::Rate,
        Self::Current,
        Self::Antisymmetric,
        Self::GatedAntisymmetric,
        Self::CoRnn,
        Self::Lipschitz,
    ];

    /// The name used on the command line and in file metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vanilla => "vanilla",
            Self::Gru => "gru",
            Self::Lstm => "lstm",
            Self::Rate => "rate",
            Self::Current => "current",
            Self::Antisymmetric => "antisymmetric",
            Self::GatedAntisymmetric => "gated_antisymmetric",
            Self::CoRnn => "cornn",
            Self::Lipschitz => "lipschitz",
        }
    }
    /// The kind of that name; `-` does for `_`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.replace('-', "_");
        Self::ALL.into_iter().find(|k| k.name() == name)
    }
    /// Gates, that is rows of the recurrent matrix for each unit, with their names.
    pub fn gates(self) -> &'static [&'static str] {
        match self {
            Self::Gru => &["r", "z", "n"],
            Self::Lstm => &["i", "f", "g", "o"],
            _ => &["recurrent"],
        }
    }
    /// Rows of the input weights and of the bias for each unit.
    pub fn drives(self) -> usize {
        if self == Self::GatedAntisymmetric { 2 } else { self.gates().len() }
    }
    /// The block of a second recurrent matrix, n x n, where there is one.
    pub fn second(self) -> Option<&'static str> {
        match self {
            Self::CoRnn => Some("weight_hz"),
            Self::Lipschitz => Some("weight_hl"),
            _ => None,
        }
    }
    /// Names of the constants that have no value unless the file or the user gives one.
    pub fn constants(self) -> &'static [&'static str] {
        match self {
            Self::Antisymmetric | Self::GatedAntisymmetric => &["epsilon", "gamma"],
            Self::CoRnn => &["dt", "gamma", "epsilon"],
            Self::Lipschitz => &["beta_a", "gamma_a", "beta_w", "gamma_w"],
            _ => &[],
        }
    }
    /// Whether each of the `given` constants is one of the kind's; if not, the first and what there is.
    ///
    /// # Errors
    /// A sentence without its subject, the option that gave the constants.
    pub fn knows(self, given: &[(String, f64)]) -> Result<(), String> {
        let known = self.constants();
        let Some((name, _)) = given.iter().find(|c| !known.contains(&c.0.as_str())) else { return Ok(()) };
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(format!("{name}: no such constant of {} networks; they have {known}", self.name()))
    }
    /// The parts of a layer's state, n rows each, the output first, by the letters of their names.
    pub fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Lstm => &["h", "c"],
            Self::Current => &["x"],
            Self::CoRnn => &["y", "z"],
            _ => &["h"],
        }
    }
    /// True for the networks that are flows unless discretised by Euler steps.
    pub fn is_flow(self) -> bool {
        matches!(self, Self::Rate | Self::Current | Self::Lipschitz)
    }
    /// True where the nonlinearity is a choice.
    pub fn has_activation(self) -> bool {
        matches!(self, Self::Vanilla | Self::Rate | Self::Current)
    }
}
