//! The tree of merging groups.

use faer::MatRef;
use kodama::{Method, linkage};

/// The distance between two groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Linkage {
    /// The mean over pairs (UPGMA).
    #[default]
    Average,
    /// The largest of a pair.
    Complete,
    /// The smallest of a pair.
    Single,
    /// The mean of the distances of the two groups merged last (WPGMA).
    Weighted,
}

named! {
    Linkage:
    Self::Average => "average",
    Self::Complete => "complete",
    Self::Single => "single",
    Self::Weighted => "weighted",
}

impl Linkage {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Average, Self::Complete, Self::Single, Self::Weighted];

    /// The linkage of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.name() == name)
    }

    fn method(self) -> Method {
        match self {
            Self::Average => Method::Average,
            Self::Complete => Method::Complete,
            Self::Single => Method::Single,
            Self::Weighted => Method::Weighted,
        }
    }
}

/// Two groups that become one; group g < n is unit g, group n + s the one made by merge s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merge {
    /// The groups, the smaller number first.
    pub groups: [usize; 2],
    /// Their distance by the linkage, in the units of the matrix.
    pub distance: f64,
    /// Units in the new group.
    pub size: usize,
}

/// All merges of n units, by growing distance.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Units.
    pub units: usize,
    /// n - 1 merges.
    pub merges: Vec<Merge>,
}

impl Tree {
    /// Of a symmetric matrix of distances, n x n, all finite.
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::clusters::{Linkage, Tree};
    ///
    /// let d = faer::mat![[0.0, 1.0, 4.0], [1.0, 0.0, 5.0], [4.0, 5.0, 0.0]];
    /// for (by, last) in [(Linkage::Average, 4.5), (Linkage::Complete, 5.0), (Linkage::Single, 4.0)] {
    ///     let tree = Tree::new(d.as_ref(), by);
    ///     assert_eq!((tree.merges[0].groups, tree.merges[1].distance), ([0, 1], last));
    ///     let label = tree.cut(2);
    ///     assert!(label[0] == label[1] && label[0] != label[2]);
    /// }
    /// ```
    pub fn new(distance: MatRef<f64>, by: Linkage) -> Self {
        let units = distance.nrows();
        let pairs = (0..units).flat_map(|i| (i + 1..units).map(move |j| (i, j)));
        let mut condensed: Vec<f64> = pairs.map(|(i, j)| distance[(i, j)]).collect();
        let steps = linkage(&mut condensed, units, by.method());
        let merge = |s: &kodama::Step<f64>| Merge {
            groups: [s.cluster1.min(s.cluster2), s.cluster1.max(s.cluster2)],
            distance: s.dissimilarity,
            size: s.size,
        };
        Self { units, merges: steps.steps().iter().map(merge).collect() }
    }

    /// Units from left to right, so that no two branches of the tree cross; in every merge the group of the smaller
    /// number stands left.
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::clusters::{Linkage, Tree};
    ///
    /// // Units 0 and 2 are near, 1 is far from both.
    /// let d = faer::mat![[0.0, 5.0, 1.0], [5.0, 0.0, 5.0], [1.0, 5.0, 0.0]];
    /// let leaves = Tree::new(d.as_ref(), Linkage::Average).leaves();
    /// assert!(leaves == [1, 0, 2] || leaves == [0, 2, 1]);
    /// ```
    pub fn leaves(&self) -> Vec<usize> {
        let mut open = vec![(self.units + self.merges.len()).saturating_sub(1)];
        let mut leaves = Vec::with_capacity(self.units);
        while let Some(group) = open.pop() {
            match group.checked_sub(self.units) {
                Some(s) => open.extend(self.merges[s].groups.iter().rev()),
                None if group < self.units => leaves.push(group),
                None => {}
            }
        }
        leaves
    }

    /// The cluster of each unit when the last `k` - 1 merges are undone, numbered from 0 along the leaves.
    pub fn cut(&self, k: usize) -> Vec<usize> {
        let done = self.merges.len().saturating_sub(k.max(1) - 1);
        let mut root: Vec<usize> = (0..self.units + self.merges.len()).collect();
        // From the last merge made downwards, every group takes the root of the one that it went into.
        for s in (0..done).rev() {
            let top = root[self.units + s];
            self.merges[s].groups.iter().for_each(|g| root[*g] = top);
        }
        let mut number = std::collections::HashMap::new();
        let mut label = vec![0; self.units];
        for leaf in self.leaves() {
            let next = number.len();
            label[leaf] = *number.entry(root[leaf]).or_insert(next);
        }
        label
    }
}
