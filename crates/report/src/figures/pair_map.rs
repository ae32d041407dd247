//! Values of pairs as a map.

use super::chart::Axes;
use super::heat_map::{HeatMap, Palette, heat_map};
use crate::{Error, Figure};

/// More places than this are shown in blocks.
const CELLS: usize = 400;

/// What stands on the axes of a map of pairs, in its cells, and what is counted there.
pub struct Pairs<'a> {
    /// Places along each axis.
    pub places: usize,
    /// What one is.
    pub place: &'a str,
    /// What a cell shows.
    pub label: &'a str,
    /// Of what it is the mean where places are many.
    pub of: &'a str,
}

/// A map of `values` of ordered pairs of places, without the diagonal; and what a caption says of blocks, which hold the means of many
/// places.
///
/// # Errors
/// [`Error`] where the figure cannot be made.
pub fn pair_map(
    pairs: &Pairs<'_>,
    values: impl Iterator<Item = ([usize; 2], f64)>,
) -> Result<(Figure, String), Error> {
    let block = pairs.places.div_ceil(CELLS);
    let cells = pairs.places.div_ceil(block);
    let (mut sums, mut counts) = (vec![0.0; cells * cells], vec![0.0; cells * cells]);
    for ([i, j], value) in values {
        let at = j / block * cells + i / block;
        sums[at] += value;
        counts[at] += 1.0;
    }
    let places: Vec<f64> = (0..cells).map(|k| (k * block) as f64 + 0.5 * (block + 1) as f64).collect();
    let map = HeatMap {
        x: places.clone(),
        y: places,
        values: sums.iter().zip(&counts).map(|(s, c)| s / c).collect(),
        label: pairs.label.into(),
        palette: Palette::Diverging(0.0),
        missing: "diagonal".into(),
        ..HeatMap::default()
    };
    let axes = Axes {
        x_label: pairs.place.into(),
        y_label: pairs.place.into(),
        x_whole: true,
        height: 228.0,
        ..Axes::default()
    };
    let of = pairs.of;
    let blocks =
        if block > 1 { format!(" Cells are means over {block} x {block} {of}.") } else { String::new() };
    Ok((heat_map(&map, &[], &axes)?, blocks))
}
