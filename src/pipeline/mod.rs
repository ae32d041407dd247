//! Many jobs from one file: checked whole, run cell by cell, taken up again, laid side by side.
//!
//! A pipeline is TOML. Each `[[job]]` has a `kind` ([`crate::jobs::names`]), a `name`, and the options of its command with `_` for `-`;
//! `sweep` lists values of options, every combination of which is a cell; a pattern in `file` is a cell for each file that it meets; and
//! `{name}` stands for the folder of a cell of an earlier job. `[defaults]` hold options for all jobs that have them, `[defaults.analyze]`
//! for those of one kind.
//!
//! ```
//! use nullcline::pipeline::Pipeline;
//!
//! let text = r#"
//! out = "reports/monday"
//! [defaults]
//! seed = 3
//! [[job]]
//! name = "nets"
//! kind = "train"
//! task = "sine"
//! epochs = 2
//! sweep = { units = [8, 16], seed = "1..3" }
//! [[job]]
//! name = "what"
//! kind = "analyze"
//! file = "{nets}/network.safetensors"
//! modules = ["pca", "recurrent"]
//! "#;
//! let pipeline = Pipeline::parse("monday.toml".as_ref(), text).unwrap();
//! let cells = pipeline.cells().unwrap();
//! assert_eq!(cells.len(), 12);
//! assert!(cells[0].name.starts_with("nets/seed-1_units-8-"));
//! // The networks are analysed with what they were trained with at hand.
//! assert!(cells[6].name.starts_with("what/seed-1_units-8-") && cells[6].needs == Some(0));
//! let wrong = text.replace("modules", "modulse");
//! let error = Pipeline::parse("monday.toml".as_ref(), &wrong).unwrap_err().to_string();
//! assert!(error.contains("line 15") && error.contains("modules?"), "{error}");
//! ```

mod cells;
mod cluster;
mod compare;
mod flat;
mod gallery;
mod index;
mod joined;
mod merge;
mod run;
mod text;
mod worker;

pub use cells::{Cell, State};
pub use cluster::{slurm, written};
pub use compare::comparable;
pub use flat::{Quantity, quantities};
pub use joined::{Joined, joined};
pub use merge::{Merged, claim, merge};
pub use run::{Ended, Running, Shard, Told, run};
pub use text::{Compare, Given, Pipeline, Step};
pub use worker::serve;
