//! The sweep, the choice of a strength, and the couplings there.

use super::model::{Agreement, Chosen, Pair, PottsModel, Reason};
use super::{Data, PottsConfig, stored};
use crate::analyses::Error;
use crate::inference::gaussian::data::folds;
use crate::inference::gaussian::roots::log_grid;
use crate::inference::potts::{
    Annealing, Chains, Error as Fault, Fit, Gauge, Known, Learner, Level, Options, Potts as Couplings,
    Samples, Settings, Sparsity, Sweep, Way, corrected, generated, partition, sparse, turning,
};
use crate::io::error::{self, Problem};
use crate::job::Observer;
use crate::linalg::random::{Rng, Use, shuffled, stream};
use crate::memory;
use crate::numbers::{Estimate, jackknife};
use faer::Mat;
use std::sync::{Mutex, PoisonError};

/// Strengths by default.
const GRID: (f64, f64, usize) = (0.01, 10.0, 7);
/// Generated samples that are written.
const GENERATED: usize = 1000;
/// Points of a kind of statistics that are kept.
const POINTS: usize = 5000;

pub(super) fn infer(config: &PottsConfig, data: &Data, observer: &dyn Observer) -> Result<PottsModel, Error> {
    let chains = Chains { seed: config.seed, ..Chains::default() };
    let options = Options {
        way: config.way,
        fits: fits(config, data),
        annealing: Annealing { chains: config.chains, seed: config.seed, ..Annealing::default() },
        chains,
    };
    let fail = |e: Fault| failed(config, e);
    afford(config, data, &options.fits, observer)?;
    let truth = config.truth.as_ref().map(|path| stored::truth(path, data)).transpose()?;
    let known =
        truth.as_ref().map(|m| Known::new(m, &options.annealing, &chains)).transpose().map_err(fail)?;
    let with_truth = known.is_some();
    let fold = parts(config, data);
    let learning = learning(observer);
    let mut sweep =
        Sweep::new(&data.samples, fold.as_deref(), known, options).map_err(fail)?.telling(&learning);
    let mut gammas = config.gammas.clone().unwrap_or_else(|| match config.at {
        Some(at) => vec![at],
        None => log_grid(GRID.0, GRID.1, GRID.2),
    });
    // From strong to weak, each fit begins at the one before it.
    gammas.sort_by(|a, b| b.total_cmp(a));
    let (levels, kept, stopped) = levels(&mut sweep, &gammas, observer).map_err(fail)?;
    let chosen = chosen(config, &levels, with_truth, stopped.is_some());
    observer.start("couplings", 1);
    let mut fits = match kept {
        Kept { gamma, fits } if gamma.to_bits() == chosen.gamma.to_bits() => fits,
        _ => sweep.fits(chosen.gamma).map_err(fail)?,
    };
    let mut few = None;
    if let Some(path) = config.sparse {
        let penalty = config.way.penalty(chosen.gamma, &data.samples).map_err(fail)?;
        let o = Sparsity { path, ..Sparsity::default() };
        let found = sparse(&data.samples, fold.as_deref(), penalty, &o).map_err(fail)?;
        // Errors over folds would be of other graphs.
        fits = vec![found.fit];
        few = Some((path, found.path, found.chosen));
    }
    let pairs = pairs(&fits);
    let fit = fits.swap_remove(0);
    observer.finish();
    let same = levels.iter().find(|l| l.gamma.to_bits() == chosen.gamma.to_bits() && few.is_none());
    let own = match same {
        Some(level) => level.partition,
        None => partition(&fit.model, &options.annealing).map_err(fail)?,
    };
    let (updates, made) = made(&fit, &chains, observer).map_err(fail)?;
    Ok(PottsModel {
        about: data.about.clone(),
        names: data.names.clone(),
        states: data.states.clone(),
        way: config.way,
        folds: sweep.folds(),
        best: best(&levels),
        cross: cross(&levels),
        chosen,
        penalty: config.way.penalty(chosen.gamma, &data.samples).map_err(fail)?,
        zero_sum: fit.model.in_gauge(Gauge::ZeroSum),
        shown: config.edges.unwrap_or(2 * data.names.len()).min(pairs.len()),
        generated: some(&made),
        statistics: agreements(&data.samples, &made, config.seed),
        sparse: few,
        updates,
        stopped,
        bounds: data.bounds.clone(),
        grouping: config.fits.grouping,
        partition: own,
        mutations: match data.about.kind {
            "alignment" => super::used::mutations(&fit.model, data.samples.row(0)),
            _ => vec![],
        },
        fit,
        pairs,
        levels,
    })
}

/// Some of the samples, evenly spread.
fn some(made: &Samples) -> Vec<Vec<u8>> {
    let count = made.count().min(GENERATED);
    (0..count).map(|k| made.row(k * made.count() / count).to_vec()).collect()
}

/// Samples of a model, and the updates that they took; the rate of these is told.
fn made(fit: &Fit, chains: &Chains, observer: &dyn Observer) -> Result<(u64, Samples), Fault> {
    let found = generated(&fit.model, chains)?;
    // A rate is the machine's, not the model's: the report is the same on every one.
    let rate = 1e-6 * found.updates as f64 / found.seconds;
    observer.start(&format!("generated samples, {rate:.1} million Gibbs updates a second"), 0);
    observer.finish();
    Ok((found.updates, found.samples))
}

/// The strength from which on fits ceased to converge, and why.
type Stop = Option<(f64, Fault)>;

/// What each strength gives, ascending, the fits of the best, and where fits ceased to converge; `gammas` fall.
fn levels(
    sweep: &mut Sweep,
    gammas: &[f64],
    observer: &dyn Observer,
) -> Result<(Vec<Level>, Kept, Stop), Fault> {
    let (mut levels, mut kept) = (Vec::<Level>::new(), Kept { gamma: f64::NAN, fits: vec![] });
    let mut stopped = None;
    observer.start("strengths of the penalty", gammas.len() as u64);
    for (k, gamma) in gammas.iter().enumerate() {
        let (level, fits) = match sweep.level(*gamma) {
            Ok(found) => found,
            // Weaker penalties are harder.
            Err(fault) if fault.eased_by_penalty() && !levels.is_empty() => {
                stopped = Some((*gamma, fault));
                break;
            }
            Err(fault) => return Err(fault),
        };
        if levels.iter().all(|l| l.unseen().value < level.unseen().value) {
            kept = Kept { gamma: *gamma, fits };
        }
        levels.push(level);
        observer.at(k as u64 + 1);
    }
    observer.finish();
    levels.reverse();
    Ok((levels, kept, stopped))
}

/// Shows where the learning of a fit stands: a bar for each of its stages.
fn learning(observer: &dyn Observer) -> impl Fn(Learner) + Sync {
    let shown = Mutex::new(None);
    move |learner: Learner| {
        let Learner { gamma, fit: [fit, of], at } = learner;
        let stage = (gamma.to_bits(), fit, at.stage);
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if *shown != Some(stage) {
            *shown = Some(stage);
            let what = format!("{gamma:.3}: fit {fit} of {of}, stage {}", at.stage);
            observer.start(&what, at.updates[1] as u64);
            if let Some(last) = at.last {
                observer.say(&format!("{:.2} off", last.mismatch.hypot(last.resolution)));
            }
        }
        observer.at(at.updates[0] as u64);
    }
}

/// What ended the fits, and what to do.
fn failed(config: &PottsConfig, fault: Fault) -> Error {
    if let Fault::Shape { what: "updates", found, expected } = fault {
        return Error::Config(format!("--updates {found}: expected {expected}"));
    }
    if !fault.eased_by_penalty() {
        return Error::input(&config.file, fault.to_string());
    }
    let compress = if config.fits.grouping.is_some() { "groups more states" } else { "groups rare states" };
    let advice = match config.way {
        Way::Boltzmann => {
            "; --updates allows more, --gamma or --at a stronger penalty, --tolerance 1 a distance as large as the data's own errors"
                .to_owned()
        }
        Way::Clusters => format!(
            "; --compress 0.05 {compress}, --gamma or --at gives a stronger penalty, --threshold 0.01 the model at that threshold, whatever \
             its moments; --likelihood boltzmann or pseudo has no clusters"
        ),
        Way::Pseudo | Way::Asymmetric | Way::Exact => "; --gamma or --at gives it".into(),
    };
    Error::Numbers(format!("{fault}{advice}"))
}

/// Says how much memory the fits need, before they begin, and fails where that is more than there is.
fn afford(config: &PottsConfig, data: &Data, fits: &Settings, observer: &dyn Observer) -> Result<(), Error> {
    let sites = &data.samples.sites;
    let q = sites.total() as u64;
    // Models of all folds in two gauges, and those that are written.
    let kept = (2 * (1 + config.folds as u64) + 3) * q * q;
    let numbers = config.way.numbers(sites, data.samples.count(), fits).saturating_add(kept);
    observer.start(&format!("fits, in about {} of memory", memory::written(8 * numbers)), 0);
    observer.finish();
    let what = format!(
        "couplings of {} sites ({} states in all; --likelihood asymmetric and --folds 0 need less)",
        sites.count(),
        q
    );
    Problem::afford(what, numbers, memory::bound()).map_err(|p| error::Error::new(&config.file, p).into())
}

/// The fits of the strength that predicts unseen data best so far.
struct Kept {
    gamma: f64,
    fits: Vec<Fit>,
}

/// Of small models the minimum is found to rounding.
fn fits(config: &PottsConfig, data: &Data) -> Settings {
    const SMALL: usize = 2000;
    let o = config.fits;
    let aim = if data.samples.sites.couplings() <= SMALL { o.aim.min(1e-20) } else { o.aim };
    Settings { aim, ..o }
}

/// The fold of each sample: trials whole, successive samples in stretches where they are alike; none where they are too few.
fn parts(config: &PottsConfig, data: &Data) -> Option<Vec<usize>> {
    let p = data.samples.count();
    let count = config.folds;
    if count < 2 || p < 2 * count {
        return None;
    }
    match &data.trials {
        Some(trials) => {
            let order = shuffled(p, &mut stream(config.seed, Use::Split, 0));
            folds(trials, &order, count).ok()
        }
        None if data.alike => Some((0..p).map(|k| k * count / p).collect()),
        None => {
            let order = shuffled(p, &mut stream(config.seed, Use::Split, 0));
            let mut fold = vec![0; p];
            order.iter().enumerate().for_each(|(k, s)| fold[*s] = k % count);
            Some(fold)
        }
    }
}

fn chosen(config: &PottsConfig, levels: &[Level], truth: bool, stopped: bool) -> Chosen {
    if let Some(gamma) = config.at {
        return Chosen { gamma, by: Reason::Asked };
    }
    if levels.len() == 1 {
        let by = if stopped { Reason::Weakest } else { Reason::Asked };
        return Chosen { gamma: levels[0].gamma, by };
    }
    let Some(top) = largest(levels) else {
        return Chosen { gamma: levels[levels.len() / 2].gamma, by: Reason::Middle };
    };
    let by = match top {
        0 if stopped => Reason::Weakest,
        0 => Reason::LowerEnd,
        k if k + 1 == levels.len() => Reason::UpperEnd,
        _ if truth => Reason::Truth,
        _ => Reason::Folds,
    };
    Chosen { gamma: levels[top].gamma, by }
}

/// Where unseen data are most likely.
fn largest(levels: &[Level]) -> Option<usize> {
    let test = |l: &Level| l.test.map(|t| t.value);
    let all: Vec<f64> = levels.iter().map(test).collect::<Option<_>>()?;
    (0..all.len()).max_by(|a, b| all[*a].total_cmp(&all[*b]))
}

/// The top of a parabola through the largest likelihood of unseen data and its neighbours.
fn best(levels: &[Level]) -> Option<f64> {
    let top = largest(levels).filter(|k| *k > 0 && k + 1 < levels.len())?;
    let at = |k: usize| Some((levels[k].gamma.ln(), levels[k].test?.value));
    turning([at(top - 1)?, at(top)?, at(top + 1)?]).map(f64::exp)
}

/// Where generated data become less likely than unseen ones.
fn cross(levels: &[Level]) -> Option<f64> {
    let apart = |l: &Level| Some(l.generated.value - l.test?.value);
    levels.windows(2).find_map(|w| {
        let (a, b) = (apart(&w[0])?, apart(&w[1])?);
        let (x, y) = (w[0].gamma.ln(), w[1].gamma.ln());
        (a > 0.0 && b <= 0.0).then(|| (x + (y - x) * a / (a - b)).exp())
    })
}

/// A model in the zero-sum gauge, with the norms and scores of its pairs.
struct Scored {
    scores: Mat<f64>,
    norms: Mat<f64>,
    model: Couplings,
}

impl Scored {
    fn of(fit: &Fit) -> Self {
        let model = fit.model.in_gauge(Gauge::ZeroSum);
        let norms = model.norms();
        Self { scores: corrected(&norms), norms, model }
    }
}

/// Pairs with errors over the fits without each fold.
fn pairs(fits: &[Fit]) -> Vec<Pair> {
    let n = fits[0].model.sites.count();
    let all: Vec<Scored> = fits.iter().map(Scored::of).collect();
    let sites = &fits[0].model.sites;
    let estimate = |pick: &dyn Fn(&Scored) -> f64| {
        jackknife::delete_one(pick(&all[0]), all[1..].iter().map(|a| Some(pick(a))))
    };
    let mut pairs: Vec<Pair> = (0..n)
        .flat_map(|j| (0..j).map(move |i| [i, j]))
        .map(|[i, j]| {
            let two = sites.states(i) == 2 && sites.states(j) == 2;
            let (last_i, last_j) = (sites.range(i).end - 1, sites.range(j).end - 1);
            Pair {
                sites: [i, j],
                score: estimate(&|a| a.scores[(i, j)]),
                norm: estimate(&|a| a.norms[(i, j)]),
                spins: two.then(|| estimate(&|a| a.model.couplings[(last_i, last_j)])),
            }
        })
        .collect();
    pairs.sort_by(|a, b| b.score.value.total_cmp(&a.score.value));
    pairs
}

/// Frequencies, and connected correlations of two and three states, in data and generated samples.
fn agreements(data: &Samples, made: &Samples, seed: u64) -> Vec<Agreement> {
    let (f, g) = (data.frequencies(), made.frequencies());
    let (ff, gg) = (data.pair_frequencies(), made.pair_frequencies());
    let sites = &data.sites;
    let mut rng = stream(seed, Use::Split, 1);
    let singles = (0..f.len()).map(|k| [f[k], g[k]]).collect();
    let mut twos = vec![];
    for j in 0..sites.count() {
        for b in sites.range(j) {
            (0..sites.range(j).start)
                .for_each(|a| twos.push([ff[(a, b)] - f[a] * f[b], gg[(a, b)] - g[a] * g[b]]));
        }
    }
    if twos.len() > POINTS {
        let order = shuffled(twos.len(), &mut rng);
        twos = order[..POINTS].iter().map(|k| twos[*k]).collect();
    }
    let of =
        |(k, points): (usize, Vec<[f64; 2]>)| Agreement { of: k, correlation: correlation(&points), points };
    let mut all: Vec<Agreement> = [(1, singles), (2, twos)].into_iter().map(of).collect();
    if sites.count() >= 3 {
        all.push(of((3, threes(data, made, &mut rng))));
    }
    all
}

/// Connected correlations of three states, at random places.
fn threes(data: &Samples, made: &Samples, rng: &mut Rng) -> Vec<[f64; 2]> {
    const PLACES: usize = 500;
    let sites = &data.sites;
    let place = |rng: &mut Rng| {
        let own = shuffled(sites.count(), rng);
        [0, 1, 2].map(|k| {
            let state = shuffled(sites.states(own[k]), rng)[0];
            (own[k], u8::try_from(state).unwrap_or(0))
        })
    };
    let connected = |all: &Samples, at: &[(usize, u8); 3]| {
        let total = all.total();
        let mean = |of: &[usize]| {
            let seen = |row: &&[u8]| of.iter().all(|k| row[at[*k].0] == at[*k].1);
            all.rows().zip(&all.weights).filter(|(row, _)| seen(row)).map(|(_, w)| w).sum::<f64>() / total
        };
        let [a, b, c] = [mean(&[0]), mean(&[1]), mean(&[2])];
        let [ab, ac, bc] = [mean(&[0, 1]), mean(&[0, 2]), mean(&[1, 2])];
        mean(&[0, 1, 2]) - ab * c - ac * b - bc * a + 2.0 * a * b * c
    };
    (0..PLACES)
        .map(|_| {
            let at = place(rng);
            [connected(data, &at), connected(made, &at)]
        })
        .collect()
}

fn correlation(points: &[[f64; 2]]) -> f64 {
    let count = points.len() as f64;
    let mean = [0, 1].map(|k| points.iter().map(|p| p[k]).sum::<f64>() / count);
    let product =
        |k: usize, l: usize| points.iter().map(|p| (p[k] - mean[k]) * (p[l] - mean[l])).sum::<f64>();
    product(0, 1) / (product(0, 0) * product(1, 1)).sqrt()
}

impl Level {
    /// The estimate of unseen data, if there is one.
    pub fn unseen(&self) -> Estimate {
        self.test.unwrap_or(Estimate::NONE)
    }
}
