//! Emitters: they print a plan or a network and decide nothing.

mod cloudformation;
mod diagram;
mod dot;
mod mermaid;
mod policy;
mod svg;
mod terraform;

pub use cloudformation::{MADE_BY, MARK, cloudformation};
pub(crate) use cloudformation::{resource_kind, resource_type};
pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;
pub use terraform::terraform;
