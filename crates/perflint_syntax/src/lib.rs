//! What the front ends share: the source that they are given, bounds on depth, parsing with tree-sitter, and the bodies
//! under construction with the names that they know.
//!
//! A front end is a function from a [`Source`] to a `FileIr`. Those of the languages that stand on a C grammar, or bring a
//! parser of their own, are crates of their own: each compiles beside the others, and can be left out of a build.
//! The rejected alternative, modules of one crate, made every change to one of them rebuild all.

pub mod brackets;
#[cfg(feature = "documents")]
pub mod element;
mod field;
pub mod guard;
pub mod lowering;
mod offsets;
mod scope;
pub mod tree;
mod walk;

pub use field::Fields;
pub use offsets::Offsets;
pub use scope::{Place, Scope, Scopes};
pub use walk::Walk;

use perflint_ir::{FileBuilder, FileIr, GapKind, Lang, Role, Span};

/// A file to lower.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Path relative to the scanned root, with forward slashes.
    pub path: &'a str,
    /// Its language.
    pub lang: Lang,
    /// Its role.
    pub role: Role,
    /// Its text, as [`perflint_ir::decode`] gives it.
    pub text: &'a str,
}

/// An empty file with one gap over all of it.
pub fn with_gap(source: Source<'_>, kind: GapKind) -> FileIr {
    let mut file = FileBuilder::new(source.path, source.lang, source.role);
    file.gap(kind, Span::default());
    file.finish()
}
