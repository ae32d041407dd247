//! Maps of what depends on where one is.

use crate::common::*;
use nullcline_core::tasks::navigation::{Map as Rooms, Place};
use nullcline_core::training::navigation::Way;
use nullcline_report::figures::{HeatMap, Palette, heat_map};

/// Squares of a part of the plane.
#[derive(Clone, Copy)]
pub struct Squares {
    low: [f64; 2],
    count: [usize; 2],
    side: f64,
}

/// Places of all rooms, `per` along a side of each.
pub fn places(map: &Rooms, per: usize) -> Vec<Place> {
    let at = move |k: usize| (k as f64 + 0.5) / per as f64 - 0.5;
    let of = move |room: usize| (0..per * per).map(move |k| Place { room, at: [at(k % per), at(k / per)] });
    (0..map.rooms.len()).flat_map(of).collect()
}

impl Squares {
    /// Of all rooms, `per` along a side of each.
    pub fn of_map(map: &Rooms, per: usize) -> Self {
        let end = |i: usize, sign: f64| {
            sign * map.rooms.iter().map(|r| sign * r.centre[i] + 0.5).fold(f64::NEG_INFINITY, f64::max)
        };
        Self::between([0, 1].map(|i| end(i, -1.0)), [0, 1].map(|i| end(i, 1.0)), per)
    }

    /// Of that box.
    pub fn between(low: [f64; 2], high: [f64; 2], per: usize) -> Self {
        let count = [0, 1].map(|i| ((high[i] - low[i]) * per as f64).round().max(1.0) as usize);
        Self { low, count, side: (per as f64).recip() }
    }

    /// The square that holds a point.
    fn at(&self, point: [f64; 2]) -> Option<usize> {
        let k = [0, 1].map(|i| ((point[i] - self.low[i]) / self.side).floor());
        let inside = (0..2).all(|i| k[i] >= 0.0 && k[i] < self.count[i] as f64);
        inside.then(|| k[0] as usize + self.count[0] * k[1] as usize)
    }

    /// Means of values in each square; of none where there is none.
    pub fn means(&self, values: impl IntoIterator<Item = ([f64; 2], f64)>) -> Vec<f64> {
        let mut sums = vec![[0.0; 2]; self.count[0] * self.count[1]];
        for (point, value) in values {
            if let Some(k) = self.at(point).filter(|_| value.is_finite()) {
                sums[k][0] += value;
                sums[k][1] += 1.0;
            }
        }
        sums.into_iter().map(|[sum, n]| sum / n).collect()
    }

    /// A map of them.
    pub fn draw(&self, name: &str, values: Vec<f64>, label: &str, palette: Palette) -> Drawn {
        let centres =
            |i: usize| (0..self.count[i]).map(|k| self.low[i] + self.side * (k as f64 + 0.5)).collect();
        let map = HeatMap {
            x: centres(0),
            y: centres(1),
            values,
            label: label.into(),
            palette,
            range: None,
            missing: "none".into(),
        };
        let shape = self.count[1] as f64 / self.count[0] as f64;
        let axes = Axes { height: THIRD * 0.57 * shape, ..Axes::new("x (sides)", "y (sides)").wide(THIRD) };
        heat_map(&map, &[], &axes)?.named(name, name, "")
    }
}

/// Units whose values vary most over the ways, most first.
pub fn liveliest(ways: &[Way], count: usize) -> Vec<usize> {
    let units = ways.first().map_or(0, |w| w.states.nrows());
    let variance = |unit: usize| {
        let all = ways.iter().flat_map(|w| w.states.row(unit).iter()).map(|v| f64::from(*v));
        let (mut n, mut sum, mut square) = (0.0, 0.0, 0.0);
        all.for_each(|v| {
            n += 1.0;
            sum += v;
            square += v * v;
        });
        square / n - (sum / n).powi(2)
    };
    let mut order: Vec<(f64, usize)> = (0..units).map(|u| (variance(u), u)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    // Spread over the livelier half, so that four units are not four of a kind.
    let step = (units / 2 / count.max(1)).max(1);
    order.iter().step_by(step).take(count).map(|o| o.1).collect()
}

/// Standard scores.
pub fn scores(values: &[f64]) -> Vec<f64> {
    let found: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let mean = found.iter().sum::<f64>() / found.len() as f64;
    let deviation = nullcline_core::numbers::deviation(&found);
    values.iter().map(|v| if deviation > 0.0 { (v - mean) / deviation } else { v - mean }).collect()
}

/// Where one is after each action of a way, in the plane, and the displacement from its start.
pub fn positions(map: &Rooms, way: &Way) -> Vec<[[f64; 2]; 2]> {
    let moved = way.trajectory.displacements();
    // Who stands at a wall stands in the room.
    let inside = |p: &Place| map.plane(p.room, p.at.map(|v| v * (1.0 - 1e-9)));
    way.trajectory.places[1..].iter().zip(moved).map(|(p, d)| [inside(p), d]).collect()
}
