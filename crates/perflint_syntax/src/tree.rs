//! Parsing with tree-sitter, and reading its nodes.

use perflint_ir::{FileBuilder, GapKind, Span};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use tree_sitter::{Language, Node, ParseOptions, ParseState, Parser, Tree};

/// How long a grammar may take over one file. Noise makes some of them quadratic.
const PATIENCE: Duration = Duration::from_secs(2);

/// A broken file has few distinct errors and many echoes.
const MAX_SYNTAX_GAPS: usize = 100;

/// The tree of a text; `None` if the grammar does not fit or took too long.
pub fn parse(language: &Language, text: &str) -> Option<Tree> {
    // Generated lexers take a zero for the end of the text, even where it stands in a string.
    if text.contains('\0') {
        return parse(language, &text.replace('\0', " "));
    }
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    let deadline = Instant::now() + PATIENCE;
    let mut progress = |_: &ParseState| match Instant::now() < deadline {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    parser.parse_with_options(&mut |at, _| text.as_bytes().get(at..).unwrap_or_default(), None, Some(options))
}

/// Records the syntax errors of a tree: only what has one somewhere inside is searched.
pub fn record_errors(tree: &Tree, file: &mut FileBuilder) {
    each_error(tree, |node| file.gap(GapKind::Syntax, span(node)));
}

/// How many syntax errors a tree has, as far as they are recorded.
pub fn count_errors(tree: &Tree) -> usize {
    let mut found = 0;
    each_error(tree, |_| found += 1);
    found
}

fn each_error<'t>(tree: &'t Tree, mut seen: impl FnMut(Node<'t>)) {
    let mut cursor = tree.walk();
    let mut found = 0;
    while found < MAX_SYNTAX_GAPS {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            found += 1;
            seen(node);
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// Where a node stands.
pub fn span(node: Node<'_>) -> Span {
    Span::new(node.start_byte() as u32, node.end_byte() as u32)
}

/// A node's text.
pub fn text<'a>(node: Node<'_>, source: &'a str) -> &'a str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// A node's named children, comments included.
pub fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// A node's first named child of a kind.
pub fn child_of_kind<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    children(node).into_iter().find(|child| child.kind() == kind)
}
