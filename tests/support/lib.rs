//! What tests share, and the documents, so that the compiler reads their code too.

pub mod arbitrary;
pub mod desk;
pub mod engine;
pub mod everything;
pub mod networks;
pub mod proxy;
pub mod python;
pub mod run;
pub mod said;
pub mod terraform;
pub mod toolchain;

#[doc = include_str!("../../README.md")]
#[cfg(doctest)]
pub mod readme {}

#[doc = include_str!("../../docs/checks.md")]
#[cfg(doctest)]
pub mod checks {}

#[doc = include_str!("../../docs/testing.md")]
#[cfg(doctest)]
pub mod testing {}

#[doc = include_str!("../../docs/bus.md")]
#[cfg(doctest)]
pub mod bus {}

#[doc = include_str!("../../docs/bucket.md")]
#[cfg(doctest)]
pub mod bucket {}

#[doc = include_str!("../../docs/language.md")]
#[cfg(doctest)]
pub mod language {}
