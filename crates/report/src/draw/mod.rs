//! Drawing without a viewer's fonts: a scene in points, written as SVG paths or as PNG pixels.
//!
//! A figure is a list of marks in floating-point coordinates. Both writers read the same list and
//! the same embedded outlines, so that SVG and PNG agree and look alike on every machine.

pub(crate) mod color;
pub(crate) mod font;
pub(crate) mod raster;
pub(crate) mod scene;
pub(crate) mod svg;
