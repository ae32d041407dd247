//! Axes: scales, tick values, elements for plotters, the plot panel and its legend.

pub(crate) mod coordinate;
pub(crate) mod elements;
pub(crate) mod legend;
pub(crate) mod marks;
pub(crate) mod panel;
pub(crate) mod scale;
pub(crate) mod ticks;
