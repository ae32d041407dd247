//! How hexagonal a rate map is.

/// Bins that must overlap for a correlation.
const OVERLAP: usize = 20;
/// Inner radius of the rings, and the largest outer ones, in sides of the map.
const INNER: f64 = 0.2;
const OUTER: [f64; 2] = [0.4, 1.0];
/// Rings tried.
const RINGS: usize = 10;
/// Rotations, degrees.
const ANGLES: [f64; 5] = [30.0, 60.0, 90.0, 120.0, 150.0];

/// Correlations of a map with itself, shifted.
#[derive(Clone, Debug)]
pub struct Autocorrelogram {
    /// Entry i + sides\[0\] j is that of the shift (i - m, j - k), m and k the middle; NaN where fewer than twenty bins overlap.
    pub r: Vec<f64>,
    /// Twice the bins less one along each coordinate.
    pub sides: [usize; 2],
}

/// Pearson's correlation of a rate map with itself under all shifts, over the bins that were visited in both.
///
/// Source: Sargolini et al., Science 312, 758 (2006), supporting material.
pub fn autocorrelogram(map: &[f64], bins: [usize; 2]) -> Autocorrelogram {
    let [nx, ny] = bins;
    let sides = [2 * nx - 1, 2 * ny - 1];
    let mut r = vec![f64::NAN; sides[0] * sides[1]];
    for dy in 0..ny {
        for sx in 0..sides[0] {
            let dx = sx as isize - (nx as isize - 1);
            let (first, last) = (0.max(-dx) as usize, (nx as isize).min(nx as isize - dx) as usize);
            let [mut n, mut a, mut b, mut aa, mut bb, mut ab] = [0.0f64; 6];
            for j in 0..ny - dy {
                for i in first..last {
                    let (u, v) = (map[i + nx * j], map[(i as isize + dx) as usize + nx * (j + dy)]);
                    if u.is_finite() && v.is_finite() {
                        n += 1.0;
                        (a, b) = (a + u, b + v);
                        (aa, bb, ab) = (aa + u * u, bb + v * v, ab + u * v);
                    }
                }
            }
            let scale = ((n * aa - a * a) * (n * bb - b * b)).sqrt();
            // What is left of sums of equal numbers is rounding.
            let value =
                if scale > 1e-10 * n * (aa * bb).sqrt() { (n * ab - a * b) / scale } else { f64::NAN };
            if n >= OVERLAP as f64 {
                // Both of a shift and its reverse.
                r[sx + sides[0] * (ny - 1 + dy)] = value;
                r[(sides[0] - 1 - sx) + sides[0] * (ny - 1 - dy)] = value;
            }
        }
    }
    Autocorrelogram { r, sides }
}

/// Where a bin goes under each rotation: the bin before, and the shares of the way to the next.
type Turned = [(usize, [f64; 2]); 5];

/// Rings of shifts and where their bins go under rotations, for maps of one size.
#[derive(Clone, Debug)]
pub struct Rings {
    /// Of each bin within the largest ring: its place, its radius in sides, and for each rotation the four bins around where it comes
    /// from with the first one's place, and how far between them.
    at: Vec<(usize, f64, Turned)>,
    sides: [usize; 2],
}

impl Rings {
    /// Of maps of so many bins.
    pub fn of(bins: [usize; 2]) -> Self {
        let sides = [2 * bins[0] - 1, 2 * bins[1] - 1];
        let middle = [bins[0] as f64 - 1.0, bins[1] as f64 - 1.0];
        let side = bins[0].min(bins[1]) as f64;
        let mut at = vec![];
        for place in 0..sides[0] * sides[1] {
            let (x, y) = ((place % sides[0]) as f64 - middle[0], (place / sides[0]) as f64 - middle[1]);
            let radius = x.hypot(y) / side;
            let turned = ANGLES.map(|angle| {
                let (s, c) = angle.to_radians().sin_cos();
                // Right angles go from bin to bin: what rounding adds would give a bin without a value some weight.
                let whole = |v: f64| if (v - v.round()).abs() < 1e-9 { v.round() } else { v };
                let to = [whole(c * x - s * y + middle[0]), whole(s * x + c * y + middle[1])];
                // Outside of the picture it comes from nowhere; the last bin has none after it.
                let inside = (0..2).all(|k| to[k] >= 0.0 && to[k] <= (sides[k] - 1) as f64);
                let low: [f64; 2] = std::array::from_fn(|k| to[k].floor().clamp(0.0, (sides[k] - 2) as f64));
                let part: [f64; 2] = std::array::from_fn(|k| (to[k] - low[k]).clamp(0.0, 1.0));
                // Not negative, by the clamp.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let first = low[0] as usize + sides[0] * low[1] as usize;
                (if inside { first } else { usize::MAX }, part)
            });
            if (INNER..=OUTER[1]).contains(&radius) {
                at.push((place, radius, turned));
            }
        }
        at.sort_by(|a, b| a.1.total_cmp(&b.1));
        Self { at, sides }
    }
}

/// The grid score of an autocorrelogram; none where no ring has a correlation at every rotation.
///
/// Formula: min(r_60, r_120) - max(r_30, r_90, r_150), r_a the correlation of the ring with itself turned by a degrees (bilinear), of the ring
/// from 0.2 sides of the map to one of ten outer radii between 0.4 and 1 at which it is largest.
///
/// Source: Sargolini et al. 2006; the rings are those of Banino et al., Nature 557, 429 (2018).
pub fn grid_score(a: &Autocorrelogram, rings: &Rings) -> Option<f64> {
    let across = rings.sides[0];
    let value = |(first, [u, v]): (usize, [f64; 2])| {
        if first == usize::MAX {
            return f64::NAN;
        }
        // A neighbour that has no weight need not be known.
        let of = |place: usize, weight: f64| if weight > 0.0 { weight * a.r[place] } else { 0.0 };
        of(first, (1.0 - u) * (1.0 - v))
            + of(first + 1, u * (1.0 - v))
            + of(first + across, (1.0 - u) * v)
            + of(first + across + 1, u * v)
    };
    // Sums of each rotation: n, a, b, aa, bb, ab.
    let mut sums = [[0.0f64; 6]; 5];
    let (mut next, mut best) = (0, f64::NEG_INFINITY);
    for ring in 0..RINGS {
        let outer = OUTER[0] + (OUTER[1] - OUTER[0]) * ring as f64 / (RINGS - 1) as f64;
        while let Some((place, _, turned)) = rings.at.get(next).filter(|b| b.1 <= outer + 1e-12) {
            next += 1;
            let own = a.r[*place];
            for (s, from) in sums.iter_mut().zip(turned) {
                let other = value(*from);
                if own.is_finite() && other.is_finite() {
                    let terms = [1.0, own, other, own * own, other * other, own * other];
                    s.iter_mut().zip(terms).for_each(|(s, v)| *s += v);
                }
            }
        }
        let r =
            sums.map(|[n, a, b, aa, bb, ab]| (n * ab - a * b) / ((n * aa - a * a) * (n * bb - b * b)).sqrt());
        let score = r[1].min(r[3]) - r[0].max(r[2]).max(r[4]);
        // A maximum passes over what is no number.
        if r.iter().all(|v| v.is_finite()) && score > best {
            best = score;
        }
    }
    (best > f64::NEG_INFINITY).then_some(best)
}
