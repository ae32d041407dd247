//! Which likelihood is penalised, and how its maximum is found.

use super::{
    Compressed, Ended, Error, ExactLikelihood, Expanded, Fit, Learned, Likelihood, Penalty, Potts,
    PseudoLikelihood, Samples, Settings, Sites, Tell, ace, asymmetric, boltzmann_told, fit,
};

/// Which likelihood is penalised, and how its maximum is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// The pseudo-likelihood.
    #[default]
    Pseudo,
    /// The pseudo-likelihood of each site alone, couplings of both sites averaged.
    Asymmetric,
    /// The likelihood, by going through all configurations.
    Exact,
    /// The likelihood, by chains that follow the model ([`boltzmann`](super::boltzmann)).
    Boltzmann,
    /// The likelihood, by clusters of sites ([`ace`]).
    Clusters,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pseudo, Self::Asymmetric, Self::Exact, Self::Boltzmann, Self::Clusters];

    /// The name in summaries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pseudo => "pseudo",
            Self::Asymmetric => "asymmetric",
            Self::Exact => "exact",
            Self::Boltzmann => "boltzmann",
            Self::Clusters => "ace",
        }
    }

    /// Whether the likelihood of each site given the others stands for that of samples.
    pub fn of_sites(self) -> bool {
        matches!(self, Self::Pseudo | Self::Asymmetric)
    }

    /// The penalty of strength gamma.
    ///
    /// # Errors
    /// A gamma that is not positive.
    pub fn penalty(self, gamma: f64, samples: &Samples) -> Result<Penalty, Error> {
        match self.of_sites() {
            true => Penalty::of_pseudo_likelihood(gamma, &samples.sites),
            false => Penalty::of_likelihood(gamma, &samples.sites),
        }
    }

    /// The fit at strength gamma; of grouped states where that is asked, whose penalty is that of groups.
    ///
    /// # Errors
    /// Those of [`fit`], [`boltzmann`](super::boltzmann) and [`ace`], and too many configurations to go through.
    pub fn fit(
        self,
        samples: &Samples,
        gamma: f64,
        start: Option<&Potts>,
        o: &Settings,
    ) -> Result<Fit, Error> {
        self.fit_told(samples, gamma, start, o, &|_| ())
    }

    /// [`Way::fit`], in which [`boltzmann`](super::boltzmann) tells where it stands.
    ///
    /// # Errors
    /// Those of [`Way::fit`].
    pub fn fit_told(
        self,
        samples: &Samples,
        gamma: f64,
        start: Option<&Potts>,
        o: &Settings,
        tell: Tell<'_>,
    ) -> Result<Fit, Error> {
        if let Some(by) = o.grouping {
            let fewer = Compressed::new(samples, by)?;
            let start = start.map(|s| fewer.groups_of(s)).transpose()?;
            let of_groups = Settings { grouping: None, ..*o };
            let fit = self.fit_told(&fewer.samples, gamma, start.as_ref(), &of_groups, tell)?;
            let hidden = samples.total() * fewer.hidden;
            let model = fewer.give_back(&fit.model)?;
            return Ok(Fit { model, objective: fit.objective + hidden, loss: fit.loss + hidden, ..fit });
        }
        let penalty = self.penalty(gamma, samples)?;
        let mut own: Box<dyn Likelihood> = match self {
            Self::Asymmetric => return asymmetric(samples, penalty, o),
            Self::Boltzmann => return boltzmann_told(samples, penalty, &o.learning, tell).map(Fit::from),
            Self::Clusters => {
                return Ok(Fit::expanded(ace(samples, penalty, &o.expansion)?, samples.total()));
            }
            Self::Pseudo => Box::new(PseudoLikelihood::new(samples)),
            Self::Exact => Box::new(ExactLikelihood::new(samples)?),
        };
        fit(own.as_mut(), penalty, start, o)
    }

    /// Numbers that a fit holds at once, about: parameters and gradients that L-BFGS remembers, matrices of all states, samples; the
    /// groups of chains; the clusters of two sites, of those of an expansion.
    ///
    /// ```
    /// use nullcline_core::inference::potts::{Settings, Sites, Way};
    ///
    /// // 1786 sites of 21 states are too many for one symmetric fit in 24 GB, and not for one site after the other.
    /// let sites = Sites::alike(1786, 21).unwrap();
    /// let gigabytes = |way: Way| way.numbers(&sites, 8500, &Settings::default()) * 8 / 1_000_000_000;
    /// assert!(gigabytes(Way::Pseudo) > 100 && gigabytes(Way::Asymmetric) < 16);
    /// ```
    pub fn numbers(self, sites: &Sites, samples: usize, o: &Settings) -> u64 {
        let (q, remembered) = (sites.total() as u64, 2 * o.history as u64 + 12);
        let most = sites.ranges().map(|r| r.len()).max().unwrap_or(0) as u64;
        let data = (samples * sites.count()) as u64;
        let threads = rayon::current_num_threads() as u64;
        let couplings = sites.couplings() as u64;
        match self {
            Self::Asymmetric => q * q + threads * most * q * (remembered + 4) + data,
            Self::Pseudo => 5 * q * q + couplings * remembered + data,
            Self::Exact => 4 * q * q + couplings * remembered,
            Self::Boltzmann => {
                // The start is a fit of the pseudo-likelihood.
                // Of each group a model, moments, what its sweeps saw, a place and a slope.
                let groups = o.learning.groups as u64 * (2 * q * q + 3 * 128 * q + 2 * couplings) + 4 * q * q;
                groups.max(Self::Pseudo.numbers(sites, samples, o)) + data
            }
            Self::Clusters => 5 * q * q + 3 * couplings + data,
        }
    }
}

impl From<Learned> for Fit {
    fn from(found: Learned) -> Self {
        let Learned { model, errors, mismatch, resolution, updates, sweeps, chains, stages } = found;
        let squares = errors.couplings.norm_l2().powi(2) / 2.0;
        let error = (squares / model.sites.couplings().max(1) as f64).sqrt();
        Self {
            model,
            objective: f64::NAN,
            loss: f64::NAN,
            gap: f64::NAN,
            evaluations: updates,
            ended: Ended::Learning { mismatch, resolution, sweeps, chains, error, stages },
        }
    }
}

impl Fit {
    fn expanded(found: Expanded, weight: f64) -> Self {
        let Expanded { model, entropy, log_z, loss, path } = found;
        Self {
            model,
            objective: weight * entropy.value,
            loss: weight * loss,
            gap: f64::NAN,
            evaluations: path.len(),
            ended: Ended::Expansion { entropy, log_z, path },
        }
    }
}
