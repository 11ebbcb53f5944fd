//! The README and the pages in `docs/`, so that the compiler reads their code too.

#[doc = include_str!("../README.md")]
pub mod readme {}

#[doc = include_str!("../docs/checks.md")]
pub mod checks {}
