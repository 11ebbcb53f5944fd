//! Tests.

pub mod everything;
pub mod python;
