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

    /// Rows that count as one for the mean, over all variables together: the largest over block lengths m = 2^l, with 16 blocks or
    /// more, of tau = (1 + a) / (1 - a) for the autoregression of coefficient a >= 0 whose means over m rows vary as these do,
    ///
    /// Var(mean) / Var(row) = (tau - 2 a (1 - a^m) / (m (1 - a)^2)) / m,
    ///
    /// so that rows alike for longer than a block are told as well. At least 1 and at most all rows; NaN where nothing varies.
    ///
    /// Source: Flyvbjerg & Petersen 1989, eq. 27, for the means of blocks.
    pub fn time(&self) -> f64 {
        let variance = |l: &Level| l.square.iter().sum::<f64>() / (l.count - 1.0).max(1.0);
        let Some(first) = self.levels.first() else { return f64::NAN };
        let rows = variance(first);
        if !(rows > 0.0) {
            return f64::NAN;
        }
        let believed = self.levels.iter().enumerate().skip(1).filter(|(_, l)| l.count >= BELIEVED);
        let times = believed.map(|(i, l)| autoregression((i as f64).exp2(), variance(l) / rows, first.count));
        times.fold(1.0, f64::max)
    }
}

/// tau of the autoregression whose means over `m` rows have `share` of the variance of a row, `most` at most.
fn autoregression(m: f64, share: f64, most: f64) -> f64 {
    // ln a = -rate; the share falls as the rate grows.
    let of = |rate: f64| {
        let (a, gap) = ((-rate).exp(), -(-rate).exp_m1());
        let tau = (1.0 + a) / gap;
        (tau, (tau - 2.0 * a * -(-rate * m).exp_m1() / (m * gap * gap)) / m)
    };
    let (mut slow, mut fast) = (2.0 / most, 50.0);
    if share >= of(slow).1 {
        return most;
    }
    // The bracket halves until its ends are one number but for rounding.
    while fast - slow > 1e-9 * fast {
        let middle = 0.5 * (slow + fast);
        if of(middle).1 > share { slow = middle } else { fast = middle }
    }
    of(fast).0.min(most)
}
