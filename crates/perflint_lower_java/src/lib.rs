//! Lowers Java to the common representation, on tree-sitter's grammar.
//!
//! A walk over the tree with one function for each kind of thing: declarations, statements, expressions, types. A bare
//! name stays a name: whether it is a member of the class, inherited or imported is for the linker. No Rust parser of Java
//! recovers from errors and is kept up to date; the grammar does and is.

mod decl;
mod expr;
mod stmt;
#[cfg(test)]
mod tests;
mod types;

use perflint_ir::{FileIr, GapKind, OpId};
use perflint_syntax::lowering::Lowering;
use perflint_syntax::{Source, Walk, tree, with_gap};
use tree_sitter::Node;

/// Lowers one file. Never fails.
pub fn lower(source: Source<'_>) -> FileIr {
    let Some(tree) = tree::parse(&tree_sitter_java::LANGUAGE.into(), source.text) else {
        return with_gap(source, GapKind::Failed);
    };
    let mut java = Java { low: Lowering::new(source, &tree) };
    java.file(tree.root_node());
    java.low.finish()
}

/// The walk over one file.
struct Java<'a> {
    low: Lowering<'a>,
}

impl<'a, 't> Walk<'a, 't> for Java<'a> {
    fn low(&mut self) -> &mut Lowering<'a> {
        &mut self.low
    }

    fn expr(&mut self, node: Node<'t>) -> OpId {
        Self::expr(self, node)
    }
}
