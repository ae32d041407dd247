//! Drawing without a viewer's fonts: a scene in points, written as SVG, as PDF or as PNG pixels.
//!
//! A figure is a list of marks in floating-point coordinates, recorded from plotters by [`backend`]. All writers read the
//! same list and the same embedded font, so that the files agree and look alike on every machine.

pub(crate) mod backend;
pub(crate) mod color;
pub(crate) mod font;
pub(crate) mod pdf;
pub(crate) mod raster;
pub(crate) mod scene;
pub(crate) mod svg;
pub(crate) mod theme;
