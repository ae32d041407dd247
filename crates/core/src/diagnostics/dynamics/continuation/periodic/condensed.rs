//! The linear systems of shooting over many intervals, by elimination with pivoting.

use faer::Mat;
use faer::linalg::solvers::Solve;

/// X_(k+1) = M X_k + a T + b p + r of one interval: M (n x n) and (a, b, r) (n x 3).
pub struct Link {
    /// M.
    pub matrix: Mat<f64>,
    /// a, b, r.
    pub rest: Mat<f64>,
}

/// What is kept of the elimination of X_k: upper triangle of X_k, then X_0, X_(k+1), (T, p, 1).
struct Kept {
    rows: Mat<f64>,
}

/// The equations of all intervals with X_N = X_0, reduced to X_0, T and p.
pub struct Condensed {
    n: usize,
    kept: Vec<Kept>,
    /// A X_0 + B X_N = a T + b p + r.
    first: Mat<f64>,
    last: Mat<f64>,
    rest: Mat<f64>,
}

/// X_0 to X_N, T and p.
pub struct Answer {
    /// X_0 to X_(N-1), n each.
    pub states: Vec<Vec<f64>>,
    /// T.
    pub period: f64,
    /// p.
    pub p: f64,
}

impl Condensed {
    /// Eliminates X_1 to X_(N-1) one after the other, each with row pivoting over the two equations that hold it, so that neither growing
    /// nor shrinking directions are lost.
    ///
    /// Source: Wright, SIAM J. Sci. Stat. Comput. 13 (1992) 742 (structured elimination of boundary value problems). None for what is
    /// singular or not finite.
    pub fn new(links: &[Link]) -> Option<Self> {
        let first = links.first()?;
        let n = first.matrix.nrows();
        // X_1 - M_0 X_0 = a T + b p + r.
        let mut a = Mat::from_fn(n, n, |r, c| -first.matrix[(r, c)]);
        let mut b = Mat::<f64>::identity(n, n);
        let mut rest = first.rest.clone();
        let mut kept = Vec::with_capacity(links.len());
        for link in &links[1..] {
            // Columns: X_k, X_0, X_(k+1), (T, p, 1).
            let mut m = Mat::from_fn(2 * n, 3 * n + 3, |r, c| match (r < n, c / n.max(1)) {
                (true, 0) => b[(r, c)],
                (true, 1) => a[(r, c - n)],
                (true, 2) => 0.0,
                (true, _) => rest[(r, c - 3 * n)],
                (false, 0) => -link.matrix[(r - n, c)],
                (false, 1) => 0.0,
                (false, 2) => f64::from(u8::from(r - n == c - 2 * n)),
                (false, _) => link.rest[(r - n, c - 3 * n)],
            });
            eliminate(&mut m, n)?;
            let below = |r: usize, c: usize| m[(n + r, c)];
            a = Mat::from_fn(n, n, |r, c| below(r, n + c));
            b = Mat::from_fn(n, n, |r, c| below(r, 2 * n + c));
            rest = Mat::from_fn(n, 3, |r, c| below(r, 3 * n + c));
            kept.push(Kept { rows: m.subrows(0, n).to_owned() });
        }
        Some(Self { n, kept, first: a, last: b, rest })
    }

    /// The solution that satisfies two more equations in (X_0, T, p), given as rows of n + 2 with their right-hand sides; without the
    /// inhomogeneity r where `homogeneous`. Its determinant's sign comes with it.
    pub fn solve(&self, rows: [(&[f64], f64); 2], homogeneous: bool) -> Option<Answer> {
        let n = self.n;
        let one = if homogeneous { 0.0 } else { 1.0 };
        let m = Mat::from_fn(n + 2, n + 2, |r, c| match (r < n, c < n) {
            (true, true) => self.first[(r, c)] + self.last[(r, c)],
            (true, false) => -self.rest[(r, c - n)],
            (false, _) => rows[r - n].0[c],
        });
        let rhs = Mat::from_fn(n + 2, 1, |r, _| if r < n { one * self.rest[(r, 2)] } else { rows[r - n].1 });
        let x = m.partial_piv_lu().solve(rhs);
        if !(0..n + 2).all(|r| x[(r, 0)].is_finite()) {
            return None;
        }
        let head: Vec<f64> = (0..n).map(|r| x[(r, 0)]).collect();
        let (period, p) = (x[(n, 0)], x[(n + 1, 0)]);
        let mut states = vec![head.clone()];
        let mut next = head.clone();
        for kept in self.kept.iter().rev() {
            let mut y = vec![0.0; n];
            for r in (0..n).rev() {
                let row = |c: usize| kept.rows[(r, c)];
                let known = period * row(3 * n) + p * row(3 * n + 1) + one * row(3 * n + 2);
                let others: f64 = (0..n).map(|c| row(n + c) * head[c] + row(2 * n + c) * next[c]).sum();
                let above: f64 = (r + 1..n).map(|c| row(c) * y[c]).sum();
                y[r] = (known - others - above) / row(r);
            }
            if !y.iter().all(|v| v.is_finite()) {
                return None;
            }
            next.clone_from(&y);
            states.push(y);
        }
        states[1..].reverse();
        Some(Answer { states, period, p })
    }
}

/// Gaussian elimination of the first `n` columns, pivots by rows.
fn eliminate(m: &mut Mat<f64>, n: usize) -> Option<()> {
    let (rows, columns) = (m.nrows(), m.ncols());
    for k in 0..n {
        let pivot = (k..rows).max_by(|i, j| m[(*i, k)].abs().total_cmp(&m[(*j, k)].abs()))?;
        if !(m[(pivot, k)].abs() > 0.0) || !m[(pivot, k)].is_finite() {
            return None;
        }
        if pivot != k {
            for c in 0..columns {
                let held = m[(k, c)];
                m[(k, c)] = m[(pivot, c)];
                m[(pivot, c)] = held;
            }
        }
        let factors: Vec<f64> = (k + 1..rows).map(|r| m[(r, k)] / m[(k, k)]).collect();
        for c in k..columns {
            let head = m[(k, c)];
            for (r, f) in factors.iter().enumerate() {
                m[(k + 1 + r, c)] -= f * head;
            }
        }
    }
    Some(())
}
