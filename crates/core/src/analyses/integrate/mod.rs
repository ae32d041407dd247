//! `train integrate`: a network that integrates its inputs, by any of three losses.
//!
//! ```
//! use nullcline_core::analyses::integrate::TrainIntegrator;
//! use nullcline_core::job::{Desk, Job};
//! use serde_json::json;
//!
//! let settings = json!({ "units": 40, "decay": "0.9", "scale": "1", "loss": "averaged", "duration": 3, "steps": 400, "rate": 0.02 });
//! let job: TrainIntegrator = serde_json::from_value(settings).unwrap();
//! let trained = job.run(&Desk::BARE).unwrap();
//! assert!(trained.best().unwrap().validation_loss < 1e-6 * trained.chance);
//! ```

mod arguments;
mod job;
mod losses;
mod plan;
mod vectors;

pub use arguments::TrainIntegrator;
pub use job::train_plan;
pub use losses::{IntegratorLoss, Kind};
pub use plan::{Export, IntegratorPlan, Noise, Start};
pub use vectors::{Support, Vectors, vectors};
