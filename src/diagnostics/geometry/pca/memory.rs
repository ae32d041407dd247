//! How many successive rows count as one, from a stream.

/// Blocks that a level must have to be believed.
const BELIEVED: f64 = 16.0;

/// Means over blocks of 1, 2, 4, ... rows, and how they vary.
#[derive(Clone)]
pub(super) struct Memory {
    levels: Vec<Level>,
}

/// Blocks of one length.
#[derive(Clone)]
struct Level {
    count: f64,
    mean: Vec<f64>,
    /// Sum of squares about the mean.
    square: Vec<f64>,
    /// A block that waits for the next to be joined with.
    open: Option<Vec<f64>>,
}

impl Memory {
    pub fn new() -> Self {
        Self { levels: vec![] }
    }

    pub fn add(&mut self, row: &[f64]) {
        let mut block = row.to_vec();
        for at in 0.. {
            if at == self.levels.len() {
                let zeros = || vec![0.0; row.len()];
                self.levels.push(Level { count: 0.0, mean: zeros(), square: zeros(), open: None });
            }
            let level = &mut self.levels[at];
            level.count += 1.0;
            for ((m, s), v) in level.mean.iter_mut().zip(&mut level.square).zip(&block) {
                let step = v - *m;
                *m += step / level.count;
                *s += step * (v - *m);
            }
            let Some(other) = level.open.take() else {
                level.open = Some(block);
                return;
            };
            block.iter_mut().zip(&other).for_each(|(b, o)| *b = 0.5 * (*b + o));
        }
    }

    /// The same rows in other units.
    pub fn scale(&mut self, by: f64) {
        for level in &mut self.levels {
            level.mean.iter_mut().for_each(|m| *m *= by);
            level.square.iter_mut().for_each(|s| *s *= by * by);
            level.open.iter_mut().flatten().for_each(|v| *v *= by);
        }
    }

    /// tau = max over l of 2^l Var(means of 2^l rows) / Var(rows), over all variables together, l while there are 16 such
    /// blocks; at least 1, NaN where nothing varies. For an autoregression of coefficient a it grows to (1 + a) / (1 - a).
    ///
    /// Source: Flyvbjerg & Petersen 1989, eq. 27.
    pub fn time(&self) -> f64 {
        let variance = |l: &Level| l.square.iter().sum::<f64>() / (l.count - 1.0).max(1.0);
        let Some(rows) = self.levels.first().map(variance).filter(|v| *v > 0.0) else { return f64::NAN };
        let believed = self.levels.iter().enumerate().skip(1).filter(|(_, l)| l.count >= BELIEVED);
        believed.map(|(i, l)| (i as f64).exp2() * variance(l) / rows).fold(1.0, f64::max)
    }
}
