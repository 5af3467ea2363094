//! Lowers Kotlin to the common representation, on tree-sitter's grammar.
//!
//! A walk over the tree with one function for each kind of thing: declarations, properties, control flow, calls,
//! expressions, types. Almost everything in Kotlin is an expression, so a statement yields a value too, which the last one of
//! a block hands on. A bare name stays a name: whether it is a member of the receiver, inherited or imported is for the linker.

mod call;
mod control;
mod decl;
mod expr;
mod lambda;
mod line;
mod prop;
mod stmt;
#[cfg(test)]
mod tests;
mod types;

use perflint_ir::{FileIr, GapKind, OpId};
use perflint_syntax::lowering::Lowering;
use perflint_syntax::{Source, Walk, with_gap};
use tree_sitter::Node;

/// Lowers one file. Never fails.
pub fn lower(source: Source<'_>) -> FileIr {
    let Some(tree) = line::parse(source.text) else {
        return with_gap(source, GapKind::Failed);
    };
    let mut kotlin = Kotlin { low: Lowering::new(source, &tree), in_companion: false };
    kotlin.file(tree.root_node());
    kotlin.low.finish()
}

/// The walk over one file.
struct Kotlin<'a> {
    low: Lowering<'a>,
    /// What is declared belongs to the class, not to its instances: inside a companion or an object.
    in_companion: bool,
}

impl<'a, 't> Walk<'a, 't> for Kotlin<'a> {
    fn low(&mut self) -> &mut Lowering<'a> {
        &mut self.low
    }

    fn expr(&mut self, node: Node<'t>) -> OpId {
        Self::expr(self, node)
    }
}

impl<'a> Kotlin<'a> {
    /// An identifier's text, without the backticks that let it be any text.
    fn ident(&self, node: Node<'_>) -> &'a str {
        self.low.text(node).trim_matches('`')
    }
}

/// True if a node has a keyword or operator of this kind among its direct children.
fn has_word(node: Node<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == word)
}

/// A node's named children without comments.
fn parts(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.kind().ends_with("comment")).collect()
}
