//! JavaScript, TypeScript, JSX and the scripts of Vue and Svelte files.
//!
//! `oxc_parser` reads the text into an arena, one walk turns the tree into operations. The parser gives a file up at
//! an error that it cannot bridge, and it recurses; both are caught here, so that the walk sees only sound trees.

mod assign;
mod bind;
mod call;
mod class;
mod commonjs;
mod context;
mod declare;
mod depth;
mod directive;
mod expr;
mod function;
mod jsx;
mod literal;
mod loops;
mod module;
mod scope;
mod sfc;
mod stmt;
#[cfg(test)]
mod tests;
mod types;
#[cfg(feature = "views")]
mod view;

use crate::Source;
use context::Lowerer;
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_span::SourceType;
use perflint_ir::{FileBuilder, FileIr, GapKind, Lang, Span};
use std::cell::Cell;

/// Stack that the parser may need per byte of text: `!!!!x` nests once per byte without any bracket.
const STACK_PER_BYTE: usize = 1_200;

/// Stack that the parser may need for one level of brackets, of which there are at most [`crate::guard::MAX_BRACKETS`].
const STACK_FOR_BRACKETS: usize = 4 * 1024 * 1024;

thread_local! {
    /// The arena of the file before, so that its memory is reused.
    static ARENA: Cell<Option<Allocator>> = const { Cell::new(None) };
}

/// Lowers one file.
pub(crate) fn lower(source: Source<'_>) -> FileIr {
    match source.lang {
        Lang::Vue | Lang::Svelte => {
            let script = sfc::script(source.text);
            let inner = Source { lang: script.lang, text: &script.text, ..source };
            let mut file = lower_script(inner);
            file.lang = source.lang;
            file
        }
        _ => lower_script(source),
    }
}

/// Lowers a template whose code is JavaScript, by the script that it stands for.
#[cfg(feature = "views")]
pub(crate) fn lower_view(source: Source<'_>) -> FileIr {
    let made = perflint_lower_views::to_javascript(source);
    if depth::too_deep(&made.text) {
        return crate::with_gap(source, GapKind::Depth);
    }
    let mut arena = ARENA.take().unwrap_or_default();
    let inner = Source { text: &made.text, ..source };
    let parsed = parse(inner.text, SourceType::unambiguous(), &arena);
    let file = (!unusable(&parsed, inner.text)).then(|| walk(inner, &parsed));
    drop(parsed);
    arena.reset();
    ARENA.set(Some(arena));
    let Some(mut file) = file else { return crate::with_gap(source, GapKind::Failed) };
    made.restore(&mut file, u32::try_from(source.text.len()).unwrap_or(u32::MAX));
    file
}

fn lower_script(source: Source<'_>) -> FileIr {
    if depth::too_deep(source.text) {
        return crate::give_up(source, GapKind::Depth);
    }
    let mut arena = ARENA.take().unwrap_or_default();
    let file = parse_and_walk(source, &arena);
    arena.reset();
    ARENA.set(Some(arena));
    file.unwrap_or_else(|| crate::give_up(source, GapKind::Failed))
}

fn parse_and_walk(source: Source<'_>, arena: &Allocator) -> Option<FileIr> {
    let kind = source_type(source);
    let mut parsed = parse(source.text, kind, arena);
    if unusable(&parsed, source.text) && kind.is_javascript() {
        parsed = parse(source.text, SourceType::tsx(), arena);
    }
    if unusable(&parsed, source.text) {
        return None;
    }
    Some(walk(source, &parsed))
}

fn walk(source: Source<'_>, parsed: &ParserReturn<'_>) -> FileIr {
    let mut file = FileBuilder::new(source.path, source.lang, source.role);
    for error in parsed.diagnostics.errors() {
        let span = error.labels.first().map(|label| {
            let start = label.offset();
            Span::new(start, start + label.len())
        });
        file.gap(GapKind::Syntax, span.unwrap_or_default());
    }
    let mut lowerer = Lowerer::new(file, source.text);
    match source.lang {
        #[cfg(feature = "views")]
        Lang::Ejs | Lang::Pug => lowerer.view(&parsed.program, source.path),
        _ => lowerer.program(&parsed.program),
    }
    lowerer.finish()
}

fn parse<'a>(text: &'a str, kind: SourceType, arena: &'a Allocator) -> ParserReturn<'a> {
    let options = ParseOptions {
        allow_return_outside_function: true,
        preserve_parens: false,
        ..ParseOptions::default()
    };
    let stack = text.len().saturating_mul(STACK_PER_BYTE) + STACK_FOR_BRACKETS;
    stacker::maybe_grow(stack, stack, || Parser::new(arena, text, kind).with_options(options).parse())
}

/// The parser gave the whole text up.
fn unusable(parsed: &ParserReturn<'_>, text: &str) -> bool {
    let empty = parsed.program.body.is_empty() && parsed.diagnostics.has_errors();
    (parsed.panicked || empty) && !text.trim().is_empty()
}

fn source_type(source: Source<'_>) -> SourceType {
    let path = source.path;
    let declarations = [".d.ts", ".d.mts", ".d.cts"];
    match source.lang {
        Lang::Tsx => SourceType::tsx(),
        Lang::TypeScript if declarations.iter().any(|end| path.ends_with(end)) => SourceType::d_ts(),
        Lang::TypeScript => SourceType::ts(),
        _ if path.ends_with(".mjs") => SourceType::mjs().with_jsx(true),
        _ if path.ends_with(".cjs") => SourceType::script().with_jsx(true),
        _ => SourceType::unambiguous().with_jsx(true),
    }
}
