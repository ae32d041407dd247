//! Every kind of job that has a report: a line each, and all that lists them.

/// Hands all kinds to the macro named.
#[doc(hidden)]
#[macro_export]
macro_rules! jobs {
    ($make:ident) => {
        $make! {
            $crate::jobs::Analyze,
            $crate::jobs::Gaussian,
            $crate::jobs::Potts,
            $crate::jobs::RaddArguments,
            $crate::jobs::ConventionalArguments,
            $crate::jobs::Train,
            $crate::jobs::TrainIbl,
            $crate::jobs::TrainIntegrator,
            $crate::jobs::TrainNavigator,
        }
    };
}

#[doc(hidden)]
pub use nullcline_core::analyses::{
    Analyze,
    distill::{ConventionalArguments, RaddArguments},
    gaussian::Gaussian,
    ibl::TrainIbl,
    integrate::TrainIntegrator,
    navigate::TrainNavigator,
    potts::Potts,
    training::Train,
};
