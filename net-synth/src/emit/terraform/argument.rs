//! What the generated table says of a property.

/// One argument of the provider, and the property that it is.
pub(super) struct Argument {
    pub(super) property: &'static str,
    pub(super) argument: &'static str,
    pub(super) shape: Shape,
}

/// How a property's value is written.
pub(super) enum Shape {
    /// As it is.
    Same,
    /// CloudFormation's list of keys and values, as a map.
    Tags,
    /// Objects, as blocks.
    Blocks,
    /// An object, as the text of its JSON.
    Encoded,
}
