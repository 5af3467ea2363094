//! The state of the walk: the file, the body being filled and the bodies around it.

use super::scope::Scopes;
use crate::guard;
use memchr::memmem;
use oxc_ast::ast::Program;
use oxc_span::GetSpan;
use perflint_ir::{
    BodyBuilder, BodyId, BodyKind, FileBuilder, FileIr, GapKind, Item, ItemId, ItemKind, LocalId, Marker,
    OpId, OpKind, Span, Sym,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// A body that is being filled.
pub(super) struct Frame {
    pub(super) body: BodyBuilder,
    pub(super) id: BodyId,
    pub(super) owner: ItemId,
    /// The outermost frame whose locals this one may capture.
    pub(super) boundary: usize,
    /// The initialiser of a module or namespace: its variables are items.
    pub(super) is_module: bool,
    /// Bindings that were visible when the frame was opened.
    pub(super) mark: usize,
    /// Locals of the enclosing frame that were captured already.
    pub(super) captures: FxHashMap<LocalId, LocalId>,
    /// The loops (`true`) and switches (`false`) around the statement.
    pub(super) breakable: Vec<bool>,
}

/// Walks a syntax tree and fills a [`FileBuilder`].
pub(super) struct Lowerer<'a> {
    pub(super) file: FileBuilder,
    pub(super) text: &'a str,
    /// The body being filled.
    pub(super) here: Frame,
    /// The bodies around it, outermost first.
    pub(super) outer: Vec<Frame>,
    pub(super) scopes: Scopes,
    /// `var` occurs in the file, so that functions have to be searched for it.
    pub(super) has_var: bool,
    /// Module variables that have no value yet, by owner and name.
    pub(super) unset: FxHashMap<(ItemId, Sym), ItemId>,
    /// Local names that are exported.
    pub(super) exported: FxHashSet<Sym>,
    /// Names that the module gives its own exports.
    pub(super) own: FxHashSet<Sym>,
    /// Directives at the start of the file.
    pub(super) directives: Vec<Marker>,
    /// Anonymous classes so far, for their names.
    pub(super) anonymous: u32,
    /// Free names are attributes of what a template is rendered with.
    #[cfg(feature = "views")]
    pub(super) in_view: bool,
    pub(super) syms: FxHashMap<&'a str, Sym>,
    depth: usize,
}

impl<'a> Lowerer<'a> {
    pub(super) fn new(file: FileBuilder, text: &'a str) -> Self {
        let whole = Span::new(0, text.len() as u32);
        let here = Frame {
            body: BodyBuilder::new(ItemId(0), BodyKind::Init, whole),
            id: BodyId(0),
            owner: ItemId(0),
            boundary: 0,
            is_module: true,
            mark: 0,
            captures: FxHashMap::default(),
            breakable: Vec::new(),
        };
        Self {
            file,
            text,
            here,
            outer: Vec::new(),
            scopes: Scopes::default(),
            has_var: memmem::find(text.as_bytes(), b"var").is_some(),
            unset: FxHashMap::default(),
            exported: FxHashSet::default(),
            own: FxHashSet::default(),
            directives: Vec::new(),
            anonymous: 0,
            #[cfg(feature = "views")]
            in_view: false,
            syms: FxHashMap::default(),
            depth: 0,
        }
    }

    pub(super) fn program(&mut self, program: &Program<'a>) {
        self.file.item_mut(ItemId(0)).span = span(program);
        self.directives = self.directives(&program.directives);
        self.top_level(&program.body);
    }

    pub(super) fn finish(mut self) -> FileIr {
        let whole = Span::new(0, self.text.len() as u32);
        let body = std::mem::replace(&mut self.here.body, BodyBuilder::new(ItemId(0), BodyKind::Init, whole));
        self.store(BodyId(0), body);
        let mut file = self.file.finish();
        for item in file.items.iter_mut().skip(1) {
            if item.owner == Some(ItemId(0)) && self.exported.contains(&item.name) {
                item.flags.is_public = true;
            }
        }
        super::directive::spread(&mut file, &self.directives);
        file
    }

    /// The index of a name of the source, remembered without hashing it twice.
    pub(super) fn sym(&mut self, name: &'a str) -> Sym {
        if let Some(sym) = self.syms.get(name) {
            return *sym;
        }
        let sym = self.file.sym(name);
        self.syms.insert(name, sym);
        sym
    }

    /// Opens a body; what is appended from now on goes there. An `inner` body sees the locals around it.
    pub(super) fn open(&mut self, kind: BodyKind, owner: ItemId, span: Span, inner: bool) -> BodyId {
        let id = self.file.reserve_body();
        let boundary = if inner { self.here.boundary } else { self.outer.len() + 1 };
        let frame = Frame {
            body: BodyBuilder::new(owner, kind, span),
            id,
            owner,
            boundary,
            is_module: false,
            mark: self.scopes.mark(),
            captures: FxHashMap::default(),
            breakable: Vec::new(),
        };
        self.outer.push(std::mem::replace(&mut self.here, frame));
        id
    }

    /// Closes the body that was opened last and goes back to the one around it.
    pub(super) fn close(&mut self) {
        self.scopes.close(self.here.mark);
        if let Some(around) = self.outer.pop() {
            let frame = std::mem::replace(&mut self.here, around);
            self.store(frame.id, frame.body);
        }
    }

    /// Runs `fill` in a new initialiser.
    pub(super) fn initialiser(
        &mut self,
        owner: ItemId,
        at: Span,
        is_module: bool,
        fill: impl FnOnce(&mut Self),
    ) {
        let body = self.open(BodyKind::Init, owner, at, false);
        self.here.is_module = is_module;
        fill(self);
        self.close();
        self.file.item_mut(owner).body = Some(body);
    }

    fn store(&mut self, id: BodyId, body: BodyBuilder) {
        if body.overflowed() {
            self.file.gap(GapKind::Size, body.body().span);
        }
        self.file.set_body(id, body.finish());
    }

    /// A new item of the given owner.
    pub(super) fn blank(&mut self, kind: ItemKind, name: &str, owner: ItemId, span: Span) -> Item {
        self.file.blank(kind, name, owner, span)
    }

    /// The module or namespace around the code being lowered.
    pub(super) fn module(&self) -> ItemId {
        if self.here.is_module {
            return self.here.owner;
        }
        self.outer.iter().rev().find(|frame| frame.is_module).map_or(ItemId(0), |frame| frame.owner)
    }

    /// Runs a recursive step, or records a gap where the source nests too deeply.
    pub(super) fn nested<T>(&mut self, at: Span, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= guard::MAX_DEPTH {
            self.file.gap(GapKind::Depth, at);
            return None;
        }
        self.depth += 1;
        let result = guard::deeper(|| step(self));
        self.depth -= 1;
        Some(result)
    }

    pub(super) fn op(&mut self, kind: OpKind, span: Span) -> OpId {
        self.here.body.op(kind, span)
    }

    pub(super) fn unknown(&mut self, children: &[OpId], span: Span) -> OpId {
        self.here.body.unknown(children, span)
    }

    pub(super) fn get(&mut self, base: OpId, name: &'a str, span: Span) -> OpId {
        let name = self.sym(name);
        self.op(OpKind::Get { base, name }, span)
    }

    pub(super) fn str(&mut self, text: &str, span: Span) -> OpId {
        let text = self.file.sym(text);
        self.op(OpKind::Str(text), span)
    }

    /// The source text of a node.
    pub(super) fn slice(&self, span: oxc_span::Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

/// The span of a node.
pub(super) fn span(node: &impl GetSpan) -> Span {
    between(node.span().start, node.span().end)
}

/// The span between two offsets.
pub(super) fn between(start: u32, end: u32) -> Span {
    Span::new(start, end)
}
