//! Geometry of activity.
