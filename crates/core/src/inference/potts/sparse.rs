//! Models of few couplings: edges are taken away from all, or added to none, and samples left out say how many there should be.

use super::fit::Likelihood;
use super::{
    Error, Fit, Graph, Penalty, Potts, PseudoLikelihood, Samples, Settings, fit_on, group_lasso,
    largest_group,
};
use crate::numbers::Estimate;
use faer::Mat;

/// Which way a graph is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// From all pairs, the weakest couplings are taken away.
    Decimation,
    /// From no pair, those are added that raise the pseudo-likelihood most.
    Activation,
    /// The pairs of a group lasso, from the least strength that couples none downwards.
    Group,
}

named! {
    Path:
    Self::Decimation => "decimation",
    Self::Activation => "activation",
    Self::Group => "group",
}

/// How a graph is sought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sparsity {
    /// Which way.
    pub path: Path,
    /// Share of the present pairs that a step takes away or, of all pairs, adds; one at least.
    pub share: f64,
    /// When fits end.
    pub fits: Settings,
}

impl Default for Sparsity {
    fn default() -> Self {
        let fits = Settings { tolerance: 1e-7, aim: 1e-7, ..Settings::default() };
        Self { path: Path::Decimation, share: 0.1, fits }
    }
}

/// One graph on the way.
#[derive(Clone, Debug)]
pub struct Sparse {
    /// Pairs that are coupled.
    pub pairs: usize,
    /// Log pseudo-likelihood of a training sample.
    pub train: f64,
    /// That of a sample left out, with the error over folds; none without folds.
    pub test: Option<Estimate>,
}

/// The graphs on the way, and the model of the one that predicts samples left out best (without folds: of the last but one change of the
/// tilted likelihood).
#[derive(Clone, Debug)]
pub struct SparseFit {
    /// From the first to the last.
    pub path: Vec<Sparse>,
    /// Which of them was chosen.
    pub chosen: usize,
    /// Its graph.
    pub graph: Graph,
    /// Its fit of all samples.
    pub fit: Fit,
}

/// A sparse model by symmetric pseudo-likelihood.
///
/// Method: decimation refits after each step without the pairs of smallest Frobenius norm in the zero-sum gauge; activation adds the
/// pairs of the largest score statistic, sum of (derivative)^2 over its variance under independent sites, which is twice the gain of
/// likelihood to be expected; the group lasso gives a graph at each of its strengths, which is then fitted without it. Graphs are found with all samples; each is then fitted without each fold, and the one of the largest
/// log pseudo-likelihood of samples left out is chosen. Without folds it is the graph at the top of Decelle and Ricci-Tersenghi's tilted
/// likelihood, L(x) - x L_max - (1 - x) L_independent, x the share of pairs that are coupled.
///
/// Source: Decelle & Ricci-Tersenghi, Phys. Rev. Lett. 112, 070603 (2014); Barrat-Charlaix et al., Phys. Rev. E 104, 024407 (2021).
///
/// # Errors
/// Those of [`fit_on`]; folds that hold all samples.
///
/// ```
/// use nullcline_core::inference::potts::{Gibbs, Penalty, Potts, Sites, Sparsity, sparse};
///
/// // A ring of five spins.
/// let mut truth = Potts::free(Sites::alike(5, 2).unwrap());
/// (0..5).for_each(|i| truth.couple(i, (i + 1) % 5, |a, b| if a == b { 0.4 } else { -0.4 }));
/// let seen = Gibbs::new(&truth).unwrap().samples(40, 100, 50, 3, 1).unwrap();
/// let found = sparse(&seen, None, Penalty::new(0.01, 0.01).unwrap(), &Sparsity::default()).unwrap();
/// assert_eq!(found.graph.pairs(), truth.pairs());
/// ```
pub fn sparse(
    samples: &Samples,
    fold: Option<&[usize]>,
    penalty: Penalty,
    o: &Sparsity,
) -> Result<SparseFit, Error> {
    let n = samples.sites.count();
    let all = n * (n - 1) / 2;
    let mut likelihood = PseudoLikelihood::new(samples);
    let mut folds = parts(samples, fold)?;
    let mut graph = if o.path == Path::Decimation { Graph::full(n) } else { Graph::empty(n) };
    let mut lasso = Lasso { strength: largest_group(samples), left: LASSOS, last: None };
    let mut kept: Vec<(Sparse, Graph, Fit)> = vec![];
    loop {
        let last = kept.last().map(|k| &k.2.model);
        let fit = fit_on(&mut likelihood, penalty, Some(&graph), last, &o.fits)?;
        let test =
            folds.iter_mut().map(|f| f.unseen(penalty, &graph, &fit, o)).collect::<Result<Vec<_>, _>>()?;
        let pairs = graph.pairs().len();
        let train = -fit.loss / samples.total();
        let test = (!test.is_empty()).then(|| Estimate::mean(test));
        let next = match o.path {
            Path::Decimation => without(&graph, &fit, o.share),
            Path::Activation => with(&graph, &fit, &mut likelihood, o.share, all),
            Path::Group => lasso.next(samples, penalty)?,
        };
        kept.push((Sparse { pairs, train, test }, graph, fit));
        match next {
            Some(next) => graph = next,
            None => break,
        }
    }
    let chosen = chosen(&kept, all);
    let path = kept.iter().map(|k| k.0.clone()).collect();
    let (_, graph, fit) = kept.swap_remove(chosen);
    Ok(SparseFit { path, chosen, graph, fit })
}

/// Strengths of the group lasso, each two thirds of the one before.
const LASSOS: usize = 14;

struct Lasso {
    strength: f64,
    left: usize,
    last: Option<Potts>,
}

impl Lasso {
    /// The graph at the next strength; none after the last.
    fn next(&mut self, samples: &Samples, penalty: Penalty) -> Result<Option<Graph>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.strength *= 2.0 / 3.0;
        let found = group_lasso(samples, self.strength, penalty.fields, self.last.as_ref(), 1e-3)?;
        let mut graph = Graph::empty(samples.sites.count());
        found.model.pairs().iter().for_each(|[i, j]| graph.set(*i, *j, true));
        self.last = Some(found.model);
        Ok(Some(graph))
    }
}

/// The samples without a fold, and the fold.
struct Fold {
    kept: PseudoLikelihood,
    out: PseudoLikelihood,
}

fn parts(samples: &Samples, fold: Option<&[usize]>) -> Result<Vec<Fold>, Error> {
    let count = fold.and_then(|f| f.iter().max()).map_or(0, |m| m + 1);
    let part = |k: usize| {
        let of = |s: usize| fold.is_some_and(|f| f[s] == k);
        let (kept, out) = (samples.only(|s| !of(s))?, samples.only(of)?);
        Ok(Fold { kept: PseudoLikelihood::new(&kept), out: PseudoLikelihood::new(&out) })
    };
    (0..count).map(part).collect()
}

impl Fold {
    /// Log pseudo-likelihood of a sample of the fold.
    fn unseen(&mut self, penalty: Penalty, graph: &Graph, near: &Fit, o: &Sparsity) -> Result<f64, Error> {
        let fit = fit_on(&mut self.kept, penalty, Some(graph), Some(&near.model), &o.fits)?;
        let total = fit.model.fields.len();
        let (mut gf, mut gj) = (vec![0.0; total], Mat::zeros(total, total));
        let loss = self.out.evaluate(&fit.model.fields, &fit.model.couplings, &mut gf, &mut gj);
        Ok(-loss / self.out.weight())
    }
}

/// The graph without its weakest pairs; none where none are left.
fn without(graph: &Graph, fit: &Fit, share: f64) -> Option<Graph> {
    let norms = fit.model.in_gauge(super::Gauge::ZeroSum).norms();
    let mut pairs = graph.pairs();
    pairs.sort_by(|[a, b], [c, d]| norms[(*a, *b)].total_cmp(&norms[(*c, *d)]));
    let count = ((share * pairs.len() as f64) as usize).max(1);
    let mut next = graph.clone();
    pairs.iter().take(count).for_each(|[i, j]| next.set(*i, *j, false));
    (!pairs.is_empty()).then_some(next)
}

/// The graph with the pairs that promise most; none where all are there.
fn with(
    graph: &Graph,
    fit: &Fit,
    likelihood: &mut PseudoLikelihood,
    share: f64,
    all: usize,
) -> Option<Graph> {
    let sites = likelihood.sites().clone();
    let (n, total) = (sites.count(), sites.total());
    let (mut gf, mut gj) = (vec![0.0; total], Mat::zeros(total, total));
    likelihood.evaluate(&fit.model.fields, &fit.model.couplings, &mut gf, &mut gj);
    let (f, weight) = (likelihood.frequencies().to_vec(), likelihood.weight());
    let spread = |k: usize| f[k].max(0.5 / weight);
    let promise = |i: usize, j: usize| -> f64 {
        let cells = sites.range(i).flat_map(|a| sites.range(j).map(move |b| (a, b)));
        cells.map(|(a, b)| gj[(a, b)].powi(2) / (2.0 * weight * spread(a) * spread(b))).sum()
    };
    let missing = (0..n).flat_map(|i| (i + 1..n).map(move |j| [i, j])).filter(|[i, j]| !graph.has(*i, *j));
    let mut missing: Vec<([usize; 2], f64)> = missing.map(|[i, j]| ([i, j], promise(i, j))).collect();
    missing.sort_by(|a, b| b.1.total_cmp(&a.1));
    let count = ((share * all as f64) as usize).max(1);
    let mut next = graph.clone();
    missing.iter().take(count).for_each(|([i, j], _)| next.set(*i, *j, true));
    (!missing.is_empty()).then_some(next)
}

/// The graph that predicts samples left out best, or that of the largest tilted likelihood.
fn chosen(kept: &[(Sparse, Graph, Fit)], all: usize) -> usize {
    let of = |f: &dyn Fn(&Sparse) -> f64| -> usize {
        (0..kept.len()).max_by(|a, b| f(&kept[*a].0).total_cmp(&f(&kept[*b].0))).unwrap_or(0)
    };
    if kept.iter().all(|k| k.0.test.is_some()) {
        return of(&|s| s.test.map_or(f64::NEG_INFINITY, |t| t.value));
    }
    let ends = |f: fn(f64, f64) -> f64, start: f64| kept.iter().map(|k| k.0.train).fold(start, f);
    let (most, least) = (ends(f64::max, f64::NEG_INFINITY), ends(f64::min, f64::INFINITY));
    of(&|s| {
        let x = s.pairs as f64 / all as f64;
        s.train - x * most - (1.0 - x) * least
    })
}
