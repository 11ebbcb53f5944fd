//! Synth.
pub mod plan;
pub use plan::Plan;
