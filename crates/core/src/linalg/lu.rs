//! LU factorisation with row pivoting that stops at the first column that vanishes.

use super::{col, col_mut, width};
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_unit_lower_triangular_in_place;
use faer::{Accum, MatMut, Par};
use pulp::Arch;

/// Width below which columns are eliminated one by one.
const PANEL: usize = 8;

/// `P A = L U` in place, for r x c with c <= r, on the calling thread.
///
/// L (unit diagonal, |l| <= 1) is left strictly below the diagonal and U on and above it; row `i`
/// was exchanged with row `swaps[i] >= i`, in order. Returns the number of columns factored: fewer
/// than c when a pivot is zero or not finite, and then only the columns before it hold factors.
pub fn lu_in_place(a: MatMut<f64>, swaps: &mut [usize]) -> usize {
    let arch = width::arch();
    recurse(a, swaps, arch)
}

fn recurse(mut a: MatMut<f64>, swaps: &mut [usize], arch: Arch) -> usize {
    let c = a.ncols();
    if c <= PANEL {
        return arch.dispatch(Panel { a, swaps });
    }
    let half = (c / 2).next_multiple_of(PANEL);
    let (mut left, mut right) = a.as_mut().split_at_col_mut(half);
    let done = recurse(left.as_mut(), &mut swaps[..half], arch);
    exchange(right.as_mut(), &swaps[..done]);
    if done < half {
        return done;
    }
    let (l00, l10) = left.as_ref().split_at_row(half);
    let (mut top, mut rest) = right.as_mut().split_at_row_mut(half);
    solve_unit_lower_triangular_in_place(l00, top.as_mut(), Par::Seq);
    matmul(rest.as_mut(), Accum::Add, l10, top.as_ref(), -1.0, Par::Seq);
    let more = recurse(rest, &mut swaps[half..], arch);
    exchange(left.split_at_row_mut(half).1, &swaps[half..half + more]);
    for s in &mut swaps[half..half + more] {
        *s += half;
    }
    half + more
}

/// Applies the exchanges to every column.
fn exchange(mut a: MatMut<f64>, swaps: &[usize]) {
    for j in 0..a.ncols() {
        let column = col_mut(a.as_mut(), j);
        for (i, s) in swaps.iter().enumerate() {
            column.swap(i, *s);
        }
    }
}

struct Panel<'a, 'b> {
    a: MatMut<'a, f64>,
    swaps: &'b mut [usize],
}

impl pulp::NullaryFnOnce for Panel<'_, '_> {
    type Output = usize;
    #[inline(always)]
    fn call(self) -> usize {
        let Self { mut a, swaps } = self;
        for j in 0..a.ncols() {
            let pivot = position_of_largest(&col(a.as_ref(), j)[j..]) + j;
            let value = a[(pivot, j)];
            if value == 0.0 || !value.is_finite() {
                return j;
            }
            swaps[j] = pivot;
            if pivot != j {
                for c in 0..a.ncols() {
                    col_mut(a.as_mut(), c).swap(j, pivot);
                }
            }
            let (left, mut right) = a.as_mut().split_at_col_mut(j + 1);
            let multipliers = &mut col_mut(left, j)[j + 1..];
            for l in multipliers.iter_mut() {
                *l /= value;
            }
            for c in 0..right.ncols() {
                let column = &mut col_mut(right.as_mut(), c)[j..];
                let (head, tail) = column.split_at_mut(1);
                for (v, l) in tail.iter_mut().zip(multipliers.iter()) {
                    *v -= head[0] * *l;
                }
            }
        }
        a.ncols()
    }
}

/// Index of the largest modulus; NaN counts as infinite, so that it surfaces as a bad pivot.
#[inline(always)]
fn position_of_largest(v: &[f64]) -> usize {
    let mut best = [-1.0f64; 8];
    let (chunks, rest) = v.as_chunks::<8>();
    for c in chunks {
        for (b, x) in best.iter_mut().zip(c) {
            let x = x.abs();
            *b = if x <= *b { *b } else { x };
        }
    }
    for x in rest {
        let x = x.abs();
        best[0] = if x <= best[0] { best[0] } else { x };
    }
    let mut top = best[0];
    for b in &best[1..] {
        top = if *b <= top { top } else { *b };
    }
    v.iter().position(|x| x.is_nan() || x.abs() >= top).unwrap_or(0)
}
