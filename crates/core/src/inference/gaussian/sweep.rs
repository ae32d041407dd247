//! Sweeps over gamma, sampling ratios and data sets.

use super::ensemble::Truth;
use super::likelihood::{Likelihoods, likelihoods};
use super::map::Map;
use super::roots::{Roots, Strength, roots};
use super::spectrum::{Error, Spectrum};
use crate::linalg::random::{Use, stream};
use rayon::prelude::*;

/// Likelihoods at every gamma of `gammas`, in their order.
///
/// # Errors
/// [`Error::Positive`] for a gamma that is not positive.
///
/// ```
/// use nullcline_core::inference::gaussian::{spectrum::Spectrum, sweep::sweep};
///
/// let spectrum = Spectrum::new(2.0, vec![0.5, 1.5], vec![0.8, 1.2]).unwrap();
/// let curve = sweep(&spectrum, &[0.1, 1.0, 10.0]).unwrap();
/// // Training data are explained worse the stronger the penalty.
/// assert!(curve[0].train > curve[1].train && curve[1].train > curve[2].train);
/// assert_eq!(curve[2].gamma, 10.0);
/// ```
pub fn sweep(spectrum: &Spectrum, gammas: &[f64]) -> Result<Vec<Likelihoods>, Error> {
    let mut map = Map::new(spectrum);
    gammas
        .iter()
        .map(|gamma| {
            map.solve(*gamma)?;
            Ok(likelihoods(&map))
        })
        .collect()
}

/// The largest test likelihood on \[`low`, `high`\] among `candidates` (roots of [`Strength::Opt`]) and at `low`, where it is if it
/// only falls; none where it still grows at `high`, when no couplings at all explain the test data best.
///
/// # Errors
/// As for [`sweep`].
///
/// ```
/// use nullcline_core::inference::gaussian::{roots::roots, spectrum::Spectrum, sweep::optimum};
///
/// let spectrum = Spectrum::new(2.0, vec![0.3, 0.7, 2.0], vec![0.6, 0.9, 1.5]).unwrap();
/// let candidates = roots(std::slice::from_ref(&spectrum), 1e-3, 1e3).unwrap().opt;
/// let best = optimum(&spectrum, &candidates, (1e-3, 1e3)).unwrap().unwrap();
/// assert!(candidates.contains(&best.gamma));
/// ```
pub fn optimum(
    spectrum: &Spectrum,
    candidates: &[f64],
    (low, high): (f64, f64),
) -> Result<Option<Likelihoods>, Error> {
    let points = [&[low], candidates, &[high]].concat();
    let measured = sweep(spectrum, &points)?;
    let end = measured[points.len() - 1];
    let best = measured[..points.len() - 1].iter().max_by(|a, b| a.test.total_cmp(&b.test));
    Ok(best.filter(|b| b.test >= end.test).copied())
}

/// What one data set of a known model gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Samples.
    pub p: usize,
    /// Every root.
    pub roots: Roots,
    /// At the best gamma, which is the lower end of the range where less is always better; none where the best model has no
    /// couplings.
    pub best: Option<Likelihoods>,
    /// (L_test(gamma_opt) - L(J)) / n, the gap of Fig. 2.3B; with L_test = -n/2 where none is best.
    pub gap: f64,
    /// Largest violation of eq. 2.16 met, relative to the largest of its terms: 0 but for rounding.
    pub identity: f64,
}

/// Finds the strengths on \[`low`, `high`\] of data whose true model has the likelihood `truth`, L(J).
///
/// # Errors
/// As for [`roots`].
///
/// ```
/// use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
/// use nullcline_core::inference::gaussian::sweep::outcome;
/// use nullcline_core::linalg::random::{Use, stream};
///
/// let couplings = Ensemble::Goe { sigma: 0.6 }.draw(10, &mut stream(2, Use::Couplings, 0));
/// let truth = Truth::new(couplings.as_ref()).unwrap();
/// let spectrum = truth.draw(100, true, &mut stream(2, Use::Samples, 0)).unwrap();
/// let found = outcome(&spectrum, truth.likelihood(), (0.01, 1000.0)).unwrap();
/// // No estimate is as likely as the truth, and equation 2.16 holds at all of them.
/// assert!(found.p == 100 && found.gap < 0.0 && found.identity < 1e-9);
/// ```
pub fn outcome(spectrum: &Spectrum, truth: f64, (low, high): (f64, f64)) -> Result<Outcome, Error> {
    let roots = roots(std::slice::from_ref(spectrum), low, high)?;
    let best = optimum(spectrum, &roots.opt, (low, high))?;
    let n = spectrum.n() as f64;
    let test = best.map_or(-0.5 * n, |b| b.test);
    let mut points = vec![];
    for strength in Strength::ALL {
        points.extend_from_slice(roots.of(strength));
    }
    points.push(low);
    points.push(high);
    let identity = sweep(spectrum, &points)?.iter().map(|l| l.identity).fold(0.0, f64::max);
    let p = (spectrum.alpha * n).round() as usize;
    Ok(Outcome { p, roots, best, gap: (test - truth) / n, identity })
}

/// [`outcome`] of data drawn for every pair of a model and a number of samples, `draws` times each, on all threads.
///
/// Shapes: result\[model\]\[p\]\[draw\]. The stream of a data set depends on its place alone.
///
/// # Errors
/// The first of [`Truth::draw`] or [`outcome`].
///
/// ```
/// use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
/// use nullcline_core::inference::gaussian::sweep::outcomes;
/// use nullcline_core::linalg::random::{Use, stream};
///
/// let couplings = Ensemble::Goe { sigma: 0.6 }.draw(6, &mut stream(2, Use::Couplings, 0));
/// let truths = [Truth::new(couplings.as_ref()).unwrap()];
/// let found = outcomes(&truths, &[30, 300], 4, (0.01, 1000.0), 1).unwrap();
/// assert_eq!((found.len(), found[0].len(), found[0][1].len()), (1, 2, 4));
/// // More samples bring the best estimate nearer to the truth.
/// let gap = |p: usize| found[0][p].iter().map(|o| o.gap).sum::<f64>();
/// assert!(gap(1) > gap(0) && gap(1) < 0.0);
/// ```
pub fn outcomes(
    truths: &[Truth],
    samples: &[usize],
    draws: usize,
    range: (f64, f64),
    seed: u64,
) -> Result<Vec<Vec<Vec<Outcome>>>, Error> {
    let count = truths.len() * samples.len() * draws;
    // The longest first, so that no thread waits for another at the end.
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|i| std::cmp::Reverse(samples[i / draws % samples.len()]));
    let mut done: Vec<(usize, Outcome)> = order
        .into_par_iter()
        .with_max_len(1)
        .map(|i| {
            let (model, p) = (i / draws / samples.len(), samples[i / draws % samples.len()]);
            let spectrum = truths[model].draw(p, true, &mut stream(seed, Use::Samples, i as u64))?;
            Ok((i, outcome(&spectrum, truths[model].likelihood(), range)?))
        })
        .collect::<Result<_, Error>>()?;
    done.sort_by_key(|(i, _)| *i);
    let mut done = done.into_iter().map(|(_, o)| o);
    let draws = |done: &mut dyn Iterator<Item = Outcome>| done.take(draws).collect::<Vec<_>>();
    Ok(truths.iter().map(|_| samples.iter().map(|_| draws(&mut done)).collect()).collect())
}
