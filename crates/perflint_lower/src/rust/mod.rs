//! Rust, read by `syn`.
//!
//! `syn` gives a file up at its first syntax error, and recurses; such files go to the fallback.

mod attributes;
mod calls;
mod control;
mod declared;
mod expressions;
mod frame;
mod imports;
mod items;
mod lines;
mod macros;
mod members;
mod patterns;
mod statements;
mod types;

#[cfg(test)]
mod tests;

use crate::{Source, guard};
use frame::Frame;
use lines::Lines;
use perflint_ir::{BodyBuilder, BodyId, BodyKind, FileBuilder, FileIr, GapKind, ItemId, Span};

/// How long a text may go on without a separator or bracket: `!!!!x`, `&&&&T` and `return return x` nest without
/// brackets, one level a byte.
const MAX_RUN: usize = 16_384;

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    if guard::nests_deeper(source.text, guard::MAX_BRACKETS) || longest_run(source.text) > MAX_RUN {
        return crate::give_up(source, GapKind::Failed);
    }
    proc_macro2::extra::invalidate_current_thread_spans();
    match syn::parse_file(source.text) {
        Ok(syntax) => Lowerer::new(source, &syntax).file(&syntax),
        Err(_) => crate::give_up(source, GapKind::Failed),
    }
}

fn longest_run(text: &str) -> usize {
    text.as_bytes()
        .split(|byte| matches!(byte, b';' | b',' | b'(' | b'{' | b'['))
        .map(<[u8]>::len)
        .max()
        .unwrap_or(0)
}

/// The state of lowering one file.
struct Lowerer {
    file: FileBuilder,
    /// The body that is being built.
    frame: Frame,
    /// The bodies around it.
    outer: Vec<Frame>,
    /// The type that `Self` means.
    self_ty: Option<syn::Path>,
    /// How many modules of the file stand around.
    inside: usize,
    /// The names of modules inside modules of the file.
    nested_modules: Vec<String>,
    /// How many nested steps are under way.
    depth: usize,
    lines: Lines,
}

impl Lowerer {
    fn new(source: Source<'_>, syntax: &syn::File) -> Self {
        let before = syntax.shebang.as_ref().map_or(0, String::len);
        let span = Span::new(0, source.text.len() as u32);
        Self {
            file: FileBuilder::new(source.path, source.lang, source.role),
            frame: Frame::new(BodyBuilder::new(ItemId(0), BodyKind::Init, span), false),
            outer: Vec::new(),
            self_ty: None,
            inside: 0,
            nested_modules: Vec::new(),
            depth: 0,
            lines: Lines::new(source.text, before),
        }
    }

    fn file(mut self, syntax: &syn::File) -> FileIr {
        if !attributes::is_test(&syntax.attrs) {
            self.items(&syntax.items, ItemId(0));
        }
        if self.frame.body.overflowed() {
            self.file.gap(GapKind::Size, Span::default());
        }
        self.file.set_body(BodyId(0), self.frame.body.finish());
        self.file.finish()
    }

    /// The place of a token.
    fn at(&self, span: proc_macro2::Span) -> Span {
        self.lines.between(span, span)
    }

    /// The place from one token to another.
    fn between(&self, first: proc_macro2::Span, last: proc_macro2::Span) -> Span {
        self.lines.between(first, last)
    }

    /// Runs a nested step, unless it is nested too deeply.
    fn nested<T>(&mut self, span: Span, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= guard::MAX_DEPTH {
            self.file.gap(GapKind::Depth, span);
            return None;
        }
        self.depth += 1;
        let result = guard::deeper(|| step(self));
        self.depth -= 1;
        Some(result)
    }
}
