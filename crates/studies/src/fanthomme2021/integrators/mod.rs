//! Chapter 7 and appendix A: "Low-dimensional manifolds in recurrent neural networks".

pub mod activity;
pub mod algebraic;
pub mod kinds;
pub mod network;
pub mod picture;
pub mod plane;
pub mod relu;
pub mod start;
