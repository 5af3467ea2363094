//! Object types of APIs that are classes: `[[object]]` rows.

use crate::Expr;
use serde::Deserialize;

/// Classes that say which fields are read of a resolver's result, one by one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectRow {
    /// The class that they extend.
    pub base: Box<str>,
    /// The call in their bodies that declares a field: its name, then its type.
    pub field: Box<str>,
    /// The method that is read for it, if it is not called like the field.
    #[serde(default)]
    pub method: Option<Expr>,
    /// An argument with which the field is not read from the object: it has a resolver of its own.
    #[serde(default)]
    pub unless: Option<Expr>,
    /// The name under which methods of the class see the value that they are about.
    pub of: Box<str>,
    /// Methods of such a class that give the type of many: `connection_type`.
    #[serde(default)]
    pub wraps: Vec<Box<str>>,
    /// The call in a resolver's body that names the class of what it gives.
    pub given_by: Box<str>,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}
