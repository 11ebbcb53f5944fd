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
pub(crate) use terraform::{Because, Missing, refusals};

use net_dsl::text;
use serde::Serialize;

/// A whole file of JSON.
fn json(file: &impl Serialize) -> String {
    let written = text::json(file);
    // Every key is a text, and nothing in a plan fails to serialise.
    debug_assert!(written.is_ok());
    let mut text = written.unwrap_or_default();
    text.push('\n');
    text
}
