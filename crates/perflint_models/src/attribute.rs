//! Attributes of types: `[[attr]]` rows.

use crate::{EffectKind, Expr, OneOrMany, RowCount};
use serde::Deserialize;

/// An attribute of a library type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttrRow {
    /// Types that have it.
    pub on: OneOrMany,
    /// Its names.
    pub name: OneOrMany,
    /// Read on the class, not on an instance.
    #[serde(default, rename = "static")]
    pub is_static: bool,
    /// Its value; `recv` is the object.
    pub returns: Expr,
    /// Reading it runs this.
    #[serde(default)]
    pub effect: Option<EffectKind>,
    /// How many rows reading it brings into memory.
    #[serde(default)]
    pub rows: RowCount,
    /// Rows that a query gave have one, new rows do not: their key.
    #[serde(default)]
    pub keyed: bool,
    /// Of `*`: only names that start with a capital letter.
    #[serde(default)]
    pub capital: bool,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}
