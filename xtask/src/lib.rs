//! The case study on this machine: deployed by `synth` to an engine that stands for AWS, between
//! doubles of what it talks to.
//!
//! `cargo xtask demo` shows it to people, and the end-to-end tests hold it to its promises.

pub mod ci;
pub mod demo;
mod stage;

pub use stage::{Stage, TOKEN, USER};
