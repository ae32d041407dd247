//! Encoders and decoders: Gaussian, of unit norm, on the units that they may reach.

use crate::linalg::norm;
use crate::linalg::random::{Use, normal_matrix, stream};
use faer::Mat;

/// Which units encoders and decoders reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Support {
    /// All.
    Free,
    /// A part of the units each channel, encoder and decoder alike.
    Equal,
    /// Parts, the encoder of a channel where the decoder of the next is.
    Disjoint,
    /// Encoders on parts, decoders everywhere.
    Encoders,
    /// Decoders on parts, encoders everywhere.
    Decoders,
    /// As equal, and a share of the units, in the middle, that all reach.
    Overlap(f64),
}

impl Support {
    /// From its name, `overlap:P` with a share P in (0, 1).
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(share) = text.strip_prefix("overlap:") {
            let share = share.parse().ok().filter(|p| *p > 0.0 && *p < 1.0)?;
            return Some(Self::Overlap(share));
        }
        Some(match text {
            "free" => Self::Free,
            "equal" => Self::Equal,
            "disjoint" => Self::Disjoint,
            "encoders" => Self::Encoders,
            "decoders" => Self::Decoders,
            _ => return None,
        })
    }

    /// Whether the encoder, or else the decoder, of channel c of d reaches unit i of n.
    ///
    /// Parts follow one another; units that all reach lie in the middle.
    pub fn reaches(self, encoder: bool, c: usize, d: usize, i: usize, n: usize) -> bool {
        let part = |i: usize, n: usize| i * d / n;
        match self {
            Self::Free => true,
            Self::Equal => part(i, n) == c,
            Self::Disjoint => part(i, n) == if encoder { (c + 1) % d } else { c },
            Self::Encoders => !encoder || part(i, n) == c,
            Self::Decoders => encoder || part(i, n) == c,
            Self::Overlap(share) => {
                let shared = ((n as f64 * share).round() as usize).min(n);
                let own = n - shared;
                let first = own / 2;
                match i {
                    _ if (first..first + shared).contains(&i) => true,
                    _ if i < first => part(i, own) == c,
                    _ => part(i - shared, own) == c,
                }
            }
        }
    }
}

/// Encoders as columns, n x D, and decoders as rows, D x n.
#[derive(Clone, Debug)]
pub struct Vectors {
    /// The e_c.
    pub encoder: Mat<f64>,
    /// The d_c.
    pub decoder: Mat<f64>,
}

/// Gaussian vectors of unit norm for n units and D channels; `overlap` o mixes e_c into d_c, d = (1 - o) d + o e, then of unit norm.
///
/// ```
/// use nullcline_core::analyses::integrate::{Support, vectors};
///
/// let found = vectors(200, 2, Support::Equal, 0.0, 1);
/// // Channel 0 is on the first half of the units.
/// assert!((0..100).all(|i| found.encoder[(i, 0)] != 0.0 && found.decoder[(0, i)] != 0.0));
/// assert!((100..200).all(|i| found.encoder[(i, 0)] == 0.0 && found.decoder[(0, i)] == 0.0));
/// assert!((found.encoder.col(1).norm_l2() - 1.0).abs() < 1e-14);
/// ```
pub fn vectors(n: usize, channels: usize, support: Support, overlap: f64, seed: u64) -> Vectors {
    let draw = |encoder: bool| {
        let mut m = normal_matrix(&mut stream(seed, Use::Parameters, u64::from(encoder)), n, channels);
        for c in 0..channels {
            let column = crate::linalg::col_mut(m.as_mut(), c);
            for (i, v) in column.iter_mut().enumerate() {
                *v = if support.reaches(encoder, c, channels, i, n) { *v } else { 0.0 };
            }
            unit(column);
        }
        m
    };
    let (encoder, mut decoder) = (draw(true), draw(false));
    for c in 0..channels {
        let e: Vec<f64> = encoder.col(c).iter().copied().collect();
        let d = crate::linalg::col_mut(decoder.as_mut(), c);
        d.iter_mut().zip(&e).for_each(|(d, e)| *d = (1.0 - overlap) * *d + overlap * e);
        unit(d);
    }
    Vectors { encoder, decoder: decoder.transpose().to_owned() }
}

fn unit(v: &mut [f64]) {
    let size = norm(v);
    if size > 0.0 {
        v.iter_mut().for_each(|v| *v /= size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn supports_are_what_they_are_called() {
        let on = |s: Support, encoder, c| -> Vec<usize> {
            (0..10).filter(|i| s.reaches(encoder, c, 2, *i, 10)).collect()
        };
        assert_eq!(on(Support::Equal, true, 0), [0, 1, 2, 3, 4]);
        assert_eq!(on(Support::Disjoint, true, 0), [5, 6, 7, 8, 9]);
        assert_eq!(on(Support::Disjoint, false, 0), [0, 1, 2, 3, 4]);
        assert_eq!(on(Support::Encoders, false, 0).len(), 10);
        let overlap = Support::parse("overlap:0.2").unwrap();
        assert_eq!(on(overlap, true, 0), [0, 1, 2, 3, 4, 5]);
        assert_eq!(on(overlap, false, 1), [4, 5, 6, 7, 8, 9]);
        assert!(Support::parse("overlap:2").is_none() && Support::parse("half").is_none());
        let v = vectors(400, 1, Support::Free, 0.5, 3);
        let dot: f64 = (0..400).map(|i| v.encoder[(i, 0)] * v.decoder[(0, i)]).sum();
        // (o + (1 - o) d.e) / |(1 - o) d + o e| of two nearly orthogonal unit vectors.
        assert!((dot - 0.5f64.sqrt()).abs() < 0.1, "{dot}");
    }
}
