//! Weights as a picture.

use crate::common::*;
use faer::MatRef;
use nullcline_report::figures::{HeatMap, Palette, heat_map};

/// Cells of a side, at most.
const CELLS: usize = 100;

/// W with its units in that order; where they are more than a hundred, root mean squares with the sign of the mean of neighbours.
pub fn weights(w: MatRef<f64>, order: &[usize], title: &str) -> Drawn {
    let n = order.len();
    let block = n.div_ceil(CELLS).max(1);
    let cells = n / block;
    let value = |a: usize, b: usize| {
        let pairs = (0..block).flat_map(|i| (0..block).map(move |j| (a * block + i, b * block + j)));
        let (sum, square) = pairs.fold((0.0, 0.0), |(sum, square), (i, j)| {
            let v = w[(order[i], order[j])];
            (sum + v, square + v * v)
        });
        f64::signum(sum) * f64::sqrt(square / (block * block) as f64)
    };
    let at: Vec<f64> = (0..cells).map(|k| (k * block) as f64 + 0.5 * block as f64).collect();
    let map = HeatMap {
        x: at.clone(),
        y: at,
        values: (0..cells).flat_map(|b| (0..cells).map(move |a| value(b, a))).collect(),
        label: "W".into(),
        palette: Palette::Diverging(0.0),
        ..HeatMap::default()
    };
    heat_map(&map, &[], &Axes::new("from unit", "to unit").wide(THIRD))?.named("weights", title, "")
}
