//! Axes: scales, tick values, the plot panel and its legend.

pub(crate) mod legend;
pub(crate) mod marks;
pub(crate) mod panel;
pub(crate) mod scale;
pub(crate) mod ticks;
