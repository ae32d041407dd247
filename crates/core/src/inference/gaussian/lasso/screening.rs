//! Which variables interact at all, read off the covariance.

use crate::linalg::col;
use faer::MatRef;

/// Connected components of the graph |C_ij| > lambda, which are those of Theta.
///
/// Source: Witten, Friedman & Simon 2011; Mazumder & Hastie 2012, theorem 1.
pub fn blocks(c: MatRef<f64>, lambda: f64) -> Vec<Vec<usize>> {
    let n = c.nrows();
    let mut left: Vec<usize> = (0..n).rev().collect();
    let mut blocks = Vec::new();
    while let Some(first) = left.pop() {
        let mut block = vec![first];
        let mut next = 0;
        while let Some(&i) = block.get(next) {
            let c = col(c, i);
            left.retain(|&j| {
                let apart = c[j].abs() <= lambda;
                if !apart {
                    block.push(j);
                }
                apart
            });
            next += 1;
        }
        block.sort_unstable();
        blocks.push(block);
    }
    blocks
}

/// A pair with |C_ij| - lambda >= sqrt(C_ii C_jj): no dual feasible matrix is positive definite then.
pub fn impossible(c: MatRef<f64>, lambda: f64, block: &[usize]) -> Option<(usize, usize)> {
    let too_much = |i: usize, j: usize| c[(i, j)].abs() - lambda >= (c[(i, i)] * c[(j, j)]).sqrt();
    block.iter().enumerate().find_map(|(k, &j)| block[..k].iter().find(|&&i| too_much(i, j)).map(|&i| (i, j)))
}
