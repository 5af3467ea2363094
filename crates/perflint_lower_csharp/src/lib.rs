//! Lowers C# to the common representation, on tree-sitter's grammar.
//!
//! A walk over the tree with one function for each kind of thing: declarations, statements, expressions, patterns, types.
//! Kinds and fields are compared by number ([`kinds`]). A bare name stays a name: whether it is a member of the class,
//! inherited or imported is for the linker. Query expressions become the calls that they stand for, and extension methods
//! members of an extension of what they extend. Razor's views are rewritten as C# before ([`razor`]).

mod chain;
mod create;
mod decl;
mod expr;
mod kinds;
mod linq;
mod literal;
mod member;
mod pattern;
mod razor;
mod stmt;
#[cfg(test)]
mod tests;
mod types;

use kinds::{K, kind};
use perflint_ir::{FileIr, GapKind, Lang, OpId, TypeId};
use perflint_syntax::lowering::Lowering;
use perflint_syntax::{Source, Walk, tree, with_gap};
use tree_sitter::{Node, TreeCursor};

/// Lowers one file. Never fails.
pub fn lower(source: Source<'_>) -> FileIr {
    if source.lang == Lang::Razor {
        return lower_view(source);
    }
    let Some(tree) = tree::parse(&tree_sitter_c_sharp::LANGUAGE.into(), source.text) else {
        return with_gap(source, GapKind::Failed);
    };
    let mut walk = CSharp::new(Lowering::new(source, &tree), tree.walk());
    walk.file(tree.root_node());
    walk.low.finish()
}

/// Lowers a view or page, whose code becomes a file of statements first, or a component, which becomes a class.
fn lower_view(source: Source<'_>) -> FileIr {
    let component = razor::component_name(source.path);
    let made = match component {
        Some(name) => razor::to_class(source.text, name),
        None => razor::to_csharp(source.text),
    };
    let code = Source { text: &made.text, ..source };
    let Some(tree) = tree::parse(&tree_sitter_c_sharp::LANGUAGE.into(), code.text) else {
        return with_gap(source, GapKind::Failed);
    };
    let mut walk = CSharp::new(Lowering::new(code, &tree), tree.walk());
    match component {
        Some(_) => walk.file(tree.root_node()),
        None => walk.template(tree.root_node()),
    }
    let mut file = walk.low.finish();
    made.restore(&mut file, u32::try_from(source.text.len()).unwrap_or(u32::MAX));
    file
}

/// The walk over one file.
struct CSharp<'t> {
    low: Lowering<'t>,
    /// Reused to list children.
    cursor: TreeCursor<'t>,
    /// What `new()` without a type makes here.
    expected: Option<Node<'t>>,
    /// The type that the function around returns, for `return new()`.
    returns: Option<Node<'t>>,
    /// A `break` here ends a section of a switch, not a loop.
    in_switch: bool,
    /// Links of a chain that belong to an operand further in: see [`chain`].
    suffix: Option<(usize, Vec<Node<'t>>)>,
    /// Type parameters with a constraint, which stands for them.
    constraints: Vec<(&'t str, TypeId)>,
}

impl<'t> Walk<'t, 't> for CSharp<'t> {
    fn low(&mut self) -> &mut Lowering<'t> {
        &mut self.low
    }

    fn expr(&mut self, node: Node<'t>) -> OpId {
        self.expression(node)
    }
}

impl<'t> CSharp<'t> {
    fn new(low: Lowering<'t>, cursor: TreeCursor<'t>) -> Self {
        Self {
            low,
            cursor,
            expected: None,
            returns: None,
            in_switch: false,
            suffix: None,
            constraints: Vec::new(),
        }
    }

    /// A node's named children, and `this` and `base`, without comments and directives.
    fn children(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let mut found = Vec::new();
        self.cursor.reset(node);
        if self.cursor.goto_first_child() {
            loop {
                let child = self.cursor.node();
                let counts = child.is_named() || matches!(kind(child), K::This | K::Base);
                if counts && (!child.is_extra() || child.is_error()) {
                    found.push(child);
                }
                if !self.cursor.goto_next_sibling() {
                    break;
                }
            }
        }
        found
    }

    /// A node's first named child of a kind.
    fn child(&mut self, node: Node<'t>, wanted: K) -> Option<Node<'t>> {
        self.children(node).into_iter().find(|child| kind(*child) == wanted)
    }

    /// True if a word stands among a node's own tokens: `await` of a `foreach`.
    fn has_word(&mut self, node: Node<'t>, word: &str) -> bool {
        self.cursor.reset(node);
        let mut more = self.cursor.goto_first_child();
        while more {
            let child = self.cursor.node();
            if !child.is_named() && child.kind() == word {
                return true;
            }
            more = self.cursor.goto_next_sibling();
        }
        false
    }

    /// A name as it is meant: `@class` is `class`.
    fn word(&self, node: Node<'_>) -> &'t str {
        let text = self.low.text(node);
        text.strip_prefix('@').unwrap_or(text)
    }
}
