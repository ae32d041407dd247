//! tanh between two parallel lines over an interval.

use crate::linalg::{Real, vectorised};

/// Bounds the error of tanh and its slope as computed here, in units of the rounding unit: they are right to
/// 4 units in the last place (tested to 6 against the platform's).
const MARGIN: f64 = 32.0 * f64::EPSILON;
/// Above the largest |tanh''|, 4 / (3 sqrt 3).
const CURVE: f64 = 0.77;

/// Bands of many units: on the interval of unit i, |tanh a - (slope (a - centre) + value)| <= error, and tanh' is
/// within `bend` of `slope`.
#[derive(Clone, Debug, Default)]
pub struct Bands {
    /// Slopes of both lines.
    pub slope: Vec<f64>,
    /// Heights of the middles at the centres.
    pub value: Vec<f64>,
    /// Half the distances of the lines.
    pub error: Vec<f64>,
    /// Largest differences between tanh' and the slopes.
    pub bend: Vec<f64>,
    /// tanh over the intervals: middles.
    pub middle: Vec<f64>,
    /// Half widths of the same.
    pub half: Vec<f64>,
}

impl Bands {
    /// The bands over `centres` +- `widths`.
    pub fn tanh(centres: &[f64], widths: &[f64]) -> Self {
        let n = centres.len();
        let zeros = || vec![0.0; n];
        let mut all = Self {
            slope: zeros(),
            value: zeros(),
            error: zeros(),
            bend: zeros(),
            middle: zeros(),
            half: zeros(),
        };
        vectorised(
            #[inline(always)]
            || all.fill(centres, widths),
        );
        all
    }

    #[inline(always)]
    fn fill(&mut self, centres: &[f64], widths: &[f64]) {
        let n = centres.len();
        let (slope, value, error) = (&mut self.slope[..n], &mut self.value[..n], &mut self.error[..n]);
        let (bend, middle, half) = (&mut self.bend[..n], &mut self.middle[..n], &mut self.half[..n]);
        let widths = &widths[..n];
        for i in 0..n {
            [slope[i], value[i], error[i], bend[i], middle[i], half[i]] = band(centres[i], widths[i]);
        }
    }
}

/// Slope, value, error, bend, middle and half of the band over `centre` +- `width`.
///
/// The slope s is that of the chord. e(a) = tanh a - s a has its extremes at the ends or where
/// tanh' = s, that is tanh a = +-y with y^2 = 1 - s, and there it is +-(y - s artanh y)
/// = +-sum_k 2 y^(2k+1) / ((2k-1)(2k+1)), whose tail from k on is at most y^(2k+1) / (2k-1). Nor can e leave
/// the range of its ends by more than max |tanh''| width^2 / 2, where tanh'' = -2 tanh tanh'; and where the
/// interval lies on one side of 0, tanh is concave and e below its tangents, at the centre and at the end
/// towards which it rises. Intervals left of 0 are mirrored.
#[inline(always)]
fn band(place: f64, width: f64) -> [f64; 6] {
    let centre = place.abs();
    let (l, u) = (centre - width, centre + width);
    let ((tl, sl), (tu, su)) = (l.tanh_with_slope(), u.tanh_with_slope());
    let (tc, sc) = centre.tanh_with_slope();
    let chord = (tu - tl) / (u - l);
    let chord = if width > 1e-4 { chord } else { 0.5 * (sl + su) };
    let s = if chord < 1.0 { chord } else { 1.0 };
    let (el, ec, eu) = (tl - s * l, tc - s * centre, tu - s * u);
    let (low, high) = (if el < eu { el } else { eu }, if el > eu { el } else { eu });

    let z = 1.0 - s;
    let tail = z * (1.0 / 11.0);
    let series = 2.0 / 3.0 + z * (2.0 / 15.0 + z * (2.0 / 35.0 + z * (2.0 / 63.0 + z * (2.0 / 99.0 + tail))));
    let peak = z.sqrt() * z * series;
    let slope_least = if sl < su { sl } else { su };
    let slope_most = if l <= 0.0 { 1.0 } else { sl };
    let curve = 2.0 * slope_most * tu;
    let curve = if curve < CURVE { curve } else { CURVE };
    let arc = 0.500_000_1 * curve * width * width;
    let rise = sc - s;
    let (e_end, slope_end, way) = if rise > 0.0 { (eu, su - s, width) } else { (el, sl - s, -width) };
    let turn = rise - slope_end;
    let at = if turn.abs() > 1e-300 { (e_end - ec - slope_end * way) / turn } else { 0.0 };
    let tangent = if (l >= 0.0) & (at.abs() <= width) { ec + rise * at } else { 1.0 };

    let over = if peak < high + arc { peak } else { high + arc };
    let over = if tangent < over { tangent } else { over };
    let under = if -peak > low - arc { -peak } else { low - arc };
    let above = (su <= s) & ((l <= 0.0) | (sl >= s));
    let below = (l < 0.0) & (sl <= s);
    let high = if above & (over > high) { over } else { high };
    let low = if below & (under < low) { under } else { low };
    let bend = if slope_most - s > s - slope_least { slope_most - s } else { s - slope_least };
    let margin = MARGIN * (tu + s * u) + 1e-300;
    let (value, middle) = (s * centre + 0.5 * (high + low), 0.5 * (tu + tl));
    let mirrored = place < 0.0;
    [
        s,
        if mirrored { -value } else { value },
        0.5 * (high - low) + margin,
        bend + MARGIN,
        if mirrored { -middle } else { middle },
        0.5 * (tu - tl) + MARGIN * tu + 1e-300,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// tanh itself at 201 places of intervals of all sizes and positions; bands are not much wider than
    /// what they hold.
    #[test]
    fn bands_hold_tanh_and_its_slope_tightly() {
        for centre in [-20.0, -3.0, -0.9, -0.2, 0.0, 0.1, 0.66, 1.5, 6.0] {
            for width in [1e-9, 1e-5, 1e-3, 0.05, 0.4, 1.0, 3.0, 30.0] {
                let [slope, value, error, bend, middle, half] = band(centre, width);
                let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
                for k in 0..=200 {
                    let a: f64 = centre + width * (f64::from(k) / 100.0 - 1.0);
                    let (y, line) = (a.tanh(), slope * (a - centre) + value);
                    assert!((y - line).abs() <= error, "{centre} {width} at {a}");
                    let own = 1.0 / a.cosh().powi(2);
                    assert!((own - slope).abs() <= bend, "{centre} {width} at {a}");
                    assert!((y - middle).abs() <= half);
                    lowest = lowest.min(y - line);
                    highest = highest.max(y - line);
                }
                assert!(2.0 * error <= 1.3 * (highest - lowest) + 1e-12, "{centre} {width}: {error}");
            }
        }
    }
}
