//! Eigenvectors of random bands: localised where they are narrow.

use super::super::models::truth;
use super::Size;
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;

/// Half-widths over the root of n.
const WIDTHS: [f64; 9] = [0.15, 0.25, 0.35, 0.5, 0.7, 1.0, 1.7, 2.8, 5.6];
/// Those of narrow bands, whose localisation length is fitted, and of wide ones.
const NARROW: std::ops::Range<usize> = 1..5;
const WIDE: usize = 7;

/// Participation ratios of bands of one half-width, over n.
pub(super) struct Width {
    w: usize,
    shares: Vec<f64>,
}

/// Mean of 1/sum psi^4 over the middle half of the spectrum, over n.
fn participation(n: usize, w: usize, seed: u64, index: u64) -> Result<f64, Error> {
    let found = truth(&Ensemble::Band { sigma: 0.5, half_width: w }, n, seed, index)?;
    let middle = n / 4..n - n / 4;
    let count = middle.len() as f64;
    let one = |k: usize| 1.0 / found.vectors.col(k).iter().map(|v| v.powi(4)).sum::<f64>();
    Ok(middle.map(one).sum::<f64>() / count / n as f64)
}

pub(super) fn measure(size: Size, seed: u64, observer: &dyn Observer) -> Result<Vec<Width>, Error> {
    let n = size.band;
    let widths = WIDTHS.map(|w| ((w * (n as f64).sqrt()).round() as usize).clamp(1, n / 2));
    let all = parallel("bands", widths.len() * size.bands, observer, |k| {
        participation(n, widths[k / size.bands], seed, 1000 + k as u64)
    })?;
    let shares = all.chunks(size.bands);
    Ok(widths.into_iter().zip(shares).map(|(w, s)| Width { w, shares: s.to_vec() }).collect())
}

impl Width {
    fn share(&self) -> Estimate {
        Estimate::mean(self.shares.iter().copied())
    }
}

pub(super) fn claims(all: &[Width], n: usize) -> Vec<Claim> {
    let bands = all.first().map_or(0, |w| w.shares.len());
    // 1/PR of a finite ring is about that of an infinite one and 3/n.
    let exponent = |k: usize| {
        let narrow = || NARROW.map(|i| &all[i]);
        let x: Vec<f64> = narrow().map(|w| (w.w as f64).ln()).collect();
        let y: Vec<f64> = narrow().map(|w| -(1.0 / w.shares[k] - 3.0).ln()).collect();
        slope(&x, &y).value
    };
    let wide: Vec<Estimate> = all[WIDE..].iter().map(|w| w.share().times(3.0)).collect();
    at(
        "fanthomme2021 Sec. 2.3.2",
        [
            claim(format!("Eigenvectors of bands much wider than √n are extended (n = {n})"))
                .decided_by("participation ratio over n/3, the wider bands, error of the choice", &wide)
                .predicted(1.0, 0.1)
                .headline(),
            claim(format!("those of bands much narrower are localised (n = {n})"))
                .is("participation ratio over n/3, w = 0.15 √n", all[0].share().times(3.0))
                .below(0.25)
                .headline(),
            claim(format!("and the change is at w of order √n (n = {n})"))
                .is("participation ratio over n/3, w = √n", all[5].share().times(3.0))
                .between(0.25, 0.9),
            theory("Their length grows as w², so that it is n where w is of order √n")
                .is(
                    format!(
                        "d log(length) / d log w, w = {} to {}",
                        all[NARROW.start].w,
                        all[NARROW.end - 1].w
                    ),
                    Estimate::mean((0..bands).map(exponent)),
                )
                .predicted(2.0, 0.4),
        ],
    )
}

pub(super) fn figure(all: &[Width], n: usize) -> Drawn {
    let x: Vec<f64> = all.iter().map(|w| w.w as f64).collect();
    let series = [curve("bands", &x, all.iter().map(|w| w.share().times(3.0)))];
    let axes =
        Axes { x_log: true, width: THIRD, ..Axes::new("half-width w", "participation ratio over n/3") }
            .reference("√n", Reference::Upward((n as f64).sqrt()));
    lines(&series, &axes)?.named("bands", "Bands", "")
}

pub(super) fn table(all: &[Width]) -> TableOut {
    Table::of(all)
        .column("half_width", "", |w| w.w)
        .columns(["participation_over_n", "participation_error"], |w| pair(w.share()))
        .named("bands", "Participation ratio of the eigenvectors of random bands, the middle half of the spectrum, over n.")
}
