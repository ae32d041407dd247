//! Fig. 2.10: the strengths that one sample calls for.

mod drawing;
mod verdicts;

use super::models::{failed, truth};
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::{Ensemble, constrained};
use nullcline_core::inference::gaussian::predict::{one_sample, single_sample};
use nullcline_core::inference::gaussian::roots::{log_grid, roots};
use nullcline_core::inference::gaussian::spectrum::Spectrum;
use nullcline_core::inference::gaussian::sweep::sweep;
use nullcline_core::job::Observer;
use nullcline_core::linalg::random::{Rng, Use, normal, stream};

/// Fig. 2.10.
pub const STUDY: Study = Study::new(
    "fanthomme2021/fig2.10",
    "Overlap and regularisation strengths of one sample against the strength of the couplings",
    run,
);

/// Strengths in which roots are looked for.
const RANGE: (f64, f64) = (1e-8, 1e8);

/// Variables, scales, true models, samples of each, and of how many of these the roots are found numerically.
struct Size {
    n: usize,
    scales: usize,
    models: usize,
    draws: usize,
    solved: usize,
}

impl Size {
    fn of(preset: Preset) -> Self {
        let (draws, solved) = match preset {
            Preset::Quick => (100, 5),
            Preset::Paper => (1000, 20),
        };
        Self { n: 1000, scales: 40, models: 10, draws, solved }
    }
}

/// Roots found numerically for one sample.
struct Solved {
    theta: f64,
    opt: Vec<f64>,
    cross: Vec<f64>,
    /// Largest violation of eq. 2.16.
    identity: f64,
}

/// Samples of one true model.
struct Group {
    sigma: f64,
    /// theta of the samples as drawn, s^T C s / n^2.
    drawn: Vec<f64>,
    /// theta of the samples rescaled to norm n, the first of which are solved.
    theta: Vec<f64>,
    /// Sum c^2 / n^2, the mean of the former (eq. 2.61).
    expected: f64,
    solved: Vec<Solved>,
}

impl Group {
    fn new(values: &[f64], sigma: f64, draws: usize, solved: usize, rng: &mut Rng) -> Result<Self, Error> {
        let n = values.len() as f64;
        let (_, c) = constrained(&values.iter().map(|j| sigma * j).collect::<Vec<_>>());
        let mut group = Self {
            sigma,
            drawn: vec![],
            theta: vec![],
            expected: c.iter().map(|c| c * c).sum::<f64>() / (n * n),
            solved: vec![],
        };
        for k in 0..draws {
            // In the true eigenbasis s_k^2 = c_k z_k^2.
            let (mut size, mut inside) = (0.0, 0.0);
            for c in &c {
                let square = c * normal(rng).powi(2);
                size += square;
                inside += c * square;
            }
            group.drawn.push(inside / (n * n));
            let theta = inside / (n * size);
            group.theta.push(theta);
            if k < solved {
                group.solved.push(solve(values.len(), theta)?);
            }
        }
        Ok(group)
    }

    /// Mean theta of the samples as drawn.
    fn overlap(&self) -> f64 {
        Estimate::mean_of_all(&self.drawn).value
    }

    /// The same of the rescaled samples.
    fn rescaled_overlap(&self) -> f64 {
        Estimate::mean_of_all(&self.theta).value
    }
}

/// The spectrum of one sample of overlap `theta`: eigenvalues 0 and n, test variance n theta along the sample.
fn spectrum(n: usize, theta: f64) -> Result<Spectrum, Error> {
    let size = n as f64;
    let (mut c, mut t) = (vec![0.0; n], vec![size * (1.0 - theta) / (size - 1.0); n]);
    (c[n - 1], t[n - 1]) = (size, size * theta);
    Spectrum::new(size.recip(), c, t).map_err(failed)
}

fn solve(n: usize, theta: f64) -> Result<Solved, Error> {
    let spectrum = spectrum(n, theta)?;
    let found = roots(std::slice::from_ref(&spectrum), RANGE.0, RANGE.1).map_err(failed)?;
    let points = [found.opt.clone(), found.cross.clone(), vec![1e-3, 1.0, 1e3]].concat();
    let identity = largest(sweep(&spectrum, &points).map_err(failed)?.iter().map(|l| l.identity));
    Ok(Solved { theta, opt: found.opt, cross: found.cross, identity })
}

/// Everything measured: groups\[scale * models + model\].
struct Measured {
    n: usize,
    sigmas: Vec<f64>,
    models: usize,
    groups: Vec<Group>,
}

impl Measured {
    fn new(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Self, Error> {
        let sigmas = log_grid(0.01, 100.0, size.scales);
        // Couplings of all scales are multiples of the same matrices.
        let values = parallel("true models", size.models, observer, |i| {
            Ok(truth(&Ensemble::Goe { sigma: 1.0 }, size.n, seed, i as u64)?.values)
        })?;
        let groups = parallel("samples", size.scales * size.models, observer, |i| {
            let (scale, model) = (i / size.models, i % size.models);
            let mut rng = stream(seed, Use::Samples, i as u64);
            Group::new(&values[model], sigmas[scale], size.draws, size.solved, &mut rng)
        })?;
        Ok(Self { n: size.n, sigmas, models: size.models, groups })
    }

    /// Groups of one scale.
    fn of(&self, scale: usize) -> &[Group] {
        &self.groups[scale * self.models..(scale + 1) * self.models]
    }

    /// Mean over models of `f`, and its standard deviation from model to model, at one scale.
    fn spread(&self, scale: usize, f: impl Fn(&Group) -> f64) -> [f64; 2] {
        let all: Vec<f64> = self.of(scale).iter().map(f).filter(|v| v.is_finite()).collect();
        let mean = Estimate::mean_of_all(&all);
        [mean.value, mean.error() * (all.len() as f64).sqrt()]
    }

    /// The means at every scale.
    fn means(&self, f: impl Fn(&Group) -> f64) -> Vec<f64> {
        (0..self.sigmas.len()).map(|k| self.spread(k, &f)[0]).collect()
    }

    /// Eqs. 2.63 and 2.64: the first below the transition, the second above.
    fn predicted(&self, sigma: f64, theta: f64) -> Option<f64> {
        single_sample(self.n, theta, sigma > 1.0)
    }

    /// The exact strength of one sample.
    fn exact(&self, theta: f64) -> Option<f64> {
        one_sample(self.n, theta)
    }

    /// Samples whose roots were found, with their scale.
    fn solved(&self) -> impl Iterator<Item = (f64, &Solved)> {
        self.groups.iter().flat_map(|g| g.solved.iter().map(move |s| (g.sigma, s)))
    }
}

/// Share `q` of the values lies below; NaN without any.
fn quantile(values: impl IntoIterator<Item = f64>, q: f64) -> f64 {
    let mut all: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
    if all.is_empty() {
        return f64::NAN;
    }
    all.sort_by(f64::total_cmp);
    let at = q * (all.len() - 1) as f64;
    let (low, high) = (all[at.floor() as usize], all[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(&Size::of(settings.preset), settings.seed, observer)
}

fn findings(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let measured = Measured::new(size, seed, observer)?;
    let json = entries([
        ("sigma", numbers(&measured.sigmas)),
        ("theta", numbers(&measured.means(Group::overlap))),
        ("theta_rescaled", numbers(&measured.means(Group::rescaled_overlap))),
        ("without_root", numbers(&measured.means(|g| without_root(g, size.n)))),
    ]);
    let claims = verdicts::claims(&measured);
    let sections = vec![drawing::section(&measured, size)?];
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: vec![] })
}

/// Share of a group's samples that have no strength.
fn without_root(group: &Group, n: usize) -> f64 {
    group.theta.iter().filter(|t| one_sample(n, **t).is_none()).count() as f64 / group.theta.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn a_small_run_bears_out_what_is_exact() {
        let size = Size { n: 60, scales: 9, models: 4, draws: 60, solved: 6 };
        let found = findings(&size, 1, &Silent).unwrap();
        let sampled = found.claims.iter().find(|c| c.claim.contains("eq. 2.61")).unwrap();
        assert_ne!(sampled.verdict, Verdict::Differs, "{sampled:?}");
        for words in ["same number", "closed form", "no strength", "2.16"] {
            let claim =
                found.claims.iter().find(|c| c.claim.contains(words)).unwrap_or_else(|| panic!("{words}"));
            assert_eq!(claim.verdict, Verdict::Holds, "{claim:?}");
        }
        assert_eq!(found.sections[0].tables[0].rows(), 9);
    }

    #[test]
    fn quantiles_interpolate() {
        assert!((quantile([3.0, 1.0, 2.0, f64::NAN], 0.5) - 2.0).abs() < 1e-15);
        assert!((quantile([0.0, 1.0], 0.25) - 0.25).abs() < 1e-15);
        assert!(quantile([], 0.5).is_nan());
    }
}
