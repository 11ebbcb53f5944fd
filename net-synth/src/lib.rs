//! Synth.
pub mod check;
pub mod emit;
pub mod plan;
pub use plan::Plan;
