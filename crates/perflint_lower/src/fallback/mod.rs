//! Lowers any language that has a tree-sitter grammar.
//!
//! One walker serves all of them: a language is a table that says what its node kinds are ([`grammar::Grammar`]). The
//! walk keeps its own list of steps, since these files are here because they are broken or nested too deeply for a
//! recursive parser.

mod declarations;
mod frame;
mod grammar;
mod javascript;
mod python;
mod rust;
mod shapes;
mod walker;

#[cfg(test)]
mod tests;

use crate::Source;
use perflint_ir::{FileIr, GapKind, Lang};
use perflint_syntax::tree;

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let grammar = match source.lang {
        Lang::Python => python::grammar(),
        Lang::Rust => rust::grammar(),
        Lang::JavaScript | Lang::TypeScript | Lang::Tsx | Lang::Vue | Lang::Svelte => {
            javascript::grammar(source.lang)
        }
        _ => return crate::with_gap(source, GapKind::Language),
    };
    match tree::parse(&grammar.language, source.text) {
        Some(tree) => walker::walk(source, &grammar, &tree),
        None => crate::with_gap(source, GapKind::Failed),
    }
}
