//! Mixed selectivity: whether units follow one variable or several, and in which directions.

use crate::linalg::random::{Rng, normal};
use crate::numbers::circular::{Test, kuiper, rayleigh, towards};
use crate::numbers::{Estimate, quantile};
use faer::{Mat, MatRef};

/// Mean index, and of each pair of variables the gathering at axes and Kuiper's V.
type Draw = (f64, Vec<[f64; 2]>);

/// Pairs of variables whose angles are tested, at most.
const PAIRS: usize = 10;

/// How units mix variables.
#[derive(Clone, Debug)]
pub struct Mixed {
    /// Index of each unit: 0 of one that follows one variable, 1 of one that follows all alike; NaN of one that follows none.
    pub index: Vec<f64>,
    /// Its mean over the units that count.
    pub mean: Estimate,
    /// Its mean where every unit's direction is drawn at random.
    pub chance: f64,
    /// The 2.5 % and 97.5 % quantiles of that.
    pub interval: [f64; 2],
    /// Chance of a mean as far out, to either side.
    pub p: f64,
    /// Root mean square of each variable's slopes over the units that count.
    pub rms: Vec<f64>,
    /// Units that count.
    pub units: usize,
    /// Angles in the plane of each two variables.
    pub pairs: Vec<OfPair>,
    /// Times that directions were drawn.
    pub draws: usize,
}

/// The angles of selectivity vectors in the plane of two variables.
#[derive(Clone, Debug)]
pub struct OfPair {
    /// The variables.
    pub of: [usize; 2],
    /// atan2(s_2, s_1) of each unit, radians.
    pub angles: Vec<f64>,
    /// Rayleigh's test of the angles, twice and four times the angles, of units that count.
    pub rayleigh: [Test; 3],
    /// Whether four times the angles gather at 0, which is where the axes are.
    pub axes: Test,
    /// Kuiper's test.
    pub kuiper: Test,
    /// Of slopes over their root mean squares, whether the angles gather at the axes; p by random directions.
    pub scaled_axes: Test,
    /// Kuiper's test of these; p by random directions.
    pub scaled_kuiper: Test,
}

/// Selectivity vectors `s` (n x D, a row a unit), of which those of the units that `count` are tested.
///
/// Formula: with z_c = s_c / rms(s_c) over units, index = ((sum z_c^2)^2 / sum z_c^4 - 1) / (D - 1). Angles are atan2(s_2, s_1). Tests of
/// the angles as they are take them as independent. Their uniformity depends on the units of the variables; those of z do not, and their
/// p are the share of draws, of directions drawn for each unit with |z| kept and divided by their root mean squares anew, as far out.
///
/// Source: s_i is (7.42) of Fanthomme (2021), Fig. 7.10 the angles; mixed selectivity is the notion of Rigotti et al., Nature 497, 585
/// (2013). The index, a participation ratio over variables, and its null are ours.
///
/// ```
/// use nullcline_core::diagnostics::geometry::currents::mixed;
/// use nullcline_core::linalg::random::{Use, stream};
///
/// // Units that follow one variable each.
/// let s = faer::Mat::from_fn(60, 2, |i, c| if i % 2 == c { 1.0 + (i as f64).sin() / 2.0 } else { 0.0 });
/// let found = mixed(s.as_ref(), &[true; 60], 199, &mut stream(1, Use::Surrogate, 0));
/// assert!(found.mean.value < 1e-12 && found.p <= 0.01 && found.pairs[0].axes.p < 1e-9);
/// ```
pub fn mixed(s: MatRef<f64>, count: &[bool], draws: usize, rng: &mut Rng) -> Mixed {
    let (n, d) = (s.nrows(), s.ncols());
    let counted: Vec<usize> = (0..n).filter(|i| count[*i]).collect();
    let own = Mat::from_fn(counted.len(), d, |i, c| s[(counted[i], c)]);
    let rms = roots(own.as_ref());
    let z = divided(own.as_ref(), &rms);
    let pairs: Vec<[usize; 2]> = (0..d).flat_map(|a| (a + 1..d).map(move |b| [a, b])).take(PAIRS).collect();
    let of = |z: MatRef<f64>| -> Draw {
        let tests = pairs.iter().map(|p| {
            let angles = angles(z, *p);
            [towards(&angles, 4).statistic, kuiper(&angles).statistic]
        });
        let mean = (0..z.nrows()).map(|i| index(z, i)).sum::<f64>() / z.nrows() as f64;
        (mean, tests.collect())
    };
    let found = of(z.as_ref());
    let length: Vec<f64> =
        (0..z.nrows()).map(|i| z.row(i).iter().map(|v| v * v).sum::<f64>().sqrt()).collect();
    let usable = d > 1 && counted.len() > 1;
    let drawn: Vec<Draw> = (0..if usable { draws } else { 0 })
        .map(|_| {
            let mut turned = Mat::from_fn(z.nrows(), d, |_, _| normal(rng));
            for (i, length) in length.iter().enumerate() {
                let size = turned.row(i).iter().map(|v| v * v).sum::<f64>().sqrt();
                (0..d).for_each(|c| turned[(i, c)] *= length / size);
            }
            let roots = roots(turned.as_ref());
            of(divided(turned.as_ref(), &roots).as_ref())
        })
        .collect();
    let share = |as_far: &dyn Fn(&Draw) -> bool| {
        let p = (1 + drawn.iter().filter(|d| as_far(d)).count()) as f64 / (1 + drawn.len()) as f64;
        if usable { p } else { f64::NAN }
    };
    let one = |(k, pair): (usize, &[usize; 2])| {
        let own = angles(own.as_ref(), *pair);
        let [axes, uniform] = found.1[k];
        let scaled = |at: usize, statistic: f64, direction: f64| Test {
            statistic,
            direction,
            p: share(&|d| d.1[k][at] >= statistic),
        };
        OfPair {
            of: *pair,
            angles: angles(s, *pair),
            rayleigh: [1, 2, 4].map(|m| rayleigh(&own, m)),
            axes: towards(&own, 4),
            kuiper: kuiper(&own),
            scaled_axes: scaled(0, axes, 0.0),
            scaled_kuiper: scaled(1, uniform, f64::NAN),
        }
    };
    let means = || drawn.iter().map(|d| d.0);
    let at = |q: f64| quantile(means(), q).unwrap_or(f64::NAN);
    let sides = share(&|d| d.0 <= found.0).min(share(&|d| d.0 >= found.0));
    let all = divided(s, &rms);
    let index: Vec<f64> = (0..n).map(|i| index(all.as_ref(), i)).collect();
    Mixed {
        mean: if usable { Estimate::mean(counted.iter().map(|i| index[*i])) } else { Estimate::NONE },
        index,
        chance: means().sum::<f64>() / drawn.len() as f64,
        interval: [at(0.025), at(0.975)],
        p: (2.0 * sides).min(1.0),
        rms,
        units: counted.len(),
        pairs: pairs.iter().enumerate().map(one).collect(),
        draws: drawn.len(),
    }
}

/// Root mean square of each column; 1 of zeros.
fn roots(s: MatRef<f64>) -> Vec<f64> {
    let of = |c: usize| (s.col(c).squared_norm_l2() / s.nrows().max(1) as f64).sqrt();
    (0..s.ncols()).map(of).map(|r| if r > 0.0 { r } else { 1.0 }).collect()
}

fn divided(s: MatRef<f64>, by: &[f64]) -> Mat<f64> {
    Mat::from_fn(s.nrows(), s.ncols(), |i, c| s[(i, c)] / by[c])
}

fn angles(s: MatRef<f64>, [a, b]: [usize; 2]) -> Vec<f64> {
    (0..s.nrows()).map(|i| s[(i, b)].atan2(s[(i, a)])).collect()
}

/// The index of row `i`; NaN of zeros and of one variable.
fn index(z: MatRef<f64>, i: usize) -> f64 {
    let square: f64 = z.row(i).iter().map(|v| v * v).sum();
    let fourth: f64 = z.row(i).iter().map(|v| v.powi(4)).sum();
    (square * square / fourth - 1.0) / (z.ncols() as f64 - 1.0)
}
