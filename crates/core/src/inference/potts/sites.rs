//! Sites and how many states each has.

use super::Error;

/// States of a site at most: they are stored as bytes.
pub const MOST_STATES: usize = 256;

/// Sites, each with its own number of states, and where the states of each stand among all.
///
/// ```
/// use nullcline_core::inference::potts::Sites;
///
/// let sites = Sites::new(&[2, 3]).unwrap();
/// assert_eq!((sites.count(), sites.total(), sites.range(1)), (2, 5, 2..5));
/// // log of 2 x 3 configurations.
/// assert!((sites.log_configurations() - 6f64.ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sites {
    /// Where the states of each site begin, and their number in all.
    first: Vec<usize>,
}

impl Sites {
    /// Sites of so many states each.
    ///
    /// # Errors
    /// No site, or a number of states that is not between 2 and 256.
    pub fn new(states: &[usize]) -> Result<Self, Error> {
        if states.is_empty() {
            return Err(Error::NoSites);
        }
        if let Some(site) = states.iter().position(|q| !(2..=MOST_STATES).contains(q)) {
            return Err(Error::States { site, found: states[site] });
        }
        let mut first = vec![0];
        states.iter().for_each(|q| first.push(first[first.len() - 1] + q));
        Ok(Self { first })
    }

    /// `n` sites of `q` states.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn alike(n: usize, q: usize) -> Result<Self, Error> {
        Self::new(&vec![q; n])
    }

    /// How many sites there are, n.
    pub fn count(&self) -> usize {
        self.first.len() - 1
    }

    /// States of a site.
    pub fn states(&self, site: usize) -> usize {
        self.first[site + 1] - self.first[site]
    }

    /// States of all sites, Q.
    pub fn total(&self) -> usize {
        self.first[self.count()]
    }

    /// Where a site's states stand among those of all sites.
    pub fn range(&self, site: usize) -> std::ops::Range<usize> {
        self.first[site]..self.first[site + 1]
    }

    /// The sites' ranges, in order.
    pub fn ranges(&self) -> impl ExactSizeIterator<Item = std::ops::Range<usize>> + '_ {
        (0..self.count()).map(|site| self.range(site))
    }

    /// Where a state of a site stands.
    pub fn at(&self, site: usize, state: u8) -> usize {
        self.first[site] + usize::from(state)
    }

    /// Couplings of all pairs of sites, each counted once.
    pub fn couplings(&self) -> usize {
        let squares: usize = self.ranges().map(|r| r.len() * r.len()).sum();
        (self.total() * self.total() - squares) / 2
    }

    /// log of the number of configurations.
    pub fn log_configurations(&self) -> f64 {
        self.ranges().map(|r| (r.len() as f64).ln()).sum()
    }
}
