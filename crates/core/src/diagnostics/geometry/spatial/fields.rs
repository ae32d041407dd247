//! Fields: places that hang together in which a unit is active.

/// Share of the peak above which a bin belongs to a place field, and the bins of the smallest (Muller, Kubie & Ranck 1987).
pub const PLACE: (f64, usize) = (0.2, 9);
/// The same of the fields of the border score (Solstad et al. 2008).
pub const BORDER: (f64, usize) = (0.3, 9);

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its bins.
    pub bins: Vec<usize>,
    /// The bin of its largest rate.
    pub peak: usize,
}

/// Bins that touch by a side and have more than `share` of the map's largest rate, as fields of `least` bins or more, the largest first.
///
/// Shapes: entry i + bins\[0\] j of `map` is the bin (i, j); NaN where nobody was. A map without a positive rate has none. Of a
/// line a field has a third of `least` bins.
///
/// ```
/// use nullcline_core::diagnostics::geometry::spatial::fields;
///
/// let map = [5.0, 4.0, 0.0, 0.0, 0.0, 3.0];
/// let found = fields(&map, [6, 1], (0.5, 3));
/// assert_eq!((found.len(), &found[0].bins[..], found[0].peak, found[1].peak), (2, &[0, 1][..], 0, 5));
/// ```
pub fn fields(map: &[f64], bins: [usize; 2], (share, least): (f64, usize)) -> Vec<Field> {
    let [nx, ny] = bins;
    let least = if ny > 1 { least } else { least.div_ceil(3) };
    let most = map.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
    let mut free: Vec<bool> = map.iter().map(|v| most > 0.0 && *v > share * most).collect();
    let mut all = vec![];
    for start in 0..map.len() {
        if !free[start] {
            continue;
        }
        free[start] = false;
        let (mut found, mut next) = (vec![], vec![start]);
        while let Some(b) = next.pop() {
            found.push(b);
            let (i, j) = (b % nx, b / nx);
            let around = [
                (i > 0).then(|| b - 1),
                (i + 1 < nx).then_some(b + 1),
                (j > 0).then(|| b - nx),
                (j + 1 < ny).then_some(b + nx),
            ];
            for other in around.into_iter().flatten() {
                if free[other] {
                    free[other] = false;
                    next.push(other);
                }
            }
        }
        if found.len() >= least {
            found.sort_unstable();
            let peak = found.iter().fold(found[0], |p, b| if map[*b] > map[p] { *b } else { p });
            all.push(Field { bins: found, peak });
        }
    }
    all.sort_by_key(|f| std::cmp::Reverse(f.bins.len()));
    all
}
