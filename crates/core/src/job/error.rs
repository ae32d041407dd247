//! Why a job has no answer, and with which exit status a command ends for it.

use crate::{diagnostics, io, systems};
use std::path::PathBuf;
use thiserror::Error;

/// What went wrong.
#[derive(Debug, Error)]
pub enum Error {
    /// The command does not make sense; nothing was read.
    #[error("{0}")]
    Config(String),
    /// A file cannot be read or is damaged.
    #[error(transparent)]
    File(#[from] io::error::Error),
    /// A file is sound but does not hold what is needed.
    #[error("{}: {message}", path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// What was found, what was expected, what to do.
        message: String,
    },
    /// A weight file does not make a network.
    #[error("{}: {source}", path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// Why.
        source: systems::checkpoint::Error,
    },
    /// The numbers failed.
    #[error("the numbers failed: {0}")]
    Numbers(String),
    /// No Lyapunov spectrum.
    #[error("the Lyapunov exponents failed: {0}")]
    Lyapunov(#[from] diagnostics::dynamics::lyapunov::Error),
    /// No adjoint.
    #[error("the adjoint failed: {0}")]
    Adjoint(#[from] diagnostics::dynamics::adjoint::Error),
    /// No covariant vectors.
    #[error("the covariant vectors failed: {0}")]
    Covariant(#[from] diagnostics::dynamics::covariant::Error),
}

impl crate::job::ExitStatus for Error {
    fn exit_status(&self) -> u8 {
        Error::exit_status(self)
    }
}

impl Error {
    /// 1 the disk is full; 2 the command or configuration is wrong; 3 the input cannot be used; 4 the numbers failed.
    pub fn exit_status(&self) -> u8 {
        use diagnostics::dynamics::adjoint::Error as Adjoint;
        use diagnostics::dynamics::covariant::Error as Covariant;
        use diagnostics::dynamics::lyapunov::Error as Spectrum;
        use systems::checkpoint::Error as Network;
        match self {
            Self::File(e) if e.is_full() => 1,
            Self::Config(_) => 2,
            Self::Network { source: Network::Setting { .. } | Network::Command(_), .. } => 2,
            Self::File(_) | Self::Input { .. } | Self::Network { .. } => 3,
            Self::Lyapunov(Spectrum::AllDiverged { .. }) | Self::Numbers(_) => 4,
            Self::Lyapunov(Spectrum::Nothing { .. }) => 2,
            Self::Adjoint(Adjoint::Diverged { .. }) => 4,
            Self::Covariant(Covariant::Diverged | Covariant::Collapsed) => 4,
            Self::Adjoint(Adjoint::Horizon { .. }) | Self::Covariant(Covariant::Nothing { .. }) => 2,
            Self::Lyapunov(_) | Self::Adjoint(_) | Self::Covariant(_) => 3,
        }
    }

    /// A file that does not hold what is needed, and what is wrong with it.
    pub fn input(path: &std::path::Path, message: impl Into<String>) -> Self {
        Self::Input { path: path.into(), message: message.into() }
    }
}
