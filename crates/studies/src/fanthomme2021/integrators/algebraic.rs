//! Convergence at the scale d . e, where the Hessian vanishes along three directions (fanthomme2021, A.8).

use super::plane::Plane;
use nullcline_core::numbers::Estimate;
use nullcline_core::numbers::least_squares::slope;

/// How the loss of a descent falls.
#[derive(Clone, Debug)]
pub struct Fall {
    /// Steps at which the loss is kept, even in their logarithm.
    pub steps: Vec<f64>,
    /// The losses.
    pub losses: Vec<f64>,
    /// Local exponents d log L / d log tau between them, and where.
    pub local: Vec<[f64; 2]>,
}

impl Fall {
    /// Of the losses before each step.
    pub fn of(losses: &[f64], each_decade: usize) -> Self {
        let count = ((losses.len() as f64).log10() * each_decade as f64) as usize;
        let at = (0..=count).map(|k| 10f64.powf(k as f64 / each_decade as f64) as usize);
        let mut steps: Vec<usize> = at.filter(|t| *t < losses.len()).collect();
        steps.dedup();
        let kept: Vec<f64> = steps.iter().map(|t| losses[*t]).collect();
        let steps: Vec<f64> = steps.into_iter().map(|t| t as f64).collect();
        let local = (1..steps.len())
            .map(|k| {
                let (rise, run) = ((kept[k] / kept[k - 1]).ln(), (steps[k] / steps[k - 1]).ln());
                [(steps[k] * steps[k - 1]).sqrt(), rise / run]
            })
            .collect();
        Self { steps, losses: kept, local }
    }

    /// The exponent at late times: local exponents from `from` steps on, extrapolated in tau^-1/2 to zero by a parabola; and how far
    /// from it a line ends.
    pub fn exponent(&self, from: f64) -> [f64; 2] {
        let late: Vec<&[f64; 2]> = self.local.iter().filter(|l| l[0] >= from).collect();
        let (x, y): (Vec<f64>, Vec<f64>) = late.iter().map(|l| (l[0].powf(-0.5), l[1])).unzip();
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let end = |y: &[f64]| mean(y) - slope(&x, y).value * mean(&x);
        // What is left of x^2 once a line is taken out of it carries the curvature.
        let square: Vec<f64> = x.iter().map(|x| x * x).collect();
        let flat = |v: &[f64]| -> Vec<f64> {
            let (a, b) = (end(v), slope(&x, v).value);
            v.iter().zip(&x).map(|(v, x)| v - a - b * x).collect()
        };
        let (bent, rest) = (flat(&square), flat(&y));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let curvature = dot(&bent, &rest) / dot(&bent, &bent);
        let parabola = end(&y) - curvature * end(&square);
        [parabola, (parabola - end(&y)).abs()]
    }
}

/// The mean exponent of falls; its error has their spread and, of the extrapolation, the mean distance of line and parabola.
pub fn exponents(falls: &[Fall], from: f64) -> Estimate {
    let each: Vec<[f64; 2]> = falls.iter().map(|f| f.exponent(from)).collect();
    let mean = Estimate::mean(each.iter().map(|e| e[0]));
    let bend = each.iter().map(|e| e[1]).sum::<f64>() / each.len() as f64;
    Estimate::new(mean.value, mean.error().hypot(bend), mean.n)
}

/// The exponent of the loss from W = 0 at s = d . e, of `planes`.
pub fn exponent(planes: &[Plane], steps: usize, rate: f64, many: usize, from: f64) -> (Estimate, Vec<Fall>) {
    let fall = |p: &Plane| {
        let mut omega = faer::Mat::zeros(2, 2);
        Fall::of(&p.descend(p.special_scale(), steps, rate, &mut omega, many), 8)
    };
    let falls: Vec<Fall> = planes.iter().map(fall).collect();
    (exponents(&falls, from), falls)
}
