//! Geometry of activity: states as points, whatever made them.

pub mod pca;
