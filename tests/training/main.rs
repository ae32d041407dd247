//! Tasks, trainers and distillation.

#[path = "../common/mod.rs"]
mod common;

mod gradients;
mod ibl;
mod ibl_task;
mod integration;
mod layers;
mod looking;
mod navigate;
mod navigation;
mod noisy;
mod pytorch;
mod radd;
mod tasks;
