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
use grammar::Grammar;
use perflint_ir::{FileIr, GapKind, Lang};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let grammar = match source.lang {
        Lang::Python => python::grammar(),
        Lang::Rust => rust::grammar(),
        Lang::JavaScript | Lang::TypeScript | Lang::Tsx | Lang::Vue | Lang::Svelte => {
            javascript::grammar(source.lang)
        }
        _ => return crate::with_gap(source, GapKind::Language),
    };
    match parse(&grammar, source.text) {
        Some(tree) => walker::walk(source, &grammar, &tree),
        None => crate::with_gap(source, GapKind::Failed),
    }
}

fn parse(grammar: &Grammar, text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&grammar.language).ok()?;
    let deadline = Instant::now() + PATIENCE;
    let mut progress = |_: &ParseState| match Instant::now() < deadline {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    parser.parse_with_options(&mut |at, _| text.as_bytes().get(at..).unwrap_or_default(), None, Some(options))
}
