//! The bodies under construction, and what names mean inside them.

use super::Lowerer;
use perflint_ir::{
    Arg, BodyBuilder, BodyId, BodyKind, CallForm, Callee, ExitKind, GapKind, ItemId, LocalId, OpId, OpKind,
    RegionKind, Slot, Span, Sym,
};

/// A body and the names in scope.
pub(super) struct Frame {
    pub body: BodyBuilder,
    /// Names, innermost last.
    scope: Vec<(Sym, LocalId)>,
    /// Names taken over from the frames outside.
    captured: Vec<(Sym, LocalId)>,
    /// What names mean in the blocks that say `use`, innermost last.
    aliases: Vec<(Sym, Vec<String>)>,
    /// The frame outside is visible.
    is_closure: bool,
}

impl Frame {
    pub fn new(body: BodyBuilder, is_closure: bool) -> Self {
        Self { body, scope: Vec::new(), captured: Vec::new(), aliases: Vec::new(), is_closure }
    }

    /// Lets a name mean a path until the block ends.
    pub fn alias(&mut self, name: Sym, path: Vec<String>) {
        self.aliases.push((name, path));
    }

    fn find(&self, name: Sym) -> Option<LocalId> {
        let found = self.scope.iter().rev().find(|(known, _)| *known == name);
        found.or_else(|| self.captured.iter().find(|(known, _)| *known == name)).map(|(_, local)| *local)
    }
}

impl Lowerer {
    /// Builds a body of its own and returns its index.
    pub(super) fn in_body(
        &mut self,
        owner: ItemId,
        kind: BodyKind,
        span: Span,
        build: impl FnOnce(&mut Self),
    ) -> BodyId {
        let id = self.file.reserve_body();
        let frame = Frame::new(BodyBuilder::new(owner, kind, span), kind == BodyKind::Closure);
        self.outer.push(std::mem::replace(&mut self.frame, frame));
        build(self);
        if let Some(outer) = self.outer.pop() {
            let done = std::mem::replace(&mut self.frame, outer);
            if done.body.overflowed() {
                self.file.gap(GapKind::Size, span);
            }
            self.file.set_body(id, done.body.finish());
        }
        id
    }

    /// The item that the current body belongs to.
    pub(super) fn owner(&self) -> ItemId {
        self.frame.body.body().owner
    }

    /// Runs a step whose names end with it.
    pub(super) fn scoped<T>(&mut self, step: impl FnOnce(&mut Self) -> T) -> T {
        let (names, aliases) = (self.frame.scope.len(), self.frame.aliases.len());
        let result = step(self);
        self.frame.scope.truncate(names);
        self.frame.aliases.truncate(aliases);
        result
    }

    /// Runs a step in a region of its own.
    pub(super) fn in_region<T>(
        &mut self,
        kind: RegionKind,
        span: Span,
        step: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.frame.body.enter(kind, span);
        let result = self.scoped(step);
        self.frame.body.leave(before);
        result
    }

    /// Makes a local visible.
    pub(super) fn declare(&mut self, name: &str) -> LocalId {
        let sym = self.file.sym(name);
        let local = self.frame.body.local(sym);
        self.name_local(sym, local);
        local
    }

    /// Makes a local that exists already visible.
    pub(super) fn name_local(&mut self, name: Sym, local: LocalId) {
        self.frame.scope.push((name, local));
    }

    /// Binds a new local.
    pub(super) fn bind(&mut self, name: &str, value: OpId, span: Span) -> OpId {
        let local = self.declare(name);
        self.op(OpKind::Bind { local, value }, span)
    }

    /// The local that a name means here, captured if a body outside declares it.
    pub(super) fn find(&mut self, name: Sym) -> Option<LocalId> {
        if let Some(local) = self.frame.find(name) {
            return Some(local);
        }
        let mut visible = self.frame.is_closure;
        let declaring = self.outer.iter().rposition(|frame| {
            let found = visible && frame.find(name).is_some();
            visible &= frame.is_closure;
            found
        })?;
        let mut local = self.outer[declaring].find(name)?;
        for frame in self.outer[declaring + 1..].iter_mut().chain([&mut self.frame]) {
            local = frame.body.capture(local, name);
            frame.captured.push((name, local));
        }
        Some(local)
    }

    /// Reads a name.
    pub(super) fn read(&mut self, name: &str, span: Span) -> OpId {
        if name == "self" {
            return self.op(OpKind::SelfRef, span);
        }
        let sym = self.file.sym(name);
        match self.find(sym) {
            Some(local) => self.op(OpKind::Local(local), span),
            None => self.free_name(sym, span),
        }
    }

    /// Reads a name that is no local: a path, if a block around says so.
    pub(super) fn free_name(&mut self, name: Sym, span: Span) -> OpId {
        let mut frames = vec![&self.frame];
        frames.extend(self.outer.iter().rev());
        let inside = frames.iter().take_while(|frame| frame.is_closure).count() + 1;
        let mut aliases = frames.iter().take(inside).flat_map(|frame| frame.aliases.iter().rev());
        let Some((_, path)) = aliases.find(|(known, _)| *known == name) else {
            return self.op(OpKind::Name(name), span);
        };
        let mut value = OpId::NONE;
        for segment in path.clone() {
            value = match value.is_some() {
                true => self.get(value, &segment, span),
                false => {
                    let sym = self.file.sym(&segment);
                    self.op(OpKind::Name(sym), span)
                }
            };
        }
        value
    }

    pub(super) fn op(&mut self, kind: OpKind, span: Span) -> OpId {
        self.frame.body.op(kind, span)
    }

    pub(super) fn int(&mut self, value: usize, span: Span) -> OpId {
        self.op(OpKind::Int(i32::try_from(value).unwrap_or(i32::MAX)), span)
    }

    pub(super) fn string(&mut self, text: &str, span: Span) -> OpId {
        let sym = self.file.sym(text);
        self.op(OpKind::Str(sym), span)
    }

    pub(super) fn get(&mut self, base: OpId, name: &str, span: Span) -> OpId {
        let name = self.file.sym(name);
        self.op(OpKind::Get { base, name }, span)
    }

    /// An operation that only keeps its children, those that there are.
    pub(super) fn unknown(&mut self, children: &[OpId], span: Span) -> OpId {
        let children: Vec<OpId> = children.iter().copied().filter(|id| id.is_some()).collect();
        self.frame.body.unknown(&children, span)
    }

    pub(super) fn call(&mut self, callee: Callee, args: Vec<Arg>, form: CallForm, span: Span) -> OpId {
        self.frame.body.call(callee, args, form, span)
    }

    pub(super) fn exit(&mut self, how: ExitKind, value: OpId, span: Span) {
        self.frame.body.exit(how, value, span);
    }

    /// One of several values; no operation if there is only one.
    pub(super) fn join(&mut self, values: &[OpId], span: Span) -> OpId {
        let values: Vec<OpId> = values.iter().copied().filter(|id| id.is_some()).collect();
        match values.as_slice() {
            [] => OpId::NONE,
            [one] => *one,
            _ => self.frame.body.join(&values, span),
        }
    }

    /// Where an operation stands.
    pub(super) fn span_of(&self, id: OpId) -> Span {
        id.some().map_or_else(Span::default, |id| self.frame.body.peek(id).span)
    }

    /// The place of two operations together.
    pub(super) fn span_of_both(&self, first: OpId, last: OpId) -> Span {
        let (first, last) = (self.span_of(first), self.span_of(last));
        Span::new(first.start.min(last.start), last.end().max(first.end()))
    }
}

/// A positional argument.
pub(super) fn positional(value: OpId) -> Arg {
    Arg { slot: Slot::Pos, value }
}
