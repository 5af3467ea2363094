//! Lowers Go to the common representation, on tree-sitter's grammar.
//!
//! A walk over the tree, one function for each kind of thing: declarations, statements, expressions, types. What Go has of
//! its own is made ordinary here: an error result is dropped, so that `v, err := f()` binds what `f` gives; methods
//! become extensions of their receiver's type; `append` is an addition of lists. `gosyn` would parse three times as fast, but
//! gives up at the first error and hands out a tree of its own to be copied.

mod decl;
mod expr;
mod fresh;
mod stmt;
#[cfg(test)]
mod tests;
mod types;

use perflint_ir::{FileIr, GapKind, ItemId, OpId};
use perflint_syntax::lowering::Lowering;
use perflint_syntax::{Source, Walk, with_gap};
use rustc_hash::FxHashMap;
use tree_sitter::Node;

/// Lowers one file. Never fails.
pub fn lower(source: Source<'_>) -> FileIr {
    let Some(tree) = fresh::parse(source.text) else {
        return with_gap(source, GapKind::Failed);
    };
    let mut go =
        Go { low: Lowering::new(source, &tree), receivers: FxHashMap::default(), results: Vec::new() };
    go.file(tree.root_node());
    go.low.finish()
}

/// What a function gives back.
#[derive(Clone, Debug, Default)]
struct Results {
    /// How many values, the error included.
    count: usize,
    /// Their names, if they have names: what a bare return gives.
    names: Vec<String>,
    /// The last one is an error.
    error: bool,
}

/// The walk over one file.
struct Go<'a> {
    low: Lowering<'a>,
    /// The extension that holds the methods of a receiver's type.
    receivers: FxHashMap<String, ItemId>,
    /// Of the functions around, innermost last.
    results: Vec<Results>,
}

impl<'a, 't> Walk<'a, 't> for Go<'a> {
    fn low(&mut self) -> &mut Lowering<'a> {
        &mut self.low
    }

    fn expr(&mut self, node: Node<'t>) -> OpId {
        Self::expr(self, node)
    }
}
