//! Newton's method for the root of a concave increasing function inside a bracket, ended by evidence.

/// The search for the root of a concave increasing function f on \[low, high\].
///
/// From the left of the root Newton's steps go up to it and never past it, and |f| shrinks at each; from the right one
/// step leads to the left. Where a step does otherwise, f is at its own rounding: the search ends there, on whatever
/// processor, and keeps the point of the smallest |f|. Steps that leave the bracket halve it.
#[derive(Clone, Debug)]
pub struct Rising {
    /// Where f is to be looked at next.
    pub x: f64,
    /// The point of the smallest |f| so far, and that |f|.
    pub best: (f64, f64),
    low: f64,
    high: f64,
    /// f where the last Newton step began; none after a halving.
    from: Option<f64>,
}

impl Rising {
    /// Begins at `start`, or at the end of the bracket next to it.
    pub fn new(low: f64, high: f64, start: f64) -> Self {
        let x = if start.is_finite() { start.clamp(low, high) } else { 0.5 * (low + high) };
        Self { x, best: (x, f64::INFINITY), low, high, from: None }
    }

    /// Takes f and f' at `x` and moves on; true where there is nothing left to gain.
    pub fn done(&mut self, value: f64, slope: f64) -> bool {
        let size = value.abs();
        if size < self.best.1 {
            self.best = (self.x, size);
        }
        let rounded = self.from.is_some_and(|last| value > 0.0 || (last < 0.0 && value <= last));
        if rounded || value == 0.0 || value.is_nan() {
            return true;
        }
        match value < 0.0 {
            true => self.low = self.low.max(self.x),
            false => self.high = self.high.min(self.x),
        }
        let newton = self.x - value / slope;
        let inside = newton >= self.low && newton <= self.high;
        let next = if inside { newton } else { 0.5 * (self.low + self.high) };
        self.from = inside.then_some(value);
        if next - self.x == 0.0 || next.is_nan() {
            return true;
        }
        self.x = next;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps until the end and where it was.
    fn run(f: impl Fn(f64) -> (f64, f64), low: f64, high: f64, start: f64) -> (usize, f64) {
        let mut search = Rising::new(low, high, start);
        let mut steps = 1;
        loop {
            let (value, slope) = f(search.x);
            if search.done(value, slope) {
                return (steps, search.best.0);
            }
            steps += 1;
            assert!(steps < 100, "no end from {start}");
        }
    }

    #[test]
    fn a_noisy_last_digit_does_not_keep_it_going() {
        // ln x = 1 with rounding of another size and sign at every point.
        for noise in [0.0, 1e-16, 1e-15, 1e-13, 1e-10] {
            let f = |x: f64| {
                let jitter = ((x.to_bits() % 17) as f64 - 8.0) / 8.0;
                (x.ln() - 1.0 + noise * jitter, x.recip())
            };
            for start in [1e-3, 0.5, 2.0, 2.7, 3.0, 50.0, 1e6] {
                let (steps, x) = run(f, 1e-3, 1e6, start);
                assert!(steps <= 30, "{steps} steps from {start}, noise {noise}");
                assert!((x.ln() - 1.0).abs() <= 2.0 * noise + 1e-15, "{x} from {start}, noise {noise}");
            }
        }
    }

    #[test]
    fn a_root_at_an_end_of_the_bracket_is_found() {
        for start in [1.0, 2.0, 3.0] {
            assert!((run(|x| (x - 1.0, 1.0), 1.0, 3.0, start).1 - 1.0).abs() < 1e-15);
            assert!((run(|x| (x - 3.0, 1.0), 1.0, 3.0, start).1 - 3.0).abs() < 1e-15);
        }
    }
}
