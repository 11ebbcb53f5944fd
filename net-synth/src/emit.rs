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
pub(crate) use terraform::{Lacks, Missing, refusals};

use net_dsl::text;
use serde::Serialize;

/// A whole file of JSON, of about so many bytes.
fn json(bytes: usize, file: &impl Serialize) -> String {
    let written = text::json_of_about(bytes, file);
    // Every key is a text, and nothing in a plan fails to serialise.
    debug_assert!(written.is_ok());
    let mut text = written.unwrap_or_default();
    text.push('\n');
    text
}
