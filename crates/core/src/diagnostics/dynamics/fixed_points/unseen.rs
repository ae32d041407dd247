//! How many points no start has reached, from how often the others were.

/// How often one point was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// By starts that know nothing of the points found before.
    pub hits: usize,
    /// Whether starts bred from other points reached it too.
    pub bred: bool,
}

fn count(tally: &[Tally], hits: usize) -> f64 {
    tally.iter().filter(|t| t.hits == hits).count() as f64
}

/// Expected number of points that no independent start hit: the improved Chao1 estimate
/// (m-1)/m f1 (f1-1) / (2 (f2+1)) + (m-3)/m f3 / (4 f4) max(f1 - (m-3)/(m-1) f2 f3 / (2 f4), 0), with
/// f_k the points hit k times in m hits and f4 at least one. A lower bound in expectation.
///
/// Source: Chao 1987, Biometrics 43, 783; Chiu, Wang, Walther & Chao 2014, Biometrics 70, 671, eq. 9.
pub fn chao1(tally: &[Tally]) -> f64 {
    let m = tally.iter().map(|t| t.hits).sum::<usize>() as f64;
    let [f1, f2, f3, f4] = [1, 2, 3, 4].map(|k| count(tally, k));
    if m < 4.0 {
        return if m > 0.0 { (m - 1.0) / m * f1 * (f1 - 1.0) / (2.0 * (f2 + 1.0)) } else { 0.0 };
    }
    let f4 = f4.max(1.0);
    let more = (m - 3.0) / m * f3 / (4.0 * f4) * (f1 - (m - 3.0) / (m - 1.0) * f2 * f3 / (2.0 * f4)).max(0.0);
    (m - 1.0) / m * f1 * (f1 - 1.0) / (2.0 * (f2 + 1.0)) + more
}

/// Expected number of points that neither kind of start found.
///
/// Formula: of the points hit once by independent starts, bred starts found the share
/// s = (k + 1/2) / (f1 + 1); those never hit are at least as rare, so that of f0 ([`chao1`]) the part
/// f0 (1 - s) is missed, and u points that only bred starts found stand for u (1 - s) / s more
/// (capture and recapture among the rare). The larger of the two.
pub fn unseen(tally: &[Tally]) -> f64 {
    let f1 = count(tally, 1);
    let marked = tally.iter().filter(|t| t.hits == 1 && t.bred).count() as f64;
    let only = tally.iter().filter(|t| t.hits == 0 && t.bred).count() as f64;
    let share = (marked + 0.5) / (f1 + 1.0);
    let recaptured = if f1 >= 2.0 { only * (1.0 - share) / share } else { 0.0 };
    (chao1(tally) * (1.0 - share)).max(recaptured)
}
