//! Tests.

pub mod arbitrary;
pub mod everything;
pub mod python;
pub mod run;
