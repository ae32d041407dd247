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
}

impl CellKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Vanilla, Self::Gru, Self::Lstm, Self::Rate, Self::Current];

    /// The name used on the command line and in file metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vanilla => "vanilla",
            Self::Gru => "gru",
            Self::Lstm => "lstm",
            Self::Rate => "rate",
            Self::Current => "current",
        }
    }
    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
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
    /// The parts of a layer's state, n rows each, the output first, by the letters of their names.
    pub fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Lstm => &["h", "c"],
            Self::Current => &["x"],
            _ => &["h"],
        }
    }
    /// True for the networks that are flows unless discretised by Euler steps.
    pub fn is_flow(self) -> bool {
        matches!(self, Self::Rate | Self::Current)
    }
    /// True where the nonlinearity is a choice.
    pub fn has_activation(self) -> bool {
        matches!(self, Self::Vanilla | Self::Rate | Self::Current)
    }
}
