//! Which pairs of sites may be coupled.

/// Pairs of sites.
///
/// ```
/// use nullcline_core::inference::potts::Graph;
///
/// let mut graph = Graph::empty(4);
/// graph.set(2, 0, true);
/// assert!(graph.has(0, 2) && !graph.has(0, 1));
/// assert_eq!(graph.pairs(), [[0, 2]]);
/// assert_eq!(Graph::full(4).pairs().len(), 6);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    sites: usize,
    on: Vec<bool>,
}

impl Graph {
    /// No pair of `sites` sites.
    pub fn empty(sites: usize) -> Self {
        Self { sites, on: vec![false; sites * sites] }
    }

    /// Every pair.
    pub fn full(sites: usize) -> Self {
        let mut full = Self { sites, on: vec![true; sites * sites] };
        (0..sites).for_each(|i| full.on[i * sites + i] = false);
        full
    }

    /// Whether two sites may be coupled.
    pub fn has(&self, i: usize, j: usize) -> bool {
        self.on[i * self.sites + j]
    }

    /// Says whether two different sites may be coupled.
    pub fn set(&mut self, i: usize, j: usize, on: bool) {
        (self.on[i * self.sites + j], self.on[j * self.sites + i]) = (on, on);
    }

    /// The pairs, the first site before the second.
    pub fn pairs(&self) -> Vec<[usize; 2]> {
        let n = self.sites;
        (0..n).flat_map(|i| (i + 1..n).map(move |j| [i, j])).filter(|[i, j]| self.has(*i, *j)).collect()
    }
}
