//! Couplings of a Potts model in the summary.

use super::number::{Number, each};
use crate::analyses::potts::{AboutSamples, PottsModel, Reason, Used};
use crate::inference::potts::{Ended, Method, Partition, Path};
use crate::numbers::Estimate;
use schemars::JsonSchema;
use serde::Serialize;

/// What `infer potts` gives.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct PottsModules {
    /// The couplings, or what was done with a model.
    pub potts: PottsEntry,
}

/// Couplings that were inferred, or what was done with a model.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum PottsEntry {
    /// Couplings.
    Inferred(Box<Potts>),
    /// A model that was written.
    Used(UsedModel),
}

/// What was read: data, or a model.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum AboutPotts {
    /// Data.
    Samples(AboutSamples),
    /// A model that was written.
    Model(AboutModel),
}

/// A model that was written.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "AboutPottsModel")]
pub struct AboutModel {
    /// The file.
    pub file: String,
    /// `model`.
    pub kind: &'static str,
    /// Sites.
    pub sites: usize,
    /// States of a site at most.
    pub states: usize,
    /// The file of the data that are scored.
    pub scored: Option<String>,
}

/// What was done with a model.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "UsedPottsModel")]
pub struct UsedModel {
    /// Sites.
    pub n: usize,
    /// States of a site at most.
    pub q: usize,
    /// log Z.
    pub log_z: LogZ,
    /// Samples that were drawn.
    pub samples: Option<usize>,
    /// Split R-hat of their energies.
    pub r_hat: Option<Number>,
    /// log P of each sample that was scored; the table `scores` has the rest.
    pub log_p: Option<Vec<Number>>,
}

impl UsedModel {
    /// Of what was done.
    pub fn of(u: &Used) -> Self {
        let sites = &u.model.sites;
        Self {
            n: sites.count(),
            q: sites.ranges().map(|r| r.len()).max().unwrap_or(0),
            log_z: LogZ::of(&u.partition),
            samples: u.drawn.as_ref().map(|d| d.rows.len()),
            r_hat: u.drawn.as_ref().map(|d| Number(d.chains.r_hat)),
            log_p: u.scored.as_ref().map(|s| each(&s.all, |s| s.log_probability.value)),
        }
    }
}

/// Couplings of a Potts model. Lists belong to `gamma`; likelihoods are of one sample, in nats.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Potts {
    /// The likelihood that is penalised: `pseudo`, `asymmetric`, `exact`, `boltzmann` or `ace`.
    pub likelihood: &'static str,
    /// Sites.
    pub n: usize,
    /// States of a site at most.
    pub q: usize,
    /// Samples.
    pub samples: usize,
    /// The sum of their weights.
    pub weight: Number,
    /// Strengths of the penalty.
    pub gamma: Vec<Number>,
    /// Minus the log likelihood that is penalised, of all samples, and the penalty; null of `boltzmann`.
    pub objective: Vec<Number>,
    /// Bounds on the distance of each from its minimum; null of `boltzmann` and `ace`.
    pub gap: Vec<Number>,
    /// How each was learned; null of others than `boltzmann`.
    pub learning: Option<Vec<LearningEntry>>,
    /// How each was expanded; null of others than `ace`.
    pub expansion: Option<Vec<ExpansionEntry>>,
    /// The strength at which fits ceased to converge; weaker ones were not tried.
    pub stopped: Option<Stopped>,
    /// Log likelihood of the data.
    pub l_train: Vec<Number>,
    /// Of samples left out, or of the truth; null without either.
    pub l_test: Vec<Number>,
    /// Standard errors of `l_test`, over folds or chains.
    pub l_test_std_error: Vec<Number>,
    /// Of what the model generates.
    pub l_gen: Vec<Number>,
    /// Its standard errors, over chains and of log Z.
    pub l_gen_std_error: Vec<Number>,
    /// log Z.
    pub log_z: Vec<LogZ>,
    /// KL(truth || model), where the truth is known.
    pub kl_forward: Option<Vec<Number>>,
    /// Standard errors.
    pub kl_forward_std_error: Option<Vec<Number>>,
    /// KL(model || truth), eq. 2.40 of Fanthomme (2021).
    pub kl_backward: Option<Vec<Number>>,
    /// Standard errors.
    pub kl_backward_std_error: Option<Vec<Number>>,
    /// Folds that were left out in turn.
    pub folds: usize,
    /// Where unseen data are predicted best; null where that is at an end of the grid.
    pub gamma_opt: Option<Number>,
    /// Where generated and unseen data are equally likely; null where they are not.
    pub gamma_cross: Option<Number>,
    /// Where the couplings are given.
    pub chosen: Chosen,
    /// How far generated samples have the statistics of the data.
    pub statistics: Vec<Statistics>,
    /// Sites that the Gibbs sampler drew for them; the terminal says how many a second.
    pub gibbs_updates: u64,
    /// Graphs of few pairs; null where all are coupled.
    pub sparse: Option<SparseEntry>,
}

/// How a model was learned by chains.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PottsLearning")]
pub struct LearningEntry {
    /// What is left of moments, root mean square in standard errors of the data's, the chains' own error taken off.
    pub mismatch: Number,
    /// The chains' own sampling error of it.
    pub resolution: Number,
    /// Updates of each group of chains.
    pub updates: usize,
    /// Gibbs sweeps between updates.
    pub sweeps: usize,
    /// Split R-hat of the energies of chains of the model.
    pub r_hat: Number,
    /// Effective draws of the energy.
    pub ess: Number,
    /// Root mean square of the error of couplings that the chains leave.
    pub coupling_error: Number,
}

/// How a model was expanded in clusters of sites.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PottsExpansion")]
pub struct ExpansionEntry {
    /// The least of the cross-entropy of a sample, with the penalty.
    pub entropy: Number,
    /// Its error, by what is below the threshold.
    pub entropy_std_error: Number,
    /// log Z by the expansion.
    pub log_z: Number,
    /// Its error.
    pub log_z_std_error: Number,
    /// The last threshold, in nats.
    pub threshold: Number,
    /// Clusters that are kept of one site, two sites and so on.
    pub clusters: Vec<usize>,
    /// How far the model's frequencies and correlations are from the data's at worst, in sampling errors.
    pub mismatch: Option<Number>,
}

/// Where fits ceased to converge.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PottsStopped")]
pub struct Stopped {
    /// The strength.
    pub gamma: Number,
    /// What ended the fit.
    pub reason: String,
}

impl LearningEntry {
    fn of(ended: &Ended, updates: usize) -> Option<Self> {
        let Ended::Learning { mismatch, resolution, sweeps, chains, error, .. } = ended else { return None };
        Some(Self {
            mismatch: Number(*mismatch),
            resolution: Number(*resolution),
            updates,
            sweeps: *sweeps,
            r_hat: Number(chains.r_hat),
            ess: Number(chains.ess),
            coupling_error: Number(*error),
        })
    }
}

impl ExpansionEntry {
    fn of(ended: &Ended) -> Option<Self> {
        let Ended::Expansion { entropy, log_z, path } = ended else { return None };
        let last = path.last()?;
        Some(Self {
            entropy: Number(entropy.value),
            entropy_std_error: Number(entropy.error()),
            log_z: Number(log_z.value),
            log_z_std_error: Number(log_z.error()),
            threshold: Number(last.threshold),
            clusters: last.sizes.clone(),
            mismatch: last.mismatch.map(|m| Number(m.worst())),
        })
    }
}

/// Graphs of few pairs. Lists belong to the graphs on the way.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PottsSparse")]
pub struct SparseEntry {
    /// Which way they were found.
    pub path: Path,
    /// Pairs that are coupled.
    pub pairs: Vec<usize>,
    /// Log pseudo-likelihood of a training sample.
    pub l_train: Vec<Number>,
    /// That of a sample left out; null without folds.
    pub l_test: Vec<Number>,
    /// Pairs of the graph that was chosen.
    pub chosen: usize,
}

/// log Z of a model.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "LogZ")]
pub struct LogZ {
    /// log Z.
    pub value: Number,
    /// Its standard error; 0 where it is exact.
    pub std_error: Number,
    /// `exact`, `ais` or `ace`.
    pub method: &'static str,
    /// Effective chains.
    pub effective: Option<Number>,
}

/// Where the couplings are given.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PottsChosen")]
pub struct Chosen {
    /// The strength.
    pub gamma: Number,
    /// Why.
    pub by: Reason,
    /// The coefficient of sum_{i<j} J^2.
    pub penalty_couplings: Number,
    /// The coefficient of sum h^2.
    pub penalty_fields: Number,
}

/// How far generated samples have the statistics of the data.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Statistics {
    /// Sites whose states are counted together.
    pub sites: usize,
    /// Correlation of frequencies (one site) or of connected correlations between data and generated samples.
    pub correlation: Number,
}

impl Potts {
    /// Of what was inferred.
    pub fn of(m: &PottsModel) -> Self {
        let test = |of: fn(Estimate) -> f64| each(&m.levels, |l| of(l.unseen()));
        let known = m.levels.iter().all(|l| l.divergence.is_some());
        let kl = |k: usize, of: fn(Estimate) -> f64| {
            known.then(|| {
                m.levels.iter().map(|l| Number(l.divergence.map_or(f64::NAN, |d| of(d[k])))).collect()
            })
        };
        Self {
            likelihood: m.way.name(),
            n: m.about.sites,
            q: m.about.states,
            samples: m.about.samples,
            weight: Number(m.about.weight),
            gamma: each(&m.levels, |l| l.gamma),
            objective: each(&m.levels, |l| l.objective),
            gap: each(&m.levels, |l| l.gap),
            learning: m.levels.iter().map(|l| LearningEntry::of(&l.ended, l.evaluations)).collect(),
            expansion: m.levels.iter().map(|l| ExpansionEntry::of(&l.ended)).collect(),
            stopped: m
                .stopped
                .as_ref()
                .map(|(gamma, why)| Stopped { gamma: Number(*gamma), reason: why.to_string() }),
            l_train: each(&m.levels, |l| l.train.value),
            l_test: test(|e| e.value),
            l_test_std_error: test(|e| e.error()),
            l_gen: each(&m.levels, |l| l.generated.value),
            l_gen_std_error: each(&m.levels, |l| l.generated.error()),
            log_z: m.levels.iter().map(|l| LogZ::of(&l.partition)).collect(),
            kl_forward: kl(0, |e| e.value),
            kl_forward_std_error: kl(0, |e| e.error()),
            kl_backward: kl(1, |e| e.value),
            kl_backward_std_error: kl(1, |e| e.error()),
            folds: m.folds,
            gamma_opt: m.best.map(Number),
            gamma_cross: m.cross.map(Number),
            chosen: Chosen {
                gamma: Number(m.chosen.gamma),
                by: m.chosen.by,
                penalty_couplings: Number(m.penalty.couplings),
                penalty_fields: Number(m.penalty.fields),
            },
            gibbs_updates: m.updates,
            sparse: m.sparse.as_ref().map(|(path, all, chosen)| SparseEntry {
                path: *path,
                pairs: all.iter().map(|s| s.pairs).collect(),
                l_train: each(all, |s| s.train),
                l_test: each(all, |s| s.test.map_or(f64::NAN, |t| t.value)),
                chosen: all[*chosen].pairs,
            }),
            statistics: m
                .statistics
                .iter()
                .map(|s| Statistics { sites: s.of, correlation: Number(s.correlation) })
                .collect(),
        }
    }
}

impl LogZ {
    fn of(p: &Partition) -> Self {
        Self {
            value: Number(p.log_z.value),
            std_error: Number(p.log_z.error()),
            method: match p.method {
                Method::Exact => "exact",
                Method::Annealed => "ais",
                Method::Expanded => "ace",
            },
            effective: p.effective.map(Number),
        }
    }
}
