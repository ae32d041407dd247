//! Potts models on random graphs, samples of them, and fits at every strength.

use crate::Error;
use crate::common::*;
use nullcline_core::inference::gaussian::roots::log_grid;
use nullcline_core::inference::potts::{
    Annealing, Chains, Gibbs, Known, Level, Options, Potts, Settings as Fits, Sites, Sweep, Way, turning,
};
use nullcline_core::linalg::random::{Use, stream};

/// Variances of fields and couplings.
const VARIANCES: [f64; 2] = [5.0, 1.0];
/// Sweeps before the first sample, and from one sample of a chain to the next.
const BURN: usize = 300;
const THIN: usize = 20;
/// Chains that samples are drawn from.
const CHAINS: usize = 100;

/// What a cell is: sites, states, degree and samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    pub n: usize,
    pub q: usize,
    pub degree: f64,
    pub p: usize,
}

impl Case {
    pub fn name(&self) -> String {
        format!("n = {}, q = {}, d = {}, p = {}", self.n, self.q, self.degree, self.p)
    }
}

/// How much of a study is done.
#[derive(Clone, Debug)]
pub struct Size {
    pub models: usize,
    pub gammas: Vec<f64>,
    /// Chains of annealed importance sampling.
    pub chains: usize,
    /// Samples of truth and model that likelihoods are averaged over.
    pub draws: usize,
}

impl Size {
    pub fn of(preset: Preset) -> Self {
        match preset {
            Preset::Quick => Self { models: 6, gammas: log_grid(0.03, 10.0, 7), chains: 100, draws: 50 },
            Preset::Paper => Self { models: 10, gammas: log_grid(0.01, 10.0, 13), chains: 400, draws: 313 },
        }
    }
}

/// Fits of one case, a list of levels for each model.
pub struct Cell {
    pub case: Case,
    pub models: Vec<Vec<Level>>,
}

/// All cells.
///
/// # Errors
/// A fit that does not converge.
pub fn measure(cases: &[Case], size: &Size, seed: u64, observer: &dyn Observer) -> Result<Vec<Cell>, Error> {
    let total = cases.len() * size.models;
    let cost = |i: usize| {
        let c = &cases[i / size.models];
        usize::MAX - c.n * c.n * c.q * (c.p + 2000)
    };
    let all = parallel_by(cost, "models", total, observer, |i| {
        let case = &cases[i / size.models];
        // Cases of one graph differ in their samples alone.
        one(case, size, seed, (i % size.models) as u64).map_err(|e| Error::Numbers(e.to_string()))
    })?;
    let mut all = all.into_iter();
    Ok(cases
        .iter()
        .map(|case| Cell { case: *case, models: all.by_ref().take(size.models).collect() })
        .collect())
}

fn one(
    case: &Case,
    size: &Size,
    seed: u64,
    model: u64,
) -> Result<Vec<Level>, nullcline_core::inference::potts::Error> {
    let sites = Sites::alike(case.n, case.q)?;
    let truth = Potts::erdos_renyi(sites, case.degree, VARIANCES, &mut stream(seed, Use::Couplings, model));
    let each = case.p.div_ceil(CHAINS);
    let drawn = Gibbs::new(&truth)?.samples(CHAINS.min(case.p), each, BURN, THIN, seed ^ (model + 1))?;
    let samples = drawn.only(|k| k < case.p)?;
    let annealing = Annealing { chains: size.chains, seed: seed ^ (model << 8), ..Annealing::default() };
    let chains = Chains { draws: size.draws, seed: seed ^ (model << 16), ..Chains::default() };
    let known = Known::new(&truth, &annealing, &chains)?;
    let options = Options {
        way: Way::Pseudo,
        fits: Fits { tolerance: 1e-7, aim: 1e-7, ..Fits::default() },
        annealing,
        chains,
    };
    let mut sweep = Sweep::new(&samples, None, Some(known), options)?;
    let mut levels: Vec<Level> =
        size.gammas.iter().rev().map(|gamma| Ok(sweep.level(*gamma)?.0)).collect::<Result<_, _>>()?;
    levels.reverse();
    Ok(levels)
}

impl Cell {
    /// A number at each strength, the mean over models.
    pub fn curve(&self, of: impl Fn(&Level) -> f64) -> Vec<Estimate> {
        let at = |g: usize| Estimate::mean(self.models.iter().map(|m| of(&m[g])));
        (0..self.models[0].len()).map(at).collect()
    }

    /// The strength of the least divergence, KL(truth || model) for 0 and KL(model || truth) for 1: the mean over models of its
    /// logarithm, and back.
    pub fn best(&self, which: usize) -> Estimate {
        let one = |levels: &Vec<Level>| {
            let point = |l: &Level| (l.gamma.ln(), l.divergence.map_or(f64::NAN, |d| d[which].value));
            least(&levels.iter().map(point).collect::<Vec<_>>()).unwrap_or(f64::NAN)
        };
        let log = Estimate::mean_of_found(self.models.iter().map(one));
        Estimate { value: log.value.exp(), std_error: log.std_error.map(|e| e * log.value.exp()), n: log.n }
    }
}

/// Where a parabola through the least of some points and its neighbours is least; none where that is at an end.
fn least(points: &[(f64, f64)]) -> Option<f64> {
    let k = (0..points.len()).min_by(|a, b| points[*a].1.total_cmp(&points[*b].1))?;
    let [before, here, after] = *points.get(k.checked_sub(1)?..k + 2)? else { return None };
    turning([before, here, after])
}

#[cfg(test)]
mod tests {
    use super::least;

    #[test]
    fn the_least_of_a_parabola_is_its_bottom() {
        let points: Vec<(f64, f64)> = [-1.0, 0.0, 1.5, 3.0].map(|x: f64| (x, (x - 1.2).powi(2))).to_vec();
        assert!((least(&points).unwrap() - 1.2).abs() < 1e-12);
        assert_eq!(least(&points[..2]), None, "at an end");
    }
}
