//! The rows of what calls in the bodies of classes declare.

use crate::expr::Expr;
use crate::file::OneOrMany;
use serde::Deserialize;

/// What a call in a class's body declares, other than a relation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclarationRow {
    /// The calls: `scope`, `delegate`.
    pub call: OneOrMany,
    /// A callable that the class, and queries over it, have as a method of the declared name.
    #[serde(default)]
    pub scope: Option<Expr>,
    /// The member through which the declared names are read: `delegate :name, to: :author`.
    #[serde(default)]
    pub delegate: Option<Expr>,
    /// What the class lacks is asked of the declared member: `delegate_missing_to :order`.
    #[serde(default)]
    pub missing: bool,
    /// The option that puts a name before those of a delegation: itself, or, if it is true, the one that is delegated to.
    #[serde(default)]
    pub prefix: Option<Expr>,
    /// Each word that the call is given is the name of a scope.
    #[serde(default)]
    pub lists: Option<Lists>,
    /// The declared name is an attribute with a plain value.
    #[serde(default)]
    pub scalar: bool,
    /// In classes that extend this type, the class itself is asked for the declared names, which tell what they hold.
    #[serde(default)]
    pub shared: Option<Box<str>>,
    /// The declared names are what the class's constructor takes, in this order, and attributes.
    #[serde(default)]
    pub initializes: bool,
    /// The module of a stub that the class includes: what it declares, and its methods, are the class's.
    #[serde(default)]
    pub includes: Option<Box<str>>,
    /// The document, if not the file's.
    #[serde(default)]
    pub docs: Option<Box<str>>,
}

/// Scopes that a call in a class's body names by listing words: `enum status: { draft: 0, published: 1 }`. The words are the
/// keys of a map or the elements of a list, which stand after the attribute's name or are given under it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Options that put a word before each name: the given one, or the attribute's.
    #[serde(default)]
    pub prefix: OneOrMany,
    /// Options that put a word after each name.
    #[serde(default)]
    pub suffix: OneOrMany,
    /// Further options, which are no attributes.
    #[serde(default)]
    pub options: OneOrMany,
    /// What is put before a name for the scope of all other rows: `not_`.
    #[serde(default)]
    pub negated: Option<Box<str>>,
}
