//! Emitters: they print a plan or a network and decide nothing.

mod cloudformation;
mod diagram;
mod dot;
mod mermaid;
mod svg;
mod terraform;

pub(crate) use cloudformation::template;
pub use cloudformation::{MADE_BY, MARK, cloudformation};
pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;
pub use terraform::terraform;
