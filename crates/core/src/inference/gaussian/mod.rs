//! Gaussian models: couplings inferred from covariances, and how strongly to regularise them.
//!
//! Model: p(x) ~ exp(x^T J x / 2) on the sphere |x|^2 = n, at large n a Gaussian with covariance C = (mu - J)^-1, tr C = n.
//! From p = alpha n samples, the couplings that maximise the posterior with the penalty gamma tr J^2 / 4 follow in
//! closed form ([`map`]), or sparse ones by the graphical lasso ([`lasso`]).
//!
//! Conventions: a sample is a column, n x p; likelihoods are per sample, extensive in n, in nats, without (n/2) log 2 pi; covariances
//! divide by p; gamma multiplies tr J^2 / 4 beside alpha times the likelihood per sample, so that equation 2.8 reads
//! gamma J - alpha C_emp + alpha C = 0. Equation numbers are those of Fanthomme's thesis (2021), chapter 2, and errors in its print
//! are named where they matter.
//!
//! ```
//! use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
//! use nullcline_core::inference::gaussian::predict::Moments;
//! use nullcline_core::inference::gaussian::roots::roots;
//! use nullcline_core::inference::gaussian::sweep::sweep;
//! use nullcline_core::linalg::random::{Use, stream};
//!
//! // True couplings, 100 samples a variable drawn from their model, and the likelihood of unseen data at every gamma.
//! let couplings = Ensemble::Goe { sigma: 0.5 }.draw(20, &mut stream(1, Use::Couplings, 0));
//! let truth = Truth::new(couplings.as_ref()).unwrap();
//! let spectrum = truth.draw(2000, true, &mut stream(1, Use::Samples, 0)).unwrap();
//! let curve = sweep(&spectrum, &[0.1, 4.0, 1000.0]).unwrap();
//! assert!(curve[1].test > curve[0].test && curve[1].test > curve[2].test);
//! assert!(curve[1].test < truth.likelihood());
//!
//! // How strong to regularise: where generated and unseen data are equally likely, near the theory's (n + 1) / tr J^2.
//! let found = roots(&[spectrum], 0.01, 1000.0).unwrap();
//! let predicted = Moments::of(couplings.as_ref(), truth.mu).cross();
//! assert!((found.cross[0] / predicted).ln().abs() < 1.5);
//! ```

pub mod data;
pub mod debiased;
pub mod ensemble;
pub mod lasso;
pub mod likelihood;
pub mod map;
pub mod pooled;
pub mod posterior;
pub mod predict;
mod rising;
pub mod roots;
pub mod samples;
pub mod sparse;
pub mod spectrum;
pub mod successive;
pub mod sweep;
pub mod validation;
