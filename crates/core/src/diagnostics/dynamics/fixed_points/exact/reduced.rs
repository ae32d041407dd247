//! The few equations to which a network of low rank comes, enclosed over boxes.

use super::Limits;
use super::band::Bands;
use super::factors::Factors;
use crate::linalg::activation::Activation;
use crate::linalg::ball::Ball;
use crate::linalg::{col, norm, vectorised};
use crate::systems::recurrence::{Read, Recurrence};
use faer::Mat;

/// Most unknowns.
pub const MOST: usize = 8;
/// A vector of as many numbers as there are unknowns.
pub type Few = [f64; MOST];

/// A box of unknowns: all points within `radius` of `centre`, coordinate by coordinate.
#[derive(Clone, Copy, Debug)]
pub struct Cube {
    /// Centre.
    pub centre: Few,
    /// Half widths.
    pub radius: Few,
}

/// kappa = N^T tanh(M kappa + c + E tanh(..)) for r unknowns kappa.
///
/// A logistic function is 1/2 + tanh(a/2) / 2, so that its networks are tanh networks in b = a/2 with W/4 and
/// (c + W 1/2) / 2, exactly. b is a function of kappa because |E| < 1 (row sums), and lies within `blur` of
/// M kappa + c; its derivative within `tilt` of M, column by column.
pub struct Reduced {
    /// Units and unknowns.
    n: usize,
    r: usize,
    /// The unknowns are the units' own.
    entire: bool,
    factors: Factors,
    /// |N|.
    sizes: Mat<f64>,
    /// c, middle.
    drive: Vec<f64>,
    /// What E and the rounding of c add to a pre-activation.
    blur: Vec<f64>,
    tilt: Few,
    /// sum_i |N_ik|: the largest |kappa_k|.
    reach: Few,
    /// Rounding errors of N^T diag(s) M, entry by entry.
    slack: [Few; MOST],
    /// sum_k |N_ik| / reach_k of each unit: how much its error matters.
    weight: Vec<f64>,
    /// pre-activation = scale b.
    scale: f64,
}

/// What is known of h(kappa) = kappa - N^T tanh(..) over a cube.
#[derive(Default)]
pub struct Enclosure {
    /// Bands of the units.
    bands: Bands,
    /// Half widths of their pre-activations.
    widths: Vec<f64>,
    /// What these have beside |M| radius.
    offsets: Vec<f64>,
    /// h lies within `error` of value + (I - g)(kappa - centre).
    value: Few,
    g: [Few; MOST],
    error: Few,
    /// N^T tanh(..) over the cube, as middle and half width.
    range: [Few; 2],
    /// Inverse of I - g, where there is one.
    inverse: Option<[Few; MOST]>,
}

const EPS: f64 = f64::EPSILON;

impl Reduced {
    /// The reduced equations of `net`; none where its nonlinearity is another or the remainder is too large.
    pub fn new(net: &Recurrence, limits: &Limits) -> Option<Self> {
        let n = net.dim();
        let (share, scale) = match net.activation {
            Activation::Tanh => (1.0, 1.0),
            Activation::Sigmoid => (0.25, 2.0),
            Activation::Relu | Activation::Identity => return None,
        };
        let w = faer::Scale(share) * &net.weight;
        let balls: Vec<Ball> = (0..n)
            .map(|i| match net.activation {
                Activation::Sigmoid => {
                    let half = |j: usize| Ball::exact(0.5 * net.weight[(i, j)]);
                    (0..n).fold(net.drive[i], |sum, j| sum + half(j)) * Ball::exact(0.5)
                }
                _ => net.drive[i],
            })
            .collect();
        let low = Factors::of(w.as_ref(), limits.rank.min(MOST)).filter(|f| f.rank() < n);
        let entire = low.is_none();
        let factors = low.or_else(|| (n <= limits.whole.min(MOST)).then(|| Factors::whole(w.as_ref())))?;
        let r = factors.rank();
        let largest = factors.rest.iter().fold(0.0f64, |a, b| a.max(*b));
        if !(largest < 0.5) || !w.is_all_finite() || balls.iter().any(|b| !b.rad.is_finite()) {
            return None;
        }
        let few =
            |f: &dyn Fn(usize) -> f64| -> Few { std::array::from_fn(|k| if k < r { f(k) } else { 0.0 }) };
        let (left, right) = (factors.left.as_ref(), factors.right.as_ref());
        let grow = 1.0 + (n + 8) as f64 * EPS;
        let reach = few(&|k| col(right, k).iter().map(|v| v.abs()).sum::<f64>() * grow);
        let peak = |k: usize| col(left, k).iter().fold(0.0f64, |a, b| a.max(b.abs()));
        let tilt = few(&|k| largest / (1.0 - largest) * peak(k) * (1.0 + 8.0 * EPS));
        let blur = (0..n)
            .map(|i| factors.rest[i] + balls[i].rad + 4.0 * (r + 8) as f64 * EPS * balls[i].mid.abs())
            .collect();
        let gamma = 2.0 * (n + 8) as f64 * EPS;
        let slack = std::array::from_fn(|k| {
            few(&|l| {
                let pair = |i: usize| (right[(i, k.min(r - 1))] * left[(i, l)]).abs();
                gamma * (0..n).map(pair).sum::<f64>()
            })
        });
        let weight =
            (0..n).map(|i| (0..r).map(|k| right[(i, k)].abs() / reach[k].max(1e-300)).sum()).collect();
        let drive = balls.iter().map(|b| b.mid).collect();
        let sizes = Mat::from_fn(n, r, |i, k| factors.right[(i, k)].abs());
        Some(Self { n, r, entire, sizes, drive, blur, tilt, reach, slack, weight, scale, factors })
    }

    /// Number of unknowns.
    pub fn rank(&self) -> usize {
        self.r
    }
    /// Whether there are as many unknowns as units, the matrix not being of low rank.
    pub fn is_whole(&self) -> bool {
        self.entire
    }
    /// The cube that holds every solution, |tanh| being below 1.
    pub fn whole(&self) -> Cube {
        Cube { centre: [0.0; MOST], radius: self.reach }
    }
    /// Cost of an enclosure.
    pub fn cost(&self) -> u64 {
        (self.n * (self.r * self.r + 20)) as u64 + 2000
    }

    /// What is known of h over `cube`.
    pub fn enclose(&self, cube: &Cube) -> Enclosure {
        let n = self.n;
        let mut centres = self.drive.clone();
        let (mut widths, mut offsets) = (vec![0.0; n], self.blur.clone());
        let terms = 4.0 * (self.r + 8) as f64 * EPS;
        vectorised(
            #[inline(always)]
            || {
                for k in 0..self.r {
                    let (at, reach) = (cube.centre[k], cube.radius[k]);
                    // The rounding of M kappa + c goes with the size of its terms.
                    let rounding = terms * (at.abs() + reach);
                    let m = &col(self.factors.left.as_ref(), k)[..n];
                    let (centres, widths) = (&mut centres[..n], &mut widths[..n]);
                    let offsets = &mut offsets[..n];
                    for i in 0..n {
                        let size = m[i].abs();
                        centres[i] += m[i] * at;
                        widths[i] += size * reach;
                        offsets[i] += size * rounding;
                    }
                }
                widths.iter_mut().zip(&offsets).for_each(|(w, o)| *w += o);
            },
        );
        let bands = Bands::tanh(&centres, &widths);
        let mut e = Enclosure { bands, widths, offsets, ..Enclosure::default() };
        vectorised(
            #[inline(always)]
            || self.sums(cube, &mut e),
        );
        e.inverse = inverse(self.r, |k, l| e.linear(k, l));
        e
    }

    #[inline(always)]
    fn sums(&self, cube: &Cube, e: &mut Enclosure) {
        let (n, r) = (self.n, self.r);
        let grow = 1.0 + 2.0 * (n + 16) as f64 * EPS;
        let bands = &e.bands;
        let sum = 4.0 * (n + 8) as f64 * EPS;
        let errors: Vec<f64> = (0..n)
            .map(|i| bands.error[i] + bands.slope[i] * e.offsets[i] + sum * bands.value[i].abs())
            .collect();
        let halves: Vec<f64> = (0..n).map(|i| bands.half[i] + sum * bands.middle[i].abs()).collect();
        let mut sloped = vec![0.0; n];
        for k in 0..r {
            let (side, size) = (col(self.factors.right.as_ref(), k), col(self.sizes.as_ref(), k));
            let rounding = 4.0 * EPS * cube.centre[k].abs();
            e.value[k] = cube.centre[k] - dot(side, &bands.value);
            e.error[k] = dot(size, &errors) * grow + rounding;
            e.range[0][k] = dot(side, &bands.middle);
            e.range[1][k] = dot(size, &halves) * grow + rounding;
            for (s, (side, slope)) in sloped.iter_mut().zip(side.iter().zip(&bands.slope)) {
                *s = side * slope;
            }
            for l in 0..r {
                e.g[k][l] = dot(&sloped, col(self.factors.left.as_ref(), l));
                e.error[k] += self.slack[k][l] * cube.radius[l];
            }
        }
    }

    /// The cube's part that may hold a zero of h: none if there is none.
    pub fn contract(&self, cube: &Cube, e: &Enclosure) -> Option<Cube> {
        let r = self.r;
        let mut out = *cube;
        for k in 0..r {
            narrow(&mut out, k, e.range[0][k], e.range[1][k])?;
        }
        if let Some((shift, radius)) = self.image(cube, e) {
            for k in 0..r {
                narrow(&mut out, k, cube.centre[k] + shift[k], radius[k])?;
            }
        }
        for k in 0..r {
            self.row(cube, e, k, &mut out)?;
        }
        Some(out)
    }

    /// Narrows every coordinate by equation `k`, the others being where they are.
    fn row(&self, cube: &Cube, e: &Enclosure, k: usize, out: &mut Cube) -> Option<()> {
        for l in 0..self.r {
            let slope = e.linear(k, l);
            let (mut middle, mut radius, mut size) = (e.value[k], e.error[k], e.value[k].abs());
            for m in (0..self.r).filter(|m| *m != l) {
                let (c, shift) = (e.linear(k, m), out.centre[m] - cube.centre[m]);
                middle += c * shift;
                radius += c.abs() * out.radius[m];
                size += (c * shift).abs() + c.abs() * cube.centre[m].abs();
            }
            let radius = (radius + 64.0 * EPS * size) * (1.0 + 64.0 * EPS);
            if slope.abs() > 1e-6 {
                let pad = 64.0 * EPS * (cube.centre[l].abs() + (middle / slope).abs());
                narrow(
                    out,
                    l,
                    cube.centre[l] - middle / slope,
                    radius / slope.abs() * (1.0 + 4.0 * EPS) + pad,
                )?;
            } else if middle.abs() > radius + slope.abs() * cube.radius[l] * 2.0 {
                return None;
            }
        }
        Some(())
    }

    /// Where kappa - B h(kappa) lies, B the inverse of I - g: shift of the centre, and radius.
    pub fn image(&self, cube: &Cube, e: &Enclosure) -> Option<(Few, Few)> {
        let r = self.r;
        let b = e.inverse.as_ref()?;
        let (mut shift, mut radius) = ([0.0; MOST], [0.0; MOST]);
        for k in 0..r {
            let mut size = 0.0;
            for l in 0..r {
                shift[k] -= b[k][l] * e.value[l];
                size += (b[k][l] * e.value[l]).abs();
                radius[k] += b[k][l].abs() * e.error[l] + e.defect(r, k, l) * cube.radius[l];
            }
            radius[k] =
                (radius[k] + 64.0 * EPS * (size + cube.centre[k].abs())) * (1.0 + 64.0 * EPS) + 1e-300;
        }
        Some((shift, radius))
    }

    /// |I - B h'| times the radii, for every derivative h' between points of `cube`: where this is below the radii
    /// in every coordinate, h has at most one zero there.
    pub fn spread(&self, cube: &Cube, e: &Enclosure) -> Option<Few> {
        let (n, r) = (self.n, self.r);
        let b = e.inverse.as_ref()?;
        let tilt: f64 = (0..r).map(|l| self.tilt[l] * cube.radius[l]).sum();
        let bends: Vec<f64> = e.bands.bend.iter().zip(&e.widths).map(|(b, w)| b * w + tilt).collect();
        let mut out = [0.0; MOST];
        for k in 0..r {
            let mut sum = 0.0;
            for i in 0..n {
                let (mut entry, mut size) = (0.0, 0.0);
                for l in 0..r {
                    let term = b[k][l] * self.factors.right[(i, l)];
                    entry += term;
                    size += term.abs();
                }
                sum += (entry.abs() + 16.0 * EPS * size) * bends[i];
            }
            for l in 0..r {
                let slack: f64 = (0..r).map(|m| b[k][m].abs() * self.slack[m][l]).sum();
                sum += (e.defect(r, k, l) + slack) * cube.radius[l];
            }
            out[k] = sum * (1.0 + 4.0 * (n + 16) as f64 * EPS);
        }
        Some(out)
    }

    /// The coordinate along which the bands' errors would shrink most if the cube were cut.
    pub fn longest(&self, cube: &Cube, e: &Enclosure) -> usize {
        let score = |k: usize| -> f64 {
            let m = col(self.factors.left.as_ref(), k);
            let one = |i: usize| self.weight[i] * m[i].abs() * e.bands.error[i] / e.widths[i].max(1e-300);
            cube.radius[k] * (0..self.n).map(one).sum::<f64>()
        };
        (0..self.r).max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap_or(0)
    }

    /// Whether rounding and remainder make up most of the errors: no smaller cube tells more.
    pub fn blurred(&self, e: &Enclosure) -> bool {
        let (mut all, mut own) = (0.0, 0.0);
        for i in 0..self.n {
            let blur = e.bands.slope[i] * e.offsets[i];
            all += self.weight[i] * (e.bands.error[i] + blur);
            own += self.weight[i]
                * (blur + 64.0 * EPS * (e.bands.value[i].abs() + e.bands.slope[i] * e.widths[i]));
        }
        all < 2.0 * own
    }

    /// The pre-activations at `kappa`, brought onto the whole equation by Newton steps whose derivative leaves
    /// out the remainder.
    pub fn polish(&self, net: &Recurrence, kappa: &Few) -> Vec<f64> {
        let (n, r) = (self.n, self.r);
        let (left, right) = (self.factors.left.as_ref(), self.factors.right.as_ref());
        let mut a: Vec<f64> = (0..n)
            .map(|i| self.scale * (self.drive[i] + (0..r).map(|k| left[(i, k)] * kappa[k]).sum::<f64>()))
            .collect();
        let mut last = f64::INFINITY;
        for _ in 0..6 {
            let (mut y, mut slope) = (a.clone(), vec![0.0; n]);
            net.activation.apply(&mut y, &mut slope);
            let product = &net.weight * faer::ColRef::from_slice(&y);
            let rest: Vec<f64> = (0..n).map(|i| product[i] + net.drive[i].mid - a[i]).collect();
            let size = norm(&rest);
            if !(size < 0.5 * last) {
                break;
            }
            last = size;
            // W = scale^2 M N^T + remainder, and (I - M N^T D)^-1 = I + M (I - N^T D M)^-1 N^T D.
            let d: Vec<f64> = slope.iter().map(|s| s * self.scale * self.scale).collect();
            let pulled: Few = std::array::from_fn(|k| {
                if k < r { (0..n).map(|i| right[(i, k)] * d[i] * rest[i]).sum() } else { 0.0 }
            });
            let small = inverse(r, |k, l| {
                let sum: f64 = (0..n).map(|i| right[(i, k)] * d[i] * left[(i, l)]).sum();
                f64::from(u8::from(k == l)) - sum
            });
            let Some(small) = small else { break };
            for i in 0..n {
                let mut step = rest[i];
                for k in 0..r {
                    step += left[(i, k)] * (0..r).map(|l| small[k][l] * pulled[l]).sum::<f64>();
                }
                a[i] += step;
            }
        }
        a
    }

    /// Bounds how far the state of pre-activations `a` is from any whose unknowns lie in `cube`.
    pub fn distance(&self, net: &Recurrence, a: &[f64], cube: &Cube) -> f64 {
        let (n, r) = (self.n, self.r);
        let left = self.factors.left.as_ref();
        let widths = self.enclose(cube).widths;
        let share = if net.read == Read::Rates { net.activation.max_slope() } else { 1.0 };
        let parts: Vec<f64> = (0..n)
            .map(|i| {
                let centre = self.drive[i] + (0..r).map(|k| left[(i, k)] * cube.centre[k]).sum::<f64>();
                // The last term is the activation's own rounding and that of the state.
                share * ((a[i] - self.scale * centre).abs() + self.scale * widths[i])
                    + 64.0 * EPS * (1.0 + a[i].abs())
            })
            .collect();
        norm(&parts) * (1.0 + (n + 64) as f64 * EPS)
    }
}

impl Enclosure {
    /// Entry of I - g.
    fn linear(&self, k: usize, l: usize) -> f64 {
        f64::from(u8::from(k == l)) - self.g[k][l]
    }
    /// Upper bound of |I - B (I - g)|, entry by entry.
    fn defect(&self, r: usize, k: usize, l: usize) -> f64 {
        let Some(b) = &self.inverse else { return f64::INFINITY };
        let (mut sum, mut size) = (f64::from(u8::from(k == l)), 1.0);
        for m in 0..r {
            let term = b[k][m] * self.linear(m, l);
            sum -= term;
            size += term.abs();
        }
        sum.abs() + 32.0 * EPS * size
    }
}

/// Puts coordinate `k` of the cube into the interval; none if they are apart.
fn narrow(cube: &mut Cube, k: usize, centre: f64, radius: f64) -> Option<()> {
    let (low, high) = (cube.centre[k] - cube.radius[k], cube.centre[k] + cube.radius[k]);
    let (a, b) = (centre - radius, centre + radius);
    if !(a > low || b < high) {
        return Some(());
    }
    let pad = 4.0 * EPS * (centre.abs() + radius + cube.centre[k].abs() + cube.radius[k]);
    let (low, high) = (low.max(a), high.min(b));
    if low > high + 2.0 * pad {
        return None;
    }
    cube.centre[k] = 0.5 * (low + high);
    cube.radius[k] = (0.5 * (high - low)).max(0.0) + pad;
    Some(())
}

/// The inverse of a small matrix by Gauss-Jordan steps with row exchanges.
fn inverse(r: usize, entry: impl Fn(usize, usize) -> f64) -> Option<[Few; MOST]> {
    let mut a: [Few; MOST] =
        std::array::from_fn(|k| std::array::from_fn(|l| if k < r && l < r { entry(k, l) } else { 0.0 }));
    let mut b = [[0.0; MOST]; MOST];
    (0..r).for_each(|k| b[k][k] = 1.0);
    for k in 0..r {
        let pivot = (k..r).max_by(|p, q| a[*p][k].abs().total_cmp(&a[*q][k].abs()))?;
        a.swap(k, pivot);
        b.swap(k, pivot);
        let value = a[k][k];
        if !(value.abs() > 1e-14) {
            return None;
        }
        for l in 0..r {
            a[k][l] /= value;
            b[k][l] /= value;
        }
        for i in (0..r).filter(|i| *i != k) {
            let factor = a[i][k];
            for l in 0..r {
                a[i][l] -= factor * a[k][l];
                b[i][l] -= factor * b[k][l];
            }
        }
    }
    Some(b)
}

/// a . b in eight sums.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    for (a, b) in a.iter().zip(b) {
        for k in 0..8 {
            sums[k] += a[k] * b[k];
        }
    }
    a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>() + sums.iter().sum::<f64>()
}
