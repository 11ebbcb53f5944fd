//! What is laid out: boxes and lines, with their sizes.

/// A width and a height.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A box to be placed, and how much of its upper and lower side takes lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) size: Size,
    pub(super) flat: f64,
}

/// A line to be drawn, and how large its label is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: Size,
}
