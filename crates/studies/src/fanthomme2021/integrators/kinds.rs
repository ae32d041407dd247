//! The networks of Table 7.1, as the thesis trained them; what it does not say is as the authors' program has it.

use super::network::{Network, Size, networks};
use crate::common::*;

/// Networks of one nonlinearity, loss and number of channels.
#[derive(Clone, Copy)]
pub struct Kind {
    /// ReLU, or steep sigmoids.
    pub relu: bool,
    /// The batch loss, or a proxy.
    pub batch: bool,
    /// D.
    pub channels: usize,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> String {
        let f = if self.relu { "ReLU" } else { "sigmoid" };
        let loss = if self.batch { "batch" } else { "proxy" };
        format!("{f}, {loss}, D = {}", self.channels)
    }

    fn decays(self) -> &'static str {
        match (self.relu, self.channels) {
            (true, 1) => "0.995",
            (true, 2) => "0.995,0.993",
            (true, 3) => "0.995,0.992,0.992",
            (true, _) => "0.995,0.99,0.992,0.994,0.993",
            (false, 1) => "0.8",
            (false, 2) => "0.8,0.75",
            (false, 3) => "0.8,0.75,0.75",
            (false, _) => "0.8,0.77,0.75,0.76,0.79",
        }
    }

    /// Options of `train integrate`. Adam's rate for sigmoids on sequences is the program's at its 10,000 steps, and ten times that where
    /// there are fewer.
    pub fn options(self, size: Size) -> Value {
        let (f, loss) =
            (if self.relu { "relu" } else { "sigmoid" }, if self.batch { "batch" } else { "proxy" });
        let mut o =
            json!({ "channels": self.channels, "decay": self.decays(), "activation": f, "loss": loss });
        let adam = match (self.relu, self.batch) {
            (true, false) => self.channels > 1,
            (true, true) => false,
            (false, false) => true,
            (false, true) => self.channels > 1,
        };
        if adam {
            o["optimiser"] = json!("adam");
        }
        if self.relu {
            return o;
        }
        o["train_decoder"] = json!(true);
        match (self.batch, self.channels) {
            // 0.5 on the loss over T^2.
            (true, 1) => o["rate"] = json!(0.5 / 9.0),
            (true, _) => {
                let steps = 2 * size.steps;
                (o["duration"], o["steps"]) = (json!(10), json!(steps));
                o["rate"] = json!(if steps < 10_000 { 5e-4 } else { 5e-5 });
            }
            (false, d) if d > 2 => (o["slope"], o["threshold"]) = (json!(5), json!(0)),
            (false, _) => {}
        }
        o
    }

    /// Trained networks, a seed each.
    ///
    /// # Errors
    /// Those of [`networks`].
    pub fn networks(
        self,
        size: Size,
        settings: &Settings,
        observer: &dyn Observer,
    ) -> Result<Vec<Network>, Error> {
        networks(&self.name().replace(" = ", ""), size, &self.options(size), settings, observer)
    }
}
