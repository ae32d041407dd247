//! A density in a plane, on a grid.

use faer::MatRef;

/// A density on a grid of squares.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Centres of the cells along the first coordinate.
    pub x: Vec<f64>,
    /// Centres along the second.
    pub y: Vec<f64>,
    /// Share of the points over the area of the cell; cell (i, j) is entry `j * x.len() + i`.
    pub density: Vec<f64>,
    /// Share of the points that lie outside of the grid.
    pub outside: f64,
}

/// Counts the first two coordinates of the columns of `points`, d x T, in `bins` x `bins` cells between the ends of `range`, upper
/// ends of the last cells included.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::density;
///
/// let x = faer::mat![[0.1, 0.2, 0.9, 5.0], [0.1, 0.3, 0.2, 0.0]];
/// let grid = density(x.as_ref(), [[0.0, 1.0], [0.0, 1.0]], 2);
/// assert_eq!((grid.density, grid.outside), (vec![2.0, 1.0, 0.0, 0.0], 0.25));
/// ```
pub fn density(points: MatRef<f64>, range: [[f64; 2]; 2], bins: usize) -> Grid {
    let total = points.ncols() as f64;
    let width = range.map(|[lo, hi]| (hi - lo) / bins as f64);
    let mut counts = vec![0usize; bins * bins];
    for t in 0..points.ncols() {
        if let [Some(i), Some(j)] = [0, 1].map(|c: usize| cell(points[(c, t)], range[c], bins)) {
            counts[j * bins + i] += 1;
        }
    }
    let inside: usize = counts.iter().sum();
    let centres = |c: usize| (0..bins).map(|k| range[c][0] + (k as f64 + 0.5) * width[c]).collect();
    Grid {
        x: centres(0),
        y: centres(1),
        density: counts.iter().map(|k| *k as f64 / total / (width[0] * width[1])).collect(),
        outside: 1.0 - inside as f64 / total,
    }
}

/// The cell of `bins` equal ones between two ends in which `v` lies; none outside.
pub fn cell(v: f64, [lo, hi]: [f64; 2], bins: usize) -> Option<usize> {
    let at = (v - lo) / (hi - lo) * bins as f64;
    // Not negative where it is a cell.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (v >= lo && v <= hi).then(|| (at as usize).min(bins - 1))
}
