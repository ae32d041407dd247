//! How each module finds its result in a network.

use super::{AtTask, Cycles, Exponents, Flow, Paths, Points, Sensitivity, Vectors};
use crate::analyses::modules::{Diagnostic, OfNetwork, OfRecording};
use crate::analyses::{Components, Error};
use crate::diagnostics::dynamics::recurrent::{RecurrentSpectrum, recurrent};

impl Diagnostic for AtTask {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| Ok(run.at_task()));
    const OF_TRIALS: bool = true;
    const OF_STATES: bool = true;
    const LAST: bool = true;
}

impl Diagnostic for Exponents {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.lyapunov().map(Some));
}

impl Diagnostic for Vectors {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.covariant());
}

impl Diagnostic for Sensitivity {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.adjoint().map(Some));
}

/// Most networks have no cycle, and closing one costs n^3 a step.
impl Diagnostic for Cycles {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.cycles().map(Some));
    const ON_REQUEST: bool = true;
}

impl Diagnostic for Points {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.fixed_points().map(Some));
    const OF_STATES: bool = true;
}

impl Diagnostic for Components {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| match &run.pca {
        None if run.config.modules.is_some() => {
            let why = run.without_components().advice();
            Err(Error::Numbers(format!("{why}, or leave pca out of --modules")))
        }
        pca => Ok(pca.as_ref().map(|p| run.components(p))),
    });
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Streamed(|r| r.components()));
    const OF_STATES: bool = true;
}

impl Diagnostic for Flow {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| {
        let pca = run.pca.as_ref().filter(|p| p.components.ncols() >= 2);
        Ok(pca.map(|p| run.flow_field(p)))
    });
    const OF_STATES: bool = true;
}

impl Diagnostic for Paths {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| Ok(Some(run.paths())));
    const OF_STATES: bool = true;
}

impl Diagnostic for Vec<RecurrentSpectrum> {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| {
        let failed = || Error::Numbers("the eigenvalues of the recurrent matrix did not converge".into());
        recurrent(&run.network.recurrent).ok_or_else(failed).map(Some)
    });
}
