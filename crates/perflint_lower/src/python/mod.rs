//! Python, read with ruff's recovering parser.
//!
//! One pass over the tree builds all bodies: the body under construction is [`Lower::here`], those around it wait on a
//! stack. Before a function's statements are lowered, [`collect`] lists the names that they assign, because in Python an
//! assignment anywhere in a function makes a name local to the whole of it.

mod assign;
mod collect;
mod comprehension;
mod expr;
mod frame;
mod import;
mod item;
mod literal;
mod operand;
mod pattern;
mod stmt;
#[cfg(test)]
mod tests;
mod types;

use crate::{Source, guard};
use frame::{Frame, Place};
use perflint_ir::{BodyId, BodyKind, FileBuilder, FileIr, GapKind, ItemId, OpId, OpKind, Span};
use ruff_python_ast::{Expr, PySourceType, Stmt};
use ruff_text_size::{Ranged, TextRange};

/// Stack for dropping a tree that turned out to be deep: ruff drops trees recursively.
const DROP_STACK: usize = 1 << 30;

/// Chains longer than this count as deep.
const LONG_CHAIN: usize = 5_000;

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    if guard::nests_deeper(source.text, guard::MAX_BRACKETS) {
        return crate::give_up(source, GapKind::Depth);
    }
    let kind = if source.path.ends_with(".pyi") { PySourceType::Stub } else { PySourceType::Python };
    let parsed = ruff_python_parser::parse_unchecked_source(source.text, kind);
    let mut file = FileBuilder::new(source.path, source.lang, source.role);
    for error in parsed.errors() {
        file.gap(GapKind::Syntax, span(error.location));
    }
    let (file, deep) = Lower::new(file, source.text).module(parsed.suite());
    if deep {
        stacker::grow(DROP_STACK, || drop(parsed));
    }
    file
}

/// The walk over one file's tree.
struct Lower<'a> {
    file: FileBuilder,
    text: &'a str,
    /// The body that operations are appended to.
    here: Frame<'a>,
    /// The bodies around it, the module's first.
    around: Vec<Frame<'a>>,
    /// Links of the chains being lowered, innermost last: see [`Lower::chain`].
    chain: Vec<&'a Expr>,
    depth: usize,
    /// The tree is so deep that dropping it needs a stack of its own.
    deep: bool,
    /// A [`GapKind::Depth`] was recorded.
    cut: bool,
}

impl<'a> Lower<'a> {
    fn new(file: FileBuilder, text: &'a str) -> Self {
        let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        let here = Frame::new(Place::Module, BodyId(0), ItemId(0), BodyKind::Init, whole);
        Self { file, text, here, around: Vec::new(), chain: Vec::new(), depth: 0, deep: false, cut: false }
    }

    fn module(mut self, suite: &'a [Stmt]) -> (FileIr, bool) {
        self.suite(suite);
        self.here.finish_into(&mut self.file);
        (self.file.finish(), self.deep)
    }

    /// Makes `frame` the body under construction.
    fn open(&mut self, frame: Frame<'a>) {
        self.around.push(std::mem::replace(&mut self.here, frame));
    }

    /// Finishes the body under construction and goes back to the one around it.
    fn close(&mut self) {
        let Some(outer) = self.around.pop() else { return };
        let done = std::mem::replace(&mut self.here, outer);
        done.finish_into(&mut self.file);
    }

    /// Runs a step one level deeper in the tree; `None` where the tree is too deep to follow.
    fn nested<T>(&mut self, at: TextRange, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= guard::MAX_DEPTH {
            self.too_deep(at);
            return None;
        }
        self.depth += 1;
        let result = guard::deeper(|| step(self));
        self.depth -= 1;
        Some(result)
    }

    #[cold]
    fn too_deep(&mut self, at: TextRange) {
        self.deep = true;
        if !self.cut {
            self.cut = true;
            self.file.gap(GapKind::Depth, span(at));
        }
    }

    fn op(&mut self, kind: OpKind, at: TextRange) -> OpId {
        self.here.body.op(kind, span(at))
    }

    fn unknown(&mut self, children: &[OpId], at: TextRange) -> OpId {
        self.here.body.unknown(children, span(at))
    }

    fn source(&self, node: &impl Ranged) -> &'a str {
        let range = node.range();
        self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("")
    }
}

fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}

/// A span from the start of one node to the end of another.
fn span_between(start: TextRange, end: TextRange) -> Span {
    Span::new(start.start().to_u32(), end.end().to_u32())
}
