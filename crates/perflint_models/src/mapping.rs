//! What markers say of attributes that are copied from one object to another.

use serde::Deserialize;

/// A marker of a method that copies attributes: what one attribute of the result is copied from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The path of the marker.
    pub marker: Box<str>,
    /// The argument that names the attribute of the result.
    pub target: Box<str>,
    /// The argument with the path of what it is copied from.
    pub source: Box<str>,
    /// The argument that says that it is not copied.
    pub ignore: Box<str>,
}
