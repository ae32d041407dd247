//! Errors of couplings at the strength that cross-validation chooses.

use crate::Row;
use faer::Mat;
use nullcline::inference::gaussian::data::{Gathered, Scale};
use nullcline::inference::gaussian::debiased::debiased;
use nullcline::inference::gaussian::ensemble::{Ensemble, Truth};
use nullcline::inference::gaussian::lasso::{Options, graphical_lasso};
use nullcline::inference::gaussian::map::Map;
use nullcline::inference::gaussian::roots::log_grid;
use nullcline::inference::gaussian::sparse;
use nullcline::inference::gaussian::spectrum::{Basis, Spectrum};
use nullcline::inference::gaussian::successive::autocorrelation;
use nullcline::inference::gaussian::sweep::sweep;
use nullcline::inference::gaussian::validation::{covariances, spectra};
use nullcline::linalg::random::{Rng, Use, stream};
use rayon::prelude::*;

const SETS: u64 = 200;
const CHAIN: Ensemble = Ensemble::Chain { sigma: 0.4 };
const GOE: Ensemble = Ensemble::Goe { sigma: 0.4 };
const WEAK: Ensemble = Ensemble::Goe { sigma: 0.15 };
const SPARSE: Ensemble = Ensemble::ErdosRenyi { sigma: 0.4, degree: 3.0 };

#[derive(Clone, Copy, PartialEq)]
enum Penalty {
    L1,
    L2,
}

struct Case<'a> {
    name: &'a str,
    ensemble: &'a Ensemble,
    n: usize,
    p: usize,
    penalty: Penalty,
    scale: Scale,
    /// Correlation of successive samples.
    slow: f64,
}

/// True, penalised and debiased coupling of one pair, with the errors of both.
type Pair = [f64; 5];

impl Case<'_> {
    fn samples(&self, truth: &Truth, rng: &mut Rng) -> Mat<f64> {
        let mut x = truth.samples(self.p, rng);
        let fresh = (1.0 - self.slow * self.slow).sqrt();
        for k in 1..self.p {
            for i in 0..self.n {
                x[(i, k)] = self.slow * x[(i, k - 1)] + fresh * x[(i, k)];
            }
        }
        x
    }

    /// Penalised couplings and precision of the covariance `c` at the gamma of a grid that five folds choose.
    fn chosen(&self, x: &Mat<f64>, c: &Mat<f64>, contiguous: bool) -> (Mat<f64>, Mat<f64>) {
        // Independent samples need no shuffling.
        let of = |k: usize| if contiguous { k * 5 / self.p } else { k % 5 };
        let fold: Vec<usize> = (0..self.p).map(of).collect();
        let best = |gammas: &[f64], test: &dyn Fn(usize) -> f64| {
            let best = (0..gammas.len()).max_by(|a, b| test(*a).total_cmp(&test(*b)));
            gammas[best.unwrap_or(0)]
        };
        if self.penalty == Penalty::L1 {
            let most = sparse::largest(c.as_ref());
            let gammas = log_grid(0.03 * most, most, 12);
            let folds: Vec<_> = covariances(x.as_ref(), &fold, true)
                .into_iter()
                .map(|(train, test, _)| self.scale.apply_both(train.as_ref(), test.as_ref()))
                .collect();
            let curves = sparse::sweep(&folds, &gammas).expect("curves");
            let gamma = best(&gammas, &|g| curves.iter().map(|c| c[g].test).sum());
            let s = graphical_lasso(c.as_ref(), gamma, &Options::default()).expect("a solution");
            return (sparse::couplings(&s), s.theta);
        }
        let gammas = log_grid(1e-3, 1e4, 64);
        let folds = spectra(x.as_ref(), &fold, self.scale, true).expect("folds");
        let curves: Vec<_> = folds.iter().map(|f| sweep(&f.0, &gammas).expect("a curve")).collect();
        let gamma = best(&gammas, &|g| curves.iter().map(|c| c[g].test).sum());
        let basis = Basis::new(c.as_ref()).expect("a basis");
        let alpha = self.p as f64 / self.n as f64;
        let spectrum = Spectrum::new(alpha, basis.values.clone(), basis.values.clone()).expect("a spectrum");
        let mut map = Map::new(&spectrum);
        map.solve(gamma).expect("an estimate");
        let theta: Vec<f64> = map.c.iter().map(|c| c.recip()).collect();
        (basis.matrix(&map.j), basis.matrix(&theta))
    }

    fn pairs(&self, k: u64) -> Vec<Pair> {
        let rng = &mut stream(7, Use::Samples, k);
        let j = self.ensemble.draw(self.n, &mut stream(7, Use::Couplings, k));
        let truth = Truth::new(j.as_ref()).expect("a model");
        let x = self.samples(&truth, rng);
        let g = Gathered::new(x.as_ref());
        let raw = g.covariance(Some(g.mean()));
        let c = self.scale.apply(raw.as_ref());
        let follows: Vec<bool> = (0..self.p).map(|k| k > 0).collect();
        let alike = autocorrelation(x.as_ref(), &follows);
        let (penalised, theta) = self.chosen(&x, &c, alike.is_some());
        let p = alike.map_or(self.p as f64, |a| a.effective);
        let found = debiased(theta.as_ref(), c.as_ref(), p, self.scale).over(self.scale.unit(raw.as_ref()));
        let penalised = faer::Scale(self.scale.unit(raw.as_ref()).recip()) * penalised;
        let around = found.around(penalised.as_ref());
        let size = |i: usize| match self.scale {
            Scale::Variances => truth.covariance()[(i, i)].sqrt(),
            _ => 1.0,
        };
        let pairs = (0..self.n).flat_map(|b| (0..b).map(move |a| (a, b)));
        pairs
            .map(|at| {
                let true_j = j[at] * size(at.0) * size(at.1);
                [true_j, penalised[at], around[at], found.j[at], found.std_error[at]]
            })
            .collect()
    }

    fn rows(&self) -> Vec<Row> {
        let all: Vec<Pair> = (0..SETS).into_par_iter().flat_map_iter(|k| self.pairs(k)).collect();
        let penalty = if self.penalty == Penalty::L1 { "L1" } else { "L2" };
        let row = |what: &str, of: &dyn Fn(&Pair) -> (f64, f64), some: &dyn Fn(&Pair) -> bool| {
            let off: Vec<(f64, f64)> = all.iter().filter(|p| some(p)).map(of).collect();
            let (n, p) = (self.n, self.p);
            Row::of(format!("couplings, {}, n = {n}, T = {p}, {penalty}: {what}", self.name), 0.0, &off)
        };
        let there = |p: &Pair| p[0] != 0.0;
        vec![
            row("debiased", &|p| (p[3] - p[0], p[4]), &|_| true),
            row("debiased, true ones not zero", &|p| (p[3] - p[0], p[4]), &there),
            row("penalised", &|p| (p[1] - p[0], p[2]), &|_| true),
        ]
    }
}

pub fn rows() -> Vec<Row> {
    let case = |name, ensemble, n, p, penalty| Case {
        name,
        ensemble,
        n,
        p,
        penalty,
        scale: Scale::Trace,
        slow: 0.0,
    };
    let mut cases = vec![];
    for (n, p) in [(20, 60), (20, 1500)] {
        cases.push(case("chain", &CHAIN, n, p, Penalty::L2));
        cases.push(case("dense", &GOE, n, p, Penalty::L2));
    }
    cases.push(case("weak", &WEAK, 10, 300, Penalty::L2));
    for penalty in [Penalty::L2, Penalty::L1] {
        for (n, p) in [(10, 60), (10, 300), (20, 300)] {
            cases.push(case("chain", &CHAIN, n, p, penalty));
            cases.push(case("dense", &GOE, n, p, penalty));
        }
        cases.push(case("weak", &WEAK, 10, 60, penalty));
        cases.push(case("sparse", &SPARSE, 20, 300, penalty));
        cases.push(case("chain, fewer samples than variables", &CHAIN, 30, 25, penalty));
        cases.push(case("dense, fewer samples than variables", &GOE, 30, 25, penalty));
        let variances = Scale::Variances;
        cases.push(Case { scale: variances, ..case("sparse, correlations", &SPARSE, 10, 300, penalty) });
        cases.push(Case { scale: Scale::None, ..case("chain, as measured", &CHAIN, 10, 300, penalty) });
        cases.push(Case { slow: 0.8, ..case("chain, autocorrelated rows", &CHAIN, 10, 1500, penalty) });
    }
    cases.iter().flat_map(Case::rows).collect()
}
