//! Django and Jinja templates, with a scanner of their own.
//!
//! The two languages are read as one: what differs (filter arguments, who may call) is told apart by the syntax at hand.
//! A template is a function of the names that it is rendered with, so its body has one parameter, the context, and a
//! name that no tag binds is an attribute of it. Blocks nest on an explicit stack, so that a template may be as deep as
//! it likes; what is not understood is passed over.

mod block;
mod expr;
mod lex;
mod scan;
mod tag;
#[cfg(test)]
mod tests;
mod value;

use crate::Source;
use block::Block;
use lex::Token;
use perflint_ir::{
    BodyBuilder, BodyId, BodyKind, FileBuilder, FileIr, GapKind, ItemId, ItemKind, LocalId, OpId, OpKind,
    Param, ParamKind, Span,
};
use rustc_hash::{FxHashMap, FxHashSet};
use scan::{Piece, Scanner};

/// How deep the parentheses of one expression are followed.
const MAX_NESTING: usize = 200;

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    Template::new(source).run()
}

/// A body under construction: the template's, or that of a macro.
struct Frame<'a> {
    body: BodyBuilder,
    id: BodyId,
    /// The parameter that free names are attributes of; a macro has none.
    context: Option<LocalId>,
    names: FxHashMap<&'a str, LocalId>,
    /// Names in the order of their declaration, with what they meant before.
    declared: Vec<(&'a str, Option<LocalId>)>,
}

/// The walk over one template.
struct Template<'a> {
    source: Source<'a>,
    file: FileBuilder,
    here: Frame<'a>,
    around: Vec<Frame<'a>>,
    /// Open blocks, and how often each name is among them.
    blocks: Vec<Block<'a>>,
    open: FxHashMap<&'a str, usize>,
    /// Tags that have an end tag somewhere in the file.
    paired: FxHashSet<&'a str>,
    /// Macros that the file defines or imports.
    macros: FxHashSet<&'a str>,
    /// The expression being read.
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
}

impl<'a> Template<'a> {
    fn new(source: Source<'a>) -> Self {
        let mut file = FileBuilder::new(source.path, source.lang, source.role);
        let whole = Span::new(0, u32::try_from(source.text.len()).unwrap_or(u32::MAX));
        let name = source.path.rsplit('/').next().unwrap_or(source.path);
        let id = file.reserve_body();
        let mut item = file.blank(ItemKind::Template, name, ItemId(0), whole);
        item.body = Some(id);
        item.flags.is_public = true;
        let item = file.item(item);
        let mut here = Frame {
            body: BodyBuilder::new(item, BodyKind::Template, whole),
            id,
            context: None,
            names: FxHashMap::default(),
            declared: Vec::new(),
        };
        let param = new_param(file.sym("context"), OpId::NONE);
        here.context = Some(here.body.param(param));
        Self {
            source,
            file,
            here,
            around: Vec::new(),
            blocks: Vec::new(),
            open: FxHashMap::default(),
            paired: FxHashSet::default(),
            macros: FxHashSet::default(),
            tokens: Vec::new(),
            at: 0,
            depth: 0,
        }
    }

    fn run(mut self) -> FileIr {
        self.survey();
        let mut scanner = Scanner::new(self.source.text);
        while let Some(piece) = scanner.next_piece() {
            match piece {
                Piece::Variable(inner) => self.variable(inner),
                Piece::Tag(inner) => self.tag(inner, &mut scanner),
            }
        }
        while let Some(block) = self.blocks.pop() {
            self.close_block(block);
        }
        while self.pop_frame() {}
        let Self { mut file, here, .. } = self;
        finish(&mut file, here);
        file.finish()
    }

    /// Lists the tags that are closed somewhere and the macros that are defined anywhere.
    fn survey(&mut self) {
        let mut scanner = Scanner::new(self.source.text);
        while let Some(piece) = scanner.next_piece() {
            let Piece::Tag(inner) = piece else { continue };
            let (name, rest) = lex::first_word(inner.text);
            if let Some(closed) = name.strip_prefix("end") {
                self.paired.insert(closed);
            } else if name == "macro" {
                self.macros.insert(lex::first_word(rest).0);
            } else if scan::is_verbatim(name) {
                scanner.skip_past_end(name);
            }
        }
    }

    /// `{{ .. }}`
    fn variable(&mut self, inner: scan::Inner<'a>) {
        self.read_tokens(inner.text, inner.start);
        while self.peek().is_some() {
            let before = self.at;
            let (at, value) = (self.here_span(), self.expr());
            self.here.body.text(&[value], at);
            if self.at == before {
                self.at += 1;
            }
        }
    }

    fn read_tokens(&mut self, text: &'a str, start: u32) {
        self.tokens.clear();
        lex::tokens(text, start, &mut self.tokens);
        self.at = 0;
    }

    fn push_frame(&mut self, frame: Frame<'a>) {
        self.around.push(std::mem::replace(&mut self.here, frame));
    }

    /// Goes back to the body around; false if this is the template's own.
    fn pop_frame(&mut self) -> bool {
        let Some(outer) = self.around.pop() else { return false };
        let done = std::mem::replace(&mut self.here, outer);
        finish(&mut self.file, done);
        true
    }

    /// Gives a name a value: of the local that it already is, or of a new one.
    fn bind(&mut self, name: &'a str, value: OpId, at: Span) {
        let local = match self.here.names.get(name) {
            Some(local) => *local,
            None => self.declare(name),
        };
        self.here.body.op(OpKind::Bind { local, value }, at);
    }

    /// A new local that hides what the name meant until [`Self::forget`].
    fn declare(&mut self, name: &'a str) -> LocalId {
        let sym = self.file.sym(name);
        let local = self.here.body.local(sym);
        let before = self.here.names.insert(name, local);
        self.here.declared.push((name, before));
        local
    }

    /// Takes back every declaration since there were `kept` of them.
    fn forget(&mut self, kept: usize) {
        while self.here.declared.len() > kept
            && let Some((name, before)) = self.here.declared.pop()
        {
            match before {
                Some(local) => self.here.names.insert(name, local),
                None => self.here.names.remove(name),
            };
        }
    }

    /// Declares a name and gives it a value.
    fn bind_new(&mut self, name: &'a str, value: OpId, at: Span) {
        let local = self.declare(name);
        self.here.body.op(OpKind::Bind { local, value }, at);
    }

    /// Binds names to the parts of a value.
    fn unpack(&mut self, targets: &[Token<'a>], value: OpId, bind: fn(&mut Self, &'a str, OpId, Span)) {
        for (position, target) in (0i32..).zip(targets) {
            let key = self.op(OpKind::Int(position), target.span);
            let part = self.op(OpKind::Index { base: value, key }, target.span);
            bind(self, target.text, part, target.span);
        }
    }

    fn op(&mut self, kind: OpKind, at: Span) -> OpId {
        self.here.body.op(kind, at)
    }
}

fn finish(file: &mut FileBuilder, frame: Frame<'_>) {
    if frame.body.overflowed() {
        file.gap(GapKind::Size, frame.body.body().span);
    }
    file.set_body(frame.id, frame.body.finish());
}

fn new_param(name: perflint_ir::Sym, default: OpId) -> Param {
    Param { name, ty: None, default, kind: ParamKind::Normal, markers: Vec::new() }
}
