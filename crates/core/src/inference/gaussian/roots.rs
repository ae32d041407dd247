//! The regularisation strengths that matter, as roots of their residuals.

use super::likelihood::{Likelihoods, likelihoods};
use super::map::Map;
use super::spectrum::{Error, Spectrum};

/// Points a factor of ten of gamma at which signs are looked at.
const DENSITY: f64 = 24.0;
/// Halvings of a bracket at most.
const MOST_STEPS: usize = 200;

/// Which residual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// d L_test / d gamma = 0: the test likelihood is extremal.
    Opt,
    /// L_gen = L_test.
    Cross,
    /// L_gen = (L_train + L_test)/2.
    Half,
}

impl Strength {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Opt, Self::Cross, Self::Half];

    /// The residual, whose sign changes at the root.
    ///
    /// Formula: gamma d L_test / d gamma, 2 (L_gen - L_test) and 2 L_gen - L_train - L_test.
    ///
    /// Source: eqs. 2.23, 2.22 times tr J*^2/alpha, and the definition of gamma_half before eq. 2.21.
    ///
    /// ```
    /// use nullcline_core::inference::gaussian::{roots::Strength, spectrum::Spectrum, sweep::sweep};
    ///
    /// let spectrum = Spectrum::new(2.0, vec![0.3, 0.7, 2.0], vec![0.6, 0.9, 1.5]).unwrap();
    /// let at = sweep(&spectrum, &[0.5]).unwrap().remove(0);
    /// assert_eq!(Strength::Opt.residual(&at), 0.5 * at.d_test);
    /// assert!((Strength::Cross.residual(&at) - 2.0 * (at.generated - at.test)).abs() < 1e-12);
    /// ```
    pub fn residual(self, l: &Likelihoods) -> f64 {
        match self {
            Self::Opt => l.gamma * l.d_test,
            Self::Cross => l.cross,
            Self::Half => l.half,
        }
    }
}

/// Roots of the three residuals, each list increasing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roots {
    /// Where the test likelihood has its maxima and minima.
    pub opt: Vec<f64>,
    /// Where generated and test likelihood cross.
    pub cross: Vec<f64>,
    /// Where the generated likelihood is the mean of training and test.
    pub half: Vec<f64>,
}

impl Roots {
    /// The list of one kind.
    pub fn of(&self, strength: Strength) -> &[f64] {
        match strength {
            Strength::Opt => &self.opt,
            Strength::Cross => &self.cross,
            Strength::Half => &self.half,
        }
    }

    pub(super) fn of_mut(&mut self, strength: Strength) -> &mut Vec<f64> {
        match strength {
            Strength::Opt => &mut self.opt,
            Strength::Cross => &mut self.cross,
            Strength::Half => &mut self.half,
        }
    }
}

/// All roots of gamma_opt, gamma_cross and gamma_half in \[`low`, `high`\], for the mean of the residuals over `data`.
///
/// One spectrum gives one data set's roots; several, those of the mean likelihoods, as in cross-validation. Signs are
/// looked at on a logarithmic grid of 24 points a decade, and at the extremum between three points that
/// approach zero without crossing it; each change of sign is narrowed to rounding (about 1e-15 of gamma, or what
/// the residual's own rounding leaves).
///
/// # Errors
/// [`Error::Positive`] where a bound is not a positive number.
///
/// ```
/// use nullcline_core::inference::gaussian::{roots::roots, spectrum::Spectrum, sweep::sweep};
///
/// let spectrum = Spectrum::new(2.0, vec![0.3, 0.7, 2.0], vec![0.6, 0.9, 1.5]).unwrap();
/// let found = roots(std::slice::from_ref(&spectrum), 1e-3, 1e3).unwrap();
/// let at = sweep(&spectrum, &found.opt).unwrap().remove(0);
/// assert!(at.d_test.abs() < 1e-10);
/// let crossing = sweep(&spectrum, &found.cross).unwrap().remove(0);
/// assert!((crossing.generated - crossing.test).abs() < 1e-10);
/// ```
pub fn roots(data: &[Spectrum], low: f64, high: f64) -> Result<Roots, Error> {
    scaled_roots(data, &vec![1.0; data.len()], low, high)
}

/// [`roots`] in x, where the data set of number i is regularised with gamma = x `scales`\[i\].
///
/// Data sets of different true models so share one root where each has its own prediction for a scale.
///
/// # Errors
/// [`Error::Positive`] where a bound or scale is not a positive number.
///
/// ```
/// use nullcline_core::inference::gaussian::{roots::{roots, scaled_roots}, spectrum::Spectrum};
///
/// let data = [Spectrum::new(2.0, vec![0.3, 0.7, 2.0], vec![0.6, 0.9, 1.5]).unwrap()];
/// let (plain, half) = (roots(&data, 1e-3, 1e3).unwrap(), scaled_roots(&data, &[2.0], 1e-3, 1e3).unwrap());
/// assert!((half.cross[0] / plain.cross[0] - 0.5).abs() < 1e-9);
/// ```
pub fn scaled_roots(data: &[Spectrum], scales: &[f64], low: f64, high: f64) -> Result<Roots, Error> {
    let mut mean = Mean::new(data, scales);
    let count = ((high / low).log10() * DENSITY).ceil().max(1.0) as usize + 1;
    let grid = log_grid(low, high, count);
    let mut values = Vec::with_capacity(count);
    for gamma in &grid {
        values.push(mean.residuals(*gamma)?);
    }
    let mut found = Roots::default();
    for (which, strength) in Strength::ALL.into_iter().enumerate() {
        let mut points: Vec<(f64, f64)> = grid.iter().zip(&values).map(|(g, v)| (*g, v[which])).collect();
        let mut i = 1;
        while i + 1 < points.len() {
            let [a, b, c] = [points[i - 1].1, points[i].1, points[i + 1].1];
            if a * b > 0.0 && b * c > 0.0 && b.abs() < a.abs() && b.abs() <= c.abs() {
                let sign = b.signum();
                let mut toward = |x: f64| Ok::<f64, Error>(sign * mean.residuals(x)?[which]);
                let (x, value) = smallest(&mut toward, (points[i - 1].0, points[i + 1].0), 1e-9, 0.0)?;
                let extremum = (x, sign * value);
                if value <= 0.0 {
                    let place = if extremum.0 < points[i].0 { i } else { i + 1 };
                    points.insert(place, extremum);
                    i += 1;
                }
            }
            i += 1;
        }
        let list = found.of_mut(strength);
        for pair in points.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            if a.1 == 0.0 {
                list.push(a.0);
            } else if a.1 * b.1 < 0.0 {
                list.push(narrowed(&mut |x| Ok::<f64, Error>(mean.residuals(x)?[which]), a, b, 0.0)?);
            }
        }
        if let Some((gamma, 0.0)) = points.last() {
            list.push(*gamma);
        }
    }
    Ok(found)
}

/// `count` points from `low` to `high`, equally spaced in the logarithm, both ends exact.
///
/// ```
/// use nullcline_core::inference::gaussian::roots::log_grid;
///
/// let grid = log_grid(0.01, 100.0, 5);
/// assert!((grid[1] - 0.1).abs() < 1e-15 && grid[0] == 0.01 && grid[4] == 100.0);
/// ```
pub fn log_grid(low: f64, high: f64, count: usize) -> Vec<f64> {
    let (a, b) = (low.ln(), high.ln());
    let at = |i: usize| match i {
        0 => low,
        i if i + 1 == count => high,
        i => (a + (b - a) * i as f64 / (count - 1) as f64).exp(),
    };
    (0..count).map(at).collect()
}

/// Mean residuals over data sets.
struct Mean<'a> {
    maps: Vec<(Map<'a>, f64)>,
}

impl<'a> Mean<'a> {
    fn new(data: &'a [Spectrum], scales: &[f64]) -> Self {
        Self { maps: data.iter().map(Map::new).zip(scales.iter().copied()).collect() }
    }

    fn residuals(&mut self, gamma: f64) -> Result<[f64; 3], Error> {
        let mut sums = [0.0; 3];
        for (map, scale) in &mut self.maps {
            map.solve(gamma * *scale)?;
            let l = likelihoods(map);
            for (sum, strength) in sums.iter_mut().zip(Strength::ALL) {
                *sum += strength.residual(&l);
            }
        }
        Ok(sums)
    }
}

/// Where `f` is smallest on [a, b] and its value there, by golden sections in log x down to a width of `tolerance`; it
/// stops once `f` is at most `enough`.
pub(super) fn smallest<E>(
    f: &mut dyn FnMut(f64) -> Result<f64, E>,
    (a, b): (f64, f64),
    tolerance: f64,
    enough: f64,
) -> Result<(f64, f64), E> {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (mut a, mut b) = (a.ln(), b.ln());
    let (mut left, mut right) = (b - GOLDEN * (b - a), a + GOLDEN * (b - a));
    let (mut l, mut r) = (f(left.exp())?, f(right.exp())?);
    loop {
        let best = if l < r { (left, l) } else { (right, r) };
        if b - a <= tolerance || best.1 <= enough {
            return Ok((best.0.exp(), best.1));
        }
        if l < r {
            (b, right, r) = (right, left, l);
            left = b - GOLDEN * (b - a);
            l = f(left.exp())?;
        } else {
            (a, left, l) = (left, right, r);
            right = a + GOLDEN * (b - a);
            r = f(right.exp())?;
        }
    }
}

/// The root of `f` between two points (x, f(x)) of opposite signs, by false position (Illinois) with halvings in
/// log x, down to a width of `tolerance` or of rounding.
pub(super) fn narrowed<E>(
    f: &mut dyn FnMut(f64) -> Result<f64, E>,
    a: (f64, f64),
    b: (f64, f64),
    tolerance: f64,
) -> Result<f64, E> {
    let (mut a, mut b) = ((a.0.ln(), a.1), (b.0.ln(), b.1));
    let mut side = 0;
    for step in 0..MOST_STEPS {
        let rounding = 4.0 * f64::EPSILON * a.0.abs().max(b.0.abs()).max(1.0);
        if b.0 - a.0 <= rounding.max(tolerance) {
            break;
        }
        let secant = (a.0 * b.1 - b.0 * a.1) / (b.1 - a.1);
        let inside = secant > a.0 && secant < b.0 && step % 4 != 3;
        let x = if inside { secant } else { 0.5 * (a.0 + b.0) };
        if x <= a.0 || x >= b.0 {
            break;
        }
        let value = f(x.exp())?;
        if value == 0.0 {
            return Ok(x.exp());
        }
        if value * a.1 > 0.0 {
            a = (x, value);
            if side == -1 {
                b.1 *= 0.5;
            }
            side = -1;
        } else {
            b = (x, value);
            if side == 1 {
                a.1 *= 0.5;
            }
            side = 1;
        }
    }
    Ok((0.5 * (a.0 + b.0)).exp())
}
