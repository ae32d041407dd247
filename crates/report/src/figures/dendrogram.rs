//! The tree by which things merge.

use crate::axes::panel::{Axis, COLUMN, Frame, Panel};
use crate::axes::scale::Scale;
use crate::draw::color::{GREY, INK, series};
use crate::draw::scene::Pen;
use crate::{Error, Figure};

/// Leaves up to which their names are written.
const NAMED: usize = 12;

/// Draws merging groups as brackets at the height of their distance, those inside one cluster in its colour.
///
/// # Shapes and units
/// `merges` are pairs of groups with their distance, by growing distance: a group below the number n of `leaves` is
/// one, n + s is what merge s made. `leaves` (n) gives the order from left to right, `cluster` and `names` (n) belong to
/// things, not to places. `cut` is drawn dashed.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::dendrogram;
///
/// let names = ["a", "b", "c"].map(String::from);
/// let merges = [([0, 1], 0.2), ([2, 3], 0.9)];
/// let figure = dendrogram(&merges, &[2, 0, 1], &[0, 0, 1], &names, Some(0.5), "1 - r").unwrap();
/// assert!(names.iter().all(|n| figure.svg.contains(&format!(">{n}</text>"))));
/// ```
pub fn dendrogram(
    merges: &[([usize; 2], f64)],
    leaves: &[usize],
    cluster: &[usize],
    names: &[String],
    cut: Option<f64>,
    distance_label: &str,
) -> Result<Figure, Error> {
    let (name, title) = ("dendrogram", "Tree of merging groups");
    let caption =
        "Groups merge at the height of their distance; colours are clusters, the dashed line cuts them out.";
    let n = leaves.len();
    let top = merges.iter().map(|m| m.1).fold(0.0, f64::max);
    if n < 2 || merges.len() + 1 != n || !(top > 0.0 && top.is_finite()) {
        return Figure::empty(name, title, caption);
    }
    let mut x = Axis::whole("Unit, in the order of the tree", Scale::exact(0.4, n as f64 + 0.6));
    if n <= NAMED {
        let named = leaves
            .iter()
            .enumerate()
            .map(|(k, l)| (k as f64 + 1.0, names.get(*l).cloned().unwrap_or_default()));
        x.fixed = Some(named.collect());
    }
    let y = Axis::new(distance_label, Scale::exact(0.0, 1.05 * top));
    let mut panel = Panel::new(x, y, Frame { width: COLUMN, ..Frame::plain(120.0) })?;
    // Place, height and cluster of every group; none for one of several clusters.
    let mut groups: Vec<(f64, f64, Option<usize>)> = vec![(0.0, 0.0, None); n];
    for (k, leaf) in leaves.iter().enumerate() {
        if let Some(group) = groups.get_mut(*leaf) {
            *group = (k as f64 + 1.0, 0.0, cluster.get(*leaf).copied());
        }
    }
    for ([a, b], height) in merges {
        let (Some(a), Some(b)) = (groups.get(*a).copied(), groups.get(*b).copied()) else { continue };
        let own = if a.2 == b.2 { a.2 } else { None };
        // The last of the colours is that of what stands above the clusters.
        let pen = Pen::new(own.map_or(INK, |c| series(c % 6)), 0.8);
        panel.line([[a.0, a.1], [a.0, *height], [b.0, *height], [b.0, b.1]], pen);
        groups.push(((a.0 + b.0) / 2.0, *height, own));
    }
    if let Some(cut) = cut {
        panel.across(cut, Pen::new(GREY, 0.6).dashed(3.0, 2.0));
    }
    panel.finish(name, title, caption)
}
