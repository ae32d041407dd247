//! Chapter 7 and appendix A: "Low-dimensional manifolds in recurrent neural networks".

pub mod algebraic;
pub mod currents;
pub mod plane;
pub mod relu;
pub mod start;
pub mod trained;
