//! Bodies under construction and the names that they know.

use super::{Lower, collect};
use perflint_ir::{BodyBuilder, BodyId, BodyKind, FileBuilder, GapKind, ItemId, LocalId, OpId, OpKind, Span};
use ruff_python_ast::Stmt;
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

/// What a body is the code of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Module,
    Class,
    Function,
    Closure,
}

impl Place {
    /// True where an assigned name becomes a field of the item instead of a local.
    pub(super) fn is_init(self) -> bool {
        matches!(self, Self::Module | Self::Class)
    }
}

/// What a name means in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    Local(LocalId),
    /// The first parameter of a method.
    Receiver,
    /// Declared `nonlocal`: look in the body around.
    Outer,
    /// A name of the module, an import, a builtin.
    Free,
}

/// A body under construction.
pub(super) struct Frame<'a> {
    pub(super) body: BodyBuilder,
    pub(super) place: Place,
    /// The item that the body belongs to.
    pub(super) item: ItemId,
    /// The class whose instance or self the receiver is.
    pub(super) class: Option<ItemId>,
    pub(super) names: FxHashMap<&'a str, Binding>,
    id: BodyId,
    span: Span,
}

impl<'a> Frame<'a> {
    pub(super) fn new(place: Place, id: BodyId, item: ItemId, kind: BodyKind, span: Span) -> Self {
        let body = BodyBuilder::new(item, kind, span);
        Self { body, place, item, class: None, names: FxHashMap::default(), id, span }
    }

    /// Stores the finished body.
    pub(super) fn finish_into(self, file: &mut FileBuilder) {
        if self.body.overflowed() {
            file.gap(GapKind::Size, self.span);
        }
        file.set_body(self.id, self.body.finish());
    }
}

impl<'a> Lower<'a> {
    /// Declares a new local of the body under construction, hiding what the name meant before.
    pub(super) fn declare(&mut self, name: &'a str) -> LocalId {
        let sym = self.file.sym(name);
        let local = self.here.body.local(sym);
        self.here.names.insert(name, Binding::Local(local));
        local
    }

    /// A local without a name.
    pub(super) fn temporary(&mut self) -> LocalId {
        let sym = self.file.sym("");
        self.here.body.local(sym)
    }

    /// Declares every name that a function's statements bind.
    pub(super) fn declare_assigned(&mut self, suite: &'a [Stmt]) {
        collect::assigned(suite, &mut |name, found| match found {
            collect::Found::Assigned => match self.here.names.get(name) {
                None => {
                    self.declare(name);
                }
                Some(Binding::Receiver) => self.rebind_receiver(name),
                Some(_) => {}
            },
            collect::Found::Free => self.hide(name, Binding::Free),
            collect::Found::Outer => self.hide(name, Binding::Outer),
        });
    }

    /// A name that is assigned, imported or declared `global` is not local, unless it is a parameter.
    fn hide(&mut self, name: &'a str, binding: Binding) {
        let params = self.here.body.body().params.len();
        match self.here.names.get(name) {
            Some(Binding::Local(local)) if local.at() < params => {}
            Some(Binding::Receiver) => {}
            _ => {
                self.here.names.insert(name, binding);
            }
        }
    }

    /// A receiver that is assigned later is an ordinary local that starts as the receiver.
    fn rebind_receiver(&mut self, name: &'a str) {
        let local = self.declare(name);
        let at = self.here.span;
        let value = self.here.body.op(OpKind::SelfRef, at);
        self.here.body.op(OpKind::Bind { local, value }, at);
    }

    /// What a name means here; a local of an enclosing body is captured through all closures between.
    pub(super) fn resolve(&mut self, name: &'a str) -> Binding {
        match self.here.names.get(name) {
            Some(Binding::Outer) => {}
            Some(binding) => return *binding,
            None if self.here.place != Place::Closure => return Binding::Free,
            None => {}
        }
        self.resolve_outer(name)
    }

    fn resolve_outer(&mut self, name: &'a str) -> Binding {
        if self.here.place != Place::Closure {
            return Binding::Free;
        }
        let mut found = None;
        for (level, frame) in self.around.iter().enumerate().rev() {
            match frame.names.get(name) {
                Some(Binding::Outer) => {}
                Some(Binding::Local(local)) => {
                    found = Some((level, *local));
                    break;
                }
                Some(Binding::Receiver) => return Binding::Receiver,
                Some(Binding::Free) => return Binding::Free,
                None => {}
            }
            if frame.place != Place::Closure {
                break;
            }
        }
        let Some((level, mut local)) = found else { return Binding::Free };
        let sym = self.file.sym(name);
        for frame in self.around[level + 1..].iter_mut().chain(std::iter::once(&mut self.here)) {
            local = frame.body.capture(local, sym);
            frame.names.insert(name, Binding::Local(local));
        }
        Binding::Local(local)
    }

    /// Reads a name.
    pub(super) fn read_name(&mut self, name: &'a str, at: TextRange) -> OpId {
        let kind = match self.resolve(name) {
            Binding::Local(local) => OpKind::Local(local),
            Binding::Receiver => OpKind::SelfRef,
            Binding::Free | Binding::Outer => OpKind::Name(self.file.sym(name)),
        };
        self.op(kind, at)
    }
}
